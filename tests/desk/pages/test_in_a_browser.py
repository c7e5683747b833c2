"""The pages in a real browser: on a desk and on a phone, in both languages, light and dark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from streams.settings.settings import Settings
from tests.desk.at_the_desk import Client, at_the_desk, token
from tests.desk.pages.test_pages import ALERTS, PAID
from tests.parts.chromium import Tab, chromium, needs_chromium

pytestmark = [pytest.mark.integration, needs_chromium]

PAGES = ("/cases", f"/alerts/{PAID}", "/people/e-7", "/detectors")
#: Where the pictures go, if somebody wants to look at them.
PICTURES = os.environ.get("OFFBOOK_TEST_PICTURES")


async def _log_in(tab: Tab, base: str, path: str) -> None:
    await tab.open(f"{base}{path}")
    await tab.run(f"document.querySelector('#token').value = '{token('chen')}'")
    await tab.click("document.querySelector('main form button')")


async def _fits(tab: Tab) -> bool:
    """Nothing is cut off or has to be scrolled to sideways."""
    width = "document.documentElement"
    return bool(await tab.run(f"{width}.scrollWidth <= {width}.clientWidth"))


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy for some seconds is no fault of the pages."""
    monkeypatch.setattr("desk.index.STALE", 60.0)
    monkeypatch.setattr("desk.service._REDIS_PATIENCE", 60.0)


def test_every_page_fits_on_desk_and_phone_in_both_languages(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        base = str(client.session._base_url).rstrip("/")
        async with chromium(tmp_path) as tab:
            await _log_in(tab, base, "/cases")
            for name, width, height, dark in (
                ("desk", 1280, 800, False),
                ("phone", 390, 844, True),
            ):
                await tab.size(width, height, dark=dark)
                for path in PAGES:
                    for language in ("en", "zh"):
                        await tab.open(f"{base}{path}?lang={language}")
                        assert await tab.run("document.querySelector('h1').innerText")
                        assert await _fits(tab), (name, path, language)
                        if PICTURES:
                            page = path.split("/")[1]
                            file = Path(PICTURES) / f"{page}-{name}-{language}.png"
                            await tab.photograph(file, whole=False)
            # A picture that the policy keeps out, or a style that is not there, would be told.
            assert tab.complaints == []

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *ALERTS, delivery=False)


def test_what_somebody_has_to_know_first_is_on_the_first_screen(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        base = str(client.session._base_url).rstrip("/")
        async with chromium(tmp_path) as tab:
            await tab.size(1280, 800)
            await _log_in(tab, base, f"/alerts/{PAID}")
            for what in ("h1", ".lead", ".facts", ".first", ".actions button"):
                bottom = f"document.querySelector('{what}').getBoundingClientRect().bottom"
                assert await tab.run(bottom) <= 800, what
            await tab.click("document.querySelector('.actions button.strong')")
            assert "Acknowledged" in await tab.run("document.querySelector('main').innerText")

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *ALERTS)
