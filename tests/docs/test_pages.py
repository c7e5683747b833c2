"""The pages for people: every link leads somewhere, and both languages have the same parts."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/*.md"),
        *ROOT.glob("bench/*.md"),
    ]
)
PAIRS = [
    ("README.md", "README.zh-CN.md"),
    ("examples/README.md", "examples/README.zh-CN.md"),
    *(
        (str(page.relative_to(ROOT)).replace(".zh.md", ".md"), str(page.relative_to(ROOT)))
        for page in PAGES
        if page.name.endswith(".zh.md")
    ),
]
RUNBOOKS = [page for page in PAGES if page.parent.name == "runbooks"]

_FENCE = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(text: str) -> str:
    """`text` without its blocks of code, in which a # is no heading."""
    return _FENCE.sub("", text)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    found: set[str] = set()
    for _, heading in _HEADING.findall(prose(page.read_text("utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.replace("`", "")).lower()
        slug = re.sub(r"[^\w\- ]", "", words.strip()).replace(" ", "-")
        more = sum(1 for it in found if it == slug or re.fullmatch(re.escape(slug) + r"-\d+", it))
        found.add(f"{slug}-{more}" if more else slug)
    return found


def shape(text: str) -> list[tuple[str, int]]:
    """The headings, tables, blocks of code and lists of a text, in their order, with how deep a
    heading is and how many rows, steps or lines each of the others has. A line of a block counts
    without its remarks, which are translated."""
    parts: list[tuple[str, int]] = []
    lines = iter(text.splitlines())
    for line in lines:
        kind = ""
        if line.lstrip().startswith("```"):
            count = 0
            for inside in lines:
                if inside.lstrip().startswith("```"):
                    break
                count += bool(inside.partition("#")[0].strip())
            parts.append(("code", count))
        elif heading := re.match(r"(#+) ", line):
            parts.append(("heading", len(heading[1])))
        elif line.startswith("|"):
            kind = "table"
        elif re.match(r"\d+\. ", line):
            kind = "steps"
        if kind and parts and parts[-1][0] == kind:
            parts[-1] = (kind, parts[-1][1] + 1)
        elif kind:
            parts.append((kind, 1))
    return parts


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target in _LINK.findall(_CODE.sub("", prose(page.read_text("utf-8")))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (
            anchor and there.suffix == ".md" and anchor not in anchors(there)
        ):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_have_the_same_parts(english: str, chinese: str) -> None:
    assert shape((ROOT / english).read_text("utf-8")) == shape((ROOT / chinese).read_text("utf-8"))


@pytest.mark.parametrize("page", RUNBOOKS, ids=name)
def test_both_halves_of_a_runbook_have_the_same_parts(page: Path) -> None:
    _, _, both = page.read_text("utf-8").partition("\n## English\n")
    english, _, chinese = both.partition("\n## 中文\n")
    assert english
    assert shape(english) == shape(chinese)


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(
        r"^\| \[(\d{4})\]\((.+?)\)", (folder / "README.md").read_text(), re.MULTILINE
    )
    assert [file for _, file in listed] == sorted(it.name for it in folder.glob("0*.md"))
    assert all(file.startswith(number) for number, file in listed)
