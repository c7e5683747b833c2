"""Timelines of one or two source partitions, in seconds."""

from __future__ import annotations

from offbook.events.times import SECOND
from offbook.streams.source_time import SourceTime

CRM = ("crm.edits", 0)
CHAT = ("chat.keyword-hits", 3)
START = 1_772_000_000
IDLE = 5


def source_time(*partitions: tuple[str, int]) -> SourceTime:
    """Watching `partitions` since START."""
    time = SourceTime(IDLE * SECOND)
    for partition in partitions:
        time.watch(partition, START * SECOND)
    return time


def came(time: SourceTime, partition: tuple[str, int], newest: int | None, wall: int) -> None:
    """Seconds after START."""
    at = None if newest is None else (START + newest) * SECOND
    time.came(partition, at, (START + wall) * SECOND)


def at_end(time: SourceTime, partition: tuple[str, int], asked: int) -> None:
    time.at_end(partition, (START + asked) * SECOND)


def now(time: SourceTime) -> int | None:
    """Seconds after START."""
    at = time.now()
    return None if at is None else at // SECOND - START


def mark(time: SourceTime, partition: tuple[str, int]) -> int | None:
    at = time.marks().get(partition)
    return None if at is None else at // SECOND - START


def test_a_partition_of_which_nothing_is_known_has_no_mark_and_stops_time() -> None:
    time = source_time(CRM, CHAT)
    came(time, CRM, 1, 2)
    assert time.marks().keys() == {CRM}
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


def test_a_future_event_does_not_go_on_pushing_without_records() -> None:
    time = source_time(CRM)
    came(time, CRM, 200, 7)
    assert mark(time, CRM) == 7
    came(time, CRM, 3, 50)
    assert mark(time, CRM) == 50


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
    assert mark(time, CHAT) is None
    at_end(time, CHAT, IDLE)
    assert mark(time, CHAT) == IDLE


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


def test_a_quiet_partition_that_brings_a_backlog_takes_time_back() -> None:
    time = source_time(CRM)
    came(time, CRM, 0, 1)
    at_end(time, CRM, 100)
    assert now(time) == 100
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


def test_records_that_are_no_events_end_the_quiet_and_move_nothing() -> None:
    time = source_time(CRM)
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


def test_a_partition_given_away_no_longer_counts_and_begins_anew_when_it_comes_back() -> None:
    time = source_time(CRM, CHAT)
    came(time, CRM, -3600, 1)
    at_end(time, CHAT, 10)
    time.forget(CRM)
    assert now(time) == 10
    came(time, CRM, -1, 11)
    at_end(time, CRM, 30)
    assert CRM not in time.marks()
    time.watch(CRM, (START + 40) * SECOND)
    assert time.now() is None
