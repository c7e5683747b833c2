"""Reads an input of any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

from msgspec import structs

from connectors.decoding import camt, cef, debezium, form, json, mt940, sheet, syslog, table, xml
from connectors.decoding.broken import BrokenInputError
from connectors.decoding.options import Decoding
from connectors.decoding.packed import opened
from connectors.record import Record, Undecodable

_READERS: Final[Mapping[str, Callable[..., Iterator[Record | Undecodable]]]] = {
    "json": json.records,
    "ndjson": json.records_by_line,
    "csv": table.records,
    "xlsx": sheet.records,
    "xml": xml.records,
    "form": form.records,
    "camt": camt.records,
    "mt940": mt940.records,
    "cef": cef.records,
    "syslog": syslog.records,
    "debezium": debezium.records,
}


def records(stream: BinaryIO, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """What `stream` has in it, from where it stands; it may be packed with gzip, or as the one file
    of a zip file.

    Nothing is read before the first is asked for. csv, ndjson, cef and syslog take as much memory
    as their longest line, of at most 1 MiB; the other formats are held whole, at most 64 MiB.
    Whatever the bytes are, it raises nothing; if `stream` itself cannot be read, its `OSError`.
    """
    try:
        for item in _READERS[decoding.format](opened(stream), decoding):
            yield _unfolded(item, decoding)
    except BrokenInputError as error:
        yield error.what


def _unfolded(item: Record | Undecodable, decoding: Decoding) -> Record | Undecodable:
    if not decoding.json_in or isinstance(item, Undecodable):
        return item
    try:
        value = json.unfolded(item.value, decoding.json_in)
    except json.NotJsonError as error:
        return Undecodable(error.reason, "Take it out of json_in if it is not JSON", item.line)
    return structs.replace(item, value=value)
