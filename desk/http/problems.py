"""What went wrong, as RFC 9457 has it: a status, and a sentence that names place and mend."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiokafka.errors import KafkaError
from msgspec import Struct

from contract.spelling.shown import shown
from desk.acting import (
    ActionError,
    ConflictError,
    DeniedError,
    NoAlertError,
    NotThereYetError,
)
from desk.desk import NobodyError, NoReaderError
from desk.http.replies import json_answer
from desk.index import StaleError
from sinks.faults import told
from sinks.redis.connection import RedisSinkError

PROBLEM_JSON: Final = "application/problem+json"
#: Seconds after which somebody may try again what failed because a server is away.
_AGAIN: Final = "2"


class Problem(Struct, frozen=True):
    """Why there is no other answer. `detail` says where and what to do."""

    type: str
    title: str
    status: int
    detail: str


class ProblemError(Exception):
    """A request that gets a problem for an answer."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> web.StreamResponse:
    """The answer to a request that cannot have another."""
    title = HTTPStatus(status).phrase
    body = Problem("about:blank", title, status, shown(detail))
    return json_answer(body, status=status, content_type=PROBLEM_JSON, headers=headers)


def problem_of(error: Exception) -> web.StreamResponse | None:
    """The answer to an error that was foreseen; None for any other."""
    match error:
        case ProblemError():
            return problem(error.status, error.detail, error.headers)
        case NotThereYetError():
            return problem(202, f"{error}. Do not send it again; look at the alert.")
        case NoAlertError():
            return problem(404, f"{error}: /api/alerts lists those there are")
        case NobodyError():
            return problem(404, str(error))
        case NoReaderError():
            return problem(409, str(error))
        case DeniedError():
            return problem(403, str(error))
        case ConflictError():
            return problem(409, f"{error}: read the alert again, then decide anew")
        case ActionError():
            return problem(400, str(error))
        case StaleError():
            return problem(503, f"{error}; try again", {"Retry-After": _AGAIN})
        case RedisSinkError():
            return problem(503, f"Redis: {told(error)}", {"Retry-After": _AGAIN})
        case KafkaError() | TimeoutError():
            why = told(error) if isinstance(error, KafkaError) else "it took too long"
            return problem(
                503,
                f"Kafka did not acknowledge: {why}. What was sent may count or not: look before"
                " you send it again.",
                {"Retry-After": _AGAIN},
            )
        case web.HTTPRequestEntityTooLarge():
            return problem(413, "the body: at most 64 KB, and a note at most 4000 characters")
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return problem(405, f"the method: this takes {allowed}", {"Allow": allowed})
        case web.HTTPNotFound():
            return problem(404, "there is nothing at this address: see /api/openapi.json")
        case web.HTTPException():
            return problem(error.status, error.reason)
    return None
