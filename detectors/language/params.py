"""The numbers of a detector, and what they mean to people.

    class BulkDeleteParams(Params):
        threshold: int = at_least(20, "records deleted in all", "删除的记录合计")
        window: Duration = number("1h", "from the first delete of the run", "自首次删除起的时长")

Each has a default and a meaning in English and Chinese, here and nowhere else: settings, docs and
`offbook explain` are rendered from it. A threshold says on which side of it an alert fires.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, dataclass_transform

from msgspec import Meta, Struct, StructMeta

from contract.duration import Duration

#: How what is measured must stand to a threshold for an alert.
Fires = Literal["at least", "more than", "at most", "less than"]

_KINDS: dict[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "Duration": Duration,
    "tuple[str, ...]": tuple[str, ...],
}


class _Number(NamedTuple):
    default: Any
    meta: Meta


def number(
    default: Any, en: str, zh: str, fires: Fires | None = None, *, ge: int | None = None
) -> Any:
    """A parameter and what it means; of a `Duration` the default is written `"7d"`.

    If it is a threshold, `fires` says on which side of it an alert fires: of each a finding says
    what it `measured`. `ge` is the least value it can have.
    """
    meta = Meta(description=en, ge=ge, extra={"zh": zh, "fires": fires})
    return _Number(default, meta)


def at_least(default: Any, en: str, zh: str, *, ge: int | None = 1) -> Any:
    """A threshold from which on an alert fires."""
    return number(default, en, zh, "at least", ge=ge)


def at_most(default: Any, en: str, zh: str, *, ge: int | None = None) -> Any:
    """A threshold up to which an alert fires."""
    return number(default, en, zh, "at most", ge=ge)


def less_than(default: Any, en: str, zh: str) -> Any:
    """A threshold below which an alert fires."""
    return number(default, en, zh, "less than")


def more_than(default: Any, en: str, zh: str, *, ge: int | None = 0) -> Any:
    """A threshold above which an alert fires."""
    return number(default, en, zh, "more than", ge=ge)


def _duration(default: Any, field: str) -> Duration:
    """A bare number would be taken for microseconds."""
    if isinstance(default, str | Duration):
        try:
            return Duration(default)
        except ValueError as error:
            raise TypeError(f'{field}: {error}; it is "{default}"') from error
    raise TypeError(f'{field}: a Duration is written with its unit, as in "{default}h"')


class _ParamsMeta(StructMeta):
    """Makes a field of what a class body says by `number`."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **options: Any
    ) -> Any:
        kinds = body.get("__annotations__", {})
        for field, said in [it for it in body.items() if isinstance(it[1], _Number)]:
            kind = kinds.get(field)
            kind = _KINDS.get(kind) if isinstance(kind, str) else kind
            if kind not in _KINDS.values():
                raise TypeError(
                    f"{name}.{field}: a number is annotated with one of {', '.join(_KINDS)}"
                )
            kinds[field] = Annotated[kind, said.meta]
            body[field] = said.default
            if kind is Duration:
                body[field] = _duration(said.default, f"{name}.{field}")
        return super().__new__(cls, name, bases, body, **{**options, "frozen": True})


class _Frozen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What mypy takes `Params` for: a frozen struct, of which only such can be derived."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Params(_Frozen, frozen=True, metaclass=_ParamsMeta):
    """The numbers of a detector. Each field is a `number`."""
