"""What a process that reads and one that judges for it say to each other."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from offbook.cli.files.sharing.passed_on import PassedOn
from offbook.cli.files.sharing.share import Found

#: Documents that are sent together: some 60 ms of work. With fewer the two would wait for each
#: other oftener, for they take turns unevenly.
TOGETHER: Final = 1024


class Known(Struct, tag=True, array_like=True):
    """Reference documents."""

    documents: PassedOn


class Taken(Struct, tag=True, array_like=True):
    """Events, each with the keys of its entities, and its number where there are others between.
    None will come any more of before the moment `upto`."""

    documents: PassedOn
    keys: list[list[str]] = []
    numbers: list[int] = []
    upto: int = 0


class End(Struct, tag=True, array_like=True):
    """That was all; stream time goes on to `until`."""

    until: int | None


class Last(Struct, array_like=True):
    """What was found until the end, who was silent, and how many facts gave way."""

    found: Found
    silent: dict[str, str]
    evicted: dict[str, int]


_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode
decode = msgspec.msgpack.Decoder(Known | Taken | End).decode
decode_found = msgspec.msgpack.Decoder(Found).decode
decode_last = msgspec.msgpack.Decoder(Last).decode
