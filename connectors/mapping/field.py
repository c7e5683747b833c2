"""One field of an event: a constant, a path with its steps, a template, or an object of fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from connectors.mapping.path import Getter, getter, is_nothing
from connectors.mapping.steps import Context, Options, Step, as_text, options_of, steps
from connectors.mapping.wrong import WrongValueError
from contract.spelling.nearest import nearest

#: What is made of a record: None where there is nothing. Raises `WrongValueError`.
Field = Callable[[dict[str, Any]], Any]

_PLACE: Final = re.compile(r"\{([^{}]+)\}")
#: Where a value comes from: one of these.
_FROM: Final = ("path", "template", "object")
_ALSO: Final = frozenset({*_FROM, "as", "default", "with"})


def field(spec: Any, context: Context, place: str, problems: list[str]) -> Field:
    """The field that a page describes. What is wrong with it goes to `problems`."""
    if not isinstance(spec, dict):
        if isinstance(spec, str | int | bool):
            return lambda _: spec
        problems.append(
            f'{place}: is to be text, a number, or a table with a path: {{ path = "customer_no" }}'
        )
        return _nothing
    options = Options(spec, context, place, problems)
    for name in spec:
        known = _ALSO | options_of(spec)
        if name not in known:
            options.wrong(f"there is no `{name}` here{nearest(name, sorted(known))}")
    given = [name for name in _FROM if name in spec]
    if len(given) != 1:
        options.wrong("takes one of path, template and object")
        return _nothing
    if "with" in spec and "template" not in spec:
        options.wrong("`with` is for a template")
    make = {"path": _path, "template": _template, "object": _object}[given[0]]
    default = spec.get("default")
    if isinstance(default, dict):
        default = field(default, context, f"{place}.default", problems)
    return _stepped(make(options), steps(options), default, _told(spec))


def _nothing(_: dict[str, Any]) -> Any:
    return None


def _told(spec: Mapping[str, Any]) -> str:
    told = spec.get("path", spec.get("template", ""))
    return " or ".join(map(str, told)) if isinstance(told, list) else str(told)


def _stepped(take: Field, made: list[Step], default: Any, told: str) -> Field:
    def value(record: dict[str, Any]) -> Any:
        try:
            found = take(record)
            for step in made:
                if is_nothing(found):
                    break
                found = step(found)
        except WrongValueError as error:
            error.path = error.path or told
            raise
        if not is_nothing(found):
            return found
        # Another field: what stands in its stead takes steps of its own.
        return default(record) if callable(default) else default

    return value


def _path(options: Options) -> Field:
    named = options.spec["path"]
    getters = list(_getters([named] if isinstance(named, str) else named, options))
    if len(getters) == 1:
        return getters[0]

    def first(record: dict[str, Any]) -> Any:
        for get in getters:
            found = get(record)
            if not is_nothing(found):
                return found
        return None

    return first


def _getters(paths: Any, options: Options) -> Iterable[Getter]:
    if not isinstance(paths, list) or not paths or not all(isinstance(it, str) for it in paths):
        options.wrong(
            "`path` is to be text, or a list of texts of which the first that is there counts"
        )
        return
    for path in paths:
        try:
            yield options.context.values.get(path) or getter(path)
        except ValueError as error:
            options.wrong(f"the path `{path}` {error}")


def _template(options: Options) -> Field:
    """Text with `{path}` in it. One that is absent leaves nothing of the whole: an id with a hole
    would be another's, too. `{path?}` may be. `with` has fields by name, which may stand there for
    a path: `1,000.00` and `1000.00` are to give one id."""
    text = options.spec["template"]
    if not isinstance(text, str):
        options.wrong("`template` is to be text with {path} in it")
        return _nothing
    pieces = _PLACE.split(text)
    named = [it.removesuffix("?") for it in pieces[1::2]]
    own = _with(options)
    getters = [get for it in named for get in ([own[it]] if it in own else _getters([it], options))]
    if len(getters) != len(named):
        return _nothing
    may_be_absent = [it.endswith("?") for it in pieces[1::2]]
    places = list(zip(getters, may_be_absent, pieces[2::2], strict=True))

    def filled(record: dict[str, Any]) -> str | None:
        made = [pieces[0]]
        for get, may, rest in places:
            found = get(record)
            if is_nothing(found):
                if not may:
                    return None
                found = ""
            made += (as_text(found), rest)
        return "".join(made)

    return filled


def _with(options: Options) -> dict[str, Field]:
    its = options.spec.get("with", {})
    if not isinstance(its, dict):
        options.wrong("`with` is to be a table of fields")
        return {}
    return dict(fields(its, options.context, f"{options.place}.with", options.problems))


def _object(options: Options) -> Field:
    spec = options.spec["object"]
    if not isinstance(spec, dict) or not spec:
        options.wrong("`object` is to be a table of fields")
        return _nothing
    its = fields(spec, options.context, options.place, options.problems)
    return lambda record: made(its, record) or None


Fields = list[tuple[str, Field]]


def fields(spec: Mapping[str, Any], context: Context, place: str, problems: list[str]) -> Fields:
    """The fields of a table, by name."""
    return [(name, field(its, context, f"{place}.{name}", problems)) for name, its in spec.items()]


def made(its: Fields, record: dict[str, Any]) -> dict[str, Any]:
    """What the record has of these. Raises `WrongValueError`, which names the field."""
    found: dict[str, Any] = {}
    for name, take in its:
        try:
            value = take(record)
        except WrongValueError as error:
            raise error.within(name) from None
        if not is_nothing(value):
            found[name] = value
    return found
