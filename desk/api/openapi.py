"""The OpenAPI 3.1 document, rendered from the types and the addresses."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import msgspec

from contract import __version__
from desk.api.spec import OPERATIONS, InPath, Operation
from desk.http.problems import PROBLEM_JSON, Problem
from desk.http.replies import JSON

_REFERENCE: Final = "#/components/schemas/{name}"
#: Problems that any request may have.
_ANY: Final = (400, 401, 429, 503)
_MEANINGS: Final = {
    202: "It is on the log and counts, but does not show yet",
    400: "A parameter or the body cannot be used; `detail` names it",
    401: "No token, or nobody's",
    403: "This reader may not; `detail` says why",
    404: "There is nothing of that id",
    409: "It would change nothing as it stands now, or nobody of that name may have it",
    413: "The body is larger than 64 KB",
    415: "The body is no JSON by its Content-Type",
    429: "Too many requests with this token",
    503: "Redis or Kafka is away; `detail` says which",
}
_DESCRIPTION: Final = (
    "Alerts and what is done about them. Times are RFC 3339. Viewers get pseudonyms for ids, and"
    " null for readers' names and notes. Lists go on with `cursor`, which is `next` of the page"
    " before."
)


@cache
def document() -> dict[str, Any]:
    """The document."""
    used = {it for one in OPERATIONS for it in (one.answer, one.body) if it is not None}
    types = sorted(used | {Problem}, key=lambda it: it.__name__)
    _, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Offbook desk", "version": __version__, "description": _DESCRIPTION},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {name: components[name] for name in sorted(components)},
        },
    }


def rendered() -> str:
    """The document as docs/openapi.json has it."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def _operation(one: Operation) -> dict[str, Any]:
    parameters = [_in_path(one.in_path)] if one.in_path else []
    parameters += [
        {"name": it.name, "in": "query", "description": it.meaning, "schema": it.schema}
        for it in one.query
    ]
    answers = {"200": {"description": "Here it is", "content": {JSON: _schema(one.answer)}}}
    for status in sorted({*_ANY, *one.statuses}):
        answers[str(status)] = {
            "description": _MEANINGS[status],
            "content": {PROBLEM_JSON: _schema(Problem)},
        }
    told: dict[str, Any] = {"operationId": one.name, "summary": one.summary}
    if parameters:
        told["parameters"] = parameters
    if one.body is not None:
        told["requestBody"] = {
            "required": not one.may_be_empty,
            "content": {JSON: _schema(one.body)},
        }
    return told | {"responses": answers}


def _in_path(it: InPath) -> dict[str, Any]:
    schema = {"type": "string", "pattern": it.pattern}
    return {
        "name": it.name,
        "in": "path",
        "required": True,
        "description": it.meaning,
        "schema": schema,
    }


def _schema(of: type[Any]) -> dict[str, Any]:
    return {"schema": {"$ref": _REFERENCE.format(name=of.__name__)}}
