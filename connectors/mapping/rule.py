"""One rule of a page: for which records it is, and the event that it makes of one, or why none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from connectors.mapping.field import Field, Fields, field, fields, made
from connectors.mapping.path import Getter, getter, is_nothing
from connectors.mapping.steps import Context, as_text, row_of, rows_of
from connectors.mapping.wrong import WrongValueError
from connectors.outcome import Mapped, Outcome, Rejected, Skipped
from contract.decoding.decode import NOWHERE, decode_structured
from contract.kinds import HEARTBEAT, KIND_OF_TYPE, Kind
from contract.rejected import Rejected as Refused
from contract.spelling.folding import REGION
from contract.spelling.nearest import nearest

Condition = Callable[[dict[str, Any]], bool]

_KEYS: Final = ("when", "where", "skip", "type", "id", "source", "time", "data")
#: Amounts stay as they are written, and never pass through a float.
encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class Rule(Struct, frozen=True):
    """`takes` says whether it is for a record; `skip` why none is made an event, if none is."""

    number: int
    takes: Condition
    skip: str = ""
    kind: Kind = HEARTBEAT
    id: Field = lambda _: None
    source: Field = lambda _: None
    time: Field = lambda _: None
    data: Fields = []
    region: str = REGION

    def outcome(self, record: dict[str, Any]) -> Outcome:
        """What becomes of a record that it takes."""
        if self.skip:
            return Skipped(self.skip, self.number)
        name = "id"
        try:
            document: dict[str, Any] = {"specversion": "1.0"}
            document["id"] = self.id(record)
            name = "source"
            document["source"] = self.source(record)
            document["type"] = self.kind.type
            name = "time"
            document["time"] = self.time(record)
            name = "data"
            document["data"] = made(self.data, record)
        except WrongValueError as error:
            return Rejected(
                "map",
                f"{name}.{error.field}" if error.field else name,
                error.reason,
                error.mend,
                rule=self.number,
                path=error.path,
                word=error.word,
                table=error.table,
            )
        for name in ("id", "source", "time"):
            if is_nothing(document[name]):
                return self._refused(f"`{name}` has nothing to be made of.", name)
        return self.checked(document)

    def checked(self, document: dict[str, Any]) -> Mapped | Rejected:
        """The event that a document is, or why it is none."""
        try:
            encoded = encode(document)
        except (TypeError, ValueError, RecursionError):
            return self._refused("A field holds what no event can hold.", "data")
        checked = decode_structured(encoded, NOWHERE, region=self.region)
        if isinstance(checked, Refused):
            return Rejected(
                "contract", checked.field, checked.reason, checked.mend, rule=self.number
            )
        return Mapped(document, self.number, encoded, checked)

    def _refused(self, reason: str, name: str) -> Rejected:
        mend = f"Make sure that the record has what rule {self.number} takes it from."
        return Rejected("map", name, reason, mend, rule=self.number)


def rule(
    spec: Any, number: int, context: Context, source: Any, region: str, problems: list[str]
) -> Rule:
    """The rule that a page describes. What is wrong with it goes to `problems`."""
    place = f"rule {number}"
    if not isinstance(spec, dict):
        problems.append(f"{place}: is to be a table: [[rule]]")
        return Rule(number, lambda _: False)
    unknown = [it for it in spec if it not in _KEYS]
    problems += (f"{place}: there is no `{it}` here{nearest(it, _KEYS)}" for it in unknown)
    takes = _condition(spec, context, place, problems)
    if "skip" in spec:
        if set(spec) - {"when", "where", "skip"}:
            problems.append(f"{place}: what is skipped has no type, id, time or data")
        if not isinstance(spec["skip"], str) or not spec["skip"].strip():
            problems.append(f'{place}: `skip` says why: skip = "a snapshot is nobody\'s act"')
            return Rule(number, takes, skip="(no reason)")
        return Rule(number, takes, skip=spec["skip"])
    kind = _kind(spec, place, problems)
    missing = [name for name in ("id", "time", "data") if name not in spec]
    problems += (f"{place}: `{name}` is missing" for name in missing)
    data = spec.get("data", {})
    if not isinstance(data, dict):
        problems.append(f"{place}.data: is to be a table of fields: [rule.data]")
        data = {}
    if kind is not None:
        _check_names(data, kind, f"{place}.data", problems)
    return Rule(
        number,
        takes,
        kind=kind or HEARTBEAT,
        id=field(spec.get("id", ""), context, f"{place}.id", problems),
        source=field(spec.get("source", source), context, f"{place}.source", problems),
        time=field(spec.get("time", ""), context, f"{place}.time", problems),
        data=fields(data, context, f"{place}.data", problems),
        region=region,
    )


def _kind(spec: Mapping[str, Any], place: str, problems: list[str]) -> Kind | None:
    named = spec.get("type")
    kind = KIND_OF_TYPE.get(named) if isinstance(named, str) else None
    if kind is None:
        known = f"; there are {', '.join(KIND_OF_TYPE)}"
        meant = nearest(str(named), KIND_OF_TYPE) or known
        problems.append(f"{place}: there is no event type {named!r}{meant}")
    return kind


def _check_names(data: Mapping[str, Any], kind: Kind, place: str, problems: list[str]) -> None:
    known = msgspec.structs.fields(kind.data)
    names = [it.encode_name for it in known]
    for name in data:
        if name not in names:
            meant = nearest(name, names) or f"; it has {', '.join(names)}"
            problems.append(f"{place}: {kind.type} has no field `{name}`{meant}")
    problems += (
        f"{place}: {kind.type} needs `{it.encode_name}`"
        for it in known
        if it.required and it.encode_name not in data
    )


def _condition(
    spec: Mapping[str, Any], context: Context, place: str, problems: list[str]
) -> Condition:
    """`when` is a table of paths and what stands there: a value, one of a list, "present" or
    "absent", or a row of a table (`_in_table`). `where` is a JMESPath that has to be true. Both
    hold, or the rule is not for it."""
    tests: list[Condition] = []
    when = spec.get("when", {})
    if not isinstance(when, dict):
        problems.append(f'{place}.when: is to be a table: when = {{ "op" = ["c", "u"] }}')
        when = {}
    for path, want in when.items():
        try:
            if isinstance(want, dict):
                tests.append(
                    _in_table(getter(path), want, context, f"{place}.when.{path}", problems)
                )
            else:
                tests.append(_holds(getter(path), want))
        except ValueError as error:
            problems.append(f"{place}.when: the path `{path}` {error}")
    if "where" in spec:
        try:
            get = getter(spec["where"])
            tests.append(lambda record: bool(get(record)))
        except (ValueError, AttributeError, TypeError) as error:
            problems.append(f"{place}.where: {error}")
    if len(tests) == 1:
        return _safely(tests[0])
    return _safely(lambda record: all(test(record) for test in tests))


def _safely(test: Condition) -> Condition:
    """A record of which it cannot be asked is none that it is for."""

    def holds(record: dict[str, Any]) -> bool:
        try:
            return test(record)
        except WrongValueError:
            return False

    return holds


def _holds(get: Getter, want: Any) -> Condition:
    if want == "present":
        return lambda record: not is_nothing(get(record))
    if want == "absent":
        return lambda record: is_nothing(get(record))
    if isinstance(want, list):
        return lambda record: get(record) in want
    return lambda record: bool(get(record) == want)


def _in_table(
    get: Getter, want: Mapping[str, Any], context: Context, place: str, problems: list[str]
) -> Condition:
    """`{ table = "approvals", is = "resignation" }`: the word, or one of a list, has a row that
    says so, or, without `is`, any row."""
    rows = rows_of(want.get("table"), context, place, problems)
    if set(want) - {"table", "is"} or not isinstance(want.get("is", ""), str):
        problems.append(f'{place}: is to be {{ table = "approvals", is = "resignation" }}')
    its = want.get("is")

    def holds(record: dict[str, Any]) -> bool:
        found = get(record)
        words = found if isinstance(found, list) else [found]
        there = (row_of(rows, as_text(it)) for it in words if not is_nothing(it))
        return any(it is not None and its in (None, it) for it in there)

    return holds
