"""Each example of the contract as Java that must compile, and write what the contract reads."""

from __future__ import annotations

import json
from typing import Any, Final

from contract.kinds import KIND_OF_TYPE
from contract.publishing.client_types import ClientField, ClientStruct, client_structs, pascal
from contract.publishing.examples import EXAMPLES

HEAD: Final = """\
// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;
"""


def camel(name: str) -> str:
    """`payee_account` as `payeeAccount`."""
    return name[0].lower() + pascal(name)[1:]


def java_examples() -> dict[str, str]:
    """The sample by its path."""
    return {"clients/java/src/test/java/offbook/events/Examples.java": _examples(client_structs())}


def _examples(structs: tuple[ClientStruct, ...]) -> str:
    by_name = {it.name: it for it in structs}
    made = []
    for kind in KIND_OF_TYPE.values():
        example = EXAMPLES[kind.type]
        data = _built(by_name[kind.data.__name__], example["data"], by_name, " " * 16)
        made.append(
            f"            new Event({_quoted(example['id'])}, {_quoted(example['source'])},\n"
            f"                OffsetDateTime.parse({_quoted(example['time'])}),\n"
            f"                {data})"
        )
    listed = ",\n".join(made)
    return f"""{HEAD}
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/** One event of each type, written as JSON to standard output, a line each. */
public final class Examples {{
    private Examples() {{
    }}

    public static void main(String[] arguments) {{
        List<Event> all = List.of(
{listed});
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (Event event : all) {{
            String key = event.data().key();
            out.println(Json.text(Map.of(
                    "topic", event.data().topic(),
                    "key", key == null ? "" : key,
                    "event", event.toMap())));
        }}
    }}
}}
"""


def _built(
    struct: ClientStruct, said: dict[str, Any], by_name: dict[str, ClientStruct], indent: str
) -> str:
    deeper = indent + "    "
    fields = {it.name: it for it in struct.fields}
    calls = [
        f"\n{deeper}.{camel(name)}({_value(struct, fields[name], value, by_name, deeper)})"
        for name, value in said.items()
    ]
    return f"{struct.name}.builder(){''.join(calls)}\n{deeper}.build()"


def _value(
    struct: ClientStruct,
    field: ClientField,
    value: Any,
    by_name: dict[str, ClientStruct],
    indent: str,
) -> str:
    if field.many:
        return f"List.of({', '.join(map(_quoted, value))})"
    if field.by_name:
        pairs = (
            f"{_quoted(key)}, {_built(by_name[field.struct], one, by_name, indent)}"
            for key, one in value.items()
        )
        return f"Map.of({', '.join(pairs)})"
    if field.struct:
        return _built(by_name[field.struct], value, by_name, indent)
    if field.shape == "word":
        return f"{struct.name}.{pascal(field.name)}.{value.upper()}"
    if field.shape == "date":
        return f"LocalDate.parse({_quoted(value)})"
    if field.shape == "whole":
        return f"{value}L"
    return json.dumps(value) if field.shape == "flag" else _quoted(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
