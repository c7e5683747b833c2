"""Log lines on standard error, for people or as JSON.

No line names an employee, a customer or an account: say topic, partition, offset and detector id.
Errors are reported by classes and frames (`sinks.faults`), messages of libraries by their constant
text (`streams.service.foreign`), and no line contains control characters for a terminal.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import Any, Literal

import structlog

from contract.spelling.shown import shown, shown_json
from sinks.faults import account, told
from streams.service import foreign, last_resort

#: Libraries that report each reconnection attempt, thousands in an outage of ten seconds; what
#: matters of it, health and we ourselves say.
_TALKATIVE = {
    "aiokafka": logging.CRITICAL,
    "kafka": logging.CRITICAL,
    "faust": logging.ERROR,
    "mode": logging.ERROR,
}


def configure(log_format: Literal["console", "json"], level: int = logging.INFO) -> None:
    """Set up structlog and the standard library's logging alike, and report uncaught errors. May be
    called repeatedly."""
    last_resort.install()
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.UnicodeDecoder(),
    ]
    renderer: list[structlog.types.Processor]
    if log_format == "json":
        renderer = [_json]
    else:
        plain = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        renderer = [_harmless, plain]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_of_a_library, *shared],
            use_get_message=False,
            pass_foreign_args=True,
            processors=[
                _without_data,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(max(level, least))


def tell_of_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Log the errors that `loop` meets in tasks and callbacks that nobody awaits."""
    log = structlog.get_logger("asyncio")

    def trouble(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        words = foreign.message("asyncio", str(context.get("message", "")), None, error)
        log.error(words, exc_info=error)

    loop.set_exception_handler(trouble)


def _of_a_library(_: Any, __: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    error = line.get("exc_info")
    line.pop("stack_info", None)
    line["event"] = foreign.message(
        line["_record"].name,
        line["event"],
        line.pop("positional_args", None),
        error[1] if isinstance(error, tuple) else None,
    )
    return line


def _without_data(_: Any, __: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    """Errors by their classes and frames."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["exception"] = account(error)
    for name, value in line.items():
        if isinstance(value, BaseException):
            line[name] = told(value)
    return line


def _harmless(_: Any, __: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    for name, value in line.items():
        if isinstance(value, str) and name != "exception":
            line[name] = shown(value)
        elif isinstance(value, list | tuple):
            line[name] = [shown(it) if isinstance(it, str) else it for it in value]
    return line


_render = structlog.processors.JSONRenderer(ensure_ascii=False)


def _json(logger: Any, name: str, line: structlog.types.EventDict) -> str:
    return shown_json(str(_render(logger, name, line)))
