"""The same nine questions, asked as simply as Faust allows: one event a record, group_by, Tables.

What a programmer writes first, with Faust's own settings. It is no match for Offbook in answers
either: no late events, no revisions, no withdrawals, no repeats, no dead letters. A worker is
`python -m bench.peers.plain_faust worker`; BENCH_BOOTSTRAP and BENCH_PREFIX say where its topics
are. Each second a line of JSON in its log says how far it is.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator
from typing import Any

import faust

from bench.mix_company import account
from contract.times import DAY, HOUR, parse_rfc3339

BOOTSTRAP = os.environ.get("BENCH_BOOTSTRAP", "localhost:9092")
PREFIX = os.environ.get("BENCH_PREFIX", "plain.")
PARTITIONS = 4
COMPANY = {account(number) for number in range(20)}
SENSITIVE = {"private_deal", "off_channel_payment", "kickback", "competitor"}

app = faust.App(
    f"{PREFIX}app",
    broker=f"kafka://{BOOTSTRAP}",
    store="memory://",
    topic_partitions=PARTITIONS,
    topic_replication_factor=1,
    web_enabled=False,
    consumer_auto_offset_reset="earliest",
)

Event = dict[str, Any]
Stream = Any


def topics(*names: str) -> Any:
    return app.topic(*(PREFIX + name for name in names), value_serializer="json")


def grouped(name: str) -> Any:
    return app.topic(f"{PREFIX}by-{name}", value_serializer="json", partitions=PARTITIONS)


def table(name: str, default: Any) -> Any:
    return app.Table(PREFIX + name, default=default, partitions=PARTITIONS)


alerts: set[Any] = set()
progress = {"read": 0, "grouped": 0, "at": 0.0}


def alert(*what: Any) -> None:
    alerts.add(what)


def came(what: str) -> None:
    progress[what] += 1
    progress["at"] = time.time()


# offbook-payment, account-ring

paid_into = table("paid-into", dict)


def private(event: Event) -> bool:
    came("read")
    data = event["data"]
    return data.get("kind") != "refund" and data["payee_account"] not in COMPANY


@app.agent(topics("payments"))
async def accounts(stream: Stream) -> AsyncIterator[None]:
    by_account = stream.filter(private).group_by(
        lambda event: event["data"]["payee_account"], name="account", topic=grouped("account")
    )
    async for event in by_account:
        came("grouped")
        data, at = event["data"], parse_rfc3339(event["time"])
        alert("offbook-payment", data["payment"])
        payers = paid_into[data["payee_account"]]
        payers[data.get("customer")] = at
        payers = {who: when for who, when in payers.items() if when > at - 90 * DAY}
        paid_into[data["payee_account"]] = payers
        if len(payers) >= 3:
            alert("account-ring", data["payee_account"])


# unmatched-payment, shipment-without-order

orders = table("orders", dict)


def about_order(event: Event) -> bool:
    came("read")
    data = event["data"]
    if "payment" in data or data.get("status") == "dispatched":
        return "order" in data or bool(alert("without-order", event["id"]))
    return bool(data.get("object", {}).get("type") == "order")


def order_of(event: Event) -> str:
    data = event["data"]
    return str(data.get("order") or data["object"]["id"])


@app.agent(topics("crm.edits", "payments", "shipments"))
async def by_order(stream: Stream) -> AsyncIterator[None]:
    async for event in stream.filter(about_order).group_by(
        order_of, name="order", topic=grouped("order")
    ):
        came("grouped")
        order, at = order_of(event), parse_rfc3339(event["time"])
        known = orders[order]
        if "object" in event["data"]:
            known["mentioned"] = True
            known.pop("waits", None)
        elif not known.get("mentioned"):
            known["waits"] = at
        orders[order] = known


@app.timer(10.0)
async def orders_that_never_came() -> None:
    for order, known in list(orders.items()):
        if known.get("waits", time.time() * 1e6) < time.time() * 1e6 - 30 * DAY:
            alert("unmatched", order)


# deleted-before-resignation, bulk-delete, chat-burst

deletes = table("deletes", list)
hits = table("hits", list)


def about_employee(event: Event) -> bool:
    came("read")
    data = event["data"]
    if "category" in data:
        return bool(data["category"] != "other")
    return data.get("op") == "delete" or data.get("action") == "delete" or "kind" in data


def employee_of(event: Event) -> str:
    return str(event["data"].get("employee") or event["data"]["actor"])


@app.agent(topics("crm.edits", "endpoint.files", "chat.keyword-hits", "hr.changes"))
async def by_employee(stream: Stream) -> AsyncIterator[None]:
    grouping = stream.filter(about_employee).group_by(
        employee_of, name="employee", topic=grouped("employee")
    )
    async for event in grouping:
        came("grouped")
        employee, at = employee_of(event), parse_rfc3339(event["time"])
        data = event["data"]
        if "category" in data:
            recent = [one for one in hits[employee] if one[0] > at - DAY]
            recent.append((at, data.get("customer")))
            hits[employee] = recent
            if len(recent) >= 5 or len({who for _, who in recent if who}) >= 3:
                alert("chat-burst", employee)
        elif data.get("kind") == "resigned":
            if sum(count for _, count in deletes[employee]) >= 3:
                alert("deleted-before-resignation", employee)
        elif "kind" not in data:
            recent = [one for one in deletes[employee] if one[0] > at - 30 * DAY]
            recent.append((at, data.get("count", 1)))
            deletes[employee] = recent
            if sum(count for when, count in recent if when > at - HOUR) >= 20:
                alert("bulk-delete", employee)


# leak-then-lost, follow-up-lapsed

customers = table("customers", dict)


def about_customer(event: Event) -> bool:
    came("read")
    data = event["data"]
    if "category" in data:
        return data["category"] in SENSITIVE and "customer" in data
    return data["object"]["type"] in ("activity", "opportunity") and "customer" in data


@app.agent(topics("crm.edits", "chat.keyword-hits"))
async def by_customer(stream: Stream) -> AsyncIterator[None]:
    grouping = stream.filter(about_customer).group_by(
        lambda event: event["data"]["customer"], name="customer", topic=grouped("customer")
    )
    async for event in grouping:
        came("grouped")
        data, at = event["data"], parse_rfc3339(event["time"])
        known = customers[data["customer"]]
        if "category" in data:
            known["hit"] = at
        elif data["object"]["type"] == "activity":
            known["activity"] = at
        else:
            stage = data.get("after", {}).get("stage")
            known["open"] = at if stage == "open" else None
            if stage == "lost" and known.get("hit", 0) > at - 14 * DAY:
                alert("leak-then-lost", data["customer"])
        customers[data["customer"]] = known


@app.timer(10.0)
async def customers_left_alone() -> None:
    now = time.time() * 1e6
    for customer, known in list(customers.items()):
        opened = known.get("open")
        if opened and max(opened, known.get("activity", 0)) < now - 30 * DAY:
            alert("follow-up-lapsed", customer)


@app.timer(1.0)
async def tell() -> None:
    print(json.dumps(progress | {"alerts": len(alerts)}), flush=True)


if __name__ == "__main__":
    app.main()
