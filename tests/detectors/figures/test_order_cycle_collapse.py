"""order-cycle-collapse: an order after less than 25 % of the median of the customer's gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import strategies as st
from msgspec import structs

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, SECOND
from detectors.engine.engine import Engine, configured
from detectors.facts.fact import Fact
from detectors.facts.view import Common
from detectors.language.detector import Detector
from detectors.rules.figures.order_cycle_collapse import DETECTOR
from tests.detectors.sales import NINE, created
from tests.detectors.timeline import (
    after,
    at,
    company,
    edit,
    employee,
    evidence,
    final,
    firing,
    ids,
    local,
    only,
    order,
    play,
)

DOCUMENTS = (employee("E-CYCLE", "何军"),)
FIRES = (
    [
        *(
            order(after(NINE, f"-{10 * n - 8}d"), f"O-C{n}", customer="C-CYCLE")
            for n in (5, 4, 3, 2, 1)
        ),
        order(after(NINE, "0s"), "O-C0", "E-CYCLE", customer="C-CYCLE"),
    ],
    "0s",
)


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    bought_by: dict[str, list[tuple[Event, str, str]]] = defaultdict(list)
    for event, entry, image in created(events):
        if entry.customer is not None:
            known_order = (event, entry.object.id, image.owner or entry.actor)
            bought_by[entry.customer].append(known_order)
    for customer, known in bought_by.items():
        gaps = [later[0].time - one[0].time for one, later in pairwise(known)]
        for place in range(2, len(known)):
            last = gaps[max(place - 1 - 12, 0) : place - 1]
            event, number, who = known[place]
            if len(last) >= 4 and gaps[place - 1] * 4 < median(last):
                pair = frozenset({known[place - 1][0].id, event.id})
                yield ("warning", who, customer, number, None, pair)


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    """Orders of two customers, a few days apart, some at a quarter of that or at once."""
    gaps = st.sampled_from(
        (4 * DAY, 4 * DAY, 4 * DAY, 8 * DAY, DAY, DAY - 1, DAY + 1, 0, 1, 30 * DAY)
    )
    events: list[Event] = []
    for customer, most in (("C-1", 18), ("C-2", 7)):
        time = after(NINE, "0s")
        for number in range(draw(st.integers(0, most))):
            time += draw(gaps)
            actor, owner = draw(st.sampled_from((("E-1", None), ("E-1", "E-2"))))
            name = f"O-{customer}-{number}"
            image = {"owner": owner} if owner else {}
            events.append(order(time, name, actor, customer=customer, **image))
    return events


SCENES = _scenes()


def orders(*days: float, customer: str = "C-1") -> list[Event]:
    """An order of the customer so many days after nine each."""
    return [bought(int(day * 86400), customer=customer) for day in days]


def bought(
    seconds: int, *, micro: int = 0, customer: str = "C-1", owner: str | None = None
) -> Event:
    image = {"owner": owner} if owner else {}
    moment = at(NINE) + seconds * SECOND + micro
    return order(moment, f"O-{seconds}-{micro}", "E-1", customer=customer, **image)


def found(*events: Event, detector: Detector = DETECTOR) -> list[Alert]:
    return play(events, detector, reference=company(employee("E-1", "何军")))


def _facts(events: Iterable[Event]) -> list[Fact]:
    """What the detector keeps of orders, as they come."""
    [reads] = DETECTOR.reads
    return [fact for event in events if (fact := reads.fact(event, company())) is not None]


FIVE = orders(-50, -40, -30, -20, -10)


def test_an_order_much_sooner_than_usual_fires() -> None:
    #   five orders, 10 d apart ── 2 d after the last: 20 % ◄ fires
    soon = orders(-8)[0]
    alert = only(found(*FIVE, soon))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O--691200-0")
    assert evidence(alert) == ids(FIVE[-1], soon)
    assert [piece.note for piece in alert.evidence] == ["the order before", "created the order"]
    assert alert.summary.en == (
        "Customer C-1 placed order O--691200-0 at 2026-02-22 09:00, 2 days after order "
        "O--864000-0: 20.0 % of 10 days, the median of its last 4 gaps between orders. "
        "Responsible: 何军 (E-1)."
    )
    assert alert.summary.zh == (
        "客户 C-1 于 2026-02-22 09:00 下了订单 O--691200-0，距上一笔订单 O--864000-0 仅 2 天，为"
        "最近 4 次下单间隔中位数（10 天）的 20.0%。责任人：何军（E-1）。"
    )
    assert alert.rule is not None
    assert alert.rule.measured == {"percent": "20.0", "gaps": "4"}


@pytest.mark.parametrize("micro, fires", [(-1, True), (0, False)])
def test_a_quarter_is_not_too_soon_and_a_microsecond_less_is(micro: int, fires: bool) -> None:
    #   a quarter of 10 d is 60 h
    assert (found(*FIVE, bought(-10 * 86400 + 60 * 3600, micro=micro)) != []) is fires


def test_three_gaps_are_too_few() -> None:
    assert found(*FIVE[1:], *orders(-8)) == []


def test_only_the_last_twelve_gaps_count() -> None:
    #   14 gaps of 10 d, 12 of 3 d ── 1 d is a third of 3 d, but a tenth of 10 d
    slow, fast = [10 * n for n in range(15)], [140 + 3 * n for n in range(1, 13)]
    known = orders(*slow, *fast, 177)
    assert found(*known) == []
    alert = only(found(*known, detector=configured(DETECTOR, looked_at=26)))
    assert alert.order == f"O-{177 * 86400}-0"
    assert "the median of its last 26 gaps" in alert.summary.en


def test_the_gap_that_is_too_short_counts_for_the_next_order() -> None:
    #   10 d ×4, then 1 d (fires), 2 d: 20 % of 10 d, fires too; 3 d and more are no more than usual
    alerts = firing(found(*orders(0, 10, 20, 30, 40, 41, 43, 46, 49, 52)))
    assert [alert.order for alert in alerts] == [f"O-{day * 86400}-0" for day in (41, 43)]


def test_two_customers_are_not_one() -> None:
    assert found(*FIVE, *orders(-8, customer="C-2")) == []


def test_it_names_the_orders_owner_where_its_creation_has_one() -> None:
    assert only(found(*FIVE, bought(-8 * 86400, owner="E-7"))).employee == "E-7"


def test_orders_of_one_sitting_are_each_too_soon() -> None:
    #   two at the same instant: the second comes after nothing
    twin = order(at(NINE), "O-TWIN", "E-1", customer="C-1")
    alert = only(found(*FIVE, bought(0), twin))
    assert "0 seconds after order" in alert.summary.en
    assert alert.rule is not None
    assert alert.rule.measured == {"percent": "0.0", "gaps": "5"}


def test_an_order_told_twice_is_one() -> None:
    again = order(after(NINE, "-239h"), FIVE[-1].data.object.id, "E-1", customer="C-1")  # type: ignore[union-attr]
    assert found(*FIVE, again) == []


def test_other_edits_of_an_order_are_no_orders() -> None:
    for op in ("update", "delete", "restore", "view"):
        assert (
            found(*FIVE, edit(after(NINE, "-8d"), "E-1", op, ("order", "O-9"), customer="C-1"))
            == []
        )
    quote = edit(after(NINE, "-8d"), "E-1", "create", ("quote", "Q-9"), customer="C-1")
    assert found(*FIVE, quote) == []


def test_after_a_year_without_orders_all_begins_anew() -> None:
    #   10 d ×4 ── 365 d: still a gap ── 1 d later ◄ fires │ a microsecond more: forgotten
    year = 40 * 86400 + 365 * 86400
    before = orders(0, 10, 20, 30, 40)
    for micro, fires in ((0, True), (1, False)):
        later = [bought(year, micro=micro), bought(year + 86400)]
        assert (found(*before, *later) != []) is fires


# Late and again.


def test_a_late_order_between_two_makes_the_second_too_soon() -> None:
    #   … -10 d ── 0 d ── (late: -1 d) : 1 d is 10 % ◄ fires
    late = orders(-1)[0]
    now = orders(0)[0]
    assert evidence(only(found(*FIVE, now, late))) == ids(late, now)


def test_a_late_order_takes_back_what_it_makes_usual() -> None:
    #   10 d ×4 ── 2 d ◄ fires ── (late, 5 of them: half a day apart each: 12 h are the median now)
    soon = orders(-8)[0]
    late = orders(-10.5, -11, -11.5, -12, -12.5)
    alerts = found(*FIVE, soon, *late)
    assert final(alerts)[alerts[0].alert_id].state == "withdrawn"


def test_a_repeat_counts_once() -> None:
    assert found(*FIVE, *FIVE) == []
    assert [alert.revision for alert in found(*FIVE, *orders(-8), *orders(-8))] == [1]


def test_a_customer_of_years_is_one_fact_and_the_orders_of_two_weeks() -> None:
    run = local(DETECTOR)
    for event in orders(*range(0, 700, 2)):
        run.feed(event)
    facts = run.states["customer:C-1"].notebooks["order-cycle-collapse"].facts
    assert [fact.role for fact in facts] == ["folded", *["created"] * 8]
    assert facts[0].fields["gaps"].split() == [str(2 * DAY)] * 12


@pytest.mark.parametrize("weeks", [1, 3, 30])
def test_what_is_folded_stays_so_when_time_goes_back(weeks: int) -> None:
    #   … -90 d ── -10 d: folded ── 30 d │ back by weeks: -25 d comes, too late for the gaps
    assert DETECTOR.prune is not None
    limit, late = at(after(NINE, "10d")), _facts(orders(-25))
    folded = DETECTOR.prune(_facts(orders(*range(-90, 30, 10))), DETECTOR.params, limit)
    assert [fact.role for fact in folded] == ["folded", "created", "created"]
    back = sorted([*late, *folded], key=lambda fact: fact.order)
    assert DETECTOR.prune(back, DETECTOR.params, limit - weeks * 7 * DAY)[-3:] == folded


def test_a_longer_lateness_takes_back_no_gap() -> None:
    #   5 orders, 10 d apart ── folded │ 30 d of lateness instead of 14 │ late ── 2 d after ◄ fires
    run = local(DETECTOR)
    run.run(orders(*range(-90, 1, 10)))
    run.engine = Engine([DETECTOR], company(), Common(lateness=Duration("30d")), mode="replay")
    alerts = run.run([*orders(-45.5), *orders(2)])
    assert not run.failures
    assert only(alerts).order == f"O-{2 * 86400}-0"


@pytest.mark.parametrize("later", [(2, 12, 22, 32), (-2, -1.5, 12)])
def test_an_alert_stands_when_its_order_or_the_one_before_is_folded(
    later: tuple[float, ...],
) -> None:
    soon = orders(-8)[0]
    alerts = found(*FIVE, soon, *orders(*later))
    first = [alert for alert in alerts if alert.order == "O--691200-0"]
    assert [(alert.revision, alert.state) for alert in first] == [(1, "firing")]


def test_what_was_sent_of_the_order_before_outlives_its_folding() -> None:
    #   10 d ×4 ── 2 d ◄ fires ── 13 d: the one before is folded ── one comes late: judged again
    before = structs.replace(FIVE[-1], sent=(("object.id", "O "),))
    run = local(DETECTOR)
    alerts = run.run([*FIVE[:-1], before, *orders(-8, 5, -4)])
    facts = run.states["customer:C-1"].notebooks["order-cycle-collapse"].facts
    assert [fact.id for fact in facts if fact.role == "folded"] == [before.id]
    assert [alert.revision for alert in alerts] == [1]
    assert alerts[0].evidence[0].note == 'the order before (sent as object.id "O ")'


def test_the_id_is_the_orders() -> None:
    assert only(found(*FIVE, *orders(-8))).alert_id == "order-cycle-collapse-d06c14a7ad7ce5b1"


def test_all_is_forgotten_in_the_end() -> None:
    run = local(DETECTOR)
    run.run(FIVE)
    run.advance(after(NINE, "375d"))
    assert "order-cycle-collapse" in run.states["customer:C-1"].notebooks
    run.advance(after(NINE, "377d"))
    assert "customer:C-1" not in run.states
