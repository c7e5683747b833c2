"""How people are told of employees, money, times and counts, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_FLOOR, Context, Decimal

from contract.alert import Bilingual
from contract.duration import Duration
from contract.spelling.shown import shown
from contract.times import DAY, EPOCH, HOUR, MINUTE, SECOND
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.facts.thinning import is_flood, two_digits
from detectors.facts.view import Common
from detectors.language.detector import Words

_FLOOR = Context(prec=60, rounding=ROUND_FLOOR)

#: The glossary: what records of the CRM, and ways to reach somebody, are called.
TERMS = {
    "customer": Bilingual("customer", "客户"),
    "contact": Bilingual("contact", "联系人"),
    "opportunity": Bilingual("opportunity", "商机"),
    "quote": Bilingual("quote", "报价"),
    "contract": Bilingual("contract", "合同"),
    "order": Bilingual("order", "订单"),
    "activity": Bilingual("activity", "跟进记录"),
    "phone": Bilingual("phone", "电话"),
    "email": Bilingual("email", "邮箱"),
    "address": Bilingual("address", "地址"),
}

UNKNOWN_EMPLOYEE = Bilingual("an employee not yet known", "尚不明确的员工")


class CompanyWords(Words):
    """Words with the company's names and clock."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def employee(self, id_: str | None) -> Bilingual:
        if id_ is None:
            return UNKNOWN_EMPLOYEE
        name = self._reference.employee_name(id_)
        if name is None:
            return Bilingual(id_, f"员工{id_}")
        name = shown(name)
        return Bilingual(f"{name} ({id_})", f"{name}（{id_}）")

    def time(self, at: int) -> str:
        local = (EPOCH + timedelta(microseconds=at)).astimezone(self._reference.timezone)
        return local.strftime("%Y-%m-%d %H:%M")

    def day(self, at: int) -> str:
        return self._reference.day(at).isoformat()


def money(amount: str, currency: str) -> Bilingual:
    """`5,000.00 CNY` and `5,000.00 元`; the `+` of a `floored` amount stays."""
    figure = f"{Decimal(amount.removesuffix('+')):,.2f}" + amount[len(amount.removesuffix("+")) :]
    return Bilingual(f"{figure} {currency}", f"{figure} {'元' if currency == 'CNY' else currency}")


_UNITS = (
    (DAY, "day", "天"),
    (HOUR, "hour", "小时"),
    (MINUTE, "minute", "分钟"),
    (SECOND, "second", "秒"),
)


def span(duration: int) -> Bilingual:
    """`1 hour 30 minutes` and `1 小时 30 分钟`: of its units the two largest, what is smaller left
    out; less than a second as a part of one: `0.5 seconds`."""
    if 0 < duration < SECOND:
        part = f"{duration / SECOND:.6f}".rstrip("0")
        return Bilingual(f"{part} seconds", f"{part} 秒")
    en: list[str] = []
    zh: list[str] = []
    for unit, name, said in _UNITS:
        count, duration = divmod(duration, unit)
        if count and len(en) < 2:
            en.append(f"{count} {name}{'' if count == 1 else 's'}")
            zh.append(f"{count} {said}")
    return Bilingual(" ".join(en) or "0 seconds", " ".join(zh) or "0 秒")


def elapsed(first: int, last: int) -> str:
    """How long from the one to the other, in whole minutes, as the settings write it: `"255m"`;
    in whole seconds below the first of them."""
    length = last - first
    return str(Duration(length // _unit(length) * _unit(length)))


def roughly(duration: int) -> str:
    """A length of time in whole days, hours, minutes or seconds, as the settings write it:
    `"53h"`."""
    unit = DAY if duration >= 2 * DAY else HOUR if duration >= 2 * HOUR else _unit(duration)
    return str(Duration(duration // unit * unit))


def _unit(duration: int) -> int:
    return MINUTE if duration >= MINUTE else SECOND


def total(facts: Sequence[Fact], common: Common) -> str:
    """The sum of the weights. Beyond `max_evidence` facts, floored to two digits with a `+`.

    Without the flooring every further event of a flood would make a revision of its own that
    says nothing new; with it their number grows with the logarithm.
    """
    return _rounded(sum(fact.weight for fact in facts), facts, common)


def distinct(facts: Sequence[Fact], common: Common) -> str:
    """How many different `about`s there are, floored likewise."""
    return _rounded(len({fact.about for fact in facts if fact.about}), facts, common)


def _rounded(exact: int, facts: Sequence[Fact], common: Common) -> str:
    return f"{two_digits(exact)}+" if is_flood(facts, common.max_evidence) else str(exact)


def tenths(figure: Decimal) -> str:
    """`figure` with one digit after the point, never more than it is."""
    return f"{_FLOOR.quantize(figure, Decimal('0.1')):f}"


def floored(figure: Decimal, facts: Sequence[Fact], common: Common) -> str:
    """An amount, or another figure that grows with `facts`, floored as `total` is."""
    if not is_flood(facts, common.max_evidence) or not figure:
        return f"{figure:f}"
    return f"{_FLOOR.quantize(figure, Decimal(1).scaleb(figure.adjusted() - 1)):f}+"


def counted(count: str, *nouns: str) -> str:
    """`1 customer`, `12 records or files`."""
    return f"{count} " + " or ".join(noun if count == "1" else f"{noun}s" for noun in nouns)
