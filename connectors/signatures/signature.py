"""What all senders' ways of proving who they are have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final

from msgspec import Struct

#: Bytes of a body; what is longer is not looked at. The vendors send some tens of KiB.
MOST_BYTES: Final = 1 << 20


class Request(Struct, frozen=True):
    """As it came in. The names in `headers` are in small letters, `query` is decoded, `body` is
    raw. `url` is whole, as the sender wrote it."""

    method: str
    path: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        # Tokens stand in headers, queries and paths, and a body is about people.
        return f"Request({self.method}, {len(self.body)} bytes)"


class Verified(Struct, frozen=True):
    """It is from them. `body` is decrypted, and to be decoded. `secret` is the number of the secret
    that held, from 0: what is answered may have to be signed with the same."""

    body: bytes
    secret: int = 0

    def __repr__(self) -> str:
        return f"Verified({len(self.body)} bytes, secret {self.secret})"


class Answered(Struct, frozen=True):
    """The whole answer: to a check of the address, which is no record, or to what was taken."""

    status: int
    body: bytes
    content_type: str


class Refused(Struct, frozen=True):
    """Nobody has proven anything. Both texts may be logged; whoever sent it is told neither."""

    reason: str
    mend: str


class Signature(ABC):
    """One sender's way of proving who they are. It has no state: the same request is taken again
    for as long as its timestamp is fresh, and its records are known by their ids."""

    methods: ClassVar[tuple[str, ...]] = ("POST",)

    def verify(self, request: Request, now: float) -> Verified | Answered | Refused:
        """Never raises, whatever was sent. `now` is in seconds since 1970."""
        if request.method not in self.methods:
            return Refused(
                f"its method is not {' or '.join(self.methods)}",
                "Set the method where the sender's webhook is set up.",
            )
        if len(request.body) > MOST_BYTES:
            return Refused(
                f"its body is longer than {MOST_BYTES} bytes",
                "Have the sender put fewer records into one request.",
            )
        return self._judged(request, now)

    @abstractmethod
    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused: ...

    def accepted(self, now: float, nonce: str, secret: int = 0) -> Answered:
        """What the sender wants to read once Kafka has it. `secret` is that of `Verified`; `now`
        and `nonce`, a word that is used once, matter where the answer is signed."""
        return Answered(200, b"", "text/plain")


def absent(what: str) -> Refused:
    """`what` says where it is looked for, as in `the header x-signature`."""
    return Refused(f"{what} is absent or malformed", "Is it the right sender for this address?")
