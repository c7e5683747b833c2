"""`offbook connect retry`: what the mended page makes of what was set aside, and once."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import offbook
from tests.connectors.receiving.running import (
    events,
    header,
    letters,
    payment,
    running,
    variables,
)
from tests.connectors.receiving.test_webhook import hook, send

pytestmark = pytest.mark.integration

SPLIT = '\n[[split]]\npath = "rows"\nas = "d"\n'


def retried(bootstrap: str, prefix: str, page: Path) -> subprocess.CompletedProcess[str]:
    done = offbook("connect", "retry", str(page), **variables(bootstrap, prefix))
    assert "Traceback" not in done.stderr
    return done


def mend(page: Path, **rows: str) -> None:
    said = "".join(f'{word} = "{to}"\n' for word, to in rows.items())
    text = page.read_text("utf-8").replace("[tables.accounts]\n", f"[tables.accounts]\n{said}")
    page.write_text(text, "utf-8")


def test_what_a_mended_table_makes_good_is_sent_once_and_the_rest_stays(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    page = hook(tmp_path)
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        its.ready()
        some = [payment(f"P-{at}", to="two" if at % 2 else "three") for at in range(6)]
        assert send(its, some)[0] == 200
        assert send(its, b"[no json")[0] == 200
        assert its.outcomes("bank") == {"dead_letter": 7}
    mend(page, two="6222000000000002")
    done = retried(kafka.bootstrap, topic_prefix, page)
    assert done.returncode == 1
    assert "3 sent, 0 of no interest, 4 still bad, 0 without content" in done.stderr
    assert "3 × map: data.payee_account: " in done.stderr
    assert "three" not in done.stderr
    found = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    assert found == {"P-1": 1, "P-3": 1, "P-5": 1}
    # Those before, and once more those that are still bad.
    assert len(letters(kafka.bootstrap, topic_prefix, "bank")) == 7 + 4
    mend(page, three="6222000000000003")
    done = retried(kafka.bootstrap, topic_prefix, page)
    assert "3 sent, 0 of no interest, 1 still bad" in done.stderr
    found = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    assert found == {f"P-{at}": 1 for at in range(6)}
    last = letters(kafka.bootstrap, topic_prefix, "bank")[-1]
    assert last.value == b"[no json"
    assert header(last, "__streams.errors.topic") == "connect.bank"


def test_an_item_of_a_list_is_mapped_by_itself_and_not_with_its_list(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    page = hook(tmp_path)
    text = page.read_text("utf-8")
    for name in ("no", "at", "sum", "to", "kind"):
        text = text.replace(f'path = "{name}"', f'path = "d.{name}"')
    text = text.replace("{ kind =", '{ "d.kind" =').replace("{ sum =", '{ "d.sum" =')
    page.write_text(text.replace("[tables", SPLIT + "[tables", 1), "utf-8")
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        its.ready()
        rows = [payment(f"P-{at}", to="two") for at in range(5)]
        assert send(its, {"rows": [*rows, payment("P-good")], "of": "us"})[0] == 200
        assert send(its, {"rows": []})[0] == 200
        assert its.outcomes("bank") == {"dead_letter": 5, "mapped": 1, "empty": 1}
    for it in letters(kafka.bootstrap, topic_prefix, "bank"):
        assert json.loads(it.value).keys() == {"of", "d"}
    mend(page, two="6222000000000002")
    done = retried(kafka.bootstrap, topic_prefix, page)
    assert (done.returncode, "5 sent" in done.stderr) == (0, True), done.stderr
    found = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    assert found == {**{f"P-{at}": 1 for at in range(5)}, "P-good": 1}


def test_a_page_that_cannot_send_is_refused_with_all_that_is_wrong(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    page = hook(tmp_path)
    text = page.read_text("utf-8").replace("//bank.acme.test", "//bank.example.com")
    page.write_text("number_equals = true\n" + text, "utf-8")
    done = retried(kafka.bootstrap, topic_prefix, page)
    assert done.returncode == 2
    assert "`source` is still that of the example" in done.stderr
    assert "put the file into the folder again" in done.stderr
