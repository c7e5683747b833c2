"""diverted-consignee: goods go to an employee, or those of three customers to one address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY
from contract.types import CrmEdit, ReferenceEmployee, Shipment
from detectors.engine.engine import configured
from detectors.rules.goods.diverted_consignee import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    DOCUMENTED,
    after,
    company,
    customer,
    edit,
    event,
    evidence,
    final,
    firing,
    ids,
    local,
    only,
    order,
    owner,
    play,
)

NINE = "2026-03-02 09:00"
REP_PHONE, REP_HOME = "+86 139-0000-0009", "杭州市西湖区文三路 9 号"
SITE, DOCK = "宁波市北仑区港口路 1 号", "0574-8700 1111"


def stands(id: str, name: str, phones: Sequence[str] = (), addresses: Sequence[str] = ()) -> Event:
    known = ReferenceEmployee(id, name=name, phones=tuple(phones), addresses=tuple(addresses))
    return event(DOCUMENTED, known)


STAFF = (
    stands("E-DIV1", "唐静"),
    stands("E-DIV2", "王伟", [REP_PHONE, "13900000010"], [REP_HOME]),
    stands("E-DIV3", "李娜", ["13900000011"]),
)
DOCUMENTS = STAFF


def ships(
    distance: str,
    number: str = "S-1",
    customer: str | None = "C-1",
    *,
    micro: int = 0,
    order: str | None = None,
    status: str = "dispatched",
    by: str | None = None,
    **to: str,
) -> Event:
    """Goods leave; to the one site of all, if nothing else is said."""
    data = Shipment(
        number,
        status,  # type: ignore[arg-type]
        order=order,
        customer=customer,
        released_by=by,
        **(to or {"address": SITE}),
    )
    return event(after(NINE, distance, micro), data)


def found(*events: Event, documents: Sequence[Event] = STAFF) -> list[Alert]:
    return play(events, DETECTOR, reference=company(*documents))


FIRES = (
    [ships(f"{n}h", f"S-DIV{n}", f"C-DIV{n}", address="仁和镇货运站") for n in range(3)],
    "2h",
)


# To an employee.


def test_goods_go_to_an_employees_home() -> None:
    #   O-1 of C-1, by 唐静 ── S-1 leaves for 王伟's address and phone ◄ at once
    known = order(NINE, "O-1", "E-DIV1", customer="C-1")
    sent = ships("1h", order="O-1", address="杭州市西湖区文三路9号", phone="13900000009")
    alert = only(found(known, sent))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-DIV1", "C-1", "O-1")
    assert evidence(alert) == ids(sent)
    assert [piece.note for piece in alert.evidence] == [
        'left for an employee\'s address or phone (sent as phone "13900000009")'
    ]
    assert alert.detected_at == "2026-03-02T02:00:00Z"
    assert alert.rule.params == {"customers": "3", "window": "90d", "entered_within": "7d"}
    assert alert.rule.measured == {}
    assert alert.summary.en == (
        "Shipment S-1 for customer C-1 left at 2026-03-02 10:00. Its address is that of "
        "王伟 (E-DIV2). Its phone is that of 王伟 (E-DIV2). Responsible: 唐静 (E-DIV1)."
    )
    assert alert.summary.zh == (
        "客户 C-1 的发货单 S-1 于 2026-03-02 10:00 出库。收货地址是王伟（E-DIV2）的地址。"
        "收货电话是王伟（E-DIV2）的电话。责任人：唐静（E-DIV1）。"
    )


def test_the_address_may_be_one_employees_and_the_phone_anothers() -> None:
    alert = only(found(ships("0s", address=REP_HOME, phone="13900000011")))
    assert (
        "address is that of 王伟 (E-DIV2). Its phone is that of 李娜 (E-DIV3)." in alert.summary.en
    )


@pytest.mark.parametrize(
    "before, sent, employee, about",
    [
        ([], {"order": "O-1"}, "E-DIV2", (None, "O-1")),
        ([], {"by": "E-DEPOT"}, "E-DEPOT", (None, None)),
        ([], {"customer": "C-1", "by": "E-DEPOT"}, "E-OWNER", ("C-1", None)),
        (["order"], {"order": "O-1"}, "E-SELLER", ("C-2", "O-1")),
        (["order"], {"order": "O-1", "customer": "C-1"}, "E-SELLER", ("C-1", "O-1")),
    ],
    ids=["the addressee", "who released it", "the owner", "the seller", "the seller first"],
)
def test_whom_the_alert_names(
    before: list[str],
    sent: dict[str, str],
    employee: str,
    about: tuple[str | None, str | None],
) -> None:
    known = [order(NINE, "O-1", "E-SELLER", customer="C-2")] if before else []
    goods = ships("1h", **{"customer": None, **sent}, phone=REP_PHONE)  # type: ignore[arg-type]
    alert = only(found(*known, goods, documents=(*STAFF, customer("C-1", "E-OWNER"))))
    assert (alert.employee, alert.customer, alert.order) == (employee, *about)


def test_an_order_entered_later_tells_whose_deal_it_is() -> None:
    #   S-1 ◄ names the addressee ── 3 d: O-1, by 唐静 ◄ names 唐静 | after 7 d no more
    sent = ships("0s", customer=None, order="O-1", phone=REP_PHONE)
    alerts = found(sent, order(after(NINE, "3d"), "O-1", "E-DIV1", customer="C-1"))
    assert [(it.revision, it.employee, it.customer) for it in alerts] == [
        (1, "E-DIV2", None),
        (2, "E-DIV1", "C-1"),
    ]
    too_late = order(after(NINE, "7d", 1), "O-1", "E-DIV1", customer="C-1")
    assert len(found(sent, too_late)) == 1


@pytest.mark.parametrize(
    "sent",
    [
        ships("0s", phone="13900000099"),
        ships("0s", address="杭州市西湖区文三路 99 号"),
        ships("0s", phone="n/a", address="  "),
        ships("0s", consignee="王伟"),
        ships("0s", phone=REP_PHONE, status="delivered"),
        ships("0s", phone=REP_PHONE, status="returned"),
    ],
    ids=["a phone", "an address", "nothing", "a name", "delivered", "returned"],
)
def test_what_does_not_leave_for_an_employee(sent: Event) -> None:
    assert found(sent) == []


def test_the_same_shipment_again_changes_nothing() -> None:
    sent = ships("0s", phone=REP_PHONE)
    assert [it.revision for it in found(sent, sent, ships("1d", phone=REP_PHONE))] == [1]


def test_without_employees_on_file_it_is_silent() -> None:
    assert found(ships("0s", phone=REP_PHONE), documents=()) == []


# Gathered.

THREE = [ships("0s", "S-1", "C-1"), ships("10d", "S-2", "C-2"), ships("20d", "S-3", "C-3")]


def test_the_goods_of_three_customers_go_to_one_address() -> None:
    #   C-1 ── 10 d: C-2 ── 20 d: C-3 ◄ fires
    assert found(*THREE[:2]) == []
    alert = only(found(*THREE))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == (None, None, None)
    assert evidence(alert) == ids(*THREE)
    assert {piece.note for piece in alert.evidence} == {
        f'goods for one of the customers left for it (sent as address "{SITE}")'
    }
    assert alert.rule.measured == {"customers": "3"}
    assert alert.summary.en == (
        "Goods for 3 customers left for one address in 3 shipments from 2026-03-02 to 2026-03-22 "
        "(within 90 days)."
    )
    assert alert.summary.zh == (
        "2026-03-02 至 2026-03-22（90 天内）有 3 个客户的货物分 3 批发往同一地址。"
    )


def test_one_phone_is_enough_however_it_is_written() -> None:
    phones = ("0574-87001111", "+86 574 8700 1111", "（0574）87001111")
    sent = [ships(f"{n}d", f"S-{n}", f"C-{n}", phone=phone) for n, phone in enumerate(phones)]
    alert = only(found(*sent))
    assert alert.summary.en == (
        "Goods for 3 customers left for one phone in 3 shipments from 2026-03-02 to 2026-03-04 "
        "(within 90 days)."
    )
    assert alert.summary.zh == (
        "2026-03-02 至 2026-03-04（90 天内）有 3 个客户的货物分 3 批发出，收货电话相同。"
    )
    assert "8700" not in alert.summary.en + alert.summary.zh


def test_one_address_and_one_phone_are_two_alerts() -> None:
    sent = [ships(f"{n}d", f"S-{n}", f"C-{n}", address=SITE, phone=DOCK) for n in range(3)]
    assert len({alert.alert_id for alert in firing(found(*sent))}) == 2


def test_if_it_is_an_employees_they_are_named() -> None:
    sent = [ships(f"{n}d", f"S-{n}", f"C-{n}", address=REP_HOME) for n in range(3)]
    gathered = [it for it in firing(found(*sent)) if len(it.evidence) == 3]
    [alert] = gathered
    assert alert.employee == "E-DIV2"
    assert alert.summary.en.endswith("(within 90 days). It is that of 王伟 (E-DIV2).")
    assert alert.summary.zh.endswith("发往同一地址。该联系方式属于王伟（E-DIV2）。")


@pytest.mark.parametrize("third, employee", [("E-DIV1", "E-DIV1"), ("E-DIV3", None), (None, None)])
def test_if_all_the_customers_are_one_employees_they_are_named(
    third: str | None, employee: str | None
) -> None:
    owned = [customer("C-1", "E-DIV1"), customer("C-2", "E-DIV1"), customer("C-3", third)]
    alert = only(found(*THREE, documents=(*STAFF, *owned)))
    assert alert.employee == employee
    said = " All these customers belong to 唐静 (E-DIV1)."
    assert (said in alert.summary.en) is (employee is not None)
    assert ("这些客户的归属人均为唐静（E-DIV1）。" in alert.summary.zh) is (employee is not None)


@pytest.mark.parametrize("micro, fires", [(-1, True), (0, True), (1, False)])
def test_the_ninetieth_day_counts_and_the_microsecond_after_does_not(
    micro: int, fires: bool
) -> None:
    #   ┤ C-1 ──── C-2 ──── 90 d ──── C-3 ├
    assert (found(*THREE[:2], ships("90d", "S-3", "C-3", micro=micro)) != []) is fires


@pytest.mark.parametrize(
    "third",
    [
        ships("20d", "S-3", "C-2"),
        ships("20d", "S-3", None),
        ships("20d", "S-3", "C-3", address=SITE + "2"),
        ships("20d", "S-3", "C-3", phone=DOCK),
        ships("20d", "S-3", "C-3", status="delivered"),
    ],
    ids=["two customers", "nobody's", "another address", "no address", "delivered"],
)
def test_what_is_no_third_customer(third: Event) -> None:
    assert found(*THREE[:2], third) == []


def test_more_goods_revise_it_and_a_later_window_is_a_new_alert() -> None:
    #   C-1 C-2 C-3 ◄ ── C-1 ◄ 2 ──┤ 91 d: C-1 C-2 C-3 ◄ new
    more = ships("30d", "S-4", "C-1")
    new = [ships(f"{91 + n}d", f"S-9{n}", f"C-{n}") for n in range(3)]
    alerts = found(*THREE, more, *new)
    assert [it.revision for it in alerts] == [1, 2, 1]
    assert [evidence(it) for it in firing(alerts)] == [ids(*THREE, more), ids(*new)]


def test_a_shipment_that_is_told_late_completes_it() -> None:
    near = [ships("0s", "S-1", "C-1"), ships("6d", "S-3", "C-3")]
    assert evidence(only(found(*near, ships("1d", "S-2", "C-2")))) == ids(
        near[0], ships("1d", "S-2", "C-2"), near[1]
    )


def test_an_earlier_shipment_that_comes_late_takes_the_run_over() -> None:
    near = [ships(f"{n}d", f"S-{n}", f"C-{n}") for n in (1, 2, 3)]
    late = ships("0s", "S-0", "C-0")
    alerts = found(*near, late)
    assert sorted(it.state for it in final(alerts).values()) == ["firing", "withdrawn"]
    assert evidence(only(firing(alerts))) == ids(late, *near)


def test_the_same_again_changes_nothing() -> None:
    assert [it.revision for it in found(*THREE, *THREE)] == [1]


def test_the_numbers_are_parameters() -> None:
    reference = company(*STAFF)
    assert play(THREE, configured(DETECTOR, customers=4), reference=reference) == []
    assert play(THREE, configured(DETECTOR, window=Duration("19d")), reference=reference) == []


def test_a_forwarder_is_one_alert_and_asks_after_two_owners() -> None:
    documents = [customer(f"C-{n}", f"E-{n}") for n in range(100)]
    run = local(DETECTOR, reference=company(*STAFF, *documents))
    alerts = [alert for n in range(100) for alert in run.feed(ships(f"{n}h", f"S-{n}", f"C-{n}"))]
    assert only(alerts).employee is None
    [consignee] = [key for key in run.states if key.startswith("consignee:")]
    assert len(run.states[consignee].asked) == 2


def test_an_address_is_forgotten() -> None:
    run = local(DETECTOR, reference=company(*STAFF))
    run.run([*THREE, ships("21d", phone=REP_PHONE, address=REP_HOME)])
    for days in range(30, 900, 10):
        run.advance(after(NINE, f"{days}d"))
    assert run.states == {}


_EDGE = (0, 1, DAY, 7 * DAY, 45 * DAY, 90 * DAY - 1, 90 * DAY, 90 * DAY + 1)


@st.composite
def _forwarding(draw: st.DrawFn) -> list[Event]:
    """Shipments of four customers and three orders to two sites and two employees' homes."""
    events: list[Event] = []
    for number in ("O-1", "O-2"):
        if draw(st.booleans()):
            entered = BASE + draw(st.sampled_from((-DAY, DAY, 7 * DAY, 7 * DAY + 1)))
            who = draw(st.sampled_from(("E-1", "E-DIV1")))
            events.append(
                order(entered, number, who, customer=draw(st.sampled_from(("C-1", None))))
            )
    for about in ("C-1", "C-2", "C-3", "C-4"):
        if draw(st.booleans()):
            moment = BASE - draw(st.sampled_from((-2 * DAY, 0, DAY)))
            events.append(owner(moment, about, draw(st.sampled_from(("E-1", "E-1", "E-2")))))
    moment = BASE
    sites = st.sampled_from((SITE, SITE, SITE, SITE.replace(" ", ""), DOCK, REP_HOME, None))
    phones = st.sampled_from((None, None, DOCK, "057487001111", "13900000009", "139 0000 0011"))
    for turn in range(draw(st.integers(1, 6))):
        # Whose order it was is known for a year, and told of no later here.
        moment = min(moment + draw(st.sampled_from(_EDGE)), BASE + 280 * DAY + turn)
        data = Shipment(
            f"S-{turn}",
            draw(st.sampled_from(("dispatched", "dispatched", "dispatched", "delivered"))),
            order=draw(st.sampled_from((None, None, "O-1", "O-2"))),
            customer=draw(st.sampled_from((None, "C-1", "C-2", "C-3", "C-4"))),
            address=draw(sites),
            phone=draw(phones),
            released_by=draw(st.sampled_from((None, "E-DEPOT"))),
        )
        events.append(event(moment, data))
    return events


SCENES = _forwarding()


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    """Shipments to somebody on file; and from the earliest on, ninety days with three customers."""
    happened = sorted(events, key=lambda it: (it.time, it.id))
    edits = [it for it in happened if isinstance(it.data, CrmEdit)]
    sent = [
        it for it in happened if isinstance(it.data, Shipment) and it.data.status == "dispatched"
    ]

    def owner_of(about: str | None, moment: int) -> str | None:
        words = [
            it
            for it in edits
            if it.data.object.id == about and it.time <= moment + 7 * DAY and about is not None
        ]
        before = [it for it in words if it.time <= moment]
        named = before[-1:] or words[:1]
        return named[0].data.after.owner if named else None

    for one in sent:
        data = one.data
        near = [it for it in edits if it.data.object.id == data.order]
        near = [it for it in near if it.time <= one.time + 7 * DAY]
        home = "李娜" if _digits(data.phone) == "13900000011" else None
        if data.address == REP_HOME.replace(" ", "") or _digits(data.phone) == "13900000009":
            home = "王伟"
        if home is None:
            continue
        whose = {"王伟": "E-DIV2", "李娜": "E-DIV3"}[home]
        named = data.customer or next((it.data.customer for it in near), None)
        who = near[0].data.actor if near else owner_of(named, one.time)
        who = who or owner_of(named, one.time) or data.released_by or whose
        yield "warning", who, named, data.order, None, frozenset({one.id})

    places: dict[str, list[Event]] = {}
    for one in sent:
        if one.data.customer is not None:
            if one.data.address:
                places.setdefault(one.data.address.replace(" ", ""), []).append(one)
            if one.data.phone:
                places.setdefault("phone " + _digits(one.data.phone), []).append(one)
    for place, goods in places.items():
        left = list(goods)
        while left:
            run = [it for it in left if it.time <= left[0].time + 90 * DAY]
            firsts: dict[str, Event] = {}
            for it in run:
                firsts.setdefault(it.data.customer, it)
            if len(firsts) < 3:
                left = left[1:]
                continue
            left = left[len(run) :]
            owners = {owner_of(about, it.time) for about, it in firsts.items()}
            behind = owners.pop() if len(owners) == 1 else None
            if place in (REP_HOME.replace(" ", ""), "phone 13900000009"):
                behind = "E-DIV2"
            elif place == "phone 13900000011":
                behind = "E-DIV3"
            yield "warning", behind, None, None, None, frozenset(it.id for it in run)


def _digits(phone: str | None) -> str:
    return (phone or "").removeprefix("+86")


def test_the_oracle_counts_customers() -> None:
    assert len(list(oracle(THREE))) == 1
    assert list(oracle([edit(NINE, "E-1", "view", ("order", "O-1")), *THREE[:2]])) == []
