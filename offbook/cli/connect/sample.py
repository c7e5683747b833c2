"""`offbook connect init`: what a sample is, and the page that is proposed for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from connectors.decoding.decode import records
from connectors.decoding.options import Decoding
from connectors.loading import load_connector
from connectors.outcome import Rejected
from connectors.proposing.columns import known_headers
from connectors.proposing.proposal import LOOKED_AT, propose
from connectors.proposing.toml import text
from connectors.record import Record
from offbook.cli.connect.fitting import fitting

#: Bytes of a sample that are read: its head says what it is.
_HEAD: Final = 4 << 20
#: Presets that are named.
_PRESETS: Final = 3
_XLSX: Final = b"PK\x03\x04"
#: What rows that add up others begin with.
_TOTALS: Final = ["合计", "总计", "小计", "Total"]


class SampleError(ValueError):
    """A sample of which no page can be proposed. `str` says why, and what to do."""


def page_for(path: Path, source: str, company: Path | None) -> str:
    """A page in TOML for a file like this one, and the presets that are made for it, as remarks.
    Raises `SampleError`, `PageError` and `OSError`."""
    presets = [it.preset for it in fitting(path, company)[:_PRESETS]]
    with path.open("rb") as stream:
        content = stream.read(_HEAD)
    for decoding in _guesses(content):
        found = _records(path, decoding)
        if not found:
            continue
        proposed = propose(found, _told(decoding, found), source)
        if proposed is not None:
            return (
                "".join(f"# A preset is made for it: --preset {it}\n" for it in presets) + proposed
            )
    if presets:
        raise SampleError(f"{path}: a preset is made for it: --preset {presets[0]}")
    raise SampleError(
        f"{path}: has no column whose name says what it is, or no row. Write a page by hand"
        " (docs/connectors.md), or take a preset: --preset NAME"
    )


def _guesses(content: bytes) -> Iterator[Decoding]:
    """What it may be, the likeliest first."""
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(_XLSX):
        yield Decoding(format="xlsx", header_has=known_headers(), totals=_TOTALS)
        yield Decoding(format="xlsx")
        return
    if head[:1] in (b"{", b"["):
        yield Decoding(format="ndjson" if b"\n{" in head.strip() else "json")
        yield Decoding(format="json")
    elif head[:1] == b"<":
        yield Decoding(format="camt" if b"BkToCstmr" in head[:2000] else "xml")
    elif b"CEF:0|" in head[:2000]:
        yield Decoding(format="cef")
    elif b":61:" in head and b":25:" in head:
        yield Decoding(format="mt940")
    remarks = ["#"] if b"\n#" in content or head[:1] == b"#" else []
    yield Decoding(format="csv", header_has=known_headers(), skip_rows=remarks, totals=_TOTALS)
    yield Decoding(format="csv", skip_rows=remarks)


def _records(path: Path, decoding: Decoding) -> list[dict[str, Any]]:
    with path.open("rb") as stream:
        found = (it for it in records(stream, decoding) if isinstance(it, Record))
        return [it.value for it in islice(found, LOOKED_AT)]


def _told(decoding: Decoding, found: list[dict[str, Any]]) -> dict[str, Any]:
    """As it stands in a page. The header is known by one of its own columns, not by all names."""
    told: dict[str, Any] = {"format": decoding.format}
    if decoding.header_has is not None:
        known = set(decoding.wanted)
        told["header_has"] = next((it for it in found[0] if it in known), next(iter(found[0])))
        told["totals"] = _TOTALS
    if decoding.skip_rows:
        told["skip_rows"] = decoding.skip_rows
    return told


def page_over(preset: str, path: Path, source: str, company: Path | None) -> str:
    """A page that rests on a preset, with the words of this sample that its tables lack. Raises
    `PageError` and `OSError`."""
    connector = load_connector(preset, company)
    missing: Counter[tuple[str, str]] = Counter()
    with path.open("rb") as stream:
        for told in islice(connector.read(stream), LOOKED_AT):
            if isinstance(told.outcome, Rejected) and told.outcome.word:
                missing[told.outcome.table, told.outcome.word] += 1
    lines = [f"preset = {text(preset)}", f"source = {text(source)}  # which system it is"]
    lines.append('zone = "Asia/Shanghai"  # where the clock hangs that wrote these times')
    for table in dict.fromkeys(table for table, _ in missing):
        lines += ["", f"[tables.{table}]"]
        lines += (
            f'# {text(word)} = ""  # {count} times in the sample: what is it?'
            for (of, word), count in missing.most_common()
            if of == table
        )
    return "\n".join(lines) + "\n"
