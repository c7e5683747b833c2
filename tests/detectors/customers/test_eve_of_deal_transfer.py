"""eve-of-deal-transfer: a customer's owner changes at most 3 days before it buys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit
from detectors.engine.engine import configured
from detectors.facts.view import Common
from detectors.rules.customers.eve_of_deal_transfer import DETECTOR
from tests.detectors import order_oracle, transfer_world
from tests.detectors.random_company import BASE
from tests.detectors.retold import sooner
from tests.detectors.timeline import (
    after,
    company,
    customer,
    edit,
    employee,
    evidence,
    final,
    firing,
    hit,
    ids,
    local,
    only,
    opens,
    order,
    owner,
    play,
    stage,
)

NOON = "2026-03-02 12:00"
MOVED = owner(NOON, "C-1", "E-1", was="E-2")


def moved(distance: str, to: str, was: str | None, micro: int = 0) -> Event:
    return owner(after(NOON, distance, micro), "C-1", to, was=was)


def placed(distance: str, number: str = "O-1", micro: int = 0, about: str | None = "C-1") -> Event:
    return order(after(NOON, distance, micro), number, customer=about)


def won(distance: str, number: str = "OP-1", *, was: str | None = None) -> Event:
    return stage(after(NOON, distance), number, "won", "C-1", was=was)


def cancelled(distance: str, number: str = "O-1", micro: int = 0, *, op: str = "update") -> Event:
    what: dict[str, object] = {} if op == "delete" else {"status": "cancelled"}
    where = ("order", number)
    return edit(after(NOON, distance, micro), "E-CLERK", op, where, customer="C-1", **what)  # type: ignore[arg-type]


def test_a_customer_moved_two_days_before_its_order() -> None:
    #   E-BOSS moves C-1 from E-2 to E-1 ── 45 h 20 min ──► order O-1 ◄ fires
    bought = placed("2720m")
    staff = company(employee("E-1", "马晓东"), employee("E-2", "唐静"), employee("E-BOSS", "王芳"))
    alert = only(play([MOVED, bought], DETECTOR, reference=staff))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert evidence(alert) == ids(MOVED, bought)
    assert [piece.note for piece in alert.evidence] == [
        "the customer got another owner",
        "the customer placed an order",
    ]
    assert alert.summary.en == (
        "Customer C-1 passed from 唐静 (E-2) to 马晓东 (E-1) at 2026-03-02 12:00, moved by "
        "王芳 (E-BOSS); 1 day 21 hours later it placed order O-1."
    )
    assert alert.summary.zh == (
        "客户 C-1 于 2026-03-02 12:00 从唐静（E-2）名下转到马晓东（E-1）名下，操作人为"
        "王芳（E-BOSS）；1 天 21 小时后该客户下了订单 O-1。"
    )


def test_a_customer_moved_before_an_opportunity_is_won() -> None:
    #   opened ── moved to E-1 ── 1 d ──► won ◄ fires
    win = won("24h", was="open")
    alert = only(play([opens(after(NOON, "-30d"), "OP-1", "C-1"), MOVED, win], DETECTOR))
    assert (alert.employee, alert.order) == ("E-1", None)
    assert evidence(alert) == ids(MOVED, win)
    assert alert.evidence[1].note == "an opportunity of the customer was won"
    assert alert.summary.en == (
        "Customer C-1 passed from E-2 to E-1 at 2026-03-02 12:00, moved by E-BOSS; "
        "1 day later its opportunity OP-1 was won."
    )
    assert alert.summary.zh == (
        "客户 C-1 于 2026-03-02 12:00 从员工E-2名下转到员工E-1名下，操作人为员工E-BOSS；"
        "1 天后该客户的商机 OP-1 赢单。"
    )


def test_more_deals_are_evidence_of_the_same_alert() -> None:
    #   moved ── 20 min: O-1 ── 1 d: O-2 ── 2 d: OP-1 won
    deals = [placed("20m"), placed("1d", "O-2"), won("2d")]
    alerts = play([MOVED, *deals], DETECTOR)
    alert = only(alerts)
    assert alert.revision == 3
    assert evidence(alert) == ids(MOVED, *deals)
    assert alert.summary.en.endswith(
        "; 20 minutes later it placed order O-1, the first of 3 deals within 3 days."
    )
    assert alert.summary.zh.endswith("；20 分钟后该客户下了订单 O-1，3 天内共成交 3 笔。")


@pytest.mark.parametrize(
    "distance, micro, fires",
    [
        #   order ─► moved ──── 3 d ────► order     both edges count, what came before does not
        ("0s", -1, False),
        ("0s", 0, True),
        ("3d", 0, True),
        ("3d", 1, False),
    ],
)
def test_the_third_day_counts(distance: str, micro: int, fires: bool) -> None:
    bought = placed(distance, micro=micro)
    events = sorted([MOVED, bought], key=lambda event: event.time)
    assert (play(events, DETECTOR) != []) is fires


def test_a_deal_in_the_same_second_comes_at_once() -> None:
    assert "59 seconds later" in only(play([MOVED, placed("59s")], DETECTOR)).summary.en
    alert = only(play([MOVED, placed("0.9s")], DETECTOR))
    assert "; at once it placed order O-1." in alert.summary.en
    assert "；随即该客户下了订单 O-1。" in alert.summary.zh


@pytest.mark.parametrize("stage_now", ["open", "lost"])
def test_an_opportunity_opened_or_lost_is_no_deal(stage_now: str) -> None:
    assert play([MOVED, stage(after(NOON, "1d"), "OP-1", stage_now, "C-1")], DETECTOR) == []


def test_an_order_only_changed_is_no_deal() -> None:
    approved = edit(
        after(NOON, "1d"), "E-9", "update", ("order", "O-1"), customer="C-1", status="approved"
    )
    assert play([MOVED, approved], DETECTOR) == []


def test_saving_a_won_opportunity_again_is_no_deal() -> None:
    #   won ── 60 d ── moved ── saved again (before: won; or before not told)
    assert play([MOVED, won("1d", was="won")], DETECTOR) == []
    assert play([won("-60d"), MOVED, won("1d")], DETECTOR) == []
    #   won ── opened again ── moved ── won again ◄ fires
    again = [won("-60d"), stage(after(NOON, "-9d"), "OP-1", "open", "C-1"), MOVED, won("1d")]
    assert evidence(only(play(again, DETECTOR))) == ids(MOVED, again[-1])


def test_an_earlier_win_that_arrives_late_withdraws_it() -> None:
    #   (won -2 d, late)   moved ── won (saved again) ◄ fired: it had been won before
    alerts = play(
        [opens(after(NOON, "-9d"), "OP-1", "C-1"), MOVED, won("1d"), won("-2d")], DETECTOR
    )
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]


def test_deals_of_another_customer_or_of_none_say_nothing() -> None:
    assert play([MOVED, placed("1d", about="C-2"), placed("1d", "O-2", about=None)], DETECTOR) == []


def test_who_repeats_or_enters_the_owner_moves_nothing() -> None:
    #   whole images repeat the owner with every edit; a new customer gets its first one
    saved = [moved("-9d", "E-1", None), moved("-1d", "E-1", None), moved("0s", "E-1", "E-1")]
    assert play([*saved, placed("1h")], DETECTOR) == []
    entered = edit(NOON, "E-1", "create", ("customer", "C-1"), owner="E-1")
    assert play([entered, placed("1h")], DETECTOR) == []


def test_a_customer_whose_owner_nobody_knows_was_not_moved() -> None:
    assert play([moved("0s", "E-1", None), placed("1d")], DETECTOR) == []


@pytest.mark.parametrize("known", ["edit", "document"])
def test_where_the_edit_does_not_say_it_an_earlier_edit_or_the_document_tells_whose_it_was(
    known: str,
) -> None:
    #   E-2's by an edit at -200 d, or by the document ── to E-1 ── 1 d ──► order ◄ fires
    reference = company(customer("C-1", "E-2")) if known == "document" else company()
    earlier = [moved("-200d", "E-2", None)] if known == "edit" else []
    taken, bought = moved("0s", "E-1", None), placed("1d")
    alert = only(play([*earlier, taken, bought], DETECTOR, reference=reference))
    assert evidence(alert) == ids(taken, bought)
    assert "from E-2 to E-1" in alert.summary.en


def test_only_who_still_owns_it_at_the_deal_got_something_from_the_transfer() -> None:
    #   E-2 ─► E-1 ─► E-3 ──► order: E-3's transfer is the one that counts
    onward, bought = moved("1d", "E-3", "E-1"), placed("2d")
    alert = only(play([MOVED, onward, bought], DETECTOR))
    assert (alert.employee, evidence(alert)) == ("E-3", ids(onward, bought))
    #   E-2 ─► E-1 ── O-1 ── E-1 ─► E-3 ── O-2: each has their order
    first = placed("1h", "O-0")
    alerts = firing(play([MOVED, first, onward, bought], DETECTOR))
    assert [evidence(alert) for alert in alerts] == [ids(MOVED, first), ids(onward, bought)]


def test_what_is_moved_on_at_the_instant_of_the_deal_is_the_next_ones() -> None:
    bought = placed("1d")
    onward = moved("1d", "E-3", "E-1")
    assert only(play([MOVED, onward, bought], DETECTOR)).employee == "E-3"


def test_two_transfers_to_the_owner_at_the_deal_are_two_alerts() -> None:
    #   E-2 ─► E-1 ─► E-2 ─► E-1 ──► order
    back, again = moved("1h", "E-2", "E-1"), moved("2h", "E-1", "E-2")
    bought = placed("1d")
    alerts = firing(play([MOVED, back, again, bought], DETECTOR))
    assert [evidence(alert) for alert in alerts] == [ids(MOVED, bought), ids(again, bought)]


def test_a_change_back_that_arrives_late_takes_the_alert_to_the_other_transfer() -> None:
    #   E-2 ─► E-1 ─ (E-1 ─► E-2, late) ─► order ◄ fired for E-1: it was E-2's again
    back, bought = moved("1h", "E-2", "E-1"), placed("1d")
    alerts = play([MOVED, bought, back], DETECTOR)
    assert [(alert.employee, alert.state) for alert in final(alerts).values()] == [
        ("E-1", "withdrawn"),
        ("E-2", "firing"),
    ]
    assert evidence(firing(alerts)[0]) == ids(back, bought)


def test_a_transfer_that_arrives_late_fires_then() -> None:
    #   (moved, late)  1 d order ── 4 d: the edit arrives ◄ fires
    bought = placed("1d")
    alert = only(play([bought, hit(after(NOON, "5d"), "E-1", "C-1"), MOVED], DETECTOR))
    assert evidence(alert) == ids(MOVED, bought)


def test_an_order_that_arrives_late_is_told_in_its_place() -> None:
    #   moved ── (2 h O-2, late) ── 1 d O-1 ◄ fired: now O-2 is the first
    late, bought = placed("2h", "O-2"), placed("1d")
    alerts = play([MOVED, bought, late], DETECTOR)
    assert [(alert.revision, alert.order) for alert in alerts] == [(1, "O-1"), (2, "O-2")]
    assert "2 hours later it placed order O-2, the first of 2" in only(alerts).summary.en


@pytest.mark.parametrize("op", ["update", "delete"])
def test_an_order_cancelled_or_deleted_withdraws_it(op: str) -> None:
    #   moved ── order ◄ fired ── 5 d: cancelled ◄ withdrawn
    bought, gone = placed("1d"), cancelled("5d", op=op)
    alerts = play([MOVED, bought, gone], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(MOVED, bought, gone)
    assert alerts[-1].evidence[-1].note == "the order was cancelled or deleted"
    assert alerts[-1].summary.en == (
        "Withdrawn: the orders were cancelled or deleted. Customer C-1 passed from E-2 to E-1 at "
        "2026-03-02 12:00, moved by E-BOSS; 1 day later it placed order O-1."
    )
    assert alerts[-1].summary.zh == (
        "已撤回：订单均已取消或删除。客户 C-1 于 2026-03-02 12:00 从员工E-2名下转到员工E-1名下，"
        "操作人为员工E-BOSS；1 天后该客户下了订单 O-1。"
    )


@pytest.mark.parametrize(
    "distance, micro, state",
    [
        #   moved ── 1 d order ──── 7 d ────► cancelled        the edge counts
        ("8d", 0, "withdrawn"),
        ("8d", 1, "firing"),
    ],
)
def test_a_cancellation_counts_for_seven_days(distance: str, micro: int, state: str) -> None:
    events = [MOVED, placed("1d"), cancelled(distance, micro=micro)]
    assert only(play(events, DETECTOR)).state == state
    assert only(play([events[0], events[2], events[1]], DETECTOR)).state == state


def test_while_one_deal_is_left_it_stands() -> None:
    #   moved ── O-1 ── O-2 ── O-1 cancelled: O-2 remains ── O-2 deleted: nothing does
    first, second, gone = placed("1h"), placed("1d", "O-2"), cancelled("2d")
    alerts = play([MOVED, first, second, gone], DETECTOR)
    assert (only(alerts).state, only(alerts).order) == ("firing", "O-2")
    assert evidence(only(alerts)) == ids(MOVED, second)
    all_gone = cancelled("3d", "O-2", op="delete")
    alert = only(play([MOVED, first, second, gone, all_gone], DETECTOR))
    assert alert.state == "withdrawn"
    assert evidence(alert) == ids(MOVED, first, second, gone, all_gone)


@pytest.mark.parametrize("op", ["update", "delete"])
def test_a_cancellation_counts_though_it_does_not_name_the_customer(op: str) -> None:
    #   moved ── order ◄ fired ── 5 d: O-1 is cancelled, no word of C-1 ◄ withdrawn
    said = {"status": "cancelled"} if op == "update" else {}
    gone = edit(after(NOON, "5d"), "E-CLERK", op, ("order", "O-1"), **said)
    alerts = play([MOVED, placed("1d"), gone], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1])[-1:] == ids(gone)


def test_another_orders_cancellation_takes_nothing_out() -> None:
    assert only(play([MOVED, placed("1d"), cancelled("2d", "O-2")], DETECTOR)).state == "firing"


def test_an_order_entered_as_cancelled_is_no_deal() -> None:
    assert play([MOVED, cancelled("1d", op="create")], DETECTOR) == []


def test_each_customer_has_its_own_alert() -> None:
    #   a territory handed over: C-1 and C-2 order, C-3 does not
    events = [owner(NOON, f"C-{n}", "E-1", was="E-2") for n in (1, 2, 3)]
    events += [placed("1d"), placed("1d", "O-2", about="C-2")]
    alerts = firing(play(events, DETECTOR))
    assert {alert.customer for alert in alerts} == {"C-1", "C-2"}


def test_any_order_of_arrival_ends_alike_and_a_repeat_changes_nothing() -> None:
    events = [MOVED, placed("1h"), won("1d"), moved("2d", "E-3", "E-1"), cancelled("3d")]
    straight = play(events, DETECTOR)
    assert play([event for event in events for _ in range(2)], DETECTOR) == straight
    ends = [
        [(evidence(alert), alert.summary) for alert in firing(play(arrivals, DETECTOR))]
        for arrivals in (events, events[::-1], events[2:] + events[:2])
    ]
    assert ends[0] == ends[1] == ends[2]
    assert [found for found, _ in ends[0]] == [ids(MOVED, events[2])]


def test_the_numbers_are_parameters() -> None:
    strict = configured(DETECTOR, within=Duration("1d"), cancelled_within=Duration("1h"))
    assert play([MOVED, placed("25h")], strict) == []
    assert only(play([MOVED, placed("24h"), cancelled("26h")], strict)).state == "firing"


def test_a_customer_that_orders_without_end_keeps_no_more_than_it_may() -> None:
    run = local(DETECTOR, common=Common(max_facts=50, max_evidence=10))
    alerts = run.run([MOVED, *(placed(f"{n}m", f"O-{n}") for n in range(200))])
    assert len(run.states["customer:C-1"].notebooks["eve-of-deal-transfer"].facts) <= 50
    assert only(alerts).state == "firing"
    assert len(only(alerts).evidence) == 10


def test_the_id_is_the_customers_and_the_transfers() -> None:
    assert (
        only(play([MOVED, placed("1d")], DETECTOR)).alert_id
        == "eve-of-deal-transfer-73555727a84d1541"
    )


# The world it is held to the laws in.


DOCUMENTS = transfer_world.DOCUMENTS
#: Not the one of which a document is told meanwhile: it moves nothing, and takes nothing back.
_WHOSE = ("K-STATED", "K-STATED", "K-UNSTATED")
_EDGE = (0, 0, 1, HOUR, 2 * DAY, 3 * DAY - 1, 3 * DAY, 3 * DAY, 3 * DAY + 1)
_passing = transfer_world.passing(_WHOSE)
_END = (-1, 0, 1, DAY, 7 * DAY - 1, 7 * DAY, 7 * DAY, 7 * DAY + 1)


@st.composite
def _buying(draw: st.DrawFn) -> list[Event]:
    """Customers pass from hand to hand, and order or win about three days later."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 4))):
        moment = BASE + draw(st.sampled_from((0, 0, 1, DAY, 3 * DAY, 4 * DAY, 20 * DAY)))
        moved = draw(_passing)(moment)
        events.append(moved)
        whom = st.sampled_from((*[moved.data.object.id] * 3, "K-STATED", None))  # type: ignore[attr-defined]
        for _ in range(draw(st.integers(0, 2))):
            dealt = moment + draw(st.sampled_from(_EDGE))
            whose, turn = draw(whom), draw(st.integers(1, 2))
            if draw(st.integers(0, 2)) == 0:
                was = draw(st.sampled_from((None, "open", "won")))
                now = draw(st.sampled_from(("won", "won", "lost")))
                events.append(stage(dealt, f"OP-{turn}", now, whose, was=was))
                continue
            number = f"O-{turn}"
            status = draw(st.sampled_from((None, None, None, "submitted", "cancelled")))
            said = {"status": status} if status else {}
            events.append(order(dealt, number, customer=whose, **said))
            end, named = dealt + draw(st.sampled_from(_END)), draw(st.sampled_from((whose, None)))
            match draw(st.sampled_from(("", "", "delete", "cancelled", "rejected"))):
                case "delete":
                    where = ("order", number)
                    events.append(edit(end, "E-CLERK", "delete", where, customer=named))
                case "cancelled" | "rejected" as to:
                    where = ("order", number)
                    events.append(edit(end, "E-CLERK", "update", where, customer=named, status=to))
    return events


SCENES = _buying()


def oracle(events: Sequence[Event]) -> Iterator[tuple[object, ...]]:
    """Every transfer to one who owned the customer still when it dealt, if any deal is left."""
    for moved, data, to in transfer_world.transfers(events):
        id_ = data.object.id
        words = transfer_world.words(events, id_)
        left = [
            (deal, number)
            for deal, number in _deals(events, id_)
            if moved.time <= deal.time <= moved.time + 3 * DAY
            and [who for word, who in words if word.time <= deal.time][-1] == to
            and (number is None or not _is_cancelled(events, id_, number, deal.time))
        ]
        if left:
            evidence = frozenset({moved.id, *(deal.id for deal, _ in left)})
            yield "warning", to, id_, left[0][1], None, evidence


def _deals(events: Sequence[Event], customer: str) -> Iterator[tuple[Event, str | None]]:
    """What the customer ordered, with its number, and what it let us win."""
    stages: dict[str, str] = {}
    created: set[str] = set()
    for it in sooner(events):
        data = it.data
        assert isinstance(data, CrmEdit)
        status = data.after.status if data.after else None
        placed = (data.object.type, data.op) == ("order", "create")
        if placed and (data.object.id in created or data.customer != customer):
            continue
        if placed:
            created.add(data.object.id)
        if placed and status != "cancelled" and data.customer == customer:
            yield it, data.object.id
        if data.object.type == "opportunity" and data.after and data.after.stage:
            known = (stages.get(data.object.id), data.before and data.before.stage)
            stages[data.object.id] = data.after.stage
            if data.after.stage == "won" and "won" not in known and data.customer == customer:
                yield it, None


def _is_cancelled(events: Sequence[Event], customer: str, number: str, since: int) -> bool:
    """Whether it is cancelled or deleted a week after it was placed, whoever says so."""
    end = order_oracle.end_of(events, number, since + 7 * DAY, "cancelled")
    return end is not None and end.time >= since
