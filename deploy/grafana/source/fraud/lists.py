"""Tables of cases and alerts: what their columns are called, and where they lead."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders import table

from contract.alert import Bilingual
from deploy.grafana.source.tables import coloured, heading, linked, page, sparse, words
from deploy.grafana.source.words import Language, Say, word

#: What a panel says of cases when there are none; also of a severity or detector without any.
EMPTY: Final = Bilingual("no open case", "没有未处理案件")
#: Whom and what an alert names. Viewers are given pseudonyms.
PEOPLE: Final = ("employee", "customer", "order")

_HEADINGS: Final = {
    "title": Bilingual("What it says", "内容"),
    "detector": Bilingual("Detector", "检测器"),
    "assignee": Bilingual("Who has it", "负责人"),
    **{it: word(it) for it in PEOPLE},
    "alert_id": Bilingual("Alert", "告警编号"),
}


def dressed(panel: table.Panel, say: Say, language: Language, shelf: str) -> table.Panel:
    """The table with its headings and links. Of fields that it does not have nothing is shown."""
    panel = sparse(panel).mappings([words(say)])
    severity = Bilingual("Severity", "级别")
    panel = heading(
        panel, say, "severity", severity, custom_cellOptions=coloured(), custom_width=90
    )
    panel = heading(panel, say, "score", Bilingual("Score", "分数"), unit="none", custom_width=70)
    panel = heading(
        panel, say, "alerts", Bilingual("Alerts", "告警数"), unit="none", custom_width=80
    )
    panel = heading(panel, say, "state", Bilingual("State", "状态"), custom_width=110)
    detected = Bilingual("Detected", "发现时间")
    panel = heading(panel, say, "detected_at", detected, unit="dateTimeAsIso", custom_width=170)
    for field, text in _HEADINGS.items():
        panel = heading(panel, say, field, text)
    return _leading(panel, say, language, shelf)


def _leading(panel: table.Panel, say: Say, language: Language, shelf: str) -> table.Panel:
    alert = page("/alerts/${__data.fields.alert_id}", language)
    opens = say(Bilingual("Open the alert", "打开告警页面"))
    for field in ("title", "alert_id"):
        panel = linked(panel, field, opens, alert)
    same = say(Bilingual("All of this detector", "该检测器的全部案件"))
    of_detector = f"/cases?shelf={shelf}&detector=${{__data.fields.detector}}"
    panel = linked(panel, "detector", same, page(of_detector, language))
    person = say(Bilingual("Their last 30 days", "其近 30 天记录"))
    return linked(panel, "employee", person, page("/people/${__data.fields.employee}", language))
