from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from connectors.decoding import packed
from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, read

CONTENT = b"a,b\n1,2\n"
EXPECTED = [Record({"a": "1", "b": "2"}, 2)]


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_gzip_is_unpacked() -> None:
    assert read(gzip.compress(CONTENT), format="csv") == EXPECTED


def test_gzip_of_several_members_is_one_file() -> None:
    content = gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n")
    assert read(content, format="csv") == EXPECTED


def test_the_one_file_of_a_zip_file_is_read() -> None:
    content = zipped(**{"bill/": b"", "bill/data.csv": CONTENT, "__MACOSX/._data.csv": b"x"})
    assert read(content, format="csv") == EXPECTED


def test_a_zip_file_of_several_is_refused() -> None:
    item = fault(zipped(a=CONTENT, b=CONTENT), format="csv")
    assert item.last
    assert "2 files" in item.reason


def test_a_zip_file_with_a_password_is_refused() -> None:
    content = bytearray(zipped(a=CONTENT))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in fault(bytes(content), format="csv").reason


def test_zstd_is_refused_by_its_name() -> None:
    assert "zstd" in fault(b"\x28\xb5\x2f\xfd....", format="csv").reason


def test_what_is_cut_short_is_read_as_far_as_it_goes() -> None:
    *good, last = read(gzip.compress(b"a\n" + b"1\n" * 10)[:-4], format="csv")
    assert len(good) == 10
    assert isinstance(last, Undecodable)
    assert last.last
    assert "gzip" in last.reason


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(a=content)])
def test_what_is_made_to_burst_is_read_no_further(
    pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "UNSUSPECTED", 1 << 20)
    assert callable(pack)
    content = pack(b"a\n" + bytes(16 << 20))
    *_, last = read(content, format="csv")
    assert isinstance(last, Undecodable)
    assert "300 times" in last.reason


def test_what_grows_as_much_as_equal_rows_do_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "UNSUSPECTED", 1 << 20)
    row = b"6543210000000412003,Closed Lost,128000,6543210000000412101,2026-03-08T10:42:10+08:00\n"
    items = read(gzip.compress(b"a,b,c,d,e\n" + row * 30_000), format="csv")
    assert len(items) == 30_000
