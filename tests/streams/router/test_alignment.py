"""Timelines of partitions with a backlog, in hours. A number is a record, and its event's time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from streams.router.alignment import Alignment, Turn

CRM = TopicPartition("crm.edits", 0)
BANK = TopicPartition("payments", 0)
TIPS = TopicPartition("tips", 0)
STAFF = TopicPartition("reference.employees", 0)
NOW = 10_000


def aligned(**backlogs: Iterable[int]) -> Alignment:
    """Of the topics that have a time; a partition may be one hour ahead."""
    alignment = Alignment(1, {CRM.topic, BANK.topic, TIPS.topic})
    for name, hours in backlogs.items():
        alignment.add({"crm": CRM, "bank": BANK, "tips": TIPS, "staff": STAFF}[name], hours)
    return alignment


def read(
    alignment: Alignment, missing: Iterable[TopicPartition] = (), most: int = 1000
) -> list[tuple[TopicPartition, int]]:
    """What is taken, in order, until there is no further turn."""
    missing, taken = list(missing), []
    while turn := alignment.turn(missing, NOW):
        taken += take(alignment, turn, most)
    return taken


def take(alignment: Alignment, turn: Turn, most: int = 1000) -> list[tuple[TopicPartition, int]]:
    taken: list[tuple[TopicPartition, int]] = []
    head = None
    while turn.records and len(taken) < most:
        if turn.is_ahead(turn.records[0]):
            head = turn.records[0]
            break
        taken.append((turn.partition, turn.records.popleft()))
    alignment.took(turn, max((at for _, at in taken), default=None), head)
    return taken


def test_a_quiet_topic_waits_for_a_busy_one() -> None:
    #   crm   1 2 3 4 5 6 7 8
    #   bank  1       5       9 ◄ not read before the eighth hour's edits
    taken = read(aligned(crm=range(1, 9), bank=(1, 5, 9)))
    place = {one: taken.index(one) for one in taken}
    assert len(taken) == 11
    assert place[CRM, 4] < place[BANK, 5] < place[CRM, 7]
    assert place[CRM, 8] < place[BANK, 9]


def test_a_partition_may_be_ahead_by_the_drift_and_no_more() -> None:
    alignment = aligned(crm=(1,), bank=(1, 2, 3))
    missing = [TIPS]
    alignment.add(TIPS, [1])
    assert set(read(alignment, missing)) == {(CRM, 1), (BANK, 1), (BANK, 2), (TIPS, 1)}
    assert alignment.waiting(BANK) == 1


def test_what_has_not_come_yet_is_waited_for_until_it_is_given_up() -> None:
    alignment = aligned(crm=(5, 6), bank=(90,))
    assert read(alignment, [TIPS]) == []
    assert read(alignment) == [(CRM, 5), (CRM, 6), (BANK, 90)]


def test_who_has_no_more_holds_nobody_up() -> None:
    alignment = aligned(crm=(1,))
    assert read(alignment) == [(CRM, 1)]
    alignment.add(BANK, (500, 900))
    assert read(alignment) == [(BANK, 500), (BANK, 900)]


def test_what_happens_now_is_told_at_once_though_another_has_a_backlog() -> None:
    #   crm   1 2 3 …               ◄ a sender was away for a year
    #   bank          900 │ NOW     ◄ of yesterday: waits; of now: does not
    alignment = aligned(crm=range(1, 50))
    taken = take(alignment, alignment.turn([], NOW) or _none(), most=1)
    alignment.add(BANK, (NOW, NOW + 1, 900, NOW + 2))
    bank = alignment.turn([], NOW) or _none()
    assert bank.partition == BANK
    assert take(alignment, bank) == [(BANK, NOW), (BANK, NOW + 1)]
    taken += read(alignment)
    assert taken == [*((CRM, at) for at in range(1, 50)), (BANK, 900), (BANK, NOW + 2)]


def test_a_late_event_in_the_middle_is_no_reason_to_wait() -> None:
    alignment = aligned(crm=(5, 6, 1, 7), bank=(5, 6, 7))
    assert [at for p, at in read(alignment) if p == CRM] == [5, 6, 1, 7]


def test_reference_data_have_no_time_and_wait_for_nobody() -> None:
    alignment = aligned(crm=(5, 6), staff=(900, 1))
    assert read(alignment, [BANK]) == [(STAFF, 900), (STAFF, 1)]


def test_after_a_rebalance_nothing_is_left() -> None:
    alignment = aligned(crm=(1, 2))
    alignment.drop()
    assert (alignment.waiting(CRM), read(alignment)) == (0, [])


_backlogs = st.dictionaries(
    st.sampled_from((CRM, BANK, TIPS)), st.lists(st.integers(0, 40), max_size=12), min_size=1
)


@given(_backlogs, st.integers(1, 5))
def test_everything_is_given_once_in_the_order_of_its_partition(
    backlogs: Mapping[TopicPartition, list[int]], most: int
) -> None:
    alignment = aligned()
    for partition, hours in backlogs.items():
        alignment.add(partition, hours)
    taken = read(alignment, most=most)
    assert {p: [at for it, at in taken if it == p] for p in backlogs} == backlogs


@given(_backlogs, st.integers(1, 5))
def test_nobody_is_ahead_of_what_waits(
    backlogs: Mapping[TopicPartition, list[int]], most: int
) -> None:
    left = {partition: sorted(hours) for partition, hours in backlogs.items()}
    alignment = aligned()
    for partition, hours in left.items():
        alignment.add(partition, hours)
    for partition, at in read(alignment, most=most):
        left[partition].remove(at)
        others = [hours[0] for other, hours in left.items() if other != partition and hours]
        assert at <= min(others, default=at) + 1


def _none() -> Turn:
    raise AssertionError("nobody's turn")
