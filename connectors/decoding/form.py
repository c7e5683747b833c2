"""Reads the body of a form: `name=value&…`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from connectors.decoding.broken import BrokenInputError
from connectors.decoding.heading import canonical
from connectors.decoding.options import Decoding
from connectors.decoding.text import LONGEST, text_of, whole
from connectors.record import Record

_FIELDS: Final = 1000


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record]:
    """One; a name that is repeated has a list. Raises `BrokenInputError`."""
    text = text_of(whole(stream, LONGEST), decoding.codec).strip()
    if not text:
        raise BrokenInputError("it is empty", "Send name=value&…")
    pairs = None
    for encoding in [decoding.codec] if decoding.codec else ["utf-8", "gb18030"]:
        try:
            pairs = parse_qsl(
                text,
                keep_blank_values=True,
                strict_parsing=True,
                encoding=encoding,
                errors="strict",
                max_num_fields=_FIELDS,
            )
            break
        except UnicodeDecodeError:
            continue
        except ValueError as error:
            raise BrokenInputError(
                "it is no form, or has too many fields", f"Send name=value&…, at most {_FIELDS}"
            ) from error
    if pairs is None:
        raise BrokenInputError("its values are in no encoding we know", 'Say encoding = "…"')
    value: dict[str, Any] = {}
    names = dict(zip(given := list(dict(pairs)), canonical(given, decoding.aliases), strict=True))
    for given_name, text in pairs:
        name = names[given_name]
        if name not in value:
            value[name] = text
        elif isinstance(there := value[name], list):
            there.append(text)
        else:
            value[name] = [there, text]
    yield Record(value)
