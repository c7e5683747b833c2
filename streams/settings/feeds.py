"""`[feeds."<topic>"]`: what is expected of whoever sends to a source topic."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, structs

from contract.duration import Duration
from contract.kinds import SOURCE_TOPICS, STREAM_TOPICS
from contract.spelling.nearest import nearest
from streams.settings.silence import WorkingHours
from streams.settings.values import as_in_file, convert


class FeedSettings(Struct, frozen=True, kw_only=True):
    """What can be set of a source topic. Durations are microseconds."""

    expected_every: Annotated[
        Duration | None,
        Meta(
            description="how long the topic may be silent; after longer it counts as complete up to"
            " its newest event only, and OffbookFeedSilent fires"
        ),
    ] = None
    heartbeat_every: Annotated[
        Duration | None,
        Meta(
            description="how long a partition may be without a heartbeat before OffbookFeedSilent"
            " fires; if not set, three times as long as is usual there, a minute at least"
        ),
    ] = None
    working_hours: Annotated[
        str | None,
        Meta(
            description='when silence counts, in `timezone`, such as `"Mon-Fri 08:30-18:00"`;'
            " several with commas; if not set, always"
        ),
    ] = None
    holidays: Annotated[
        str | None,
        Meta(
            description="a country's two letters: its public holidays are no working hours, and"
            " days worked in exchange are"
        ),
    ] = None
    heartbeats: Annotated[
        bool,
        Meta(
            description="`false` ignores heartbeats, those there were too: the topic moves as if it"
            " never had one"
        ),
    ] = True
    sources: Annotated[
        tuple[str, ...],
        Meta(
            description="the `source`s the topic takes events of, exactly, or as what they begin"
            " with, followed by `*`; an event of any other is a dead letter. If not set, all"
        ),
    ] = ()

    def takes(self, source: str) -> bool:
        """Whether an event of this source may be on the topic."""
        return not self.sources or any(
            source.startswith(it[:-1]) if it.endswith("*") else source == it for it in self.sources
        )


_FIELDS: Final = {field.name: field for field in structs.fields(FeedSettings)}
#: What is about the time of a topic, and so without meaning where there is none.
_OF_TIME: Final = ("expected_every", "heartbeat_every", "working_hours", "holidays", "heartbeats")


def feed_tables(tables: Any, config: Path, problems: list[str]) -> dict[str, FeedSettings]:
    """The feeds by topic; what is wrong with any goes to `problems`."""
    if not isinstance(tables, dict):
        problems.append(f'{config}: feeds: must be tables such as [feeds."crm.edits"]')
        return {}
    taken: dict[str, FeedSettings] = {}
    for topic, table in tables.items():
        place = f'{config}: [feeds."{topic}"]'
        if topic not in SOURCE_TOPICS:
            problems.append(f"{place}: {_no_topic(topic, table)}")
        elif not isinstance(table, dict):
            problems.append(f'{config}: feeds."{topic}": must be a table: [feeds."{topic}"]')
        else:
            taken[topic] = _feed(topic, table, place, problems)
    return taken


def _no_topic(topic: str, table: Any) -> str:
    if isinstance(table, dict):
        # TOML reads [feeds.crm.edits] as a table in a table.
        for inner in table:
            if f"{topic}.{inner}" in SOURCE_TOPICS:
                return f'write the topic in quotes: [feeds."{topic}.{inner}"]'
    return f"there is no such source topic{nearest(topic, SOURCE_TOPICS)}"


def _feed(topic: str, table: Mapping[str, Any], place: str, problems: list[str]) -> FeedSettings:
    found: dict[str, Any] = {}
    before = len(problems)
    for name, value in table.items():
        field = _FIELDS.get(name)
        if field is None:
            problems.append(f"{place} {name}: unknown setting{nearest(name, _FIELDS)}")
            continue
        try:
            found[name] = convert(value, field.type)
        except ValueError as error:
            problems.append(f"{place} {name}: {error}; the default is {as_in_file(field.default)}")
    feed = FeedSettings(**found)
    if len(problems) == before:
        problems += [f"{place} {name}: {wrong}" for name, wrong in _conflicts(topic, feed)]
    return feed


def _conflicts(topic: str, feed: FeedSettings) -> list[tuple[str, str]]:
    wrong: list[tuple[str, str]] = []
    if topic not in STREAM_TOPICS:
        wrong += [
            (name, "has no meaning for a reference topic, which has no time")
            for name in _OF_TIME
            if getattr(feed, name) != _FIELDS[name].default
        ]
    for name in ("expected_every", "heartbeat_every"):
        value = getattr(feed, name)
        if value is not None and value <= 0:
            wrong.append((name, "must be more than 0"))
    if feed.holidays is not None and feed.working_hours is None:
        wrong.append(("holidays", "has no meaning without working_hours"))
    elif feed.working_hours is not None:
        if feed.expected_every is None and feed.heartbeat_every is None and not feed.heartbeats:
            wrong.append(("working_hours", "has no meaning where no silence is too long"))
        for name, country in (("working_hours", None), ("holidays", feed.holidays)):
            try:
                # What is wrong is so in any time zone.
                WorkingHours(feed.working_hours, ZoneInfo("UTC"), country)
            except ValueError as error:
                wrong.append((name, str(error)))
                break
    wrong += [("sources", "must not be empty texts") for source in feed.sources if not source]
    return wrong
