"""Secrets that files and variables hold. A file that is replaced is read again: nothing has to be
started anew when a secret is rotated."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog

from connectors.signatures.setting import SignatureSettingError

#: Bytes: of a key in PEM some thousands.
_LONGEST: Final = 64 << 10
_Stamp = tuple[int, int, int]
_T = TypeVar("_T")

_log = structlog.get_logger(__name__)


class SecretFiles:
    """Reads `file:PATH`, seen from `base`, and `env:NAME`, and knows when a file has changed."""

    def __init__(self, base: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._base = base
        self._environment = environment
        self._stamps: dict[Path, _Stamp | None] = {}

    def read(self, reference: str) -> str:
        """What is there, without the line break at its end. Raises `OSError`, `ValueError` or
        `LookupError`."""
        way, _, name = reference.partition(":")
        if way == "env":
            return self._environment[name]
        path = self._base / name
        self._stamps[path] = _stamp(path)
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise ValueError("too long")
        return content.decode("utf-8").removesuffix("\n").removesuffix("\r")

    def changed(self) -> bool:
        """Whether one of those that were read is another one now."""
        return any(_stamp(path) != stamp for path, stamp in self._stamps.items())


class Rotating(Generic[_T]):
    """What is made of secrets, made again when a file of theirs has changed. If that fails, as
    while it is being written, what was made before holds."""

    def __init__(self, name: str, files: SecretFiles, make: Callable[[SecretFiles], _T]) -> None:
        self._name = name
        self._files = files
        self._make = make
        self._made = make(files)
        #: What is wrong with the newest; empty if nothing is.
        self.fault = ""

    def current(self) -> _T:
        """The newest that can be used."""
        if self._files.changed():
            try:
                self._made = self._make(self._files)
                self.fault = ""
                _log.info("a secret was read anew", connector=self._name)
            except (SignatureSettingError, OSError, ValueError, LookupError) as error:
                its = isinstance(error, SignatureSettingError)
                self.fault = str(error) if its else "a file of a secret cannot be read"
                _log.warning("the secret before holds on", connector=self._name, why=self.fault)
        return self._made


def headers_of(table: Mapping[str, str], read: Callable[[str], str]) -> dict[str, str]:
    """Headers of a request: `name`, or `name_env` and `name_file` for those that are secret. Raises
    what `read` does, and `ValueError` for one that no header can hold."""
    found: dict[str, str] = {}
    for name, value in table.items():
        bare, text = name, value
        for way in ("env", "file"):
            if name.endswith(f"_{way}"):
                bare, text = name.removesuffix(f"_{way}"), read(f"{way}:{value}").strip()
        if not text.isprintable():
            raise ValueError(f"the header {bare} is not one line")
        found[bare] = text
    return found


def _stamp(path: Path) -> _Stamp | None:
    try:
        its = path.stat()
    except OSError:
        return None
    return its.st_mtime_ns, its.st_ino, its.st_size
