"""What is remembered, what is forgotten, and that memory is bounded."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from contract.event import Event, Origin
from contract.types import (
    CrmEdit,
    Difference,
    EndpointFile,
    Image,
    ObjectRef,
    Payment,
    ServiceCallback,
)
from streams.router.repeats import First, Repeats


def event(id_: str, source: str = "/crm", **more: Any) -> Event:
    data = more.pop("data", EndpointFile("E-1", "delete"))
    return Event(source, id_, more.pop("time", 7), data, Origin("endpoint.files", 0, 5))


def at(one: Event, partition: int, offset: int) -> Event:
    """The same on another place."""
    return structs.replace(one, origin=Origin("endpoint.files", partition, offset))


def test_an_event_is_new_once() -> None:
    repeats = Repeats()
    assert [repeats.met(event("1")) is None for _ in range(3)] == [True, False, False]


def test_type_source_and_id_together_identify_an_event() -> None:
    repeats = Repeats()
    for one in (
        event("1"),
        event("1", "/erp"),
        event("m1", "/cr"),
        event("/crm1", ""),
        event("1", data=ServiceCallback("1", "C-1", "confirmed")),
    ):
        assert repeats.met(one) is None


def test_a_repeat_tells_where_the_first_stood() -> None:
    repeats = Repeats(1)
    for partition, offset in ((3, 2**43), (9_999, 0), (-1, 17)):
        first = at(event(f"{partition}"), partition, offset)
        assert repeats.met(first) is None
        for _ in range(3):
            assert repeats.met(at(first, 1, 1)) == First(partition, offset, True)


_EDIT = CrmEdit("E-1", "update", ObjectRef("order", "O-1"), after=Image(amount=Decimal("12.50")))
_CALL = ServiceCallback("CB", "C-1", "mismatch", differences={"phone": Difference("1", "2")})
_SAYS_OTHER = [
    (_EDIT, structs.replace(_EDIT, op="delete")),
    (_EDIT, structs.replace(_EDIT, after=Image(amount=Decimal("12.51")))),
    (_EDIT, structs.replace(_EDIT, after=None, before=_EDIT.after)),
    (_CALL, structs.replace(_CALL, differences={"phone": Difference("1", "3")})),
    (_CALL, structs.replace(_CALL, differences=None)),
    (Payment("P", Decimal(5), "62"), Payment("P", Decimal(5), "62", order="O-1")),
]


@pytest.mark.parametrize(("one", "other"), _SAYS_OTHER, ids=lambda data: type(data).__name__)
def test_what_says_something_else_is_no_repeat_of_it_and_the_first_stays(
    one: Any, other: Any
) -> None:
    repeats = Repeats()
    assert repeats.met(event("1", data=one)) is None
    for data, same in ((one, True), (other, False), (other, False), (one, True)):
        first = repeats.met(at(event("1", data=data), 2, 9))
        assert first == First(0, 5, same)
    assert repeats.met(event("1", data=one, time=8)) == First(0, 5, False)


def test_numbers_and_not_texts_are_compared() -> None:
    repeats = Repeats()
    repeats.met(event("1", data=Payment("P", Decimal("1280.0"), "62")))
    again = repeats.met(event("1", data=Payment("P", Decimal("1280.00"), "62")))
    assert again == First(0, 5, True)
    repeats.met(event("2", data=_CALL))
    differences = dict(reversed((_CALL.differences or {}).items()))
    again = repeats.met(event("2", data=structs.replace(_CALL, differences=differences)))
    assert again == First(0, 5, True)


@given(st.lists(st.integers(0, 60), max_size=400), st.integers(1, 20))
def test_the_last_events_up_to_the_capacity_are_always_known(ids: list[int], capacity: int) -> None:
    repeats = Repeats(capacity)
    met: list[int] = []
    for number in ids:
        first = repeats.met(event(str(number)))
        recent = list(dict.fromkeys(reversed(met)))[:capacity]
        assert first is not None or number not in recent
        assert first is None or number in met
        met.append(number)


def test_memory_is_bounded_by_twice_the_capacity() -> None:
    repeats = Repeats(100)
    for number in range(10_000):
        assert repeats.met(event(str(number))) is None
        assert len(repeats) <= 200


def test_an_event_takes_less_than_200_bytes() -> None:
    repeats = Repeats()
    tracemalloc.start()
    try:
        for number in range(100_000):
            if number in (45_000, 90_000):
                assert tracemalloc.get_traced_memory()[0] / number < 200
            repeats.met(event(str(number), time=number))
        assert tracemalloc.get_traced_memory()[0] / 100_000 < 200
    finally:
        tracemalloc.stop()


def test_an_event_that_keeps_coming_is_never_forgotten() -> None:
    repeats = Repeats(100)
    repeats.met(event("again"))
    for number in range(10_000):
        repeats.met(event(str(number)))
        if number % 50 == 0:
            assert repeats.met(event("again")) is not None


def test_no_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity"):
        Repeats(0)
