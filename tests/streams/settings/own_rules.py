"""Detectors of one's own, as a company writes them: many looks at one thing."""

from __future__ import annotations

from pathlib import Path

RULE = '''"""Many looks.

Catches an employee who looks at `threshold` records within `window`.

Misses the slow.

Looks the same: a diligent one.
"""

from __future__ import annotations

from detectors.language import *


class Numbers(Params):
    """How many, how fast."""

    threshold: int = at_least(3, "looks in all", "查看合计")
    window: Duration = number("1h", "from the first look", "自首次查看起的时长")


DETECTOR = burst(
    "many-looks",
    "warning",
    Bilingual("Many looks", "频繁查看"),
    Numbers(),
    reads=(read("employee", CrmEdit, lambda edit: keep("look"), where=edits("view")),),
    enough=in_all("threshold"),
    says=says(
        Sentence(
            "{employee} looked {threshold:time} within {window}.",
            "{employee}{window}内查看了 {threshold} 次。",
        )
    ),
    notes={"look": Bilingual("looked", "查看")},
)


def look(n: int) -> dict[str, object]:
    return {
        "id": f"look-{n}",
        "type": "offbook.crm.edit.v1",
        "time": f"2026-03-02T09:{n:02}:00+08:00",
        "data": {"actor": "E-1", "op": "view", "object": {"type": "order", "id": f"O-{n}"}},
    }


EXAMPLES = [
    {
        "name": "three",
        "events": [look(1), look(2), look(3)],
        "expect": [{"severity": "warning", "employee": "E-1", "anchor": "look-1"}],
    },
    {"name": "two", "events": [look(1), look(2)], "expect": 0},
]
'''


def write(folder: Path, name: str = "many_looks.py", text: str = RULE) -> Path:
    """A file of that name in the folder, put in place at once."""
    folder.mkdir(exist_ok=True)
    fresh = folder / f"{name}.new"
    fresh.write_text(text, encoding="utf-8")
    return fresh.replace(folder / name)


def rule(name: str, **instead: str) -> str:
    """The rule under another name, and with other words."""
    text = RULE.replace('"many-looks"', f'"{name}"')
    for old, new in instead.items():
        text = text.replace(old, new)
    return text
