"""One file with a detector of the company's own: run, and taken if it is one.

What stands in a file runs in this process, with all that the process may do.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from hashlib import sha256
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from importlib.util import decode_source, module_from_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, ClassVar, Final

from contract.alert import SEVERITIES, Bilingual
from contract.event import Event
from contract.spelling.nearest import nearest
from contract.spelling.shown import shown
from detectors.engine.engine import Engine
from detectors.engine.running import OwnDetector, Running
from detectors.facts.event_filter import Edits, Where, anything
from detectors.facts.fact import Fact
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.language.detector import Detector
from detectors.language.params import Params
from streams.settings.kept_texts import finding_texts, keeping_texts
from streams.settings.mends import line_in, mend_of

ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: An id begins an alert's id, and is a metric's label and a word of many lines.
LONGEST: Final = 60


class RefusedDetectorError(ValueError):
    """A file that is no detector, in a line: where, why, and the mend. A restart does not help."""

    retryable: ClassVar[bool] = False

    def __init__(self, place: str | Path, why: str, mend: str, line: int | None = None) -> None:
        self.line = line
        where = str(place) if line is None else f"{place}:{line}"
        super().__init__(shown(f"{where}: {why}; {mend}"))


def is_rule(stem: str) -> bool:
    """Whether a file of that name is one: no test that stands beside one, and nothing with `_`."""
    return not stem.startswith(("_", "test_"))


def id_of(stem: str) -> str:
    """The id that the name of a file asks for."""
    return stem.replace("_", "-")


def content(file: Path) -> bytes | str:
    """What stands there; a text says why it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        return error.strerror or type(error).__name__


def digest_of(*contents: bytes | str) -> str:
    """Another text for other contents."""
    return sha256(repr(contents).encode()).hexdigest()


def run(file: Path, said: bytes | str) -> ModuleType:
    """The module that is `said` there. Raises `RefusedDetectorError`."""
    if isinstance(said, str):
        mend = "let the user who runs Offbook read it"
        raise RefusedDetectorError(file, f"cannot be read: {said}", mend)
    name = f"offbook_own_{file.stem}_{digest_of(said)[:16]}"
    loader = _Read(file, said)
    module = module_from_spec(ModuleSpec(name, loader, origin=str(file)))
    module.__file__ = str(file)
    # msgspec and dataclasses look there for what an annotation names.
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise refusal(file, error) from error
    return module


class _Read(InspectLoader):
    """Runs what was read, not what the disk has by now, and leaves no compiled file behind."""

    def __init__(self, file: Path, said: bytes) -> None:
        self._file, self._said = file, said

    def get_source(self, fullname: str) -> str:
        return decode_source(self._said)

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._said, str(self._file))


def refusal(file: Path, error: BaseException) -> RefusedDetectorError:
    """What is wrong with a file that raised `error` when it was run.

    No event was near it, so the text of the error may be told.
    """
    if isinstance(error, SyntaxError) and error.filename == str(file):
        why = f"is not Python: {error.msg}"
        return RefusedDetectorError(file, why, "mend that line", error.lineno)
    line = line_in(str(file), error)
    return RefusedDetectorError(
        file, f"{type(error).__name__}: {error}", mend_of(error, line), line
    )


def detector_of(
    module: ModuleType, file: Path, prefix: str, digest: str, attribute: str = "DETECTOR"
) -> OwnDetector:
    """The detector of a module, with `prefix` before its id. Raises `RefusedDetectorError`."""

    def refused(why: str, mend: str) -> RefusedDetectorError:
        return RefusedDetectorError(file, why, mend, _line_of(attribute, file))

    found, id_ = getattr(module, attribute, None), id_of(file.stem)
    if found is None:
        mend = f"write {attribute} = burst(…), or begin the file's name with _"
        raise refused(f"has no {attribute}", mend)
    if not isinstance(found, Detector):
        raise refused(
            f"{attribute} is no detector but of type {type(found).__name__}",
            f"write {attribute} = burst(…) or {attribute} = Detector(…)",
        )
    if not ID.fullmatch(id_) or len(prefix + id_) > LONGEST:
        raise refused(
            "a detector cannot be called as this file is",
            f"use small letters, digits and _, as in night_discount.py, {LONGEST} at most",
        )
    if found.id == prefix + id_:
        raise refused(f"{prefix} is put before the id by itself", f'write the id "{id_}"')
    if found.id != id_:
        raise refused(
            f"the id is {found.id!r}, and the name of the file says {id_!r}",
            f'write the id "{id_}", or give the file the other name',
        )
    _try(found, refused)
    whole: dict[str, Any] = {it.name: getattr(found, it.name) for it in fields(Detector)}
    whole |= {"id": prefix + id_, "told": module.__doc__ or ""}
    whole["reads"] = tuple(keeping_texts(_told_where_drawn(reads)) for reads in found.reads)
    whole["judge"] = finding_texts(found.judge)
    return OwnDetector(**whole, file=str(file), digest=digest)


def _try(found: Detector, refused: Callable[[str, str], RefusedDetectorError]) -> None:
    """What would stop whoever runs it, and not it alone, or leave it out without a word."""
    words = ", ".join(SEVERITIES)
    try:
        if not set(found.possible_severities()) <= set(SEVERITIES):
            raise refused(f"the severity is {found.severity!r}", f"use one of {words}")
        if not isinstance(found.title, Bilingual):
            raise refused("the title is not in two languages", 'write Bilingual("…", "…")')
        for role, note in found.notes.items():
            if not isinstance(note, Bilingual):
                raise refused(
                    f"the note of {role} is not in two languages", 'write Bilingual("…", "…")'
                )
        if not (found.reads or found.dossier or found.weighs_alerts):
            raise refused("it reads nothing", "give it reads=(read(…),)")
        Running.of(found)
        Engine([found], Reference())
    except RefusedDetectorError:
        raise
    except Exception as error:
        why = f"it cannot be run: {type(error).__name__}: {error}"
        raise refused(why, _of_whole(error)) from error


def _of_whole(error: Exception) -> str:
    """The mend of what no line of the file says: most often a parameter that a shape asks for."""
    if isinstance(error, AttributeError) and isinstance(error.obj, Params):
        return f"write {error.name} in {type(error.obj).__name__}, or name another parameter" + (
            nearest(error.name or "", error.obj.__struct_fields__)
        )
    return "compare it with one of Offbook's"


def _told_where_drawn(reads: Reads) -> Reads:
    """The same, but for an event on which its questions raise: whoever routes an event asks for all
    detectors at once, and would lose it for all. There it counts as wanted; where its fact is
    drawn it raises again, is this detector's own failure, and is told of."""
    by_reference = reads.by_reference
    if by_reference is not None:
        reads = replace(reads, by_reference=_or_true(by_reference))
    asks = reads.where.also if isinstance(reads.where, Edits) else reads.where
    if asks is None or asks is anything:
        return reads
    wanted, draw = asks, reads.fact

    def fact(event: Event, reference: Reference) -> Fact | None:
        return draw(event, reference) if wanted(event.data) else None

    guarded: Where = _or_true(asks)
    where = replace(reads.where, also=guarded) if isinstance(reads.where, Edits) else guarded
    return replace(reads, where=where, fact=fact)


def _or_true(asks: Callable[..., bool]) -> Callable[..., bool]:
    def asked(*said: object) -> bool:
        try:
            return asks(*said)
        except Exception:  # noqa: BLE001 - it is told of where the fact is drawn
            return True

    return asked


def _line_of(attribute: str, file: Path) -> int | None:
    """Where the file says `DETECTOR`; None where it does not."""
    said = content(file)
    lines = said.decode(errors="replace").splitlines() if isinstance(said, bytes) else []
    says = re.compile(rf"{attribute}\s*[:=]")
    return next((number for number, line in enumerate(lines, 1) if says.match(line)), None)
