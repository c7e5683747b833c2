"""Evidence shows what was sent of what it rests on, where that reads otherwise."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec import structs

from contract.alert import Alert
from contract.event import Event
from contract.types import EndpointFile, ReferenceEmployee, Shipment
from detectors.engine.state import decode_state, encode_state
from detectors.facts.evidence import taken_apart, with_remarks
from detectors.facts.fact import fact_of
from detectors.facts.reference import Reference
from detectors.facts.sent import as_sent
from detectors.rules.catalogue import BY_ID, DETECTORS
from detectors.words.sales.by_day import by_day, in_currency, sale
from tests.detectors.respelt import respelt
from tests.detectors.timeline import (
    DOCUMENTED,
    after,
    company,
    deletes,
    edit,
    event,
    evidence,
    hit,
    hr,
    ids,
    local,
    only,
    opens,
    order,
    owner,
    payment,
    play,
    shipment,
    stage,
    withdrawing,
)

NINE = "2026-03-02 09:00"
PHONE = "138-0013-8000"
STAFF = company(event(DOCUMENTED, ReferenceEmployee("E-7", phones=(PHONE,), addresses=("B路1号",))))


def notes(
    detector: str,
    *events: Event,
    until: str = "30d",
    reference: Reference | None = None,
) -> list[str]:
    alerts = play(events, BY_ID[detector], until=after(NINE, until), reference=reference)
    return [piece.note for piece in only(alerts).evidence]


def goes(distance: str, number: str, customer: str, **to: str) -> Event:
    data = Shipment(number, "dispatched", order="O-1", customer=customer, **to)
    return event(after(NINE, distance), data)


# Ids.


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("O-1 ", '"O-1 "'),
        (" O-1", '" O-1"'),
        ("O-1\u3000", '"O-1 "'),
        ("Ｏ－１", '"Ｏ－１"'),
        ("O-\u200b1", r'"O-\u200b1"'),
        ("\u202eO-1", r'"\u202eO-1"'),
    ],
)
def test_an_id_is_shown_as_it_was_sent_so_that_one_sees_the_difference(
    sent: str, shown: str
) -> None:
    told = notes("ghost-deal", order(NINE, sent, customer="C-1"), payment(NINE, "P", order="O-1"))
    assert told == ["the customer paid"]
    told = notes("ghost-deal", order(NINE, "O-1", customer="C-1"), payment(NINE, "P", order=sent))
    assert told == [f"the customer paid (sent as order {shown})"]


@pytest.mark.parametrize(
    ("sent", "read", "shown"),
    [
        ("Cafe\u0301", "Caf\xe9", r'"Cafe\u0301"'),
        ("O\xa01", "O 1", r'"O\xa01"'),
        ("金\uf90a", "金金", r'"金\uf90a"'),
        ('O"\\1 ', 'O"\\1', r'"O\"\\1 "'),
    ],
)
def test_what_only_looks_the_same_is_escaped(sent: str, read: str, shown: str) -> None:
    wipe = event(NINE, EndpointFile(sent, "delete", count=100))
    assert wipe.data.employee == read
    assert notes("bulk-delete", wipe) == [f"deleted (100 records) (sent as employee {shown})"]


def test_whose_it_is_counts_though_the_fact_says_no_more_than_that_it_was_done() -> None:
    assert notes("bulk-delete", deletes(NINE, "E-1", 30), deletes(after(NINE, "1m"), "Ｅ-1")) == [
        "deleted (30 records)",
        'deleted (sent as actor "Ｅ-1")',
    ]


def test_what_an_entry_does_not_rest_on_is_not_shown() -> None:
    wipe = deletes(NINE, "E-1", 30)
    wipe = structs.replace(wipe, sent=(("object.id", " K-1"),))
    assert notes("bulk-delete", wipe) == ["deleted (30 records)"]


def test_a_placeholder_is_nothing_and_nothing_is_said_of_it() -> None:
    paid = payment(NINE, "P-1", "X", customer="不详", order="-")
    assert (paid.data.customer, paid.data.order) == (None, None)
    assert notes("offbook-payment", paid) == ["payment to an account that is not the company's"]


def test_an_event_that_withdraws_an_alert_shows_it_before_its_sender() -> None:
    paid = payment(NINE, "P-1", order="O-1", customer="C-1")
    clock = hit(after(NINE, "80h"), "E-9")
    late = order(after(NINE, "2h"), " O-1", customer="C-1")
    alerts = play([paid, clock, late], BY_ID["unmatched-payment"])
    assert alerts[-1].evidence[-1].note == withdrawing(
        'the order is known (sent as object.id " O-1", order " O-1")'
    )


# Accounts.


@pytest.mark.parametrize("sent", ["DE44 5001 0517 5407 3249 31", "6222-0000-1111", "de44x"])
def test_an_account_in_print_form_is_shown_as_printed(sent: str) -> None:
    paid = payment(NINE, "P-1", sent, customer="C-1")
    assert notes("offbook-payment", paid) == [
        f'payment to an account that is not the company\'s (sent as payee_account "{sent}")'
    ]


def test_several_are_told_each_with_its_field() -> None:
    paid = payment(NINE, "Ｐ-1", "6222 0000", customer="C-1 ", order="O-1")
    assert notes("offbook-payment", paid) == [
        "payment to an account that is not the company's"
        ' (sent as payment "Ｐ-1", payee_account "6222 0000", customer "C-1 ")'
    ]


# How somebody is reached.


def test_goods_sent_to_an_employee_show_the_phone_that_was_judged() -> None:
    sent = goes("0s", "S-1", "C-1", phone=f"{PHONE} 转 801", address="Ｂ 路1号")
    assert notes("diverted-consignee", sent, reference=STAFF) == [
        f'left for an employee\'s address or phone (sent as address "Ｂ 路1号"'
        f', phone "{PHONE} 转 801")'
    ]


def test_goods_gathered_at_a_place_show_that_place_and_not_the_phone() -> None:
    sent = [
        goes(f"{n}h", f"S-{n}", f"C-{n}", address=f"{' ' * n}仁和镇 Ａ", phone=f"13900139{n:03}")
        for n in range(3)
    ]
    assert notes("diverted-consignee", *sent, reference=STAFF) == [
        f'goods for one of the customers left for it (sent as address "{" " * n}仁和镇 Ａ")'
        for n in range(3)
    ]


def test_a_contact_turned_into_an_employees_shows_the_new_one_only() -> None:
    turned = edit(
        NINE,
        "E-1",
        "update",
        ("customer", "C-1"),
        before={"phone": "139 0000 0000"},
        phone=PHONE,
        email="New@Example.com",
    )
    assert notes("contact-tampering", turned, reference=STAFF) == [
        f"the customer's contact is now an employee's (sent as after.phone \"{PHONE}\")"
    ]


def test_a_customer_entered_twice_shows_how_the_phone_they_share_was_sent() -> None:
    entered = [
        edit(
            after(NINE, f"{n}h"),
            f"E-{n}",
            "create",
            ("customer", f"C-{n}"),
            phone=phone,
            email=f"{n}@X.cn",
        )
        for n, phone in enumerate(("13800138000", "+86 138 0013 8000", "+8613800138000"))
    ]
    first, second, third = entered
    note = "created a customer with the same phone or email"
    assert notes("duplicate-customer", first, second) == [
        f'{note} (sent as after.phone "13800138000")',
        f'{note} (sent as after.phone "+86 138 0013 8000")',
    ]
    assert notes("duplicate-customer", first, third) == [
        f'{note} (sent as after.phone "13800138000")',
        note,
    ]


def test_elsewhere_no_contact_is_shown() -> None:
    sent = goes("0s", "S-1 ", "C-1", phone=PHONE, address="Ｂ 路1号")
    told = notes("shipment-without-order", structs.replace(sent, data=_no_order(sent)))
    assert told == ['goods left the warehouse (sent as shipment "S-1 ")']


def _no_order(sent: Event) -> Shipment:
    return structs.replace(sent.data, order=None)


def test_three_detectors_judge_how_somebody_is_reached() -> None:
    assert {it.id for it in DETECTORS if it.judges_contacts} == {
        "diverted-consignee",
        "contact-tampering",
        "duplicate-customer",
    }


# What is told again, folded, or found in the profile of another.


def test_a_payment_told_again_in_another_spelling_is_no_correction() -> None:
    told = [
        payment(NINE, "P-1", "X", customer="C-1"),
        payment(after(NINE, "1h"), "P-1", "x ", customer=" C-1"),
    ]
    alert = only(play(told, BY_ID["offbook-payment"], until=after(NINE, "30d")))
    plain = [told[0], structs.replace(told[1], sent=())]
    expected = only(play(plain, BY_ID["offbook-payment"], until=after(NINE, "30d")))
    assert evidence(alert) == evidence(expected) == ids(*told)


def test_a_correction_in_another_spelling_says_who_is_concerned() -> None:
    """What was sent is a field of the word, and no field of a payment."""
    wrong = payment(NINE, "P-1", "X", customer="C-1", order="O-1")
    right = payment(after(NINE, "1h"), "P-1", customer="Ｃ-1", order="O-1 ")
    alerts = play([wrong, right], BY_ID["offbook-payment"], until=after(NINE, "30d"))
    assert only(alerts).state == "withdrawn"
    assert only(alerts).evidence[-1].note == withdrawing(
        'told again under its number (sent as order "O-1 ", customer "Ｃ-1")'
    )


def test_the_orders_of_a_day_in_one_fact_show_what_was_sent_of_the_newest() -> None:
    orders = [
        edit(after(NINE, f"{n}h"), who, "create", ("order", f"O-{n}"), amount="5")
        for n, who in enumerate(("E-1", "E-1 "))
    ]
    facts = [as_sent(sale(it, Reference()), it, "E-1") for it in orders]
    [day] = by_day(facts, in_currency("CNY")).values()
    assert (day.weight, day.fields["sent_as"]) == (2, 'actor "E-1 "')


def test_an_order_whose_cancelling_is_found_in_its_profile_shows_how_that_names_it() -> None:
    bought = order(after(NINE, "1d"), "O-1", customer="C-1")
    gone = edit(after(NINE, "2d"), "E-9", "delete", ("order", " O-1"))
    moved = owner(NINE, "C-1", "E-1", was="E-2")
    assert notes("eve-of-deal-transfer", moved, bought, gone)[-1] == (
        'the order was cancelled or deleted (sent as object.id " O-1")'
    )


def test_an_opportunity_whose_opening_is_found_in_its_profile_shows_how_that_names_it() -> None:
    told = notes(
        "follow-up-lapsed",
        opens(NINE, "OP-1", "C-1"),
        owner(NINE, "C-1", "E-1"),
        stage(after(NINE, "3d"), "OP-1", "lost"),
        stage(after(NINE, "4d"), "OP-1 ", "open"),
    )
    assert told == ['opportunity open since (sent as object.id "OP-1 ")']


# What it costs.


def state_of(*events: Event) -> bytes:
    run = local(BY_ID["bulk-delete"], BY_ID["ghost-deal"], BY_ID["offbook-payment"])
    run.run(events)
    return b"".join(encode_state(run.states[key]) for key in sorted(run.states))


PLAIN = [
    order(NINE, "O-1", customer="C-1"),
    payment(after(NINE, "1h"), "P-1", "X", order="O-1", customer="C-1"),
    deletes(after(NINE, "2h"), "E-1", 30),
    shipment(after(NINE, "3h"), "S-1", order="O-1"),
]


def test_a_fact_of_which_nothing_was_folded_is_the_same_to_the_byte() -> None:
    for one in PLAIN:
        fact = fact_of(one, "seen", about="x", actor="y")
        assert as_sent(fact, one, "x") is fact
    # What the masked and the contacts read as is not what these facts speak of.
    folded = [structs.replace(it, sent=(("customer", "-"),)) for it in PLAIN[3:]]
    assert state_of(*PLAIN[:3], *folded) == state_of(*PLAIN)
    assert b"sent_as" not in state_of(*PLAIN)


def test_what_was_sent_outlives_a_snapshot() -> None:
    run = local(BY_ID["bulk-delete"])
    run.run([event(NINE, EndpointFile(" E-1", "delete", count=2))])
    state = decode_state(encode_state(run.states["employee:E-1"]))
    [fact] = state.notebooks["bulk-delete"].facts
    assert fact.fields == {"sent_as": 'employee " E-1"'}


def test_a_huge_address_makes_no_huge_alert() -> None:
    huge = [goes(f"{n}h", f"S-{n}", f"C-{n}", address="　村" * 2000 + "\u202e") for n in range(3)]
    for note in notes("diverted-consignee", *huge, reference=STAFF):
        assert len(note) < 250
        assert r"…" in note
        assert note.endswith('\\u202e")')


def firing_notes(alerts: Iterable[Alert]) -> set[tuple[str, str, str]]:
    return {(it.alert_id, piece.id, piece.note) for it in alerts for piece in it.evidence}


def test_nothing_else_of_an_alert_changes_by_a_spelling() -> None:
    plain = [
        opens(NINE, "OP-1", "C-1"),
        owner(NINE, "C-1", "E-1"),
        hr(after(NINE, "1h"), "E-1", "resigned"),
        deletes(after(NINE, "2h"), "E-1", 30),
        payment(after(NINE, "3h"), "P-1", "X", customer="C-1"),
        stage(after(NINE, "30d"), "OP-1", "lost"),
    ]
    expected = play(plain, until=after(NINE, "60d"))
    told = play(map(respelt, plain), until=after(NINE, "60d"))
    assert len(told) == len(expected) > 5
    assert firing_notes(told) != firing_notes(expected)
    for alert, other in zip(told, expected, strict=True):
        as_read = tuple(structs.replace(it, note=_as_read(it.note)) for it in alert.evidence)
        assert structs.replace(alert, evidence=as_read) == other


def _as_read(note: str) -> str:
    bare, remarks = taken_apart(note)
    return with_remarks(bare, structs.replace(remarks, sent_as=""))
