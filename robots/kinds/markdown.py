"""Alerts in markdown, as far as DingTalk and WeCom understand the same of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from robots.entries import Entry, counts, heading, headline
from robots.kinds.kind import KEYWORD
from robots.texts import in_markdown, plain
from robots.words import Language, not_shown


def paragraphs(
    shown: Sequence[Entry],
    of: Sequence[Entry],
    more: int,
    language: Language,
    title: Callable[[str, str, Entry], str],
) -> Iterator[str]:
    """The lines of a message that shows these `of` them all; `title` renders a first line from its
    grade and its text."""
    several = len(of) > 1
    if several:
        grade, text = heading(shown[0], of, language)
        yield title(in_markdown(grade), in_markdown(text), shown[0])
    for entry in shown:
        grade, text = headline(entry)
        if several:
            yield f"**{in_markdown(grade)} · {in_markdown(text)}**"
        else:
            yield title(in_markdown(grade), in_markdown(text), entry)
        for label, text in entry.lines:
            yield f"**{label}:** {in_markdown(text)}" if label else in_markdown(text)
        if entry.links:
            yield " | ".join(f"[{words}]({address})" for words, address in entry.links)
    yield from ending(of, more, language)


def in_plain(
    shown: Sequence[Entry], of: Sequence[Entry], more: int, language: Language
) -> Iterator[str]:
    """The same without markup."""
    if len(of) > 1:
        yield plain(" · ".join(heading(shown[0], of, language)))
    for entry in shown:
        yield plain(" · ".join(headline(entry)))
        for label, text in entry.lines:
            yield f"{label}: {plain(text)}" if label else plain(text)
        for words, address in entry.links:
            yield f"{words}: {address}"
    yield from ending(of, more, language)


def ending(of: Sequence[Entry], more: int, language: Language) -> Iterator[str]:
    """How many are not shown, and how many there are."""
    if more:
        yield not_shown(more, language)
    yield f"{KEYWORD} · {counts(of, language)}"
