"""The detector beside it keeps what is promised of every detector, on its examples."""

from __future__ import annotations

from pathlib import Path

from offbook.cli.check.check import check_file
from streams.settings.settings import Settings


def test_it_keeps_all_that_is_promised() -> None:
    done = check_file(Path(__file__).with_name("quote_peeking.py"), Settings())
    assert done.id == "own-quote-peeking"
    assert done.ok, [check for check in done.checks if check.wrong]
