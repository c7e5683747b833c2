"""`python -m scaffold NAME ROOM`: the rule, its test and its runbook, each to be filled in."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from string import Template
from typing import Final

from contract.spelling.nearest import nearest
from detectors.rules.catalogue import ROOMS

_TEMPLATES: Final = Path(__file__).parent / "templates"
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_EXAMPLE: Final = "make detector NAME=two-managers-one-order ROOM=orders"


class LayoutError(ValueError):
    """What was asked for cannot be laid out; says what can."""


def lay_out(root: Path, name: str, room: str) -> list[Path]:
    """Write the files of detector `name` in `room`, none of which may be there. Gives them, from
    `root`. Raises `LayoutError`."""
    if not _NAME.fullmatch(name):
        raise LayoutError(f"NAME={name}: use two or more small words with hyphens: {_EXAMPLE}")
    if room not in ROOMS:
        meant = nearest(room, ROOMS)
        said = f"there is no room {room}" if room else "say which room it is about"
        raise LayoutError(f"ROOM={room}: {said}{meant} (the rooms: {', '.join(ROOMS)}): {_EXAMPLE}")
    module = name.replace("-", "_")
    files = {
        Path("detectors", "rules", room, f"{module}.py"): "rule.py.txt",
        Path("tests", "detectors", room, f"test_{module}.py"): "test.py.txt",
        Path("docs", "runbooks", f"{name}.md"): "runbook.md.txt",
    }
    words = {
        "id": name,
        "module": module,
        "room": room,
        "params": "".join(word.capitalize() for word in name.split("-")) + "Params",
        "title": name.replace("-", " ").capitalize(),
    }
    there = [*root.glob(f"detectors/rules/*/{module}.py"), *(root / file for file in files)]
    if taken := next((file for file in there if file.exists()), None):
        raise LayoutError(f"NAME={name}: {taken.relative_to(root)} is there already")
    for file, template in files.items():
        text = Template((_TEMPLATES / template).read_text("utf-8")).substitute(words)
        (root / file).write_text(text, encoding="utf-8")
    return list(files)


def main(arguments: list[str], root: Path) -> int:
    """Lay out and say what comes next; the exit status."""
    name, room = (*arguments, "", "")[:2]
    try:
        files = lay_out(root, name, room)
    except LayoutError as error:
        print(error, file=sys.stderr)
        return 2
    print("Laid out, to be filled in where there is a …:")
    for file in files:
        print(f"  {file}")
    print("Then:")
    print(f"  .venv/bin/python -m pytest {files[1]}")
    print("  make docs check")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).parents[1]))
