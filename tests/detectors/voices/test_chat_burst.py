"""chat-burst: 5 hits, or hits about 3 customers, within 24 h by one employee."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.rules.voices.chat_burst import DETECTOR
from tests.detectors.asked import asked
from tests.detectors.order_oracle import Answer
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    after,
    company,
    employee,
    evidence,
    firing,
    hit,
    ids,
    only,
    play,
)
from tests.examples.nine_questions import chat_burst

NINE = "2026-03-02 09:00"


def hits(*minutes: int, by: str = "E-1", about: str | None = None) -> list[Event]:
    return [hit(after(NINE, f"{minute}m"), by, about) for minute in minutes]


def test_five_hits_fire_and_four_do_not() -> None:
    #   09:00 01 02 03 │ 04 ◄ fires
    assert play(hits(0, 1, 2, 3), DETECTOR) == []
    said = hits(0, 1, 2, 3, 4)
    alert = only(play(said, DETECTOR, reference=company(employee("E-1", "何雨桐"))))
    assert (alert.severity, alert.score, alert.employee) == ("warning", 30, "E-1")
    assert evidence(alert) == ids(*said)
    assert alert.evidence[0].note == "chat keyword hit"
    assert alert.summary.en == (
        "何雨桐 (E-1) had 5 sensitive chat hits naming no customer within 1 day from "
        "2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "何雨桐（E-1）自 2026-03-02 09:00 起 1 天内有 5 次敏感聊天命中，未关联到客户。"
    )


def test_three_customers_fire_and_two_do_not() -> None:
    #   09:00 C-1   10:00 C-2   11:00 C-3
    said = [hit(after(NINE, f"{n}h"), "E-1", f"C-{n}") for n in (0, 1, 2)]
    assert play(said[:2], DETECTOR) == []
    alert = only(play(said, DETECTOR))
    assert alert.customer is None
    assert alert.summary.en == (
        "E-1 had 3 sensitive chat hits about 3 customers within 1 day from 2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "员工E-1自 2026-03-02 09:00 起 1 天内有 3 次敏感聊天命中，涉及 3 个客户。"
    )


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_third_customer_may_come_at_the_24th_hour(micro: int, fires: bool) -> None:
    #   09:00 C-1   10:00 C-2 ─────── 24 h from 09:00 ───────┤ C-3
    said = [
        hit(NINE, "E-1", "C-1"),
        hit(after(NINE, "1h"), "E-1", "C-2"),
        hit(after(NINE, "24h", micro), "E-1", "C-3"),
    ]
    assert (play(said, DETECTOR) != []) is fires


def test_four_hits_about_two_customers_are_silent() -> None:
    assert play([*hits(0, 1, about="C-1"), *hits(2, 3, about="C-2")], DETECTOR) == []


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_24th_hour_counts_and_the_microsecond_after_does_not(micro: int, fires: bool) -> None:
    #   09:00 ×4 ─────── 24 h ───────┤ the fifth
    said = [*hits(0, 1, 2, 3), hit(after(NINE, "24h", micro), "E-1")]
    assert (play(said, DETECTOR) != []) is fires


def test_the_category_other_does_not_count() -> None:
    said = [*hits(0, 1, 2, 3), hit(after(NINE, "4m"), "E-1", None, "other")]
    assert play(said, DETECTOR) == []


@pytest.mark.parametrize("category", ["competitor", "customer_data", "leaving"])
def test_every_other_category_does(category: str) -> None:
    said = [*hits(0, 1, 2, 3), hit(after(NINE, "4m"), "E-1", None, category)]
    assert only(play(said, DETECTOR)).state == "firing"


def test_two_employees_are_not_one() -> None:
    assert play([*hits(0, 1, 2), *hits(3, 4, 5, by="E-2")], DETECTOR) == []


def test_one_customer_is_named_where_all_is_about_it() -> None:
    alert = only(play(hits(0, 1, 2, 3, 4, about="C-1"), DETECTOR))
    assert alert.customer == "C-1"
    assert "5 sensitive chat hits about 1 customer within" in alert.summary.en


def test_more_hits_revise_the_same_alert_and_repeats_do_not() -> None:
    said = hits(0, 1, 2, 3, 4, 5)
    alerts = play([*said, *said], DETECTOR)
    assert [alert.revision for alert in alerts] == [1, 2]
    assert evidence(only(alerts)) == ids(*said)


def test_the_next_day_is_a_new_run() -> None:
    first, second = hits(0, 1, 2, 3, 4), hits(*(1441 + n for n in range(5)))
    alerts = firing(play([*first, *second], DETECTOR))
    assert [evidence(alert) for alert in alerts] == [ids(*first), ids(*second)]


def test_a_late_hit_completes_the_run() -> None:
    said = [*hits(0, 1, 2, 3), hit(after(NINE, "5d"), "E-1")]
    late = hit(after(NINE, "30m"), "E-1")
    assert evidence(only(play([*said, late], DETECTOR))) == ids(*said[:4], late)


def test_an_earlier_hit_takes_the_run_over() -> None:
    #   (09:00 late)  09:10 … 09:14 ◄ fired: its alert is withdrawn, that of 09:00 stays
    said = hits(10, 11, 12, 13, 14)
    late = hit(NINE, "E-1")
    alerts = play([*said, late], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "firing", "withdrawn"]
    assert evidence(firing(alerts)[0]) == ids(late, *said)


def test_the_id_is_the_employees_and_the_first_hits() -> None:
    assert only(play(hits(0, 1, 2, 3, 4), DETECTOR)).alert_id == "chat-burst-503f2719923e2be8"


# The world it is held to the laws in.


_DISTANCES = (0, 0, 1, HOUR, *[DAY + micro for micro in (-1, 0, 0, 1)])


@st.composite
def _talking(draw: st.DrawFn) -> list[Event]:
    """Two employees talk for about a day at a time, about few customers or about many."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 4))):
        start = BASE + draw(st.sampled_from((0, 0, 1, DAY, DAY + 1, 2 * DAY, 8 * DAY, 30 * DAY)))
        few: tuple[str | None, ...] = (None, None, "C-1")
        customers = draw(st.sampled_from((few, ("C-1", "C-2"), ("C-1", "C-2", "C-3", None))))
        for _ in range(draw(st.integers(1, 5))):
            moment = start + draw(st.sampled_from(_DISTANCES))
            who = draw(st.sampled_from(("E-1", "E-1", "E-1", "E-2")))
            said = draw(st.sampled_from(("private_deal", "competitor", "leaving", "other")))
            events.append(hit(moment, who, draw(st.sampled_from(customers)), said))
    return events


SCENES = _talking()


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    return asked(chat_burst, events)
