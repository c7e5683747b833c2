"""The nine questions as one writes them first: what an event says of whom, and a state of each.

For engines that call `route` with each event and `judge` with each fact and the state of its key.
No late event corrects anything, a repeat counts twice, and nothing wakes a state up: a deadline is
looked at when something else comes for the same key. Facts and states are what JSON can hold.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from datetime import datetime
from typing import Any

HOUR = 3600.0
DAY = 24 * HOUR
COMPANY = {f"6222021001{number:09d}" for number in range(20)}
SENSITIVE = {"private_deal", "off_channel_payment", "kickback", "competitor"}
TOPICS = (
    "crm.edits",
    "payments",
    "shipments",
    "chat.keyword-hits",
    "hr.changes",
    "endpoint.files",
    "service.callbacks",
    "tips",
)

Event = dict[str, Any]
State = dict[str, Any]
#: What happened, when (seconds), the event's id, and what else the rule needs.
Fact = tuple[str, float, str, Any]
#: Detector and cause.
Alert = tuple[str, str]

progress = {"read": 0}


def route(event: Event) -> list[tuple[str, Fact]]:
    """The facts of an event, each with the key it goes to."""
    _count()
    data, kind = event["data"], event["type"]
    at, id_ = datetime.fromisoformat(event["time"]).timestamp(), event["id"]

    def fact(key: str, what: str, about: Any = None) -> tuple[str, Fact]:
        return key, (what, at, id_, about)

    if kind == "offbook.crm.edit.v1":
        return [fact(*it) for it in _edit(data)]
    if kind == "offbook.payment.v1" and data.get("kind") != "refund":
        return [fact(*it) for it in _payment(data)]
    if kind == "offbook.shipment.v1" and data["status"] == "dispatched":
        if "order" in data:
            return [fact(f"order:{data['order']}", "shipment", data["shipment"])]
        return [fact(f"shipment:{data['shipment']}", "orderless", data["shipment"])]
    if kind == "offbook.chat.keyword-hit.v1" and data["category"] != "other":
        customer = data.get("customer")
        hits = [fact(f"employee:{data['employee']}", "hit", customer)]
        if customer and data["category"] in SENSITIVE:
            hits.append(fact(f"customer:{customer}", "leak"))
        return hits
    if kind == "offbook.endpoint.file.v1" and data["action"] == "delete":
        return [fact(f"employee:{data['employee']}", "delete", data.get("count", 1))]
    if kind == "offbook.hr.change.v1" and data["kind"] == "resigned":
        return [fact(f"employee:{data['employee']}", "resigned")]
    return []


def _count() -> None:
    if not progress["read"]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"cpu_at_first": used.ru_utime + used.ru_stime}), flush=True)
    progress["read"] += 1


def _edit(data: Event) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    kind, id_, customer = data["object"]["type"], data["object"]["id"], data.get("customer")
    if data["op"] == "delete":
        found.append((f"employee:{data['actor']}", "delete", data.get("count", 1)))
    if kind == "order":
        found.append((f"order:{id_}", "mention"))
        if customer and data["op"] == "create":
            found.append((f"customer:{customer}", "ordered"))
    elif kind == "activity" and customer:
        found.append((f"customer:{customer}", "activity"))
    elif kind == "opportunity" and customer:
        stage = data.get("after", {}).get("stage")
        if stage:
            found.append((f"customer:{customer}", "stage", [id_, stage]))
    return found


def _payment(data: Event) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    if "order" in data:
        found.append((f"order:{data['order']}", "payment", data["payment"]))
    elif "customer" in data:
        found.append((f"customer:{data['customer']}", "payment", data["payment"]))
    if data["payee_account"] not in COMPANY:
        about = [data["payment"], data.get("customer")]
        found.append((f"account:{data['payee_account']}", "paid", about))
    return found


def judge(state: State, fact: Fact) -> list[Alert]:
    """Take a fact into the state; the alerts that were not raised before."""
    what, at, id_, about = fact
    raised = state.setdefault("raised", [])
    found = [it for it in _RULES[what](state, at, id_, about) if list(it) not in raised]
    raised.extend(list(it) for it in found)
    return found


def _mention(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    found = _overdue(state, at)
    state["explained"] = True
    state.pop("waits", None)
    return found


def _payment_waits(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    return _waits(state, "unmatched-payment", at, 72 * HOUR, about)


def _shipment_waits(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    return _waits(state, "shipment-without-order", at, 24 * HOUR, about)


def _waits(state: State, detector: str, at: float, wait: float, about: Any) -> list[Alert]:
    found = _overdue(state, at)
    if "explained" not in state:
        state.setdefault("waits", []).append([detector, about, at + wait])
    return found


def _overdue(state: State, at: float) -> list[Alert]:
    waits = state.get("waits", ())
    return [(detector, about) for detector, about, until in waits if until < at]


def _orderless(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    return [("shipment-without-order", about)]


def _paid(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    payment, customer = about
    payers = {who: paid for who, paid in state.get("payers", {}).items() if paid > at - 90 * DAY}
    if customer:
        payers[customer] = at
    state["payers"] = payers
    found = [("offbook-payment", payment)]
    return [*found, ("account-ring", "")] if len(payers) >= 3 else found


def _activity(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    found = _lapsed(state, at)
    state["activity"] = at
    return found


def _stage(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    opportunity, stage = about
    found = _lapsed(state, at)
    if stage == "open":
        state.setdefault("open", {})[opportunity] = at
        return found
    state.get("open", {}).pop(opportunity, None)
    if stage == "lost" and any(at - 14 * DAY <= leak <= at for leak in state.get("leaks", ())):
        found.append(("leak-then-lost", opportunity))
    return found


def _leak(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    state.setdefault("leaks", []).append(at)
    return []


def _lapsed(state: State, at: float) -> list[Alert]:
    last = state.get("activity", 0)
    return [
        ("follow-up-lapsed", opportunity)
        for opportunity, opened in state.get("open", {}).items()
        if max(opened, last) < at - 7 * DAY
    ]


def _hit(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    hits = [hit for hit in state.get("hits", ()) if hit[0] > at - DAY]
    hits.append([at, about])
    state["hits"] = hits
    customers = {customer for _, customer in hits if customer}
    return [("chat-burst", str(hits[0][0]))] if len(hits) >= 5 or len(customers) >= 3 else []


def _delete(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    deletes = [it for it in state.get("deletes", ()) if it[0] > at - 30 * DAY]
    deletes.append([at, about])
    state["deletes"] = deletes
    lately = sum(count for when, count in deletes if when > at - HOUR)
    return [("bulk-delete", str(at // DAY))] if lately >= 20 else []


def _resigned(state: State, at: float, id_: str, about: Any) -> list[Alert]:
    deleted = sum(count for _, count in state.get("deletes", ()))
    return [("deleted-before-resignation", id_)] if deleted >= 3 else []


_RULES: dict[str, Callable[[State, float, str, Any], list[Alert]]] = {
    "activity": _activity,
    "delete": _delete,
    "hit": _hit,
    "leak": _leak,
    "mention": _mention,
    "ordered": _mention,
    "orderless": _orderless,
    "paid": _paid,
    "payment": _payment_waits,
    "resigned": _resigned,
    "shipment": _shipment_waits,
    "stage": _stage,
}
