"""Reports errors that nobody caught, without the data in them, wherever Python itself would print
them.

Imports nothing of ours before something fails, so that `offbook --help` is quick.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any


def install() -> None:
    """Tell of uncaught errors, and of what libraries log, by classes and frames alone.

    `logs.configure` puts its own in place of the second.
    """
    sys.excepthook = _uncaught
    threading.excepthook = _in_thread
    sys.unraisablehook = _unraisable
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(_Handler(logging.ERROR))


def tell(error: BaseException) -> None:
    """Print an unforeseen `error` to standard error."""
    from contract.spelling.shown import shown
    from sinks.faults import account, told

    print(account(error), file=sys.stderr)
    print(
        f"offbook: unexpected {shown(told(error))}: please report it, with the lines above, which"
        " hold no data",
        file=sys.stderr,
    )


def _uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        tell(error.with_traceback(trace))


def _in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
        tell(arguments.exc_value)


def _unraisable(arguments: sys.UnraisableHookArgs) -> None:
    if arguments.exc_value is not None:
        tell(arguments.exc_value)


class _Handler(logging.Handler):
    """For the commands, which do not log: what a library says nevertheless."""

    def emit(self, record: logging.LogRecord) -> None:
        from streams.service.foreign import said

        print(f"offbook: {record.name}: {said(record)}", file=sys.stderr)
