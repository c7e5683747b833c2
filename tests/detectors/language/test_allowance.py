"""Who hears of an alert, and that nothing else depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from contract.alert import Alert, Suppressed
from contract.allowance import AllowanceRecord
from contract.times import rfc3339
from detectors.engine.engine import Engine, configured
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.state import decode_state, encode_state
from detectors.language.allowance import Agreements, Allowance, allowed
from detectors.language.detector import Detector
from detectors.language.finding import Subject
from detectors.rules.catalogue import DETECTORS
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from detectors.rules.data.deleted_before_resignation import DETECTOR as LEAVER
from detectors.rules.goods.shipment_without_order import DETECTOR as SHIPMENT
from tests.detectors.histories import Arrival, documents, histories, reference_of
from tests.detectors.random_company import CUSTOMERS, EMPLOYEES, END, times
from tests.detectors.test_laws import Documents, events_of, law
from tests.detectors.timeline import after, at, company, deletes, hr, shipment

NINE = "2026-03-02 09:00"
MINUTE_PAST = after(NINE, "1m")


def allow(until: int, position: int = 1, **ids: str) -> Allowance:
    return Allowance(name=str(position), until=until, reason=f"agreed, {position}", **ids)


def run(*detectors: Detector, mode: Any = "live") -> InMemoryRun:
    return InMemoryRun(Engine(detectors, company(), mode=mode))


def audiences(alerts: Sequence[Alert]) -> list[tuple[int, str, str, bool]]:
    """(revision, state, mode, whether suppressed) of each revision."""
    return [(a.revision, a.state, a.mode, a.suppressed is not None) for a in alerts]


# Which alerts an allowance covers.

SUBJECT = Subject(employee="E-1", customer="C-1", account="X")


@pytest.mark.parametrize(
    ("ids", "covers"),
    [
        ({"employee": "E-1"}, True),
        ({"employee": "E-1", "customer": "C-1", "account": "X"}, True),
        ({"employee": "E-2"}, False),
        ({"employee": "E-1", "customer": "C-2"}, False),
        ({"order": "O-1"}, False),
    ],
)
def test_every_id_that_is_given_must_be_the_alerts(ids: dict[str, str], covers: bool) -> None:
    allowance = allow(at(NINE), **ids)
    assert allowed(SUBJECT, at(NINE), [allowance]) == (allowance if covers else None)


def test_an_alert_whose_last_event_is_at_the_end_is_covered_and_a_microsecond_later_not() -> None:
    allowance = allow(at(NINE), employee="E-1")
    assert allowed(SUBJECT, at(NINE), [allowance]) is allowance
    assert allowed(SUBJECT, at(NINE) + 1, [allowance]) is None


def test_the_first_that_covers_it_counts() -> None:
    over, first, second = (
        allow(at(NINE) - 1, 1, employee="E-1"),
        allow(at(NINE), 2, customer="C-1"),
        allow(at(NINE), 3, employee="E-1"),
    )
    assert allowed(SUBJECT, at(NINE), [over, first, second]) is first


# The log of allowances.


def agreed(id_: str, since: int, until: int, **about: Any) -> AllowanceRecord:
    return AllowanceRecord(
        allowance_id=id_,
        by="lena",
        since=rfc3339(since),
        until=rfc3339(until),
        reason=f"agreed, {id_}",
        **about,
    )


def covering(agreements: Agreements, detector: str = "bulk-delete", *lists: str) -> list[str]:
    return [it.name for it in agreements.of(detector, lists, SUBJECT)]


@pytest.mark.parametrize(
    ("about", "covers"),
    [
        ({"employee": "E-1"}, True),
        ({"account": "X", "customer": "C-1"}, True),
        ({"employee": "E-2"}, False),
        ({"employee": "E-1", "detectors": ("bulk-export", "bulk-delete")}, True),
        ({"employee": "E-1", "detectors": ("bulk-export",)}, False),
        ({"detectors": ("bulk-delete",)}, True),
        ({"employee": "E-1", "list": "group-companies"}, True),
        ({"employee": "E-1", "list": "testers"}, False),
    ],
)
def test_what_is_agreed_counts_for_its_detectors_or_those_that_take_its_list(
    about: dict[str, Any], covers: bool
) -> None:
    agreements = Agreements([agreed("a", at(NINE), at(NINE), **about)])
    found = allowed(SUBJECT, at(NINE), agreements.of("bulk-delete", ["group-companies"], SUBJECT))
    assert (found is not None) == covers


def test_it_covers_from_its_first_to_its_last_microsecond() -> None:
    agreements = Agreements([agreed("a", at(NINE), at(NINE) + 2, employee="E-1")])
    covered = [
        allowed(SUBJECT, at(NINE) + n, agreements.of("bulk-delete", (), SUBJECT)) is not None
        for n in (-1, 0, 2, 3)
    ]
    assert covered == [False, True, True, False]


def test_the_newest_record_of_an_allowance_counts_and_whichever_was_read_first_covers_it() -> None:
    long, other = (agreed(id_, at(NINE), END, employee="E-1") for id_ in "ba")
    ended = agreed("b", at(NINE), at(NINE), customer="C-1")
    assert covering(Agreements([long, other])) == covering(Agreements([other, long])) == ["a", "b"]
    agreements = Agreements([long, other, ended])
    assert covering(agreements) == ["a", "b"]
    assert [it.customer for it in agreements if it.name == "b"] == ["C-1"]
    agreements.remove("a")
    agreements.remove("a")
    assert covering(agreements) == ["b"]


def test_what_is_agreed_while_an_alert_is_open_moves_it_at_its_next_revision() -> None:
    #  9:00 20 records ◄ on call   9:01 agreed ▪ 9:01 one more, covered ▪ ended, one more ◄ on call
    live = run(BULK_DELETE)
    events = [deletes(NINE, "E-1", 20), *(deletes(MINUTE_PAST + n, "E-1") for n in (0, 1))]
    found = live.feed(events[0])
    live.engine.agreements.put(agreed("a", MINUTE_PAST, END, employee="E-1"))
    found += live.feed(events[1])
    ended = {"ended_at": rfc3339(MINUTE_PAST), "ended_by": "lars"}
    live.engine.agreements.put(agreed("a", MINUTE_PAST, END, employee="E-1", **ended))
    found += live.feed(events[2])
    assert [it.audience for it in found] == ["live", "suppressed", "live"]
    # A replay knows all of it beforehand, and finds the same.
    again = run(BULK_DELETE)
    again.engine.agreements.put(agreed("a", MINUTE_PAST, END, employee="E-1", **ended))
    assert again.run(events) == found


# What becomes of an alert's revisions.


def test_evidence_after_the_end_makes_the_alert_somebodys() -> None:
    #  9:00 20 records, covered    9:01 the allowance ends    9:02 one more ◄ on call
    known = replace(BULK_DELETE, allowances=(allow(MINUTE_PAST, employee="E-1"),))
    found = run(known).run(
        [deletes(NINE, "E-1", 20), deletes(MINUTE_PAST, "E-1"), deletes(MINUTE_PAST + 1, "E-1")]
    )
    assert audiences(found) == [
        (1, "firing", "live", True),
        (2, "firing", "live", True),
        (3, "firing", "live", False),
    ]
    assert found[0].suppressed == Suppressed(rfc3339(MINUTE_PAST), "agreed, 1")


def test_an_alert_on_somebody_else_is_not_covered() -> None:
    known = replace(BULK_DELETE, allowances=(allow(MINUTE_PAST, employee="E-2"),))
    [alert] = run(known).run([deletes(NINE, "E-1", 20)])
    assert alert.suppressed is None


def test_a_detector_on_trial_marks_its_alerts_and_a_replay_is_a_replay() -> None:
    trial = replace(BULK_DELETE, shadow=True)
    for mode, marked in (("live", "shadow"), ("replay", "replay")):
        [alert] = run(trial, mode=mode).run([deletes(NINE, "E-1", 20)])
        assert alert.mode == marked


NOTICE = hr(after(NINE, "1d"), "E-1", "resigned")
STAYS = hr(after(NINE, "9d"), "E-1", "resignation_withdrawn")


@pytest.mark.parametrize(
    ("at_first", "later", "heard"),
    [
        ({"shadow": True}, {}, "shadow"),
        ({}, {"shadow": True}, "live"),
        ({"allowances": (allow(after(NINE, "2d"), employee="E-1"),)}, {}, "suppressed"),
        ({}, {"allowances": (allow(END, employee="E-1"),)}, "live"),
    ],
)
def test_a_withdrawal_goes_to_whoever_heard_of_the_alert(
    at_first: dict[str, Any], later: dict[str, Any], heard: str
) -> None:
    """Also where the settings changed in between, and with the state written and read back."""
    before = run(replace(LEAVER, **at_first))
    [fired] = before.run([deletes(NINE, "E-1", 3), NOTICE])
    now = run(replace(LEAVER, **later))
    now.states = {key: decode_state(encode_state(it)) for key, it in before.states.items()}
    now.now = before.now
    [withdrawn] = now.run([STAYS])
    assert withdrawn.state == "withdrawn"
    for alert in (fired, withdrawn):
        assert alert.audience == heard


def test_what_is_set_while_an_alert_is_open_moves_it_at_its_next_revision_and_not_before() -> None:
    live = run(BULK_DELETE)
    live.run([deletes(NINE, "E-1", 20)])
    for changes, heard in (
        ({"shadow": True}, "shadow"),
        ({}, "live"),
        ({"allowances": (allow(END, employee="E-1"),)}, "suppressed"),
    ):
        live.engine = Engine([replace(BULK_DELETE, **changes)], company())
        assert live.advance(live.now + 1) == []
        [alert] = live.run([deletes(live.now + 1, "E-1")])
        assert alert.audience == heard
        assert alert.state == "firing"


# What nothing depends on.

_ends = st.one_of(times, st.just(END))
_allowances = st.one_of(
    st.builds(allow, _ends, employee=st.sampled_from(EMPLOYEES)),
    st.builds(allow, _ends, customer=st.sampled_from(CUSTOMERS)),
)


@law
@given(documents, histories(), st.lists(_allowances, max_size=4), st.randoms())
def test_ids_revisions_and_words_are_the_same_on_trial_and_under_any_allowance(
    documents: Documents, history: list[Arrival], allowances: list[Allowance], rng: Any
) -> None:
    # What is weighed is another matter: alerts that wake nobody are not.
    own = [detector for detector in DETECTORS if not detector.weighs_alerts]

    def found(detectors: Sequence[Detector]) -> list[Alert]:
        live = InMemoryRun(Engine(detectors, reference_of(documents)))
        return live.run(events_of(history), END)

    marked = found(
        [replace(it, shadow=rng.random() < 0.5, allowances=tuple(allowances)) for it in own]
    )
    bare = [structs.replace(alert, mode="live", suppressed=None) for alert in marked]
    assert bare == found(own)
    heard: dict[str, tuple[Any, Any]] = {}
    for alert in marked:
        audience = (alert.mode, alert.suppressed)
        if alert.state == "withdrawn":
            assert heard.get(alert.alert_id, audience) == audience
        heard[alert.alert_id] = audience


# Detectors that are stopped and started.


def test_a_stopped_detector_leaves_its_notebooks_and_finds_them_as_they_were() -> None:
    nine = run(LEAVER, BULK_DELETE)
    nine.run([deletes(NINE, "E-1", 3)])
    key = "employee:E-1"
    kept = encode_state(nine.states[key])
    # The entity is touched by an event of another detector, by its profile and by time.
    nine.engine = Engine([BULK_DELETE], company())
    nine.run([deletes(after(NINE, "1h"), "E-1"), NOTICE], after(NINE, "2d"))
    assert not nine.failures
    was = decode_state(kept).notebooks[LEAVER.id]
    assert nine.states[key].notebooks[LEAVER.id] == was
    nine.engine = Engine([LEAVER, BULK_DELETE], company())
    [alert] = nine.run([hr(after(NINE, "3d"), "E-1", "resigned")])
    assert (alert.detector, alert.state) == (LEAVER.id, "firing")


@law
@given(documents, histories(), st.randoms())
def test_any_detector_may_be_stopped_and_started_at_any_time(
    documents: Documents, history: list[Arrival], rng: Any
) -> None:
    reference = reference_of(documents)
    live = InMemoryRun(Engine(DETECTORS, reference))
    alerts: list[Alert] = []
    for event in events_of(history):
        running = [it for it in DETECTORS if rng.random() < 0.6]
        live.engine = Engine(running, reference)
        found = live.feed(event)
        assert {alert.detector for alert in found} <= {it.id for it in running}
        alerts += found
    live.engine = Engine(DETECTORS, reference)
    alerts += live.advance(END)
    assert not live.failures
    revisions: dict[str, int] = {}
    for alert in alerts:
        assert alert.revision == revisions.get(alert.alert_id, 0) + 1
        revisions[alert.alert_id] = alert.revision


def test_with_changed_numbers_an_entity_is_judged_anew_at_its_next_event() -> None:
    #  9:00 10 records, 20 are needed    threshold 10    9:01 one more ◄ fires, with all 11
    live = run(BULK_DELETE)
    assert live.run([deletes(NINE, "E-1", 10)]) == []
    live.engine = Engine([configured(BULK_DELETE, threshold=10)], company())
    assert live.advance(MINUTE_PAST - 1) == []
    [alert] = live.run([deletes(MINUTE_PAST, "E-1")])
    assert len(alert.evidence) == 2
    live.engine = Engine([BULK_DELETE], company())
    [alert] = live.run([deletes(MINUTE_PAST + 1, "E-1")])
    assert (alert.revision, alert.state) == (2, "withdrawn")


def test_a_deadline_that_passes_while_its_detector_is_stopped_is_found_at_the_next_look() -> None:
    #  9:00 goods, no order ever    +25h deadline ▪ stopped    +30h more goods ◄ both are judged
    live = run(SHIPMENT)
    live.run([shipment(NINE, "S-1", order="O-1")])
    live.engine = Engine([], company())
    assert live.advance(after(NINE, "28h")) == []
    live.engine = Engine([SHIPMENT], company())
    assert live.advance(after(NINE, "29h")) == []
    found = live.run([shipment(after(NINE, "30h"), "S-2", order="O-1")])
    assert [alert.evidence[0].time for alert in found] == [rfc3339(at(NINE))]
