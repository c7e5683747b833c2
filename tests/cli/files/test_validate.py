"""`offbook validate`: what is folded, what contradicts, what is no event; each where it stands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offbook.cli.files.validate import Validation, validate
from tests.cli.commands import offbook

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(name: str, *documents: dict[str, Any]) -> str:
        (tmp_path / name).write_text("".join(json.dumps(it) + "\n" for it in documents), "utf-8")
        return str(tmp_path / name)

    return to_file


def document(id_: str, type_: str, time: str = "2026-03-02T10:00:00Z", **data: Any) -> Any:
    head = {"specversion": "1.0", "id": id_, "source": "//s", "time": time}
    return {**head, "type": f"offbook.{type_}.v1", "data": data}


def payment(id_: str, **more: Any) -> Any:
    return document(id_, "payment", payment=id_, **{"amount": "1", "payee_account": "1", **more})


def checked(*files: str, region: str = "CN") -> tuple[Validation, list[str]]:
    said: list[str] = []
    return validate(files, said.append, region=region), said


def test_what_is_read_otherwise_is_summed_up_by_field_and_way_with_the_first_place(
    write: Write,
) -> None:
    a = write(
        "a",
        payment("1"),
        payment("2", payee_account="6222 0001", order=" O-1"),
        payment("3", payee_account="6222-0002"),
        document("4", "shipment", shipment="4", status="delivered", phone="13800138000"),
    )
    b = write(
        "b",
        payment("5", payee_account="６２２２.0003", order="O-1 "),
        document("6", "shipment", shipment="6", status="delivered", phone="138****8000"),
    )
    done = offbook("validate", a, b)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "6 good, 0 bad",
        f"data.order: 2 read without blanks at the ends (first in {a}:2)",
        f"data.payee_account: 1 read in half width (first in {b}:1)",
        f"data.payee_account: 3 read without blanks, hyphens or dots (first in {a}:2)",
        f"data.phone: 1 masked or placeholders, read as none (first in {b}:2)",
        f"data.phone: 1 read as E.164 (first in {a}:4)",
    ]
    for value in ("6222", "O-1", "138", "8000"):
        assert value not in done.stderr.replace(a, "").replace(b, "")


def test_the_settings_say_where_phones_are_at_home(write: Write, tmp_path: Path) -> None:
    berlin = write(
        "a", document("1", "shipment", shipment="1", status="delivered", phone="030 123")
    )
    config = tmp_path / "offbook.toml"
    config.write_text('phone_region = "DE"\n', encoding="utf-8")
    assert "no valid numbers" in offbook("validate", berlin).stderr
    assert "read as E.164" in offbook("validate", berlin, "--config", str(config)).stderr
    assert "read as E.164" in offbook("validate", berlin, OFFBOOK_PHONE_REGION="DE").stderr
    refused = offbook("validate", berlin, OFFBOOK_PHONE_REGION="de")
    assert refused.returncode == 2
    assert refused.stderr == (
        "offbook: OFFBOOK_PHONE_REGION: must be a region of ISO 3166 such as CN, HK or DE;"
        " did you mean DE?\n"
    )


def test_a_conflict_is_wrong_and_told_with_the_place_of_the_first(write: Write) -> None:
    a, b = write("a", payment("1")), write("b", payment("2"), payment("1", amount="2"))
    done = offbook("validate", a, b)
    assert done.returncode == 1
    assert done.stdout == (
        f"{b}:2: id: {a}:1 has the same `type`, `source` and `id`, and other content; give each"
        " event an id of its own\n"
    )
    assert (
        done.stderr == "3 good, 0 bad, 1 of the good conflict with another (one of each counts)\n"
    )


def test_heartbeats_are_good_and_counted(write: Write) -> None:
    beats = [document(f"{n}", "heartbeat") for n in range(3)]
    found, said = checked(write("a", *beats, *beats, payment("1")))
    assert said == []
    assert found.summary() == [
        "7 good, 0 bad, 6 of the good are heartbeats (for topics, not for files)"
    ]


def test_reference_documents_may_be_sent_anew_under_their_id(write: Write) -> None:
    known = [document("r", "reference.account", account=id_) for id_ in ("A-1", "A-2")]
    found, said = checked(write("a", *known, *known))
    assert (said, found.repeats, found.conflicts) == ([], 0, 0)


def test_years_in_which_nothing_happens_are_warned_of(write: Write) -> None:
    mistyped = {**payment("2"), "time": "2006-03-02T10:00:00Z"}
    a = write("a", payment("1"), mistyped)
    done = offbook("validate", a)
    assert done.returncode == 0
    assert done.stderr.splitlines()[1:] == [
        f"{a}:2 (2006-03-02T10:00:00Z) to {a}:1 (2026-03-02T10:00:00Z): nothing happens for 20"
        " years: probably a year is mistyped"
    ]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), max_size=15))
def test_repeats_and_conflicts_are_told_apart_however_far_they_stand_apart(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[int, int]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "events"
    lines = [json.dumps(payment(f"{id_}", amount=f"{content}")) for id_, content in events]
    file.write_text("\n".join(lines))
    found, said = checked(str(file))
    firsts: dict[int, int] = {}
    expected = Counter(firsts.setdefault(id_, content) == content for id_, content in events)
    assert found.repeats == expected[True] - len(firsts)
    assert found.conflicts == expected[False] == len(said)
