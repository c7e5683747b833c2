"""One bad document for each mistake a sender typically makes."""

from __future__ import annotations

import json
from typing import Any

_TIME = "2026-03-05T10:00:00+08:00"
_TYPES = {
    "payment": "payment",
    "crm": "crm.edit",
    "chat": "chat.keyword-hit",
    "hr": "hr.change",
    "edr": "endpoint.file",
    "service": "service.callback",
    "hotline": "tip",
}
_PAYMENT = {"payment": "PAY-1", "amount": "1280.00", "payee_account": "0000880000000001"}
_EDIT = {
    "actor": "E111",
    "op": "update",
    "object": {"type": "customer", "id": "CU-1005"},
    "customer": "CU-1005",
}
_HIT = {"employee": "E111", "app": "企业微信", "keyword": "返点", "category": "kickback"}


def _document(number: int, system: str, data: Any, **attributes: Any) -> dict[str, Any]:
    document = {
        "specversion": "1.0",
        "id": f"bad-{number:02}",
        "source": f"//{system}.hengda-machinery.example",
        "type": f"offbook.{_TYPES[system]}.v1",
        "time": _TIME,
        "data": data,
    } | attributes
    return {key: value for key, value in document.items() if value is not ...}


def mistakes() -> list[tuple[str, str, str]]:
    """(line of the file, the mistake in English, in Chinese), in the file's order."""
    made: list[tuple[Any, str, str]] = []

    def bad(system: str, data: Any, en: str, zh: str, **attributes: Any) -> None:
        made.append((_document(len(made) + 1, system, data, **attributes), en, zh))

    whole = json.dumps(_document(1, "payment", _PAYMENT))
    made.append((whole[:-20], "cut off in the middle: not JSON", "写到一半断了，不是 JSON"))
    made.append(([_document(2, "payment", _PAYMENT)], "an array around it", "外面多套了一层数组"))
    bad("payment", _PAYMENT, "no `specversion`", "缺 `specversion`", specversion=...)
    bad("payment", _PAYMENT, "no `id`", "缺 `id`", id=...)
    bad("payment", _PAYMENT, "an empty `source`", "`source` 为空", source="")
    bad("payment", _PAYMENT, "a type that doesn't exist", "没有这种类型",
        type="offbook.payments.v1")  # fmt: skip
    bad("payment", _PAYMENT, "a time without an offset", "时间没有时区",
        time="2026-03-05 10:00:00")  # fmt: skip
    bad("payment", _PAYMENT, "a day that doesn't exist", "日期不存在",
        time="2026-02-30T10:00:00+08:00")  # fmt: skip
    bad("payment", _PAYMENT, "a time in milliseconds", "时间写成毫秒数", time=1_772_676_000_000)
    bad("payment", json.dumps(_PAYMENT), "`data` encoded twice", "`data` 被编码了两次")
    bad("payment", ..., "no `data`", "缺 `data`")
    bad("payment", {"payment": "PAY-1", "amount": "1280.00"},
        "no `payee_account`", "缺 `payee_account`")  # fmt: skip
    bad("payment", _PAYMENT | {"amount": "1,280.00"},
        "an amount with a thousands separator", "金额带千分位逗号")  # fmt: skip
    bad("payment", _PAYMENT | {"amount": "-1280.00"},
        "a negative amount; use `refund`", "金额为负；退款用 `refund`")  # fmt: skip
    bad("payment", _PAYMENT | {"amount": "NaN"}, "an amount that is no number", "金额不是数")
    bad("payment", _PAYMENT | {"currency": "元"}, "a currency that isn't ISO 4217",
        "币种不是 ISO 4217")  # fmt: skip
    bad("crm", _EDIT | {"actor": 111}, "an id as a number", "编号写成数字")
    bad("crm", _EDIT | {"actor": "E1\n11"}, "a line break in an id", "编号里有换行符")
    bad("crm", _EDIT | {"op": "remove"}, "an `op` that doesn't exist", "没有这种 `op`")
    bad("crm", _EDIT | {"object": {"type": "customers", "id": "CU-1005"}},
        "an object type that doesn't exist", "没有这种对象类型")  # fmt: skip
    bad("crm", _EDIT | {"op": "delete", "count": 0}, "no records touched", "涉及记录数为 0")
    bad("chat", _HIT | {"excerpt": "返点" * 300}, "an excerpt of more than 500 characters",
        "摘录超过 500 个字")  # fmt: skip
    bad("hr", {"employee": "E121", "kind": "resigned", "effective_on": "2026/04/10"},
        "a date with slashes", "日期用了斜杠")  # fmt: skip
    bad("edr", {"employee": "E121", "action": "delete", "bytes": -1}, "a negative size",
        "文件大小为负")  # fmt: skip
    bad("service", {"callback": "CB-1", "customer": "CU-1005", "outcome": "confirmed",
        "satisfaction": 6}, "satisfaction beyond 5", "满意度大于 5")  # fmt: skip
    bad("hotline", {"tip": "TIP-1", "about_employee": "E112", "reporter_name": "某某"},
        "a tip that names its reporter", "举报里写了举报人")  # fmt: skip
    return [
        (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False), en, zh)
        for line, en, zh in made
    ]
