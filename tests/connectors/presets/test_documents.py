from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.loading import preset_names, preset_text
from connectors.mapping.page import read_page
from connectors.receiving.settings import receiving

DOCUMENTS = Path(__file__).parents[3] / "docs" / "connectors"
PAGES = [
    (path.name, block)
    for path in sorted(DOCUMENTS.glob("*.md"))
    for block in re.findall(r"```toml\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    if block.startswith("preset = ")
]


@pytest.mark.parametrize(("name", "content"), PAGES, ids=[name for name, _ in PAGES])
def test_a_page_that_is_shown_can_be_used(name: str, content: str) -> None:
    page = read_page(name, content, preset_text, {})
    problems: list[str] = []
    receiving("page", page.receive, problems)
    assert page.rules
    assert not problems


@pytest.mark.parametrize("name", preset_names())
def test_a_document_is_there_in_both_languages(name: str) -> None:
    english = (DOCUMENTS / f"{name}.md").read_text("utf-8")
    chinese = (DOCUMENTS / f"{name}.zh.md").read_text("utf-8")
    for text in (english, chinese):
        assert text.count("<!-- fills -->\n") == text.count("<!-- /fills -->\n") == 1
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("```") == chinese.count("```")
