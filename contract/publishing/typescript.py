"""The contract's types for TypeScript, and each example as a sample that must compile."""

from __future__ import annotations

import json
from typing import Final

from contract.kinds import KIND_OF_TYPE
from contract.publishing.client_types import (
    ClientField,
    ClientStruct,
    client_structs,
    pascal,
    wrapped,
)
from contract.publishing.examples import EXAMPLES
from contract.publishing.meanings import ATTRIBUTES
from contract.record_key import KEY_FIELDS

_SHAPES: Final = {
    "text": "string",
    "owner": "string",
    "decimal": "Decimal",
    "whole": "number",
    "flag": "boolean",
    "date": "LocalDate",
    "any": "Json",
}
_HEAD: Final = """\
// The events that Offbook reads. Rendered from the contract, do not edit:
// python -m contract.publishing.schemas

/** A decimal as a text, such as `"1280.00"`: a number of JavaScript would lose digits. */
export type Decimal = string;
/** A day, such as `"2026-03-31"`. */
export type LocalDate = string;
/** Anything that JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
"""


def typescript() -> dict[str, str]:
    """The rendered files by their path."""
    return {
        "clients/typescript/src/events.ts": _events(),
        "clients/typescript/sample/examples.ts": _examples(),
    }


def _events() -> str:
    structs = client_structs()
    parts = [_HEAD]
    for struct in structs:
        parts += [_words(struct.name, field) for field in struct.fields if field.words]
        parts.append(_interface(struct))
    parts.append(_envelope())
    kinds = [(it.name, it.kind) for it in structs if it.kind is not None]
    parts += [f'export type {name}Event = Envelope<"{kind.type}", {name}>;' for name, kind in kinds]
    union = "\n".join(f"  | {name}Event" for name, _ in kinds)
    parts.append(
        f"\n/** Any event, told apart by its `type`. */\nexport type OffbookEvent =\n{union};\n"
    )
    topics = "\n".join(f'  "{kind.type}": "{kind.topic}",' for _, kind in kinds if kind.topic)
    parts.append(
        "/** The topic of each type; a heartbeat may stand on any. */\n"
        f"export const TOPICS = {{\n{topics}\n}} as const;\n\n"
        "/** The topic that an event belongs on, without your prefix. */\n"
        "export function topicOf(event: Exclude<OffbookEvent, HeartbeatEvent>): string {\n"
        "  return TOPICS[event.type];\n}\n"
    )
    keys = "\n".join(
        f'  "{kind.type}": [{", ".join(json.dumps(it) for it in KEY_FIELDS[kind.data])}],'
        for _, kind in kinds
        if kind.topic
    )
    parts.append(
        f"const KEYS: {{ [type: string]: string[] }} = {{\n{keys}\n}};\n\n"
        "/** The key of its record: whose events keep their order; of reference data its id. */\n"
        "export function keyOf(event: Exclude<OffbookEvent, HeartbeatEvent>): string {\n"
        "  const data = event.data as unknown as { [name: string]: Json | undefined };\n"
        "  for (const name of KEYS[event.type] ?? []) {\n"
        "    const id = data[name];\n"
        '    if (typeof id === "string") return id;\n'
        "  }\n"
        "  throw new Error(`an event of ${event.type} names nobody`);\n}\n"
    )
    return "\n".join(parts)


def _envelope() -> str:
    lines = ["/** What is around every event: CloudEvents 1.0. */"]
    lines.append("export interface Envelope<Type extends string, Data> {")
    types = {"specversion": '"1.0"', "type": "Type", "data": "Data"}
    for name, meaning in ATTRIBUTES.items():
        lines += _comment(meaning.en, "  ")
        optional = "?" if name == "datacontenttype" else ""
        kind = '"application/json"' if optional else types.get(name, "string")
        lines.append(f"  {name}{optional}: {kind};")
    return "\n".join([*lines, "}\n"])


def _words(struct: str, field: ClientField) -> str:
    words = " | ".join(json.dumps(word) for word in field.words)
    return f"export type {struct}{pascal(field.name)} = {words};"


def _interface(struct: ClientStruct) -> str:
    lines = [*_comment(struct.meaning, ""), f"export interface {struct.name} {{"]
    for field in struct.fields:
        default = "" if field.default is None else f" Default: `{field.default}`."
        lines += _comment(field.meaning + default, "  ")
        optional = "" if field.required else "?"
        null = " | null" if field.shape == "owner" else ""
        lines.append(f"  {field.name}{optional}: {_type(struct, field)}{null};")
    return "\n".join([*lines, "}\n"])


def _type(struct: ClientStruct, field: ClientField) -> str:
    one = field.struct or _SHAPES.get(field.shape) or f"{struct.name}{pascal(field.name)}"
    if field.many:
        return f"{one}[]"
    return f"{{ [field: string]: {one} }}" if field.by_name else one


def _comment(text: str, indent: str) -> list[str]:
    if len(indent) + len(text) + 7 <= 100:
        return [f"{indent}/** {text} */"]
    return [f"{indent}/**", *wrapped(text, f"{indent} * "), f"{indent} */"]


def _examples() -> str:
    names = [kind.data.__name__ for kind in KIND_OF_TYPE.values()]
    imports = "".join(f"  {name}Event,\n" for name in names)
    parts = [
        "// One event of each type. Rendered from the contract, do not edit.\n"
        f'import {{\n{imports}  OffbookEvent,\n  keyOf,\n  topicOf,\n}} from "../src/events";\n'
    ]
    variables = []
    for kind in KIND_OF_TYPE.values():
        name = kind.data.__name__
        variables.append(name[0].lower() + name[1:])
        document = json.dumps(EXAMPLES[kind.type], ensure_ascii=False, indent=2)
        parts.append(f"const {variables[-1]}: {name}Event = {document};\n")
    listed = "".join(f"  {name},\n" for name in variables)
    parts.append(
        f"const all: OffbookEvent[] = [\n{listed}];\n\n"
        "for (const event of all) {\n"
        '  const heartbeat = event.type === "offbook.heartbeat.v1";\n'
        "  console.log(JSON.stringify({\n"
        '    topic: heartbeat ? "" : topicOf(event),\n'
        '    key: heartbeat ? "" : keyOf(event),\n'
        "    event,\n"
        "  }));\n}\n"
    )
    return "\n".join(parts)
