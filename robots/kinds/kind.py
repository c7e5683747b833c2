"""What all kinds of robots have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import msgspec
from msgspec import Struct

from robots.answer import ACCEPTED, Answer
from robots.entries import Entry
from robots.fitting import Fitted
from robots.words import Language

#: What every message ends with. A robot that demands a keyword can demand this one.
KEYWORD: Final = "Offbook"
_OTHER_CODE: Final = "refused with a code we do not know: look it up in the vendor's list"


class Mention(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is mentioned when something critical fires."""

    users: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    all: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.mobiles or self.all)


class Voice(Struct, frozen=True):
    """How one robot speaks."""

    language: Language = "both"
    mention: Mention = Mention()

    def mentions(self, entries: Sequence[Entry]) -> bool:
        """Whether somebody is mentioned in a message about these."""
        return bool(self.mention) and any(it.pages for it in entries)


class Kind(ABC):
    """One vendor. Pure: time comes in as seconds since 1970."""

    #: Messages that a robot takes.
    per_minute: ClassVar[int]
    per_second: ClassVar[int | None] = None
    #: Seconds for which a robot that was sent too much is left alone.
    hold: ClassVar[float]
    #: Hosts at which its robots live, and what an address there has.
    hosts: ClassVar[tuple[str, ...]]
    looks_like: ClassVar[str]
    signs: ClassVar[bool] = True
    #: Codes in an answer: sent too much; busy; refused for what is in the message; what the others
    #: mean.
    too_fast: ClassVar[frozenset[int]]
    busy: ClassVar[frozenset[int]]
    unfit: ClassVar[Mapping[int, str]]
    refused: ClassVar[Mapping[int, str]]

    @abstractmethod
    def message(self, entries: Sequence[Entry], more: int, voice: Voice) -> Fitted:
        """The message about these alerts, and `more` that it only counts."""

    def address(self, url: str, secret: str | None, at: float) -> str:
        """Where to post to."""
        return url

    def signed(self, body: Mapping[str, Any], secret: str | None, at: float) -> Mapping[str, Any]:
        """The body to post."""
        return body

    def code(self, answer: Mapping[str, Any]) -> object:
        """The code in an answer; 0 is success."""
        return answer.get("errcode")

    def judge(self, body: bytes) -> Answer:
        """What an answer means, whatever its HTTP status."""
        try:
            answer = msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Answer("again", "answered something that is not JSON: is a proxy in between?")
        code = self.code(answer)
        if not isinstance(code, int) or isinstance(code, bool):
            return Answer("again", "answered without a code: is it the vendor who answers?")
        if code == 0:
            return ACCEPTED
        if code in self.too_fast:
            return Answer("throttled", "was sent more than it takes", code)
        if code in self.busy:
            return Answer("again", "is busy", code)
        if code in self.unfit:
            return Answer("unfit", self.unfit[code], code)
        return Answer("refused", self.refused.get(code, _OTHER_CODE), code)
