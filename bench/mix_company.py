"""The company of the mix: its accounts, employees and customers, and the form of its documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from contract.times import DAY, parse_rfc3339, rfc3339

CUSTOMERS = 200_000
EMPLOYEES = 2_000
START = "2026-03-02T00:00:00+08:00"

_encode = msgspec.json.Encoder().encode
_TYPES = {
    "crm.edits": "crm.edit",
    "payments": "payment",
    "shipments": "shipment",
    "chat.keyword-hits": "chat.keyword-hit",
    "hr.changes": "hr.change",
    "endpoint.files": "endpoint.file",
    "service.callbacks": "service.callback",
    "tips": "tip",
    "reference.accounts": "reference.account",
    "reference.employees": "reference.employee",
    "reference.customers": "reference.customer",
}


class Line(NamedTuple):
    """One document, the topic it belongs on, and what to key it by."""

    topic: str
    key: str
    id: str
    document: bytes


def account(number: int) -> str:
    """One of the company's own accounts."""
    return f"6222021001{number:09d}"


def private_account(employee: int) -> str:
    """A private account of an employee."""
    return f"6217003810{employee:09d}"


def owner_of(customer: int, employees: int = EMPLOYEES) -> int:
    """The employee who owns a customer."""
    return customer * 7919 % employees


def reference(
    customers: int = CUSTOMERS, employees: int = EMPLOYEES, start: int = parse_rfc3339(START)
) -> Iterator[Line]:
    """The reference documents, stated before `start` (µs)."""
    time = rfc3339(start - DAY)
    for number in range(20):
        data: dict[str, Any] = {"account": account(number), "bank": "工商银行"}
        yield line_of("reference.accounts", account(number), f"account-{number}", time, data)
    for number in range(employees):
        id_ = f"E-{number:05d}"
        data = {
            "employee": id_,
            "name": f"员工{number}",
            "role": "manager" if number % 20 == 0 else "sales",
            "manager": f"E-{number // 20 * 20:05d}",
            "accounts": [private_account(number)],
        }
        yield line_of("reference.employees", id_, f"employee-{number}", time, data)
    for number in range(customers):
        id_ = f"C-{number:06d}"
        data = {
            "customer": id_,
            "owner": f"E-{owner_of(number, employees):05d}",
            "tier": "key" if number % 50 == 0 else "normal",
            "phone": f"+86139{number:08d}",
        }
        yield line_of("reference.customers", id_, f"customer-{number}", time, data)


def line_of(topic: str, key: str, id_: str, time: str, data: dict[str, Any]) -> Line:
    """The document of an event or of master data, with its topic and key."""
    document = {
        "specversion": "1.0",
        "id": id_,
        "source": f"//{topic}.example.com",
        "type": f"offbook.{_TYPES[topic]}.v1",
        "time": time,
        "data": data,
    }
    return Line(topic, key, id_, _encode(document))
