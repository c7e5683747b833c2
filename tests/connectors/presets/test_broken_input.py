"""Cut, doubled, packed or in another encoding: every preset says what became of it."""

from __future__ import annotations

import gzip
import io
from collections import Counter

import pytest

from connectors.loading import load_connector, preset_names
from connectors.mapping.connector import Connector
from connectors.outcome import Empty, Mapped, Rejected, Skipped, Unmatched
from tests.connectors.presets.fixture import COMPANY
from tests.parts.examples import PROFILE

OUTCOMES = {Mapped, Skipped, Unmatched, Empty, Rejected}
#: Bytes between two cuts.
STRIDE = {"dev": 41, "ci": 7}.get(PROFILE, 1)
#: Of these each row is a record by itself.
ROWS = ("csv", "ndjson", "cef", "syslog")


def outcomes(connector: Connector, content: bytes) -> Counter[type]:
    found = Counter(type(it.outcome) for it in connector.read(io.BytesIO(content)))
    assert found.keys() <= OUTCOMES
    return found


def samples(connector: Connector) -> list[bytes]:
    return [case.in_.encode() for case in connector.page.tests]


@pytest.mark.parametrize("name", preset_names())
def test_a_cut_anywhere_has_outcomes_and_the_next_input_is_read(name: str) -> None:
    connector = load_connector(name, COMPANY, tested=True)
    for sample in samples(connector):
        whole = outcomes(connector, sample)
        for end in range(0, len(sample), STRIDE):
            outcomes(connector, sample[:end])
        assert outcomes(connector, sample) == whole


@pytest.mark.parametrize("name", preset_names())
def test_it_may_be_packed_and_is_dead_letters_or_the_same_in_another_encoding(name: str) -> None:
    connector = load_connector(name, COMPANY, tested=True)
    for sample in samples(connector):
        assert outcomes(connector, gzip.compress(sample)) == outcomes(connector, sample)
        outcomes(connector, sample.decode().encode("utf-16"))
        outcomes(connector, sample.decode().encode("gb18030"))


@pytest.mark.parametrize("name", preset_names())
def test_what_is_read_twice_has_the_same_ids(name: str) -> None:
    connector = load_connector(name, COMPANY, tested=True)
    for sample in samples(connector):
        once, again = (
            [
                (it.outcome.document["source"], it.outcome.document["id"])
                for it in connector.read(io.BytesIO(sample))
                if isinstance(it.outcome, Mapped)
            ]
            for _ in range(2)
        )
        assert once == again
        assert len(set(once)) == len(once)


def test_a_hundred_thousand_rows_with_a_fault_in_each_thousand_are_all_accounted_for() -> None:
    connector = load_connector("hr-csv", COMPANY, tested=True)
    head, row, *_ = connector.page.tests[0].in_.splitlines()
    rows = 100_000 if PROFILE != "dev" else 10_000
    lines = [head, *(row if number % 1000 else "=cmd|' /C calc'!A0" for number in range(rows))]
    found = outcomes(connector, "\n".join(lines).encode())
    assert found.total() == rows
    assert found[Rejected] == rows // 1000
