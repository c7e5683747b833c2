"""What became of one message."""

from __future__ import annotations

from typing import Final, Literal, get_args

from msgspec import Struct

#: `again`: trying again may help; `throttled`: only after a while. `refused` will be refused again,
#: whatever is in the message; `unfit` is refused for what is in it.
Verdict = Literal["accepted", "again", "throttled", "refused", "unfit"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


class Answer(Struct, frozen=True):
    """A verdict with our words for it; `after` is how many seconds the robot wants to be left
    alone, where it says. The vendor's own words are not kept: they may quote the message."""

    verdict: Verdict
    why: str = ""
    code: int | None = None
    after: float | None = None


ACCEPTED: Final = Answer("accepted")
