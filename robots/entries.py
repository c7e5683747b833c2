"""What is said of each alert, before any robot's markup: what happened, to whom, how much, how
sure, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Final

from msgspec import Struct, structs

from robots.notification import Alert, Notification
from robots.texts import address, cut, tidy
from robots.words import Language, counted, either, word

#: How grave each is; a severity nobody knows comes between a warning and an info.
_RANK: Final = {"critical": 0, "warning": 1, "info": 3}
_UNKNOWN: Final = 2
_MEANT: Final = {"page": "critical"}
_ICONS: Final = ("🔴", "🟠", "🟡", "🔵")
_RESOLVED: Final = "✅"
_WHOM: Final = ("employee", "customer", "order", "account")
#: Told in lines of their own, or in the first line.
_TOLD: Final = frozenset({"alertname", "severity", "amount", "score", *_WHOM})
#: Characters of a text or of a title, where there is room for more.
_LONGEST: Final = 4000
_TITLE: Final = 200
_SHORT_TITLE: Final = 60


class Entry(Struct, frozen=True):
    """One alert: `lines` are (label, text), the label may be empty; `links` (words, address).

    All text is tidy, and still to be made harmless in the markup of the message.
    """

    resolved: bool
    severity: str
    grade: str
    title: str
    lines: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def rank(self) -> int:
        """0 for the gravest; what is over comes last."""
        return 10 if self.resolved else _RANK.get(self.severity, _UNKNOWN)

    @property
    def pages(self) -> bool:
        """Whether somebody is to be mentioned for it."""
        return not self.resolved and self.severity == "critical"

    @property
    def icon(self) -> str:
        """Its colour."""
        return _RESOLVED if self.resolved else _ICONS[_RANK.get(self.severity, _UNKNOWN)]

    def least(self, most: int) -> int:
        """No message that has it `shortened` so needs fewer bytes for it."""
        if not most:
            return min(len(self.title), _SHORT_TITLE)
        return len(self.title) + sum(min(len(text), most) for _, text in self.lines)

    def shortened(self, most: int, language: Language) -> Entry:
        """With no text longer than `most` characters; 0 leaves the first line alone, and that
        short."""
        if not most:
            title = cut(self.title, _SHORT_TITLE, language)
            grade = cut(self.grade, 20, language)
            return structs.replace(self, title=title, grade=grade, lines=(), links=())
        lines = tuple((label, cut(text, most, language)) for label, text in self.lines)
        return structs.replace(self, lines=lines)


def entries_of(notification: Notification, language: Language, zone: tzinfo) -> list[Entry]:
    """The gravest first, what is over last."""
    found = [_entry(alert, language, zone) for alert in notification.alerts]
    return sorted(found, key=lambda it: it.rank)


def headline(entry: Entry) -> tuple[str, str]:
    """The icon and the grade, and what happened."""
    return f"{entry.icon} {entry.grade}", entry.title


def heading(gravest: Entry, of: Sequence[Entry], language: Language) -> tuple[str, str]:
    """The same for a message: of several alerts, how many, and the gravest."""
    if len(of) == 1:
        return headline(gravest)
    return f"{gravest.icon} {counts(of, language)}", gravest.title


def counts(entries: Iterable[Entry], language: Language) -> str:
    """How many fire and how many are over."""
    over = [it.resolved for it in entries]
    return counted(over.count(False), over.count(True), language)


def _entry(alert: Alert, language: Language, zone: tzinfo) -> Entry:
    named = alert.labels.get("severity", "").strip().lower()
    severity = _MEANT.get(named, named)
    if alert.resolved:
        grade = word("resolved", language)
    elif severity in _RANK:
        grade = word(severity, language)
    else:
        grade = cut(tidy(severity).upper() or "?", 40, language)
    links = []
    for name, words in (("runbook_url", "do"), ("alert_url", "alert")):
        if safe := address(alert.annotations.get(name, "")):
            links.append((word(words, language), safe))
    return Entry(
        resolved=alert.resolved,
        severity=severity,
        grade=grade,
        title=cut(_title(alert, language), _TITLE, language),
        lines=tuple((label, text) for label, text in _lines(alert, language, zone) if text),
        links=tuple(links),
    )


def _title(alert: Alert, language: Language) -> str:
    name = alert.labels.get("alertname", "")
    english, chinese = _both(alert, "summary")
    return either(english or tidy(name) or "?", chinese or tidy(name) or "?", language)


def _both(alert: Alert, name: str) -> tuple[str, str]:
    """In English and in Chinese; where one is missing, the other stands in."""
    english = tidy(alert.annotations.get(name, ""))
    chinese = tidy(alert.annotations.get(f"{name}_zh", ""))
    return english or chinese, chinese or english


def _lines(alert: Alert, language: Language, zone: tzinfo) -> Iterable[tuple[str, str]]:
    english, chinese = _both(alert, "description")
    if language != "zh":
        yield "", cut(english, _LONGEST, language)
    if language == "zh" or (language == "both" and chinese != english):
        yield "", cut(chinese, _LONGEST, language)
    whom = [(word(name, language), _said(alert, name)) for name in _WHOM]
    yield (
        word("whom", language),
        cut(", ".join(f"{what} {id_}" for what, id_ in whom if id_), _LONGEST, language),
    )
    yield word("much", language), cut(_said(alert, "amount"), _TITLE, language)
    yield word("sure", language), cut(_said(alert, "score"), _TITLE, language)
    yield word("since", language), _time(alert.starts_at, zone)
    if alert.resolved and alert.ends_at is not None:
        yield word("until", language), _time(alert.ends_at, zone)
    rest = [
        f"{tidy(name)}={tidy(text)}"
        for name, text in sorted(alert.labels.items())
        if name not in _TOLD
    ]
    yield word("labels", language), cut(", ".join(rest), _LONGEST, language)
    for name, words in (("runbook_url", "do"), ("alert_url", "alert")):
        place = alert.annotations.get(name, "")
        if place and not address(place):
            yield word(words, language), cut(tidy(place), _LONGEST, language)


def _said(alert: Alert, name: str) -> str:
    return tidy(alert.annotations.get(name) or alert.labels.get(name, ""))


def _time(at: datetime, zone: tzinfo) -> str:
    try:
        return at.astimezone(zone).isoformat(" ", "seconds")
    except (OverflowError, ValueError):
        # Alertmanager's "never" is the year 1, which has no time in a zone west of Greenwich.
        return ""
