"""What an alert says, written as it reads: sentences with places for what is known.

A place is `{name}`: a part of the sentence, else something of the finding's `values` (in Chinese
`name.zh` if there is one), `first` or `last` (when its first and last event happened), else a
parameter, else the subject. After a colon stands how it is told: `{first:time}`, `{first:day}`,
`{amount:money}` (in `currency`), `{owner:employee}`, `{distance:span}` (in whole hours; a shorter
one in whole minutes, or seconds), `{kind:term}` (a word of the glossary), `{total:record,file}` (in
English a noun for a count).
`{employee}`, and durations among the parameters, need no such word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from msgspec import Struct

from contract.alert import Bilingual
from contract.duration import Duration
from contract.spelling.nearest import nearest
from contract.times import HOUR, MINUTE, SECOND
from detectors.language.detector import Words
from detectors.language.finding import Finding, Subject
from detectors.language.wording import TERMS, counted, money, span

UNKNOWN = Bilingual("unknown", "未知")

#: What is known of every finding: its subject, when its events happened, and the one it is about.
_OF_EVERY_FINDING = (*Subject.__struct_fields__, "first", "last", "at")


class Sentence(Struct, frozen=True):
    """One sentence, or a part of one, in both languages.

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


class Listing(Struct, frozen=True):
    """Those of the sentences that hold, and what stands between any two of them."""

    sentences: tuple[Sentence, ...]
    en: str = ", "
    zh: str = "、"


Part = Sentence | tuple[Sentence, ...] | Listing


class Says:
    """What a detector says of a finding: the sentences that hold, one after the other."""

    def __init__(
        self, sentences: tuple[Sentence, ...], parts: Mapping[str, Part], given: tuple[str, ...]
    ) -> None:
        self._whole = Listing(sentences, " ", "")
        self._parts = {name: _listing(part) for name, part in parts.items()}
        self._known = {*given, *parts, *_OF_EVERY_FINDING}

    def __call__(self, finding: Finding, params: Any, words: Words) -> Bilingual:
        english = _Telling(finding, params, words, self._parts, "en")
        chinese = _Telling(finding, params, words, self._parts, "zh")
        return Bilingual(english.tell(self._whole), chinese.tell(self._whole))

    def faults(self, params: Any) -> Iterator[str]:
        """The places and conditions that name nothing, each with the sentence it stands in and the
        nearest name that there is."""
        known = {*self._known, *params.__struct_fields__}
        for listing in (self._whole, *self._parts.values()):
            for sentence in listing.sentences:
                for text in (sentence.en, sentence.zh):
                    for _, name, as_, _ in Formatter().parse(text):
                        if name is not None and name not in known:
                            yield f"{text!r} has a place {{{name}}}, which nothing fills" + nearest(
                                name, known
                            )
                        if as_ == "money" and "currency" not in known:
                            yield f"{text!r} tells of money, and no currency is given"
                for part in filter(None, sentence.when.split(" & ")):
                    name = part.removeprefix("!").partition("=")[0]
                    if name not in known:
                        yield f"when={sentence.when!r} asks for {name}, which nothing gives" + (
                            nearest(name, known)
                        )


def says(*sentences: Sentence, given: tuple[str, ...] = (), **parts: Part) -> Says:
    """A detector's `says`. `given` names the values that the rule gives besides its parameters.

    `parts` fill the places of their names. Where a tuple of alternatives stands, each says `when`.
    """
    return Says(sentences, parts, given)


def _listing(part: Part) -> Listing:
    if isinstance(part, Listing):
        return part
    return Listing(part if isinstance(part, tuple) else (part,), "", "")


def _holds(condition: str, finding: Finding) -> bool:
    name, _, wanted = condition.removeprefix("!").partition("=")
    known = finding.values.get(name) or getattr(finding.subject, name, None)
    holds = known == wanted if wanted else known is not None
    return not holds if condition.startswith("!") else holds


class _Telling(Formatter):
    """Fills the places of one language's sentences."""

    def __init__(
        self,
        finding: Finding,
        params: Any,
        words: Words,
        parts: Mapping[str, Listing],
        language: str,
    ) -> None:
        self._finding = finding
        self._params = params
        self._words = words
        self._parts = parts
        self._language = language

    def tell(self, listing: Listing) -> str:
        """The sentences of it that hold."""
        said = [it for it in listing.sentences if it.holds(self._finding)]
        return self._said(listing).join(self.vformat(self._said(it), (), {}) for it in said)

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        """The part of this name, else the finding's word, the parameter's, the subject's."""
        if isinstance(key, int):
            raise ValueError("a place has a name")
        values = self._finding.values
        if key in self._parts:
            return self.tell(self._parts[key])
        if key in values:
            return self._said(Bilingual(values[key], values.get(f"{key}.zh", values[key])))
        if key in ("first", "last"):
            return self._finding.facts[0 if key == "first" else -1].at
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
            case "term":
                return self._said(TERMS.get(value, Bilingual(value, value)))
            case "span":
                length = Duration(value)
                unit = next((it for it in (HOUR, MINUTE, SECOND) if length >= it), 1)
                return self._said(span(length - length % unit))
            case _:
                nouns = format_spec.split(",")
                return counted(value, *nouns) if self._language == "en" else str(value)

    def _said(self, text: Bilingual | Sentence | Listing) -> str:
        return text.zh if self._language == "zh" else text.en
