"""The nine detectors' questions asked of a whole file at once, by brute force.

Shares nothing with Offbook's engine: no windows that slide, no timers, no state. It reads
detectors.md's table literally and is slow, so that the story's labels rest on something else
than the program they are meant to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
GRACE = timedelta(hours=1)
DEALING = {"private_deal", "off_channel_payment", "kickback"}


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)


@dataclass(frozen=True)
class Happened:
    """One event with its data at hand."""

    id: str
    kind: str
    time: datetime
    data: dict[str, Any]

    def get(self, field: str) -> Any:
        return self.data.get(field)

    def touches(self, op: str, object_type: str) -> bool:
        return (
            self.kind == "crm.edit"
            and self.data["op"] == op
            and self.data["object"]["type"] == object_type
        )

    def count(self) -> int:
        return int(self.data.get("count", 1))

    def actor(self) -> str | None:
        return self.data.get("actor") or self.data.get("employee")

    def is_delete(self) -> bool:
        return self.data.get("op") == "delete" or (
            self.kind == "endpoint.file" and self.data["action"] == "delete"
        )


@dataclass(frozen=True)
class Found:
    """One alert as it stands at the end."""

    detector: str
    anchor: str
    employee: str | None
    customer: str | None
    order: str | None
    account: str | None
    score: int
    state: str = "firing"


class Company:
    """All that is known, read twice over without hurry."""

    def __init__(self, reference: list[dict[str, Any]], stream: list[dict[str, Any]]) -> None:
        once = {(document["source"], document["id"]): document for document in stream}
        self.events = sorted(
            (
                Happened(
                    document["id"],
                    document["type"].removeprefix("offbook.").removesuffix(".v1"),
                    datetime.fromisoformat(document["time"]).astimezone(UTC),
                    document["data"],
                )
                for document in once.values()
            ),
            key=lambda event: (event.time, event.id),
        )
        self.end = self.events[-1].time
        data = {kind: [d["data"] for d in reference if kind in d["data"]] for kind in _KINDS}
        self.accounts = {row["account"]: row for row in data["account"]}
        self.owners = {row["customer"]: row.get("owner") for row in data["customer"]}

    def of_kind(self, kind: str) -> Iterator[Happened]:
        return (event for event in self.events if event.kind == kind)

    def owner(self, customer: str | None, when: datetime) -> str | None:
        if customer is None:
            return None
        owner = self.owners.get(customer)
        for event in self.events:
            if event.time <= when and event.get("object") == {"type": "customer", "id": customer}:
                owner = (event.get("after") or {}).get("owner", owner)
        return owner

    def order_edits(self, order: str) -> list[Happened]:
        return [
            event
            for event in self.of_kind("crm.edit")
            if event.data["object"] == {"type": "order", "id": order}
        ]

    def owns_account(self, account: str, when: datetime) -> bool:
        row = self.accounts.get(account)
        day = when.astimezone(CHINA).date()
        return row is not None and (
            date.fromisoformat(row.get("valid_from", "0001-01-01"))
            <= day
            <= date.fromisoformat(row.get("valid_to", "9999-12-31"))
        )

    def received(self) -> Iterator[Happened]:
        return (event for event in self.of_kind("payment") if event.data["kind"] == "received")


_KINDS = ("account", "employee", "customer")


def offbook_payment(company: Company) -> Iterator[Found]:
    for paid in company.received():
        if company.owns_account(paid.data["payee_account"], paid.time):
            continue
        heard = any(
            hit.data["category"] in DEALING
            and hit.get("customer") == paid.get("customer")
            and abs(hit.time - paid.time) <= days(7)
            for hit in company.of_kind("chat.keyword-hit")
        )
        yield Found(
            "offbook-payment",
            paid.id,
            company.owner(paid.get("customer"), paid.time),
            paid.get("customer"),
            paid.get("order"),
            paid.data["payee_account"],
            80 if heard else 60,
        )


def account_ring(company: Company) -> Iterator[Found]:
    by_account: dict[str, list[Happened]] = {}
    for paid in company.received():
        if not company.owns_account(paid.data["payee_account"], paid.time) and paid.get("customer"):
            by_account.setdefault(paid.data["payee_account"], []).append(paid)
    for account, payments in by_account.items():
        first = payments[0]
        ring = [paid for paid in payments if paid.time - first.time <= days(90)]
        if len({paid.get("customer") for paid in ring}) >= 3:
            owner = company.owner(first.get("customer"), first.time)
            yield Found("account-ring", first.id, owner, None, None, account, 60)


def unmatched_payment(company: Company) -> Iterator[Found]:
    for paid in company.received():
        order, customer = paid.get("order"), paid.get("customer")
        if order:
            known = any(e.time <= paid.time + hours(72) for e in company.order_edits(order))
        elif customer:
            known = any(
                event.touches("create", "order")
                and event.get("customer") == customer
                and paid.time - days(90) <= event.time <= paid.time + hours(72)
                for event in company.events
            )
        else:
            known = False
        waits = hours(72) + GRACE if order or customer else hours(0)
        if not known and paid.time + waits <= company.end:
            yield Found(
                "unmatched-payment",
                paid.id,
                company.owner(customer, paid.time),
                customer,
                order,
                paid.data["payee_account"],
                30,
            )


def shipment_without_order(company: Company) -> Iterator[Found]:
    for sent in company.of_kind("shipment"):
        if sent.data["status"] != "dispatched":
            continue
        order = sent.get("order")
        known = order and any(e.time <= sent.time + hours(24) for e in company.order_edits(order))
        waits = hours(24) + GRACE if order else hours(0)
        if not known and sent.time + waits <= company.end:
            owner = company.owner(sent.get("customer"), sent.time)
            yield Found(
                "shipment-without-order", sent.id, owner, sent.get("customer"), order, None, 60
            )


def deleted_before_resignation(company: Company) -> Iterator[Found]:
    for notice in company.of_kind("hr.change"):
        if notice.data["kind"] != "resigned":
            continue
        who = notice.data["employee"]
        later = [
            event
            for event in company.of_kind("hr.change")
            if event.data["employee"] == who and event.time >= notice.time
        ]
        left = [e.time + days(7) for e in later if e.data["kind"] in {"left", "terminated"}]
        until = left[0] if left else notice.time + days(30)
        gone = sum(
            event.count()
            for event in company.events
            if event.is_delete()
            and event.actor() == who
            and notice.time - days(30) <= event.time <= until
        )
        if gone >= 3:
            stays = any(event.data["kind"] == "resignation_withdrawn" for event in later)
            yield Found(
                "deleted-before-resignation",
                notice.id,
                who,
                None,
                None,
                None,
                60,
                "withdrawn" if stays else "firing",
            )


def _runs(events: list[Happened], span: timedelta) -> Iterator[list[Happened]]:
    """Runs in which each event is within `span` of the first; then the next one starts."""
    run: list[Happened] = []
    for event in events:
        if run and event.time - run[0].time > span:
            yield run
            run = []
        run.append(event)
    if run:
        yield run


def bulk_delete(company: Company) -> Iterator[Found]:
    deletes = [event for event in company.events if event.is_delete()]
    for who in sorted({str(event.actor()) for event in deletes}):
        for run in _runs([event for event in deletes if event.actor() == who], hours(1)):
            if sum(event.count() for event in run) >= 20:
                yield Found("bulk-delete", run[0].id, who, None, None, None, 60)


def leak_then_lost(company: Company) -> Iterator[Found]:
    for lost in company.events:
        if lost.touches("update", "opportunity") and lost.data["after"].get("stage") == "lost":
            hits = [
                hit
                for hit in company.of_kind("chat.keyword-hit")
                if hit.data["category"] in DEALING | {"competitor"}
                and hit.get("customer") == lost.data["customer"]
                and hours(0) <= lost.time - hit.time <= days(14)
            ]
            if hits:
                who = hits[0].data["employee"]
                yield Found("leak-then-lost", lost.id, who, lost.data["customer"], None, None, 60)


def chat_burst(company: Company) -> Iterator[Found]:
    hits = list(company.of_kind("chat.keyword-hit"))
    for who in sorted({hit.data["employee"] for hit in hits}):
        # Every hit may start a window here; the story keeps its bursts apart.
        mine = [hit for hit in hits if hit.data["employee"] == who]
        covered: datetime | None = None
        for first in mine:
            run = [hit for hit in mine if hours(0) <= hit.time - first.time <= hours(24)]
            telling = [hit for hit in run if hit.data["category"] != "other"]
            customers = {hit.get("customer") for hit in run} - {None}
            if (len(telling) >= 5 or len(customers) >= 3) and (
                covered is None or first.time > covered
            ):
                covered = first.time + hours(24)
                yield Found("chat-burst", first.id, who, None, None, None, 30)


def follow_up_lapsed(company: Company) -> Iterator[Found]:
    opened = [event for event in company.events if event.touches("create", "opportunity")]
    for customer in sorted({event.data["customer"] for event in opened}):
        spans = [
            (
                start,
                next(
                    (
                        event.time
                        for event in company.events
                        if event.touches("update", "opportunity")
                        and event.data["object"] == start.data["object"]
                        and event.data["after"].get("stage") in {"won", "lost"}
                    ),
                    datetime.max.replace(tzinfo=UTC),
                ),
            )
            for start in opened
            if start.data["customer"] == customer
        ]
        counts_from = [start for start, _ in spans] + [
            event
            for event in company.events
            if event.touches("create", "activity")
            and event.get("customer") == customer
            and event.actor() == company.owner(customer, event.time)
        ]
        counts_from.sort(key=lambda event: event.time)
        for n, start in enumerate(counts_from):
            deadline = start.time + days(7)
            again = n + 1 < len(counts_from) and counts_from[n + 1].time <= deadline
            is_open = any(first.time <= start.time and deadline < end for first, end in spans)
            if is_open and not again and deadline + GRACE <= company.end:
                owner = company.owner(customer, deadline)
                yield Found("follow-up-lapsed", start.id, owner, customer, None, None, 10)


QUESTIONS = (
    offbook_payment,
    account_ring,
    unmatched_payment,
    shipment_without_order,
    deleted_before_resignation,
    bulk_delete,
    leak_then_lost,
    chat_burst,
    follow_up_lapsed,
)


def answers(reference: list[dict[str, Any]], stream: list[dict[str, Any]]) -> set[Found]:
    """Every alert the nine detectors owe at the end of `stream`."""
    company = Company(reference, stream)
    return {found for question in QUESTIONS for found in question(company)}
