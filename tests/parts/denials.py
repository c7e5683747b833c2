"""Customers who deny a deal on the telephone: an alert each, at once, by one event."""

from __future__ import annotations

import json
from typing import Any

from contract.times import rfc3339


def denial(callback: str, customer: str, at: int) -> str:
    """The event, a line."""
    document = {
        "specversion": "1.0",
        "id": callback,
        "source": "/call-centre",
        "type": "offbook.service.callback.v1",
        "time": rfc3339(at),
        "data": {
            "callback": callback,
            "customer": customer,
            "employee": "E-1",
            "outcome": "denied",
        },
    }
    return json.dumps(document) + "\n"


def by_callback(revisions: str) -> dict[str, Any]:
    """The newest revision of each alert, by the callback that it rests on."""
    return {it["evidence"][0]["id"]: it for it in map(json.loads, revisions.splitlines())}
