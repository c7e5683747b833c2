"""ghost-deal: money, goods or an approval for a customer nobody worked on in 60 d and 24 h."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit, Payment, Shipment
from detectors.engine.engine import Engine, configured
from detectors.engine.messages import Told
from detectors.rules.orders.ghost_deal import DETECTOR
from tests.detectors import order_oracle
from tests.detectors.random_company import BASE
from tests.detectors.test_laws import Batches
from tests.detectors.timeline import (
    activity,
    after,
    callback,
    company,
    customer,
    edit,
    employee,
    evidence,
    firing,
    hit,
    ids,
    local,
    only,
    order,
    owner,
    payment,
    play,
    refund,
    shipment,
    time_is,
    withdrawing,
)

NINE = "2026-03-02 09:00"
STAFF = (employee("E-1", "唐静"), customer("C-1", "E-1"))


def pays(distance: str = "0s", number: str = "P-1", **about: Any) -> Event:
    """The customer pays; it is C-1, if nothing else is said."""
    return payment(after(NINE, distance), number, **(about or {"customer": "C-1"}))


def ships(distance: str = "0s", number: str = "S-1", **about: Any) -> Event:
    return shipment(after(NINE, distance), number, **(about or {"customer": "C-1"}))


def approves(
    distance: str = "0s", number: str = "O-1", of: str | None = "C-1", **more: Any
) -> Event:
    more = {"status": "approved", **more}
    where = ("order", number)
    return edit(after(NINE, distance), "E-BOSS", "update", where, customer=of, **more)


def calls(distance: str, micro: int = 0, about: str = "C-1") -> Event:
    """Somebody, whoever it is, calls on the customer."""
    return activity(after(NINE, distance, micro), "E-CLERK", about)


def found(*events: Event, until: str = "3d") -> list[Alert]:
    reference = company(*STAFF)
    return play(events, DETECTOR, until=after(NINE, until), reference=reference)


FIRES = ([pays("0s", "P-GHOST", customer="C-GHOST")], "2d")


def test_money_comes_from_a_customer_nobody_worked_on() -> None:
    #   60 d: nothing ── C-1 pays ── 24 h, and the grace: nothing ◄ fires
    paid = pays()
    assert found(paid, until="25h") == []
    alert = only(found(paid, until="26h"))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", None)
    assert evidence(alert) == ids(paid)
    assert [piece.note for piece in alert.evidence] == ["the customer paid"]
    assert alert.detected_at == "2026-03-03T02:00:00Z"
    assert alert.rule.params == {"before": "60d", "after": "1d"}
    assert alert.rule.measured == {}
    assert alert.summary.en == (
        "Payment P-1 of 800.00 CNY from customer C-1 came in at 2026-03-02 09:00. "
        "From 60 days before to 1 day after, nobody worked on the customer: no activity, quote, "
        "opportunity or contract edit. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "客户 C-1 的付款 P-1（800.00 元）于 2026-03-02 09:00 到账。"
        "此前 60 天至此后 1 天，没有任何人对该客户留下跟进、报价、商机或合同记录。"
        "责任人：唐静（E-1）。"
    )


def test_goods_leave_for_the_customer() -> None:
    alert = only(found(ships()))
    assert alert.summary.en.startswith("Shipment S-1 for customer C-1 left at 2026-03-02 09:00. F")
    assert alert.summary.zh.startswith("客户 C-1 的发货单 S-1 于 2026-03-02 09:00 出库。此前")


def test_an_order_of_the_customer_is_approved() -> None:
    alert = only(found(approves(owner="E-7")))
    assert (alert.employee, alert.order) == ("E-7", "O-1")
    assert alert.summary.en.startswith(
        "Order O-1 of customer C-1 was approved at 2026-03-02 09:00."
    )
    assert alert.summary.zh.startswith("客户 C-1 的订单 O-1 于 2026-03-02 09:00 审批通过。此前")


@pytest.mark.parametrize("deed", [pays, ships, approves])
@pytest.mark.parametrize(
    "distance, micro, fires",
    [
        ("24h", 0, False), ("24h", 1, True), ("0s", 0, False),
        ("-60d", 0, False), ("-60d", -1, True),
    ],
)  # fmt: skip
def test_work_counts_from_sixty_days_before_to_a_day_after(
    deed: Callable[[], Event], distance: str, micro: int, fires: bool
) -> None:
    #   ├─────────── 60 d ─────────── deed ── 24 h ──┤
    events = sorted([deed(), calls(distance, micro)], key=lambda it: it.time)
    assert (found(*events) != []) is fires


@pytest.mark.parametrize(
    "object, op, fires",
    [
        ("quote", "create", False), ("opportunity", "update", False), ("contract", "create", False),
        ("activity", "update", False), ("activity", "delete", True), ("activity", "view", True),
        ("contact", "create", True), ("customer", "update", True), ("order", "create", True),
    ],
)  # fmt: skip
def test_what_is_work_on_a_customer(object: str, op: str, fires: bool) -> None:
    worked = edit(after(NINE, "-1d"), "E-9", op, (object, "X-1"), customer="C-1")
    assert (found(worked, pays()) != []) is fires


def test_neither_talk_nor_a_callback_nor_work_on_another_is_work_on_the_customer() -> None:
    near = after(NINE, "-1d")
    others = [hit(near, "E-1", "C-1"), callback(near, "B-1", "C-1"), calls("-1d", about="C-2")]
    assert only(found(*others, pays())).customer == "C-1"


def test_every_deed_of_an_order_is_an_alert_of_its_own() -> None:
    deeds = [
        approves(),
        pays("1h", customer="C-1", order="O-1"),
        ships("2h", customer="C-1", order="O-1"),
        ships("3h", "S-2", customer="C-1", order="O-1"),
    ]
    alerts = firing(found(*deeds))
    assert [evidence(alert) for alert in alerts] == [ids(deed) for deed in deeds]
    assert {alert.order for alert in alerts} == {"O-1"}
    assert len({alert.alert_id for alert in alerts}) == 4


@pytest.mark.parametrize(
    "deed", [pays(order="O-1"), ships(order="O-1"), approves(of=None)], ids=["pays", "ships", "ok"]
)
def test_whose_deal_it_is_may_stand_in_the_order_alone(deed: Event) -> None:
    #   O-1 of C-1 ── a deed that names O-1 only
    known = order(after(NINE, "-1d"), "O-1", "E-5", customer="C-1")
    alert = only(found(known, deed))
    assert (alert.employee, alert.customer, alert.order) == ("E-5", "C-1", "O-1")
    assert found(known, calls("-59d"), deed) == []
    assert found(known, deed, calls("20h")) == []
    assert found(known, deed, calls("2d"))[-1].state == "firing"


def test_where_nobody_knows_the_customer_nothing_is_said() -> None:
    nobody = [
        pays(order="O-1"),
        ships(order="O-1"),
        approves(of=None),
        pays(number="P-2", amount="1"),
    ]
    assert found(*nobody) == []


def test_the_customer_may_be_told_of_late() -> None:
    #   P-1 for O-1 ── 3 d ── late: O-1 is C-1's, said an hour after the payment
    said_late = order(after(NINE, "1h"), "O-1", customer="C-1")
    assert (
        only(found(pays(order="O-1"), pays("3d", "P-2", order="O-2"), said_late)).customer == "C-1"
    )
    too_late = order(after(NINE, "24h", 1), "O-1", customer="C-1")
    assert found(pays(order="O-1"), too_late) == []


def test_a_call_that_arrives_late_withdraws_it() -> None:
    #   C-1 pays ── (call at 20 h, late) ── 25 h ◄ fires ── 3 d: the call arrives
    paid, called = pays(), calls("20h")
    alert = only(found(paid, calls("3d", about="C-2"), called))
    assert (alert.state, alert.revision, evidence(alert)) == ("withdrawn", 2, ids(paid, called))
    assert alert.evidence[1].note == withdrawing("somebody worked on the customer")
    assert alert.summary.en.startswith(
        "Withdrawn: somebody had worked on the customer in time. Payment P-1"
    )
    assert alert.summary.zh.startswith("已撤回：期限内已有人跟进该客户。客户 C-1 的付款")


@pytest.mark.parametrize(
    "deed, taken_back",
    [
        (pays(), lambda at: refund(at, "R-1", customer="C-1")),
        (pays(), lambda at: refund(at, "P-1", "1.00", customer="C-1")),
        (
            pays(customer="C-1", order="O-1"),
            lambda at: refund(at, "R-1", customer="C-1", order="O-1"),
        ),
        (pays(order="O-1", customer="C-1"), lambda at: refund(at, "R-1", order="O-1")),
        (ships(), lambda at: shipment(at, "S-1", customer="C-1", status="returned")),
        (
            ships(customer="C-1", order="O-1"),
            lambda at: shipment(at, "S-1", order="O-1", status="returned"),
        ),
        (approves(), lambda at: edit(at, "E-1", "update", ("order", "O-1"), status="cancelled")),
        (approves(), lambda at: edit(at, "E-1", "update", ("order", "O-1"), status="rejected")),
        (approves(), lambda at: edit(at, "E-1", "delete", ("order", "O-1"))),
    ],
    ids=[
        "refund", "part of the payment itself", "refund of the order", "without the customer",
        "return", "return of the order", "cancelled", "rejected", "deleted",
    ],
)  # fmt: skip
def test_what_is_taken_back_within_a_day_needs_no_work(
    deed: Event, taken_back: Callable[[int], Event]
) -> None:
    assert found(deed, taken_back(after(NINE, "24h"))) == []
    assert found(deed, taken_back(after(NINE, "24h", 1))) != []
    late = found(deed, calls("3d", about="C-2"), taken_back(after(NINE, "2h")))
    assert only(late).summary.en.startswith("Withdrawn: it was taken back in time.")
    assert only(late).summary.zh.startswith("已撤回：期限内已退款、退货或取消。")


@pytest.mark.parametrize(
    "other",
    [
        refund(after(NINE, "1h"), "R-1", "799.99", customer="C-1"),
        refund(after(NINE, "1h"), "R-1", customer="C-2"),
        refund(after(NINE, "1h"), "R-1", customer="C-1", order="O-9"),
        refund(after(NINE, "-1h"), "R-1", customer="C-1"),
        shipment(after(NINE, "1h"), "P-1", customer="C-1", status="returned"),
    ],
    ids=["too little", "another customer's", "of an order", "before it", "goods"],
)
def test_other_money_is_no_refund_of_it(other: Event) -> None:
    events = sorted([pays(), other], key=lambda it: it.time)
    assert "P-1" in " ".join(alert.summary.en for alert in firing(found(*events)))


@pytest.mark.parametrize("status", ["delivered", "returned"])
def test_goods_that_arrive_or_come_back_are_no_deal(status: str) -> None:
    assert found(ships(customer="C-1", status=status)) == []


def test_a_refund_is_no_deal() -> None:
    assert found(refund(NINE, "R-1", customer="C-1")) == []


@pytest.mark.parametrize("status", ["draft", "submitted", "completed", "rejected"])
def test_an_order_that_is_not_approved_is_no_deal_yet(status: str) -> None:
    assert found(approves(status=status)) == []


def test_an_order_is_approved_once() -> None:
    #   70 d ago: a call, and approved ── now: an edit that repeats it, with `before` or without
    first, called = approves("-70d"), calls("-70d")
    again = approves("0s", amount=Decimal(5))
    assert found(called, first, again) == []
    assert found(called, approves("0s", before={"status": "approved"})) == []


def test_an_earlier_approval_that_comes_late_is_the_one_that_is_judged() -> None:
    #   (approved, and called on, 6 d ago; late) ── 65 d later: repeated?  no: 6 d later
    first, again = approves("0s"), approves("5d", amount=Decimal(5))
    alerts = found(again, first, until="9d")
    assert [evidence(it) for it in firing(alerts)] == [ids(first)]


@pytest.mark.parametrize("days", [2, 5, 61])
def test_an_approval_that_was_worked_for_and_called_off_is_not_the_one_that_counts(
    days: int,
) -> None:
    #   a call ── 59 d ── approved, 1 h: cancelled ── days later: approved ── 1 d: ◄ fires
    cancelled = edit(after(NINE, "1h"), "E-1", "update", ("order", "O-1"), status="cancelled")
    again = approves(f"{days}d", before={"status": "submitted"})
    known = [calls("-1439h"), approves(), cancelled]
    alert = only(found(*known, again, until=f"{days + 2}d"))
    assert evidence(alert) == ids(again)


def test_what_is_read_together_is_judged_as_what_comes_one_by_one() -> None:
    #   a call ── 60 d ── approved, 1 d: cancelled ── 61 d: approved ◄ all read before time moves on
    cancelled = edit(after(NINE, "1d"), "E-1", "update", ("order", "O-1"), status="cancelled")
    again = approves("61d", before={"status": "submitted"})
    run = Batches(Engine([DETECTOR], company(*STAFF), mode="replay"))
    alerts = run.take([calls("-60d"), approves(), cancelled, again])
    alerts += run.advance(after(NINE, "63d"))
    assert evidence(only(alerts)) == ids(again)


def test_a_deed_that_is_known_late_is_judged_at_once() -> None:
    assert only(found(calls("5d", about="C-2"), pays())).state == "firing"


def test_the_same_again_changes_nothing() -> None:
    told_again = pays("1h")
    assert [alert.revision for alert in found(pays(), pays(), told_again)] == [1]


def test_a_robot_that_calls_on_everybody_hides_everything() -> None:
    robots = [calls(f"{day}d") for day in range(-70, 3)]
    deeds = [pays("1s"), ships("1s"), approves("1s")]
    events = sorted([*robots, *deeds], key=lambda it: it.time)
    assert found(*events) == []


def test_work_is_not_forgotten_where_time_leaps_before_an_order_is_judged() -> None:
    #   O-1 is C-1's ── C-1 pays ◄ fires ── 24½ h: call ── 25 h: O-1 is paid ── 300 d pass
    known = order(after(NINE, "-1d"), "O-1", customer="C-1")
    events = [known, pays(), calls("24.5h"), pays("25h", "P-2", order="O-1")]
    assert [evidence(it) for it in firing(found(*events, until="300d"))] == [ids(events[1])]


def test_a_judgement_that_waits_for_an_answer_finds_the_work_it_began_with() -> None:
    #   C-1 pays, is called on ── 61 d: pays for O-1 ── 200 d pass: who is O-1? ── nobody's ◄ P-2
    engine, customer = Engine([DETECTOR], company()), "customer:C-1"
    later = pays("61d", "P-2", customer="C-1", order="O-1")
    state = engine.step(
        customer, None, [pays(), calls("1h"), later], time_is(after(NINE, "1h"))
    ).state
    asked = engine.step(customer, state, [], time_is(after(NINE, "200d")))
    assert (asked.alerts, [key for key, _ in asked.notes]) == ([], ["order:O-1"])
    told = engine.step(customer, asked.state, [Told("order:O-1", [])], time_is(after(NINE, "200d")))
    assert [evidence(alert) for alert in told.alerts] == [ids(later)]
    assert told.state.profile == []


def test_who_waits_for_an_answer_does_not_ask_to_be_looked_at_in_the_past() -> None:
    #   C-1 pays, is called on ── 61 d: pays for O-1 ── 600 d pass: who is O-1? ── no wake-up ▏
    engine, customer = Engine([DETECTOR], company()), "customer:C-1"
    later = pays("61d", "P-2", customer="C-1", order="O-1")
    state = engine.step(
        customer, None, [pays(), calls("1h"), later], time_is(after(NINE, "1h"))
    ).state
    asked = engine.step(customer, state, [], time_is(after(NINE, "600d")))
    assert [key for key, _ in asked.notes] == ["order:O-1"]
    assert asked.state.due == {}
    told = engine.step(customer, asked.state, [Told("order:O-1", [])], time_is(after(NINE, "600d")))
    assert [evidence(alert) for alert in told.alerts] == [ids(later)]
    assert told.state.profile == []


def test_what_concerns_nothing_does_not_end_a_judgement_that_waits_for_an_answer() -> None:
    #   pays, a call ─ 61 d: pays for O-1 ─ 200 d pass: who is O-1? ─ C-1 pays ─ nobody's ◄ P-2
    engine, customer = Engine([DETECTOR], company()), "customer:C-1"
    later = pays("61d", "P-2", customer="C-1", order="O-1")
    events = [pays(), calls("1h"), later, calls("198d"), pays("199d", "P-9")]
    state = engine.step(customer, None, events, time_is(after(NINE, "1h"))).state
    asked = engine.step(customer, state, [], time_is(after(NINE, "200d")))
    assert (asked.alerts, [key for key, _ in asked.notes]) == ([], ["order:O-1"])
    now = after(NINE, "200d") + 1
    state = engine.step(customer, asked.state, [pays("199.5d", "P-3")], time_is(now)).state
    told = engine.step(customer, state, [Told("order:O-1", [])], time_is(now))
    assert [evidence(alert) for alert in told.alerts] == [ids(later)]


def test_a_deed_goes_with_the_work_that_settled_it() -> None:
    #   60 d ago: a call ── C-1 pays ── known at once: pays again in 61 d ── time leaps there ◄ P-2
    engine, customer = Engine([DETECTOR], company()), "customer:C-1"
    events = [calls("-60d"), pays(), pays("61d", "P-2")]
    state = engine.step(customer, None, events, time_is(NINE)).state
    state = engine.step(customer, state, [], time_is(after(NINE, "61d"))).state
    woken = engine.step(customer, state, [], time_is(after(NINE, "70d")))
    assert [evidence(alert) for alert in woken.alerts] == [ids(events[2])]


def test_the_numbers_are_parameters() -> None:
    short = configured(DETECTOR, before=Duration("7d"), after=Duration("1h"))
    for called in (calls("-8d"), calls("2h")):
        events = sorted([called, pays()], key=lambda it: it.time)
        assert only(play(events, short, until=after(NINE, "3d"))).rule.params["before"] == "7d"


def test_a_customer_is_forgotten() -> None:
    run = local(DETECTOR)
    run.run([pays(), ships(order="O-1"), order(after(NINE, "1h"), "O-1", customer="C-1")])
    for days in range(1, 900, 10):
        run.advance(after(NINE, f"{days}d"))
    assert run.states == {}


_EDGE = (0, 1, HOUR, DAY - 1, DAY, DAY + 1, 7 * DAY, 60 * DAY - 1, 60 * DAY, 60 * DAY + 1)


@st.composite
def _dealing(draw: st.DrawFn) -> list[Event]:
    """Two customers with an order each: deeds, work about the edges, and what takes deeds back."""
    about = {"O-1": "C-1", "O-2": "C-2"}
    number = draw(st.sampled_from(tuple(about)))
    who = about[number]
    naming = st.sampled_from(((who, None), (who, number), (who, number), (None, number)))
    events: list[Event] = []
    if draw(st.booleans()):
        entered = BASE + draw(st.sampled_from((-DAY, 0, DAY, DAY + 1)))
        events.append(order(entered, number, draw(st.sampled_from(("E-1", "E-2"))), customer=who))
    if draw(st.booleans()):
        events.append(owner(BASE - DAY, who, "E-3"))
    for turn in range(draw(st.integers(1, 4))):
        deed = BASE + draw(st.sampled_from((0, 0, HOUR, 2 * DAY, 61 * DAY)))
        names, of = draw(naming)
        kind = draw(st.sampled_from(("pay", "pay", "ship", "approve", "approve")))
        back = deed + draw(st.sampled_from((-1, 0, HOUR, DAY, DAY + 1)))
        taken = draw(st.integers(0, 2)) == 0
        if kind == "pay":
            events.append(payment(deed, f"P-{turn}", customer=names, order=of))
            if taken:
                amount = draw(st.sampled_from(("800.00", "400.00")))
                it = draw(st.sampled_from((f"P-{turn}", f"R-{turn}")))
                events.append(refund(back, it, amount, customer=names, order=of))  # type: ignore[arg-type]
        elif kind == "ship":
            events.append(shipment(deed, f"S-{turn}", customer=names, order=of))
            if taken:
                status = draw(st.sampled_from(("returned", "delivered")))
                events.append(shipment(back, f"S-{turn}", customer=names, order=of, status=status))
        else:
            said = draw(st.sampled_from((None, {"status": "submitted"}, {"status": "approved"})))
            where = ("order", number)
            events.append(
                edit(
                    deed, "E-BOSS", "update", where, customer=names, before=said, status="approved"
                )  # type: ignore[arg-type]
            )
            if taken:
                gone = draw(st.sampled_from(("delete", "cancelled", "rejected", "completed")))
                op, image = ("delete", {}) if gone == "delete" else ("update", {"status": gone})
                events.append(edit(back, "E-1", op, where, **image))  # type: ignore[arg-type]
        if draw(st.booleans()):
            worked = deed + draw(st.sampled_from((1, -1))) * draw(st.sampled_from(_EDGE))
            on = draw(st.sampled_from((who, who, who, "C-1")))
            object = draw(st.sampled_from(("activity", "quote", "contract", "contact")))
            op = draw(st.sampled_from(("create", "update", "update", "view")))
            events.append(edit(worked, "E-9", op, (object, f"X-{turn}"), customer=on))
    return events


SCENES = _dealing()


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    """Every deed whose customer is known a day later, was not worked on, and did not come back."""
    happened = sorted(events, key=lambda it: (it.time, it.id))
    edits = [it for it in happened if isinstance(it.data, CrmEdit)]
    for deed in happened:
        data, end = deed.data, deed.time + DAY
        number = data.object.id if isinstance(data, CrmEdit) else data.order
        of_order = [
            it for it in edits if it.data.object.type == "order" and it.data.object.id == number
        ]
        own = data.customer
        if isinstance(data, Payment):
            if data.kind != "received" or _refunded(deed, happened):
                continue
        elif isinstance(data, Shipment):
            backs = [
                it
                for it in happened
                if isinstance(it.data, Shipment)
                and (it.data.shipment, it.data.status) == (data.shipment, "returned")
                and deed.time <= it.time <= end
            ]
            if data.status != "dispatched" or backs:
                continue
        else:
            if data.object.type != "order" or not data.after or data.after.status != "approved":
                continue
            if data.before is not None and data.before.status == "approved":
                continue
            if _counted(happened, number) is not deed:
                continue
        named = [it.data.customer for it in of_order if it.time <= end and it.data.customer]
        who = own or (named[0] if named else None)
        worked = [
            it
            for it in edits
            if it.data.object.type in ("activity", "quote", "contract")
            and it.data.op in ("create", "update")
            and it.data.customer == who
            and deed.time - 60 * DAY <= it.time <= end
        ]
        if who is None or worked:
            continue
        creators = [it.data.actor for it in of_order if it.data.op == "create" and it.time <= end]
        owners = [
            it.data.after.owner
            for it in edits
            if it.data.object == ("customer", who) or it.data.object.id == who
            if it.time <= end
        ]
        responsible = creators[0] if creators else owners[-1] if owners else None
        yield "warning", responsible, who, number, None, frozenset({deed.id})


def _counted(happened: Sequence[Event], number: str) -> Event | None:
    """The first approval, of those before which none stood, that stands a day later."""
    standing = False
    for it, data in order_oracle.edits(happened, number):
        status = data.after.status if data.after else None
        if data.op == "delete" or status in ("cancelled", "rejected"):
            standing = False
        elif status == "approved" and not standing:
            off = order_oracle.end_of(happened, number, it.time + DAY, "cancelled", "rejected")
            if off is None or off.time < it.time:
                return it
            standing = True
    return None


def _refunded(paid: Event, happened: Iterable[Event]) -> bool:
    refunds = [
        it
        for it in happened
        if isinstance(it.data, Payment)
        and it.data.kind == "refund"
        and it.data.order == paid.data.order
        and (paid.data.order is not None or it.data.customer == paid.data.customer)
        and paid.time <= it.time <= paid.time + DAY
    ]
    same = any(it.data.payment == paid.data.payment for it in refunds)
    return same or sum(it.data.amount for it in refunds) >= paid.data.amount


NOON = "2026-03-02 12:00"


def test_of_two_approvals_the_one_whose_customer_is_known_in_time_counts() -> None:
    #   approved ── 1 h ── deleted, approved ── 23 h ──┤ (24 h)   order is C-1's ── 1 h ──┤  ◄ fires
    who = "E-BOSS"
    alert = only(
        play(
            [
                edit(NOON, who, "update", ("order", "O-1"), status="approved"),
                edit(after(NOON, "1h", -1), "E-1", "delete", ("order", "O-1")),
                edit(after(NOON, "1h"), who, "update", ("order", "O-1"), status="approved"),
                order(after(NOON, "24h", 1), "O-1", "E-1", customer="C-1"),
            ],
            DETECTOR,
            until=after(NOON, "30d"),
        )
    )
    assert (alert.customer, alert.first_event_at) == ("C-1", "2026-03-02T05:00:00Z")
