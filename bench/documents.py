"""The documents that a benchmark sends by itself, to see when they have come through."""

from __future__ import annotations

import json
from typing import Any

from bench.mix_company import Line


def document(topic: str, type_: str, id_: str, at: str, data: dict[str, Any]) -> Line:
    """One event of the benchmark."""
    fields = {
        "specversion": "1.0",
        "id": id_,
        "source": "//bench.example.com",
        "type": f"offbook.{type_}.v1",
        "time": at,
        "data": data,
    }
    return Line(topic, id_, id_, json.dumps(fields).encode())
