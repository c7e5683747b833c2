"""A realistic mix of a large company's events: NDJSON, seeded, streaming, in order of arrival.

Orders drive most of it: each is created, approved and completed, paid in two parts, sent, and
half of the customers are called back; beside them run activities, opportunities, views, chat
keyword hits, file events. Nearly all is innocent; some tens of frauds of each of the nine kinds
that are detected are strewn in. Three percent arrive up to six hours late, two in a thousand twice.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from heapq import heappop, heappush
from random import Random
from typing import Any

from bench.mix_company import (
    CUSTOMERS,
    EMPLOYEES,
    START,
    Line,
    account,
    line_of,
    owner_of,
    private_account,
    reference,
)
from contract.times import DAY, HOUR, MINUTE, parse_rfc3339, rfc3339

DAYS = 10

#: How often each thing begins, in a thousand; what follows from it comes on top.
_BEGINNINGS = {
    "order": 82,
    "opportunity": 30,
    "activity": 180,
    "view": 90,
    "chat": 30,
    "file": 50,
    "hr": 1,
    "tip": 1,
}
#: Frauds of each of the nine kinds in a million events.
_FRAUDS = 40


class Mix:
    """A stream of events over `days` from `start` (µs). `run` sets the ids of two runs apart."""

    def __init__(
        self,
        events: int,
        *,
        customers: int = CUSTOMERS,
        employees: int = EMPLOYEES,
        days: float = DAYS,
        start: int = parse_rfc3339(START),
        seed: int = 1,
        run: str = "",
    ) -> None:
        self._events = events
        self._customers = customers
        self._employees = employees
        self._start = start
        self._span = int(days * DAY)
        self._random = Random(f"{seed}{run}")
        self._run = run
        self._number = 0
        #: (arrival, number, line): what is still to come.
        self._coming: list[tuple[int, int, Line]] = []

    def __iter__(self) -> Iterator[Line]:
        """In order of arrival, `events` of them."""
        begin = [getattr(self, f"_{name}") for name in _BEGINNINGS]
        weights = list(_BEGINNINGS.values())
        # An order brings 7.3 events, an opportunity 1.9, all others one: this many begin.
        per = (82 * 7.3 + 30 * 1.9 + 352) / 464
        beginnings = int(self._events / per)
        frauds = self._frauds(beginnings)
        made = 0
        for number in range(beginnings * 2):
            now = self._start + self._span * min(number, beginnings) // beginnings
            while self._coming and self._coming[0][0] <= now:
                yield heappop(self._coming)[2]
                made += 1
                if made == self._events:
                    return
            if number % frauds == 0:
                self._fraud(number // frauds, now)
            self._random.choices(begin, weights)[0](now)
        while self._coming and made < self._events:
            yield heappop(self._coming)[2]
            made += 1

    def _frauds(self, beginnings: int) -> int:
        """One fraud in so many beginnings."""
        return max(int(beginnings / (9 * max(_FRAUDS * self._events / 1_000_000, 1))), 1)

    def _add(self, topic: str, key: str, at: int, data: dict[str, Any]) -> None:
        self._number += 1
        random = self._random.random()
        late = int(random * 200 * HOUR) if random < 0.03 else 0
        line = line_of(topic, key, f"{self._run}{self._number}", rfc3339(at), data)
        heappush(self._coming, (at + late, self._number, line))
        if random > 0.998:
            again = at + late + 5 * MINUTE
            heappush(self._coming, (again, self._number, line))

    def _after(self, least: float, most: float) -> int:
        """A length of time between so many hours."""
        return int(self._random.uniform(least, most) * HOUR)

    def _someone(self) -> tuple[str, str]:
        """A customer, some far busier than others, and its owner."""
        number = int(self._customers * self._random.random() ** 2)
        return f"C-{number:06d}", f"E-{owner_of(number, self._employees):05d}"

    def _edit(self, at: int, actor: str, op: str, kind: str, id_: str, **more: Any) -> None:
        key = more.get("customer") or actor
        data = {"actor": actor, "op": op, "object": {"type": kind, "id": id_}, **more}
        self._add("crm.edits", key, at, data)

    # What begins.

    def _order(self, at: int) -> None:
        customer, owner = self._someone()
        order = f"O-{self._run}{self._number:08d}"
        amount = self._random.randrange(800, 90_000)
        about = {"customer": customer, "order": order}
        first = {"owner": owner, "status": "draft", "amount": f"{amount}.00", "currency": "CNY"}
        manager = f"E-{int(owner[2:]) // 20 * 20:05d}"
        approved = {"status": "approved", "approved_by": manager}
        self._edit(at, owner, "create", "order", order, **about, after=first)
        at += self._after(0.2, 8)
        self._edit(at, manager, "update", "order", order, **about, after=approved)
        sent = at + self._after(1, 40)
        if self._random.random() < 0.8:
            shipment = {"shipment": f"S-{order}", **about, "quantity": "3", "consignee": "仓库收货"}
            shipment["address"] = f"上海市浦东新区世纪大道{amount % 2000}号"
            self._add("shipments", customer, sent, shipment | {"status": "dispatched"})
            later = sent + self._after(12, 60)
            self._add("shipments", customer, later, shipment | {"status": "delivered"})
        for part in range(2):
            paid = at + self._after(1, 48)
            self._pay(paid, f"P-{order}-{part}", customer, order, account(amount % 20), amount // 2)
        done = sent + self._after(24, 90)
        self._edit(done, owner, "update", "order", order, **about, after={"status": "completed"})
        if self._random.random() < 0.66:
            call = {"callback": f"B-{order}", **about, "employee": owner, "satisfaction": 5}
            self._add(
                "service.callbacks",
                customer,
                done + self._after(2, 72),
                call | {"outcome": "confirmed"},
            )

    def _pay(
        self, at: int, payment: str, customer: str, order: str | None, payee: str, amount: int
    ) -> None:
        data = {
            "payment": payment,
            "customer": customer,
            "amount": f"{amount}.50",
            "currency": "CNY",
            "payee_account": payee,
            "payee_name": "某某科技有限公司",
            "method": "transfer",
        }
        self._add("payments", customer, at, data if order is None else data | {"order": order})

    def _opportunity(self, at: int) -> None:
        customer, owner = self._someone()
        id_ = f"OP-{self._run}{self._number}"
        after = {"owner": owner, "stage": "open", "amount": "50000"}
        self._edit(at, owner, "create", "opportunity", id_, customer=customer, after=after)
        if self._random.random() < 0.9:
            stage = {"stage": "won" if self._random.random() < 0.6 else "lost"}
            then = at + self._after(5, 150)
            before = {"stage": "open"}
            about = {"customer": customer, "before": before, "after": stage}
            self._edit(then, owner, "update", "opportunity", id_, **about)

    def _activity(self, at: int) -> None:
        customer, owner = self._someone()
        kind = self._random.choice(("call", "visit", "message", "meeting"))
        id_ = f"A-{self._number}"
        self._edit(at, owner, "create", "activity", id_, customer=customer, after={"kind": kind})

    def _view(self, at: int) -> None:
        customer, owner = self._someone()
        self._edit(at, owner, "view", "customer", customer, customer=customer)

    def _chat(self, at: int) -> None:
        _, employee = self._someone()
        category = "other" if self._random.random() < 0.93 else "competitor"
        data = {"employee": employee, "app": "wechat", "keyword": "价格", "category": category}
        self._add("chat.keyword-hits", employee, at, data)

    def _file(self, at: int) -> None:
        _, employee = self._someone()
        action = "delete" if self._random.random() < 0.05 else "print"
        data = {"employee": employee, "action": action, "path": "D:\\报价\\报价单.xlsx"}
        self._add("endpoint.files", employee, at, data)

    def _hr(self, at: int) -> None:
        employee = f"E-{self._random.randrange(self._employees):05d}"
        self._add("hr.changes", employee, at, {"employee": employee, "kind": "transferred"})

    def _tip(self, at: int) -> None:
        _, employee = self._someone()
        data = {"tip": f"T-{self._number}", "about_employee": employee, "text": "请关注该员工"}
        self._add("tips", employee, at, data)

    # The frauds, in turn.

    def _fraud(self, number: int, at: int) -> None:
        customer, employee = self._someone()
        mine = private_account(int(employee[2:]))
        which, id_ = number % 9, f"{self._run}{self._number}"
        if which == 0:
            self._pay(at, f"PF-{id_}", customer, f"O-{id_}", mine, 9000)
            self._edit(
                at, employee, "create", "order", f"O-{id_}", customer=customer, order=f"O-{id_}"
            )
        elif which == 1:
            for turn in range(4):
                self._pay(at + turn * HOUR, f"PR-{id_}-{turn}", self._someone()[0], None, mine, 900)
        elif which == 2:
            self._pay(at, f"PU-{id_}", customer, f"OX-{id_}", account(1), 7000)
        elif which == 3:
            shipment = {"shipment": f"SX-{id_}", "status": "dispatched", "customer": customer}
            self._add("shipments", customer, at, shipment)
        elif which == 4:
            for turn in range(5):
                self._delete(at + turn * HOUR, employee)
            notice = {"employee": employee, "kind": "resigned"}
            self._add("hr.changes", employee, at + 20 * HOUR, notice)
        elif which == 5:
            for turn in range(25):
                self._delete(at + turn * MINUTE, employee)
        elif which == 6:
            self._hit(at, employee, "private_deal", customer)
            about = {"customer": customer, "after": {"stage": "lost"}}
            then = at + 30 * HOUR
            self._edit(then, employee, "update", "opportunity", f"OPX-{id_}", **about)
        elif which == 7:
            after = {"owner": employee, "stage": "open"}
            edit = {"customer": customer, "after": after}
            self._edit(at, employee, "create", "opportunity", f"OPL-{id_}", **edit)
        else:
            for turn in range(6):
                self._hit(at + turn * HOUR, employee, "customer_data", customer)

    def _delete(self, at: int, employee: str) -> None:
        self._add("endpoint.files", employee, at, {"employee": employee, "action": "delete"})

    def _hit(self, at: int, employee: str, category: str, customer: str) -> None:
        data = {"employee": employee, "app": "wechat", "keyword": "私下", "category": category}
        self._add("chat.keyword-hits", employee, at, data | {"customer": customer})


def main() -> None:
    """Write a mix to standard output, reference documents first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--employees", type=int, default=EMPLOYEES)
    parser.add_argument("--days", type=float, default=DAYS)
    parser.add_argument("--start", default=START, help="RFC 3339")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    start = parse_rfc3339(chosen.start)
    out = sys.stdout.buffer
    for line in reference(chosen.customers, chosen.employees, start):
        out.write(line.document + b"\n")
    mix = Mix(
        chosen.events,
        customers=chosen.customers,
        employees=chosen.employees,
        days=chosen.days,
        start=start,
        seed=chosen.seed,
    )
    for line in mix:
        out.write(line.document + b"\n")


if __name__ == "__main__":
    main()
