from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.outcome import Empty, Mapped, Rejected, Skipped, Unmatched
from connectors.record import Record
from tests.connectors.presets.fixture import connector
from tests.connectors.presets.trial import json_of
from tests.parts.examples import examples

FIXTURES = {
    "beisen": "hr/beisen_employee.GUESS.json",
    "debezium": "debezium/update_no_schema.json",
    "debezium-flattened": "debezium/flattened_update.json",
    "debezium-outbox": "debezium/outbox_envelope.json",
    "dustess": "dustess/contacts_merged.json",
    "fxiaoke-apl": "fxiaoke/apl_webhook.OUR_OWN.json",
    "fxiaoke-query": "fxiaoke/query_payment.json",
    "neocrm": "neocrm/query.GUESS.json",
    "salesforce-cdc": "salesforce/cdc_create.json",
    "yonyou": "shipping/yonyou_saleout.GUESS.json",
    "zoho-deleted": "zoho/deleted_records.json",
    "zoho-notification": "zoho/notification_delete.json",
    "zoho-timeline": "zoho/timeline.json",
    "zoho-webhook": "zoho/workflow_webhook.json",
}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda its: st.lists(its, max_size=3) | st.dictionaries(st.text(max_size=5), its, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything in it that can be put something else in place of."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in items:
        yield value, name
        if isinstance(inner, dict | list):
            yield from places(inner)


@pytest.mark.parametrize("preset", FIXTURES)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_record_it_has_an_outcome(preset: str, data: st.DataObject) -> None:
    record = json_of(FIXTURES[preset])
    container, name = data.draw(st.sampled_from(list(places(record))))
    container[name] = data.draw(ANYTHING)
    for told in connector(preset).outcomes(Record(record)):
        assert isinstance(told.outcome, Mapped | Skipped | Unmatched | Empty | Rejected)
        if isinstance(told.outcome, Mapped):
            # What is mapped can be sent.
            json.dumps(told.outcome.document, default=str)
        if isinstance(told.outcome, Rejected):
            assert told.outcome.reason
            assert told.outcome.mend
