"""`offbook dlq` and `offbook connect retry` on what a connector has set aside: both know what was
done by the other."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cli.commands import offbook
from tests.cli.dead_letters.installation import Installation
from tests.connectors.receiving.running import payment, running
from tests.connectors.receiving.test_webhook import hook, send

pytestmark = pytest.mark.integration

TOPIC = "dlq.connect.bank"


@pytest.fixture
def page(installation: Installation, tmp_path: Path) -> Path:
    """Of a connector that has set aside two words that are in no table, a record that no rule is
    for, and what is no record."""
    it, page = installation, hook(tmp_path)
    with running(it.bootstrap, it.prefix, [page], tmp_path / "log") as its:
        its.ready()
        some: list[Any] = [payment(f"P-{at}", to="SECRET-2") for at in range(2)]
        assert send(its, [*some, {"no": "SECRET"}])[0] == 200
        assert send(its, b"[SECRET")[0] == 200
        assert its.outcomes("bank") == {"dead_letter": 3, "unmatched": 1}
    return page


def retried(it: Installation, page: Path, **env: str) -> CompletedProcess[str]:
    done = offbook("connect", "retry", str(page), "--config", str(it.config), **env)
    assert "Traceback" not in done.stderr
    return done


def mended(page: Path) -> Path:
    row = '[tables.accounts]\n"SECRET-2" = "6222000000000002"\n'
    page.write_text(page.read_text("utf-8").replace("[tables.accounts]\n", row), "utf-8")
    return page


def test_one_list_has_what_is_stuck_in_sources_and_connectors(
    installation: Installation, page: Path
) -> None:
    it = installation
    it.set_aside("payments", b"no JSON")
    found = it.listed()
    assert (found["letters"], found["handled"]) == (5, 0)
    kinds = {(one["topic"], one["stage"], one["field"]): one for one in found["shown"]}
    assert {place: one["count"] for place, one in kinds.items()} == {
        ("dlq.payments", "decode", ""): 1,
        (TOPIC, "map", "data.payee_account"): 2,
        (TOPIC, "map", ""): 1,
        (TOPIC, "decode", ""): 1,
    }
    people = it.run("list")
    assert "      2  dlq.connect.bank  map  data.payee_account  " in people.stdout
    assert "No rule is for it." in people.stdout
    assert people.stderr.splitlines() == [
        "5 dead letters of 4 kinds",
        "connector bank: mend its page, then offbook connect retry bank.toml",
    ]
    assert "SECRET" not in people.stdout + people.stderr + json.dumps(found)
    for words, count in (
        (("--topic", "connect.bank"), 4),
        (("--topic", TOPIC, "--reason", "map"), 3),
        (("--field", "data.payee_account"), 2),
        (("--topic", "payments"), 1),
    ):
        assert it.listed(*words)["letters"] == count, words
    none = it.run("list", "--topic", "connect.bnk")
    assert (none.returncode, none.stderr) == (
        1,
        "offbook: there are no dead letters of a topic dlq.connect.bnk;"
        " did you mean dlq.connect.bank?\n",
    )


def test_a_letter_is_shown_with_where_its_record_was(
    installation: Installation, page: Path
) -> None:
    said = installation.run("show", "connect.bank:0:0").stdout
    assert "stage      map\n" in said
    assert "why        data.payee_account: The word stands in no row of table accounts." in said
    assert "record     connect.bank, line " in said
    assert '"to": "SECRET-2"' in said
    broken = json.loads(installation.run("show", f"{TOPIC}:0:3", "--json").stdout)
    assert (broken["stage"], broken["value"]) == ("decode", "[SECRET")
    gone = installation.run("show", "connect.crm:0:0")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "there are no dead letters of a topic dlq.connect.crm" in gone.stderr


def test_a_replay_leaves_them_and_says_by_which_command_they_are_mapped_again(
    installation: Installation, page: Path
) -> None:
    done = installation.run("replay", "--topic", "connect.bank")
    assert (done.returncode, done.stderr) == (1, "0 sent again, 4 stay\n")
    assert "Mend its page, then run `offbook connect retry bank.toml`." in done.stdout
    assert installation.all_of("payments") == installation.all_of("offbook.dlq-handled") == []


def test_what_is_dropped_is_not_retried(installation: Installation, page: Path) -> None:
    it = installation
    assert it.run("drop", "connect.bank:0:0", "-m", "a test").stderr == "1 dropped\n"
    done = retried(it, mended(page))
    assert "1 sent, 0 of no interest, 2 still bad, 0 without content" in done.stderr
    assert [json.loads(sent.value)["id"] for sent in it.all_of("payments")] == ["P-1"]
    assert it.run("drop", "--topic", "connect.bank", "-m", "theirs").stderr == "2 dropped\n"
    assert it.listed()["letters"] == 0
    assert "0 sent, 0 of no interest, 0 still bad" in retried(it, page).stderr
    assert len(it.all_of("payments")) == 1


def test_what_is_retried_is_listed_no_longer_and_what_is_still_bad_once(
    installation: Installation, page: Path
) -> None:
    it = installation
    assert retried(it, mended(page)).returncode == 1
    found = it.listed()
    assert (found["letters"], found["handled"]) == (2, 4)
    assert {(one["stage"], one["newest"]) for one in found["shown"]} == {
        ("map", f"{TOPIC}:0:4"),
        ("decode", f"{TOPIC}:0:5"),
    }
    assert "handled    retried by " in it.run("show", "connect.bank:0:0").stdout
    done = retried(it, page)
    assert "0 sent, 0 of no interest, 2 still bad" in done.stderr
    assert len(it.all_of("payments")) == 2


def test_a_viewer_retries_nothing(installation: Installation, page: Path) -> None:
    it = installation
    done = retried(it, page, **it.viewer())
    assert (done.returncode, done.stdout) == (1, "")
    assert "a viewer does not see" in done.stderr
    assert it.listed()["letters"] == 4
