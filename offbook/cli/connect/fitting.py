"""Which presets are made for a sample."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from connectors.loading import load_presets
from connectors.mapping.connector import Connector
from connectors.outcome import Mapped, Rejected, Skipped

#: Records of the sample that each preset is tried on.
_LOOKED_AT: Final = 200


class Fitting(NamedTuple):
    """So many of the records that were looked at a rule of the preset is for, and so many of them
    are events already, before anything of the company's is known."""

    preset: str
    known: int
    mapped: int
    of: int


def fitting(path: Path, company: Path | None = None) -> list[Fitting]:
    """The presets that have a rule for most of a sample, the best first. Raises `OSError` and
    `PageError`."""
    found = (_tried(it, path) for it in load_presets(company))
    good = [it for it in found if it.of and 2 * it.known > it.of]
    return sorted(good, key=lambda it: (-it.known / it.of, -it.mapped))


def _tried(connector: Connector, path: Path) -> Fitting:
    known = mapped = of = 0
    with path.open("rb") as stream:
        for told in islice(connector.read(stream), _LOOKED_AT):
            of += 1
            outcome = told.outcome
            if isinstance(outcome, Mapped):
                mapped += 1
                known += 1
            elif isinstance(outcome, Rejected):
                # That a word stands in no table is a company's to mend; that a field has nothing to
                # be made of says that the record is of another kind.
                known += bool(outcome.word)
            else:
                known += isinstance(outcome, Skipped)
    return Fitting(connector.page.name, known, mapped, of)
