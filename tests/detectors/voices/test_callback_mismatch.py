"""callback-mismatch: the newest report on a callback says `mismatch` or `denied`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import pytest

from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import ServiceCallback
from detectors.engine.engine import configured
from detectors.facts.view import Common
from detectors.rules.voices.callback_mismatch import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.timeline import (
    activity,
    after,
    at,
    callback,
    company,
    customer,
    employee,
    evidence,
    final,
    firing,
    hit,
    ids,
    local,
    only,
    order,
    owner,
    play,
)
from tests.parts.may_happen import around, either, may

NINE = "2026-03-02 09:00"
AMOUNT = {"amount": ("128000.00", "141000.00")}


def bad(
    distance: str = "0s", micro: int = 0, call: str = "B-1", outcome: str = "mismatch"
) -> Event:
    return callback(after(NINE, distance, micro), call, "C-1", outcome, employee="E-1")


def good(distance: str, micro: int = 0, outcome: str = "confirmed") -> Event:
    return bad(distance, micro, outcome=outcome)


def test_a_mismatch_is_a_warning_that_says_what_differs() -> None:
    #   09:00 B-1 mismatch ◄ fires
    said = callback(NINE, "B-1", "C-1", "mismatch", order="O-1", employee="E-1", differences=AMOUNT)
    alert = only(play([said], DETECTOR, reference=company(employee("E-1", "何雨桐"))))
    assert (alert.severity, alert.score) == ("warning", 30)
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert evidence(alert) == ids(said)
    assert alert.evidence[0].note == "the customer contradicts the records"
    assert alert.summary.en == (
        "In callback B-1 at 2026-03-02 09:00, customer C-1 contradicted the company's records "
        "(order O-1): amount (on record: 128000.00; customer: 141000.00). "
        "Responsible: 何雨桐 (E-1)."
    )
    assert alert.summary.zh == (
        "2026-03-02 09:00 的回访 B-1 中，客户 C-1 所述与公司记录不符（订单 O-1）："
        "amount（公司记录：128000.00；客户说法：141000.00）。责任人：何雨桐（E-1）。"
    )


def test_a_denial_is_critical_and_may_say_nothing_more() -> None:
    #   09:00 B-1 denied ◄ fires
    alert = only(play([callback(NINE, "B-1", "C-1", "denied")], DETECTOR))
    assert (alert.severity, alert.score, alert.order) == ("critical", 60, None)
    assert alert.evidence[0].note == "the customer denies the deal"
    assert alert.summary.en == (
        "In callback B-1 at 2026-03-02 09:00, customer C-1 denied the deal. "
        "Responsible: an employee not yet known."
    )
    assert alert.summary.zh == (
        "2026-03-02 09:00 的回访 B-1 中，客户 C-1 否认这笔交易。责任人：尚不明确的员工。"
    )


@pytest.mark.parametrize("outcome", ["confirmed", "unreachable", "complaint"])
def test_the_other_outcomes_are_silent(outcome: str) -> None:
    said = callback(NINE, "B-1", "C-1", outcome, differences=AMOUNT)
    assert play([said], DETECTOR, until=after(NINE, "30d")) == []


# What differs.


@pytest.mark.parametrize(
    "value, told",
    [
        ("  two\tlines\nof\r\nit ", "two lines of it"),
        (128000, "128000"),
        (0.5, "0.5"),
        (False, "false"),
        ({"city": "苏州", "lines": ["A 1", 2, None]}, "city:苏州,lines:A 1,2,null"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 39 + "…"),
        (["四" * 30, "五" * 30], "四" * 30 + "," + "五" * 8 + "…"),
    ],
)
def test_any_value_is_told_in_one_short_line(value: object, told: str) -> None:
    said = callback(NINE, "B-1", "C-1", "mismatch", differences={"terms": (value, "no")})
    assert f": terms (on record: {told}; customer: no). " in only(play([said], DETECTOR)).summary.en


@pytest.mark.parametrize("nothing", [None, "", " \n", [], {}])
def test_a_side_that_says_nothing_is_called_nothing(nothing: object) -> None:
    differs = {"purchase": (nothing, "2 compressors"), "deposit": ("3000", nothing)}
    alert = only(play([callback(NINE, "B-1", "C-1", "denied", differences=differs)], DETECTOR))
    assert (
        ": purchase (on record: nothing; customer: 2 compressors), "
        "deposit (on record: 3000; customer: nothing). "
    ) in alert.summary.en
    assert (
        "：purchase（公司记录：无；客户说法：2 compressors）、"
        "deposit（公司记录：3000；客户说法：无）。"
    ) in alert.summary.zh


@pytest.mark.parametrize(
    "fields, en, zh",
    [
        (3, "f2 (on record: 2; customer: -2). ", "f2（公司记录：2；客户说法：-2）。"),
        (4, "f2 (on record: 2; customer: -2) and 1 more. ", "-2），另有 1 项。"),
        (500, "f2 (on record: 2; customer: -2) and 497 more. ", "-2），另有 497 项。"),
    ],
)
def test_three_fields_are_told_and_the_rest_is_counted(fields: int, en: str, zh: str) -> None:
    differs: dict[str, tuple[object, object]] = {f"f{n}": (n, -n) for n in range(fields)}
    alert = only(play([callback(NINE, "B-1", "C-1", "mismatch", differences=differs)], DETECTOR))
    assert en in alert.summary.en
    assert zh in alert.summary.zh


# Whose it is.


def test_the_employee_of_the_callback_comes_before_the_owners() -> None:
    reference = company(customer("C-1", "E-8"))
    events = [order(after(NINE, "-9d"), "O-1", "E-7", customer="C-1")]
    said = callback(NINE, "B-1", "C-1", "denied", order="O-1", employee="E-1")
    assert only(play([*events, said], DETECTOR, reference=reference)).employee == "E-1"


def test_without_one_it_is_the_orders_owner_and_then_the_customers() -> None:
    reference = company(customer("C-1", "E-8"))
    ordered = order(after(NINE, "-9d"), "O-1", "E-7", customer="C-1")
    said = callback(NINE, "B-1", "C-1", "denied", order="O-1")
    assert only(play([ordered, said], DETECTOR, reference=reference)).employee == "E-7"
    assert only(play([said], DETECTOR, reference=reference)).employee == "E-8"


def test_an_owner_who_becomes_known_late_revises_the_alert() -> None:
    #   (-9 d owner E-1, late)   09:00 denied ◄ fires, nobody known: now E-1 is
    said = callback(NINE, "B-1", "C-1", "denied")
    alerts = play([said, owner(after(NINE, "-9d"), "C-1", "E-1")], DETECTOR)
    assert [(alert.revision, alert.employee) for alert in alerts] == [(1, None), (2, "E-1")]


# The newest word counts.


def test_a_correction_withdraws_the_alert() -> None:
    #   09:00 mismatch ◄ fires ── 1 d: confirmed ◄ withdrawn
    first, second = bad(), good("1d")
    alerts = play([first, second], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(first, second)
    assert [piece.note for piece in alerts[-1].evidence] == [
        "the customer contradicts the records",
        "the customer confirms the records",
    ]
    assert alerts[-1].summary.en == (
        "Withdrawn: a later report on this callback corrected it. In callback B-1 at "
        "2026-03-02 09:00, customer C-1 contradicted the company's records. Responsible: E-1."
    )
    assert alerts[-1].summary.zh == (
        "已撤回：该回访后来已更正。2026-03-02 09:00 的回访 B-1 中，客户 C-1 所述与公司记录不符。"
        "责任人：员工E-1。"
    )


@pytest.mark.parametrize("outcome", ["confirmed", "unreachable", "complaint"])
def test_any_other_word_corrects_it(outcome: str) -> None:
    assert only(play([bad(), good("1h", outcome=outcome)], DETECTOR)).state == "withdrawn"


@pytest.mark.parametrize("micro, state", [(0, "withdrawn"), (1, "firing")])
@pytest.mark.parametrize("late", ["0s", "7d"])
def test_the_ninetieth_day_still_corrects_and_the_microsecond_after_does_not(
    micro: int, state: str, late: str
) -> None:
    #   mismatch ─────── 90 d ───────┤ confirmed      and so if it arrives 7 d late
    clock = hit(after(NINE, "90d", micro) + after(0, late), "E-9", category="other")
    assert only(play([bad(), clock, good("90d", micro)], DETECTOR)).state == state


def test_an_earlier_word_corrects_nothing() -> None:
    #   09:00 confirmed ── 1 d: denied ◄ fires
    alert = only(play([good("0s"), bad("1d", outcome="denied")], DETECTOR))
    assert (alert.state, alert.severity) == ("firing", "critical")
    assert "at 2026-03-03 09:00" in alert.summary.en


def test_a_mismatch_that_turns_into_a_denial_becomes_critical() -> None:
    first, second = bad(), bad("1d", outcome="denied")
    alerts = play([first, second], DETECTOR)
    assert [(alert.revision, alert.severity) for alert in alerts] == [
        (1, "warning"),
        (2, "critical"),
    ]
    assert evidence(only(alerts)) == ids(first, second)


def test_what_was_corrected_may_be_denied_again() -> None:
    #   09:00 mismatch ◄ fires ── confirmed ◄ withdrawn ── denied ◄ fires
    alerts = play([bad(), good("1d"), bad("2d", outcome="denied")], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn", "firing"]
    assert only(alerts).severity == "critical"


def test_the_order_of_arrival_does_not_matter() -> None:
    said = [bad(), good("1d"), bad("2d", outcome="denied"), good("3d", outcome="complaint")]
    endings = [only(play(some, DETECTOR)) for some in permutations(said)]
    assert {alert.state for alert in endings} == {"withdrawn"}
    assert len({(alert.severity, alert.summary, alert.evidence) for alert in endings}) == 1


def test_a_correction_that_arrives_first_is_an_alert_withdrawn() -> None:
    first, second = bad(), good("1d")
    assert final(play([second, first], DETECTOR)).keys() == final(play([first], DETECTOR)).keys()
    assert only(play([second, first], DETECTOR)).state == "withdrawn"


def test_a_report_that_arrives_late_fires_the_same_alert() -> None:
    clock = hit(after(NINE, "6d"), "E-9")
    assert only(play([clock, bad()], DETECTOR)) == only(play([bad(), clock], DETECTOR))


def test_a_repeat_changes_nothing() -> None:
    assert [alert.revision for alert in play([bad(), bad()], DETECTOR)] == [1]


def test_another_callback_corrects_nothing() -> None:
    again = callback(after(NINE, "1d"), "B-2", "C-1", "confirmed", employee="E-1")
    assert only(play([bad(), again], DETECTOR)).state == "firing"


def test_each_callback_is_its_own_alert() -> None:
    said = [bad(), bad("1h", call="B-2"), callback(NINE, "B-3", "C-2", "denied")]
    assert len(firing(play(said, DETECTOR))) == 3


# What is kept.


def test_what_is_forgotten_takes_nothing_back_and_revises_nothing() -> None:
    #   B-1 mismatch ─ 60 d: B-1 denied ─ 100 d, 130 d, 170 d: others, B-1 grows old ─ 900 d
    said = [bad(), bad("60d", outcome="denied")]
    others = [bad(f"{day}d", call=f"B-{day}", outcome="confirmed") for day in (100, 130, 170)]
    run = local(DETECTOR)
    alerts = run.run([*said, *others], after(NINE, "900d"))
    assert [alert.revision for alert in alerts] == [1, 2]
    assert evidence(only(alerts)) == ids(*said)
    assert run.states == {}


def test_a_customer_called_without_end_stays_small() -> None:
    run = local(DETECTOR, common=Common(max_facts=50))
    for hour in range(300):
        run.feed(bad(f"{hour}h", call=f"B-{hour}"))
    assert len(run.states["customer:C-1"].notebooks["callback-mismatch"].facts) <= 50
    assert run.evicted["callback-mismatch"] > 0


def test_the_number_is_a_parameter() -> None:
    strict = configured(DETECTOR, corrected_within=after(0, "1h"))
    assert only(play([bad(), good("1h")], strict)).state == "withdrawn"
    assert only(play([bad(), good("1h", 1)], strict)).state == "firing"


def test_other_events_mean_nothing_to_it() -> None:
    events = [
        bad(),
        activity(after(NINE, "1h"), "E-1", "C-1"),
        hit(after(NINE, "2h"), "E-1", "C-1"),
    ]
    assert [alert.revision for alert in play(events, DETECTOR)] == [1]


def test_the_id_is_the_callbacks() -> None:
    assert only(play([bad()], DETECTOR)).alert_id == "callback-mismatch-21617e8c87a1640d"


# The world it is held to the laws in.


#: Of one customer only: two that claim one callback are two entities, each with its say in one
#: alert.
_called = either(
    may(
        *(callback, [f"B-{number}-{whose}" for number in (1, 2)], whose),
        ["mismatch", "mismatch", "denied", "confirmed", "unreachable", "complaint"],
        order=[None, "O-A", "O-A", "O-B"],
        employee=[None, None, None, "E-A"],
    )
    for whose in ("K-1", "K-1", "K-2")
)

DOCUMENTS = order_world.DOCUMENTS
T = at(NINE)
#: No two so far apart that the first report is forgotten when the second comes.
SCENES = order_world.scenes(
    [T, T, T + 1, T + HOUR, T + 45 * DAY, T + 90 * DAY, *around(T + 90 * DAY)],
    *[_called] * 8,
    *[order_world.HANDS] * 2,
    first=[callback(T, "B-1-K-1", "K-1", "mismatch", order="O-A")],
)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    """Every callback whose last bad report nothing corrected in 90 days."""
    reports: dict[tuple[str, str], list[tuple[Event, ServiceCallback]]] = {}
    for it in retold.sooner(events):
        if isinstance(it.data, ServiceCallback):
            reports.setdefault((it.data.customer, it.data.callback), []).append((it, it.data))
    for (whose, _), told in reports.items():
        bad = [it for it in told if it[1].outcome in ("mismatch", "denied")]
        if not bad:
            continue
        last, data = bad[-1]
        end = last.time + 90 * DAY
        near = [it for it, _ in told if last.time - 90 * DAY <= it.time <= end]
        if near[-1].id != last.id:
            continue
        severity = "critical" if data.outcome == "denied" else "warning"
        who = data.employee or (
            order_oracle.whose(events, data.order, last.time, end, whose)
            if data.order
            else order_oracle.keeper(events, whose, last.time, end)
        )
        yield severity, who, whose, data.order, None, frozenset(it.id for it in near)
