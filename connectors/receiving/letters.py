"""What is sent for a record: its event, or its dead letter. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from msgspec import Struct, structs

from connectors.mapping.connector import Told
from connectors.mapping.page import Page
from connectors.mapping.rule import encode
from connectors.outcome import Empty, Mapped, Rejected, Skipped, Stage
from contract.decoding.decode import AHEAD, FUTURE
from contract.decoding.privacy import concerns_tips
from contract.record_key import record_key
from contract.rejected import MAX_BYTES
from sinks.dead_letters import (
    Headers,
    WrittenAnew,
    dead_letter_topic,
    unjudged_letter,
    without_value,
)

Result = Literal["mapped", "skipped", "unmatched", "empty", "dead_letter"]
RESULTS: Final[tuple[Result, ...]] = get_args(Result)

#: What the value of a letter is: `record` as it was decoded, `raw` bytes that are none, `withheld`
#: where it may say what people wrote, `absent` where it is too large or stands in a file.
CONTENT: Final = "offbook.connect.content"
#: The file that it stood in. Its line is the offset.
FILE: Final = "offbook.connect.file"
#: On a record that stands as its items do, so that it is not split again.
SPLIT: Final = "offbook.connect.split"

#: Of these, what is kept are keywords and accusations; all around them stays where it was.
_PRIVATE: Final = frozenset({"chat.keyword-hits", "tips"})
_UNMATCHED: Final = Rejected(
    "map", "", "No rule is for it.", "Write a rule for it, or one that skips it."
)


class Whence(Struct, frozen=True):
    """Where a record came from: a `file`, or a record of Kafka. `raw` is what it was decoded from,
    where that is at hand. `into` is the partition for its dead letter, any if negative."""

    file: str = ""
    raw: bytes | None = None
    topic: str = ""
    partition: int = -1
    offset: int = -1
    key: bytes | None = None
    into: int = -1


class Arrived(Struct, frozen=True):
    """A record with what became of it."""

    told: Told
    whence: Whence


class Draft(Struct, frozen=True):
    """What is to be sent to `topic`, which is without the installation's prefix; nothing if that is
    empty. `rejected` is why it is a dead letter."""

    result: Result
    connector: str
    topic: str = ""
    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()
    rejected: Rejected | None = None
    line: int = 0
    partition: int | None = None


def topic_of(name: str) -> str:
    """What stands for the source topic of a connector's records, of which they have none."""
    return f"connect.{name}"


def letter_topic(name: str) -> str:
    """The dead letters of a connector."""
    return dead_letter_topic(topic_of(name))


def is_private(page: Page) -> bool:
    """Whether nothing of its records is kept but the events themselves."""
    return page.keywords is not None or any(
        not rule.skip and rule.kind.topic in _PRIVATE for rule in page.rules
    )


def drafted(arrived: Arrived, page: Page, wall: int) -> Draft:
    """What is sent for it at `wall`, in µs."""
    told, outcome = arrived.told, arrived.told.outcome
    if isinstance(outcome, Skipped):
        return Draft("skipped", page.name, line=told.line)
    if isinstance(outcome, Empty):
        return Draft("empty", page.name, line=told.line)
    if isinstance(outcome, Rejected):
        return letter(arrived, page, outcome, wall)
    if not isinstance(outcome, Mapped):
        return letter(arrived, page, _UNMATCHED, wall)
    event = outcome.event
    if event.time > wall + FUTURE:
        why = Rejected("contract", AHEAD.field, AHEAD.reason, AHEAD.mend, rule=outcome.rule)
        return letter(arrived, page, why, wall)
    key = record_key(event.data)
    return Draft("mapped", page.name, outcome.topic, key, outcome.value, line=told.line)


def letter(arrived: Arrived, page: Page, why: Rejected, wall: int) -> Draft:
    """Its dead letter. Of what a page of chats or tips reads, nothing is in it but why."""
    told, whence = arrived.told, arrived.whence
    content, value = _content(arrived, page, why.stage)
    ours: list[tuple[str, bytes | None]] = [(CONTENT, content.encode())]
    if whence.file:
        ours.append((FILE, whence.file.encode("utf-8", "replace")))
    if content == "record" and (why.rule or why is _UNMATCHED):
        # A rule has seen it, or all have: it was split before.
        ours.append((SPLIT, b"done"))
    record = WrittenAnew(
        whence.topic or topic_of(page.name),
        whence.partition,
        whence.offset if whence.topic else told.line,
        wall // 1000,
        None if content == "withheld" else whence.key,
        value,
        tuple(ours),
    )
    message = f"{why.field}: {why.reason} {why.mend}" if why.field else f"{why.reason} {why.mend}"
    exception = f"connectors.outcome.{'Unmatched' if why is _UNMATCHED else 'Rejected'}"
    made = unjudged_letter(record, exception=exception, stage=why.stage, message=message)
    if value is None:
        made = without_value(made, message)
    return Draft(
        "unmatched" if why is _UNMATCHED else "dead_letter",
        page.name,
        letter_topic(page.name),
        made.key,
        made.value,
        made.headers,
        why,
        told.line,
        None if whence.into < 0 else whence.into,
    )


def without_content(draft: Draft) -> Draft:
    """The same letter without what it is about, which the broker finds too large."""
    headers = tuple((n, b"absent" if n == CONTENT else v) for n, v in draft.headers)
    return structs.replace(draft, key=None, value=b'{"withheld":true,"reason":""}', headers=headers)


def _content(arrived: Arrived, page: Page, stage: Stage) -> tuple[str, bytes | None]:
    record, raw = arrived.told.record, arrived.whence.raw
    if is_private(page):
        return "withheld", None
    if record is not None:
        value = _as_json(_slim(record, page))
        name = "record"
    else:
        value, name = raw, "raw"
    if value is None or len(value) > MAX_BYTES:
        return "absent", None
    if concerns_tips(value, (), ""):
        return "withheld", None
    return name, value


def _slim(record: dict[str, Any], page: Page) -> dict[str, Any]:
    """Without the lists that it is an item of: a thousand items would each have all thousand."""
    for split in page.splits:
        names = split.path.split(".")
        if split.as_ in record and _longer(record, names):
            record = _without(record, names)
    return record


def _longer(value: Any, names: list[str]) -> bool:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return isinstance(value, list) and len(value) > 1


def _without(record: dict[str, Any], names: list[str]) -> dict[str, Any]:
    first, *rest = names
    if not rest:
        return {name: it for name, it in record.items() if name != first}
    return {**record, first: _without(record[first], rest)}


def _as_json(record: dict[str, Any]) -> bytes | None:
    try:
        return encode(record)
    except (TypeError, ValueError, RecursionError):
        return None
