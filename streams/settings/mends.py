"""What to do about an error that a detector of the company's own raised, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from contract.spelling.nearest import nearest
from contract.types import CrmEdit, Image
from detectors import language
from detectors.facts.fact import Fact
from detectors.language.finding import Subject
from detectors.language.found import Found

_QUOTED: Final = re.compile(r"'(\w+)'")


def line_in(file: str, error: BaseException) -> int | None:
    """The line of `file` at which it was raised, or from which what raised it was called; None
    where the file had no part in it."""
    line, frame = None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == file:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def mend_of(error: BaseException) -> str:
    """What would help, as far as it can be told from the error."""
    if isinstance(error, ImportError):
        return "import detectors.language, and what is installed beside Offbook"
    if isinstance(error, NameError):
        begins = "does the file begin with `from detectors.language import *`?"
        return begins + nearest(error.name or "", language.__all__)
    if isinstance(error, AttributeError):
        return _instead_of(error.obj, error.name or "")
    if isinstance(error, TypeError) and "keyword argument" in str(error):
        return _instead_of_argument(_QUOTED.findall(str(error))[-1:])
    if isinstance(error, KeyError):
        return "a fact has those fields that keep(…) gave it, and none that is None: ask .get(…)"
    return "mend that line"


def _instead_of(asked: object, name: str) -> str:
    """What to ask in the place of something that it has not."""
    if asked is None:
        return (
            "it is None where nothing was said of it; of an edit, ask edit.says and edit.was, which"
            " are never None"
        )
    if isinstance(asked, CrmEdit) and name in Image.__struct_fields__:
        return f"write edit.says.{name}, or edit.was.{name} for what was before"
    if isinstance(asked, Fact):
        return (
            f'a fact has what keep(…) gave it: keep(role, {name}=…) is fact.fields["{name}"]'
            + nearest(name, Fact.__struct_fields__)
        )
    if isinstance(asked, Subject):
        return f'give it among the values: values may be {{"{name}": …}}'
    return f"it has no {name}" + _of(name, _told_by(asked))


def _instead_of_argument(names: list[str]) -> str:
    known = {*Subject.__struct_fields__, *Found.__struct_fields__}
    return "a Subject takes employee, customer, order and account" + "".join(
        nearest(name, known) for name in names
    )


def _told_by(asked: object) -> Iterable[str]:
    names = asked.__struct_fields__ if isinstance(asked, Struct) else dir(asked)
    return [name for name in names if not name.startswith("_")]


def _of(name: str, known: Iterable[str]) -> str:
    """The nearest, or all that there is where that is little."""
    names = list(known)
    return nearest(name, names) or (f"; it has {', '.join(names)}" if 0 < len(names) <= 12 else "")
