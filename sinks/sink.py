"""Where alerts go. The next sink is a file: three methods, and delivery does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from contract.alert import Alert

#: "moved" is written too; the revision before it went to another audience.
Outcome = Literal["written", "moved", "repeat", "stale"]


class Revision(Struct, frozen=True):
    """One revision of an alert, and the JSON it stands in on the topic of alerts: whoever stores it
    need not write it once more."""

    alert: Alert
    data: bytes


class SinkError(RuntimeError):
    """A sink did not do what it was asked. One line; `retryable`: can trying again help?"""

    retryable: ClassVar[bool]


class Sink(Protocol):
    """Takes revisions, each as often as it is told, and has each of them once."""

    async def check(self) -> tuple[str, ...]:
        """Everything that can be known before the first revision. Returns warnings, one line each;
        raises `SinkError`, not `retryable` where somebody must change something first."""

    async def write(self, revisions: Sequence[Revision]) -> list[Outcome]:
        """Write them, oldest first, and say of each what came of it. Raises `SinkError`; then the
        same ones come again."""

    async def close(self) -> None:
        """Let go of what is open."""
