"""What happens in a year of a small company that has an account that is never still."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import Any, NamedTuple

from bench.documents import document
from bench.mix_company import Line, account, line_of, owner_of, private_account, reference
from contract.kinds import STREAM_TOPICS
from contract.times import DAY, HOUR, MINUTE, SECOND, rfc3339

HOT = "E-SYNC"
_AN_HOUR = 250
_CUSTOMERS, _EMPLOYEES = 500, 20

#: An event and when it is (µs).
_Timed = tuple[int, Line]


class Fraud(NamedTuple):
    """What is to be found: a detector, and the employee or customer that the alert is about."""

    detector: str
    whose: str


class Company:
    """The events of a number of days from `start` (µs) on, and the frauds that are among them."""

    def __init__(self, start: int, days: int) -> None:
        self.start, self.days = start, days
        self.frauds: list[Fraud] = []
        self._planned = sorted(self._plan(), key=lambda timed: timed[0])

    def documents(self) -> Iterator[Line]:
        """The reference documents."""
        yield from reference(_CUSTOMERS, _EMPLOYEES, self.start)
        data = {"employee": HOT, "name": "系统集成", "role": "other"}
        yield line_of("reference.employees", HOT, HOT, rfc3339(self.start - DAY), data)

    def of(self, first: int, beyond: int) -> Iterator[Line]:
        """What happens from one day on, before another, in order of time."""
        begin, end = self.start + first * DAY, self.start + beyond * DAY
        planned = [timed for timed in self._planned if begin <= timed[0] < end]
        days = range(first, beyond)
        business = (timed for day in days for timed in self._business(day))
        streams = (_views(begin, end), _heartbeats(begin, end), business, planned)
        yield from (line for _, line in merge(*streams, key=lambda timed: timed[0]))

    def _business(self, day: int) -> list[_Timed]:
        """A deal as it should be, and a little else."""
        at, customer, order = self.start + day * DAY + 9 * HOUR, day % _CUSTOMERS, f"O-{day}"
        owner, manager = f"E-{owner_of(customer, _EMPLOYEES):05d}", "E-00000"
        about = {"customer": f"C-{customer:06d}", "order": order}
        made = {"owner": owner, "status": "draft", "amount": "900.00", "currency": "CNY"}
        agreed = {"status": "approved", "approved_by": manager}
        sent = {"shipment": f"S-{day}", "status": "dispatched", "quantity": "3", **about}
        paid = {"payment": f"P-{day}", "amount": "900.00", "currency": "CNY", "method": "transfer"}
        said = {"callback": f"B-{day}", "outcome": "confirmed", "satisfaction": 5, **about}
        visit = _edit(owner, "create", "activity", f"A-{day}", customer=about["customer"])
        created = _edit(owner, "create", "order", order, after=made, **about)
        approved = _edit(manager, "update", "order", order, after=agreed, **about)
        printed = {"employee": owner, "action": "print", "path": "D:\\报价\\报价单.xlsx"}
        return [
            _event(at, "crm.edits", f"visit-{day}", visit),
            _event(at + HOUR, "crm.edits", f"order-{day}", created),
            _event(at + 2 * HOUR, "crm.edits", f"approval-{day}", approved),
            _event(at + 3 * HOUR, "endpoint.files", f"print-{day}", printed),
            _event(at + 4 * HOUR, "shipments", f"shipment-{day}", sent),
            _event(
                at + 5 * HOUR,
                "payments",
                f"payment-{day}",
                {**paid, **about, "payee_account": account(1)},
            ),
            _event(
                at + 6 * HOUR, "service.callbacks", f"callback-{day}", {**said, "employee": owner}
            ),
        ]

    def _plan(self) -> Iterator[_Timed]:
        """The frauds, with room for what follows from them before the year is over."""
        # Those of the day after the year are for a monitor that was killed and started again.
        for number, day in enumerate((1, self.days // 2, self.days - 2, self.days)):
            yield from self._others_frauds(number, self.start + day * DAY + 30 * MINUTE)
        middle = self.start + self.days // 2 * DAY + 5 * HOUR
        yield from self._deletes(HOT, middle, 60)
        self.frauds.append(Fraud("bulk-delete", HOT))
        last = self.start + (self.days - 1) * DAY
        yield from self._leaves(HOT, last)

    def _others_frauds(self, number: int, at: int) -> Iterator[_Timed]:
        thief, leaver, shipped = 5 + number, f"E-{10 + number:05d}", f"C-{100 + number:06d}"
        paid = {"amount": "900.00", "currency": "CNY", "method": "transfer"}
        for turn in range(3):
            id_ = f"PX-{number}-{turn}"
            customer = f"C-{200 + 10 * number + turn:06d}"
            data = {"payment": id_, "customer": customer, "payee_account": private_account(thief)}
            yield _event(at + turn * HOUR, "payments", id_, {**data, **paid})
            self.frauds.append(Fraud("offbook-payment", customer))
        goods = {"shipment": f"SX-{number}", "status": "dispatched", "customer": shipped}
        yield _event(at + HOUR, "shipments", f"SX-{number}", goods)
        self.frauds.append(Fraud("shipment-without-order", shipped))
        yield from self._leaves(leaver, at)

    def _leaves(self, who: str, at: int) -> Iterator[_Timed]:
        yield from self._deletes(who, at, 5)
        notice = {"employee": who, "kind": "resigned"}
        yield _event(at + 10 * HOUR, "hr.changes", f"notice-{who}", notice)
        self.frauds.append(Fraud("deleted-before-resignation", who))

    def _deletes(self, who: str, at: int, count: int) -> Iterator[_Timed]:
        for turn in range(count):
            edit = _edit(who, "delete", "customer", f"C-GONE-{turn}")
            yield _event(at + turn * SECOND, "crm.edits", f"gone-{who}-{at}-{turn}", edit)


def _edit(actor: str, op: str, kind: str, id_: str, **more: Any) -> dict[str, Any]:
    return {"actor": actor, "op": op, "object": {"type": kind, "id": id_}, **more}


def _event(at: int, topic: str, id_: str, data: dict[str, Any]) -> _Timed:
    return at, line_of(topic, "", id_, rfc3339(at), data)


def _views(begin: int, end: int) -> Iterator[_Timed]:
    for at in range(begin, end, HOUR // _AN_HOUR):
        customer = f"C-{at // (HOUR // _AN_HOUR) % _CUSTOMERS:06d}"
        view = _edit(HOT, "view", "customer", customer, customer=customer)
        yield _event(at, "crm.edits", f"view-{at}", view)


def _heartbeats(begin: int, end: int) -> Iterator[_Timed]:
    """An hour in which nothing is sent is over, and is not waited for."""
    for at in range(begin + HOUR, end + 1, HOUR):
        for topic in STREAM_TOPICS:
            yield at - 1, document(topic, "heartbeat", f"{topic}-{at}", rfc3339(at - 1), {})
