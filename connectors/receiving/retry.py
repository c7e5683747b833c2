"""Dead letters of a connector, mapped again by the page as it is now.

What is good now is sent. What is still bad is written anew behind the others, with what is wrong
with it now: the old letter is then dealt with. What has no content is passed over, and stays: only
whoever sent it can send it again.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol, TypeVar

from aiokafka.errors import KafkaError
from msgspec import structs

from connectors.decoding.json import NotJsonError, parsed
from connectors.loading import load_connector
from connectors.mapping.connector import Connector, Told
from connectors.mapping.wrong import PageError
from connectors.outcome import Rejected
from connectors.receiving.figures import Figures
from connectors.receiving.intake import Intake
from connectors.receiving.jobs import Job, page_faults, topics_of
from connectors.receiving.kafka_in import mapped
from connectors.receiving.letters import CONTENT, FILE, SPLIT, Arrived, Result, Whence, topic_of
from connectors.receiving.outbox import Outbox
from connectors.record import Record
from sinks.dead_letters import OFFSET, PARTITION, TOPIC, Headers
from sinks.health import Health
from sinks.tally import Tally
from streams.settings.settings import Settings
from streams.wire.kafka_access import unreachable

_NO_RECORD: Final = Rejected(
    "decode", "", "The letter holds no record.", "Was it written by another program?"
)


class Letter(Protocol):
    """The part of a dead letter that is mapped again."""

    @property
    def partition(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


_Letter = TypeVar("_Letter", bound=Letter)


class Retry:
    """Maps letters again, and counts what became of them: `results` of those that were mapped,
    `bare` without content. `faults` are (stage, field, reason, mend) of what is still bad."""

    def __init__(self, job: Job, intake: Intake) -> None:
        self._job = job
        self._intake = intake
        self.results: Counter[Result] = Counter()
        self.bare = 0
        self.faults: Counter[tuple[str, str, str, str]] = Counter()

    async def settle(self, letters: Iterable[_Letter]) -> list[_Letter]:
        """Those that are dealt with: of each there is on Kafka what it is now. Raises
        `KeepError`."""
        settled = []
        for letter in letters:
            if _said(letter, CONTENT) in ("record", "raw"):
                settled.append(letter)
            else:
                self.bare += 1
        taken = await self._intake.keep(it for one in settled for it in again(self._job, one))
        self.results += taken.results
        self.faults += taken.faults
        return settled

    def bad(self) -> int:
        """How many are still bad."""
        return self.results["dead_letter"] + self.results["unmatched"]


def job_of(named: str, company: Path | None) -> Job:
    """The page that letters are mapped by. Raises `PageError`, also for a page whose records are
    numbered: which number a record has follows from the whole file."""
    connector = load_connector(named, company)
    page = connector.page
    problems = page_faults(page)
    if page.number_equals:
        problems.append(
            f"{page.name}: number_equals: its records are counted within their file: put the file"
            " into the folder again, which takes it anew since the page has changed"
        )
    if problems:
        raise PageError(*problems)
    return Job(page.name, connector, None, Path())


@asynccontextmanager
async def retrying(job: Job, settings: Settings) -> AsyncIterator[Retry]:
    """With a way to Kafka. Raises `TopicsError` and `KafkaAccessError`."""
    outbox = Outbox(settings, topics_of(job.page), [job.name], Health())
    intake = Intake(job, outbox, Figures([job.name]), Tally("still bad"))
    try:
        await outbox.connect()
        yield Retry(job, intake)
    except KafkaError as error:
        raise unreachable(settings, error) from error
    finally:
        intake.close()
        await outbox.close()


def again(job: Job, letter: Letter) -> Iterator[Arrived]:
    """What is mapped of a letter now."""
    source, offset = _said(letter, TOPIC), int(_said(letter, OFFSET) or -1)
    of_kafka = bool(source) and source != topic_of(job.name)
    value = letter.value or b""
    whence = Whence(
        file=_said(letter, FILE),
        raw=value,
        topic=source if of_kafka else "",
        partition=int(_said(letter, PARTITION) or -1),
        offset=offset,
        key=letter.key if of_kafka else None,
        into=letter.partition,
    )
    line = 0 if of_kafka else max(0, offset)
    if _said(letter, CONTENT) == "raw":
        its = (
            mapped(job, value, whence.topic, whence.key)
            if of_kafka
            else job.connector.read(io.BytesIO(value))
        )
        for told in its:
            yield Arrived(told, whence)
            whence = structs.replace(whence, raw=None)
        return
    try:
        record = parsed(value.decode("utf-8"))
    except (NotJsonError, UnicodeDecodeError):
        record = None
    if not isinstance(record, dict):
        yield Arrived(Told(_NO_RECORD, line), whence)
        return
    split = _said(letter, SPLIT) == "done"
    connector = _unsplit(job) if split else job.connector
    for told in connector.outcomes(Record(record, line)):
        yield Arrived(told, whence)


def _unsplit(job: Job) -> Connector:
    return Connector(structs.replace(job.page, splits=(), keywords=None))


def _said(letter: Letter, name: str) -> str:
    """Of a header; the last of its name is ours."""
    values = [value for header, value in letter.headers if header == name]
    return (values[-1] or b"").decode("utf-8", "replace") if values else ""
