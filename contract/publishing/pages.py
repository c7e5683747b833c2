"""The page for integrators, in English and Chinese."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from contract import fields
from contract import types as t
from contract.action import Action
from contract.alert import Alert
from contract.allowance import AllowanceRecord
from contract.checks import bare
from contract.kinds import HEARTBEAT, KINDS, Kind
from contract.publishing import alert_meanings, meanings
from contract.publishing.asyncapi import DEAD_LETTER_HEADERS
from contract.publishing.examples import EXAMPLES
from contract.publishing.meanings import Meaning
from contract.publishing.page_words import EN, STAGES, ZH, PageWords

Language = Literal["en", "zh"]

_M = Meaning

_TYPES: dict[Any, Meaning] = {
    fields.Id: _M("id", "编号"),
    fields.Account: _M("account", "账号"),
    fields.Text: _M("text ≤ 4096", "文本 ≤ 4096"),
    fields.Phone: _M("phone", "电话"),
    fields.Email: _M("e-mail", "邮箱"),
    fields.Address: _M("address", "地址"),
    fields.Excerpt: _M("text ≤ 500", "文本 ≤ 500"),
    fields.TipText: _M("text ≤ 65 536", "文本 ≤ 65 536"),
    fields.Amount: _M("amount", "金额"),
    fields.Percent: _M("percentage", "百分比"),
    fields.Currency: _M("currency", "币种代码"),
    fields.Count: _M("whole number ≥ 1", "整数 ≥ 1"),
    fields.PartitionNumber: _M("whole number ≥ 0", "整数 ≥ 0"),
    fields.Bytes: _M("whole number ≥ 0", "整数 ≥ 0"),
    fields.Stars: _M("1-5", "1–5"),
    date: _M("date", "日期"),
    bool: _M("true / false", "true / false"),
    str: _M("text", "文本"),
    int: _M("whole number", "整数"),
}

_HEADINGS = {
    "field": _M("field", "字段"),
    "type": _M("type", "类型"),
    "required": _M("required", "必填"),
    "meaning": _M("meaning", "含义"),
    "header": _M("header", "header"),
    "attribute": _M("attribute", "属性"),
    "yes": _M("yes", "是"),
    "list": _M("list of {}", "{}列表"),
    "object": _M("object", "对象"),
    "default": _M("default", "默认"),
    "key": _M("key", "键"),
    "of": _M("of", "适用于"),
    "stage": _M("stage", "阶段"),
}


def _unwrapped(text: str) -> str:
    """`text` without the line breaks between Chinese characters, which would show as blanks."""
    return re.sub(f"(?<={_CHINESE})\n *(?={_CHINESE})", "", text)


_CHINESE = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"


def page(language: Language) -> str:
    """The whole page as Markdown."""
    words = EN if language == "en" else PageWords(*map(_unwrapped, ZH))
    attributes = [
        (f"`{name}`", "" if name == "datacontenttype" else _say("yes", language), meaning)
        for name, meaning in meanings.ATTRIBUTES.items()
    ]
    parts = [
        words.opening,
        _table(["attribute", "required", "meaning"], attributes, language),
        words.modes,
        words.rules,
        *(_kind(kind, words, language) for kind in KINDS),
        words.refused,
        _table(
            ["header", "meaning"],
            [(f"`{name}`", meaning) for name, meaning in DEAD_LETTER_HEADERS.items()],
            language,
        ),
        "",
        _table(
            ["stage", "meaning"],
            [(f"`{name}`", meaning) for name, meaning in STAGES.items()],
            language,
        ),
        words.after_refused,
        words.repeats + words.complete,
        _kind(HEARTBEAT, words, language),
        words.alerts,
        _meanings(alert_meanings.ALERT, language),
        "",
        words.actions,
        _meanings(alert_meanings.ACTION, language),
        "",
        words.allowances,
        _meanings(alert_meanings.ALLOWANCE, language),
        "",
        words.handled,
        _meanings(alert_meanings.HANDLED, language),
    ]
    return "\n".join(parts) + "\n"


def _kind(kind: Kind, words: PageWords, language: Language) -> str:
    title = kind.topic or kind.type
    parts = [
        f"## `{title}`",
        "",
        f"`{kind.type}` · [schema](schemas/{kind.type}.json)",
        "",
        getattr(meanings.TYPES[kind.data], language),
        "",
        _fields(kind.data, language),
        "",
    ]
    if kind.data is t.CrmEdit:
        parts += [words.images, _images(language), ""]
    example = json.dumps(EXAMPLES[kind.type], ensure_ascii=False, indent=2)
    return "\n".join([*parts, "```json", example, "```", ""])


def _fields(cls: type[t.EventData], language: Language) -> str:
    rows: list[tuple[str | Meaning, ...]] = []
    for path, hint, field, meaning in _flat(cls, ""):
        required = _say("yes", language) if field.required else ""
        text = getattr(meaning, language)
        if field.default not in (msgspec.NODEFAULT, msgspec.UNSET, None, ()):
            mark = "。" if language == "zh" else "."
            default = f"{_say('default', language)} `{field.default}`"
            text = f"{text.rstrip('。.')}{'；' if language == 'zh' else '; '}{default}{mark}"
        rows.append((f"`{path}`", _type(hint, language), required, text))
    return _table(["field", "type", "required", "meaning"], rows, language)


def _flat(
    cls: type[t.EventData], prefix: str
) -> list[tuple[str, Any, msgspec.structs.FieldInfo, Meaning]]:
    """The fields of `cls`, and those of the objects in it under dotted names."""
    found = []
    hints = get_type_hints(cls, include_extras=True)
    for field in msgspec.structs.fields(cls):
        hint = bare(hints[field.name])
        path = prefix + field.name
        found.append((path, hint, field, meanings.FIELDS[cls][field.name]))
        if hint is t.ObjectRef:
            found += _flat(t.ObjectRef, f"{path}.")
    return found


def _images(language: Language) -> str:
    hints = get_type_hints(t.Image, include_extras=True)
    rows = []
    for name in t.Image.__struct_fields__:
        objects = " ".join(f"`{kind}`" for kind, keys in t.IMAGE_KEYS.items() if name in keys)
        meaning = meanings.FIELDS[t.Image][name]
        rows.append((f"`{name}`", _type(bare(hints[name]), language), objects, meaning))
    return _table(["key", "type", "of", "meaning"], rows, language)


def _type(hint: Any, language: Language) -> str:
    if get_origin(hint) is Literal:
        return " ".join(f"`{word}`" for word in get_args(hint))
    if get_origin(hint) is tuple:
        return _say("list", language).format(_type(get_args(hint)[0], language))
    if get_origin(hint) is dict:
        return "`{field: {company, customer}}`"
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _say("object", language)
    return str(getattr(_TYPES[hint], language))


def _say(word: str, language: Language) -> str:
    return str(getattr(_HEADINGS[word], language))


def _table(headings: list[str], rows: Any, language: Language) -> str:
    lines = [
        "| " + " | ".join(_say(heading, language) for heading in headings) + " |",
        "| " + " | ".join("---" for _ in headings) + " |",
    ]
    for row in rows:
        cells = (getattr(cell, language) if isinstance(cell, Meaning) else cell for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _meanings(of: dict[str, Meaning], language: Language) -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in of.items()]
    return _table(["field", "meaning"], rows, language)


# Read by `page`, checked here: no field of what we write may lack its meaning.
assert tuple(alert_meanings.ALERT) == Alert.__struct_fields__
assert tuple(alert_meanings.ACTION) == Action.__struct_fields__
assert tuple(alert_meanings.ALLOWANCE) == AllowanceRecord.__struct_fields__
