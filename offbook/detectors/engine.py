"""The engine: `step(state, inputs, now) -> state, alerts, notes`. Pure; time comes in as data.

One entity at a time. Inputs become facts; a detector whose facts, deadline or profile changed
judges anew; what it finds is compared with what was raised before, and the difference is sent
as revisions. Because a judgement is a function of the set of facts, neither their order of
arrival nor a repeat can show in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from msgspec import Struct, structs

from offbook.detectors.alerts import NO_LONGER_HOLDS, AlertWriter
from offbook.detectors.detector import Common, Detector, Finding, Reads, View
from offbook.detectors.entity import ABOUT, EntityKind, entity, split
from offbook.detectors.fact import Fact, in_time_order, insert
from offbook.detectors.profile import (
    FIRST_ONLY,
    KEPT,
    PROFILES,
    REGISTER_KEPT,
    THINNED,
    Profile,
    customer_owner,
    order_owner,
)
from offbook.detectors.reference import Reference, ReferenceKind
from offbook.detectors.state import EntityState, Notebook, Raised
from offbook.events.alert import Alert, Mode
from offbook.events.event import Event
from offbook.events.times import DAY
from offbook.events.types import EventData


class Subscribe(Struct, frozen=True, array_like=True, tag="subscribe"):
    """`by` wants to know the profile of the entity this goes to, and its changes, until `until`."""

    by: str
    until: int


class Told(Struct, frozen=True, array_like=True, tag="told"):
    """Profile facts of the entity `about`. None at all is an answer too."""

    about: str
    facts: list[Fact]


Note = Subscribe | Told
Input = Event | Subscribe | Told


@dataclass(slots=True)
class Failure:
    """A detector that raised. `events` go to the dead letters; what it found before stands."""

    detector: str
    error: Exception
    events: list[Event]


@dataclass(slots=True)
class Step:
    """What one step of one entity brought.

    `changed` is False if the state is as it was, so that nothing need be written.
    `evicted` counts what gave way to a bound, by detector; "profile" is what all share.
    """

    state: EntityState
    alerts: list[Alert] = field(default_factory=list)
    notes: list[tuple[str, Note]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    evicted: dict[str, int] = field(default_factory=dict)
    changed: bool = False


@dataclass(slots=True)
class _View(View):
    entity_kind: EntityKind
    entity_id: str
    state: EntityState
    common: Common
    reference: Reference
    now: int | None
    facts: list[Fact] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)

    def of(self, role: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.role == role]

    def profile(self, kind: EntityKind, id_: str) -> Profile:
        if kind == self.entity_kind and id_ == self.entity_id:
            return Profile(self.state.profile)
        key = entity(kind, id_)
        self.wanted.add(key)
        known = self.state.known.get(key)
        return Profile(known or (), answered=known is not None)

    def passed(self, due: int) -> bool:
        return self.now is not None and self.now > due

    def responsible(
        self, at: int, *, order: str | None = None, customer: str | None = None
    ) -> str | None:
        if order is not None:
            profile = self.profile("order", order)
            owner = order_owner(profile, at)
            if owner is not None:
                return owner
            customer = customer or next(iter(profile.customers()), None)
        if customer is None:
            return None
        return customer_owner(self.profile("customer", customer), self.reference, customer, at)


class Engine:
    """Runs a set of detectors. Holds their settings and the reference data, no entity's state."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        reference: Reference,
        common: Common | None = None,
        mode: Mode = "live",
    ) -> None:
        self.detectors = {detector.id: detector for detector in detectors}
        self.reference = reference
        self.common = common or Common()
        self._write = AlertWriter(reference, self.common, mode)
        self._readers: dict[tuple[EntityKind, type[EventData]], list[tuple[str, Reads]]] = {}
        for detector in detectors:
            for reads in detector.reads:
                row = self._readers.setdefault((reads.entity, reads.data), [])
                row.append((detector.id, reads))
        self._needy = {detector.id for detector in detectors if detector.needs}
        self._routes = {
            data: [
                (kind, about, PROFILES.get((kind, data)), self._readers.get((kind, data), []))
                for (about_data, kind), about in ABOUT.items()
                if about_data is data
                and ((kind, data) in PROFILES or (kind, data) in self._readers)
            ]
            for data in {data for data, _ in ABOUT}
        }

    def silent(self) -> dict[str, str]:
        """The detectors that stay silent for want of reference data, and which they want."""
        lacking: dict[str, str] = {}
        for detector_id in self.detectors:
            missing = self._lacks_reference(detector_id)
            if missing is not None:
                lacking[detector_id] = f"no document on reference.{missing} has arrived yet"
        return lacking

    def _lacks_reference(self, detector_id: str) -> ReferenceKind | None:
        for kind in self.detectors[detector_id].needs:
            if not self.reference.has(kind):
                return kind
        return None

    def route(self, event: Event) -> list[str]:
        """The keys of the entities that have a reader for this event; often none."""
        data = event.data
        keys: list[str] = []
        for kind, about, profile, readers in self._routes.get(type(data), ()):
            wanted = profile is not None and profile.where(data)
            for _, reads in readers:
                wanted = wanted or reads.where(data)
            if wanted:
                for id_ in about(data):
                    keys.append(f"{kind}:{id_}")  # noqa: PERF401 - a generator costs more for one
        return keys

    def step(
        self,
        key: str,
        state: EntityState | None,
        inputs: Iterable[Input],
        now: int | None,
        detected_at: int | None = None,
    ) -> Step:
        """Take `inputs` into the entity `key`, judge, and say what follows.

        `now` is stream time in microseconds, None while it is not known: then nothing that is
        missing counts as missing. `detected_at` is when an alert is said to be found; by default
        when its last event happened or its deadline passed. `state` is changed in place.
        """
        state = state if state is not None else EntityState()
        step = Step(state)
        kind, id_ = split(key)
        dirty: dict[str, list[tuple[Event, Fact]]] = {}
        told: list[Fact] = []
        for item in inputs:
            if isinstance(item, Event):
                self._read(kind, item, state, step, dirty, told)
            elif isinstance(item, Subscribe):
                self._subscribe(key, item, state, step)
            else:
                self._learn(item, state, step, dirty)
        if told:
            step.changed = True
            if state.subscribers:
                self._tell(key, told, state, step)
            for detector_id in state.notebooks:
                if self.detectors[detector_id].watches_profile:
                    dirty.setdefault(detector_id, [])
        if now is not None and state.due is not None and state.due < now:
            for detector_id, notebook in state.notebooks.items():
                if notebook.due is not None and notebook.due < now:
                    dirty.setdefault(detector_id, [])
            step.changed = True
        if dirty:
            step.changed = True
            view = _View(kind, id_, state, self.common, self.reference, now)
            for detector_id, fresh in dirty.items():
                self._judge(key, view, detector_id, fresh, step, now, detected_at)
        if step.changed:
            self._prune_entity(state, now, step)
            self._set_due(state)
        return step

    # Inputs become facts.

    def _read(
        self,
        kind: EntityKind,
        event: Event,
        state: EntityState,
        step: Step,
        dirty: dict[str, list[tuple[Event, Fact]]],
        told: list[Fact],
    ) -> None:
        data = event.data
        at = (kind, type(data))
        profile = PROFILES.get(at)
        if profile is not None and profile.where(data):
            told.extend(fact for fact in profile.facts(event) if _remember(state.profile, fact))
        for detector_id, reads in self._readers.get(at, ()):
            if detector_id in self._needy and self._lacks_reference(detector_id):
                continue
            try:
                fact_drawn = reads.fact(event, self.reference) if reads.where(data) else None
            except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors go on
                step.failures.append(Failure(detector_id, error, [event]))
                continue
            if fact_drawn is None:
                continue
            notebook = state.notebooks.get(detector_id)
            if notebook is None:
                notebook = state.notebooks[detector_id] = Notebook()
            if insert(notebook.facts, fact_drawn):
                dirty.setdefault(detector_id, []).append((event, fact_drawn))

    def _subscribe(self, key: str, note: Subscribe, state: EntityState, step: Step) -> None:
        state.subscribers[note.by] = max(note.until, state.subscribers.get(note.by, note.until))
        step.notes.append((note.by, Told(key, list(state.profile))))
        step.changed = True

    def _tell(self, key: str, told: list[Fact], state: EntityState, step: Step) -> None:
        step.notes.extend((by, Told(key, list(told))) for by in state.subscribers)

    def _learn(
        self,
        note: Told,
        state: EntityState,
        step: Step,
        dirty: dict[str, list[tuple[Event, Fact]]],
    ) -> None:
        if note.about not in state.asked:
            return
        first = note.about not in state.known
        known = state.known.setdefault(note.about, [])
        news = [fact for fact in note.facts if _remember(known, fact)]
        del known[: -self.common.max_facts]
        if news or first:
            for detector_id in state.notebooks:
                dirty.setdefault(detector_id, [])

    # Facts become findings, findings become revisions.

    def _judge(
        self,
        key: str,
        view: _View,
        detector_id: str,
        fresh: list[tuple[Event, Fact]],
        step: Step,
        now: int | None,
        detected_at: int | None,
    ) -> None:
        detector = self.detectors[detector_id]
        notebook = step.state.notebooks[detector_id]
        view.facts = notebook.facts
        view.wanted = set()
        try:
            findings = list(detector.judge(view, detector.params))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors go on
            step.failures.append(Failure(detector_id, error, [event for event, _ in fresh]))
            for _, fact in fresh:
                notebook.facts.remove(fact)
            return
        if self._ask(key, view, detector, step):
            notebook.due = None
            return
        over = None if now is None else now - self.common.lateness - self.common.grace
        new = {fact.order for _, fact in fresh}
        due: int | None = None
        held: set[str] = set()
        for finding in findings:
            raised = notebook.raised.get(finding.anchor)
            if finding.settled is None and finding.due is not None:
                if not view.passed(finding.due):
                    due = finding.due if due is None else min(due, finding.due)
                    if raised is not None and raised.finding.due == finding.due:
                        held.add(finding.anchor)
                    continue
            if finding.settled is not None:
                if raised is not None and raised.firing:
                    held.add(finding.anchor)
                    gone = structs.replace(
                        raised.finding,
                        settled=finding.settled,
                        facts=in_time_order(*raised.finding.facts, *finding.facts),
                    )
                    self._revise(detector, notebook, gone, False, step, detected_at)
                continue
            held.add(finding.anchor)
            if raised is None and over is not None and finding.until < over:
                if not any(fact.order in new for fact in finding.facts):
                    continue
            finding = self._bound(finding)
            if raised is None or not raised.firing or raised.finding != finding:
                self._revise(detector, notebook, finding, True, step, detected_at)
        for anchor, raised in list(notebook.raised.items()):
            evicted = notebook.floor is not None and raised.finding.facts[0].at <= notebook.floor
            if over is not None and raised.finding.until < over:
                del notebook.raised[anchor]
            elif evicted and anchor not in held:
                del notebook.raised[anchor]
            elif raised.firing and anchor not in held:
                gone = structs.replace(raised.finding, settled=NO_LONGER_HOLDS)
                self._revise(detector, notebook, gone, False, step, detected_at)
        notebook.due = due
        self._prune(detector, notebook, over, step)

    def _ask(self, key: str, view: _View, detector: Detector, step: Step) -> bool:
        """Subscribe to what the judgement wanted. True: an answer is outstanding, judge later.

        An alert that names nobody would wake somebody for nothing, and the answer is one hop away.
        """
        if not view.wanted:
            return False
        state = step.state
        facts = view.facts
        until = (facts[-1].at if facts else 0) + detector.keeps(detector.params)
        for wanted in sorted(view.wanted):
            asked = state.asked.get(wanted)
            if asked is None or asked < until:
                # Beyond what is needed now, or every further fact would ask again.
                state.asked[wanted] = until + self.common.lateness
                step.notes.append((wanted, Subscribe(key, until + self.common.lateness)))
        return any(wanted not in state.known for wanted in view.wanted)

    def _bound(self, finding: Finding) -> Finding:
        most = self.common.max_evidence
        if len(finding.facts) <= most:
            return finding
        return structs.replace(finding, facts=finding.facts[:most])

    def _revise(
        self,
        detector: Detector,
        notebook: Notebook,
        finding: Finding,
        firing: bool,
        step: Step,
        detected_at: int | None,
    ) -> None:
        finding = self._bound(finding)
        raised = notebook.raised.get(finding.anchor)
        revision = 1 if raised is None else raised.revision + 1
        notebook.raised[finding.anchor] = Raised(revision, firing, finding)
        step.alerts.append(self._write.alert(detector, finding, revision, firing, detected_at))

    # Everything is bounded.

    def _prune(self, detector: Detector, notebook: Notebook, over: int | None, step: Step) -> None:
        facts = notebook.facts
        if over is not None:
            if detector.prune is not None:
                facts = detector.prune(facts, detector.params, over)
            else:
                limit = over - detector.keeps(detector.params)
                if facts and facts[0].at < limit:
                    facts = [fact for fact in facts if fact.at >= limit]
        most = self.common.max_facts
        if len(facts) > most:
            kept = _fold(facts) if detector.folds else facts
            if len(kept) > most:
                notebook.floor = kept[-most - 1].at
                kept = kept[-most:]
            step.evicted[detector.id] = step.evicted.get(detector.id, 0) + len(facts) - len(kept)
            facts = kept
        notebook.facts = facts

    def _prune_entity(self, state: EntityState, now: int | None, step: Step) -> None:
        most = self.common.max_facts
        if now is not None:
            over = now - self.common.lateness
            if state.profile and state.profile[0].at < over - min(KEPT.values()):
                state.profile = [
                    fact
                    for fact in state.profile
                    if fact.at >= over - KEPT.get(fact.role, REGISTER_KEPT)
                ]
            if state.subscribers and min(state.subscribers.values()) < over:
                state.subscribers = {
                    by: until for by, until in state.subscribers.items() if until >= over
                }
        if len(state.profile) > most:
            # Registers outlive talk and orders: without its owner a customer has no history.
            windowed = [fact for fact in state.profile if fact.role in KEPT]
            gone = {fact.order for fact in windowed[: len(state.profile) - most]}
            state.profile = [fact for fact in state.profile if fact.order not in gone][-most:]
            step.evicted["profile"] = step.evicted.get("profile", 0) + len(gone)
        while len(state.subscribers) > most:
            del state.subscribers[min(state.subscribers, key=state.subscribers.__getitem__)]
            step.evicted["profile"] = step.evicted.get("profile", 0) + 1
        for detector_id, notebook in list(state.notebooks.items()):
            if not notebook.facts and not notebook.raised:
                del state.notebooks[detector_id]
        if not state.notebooks and state.asked:
            state.asked = {}
            state.known = {}

    def _set_due(self, state: EntityState) -> None:
        wait = self.common.lateness + self.common.grace
        dues: list[int] = []
        for detector_id, notebook in state.notebooks.items():
            detector = self.detectors[detector_id]
            newest = notebook.facts[-1].at if notebook.facts else 0
            for raised in notebook.raised.values():
                newest = max(newest, raised.finding.until)
            expiry = newest + detector.keeps(detector.params) + wait
            notebook.due = expiry if notebook.due is None else min(notebook.due, expiry)
            dues.append(notebook.due)
        if state.profile:
            dues.append(state.profile[-1].at + REGISTER_KEPT + wait)
        if state.subscribers:
            dues.append(max(state.subscribers.values()) + wait)
        state.due = min(dues) if dues else None


def _remember(facts: list[Fact], fact: Fact) -> bool:
    """Put a profile fact in its place; False if it says nothing new."""
    if fact.role in FIRST_ONLY:
        for place, known in enumerate(facts):
            if known.role == fact.role and known.about == fact.about:
                if known.order <= fact.order:
                    return False
                del facts[place]
                break
    if fact.role in THINNED:
        return _insert_thinly(facts, fact)
    return insert(facts, fact)


def _insert_thinly(facts: list[Fact], fact: Fact) -> bool:
    """Insert, but keep no fact of the role that lies between two others a day apart at most.

    Whoever asks for one within a window of a day or more finds one of the two anyway, and a
    customer with thousands of orders need not keep them all.
    """
    same = [known for known in facts if known.role == fact.role]
    place = sum(known.order < fact.order for known in same)
    before, after = same[max(place - 2, 0) : place], same[place : place + 2]
    if before and after and after[0].at - before[-1].at <= DAY:
        return False
    if len(before) == 2 and fact.at - before[0].at <= DAY:
        facts.remove(before[1])
    if len(after) == 2 and after[1].at - fact.at <= DAY:
        facts.remove(after[0])
    return insert(facts, fact)


def _fold(facts: list[Fact]) -> list[Fact]:
    """Every second fact joined to the one before it where both say the same: totals stay."""
    folded: list[Fact] = []
    joinable = False
    for fact in facts:
        last = folded[-1] if folded else None
        if joinable and last is not None and last.role == fact.role and last.about == fact.about:
            folded[-1] = structs.replace(last, weight=last.weight + fact.weight)
            joinable = False
        else:
            folded.append(fact)
            joinable = True
    return folded


def configured(detector: Detector, **params: object) -> Detector:
    """`detector` with some of its numbers changed, as the tests and the settings do."""
    return replace(detector, params=structs.replace(detector.params, **params))
