"""How the house stands: lines, imports and files, measured from the source.

    python -m bench.house

Prints the table that stands in docs/architecture.md, which a test holds to it.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

ROOT: Final = Path(__file__).parents[1]
#: The packages that the wheel is made of.
ROOMS: Final[tuple[str, ...]] = tuple(
    tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]["packages"]
)
#: What a rule leaves to its shape: when to look, what is kept, what is forgotten.
LIFECYCLE: Final = ("prune", "forget", "concerns", "keeps", "reach", "folds", "spare")


def _files(*rooms: str) -> list[Path]:
    return sorted(it for room in rooms for it in (ROOT / room).rglob("*.py"))


def _lines(file: Path) -> int:
    return len(file.read_text("utf-8").splitlines())


def rules() -> list[Path]:
    """The file of each detector; that of its other half, where it has two, begins with `_`."""
    return [
        it for it in _files("detectors/rules") if it.name != "catalogue.py" and it.stem[0] != "_"
    ]


def _imports(file: Path) -> int:
    """Lines of imports of our own, those that a formatter spreads over several counted each."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    ours = [
        it
        for it in nodes
        if isinstance(it, ast.ImportFrom) and (it.module or "").partition(".")[0] in ROOMS
    ]
    return sum((it.end_lineno or it.lineno) - it.lineno + 1 for it in ours)


def _tells_the_engine(file: Path) -> bool:
    """Whether it says anything of when to look or what is kept."""
    tree = ast.parse(file.read_text("utf-8"))
    names = {it.arg for it in ast.walk(tree) if isinstance(it, ast.keyword)}
    names |= {it.name.lstrip("_") for it in ast.walk(tree) if isinstance(it, ast.FunctionDef)}
    return not names.isdisjoint(LIFECYCLE)


def _figures(numbers: list[int]) -> str:
    return f"{median(numbers):g} (at most {max(numbers)})"


def rows() -> Iterator[tuple[str, str]]:
    """(what, how much), in the order of the table."""
    rule_files, files = rules(), _files(*ROOMS)
    folders = [
        it for room in ROOMS for it in [ROOT / room, *(ROOT / room).rglob("*")] if it.is_dir()
    ]
    held = [len(list(it.glob("*.py"))) for it in folders]
    yield "detectors", str(len(rule_files))
    yield "lines a rule, median", _figures([_lines(it) for it in rule_files])
    yield "lines of our own imports a rule, median", _figures([_imports(it) for it in rule_files])
    yield (
        "rules that tell the engine when to look or what to keep",
        str(sum(map(_tells_the_engine, rule_files))),
    )
    yield "files of Python in the rooms", str(len(files))
    yield "lines a file, median", _figures([_lines(it) for it in files])
    yield "files of more than 300 lines", str(sum(_lines(it) > 300 for it in files))
    yield "files a folder, median", _figures([it for it in held if it])


def table() -> str:
    """The table in Markdown."""
    lines = ["| measured | |", "| --- | --- |", *(f"| {what} | {much} |" for what, much in rows())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
