"""Reference data that come after the events: the same alerts in the end, and bounded until then."""

from __future__ import annotations

from hypothesis import given
from msgspec import structs

from contract.event import Event
from contract.times import DAY
from contract.types import ReferenceEmployee
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.state import decode_state, encode_state
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.rules.catalogue import BY_ID, DETECTORS
from tests.detectors.histories import Arrival, documents, histories
from tests.detectors.test_laws import Documents, end, in_time_order, law, told
from tests.detectors.timeline import (
    COMPANY_ACCOUNT,
    account,
    activity,
    after,
    company,
    customer,
    employee,
    only,
    opens,
    order,
    owner,
    payment,
    time_is,
)

OFFBOOK_PAYMENT = BY_ID["offbook-payment"]
OURS = COMPANY_ACCOUNT
NINE = "2026-03-02 09:00"
#: What is forgotten before reference data come is never judged.
PATIENT = Common(lateness=365 * DAY)


def nameless(document: Event) -> Event:
    if not isinstance(document.data, ReferenceEmployee):
        return document
    return structs.replace(document, data=structs.replace(document.data, name=None))


@law
@given(documents, histories())
def test_when_reference_data_come_does_not_matter(
    documents: Documents, history: list[Arrival]
) -> None:
    # Words are those of their time: a name that is learnt later changes no alert.
    documents = tuple(nameless(document) for document in documents)
    reference = Reference()
    late = InMemoryRun(Engine(DETECTORS, reference, PATIENT, "replay"))
    alerts = late.run(in_time_order(history))
    for document in documents:
        reference.put(document)
    alerts += late.review()
    first = InMemoryRun(Engine(DETECTORS, reference, PATIENT, "replay"))
    assert told(end(late, alerts)) == told(end(first, first.run(in_time_order(history))))


def test_a_payment_before_the_accounts_are_known_is_judged_when_they_are() -> None:
    #   payment ──► X, payment ──► ours   │ the accounts come   ◄ fires of X alone
    reference = Reference()
    engine = Engine([OFFBOOK_PAYMENT], reference)
    states = {}
    for number, payee in (("P-1", "X"), ("P-2", OURS)):
        key = f"payment:{number}"
        step = engine.step(key, None, [payment(NINE, number, payee, order="O-1")], time_is(NINE))
        assert not step.alerts
        assert step.withheld == {"offbook-payment": 1}
        states[key] = decode_state(encode_state(step.state))
    assert "accounts" in engine.silent()["offbook-payment"]
    reference.put(account(OURS))
    found = [engine.step(key, state, [], time_is(NINE)) for key, state in states.items()]
    wanted = [to for step in found for to, _ in step.notes]
    assert wanted == ["order:O-1"], "who is responsible is asked for the one that is to be raised"
    assert not any(step.state.withheld for step in found)


def test_what_waits_for_reference_data_is_bounded_and_counted() -> None:
    engine = Engine([BY_ID["account-ring"]], Reference(), Common(max_facts=20))
    state, evicted = None, 0
    for number in range(100):
        paid = payment(NINE, f"P-{number}", "X", customer=f"C-{number}")
        step = engine.step("account:X", state, [paid], time_is(NINE))
        state, evicted = step.state, evicted + step.evicted.get("account-ring", 0)
    assert state is not None
    size = state.notebooks["account-ring"].size()
    assert size <= 20
    assert size + evicted == 100
    assert engine.step("account:X", state, [], time_is(after(NINE, "900d"))).state.is_empty()


def test_an_account_that_is_filed_late_takes_its_alert_back() -> None:
    #   payment ──► X ◄ fires  │ X is filed as the company's  ◄ withdrawn
    reference = company(account("Y"))
    run = InMemoryRun(Engine([OFFBOOK_PAYMENT], reference))
    assert only(run.feed(payment(NINE, "P-1", "X", order="O-1"))).state == "firing"
    assert not run.review()
    reference.put(account("X"))
    assert [(it.revision, it.state) for it in run.review()] == [(2, "withdrawn")]
    assert not run.review()


def test_an_account_that_turns_out_to_be_an_employees_names_them() -> None:
    reference = company(account("Y"))
    run = InMemoryRun(Engine([OFFBOOK_PAYMENT], reference))
    alerts = run.feed(payment(NINE, "P-1", "X", order="O-1"))
    assert only(alerts).account_holder is None
    reference.put(employee("E-1", accounts=["X"]))
    assert only([*alerts, *run.review()]).account_holder == "E-1"


def test_a_customer_that_turns_out_to_be_somebodys_is_judged_anew() -> None:
    #   E-1 works on C-1, E-2 too  │ C-1 is filed as E-1's, before  ◄ E-2 snatches it
    reference = company(employee("E-1"), employee("E-2"))
    run = InMemoryRun(Engine([BY_ID["customer-snatching"]], reference))
    run.run([activity(NINE, "E-1", "C-1"), opens(after(NINE, "1d"), "OP-1", "C-1", "E-2")])
    before = reference.version
    reference.put(customer("C-1", "E-1"))
    assert reference.changed_since(before) == {"customer:C-1"}
    assert only(run.review()).employee == "E-2"
    reference.put(customer("C-1", "E-1"))
    assert not reference.changed_since(before + 1)


def test_an_owner_that_a_document_names_late_makes_a_transfer_of_an_edit() -> None:
    #   (C-1 is E-1's, by a document of before)  C-1 becomes E-2's, who sells to it  │ the document
    #   comes now  ◄ the eve of a deal
    reference = company(employee("E-1"), employee("E-2"))
    run = InMemoryRun(Engine([BY_ID["eve-of-deal-transfer"]], reference))
    gives = owner(NINE, "C-1", "E-2")
    assert not run.run([gives, order(after(NINE, "1h"), "O-1", actor="E-2", customer="C-1")])
    reference.put(customer("C-1", "E-1"))
    assert only(run.review()).employee == "E-2"
