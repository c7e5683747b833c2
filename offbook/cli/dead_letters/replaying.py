"""`offbook dlq replay`: letters go to their source topic again, if they are events by now."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.kinds import REFERENCE_TOPICS, SOURCE_TOPICS
from contract.record_key import record_key
from contract.rejected import Rejected
from contract.types import Heartbeat
from offbook.cli.dead_letters.kinds import Kinds
from offbook.cli.dead_letters.letter import SOURCE_OF, Letter, Place, connector_of
from offbook.cli.dead_letters.mending import Mend, UnmendedError, mended
from offbook.cli.dead_letters.reading import Letters, Wanted
from offbook.cli.dead_letters.sending import Again, Sender, sender
from sinks.dead_letters import OURS, REPLAYED_FROM
from streams.settings.settings import Settings

#: Bytes of records in flight at a time, roughly.
_ROOM = 8 << 20
#: What mends it is its page, which alone says what becomes of it.
_OF_CONNECTOR = (
    "It is a record of a connector, and no event yet. Mend its page, then run"
    " `offbook connect retry {}.toml`."
)
_TOO_LARGE = "The record is larger than its source topic takes. Send it from its source, smaller."


@dataclass
class Replayed:
    """What was sent, by topic, or would be; how many of it a running service takes for late; what
    stays, and why; how many had been dealt with before."""

    sent: Counter[str] = field(default_factory=Counter)
    late: int = 0
    stay: Kinds = field(default_factory=Kinds)
    handled: int = 0


async def replay(
    letters: Letters,
    wanted: Wanted,
    settings: Settings,
    *,
    by: str,
    mend: Mend | None = None,
    dry_run: bool = False,
) -> Replayed:
    """Send the letters that are wanted to their source topics, each mended and then held to the
    contract. What was sent is written down as dealt with by `by`, behind it: after a crash between
    the two it is sent once more, and changes nothing.

    Raises `SendError`, `KafkaError`.
    """
    done = Replayed()
    async with AsyncExitStack() as stack:
        to = None if dry_run else await stack.enter_async_context(sender(settings))
        async for some in letters.those(wanted):
            ready: list[Again] = []
            size = 0
            for letter in some:
                again = _again(letter, mend, settings, done)
                if again is not None:
                    ready.append(again)
                    size += len(again.value or b"") + 1000
                if size > _ROOM:
                    await _send(to, ready, by, done)
                    ready, size = [], 0
            await _send(to, ready, by, done)
    done.handled = letters.handled
    return done


async def _send(to: Sender | None, ready: list[Again], by: str, done: Replayed) -> None:
    if not ready:
        return
    refused: set[Place] = set()
    if to is not None:
        for it in await to.send(ready):
            refused.add(it.letter.place)
            done.stay.add(it.letter, why=_TOO_LARGE)
        sent = [it.letter for it in ready if it.letter.place not in refused]
        await to.handled(sent, "replayed", by, _now())
    done.sent.update(it.topic for it in ready if it.letter.place not in refused)


def _again(letter: Letter, mend: Mend | None, settings: Settings, done: Replayed) -> Again | None:
    """The record to be sent; None if it stays, which `done` then has with the reason."""
    if bar := _bar(letter):
        done.stay.add(letter, why=bar)
        return None
    # Not by its header: that of the topic cannot be forged by who wrote the record.
    topic = SOURCE_OF[letter.place.topic]
    headers = tuple(it for it in letter.headers if it[0] not in OURS)
    value = letter.value
    origin = Origin(topic, letter.place.partition, letter.place.offset)

    def decoded() -> Event | Rejected:
        return decode_record(value, headers, origin, wall=_now(), region=settings.phone_region)

    before = decoded() if letter.stage == "conflict" else None
    if mend is not None:
        try:
            value, headers = mended(mend, value, headers)
        except UnmendedError as error:
            done.stay.add(letter, why=str(error))
            return None
    event = decoded()
    why = event.line() if isinstance(event, Rejected) else _objection(event, before, settings)
    if why or isinstance(event, Rejected):
        done.stay.add(letter, why=why)
        return None
    if event.time < _now() - settings.lateness:
        done.late += 1
    key = letter.key
    if key is None and topic in REFERENCE_TOPICS:
        key = record_key(event.data)
    from_ = f"{letter.place.topic}/{letter.place.partition}/{letter.place.offset}"
    return Again(letter, topic, key, value, (*headers, (REPLAYED_FROM, from_.encode())))


def _bar(letter: Letter) -> str:
    """Why no letter like it is sent from here, however it is mended."""
    connector = connector_of(letter.place.topic)
    source = SOURCE_OF.get(letter.place.topic)
    if not connector and source not in SOURCE_TOPICS:
        return f"What is on {source} is Offbook's own, and no event."
    if letter.withheld:
        return "Its value is withheld. Have it sent again by its source."
    return _OF_CONNECTOR.format(connector) if connector else ""


def _objection(event: Event, before: Event | Rejected | None, settings: Settings) -> str | None:
    """Why the service would set a good event aside all the same, or should not hear of it."""
    if isinstance(event.data, Heartbeat):
        return "A heartbeat speaks of the moment it was sent. Its sender sends another by itself."
    if isinstance(before, Event) and (before.source, before.id) == (event.source, event.id):
        return "conflict: id: Another event has its `source` and `id`. Give it an `id` of its own."
    feed = settings.feeds.get(event.origin.topic)
    if feed is not None and not feed.takes(event.source):
        return f"envelope: source: {event.origin.topic} takes no events of this `source`."
    return None


def _now() -> int:
    return time.time_ns() // 1000


def summary(done: Replayed, *, dry_run: bool) -> list[str]:
    """Lines for people."""
    topics = ", ".join(f"{topic} {count}" for topic, count in sorted(done.sent.items()))
    what = "would be sent again" if dry_run else "sent again"
    says = [f"{done.sent.total()} {what}" + (f" ({topics})" if topics else "")]
    if done.stay.letters:
        says.append(f"{done.stay.letters} stay")
    if done.handled:
        says.append(f"{done.handled} were dealt with before")
    found = [", ".join(says)]
    if done.late:
        found.append(
            f"{done.late} of them happened longer ago than `lateness`: a running service takes them"
            " for late, and they count where a window is still open"
        )
    return found
