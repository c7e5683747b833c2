"""Servers of Java's, from a directory of jars that Maven has fetched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from offbook.cli.demo.server_process import EmbeddedMissingError


def jars_of(what: str, libs: Path | None, *, variable: str, among: str, pom: str) -> Path:
    """Where the jars are: `libs`, or what the variable names. `among` is a pattern for one of them.
    Raises `EmbeddedMissingError`."""
    given = libs if libs is not None else os.environ.get(variable)
    if not given or not any(Path(given).glob(among)):
        raise EmbeddedMissingError(
            f"no {what} jars in {given or variable}:"
            f" fetch them with Maven by {pom} and set {variable}"
        )
    return Path(given).resolve()


def java(what: str, libs: Path, *options: str) -> list[str]:
    """The command that runs one of their classes. Raises `EmbeddedMissingError`."""
    program = shutil.which("java")
    if program is None:
        raise EmbeddedMissingError(f"{what} needs java 17 or newer on the PATH")
    return [
        program,
        *options,
        "-XX:+ExitOnOutOfMemoryError",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-cp",
        f"{libs}/*",
    ]
