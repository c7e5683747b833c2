"""Timelines of one or two source partitions, in seconds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.times import DAY, HOUR, MINUTE, SECOND
from streams.router.known_feeds import Known, Partition
from streams.router.source_time import SourceTime

CRM = ("crm.edits", 0)
CRM_1 = ("crm.edits", 1)
CHAT = ("chat.keyword-hits", 3)
START = 1_772_000_000
IDLE = 5
A_DAY = DAY // SECOND
AN_HOUR = HOUR // SECOND
LATENESS = 7 * A_DAY


class Expected:
    """A topic that says something at least every so many seconds."""

    def __init__(self, every: int) -> None:
        self.every = every * SECOND

    def exceeded(self, since: int, now: int) -> bool:
        return now - since > self.every


def source_time(*partitions: Partition, known: Known | None = None, **silent: int) -> SourceTime:
    """Watching `partitions` since START. With `known`, events came on them before."""
    time = SourceTime(
        IDLE * SECOND,
        LATENESS * SECOND,
        {CRM[0]: Expected(silent["crm"])} if silent else {},
    )
    for partition in partitions:
        if known is not None:
            time.hear(partition, known)
        time.watch(partition, START * SECOND)
    return time


def long_known(*partitions: Partition) -> SourceTime:
    """Partitions in use, read to their end and quiet by second 10: their mark is the clock."""
    time = source_time(*partitions, known=Known(event=at(-60)))
    for partition in partitions:
        at_end(time, partition, 10)
    return time


def at(seconds: int) -> int:
    """Seconds after START, in µs."""
    return (START + seconds) * SECOND


def came(
    time: SourceTime,
    partition: Partition,
    event: int | None,
    wall: int,
    *,
    heartbeat: int | None = None,
    more: bool = False,
) -> None:
    """Seconds after START."""
    time.came(
        partition,
        at(wall),
        event=None if event is None else at(event),
        heartbeat=None if heartbeat is None else at(heartbeat),
        more=more,
    )


def at_end(time: SourceTime, partition: Partition, asked: int) -> None:
    time.at_end(partition, at(asked))


def seconds(micros: int | None) -> int | None:
    return None if micros is None else micros // SECOND - START


def now(time: SourceTime) -> int | None:
    """Seconds after START."""
    return seconds(time.now())


def mark(time: SourceTime, partition: Partition) -> int | None:
    return seconds(dict(time.marks()).get(partition))


# Time that moves with the clock.


def test_a_partition_of_which_nothing_is_known_has_no_mark_and_stops_time() -> None:
    time = source_time(CRM, CHAT)
    came(time, CRM, 1, 2)
    assert [partition for partition, _ in time.marks()] == [CRM]
    assert time.now() is None


def test_without_partitions_there_is_no_time() -> None:
    assert source_time().now() is None


def test_while_records_come_the_mark_is_the_newest_event() -> None:
    time = source_time(CRM)
    came(time, CRM, -100, 1)
    came(time, CRM, -90, 2)
    came(time, CRM, -95, 3)
    assert mark(time, CRM) == -90


def test_an_event_dated_in_the_future_counts_as_of_the_wall_clock() -> None:
    time = source_time(CRM)
    came(time, CRM, 10_000_000, 7)
    assert mark(time, CRM) == 7


def test_time_goes_on_without_traffic_once_a_partition_was_quiet_for_long_enough() -> None:
    time = source_time(CRM)
    came(time, CRM, 0, 1)
    at_end(time, CRM, 5)
    assert mark(time, CRM) == 0
    at_end(time, CRM, 6)
    assert mark(time, CRM) == 6
    at_end(time, CRM, 60)
    assert mark(time, CRM) == 60


def test_an_empty_partition_is_marked_once_it_was_quiet_for_long_enough() -> None:
    time = source_time(CHAT)
    at_end(time, CHAT, IDLE - 1)
    assert list(time.marks()) == [(CHAT, None)]
    at_end(time, CHAT, IDLE)
    assert mark(time, CHAT) == IDLE


def test_what_is_empty_so_far_does_not_hide_how_far_the_others_are() -> None:
    time = source_time(CRM, CHAT)
    came(time, CRM, -3600, 1)
    assert time.now() is None
    at_end(time, CHAT, 2)
    assert now(time) == -3600


def test_a_partition_of_which_something_was_known_before_is_not_empty() -> None:
    time = source_time(CRM, known=Known(event=at(-60)))
    at_end(time, CRM, 1)
    assert list(time.marks()) == []


def test_a_broker_that_does_not_answer_stops_time() -> None:
    time = source_time(CHAT)
    at_end(time, CHAT, 20)
    assert mark(time, CHAT) == 20
    assert now(time) == 20, "nothing was heard since, however late it is"


def test_a_partition_that_lags_holds_time() -> None:
    time = source_time(CRM, CHAT)
    came(time, CRM, -3600, 1)
    for second in range(1, 60):
        at_end(time, CHAT, second)
        came(time, CRM, -3600 + second, second)
    assert mark(time, CHAT) == 59
    assert now(time) == -3541


def test_a_partition_given_away_no_longer_counts_and_begins_anew_when_it_comes_back() -> None:
    time = source_time(CRM, CHAT)
    came(time, CRM, -3600, 1)
    at_end(time, CHAT, 10)
    time.forget(CRM)
    assert now(time) == 10
    came(time, CRM, -1, 11)
    at_end(time, CRM, 30)
    assert mark(time, CRM) is None
    time.watch(CRM, at(40))
    assert time.now() is None


def test_partitions_that_are_gone_are_forgotten_with_what_was_known_of_them() -> None:
    time = source_time(CRM, CRM_1, CHAT)
    came(time, CRM, -500, 1)
    came(time, CRM_1, None, 1, heartbeat=-100)
    at_end(time, CHAT, IDLE)
    assert time.partitions("crm.edits", 1) == [CRM_1]
    assert [partition for partition, _ in time.marks()] == [CRM, CHAT]
    assert time.moves_by("crm.edits") == "clock"
    assert time.known(CRM_1) == Known()


# What pulls a mark back, and how far.


def test_a_quiet_partition_that_brings_a_backlog_takes_time_back() -> None:
    time = long_known(CRM)
    at_end(time, CRM, 100)
    came(time, CRM, -7200, 101)
    assert now(time) == -7200
    came(time, CRM, -7100, 102)
    assert now(time) == -7100
    at_end(time, CRM, 107)
    assert now(time) == 107


def test_an_old_event_among_new_ones_does_not_take_time_back() -> None:
    time = source_time(CRM)
    came(time, CRM, 10, 10)
    came(time, CRM, -7200, 11)
    assert mark(time, CRM) == 10


@pytest.mark.parametrize(("behind", "pulled"), [(LATENESS, True), (LATENESS + 1, False)])
def test_an_event_takes_the_clock_back_by_the_lateness_and_no_further(
    behind: int, pulled: bool
) -> None:
    time = long_known(CRM)
    at_end(time, CRM, 99)
    came(time, CRM, 100 - behind, 100)
    assert mark(time, CRM) == (100 - behind if pulled else 99)


def test_tips_of_forty_days_ago_every_two_seconds_hold_nothing() -> None:
    #   clock  0  2  4  6  8 …
    #   tips   ×  ×  ×  ×  ×     all dated 40 days back
    time = long_known(CHAT)
    for second in range(12, 4000, 2):
        came(time, CHAT, -40 * A_DAY, second)
        at_end(time, CHAT, second)
    assert mark(time, CHAT) == 3998


def test_one_old_date_again_and_again_holds_time_only_until_it_is_too_old() -> None:
    time = long_known(CHAT)
    for second in range(12, 3 * A_DAY, 4):
        came(time, CHAT, -6 * A_DAY, second)
        at_end(time, CHAT, second)
        held = second <= A_DAY + IDLE
        assert mark(time, CHAT) == (-6 * A_DAY if held else second), second


def test_a_backlog_is_at_the_time_of_what_is_read_however_old() -> None:
    time = long_known(CRM)
    came(time, CRM, -40 * A_DAY, 20, more=True)
    assert mark(time, CRM) == -40 * A_DAY
    came(time, CRM, -30 * A_DAY, 21, more=True)
    assert mark(time, CRM) == -30 * A_DAY
    came(time, CRM, 21, 22)
    assert mark(time, CRM) == 21


def test_what_stood_there_before_the_router_came_is_a_backlog_though_one_answer_holds_it() -> None:
    time = source_time(CRM, known=Known(event=at(-41 * A_DAY)))
    came(time, CRM, -40 * A_DAY, 1)
    assert mark(time, CRM) == -40 * A_DAY
    at_end(time, CRM, 1 + IDLE)
    assert mark(time, CRM) == 1 + IDLE


def test_a_history_of_any_age_may_be_loaded_into_a_partition_that_never_had_an_event() -> None:
    #   clock   10      20      30      40       50 s, quiet in between
    #   events  -21 d   -18 d   -11 d   -1 d ◄ has arrived
    time = source_time(CRM)
    at_end(time, CRM, 9)
    for wall, day in ((10, -21), (20, -18), (30, -11), (40, -1)):
        came(time, CRM, day * A_DAY, wall)
        assert mark(time, CRM) == day * A_DAY
        at_end(time, CRM, wall + IDLE)
        assert mark(time, CRM) == wall + IDLE
    came(time, CRM, -11 * A_DAY, 50)
    assert mark(time, CRM) == 45, "what comes now is late"


def test_a_history_that_does_not_come_nearer_to_the_present_is_none() -> None:
    time = source_time(CHAT)
    at_end(time, CHAT, 9)
    for second in range(12, 3 * AN_HOUR, 2):
        came(time, CHAT, -40 * A_DAY + second // 2, second)
        at_end(time, CHAT, second)
    assert mark(time, CHAT) == 3 * AN_HOUR - 2


def test_a_router_that_follows_goes_on_with_a_history() -> None:
    time = source_time(CRM)
    at_end(time, CRM, 9)
    came(time, CRM, -21 * A_DAY, 10)
    known = time.known(CRM)
    assert known.history
    time = source_time(CRM, known=known)
    at_end(time, CRM, 1)
    came(time, CRM, -18 * A_DAY, 2)
    assert mark(time, CRM) == -18 * A_DAY
    came(time, CRM, 1, 3)
    assert not time.known(CRM).history


def test_records_that_are_no_events_end_the_quiet_and_move_nothing() -> None:
    time = long_known(CRM)
    at_end(time, CRM, 100)
    came(time, CRM, None, 101)
    at_end(time, CRM, 105)
    assert mark(time, CRM) == 100
    at_end(time, CRM, 106)
    assert mark(time, CRM) == 106


def test_records_that_are_no_events_alone_mark_nothing() -> None:
    time = source_time(CRM)
    came(time, CRM, None, 1)
    assert mark(time, CRM) is None


def test_a_sender_of_nothing_but_dead_letters_is_waited_for_no_longer_than_the_lateness() -> None:
    time = long_known(CRM)
    for second in range(11, LATENESS + 30, 4):
        came(time, CRM, None, second)
        at_end(time, CRM, second)
        assert mark(time, CRM) == (10 if second <= LATENESS + IDLE - 1 else second)
    assert mark(time, CRM) == second


# Heartbeats.


def test_a_topic_that_ever_had_a_heartbeat_does_not_move_with_the_clock() -> None:
    #   crm 0   heartbeat of -60            ◄ complete up to then, however late it gets
    #   crm 1   event of -30, no heartbeat  ◄ up to its newest event
    time = long_known(CRM, CRM_1)
    came(time, CRM_1, -30, 11)
    came(time, CRM, None, 12, heartbeat=-60)
    for partition in (CRM, CRM_1):
        at_end(time, partition, 4000)
    assert (mark(time, CRM), mark(time, CRM_1)) == (-60, -30)
    assert time.moves_by("crm.edits") == "heartbeats"


def test_a_heartbeat_is_heard_of_from_another_router() -> None:
    time = long_known(CRM)
    time.hear(CRM_1, Known(heartbeat=at(-5)))
    at_end(time, CRM, 4000)
    assert mark(time, CRM) == -60, "its newest event"


def test_a_partition_without_any_heartbeat_or_event_is_empty_from_the_topics_first_one_on() -> None:
    time = source_time(CRM, CRM_1)
    at_end(time, CRM_1, 20)
    assert mark(time, CRM_1) == 20
    came(time, CRM, None, 21, heartbeat=20)
    at_end(time, CRM_1, 22)
    assert dict(time.marks()) == {CRM: at(20), CRM_1: None}


def test_heartbeats_move_time_while_nothing_happens() -> None:
    time = source_time(CRM)
    for second in range(1, 5):
        came(time, CRM, None, second, heartbeat=second - 1)
        assert mark(time, CRM) == second - 1


def test_time_rests_at_the_newest_of_events_and_heartbeats() -> None:
    time = source_time(CRM)
    came(time, CRM, 90, 100, heartbeat=95)
    assert mark(time, CRM) == 95
    came(time, CRM, 98, 101)
    assert mark(time, CRM) == 98
    came(time, CRM, None, 102, heartbeat=97)
    assert mark(time, CRM) == 98
    at_end(time, CRM, 500)
    assert mark(time, CRM) == 98


def test_an_event_that_its_sender_said_had_been_sent_takes_time_back_for_a_moment() -> None:
    time = source_time(CRM)
    came(time, CRM, None, 100, heartbeat=100)
    at_end(time, CRM, 110)
    came(time, CRM, -3600, 111)
    assert mark(time, CRM) == -3600
    at_end(time, CRM, 111 + IDLE)
    assert mark(time, CRM) == 100


def test_after_an_outage_with_heartbeats_time_goes_on_where_it_stood() -> None:
    #   sender   ♥ 0 │ away for 30 days, far longer than the lateness │ events in order, slowly
    time = source_time(CRM)
    came(time, CRM, 0, 1, heartbeat=0)
    at_end(time, CRM, 10)
    back = 30 * A_DAY
    for hour in range(1, 30 * 24, 6):
        came(time, CRM, hour * AN_HOUR, back + hour)
        assert mark(time, CRM) == hour * AN_HOUR
        at_end(time, CRM, back + hour + IDLE)
        assert mark(time, CRM) == hour * AN_HOUR


def test_a_router_that_follows_knows_the_heartbeats_of_the_one_before() -> None:
    time = source_time(CRM, known=Known(event=at(-500), heartbeat=at(-400)))
    at_end(time, CRM, 1)
    assert mark(time, CRM) == -400


# Expected silence.


def test_time_moves_with_the_clock_while_silence_is_no_longer_than_expected() -> None:
    time = source_time(CRM, crm=1800)
    came(time, CRM, 0, 1)
    at_end(time, CRM, 1800)
    assert mark(time, CRM) == 1800
    at_end(time, CRM, 1801)
    assert mark(time, CRM) == 0
    at_end(time, CRM, 90 * A_DAY)
    assert mark(time, CRM) == 0


def test_the_partitions_of_a_topic_are_silent_together() -> None:
    time = source_time(CRM, CRM_1, crm=1800)
    came(time, CRM, 0, 1)
    came(time, CRM_1, 1000, 1001)
    at_end(time, CRM, 2800)
    assert mark(time, CRM) == 2800
    at_end(time, CRM, 2801)
    assert mark(time, CRM) == 1000
    time.hear(("crm.edits", 7), Known(event=at(2700)))
    at_end(time, CRM, 2802)
    assert mark(time, CRM) == 2802, "another router reads one that has just said something"


def test_a_sender_that_comes_back_has_not_caught_up_with_its_first_event() -> None:
    #   events  0 │ away for 10 days │ 0 d + 1 h, + 2 h, … one a second, quiet in between
    time = source_time(CRM, crm=1800)
    came(time, CRM, 0, 1)
    back = 10 * A_DAY
    at_end(time, CRM, back)
    for hour in range(1, 10 * 24):
        wall = back + 10 * hour
        came(time, CRM, hour * AN_HOUR, wall)
        at_end(time, CRM, wall + IDLE)
        assert mark(time, CRM) == hour * AN_HOUR
    came(time, CRM, wall + 5, wall + 10)
    at_end(time, CRM, wall + 10 + IDLE)
    assert mark(time, CRM) == wall + 10 + IDLE


def test_a_topic_that_should_say_something_and_never_did_is_empty() -> None:
    time = source_time(CRM, crm=1800)
    at_end(time, CRM, 90)
    assert list(time.marks()) == [(CRM, None)]


def test_heartbeats_go_before_expected_silence() -> None:
    time = source_time(CRM, crm=1800)
    came(time, CRM, None, 10, heartbeat=5)
    at_end(time, CRM, 60)
    assert mark(time, CRM) == 5


# Laws.

#: What happens to a partition, and how many seconds later: an event dated so many seconds before,
#: records that are no events, a look at the end.
_steps = st.lists(
    st.tuples(
        st.integers(0, 3 * AN_HOUR),
        st.one_of(
            st.integers(-60, 60 * A_DAY).map(lambda ago: ("event", ago)),
            st.just(("nothing", 0)),
            st.just(("end", 0)),
        ),
    ),
    max_size=40,
)
Steps = Sequence[tuple[int, tuple[str, int]]]


def play(time: SourceTime, steps: Steps, wall: int = 20) -> int:
    """Take the steps and be at the end after each, as a live partition is; the clock then."""
    for later, (what, ago) in steps:
        wall += later
        if what != "end":
            came(time, CRM, wall - ago if what == "event" else None, wall)
        at_end(time, CRM, wall)
    return wall


@given(_steps)
def test_time_goes_back_by_the_lateness_at_most(steps: Steps) -> None:
    time = long_known(CRM)
    highest, wall = now(time), 20
    assert highest is not None
    for step in steps:
        wall = play(time, [step], wall)
        said = now(time)
        assert said is not None
        assert highest - LATENESS <= said <= wall
        highest = max(highest, said)


@given(_steps, st.integers(0, 60 * A_DAY))
def test_no_event_holds_time_for_ever(steps: Steps, ago: int) -> None:
    """Whatever went before, the same event again and again holds time only until it is too old."""
    for time in (long_known(CRM), source_time(CRM)):
        wall = play(time, steps)
        event, begun = wall - ago, wall
        while wall < begun + LATENESS + 2 * AN_HOUR:
            # As often as need be for the partition never to be quiet; seldom, so that it ends.
            wall += AN_HOUR // 2
            came(time, CRM, event, wall)
            at_end(time, CRM, wall)
        at_end(time, CRM, wall + IDLE)
        assert now(time) == wall + IDLE


@given(_steps, st.lists(st.integers(-60, 60 * A_DAY), min_size=1))
def test_what_comes_together_says_the_same_in_any_order(steps: Steps, together: list[int]) -> None:
    marks = set()
    for order in (together, sorted(together), sorted(together, reverse=True)):
        for known in (None, Known(event=at(-60)), Known(at(-60), at(-30))):
            time = source_time(CRM, known=known)
            at_end(time, CRM, 10)
            wall = play(time, steps)
            for ago in order:
                came(time, CRM, wall - ago, wall)
            marks.add((known, now(time)))
    assert len(marks) == 3


@given(_steps)
def test_with_heartbeats_time_is_never_beyond_what_was_sent(steps: Steps) -> None:
    time = source_time(CRM)
    came(time, CRM, None, 10, heartbeat=9)
    sent, wall = 9, 20
    for later, (what, ago) in steps:
        wall = play(time, [(later, (what, ago))], wall)
        if what == "event":
            sent = max(sent, min(wall - ago, wall))
        said = now(time)
        assert said is not None
        assert said <= sent


@given(_steps, st.integers(1, 100))
def test_the_end_of_all_is_the_same_however_often_one_looks(steps: Steps, looks: int) -> None:
    often, once = long_known(CRM), long_known(CRM)
    wall = play(often, steps)
    assert play(once, steps) == wall
    for look in range(looks):
        at_end(often, CRM, wall + look * MINUTE // SECOND)
    at_end(once, CRM, wall + (looks - 1) * MINUTE // SECOND)
    if looks > 1:
        assert now(often) == now(once)
