"""What an order's events say of its price, its money, its goods, and whether it stands."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal

import pytest

from contract.event import Event
from detectors.facts.drawing import PROFILES, order_facts
from detectors.facts.fact import Fact
from detectors.facts.remembering import remember
from detectors.words.order_book import OrderBook, dossier, entered, figure
from tests.detectors.timeline import after, callback, edit, event, order, payment, refund, shipment

NOON = "2026-03-02 12:00"


def facts(*events: Event) -> list[Fact]:
    known: list[Fact] = []
    for one in events:
        for fact in order_facts(one, "O-1"):
            remember(known, fact)
    return known


def book(*events: Event) -> OrderBook:
    return OrderBook(facts(*events))


def amount(moment: str | int, amount: str, currency: str | None = None, **more: object) -> Event:
    said: dict[str, object] = {"amount": Decimal(amount)}
    if currency is not None:
        said["currency"] = currency
    return edit(moment, "E-1", "update", ("order", "O-1"), **said, **more)  # type: ignore[arg-type]


def paid(moment: str | int, number: str, amount: str = "100", **more: str) -> Event:
    return payment(moment, number, amount=amount, order="O-1", **more)  # type: ignore[arg-type]


def back(moment: str | int, number: str, amount: str = "100", **more: str) -> Event:
    return refund(moment, number, amount, order="O-1", **more)


def hours(*numbers: int) -> list[int]:
    return [after(NOON, f"{number}h") for number in numbers]


# Price.


def test_the_price_is_the_newest_since_it_is_so() -> None:
    #   100 ── 200 ── 200.00
    events = [
        amount(at, text) for at, text in zip(hours(0, 1, 2), ("100", "200", "200.00"), strict=1)
    ]
    price = book(*events).price
    assert price is not None
    assert (price.amount, price.currency, price.since.id) == (Decimal(200), "CNY", events[1].id)


def test_a_currency_stays_until_another_is_named() -> None:
    #   100 USD ── 200 (nothing said of the currency) ── 200 EUR
    usd, bare, eur = hours(0, 1, 2)
    events = [amount(usd, "100", "USD"), amount(bare, "200"), amount(eur, "200", "EUR")]
    prices = [book(*events[:many]).price for many in (1, 2, 3)]
    assert [price and price.currency for price in prices] == ["USD", "USD", "EUR"]
    assert prices[2] is not None
    assert prices[2].since.id == events[2].id


def test_a_currency_that_is_corrected_is_no_repetition_of_the_amount() -> None:
    #   100 CNY ── 100 USD ── images that repeat 100 USD: two prices, however many images
    def image(moment: int, was: str) -> Event:
        before = {"amount": Decimal(100), "currency": was}
        return amount(moment, "100", "USD", before=before)

    events = [amount(NOON, "100", "CNY"), *(image(at, "USD") for at in hours(2, 3, 4))]
    known = OrderBook(facts(*events, image(hours(1)[0], "CNY")), until=hours(1)[0])
    assert known.price is not None
    assert known.price.currency == "USD"


def test_without_a_price_nothing_is_a_percentage() -> None:
    with pytest.raises(ValueError, match="without a price"):
        book(paid(NOON, "P-1")).paid_pct()
    assert (book().worth(), book(paid(NOON, "P-1")).paid()) == ({}, {})


@pytest.mark.parametrize(
    "price, came, pct", [("200", "100", 50), ("0", "0", 100), ("0", "7", 200), ("3", "1", None)]
)
def test_what_came_in_is_a_percentage_of_the_price(price: str, came: str, pct: int | None) -> None:
    share = book(amount(NOON, price), paid(NOON, "P-1", came)).paid_pct()
    assert share == pct if pct is not None else 33 < share < 34


def test_the_largest_amounts_there_can_be_break_nothing() -> None:
    tiny, huge = "0.00000000000000001", "999999999999999999"
    most = book(amount(NOON, tiny), paid(NOON, "P-1", huge)).paid_pct()
    least = book(amount(NOON, tiny), back(NOON, "R-1", huge)).paid_pct()
    assert (figure(most, ROUND_UP), figure(least, ROUND_UP)) == ("999999.00", "-999999.00")


def test_a_figure_is_rounded_away_from_its_threshold() -> None:
    assert figure(Decimal("1.000001"), ROUND_UP) == "1.01"
    assert figure(Decimal("98.99999"), ROUND_DOWN) == "98.99"
    assert figure(Decimal(99), ROUND_DOWN) == "99.00"


# Money.


def test_a_payment_counts_once_under_its_id() -> None:
    once = book(*(paid(at, "P-1") for at in hours(0, 1)), paid(NOON, "P-2"))
    assert once.net("CNY") == 200
    assert len(once.money) == 2


def test_a_refund_under_its_own_id_counts_once_and_under_its_payments_each_time() -> None:
    #   100 in ── 20 back ── 20 back
    own = book(paid(NOON, "P-1"), *(back(at, "R-1", "20") for at in hours(1, 2)))
    parts = book(paid(NOON, "P-1"), *(back(at, "P-1", "20") for at in hours(1, 2)))
    assert (own.net("CNY"), parts.net("CNY")) == (80, 60)


def test_other_money_is_kept_apart() -> None:
    both = book(amount(NOON, "100"), paid(NOON, "P-1"), paid(NOON, "P-2", currency="USD"))
    assert (both.net("CNY"), both.net("USD")) == (100, 100)
    assert both.paid() == {"net": "100", "others": "USD"}


def test_all_has_gone_back_from_the_refund_that_completes_it_until_money_comes_again() -> None:
    #   100 in ── 60 back ── 40 back ── 1 back ── 5 in
    moments = hours(0, 1, 2, 3, 4)
    events = [
        paid(moments[0], "P-1"),
        back(moments[1], "R-1", "60"),
        back(moments[2], "R-2", "40"),
        back(moments[3], "R-3", "1"),
        paid(moments[4], "P-2", "5"),
    ]
    gone = [OrderBook(facts(*events), until=at).paid_back for at in moments]
    assert [fact and fact.id for fact in gone] == [None, None, events[2].id, events[2].id, None]


def test_money_in_two_currencies_must_go_back_in_both() -> None:
    came = [paid(NOON, "P-1"), paid(NOON, "P-2", currency="USD")]
    one, other = back(NOON, "R-1"), back(NOON, "R-2", currency="USD")
    assert book(*came, one).paid_back is None
    assert book(*came, one, other).paid_back is not None


# Goods, and whether it stands.


def test_goods_are_back_when_as_many_have_come_back_as_left() -> None:
    #   S-1, S-2 leave ── S-1 back ── RMA back ── S-3 leaves
    moments = hours(0, 1, 2, 3)
    events = [
        shipment(moments[0], "S-1", order="O-1"),
        shipment(moments[0], "S-2", order="O-1"),
        shipment(moments[1], "S-1", order="O-1", status="returned"),
        shipment(moments[2], "RMA", order="O-1", status="returned"),
        shipment(moments[3], "S-3", order="O-1"),
    ]
    whole = [OrderBook(sorted_facts(*events), until=at).sent_back for at in moments]
    assert [fact and fact.id for fact in whole] == [None, None, events[3].id, None]


def sorted_facts(*events: Event) -> list[Fact]:
    return sorted(facts(*events), key=lambda fact: fact.order)


@pytest.mark.parametrize(
    "words, stands",
    [
        (("approved", "cancelled"), False),
        (("cancelled", "approved"), True),
        (("approved",), True),
        ((), True),
    ],
)
def test_the_newest_status_tells_whether_it_is_called_off(
    words: tuple[str, ...], stands: bool
) -> None:
    events = [
        edit(at, "E-1", "update", ("order", "O-1"), status=word)
        for at, word in zip(hours(0, 1), words, strict=False)
    ]
    assert (book(*events).undone() is None) is stands


def test_what_is_deleted_is_called_off_until_it_is_restored() -> None:
    gone = edit(NOON, "E-1", "delete", ("order", "O-1"))
    again = edit(after(NOON, "1h"), "E-1", "restore", ("order", "O-1"))
    assert book(gone).called_off() is not None
    assert book(gone, again).called_off() is None


def test_a_status_an_edit_only_repeats_is_no_turn() -> None:
    image = edit(
        NOON, "E-1", "update", ("order", "O-1"), before={"status": "completed"}, status="completed"
    )
    assert list(entered(facts(image), "completed")) == []


# The profile it is drawn from.


def test_a_dossier_asks_for_roles_that_an_orders_profile_has() -> None:
    events = [
        order(NOON, "O-1", "E-1", customer="C-1", owner="E-1", status="draft", amount=Decimal(1)),
        edit(NOON, "E-1", "delete", ("order", "O-1")),
        edit(NOON, "E-1", "restore", ("order", "O-1")),
        paid(NOON, "P-1"),
        back(NOON, "R-1"),
        *(
            shipment(NOON, "S-1", order="O-1", status=it)
            for it in ("dispatched", "delivered", "returned")
        ),
        callback(NOON, "B-1", "C-1", order="O-1"),
    ]
    assert dossier().roles | {"delivered", "called_back"} == {fact.role for fact in facts(*events)}


@pytest.mark.parametrize(
    "outcome, about, heard",
    [("confirmed", "O-1", True), ("unreachable", "O-1", False), ("confirmed", None, False)],
)
def test_an_order_hears_of_calls_about_it_that_were_answered(
    outcome: str, about: str | None, heard: bool
) -> None:
    call = callback(NOON, "B-1", "C-1", outcome, order=about)
    assert PROFILES["order", type(call.data)].where(call.data) is heard
    assert event(NOON, call.data) == call
