"""An alert in the words of Alertmanager: labels, by which it routes and groups, and annotations,
which people read.

Labels name no employee, customer or account, whatever is set: they stand in addresses, silences and
the logs of whatever is told. Annotations hold as much as the settings allow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from msgspec import Struct

from contract.alert import Alert, Bilingual, Severity
from contract.spelling.shown import shown
from contract.times import moment, parse_rfc3339

#: `full`: as the alert says it, names too. `ids`: of whom and what it is by their ids alone.
#: `none`: what kind of alert, and how grave.
Personal = Literal["full", "ids", "none"]
Language = Literal["en", "zh", "both"]

#: Characters that are shown of one text; receivers cut at some thousands, in the middle of a word.
_LONGEST: Final = 2000
_LONGEST_LABEL: Final = 128
_GRAVE: Final[dict[Severity, Bilingual]] = {
    "critical": Bilingual("critical", "严重"),
    "warning": Bilingual("warning", "警告"),
    "info": Bilingual("info", "提示"),
}
_UNTOLD: Final = Bilingual(
    "Whom and what it is about is not told here: open the alert.",
    "此处不显示涉及的人和事：请打开告警查看。",
)
#: What Slack, WeCom and mail take for markup: tags, mentions, and links that show another address.
_MARKUP: Final = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "`": "'"})
_BREAKS: Final = re.compile(r"[^A-Za-z0-9]+")


class Wording(Struct, frozen=True, kw_only=True):
    """What is told of an alert, and where it leads.

    `desk` is the address before `/alerts/<id>`, None for no link; `runbooks` that of the folder of
    runbooks, or its path. `zone` is that of the times shown.
    """

    language: Language = "both"
    personal: Personal = "ids"
    desk: str | None = None
    runbooks: str = "docs/runbooks"
    zone: tzinfo


class Labels(NamedTuple):
    """What an alert is to Alertmanager: with another of these it would be another alert there."""

    alert_id: str
    detector: str
    severity: Severity
    case_id: str
    team: str

    def named(self) -> dict[str, str]:
        """By name. An empty one is left out, which is the same to Alertmanager."""
        labels = {
            "alertname": camel_case(self.detector),
            "severity": self.severity,
            "detector": shown(self.detector),
            "case_id": shown(self.case_id),
            "team": harmless(self.team, _LONGEST_LABEL),
            "alert_id": shown(self.alert_id),
            "category": "fraud",
        }
        return {name: value for name, value in labels.items() if value}


def camel_case(detector: str) -> str:
    """The id of a detector as alerts are named: `offbook-payment` is `OffbookPayment`."""
    parts = filter(None, _BREAKS.split(detector))
    return "".join(it[0].upper() + it[1:] for it in parts) or "Alert"


def harmless(text: str, most: int = _LONGEST) -> str:
    """`text` in one line, such that no receiver takes a part of it for markup, a mention or a link;
    of a longer one than `most` the beginning."""
    text = shown(text).translate(_MARKUP).replace("://", "：//")
    return text if len(text) <= most else text[: most - 1] + "…"


def read_by_people(alert: Alert, told: Severity, wording: Wording) -> dict[str, str]:
    """The annotations; `told` is the severity of its label."""
    found: dict[str, str] = {}
    for name, says in (("summary", _summary(alert)), ("description", _description(alert, wording))):
        if name == "description" and told != alert.severity:
            says = Bilingual(
                f"{says.en} It was {told} when it was told first, and is {alert.severity} now.",
                f"{says.zh}首次通知时为{_GRAVE[told].zh}，现为{_GRAVE[alert.severity].zh}。",
            )
        if wording.language in ("en", "both"):
            found[name] = says.en
        if wording.language == "zh":
            found[name] = says.zh
        if wording.language == "both":
            found[f"{name}_zh"] = says.zh
    return {**found, **links(alert.alert_id, alert.detector, wording)}


def links(alert_id: str, detector: str, wording: Wording) -> dict[str, str]:
    """Where to read on."""
    found = {"runbook_url": f"{wording.runbooks.rstrip('/')}/{quote(detector, safe='')}.md"}
    if wording.desk is not None:
        found["alert_url"] = f"{wording.desk.rstrip('/')}/alerts/{quote(alert_id, safe='')}"
    return found


def _summary(alert: Alert) -> Bilingual:
    grave = _GRAVE[alert.severity]
    return Bilingual(
        f"{harmless(alert.title.en, 200)} ({grave.en}, score {alert.score})",
        f"{harmless(alert.title.zh, 200)}（{grave.zh}，{alert.score} 分）",
    )


def _description(alert: Alert, wording: Wording) -> Bilingual:
    if wording.personal == "none":
        return _UNTOLD
    if wording.personal == "full":
        return Bilingual(harmless(alert.summary.en), harmless(alert.summary.zh))
    # The sentences of an alert have names in them, and amounts beside them: they are not taken
    # apart, but said anew from the fields.
    return Bilingual(
        _of_fields(alert, wording.zone, "{} {}", ", ", "evidence {} events, {} to {}.", 0),
        _of_fields(alert, wording.zone, "{} {}", "，", "证据 {} 条，{} 至 {}。", 1),
    )


_NAMES: Final[tuple[tuple[str, str, Callable[[Alert], str | None]], ...]] = (
    ("employee", "员工", lambda it: it.employee),
    ("account holder", "账户持有人", lambda it: it.account_holder),
    ("customer", "客户", lambda it: it.customer),
    ("order", "订单", lambda it: it.order),
    ("account", "账户", lambda it: _ends(it.account)),
)


def _of_fields(alert: Alert, zone: tzinfo, one: str, comma: str, last: str, language: int) -> str:
    parts = [
        one.format(en if language == 0 else zh, harmless(value, 160))
        for en, zh, of in _NAMES
        if (value := of(alert)) is not None
    ]
    times = [_clock(it, zone) for it in (alert.first_event_at, alert.last_event_at)]
    text = comma.join([*parts, last.format(len(alert.evidence), *times)])
    return text[0].upper() + text[1:]


def _ends(account: str | None) -> str | None:
    """An account by its last digits: whole, it is somebody's bank account in a chat."""
    if account is None:
        return None
    return account if len(account) <= 4 else f"…{account[-4:]}"


def _clock(time: str, zone: tzinfo) -> str:
    try:
        return moment(parse_rfc3339(time)).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return "?"
