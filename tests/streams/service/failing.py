"""`python -m tests.streams.service.failing STAGE ARGUMENTS…`: `offbook` that fails in one place.

The error holds what an event may hold in its text, in its arguments, in its cause and in local
variables. All that is written is then searched for it.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import threading
from typing import Any

#: An employee, a customer, a phone, an account, an amount: none of them may be told.
MARKS = ("E-77XQ", "C-88XQ", "+8613900007777", "6222777XQ0001", "987654.32")


def fail(*_: Any, **__: Any) -> Any:
    employee, customer, phone, account, amount = MARKS
    known: dict[str, str] = {}
    try:
        known[customer]
    except KeyError as missing:
        problem = ValueError(f"{employee} paid {amount} to {account}", phone)
        problem.add_note(f"call {phone}")
        raise problem from missing


async def fail_soon(*_: Any, **__: Any) -> Any:
    fail()


#: By stage: module, and the name in it that fails when it is called.
PLACES = {
    "decode": ("streams.router.intake", "decode_record"),
    "decode inside": ("contract.decoding.decode", "_record"),
    "route": ("detectors.engine.engine", "Engine.route"),
    "take in": ("detectors.engine.engine", "Engine.step"),
    "changelog": ("streams.monitor.changelog", "Changelog.write_entities"),
    "load": ("streams.monitor.changelog", "Changelog.load"),
    "agent": ("streams.monitor.partition_queues", "PartitionQueues.put"),
    "delivery": ("sinks.redis.sink", "RedisSink.write"),
    "look at redis": ("sinks.redis.sink", "RedisSink.look"),
    "reference": ("streams.monitor.reference.documents", "Documents.put"),
    "http": ("sinks.metrics.metrics", "Metrics.exposition"),
    "reload": ("streams.service.reload", "configured_detectors"),
    "replay": ("offbook.cli.files.replay", "replay"),
    "explain": ("desk.explain.explanation", "explain"),
    "validate": ("offbook.cli.files.validate", "problem"),
    "produce": ("offbook.cli.files.produce", "record_key"),
    "score": ("scoring.score", "score"),
    "tune": ("offbook.cli.quality.tune", "tune"),
    "simulate": ("offbook.cli.quality.simulate", "simulate"),
    "topics": ("streams.wire.topics", "create_topics"),
    "sheet": ("desk.explain.detector_sheet", "sheet"),
    "settings": ("streams.settings.loading", "load"),
}
_ASYNC = {"changelog", "load", "agent", "delivery", "look at redis"}


def break_detector(what: str) -> None:
    """Let bulk-delete fail when it judges, or when it draws a fact."""
    from detectors.rules.catalogue import BY_ID

    detector = BY_ID["bulk-delete"]
    if what == "judge":
        object.__setattr__(detector, "judge", fail)
    else:
        for row in detector.reads:
            object.__setattr__(row, "fact", fail)


def break_at(stage: str) -> None:
    if stage in ("judge", "draw"):
        break_detector(stage)
        return
    module_name, name = PLACES[stage]
    owner: Any = importlib.import_module(module_name)
    *classes, name = name.split(".")
    for it in classes:
        owner = getattr(owner, it)
    setattr(owner, name, fail_soon if stage in _ASYNC else fail)


def say_all(log_format: str) -> None:
    """Everything a log may be given, in `log_format`."""
    import structlog

    from streams.service import logs

    logs.configure(log_format)  # type: ignore[arg-type]
    log = structlog.get_logger("offbook.test")
    foreign = logging.getLogger("some.library")
    employee, customer, *_ = MARKS
    try:
        fail()
    except ValueError as error:
        log.exception("with exception")
        log.error("with a value", error=error)
        log.error("as an argument", exc_info=error)
        log.error("acts \x1b[31m\u202e", topic="pay\nments\u2028", names=["a\x1b[m"])
        foreign.exception("a library met %r of %s after %d s", error, customer, 12)
        foreign.exception("a library by name %(who)s", {"who": employee})
        foreign.exception(str(error))
        foreign.error(f"first line\n{employee}")
        foreign.error("not for %d figures", customer)
        foreign.error("an account %s", int(MARKS[2]))
        logging.getLogger("asyncio").error(f"Task was lost <{error!r}>", exc_info=error)

    async def tasks() -> None:
        loop = asyncio.get_running_loop()
        logs.tell_of_tasks(loop)
        loop.create_task(fail_soon())  # noqa: RUF006 - that is what is asked here
        loop.call_soon(fail, employee)
        await asyncio.sleep(0.05)
        import gc

        gc.collect()

    asyncio.run(tasks())
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    class Dies:
        def __del__(self) -> None:
            fail()

    Dies()
    group = ExceptionGroup(employee, [KeyError(customer), TypeError(employee)])
    log.error("a group", exc_info=group)
    fail()


if __name__ == "__main__":
    stage, *arguments = sys.argv[1:]
    if stage == "log":
        say_all(arguments[0])
    if stage in PLACES or stage in ("judge", "draw"):
        break_at(stage)
    from offbook.cli import app as cli

    sys.argv = ["offbook", *arguments]
    cli.main()
