"""How far a list has been read, kept in a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, structs

_LONGEST: Final = 4096


class Cursor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that was changed up to `after` is kept. In the middle of a round, which began at `began`,
    all with an id up to `id` is, too, and the newest of it is of `seen`. Times are µs."""

    after: int
    began: int = 0
    id: str = ""
    seen: int = 0

    def begun(self, now: int) -> Cursor:
        """A round begins at `now`, unless one goes on."""
        if self.began:
            return self
        return Cursor(after=self.after, began=now, seen=self.after)

    def read(self, newest: int, id_: str) -> Cursor:
        """A page is kept that goes up to `id_`, the newest of it from `newest`."""
        return structs.replace(self, id=id_, seen=max(self.seen, newest))

    def ended(self, newest: int, overlap: int) -> Cursor:
        """The round's last page is kept. What the list may not have shown yet when the round began
        is asked for again."""
        seen = max(self.seen, newest)
        return Cursor(after=max(self.after, min(seen, self.began - overlap)))


_decode: Final = msgspec.json.Decoder(Cursor).decode


def load(path: Path, since: int) -> Cursor:
    """That of the file; from `since` on, if there is none. Raises `OSError`, and `ValueError` for
    one that is no cursor."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST)
    except FileNotFoundError:
        return Cursor(after=since)
    return _decode(content)


def save(path: Path, cursor: Cursor) -> None:
    """Whatever ends the process meanwhile, the file is the one before or this one. Raises
    `OSError`."""
    half = path.with_name(f".{path.name}.part")
    with half.open("wb") as file:
        file.write(msgspec.json.encode(cursor))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
