"""by_kind: what each part keeps of its own kind of entity, as it would alone."""

from __future__ import annotations

import pytest

from contract.times import DAY, HOUR
from detectors.facts.fact import Fact
from detectors.language import (
    HR_CHANGES,
    WHOSE_CUSTOMER,
    WITH_WHAT_IS_TOLD,
    NearNotice,
    by_kind,
    no_older_than,
)
from tests.detectors.language.test_by_kind import BOTH, PARAMS, many, one
from tests.detectors.language.tiny import PLAIN, START, quiet
from tests.detectors.timeline import after, at, callback, local


def test_each_part_forgets_as_it_does_alone() -> None:
    #   limit 2 h on: of the burst nothing is left, of the other part what is younger than 3 h
    single, several = one(memory=no_older_than(3 * HOUR)), many()
    both = by_kind({"customer": single, "employee": several})
    assert both.prune is not None
    for part, role in ((single, "asked"), (several, "delete")):
        hours = [at(START) + n * HOUR for n in range(12)]
        facts = [Fact(it, role, "//test.example", f"{it}", 0, 0, 0) for it in hours[:9]]
        for limit in hours:
            assert part.prune is not None
            assert both.prune(facts, PARAMS, limit) == part.prune(facts, PARAMS, limit)
    assert both.prune([], PARAMS, 0) == []
    by_age = BOTH.prune
    assert by_age is not None
    asked = [Fact(it, "asked", "//test.example", f"{it}", 0, 0, 0) for it in hours]
    for limit in hours:
        assert by_age(asked, PARAMS, limit) == [it for it in asked if it.at >= limit - HOUR]


def test_a_part_that_forgets_by_age_does_so_here_too() -> None:
    #   a complaint, and another 400 d on, and another: alone it would know the last
    facts = {}
    for name, tiny in (("alone", one()), ("both", BOTH)):
        run = local(tiny)
        days = [after(START, f"{400 * n}d") for n in range(3)]
        run.run([callback(it, f"B-{it}", "C-1", "complaint") for it in days])
        run.run([quiet(after(START, "801d"))])
        facts[name] = [it.id for it in run.states["customer:C-1"].notebooks["both"].facts]
    assert facts["both"] == facts["alone"]


def test_a_part_forgets_as_it_does_alone_whatever_it_read_first() -> None:
    #   hired: read, and no evidence of anything · three deletes a day later: kept for a notice
    near = many(worse=NearNotice("window"), reads=(*PLAIN["reads"], HR_CHANGES))
    both = by_kind({"customer": one(), "employee": near})
    hired = Fact(at(START), "hired", "//test.example", "H-1", 0, 0, 0)
    gone = [
        Fact(at(START) + DAY + n, "delete", "//test.example", f"{n}", 0, 0, 0) for n in range(3)
    ]
    assert near.prune is not None
    assert both.prune is not None
    kept = near.prune([hired, *gone], PARAMS, at(START) + 3 * DAY)
    assert kept == [hired, *gone]
    assert both.prune([hired, *gone], PARAMS, at(START) + 3 * DAY) == kept


@pytest.mark.parametrize("watches, holds", [(True, False), (False, True)])
def test_what_either_part_watches_and_holds_goes_for_it(watches: bool, holds: bool) -> None:
    watching = {"watches": WHOSE_CUSTOMER} if watches else {}
    holding = {"memory": WITH_WHAT_IS_TOLD} if holds else {}
    both = by_kind({"employee": many(), "customer": one(**watching, **holding)})
    assert both.watches == (WHOSE_CUSTOMER if watches else frozenset())
    assert both.holds_evidence is holds
