"""by_kind: one detector of two shapes, each for its own kind of entity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.times import HOUR, MINUTE
from detectors.language import (
    Duration,
    Found,
    Params,
    Sentence,
    Subject,
    at_least,
    burst,
    by_kind,
    edge,
    in_all,
    number,
    says,
)
from detectors.language.detector import Detector
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import COMPLAINTS, PLAIN, START, TITLE, Judged, few
from tests.detectors.timeline import (
    activity,
    after,
    at,
    callback,
    deletes,
    evidence,
    final,
    hit,
    ids,
    local,
    only,
    play,
)


class BothParams(Params):
    """The numbers of both parts."""

    threshold: int = at_least(3, "records in all", "合计")
    window: Duration = number("1h", "from the first of the run", "自首次起")


PARAMS = BothParams()
MANY_SAY = says(Sentence("Many by {employee}.", "{employee}多次。"))
ONE_SAYS = says(Sentence("One of {customer}.", "{customer} 一次。"))


def complained(view: Any, _: Any) -> Any:
    for asked in view.of("asked"):
        yield Found(by=asked, named=asked.anchor, about=Subject(customer=view.entity_id))


def many(**more: Any) -> Detector:
    rule = PLAIN | {"says": MANY_SAY} | more
    return burst("both", "warning", TITLE, PARAMS, enough=in_all("threshold"), **rule)


def one(find: Any = complained, **more: Any) -> Detector:
    rule = COMPLAINTS | {"says": ONE_SAYS, "looks_back": "window"} | more
    return edge("both", "critical", TITLE, PARAMS, find=find, **rule)


BOTH = by_kind({"customer": one(), "employee": many()})


def test_each_part_judges_its_kind_with_its_severity_and_in_its_words() -> None:
    #   E-1 deletes 3 ◄ warning     C-1 complains ◄ critical
    gone, asked = deletes(START, "E-1", 3), callback(after(START, "1m"), "B-1", "C-1", "complaint")
    alerts = final(play([gone, asked], BOTH)).values()
    assert [(it.severity, it.summary.en, it.summary.zh, evidence(it)) for it in alerts] == [
        ("warning", "Many by E-1.", "员工E-1多次。", ids(gone)),
        ("critical", "One of C-1.", "C-1 一次。", ids(asked)),
    ]


def test_what_is_too_little_for_one_part_is_not_added_to_by_the_other() -> None:
    assert play([deletes(START, "E-1", 2), activity(START, "E-1", "C-1")], BOTH) == []


def test_an_alert_is_named_by_its_kind_first_so_that_one_id_of_two_kinds_is_two() -> None:
    #   X-1 is an employee, and a customer too
    run = local(BOTH)
    run.run([deletes(START, "X-1", 3), callback(START, "B-1", "X-1", "complaint")])
    anchors = [[*run.states[f"{kind}:X-1"].notebooks["both"].raised] for kind in KINDS]
    assert [[it.partition("\n")[0] for it in some] for some in anchors] == [[it] for it in KINDS]


KINDS = ("employee", "customer")


def test_both_severities_are_possible_and_where_they_are_one_that_one() -> None:
    assert BOTH.possible_severities() == ("critical", "warning")
    alike = by_kind({"customer": replace(one(), severity="warning"), "employee": many()})
    assert alike.possible_severities() == ("warning",)


def test_it_reads_notes_and_needs_what_either_does_and_keeps_as_long_as_the_longer() -> None:
    both = by_kind(
        {
            "customer": one(needs=("employees", "accounts"), open_for="window"),
            "employee": many(needs=("accounts",), judges_contacts=True),
        }
    )
    assert both.reads == (*one().reads, *many().reads)
    assert set(both.notes) == {"asked", "called", "delete", "hit"}
    assert both.needs == ("employees", "accounts")
    assert (both.judges_contacts, both.keeps(PARAMS)) == (True, 2 * HOUR)
    assert both.folds is not None


@pytest.mark.parametrize("swapped", [False, True])
def test_each_part_looks_at_its_own_facts_alone(swapped: bool) -> None:
    #   E-1: one delete every 2 h, and is not judged; C-1: a call is innocent, a complaint is not
    find = Judged(complained)
    looks = {
        "customer": one(find, innocent=lambda _, fact, __: fact.role == "called"),
        "employee": many(frequent=True),
    }
    both = by_kind(dict(reversed(looks.items())) if swapped else looks)  # type: ignore[arg-type]
    assert both.concerns is not None
    came = [deletes(after(START, f"{2 * n}h"), "E-1") for n in range(9)]
    came += [activity(after(START, f"{20 + n}h"), "E-1", "C-1") for n in range(9)]
    assert (play(came, both), find.entities) == ([], [])
    alerts = play([*came, callback(after(START, "30h"), "B-1", "C-1", "complaint")], both)
    assert (only(alerts).customer, find.entities) == ("C-1", ["C-1"])


def test_where_only_one_part_looks_the_other_is_judged_always() -> None:
    find = Judged(complained)
    both = by_kind({"customer": one(find), "employee": many(frequent=True)})
    play([activity(after(START, f"{n}h"), "E-1", "C-1") for n in range(9)], both)
    assert find.entities == ["C-1"] * 9
    assert by_kind({"customer": one(), "employee": many()}).concerns is None


_SCENES = st.lists(
    st.builds(
        lambda moment, does: does(at(START) + moment),
        st.sampled_from([0, 1, MINUTE, HOUR - 1, HOUR, HOUR + 1, 3 * HOUR]),
        st.sampled_from(
            [
                lambda it: deletes(it, "X-1"),
                lambda it: deletes(it, "X-1", 2),
                lambda it: hit(it, "X-1", "X-1"),
                lambda it: callback(it, f"B-{it}", "X-1", "complaint"),
            ]
        ),
    ),
    max_size=9,
)


@few
@given(_SCENES)
def test_in_any_order_it_finds_what_its_parts_do(came: list[Any]) -> None:
    def said(alerts: Any) -> list[Any]:
        return sorted(it[1:] for it in told(alerts))

    in_order = sorted(came, key=lambda it: it.time)
    alone = [*said(play(in_order, one())), *said(play(in_order, many()))]
    assert said(play(came, BOTH)) == sorted(alone)
