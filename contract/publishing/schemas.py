"""The contract for machines and people, rendered from the types.

    python -m contract.publishing.schemas [--check] [--root DIR]

writes `docs/schemas/<type>.json`, `docs/asyncapi.yaml`, `docs/events.md`, `docs/events.zh.md`, and
the types of those who send: in `offbook/produce/`, `clients/typescript/` and `clients/java/`.
With `--check` it writes nothing and exits 1 naming each file that is not current.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from contract.action import Action
from contract.alert import Alert
from contract.allowance import AllowanceRecord
from contract.checks import bare, may_be_null
from contract.decoding.attributes import Attribute
from contract.handled import HandledLetters
from contract.kinds import KIND_OF_TYPE, Kind
from contract.publishing import alert_meanings, meanings
from contract.publishing.examples import EXAMPLES
from contract.types import IMAGE_KEYS, CrmEdit, EventData, Image

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Every RFC 3339 time ends in an offset; `format` alone is not checked by most validators.
_HAS_OFFSET = r"(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)(?![\s\S])"

Schema = dict[str, Any]


def event_schema(kind: Kind) -> Schema:
    """The JSON Schema of one type's structured CloudEvents document."""
    definitions: dict[str, Schema] = {}
    data = _of(kind.data, definitions)
    attribute = _of(Attribute, definitions)
    properties: dict[str, Schema] = {
        "specversion": {"const": "1.0"},
        "id": attribute,
        "source": attribute,
        "type": {"const": kind.type},
        "time": {"type": "string", "format": "date-time", "pattern": _HAS_OFFSET},
        "datacontenttype": {"type": ["string", "null"]},
        "data": data,
    }
    return {
        "$schema": DIALECT,
        "$id": f"{kind.type}.json",
        "title": kind.type,
        "description": f"{meanings.TYPES[kind.data].en} {_where(kind)}",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "data"],
        "properties": {
            name: schema | {"description": meanings.ATTRIBUTES[name].en}
            for name, schema in properties.items()
        }
        | {"data_base64": {"description": "Bytes are no event.", "type": "null"}},
        "$defs": definitions,
        "examples": [EXAMPLES[kind.type]],
    }


def _where(kind: Kind) -> str:
    return f"On topic `{kind.topic}`." if kind.topic else "On any source topic."


def alert_schema() -> Schema:
    """The JSON Schema of an alert on `offbook.alerts`."""
    return _schema("offbook.alert.v1", Alert)


def action_schema() -> Schema:
    """The JSON Schema of an action on `offbook.actions`."""
    return _schema("offbook.action.v1", Action)


def allowance_schema() -> Schema:
    """The JSON Schema of an allowance on `offbook.allowances`."""
    return _schema("offbook.allowance.v1", AllowanceRecord)


def handled_schema() -> Schema:
    """The JSON Schema of what was done about dead letters, on `offbook.dlq-handled`."""
    return _schema("offbook.dlq-handled.v1", HandledLetters)


def _schema(name: str, of: type[Struct]) -> Schema:
    definitions: dict[str, Schema] = {}
    reference = _of(of, definitions)
    return {
        "$schema": DIALECT,
        "$id": f"{name}.json",
        "title": name,
        **reference,
        "$defs": definitions,
    }


def _of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    """The schema of a type as annotated; structs become entries of `definitions`."""
    if hint is Any:
        return {}
    if may_be_null(hint):
        return _or_null(_of(bare(hint), definitions))
    args = get_args(hint)
    origin = get_origin(hint)
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": _of(args[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(args[1], definitions)}
    if hasattr(hint, "__metadata__"):
        return _limited(args[0], next(meta for meta in args if isinstance(meta, Meta)))
    if hint is Image:
        return {"type": "object"}  # what it holds depends on the object's type: see _images_of
    if isinstance(hint, type) and issubclass(hint, Struct):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] |= _struct(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return dict(_SIMPLE[hint])


_SIMPLE: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Decimal: {"type": ["string", "number"]},
}


def _limited(base: Any, meta: Meta) -> Schema:
    limits = {
        "description": meta.description,
        "minLength": meta.min_length,
        "maxLength": meta.max_length,
        "minimum": meta.ge,
        "maximum": meta.le,
    }
    schema = dict(_SIMPLE[base]) | limits | (meta.extra_json_schema or {})
    return {name: to for name, to in schema.items() if to is not None}


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        words = [word for word in schema["enum"] if word is not None]
        return schema | {"enum": [*words, None]}
    if "type" in schema:
        own = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return schema | {"type": [*(name for name in own if name != "null"), "null"]}
    return {"anyOf": [schema, {"type": "null"}]} if "$ref" in schema else schema


def _struct(cls: type[Struct], definitions: dict[str, Schema]) -> Schema:
    hints = get_type_hints(cls, include_extras=True)
    texts = _texts(cls)
    properties: dict[str, Schema] = {}
    for field in msgspec.structs.fields(cls):
        schema = _of(hints[field.name], definitions)
        if not field.required:  # null says the same as leaving the field out, whatever its default
            schema = _or_null(schema)
        text = texts.get(field.name)
        if text is not None:
            limits = schema.get("description")
            described = text.en if limits is None else f"{text.en} As {limits}."
            schema = {"description": described} | {
                k: v for k, v in schema.items() if k != "description"
            }
        if field.default not in (msgspec.NODEFAULT, msgspec.UNSET, None):
            schema["default"] = field.default
        properties[field.name] = schema
    schema = {
        "description": _meaning(cls),
        "type": "object",
        "required": [field.name for field in msgspec.structs.fields(cls) if field.required],
        "properties": properties,
    }
    if cls is CrmEdit:
        schema["allOf"] = [_images_of(name, keys, definitions) for name, keys in _IMAGES]
    return schema


_IMAGES = tuple((name, keys) for name, keys in IMAGE_KEYS.items() if keys)


def _images_of(object_type: str, keys: frozenset[str], definitions: dict[str, Schema]) -> Schema:
    """Field images hold the well-known keys of the object's type, and any others as they like."""
    name = f"ImageOf{object_type.capitalize()}"
    whole = _struct(Image, definitions)
    definitions[name] = {
        "description": f"The well-known keys of an object of type `{object_type}`.",
        "type": "object",
        "properties": {key: value for key, value in whole["properties"].items() if key in keys},
    }
    image = {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]}
    of_type = {"properties": {"type": {"const": object_type}}, "required": ["type"]}
    return {
        "if": {"properties": {"object": of_type}, "required": ["object"]},
        "then": {"properties": {"before": image, "after": image}},
    }


#: What we write ourselves.
_WRITTEN: dict[type[Struct], dict[str, meanings.Meaning]] = {
    Alert: alert_meanings.ALERT,
    Action: alert_meanings.ACTION,
    AllowanceRecord: alert_meanings.ALLOWANCE,
    HandledLetters: alert_meanings.HANDLED,
}


def _texts(cls: type[Struct]) -> dict[str, meanings.Meaning]:
    if cls in _WRITTEN:
        return _WRITTEN[cls]
    return meanings.FIELDS.get(cls, {}) if issubclass(cls, EventData) else {}


def _meaning(cls: type[Struct]) -> str:
    if issubclass(cls, EventData) and cls in meanings.TYPES:
        return meanings.TYPES[cls].en
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def rendered() -> dict[str, str]:
    """Every rendered file's text by its path from the root."""
    from contract.publishing.asyncapi import asyncapi
    from contract.publishing.java import java
    from contract.publishing.pages import page
    from contract.publishing.python_types import python_types
    from contract.publishing.typescript import typescript
    from contract.publishing.yaml import to_yaml

    dump = partial(json.dumps, ensure_ascii=False, indent=2)
    kinds = KIND_OF_TYPE.values()
    files = {f"schemas/{kind.type}.json": dump(event_schema(kind)) + "\n" for kind in kinds}
    files["schemas/offbook.alert.v1.json"] = dump(alert_schema()) + "\n"
    files["schemas/offbook.action.v1.json"] = dump(action_schema()) + "\n"
    files["schemas/offbook.allowance.v1.json"] = dump(allowance_schema()) + "\n"
    files["schemas/offbook.dlq-handled.v1.json"] = dump(handled_schema()) + "\n"
    files["asyncapi.yaml"] = to_yaml(asyncapi())
    files["events.md"] = page("en")
    files["events.zh.md"] = page("zh")
    below_docs = {f"docs/{name}": text for name, text in files.items()}
    return below_docs | python_types() | typescript() | java()


def stale(root: Path) -> list[Path]:
    """The rendered files below `root` that are missing, different, or rendered no longer."""
    files = {root / name: text for name, text in rendered().items()}
    wrong = [
        path
        for path, text in files.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    there = sorted((root / "docs/schemas").glob("*")) + [
        path
        for path in sorted((root / "clients/java").rglob("*.java"))
        if path.read_text("utf-8").startswith("// Rendered")
    ]
    return wrong + [path for path in there if path not in files]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` name the stale ones; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m contract.publishing.schemas")
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the project (.)")
    options = parser.parse_args(argv)
    if options.check:
        paths = stale(options.root)
        for path in paths:
            print(
                f"{path} is not current: run python -m contract.publishing.schemas", file=sys.stderr
            )
        return 1 if paths else 0
    for name, text in rendered().items():
        path = options.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
