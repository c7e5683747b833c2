"""The random company, in which an integration account is never still, and one private account is
paid into again and again: states that lie on the changelog in segments."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from contract.alert import Alert
from contract.document import encode_document
from contract.event import Event
from contract.times import HOUR, MINUTE, rfc3339
from tests.cli.commands import offbook
from tests.cli.company import CUSTOMERS, EMPLOYEES, Company, Record
from tests.detectors import timeline as tell
from tests.integration.essence import Essence, essence

ACCOUNT = "E-SYNC"
PRIVATE = f"6222-{EMPLOYEES[-1]}"
#: As an alert says it.
PAID = PRIVATE.replace("-", "")
#: The entities that have much.
HOT = (f"employee:{ACCOUNT}", f"account:{PAID}")

#: Views and payments in an hour, and for how many hours.
_VIEWS, _PAYMENTS, _FOR = 250, 25, 12


def counted(alert: Alert) -> Essence:
    """The essence of an alert. Of one about the account's views how many there were, not which are
    shown: that depends on how many had come when some gave way, so on the order of arrival."""
    whole = essence(alert)
    if alert.detector == "bulk-export" and alert.employee == ACCOUNT:
        return (*whole[:-1], alert.summary.en)
    return whole


class HotCompany(Company):
    """Thousands of events are of two entities, one of which deletes what it can and is gone."""

    def __init__(self, seed: int, end: int, size: int) -> None:
        super().__init__(seed, end, size)
        self.documents.append(tell.employee(ACCOUNT, "系统集成"))

    def records(self, repeats: float = 0.02, garbage: float = 0.0) -> Iterator[Record]:
        yield from super().records(repeats, garbage)

    def replayed(self, until: int, folder: Path) -> Collection[Alert]:
        """What `offbook replay` says of the same, with time moved on to `until` (µs): the newest
        revision of each alert."""
        file = folder / "happened.ndjson"
        file.write_bytes(b"\n".join(map(encode_document, (*self.documents, *self.events))))
        done = offbook("replay", str(file), "--until", rfc3339(until))
        assert done.returncode == 0, done.stderr
        alerts = (msgspec.json.decode(line, type=Alert) for line in done.stdout.splitlines())
        return {alert.alert_id: alert for alert in alerts}.values()

    def _business(self, size: int) -> Iterator[Event]:
        yield from super()._business(size)
        for hours_ago in range(30, 30 - _FOR, -1):
            begin = self.end - hours_ago * HOUR - 50 * MINUTE
            for n in range(_VIEWS):
                customer, at = CUSTOMERS[n % len(CUSTOMERS)], begin + n * 40 * MINUTE // _VIEWS
                record = ("customer", customer)
                yield tell.edit(at, ACCOUNT, "view", record, customer=customer)
            for n in range(_PAYMENTS):
                customer, at = CUSTOMERS[n], begin + n * 40 * MINUTE // _PAYMENTS
                yield tell.payment(at, f"PH-{hours_ago}-{n}", PRIVATE, customer=customer)

    def _frauds(self) -> Iterator[Event]:
        yield from super()._frauds()
        for hours_ago in (29, 24, 20):
            begin = self.end - hours_ago * HOUR - 30 * MINUTE
            for n in range(12):
                yield tell.deletes(begin + n, ACCOUNT, 2)
        yield tell.hr(self.end - 12 * HOUR - 30 * MINUTE, ACCOUNT, "resigned")
