"""What may be said about an error: its text only if it was written for people.

The text of an unforeseen error quotes the data that caused it: `KeyError('C-1')` is a customer. Of
such an error we report the classes (its own and those of its causes) and the frames: file, line and
function. Never its text, an argument or a local variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

#: Libraries whose errors mention servers, topics and files and never the contents of a record.
_OF_SERVERS: Final = frozenset({"aiokafka", "kafka", "redis"})
#: How many frames of one error are reported: those where it was raised, and the first on the way
#: there.
_FIRST, _LAST = 5, 45


def is_for_people(error: BaseException) -> bool:
    """Whether the text of `error` may be shown. Our own errors with `retryable` are written for
    that; errors of Kafka, Redis and the operating system cannot contain data of an event."""
    kind = type(error)
    return (
        hasattr(kind, "retryable")
        or isinstance(error, OSError)
        or any(it.__module__.partition(".")[0] in _OF_SERVERS for it in kind.__mro__)
    )


def told(error: BaseException) -> str:
    """One line: the error's text if it is for people, otherwise its classes and where it was
    raised."""
    if is_for_people(error):
        return " ".join(str(error).split()) or type(error).__name__
    where = place(error)
    return classes(error) + (f" at {where}" if where else "")


def classes(error: BaseException) -> str:
    """The class of `error` and those of its causes: `TypeError from KeyError`."""
    return " from ".join(dict.fromkeys(type(it).__name__ for it in chain(error)))


def place(error: BaseException) -> str:
    """Where it was raised: `bulk_delete.py:88 in judge`; empty if it never was."""
    frames = list(_walk(error.__traceback__))
    if not frames:
        return ""
    file, line, name = frames[-1]
    return f"{Path(file).name}:{line} in {name}"


def account(error: BaseException) -> str:
    """Several lines, like a traceback: causes first, and for each its frames and its class."""
    parts = []
    for it in reversed(chain(error)):
        frames = [
            f'  File "{file}", line {line}, in {name}'
            for file, line, name in _walk(it.__traceback__)
        ]
        if len(frames) > _FIRST + _LAST:
            left_out = len(frames) - _FIRST - _LAST
            frames[_FIRST:-_LAST] = [f"  … {left_out} more …"]
        parts.append("\n".join([*frames, f"{type(it).__module__}.{type(it).__qualname__}"]))
    return "\nfrom which came\n".join(parts)


def chain(error: BaseException) -> list[BaseException]:
    """`error`, then what caused it, and so on; of a group, its members too."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting:
        it = waiting.pop(0)
        if any(it is known for known in found):
            continue
        found.append(it)
        if it.__cause__ is not None:
            waiting.append(it.__cause__)
        elif it.__context__ is not None and not it.__suppress_context__:
            waiting.append(it.__context__)
        if isinstance(it, BaseExceptionGroup):
            waiting.extend(it.exceptions)
    return found


def _walk(trace: TracebackType | None) -> Iterator[tuple[str, int, str]]:
    """(file, line, function) of each frame, the innermost last."""
    while trace is not None:
        code = trace.tb_frame.f_code
        yield code.co_filename, trace.tb_lineno, code.co_qualname
        trace = trace.tb_next
