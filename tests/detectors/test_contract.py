"""What is promised of every detector there is, and of those that will be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest

import detectors
from contract.alert import Alert, Bilingual
from contract.duration import Duration
from contract.event import Event
from contract.times import HOUR, SECOND
from detectors.engine.engine import configured
from detectors.engine.state import encode_state
from detectors.facts.drawing import PROFILES
from detectors.facts.entity import ABOUT
from detectors.facts.evidence import taken_apart
from detectors.facts.fact import Fact
from detectors.facts.roles import STANDS
from detectors.facts.view import Common, View
from detectors.language.detector import Detector
from detectors.language.finding import Finding
from detectors.rules.catalogue import BY_ID, DETECTORS
from offbook.cli.check import promises
from tests.detectors.modules import its_rule, its_tests
from tests.detectors.timeline import (
    activity,
    after,
    at,
    badly_worded,
    callback,
    company,
    customer,
    deletes,
    edit,
    employee,
    evidence,
    final,
    firing,
    hit,
    hr,
    local,
    only,
    opens,
    order,
    owner,
    payment,
    play,
    shipment,
    stage,
)

ROOT = Path(__file__).parents[2]
PACKAGE = Path(detectors.__file__).parent
NINE = "2026-03-02 09:00"

every = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)


# One name for all that belongs to a detector.


def test_every_rule_has_its_runbook_and_every_runbook_its_rule() -> None:
    """An id stands in people's settings and links: one that went would go with its runbook."""
    runbooks = {it.stem for it in (ROOT / "docs" / "runbooks").glob("*-*.md")}
    assert set(BY_ID) == runbooks
    assert len(BY_ID) == len(DETECTORS)


@every
def test_module_test_and_runbook_have_its_name(detector: Detector) -> None:
    module = its_rule(detector)
    name = detector.id.replace("-", "_")
    assert module.DETECTOR.id == detector.id
    assert Path(module.__file__).name == f"{name}.py"
    assert Path(its_tests(detector).__file__).name == f"test_{name}.py"
    assert (ROOT / "docs" / "runbooks" / f"{detector.id}.md").is_file()


@every
def test_the_docstring_says_what_it_catches_misses_and_takes_for_it(detector: Detector) -> None:
    assert not list(promises.reasons(its_rule(detector).__doc__ or ""))


@every
def test_the_rule_itself_is_at_most_80_lines(detector: Detector) -> None:
    """Its file holds more: why, says docs/decisions/0010."""
    source = Path(its_rule(detector).__file__).read_text("utf-8")
    functions = [it for it in ast.walk(ast.parse(source)) if isinstance(it, ast.FunctionDef)]
    lines = {
        line for it in functions for line in range(it.lineno, (it.end_lineno or it.lineno) + 1)
    }
    assert len(lines) <= 80


@every
def test_its_title_is_said_in_both_languages(detector: Detector) -> None:
    assert not list(promises.title(detector))


@every
def test_every_number_has_a_default_and_a_description(detector: Detector) -> None:
    assert type(detector.params)() == detector.params
    assert not list(promises.numbers(detector))


def thresholds(detector: Detector) -> dict[str, str]:
    """The parameters that something is held against, and on which side an alert fires."""
    hints = get_type_hints(type(detector.params), include_extras=True)
    metas = {name: hint.__metadata__[0] for name, hint in hints.items()}
    return {name: meta.extra["fires"] for name, meta in metas.items() if meta.extra["fires"]}


@every
def test_an_alert_says_what_it_measured_of_each_threshold_it_has(detector: Detector) -> None:
    rule = its_alert(detector).rule
    assert rule is not None
    sides = thresholds(detector)
    assert set(rule.measured) == set(sides)
    reached = {
        "at least": lambda found, needed: found >= needed,
        "more than": lambda found, needed: found > needed,
        "at most": lambda found, needed: found <= needed,
        "less than": lambda found, needed: found < needed,
    }
    beyond = [
        reached[sides[name]](_number(found), _number(rule.params[name]))
        for name, found in rule.measured.items()
    ]
    assert any(beyond) or not beyond


def _number(text: str) -> float:
    """Of a flood the total is told with two digits, and a `+`."""
    return Duration(text) if text[-1].isalpha() else float(text.removesuffix("+"))


@every
def test_each_piece_of_evidence_has_a_note_in_both_languages(detector: Detector) -> None:
    alert = its_alert(detector)
    notes = [re.sub(r"\\{\w+\\}", ".+", re.escape(it.en)) for it in detector.notes.values()]
    for piece in alert.evidence:
        assert re.fullmatch("|".join(notes), taken_apart(piece.note)[0]), piece.note
    assert not list(promises.notes(detector))


@every
def test_numbers_stand_in_the_parameters_and_an_unknown_one_is_refused(detector: Detector) -> None:
    def text(kind: type, value: Any) -> Any:
        return Duration(value)

    with pytest.raises(msgspec.ValidationError, match="unknown field `treshold`"):
        msgspec.convert({"treshold": 3}, type(detector.params), dec_hook=text)


@every
def test_a_cheap_look_is_at_facts_of_its_own(detector: Detector) -> None:
    """Whoever judges by the profile is asked for every word of it anyway."""
    assert detector.concerns is None or detector.dossier is None


@every
def test_what_it_keeps_is_finite_and_longer_than_nothing(detector: Detector) -> None:
    assert 0 < detector.keeps(detector.params) < Duration("400d")


# What the alerts say.


#: By detector, events that make it fire, and how long after nine to wait. What is not here stands
#: as `FIRES` in the test module of the detector.
FIRING: dict[str, tuple[list[Event], str]] = {
    "offbook-payment": ([payment(NINE, "P-1", "X", customer="C-1")], "0s"),
    "account-ring": (
        [payment(after(NINE, f"{n}d"), f"P-1{n}", "X", customer=f"C-{n}") for n in range(3)],
        "2d",
    ),
    "unmatched-payment": ([payment(NINE, "P-2", order="O-1", customer="C-1")], "4d"),
    "shipment-without-order": ([shipment(NINE, "S-1", order="O-1", customer="C-1")], "2d"),
    "deleted-before-resignation": (
        [deletes(NINE, "E-1", 4), hr(after(NINE, "1d"), "E-1", "resigned")],
        "1d",
    ),
    "bulk-delete": ([deletes(NINE, "E-1", 40)], "0s"),
    "leak-then-lost": (
        [hit(NINE, "E-1", "C-1"), stage(after(NINE, "1d"), "OP-9", "lost", "C-1")],
        "1d",
    ),
    "chat-burst": ([hit(after(NINE, f"{n}h"), "E-1", f"C-{n}") for n in range(3)], "2h"),
    "shipment-before-approval": (
        [
            order(NINE, "O-5", "E-5", customer="C-2"),
            shipment(after(NINE, "1h"), "S-5", order="O-5"),
        ],
        "3h",
    ),
    "unapproved-order": (
        [edit(NINE, "E-5", "update", ("order", "O-6"), customer="C-2", status="completed")],
        "2h",
    ),
    "duties-conflict": (
        [
            order(NINE, "O-7", "E-5", customer="C-2"),
            payment(after(NINE, "1h"), "P-7", order="O-7", recorded_by="E-5"),
        ],
        "1h",
    ),
    "contact-tampering": (
        [
            edit(
                after(NINE, f"{n}h"),
                "E-4",
                "update",
                ("customer", f"C-{n}"),
                email=f"{n}@c.example",
            )
            for n in range(5)
        ],
        "4h",
    ),
    "eve-of-deal-transfer": (
        [
            owner(NINE, "C-3", "E-1", was="E-2"),
            order(after(NINE, "1d"), "O-8", "E-1", customer="C-3"),
        ],
        "1d",
    ),
    "unauthorised-transfer": (
        [edit(NINE, "E-1", "update", ("customer", "C-4"), before={"owner": "E-2"}, owner="E-1")],
        "0s",
    ),
    "callback-mismatch": ([callback(NINE, "B-1", "C-1", "mismatch")], "0s"),
    "complaint-burst": (
        [
            callback(after(NINE, f"{n}h"), f"B-{n}0", "C-2", "complaint", employee="E-3")
            for n in range(3)
        ],
        "2h",
    ),
}
WORLDS = {detector.id: its_tests(detector) for detector in DETECTORS}
FIRING |= {id_: world.FIRES for id_, world in WORLDS.items() if hasattr(world, "FIRES")}
OWNED = (
    customer("C-1", "E-1"),
    customer("C-2", "E-1"),
    employee("E-1", "Wang Wei"),
    *(document for world in WORLDS.values() for document in getattr(world, "DOCUMENTS", ())),
)


def alongside(detector: Detector) -> list[Detector]:
    """The detectors that are needed for it to fire: itself, and those whose alerts it weighs."""
    needed = list(getattr(WORLDS[detector.id], "ALONGSIDE", (detector,)))
    assert detector.id in {it.id for it in needed}
    assert detector.weighs_alerts == (len(needed) > 1)
    return needed


def its_alert(detector: Detector) -> Alert:
    """The only one of it that its timeline brings."""
    events, until = FIRING[detector.id]
    watching = alongside(detector)
    alerts = play(events, *watching, until=after(NINE, until), reference=company(*OWNED))
    return only(alert for alert in alerts if alert.detector == detector.id)


@every
def test_every_detector_has_a_timeline_here_on_which_it_fires(detector: Detector) -> None:
    alert = its_alert(detector)
    assert alert.severity in detector.possible_severities()
    assert alert.title == detector.title
    assert alert.alert_id.startswith(f"{detector.id}-")


@every
def test_a_summary_says_whom_when_and_what(detector: Detector) -> None:
    """In both languages the same facts: a figure in the one stands in the other."""
    alert = its_alert(detector)
    assert "2026-0" in alert.summary.en
    figures = re.findall(r"\d{4}-\d{2}-\d{2}|[A-Z]+-\d+|[\d,]+\.\d\d", alert.summary.en)
    assert figures
    assert [figure for figure in figures if figure not in alert.summary.zh] == []


def test_bad_words_are_noticed() -> None:
    """`play` holds every alert of every test to this; so it must be able to fail."""
    good = only(play([payment(NINE, "P-1")]))
    assert badly_worded(good) == []
    for summary in (
        Bilingual("Customer None paid.", "客户未付款。"),
        Bilingual("Customer C-1 paid.", "Customer C-1 paid。"),
        Bilingual("Customer C-1 paid", "客户 C-1 付款。"),
        Bilingual("", "客户付款。"),
        Bilingual("Customer {who} paid.", "客户付款。"),
    ):
        assert badly_worded(msgspec.structs.replace(good, summary=summary))


# A detector that raises.


class BoomError(Exception):
    pass


def raising_in_judge(detector: Detector, when: Any = lambda view: True) -> Detector:
    def judge(view: View, params: Any) -> Iterable[Finding]:
        if when(view):
            raise BoomError
        return detector.judge(view, params)

    return replace(detector, judge=judge, concerns=None)


def raising_in_fact(detector: Detector) -> Detector:
    def draw(event: Event, reference: Any) -> Fact | None:
        raise BoomError

    return replace(detector, reads=tuple(replace(reads, fact=draw) for reads in detector.reads))


@pytest.mark.parametrize("raising", [raising_in_judge, raising_in_fact])
@every
def test_one_that_raises_is_reported_with_its_event_and_found_nothing(
    detector: Detector, raising: Any
) -> None:
    if raising is raising_in_fact and not detector.reads:
        pytest.skip("it draws nothing from events")
    events, until = FIRING[detector.id]
    watching, broken = alongside(detector), {detector.id}
    run = local(
        *(raising(it) if it.id in broken else it for it in watching), reference=company(*OWNED)
    )
    alerts = run.run(events, after(NINE, until))
    assert [alert for alert in alerts if alert.detector == detector.id] == []
    assert {failure.detector for failure in run.failures} == {detector.id}
    assert all(isinstance(failure.error, BoomError) for failure in run.failures)
    failed = {event.id for failure in run.failures for event in failure.events}
    assert failed == {event.id for event in events if _read_by(detector, event)}
    states = run.states.values()
    notebooks = [book for state in states for id_, book in state.notebooks.items() if id_ in broken]
    if detector.weighs_alerts and raising is raising_in_fact:
        # What it is told of alerts it does not draw.
        assert {fact.role for book in notebooks for fact in book.facts} == {STANDS}
    else:
        assert notebooks == []


def _read_by(detector: Detector, event: Event) -> bool:
    dossier = detector.dossier
    if dossier is not None:
        about = ABOUT[type(event.data), dossier.entity](event.data)
        drawn = PROFILES[dossier.entity, type(event.data)].facts
        facts = [fact for id_ in about for fact in drawn(event, id_)]
        return not dossier.begins.isdisjoint(
            {it for fact in facts for it in (fact.role, fact.about)}
        )
    return any(isinstance(event.data, r.data) and r.where(event.data) for r in detector.reads)


@every
def test_the_others_go_on(detector: Detector) -> None:
    """One broken detector, on an event that another reads at the same entity too."""
    broken = [raising_in_judge(d) if d.id == detector.id else d for d in DETECTORS]
    events = sorted(
        {event.id: event for events, _ in FIRING.values() for event in events}.values(),
        key=lambda event: event.time,
    )
    whole, without = local(reference=company(*OWNED)), local(*broken, reference=company(*OWNED))
    all_found = firing(whole.run(events, after(NINE, "60d")))
    found = firing(without.run(events, after(NINE, "60d")))
    assert {alert.detector for alert in all_found} == set(BY_ID)
    # What weighs its alerts has less to weigh.
    weigh = {id_ for id_, it in BY_ID.items() if it.weighs_alerts and not detector.weighs_alerts}
    gone = {detector.id, *weigh}
    assert [alert for alert in found if alert.detector not in gone] == [
        alert for alert in all_found if alert.detector not in gone
    ]
    assert detector.id not in {alert.detector for alert in found}
    assert {failure.detector for failure in without.failures} == {detector.id}


def test_a_poisoned_event_leaves_what_was_found_before() -> None:
    #   20 deletes ◄ found ── one that makes it raise ── 1 more: counted, the poisoned one is not
    gone = [deletes(NINE, "E-1", 20), deletes(after(NINE, "1m"), "E-1", 666)]
    more = deletes(after(NINE, "2m"), "E-1", 1)
    poisoned = raising_in_judge(
        BY_ID["bulk-delete"], lambda view: any(fact.weight == 666 for fact in view.facts)
    )
    run = local(poisoned)
    alerts = run.run([*gone, more])
    assert [event.id for failure in run.failures for event in failure.events] == [gone[1].id]
    assert evidence(only(alerts)) == [gone[0].id, more.id]


def test_one_that_raises_at_its_deadline_does_not_stop_time() -> None:
    raises = raising_in_judge(
        BY_ID["shipment-without-order"], lambda view: view.passed(after(NINE, "25h"))
    )
    run = local(raises)
    run.run([shipment(NINE, "S-1", order="O-1")], after(NINE, "100d"))
    assert run.failures
    assert run.now == after(NINE, "100d")
    assert len(run.failures) < 5


# Everything is bounded.


@every
def test_entities_disappear_after_their_time(detector: Detector) -> None:
    events, _ = FIRING[detector.id]
    run = local(*alongside(detector), reference=company(*OWNED))
    run.run(events)
    assert run.states
    if detector.id == "follow-up-lapsed":
        run.feed(stage(after(NINE, "20d"), "OP-991", "won", "C-991"))
    for days in range(30, 900, 10):
        run.advance(after(NINE, f"{days}d"))
    assert run.states == {}
    assert len(run.timers) == 0


def test_whoever_asked_is_forgotten_too() -> None:
    #   payment asks O-1 and C-1, of which nothing else is ever heard
    run = local()
    run.run([payment(NINE, "P-1", "X", order="O-1", customer="C-1")])
    assert {"order:O-1", "customer:C-1"} <= set(run.states)
    run.advance(after(NINE, "900d"))
    assert run.states == {}


def test_a_robot_that_deletes_ten_times_what_is_kept_is_one_alert_a_run() -> None:
    # A step costs what is kept: a quarter of it, filled ten times over, is as full for a sixteenth.
    few = Common(max_facts=250, max_evidence=50)
    run = local(BY_ID["bulk-delete"], common=few)
    revisions: list[int] = []
    alerts: list[Alert] = []
    for n in range(10 * few.max_facts):
        alerts += run.feed(deletes(at(NINE) + n * SECOND // 4, "E-1"))
        if n + 1 in (few.max_facts, 10 * few.max_facts):
            revisions.append(len(alerts))
    alert = only([*alerts, *run.advance(at(NINE) + 2 * HOUR)])
    assert len(alert.evidence) == few.max_evidence
    assert alert.evidence[0].time == "2026-03-02T01:00:00Z"
    assert "2500+ records" in alert.summary.en
    assert run.evicted["bulk-delete"] > 0
    assert len(run.states["employee:E-1"].notebooks["bulk-delete"].facts) <= few.max_facts
    # Of a run that goes on the next is told when it has doubled, or is twice as old.
    assert revisions[1] - revisions[0] <= 8


def test_a_robot_that_writes_to_everybody_is_one_alert_a_run() -> None:
    run = local(BY_ID["chat-burst"], common=Common(max_facts=100, max_evidence=20))
    alerts: list[Alert] = []
    for n in range(1_000):
        alerts += run.feed(hit(at(NINE) + n * SECOND, "E-1", f"C-{n}"))
    assert len(final(alerts)) == 1
    assert 10 <= len(only(alerts).evidence) <= 20
    assert len(run.states["employee:E-1"].notebooks["chat-burst"].facts) <= 100


def test_a_busy_account_keeps_no_more_than_it_may() -> None:
    run = local(BY_ID["account-ring"], common=Common(max_facts=50))
    alerts: list[Alert] = []
    for n in range(300):
        alerts += run.feed(payment(at(NINE) + n * SECOND, f"P-{n}", "X", customer=f"C-{n}"))
    state = run.states["account:X"]
    assert len(state.notebooks["account-ring"].facts) <= 50
    assert run.evicted["account-ring"] > 0
    assert len(final(alerts)) < 10


def test_an_account_that_collects_for_years_forgets_its_old_customers() -> None:
    #   a new customer pays every day; 90 d of window, 30 d in which a payment may be corrected, and
    #   the lateness twice, are remembered
    run = local(BY_ID["account-ring"])
    for day in range(600):
        run.feed(payment(after(NINE, f"{day}d"), f"P-{day}", "X", customer=f"C-{day}"))
    state = run.states["account:X"]
    assert len(state.asked) < 240
    assert len(state.known) == len(state.asked)
    assert len(run.states) < 450


def test_a_customer_everybody_talks_about_keeps_its_owner() -> None:
    #   owner E-1 ── hits without end ──► payment: E-1 is still named
    common = Common(max_facts=100)
    run = local(common=common)
    run.feed(owner(NINE, "C-1", "E-1"))
    for n in range(1_000):
        run.feed(hit(at(NINE) + n * 61 * SECOND, f"E-{n % 7}", "C-1", "competitor"))
    state = run.states["customer:C-1"]
    assert len(state.profile) <= 100
    assert run.evicted["profile"] > 0
    alerts = run.feed(payment(after(NINE, "2d"), "P-1", "X", customer="C-1"))
    assert [alert.employee for alert in alerts if alert.detector == "offbook-payment"] == ["E-1"]


def test_a_customer_called_on_every_hour_stays_small() -> None:
    run = local(reference=company(*OWNED))
    run.feed(opens(NINE, "OP-1", "C-1"))
    for n in range(2_000):
        run.feed(activity(at(NINE) + n * 3600 * SECOND, "E-1", "C-1"))
    # Most of it are two weeks of calls, from each of which somebody else may be told to stay away.
    assert len(encode_state(run.states["customer:C-1"])) < 40_000


def test_a_parameter_changes_what_is_found_and_nothing_else() -> None:
    lenient = configured(BY_ID["bulk-delete"], threshold=41)
    assert play(FIRING["bulk-delete"][0], lenient) == []
    assert BY_ID["bulk-delete"].params.threshold == 20  # type: ignore[attr-defined]


# Pure.


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE).with_suffix(""))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=name_of)
def test_the_source_reads_no_clock_and_does_no_input_or_output(path: Path) -> None:
    assert not list(promises.purity(path.read_text("utf-8")))
