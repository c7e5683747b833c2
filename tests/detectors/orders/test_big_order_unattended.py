"""big-order-unattended: an order of 500 000 that its owner's manager had no part in for 24 h."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import ReferenceEmployee
from detectors.engine.engine import configured
from detectors.rules.orders.big_order_unattended import DETECTOR
from tests.detectors import order_oracle
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    DOCUMENTED,
    activity,
    after,
    company,
    edit,
    event,
    evidence,
    firing,
    ids,
    local,
    only,
    order,
    play,
)

NINE = "2026-03-02 09:00"


def stands(id: str, name: str | None = None, manager: str | None = None) -> Event:
    return event(DOCUMENTED, ReferenceEmployee(id, name=name, manager=manager))


STAFF = (
    stands("E-BIG", "唐静", "E-HEAD"),
    stands("E-BIG2", None, "E-HEAD2"),
    stands("E-HEAD", "王伟"),
    stands("E-SOLO"),
    stands("E-SELF", None, "E-SELF"),
)
DOCUMENTS = STAFF


def sells(
    distance: str = "0s",
    number: str = "O-1",
    amount: str | None = "600000.00",
    who: str = "E-BIG",
    *,
    of: str | None = "C-1",
    **more: Any,
) -> Event:
    """A big order is created, by 唐静, if nothing else is said."""
    worth = {"amount": Decimal(amount)} if amount is not None else {}
    return order(after(NINE, distance), number, who, customer=of, **worth, **more)


def says(distance: str, who: str = "E-HEAD", micro: int = 0, **image: Any) -> Event:
    """The order is edited, mostly without its customer; by 王伟, if nothing else is said."""
    number = image.pop("number", "O-1")
    op = image.pop("op", "update")
    return edit(after(NINE, distance, micro), who, op, ("order", number), **image)


def approves(distance: str, who: str = "E-HEAD", micro: int = 0, **more: Any) -> Event:
    return says(distance, who, micro, status="approved", **more)


def calls(distance: str, who: str = "E-HEAD", micro: int = 0, about: str = "C-1") -> Event:
    return activity(after(NINE, distance, micro), who, about)


def found(*events: Event, until: str = "3d", documents: Sequence[Event] = STAFF) -> list[Alert]:
    return play(events, DETECTOR, until=after(NINE, until), reference=company(*documents))


FIRES = ([sells("0s", "O-BIG", of="C-BIG")], "2d")


def test_a_big_order_is_nobodys_but_the_salesmans() -> None:
    #   O-1, 600 000 ── 24 h, and the grace: nothing of 王伟 ◄ fires
    sold = sells()
    assert found(sold, until="25h") == []
    alert = only(found(sold, until="26h"))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-BIG", "C-1", "O-1")
    assert evidence(alert) == ids(sold)
    assert [piece.note for piece in alert.evidence] == ["the order"]
    assert alert.detected_at == "2026-03-03T02:00:00Z"
    assert alert.rule.params == {"amount": "500000", "within": "1d", "lookback": "365d"}
    assert alert.rule.measured == {"amount": "600000.00"}
    assert alert.summary.en == (
        "Order O-1 of customer C-1 over 600,000.00 CNY was created at 2026-03-02 09:00. "
        "Up to 1 day later the owner's manager, 王伟 (E-HEAD), had neither approved it nor been in "
        "touch with the customer. Responsible: 唐静 (E-BIG)."
    )
    assert alert.summary.zh == (
        "客户 C-1 的订单 O-1（600,000.00 元）于 2026-03-02 09:00 创建。"
        "截至创建后 1 天，归属人的经理王伟（E-HEAD）既未审批，也未跟进该客户。"
        "责任人：唐静（E-BIG）。"
    )


@pytest.mark.parametrize(
    "amount, fires",
    [("499999.99", False), ("500000", True), ("900000.00", True), (None, False)],
)
def test_what_is_big(amount: str | None, fires: bool) -> None:
    assert (found(sells(amount=amount)) != []) is fires


def test_an_order_that_grows_big_later_is_not_seen() -> None:
    assert found(sells(amount="1"), says("1h", "E-BIG", amount=Decimal(900_000))) == []


@pytest.mark.parametrize(
    "distance, micro, fires",
    [
        ("24h", 0, False), ("24h", 1, True), ("0s", 0, False),
        ("-365d", 0, False), ("-365d", -1, True),
    ],
)  # fmt: skip
def test_an_activity_counts_from_a_year_before_to_a_day_after(
    distance: str, micro: int, fires: bool
) -> None:
    events = sorted([sells(), calls(distance, micro=micro)], key=lambda it: it.time)
    assert (found(*events) != []) is fires


@pytest.mark.parametrize("distance, micro, fires", [("24h", 0, False), ("24h", 1, True)])
def test_an_approval_counts_for_a_day(distance: str, micro: int, fires: bool) -> None:
    assert (found(sells(), approves(distance, micro=micro)) != []) is fires


@pytest.mark.parametrize(
    "act, fires",
    [
        (calls("1h", "E-BIG"), True),
        (calls("1h", "E-HEAD2"), True),
        (calls("1h", about="C-2"), True),
        (edit(after(NINE, "1h"), "E-HEAD", "update", ("activity", "A-1"), customer="C-1"), False),
        (edit(after(NINE, "1h"), "E-HEAD", "delete", ("activity", "A-1"), customer="C-1"), True),
        (edit(after(NINE, "1h"), "E-HEAD", "create", ("quote", "Q-1"), customer="C-1"), True),
        (approves("1h", "E-BIG"), True),
        (approves("1h", "E-HEAD2"), True),
        (approves("1h", "E-CLERK", approved_by="E-HEAD"), False),
        (approves("1h", "E-HEAD", approved_by="E-BIG"), True),
        (approves("1h", number="O-2"), True),
        (says("1h", status="completed"), True),
    ],
    ids=[
        "the seller's call", "another manager's call", "a call on another", "a call edited",
        "a call deleted", "a quote", "the seller's approval", "another manager's approval",
        "entered by a clerk", "under the seller's name", "of another order", "no approval",
    ],
)  # fmt: skip
def test_what_is_the_managers_part(act: Event, fires: bool) -> None:
    assert (found(sells(), act) != []) is fires


def test_the_owner_is_whom_the_order_names_not_who_entered_it() -> None:
    sold = sells(who="E-CLERK", owner="E-BIG2")
    assert found(sold, calls("1h", "E-HEAD2")) == []
    alert = only(found(sold, calls("1h", "E-HEAD")))
    assert alert.employee == "E-BIG2"
    assert "the owner's manager, E-HEAD2, had neither" in alert.summary.en
    assert "归属人的经理员工E-HEAD2既未" in alert.summary.zh


@pytest.mark.parametrize("who", ["E-SOLO", "E-SELF", "E-NEW"])
def test_where_no_manager_is_on_file_any_managers_part_will_do(who: str) -> None:
    sold = sells(who=who)
    assert found(sold, calls("1h", "E-HEAD2")) == []
    assert found(sold, approves("1h", "E-HEAD")) == []
    nobodys = [calls("1h", "E-CLERK"), approves("2h", "E-CLERK"), says("3h", status="completed")]
    alert = only(found(sold, *nobodys))
    assert alert.summary.en.endswith(
        "09:00. Up to 1 day later no manager had approved it or been in touch with the customer. "
        f"Responsible: {who}."
    )
    assert alert.summary.zh.endswith(
        f"创建。截至创建后 1 天，没有任何经理审批或跟进该客户。责任人：员工{who}。"
    )


def test_an_order_without_a_customer_is_judged_by_its_approval() -> None:
    sold = sells(of=None)
    assert found(sold, approves("1h")) == []
    alert = only(found(sold, calls("1h")))
    assert (alert.customer, alert.order) == (None, "O-1")
    assert alert.summary.en.startswith("Order O-1 of customer unknown over 600,000.00 CNY was")


def test_an_order_that_is_only_named_beside_another_is_not_created() -> None:
    sold = edit(NINE, "E-BIG", "create", ("order", "O-1"), order="O-2", amount=Decimal(600_000))
    assert only(found(sold)).order == "O-1"


@pytest.mark.parametrize(
    "gone", [{"status": "cancelled"}, {"status": "rejected"}, {"op": "delete"}]
)
def test_what_is_cancelled_rejected_or_deleted_in_time_needs_no_manager(
    gone: dict[str, Any],
) -> None:
    assert found(sells(), says("24h", "E-BIG", **gone)) == []
    assert found(sells(), says("24h", "E-BIG", 1, **gone)) != []


@pytest.mark.parametrize(
    "late, reason",
    [
        (calls("20h"), ("a manager had taken part in time", "期限内已有经理参与")),
        (approves("20h"), ("a manager had taken part in time", "期限内已有经理参与")),
        (
            says("20h", "E-BIG", status="cancelled"),
            ("the order was cancelled or deleted in time", "期限内订单已取消或删除"),
        ),
    ],
    ids=["a call", "an approval", "a cancellation"],
)
def test_what_arrives_late_withdraws_it(late: Event, reason: tuple[str, str]) -> None:
    #   O-1 ── (in time, late) ── 25 h ◄ fires ── 3 d: it arrives
    sold = sells()
    alert = only(found(sold, calls("3d", about="C-2"), late))
    assert (alert.state, alert.revision, evidence(alert)) == ("withdrawn", 2, ids(sold, late))
    assert alert.summary.en.startswith(f"Withdrawn: {reason[0]}. Order O-1")
    assert alert.summary.zh.startswith(f"已撤回：{reason[1]}。客户 C-1 的订单")


def test_a_late_approval_of_an_order_without_a_customer_withdraws_it_too() -> None:
    alert = only(found(sells(of=None), calls("3d", about="C-2"), approves("20h")))
    assert (alert.state, alert.revision) == ("withdrawn", 2)


def test_an_order_that_is_told_late_is_judged_at_once() -> None:
    assert evidence(only(found(calls("5d", about="C-2"), sells()))) == ids(sells())


def test_each_order_is_by_itself() -> None:
    sold = [sells(), sells("1h", "O-2", "500000.00"), sells("2h", "O-3", "1.00")]
    assert [alert.order for alert in firing(found(*sold))] == ["O-1", "O-2"]


def test_the_same_again_changes_nothing() -> None:
    assert [alert.revision for alert in found(sells(), sells())] == [1]


@pytest.mark.parametrize("later, fires", [("91d", True), ("2185h", False)])
def test_one_that_is_taken_up_again_has_its_time_within_90_days(later: str, fires: bool) -> None:
    #   sold ─ 1 h cancelled ─ 24 h ───── 90 d ─────┤ taken up again      later is not
    alerts = found(
        sells(), says("1h", status="cancelled"), says(later, status="draft"), until="95d"
    )
    assert (firing(alerts) != []) is fires


def test_one_that_was_attended_to_is_none_when_it_comes_again_a_year_later() -> None:
    #   called ── 200 d sold ── 400 d, when the call is forgotten: both again
    attended = [calls("-200d"), sells()]
    assert found(*attended, calls("200d"), *attended, until="200d") == []


def test_without_employees_on_file_it_is_silent() -> None:
    assert found(sells(), documents=()) == []


def test_the_numbers_are_parameters() -> None:
    def judged(*events: Event, **params: object) -> list[Alert]:
        happened, reference = sorted(events, key=lambda it: it.time), company(*STAFF)
        detector = configured(DETECTOR, **params)
        return play(happened, detector, until=after(NINE, "3d"), reference=reference)

    assert judged(sells(), amount=600_001) == []
    assert judged(sells(), calls("2h"), within=Duration("1h")) != []
    assert judged(sells(), calls("-2d"), lookback=Duration("1d")) != []


def test_of_a_managers_daily_calls_a_few_are_remembered() -> None:
    run = local(DETECTOR, reference=company(*STAFF))
    run.run([calls(f"{day}d") for day in range(300)])
    run.run([calls(f"{day}d", "E-BIG") for day in range(300)])
    assert len(run.states["customer:C-1"].notebooks[DETECTOR.id].facts) <= 3
    assert run.run([sells("310d")], after(NINE, "320d")) == []


def test_small_orders_are_not_remembered_and_customers_are_forgotten() -> None:
    run = local(DETECTOR, reference=company(*STAFF))
    run.run([sells(amount="499999.99"), sells("0s", "O-2", "1.00", of=None)])
    assert all(not state.notebooks for state in run.states.values())
    run.run([sells("1h", "O-3"), calls("2h"), sells("3h", "O-4", of=None)])
    for days in range(1, 900, 10):
        run.advance(after(NINE, f"{days}d"))
    assert run.states == {}


_EDGE = (0, 1, HOUR, DAY - 1, DAY, DAY + 1, 9 * DAY, 200 * DAY)


@st.composite
def _selling(draw: st.DrawFn) -> list[Event]:
    """Three orders of two customers, or of none, and what managers and others do about them."""
    sellers = st.sampled_from(("E-BIG", "E-BIG", "E-BIG2", "E-SOLO"))
    actors = st.sampled_from(("E-HEAD", "E-HEAD", "E-HEAD2", "E-BIG", "E-CLERK"))
    events: list[Event] = []
    for number in ("O-1", "O-2", "O-3")[: draw(st.integers(1, 3))]:
        sold = BASE + draw(st.sampled_from((0, 0, HOUR, DAY, 30 * DAY)))
        of = draw(st.sampled_from(("C-1", "C-1", "C-2", None)))
        amount = Decimal(draw(st.sampled_from(("600000.00", "500000", "499999.99"))))
        owned = {"owner": draw(sellers)} if draw(st.integers(0, 2)) == 0 else {}
        events.append(order(sold, number, draw(sellers), customer=of, amount=amount, **owned))
        for _ in range(draw(st.integers(0, 3))):
            edge = draw(st.sampled_from(_EDGE)) * draw(st.sampled_from((1, 1, -1)))
            act = draw(st.sampled_from(("call", "call", "call", "approve", "own", "end", "view")))
            names = draw(st.sampled_from((None, of)))
            image: dict[str, Any] = {"status": "approved"}
            op, where = "update", ("order", number)
            if act == "call":
                who = draw(st.sampled_from((of, "C-1", "C-2"))) or "C-1"
                events.append(activity(sold + edge, draw(actors), who))
                continue
            if act == "approve" and draw(st.booleans()):
                image["approved_by"] = draw(actors)
            elif act == "own":
                image = {"owner": draw(sellers)}
            elif act == "end":
                image = {"status": draw(st.sampled_from(("cancelled", "rejected", "completed")))}
                if draw(st.booleans()):
                    op, image = "delete", {}
            elif act == "view":
                op, image = "view", {}
            events.append(edit(sold + abs(edge), draw(actors), op, where, customer=names, **image))
    return events


SCENES = _selling()

_MANAGER = {"E-BIG": "E-HEAD", "E-BIG2": "E-HEAD2"}


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    """Every big order, unless its manager, or where none is known any, was there in time."""
    happened = sorted(events, key=lambda it: (it.time, it.id))
    for sold in happened:
        data = sold.data
        if data.op != "create" or data.object.type != "order" or data.after.amount < 500_000:
            continue
        end = _end(happened, data.object.id, sold.time + DAY)
        of_order = [it for it in happened if it.data.object == data.object and it.time <= end]
        owner = _owner(of_order, sold)
        managers = {_MANAGER[owner]} if owner in _MANAGER else {"E-HEAD", "E-HEAD2"}
        approvals = [
            it
            for it in of_order
            if it.data.after is not None and it.data.after.status == "approved"
        ]
        if any((it.data.after.approved_by or it.data.actor) in managers for it in approvals):
            continue
        if order_oracle.called_off(happened, sold.data.object.id, end, "cancelled", "rejected"):
            continue
        called = [
            it
            for it in happened
            if it.data.object.type == "activity"
            and data.customer is not None
            and it.data.customer == data.customer
            and it.data.actor in managers
            and sold.time - 365 * DAY <= it.time <= end
        ]
        if called:
            continue
        named = [it.data.customer for it in of_order if it.data.customer is not None]
        who = data.customer or (named[0] if named else None)
        yield "warning", owner, who, data.object.id, None, frozenset({sold.id})


def _end(happened: Sequence[Event], number: str, end: int) -> int:
    """When the manager's time is over: anew where the order went on after it was called off."""
    while order_oracle.called_off(happened, number, end, "cancelled", "rejected"):
        again = [
            it.time
            for it, data in order_oracle.edits(happened, number)
            if end < it.time <= end + 90 * DAY
            and not order_oracle.called_off(happened, number, it.time, "cancelled", "rejected")
        ]
        if not again:
            break
        end = again[0] + DAY
    return end


def _owner(of_order: Sequence[Event], sold: Event) -> str:
    words = [it for it in of_order if it.data.after is not None and it.data.after.owner]
    before = [it for it in words if it.time <= sold.time]
    named = before[-1:] or words[:1]
    owner: str = named[0].data.after.owner if named else sold.data.actor
    return owner
