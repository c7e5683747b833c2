"""The nine detectors' questions asked of a whole file at once, by brute force.

Shares nothing with Offbook's engine: no arrival, no timers, no state. It reads detectors.md's
table literally and is slow, so that the story's labels and the engine rest on something else
than the program they are meant to check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any

CHINA = timezone(timedelta(hours=8))
GRACE = timedelta(hours=1)
DEALING = {"private_deal", "off_channel_payment", "kickback"}
ALWAYS = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


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

    def __hash__(self) -> int:
        return hash(self.id)

    def get(self, field: str) -> Any:
        return self.data.get(field)

    def edits(self, object_type: str) -> bool:
        return self.kind == "crm.edit" and self.data["object"]["type"] == object_type

    def image(self, which: str, field: str) -> Any:
        return (self.data.get(which) or {}).get(field)

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
    """One alert as it stands at the end. `evidence` are the ids of its events, oldest first."""

    detector: str
    anchor: str
    employee: str | None
    customer: str | None
    order: str | None
    account: str | None
    score: int
    evidence: tuple[str, ...]
    state: str = "firing"


def _told(*events: Happened) -> tuple[str, ...]:
    return tuple(e.id for e in sorted(set(events), key=lambda e: (e.time, e.id)))


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
        self.holders = {
            account: row["employee"]
            for row in data["employee"]
            for account in row.get("accounts", ())
        }

    def of_kind(self, kind: str) -> Iterator[Happened]:
        return (event for event in self.events if event.kind == kind)

    def edits_of(self, object_type: str, id_: str | None) -> list[Happened]:
        return [e for e in self.events if e.edits(object_type) and e.data["object"]["id"] == id_]

    def mentions_of(self, order: str | None) -> list[Happened]:
        """The edits of it, and those of another order that name it beside."""
        named = [e for e in self.events if e.edits("order") and e.get("order") == order]
        return named + self.edits_of("order", order) if order else []

    def _owner_of(self, edits: list[Happened], known: str | None, when: datetime) -> str | None:
        """The last one named by `when`, else the one on file, else whom the first one followed."""
        turns = [e for e in edits if e.image("after", "owner")]
        earlier = [e for e in turns if e.time <= when]
        if earlier:
            return earlier[-1].image("after", "owner")  # type: ignore[no-any-return]
        if known or not turns:
            return known
        return turns[0].image("before", "owner") or turns[0].image("after", "owner")

    def owner(self, customer: str | None, when: datetime, known: timedelta) -> str | None:
        """A customer's owner as of `when`, by what was said within `known` of it."""
        if customer is None:
            return None
        edits = [e for e in self.edits_of("customer", customer) if e.time <= when + known]
        return self._owner_of(edits, self.owners.get(customer), when)

    def customers_of(self, event: Happened, known: timedelta) -> list[str]:
        """The one it names, else those that edits of its order name within `known` of it."""
        if event.get("customer"):
            return [event.data["customer"]]
        edits = self.edits_of("order", event.get("order"))
        named = [e.get("customer") for e in edits if e.time <= event.time + known]
        return list(dict.fromkeys(customer for customer in named if customer))

    def responsible(self, event: Happened, known: timedelta) -> str | None:
        """The order's owner, else who created it, else the customer's owner as of that time."""
        edits = self.edits_of("order", event.get("order"))
        edits = [e for e in edits if e.time <= event.time + known]
        owner = self._owner_of(edits, None, event.time)
        created = [e.actor() for e in edits if e.data["op"] == "create"]
        if owner or created:
            return owner or created[0]
        customer = next(iter(self.customers_of(event, known)), None)
        return self.owner(customer, event.time, known)

    def owns_account(self, account: str, when: datetime) -> bool:
        row = self.accounts.get(account)
        day = when.astimezone(CHINA).date()
        return row is not None and (
            date.fromisoformat(row.get("valid_from", "0001-01-01"))
            <= day
            <= date.fromisoformat(row.get("valid_to", "9999-12-31"))
        )

    def money(self, kind: str) -> Iterator[Happened]:
        return (e for e in self.of_kind("payment") if e.data.get("kind", "received") == kind)

    def passed(self, deadline: datetime) -> bool:
        return deadline + GRACE < self.end


_KINDS = ("account", "employee", "customer")
_COMINGS_AND_GOINGS = {"hired", "resigned", "resignation_withdrawn", "left", "terminated"}


def _runs(
    events: list[Happened], span: timedelta, enough: Callable[[list[Happened]], bool]
) -> Iterator[list[Happened]]:
    """From the earliest event that starts enough, all within `span` of it; the next come after."""
    while events:
        run = [e for e in events if e.time - events[0].time <= span]
        if enough(run):
            yield run
            events = events[len(run) :]
        else:
            events = events[1:]


def offbook_payment(company: Company) -> Iterator[Found]:
    reports: dict[str, list[Happened]] = {}
    for paid in company.money("received"):
        if not company.owns_account(paid.data["payee_account"], paid.time):
            reports.setdefault(paid.data["payment"], []).append(paid)
    for paid, *again in reports.values():
        customers = company.customers_of(paid, days(7))
        heard = [
            hit
            for hit in company.of_kind("chat.keyword-hit")
            if hit.data["category"] in DEALING
            and hit.get("customer") in customers
            and abs(hit.time - paid.time) <= days(7)
        ]
        yield Found(
            "offbook-payment",
            paid.id,
            company.responsible(paid, days(7)),
            next(iter(customers), None),
            paid.get("order"),
            paid.data["payee_account"],
            80 if heard else 60,
            _told(paid, *again, *heard),
        )


def account_ring(company: Company) -> Iterator[Found]:
    by_account: dict[str, list[Happened]] = {}
    for paid in company.money("received"):
        private = not company.owns_account(paid.data["payee_account"], paid.time)
        if private and company.customers_of(paid, days(7)):
            by_account.setdefault(paid.data["payee_account"], []).append(paid)

    def enough(run: list[Happened]) -> bool:
        return len({company.customers_of(paid, days(7))[0] for paid in run}) >= 3

    for account, payments in by_account.items():
        for ring in _runs(payments, days(90), enough):
            behind = {company.responsible(paid, days(7)) for paid in ring}
            yield Found(
                "account-ring",
                ring[0].id,
                company.holders.get(account) or (behind.pop() if len(behind) == 1 else None),
                None,
                None,
                account,
                60,
                _told(*ring),
            )


def unmatched_payment(company: Company) -> Iterator[Found]:
    for paid in company.money("received"):
        order, customer = paid.get("order"), paid.get("customer")
        deadline = paid.time + hours(72)
        if order:
            known = any(e.time <= deadline for e in company.edits_of("order", order))
        elif customer:
            known = any(
                e.edits("order")
                and e.data["op"] == "create"
                and e.get("customer") == customer
                and paid.time - days(90) <= e.time <= deadline
                for e in company.events
            )
        else:
            known = False
        in_time = [e for e in company.money("refund") if paid.time <= e.time <= deadline]
        back = [
            e
            for e in in_time
            if e.get("order") == order and (order or e.get("customer") == customer)
        ]
        itself = any(
            e.data["payment"] == paid.data["payment"]
            and (e.get("order") == order if order else e.get("customer") == customer)
            for e in in_time
        )
        refunded = itself or (
            sum(Decimal(e.data["amount"]) for e in back) >= Decimal(paid.data["amount"])
        )
        waits = bool(order or customer)
        if not known and not (waits and refunded) and (company.passed(deadline) or not waits):
            yield Found(
                "unmatched-payment",
                paid.id,
                company.responsible(paid, hours(144)),
                next(iter(company.customers_of(paid, hours(144))), None),
                order,
                paid.data["payee_account"],
                30,
                _told(paid),
            )


def shipment_without_order(company: Company) -> Iterator[Found]:
    sent_before = set()
    for sent in company.of_kind("shipment"):
        if sent.data["status"] != "dispatched" or sent.data["shipment"] in sent_before:
            continue
        sent_before.add(sent.data["shipment"])
        order = sent.get("order")
        deadline = sent.time + hours(24 if order else 0)
        told = deadline - sent.time + hours(24)
        known = any(e.time <= deadline for e in company.mentions_of(order))
        if not known and (not order or company.passed(deadline)):
            yield Found(
                "shipment-without-order",
                sent.id,
                company.responsible(sent, told) or sent.get("released_by"),
                next(iter(company.customers_of(sent, told)), None),
                order,
                None,
                60,
                _told(sent),
            )


def _resignations(
    words: list[Happened],
) -> Iterator[tuple[Happened, datetime | None, Happened | None]]:
    """By what HR says of an employee, each notice, when they left and what says that they stay.

    A notice right after another repeats it, for nothing has come of that one yet.
    """
    for number, notice in enumerate(words):
        before = words[number - 1].data["kind"] if number else None
        if notice.data["kind"] != "resigned" or before == "resigned":
            continue
        left: datetime | None = None
        for word in words[number + 1 :]:
            kind = word.data["kind"]
            if kind == "resignation_withdrawn":
                yield notice, left, word
                break
            if kind == "hired" or (kind == "resigned" and left):
                yield notice, left, None
                break
            if kind in {"left", "terminated"}:
                left = left or _end_of_work(word)
        else:
            yield notice, left, None


def _end_of_work(left: Happened) -> datetime:
    on = left.get("effective_on")
    if on is None:
        return left.time
    midnight = datetime.combine(date.fromisoformat(on), datetime.min.time(), CHINA)
    return midnight + days(1) - timedelta(microseconds=1)


def deleted_before_resignation(company: Company) -> Iterator[Found]:
    words = [e for e in company.of_kind("hr.change") if e.data["kind"] in _COMINGS_AND_GOINGS]
    for who in sorted({word.data["employee"] for word in words}):
        theirs = [word for word in words if word.data["employee"] == who]
        for notice, left, stays in _resignations(theirs):
            until = left + days(7) if left else notice.time + days(30)
            gone = [
                event
                for event in company.events
                if event.is_delete()
                and event.actor() == who
                and notice.time - days(30) <= event.time <= until
            ]
            if sum(event.count() for event in gone) >= 3:
                yield Found(
                    "deleted-before-resignation",
                    notice.id,
                    who,
                    None,
                    None,
                    None,
                    60,
                    _told(*gone, notice, *([stays] if stays else ())),
                    "withdrawn" if stays else "firing",
                )


def bulk_delete(company: Company) -> Iterator[Found]:
    deletes = [event for event in company.events if event.is_delete()]

    def enough(run: list[Happened]) -> bool:
        return sum(event.count() for event in run) >= 20

    for who in sorted({str(event.actor()) for event in deletes}):
        for run in _runs([event for event in deletes if event.actor() == who], hours(1), enough):
            yield Found("bulk-delete", run[0].id, who, None, None, None, 60, _told(*run))


def leak_then_lost(company: Company) -> Iterator[Found]:
    found = set()
    stages: dict[str, str] = {}
    last: dict[str, str] = {}
    for edit in company.events:
        if edit.edits("opportunity") and (stage := _stage(edit)) is not None:
            last[edit.data["object"]["id"]] = stage
    for lost in company.events:
        if not lost.edits("opportunity"):
            continue
        stage = _stage(lost)
        if stage is None:
            continue
        opportunity = lost.data["object"]["id"]
        edits = company.edits_of("opportunity", opportunity)
        named = [e.get("customer") for e in edits if e.time <= lost.time]
        customers = [lost.get("customer")] if lost.get("customer") else [c for c in named if c]
        before = {lost.image("before", "stage"), stages.get(opportunity)}
        stages[opportunity] = stage
        if stage != "lost" or "lost" in before or opportunity in found:
            continue
        hits = [
            hit
            for hit in company.of_kind("chat.keyword-hit")
            if hit.data["category"] in DEALING | {"competitor"}
            and hit.get("customer") in customers
            and hours(0) <= lost.time - hit.time <= days(14)
        ]
        if hits and last[opportunity] == "lost":
            found.add(opportunity)
            who, events = hits[0].data["employee"], _told(*hits, lost)
            yield Found("leak-then-lost", lost.id, who, customers[0], None, None, 60, events)


def _stage(edit: Happened) -> str | None:
    return edit.image("after", "stage") or ("open" if edit.data["op"] == "create" else None)


def chat_burst(company: Company) -> Iterator[Found]:
    hits = [h for h in company.of_kind("chat.keyword-hit") if h.data["category"] != "other"]

    def enough(run: list[Happened]) -> bool:
        return len(run) >= 5 or len({hit.get("customer") for hit in run} - {None}) >= 3

    for who in sorted({hit.data["employee"] for hit in hits}):
        mine = [hit for hit in hits if hit.data["employee"] == who]
        for run in _runs(mine, hours(24), enough):
            customers = {hit.get("customer") for hit in run} - {None}
            customer = customers.pop() if len(customers) == 1 else None
            yield Found("chat-burst", run[0].id, who, customer, None, None, 30, _told(*run))


def _open_spells(
    company: Company, opportunity: str, customer: str
) -> Iterator[tuple[Happened, datetime]]:
    """Each opening of an opportunity and when it ended, once an edit has named its customer."""
    opening: Happened | None = None
    named = False
    for event in company.edits_of("opportunity", opportunity):
        stage = event.image("after", "stage")
        tells = stage is not None or event.data["op"] in {"create", "delete", "restore"}
        named = named or (tells and event.get("customer") == customer)
        if not named:
            continue
        if event.data["op"] == "delete" or stage in {"won", "lost"}:
            if opening is not None:
                yield opening, event.time
            opening = None
        elif stage == "open" or event.data["op"] == "create":
            opening = opening or event
    if opening is not None:
        yield opening, NEVER


def _tenures(
    company: Company, customer: str
) -> Iterator[tuple[str, datetime, datetime, Happened | None]]:
    """Each owner of a customer, from when to when, and the edit that made them owner."""
    edits = [e for e in company.edits_of("customer", customer) if e.image("after", "owner")]
    before = edits[0].image("before", "owner") if edits else None
    owned: list[tuple[str | None, datetime, Happened | None]] = [
        (before or company.owners.get(customer), ALWAYS, None),
        *((e.image("after", "owner"), e.time, e) for e in edits),
    ]
    turns = [owned[0], *(b for a, b in pairwise(owned) if a[0] != b[0])]
    for turn, following in pairwise([*turns, (None, NEVER, None)]):
        if turn[0] is not None:
            yield turn[0], turn[1], following[1], turn[2]


def follow_up_lapsed(company: Company) -> Iterator[Found]:
    opportunities = {
        (e.data["object"]["id"], e.data["customer"])
        for e in company.events
        if e.edits("opportunity") and e.get("customer")
    }
    lapses: dict[tuple[str, str], tuple[str, set[Happened]]] = {}
    for opportunity, customer in sorted(opportunities):
        for opening, closed in _open_spells(company, opportunity, customer):
            for owner, since, until, edit in _tenures(company, customer):
                acts = [
                    e
                    for e in company.events
                    if e.edits("activity") and e.get("customer") == customer and e.actor() == owner
                ]
                latest = opening if edit is None or since <= opening.time else edit
                for start in [latest, *(act for act in acts if act.time >= latest.time)]:
                    deadline = start.time + days(7)
                    if (
                        start.time < until
                        and deadline < min(until, closed)
                        and company.passed(deadline)
                        and not any(start.time < act.time <= deadline for act in acts)
                        and not (start is latest and any(a.time == start.time for a in acts))
                    ):
                        lapse = lapses.setdefault((customer, start.id), (owner, set()))
                        lapse[1].update((start, opening))
    for (customer, anchor), (owner, events) in lapses.items():
        yield Found("follow-up-lapsed", anchor, owner, customer, None, None, 10, _told(*events))


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


#: The detectors whose questions are asked here.
ASKED = frozenset(
    {
        "offbook-payment",
        "account-ring",
        "unmatched-payment",
        "shipment-without-order",
        "deleted-before-resignation",
        "bulk-delete",
        "leak-then-lost",
        "follow-up-lapsed",
        "chat-burst",
    }
)


def answers(reference: list[dict[str, Any]], stream: list[dict[str, Any]]) -> set[Found]:
    """Every alert the nine detectors owe at the end of `stream`."""
    company = Company(reference, stream)
    return {found for question in QUESTIONS for found in question(company)}
