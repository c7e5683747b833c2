"""Compilers of the languages for which there are types. Where one is absent a test is skipped, save
on CI: there it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tsc() -> str:
    """The path of TypeScript's compiler; what `npm ci` put into clients/typescript, first."""
    own = ROOT / "clients" / "typescript" / "node_modules" / ".bin" / "tsc"
    where = "npm ci in clients/typescript, or Debian: node-typescript"
    return _path(str(own) if own.exists() else "tsc", where)


def java(program: str) -> str:
    """The path of `java` or `javac`."""
    return _path(program, "Debian: default-jdk-headless")


def run(*command: str) -> str:
    """What a command that must succeed wrote to its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _path(name: str, where: str) -> str:
    path = shutil.which(name)
    if path is None:
        why = f"{name} is not on the PATH ({where})"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return path
