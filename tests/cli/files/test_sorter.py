from __future__ import annotations

import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offbook.cli.files.ndjson import InputError
from offbook.cli.files.sorter import Sorter


@given(st.lists(st.binary(max_size=30), max_size=200), st.integers(0, 3000))
def test_what_was_added_comes_out_in_order_whatever_the_limit(
    records: list[bytes], limit: int
) -> None:
    with Sorter(bytes, limit) as sorter:
        for record in records:
            sorter.add(record, len(record))
        assert sorter.count == len(records)
        assert list(sorter.drain()) == sorted(records)


def test_nothing_is_written_that_fits() -> None:
    with Sorter(bytes, 10_000) as sorter:
        for number in range(50):
            sorter.add(b"%d" % number, 64)
        assert sorter._file is None


def test_what_is_held_is_bounded_while_runs_are_written_and_merged() -> None:
    random, limit = Random(1), 1 << 20
    tracemalloc.start()
    try:
        with Sorter(bytes, limit) as sorter:
            for _ in range(60_000):
                sorter.add(random.randbytes(300), 364)
            assert len(sorter._runs) > 15
            before = b""
            for record in sorter.drain():
                assert before <= record
                before = record
        _, held = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 3 * limit, "18 MB went through"


def test_its_file_is_closed_whatever_happens() -> None:
    sorter = Sorter(bytes, 100)

    def fail() -> None:
        with sorter:
            for number in range(50):
                sorter.add(b"%d" % number, 64)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert sorter._file is not None
    assert sorter._file.closed


def test_no_folder_for_temporary_files_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(InputError) as caught, Sorter(bytes, 1) as sorter:
        sorter.add(b"x", 1)
    assert str(caught.value) == (
        "temporary files in /nowhere cannot be written: No such file or directory"
        " (TMPDIR says where else)"
    )
