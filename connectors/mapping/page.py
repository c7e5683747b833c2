"""A page of TOML is a connector. It may rest on a preset and say only what is the company's own."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from connectors.decoding.options import Decoding
from connectors.mapping.field import field
from connectors.mapping.rule import Rule, rule
from connectors.mapping.steps import Context, Tables, zone_of
from connectors.mapping.wrong import PageError
from contract import __version__
from contract.spelling.folding import REGION
from contract.spelling.nearest import nearest

_KEYS: Final = (
    *("preset", "title", "title_zh", "source", "zone", "region", "decode", "split", "keywords"),
    *("tables", "values", "rule", "test", "test_tables", "receive", "number_equals"),
)


class Split(Struct, frozen=True, forbid_unknown_fields=True, rename={"as_": "as"}):
    """Each item of the list at `path` makes a record: all else as it is, and the item at `as`."""

    path: str
    as_: str


class Keywords(Struct, frozen=True, forbid_unknown_fields=True):
    """Each keyword in the text at `path` makes a record: `_keyword`, `_category` and `_excerpt`.
    `lexicons` are those that come with Offbook, beside the company's own."""

    path: str
    lexicons: tuple[str, ...] = ("zh", "en")
    around: int = 40


class Test(Struct, frozen=True, forbid_unknown_fields=True, rename={"in_": "in"}):
    """What is to become of the records of `in`: `out` are the events, `outcomes` what else."""

    in_: str
    out: list[dict[str, Any]] = []
    outcomes: dict[str, int] = {}


class Page(Struct, frozen=True):
    """A page that can be used. `number_equals`: records that would have the same id within one
    input are told apart by a number, for systems whose rows have no id. `digest` is of all that a
    record's outcome follows from, beside the record."""

    name: str
    digest: str
    source: Any
    decoding: Decoding
    rules: tuple[Rule, ...]
    splits: tuple[Split, ...] = ()
    keywords: Keywords | None = None
    tests: tuple[Test, ...] = ()
    receive: Mapping[str, Any] = {}
    number_equals: bool = False
    title: str = ""
    title_zh: str = ""


def read_page(
    name: str,
    content: str,
    preset: Callable[[str], str],
    company: Mapping[str, Any] | None = None,
    *,
    tested: bool = False,
) -> Page:
    """The page that `content` is. `preset` gives the text of one by its name, or raises `KeyError`;
    `company` has the tables that all connectors share. If it is `tested`, the rows of its
    `test_tables` stand in its tables, so that its cases need no company. Raises `PageError`."""
    spec = own = _toml(name, content)
    if "preset" in spec:
        spec = _over(_base(name, spec, preset), spec)
    problems = [
        f"there is no `{it}` in a page{nearest(it, _KEYS)}" for it in spec if it not in _KEYS
    ]
    zone = zone_of(spec.get("zone"), "zone", problems)
    region = spec.get("region", REGION)
    tables = _rows(
        _tables(spec.get("tables", {}), "", problems),
        _tables((company or {}).get("tables", {}), "company", problems),
        _tables(own.get("tables", {}), "", []),
        _tables(spec.get("test_tables", {}) if tested else {}, "test", problems),
    )
    context = Context(zone, tables, {})
    values = spec.get("values", {})
    if not isinstance(values, dict):
        problems.append("`values` is to be a table of fields: [values.order]")
        values = {}
    for its_name, its in values.items():
        context.values[its_name] = field(its, context, f"values.{its_name}", problems)
    source = spec.get("source")
    if not isinstance(source, str | dict) or not source:
        problems.append('`source` says which system it is: source = "//crm.example.com"')
    rules = spec.get("rule", [])
    if not isinstance(rules, list) or not rules:
        problems.append("there is no rule: write [[rule]] for what is to become an event")
        rules = []
    decoding = _struct(spec.get("decode"), Decoding, "decode", problems)
    if decoding is None and "decode" not in spec:
        problems.append('`decode` says what is sent: decode = { format = "csv" }')
    page = Page(
        name=name,
        digest=_digest(content, spec, company),
        source=source,
        decoding=decoding or Decoding(format="json"),
        rules=tuple(
            rule(it, n, context, source, region, problems) for n, it in enumerate(rules, 1)
        ),
        splits=tuple(_list(spec.get("split", []), Split, "split", problems)),
        keywords=_struct(spec.get("keywords"), Keywords, "keywords", problems),
        tests=tuple(_list(spec.get("test", []), Test, "test", problems)),
        receive=spec.get("receive", {}),
        number_equals=bool(spec.get("number_equals", False)),
        title=str(spec.get("title", "")),
        title_zh=str(spec.get("title_zh", "")),
    )
    if problems:
        raise PageError(*(f"{name}: {it}" for it in problems))
    return page


def _digest(content: str, spec: Mapping[str, Any], company: Mapping[str, Any] | None) -> str:
    # Dates are all that TOML has and JSON has not. `spec` has what comes of the preset.
    said = json.dumps([__version__, content, spec, company], default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def read_company(name: str, content: str) -> dict[str, Any]:
    """The company's own tables and keywords. Raises `PageError`."""
    spec = _toml(name, content)
    problems = [
        f"{name}: there is no `{it}` here; there are tables and keywords"
        for it in spec
        if it not in ("tables", "keywords")
    ]
    _tables(spec.get("tables", {}), name, problems)
    if problems:
        raise PageError(*problems)
    return spec


def _toml(name: str, content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PageError(f"{name}: is not TOML: {error}") from None


def _base(name: str, spec: Mapping[str, Any], preset: Callable[[str], str]) -> dict[str, Any]:
    its = spec["preset"]
    try:
        base = _toml(str(its), preset(its))
    except KeyError as error:
        raise PageError(f"{name}: there is no preset {its!r}{error.args[0]}") from None
    base.pop("test", None)
    base.pop("test_tables", None)
    return base


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A preset with what a page says over it: rows of tables and values one by one, its rules
    before."""
    both = {**base, **own}
    both["tables"] = {**base.get("tables", {})}
    for table, rows in own.get("tables", {}).items():
        both["tables"][table] = {**both["tables"].get(table, {}), **rows}
    both["rule"] = [*own.get("rule", []), *base.get("rule", [])]
    for name in ("decode", "receive", "values"):
        if isinstance(own.get(name), dict) and isinstance(base.get(name), dict):
            both[name] = {**base[name], **own[name]}
    theirs, ours = (_aliases(it.get("decode")) for it in (base, own))
    if theirs and ours:
        both["decode"]["aliases"] = {**theirs, **ours}
    both.pop("preset")
    return both


def _aliases(decode: Any) -> dict[str, Any]:
    found = decode.get("aliases") if isinstance(decode, dict) else None
    return found if isinstance(found, dict) else {}


def _rows(*layers: Tables) -> Tables:
    """Row by row, the later over the earlier: the preset's, the company's, the page's own."""
    found: dict[str, dict[str, str]] = {}
    for tables in layers:
        for name, rows in tables.items():
            found[name] = {**found.get(name, {}), **rows}
    return found


def _tables(spec: Any, place: str, problems: list[str]) -> Tables:
    before = f"{place}: " if place else ""
    if not isinstance(spec, dict):
        problems.append(f"{before}`tables` is to be tables: [tables.stage]")
        return {}
    found: dict[str, dict[str, str]] = {}
    for name, rows in spec.items():
        if not isinstance(rows, dict) or not all(isinstance(it, str) for it in rows.values()):
            problems.append(f'{before}tables.{name}: is to have rows of text: "Closed Won" = "won"')
        else:
            found[name] = rows
    return found


def _struct(spec: Any, kind: type[Any], place: str, problems: list[str]) -> Any:
    if spec is None:
        return None
    try:
        return msgspec.convert(spec, kind)
    except msgspec.ValidationError as error:
        known = [it.encode_name for it in msgspec.structs.fields(kind)]
        problems.append(f"{place}: {error}; it has {', '.join(known)}")
        return None


def _list(spec: Any, kind: type[Any], place: str, problems: list[str]) -> list[Any]:
    if not isinstance(spec, list):
        problems.append(f"{place}: is to be a list of tables")
        return []
    found = (_struct(it, kind, f"{place} {n}", problems) for n, it in enumerate(spec, 1))
    return [it for it in found if it is not None]
