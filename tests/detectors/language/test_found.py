"""found: until when something is open, when it is due, and who is asked about it when."""

from __future__ import annotations

from typing import Any

import pytest

from contract.times import DAY, HOUR
from detectors.facts.fact import Fact
from detectors.facts.view import Common
from detectors.language import (
    Bilingual,
    Duration,
    Found,
    Params,
    Settled,
    Subject,
    number,
    owner_of,
)
from detectors.language.detector import Detector
from detectors.language.found import Span, judged, length
from detectors.language.shapes.edge import edge
from tests.detectors.language.tiny import PLAIN, START, TITLE, Overheard
from tests.detectors.timeline import after, company, customer, deletes, evidence, ids, only, play

GRACE = Common().grace
WHY = Bilingual("it was restored", "已恢复")


class SpansParams(Params):
    """Two lengths of time."""

    short: Duration = number("1h", "short", "短")
    long: Duration = number("2d", "long", "长")


PARAMS = SpansParams()


@pytest.mark.parametrize(
    "span, expected",
    [
        ("short", HOUR),
        (7, 7),
        (0, 0),
        (("short", "long"), HOUR + 2 * DAY),
        (("short", 7, "short"), 2 * HOUR + 7),
        ((), 0),
        (lambda params: 3 * params.long, 6 * DAY),
    ],
)
def test_a_span_is_a_parameter_a_constant_a_sum_or_worked_out(span: Span, expected: int) -> None:
    assert length(span, PARAMS) == expected


def test_a_span_that_no_parameter_is_named_by_is_no_span() -> None:
    with pytest.raises(AttributeError):
        length("shrot", PARAMS)


class Looking:
    """A view of which only the time matters here: everything up to `now` is passed."""

    common = Common()

    def __init__(self, now: int = 0) -> None:
        self._now = now

    def passed(self, due: int) -> bool:
        return self._now > due


def fact(at: int) -> Fact:
    return Fact(at, "seen", "//test.example", str(at), 0, 0, 0)


BY = fact(100)


@pytest.mark.parametrize(
    "deadline, until, due, open_until",
    [
        (None, None, None, 100 + 7),
        (500, None, 500 + GRACE, 500 + 7),
        (None, 900, None, 900),
        (500, 900, 500 + GRACE, 900),
    ],
)
def test_it_is_open_from_its_event_or_its_deadline_on_unless_it_says_until_when(
    deadline: int | None, until: int | None, due: int | None, open_until: int
) -> None:
    #   by 100 ── open for 7 ──┤      by 100 ── deadline 500 ── open for 7 ──┤  (+ grace: due)
    found = Found(by=BY, named="it", deadline=deadline, until=until)
    finding = found.finding(Looking(), 7)  # type: ignore[arg-type]
    assert (finding.anchor, finding.due, finding.until) == ("it", due, open_until)


@pytest.mark.parametrize(
    "deadline, now, settled, asked",
    [
        (None, 0, False, True),
        (None, 0, True, True),
        (500, 500 + GRACE, False, False),
        (500, 501 + GRACE, False, True),
        (500, 501 + GRACE, True, False),
        (500, 0, True, False),
    ],
)
def test_who_answers_for_it_is_asked_once_somebody_is_told(
    deadline: int | None, now: int, settled: bool, asked: bool
) -> None:
    #   without a deadline at once; with one once it and the grace have passed, and it holds
    questions = []

    def asks() -> str:
        questions.append("who")
        return "E-7"

    taken_back = Settled(WHY, fact(300)) if settled else None
    found = Found(
        by=BY, named="it", deadline=deadline, settled=taken_back, asks=asks, about=Subject("E-1")
    )
    finding = found.finding(Looking(now), 0)  # type: ignore[arg-type]
    assert finding.subject.employee == ("E-7" if asked else "E-1")
    assert len(questions) == asked


def test_who_is_not_known_to_anybody_is_who_it_was_known_to_be_about() -> None:
    found = Found(by=BY, named="it", about=Subject("E-1", "C-1"), asks=lambda: None)
    assert found.finding(Looking(), 0).subject == Subject("E-1", "C-1")  # type: ignore[arg-type]


def test_its_evidence_is_its_event_alone_unless_given_and_what_settled_it() -> None:
    view: Any = Looking()
    assert Found(by=BY, named="it").finding(view, 0).facts == (BY,)
    given = (fact(1), BY)
    assert Found(by=BY, named="it", facts=given).finding(view, 0).facts == given
    for moment, place in ((50, 1), (300, 2)):
        back = Settled(WHY, fact(moment))
        finding = Found(by=BY, named="it", facts=given, settled=back).finding(view, 0)
        assert (finding.settled, finding.facts[place]) == (WHY, fact(moment))
        assert [it.at for it in finding.facts] == sorted([1, 100, moment])


def test_its_time_is_among_its_values_unless_it_says_another() -> None:
    view: Any = Looking()
    told = Found(by=BY, named="it", values={"n": "3"}, measured={"n": "3"}, corroborated=True)
    finding = told.finding(view, 0)
    assert (finding.values, finding.measured) == ({"at": "100", "n": "3"}, {"n": "3"})
    assert finding.corroborated
    assert Found(by=BY, named="it", values={"at": "1"}).finding(view, 0).values == {"at": "1"}


def test_each_that_is_found_is_open_for_the_span_of_the_parameters() -> None:
    def find(_: Any, __: Any) -> Any:
        return [Found(by=fact(n), named=str(n)) for n in range(3)]

    view: Any = Looking()
    untils = [it.until for it in judged(find, ("short", "long"))(view, PARAMS)]
    assert untils == [n + HOUR + 2 * DAY for n in range(3)]


# In the engine.


def detector(find: Any) -> Detector:
    return edge("tiny", "info", TITLE, PARAMS, find=find, **PLAIN)


def test_what_is_named_alike_is_one_alert_and_otherwise_two() -> None:
    def by_name(name: Any) -> Detector:
        def find(view: Any, _: Any) -> Any:
            for gone in view.facts[-1:] if name == "one" else view.facts:
                yield Found(by=gone, named=name if name == "one" else gone.anchor)

        return detector(find)

    gone = [deletes(START, "E-1"), deletes(after(START, "1m"), "E-1")]
    assert evidence(only(play(gone, by_name("one")))) == ids(gone[1])
    assert [it.revision for it in play(gone, by_name("each"))] == [1, 1]


@pytest.mark.parametrize("owner, employee", [("E-7", "E-7"), (None, None)])
def test_the_owner_as_of_then_is_asked_of_the_customer(owner: Any, employee: Any) -> None:
    def find(view: Any, _: Any) -> Any:
        for gone in view.facts:
            yield Found(by=gone, named="it", asks=owner_of(view, gone.at, gone.at, None, "C-1"))

    run = Overheard(detector(find), reference=company(customer("C-1", owner)))
    alerts = run.run([deletes(START, "E-1")])
    assert (only(alerts).employee, run.questions) == (employee, ["customer:C-1"])
