"""Documents that one process has read, as it passes them on to another.

Plain ones are passed on as they were sent, because to decode them again costs less than to send
what they decode to. What was normalised or corrected is read again as a whole.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from msgspec import Struct

from contract.decoding.opened import Opened
from contract.event import Event
from contract.rejected import Rejected


class PassedOn(Struct, array_like=True):
    """Some documents in their order; by their numbers, which of them are not plain."""

    documents: list[Opened] = []
    unclear: set[int] = set()

    def add(self, document: Opened, event: Event | Rejected) -> None:
        """One more, which was read as this `event`."""
        if isinstance(event, Rejected) or not document.is_plain(event):
            self.unclear.add(len(self.documents))
        self.documents.append(document)

    def read(self, region: str) -> Iterator[Event | Rejected]:
        """Read them as they were read before."""
        unclear = self.unclear
        for number, document in enumerate(self.documents):
            # One text for all that a system sends: facts keep it.
            document.source = sys.intern(document.source)
            yield document.read(region) if number in unclear else document.read_plain()

    def read_again(self, region: str) -> Iterator[Event]:
        """`read`, where all are known to be events."""
        for event in self.read(region):
            assert isinstance(event, Event)
            yield event
