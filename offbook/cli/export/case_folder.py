"""Writes a case as a folder: pages in both languages, evidence as it stood on Kafka, the rules with
their numbers, what was done, and a checksum of every file.

    index.en.html, index.zh.html   the case, to be read in a browser or printed
    alerts/<alert_id>.json         each alert as on its topic
    evidence/<n>.record            the value of a Kafka record, byte by byte
    evidence/records.json          where each stood: topic, partition, offset, time, key, headers
    rules/<detector>.json          what the rule catches, misses, and its numbers then and now
    actions.json                   what was done about the alerts, in the order of the log
    manifest.json, SHA256SUMS      the checksums; `sha256sum -c SHA256SUMS` holds the files to them
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import orjson

from desk.explain.explanation import Explanation
from offbook.cli.export.exported import About, Exported
from offbook.cli.export.page import page
from offbook.cli.export.records import Record

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


class ExportError(RuntimeError):
    """The folder cannot be written. One line."""

    retryable: ClassVar[bool] = False


def write_case(folder: Path, about: About, alerts: Sequence[Exported]) -> list[str]:
    """Write the folder, which must not be there yet; the names of its files. Raises
    `ExportError`."""
    files = dict(_files(about, alerts))
    sums = {name: sha256(content).hexdigest() for name, content in sorted(files.items())}
    files[MANIFEST] = _json({**msgspec.to_builtins(about), "files": sums, "algorithm": "SHA-256"})
    # Of the manifest too, so that one line of the log or a seal can stand for all.
    sums[MANIFEST] = sha256(files[MANIFEST]).hexdigest()
    files[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    try:
        folder.mkdir(parents=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    except FileExistsError:
        raise ExportError(f"{folder}: is there already: name another with --to") from None
    except OSError as error:
        raise ExportError(f"{folder}: cannot be written: {error.strerror}") from None
    return sorted(files)


def _files(about: About, alerts: Sequence[Exported]) -> Iterator[tuple[str, bytes]]:
    numbered = _numbered(alerts)
    for language in ("en", "zh"):
        yield f"index.{language}.html", page(about, alerts, numbered, language).encode()
    for it in alerts:
        yield f"alerts/{it.alert.alert_id}.json", _json(it.alert)
        yield f"rules/{it.alert.detector}.json", _json(_rule(it.explanation))
    for place, record in numbered.items():
        if record.value is not None:
            yield f"evidence/{place}.record", record.value
    yield "evidence/records.json", _json([_told(*it) for it in numbered.items()])
    actions = {it.alert.alert_id: it.handling.history for it in alerts}
    yield "actions.json", _json(actions)


def _numbered(alerts: Sequence[Exported]) -> dict[str, Record]:
    """The records, each once, under the numbers of their files; several alerts may rest on one."""
    places = {
        (it.evidence.topic, it.evidence.partition, it.evidence.offset): it
        for alert in alerts
        for it in alert.records
    }
    return {f"{number:03}": it for number, it in enumerate(places.values(), 1)}


def _told(place: str, record: Record) -> Mapping[str, Any]:
    it = record.evidence
    return {
        "file": f"{place}.record" if record.is_there else None,
        "gone": not record.is_there,
        "topic": it.topic,
        "partition": it.partition,
        "offset": it.offset,
        "timestamp_ms": record.timestamp,
        "key": _text(record.key),
        "headers": [[name, _text(value)] for name, value in record.headers],
        "source": it.source,
        "id": it.id,
        "type": it.type,
        "time": it.time,
    }


def _rule(explanation: Explanation) -> Mapping[str, Any]:
    return {
        "detector": explanation.alert.detector,
        "catches": explanation.catches,
        "parameters": explanation.params,
        "measured": explanation.measured,
        "runbook": explanation.runbook,
    }


def _text(value: bytes | None) -> str | None:
    """As text where it is; else in base64, and says so."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(value).decode()


def _json(it: Any) -> bytes:
    return orjson.dumps(msgspec.to_builtins(it), option=orjson.OPT_INDENT_2) + b"\n"
