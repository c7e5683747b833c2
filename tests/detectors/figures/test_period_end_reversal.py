"""period-end-reversal: an order of a month's last 3 days is undone within 15 d of the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import configured
from detectors.facts.reference import Reference
from detectors.rules.figures.period_end_reversal import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.order_world import status
from tests.detectors.timeline import (
    after,
    at,
    company,
    edit,
    employee,
    evidence,
    hit,
    ids,
    local,
    only,
    order,
    payment,
    play,
    refund,
    shipment,
)
from tests.parts.may_happen import around

NOON = "2026-03-30 12:00"
FIRST = at("2026-04-01 00:00")  # of April
LAST = at("2026-04-16 00:00") - 1  # of the 15 days
LATER = "2026-05-20 00:00"

SOLD = order(NOON, "O-1", "E-1", customer="C-1", amount=Decimal(12000))


def cancelled(moment: str | int) -> Event:
    return edit(moment, "E-9", "update", ("order", "O-1"), status="cancelled")


def paid(moment: str | int, amount: str = "12000", number: str = "P-1", **more: str) -> Event:
    return payment(moment, number, amount=amount, order="O-1", **more)  # type: ignore[arg-type]


def back(moment: str | int, amount: str = "12000", number: str = "R-1", **more: str) -> Event:
    return refund(moment, number, amount, order="O-1", **more)


def goods(moment: str | int, status: str, number: str = "S-1") -> Event:
    return shipment(moment, number, order="O-1", status=status)


def in_the_end(*events: Event) -> list[Alert]:
    return play(sorted(events, key=lambda event: event.time), DETECTOR, until=LATER)


def test_an_order_of_the_30th_of_march_cancelled_in_april() -> None:
    #   03-30 12:00 order ── │04-01 ── 04-03 12:00 cancelled ◄ fires at once
    off = cancelled(after(NOON, "4d"))
    alert = only(play([SOLD, off], DETECTOR, reference=company(employee("E-1", "唐静"))))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert evidence(alert) == ids(SOLD, off)
    assert alert.summary.en == (
        "Order O-1, created at 2026-03-30 12:00, was cancelled at 2026-04-03 12:00, when its month "
        "was over. It comes to 12,000.00 CNY. Customer: C-1. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "订单 O-1 于月末（2026-03-30 12:00）新建，跨月后于 2026-04-03 12:00 取消。"
        "订单金额 12,000.00 元。客户：C-1。责任人：唐静（E-1）。"
    )
    assert alert.rule is not None
    assert alert.rule.params == {"last_days": "3", "within_days": "15"}
    assert alert.rule.measured == {"last_days": "2", "within_days": "3"}


@pytest.mark.parametrize(
    "created, fires",
    [
        ("2026-03-28 23:59:59.999999", False),
        ("2026-03-29 00:00", True),  # three days are left, and this is one of them
        ("2026-03-31 23:59:59.999999", True),
        ("2026-04-01 00:00", False),
        ("2026-02-25 23:59:59.999999", False),  # 28 days
        ("2026-02-26 00:00", True),
        ("2028-02-27 00:00", True),  # 29 days
        ("2028-02-26 23:59:59.999999", False),
        ("2026-04-28 00:00", True),  # 30 days
        ("2026-12-29 00:00", True),  # and into the next year
    ],
)
def test_only_the_last_three_days_of_a_month_count(created: str, fires: bool) -> None:
    moment = at(created)
    end = at(f"{created[:7]}-28 00:00") + 9 * DAY
    made = order(moment, "O-1", "E-1")
    assert (play([made, cancelled(end)], DETECTOR) != []) is fires


@pytest.mark.parametrize(
    "moment, fires",
    [
        #  └─ still March       │ April 1 ────── 15 days ──────┤ the 16th
        (FIRST - 1, False),
        (FIRST, True),
        (LAST, True),
        (LAST + 1, False),
    ],
)
@pytest.mark.parametrize("how", ["cancelled", "refunded", "returned"])
def test_undone_from_the_first_to_the_fifteenth(how: str, moment: int, fires: bool) -> None:
    begun = [SOLD, paid(after(NOON, "1h")), goods(after(NOON, "1h"), "dispatched")]
    undone = {
        "cancelled": cancelled(moment),
        "refunded": back(moment),
        "returned": goods(moment, "returned"),
    }[how]
    assert (in_the_end(*begun, undone) != []) is fires


def test_days_are_those_of_the_company() -> None:
    #   04-01 06:59 in Shanghai is 03-31 23:59 in London
    off = cancelled("2026-04-01 06:59")
    assert play([SOLD, off], DETECTOR)
    assert play([SOLD, off], DETECTOR, reference=Reference("Europe/London")) == []


def test_refunded_to_the_last_fen() -> None:
    #   7000 + 5000 in ── 4000 back ── 8000 back ◄ fires; all but a fen does not
    parts = [paid(after(NOON, "1h"), "7000"), paid(after(NOON, "1d"), "5000", "P-2")]
    first, rest = back(after(NOON, "5d"), "4000"), back(after(NOON, "6d"), "8000", "R-2")
    short = back(after(NOON, "6d"), "7999.99", "R-2")
    assert in_the_end(SOLD, *parts, first, short) == []
    alert = only(in_the_end(SOLD, *parts, first, rest))
    assert evidence(alert) == ids(SOLD, *parts, first, rest)
    assert "was refunded in full at 2026-04-05 12:00, when its month" in alert.summary.en
    assert "跨月后于 2026-04-05 12:00 全额退款。" in alert.summary.zh


def test_what_was_never_received_cannot_be_refunded_in_full() -> None:
    assert in_the_end(SOLD, back(after(NOON, "5d"))) == []


def test_a_refund_in_other_money_is_none() -> None:
    assert in_the_end(SOLD, paid(NOON), back(after(NOON, "5d"), currency="USD")) == []


def test_all_goods_come_back() -> None:
    #   two shipments; the second return ◄ fires
    sent = [goods(after(NOON, f"{n}h"), "dispatched", f"S-{n}") for n in (1, 2)]
    one, two = (goods(after(NOON, f"{n}d"), "returned", f"S-{n - 4}") for n in (5, 6))
    assert in_the_end(SOLD, *sent, one) == []
    alert = only(in_the_end(SOLD, *sent, one, two))
    assert evidence(alert) == ids(SOLD, two)
    assert "was sent back whole at 2026-04-05 12:00" in alert.summary.en
    assert "全部退货" in alert.summary.zh


def test_the_first_of_several_is_told() -> None:
    #   04-02 sent back ── 04-05 cancelled ── 04-06 refunded
    events = [
        SOLD,
        paid(after(NOON, "1h")),
        goods(after(NOON, "2h"), "dispatched"),
        goods(after(NOON, "3d"), "returned"),
        cancelled(after(NOON, "6d")),
        back(after(NOON, "7d")),
    ]
    alert = only(in_the_end(*events))
    assert (alert.revision, "sent back whole" in alert.summary.en) == (1, True)


def test_what_was_cancelled_in_march_and_refunded_in_april_helped_no_figures() -> None:
    assert in_the_end(SOLD, paid(NOON), cancelled(after(NOON, "1d")), back(after(NOON, "5d"))) == []


@pytest.mark.parametrize("word", ["draft", "submitted", "approved", "rejected", "completed"])
def test_no_other_status_undoes_it(word: str) -> None:
    assert in_the_end(SOLD, status(after(NOON, "5d"), word)) == []


def test_an_order_whose_creation_was_not_told_is_left_alone() -> None:
    told = edit(NOON, "E-1", "update", ("order", "O-1"), amount=Decimal(1))
    assert in_the_end(told, cancelled(after(NOON, "5d"))) == []


def test_a_sale_that_goes_on_in_time_withdraws_it() -> None:
    #   in ── back: wrong account ◄ fires ── in again: withdrawn
    again = paid(after(NOON, "7d"), number="P-2")
    alerts = in_the_end(SOLD, paid(after(NOON, "1h")), back(after(NOON, "5d")), again)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1])[-1] == again.id
    assert alerts[-1].summary.en.startswith("Withdrawn: the sale went on after all. Order O-1, ")
    assert alerts[-1].summary.zh.startswith("已撤回：该订单随后继续履行。订单 O-1 于月末")


def test_one_that_is_taken_up_again_after_the_15th_stays() -> None:
    again = status(LAST + 1, "approved")
    assert only(in_the_end(SOLD, cancelled(after(NOON, "5d")), again)).state == "firing"


def test_an_order_whose_creation_arrives_late_is_found() -> None:
    #   (03-30 created)  04-03 cancelled ── 04-05: the creation arrives ◄ fires
    clock, off = hit(after(NOON, "6d"), "E-9"), cancelled(after(NOON, "4d"))
    assert evidence(only(play([off, clock, SOLD], DETECTOR))) == ids(SOLD, off)


def test_another_order_is_another_matter() -> None:
    other = edit(after(NOON, "5d"), "E-9", "update", ("order", "O-2"), status="cancelled")
    assert in_the_end(SOLD, other) == []


def test_whose_figures_it_made_is_named() -> None:
    #   03-30 E-2's ── 04-01 handed to E-3 ── 04-03 cancelled
    sold = order(NOON, "O-1", "E-1", owner="E-2")
    handed = edit(FIRST, "E-BOSS", "update", ("order", "O-1"), owner="E-3")
    assert only(in_the_end(sold, handed, cancelled(after(NOON, "4d")))).employee == "E-2"


def test_a_repeat_counts_once() -> None:
    off = cancelled(after(NOON, "4d"))
    assert [alert.revision for alert in in_the_end(SOLD, off, off, SOLD)] == [1]


def test_the_numbers_are_parameters() -> None:
    events = [SOLD, cancelled(after(NOON, "4d"))]
    assert play(events, configured(DETECTOR, last_days=1)) == []
    assert play(events, configured(DETECTOR, within_days=2)) == []


def test_it_is_forgotten_in_the_end() -> None:
    run = local(DETECTOR)
    run.run([SOLD, cancelled(after(NOON, "4d"))], after(NOON, "40d"))
    assert run.states["order:O-1"].notebooks
    run.advance(after(NOON, "422d"))
    assert run.states == {}


def test_the_id_is_the_orders() -> None:
    alert = only(in_the_end(SOLD, cancelled(after(NOON, "4d"))))
    assert alert.alert_id == "period-end-reversal-8ada286117fefbc9"


# The world it is held to the laws in.


FIRES = (
    [
        order("2026-03-30 10:00", "O-PE", "E-5", customer="C-PE", amount=Decimal(1000)),
        edit("2026-04-02 10:00", "E-5", "update", ("order", "O-PE"), status="cancelled"),
    ],
    "35d",
)

DOCUMENTS = order_world.DOCUMENTS
SCENES = order_world.scenes(
    [
        *around(at("2026-03-29 00:00"), FIRST, LAST),
        at(NOON),
        at(NOON) + HOUR,
        FIRST + 3 * DAY,
        FIRST + 4 * DAY,
        LAST + DAY,
    ],
    order_world.MONEY,
    order_world.GOODS,
    first=[
        order(NOON, "O-A", "E-CLERK", customer="K-1", amount=Decimal(1000)),
        payment(at(NOON) + HOUR, "P-1", amount="1000", order="O-A"),
        refund(FIRST + 3 * DAY, "R-1", "1000", order="O-A"),
        edit(LAST, "E-CLERK", "update", ("order", "O-A"), status="cancelled"),
    ],
)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    events = retold.corrected(events)
    for id_ in order_world.ORDERS:
        made = order_oracle.creation(events, id_)
        if made is None:
            continue
        local = datetime.fromtimestamp(made.time / 1_000_000, UTC) + timedelta(hours=8)
        if (local + timedelta(days=3)).month == local.month:
            continue
        year, month = local.year, local.month
        while (year, month) == (local.year, local.month):
            local += timedelta(days=1)
        midnight = datetime(local.year, local.month, 1, tzinfo=UTC) - timedelta(hours=8)
        over = round(midnight.timestamp()) * 1_000_000
        end = over + 15 * DAY - 1
        known = [it for it in retold.sooner(events) if it.time <= end]
        ways = {"money": order_oracle.paid_back, "goods": order_oracle.sent_back}
        undone: list[tuple[int, str, str, Event]] = []
        since: Event | None = None
        for it, word, _ in order_oracle.words(known, id_):
            since = (since or it) if word == "cancelled" else None
        if since is not None:
            undone.append((since.time, since.id, "word", since))
        for name, holds in ways.items():
            if not holds(known, id_, end):
                continue
            # Since when it has held without a break.
            place = len(known)
            while place and holds(known[:place], id_, end):
                place -= 1
            by = known[place]
            undone.append((by.time, by.id, name, by))
        if undone and min(undone)[0] >= over:
            _, _, name, by = min(undone)
            came = [it for it, _ in order_oracle.money(events, id_, end)] if name == "money" else []
            yield order_oracle.answer(events, "warning", id_, made.time, end, made, by, *came)
