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
        f"{b}:2: id: {a}:1 has the same `type`, `source` and `id`, and other content: only one"
        " of them counts, and the other is lost; give each event an id of its own\n"
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


def edit(id_: str, type_: str = "order", **more: Any) -> Any:
    data = {"actor": "E-1", "op": "update", "object": {"type": type_, "id": "O-1"}, **more}
    return document(id_, "crm.edit", **data)


def warned(*files: str) -> list[str]:
    found, said = checked(*files)
    assert (said, found.bad) == ([], 0)
    return [it.partition(": warning: ")[2] for it in found.warnings]


def test_keys_that_were_probably_meant_are_warned_of_once_with_their_count(write: Write) -> None:
    a = write("a", payment("1"), payment("2", orderId="O-1"), payment("3", orderId=None))
    b = write("b", payment("4", orderId="SECRET", cust="SECRET"))
    done = offbook("validate", a, b)
    assert (done.returncode, done.stdout) == (0, "")
    of = "nobody reads this key of offbook.payment.v1; did you mean"
    assert done.stderr.splitlines() == [
        "4 good, 0 bad, 2 warnings",
        f"{a}:2: warning: data.orderId: {of} data.order? (3 such)",
        f"{b}:1: warning: data.cust: {of} data.customer?",
    ]


@pytest.mark.parametrize(
    ("event", "path", "meant"),
    [
        (payment("1", order_id="1"), "data.order_id", "data.order"),
        (payment("1", customerNo="1"), "data.customerNo", "data.customer"),
        (payment("1", payeeName="1"), "data.payeeName", "data.payee_name"),
        (payment("1", ammount="1"), "data.ammount", "data.amount"),
        (payment("1", Recorded_By="1"), "data.Recorded_By", "data.recorded_by"),
        (edit("1", after={"state": "approved"}), "data.after.state", "data.after.status"),
        (
            edit("1", "opportunity", before={"state": "won"}),
            "data.before.state",
            "data.before.stage",
        ),
        (
            edit("1", "quote", after={"listPrice": 1}),
            "data.after.listPrice",
            "data.after.list_price",
        ),
        (edit("1", customer_id="1"), "data.customer_id", "data.customer"),
        ({**payment("1"), "dataContentType": "x"}, "dataContentType", "datacontenttype"),
    ],
)
def test_a_key_is_near_another_by_case_separator_suffix_stem_or_a_slip(
    write: Write, event: Any, path: str, meant: str
) -> None:
    (said,) = warned(write("a", event))
    assert said.startswith(f"{path}: nobody reads this key of ")
    assert said.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize(
    "event",
    [
        # Beside what was meant stands a field of the sender's own.
        payment("1", order="O", order_id="1", amount_cny="1"),
        payment("1", remark="r", region="r", bank_branch="b", 备注="x"),
        {**payment("1"), "subject": "s", "traceparent": "t", "partitionkey": "p"},
        edit("1", "contact", after={"state": "x", "phone_no": "1"}),
        edit("1", "activity", after={"kind": "call", "owner_id": "1"}),
        edit("1", after={"status": "approved", "remark": None, "stages": 1}),
        document("1", "heartbeat", partition=0),
        document(
            "1",
            "service.callback",
            callback="1",
            customer="1",
            outcome="mismatch",
            differences={"amout": {"company": 1, "customer": 2}},
        ),
    ],
)
def test_fields_of_the_senders_own_are_no_mistakes(write: Write, event: Any) -> None:
    assert warned(write("a", event, {**event, "id": "2"})) == []


def test_of_a_bad_line_the_key_is_told_that_was_probably_meant(write: Write) -> None:
    a = write("a", payment("1"), {**payment("2"), "data": {"payment": "2", "ammount": "1"}})
    found, said = checked(a)
    assert [it.partition(": ")[2].partition(";")[0] for it in said] == [
        "data.amount: `data.amount` is missing"
    ]
    assert found.warnings == [
        f"{a}:2: warning: data.ammount: nobody reads this key of offbook.payment.v1; did you mean"
        " data.amount?"
    ]


def test_keys_without_end_are_warned_of_up_to_a_number(write: Write) -> None:
    many = [payment(f"{n}", **{f"order_{'x' * n}": 1, f"Order{'_' * n}": 1}) for n in range(70)]
    found, _ = checked(write("a", *many))
    assert len(found.warnings) >= 60
    lines = found.summary()
    assert lines[51] == f"{len(found.warnings) - 50} more warnings"


def test_what_meets_nobody_is_counted_where_there_is_something_to_meet(write: Write) -> None:
    events = [
        payment("1", order="O-1", customer="C-1", recorded_by="E-2"),
        payment("2", order="O-2", customer="C-2", payee_account="2"),
        payment("3", order="O-2"),
        document("4", "shipment", shipment="4", status="delivered", order="O-3"),
    ]
    a = write("a", *events)
    assert warned(a) == []
    edits = write("edits", edit("5"), edit("6", "customer", op="create"))
    assert warned(a, edits) == [
        "payments of an order that no crm.edit of these files names: 2 (different orders: 1)",
        "shipments of an order that no crm.edit of these files names: 1 (different orders: 1)",
    ]
    known = write(
        "known",
        document("7", "reference.employee", employee="E-1"),
        document("8", "reference.customer", customer="C-1"),
        document("9", "reference.account", account="1"),
    )
    for files in ((known, edits, a), (a, known, edits)):
        found, _ = checked(*files)
        assert sorted(found.warnings) == sorted(
            f"{a}:{line}: warning: {text}"
            for line, text in (
                (1, "events of an employee that no reference document of these files names: 1"
                    " (different employees: 1)"),
                (2, "events of a customer that no reference document of these files names: 1"
                    " (different customers: 1)"),
                (2, "payments of an order that no crm.edit of these files names: 2"
                    " (different orders: 1)"),
                (2, "payments to an account that no reference document of these files names: 1"
                    " (different accounts: 1)"),
                (4, "shipments of an order that no crm.edit of these files names: 1"
                    " (different orders: 1)"),
            )
        )  # fmt: skip


def test_what_waits_to_be_known_and_what_is_known_is_bounded(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offbook.cli.files.joins._SET", 2)
    monkeypatch.setattr("offbook.cli.files.joins._WAITING", 3)
    paid = [payment(f"p{n}", order=f"O-{n}") for n in range(8)]
    edits = [edit(f"e{n}", object={"type": "order", "id": f"O-{n}"}) for n in range(4)]
    assert warned(write("a", *edits, *paid)) == [
        "payments of an order that no crm.edit of these files names: at least 3"
        " (different orders: 3)"
    ]
    assert warned(write("b", *edits, *paid[:4])) == []
