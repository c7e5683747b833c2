"""What gives way where there is too much: never what happened once to what repeats itself.

Who knows the bounds could else bury something under a flood of edits. Each role has its share of
what is kept, and within a role each thing that its facts are about; who fills one fills no other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from operator import attrgetter
from typing import Self

from detectors.facts.fact import Fact, Order, joined

#: A fact as one of what is looked through: its place, and itself.
_Placed = tuple[int, Fact]
#: The kind of its events, and a partition of the topic they come by.
Feed = tuple[int, int]
#: Facts are first joined over so small a part of the window that they are counted in, then over
#: larger ones: a run of them is known to within that part.
_PARTS = (512, 256, 128, 64, 32, 16, 8, 4, 2, 1)

_role = attrgetter("role")


class Part(tuple[Fact, ...]):
    """The first of what there is, more of which is told once stream time has passed `more` (µs)."""

    more: int

    def __new__(cls, facts: Iterable[Fact], more: int) -> Self:
        """Of these facts."""
        part = super().__new__(cls, facts)
        part.more = more
        return part


def of_these(facts: Iterable[Fact], whole: Sequence[Fact]) -> tuple[Fact, ...]:
    """Some of the facts of a `whole`, which are part of them as it is part of what there is."""
    return Part(facts, whole.more) if isinstance(whole, Part) else tuple(facts)


def more_of(facts: Sequence[Fact]) -> int | None:
    """When more is told of them, None if they are all."""
    return facts.more if isinstance(facts, Part) else None


def thinned(
    facts: Sequence[Fact], most: int, pinned: Collection[Order] = frozenset()
) -> list[Fact]:
    """At most `most` of the facts, in their order; of the `pinned` none goes if they are no more.

    Of what there is too much of, the first, the last and the heaviest stay.
    """
    if len(facts) <= most:
        return list(facts)
    placed = list(enumerate(facts))
    kept = [it for it in placed if it[1].order in pinned][:most] if pinned else []
    known = {place for place, _ in kept}
    rest = [it for it in placed if it[0] not in known]
    kept += _share_out(rest, most - len(kept))
    return [fact for _, fact in sorted(kept)]


def shown(facts: Sequence[Fact], most: int) -> list[Fact]:
    """At most `most` of the facts, as evidence.

    Where there are more, or were, those of each role up to where its total has two digits and
    zeros: while a flood goes on, what is shown changes as seldom as what is counted.
    """
    if not is_flood(facts, most):
        return list(facts)
    told: list[_Placed] = []
    for placed in _grouped(enumerate(facts), _role):
        totals = list(accumulate(fact.weight for _, fact in placed))
        told += placed[: bisect_left(totals, two_digits(totals[-1])) + 1]
    return thinned([fact for _, fact in sorted(told)], most)


def is_flood(facts: Sequence[Fact], most: int) -> bool:
    """Whether there are more facts than `most`, or were, before some were folded or held back."""
    return len(facts) > most or isinstance(facts, Part) or any(fact.lasts for fact in facts)


def two_digits(number: int) -> int:
    """`number` with two digits, and zeros."""
    unit: int = 10 ** max(len(str(number)) - 2, 0)
    return number // unit * unit


def folded(
    facts: Sequence[Fact],
    most: int,
    window: int,
    alike: Callable[[Fact], Hashable],
    runs: Sequence[tuple[Fact, Collection[Order]]],
) -> list[Fact]:
    """The facts with such as are `alike` joined, until there are no more than `most`, if ever.

    What is joined lies within a part of `window` (µs). `runs` are the first facts of what was found
    and the orders of what was told of it: their beginnings stay, and nothing is joined across their
    ends. If that is not enough, within those runs whatever has one role is joined.
    """
    begins = {first.order for first, _ in runs}
    ends = sorted(first.at + window for first, _ in runs)
    keyed = [(alike(fact), fact) for fact in facts]
    for part in _PARTS:
        keyed = _joined(keyed, window // part, begins, ends)
        if len(keyed) <= most:
            return [fact for _, fact in keyed]
    told = {order for _, orders in runs for order in orders}
    starts = sorted(first.at for first, _ in runs)

    def of_a_run(fact: Fact) -> Hashable:
        begun = bisect_right(starts, fact.at)
        inside = begun > 0 and fact.at <= starts[begun - 1] + window
        return fact.role if inside and fact.order not in told else fact.order

    keyed = [(of_a_run(fact), fact) for _, fact in keyed]
    return [fact for _, fact in _joined(keyed, window, begins, ends)]


def furthest(facts: Iterable[Fact], known: Mapping[Feed, int]) -> dict[Feed, int]:
    """The greatest offset of each feed, of facts and of what was known of it before. What comes
    from a file is sorted, and has no partition: of it no order of offsets says anything."""
    offsets = dict(known)
    for fact in facts:
        if fact.partition < 0:
            continue
        feed = fact.kind, fact.partition
        offsets[feed] = max(fact.offset, offsets.get(feed, -1))
    return offsets


def is_folded(fact: Fact, facts: Iterable[Fact], offsets: Mapping[Feed, int]) -> bool:
    """Whether a fact repeats one that was folded when this was `furthest`: of what it was folded
    into nobody can tell any more which they were.

    A router that was killed reads again what it had read. A partition is read in order, so what
    lies before what was folded, by time and by offset, had come before.
    """
    if fact.offset > offsets.get((fact.kind, fact.partition), -1):
        return False
    return any(it.lasts and it.at <= fact.at <= it.end and it.role == fact.role for it in facts)


def _joined(
    facts: Iterable[tuple[Hashable, Fact]],
    within: int,
    begins: Collection[Order],
    ends: Sequence[int],
) -> list[tuple[Hashable, Fact]]:
    """Facts of one key are joined; their joint fact has it too."""
    kept: list[tuple[Hashable, list[Fact]]] = []
    open_: dict[Hashable, list[Fact]] = {}
    for key, fact in facts:
        group = open_.get(key)
        if (
            group is None
            or fact.end - group[0].at > within
            or fact.order in begins
            or bisect_left(ends, group[0].at) < bisect_left(ends, fact.end)
        ):
            open_[key] = group = []
            kept.append((key, group))
        group.append(fact)
    return [(key, joined(group[0], group) if len(group) > 1 else group[0]) for key, group in kept]


def _share_out(placed: Sequence[_Placed], most: int) -> list[_Placed]:
    """By role, then by thing; where there are more things than places, by role alone."""
    kept: list[_Placed] = []
    roles = _grouped(placed, _role)
    for of_role, share in zip(roles, _shares([len(it) for it in roles], most), strict=True):
        things = _grouped(of_role, attrgetter("about"))
        if len(things) > share:
            kept += _first_last_heaviest(of_role, share)
            continue
        for thing, part in zip(things, _shares([len(it) for it in things], share), strict=True):
            kept += _first_last_heaviest(thing, part)
    return kept


def _grouped(placed: Iterable[_Placed], what: Callable[[Fact], Hashable]) -> list[list[_Placed]]:
    groups: dict[Hashable, list[_Placed]] = {}
    for it in placed:
        groups.setdefault(what(it[1]), []).append(it)
    return list(groups.values())


def _shares(sizes: Sequence[int], most: int) -> list[int]:
    """How many of each: all of the small ones, and of the others as many as of each other."""
    shares = [0] * len(sizes)
    left = most
    by_size = sorted(range(len(sizes)), key=sizes.__getitem__)
    for done, number in enumerate(by_size):
        shares[number] = min(sizes[number], left // (len(sizes) - done))
        left -= shares[number]
    return shares


def _first_last_heaviest(placed: Sequence[_Placed], most: int) -> list[_Placed]:
    if len(placed) <= most:
        return list(placed)
    first = (most + 2) // 3
    last = (most + 1) // 3
    end = len(placed) - last
    middle = sorted(placed[first:end], key=_heaviest)[: most - first - last]
    return [*placed[:first], *middle, *placed[end:]]


def _heaviest(placed: _Placed) -> tuple[int, Decimal, int]:
    place, fact = placed
    return -fact.weight, -Decimal(fact.fields.get("amount", 0)), place
