"""Hypothesis strategies for events, made from the contract's types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st
from msgspec import Meta

from contract import fields as limits
from contract import types as t
from contract.checks import bare, may_be_null
from contract.decoding.decode import EARLIEST, LATEST
from contract.event import Event, Origin
from contract.kinds import KINDS, Kind
from contract.spelling.folding import RefusedError, Sent, fold

_characters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
_any_character = st.characters(codec="utf-8", exclude_categories=["Cs"])
_scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(_any_character)
#: What may stand in `differences`: nested, but less deep than the limit.
json_values = st.recursive(
    _scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
identities = st.text(_characters, min_size=1, max_size=30)


@st.composite
def amounts(draw: st.DrawFn, signed: bool = False) -> Decimal:
    digits = draw(st.integers(0, 10**18 - 1))
    places = draw(st.integers(0, 17))
    number = Decimal(digits).scaleb(-places) if places else Decimal(digits)
    if number < 1 and places:
        number = Decimal(f"{digits % 10**17:017d}"[:1] + "." + f"{digits % 10**places:0{places}d}")
    return -number if signed and draw(st.booleans()) else number


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, within its limits."""
    if hint in (limits.Id, limits.Account):
        return st.text(_characters, min_size=1, max_size=20)
    if hint == limits.Amount:
        return amounts()
    if hint == limits.Percent:
        return amounts(signed=True)
    if hint == limits.Currency:
        return st.sampled_from(["CNY", "USD", "EUR", "HKD"])
    if hint is Any:
        return json_values.filter(lambda value: _depth(value) <= 8)
    args, origin = get_args(hint), get_origin(hint)
    if may_be_null(hint):
        nothing = st.sampled_from([it() if it is type(None) else msgspec.UNSET for it in args[1:]])
        return nothing | of(bare(hint))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple:
        return st.lists(of(args[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(st.text(_any_character, max_size=8), of(args[1]), max_size=2)
    if hasattr(hint, "__metadata__"):
        meta = next(arg for arg in args if isinstance(arg, Meta))
        if args[0] is int:
            return st.integers(meta.ge, meta.le)
        return st.text(_any_character, min_size=meta.min_length or 0, max_size=20)
    if isinstance(hint, type) and issubclass(hint, t.EventData):
        return datas(hint)
    return {bool: st.booleans(), date: st.dates(date(1990, 1, 1), date(2100, 12, 31))}[hint]


def datas(cls: type[t.EventData]) -> st.SearchStrategy[t.EventData]:
    """Values of one `data` type."""
    hints = get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{name: of(hints[name]) for name in cls.__struct_fields__})


def events(kinds: tuple[Kind, ...] = KINDS) -> st.SearchStrategy[Event]:
    """Events as decoding gives them, of any of `kinds`."""
    return st.sampled_from(kinds).flatmap(_events_of)


@st.composite
def _events_of(draw: st.DrawFn, kind: Kind) -> Event:
    data, sent = draw(datas(kind.data).map(_folded).filter(bool))
    return Event(
        source=draw(identities),
        id=draw(identities),
        time=draw(st.integers(EARLIEST, LATEST - 1)),
        data=data,
        origin=Origin(kind.topic, draw(st.integers(0, 99)), draw(st.integers(0, 2**62))),
        sent=sent,
    )


def _folded(data: t.EventData) -> tuple[t.EventData, Sent] | None:
    try:
        return fold(data)
    except RefusedError:
        return None


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def fields(kind: Kind) -> list[str]:
    """The names of a type's fields."""
    return [field.name for field in msgspec.structs.fields(kind.data)]
