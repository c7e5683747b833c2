"""A small world in which customers pass from hand to hand, and whose they were before.

For the scenes and oracles of the detectors that weigh transfers. What is answered here is worked
out from the events alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contract.event import Event
from contract.times import DAY
from contract.types import CrmEdit, ReferenceEmployee
from tests.detectors.random_company import BASE
from tests.detectors.retold import sooner
from tests.detectors.timeline import DOCUMENTED, at, customer, edit, employee, event
from tests.parts.may_happen import Row, either, may

#: Of K-STATED a document tells the owner, of K-RESTATED one that is told in the midst of it all.
CUSTOMERS = ("K-STATED", "K-STATED", "K-UNSTATED", "K-RESTATED")
STATED = {"K-STATED": at(DOCUMENTED), "K-RESTATED": BASE + 3 * DAY}
SELLERS = ("E-ONE", "E-OTHER")
DOCUMENTS = (
    employee("E-ONE"),
    event(DOCUMENTED, ReferenceEmployee("E-OTHER", manager="E-LEADS")),
    event(DOCUMENTED, ReferenceEmployee("E-CHIEF", role="manager")),
    *(customer(id_, "E-OTHER", moment=moment) for id_, moment in STATED.items()),
)


def passing(customers: Iterable[str] = CUSTOMERS) -> Row:
    """A customer gets an owner, or is said to have the one it had."""
    return either(
        may(
            *(edit, [to, to, "E-CHIEF", *SELLERS]),
            ["update", "update", "update", "create", "delete", "restore"],
            ("customer", whose),
            customer=[None, whose, whose, "K-UNSTATED"],
            before=[None, None, *({"owner": was} for was in SELLERS)],
            owner=to,
        )
        for whose in customers
        for to in (*SELLERS, *SELLERS, *SELLERS, "E-LEADS", "E-CHIEF")
    )


def words(events: Iterable[Event], id_: str) -> list[tuple[Event, str]]:
    """Every edit of the customer that names its owner, and whom."""
    return [
        (event, event.data.after.owner)
        for event in sooner(events)
        if isinstance(event.data, CrmEdit)
        and (event.data.object.type, event.data.object.id) == ("customer", id_)
        and event.data.after is not None
        and event.data.after.owner is not None
    ]


def transfers(events: Iterable[Event]) -> Iterator[tuple[Event, CrmEdit, str]]:
    """The edits by which a customer got another owner than it is known to have had, and whom."""
    happened = list(events)
    for id_ in set(CUSTOMERS):
        known: tuple[int, str] | None = None
        for moved, to in words(happened, id_):
            data = moved.data
            assert isinstance(data, CrmEdit)
            stated = STATED.get(id_)
            if stated is not None and stated < moved.time and (not known or known[0] <= stated):
                known = stated, "E-OTHER"
            before = data.before.owner if data.before else None
            before = before or (known[1] if known else None)
            if data.op != "create" and before is not None and before != to:
                yield moved, data, to
            known = moved.time, to
