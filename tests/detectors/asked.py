"""The questions that are asked of a whole file, asked of all events of a small world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from contract.document import document
from contract.event import Event
from tests.detectors.order_oracle import Answer
from tests.detectors.random_company import END
from tests.detectors.retold import corrected
from tests.detectors.timeline import hit
from tests.examples.nine_questions import Company, Found

_SEVERITIES = {30: "warning", 60: "critical", 80: "critical"}
#: Says nothing, but that time has passed.
_QUIET = hit(END, "E-QUIET", category="other")


def asked(
    question: Callable[[Company], Iterator[Found]],
    events: Sequence[Event],
    documents: Iterable[Event] = (),
) -> Iterator[Answer]:
    """The alerts that stand in the end, as `oracle` is to tell them."""
    happened = (*corrected(events), _QUIET)
    company = Company([document(it) for it in documents], [document(it) for it in happened])
    for found in question(company):
        if found.state == "firing":
            yield (
                _SEVERITIES[found.score],
                found.employee,
                found.customer,
                found.order,
                found.account,
                frozenset(found.evidence),
            )
