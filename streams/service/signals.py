"""What a process does at a signal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


@contextlib.contextmanager
def signals(stopping: asyncio.Event, reload_asked: asyncio.Event | None = None) -> Iterator[None]:
    """SIGTERM and SIGINT set `stopping`; a second one ends the process at once. SIGHUP sets
    `reload_asked`, which is None if there is no file to read again."""
    loop = asyncio.get_running_loop()

    def received(number: signal.Signals) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        _log.info("stopping", signal=number.name)
        stopping.set()

    def hung_up() -> None:
        if reload_asked is None:
            _log.info("nothing to reload: started without --config", signal="SIGHUP")
        else:
            reload_asked.set()

    handlers: dict[str, tuple[Any, ...]] = {
        "SIGTERM": (received, signal.SIGTERM),
        "SIGINT": (received, signal.SIGINT),
        "SIGHUP": (hung_up,),
    }
    handled: list[Any] = []
    for name, handler in handlers.items():
        # Not in a thread of a test or of the demo, nor on Windows, which knows no SIGHUP either.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError, AttributeError):
            number = getattr(signal, name)
            loop.add_signal_handler(number, *handler)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
