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
from streams.settings.kept_texts import UnkeepableError

_QUOTED: Final = re.compile(r"'(\w+)'")
#: What a rule makes by name. Whose account it is, the engine puts in.
_TAKES: Final = {
    "Subject": [it for it in Subject.__struct_fields__ if it != "account_holder"],
    "Found": list(Found.__struct_fields__),
}


def line_in(file: str, error: BaseException) -> int | None:
    """The line of `file` at which it was raised, or from which what raised it was called; None
    where the file had no part in it."""
    line, frame = None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == file:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def mend_of(error: BaseException, line: int | None) -> str:
    """What would help, as far as it can be told from the error, and from whether it was raised at a
    `line` of the file, or where Offbook uses what the file says."""
    if isinstance(error, UnkeepableError):
        return error.mend
    if isinstance(error, ImportError):
        return "import detectors.language, and what is installed beside Offbook"
    if isinstance(error, NameError):
        begins = "does the file begin with `from detectors.language import *`?"
        return begins + nearest(error.name or "", language.__all__)
    if isinstance(error, AttributeError):
        return _instead_of(error.obj, error.name or "")
    if isinstance(error, TypeError) and "unexpected keyword" in str(error).lower():
        return _instead_of_argument(_QUOTED.findall(str(error))[-1:])
    if isinstance(error, KeyError) and line is None:
        return "nothing fills a place of that name in a note or a sentence; keep(…) or values does"
    if isinstance(error, KeyError):
        return "a fact has those fields that keep(…) gave it, and none that is None: ask .get(…)"
    return "compare it with one of Offbook's" if line is None else "mend that line"


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
        return f'it is declared by given=, and not given: values must have "{name}"'
    return f"it has no {name}" + _of(name, _told_by(asked))


def _instead_of_argument(names: list[str]) -> str:
    for kind, known in _TAKES.items():
        for name in names:
            if near := nearest(name, known):
                return f"a {kind} takes {', '.join(known)}{near}"
    return "; ".join(f"a {kind} takes {', '.join(known)}" for kind, known in _TAKES.items())


def _told_by(asked: object) -> Iterable[str]:
    names = asked.__struct_fields__ if isinstance(asked, Struct) else dir(asked)
    return [name for name in names if not name.startswith("_")]


def _of(name: str, known: Iterable[str]) -> str:
    """The nearest, or all that there is where that is little."""
    names = list(known)
    return nearest(name, names) or (f"; it has {', '.join(names)}" if 0 < len(names) <= 12 else "")
