"""The contract's types for Java: a record with a builder for each.

Components have Java's names, and `toMap` the contract's: what it returns is made of maps, lists,
texts, numbers and booleans only, so any JSON library writes it as it is meant. Left to a library's
own idea of a record, a date would need a module, an amount might become a float, and an `owner`
that was never mentioned would be written as null, which says that it is nobody's.
"""

from __future__ import annotations

from typing import Final

from contract.publishing.client_types import (
    ClientField,
    ClientStruct,
    client_structs,
    pascal,
    wrapped,
)
from contract.publishing.java_examples import HEAD, camel, java_examples
from contract.record_key import KEY_FIELDS

FOLDER: Final = "clients/java/src/main/java/offbook/events"
_SHAPES: Final = {
    "text": "String",
    "owner": "Owner",
    "decimal": "BigDecimal",
    "whole": "Long",
    "flag": "Boolean",
    "date": "LocalDate",
    "any": "Object",
}


def java() -> dict[str, str]:
    """The rendered files by their path."""
    structs = client_structs()
    files = {f"{FOLDER}/{it.name}.java": _record(it) for it in structs}
    names = ", ".join(it.name for it in structs if it.kind is not None)
    files[f"{FOLDER}/EventData.java"] = _event_data(names)
    return files | java_examples()


def _event_data(names: str) -> str:
    permits = "\n".join(wrapped(f"permits {names}", "        "))
    return f"""{HEAD}
/** What an event says, by its type. */
public sealed interface EventData extends Json.Part
{permits} {{
    /** The CloudEvents {{@code type}}. */
    String type();

    /** The topic it belongs on, without your prefix; empty for a heartbeat. */
    String topic();

    /** The key of its record: whose events keep their order, of reference data its id; or null. */
    String key();
}}
"""


def _record(struct: ClientStruct) -> str:
    data = struct.kind is not None
    components = ",\n".join(f"        {_type(it)} {camel(it.name)}" for it in struct.fields)
    lines = [
        HEAD,
        *_imports(struct),
        *_javadoc(struct),
        f"public record {struct.name}(\n{components})",
        f"        implements {'EventData' if data else 'Json.Part'} {{",
        *_constants(struct),
        *(line for it in struct.fields if it.words for line in _enum(it)),
        *_constructor(struct),
        *_to_map(struct),
        *_builder(struct),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _imports(struct: ClientStruct) -> list[str]:
    used = {
        "java.math.BigDecimal": any(it.shape == "decimal" for it in struct.fields),
        "java.time.LocalDate": any(it.shape == "date" for it in struct.fields),
        "java.util.LinkedHashMap": True,
        "java.util.List": any(it.many for it in struct.fields),
        "java.util.Map": True,
        "java.util.Objects": any(it.required for it in struct.fields),
    }
    return [*(f"import {name};" for name, is_used in used.items() if is_used), ""]


def _javadoc(struct: ClientStruct) -> list[str]:
    lines = ["/**", *wrapped(_html(struct.meaning), " * "), " *"]
    for field in struct.fields:
        text = field.meaning + ("" if field.required else " May be null.")
        if field.shape == "owner":
            text = field.meaning.replace("null:", "`Owner.NOBODY`:") + " Null does not mention it."
        if field.default is not None:
            text += f" Then it is `{field.default}`."
        lines += wrapped(f"@param {camel(field.name)} {_html(text)}", " * ")
    return [*lines, " */"]


def _html(text: str) -> str:
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    parts = plain.split("`")
    return "".join(f"{{@code {it}}}" if n % 2 else it for n, it in enumerate(parts))


def _constants(struct: ClientStruct) -> list[str]:
    if struct.kind is None:
        return []
    key = "null"
    for name in reversed(KEY_FIELDS[struct.kind.data]):
        key = camel(name) if key == "null" else f"{camel(name)} != null ? {camel(name)} : {key}"
    lines = [
        "    /** The CloudEvents {@code type}. */",
        f'    public static final String TYPE = "{struct.kind.type}";',
        "    /** The topic it belongs on, without your prefix. */",
        f'    public static final String TOPIC = "{struct.kind.topic}";',
    ]
    for name, value in (("type", "TYPE"), ("topic", "TOPIC"), ("key", key)):
        lines += [
            "",
            "    @Override",
            f"    public String {name}() {{",
            f"        return {value};",
            "    }",
        ]
    return lines


def _enum(field: ClientField) -> list[str]:
    name = pascal(field.name)
    return [
        "",
        f"    /** {_html(field.meaning)} */",
        f"    public enum {name} implements Json.Word {{",
        ",\n".join(f'        {word.upper()}("{word}")' for word in field.words) + ";",
        "",
        "        private final String json;",
        "",
        f"        {name}(String json) {{",
        "            this.json = json;",
        "        }",
        "",
        "        @Override",
        "        public String json() {",
        "            return json;",
        "        }",
        "    }",
    ]


def _constructor(struct: ClientStruct) -> list[str]:
    lines = ["", "    /** Refuses null for what is required. */", f"    public {struct.name} {{"]
    for field in struct.fields:
        name = camel(field.name)
        if field.required:
            lines.append(f'        Objects.requireNonNull({name}, "{name}");')
        if field.many:
            lines.append(f"        {name} = {name} == null ? List.of() : List.copyOf({name});")
        if field.by_name:
            lines.append(f"        {name} = {name} == null ? null : Map.copyOf({name});")
    return [*lines, "    }"] if len(lines) > 3 else []


def _to_map(struct: ClientStruct) -> list[str]:
    puts = [f'        Json.put(map, "{it.name}", {camel(it.name)});' for it in struct.fields]
    return [
        "",
        "    /** What is said, with the contract's names, for any JSON library to write. */",
        "    @Override",
        "    public Map<String, Object> toMap() {",
        "        Map<String, Object> map = new LinkedHashMap<>();",
        *puts,
        "        return map;",
        "    }",
        "",
        "    /** The names of what is said, no value: a log of it names nobody. */",
        "    @Override",
        "    public String toString() {",
        f'        return "{struct.name}" + toMap().keySet();',
        "    }",
    ]


def _builder(struct: ClientStruct) -> list[str]:
    lines = [
        "",
        "    public static Builder builder() {",
        "        return new Builder();",
        "    }",
        "",
        "    /** Takes the components by name. */",
        "    public static final class Builder {",
    ]
    lines += [f"        private {_type(it)} {camel(it.name)};" for it in struct.fields]
    for field in struct.fields:
        lines += _setter(_type(field), camel(field.name), camel(field.name))
        if field.shape == "decimal":
            lines += _setter("String", camel(field.name), f"new BigDecimal({camel(field.name)})")
        if field.shape == "owner":
            lines += _setter("String", camel(field.name), f"Owner.of({camel(field.name)})")
    arguments = ", ".join(camel(it.name) for it in struct.fields)
    return [
        *lines,
        "",
        f"        public {struct.name} build() {{",
        f"            return new {struct.name}(",
        *wrapped(f"{arguments});", " " * 20),
        "        }",
        "    }",
    ]


def _setter(kind: str, name: str, value: str) -> list[str]:
    return [
        "",
        f"        public Builder {name}({kind} {name}) {{",
        f"            this.{name} = {value};",
        "            return this;",
        "        }",
    ]


def _type(field: ClientField) -> str:
    one = field.struct or _SHAPES.get(field.shape) or pascal(field.name)
    if field.many:
        return f"List<{one}>"
    return f"Map<String, {one}>" if field.by_name else one
