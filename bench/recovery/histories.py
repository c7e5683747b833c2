"""What monitors have written to the changelog, made by a monitor's own work without Kafka."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count, groupby

from bench.changelog import size_of, written
from bench.memory import Offline
from bench.skew import HOT, Monitor, company_known
from simulation.plan import Plan
from simulation.simulate import Simulation
from streams.monitor.entity_partition import APPLIED, EntityPartition
from streams.monitor.entity_work import Work
from streams.monitor.segments import Entry
from streams.settings.settings import Settings

#: What is written in one go.
Written = list[Entry]

#: A company of which a hundred copies are as good as one a hundred times as large, and quicker.
COMPANY = Plan(days=90, reps=80, customers=2000)
#: Events of an employee who looks at customers all day.
_MANY = 10_000


def company(settings: Settings) -> Iterator[Written]:
    """All that is written of a simulated company, as it is before anything is compacted: of each
    record of `offbook.keyed` the entities that it changed, then how far the partition is."""
    done: list[Written] = []

    def write(partition: EntityPartition, work: Work, offset: int) -> None:
        entries = written(partition, sorted(work.changed), offset)
        partition.applied = offset
        done.extend((entries, [partition.applied_entry()]))

    offline = Offline(settings, write)
    for document in Simulation(COMPANY).lines():
        offline.feed([document])
        yield from done
        done.clear()
    for number in range(len(offline.partitions)):
        offline.work_off(number)
    yield from done


def compacted(history: Iterable[Written]) -> Iterator[Written]:
    """What a broker leaves of it in the end: the last record of each key, with those that it was
    written with as far as these are left too, and no tombstones."""
    last: dict[bytes, tuple[int, Entry]] = {}
    for number, entries in enumerate(history):
        for entry in entries:
            last.pop(entry[0], None)
            if entry[1] is not None:
                last[entry[0]] = number, entry
    for _, together in groupby(last.values(), lambda it: it[0]):
        yield [entry for _, entry in together]


def busy(settings: Settings) -> Iterator[Written]:
    """An employee of whom very much is known, as it is written as a whole."""
    monitor = Monitor(HOT[0], company_known(settings), settings)
    monitor.feed(_MANY)
    whole = EntityPartition(0)
    whole.values = monitor.partition.values
    for key in whole.values:
        yield whole.entries(key, 0)


def copies(history: Callable[[], Iterable[Written]], size: int) -> Iterator[Written]:
    """A history again and again, each time of others, until there are `size` bytes of it."""
    kept = list(_upto(history(), size))
    whole = ((number, entries) for number in count() for entries in kept)
    named = ([(_renamed(key, b"%d" % n), *more) for key, *more in it] for n, it in whole)
    yield from _upto(named, size)


def _upto(history: Iterable[Written], size: int) -> Iterator[Written]:
    for entries in history:
        if size <= 0:
            return
        size -= size_of(entries)
        yield entries


def _renamed(key: bytes, ending: bytes) -> bytes:
    return key if key == APPLIED.encode() else key + b"~" + ending
