"""What is decoded of an input: one row, element, message or change of a system's own."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Record(Struct, frozen=True):
    """`value` is what paths are looked up in: text, `int`, `Decimal`, `bool`, `None`, lists and
    tables of these, never a `float`.

    `line` is where it begins in its file, from 1, and 0 where that says nothing; `part` tells it
    from others that begin there, such as `Ntry 3`.
    """

    value: dict[str, Any]
    line: int = 0
    part: str = ""


class Undecodable(Struct, frozen=True):
    """A piece of the input that is no record. `reason` and `mend` quote nothing of it. What stands
    behind it is read on; with `last` nothing is, for where it ends cannot be told."""

    reason: str
    mend: str
    line: int = 0
    column: int = 0
    last: bool = False
