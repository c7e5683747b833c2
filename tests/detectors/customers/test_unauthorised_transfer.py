"""unauthorised-transfer: somebody who is no manager makes themselves a customer's owner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import ReferenceEmployee
from detectors.facts.reference import Reference
from detectors.rules.customers.unauthorised_transfer import DETECTOR
from tests.detectors import transfer_world
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    DOCUMENTED,
    activity,
    after,
    company,
    customer,
    edit,
    employee,
    event,
    evidence,
    final,
    hit,
    ids,
    local,
    only,
    order,
    play,
)
from tests.parts.may_happen import some, story

NOON = "2026-03-02 12:00"
STAFF = (employee("E-1", "唐静"), employee("E-2"))


def found(*events: Event, reference: Reference | None = None) -> list[Alert]:
    return play(events, DETECTOR, reference=reference or company(*STAFF))


def sets(
    distance: str,
    to: str,
    *,
    by: str = "E-1",
    was: str | None = None,
    op: str = "update",
    about: str = "C-1",
    micro: int = 0,
    **more: object,
) -> Event:
    """`by` makes `to` the owner."""
    return edit(
        after(NOON, distance, micro),
        by,
        op,
        ("customer", about),
        before={"owner": was} if was else None,
        owner=to,
        **more,  # type: ignore[arg-type]
    )


def test_a_salesperson_takes_a_colleagues_customer() -> None:
    #   C-1 is E-2's ── E-1 makes E-1 its owner ◄ fires
    taken = sets("0s", "E-1", was="E-2")
    alert = only(found(taken))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", None)
    assert evidence(alert) == ids(taken)
    assert [piece.note for piece in alert.evidence] == ["made themselves the owner"]
    assert alert.summary.en == (
        "唐静 (E-1), who is not a manager, took over customer C-1 from E-2 at 2026-03-02 12:00 "
        "in an edit of their own."
    )
    assert alert.summary.zh == (
        "唐静（E-1）并非经理，却于 2026-03-02 12:00 自行将客户 C-1 从员工E-2名下改到自己名下。"
    )


def test_one_who_is_given_a_customer_took_nothing() -> None:
    #   E-9 gives E-2's customer to E-1; E-1 gives their own away
    assert found(sets("0s", "E-1", by="E-9", was="E-2")) == []
    assert found(sets("0s", "E-2", by="E-1", was="E-1")) == []


def test_a_manager_may() -> None:
    #   by role, or because E-2 names E-1 as manager
    taken = sets("0s", "E-1", was="E-2")
    for document in (
        ReferenceEmployee("E-1", role="manager"),
        ReferenceEmployee("E-2", manager="E-1"),
    ):
        staff = company(*STAFF, event(DOCUMENTED, document))
        assert found(taken, reference=staff) == []


@pytest.mark.parametrize("role", ["sales", "finance", "logistics", "service", "other", None])
def test_no_other_role_may_and_neither_may_one_nobody_knows(role: str | None) -> None:
    known = ReferenceEmployee("E-1", role=role)  # type: ignore[arg-type]
    taken = sets("0s", "E-1", was="E-2")
    assert len(found(taken, reference=company(event(DOCUMENTED, known)))) == 1
    assert len(found(taken, reference=company(employee("E-8")))) == 1


def test_that_they_are_a_manager_may_be_filed_late() -> None:
    #   E-1 takes C-1 ◄ fires ── they are on file as a manager ── another edit of C-1: judged anew
    reference = company(*STAFF)
    run = local(DETECTOR, reference=reference)
    alerts = run.run([sets("0s", "E-1", was="E-2")])
    reference.put(event(after(NOON, "1h"), ReferenceEmployee("E-1", role="manager")))
    alerts += run.run([sets("1d", "E-2", by="E-9", was="E-1")])
    assert (only(alerts).revision, only(alerts).state) == (2, "withdrawn")


def test_without_reference_employees_it_is_silent() -> None:
    assert found(sets("0s", "E-1", was="E-2"), reference=company()) == []


def test_the_owner_who_saves_their_customer_again_took_nothing() -> None:
    #   whole images: the owner stands in every edit
    assert found(sets("0s", "E-1", was="E-1"), sets("1d", "E-1", was="E-1", email="a@b.c")) == []
    #   and in those that tell nothing of before
    assert found(sets("-1d", "E-1", by="E-9"), sets("0s", "E-1"), sets("1d", "E-1")) == []


def test_one_who_enters_a_new_customer_took_nothing() -> None:
    assert found(sets("0s", "E-1", op="create")) == []
    assert found(sets("0s", "E-1", op="create"), sets("1m", "E-1")) == []


def test_a_customer_whose_owner_nobody_knows_is_nobodys() -> None:
    assert found(sets("0s", "E-1")) == []


def test_an_earlier_edit_tells_whose_it_was() -> None:
    #   -200 d to E-2 ── E-1 takes it (the edit does not say from whom) ◄ fires
    given, taken = sets("-200d", "E-2", by="E-9"), sets("0s", "E-1")
    assert evidence(only(found(given, taken))) == ids(taken)
    created = sets("-200d", "E-2", by="E-2", op="create")
    assert "from E-2 at" in only(found(created, taken)).summary.en


def test_the_document_tells_whose_it_was() -> None:
    assert len(found(sets("0s", "E-1"), reference=company(*STAFF, customer("C-1", "E-2")))) == 1
    assert found(sets("0s", "E-1"), reference=company(*STAFF, customer("C-1", "E-1"))) == []
    assert found(sets("0s", "E-1"), reference=company(*STAFF, customer("C-1"))) == []
    assert found(sets("0s", "E-1"), reference=company(*STAFF, customer("C-2", "E-2"))) == []


@pytest.mark.parametrize("micro, fires", [(-1, True), (0, False)])
def test_a_document_as_new_as_the_edit_tells_nothing_of_before(micro: int, fires: bool) -> None:
    document = customer("C-1", "E-2", moment=after(NOON, "0s", micro))
    assert (found(sets("0s", "E-1"), reference=company(*STAFF, document)) != []) is fires


@pytest.mark.parametrize("days, who", [(-10, "E-3"), (-30, "E-2")])
def test_of_an_edit_and_a_document_the_newer_tells(days: int, who: str) -> None:
    #   -20 d edit: E-2        document: E-3, dated -10 d or -30 d        E-1 takes it
    document = customer("C-1", "E-3", moment=after(NOON, f"{days}d"))
    alerts = found(
        sets("-20d", "E-2", by="E-9"),
        sets("0s", "E-1"),
        reference=company(*STAFF, document),
    )
    assert f"from {who} at" in only(alerts).summary.en


def test_a_document_that_names_the_new_owner_afterwards_undoes_nothing() -> None:
    #   document: E-2 ── E-1 takes it ◄ fires ── document: E-1 ── another edit: judged anew
    reference = company(*STAFF, customer("C-1", "E-2"))
    run = local(DETECTOR, reference=reference)
    alerts = run.run([sets("0s", "E-1")])
    reference.put(customer("C-1", "E-1", moment=after(NOON, "14h")))
    alerts += run.run([sets("1d", "E-1", email="a@b.c"), order(after(NOON, "2d"), "O-1")])
    assert evidence(only(alerts)) == ids(sets("0s", "E-1"))
    assert only(alerts).revision == 1


def test_an_earlier_edit_that_arrives_late_shows_that_they_owned_it_already() -> None:
    #   -200 d to E-2    (-2 d E-9 gives it to E-1, late)    E-1 saves it ◄ fired, withdrawn
    given, taken = sets("-200d", "E-2", by="E-9"), sets("0s", "E-1")
    late = sets("-2d", "E-1", by="E-9")
    alerts = found(given, taken, activity(after(NOON, "4d"), "E-1", "C-1"), late)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert alerts[-1].summary.en.startswith("Withdrawn: ")
    assert alerts[-1].summary.zh.startswith("已撤回：")


def test_an_earlier_edit_that_arrives_late_shows_that_it_was_somebody_elses() -> None:
    #   (-2 d E-9 gives it to E-2, late)    E-1 takes it ── 4 d ── the edit arrives ◄ fires
    taken = sets("0s", "E-1")
    late = sets("-2d", "E-2", by="E-9")
    alerts = found(taken, hit(after(NOON, "4d"), "E-1", "C-1"), late)
    assert evidence(only(alerts)) == ids(taken)


def test_what_the_edit_itself_says_of_before_goes_before_all_else() -> None:
    #   -2 d E-9 gives it to E-1 (or so it was said)    E-1 takes it, from E-2
    alert = only(found(sets("-2d", "E-1", by="E-9"), sets("0s", "E-1", was="E-2")))
    assert "from E-2 at" in alert.summary.en


def test_taking_it_twice_is_two_alerts_and_a_repeat_is_none() -> None:
    #   E-1 takes C-1 ── E-9 gives it back to E-2 ── E-1 takes it again
    taken, back, again = (
        sets("0s", "E-1", was="E-2"),
        sets("1h", "E-2", by="E-9", was="E-1"),
        sets("2h", "E-1", was="E-2"),
    )
    alerts = final(found(taken, taken, back, again, taken, again))
    assert [evidence(alert) for alert in alerts.values()] == [ids(taken), ids(again)]


def test_another_customer_is_another_alert() -> None:
    #   the owner before is each customer's own
    given = sets("-1d", "E-2", by="E-9")
    assert found(given, sets("0s", "E-1", about="C-2")) == []
    both = found(sets("0s", "E-1", was="E-2"), sets("0s", "E-1", was="E-2", about="C-2"))
    assert len(final(both)) == 2


def test_a_customer_that_the_edit_only_names_was_not_taken() -> None:
    taken = sets("0s", "E-1", was="E-2", customer="C-HEAD-OFFICE")
    assert only(found(taken)).customer == "C-1"


@pytest.mark.parametrize("object", ["contact", "opportunity", "order", "activity"])
def test_what_is_no_customer_may_change_hands(object: str) -> None:
    taken = edit(
        NOON, "E-1", "update", (object, "X-1"), customer="C-1", before={"owner": "E-2"}, owner="E-1"
    )
    assert found(taken) == []


def test_the_id_is_the_customers_and_the_edits() -> None:
    assert (
        only(found(sets("0s", "E-1", was="E-2"))).alert_id
        == "unauthorised-transfer-76a75c2513ca760e"
    )


# The world it is held to the laws in.


DOCUMENTS = transfer_world.DOCUMENTS
_MOMENTS = (BASE, BASE, BASE + 1, BASE + HOUR, BASE + DAY, BASE + 7 * DAY)
#: About the document that is told in the midst of it all.
_TOLD = [transfer_world.STATED["K-RESTATED"] + micro for micro in (-1, 0, 1)]
_AWAY = [moment - BASE for moment in (*_MOMENTS, *_TOLD)]
SCENES = story(st.just(BASE), some((1, 7), _AWAY, transfer_world.passing()))


def oracle(events: Sequence[Event]) -> Iterator[tuple[object, ...]]:
    """Every edit by which one of the two sellers, who are no managers, took a customer."""
    for moved, data, to in transfer_world.transfers(events):
        if data.actor == to and to in transfer_world.SELLERS:
            yield "warning", to, data.object.id, None, None, frozenset({moved.id})
