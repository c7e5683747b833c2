"""Where alerts go. Another sink is one more file with three methods; delivery does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from cases.handling import Logged
from contract.alert import Alert

#: "moved" means written as well; the revision before it went to another audience.
Outcome = Literal["written", "moved", "repeat", "stale"]


class Revision(Struct, frozen=True):
    """One revision of an alert, and its JSON from the alerts topic: a sink that stores it need not
    encode it again."""

    alert: Alert
    data: bytes


class SinkError(RuntimeError):
    """A sink failed. One line; `retryable` says whether trying again can help."""

    retryable: ClassVar[bool]


class Sink(Protocol):
    """Takes revisions and actions, which may come repeatedly, and stores each of them once."""

    async def check(self) -> tuple[str, ...]:
        """Check everything that can be known before the first revision. Returns warnings, one line
        each; raises `SinkError`, not `retryable` if somebody has to change something first."""

    async def write(
        self, revisions: Sequence[Revision], actions: Sequence[Logged] = ()
    ) -> list[Outcome]:
        """Write them, oldest first, and return the outcome of each, of the revisions first. If it
        raises `SinkError`, the same come again."""

    async def close(self) -> None:
        """Release all resources."""
