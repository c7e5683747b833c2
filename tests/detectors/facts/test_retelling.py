"""A payment or a shipment that is told again is corrected; after it went back it is another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.state import decode_state, encode_state
from detectors.language.detector import Detector
from detectors.rules.catalogue import BY_ID
from tests.detectors.timeline import (
    after,
    at,
    company,
    employee,
    evidence,
    final,
    firing,
    ids,
    local,
    order,
    payment,
    play,
    refund,
    shipment,
)

NINE = "2026-03-02 09:00"
DUTIES = BY_ID["duties-conflict"]
GHOST = BY_ID["ghost-deal"]


def made(number: str = "O-1", by: str = "E-1") -> Event:
    """The order is entered by whom it is."""
    return order(NINE, number, by, customer="C-1")


def booked(moment: int, by: str, number: str = "O-1") -> Event:
    return payment(moment, "P-1", order=number, recorded_by=by)


def released(moment: int, by: str, status: str = "dispatched") -> Event:
    return shipment(moment, "S-1", order="O-1", released_by=by, status=status)


def standing(came: Sequence[Event], detector: Detector = DUTIES) -> list[list[str]]:
    """The evidence of each alert that stands in the end."""
    reference = company(employee("E-1"), employee("E-2"))
    alerts = play(came, detector, until=after(NINE, "60d"), reference=reference)
    return [evidence(alert) for alert in firing(alerts)]


def hours(count: int) -> int:
    return at(NINE) + count * HOUR


#   O-1 by E-1 ── P-1 booked by E-1 ── (again) by E-2, who may
@pytest.mark.parametrize("tell", [booked, released])
def test_what_was_told_wrong_is_taken_back_in_any_order_of_arrival(tell) -> None:  # type: ignore[no-untyped-def]
    happened = [made(), tell(hours(1), "E-1"), tell(hours(2), "E-2")]
    for came in permutations(happened):
        assert standing(came) == []


@pytest.mark.parametrize("tell", [booked, released])
def test_what_was_told_right_at_last_counts_as_of_the_first_word(tell) -> None:  # type: ignore[no-untyped-def]
    #   O-1 by E-1 ── P-1 booked by E-2, (again) E-3, (again) E-1 ◄ fires, an hour after nine
    words = [tell(hours(1), "E-2"), tell(hours(2), "E-3"), tell(hours(3), "E-1")]
    happened = [made(), *words]
    for came in permutations(happened):
        [alert] = firing(play(came, DUTIES, until=after(NINE, "60d")))
        assert evidence(alert) == ids(happened[0], words[2])
        assert "at 2026-03-02 10:00" in alert.summary.en


def test_what_was_for_another_order_is_taken_back_at_the_first() -> None:
    #   O-1 by E-1, O-2 by E-2 ── P-1 for O-1, booked by E-1 ── (again) for O-2
    happened = [made(), made("O-2", "E-2"), booked(hours(1), "E-1"), booked(hours(2), "E-1", "O-2")]
    for came in permutations(happened):
        assert standing(came) == []
    told = play(happened, DUTIES)
    assert [(alert.revision, alert.state) for alert in told] == [(1, "firing"), (2, "withdrawn")]


def test_whoever_asked_for_the_order_hears_of_it_too() -> None:
    #   C-1 pays for O-1 ── R-1: all goes back ── (again) R-1 was for O-2 ── 25 h ◄ fires
    paid = payment(hours(1), "P-1", order="O-1", customer="C-1")
    back, right = refund(hours(2), "R-1", order="O-1"), refund(hours(3), "R-1", order="O-2")
    assert standing([paid, back], GHOST) == []
    for came in permutations([paid, back, right]):
        assert standing(came, GHOST) == [ids(paid)]


@pytest.mark.parametrize(
    "first, between, again",
    [
        (booked(hours(1), "E-1"), refund(hours(2), "P-1", order="O-1"), booked(hours(3), "E-2")),
        (
            released(hours(1), "E-1"),
            released(hours(2), "E-9", "returned"),
            released(hours(3), "E-2"),
        ),
    ],
    ids=["a refund", "a return"],
)
def test_what_is_told_after_it_went_back_is_another_and_corrects_nothing(
    first: Event, between: Event, again: Event
) -> None:
    #   O-1 by E-1 ── by E-1 ── it goes back ── by E-2: the first stands
    for came in permutations([made(), first, between, again]):
        assert standing(came) == [ids(came[came.index(made())], first)]
    assert standing([made(), first, again]) == []


@pytest.mark.parametrize("micro, stands", [(0, False), (1, True)])
def test_for_thirty_days_after_its_last_word_it_may_be_corrected(micro: int, stands: bool) -> None:
    first = booked(hours(1), "E-1")
    late = booked(hours(1) + 30 * DAY + micro, "E-2")
    assert bool(standing([made(), first, late])) is stands


def test_a_word_that_comes_again_after_its_correction_says_nothing_new() -> None:
    wrong, right = booked(hours(1), "E-1"), booked(hours(2), "E-2")
    told = play([made(), wrong, right, wrong, right, wrong], DUTIES)
    assert [(alert.revision, alert.state) for alert in told] == [(1, "firing"), (2, "withdrawn")]


@pytest.mark.parametrize("days", [20, 50, 150, 300])
def test_it_stays_corrected_as_long_as_the_order_is_known(days: int) -> None:
    #   P-1 by E-2, (again) by E-1 ◄ fires ── months ── a snapshot, and all comes once more
    happened = [made(), booked(hours(1), "E-2"), booked(hours(2), "E-1")]
    run = local(DUTIES)
    alerts = run.run(happened, after(NINE, f"{days}d"))
    run.states = {key: decode_state(encode_state(it)) for key, it in run.states.items()}
    alerts += run.run(happened, after(NINE, f"{days + 1}d"))
    assert [(it.revision, it.state) for it in final(alerts).values()] == [(1, "firing")]


def test_an_order_that_is_entered_twice_was_entered_once_in_any_order_of_arrival() -> None:
    #   entered by E-1 ── (again) by E-2 ── E-2 books: they did not enter it
    happened = [made(), order(hours(1), "O-1", "E-2", customer="C-1"), booked(hours(2), "E-2")]
    for came in permutations(happened):
        assert standing(came) == []
