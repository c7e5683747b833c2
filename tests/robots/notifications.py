"""Notifications as Alertmanager posts them."""

from __future__ import annotations

import json
from typing import Any

from robots.notification import Notification, notification_of

#: What a critical fraud alert says of itself.
PAYMENT = {
    "summary": "Payment to an account that is not the company's",
    "summary_zh": "货款进入非公司账户",
    "description": "Customer CU-1017 paid 168,000.00 CNY to account 0000620000000112.",
    "description_zh": "客户 CU-1017 向非公司账户 0000620000000112 付款 168,000.00 元。",
    "employee": "E112",
    "customer": "CU-1017",
    "amount": "168,000.00 CNY",
    "score": "80",
    "runbook_url": "https://wiki.example/runbooks/offbook-payment",
    "alert_url": "https://offbook.example/alerts/offbook-payment-1",
}
LABELS = {"alertname": "OffbookAlert", "severity": "critical", "detector": "offbook-payment"}


def alert(
    number: int = 1,
    *,
    status: str = "firing",
    annotations: dict[str, str] | None = None,
    **labels: str,
) -> dict[str, Any]:
    """One alert; `number` tells it from others."""
    return {
        "status": status,
        "labels": {**LABELS, **labels},
        "annotations": PAYMENT if annotations is None else annotations,
        "startsAt": f"2026-11-30T09:{number % 60:02}:05.123456789+08:00",
        "endsAt": "2026-11-30T10:00:00+08:00" if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": f"{number:016x}",
    }


def payload(*alerts: dict[str, Any], group: str = "a", truncated: int = 0) -> dict[str, Any]:
    """A whole body."""
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{group}"}}',
        "truncatedAlerts": truncated,
        "status": "firing",
        "receiver": "security",
        "groupLabels": {"alertname": group},
        "commonLabels": LABELS,
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": list(alerts),
    }


def notification(*alerts: dict[str, Any], group: str = "a", truncated: int = 0) -> Notification:
    """The same, read."""
    body = payload(*alerts, group=group, truncated=truncated)
    return notification_of(json.dumps(body).encode())
