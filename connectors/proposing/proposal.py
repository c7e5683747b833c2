"""A first page for a sample. What a column's name does not tell is left open, and said so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from connectors.proposing.columns import (
    Names,
    Sample,
    alike,
    all_names,
    column_of,
    columns_of,
    flat,
    identifying,
    match,
)
from connectors.proposing.toml import inline, text

#: Records of the sample that are looked at, and words of a column that are shown.
LOOKED_AT: Final = 2000
_WORDS: Final = 40
#: Columns of money that came in; beside them stand those of money that went out.
_IN: Final = ("贷方", "收入", "转入", "credit")
#: Fields in which somebody stands, and what only a name has.
_PEOPLE: Final = ("actor", "employee", "recorded_by", "released_by", "owner", "manager")
_BY_NAME: Final = re.compile(r"[\u4e00-\u9fff]")
#: Fields that hold several.
_LISTS: Final = ("phones", "accounts", "addresses")
#: What an event without an id of its own is told from others by, beside when it was.
_IDENTIFYING: Final = {
    "offbook.service.callback.v1": ("callback", "customer", "outcome"),
    "offbook.reference.account.v1": ("account",),
    "offbook.reference.employee.v1": ("employee",),
    "offbook.reference.customer.v1": ("customer",),
    "offbook.payment.v1": ("payee_account", "amount", "payer_account", "payer_name"),
    "offbook.shipment.v1": ("shipment", "status"),
    "offbook.hr.change.v1": ("employee", "kind", "effective_on"),
    "offbook.endpoint.file.v1": ("employee", "action", "path"),
    "offbook.crm.edit.v1": ("actor", "op", "object.id", "customer"),
}
_WITHOUT_IDS: Final = ("offbook.endpoint.file.v1", "offbook.crm.edit.v1", "offbook.payment.v1")


def propose(
    records: Iterable[Mapping[str, Any]], decode: Mapping[str, Any], source: str
) -> str | None:
    """A page in TOML for records like these, None if no kind of event is anything like them."""
    sample = [flat(record) for record, _ in zip(records, range(LOOKED_AT), strict=False)]
    columns = columns_of(sample)
    matches = [(match(its, columns, sample), its) for its in all_names()]
    (found, its), *_ = sorted(matches, key=lambda it: -it[1].worth(it[0], sample))
    return "\n".join(_page(its, found, columns, sample, decode, source)) + "\n" if found else None


def _page(
    its: Names,
    found: Mapping[str, str],
    columns: Sequence[str],
    sample: Sample,
    decode: Mapping[str, Any],
    source: str,
) -> Iterator[str]:
    yield "# Proposed from a sample, by what its columns are called, and a name may mislead: read"
    yield "# every line. Then: offbook connect try THIS_PAGE SAMPLE --explain"
    yield f"source = {text(source)}  # which system it is: with an id it tells events apart"
    yield 'zone = "Asia/Shanghai"  # where the clock hangs that wrote these times'
    yield f"decode = {inline(decode)}"
    if its.type in _WITHOUT_IDS and identifying(its.id, columns, sample) is None:
        yield "number_equals = true  # its rows have no id: equal ones are told apart by a number"
    for field, words in its.words.items():
        if field in found:
            yield from _table(field, found[field], words, sample)
    names = list(_names_of_people(found, sample))
    if names:
        yield from (
            "",
            "[tables.people]  # better in the company's own tables, which all pages share",
        )
        yield from (f'# {text(name)} = ""  # the number under which HR has them' for name in names)
    yield from _money_out(its, found, sample)
    yield from ("", "[[rule]]")
    income = _is_of_income(its, found)
    if income:
        yield f'when = {{ {text(found["amount"])} = "present" }}'
    yield f"type = {text(its.type)}"
    yield _or_missing("id", _id(its, found, columns, sample), "what tells one row from another")
    if its.type.startswith("offbook.reference."):
        yield 'time = "2020-01-01T00:00:00+08:00"  # it is so, and since when nobody says'
    else:
        yield _or_missing("time", _time(its, columns), "when it happened")
    yield "[rule.data]"
    yield from _data(its, found, columns, sample, _PEOPLE if names else ())
    said = {
        *found.values(),
        *(column_of(it, columns) for it in (its.id, its.time, its.day, its.clock)),
    }
    unused = [it for it in columns if it not in said]
    if unused:
        yield f"# Columns of which no field is made: {', '.join(unused[:_WORDS])}"
    if income:
        yield from ("", "[[rule]]")
        yield "# Of these what is paid back to a customer is an event, too: a rule before this one,"
        yield '# with kind = "refund".'
        yield 'skip = "money out"'


def _or_missing(name: str, made: str | None, what: str) -> str:
    return f"{name} = {made}" if made else f'# {name} = {{ path = "…" }}  # MISSING: {what}'


def _table(field: str, column: str, words: Mapping[str, str], sample: Sample) -> Iterator[str]:
    known = {alike(word): meant for word, meant in words.items()}
    said = Counter(str(it[column]) for it in sample if it.get(column) not in (None, ""))
    yield ""
    yield f"[tables.{_key(field)}]"
    for word, count in said.most_common(_WORDS):
        meant = known.get(alike(word))
        if meant is not None:
            yield f"{text(word)} = {text(meant)}"
        else:
            which = ", ".join(dict.fromkeys(words.values()))
            yield f'# {text(word)} = ""  # {count} times in the sample: one of {which}?'
    if len(said) > _WORDS:
        yield f"# and {len(said) - _WORDS} more words"


def _money_out(its: Names, found: Mapping[str, str], sample: Sample) -> Iterator[str]:
    amount = found.get("amount")
    if amount is None or _is_of_income(its, found):
        return
    if any(str(it.get(amount, "")).strip().startswith("-") for it in sample):
        where = f"starts_with(to_string({_quoted(amount)}), '-')"
        yield from ("", "[[rule]]", f"where = {text(where)}", 'skip = "money out"')


def _is_of_income(its: Names, found: Mapping[str, str]) -> bool:
    return "amount" in its.fields and any(it in alike(found.get("amount", "")) for it in _IN)


def _id(its: Names, found: Mapping[str, str], columns: Sequence[str], sample: Sample) -> str | None:
    column = identifying(its.id, columns, sample)
    if column is not None:
        return f'{{ path = {text(_quoted_path(column))}, as = "text" }}'
    named = [found[it] for it in _IDENTIFYING.get(its.type, ()) if it in found]
    time = column_of(its.time, columns)
    if named and time is not None and its.type != "offbook.shipment.v1":
        named.insert(1, time)
    if not named:
        return None
    first, *rest = named
    template = "{" + first + "}" + "".join("/{" + it + "?}" for it in rest)
    return f"{{ template = {text(template)} }}"


def _time(its: Names, columns: Sequence[str]) -> str | None:
    day, clock = column_of(its.day, columns), column_of(its.clock, columns)
    if day is not None and clock is not None and day != clock:
        return f'{{ template = {text("{" + day + "} {" + clock + "}")}, as = "time" }}'
    column = column_of(its.time, columns)
    return None if column is None else f'{{ path = {text(_quoted_path(column))}, as = "time" }}'


def _names_of_people(found: Mapping[str, str], sample: Sample) -> Iterator[str]:
    """Those who stand there by name: it is by their numbers that they are known elsewhere."""
    columns = {found[it] for it in _PEOPLE if it in found}
    names = Counter(str(it[column]) for it in sample for column in columns if it.get(column))
    if any(_BY_NAME.search(name) for name in names):
        yield from (name for name, _ in names.most_common(_WORDS))


def _data(
    its: Names,
    found: Mapping[str, str],
    columns: Sequence[str],
    sample: Sample,
    people: Sequence[str],
) -> Iterator[str]:
    object_: dict[str, str] = {}
    if its.type == "offbook.payment.v1":
        yield _or_missing("payment", _id(its, found, columns, sample), "the payment's own number")
    for field in its.fields:
        column = found.get(field)
        if column is None:
            if field in its.required():
                yield _or_missing(field, None, "it is needed")
            continue
        step = ', as = "lookup", table = "people"' if field in people else _step(field, its)
        path = f"[{_quoted(column)}][?@]" if field in _LISTS else _quoted_path(column)
        made = f"{{ path = {text(path)}{step} }}"
        if "." in field:
            object_[field.partition(".")[2]] = made
        else:
            yield f"{field} = {made}"
    if object_:
        inner = ", ".join(f"{name} = {made}" for name, made in object_.items())
        yield f"object = {{ object = {{ {inner} }} }}"


def _step(field: str, its: Names) -> str:
    if field in its.words:
        return f', as = "lookup", table = "{_key(field)}"'
    if field in ("amount", "value"):
        return ', as = "decimal"'
    if field in _LISTS:
        return ""
    if field in ("effective_on", "valid_from", "valid_to"):
        return ', as = "date"'
    if field == "bytes":
        return ', as = "size"'
    if field in ("quantity", "count"):
        return ', as = "int"'
    return ', as = "text"'


def _quoted_path(column: str) -> str:
    """A column whose name looks like JMESPath is quoted as one."""
    return _quoted(column) if re.search(r"[\[\]|&`'*@{}!<>=\"]", column) else column


def _quoted(column: str) -> str:
    return ".".join(map(text, column.split(".")))


def _key(field: str) -> str:
    return field.replace(".", "_")
