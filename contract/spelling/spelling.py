"""One thing, many spellings: the standard form of an id, an account, a phone, an e-mail, an
address.

It is decided where an event is decoded; afterwards plain strings are compared. Each function
returns that form, `""` for a text that names nothing (a placeholder), and `None` if the text is
masked (`138****8000`). Applying a function twice is the same as applying it once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

import phonenumbers

from contract.spelling.shown import INVISIBLE

#: How many phones are remembered: to parse one costs 20 to 100 µs, and the same come again.
_PHONES = 65_536
#: And how many parts of one: it is parsed in several ways, each with the same parts.
_PARTS = 1024

#: Several numbers with only spaces between them have no fewer digits each.
_FEWEST = 5

#: What stands for "nothing" in the systems that send: of a text without a letter or a digit, all.
_PLACEHOLDERS = frozenset(
    (
        *("无", "暂无", "没有", "未知", "不详", "不明", "未填", "未提供", "空", "同上", "略"),
        *("待定", "待补", "保密", "隐藏"),
        *("n/a", "#n/a", "none", "null", "nil", "nan", "undefined", "unknown", "tbd"),
    )
)
#: An address may say that there is none to be had, or name no more than a country.
_NO_ADDRESS = _PLACEHOLDERS | frozenset(
    (
        *("自提", "自取", "客户自提", "上门自提", "到店自提", "见附件", "见合同", "电话联系"),
        *("中国", "china", "prc", "cn", "na"),
    )
)
#: As they are written most often, to be told without folding: ids are looked at in every event.
_USUAL = frozenset(
    spelt for word in _PLACEHOLDERS for spelt in (word, word.upper(), word.capitalize())
) | {"NaN"}

_IBAN = re.compile(r"IBAN:?([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})")
_EXPONENT = re.compile(r"[+-]?[0-9](?:\.[0-9]*)?E\+?[0-9]+", re.IGNORECASE)
#: A number that was changed by a spreadsheet.
_POINT_ZERO = re.compile(r"([0-9]+)\.0+")
_MASK = r"[*＊×●•∙…]|·{2,}"
_MASKED = re.compile(rf"{_MASK}|[xX]{{3,}}|_{{2,}}")
_MASKED_PHONE = re.compile(rf"{_MASK}|[xX?#_]{{2,}}|[0-9][xX][0-9]{{1,4}}[xX]")

#: What stands between several phones, or several e-mails, in one field.
_BETWEEN = re.compile(r"[/;,、|\n\t]+|\b(?:or|and)\b|或|和")
_SPACES = re.compile(r"\s+")
#: Ways to write an extension that libphonenumber does not know: a courier's privacy extension, a
#: switchboard's. At most six digits; more are a number of their own.
_EXTENSION = re.compile(
    r"(?P<number>.*[0-9)）])\s*(?:-|转|轉|分机|內線|内线|\(|（)+(?:分机|号|:|：)*\s*[0-9]{1,6}\s*[)）]?"
)
#: Chinese mobiles as they are written most often. All of them are assigned, or possible and no
#: filler, so that libphonenumber, which takes 50 µs to find that, need not be asked. What begins
#: with 179 may be a number behind the prefix of a long-distance carrier.
_MOBILE = re.compile(
    r"(?:\+86[ -]?)?(1(?:[3-689][0-9]|7[0-8]))(?P<gap>[ -]?)([0-9]{4})(?P=gap)([0-9]{4})"
)
#: What is typed where a form wants a number.
_FILLER = re.compile(r"([0-9])\1*|0?123456789?[0-9]*")
_E_MAIL = re.compile(r"[^\s@<>\"/;,、|]+@[^\s@<>\"/;,、|.]+(?:\.[^\s@<>\"/;,、|.]+)*")


class UnclearError(ValueError):
    """The text is not a usable account number. `reason` and `mend` are clauses without the
    value."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.mend = mend


def folded(text: str) -> str:
    """In one width (NFKC), without invisible characters, and without white space at the ends."""
    if text.isascii():
        return text.strip()
    seen = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    # Taking one out may bring together what composes, and what composes may be invisible.
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", seen)).strip()


def is_plain(id_: str) -> bool:
    """Whether an id already has its standard form; False if a closer look is needed."""
    if not id_.isascii() or not id_[:1].isalnum():
        return False
    # Most end so, and to look one up costs as much as all else.
    return id_[-1].isdigit() or (not id_[-1].isspace() and id_ not in _USUAL)


def is_placeholder(text: str, words: frozenset[str] = _PLACEHOLDERS) -> bool:
    """Whether a folded text stands for nothing: a word that means so, or no letter and no digit."""
    return text.casefold() in words or not any(map(str.isalnum, text))


def id_(text: str) -> str:
    """Folded, its case as it is; `""` for a placeholder."""
    if is_plain(text):
        return text
    seen = folded(text)
    return "" if is_placeholder(seen) else seen


def account(text: str) -> str | None:
    """Folded, without white space, hyphens and dots, in upper case. Raises `UnclearError`."""
    if text.isascii() and text.isdigit():
        return text
    seen = folded(text)
    if is_placeholder(seen):
        return ""
    if _MASKED.search(seen):
        return None
    if _EXPONENT.fullmatch("".join(seen.split())):
        raise UnclearError(
            "is a number that a spreadsheet cut off",
            "Send the account's digits as text; format the column as text before exporting.",
        )
    cell = _POINT_ZERO.fullmatch(seen)
    plain = folded(ungrouped(folded((cell[1] if cell else seen).upper())))
    if _MASKED.search(plain):
        return None
    printed = _IBAN.fullmatch(plain)
    return printed[1] if printed else plain


def _counts(character: str) -> bool:
    return not (character.isspace() or character in ".·−" or _is_dash(character))


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd"


@lru_cache(_PHONES)
def phone(text: str, region: str = "CN") -> str | None:
    """E.164, several with a space between, without extensions; `region` is where a number without
    a country code is at home. `""` if there is none, by libphonenumber's metadata.

    A number of a range that is not assigned yet, or not known to be, counts if it has the length of
    one: the metadata is always older than the newest range.
    """
    mobile = _MOBILE.fullmatch(text) if region == "CN" else None
    if mobile is not None:
        return f"+86{mobile[1]}{mobile[3]}{mobile[4]}"
    return by_metadata(text, region)


def by_metadata(text: str, region: str) -> str | None:
    """`phone`, as libphonenumber's metadata has it, however it is written."""
    seen = folded(text)
    ways = dict.fromkeys((tuple(_BETWEEN.split(seen)), (seen,)))
    spaced = tuple(_SPACES.split(seen))
    if any(sum(map(str.isdigit, part)) >= _FEWEST for part in spaced):
        # Else the spaces stand within one number, and to look for others costs as much again.
        ways[spaced] = None
    for is_one in (phonenumbers.is_valid_number, _is_possible):
        for parts in ways:
            numbers = [_one_phone(part, region, is_one) for part in parts]
            if any(numbers):
                return " ".join(dict.fromkeys(filter(None, numbers)))
    hidden = any(_MASKED_PHONE.search(part) for parts in ways for part in parts)
    return None if hidden else ""


def _is_possible(number: phonenumbers.PhoneNumber) -> bool:
    length = phonenumbers.is_possible_number_with_reason(number)
    digits = phonenumbers.national_significant_number(number)
    return length == phonenumbers.ValidationResult.IS_POSSIBLE and not _FILLER.fullmatch(digits)


def _one_phone(
    text: str, region: str, is_one: Callable[[phonenumbers.PhoneNumber], bool]
) -> str | None:
    """The first reading of `text` that is a number: an extension may be in the way."""
    if _MASKED_PHONE.search(text) or _EXPONENT.fullmatch(text):
        return None
    for reading in _readings(text):
        number = _parsed(reading, region)
        if number is not None and is_one(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


@lru_cache(_PARTS)
def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _readings(text: str) -> Iterator[str]:
    cell = _POINT_ZERO.fullmatch(text)
    if cell is not None:
        yield cell[1]
    yield text
    extended = _EXTENSION.fullmatch(text)
    if extended is not None:
        yield extended["number"]


def email(text: str) -> str | None:
    """Case-folded, several with a space between; `""` if there is none."""
    written = dict.fromkeys(_E_MAIL.findall(_caseless(text).replace("。", ".")))
    known = [it.removeprefix("mailto:") for it in written if not _MASKED.search(it)]
    return " ".join(known) or (None if written else "")


def address(text: str) -> str | None:
    """Folded, without white space, in one case; `""` if there is none."""
    seen = folded("".join(_caseless(text).split()))
    if is_placeholder(seen, _NO_ADDRESS):
        return ""
    return None if _MASKED.search(seen) else seen


def _caseless(text: str) -> str:
    # To fold the case can undo the other folding. Unicode's `NFKC_Casefold` does both, too.
    return folded(folded(text).casefold())


def visible(text: str) -> str:
    """Without the characters that have no glyph."""
    return INVISIBLE.sub("", text)


def ungrouped(account: str) -> str:
    """Without the white space, hyphens and dots between an account's letters and digits."""
    return "".join(filter(_counts, account))
