"""Detectors of the company's own: found in a folder of the settings, or installed as a package.

Each file is one rule, written as ours are, under the name of its file. Its id has a prefix put
before it, `own-` or the entry point's name, so that none can take one of ours. A file that cannot
be used is refused by itself, with its line and the mend, and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

from detectors.engine.running import OwnDetector
from detectors.language.detector import Detector
from detectors.rules.catalogue import BY_ID, with_own
from streams.settings.rule_files import (
    ID,
    RefusedDetectorError,
    content,
    detector_of,
    digest_of,
    id_of,
    is_rule,
    refusal,
    run,
)
from streams.settings.settings import SettingsError

#: Stands before the ids of the folder's.
PREFIX: Final = "own-"
#: The group of entry points by which a package brings detectors.
GROUP: Final = "offbook.detectors"

#: What a file is, and what else stands in it.
_Loaded = tuple[OwnDetector, ModuleType]


@dataclass(frozen=True)
class Known:
    """All detectors under some settings, ours and the company's, and by id those `refused`."""

    own: Mapping[str, OwnDetector] = field(default_factory=dict)
    refused: Mapping[str, RefusedDetectorError] = field(default_factory=dict)

    @cached_property
    def detectors(self) -> tuple[Detector, ...]:
        """In the order in which they are told."""
        return with_own(self.own.values())

    @cached_property
    def by_id(self) -> dict[str, Detector]:
        """The same, to be found by their ids."""
        return {detector.id: detector for detector in self.detectors}

    def keeping(self, before: Known) -> Known:
        """With what was good `before` in the place of what is refused now."""
        kept = {id_: before.own[id_] for id_ in self.refused if id_ in before.own}
        return Known({**self.own, **kept}, self.refused)


def known_detectors(folder: str | None) -> Known:
    """Those of Offbook, of `folder` (`detectors_path`) and of installed packages.

    Read anew at each call, and run if it changed. Raises `SettingsError` for a folder that cannot
    be read.
    """
    own: dict[str, OwnDetector] = {}
    refused: dict[str, RefusedDetectorError] = {}
    found = [(PREFIX + id_of(file.stem), _of_file(file, content(file))) for file in _files(folder)]
    for id_, one in (*found, *_installed()):
        if isinstance(one, RefusedDetectorError):
            refused.setdefault(id_, one)
            continue
        detector = one[0]
        if id_ in BY_ID:
            mend = "give the entry point another name"
            refused[id_] = RefusedDetectorError(detector.file, f"{id_} is Offbook's own", mend)
        elif id_ in own:
            why = f"{own[id_].file} has the id {id_} too"
            refused[id_] = RefusedDetectorError(detector.file, why, "rename one of them")
        else:
            own[id_] = detector
    return Known(own, refused)


def state_of(folder: str | None) -> str:
    """Another text whenever a rule of the folder is another, has come or gone."""
    try:
        return digest_of(*(part for it in _files(folder) for part in (it.name, content(it))))
    except SettingsError as error:
        return str(error)


def loaded(file: Path) -> _Loaded:
    """The detector of a file as the folder would have it, and what else stands there. Raises
    `RefusedDetectorError`."""
    found = _of_file(file, content(file))
    if isinstance(found, RefusedDetectorError):
        raise found
    return found


def _files(folder: str | None) -> list[Path]:
    if folder is None:
        return []
    try:
        files = sorted(Path(folder).iterdir())
    except OSError as error:
        raise SettingsError(
            f"detectors_path: {folder}: {error.strerror}; name the folder of your detectors"
        ) from error
    return [file for file in files if file.suffix == ".py" and is_rule(file.stem)]


@lru_cache(maxsize=512)
def _of_file(file: Path, said: bytes | str) -> _Loaded | RefusedDetectorError:
    """Run once for what it says: a detector that did not change is the same one, and what was
    judged by it stands."""
    try:
        module = run(file, said)
        return detector_of(module, file, PREFIX, digest_of(said)), module
    except RefusedDetectorError as refused:
        return refused


@cache
def _installed() -> tuple[tuple[str, _Loaded | RefusedDetectorError], ...]:
    """Those of entry points, once: another version of a package comes with a restart."""
    points = sorted(entry_points(group=GROUP), key=lambda it: (it.name, it.value))
    return tuple(found for point in points for found in _of_package(point))


def _of_package(point: EntryPoint) -> Iterator[tuple[str, _Loaded | RefusedDetectorError]]:
    """The rule of a module, or those of all modules of a package, by id."""
    place = f"entry point {point.name} = {point.value}"
    if not ID.fullmatch(point.name) or f"{point.name}-" == PREFIX:
        mend = 'use small letters, digits and -, as in "acme"; "own" is the folder\'s'
        refused = RefusedDetectorError(place, "its name cannot stand before an id", mend)
        yield point.name, refused
        return
    try:
        package = import_module(point.module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the others go on
        why = f"{type(error).__name__}: {error}"
        yield point.name, RefusedDetectorError(place, why, "mend the package, or remove it")
        return
    stems = sorted(
        it.stem for at in getattr(package, "__path__", ()) for it in Path(at).glob("*.py")
    )
    names = [f"{point.module}.{stem}" for stem in stems if is_rule(stem)]
    for name in names or [point.module]:
        id_ = f"{point.name}-{id_of(name.rpartition('.')[2])}"
        yield id_, _of_module(name, f"{point.name}-", point.attr or "DETECTOR")


def _of_module(name: str, prefix: str, attribute: str) -> _Loaded | RefusedDetectorError:
    file = Path(name)
    try:
        spec = find_spec(name)
        file = Path(spec.origin) if spec is not None and spec.origin else file
        module = import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the others go on
        return refusal(file, error)
    # What stands beside it in a package may be a part of it.
    beside = sorted(file.parent.glob("*.py")) if "." in name else [file]
    try:
        digest = digest_of(*map(content, beside))
        return detector_of(module, file, prefix, digest, attribute), module
    except RefusedDetectorError as refused:
        return refused
