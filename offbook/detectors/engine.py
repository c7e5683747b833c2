"""The engine: `step(state, inputs, now) -> state, alerts, notes`. Pure; time comes in as data.

One entity at a time. Inputs become facts; a detector whose facts, deadline or profile changed
judges anew; what it finds is compared with what was raised before, and the difference is sent
as revisions. Because a judgement is a function of the set of facts, neither their order of
arrival nor a repeat can show in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from msgspec import Struct, structs

from offbook.detectors.alerts import (
    NO_LONGER_HOLDS,
    WITHDRAWN,
    AlertWriter,
    alert_fact,
    known_alert,
)
from offbook.detectors.allowance import Marks, allowed
from offbook.detectors.bounds import prune_notebook, prune_shared, set_due
from offbook.detectors.detector import Common, Detector, Dossier, Finding, Reads
from offbook.detectors.entity import ABOUT, EntityKind, entity, split
from offbook.detectors.fact import Fact, in_time_order, insert, insert_ends
from offbook.detectors.profile import (
    FREQUENT,
    PROFILES,
    Profile,
    customer_owner,
    order_owner,
    remember,
)
from offbook.detectors.reference import Reference, ReferenceKind
from offbook.detectors.state import EntityState, Notebook, Raised
from offbook.events.alert import Alert, Mode
from offbook.events.event import Event
from offbook.events.types import EventData


class Subscribe(Struct, frozen=True, array_like=True, tag="subscribe"):
    """`by` wants to know the profile of the entity this goes to, and its changes, until `until`."""

    by: str
    until: int


class Told(Struct, frozen=True, array_like=True, tag="told"):
    """Profile facts of the entity `about`. None at all is an answer too."""

    about: str
    facts: list[Fact]


class Implicated(Struct, frozen=True, array_like=True, tag="implicated"):
    """An alert of another detector on the employee this goes to, as it stands now.

    `alert` is a fact of role `alert`: at the time of the deed, from the event that anchors it.
    `firing` False says that it no longer stands, or names somebody else now.
    """

    alert: Fact
    revision: int
    firing: bool


Note = Subscribe | Told | Implicated
Input = Event | Note
#: Facts that nothing is found of are looked through for old ones when so many more are there.
_PRUNED_EVERY = 16

#: By detector, its new facts, with the event each was drawn from; a note's comes from none.
Fresh = list[tuple[Event | None, Fact]]
Dirty = dict[str, Fresh]


@dataclass(slots=True)
class Failure:
    """A detector that raised. `events` go to the dead letters; what it found before stands.

    `detector` is "profile" where what all detectors share could not be drawn from an event.
    """

    detector: str
    error: Exception
    events: list[Event]


class Step(Struct):
    """What one step of one entity brought.

    `changed` is False if the state is as it was, so that nothing need be written.
    `evicted` counts what gave way to a bound, by detector; "profile" is what all share.
    """

    state: EntityState
    alerts: list[Alert] = []
    notes: list[tuple[str, Note]] = []
    failures: list[Failure] = []
    evicted: dict[str, int] = {}
    changed: bool = False

    def evict(self, what: str, count: int) -> None:
        """Count what gave way."""
        if count:
            self.evicted[what] = self.evicted.get(what, 0) + count


class _View(Struct):
    """The engine's `View`, one a step; `wanted` are the entities whose profiles were asked for."""

    entity_kind: EntityKind
    entity_id: str
    state: EntityState
    common: Common
    reference: Reference
    now: int | None
    facts: Sequence[Fact] = []
    due: int | None = None
    wanted: set[str] = set()

    def of(self, role: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.role == role]

    def profile(self, kind: EntityKind, id_: str) -> Profile:
        if kind == self.entity_kind and id_ == self.entity_id:
            return Profile(self.state.profile)
        key = entity(kind, id_)
        self.wanted.add(key)
        return Profile(self.state.known.get(key, ()))

    def passed(self, due: int) -> bool:
        return self.now is not None and self.now > due

    def responsible(
        self, at: int, until: int, *, order: str | None = None, customer: str | None = None
    ) -> str | None:
        if order is not None:
            profile = self.profile("order", order).upto(until)
            owner = order_owner(profile, at)
            if owner is not None:
                return owner
            customer = customer or next(iter(profile.customers()), None)
        if customer is None:
            return None
        profile = self.profile("customer", customer).upto(until)
        return customer_owner(profile, self.reference, customer, at)


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
        self._dossiers: dict[EntityKind, list[tuple[str, Dossier]]] = {}
        for detector in detectors:
            dossier = detector.dossier
            if dossier is not None:
                self._dossiers.setdefault(dossier.entity, []).append((detector.id, dossier))
        self._weigh_alerts = [it.id for it in detectors if it.weighs_alerts]
        #: Those of which it is not known yet that their reference data have arrived.
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
        dirty: Dirty = {}
        told: list[Fact] = []
        for item in inputs:
            if isinstance(item, Event):
                self._read(kind, id_, item, state, step, dirty, told, now)
            elif isinstance(item, Subscribe):
                self._subscribe(key, item, state, step)
            elif isinstance(item, Told):
                self._learn(item, state, step, dirty)
            else:
                self._weigh(item, state, dirty)
        if told:
            step.changed = True
            if state.subscribers:
                self._tell(key, told, state, step)
            roles = {fact.role for fact in told}
            seldom = not roles <= FREQUENT
            for detector_id, notebook in self._open_notebooks(state):
                detector = self.detectors[detector_id]
                if detector.watches_profile and (seldom or detector.watches & roles):
                    notebook.waiting.extend(told)
                    dirty.setdefault(detector_id, [])
        if now is not None and state.due is not None and state.due < now:
            for detector_id, notebook in self._open_notebooks(state):
                if notebook.due is not None and notebook.due < now:
                    dirty.setdefault(detector_id, [])
            step.changed = True
        if dirty:
            step.changed = True
            view = _View(kind, id_, state, self.common, self.reference, now)
            for detector_id, fresh in dirty.items():
                if not self._unconcerned(view, detector_id, fresh, step, now):
                    self._judge(key, view, detector_id, fresh, step, now, detected_at)
        if step.changed:
            step.evict("profile", prune_shared(state, self.detectors, dirty, now, self.common))
            set_due(state, self.detectors, dirty, now, self.common)
        return step

    def _open_notebooks(self, state: EntityState) -> Iterator[tuple[str, Notebook]]:
        """Those of the detectors that run. One that was stopped finds its own as it left it."""
        for detector_id, notebook in state.notebooks.items():
            if detector_id in self.detectors:
                yield detector_id, notebook

    # Inputs become facts.

    def _read(
        self,
        kind: EntityKind,
        id_: str,
        event: Event,
        state: EntityState,
        step: Step,
        dirty: Dirty,
        told: list[Fact],
        now: int | None,
    ) -> None:
        data = event.data
        at = (kind, type(data))
        profile = PROFILES.get(at)
        if profile is not None and profile.where(data):
            try:
                drawn = profile.facts(event, id_)
            except Exception as error:  # noqa: BLE001 - one event must not stop an entity
                step.failures.append(Failure("profile", error, [event]))
                drawn = []
            news = [drawn_fact for drawn_fact in drawn if remember(state.profile, drawn_fact)]
            told += news
            if news and kind in self._dossiers:
                self._note(kind, event, news, state, dirty, now)
        for detector_id, reads in self._readers.get(at, ()):
            if detector_id in self._needy:
                if self._lacks_reference(detector_id):
                    continue
                self._needy.discard(detector_id)
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
            if reads.ends_of is None:
                new = insert(notebook.facts, fact_drawn)
            else:
                new = insert_ends(notebook.facts, fact_drawn, reads.ends_of)
            if new:
                notebook.waiting.append(fact_drawn)
                dirty.setdefault(detector_id, []).append((event, fact_drawn))

    def _note(
        self,
        kind: EntityKind,
        event: Event,
        news: list[Fact],
        state: EntityState,
        dirty: Dirty,
        now: int | None,
    ) -> None:
        """The detectors that judge by the profile have news, if anything has begun for them."""
        said = {fact.role for fact in state.profile} | {fact.about for fact in state.profile}
        for detector_id, dossier in self._dossiers[kind]:
            notebook = state.notebooks.get(detector_id)
            if notebook is None and dossier.begins and dossier.begins.isdisjoint(said):
                continue
            if detector_id in self._needy and self._lacks_reference(detector_id):
                continue
            facts = [fact for fact in news if fact.role in dossier.roles]
            if not facts:
                continue
            if notebook is None:
                # What the profile told before was judged, and nothing of it raised or waited for.
                notebook = state.notebooks[detector_id] = Notebook(judged=now)
            notebook.waiting += facts
            dirty.setdefault(detector_id, []).extend((event, fact) for fact in facts)

    def _weigh(
        self,
        note: Implicated,
        state: EntityState,
        dirty: Dirty,
    ) -> None:
        """The newest revision of an alert replaces what was known of it, whichever comes first."""
        for detector_id in self._weigh_alerts:
            notebook = state.notebooks.get(detector_id)
            if notebook is None:
                notebook = state.notebooks[detector_id] = Notebook()
            known = known_alert(notebook.facts, note.alert.about)
            if known is not None:
                if int(known.fields["revision"]) >= note.revision:
                    continue
                notebook.facts.remove(known)
            # What no longer stands is remembered too: an older revision may be told once more.
            alert = note.alert if note.firing else structs.replace(note.alert, role=WITHDRAWN)
            insert(notebook.facts, alert)
            notebook.waiting.append(alert)
            dirty.setdefault(detector_id, []).append((None, alert))

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
        dirty: Dirty,
    ) -> None:
        if note.about not in state.asked:
            return
        first = note.about not in state.known
        known = state.known.setdefault(note.about, [])
        news = [fact for fact in note.facts if remember(known, fact)]
        del known[: -self.common.max_facts]
        if news or first:
            for detector_id, notebook in self._open_notebooks(state):
                notebook.waiting.extend(news)
                dirty.setdefault(detector_id, [])

    # Facts become findings, findings become revisions.

    def _unconcerned(
        self,
        view: _View,
        detector_id: str,
        fresh: Fresh,
        step: Step,
        now: int | None,
    ) -> bool:
        """Whether new facts are all there is to judge, and nothing found changes by them."""
        detector = self.detectors[detector_id]
        notebook = step.state.notebooks[detector_id]
        if detector.concerns is None or len(fresh) != len(notebook.waiting) or not fresh:
            return False
        if now is None or (notebook.judged is not None and now < notebook.judged):
            return False
        if notebook.due is not None and notebook.due < now:
            return False
        view.facts = _facts_of(detector, step.state)
        view.due = notebook.due
        try:
            for _, fact in fresh:
                if detector.concerns(view, fact, detector.params):
                    return False
        except Exception:  # noqa: BLE001 - the judgement fails likewise, and is answered for there
            return False
        notebook.waiting = []
        notebook.judged = now
        facts = len(notebook.facts)
        if facts % _PRUNED_EVERY and facts <= self.common.max_facts:
            return True
        step.evict(detector_id, prune_notebook(detector, notebook, now, self.common, view))
        return True

    def _judge(
        self,
        key: str,
        view: _View,
        detector_id: str,
        fresh: Fresh,
        step: Step,
        now: int | None,
        detected_at: int | None,
    ) -> None:
        detector = self.detectors[detector_id]
        notebook = step.state.notebooks[detector_id]
        view.facts = _facts_of(detector, step.state)
        view.due = notebook.due
        view.wanted = set()
        try:
            findings = list(detector.judge(view, detector.params))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors go on
            failed = [event for event, _ in fresh if event is not None]
            step.failures.append(Failure(detector_id, error, failed))
            for _, fact in fresh:
                # A fact may have given way to another of the same step.
                if detector.dossier is None and fact in notebook.facts:
                    notebook.facts.remove(fact)
                notebook.waiting.remove(fact)
            notebook.due = None
            prune_notebook(detector, notebook, now, self.common)
            return
        if self._ask(key, view, detector, step):
            notebook.due = None
            return
        # What is over stays over, though stream time may go back for a while.
        reached = _later(now, notebook.judged)
        over = None if reached is None else reached - self.common.lateness - self.common.grace
        notebook.due = None
        held: set[str] = set()
        for finding in findings:
            raised = notebook.raised.get(finding.anchor)
            if finding.settled is not None and finding.due is not None:
                continue
            if finding.due is not None and not view.passed(finding.due):
                notebook.due = min(finding.due, notebook.due or finding.due)
                if raised is not None and raised.finding.due == finding.due:
                    held.add(finding.anchor)
                continue
            held.add(finding.anchor)
            if detector.dossier is not None and raised is not None and _evicted(notebook, raised):
                continue
            old = over is not None and finding.until < over
            if old and (raised is None or detector.dossier is not None):
                newly_due = finding.due is not None and finding.due >= (notebook.judged or 0)
                if not newly_due and not _share(finding.facts, notebook.waiting, _statement):
                    continue
            finding = self._bound(finding)
            firing = finding.settled is None
            if raised is None or raised.firing != firing or raised.finding != finding:
                self._revise(detector, notebook, finding, firing, step, detected_at)
        for anchor in [anchor for anchor in notebook.raised if anchor not in held]:
            settled = next((it for it in findings if it.anchor == anchor and it.settled), None)
            self._let_go(detector, notebook, anchor, settled, over, step, detected_at)
        if now == reached:
            # Else time has gone back: what is new may be due by what was judged, and not yet now.
            notebook.waiting = []
        notebook.judged = reached
        step.evict(detector_id, prune_notebook(detector, notebook, now, self.common, view))

    def _let_go(
        self,
        detector: Detector,
        notebook: Notebook,
        anchor: str,
        settled: Finding | None,
        over: int | None,
        step: Step,
        detected_at: int | None,
    ) -> None:
        """What was raised and is found no more: over and done with, evicted, or to be withdrawn."""
        raised = notebook.raised[anchor]
        # A judgement may name the event of a told fact otherwise than it was told.
        news = settled is not None and _share(settled.facts, notebook.waiting, _event)
        done = over is not None and raised.finding.until < over
        if _evicted(notebook, raised) or (done and not news):
            # By a profile that is still kept it could be found, and numbered, once more.
            if detector.dossier is None:
                del notebook.raised[anchor]
        elif raised.firing:
            facts = in_time_order(*raised.finding.facts, *(settled.facts if settled else ()))
            why = settled.settled if settled else NO_LONGER_HOLDS
            gone = structs.replace(raised.finding, settled=why, facts=facts)
            self._revise(detector, notebook, gone, False, step, detected_at)

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
        if firing or raised is None:
            allowance = allowed(finding.subject, finding.facts[-1].at, detector.allowances)
            marks = Marks(detector.shadow, allowance.mark() if allowance else None)
        else:
            # Whoever heard that it fires must hear that it does not, whatever was set since.
            marks = raised.marks
        notebook.raised[finding.anchor] = Raised(revision, firing, finding, marks)
        step.alerts.append(
            self._write.alert(detector, finding, revision, firing, marks, detected_at)
        )
        if self._weigh_alerts and not detector.weighs_alerts:
            # What wakes nobody must not wake somebody by way of a sum.
            counts = firing and not marks.shadow and marks.suppressed is None
            named = {finding.subject.employee: counts}
            if raised is not None:
                # The one it named before is told that it no longer names him.
                named.setdefault(raised.finding.subject.employee, False)
            alert = alert_fact(detector, finding, revision)
            for employee, implicated in named.items():
                if employee is not None:
                    note = Implicated(alert, revision, implicated)
                    step.notes.append((entity("employee", employee), note))


def _facts_of(detector: Detector, state: EntityState) -> list[Fact]:
    """What a detector judges an entity by: its own facts, or those of the entity's profile."""
    if detector.dossier is None:
        return state.notebooks[detector.id].facts
    roles = detector.dossier.roles
    return [fact for fact in state.profile if fact.role in roles]


def _evicted(notebook: Notebook, raised: Raised) -> bool:
    """Whether some of what an alert was raised on gave way: it cannot be judged again."""
    return notebook.floor is not None and raised.finding.facts[0].at <= notebook.floor


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


_statement = attrgetter("order")
_event = attrgetter("anchor")


def _share(some: Iterable[Fact], others: Iterable[Fact], what: Callable[[Fact], object]) -> bool:
    """Whether any of `some` has its statement, or its event, in common with one of `others`."""
    known = {what(fact) for fact in others}
    return any(what(fact) in known for fact in some)


def configured(detector: Detector, **params: object) -> Detector:
    """`detector` with some of its numbers changed, as the tests and the settings do."""
    return replace(detector, params=structs.replace(detector.params, **params))
