"""Who may do what: every role and step, and the two that have to agree."""

from __future__ import annotations

from typing import Any

import pytest

from cases.handling import Handling
from contract.action import STEPS
from desk.pseudonyms import Pseudonyms
from desk.readers import ROLES, Reader
from desk.rights import denial, sees_names
from tests.cases.test_handling import action
from tests.sinks.some_alerts import alert

FALSE = {"verdict": "false_positive"}


def denied(reader: Reader, step: str, *, four_eyes: bool = False, **more: Any) -> str | None:
    """Why they may not do it to an alert on `e-7`, held by nobody."""
    handling = more.pop("handling", Handling())
    it = more.pop("about", alert("a"))
    return denial(reader, action(step, **more), it, handling, four_eyes=four_eyes)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", ROLES)
def test_only_whoever_is_on_call_and_leads_act(role: Any, step: str) -> None:
    may = denied(Reader("chen", role), step) is None
    assert may == (role in ("oncall", "lead"))


def test_all_but_viewers_see_who_it_is() -> None:
    assert [sees_names(Reader("chen", it)) for it in ROLES] == [False, True, True, True]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("field", ["employee", "account_holder"])
def test_nobody_acts_on_an_alert_about_themselves_but_may_say_something(
    field: str, step: str
) -> None:
    chen = Reader("chen", "lead", employee="e-9")
    why = denied(chen, step, about=alert("a", **{field: "e-9"}))
    assert (why is None) == (step == "note")


def test_a_critical_alert_is_closed_as_false_by_a_second_person_who_is_a_lead() -> None:
    chen, wu, li = Reader("chen", "oncall"), Reader("wu", "lead"), Reader("li", "lead")
    proposed = Handling(proposed=action("propose", by="wu", **FALSE))

    def why(reader: Reader, handling: Handling = proposed, **more: Any) -> str | None:
        told = {**FALSE, **more}
        return denied(reader, "close", four_eyes=True, handling=handling, **told)

    assert why(li) is None
    assert why(li, Handling()) == "it needs two: propose it first, then a lead closes it"
    assert why(chen) == "it needs a lead to close it as false"
    assert why(wu) == "whoever proposed it may not close it as false"
    # Only as false, and only what is critical.
    assert why(chen, Handling(), verdict="confirmed") is None
    assert why(chen, Handling(), about=alert("a", severity="warning")) is None


def test_a_proposal_of_another_verdict_is_none() -> None:
    proposed = Handling(proposed=action("propose", by="wu", verdict="benign"))
    why = denied(Reader("li", "lead"), "close", four_eyes=True, handling=proposed, **FALSE)
    assert why is not None


def test_a_viewer_sees_pseudonyms_that_are_stable_under_one_secret() -> None:
    it, again, other = Pseudonyms(b"secret"), Pseudonyms(b"secret"), Pseudonyms(b"another")
    assert it.of("employee", "E-1") == again.of("employee", "E-1") != other.of("employee", "E-1")
    assert it.of("employee", "E-1") != it.of("customer", "E-1")
    assert it.of("employee", None) is None


def test_nothing_of_an_alert_a_viewer_sees_names_anybody() -> None:
    told = alert("a", order="SO-1", account_holder="e-9")
    shown = repr(Pseudonyms(b"secret").alert(told))
    assert not [it for it in ("e-7", "e-9", "c-9", "6222", "SO-1", "p-1") if f"'{it}'" in shown]
