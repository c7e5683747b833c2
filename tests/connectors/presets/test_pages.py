"""A page of docs/ for each preset: what it shows can be used, and both languages show the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.loading import load_page, preset_names, preset_text
from connectors.mapping.page import read_page
from connectors.receiving.settings import receiving
from tests.connectors.presets.fixture import COMPANY

DOCS = Path(__file__).parents[3] / "docs" / "connectors"
PAGE = re.compile(r'```toml\n(preset = ".*?)```', re.DOTALL)
PAGES = [
    (path.name, shown)
    for path in sorted(DOCS.glob("*.md"))
    for shown in PAGE.findall(path.read_text("utf-8"))
]


def both(name: str) -> tuple[str, str]:
    english, chinese = (DOCS / f"{name}{it}.md" for it in ("", ".zh"))
    return english.read_text("utf-8"), chinese.read_text("utf-8")


@pytest.mark.parametrize(("name", "shown"), PAGES, ids=[name for name, _ in PAGES])
def test_the_page_that_a_company_is_shown_can_be_used(
    name: str, shown: str, tmp_path: Path
) -> None:
    page = read_page(name, shown, preset_text, {})
    problems: list[str] = []
    receiving("page", page.receive, problems)
    assert page.rules
    assert not problems
    file = tmp_path / "shown.toml"
    file.write_text(shown, "utf-8")
    load_page(str(file), COMPANY)


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_has_a_document_in_both_languages(name: str) -> None:
    english, chinese = both(name)
    for text in (english, chinese):
        assert text.count("<!-- fills -->\n") == text.count("<!-- /fills -->\n") == 1
        assert text.find("<!-- fills -->\n") < text.find("<!-- /fills -->\n")
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("```") == chinese.count("```")


@pytest.mark.parametrize("name", preset_names())
def test_both_languages_show_the_same_page(name: str) -> None:
    """But for remarks, reasons and examples in words."""
    english, other = (
        [re.sub(r" *#.*", "", it).splitlines() for it in PAGE.findall(text)] for text in both(name)
    )
    for here, there in zip(english, other, strict=True):
        words = ("skip = ", '"清关"', '"130"')
        assert [it for it in here if not it.startswith(words)] == [
            it for it in there if not it.startswith(words)
        ]
