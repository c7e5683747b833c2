"""The typed steps that a value takes. The list is closed, and none of them runs code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from connectors.mapping import numbers, times
from connectors.mapping.path import is_nothing
from connectors.mapping.wrong import WrongValueError
from contract.spelling.nearest import nearest

#: Characters that a pattern is looked for in: a pattern may take time that grows with their square.
_LOOKED_AT: Final = 2000
#: Characters of a word that is shown as standing in no table.
_SHOWN: Final = 60

Step = Callable[[Any], Any]
Tables = Mapping[str, Mapping[str, str]]


class Context(Struct, frozen=True):
    """What a page says once for all its fields."""

    zone: ZoneInfo | None
    tables: Tables
    #: Fields that stand for a path, by name. A later one may rest on an earlier.
    values: dict[str, Callable[[dict[str, Any]], Any]] = {}


class Options:
    """The options of one field, as its steps ask for them. What is wrong goes to `problems`, each
    with `place` before it."""

    def __init__(
        self, spec: Mapping[str, Any], context: Context, place: str, problems: list[str]
    ) -> None:
        self.spec, self.context, self.place, self.problems = spec, context, place, problems

    def wrong(self, problem: str) -> None:
        """Note it."""
        self.problems.append(f"{self.place}: {problem}")

    def get(self, name: str, kind: type, default: Any = None) -> Any:
        """An option of that type, else the default."""
        value = self.spec.get(name, default)
        if value is not default and (
            not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        ):
            self.wrong(f"`{name}` is to be {_PLAIN[kind]}")
            return default
        return value


_PLAIN: Final = {str: "text", int: "a whole number", bool: "true or false"}


def steps(options: Options) -> list[Step]:
    """The steps of `as`, one name or several in a row. An unknown one is a problem."""
    named = options.spec.get("as", [])
    names: Sequence[Any] = [named] if isinstance(named, str) else named
    if not isinstance(names, list):
        options.wrong("`as` is to be the name of a step, or a list of names")
        return []
    made = []
    for name in names:
        make = _STEPS.get(name) if isinstance(name, str) else None
        if make is None:
            meant = nearest(str(name), _STEPS) or f"; there are {', '.join(_STEPS)}"
            options.wrong(f"there is no step {name!r}{meant}")
        else:
            made.append(make(options))
    return made


def options_of(spec: Mapping[str, Any]) -> frozenset[str]:
    """The options that the steps of `as` take."""
    named = spec.get("as", [])
    names = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    return frozenset().union(*(_OPTIONS.get(it, ()) for it in names if isinstance(it, str)))


def _text(_: Options) -> Step:
    return as_text


def as_text(value: Any) -> str:
    """Text as it is; of a number its digits. Raises `WrongValueError` of a list or a table, and of
    a number that a spreadsheet has cut off."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        raise WrongValueError("It is a list or a table.", 'Take its first by as = "first".')
    told = value if isinstance(value, str) else str(value)
    numbers.refuse_rounded(told)
    return told


def _int(_: Options) -> Step:
    return numbers.whole


def _decimal(options: Options) -> Step:
    divide = options.get("divide", int, 1)
    unscaled = options.get("unscaled", int)
    absolute, comma = options.get("abs", bool, False), options.get("comma", bool, False)
    if divide < 1 or not 0 <= (unscaled or 0) <= 30:
        options.wrong("`divide` is to be 1 or more, and `unscaled` 0 to 30 digits")
        divide, unscaled = 1, None
    return lambda value: numbers.decimal(
        value, divide=divide, unscaled=unscaled, absolute=absolute, comma=comma
    )


def _time(options: Options) -> Step:
    unit, format_ = _unit(options), options.get("format", str)
    wall, offset = options.get("wall", bool, False), options.get("offset", bool, False)
    zone = zone_of(options.spec.get("zone"), options.place, options.problems)
    zone = None if offset else zone or options.context.zone
    has_offset = offset or (unit is not None and not wall) or "%z" in (format_ or "")
    if zone is None and not has_offset:
        options.wrong(
            'a time without an offset needs to know where the clock hangs: zone = "Asia/Shanghai",'
            " here or for the whole page; or offset = true if each time has its own"
        )
    return lambda value: times.moment(value, zone=zone, unit=unit, format_=format_, wall=wall)


def zone_of(name: Any, place: str, problems: list[str]) -> ZoneInfo | None:
    """The time zone of that name; one that there is not is a problem."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        problems.append(
            f'{place}: there is no time zone {name!r}; say "Asia/Shanghai", for example'
        )
        return None


def _unit(options: Options) -> str | None:
    unit: str | None = options.get("unit", str)
    if unit is not None and unit not in times.PER_SECOND:
        options.wrong(f"`unit` is one of {', '.join(times.PER_SECOND)}")
        return "s"
    return unit


def _date(options: Options) -> Step:
    format_, unit = options.get("format", str), _unit(options)
    return lambda value: times.day(value, format_=format_, unit=unit)


def rows_of(name: Any, context: Context, place: str, problems: list[str]) -> Mapping[str, str]:
    """The rows of a table, for `row_of`. That there is none is a problem."""
    table = context.tables.get(name) if isinstance(name, str) else None
    if table is None:
        meant = nearest(str(name), context.tables) or f": write [tables.{name or 'NAME'}]"
        problems.append(f"{place}: there is no table {name!r}{meant}")
        return {}
    return {**{numbers.text(word): to for word, to in table.items()}, **table}


def row_of(rows: Mapping[str, str], word: str) -> str | None:
    """What a word's row says: as it is written, else in half width and without blanks."""
    found = rows.get(word)
    return rows.get(numbers.text(word)) if found is None else found


def _lookup(options: Options) -> Step:
    name = options.get("table", str, "")
    otherwise = options.spec.get("else")
    rows = rows_of(name, options.context, options.place, options.problems)

    def look(value: Any) -> Any:
        word = as_text(value)
        found = row_of(rows, word)
        if found is not None:
            return found
        if otherwise is not None:
            return otherwise or None
        raise WrongValueError(
            f"The word stands in no row of table {name}.",
            f'Add it to [tables.{name}]; if it may be missing, say else = "".',
            word=word[:_SHOWN],
            table=name,
        )

    return look


def _find(options: Options) -> Step:
    pattern = options.get("pattern", str, "")
    if (named := options.get("named", str)) is not None:
        rows = options.context.tables.get("patterns", {})
        pattern = rows.get(named, "")
        if not pattern:
            options.wrong(f"there is no pattern {named!r}: write it in [tables.patterns]")
            return _first(options)
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        options.wrong(f"`pattern` is no regular expression: {error}")
        compiled = re.compile("")

    def find(value: Any) -> str | None:
        found = compiled.search(as_text(value)[:_LOOKED_AT])
        return None if found is None else found[1 if found.re.groups else 0]

    if not pattern:
        options.wrong("`find` needs a pattern")
    return find


def _first(_: Options) -> Step:
    def first(value: Any) -> Any:
        if isinstance(value, list):
            return value[0] if value else None
        return value

    return first


def _size(_: Options) -> Step:
    return numbers.size


def _sum(_: Options) -> Step:
    """Of a list, which is one of the lines of a bill; `sum` of JMESPath takes no `Decimal`."""

    def added(value: Any) -> str:
        items = value if isinstance(value, list) else [value]
        return format(sum((Decimal(numbers.decimal(it)) for it in items), Decimal(0)), "f")

    return added


def _percent(_: Options) -> Step:
    def share(value: Any) -> str | None:
        if not isinstance(value, list) or len(value) != 2:
            raise WrongValueError(
                "It is not two numbers.", 'Take both by one path: "[discount, total]".'
            )
        part, total = value
        return None if is_nothing(part) or is_nothing(total) else numbers.percent(part, total)

    return share


_STEPS: Final[dict[str, Callable[[Options], Step]]] = {
    "text": _text,
    "int": _int,
    "decimal": _decimal,
    "time": _time,
    "date": _date,
    "lookup": _lookup,
    "find": _find,
    "first": _first,
    "size": _size,
    "sum": _sum,
    "percent": _percent,
}

_OPTIONS: Final[dict[str, frozenset[str]]] = {
    "decimal": frozenset({"divide", "unscaled", "abs", "comma"}),
    "time": frozenset({"unit", "format", "zone", "wall", "offset"}),
    "date": frozenset({"unit", "format"}),
    "lookup": frozenset({"table", "else"}),
    "find": frozenset({"pattern", "named"}),
}
