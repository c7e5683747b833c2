"""What the company's systems write down, in the order in which it arrives."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hengda.clock import END, REFERENCE
from hengda.company import CUSTOMERS, MAIN_ACCOUNT, reference

HOST = "hengda-machinery.example"
#: name: (CloudEvents `source`, what comes before the day in an `id`, `type`)
SYSTEMS = {
    "crm": (f"//crm.{HOST}", "crm", "offbook.crm.edit.v1"),
    "bank": (f"//bank.{HOST}", "bank", "offbook.payment.v1"),
    "slips": (f"//ar.{HOST}/customer-slips", "slip", "offbook.payment.v1"),
    "wms": (f"//wms.{HOST}", "wms", "offbook.shipment.v1"),
    "chat": (f"//chat.{HOST}", "chat", "offbook.chat.keyword-hit.v1"),
    "hr": (f"//hr.{HOST}", "hr", "offbook.hr.change.v1"),
    "edr": (f"//edr.{HOST}", "edr", "offbook.endpoint.file.v1"),
    "service": (f"//service.{HOST}", "call", "offbook.service.callback.v1"),
    "hotline": (f"//hotline.{HOST}", "tip", "offbook.tip.v1"),
}
ON_TIME = timedelta(0)


@dataclass(eq=False)
class Line:
    """One event: when it happened, and when it reaches Offbook."""

    system: str
    time: datetime
    arrives: datetime
    data: dict[str, Any]
    id: str = ""

    @property
    def source(self) -> str:
        return SYSTEMS[self.system][0]

    def document(self) -> dict[str, Any]:
        source, _, type_ = SYSTEMS[self.system]
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": source,
            "type": type_,
            "time": self.time.isoformat(),
            "data": self.data,
        }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return f"{value:.2f}" if isinstance(value, Decimal) else value


class Ledger:
    """Takes events in any order, drops what happens after the story's end, hands out numbers."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._numbers: Counter[str] = Counter()

    def number(self, prefix: str, moment: datetime) -> str:
        """The next number of that day, such as `SO-0309-02`."""
        day = f"{prefix}-{moment:%m%d}"
        self._numbers[day] += 1
        return f"{day}-{self._numbers[day]:02}"

    def tell(self, system: str, time: datetime, late: timedelta = ON_TIME, **data: Any) -> Line:
        line = Line(system, time, time + late, _plain(data))
        if time <= END:
            self.lines.append(line)
        return line

    def edit(
        self,
        time: datetime,
        actor: str,
        op: str,
        object_type: str,
        object_id: str,
        *,
        late: timedelta = ON_TIME,
        **data: Any,
    ) -> Line:
        thing = {"type": object_type, "id": object_id}
        return self.tell("crm", time, late, actor=actor, op=op, object=thing, **data)

    def activity(self, time: datetime, actor: str, customer: str, kind: str) -> Line:
        number = self.number("ACT", time)
        return self.edit(
            time, actor, "create", "activity", number, customer=customer, after={"kind": kind}
        )

    def payment(
        self,
        time: datetime,
        amount: Decimal,
        *,
        system: str = "bank",
        late: timedelta = ON_TIME,
        customer: str | None = None,
        order: str | None = None,
        payee: str = MAIN_ACCOUNT,
        **data: Any,
    ) -> Line:
        payer = CUSTOMERS[customer] if customer else None
        known = {
            "payment": self.number("PAY", time),
            "kind": "received",
            "order": order,
            "customer": customer,
            "amount": amount,
            "currency": "CNY",
            "payee_account": payee,
            "payer_account": payer.account if payer else None,
            "payer_name": payer.name if payer else None,
            "method": "bank transfer",
        }
        return self.tell(system, time, late, **(known | data))

    def shipment(
        self,
        time: datetime,
        shipment: str,
        status: str,
        customer: str,
        *,
        order: str | None = None,
        late: timedelta = ON_TIME,
        **data: Any,
    ) -> Line:
        to = CUSTOMERS[customer]
        return self.tell(
            "wms",
            time,
            late,
            shipment=shipment,
            status=status,
            order=order,
            customer=customer,
            address=to.address,
            consignee=to.name,
            phone=to.phone,
            **data,
        )

    def chat(
        self,
        time: datetime,
        employee: str,
        category: str,
        keyword: str,
        excerpt: str,
        customer: str | None = None,
    ) -> Line:
        return self.tell(
            "chat",
            time,
            employee=employee,
            app="企业微信",
            keyword=keyword,
            category=category,
            customer=customer,
            counterparty=CUSTOMERS[customer].name if customer else None,
            excerpt=excerpt,
        )

    def arrivals(self, rng: Random) -> list[Line]:
        """Every line in the order of its arrival: some late by hours, a few of them twice."""
        lines = sorted(self.lines, key=lambda line: line.time)
        days: Counter[str] = Counter()
        for line in lines:
            day = f"{SYSTEMS[line.system][1]}-{line.time:%m%d}"
            days[day] += 1
            line.id = f"{day}-{days[day]:03}"
        last = lines[-1]
        for line in lines:
            if line is not last and line.arrives == line.time and rng.random() < 0.05:
                line.arrives += timedelta(minutes=rng.randrange(20, 360))
            if line is not last and line.arrives >= last.arrives:
                line.arrives = last.arrives - timedelta(seconds=1)
        again = [
            Line(line.system, line.time, line.arrives + timedelta(hours=2), line.data, line.id)
            for line in rng.sample(lines[: len(lines) * 9 // 10], REPEATS)
        ]
        return sorted(lines + again, key=lambda line: line.arrives)


#: How many lines arrive a second time, word for word: a sender's retry.
REPEATS = 6


def reference_documents() -> list[dict[str, Any]]:
    """The company as its master data systems publish it on the evening before."""
    return [
        {
            "specversion": "1.0",
            "id": f"{kind}-{data[kind]}",
            "source": f"//master-data.{HOST}",
            "type": f"offbook.reference.{kind}.v1",
            "time": REFERENCE.isoformat(),
            "data": _plain(data),
        }
        for kind, data in reference()
    ]
