"""The script that writes to Redis: what it is called with, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from importlib import resources
from typing import Any, Final

import msgspec
import orjson
from redis import exceptions as errors

from sinks.redis.connection import Connection
from sinks.redis.keys import ACTIONS, CLOSED, OPEN_SETS, STREAM

_SCRIPT: Final = resources.files(__package__).joinpath("deliver.lua").read_text("utf-8")
_SHA: Final = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()

#: What became of an entry; `changed`: it was worked out by what is no longer so.
Written = str


class Entry(msgspec.Struct, frozen=True):
    """What the script goes by for one alert, and the document that it stores."""

    told: dict[str, Any]
    document: bytes


class Answer(msgspec.Struct):
    """The answer of the script: the mark it found, if that is older than the lowest acceptable one;
    otherwise how many alerts are in each open set, and the outcome of each entry."""

    lost: int | None = None
    sizes: dict[str, int] = {}
    outcomes: list[Written] = []


class Script:
    """Runs it for one writer, whose mark is `mark_key`. `maxlen` is about how many entries a stream
    keeps, `kept` how long what is closed stays (s)."""

    def __init__(self, connection: Connection, mark_key: str, maxlen: int, kept: int) -> None:
        self._connection = connection
        self._mark_key = mark_key
        self._maxlen = maxlen
        self.kept = kept

    async def run(
        self,
        lowest: int,
        mark: int,
        at: int,
        alerts: Sequence[Entry] = (),
        handlings: Sequence[Entry] = (),
    ) -> Answer:
        """Write these, unless the mark that is there is below `lowest`; `at` in milliseconds.

        Raises `RedisSinkError`."""
        batch = {
            "lowest": lowest,
            "mark": {"key": self._mark_key, "value": str(mark)},
            "stream": {"key": STREAM, "maxlen": str(self._maxlen), "at": str(at)},
            "actions": ACTIONS,
            "closed": {"key": CLOSED, "kept": str(self.kept)},
            "sets": OPEN_SETS,
            "alerts": [it.told for it in alerts],
            "handlings": [it.told for it in handlings],
        }
        entries = [*alerts, *handlings]
        # A cluster requires every key to be declared. The documents are passed beside the batch:
        # within it they would be escaped, and quotation marks are a fifth of them.
        keys = [self._mark_key, STREAM, ACTIONS, CLOSED, *OPEN_SETS]
        for it in entries:
            keys += (it.told["key"], it.told["handling"], *it.told["employees"])
        call = (len(keys), *keys, orjson.dumps(batch), *(it.document for it in entries))
        try:
            answer = await self._connection.ask(("EVALSHA", _SHA, *call))
        except errors.NoScriptError:
            answer = await self._connection.ask(("EVAL", _SCRIPT, *call))
        told = msgspec.json.decode(answer[0], type=Answer)
        told.outcomes = [it.decode() for it in answer[1:]]
        return told
