"""An event is checked by the decoder that would read it, before anything is sent."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.pretty import pretty_repr

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.kinds import KIND_OF_TYPE, Kind
from contract.publishing.examples import EXAMPLES
from contract.record_key import record_key
from contract.rejected import Rejected
from offbook import produce
from offbook.produce import (
    CrmEdit,
    Difference,
    HrChange,
    Image,
    InvalidEventError,
    ObjectRef,
    Payment,
    ReferenceAccount,
    ReferenceEmployee,
    ServiceCallback,
    event,
)
from offbook.produce.events import Heartbeat
from offbook.produce.record import removal
from tests.contract.strategies import events
from tests.parts.examples import examples

WHERE = {"id": "bank-1", "source": "//bank.example.com"}
WHEN = "2026-03-05T14:22:30+08:00"
NOWHERE = Origin("", -1, 0)


def payment(**fields: Any) -> Payment:
    said = {"payment": "P-1", "amount": "1280.00", "payee_account": "6222020200112233445"}
    return Payment(**said | fields)


def made(data: Any, time: Any = WHEN) -> Event:
    read = decode_structured(event(data, time=time, **WHERE).value, NOWHERE)
    assert isinstance(read, Event)
    return read


def refused(data: Any, time: Any = WHEN, **where: Any) -> InvalidEventError:
    with pytest.raises(InvalidEventError) as caught:
        event(data, time=time, **WHERE | where)
    assert not caught.value.retryable
    assert "does not help" in str(caught.value)
    return caught.value


def filled(kind: Kind) -> Any:
    """The class to be filled in, holding what the example says."""
    cls = Heartbeat if not kind.topic else getattr(produce, kind.data.__name__)
    parts = {"object": ObjectRef, "before": Image, "after": Image}
    said = {
        name: parts[name](**value) if name in parts else value
        for name, value in EXAMPLES[kind.type]["data"].items()
    }
    if "differences" in said:
        said["differences"] = {at: Difference(**it) for at, it in said["differences"].items()}
    return cls(**said)


@pytest.mark.parametrize("kind", KIND_OF_TYPE.values(), ids=lambda kind: kind.type)
def test_a_class_to_fill_in_has_the_fields_of_the_contract(kind: Kind) -> None:
    ours = msgspec.structs.fields(type(filled(kind)))
    theirs = msgspec.structs.fields(kind.data)
    assert [(it.name, it.required, it.default) for it in ours] == [
        (it.name, it.required, it.default) for it in theirs
    ]


@pytest.mark.parametrize("kind", KIND_OF_TYPE.values(), ids=lambda kind: kind.type)
def test_each_example_is_read_as_it_was_written(kind: Kind) -> None:
    example = EXAMPLES[kind.type]
    made = event(filled(kind), id=example["id"], time=example["time"], source=example["source"])
    read = decode_structured(made.value, NOWHERE)
    assert isinstance(read, Event)
    assert read == decode_structured(json.dumps(example).encode(), NOWHERE)
    assert made.topic == kind.topic
    assert made.key == (record_key(read.data) if kind.topic else None)


@settings(max_examples=examples(60))
@given(events().filter(lambda it: it.kind.topic != "crm.edits"))  # which have keys of the sender's
def test_the_contracts_own_classes_are_taken_too(one: Event) -> None:
    sent = event(one.data, id=one.id, time="2026-03-05T14:22:30Z", source=one.source)
    read = decode_structured(sent.value, NOWHERE)
    assert isinstance(read, Event)
    assert read.data == one.data


@settings(max_examples=examples(60))
@given(st.text(), st.text(), st.text(), st.one_of(st.text(), st.decimals(), st.integers()))
def test_what_is_wrong_is_an_error_and_what_is_sent_can_be_read(
    id_: str, account: str, order: str, amount: Any
) -> None:
    data = payment(payee_account=account, order=order, amount=amount)
    try:
        sent = event(data, id=id_, time=WHEN, source="//b")
    except InvalidEventError as error:
        told = error.reason, error.mend
        assert all(told)
    else:
        assert isinstance(decode_structured(sent.value, NOWHERE), Event)


@pytest.mark.parametrize(
    ("amount", "read"),
    [("1280.00", "1280"), (Decimal("1.28E+3"), "1280"), (1280, "1280"), (Decimal("-0"), "0")],
)
def test_an_amount_is_a_text_a_decimal_or_an_int(amount: Any, read: str) -> None:
    assert made(payment(amount=amount)).data.amount == Decimal(read)  # type: ignore[attr-defined]


@pytest.mark.parametrize("amount", ["1,280", "-1", Decimal("NaN"), Decimal("1E+999999"), "", True])
def test_an_amount_that_is_none_is_refused_with_field_and_mend(amount: Any) -> None:
    error = refused(payment(amount=amount))
    assert error.field == "data.amount"
    assert error.mend


def test_decimals_deep_inside_are_written_plainly_too() -> None:
    edit = CrmEdit(
        actor="E-1",
        op="update",
        object=ObjectRef(type="order", id="O-1"),
        after=Image(amount=Decimal("1E+3"), discount_pct=Decimal(-5)),
    )
    assert made(edit).data.says.amount == 1000  # type: ignore[attr-defined]


def test_a_time_is_a_moment_with_an_offset() -> None:
    shanghai = datetime(2026, 3, 5, 14, 22, 30, tzinfo=timezone(timedelta(hours=8)))
    odd = shanghai.astimezone(timezone(timedelta(hours=8, minutes=5, seconds=43)))
    assert made(payment(), shanghai).time == made(payment()).time == made(payment(), odd).time
    error = refused(payment(), datetime(2026, 3, 5, 14, 22, 30))  # noqa: DTZ001
    assert error.field == "time"
    assert "offset" in error.mend
    assert refused(payment(), "yesterday").field == "time"
    assert refused(payment(), datetime.now(UTC) + timedelta(hours=8)).field == "time"


def test_a_day_is_a_date_or_a_text() -> None:
    for day in (date(2026, 4, 8), "2026-04-08"):
        change = made(HrChange(employee="E-1", kind="resigned", effective_on=day))
        assert change.data.effective_on == date(2026, 4, 8)  # type: ignore[attr-defined]


def test_an_owner_left_out_is_not_mentioned_and_none_is_nobody() -> None:
    for fields, said in (({}, False), ({"owner": None}, True)):
        edit = CrmEdit(
            actor="E-1",
            op="update",
            object=ObjectRef(type="customer", id="C-1"),
            after=Image(**fields),
        )
        written = json.loads(event(edit, time=WHEN, **WHERE).value or b"")
        assert ("owner" in written["data"]["after"]) is said


@pytest.mark.parametrize(
    ("where", "field"), [({"id": ""}, "id"), ({"source": "x\n"}, "source"), ({"id": 7}, "id")]
)
def test_the_attributes_are_checked_too(where: dict[str, Any], field: str) -> None:
    assert refused(payment(), **where).field == field


SECRET = "王五\ud800"
ODD: list[Any] = [
    payment(payer_name=SECRET),
    payment(payer_name="王五" * 3000),
    payment(payee_account="6222 王五 ****"),
    payment(order=object()),
    ServiceCallback(
        callback="C", customer="C", outcome="denied", differences={"王五": Difference(company={1})}
    ),
    ServiceCallback(
        callback="C",
        customer="C",
        outcome="denied",
        differences={"王五": Difference(company=object())},
    ),
    {"payment": "王五"},
    None,
]


@pytest.mark.parametrize("data", ODD, ids=str)
def test_an_error_quotes_nothing(data: Any) -> None:
    error = refused(data) if not _is_fine(data) else None
    if error is not None:
        assert "王五" not in str(error)
        assert error.__cause__ is None


def _is_fine(data: Any) -> bool:
    try:
        event(data, time=WHEN, **WHERE)
    except InvalidEventError:
        return False
    return True


def test_what_is_printed_of_data_names_nobody() -> None:
    data = payment(payer_name="王五", customer="C-7")
    for text in (repr(data), str(data), f"{[data]}", pretty_repr(data)):
        assert "王五" not in text
        assert "C-7" not in text
        assert "payer_name" in text


def test_an_entry_of_the_reference_data_is_removed_by_its_id() -> None:
    assert removal(ReferenceEmployee, " E-107 ") == ("reference.employees", b"E-107", None)
    assert removal(ReferenceAccount, "6222-0202")[1] == b"62220202"
    for entry, id_ in ((Payment, "P-1"), (ReferenceEmployee, "-"), (ReferenceAccount, "6.2E+18")):
        with pytest.raises(InvalidEventError):
            removal(entry, id_)


def test_a_refusal_is_the_contracts_own() -> None:
    error = refused(payment(amount="-1"))
    assert isinstance(error.rejected, Rejected)
    assert (error.field, error.reason, error.mend) == (
        error.rejected.field,
        error.rejected.reason,
        error.rejected.mend,
    )
