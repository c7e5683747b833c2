"""The data of events as Python classes to be filled in by hand: `offbook.produce.events`.

They are not the contract's own: whoever sends may write an amount as a text and a day as a text,
and must not see values in what a class prints of itself.
"""

from __future__ import annotations

from contract.publishing.client_types import (
    ClientField,
    ClientStruct,
    client_structs,
    pascal,
    wrapped,
)

_HEAD = '''"""The data of events, to be filled in. Rendered from the contract: do not edit.

    python -m contract.publishing.schemas

An amount is a text such as "1280.00", a `Decimal` or an `int`; a day a `date` or "2026-03-31".
"""

from __future__ import annotations

{imports}
'''
_SHAPES = {
    "text": "str",
    "owner": "str | UnsetType | None",
    "decimal": "str | Decimal | int",
    "whole": "int",
    "flag": "bool",
    "date": "date | str",
    "any": "Any",
}


def _module(structs: list[ClientStruct], imports: str) -> str:
    parts = [_HEAD.format(imports=imports)]
    for struct in structs:
        parts += [_words(struct.name, field) for field in struct.fields if field.words]
    parts += [f"\n{_class(struct)}" for struct in structs]
    return "\n".join(parts) + "\n"


def python_types() -> dict[str, str]:
    """The modules by their path: the data of events, and the parts that a CRM edit is made of."""
    structs = client_structs()
    parts = [it for it in structs if it.kind is None or it.name == "CrmEdit"]
    others = [it for it in structs if it not in parts]
    return {
        "offbook/produce/crm_edit.py": _module(
            parts,
            "from decimal import Decimal\nfrom typing import Any, Literal\n\n"
            "from msgspec import UNSET, UnsetType\n\nfrom offbook.produce.data import Data",
        ),
        "offbook/produce/events.py": _module(
            others,
            "from datetime import date\nfrom decimal import Decimal\nfrom typing import Literal\n\n"
            "from msgspec import UNSET, UnsetType\n\n"
            "from offbook.produce.crm_edit import Difference\n"
            "from offbook.produce.data import Data",
        ),
    }


def _words(struct: str, field: ClientField) -> str:
    words = "".join(f'    "{word}",\n' for word in field.words)
    return f"{struct}{pascal(field.name)} = Literal[\n{words}]"


def _class(struct: ClientStruct) -> str:
    lines = [f"\nclass {struct.name}(Data, frozen=True, kw_only=True):"]
    lines += [*_docstring(struct.meaning), ""]
    for field in struct.fields:
        lines.append(f"    {field.name}: {_type(struct, field)}{_default(field)}")
        lines += _docstring(field.meaning)
    return "\n".join(lines)


def _docstring(text: str) -> list[str]:
    lines = wrapped(f'"""{text}', "    ", 97)
    if len(lines) == 1:
        return [f'{lines[0]}"""']
    return [*lines, '    """']


def _type(struct: ClientStruct, field: ClientField) -> str:
    one = field.struct or _SHAPES.get(field.shape) or f"{struct.name}{pascal(field.name)}"
    if field.many:
        return f"tuple[{one}, ...] | list[{one}]"
    if field.by_name:
        one = f"dict[str, {one}]"
    optional = not field.required and field.default is None and field.shape not in ("owner", "any")
    return f"{one} | None" if optional else one


def _default(field: ClientField) -> str:
    if field.required:
        return ""
    if field.shape == "owner":
        return " = UNSET"
    if field.many:
        return " = ()"
    return f' = "{field.default}"' if isinstance(field.default, str) else f" = {field.default}"
