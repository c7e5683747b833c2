"""What stands at the end of a run, and whether it is well worded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from contract.alert import Alert

HAN = re.compile(r"[\u4e00-\u9fff]")
_LEFT_OVER = re.compile(r"\bNone\b|[{}]|\bnan\b|  |\(\)|（）|） |\(s\)|Fact\(|Decimal\(")


def final(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """The newest revision of each alert."""
    newest: dict[str, Alert] = {}
    for alert in alerts:
        known = newest.get(alert.alert_id)
        assert known is None or alert.revision == known.revision + 1, "a revision skipped or twice"
        assert known is not None or alert.revision == 1, "the first revision is 1"
        newest[alert.alert_id] = alert
    return newest


def firing(alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts that stand at the end, by their events."""
    standing = (alert for alert in final(alerts).values() if alert.state == "firing")
    return sorted(
        standing, key=lambda alert: (alert.first_event_at, alert.last_event_at, alert.alert_id)
    )


def told(alerts: Iterable[Alert]) -> list[tuple[object, ...]]:
    """What must not depend on how the events came: all of an alert but its revision."""
    return sorted(
        (
            alert.alert_id,
            alert.severity,
            alert.score,
            str(alert.employee),
            str(alert.customer),
            str(alert.order),
            str(alert.account),
            alert.summary.en,
            alert.summary.zh,
            tuple((piece.id, piece.time, piece.note) for piece in alert.evidence),
        )
        for alert in firing(alerts)
    )


def badly_worded(alert: Alert) -> list[str]:
    """What is wrong with the words of an alert."""
    wrong = []
    for name, text in (("title", alert.title), ("summary", alert.summary)):
        for language, words in (("en", text.en), ("zh", text.zh)):
            if not words.strip():
                wrong.append(f"{name}.{language} is empty")
            if found := _LEFT_OVER.search(words):
                wrong.append(f"{name}.{language} has {found[0]!r} left over")
        if not HAN.search(text.zh):
            wrong.append(f"{name}.zh is not Chinese")
    if not alert.summary.en.endswith("."):
        wrong.append("summary.en is no sentence")
    if not alert.summary.zh.endswith("。"):
        wrong.append("summary.zh is no sentence")
    return wrong
