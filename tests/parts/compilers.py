"""Compilers of the languages for which there are types."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.parts.programs import path_of

ROOT = Path(__file__).parents[2]


def tsc() -> str:
    """The path of TypeScript's compiler; what `npm ci` put into clients/typescript, first."""
    own = ROOT / "clients" / "typescript" / "node_modules" / ".bin" / "tsc"
    where = "npm ci in clients/typescript, or Debian: node-typescript"
    return path_of(str(own) if own.exists() else "tsc", where)


def java(program: str) -> str:
    """The path of `java` or `javac`."""
    return path_of(program, "Debian: default-jdk-headless")


def run(*command: str) -> str:
    """What a command that must succeed wrote to its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
