"""A list of a system's own that is asked for, page by page, from where it was last read to."""

from __future__ import annotations

import asyncio
import io
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import aiohttp
import msgspec
import structlog

from connectors.decoding.json import NotJsonError, parsed
from connectors.mapping.path import getter
from connectors.mapping.steps import as_text
from connectors.mapping.wrong import WrongValueError
from connectors.receiving.cursor import Cursor, load, save
from connectors.receiving.figures import Figures
from connectors.receiving.intake import Intake, StoppedError, seconds
from connectors.receiving.letters import Whence
from connectors.receiving.outbox import paused
from connectors.receiving.secret_files import Rotating, SecretFiles, headers_of
from connectors.receiving.settings import Poll
from connectors.receiving.template import filled, filled_url
from contract.times import SECOND, parse_rfc3339, rfc3339
from sinks.backoff import Backoff
from sinks.faults import told
from sinks.health import Health

#: Bytes of an answer.
_MOST: Final = 16 << 20
#: Seconds for an answer, from asking to its end.
_PATIENCE: Final = 30.0
#: Pages in a round; the next goes on where it ended.
_PAGES: Final = 10_000
_UNITS: Final = {"ms": 1000, "s": SECOND}

_log = structlog.get_logger(__name__)


class PollError(RuntimeError):
    """The list was not answered. One line that quotes nothing of the answer."""

    retryable: ClassVar[bool] = True


class Poller:
    """Asks for the list of one connector. `wall` is a clock in µs, `patience` seconds for one
    answer. Raises what `headers_of` does."""

    def __init__(
        self,
        intake: Intake,
        poll: Poll,
        figures: Figures,
        health: Health,
        *,
        wall: Callable[[], int] = lambda: time.time_ns() // 1000,
        patience: float = _PATIENCE,
    ) -> None:
        self._intake = intake
        self._poll = poll
        self._health = health
        self._wall = wall
        self._patience = patience
        self._name = intake.job.name
        self._file: Path = intake.job.base / (poll.cursor_file or f"{self._name}.cursor")
        self._headers: Rotating[dict[str, str]] = Rotating(
            self._name, SecretFiles(intake.job.base), lambda it: headers_of(poll.headers, it.read)
        )
        self._items = getter(poll.items)
        self._time = getter(poll.time)
        self._id = getter(poll.id) if poll.id else None
        self._good = getter(poll.ok) if poll.ok else None
        self._whole_at = time.monotonic()
        figures.lag(self._name, self._overdue)
        health.expect(f"connector {self._name}")

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set."""
        backoff = Backoff(1.0, 300.0)
        async with aiohttp.ClientSession(
            trust_env=True,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._patience, connect=10.0),
            # What unpacks to more than may be held is not asked for.
            auto_decompress=False,
        ) as session:
            while not stopping.is_set():
                wait = seconds(self._poll.every)
                try:
                    await self.round(session, stopping)
                    self._health.ok(f"connector {self._name}")
                    self._whole_at = time.monotonic()
                    backoff.over()
                except StoppedError:
                    return
                except (PollError, OSError) as error:
                    why = str(error) if isinstance(error, PollError) else told(error)
                    self._health.bad(f"connector {self._name}", why)
                    _log.warning("a poll failed", connector=self._name, why=why)
                    wait = backoff.longer()
                await paused(stopping, wait)

    async def round(self, session: aiohttp.ClientSession, stopping: asyncio.Event) -> None:
        """All pages from the cursor on. Raises `PollError`, `StoppedError`, and `OSError` of the
        cursor's file."""
        cursor = (await self._loaded()).begun(self._wall())
        for _ in range(_PAGES):
            answer = await _unless(stopping, self._asked(session, cursor))
            items, newest, last = self._read(answer)
            await self._intake.take(io.BytesIO(answer), Whence(raw=answer), stopping)
            if items < self._poll.limit:
                await self._saved(cursor.ended(newest, self._poll.overlap))
                return
            self._check_goes_on(cursor, newest, last)
            cursor = cursor.read(newest, last)
            await self._saved(cursor)
            if await paused(stopping, seconds(self._poll.pause)):
                raise StoppedError

    def _check_goes_on(self, cursor: Cursor, newest: int, last: str) -> None:
        """The same page again and again would never end."""
        if self._id is None and newest <= cursor.seen:
            raise PollError(
                "a whole page is of one moment, and the next would be the same: set `id`, or a"
                " greater limit"
            )
        if self._id is not None and last in ("", cursor.id):
            raise PollError("its pages do not go on: where in the request does {id} stand?")

    async def _asked(self, session: aiohttp.ClientSession, cursor: Cursor) -> bytes:
        its = self._poll
        after = cursor.after if self._id is not None else cursor.seen
        values = {"cursor": _written(after, its.unit), "id": cursor.id, "uuid": str(uuid.uuid4())}
        body = None if its.body is None else msgspec.json.encode(filled(its.body, values))
        headers = {"Accept-Encoding": "identity", **filled(self._headers.current(), values)}
        if body is not None:
            headers = {"Content-Type": "application/json", **headers}
        try:
            async with session.request(
                its.method,
                filled_url(its.url, values),
                data=body,
                headers=headers,
                # Whoever answers must not send our secrets elsewhere.
                allow_redirects=False,
            ) as response:
                if response.status != 200:
                    raise PollError(f"it answers {response.status}{_meaning(response.status)}")
                content = bytearray()
                async for piece in response.content.iter_chunked(1 << 16):
                    content += piece
                    if len(content) > _MOST:
                        raise PollError(
                            f"its answer is larger than {_MOST >> 20} MiB: ask for less"
                        )
                return bytes(content)
        except TimeoutError as error:
            raise PollError(f"it has not answered within {self._patience:.0f} s") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise PollError(f"it cannot be asked: {told(error)}") from error

    def _read(self, answer: bytes) -> tuple[int, int, str]:
        """How many items there are, the newest time (µs), and the id of the last. Raises
        `PollError`."""
        try:
            document = parsed(answer.decode("utf-8-sig"))
            if not isinstance(document, dict):
                document = {"": document}
            if self._good is not None and self._good(document) is not True:
                raise PollError(f"it answers an error: `{self._poll.ok}` is not true of it")
            items = self._items(document)
            if items is None or items == "":
                items = []
            if not isinstance(items, list):
                raise PollError(f"{self._poll.items} is no list in its answer")
            its = [it for it in items if isinstance(it, dict)]
            # One without a time is a dead letter, and holds up no other.
            newest = max((_micros(self._time(it), self._poll.unit) for it in its), default=0)
            last = as_text(self._id(its[-1]) or "") if self._id is not None and its else ""
        except UnicodeDecodeError:
            raise PollError("its answer is no JSON: it is not UTF-8") from None
        except NotJsonError as error:
            raise PollError(f"its answer is no JSON: {error.reason}") from None
        except WrongValueError as error:
            raise PollError(f"its answer: {error.reason}") from None
        if items and not newest:
            raise PollError(f"no item has a time at {self._poll.time} in {self._poll.unit}")
        return len(items), newest, last

    def _overdue(self) -> float:
        """Seconds since the next whole poll was due."""
        return max(0.0, time.monotonic() - self._whole_at - seconds(self._poll.every))

    async def _loaded(self) -> Cursor:
        try:
            found: Cursor = await self._intake.aside(load, self._file, self._poll.begins)
        except ValueError:
            _log.warning("the cursor is lost: all is asked for again", connector=self._name)
            return Cursor(after=self._poll.begins)
        return found

    async def _saved(self, cursor: Cursor) -> None:
        await self._intake.aside(save, self._file, cursor)


async def _unless(stopping: asyncio.Event, work: Any) -> Any:
    """What `work` returns; `StoppedError` as soon as `stopping` is set."""
    task, end = asyncio.ensure_future(work), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise StoppedError
        return task.result()
    finally:
        for it in (task, end):
            it.cancel()
        await asyncio.gather(task, end, return_exceptions=True)


def _written(micros: int, unit: str) -> str:
    return rfc3339(micros) if unit == "rfc3339" else str(micros // _UNITS[unit])


def _micros(value: Any, unit: str) -> int:
    """0 if it is no time."""
    try:
        return parse_rfc3339(value) if unit == "rfc3339" else int(value) * _UNITS[unit]
    except (ValueError, OverflowError, TypeError, AttributeError):
        return 0


def _meaning(status: int) -> str:
    if status in (401, 403):
        return ": it does not let us in; is the secret in the headers right, and not expired?"
    if status == 429:
        return ": too often; set a greater `every` or `pause`"
    return ": it sends us elsewhere; write that into `url`" if 300 <= status < 400 else ""
