"""Which columns of a sample are which fields of an event, as far as their names tell."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec import Struct

from contract.kinds import KIND_OF_TYPE

#: Columns of a sample that are looked at, and how deep a document's names go.
_COLUMNS: Final = 400
_DEEP: Final = 5
#: The share of rows that have to be different in what tells them apart.
_MOSTLY: Final = 0.6
#: Letters of a word that is no plural.
_SHORT: Final = 4

Sample = Sequence[Mapping[str, Any]]


class Names(Struct, frozen=True, forbid_unknown_fields=True):
    """What columns are called of which events of a type are made: `names.toml`."""

    type: str
    fields: dict[str, list[str]]
    id: list[str] = []
    time: list[str] = []
    day: list[str] = []
    clock: list[str] = []
    words: dict[str, dict[str, str]] = {}

    def required(self) -> set[str]:
        """The fields without which there is no event."""
        data = msgspec.structs.fields(KIND_OF_TYPE[self.type].data)
        needed = {it.encode_name for it in data if it.required}
        return {field for field in self.fields if field.partition(".")[0] in needed}

    def worth(self, found: Mapping[str, str], sample: Sample) -> float:
        """How well these fit: all that is needed counts most, then how much else there is. A column
        that is called so and says nothing known counts for nothing."""
        strange = {
            field
            for field, words in self.words.items()
            if field in found and not said(found[field], sample) & set(map(alike, words))
        }
        needed = self.required()
        share = len(needed & found.keys()) / len(needed)
        return 10 * share + len(found.keys() - strange) / len(self.fields) - len(strange) / 2


@cache
def all_names() -> tuple[Names, ...]:
    """Those of each type."""
    content = (files("connectors") / "proposing" / "names.toml").read_text("utf-8")
    return tuple(msgspec.convert(it, Names) for it in tomllib.loads(content).values())


def known_headers() -> list[str]:
    """All names by which a header is known."""
    its = all_names()
    found = {name for it in its for names in it.fields.values() for name in names}
    return sorted(found | {name for it in its for name in (*it.id, *it.time)})


def columns_of(sample: Sample) -> list[str]:
    """Their names, in order."""
    return list(dict.fromkeys(name for it in sample for name in it))[:_COLUMNS]


def alike(name: str) -> str:
    """What is equal for two names that say the same."""
    plain = re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", name).lower())
    # Modules of a CRM are named in the plural.
    return plain.removesuffix("s") if plain.isascii() and len(plain) > _SHORT else plain


def flat(record: Mapping[str, Any], before: str = "", depth: int = 0) -> dict[str, Any]:
    """The values of a document by their paths; lists are left out."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and depth < _DEEP:
            found |= flat(value, f"{before}{name}.", depth + 1)
        elif not isinstance(value, list | dict):
            found[before + name] = value
    return found


def column_of(names: Sequence[str], columns: Sequence[str]) -> str | None:
    """The column of the first of these names that is there. Of a path its last name counts."""
    by_name: dict[str, str] = {}
    for it in columns:
        by_name.setdefault(alike(it), it)
        by_name.setdefault(alike(it.rpartition(".")[2]), it)
    return next((by_name[it] for it in map(alike, names) if it in by_name), None)


def identifying(names: Sequence[str], columns: Sequence[str], sample: Sample) -> str | None:
    """The column of the first of these names that tells rows from each other: most of them, for a
    number may stand there twice by mistake, which a trial tells of."""
    left = list(columns)
    while (column := column_of(names, left)) is not None:
        different = {str(it[column]) for it in sample if it.get(column) not in (None, "")}
        if len(different) > _MOSTLY * len(sample):
            return column
        left.remove(column)
    return None


def match(its: Names, columns: Sequence[str], sample: Sample) -> dict[str, str]:
    """The columns of its fields. Of several of that name it is the one whose words are known."""
    found: dict[str, str] = {}
    for field, names in its.fields.items():
        left = [it for it in columns if it not in found.values()]
        column = column_of(names, left)
        known = set(map(alike, its.words.get(field, {})))
        if column is not None and known and not said(column, sample) & known:
            called = set(map(alike, names))
            others = (it for it in left if alike(it) in called and said(it, sample) & known)
            column = next(others, column)
        if column is not None:
            found[field] = column
    return found


def said(column: str, sample: Sample) -> set[str]:
    """The words that stand in a column."""
    return {alike(str(it[column])) for it in sample if it.get(column) not in (None, "")}
