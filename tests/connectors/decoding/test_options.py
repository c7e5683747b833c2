from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connectors.decoding.options import Decoding


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({}, "format"),
        ({"format": "yaml"}, "format"),
        ({"format": "csv", "skip_lines": ["#"]}, "skip_lines"),
        ({"format": "csv", "encoding": "utf-7"}, "gb18030"),
        ({"format": "csv", "delimiter": ", "}, "one character"),
        ({"format": "csv", "delimiter": '"'}, "quotation"),
        ({"format": "csv", "header_has": []}, "leave it out"),
        ({"format": "csv", "header_has": ""}, "leave it out"),
        ({"format": "json", "header_has": "a"}, "csv and xlsx"),
        ({"format": "json", "delimiter": ";"}, "delimiter"),
        ({"format": "csv", "sheet": "1"}, "sheet"),
        ({"format": "csv", "skip_rows": [""]}, "empty text"),
        ({"format": "csv", "totals": [""]}, "empty text"),
        ({"format": "csv", "records": "a"}, "records"),
        ({"format": "json", "records": "a..b"}, "data.list"),
        ({"format": "json", "json_in": [""]}, "json_in"),
        ({"format": "csv", "columns": ["a"]}, "columns is for json"),
        ({"format": "json", "columns": ["a", "a"]}, "twice"),
        ({"format": "json", "columns": ["a", ""]}, "empty"),
    ],
)
def test_what_contradicts_itself_is_told(table: dict[str, Any], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(table, Decoding)


def test_settings_are_read() -> None:
    table = {"format": "csv", "encoding": "GBK", "header_has": ["a", "b"], "skip_rows": ["#"]}
    decoding = msgspec.convert(table, Decoding)
    assert decoding.wanted == ["a", "b"]
    assert decoding.codec == "gb18030"
