"""Every declared dependency is used, and every one that is used is declared."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench.house import ROOMS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
#: Time zones are data: `zoneinfo` finds them where the system has none.
DATA = {"tzdata"}
#: What `offbook demo` runs, from an extra of its own.
EMBEDDED = {"fakeredis"}


def declared() -> set[str]:
    return {Requirement(it).name for it in PROJECT["project"]["dependencies"]}


def imported() -> set[str]:
    names: set[str] = set()
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {it.name.partition(".")[0] for it in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.partition(".")[0])
    # Stubs that only mypy reads.
    return names - set(ROOMS) - sys.stdlib_module_names - {"_typeshed"}


def test_what_is_declared_is_what_is_used() -> None:
    distributions = packages_distributions()
    used = {canonicalize_name(it) for name in imported() for it in distributions.get(name, [name])}
    assert used - EMBEDDED == {canonicalize_name(it) for it in declared()} - DATA
