"""What an alert says, written as it reads: sentences with places for what is known.

A place is `{name}`: something of the finding's `values`, else a parameter, else the subject. After
a colon stands how it is told: `{at:time}`, `{at:day}`, `{amount:money}` (in `currency`),
`{who:employee}`, `{gap:span}` (a duration such as `90m`), `{total:record,file}` (in English a noun
for a count). `{employee}`, and durations among the parameters, need no such word.
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import Any

from msgspec import Struct

from offbook.detectors.detector import Finding, Words
from offbook.detectors.params import Duration
from offbook.detectors.wording import counted, money, span
from offbook.events.alert import Bilingual

UNKNOWN = Bilingual("unknown", "未知")


class Sentence(Struct, frozen=True):
    """One sentence in both languages.

    With `when` it is only said of a finding whose values have that name (`"holder"`), have it so
    (`"duty=payment"`), or lack it (`"!holder"`); of several with ` & ` between them, all must hold.
    `customer`, `order`, `account` and `employee` ask the subject.
    """

    en: str
    zh: str
    when: str = ""

    def holds(self, finding: Finding) -> bool:
        """Whether it is to be said."""
        return all(_holds(part, finding) for part in self.when.split(" & ") if part)


def says(*sentences: Sentence) -> Callable[[Finding, Any, Words], Bilingual]:
    """A detector's `summarise`: the sentences that hold, one after the other."""

    def summarise(finding: Finding, params: Any, words: Words) -> Bilingual:
        said = [sentence for sentence in sentences if sentence.holds(finding)]
        english = _Telling(finding, params, words, "en")
        chinese = _Telling(finding, params, words, "zh")
        return Bilingual(
            " ".join(english.vformat(sentence.en, (), {}) for sentence in said),
            "".join(chinese.vformat(sentence.zh, (), {}) for sentence in said),
        )

    return summarise


def _holds(condition: str, finding: Finding) -> bool:
    name, _, wanted = condition.removeprefix("!").partition("=")
    known = finding.values.get(name) or getattr(finding.subject, name, None)
    holds = known == wanted if wanted else known is not None
    return not holds if condition.startswith("!") else holds


class _Telling(Formatter):
    """Fills the places of one language's sentence."""

    def __init__(self, finding: Finding, params: Any, words: Words, language: str) -> None:
        self._finding = finding
        self._params = params
        self._words = words
        self._language = language

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        """The finding's word for it, else the parameter's, else the subject's."""
        if isinstance(key, int):
            raise ValueError("a place has a name")
        if key in self._finding.values:
            return self._finding.values[key]
        if hasattr(self._params, key):
            value = getattr(self._params, key)
            return self._said(span(value)) if isinstance(value, Duration) else str(value)
        value = getattr(self._finding.subject, key)
        if key == "employee":
            return self._said(self._words.employee(value))
        return self._said(UNKNOWN) if value is None else value

    def format_field(self, value: Any, format_spec: str) -> str:
        """`value` told as the place wants it."""
        match format_spec:
            case "":
                return str(value)
            case "time":
                return self._words.time(int(value))
            case "day":
                return self._words.day(int(value))
            case "money":
                return self._said(money(value, self._finding.values["currency"]))
            case "employee":
                return self._said(self._words.employee(value))
            case "span":
                return self._said(span(Duration(value)))
            case _:
                nouns = format_spec.split(",")
                return counted(value, *nouns) if self._language == "en" else str(value)

    def _said(self, text: Bilingual) -> str:
        return text.zh if self._language == "zh" else text.en
