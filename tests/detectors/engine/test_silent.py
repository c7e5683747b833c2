"""Where the CRM never tells of something, its absence says nothing."""

from __future__ import annotations

from contract.times import DAY
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.silent import Signs
from detectors.facts.reference import Reference
from detectors.rules.catalogue import BY_ID
from tests.detectors.timeline import activity, after, only, order, payment

NINE = "2026-03-02 09:00"
GHOST = BY_ID["ghost-deal"]
PAID = payment(NINE, "P-1", "X", customer="C-1")
SOLD = order(NINE, "O-2", customer="C-2", status="draft")


def test_a_crm_that_tells_of_orders_and_never_of_work_on_customers_leaves_deals_alone() -> None:
    #   an order of C-2, C-1 pays ── 24 h ──  (nobody ever worked on anybody)   nothing
    local = InMemoryRun(Engine([GHOST], Reference(), signs=Signs()))
    assert not local.run([SOLD, PAID], PAID.time + 9 * DAY)
    assert "activity" in local.engine.signless()["ghost-deal"]
    assert not local.engine.silent()


def test_once_it_tells_of_any_the_deals_before_are_judged() -> None:
    #   an order of C-2, C-1 pays ── 5 d ── somebody works on C-3  ◄ C-1 fires
    local = InMemoryRun(Engine([GHOST], Reference(), signs=Signs()))
    alerts = local.run([SOLD, PAID, activity(after(NINE, "5d"), "E-3", "C-3")])
    assert only(alerts).customer == "C-1"
    assert not local.engine.signless()


def test_without_any_crm_a_payment_is_judged() -> None:
    local = InMemoryRun(Engine([GHOST], Reference(), signs=Signs()))
    assert only(local.run([PAID], PAID.time + 9 * DAY)).customer == "C-1"


def test_work_on_the_customer_that_is_told_of_first_settles_it() -> None:
    local = InMemoryRun(Engine([GHOST], Reference(), signs=Signs()))
    early = activity(after(NINE, "-5d"), "E-1", "C-1")
    assert not local.run([early, SOLD, PAID], PAID.time + 9 * DAY)
