"""contact-tampering: a customer's contact turned into an employee's, or those of 5 in a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.document import document
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit, ReferenceEmployee
from detectors.engine.engine import configured
from detectors.facts.reference import Reference
from detectors.rules.customers.contact_tampering import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.retold import sooner
from tests.detectors.timeline import (
    DOCUMENTED,
    Moment,
    after,
    company,
    edit,
    event,
    evidence,
    final,
    firing,
    hit,
    ids,
    local,
    only,
    play,
)

NINE = "2026-03-02 09:00"
PHONE, ADDRESS = "138-0013-8000", "杭州市 西湖区 文三路1号 A座"
OLD: dict[str, object] = {
    "phone": "13900139000",
    "email": "buyer@example.com",
    "address": "上海市南京东路9号",
}


def staff(id: str, name: str | None = None, *, phone: str = "", address: str = "") -> Event:
    document = ReferenceEmployee(
        id, name=name, phones=(phone,) if phone else (), addresses=(address,) if address else ()
    )
    return event(DOCUMENTED, document)


STAFF = company(staff("E-7", "徐明", phone=PHONE, address=ADDRESS))


def changes(
    moment: Moment,
    actor: str,
    customer: str,
    *,
    before: dict[str, object] | None = None,
    op: str = "update",
    **after: object,
) -> Event:
    return edit(
        moment, actor, op, ("customer", customer), customer=customer, before=before, **after
    )


def alerts_of(*events: Event, reference: Reference = STAFF) -> list[str]:
    return [alert.severity for alert in firing(play(events, DETECTOR, reference=reference))]


# A contact that is now an employee's.


def test_a_customers_phone_that_becomes_an_employees_fires() -> None:
    #   09:00 phone: 139… → that of E-7 ◄ fires
    turned = changes(NINE, "E-1", "C-1", before=OLD, phone="13800138000")
    alert = only(play([turned], DETECTOR, reference=STAFF))
    assert (alert.severity, alert.score) == ("critical", 60)
    assert (alert.employee, alert.customer) == ("E-1", "C-1")
    assert evidence(alert) == ids(turned)
    assert [piece.note for piece in alert.evidence] == [
        "the customer's contact is now an employee's (sent as after.phone \"13800138000\")"
    ]
    assert alert.summary.en == (
        "E-1 changed contact data of customer C-1 at 2026-03-02 09:00: the phone to that of "
        "徐明 (E-7)."
    )
    assert alert.summary.zh == (
        "员工E-1于 2026-03-02 09:00 修改了客户 C-1 的联系资料，把电话改成了徐明（E-7）的电话。"
    )


def test_phone_and_address_at_once_are_told_together_and_without_saying_them() -> None:
    turned = changes(NINE, "E-7", "C-1", before=OLD, phone=PHONE, address=ADDRESS)
    alert = only(play([turned], DETECTOR, reference=STAFF))
    assert alert.summary.en == (
        "徐明 (E-7) changed contact data of customer C-1 at 2026-03-02 09:00: the phone to that "
        "of 徐明 (E-7) and the address to that of 徐明 (E-7)."
    )
    assert alert.summary.zh == (
        "徐明（E-7）于 2026-03-02 09:00 修改了客户 C-1 的联系资料，把电话改成了徐明（E-7）的电话，"
        "把地址改成了徐明（E-7）的地址。"
    )


@pytest.mark.parametrize(
    "field, value",
    [
        ("phone", "+86 138 0013 8000"),
        ("phone", "008613800138000"),
        ("phone", "8613800138000"),
        ("phone", "１３８００１３８０００"),
        ("address", "杭州市西湖区文三路1号a座"),
        ("address", "杭州市\u3000西湖区 文三路１号 A座"),
    ],
)
def test_the_same_contact_is_recognised_however_it_is_written(field: str, value: str) -> None:
    assert alerts_of(changes(NINE, "E-1", "C-1", **{field: value})) == ["critical"]


@pytest.mark.parametrize(
    "turned",
    [
        #   the last digit is another; the next house; an employee's phone in another field
        changes(NINE, "E-1", "C-1", before=OLD, phone="13800138001"),
        changes(NINE, "E-1", "C-1", before=OLD, address="杭州市西湖区文三路2号A座"),
        changes(NINE, "E-1", "C-1", before=OLD, email="13800138000"),
        changes(NINE, "E-1", "C-1", before=OLD, name=PHONE),
        changes(NINE, "E-1", "C-1", before=OLD, phone="", address=" "),
    ],
    ids=["digit", "house", "email", "name", "emptied"],
)
def test_any_other_contact_is_silent(turned: Event) -> None:
    assert alerts_of(turned) == []


def test_what_was_the_employees_before_and_is_written_anew_is_no_change() -> None:
    before: dict[str, object] = {"phone": "+86 138 0013 8000", "address": ADDRESS}
    whole = changes(NINE, "E-1", "C-1", before=before, phone=PHONE, address=ADDRESS)
    assert alerts_of(whole) == []


def test_without_a_before_image_what_is_given_is_the_change() -> None:
    assert alerts_of(changes(NINE, "E-1", "C-1", phone=PHONE)) == ["critical"]
    partly = changes(NINE, "E-1", "C-1", before={"name": "云川"}, phone=PHONE)
    assert alerts_of(partly) == ["critical"]


@pytest.mark.parametrize("op", ["create", "delete", "restore", "view", "export"])
def test_only_an_update_changes(op: str) -> None:
    assert alerts_of(changes(NINE, "E-1", "C-1", op=op, phone=PHONE)) == []


def test_only_a_customers_own_contact_counts() -> None:
    of_contact = edit(NINE, "E-1", "update", ("contact", "K-1"), customer="C-1", phone=PHONE)
    assert alerts_of(of_contact) == []


def test_a_customer_that_is_named_beside_the_one_touched_is_not_changed() -> None:
    beside = edit(NINE, "E-1", "update", ("customer", "C-1"), customer="C-2", phone=PHONE)
    assert only(play([beside], DETECTOR, reference=STAFF)).customer == "C-1"


def test_each_edit_is_an_alert_and_a_repeat_is_none() -> None:
    first = changes(NINE, "E-1", "C-1", before=OLD, phone=PHONE)
    again = changes(after(NINE, "2d"), "E-1", "C-1", before=OLD, phone=PHONE)
    other = changes(NINE, "E-1", "C-2", before=OLD, phone=PHONE)
    alerts = play([first, first, again, other], DETECTOR, reference=STAFF)
    assert [alert.revision for alert in alerts] == [1, 1, 1]
    assert len(final(alerts)) == 3


def test_a_late_edit_fires_too() -> None:
    late = changes(NINE, "E-1", "C-1", before=OLD, phone=PHONE)
    assert alerts_of(hit(after(NINE, "6d"), "E-1", "C-1"), late) == ["critical"]


def test_without_any_employee_document_it_is_silent_and_says_so() -> None:
    turned = [changes(NINE, "E-1", f"C-{n}", before=OLD, phone=PHONE) for n in range(5)]
    run = local(DETECTOR, reference=company())
    assert run.run(turned) == []
    assert run.engine.silent() == {
        "contact-tampering": "no document on reference.employees has arrived yet"
    }


# Many customers in a day.


def five(count: int = 5, employee: str = "E-1") -> list[Event]:
    """One customer an hour, from nine on."""
    fields: tuple[dict[str, object], ...] = (
        {"phone": "13700000001"},
        {"email": "new@example.com"},
        {"address": "北京市长安街1号"},
    )
    return [
        changes(after(NINE, f"{n}h"), employee, f"C-{n}", before=OLD, **fields[n % 3])
        for n in range(count)
    ]


def test_five_customers_whose_phone_email_or_address_one_employee_changed_fire() -> None:
    #   09:00 C-0   10:00 C-1   11:00 C-2   12:00 C-3   13:00 C-4 ◄ fires
    assert alerts_of(*five(4)) == []
    alert = only(play(five(), DETECTOR, reference=STAFF))
    assert (alert.severity, alert.score) == ("warning", 30)
    assert (alert.employee, alert.customer) == ("E-1", None)
    assert evidence(alert) == ids(*five())
    assert {piece.note for piece in alert.evidence} == {"changed a customer's contact"}
    assert alert.summary.en == (
        "E-1 changed the phone, email or address of 5 customers within 1 day from 2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "员工E-1自 2026-03-02 09:00 起 1 天内修改了 5 个客户的电话、邮箱或地址。"
    )


def test_five_edits_of_four_customers_are_not_enough() -> None:
    again = changes(after(NINE, "5h"), "E-1", "C-0", before=OLD, phone="13700000009")
    assert alerts_of(*five(4), again) == []


def test_other_fields_and_the_same_written_otherwise_do_not_count() -> None:
    #   four changed, then: a name, the same phone with a country code, the same email in capitals
    at = after(NINE, "6h")
    assert (
        alerts_of(
            *five(4),
            changes(at, "E-1", "C-7", before=OLD, name="新名"),
            changes(at, "E-1", "C-8", before=OLD, phone="+86 139 0013 9000"),
            changes(at, "E-1", "C-9", before=OLD, email="Buyer@Example.com"),
        )
        == []
    )


def test_contacts_wiped_from_five_customers_fire_and_masked_ones_say_nothing() -> None:
    wiped = [
        changes(after(NINE, f"{n}h"), "E-1", f"C-{n}", before=OLD, phone=gone)
        for n, gone in enumerate(("", "-", "无", "N/A", "不详"))
    ]
    assert alerts_of(*wiped) == ["warning"]
    masked = [
        changes(after(NINE, f"{n}h"), "E-1", f"C-{n}", before=OLD, phone="139****9000")
        for n in range(5)
    ]
    assert alerts_of(*masked) == []


def test_a_phone_that_is_put_beside_the_customers_own_is_an_employees() -> None:
    both = changes(NINE, "E-1", "C-1", before=OLD, phone=f"{OLD['phone']} / {PHONE}")
    assert alerts_of(both) == ["critical"]
    back = changes(NINE, "E-1", "C-1", before={"phone": f"{OLD['phone']}/{PHONE}"}, phone=PHONE)
    assert alerts_of(back) == []


def test_two_employees_are_not_one() -> None:
    fifth = changes(after(NINE, "5h"), "E-2", "C-9", before=OLD, phone="13700000009")
    assert alerts_of(*five(4), fifth) == []


@pytest.mark.parametrize("micro, severities", [(0, ["warning"]), (1, [])])
def test_the_last_instant_of_the_day_counts_and_the_microsecond_after_does_not(
    micro: int, severities: list[str]
) -> None:
    #   09:00 ───────────── 24 h ─────────────┤ the fifth
    fifth = changes(after(NINE, "24h", micro), "E-1", "C-9", before=OLD, phone="13700000009")
    assert alerts_of(*five(4), fifth) == severities


def test_a_sixth_revises_the_run_and_a_late_first_takes_it_over() -> None:
    events = five(6)
    alerts = play(events, DETECTOR, reference=STAFF)
    assert [alert.revision for alert in alerts] == [1, 2]
    assert "of 6 customers" in alerts[1].summary.en
    late = play([*events[1:], events[0]], DETECTOR, reference=STAFF)
    assert [alert.state for alert in final(late).values()] == ["withdrawn", "firing"]
    assert evidence(firing(late)[0]) == ids(*events)


def test_of_five_turned_to_an_employees_each_is_told_and_the_five_together() -> None:
    turned = [
        changes(after(NINE, f"{n}m"), "E-1", f"C-{n}", before=OLD, phone=PHONE) for n in range(5)
    ]
    assert sorted(alerts_of(*turned)) == ["critical"] * 5 + ["warning"]


def test_the_numbers_are_parameters() -> None:
    strict = configured(DETECTOR, customers=2)
    assert firing(play(five(2), strict, reference=STAFF))


def test_the_ids_are_the_customers_and_edits_and_the_employees_and_firsts() -> None:
    turned = changes(NINE, "E-1", "C-1", before=OLD, phone=PHONE)
    assert [
        only(play(events, DETECTOR, reference=STAFF)).alert_id for events in ([turned], five())
    ] == ["contact-tampering-bc1305d810b93fdb", "contact-tampering-74867d9bd43da151"]


# The world it is held to the laws in.


DOCUMENTS = (
    staff("E-TAMPERED", phone="137-0013-7001", address="西湖路 7号"),
    staff("E-TAMPERED2", phone="13700137001"),
)
#: What is written, and what is the same however it is written; the first of each are an employee's.
_PHONES = {
    "+86 137 0013 7001": "staff",
    "13700137001-802": "staff",
    "0571-87000007": "7",
    "(0571) 8700 0007": "7",
    "": "",
    "无": "",
    "137****7001": None,
}
_ADDRESSES = {
    "西湖路7号": "staff",
    "西湖\u200b路 ７号": "staff",
    "X Road 7": "x",
    "x road7": "x",
    "-": "",
}
_EMAILS = {"A@example.com": "a", "a@example.com": "a", "137@example.com": "b"}
_WRITTEN = {"phone": _PHONES, "address": _ADDRESSES, "email": _EMAILS}


@st.composite
def _rewriting(draw: st.DrawFn) -> list[Event]:
    """Runs of edits of some seven customers, about a day long, by two employees."""
    events: list[Event] = []
    edges = st.sampled_from((0, 0, 1, HOUR, 2 * HOUR, 3 * HOUR, DAY - 1, DAY, DAY, DAY + 1))
    for _ in range(draw(st.integers(1, 3))):
        start = BASE + draw(st.sampled_from((0, 0, HOUR, DAY, 9 * DAY)))
        who = draw(st.sampled_from(("E-1", "E-1", "E-TAMPERED")))
        for _ in range(draw(st.sampled_from((1, 4, 5, 6, 8)))):
            field = draw(st.sampled_from(("phone", "phone", "email", "address")))
            written = st.sampled_from(tuple(_WRITTEN[field]))
            before = {field: draw(written)} if draw(st.integers(0, 3)) == 0 else None
            after = {field: draw(written)}
            if draw(st.integers(0, 4)) == 0:
                after["address"] = draw(st.sampled_from(tuple(_ADDRESSES)))
            op = draw(st.sampled_from((*["update"] * 9, "create")))
            object = draw(st.sampled_from((*["customer"] * 9, "contact")))
            touched = f"C-{draw(st.integers(1, 7))}"
            named = draw(st.sampled_from((None, touched, "C-1")))
            moment = start + draw(edges)
            events.append(
                edit(moment, who, op, (object, touched), customer=named, before=before, **after)  # type: ignore[arg-type]
            )
    return events


SCENES = _rewriting()


def oracle(events: Sequence[Event]) -> Iterator[tuple[object, ...]]:
    """Every edit to an employee's contact; and each employee's runs through five customers."""
    changed: dict[str, list[tuple[Event, str]]] = {}
    for it in sooner(events):
        assert isinstance(it.data, CrmEdit)
        new = _changes(it)
        if not new:
            continue
        changed.setdefault(it.data.actor, []).append((it, it.data.object.id))
        if "staff" in (new.get("phone"), new.get("address")):
            evidence = frozenset({it.id})
            yield "critical", it.data.actor, it.data.object.id, None, None, evidence
    for who, edits in changed.items():
        while edits:
            first = edits[0][0]
            run = [(it, whose) for it, whose in edits if it.time <= first.time + DAY]
            if len({whose for _, whose in run}) < 5:
                edits = edits[1:]
                continue
            yield "warning", who, None, None, None, frozenset(it.id for it, _ in run)
            edits = edits[len(run) :]


def _changes(event: Event) -> dict[str, str]:
    """By field what it now says and did not say before, however it was written: `""` for what was
    there and is no more."""
    edit, new = document(event)["data"], {}
    if (edit["op"], edit["object"]["type"]) == ("update", "customer"):
        before, after = edit.get("before", {}), edit["after"]
        for field, written in _WRITTEN.items():
            old, now = written.get(before.get(field)), written.get(after.get(field))
            if now is not None and now != old and (now or old):
                new[field] = now
    return new
