"""Languages, and words that several panels share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, get_args

from contract.alert import Bilingual
from desk.pages.words import WORDS

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
#: Says a text in the language of the copy that is rendered.
Say = Callable[[Bilingual], str]

#: What stands where one value of a table is not known, as on the desk's pages.
UNKNOWN: Final = "–"

#: The words that the API and the metrics use for themselves, as people are to read them.
OF_THE_API: Final = (
    *("critical", "warning", "info"),
    *("new", "acknowledged"),
    *("confirmed", "false_positive", "benign", "duplicate", "withdrawn"),
)
_COLOURS: Final = {
    "critical": "red",
    "warning": "orange",
    "info": "blue",
    "confirmed": "red",
    "false_positive": "orange",
    "benign": "green",
    "duplicate": "purple",
    "withdrawn": "text",
}


def speaking(language: Language) -> Say:
    """One that says texts in `language`."""

    def say(text: Bilingual) -> str:
        return text.zh if language == "zh" else text.en

    return say


def word(name: str) -> Bilingual:
    """One of the desk's words."""
    return WORDS[name]


def colour(name: str) -> str | None:
    """That of one of the words of the API, wherever it is shown; None if it has none."""
    return _COLOURS.get(name)
