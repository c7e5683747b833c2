"""Why there is an alert, laid out for people: what happened, by which rule, and by how much.

Pure: computed from an alert, the detector with its current settings, and the company's clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from contract.alert import Alert, Bilingual, Evidence
from contract.kinds import KIND_OF_TYPE
from contract.publishing.meanings import NAMES
from contract.times import SECOND, moment, parse_rfc3339
from desk.explain.detector_sheet import DetectorSheet, ParamSheet, sheet
from desk.explain.threshold_margin import Margin, margin
from detectors.engine.alert_writer import GENERAL_NOTES
from detectors.facts.evidence import taken_apart, with_remarks
from detectors.language.detector import Detector
from detectors.language.wording import span
from streams.monitor.backdated import dated_back

#: Whether the detector would judge today: it may be stopped, or gone from this version.
Standing = Literal["enabled", "stopped", "unknown"]

#: A place of a note, as `re.escape` leaves it.
_PLACE = re.compile(r"\\\{(\w+)\\\}")


class Piece(Struct, frozen=True):
    """One event of the timeline. `at` is company time, `elapsed` the time since the first of them.

    `dated_back`: if it withdrew the alert, how long after the time it claims it was recorded; None
    if it did not, or within a day.
    """

    at: str
    elapsed: Bilingual
    what: Bilingual
    note: Bilingual
    type: str
    source: str
    id: str
    topic: str
    partition: int
    offset: int
    dated_back: Bilingual | None = None


class Parameter(Struct, frozen=True):
    """A number of the rule when the alert was raised, None if the alert does not say. `now` is None
    if the parameter no longer exists."""

    name: str
    then: str | None
    now: str | None
    meaning: Bilingual

    @property
    def changed(self) -> bool:
        """Whether the same events would be judged by another number today."""
        return self.then is not None and self.then != self.now


class Explanation(Struct, frozen=True):
    """Everything `offbook explain` says. `catches` is None for a detector this version lacks."""

    alert: Alert
    timezone: str
    timeline: tuple[Piece, ...]
    standing: Standing
    catches: Bilingual | None
    params: tuple[Parameter, ...]
    measured: tuple[Margin, ...]
    runbook: str | None
    meaning: Bilingual | None = None


def explain(
    alert: Alert,
    detector: Detector | None,
    *,
    enabled: bool,
    timezone: str,
    meaning: Bilingual | None = None,
    topic_prefix: str = "",
) -> Explanation:
    """Lay out `alert`. `detector` has the parameters of today; None if there is none of its id.

    `meaning` is what the alert means; without it in Chinese, the detector's title.
    """
    known = sheet(detector) if detector is not None else None
    return Explanation(
        alert=alert,
        timezone=timezone,
        timeline=tuple(_timeline(alert, detector, ZoneInfo(timezone), topic_prefix)),
        standing="unknown" if known is None else "enabled" if enabled else "stopped",
        catches=None
        if known is None
        else Bilingual(_catches(known), (meaning and meaning.zh) or known.title_zh),
        params=tuple(_params(alert, detector)),
        measured=tuple(_measured(alert, known)),
        runbook=known.runbook if known is not None else None,
        meaning=meaning,
    )


def _catches(known: DetectorSheet) -> str:
    paragraphs = (" ".join(paragraph.split()) for paragraph in known.text.split("\n\n"))
    return next((it for it in paragraphs if it.startswith("Catches")), known.catches)


def _timeline(
    alert: Alert, detector: Detector | None, zone: ZoneInfo, topic_prefix: str
) -> Iterator[Piece]:
    first = None
    for event in alert.evidence:
        at = parse_rfc3339(event.time)
        first = at if first is None else first
        late = dated_back(event, parse_rfc3339(alert.detected_at))
        kind = KIND_OF_TYPE.get(event.type)
        name = NAMES[kind.data] if kind is not None else (event.type, event.type)
        yield Piece(
            at=_company_time(at, zone),
            # Beside times in whole seconds.
            elapsed=span((at - first) // SECOND * SECOND),
            what=Bilingual(*name),
            note=_note(event, detector),
            type=event.type,
            source=event.source,
            id=event.id,
            # A record of a file has no topic of this Kafka.
            topic=event.topic if event.partition < 0 else topic_prefix + event.topic,
            partition=event.partition,
            offset=event.offset,
            dated_back=None if late is None else span(late),
        )


def _company_time(at: int, zone: ZoneInfo) -> str:
    local: datetime = moment(at).astimezone(zone)
    return local.isoformat(timespec="seconds")


def _note(event: Evidence, detector: Detector | None) -> Bilingual:
    """The note in both languages: alerts carry the English one, the detector knows both."""
    bare, remarks = taken_apart(event.note)
    of_detector = detector.notes.values() if detector is not None else ()
    for note in (*of_detector, *GENERAL_NOTES.values()):
        places = _PLACE.sub(r"(?P<\1>.+?)", re.escape(note.en))
        if known := re.fullmatch(places, bare):
            chinese = note.zh.format(**known.groupdict())
            return Bilingual(event.note, with_remarks(chinese, remarks, "zh"))
    return Bilingual(event.note, event.note)


def _params(alert: Alert, detector: Detector | None) -> Iterator[Parameter]:
    then = alert.rule.params if alert.rule is not None else {}
    rows = {row.name: row for row in sheet(detector).params} if detector is not None else {}
    for name in {**then, **rows}:
        yield Parameter(
            name,
            then.get(name),
            str(getattr(detector.params, name)) if detector is not None and name in rows else None,
            _meaning(rows.get(name)),
        )


def _meaning(row: ParamSheet | None) -> Bilingual:
    return Bilingual(row.description, row.description_zh) if row is not None else Bilingual("", "")


def _measured(alert: Alert, known: DetectorSheet | None) -> Iterator[Margin]:
    """Margins of the parameters that still are thresholds; the rest cannot be compared."""
    if alert.rule is None or known is None:
        return
    for row in known.params:
        found, needed = alert.rule.measured.get(row.name), alert.rule.params.get(row.name)
        if found is not None and needed is not None and row.fires is not None:
            yield margin(row.name, _meaning(row), row.fires, found, needed)
