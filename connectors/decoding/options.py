"""What the integrator says of how their input is written."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Format = Literal[
    "json",
    "ndjson",
    "csv",
    "xlsx",
    "xml",
    "form",
    "camt",
    "mt940",
    "cef",
    "syslog",
    "debezium",
]

#: Their line breaks, quotation marks and commas are the bytes of ASCII, and never half of another
#: character: a file can be cut into lines before it is decoded.
_NARROW: Final = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    # What calls itself one of these writes what only the newer one has.
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "latin-1": "latin-1",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
}
_WIDE: Final = {"utf-16": "utf-16", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be"}
#: As settings spell them, and as Python does.
ENCODINGS: Final = _NARROW | _WIDE
_WITH_HEADER: Final = ("csv", "xlsx")


class Decoding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`decode = {…}` of a connector. Raises `ValueError` where it contradicts itself."""

    format: Format
    #: `None` is a byte order mark, else UTF-8, else GB18030.
    encoding: str | None = None
    #: The header is the first line that has one of these as a cell: what stands before it is no
    #: data. `None` is the first line that is not blank.
    header_has: str | list[str] | None = None
    #: One character. `None` is the one of comma, tab, semicolon and bar that parts the header.
    delimiter: str | None = None
    #: Of an xlsx file; `None` is the first.
    sheet: str | None = None
    #: A line that begins with one of these is no data.
    skip_rows: list[str] = []
    #: A row whose first value begins with one of these adds up others and is no data, and neither
    #: are rows behind it that have as many cells as it has, and another number than the header.
    totals: list[str] = []
    #: Where the list of records is in a json or xml document, as `data.dataList`.
    records: str | None = None
    #: The names of the values, where a record of a json document is a list of them.
    columns: list[str] = []
    #: Our name of a field, and what else it is called. Of several that are there the first counts.
    aliases: dict[str, list[str]] = {}
    #: Fields whose text is JSON again, as `param` or `after.payload`: read in its place.
    json_in: list[str] = []

    def __post_init__(self) -> None:
        if self.encoding is not None and self.encoding.lower() not in ENCODINGS:
            raise ValueError(f"encoding is none of {', '.join(ENCODINGS)}")
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n\0'):
            raise ValueError("delimiter is not one character, or ends a line or a quotation")
        if self.header_has is not None and not all(self.wanted):
            raise ValueError("header_has is empty: leave it out if the header is the first line")
        if self.header_has is not None and self.format not in _WITH_HEADER:
            raise ValueError(f"header_has is for {' and '.join(_WITH_HEADER)}")
        if self.delimiter is not None and self.format != "csv":
            raise ValueError("delimiter is for csv")
        if self.sheet is not None and self.format != "xlsx":
            raise ValueError("sheet is for xlsx")
        if not all(self.skip_rows) or not all(self.totals):
            raise ValueError("skip_rows and totals have an empty text, which all rows begin with")
        if self.records is not None and self.format not in ("json", "xml"):
            raise ValueError("records is for json and xml")
        if self.records is not None and not all(self.records.split(".")):
            raise ValueError("records has an empty name: write it as data.list")
        if self.columns and self.format != "json":
            raise ValueError("columns is for json")
        if len(set(self.columns)) < len(self.columns) or not all(self.columns):
            raise ValueError("columns has a name twice, or an empty one: leave none out")
        if not all(all(path.split(".")) for path in self.json_in):
            raise ValueError("json_in has an empty name: write it as after.payload")

    @property
    def wanted(self) -> list[str]:
        """The cells by which a header is known, empty if by none."""
        if isinstance(self.header_has, str):
            return [self.header_has]
        return [""] if self.header_has == [] else self.header_has or []

    @property
    def codec(self) -> str | None:
        """`encoding` as Python calls it."""
        return None if self.encoding is None else ENCODINGS[self.encoding.lower()]
