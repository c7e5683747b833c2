"""What a request asks for: parameters and bodies, each refused with its place and the mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeVar, get_args

import msgspec
from aiohttp import web

from cases.handling import State
from contract.alert import SEVERITIES
from contract.spelling.nearest import nearest
from contract.times import parse_rfc3339
from desk.http.problems import ProblemError
from desk.index import SHELVES
from desk.rows import Rank

#: Alerts in a page, by default and at most.
PAGE: Final = 100
MOST: Final = 1000
#: Bytes of a body.
LARGEST: Final = 64 * 1024
#: An alert's id as an address has it. Ids are shorter; there is no end to what may be asked.
ALERT_ID: Final = r"^[A-Za-z0-9:._-]{1,200}$"
#: An id of a company's own: anything that can be read.
ENTITY_ID: Final = r"^[^\x00-\x1f\x7f-\x9f]{1,200}$"
#: The place after which a page begins: severity, score, microseconds, id.
CURSOR: Final = r"^[0-2]\.(100|[1-9]?[0-9])\.-?[0-9]{1,16}\.[A-Za-z0-9:._-]{1,200}$"

_T = TypeVar("_T")
_FIELD: Final = re.compile(r"`\$\.([a-z_]+)`")


class Parameter(NamedTuple):
    """One parameter of the query: its JSON Schema, how a text becomes a value (raises `ValueError`
    that says what it must be), and what it is for."""

    name: str
    schema: dict[str, Any]
    read: Callable[[str], Any]
    meaning: str


def _one_of(name: str, words: Iterable[str], meaning: str) -> Parameter:
    known = list(words)

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"must be {' or '.join(known)}")
        return text

    return Parameter(name, {"enum": known}, read, meaning)


def _matching(name: str, pattern: str, must: str, meaning: str) -> Parameter:
    def read(text: str) -> str:
        if re.fullmatch(pattern.strip("^$"), text) is None:
            raise ValueError(must)
        return text

    return Parameter(name, {"type": "string", "pattern": pattern}, read, meaning)


def _limit(text: str) -> int:
    if re.fullmatch("[0-9]{1,4}", text) is None or not 1 <= int(text) <= MOST:
        raise ValueError(f"must be a whole number from 1 to {MOST}")
    return int(text)


def _since(text: str) -> int:
    try:
        return parse_rfc3339(text.upper())
    except (ValueError, OverflowError):
        raise ValueError(
            "must be a time with an offset, such as 2026-11-30T08:00:00Z (a + is %2B)"
        ) from None


def _cursor(text: str) -> Rank:
    if re.fullmatch(CURSOR.strip("^$"), text) is None:
        raise ValueError("must be `next` of an answer")
    severity, score, at, alert_id = text.split(".", 3)
    return (int(severity), -int(score), int(at), alert_id)


def cursor(after: Rank | None) -> str | None:
    """The cursor of the page that begins after this place."""
    return None if after is None else f"{after[0]}.{-after[1]}.{after[2]}.{after[3]}"


SEVERITY: Final = _one_of("severity", SEVERITIES, "only of this severity")
SHELF: Final = _one_of(
    "shelf", SHELVES, "open (default), shadow (on trial), suppressed (by an allowance) or closed"
)
STATE: Final = _one_of("state", get_args(State), "only in this state; closed is on its shelf")
DETECTOR: Final = _matching(
    "detector", r"^[A-Za-z0-9._-]{1,100}$", "must be the id of a detector", "only of this detector"
)
_ENTITY_MUST: Final = "must have 1 to 200 characters that can be read"
EMPLOYEE: Final = _matching(
    "employee", ENTITY_ID, _ENTITY_MUST, "only on this employee, or on an account of theirs"
)
CUSTOMER: Final = _matching("customer", ENTITY_ID, _ENTITY_MUST, "only on this customer")
SINCE: Final = Parameter(
    "since",
    {"type": "string", "format": "date-time"},
    _since,
    "only those whose newest revision was detected then or later",
)
LIMIT: Final = Parameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
    _limit,
    "how many a page has at most",
)
AFTER: Final = Parameter(
    "cursor", {"type": "string", "pattern": CURSOR}, _cursor, "`next` of the page before"
)


def parameters(request: web.Request, known: Iterable[Parameter]) -> dict[str, Any]:
    """The values of the parameters that are given, by name. Raises `ProblemError`."""
    by_name = {it.name: it for it in known}
    values: dict[str, Any] = {}
    for name, text in request.query.items():
        parameter = by_name.get(name)
        if parameter is None:
            # Not quoted: somebody may have put an id there.
            near = nearest(name, list(by_name))
            takes = ", ".join(by_name) or "none"
            raise ProblemError(400, f"query: an unknown parameter{near}; this takes {takes}")
        if name in values:
            raise ProblemError(400, f"query {name}: is given twice; give it once")
        try:
            values[name] = parameter.read(text)
        except ValueError as error:
            raise ProblemError(400, f"query {name}: {error}; or leave it out") from None
    return values


async def body(request: web.Request, of: type[_T], fields: Mapping[str, str]) -> _T:
    """The body as one of these. Raises `ProblemError`, or `HTTPRequestEntityTooLarge`."""
    if (request.content_length or 0) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
    content = await request.read()
    if content and request.content_type != "application/json":
        raise ProblemError(415, "Content-Type: must be application/json")
    try:
        given = msgspec.json.decode(content or b"{}")
        if isinstance(given, dict):
            given = {name: _whole(value) for name, value in given.items()}
        return msgspec.convert(given, type=of)
    except msgspec.ValidationError as error:
        said = str(error)
        missing = re.search(r"missing required field `([a-z]+)`", said)
        if missing:
            raise ProblemError(
                400, f"body {missing[1]}: is missing; it is {fields[missing[1]]}"
            ) from None
        if "unknown field" in said:
            raise ProblemError(
                400, f"body: an unknown field; this takes {', '.join(fields)}"
            ) from None
        field = _FIELD.search(said)
        if field is None:
            raise ProblemError(400, "body: must be a JSON object") from None
        raise ProblemError(400, f"body {field[1]}: must be {fields[field[1]]}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProblemError(400, 'body: is no JSON: send UTF-8, such as {"seen": 0}') from None


def _whole(value: Any) -> Any:
    """To JSON, 3.0 is the whole number 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
