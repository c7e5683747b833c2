from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.loading import load_page, preset_names
from tests.connectors.presets.fixture import COMPANY

DOCS = Path(__file__).parents[3] / "docs" / "connectors"
PAGES = sorted(it.name for it in DOCS.glob("*.md") if it.name.split(".")[0] in preset_names())
PAGE = re.compile(r'```toml\n(preset = ".*?)```', re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_that_a_company_is_shown_can_be_used(name: str, tmp_path: Path) -> None:
    for number, text in enumerate(PAGE.findall((DOCS / name).read_text("utf-8"))):
        page = tmp_path / f"{number}.toml"
        page.write_text(text, "utf-8")
        load_page(str(page), COMPANY)


@pytest.mark.parametrize("name", [it for it in PAGES if not it.endswith(".zh.md")])
def test_both_languages_show_the_same_page(name: str) -> None:
    """But for remarks, reasons and examples in words."""
    chinese = DOCS / name.replace(".md", ".zh.md")
    shown = [PAGE.findall(it.read_text("utf-8")) for it in (DOCS / name, chinese)]
    english, other = ([re.sub(r" *#.*", "", it).splitlines() for it in pages] for pages in shown)
    for here, there in zip(english, other, strict=True):
        words = ("skip = ", '"清关"', '"130"')
        assert [it for it in here if not it.startswith(words)] == [
            it for it in there if not it.startswith(words)
        ]
