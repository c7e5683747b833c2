"""How people are told of employees, money, times and counts, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from offbook.detectors.detector import Common, Words
from offbook.detectors.fact import Fact
from offbook.detectors.params import Duration
from offbook.detectors.reference import Reference
from offbook.events.alert import Bilingual
from offbook.events.times import DAY, EPOCH, HOUR, MINUTE

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
        return Bilingual(f"{name} ({id_})", f"{name}（{id_}）")

    def time(self, at: int) -> str:
        local = (EPOCH + timedelta(microseconds=at)).astimezone(self._reference.timezone)
        return local.strftime("%Y-%m-%d %H:%M")

    def day(self, at: int) -> str:
        return self._reference.day(at).isoformat()


def money(amount: str, currency: str) -> Bilingual:
    """`5,000.00 CNY` and `5,000.00 元`."""
    figure = f"{Decimal(amount):,.2f}"
    return Bilingual(f"{figure} {currency}", f"{figure} {'元' if currency == 'CNY' else currency}")


def span(duration: int) -> Bilingual:
    """`7 days` and `7 天`; in hours or minutes where days do not come out even."""
    for unit, en, zh in ((DAY, "day", "天"), (HOUR, "hour", "小时"), (MINUTE, "minute", "分钟")):
        count, rest = divmod(duration, unit)
        if count and not rest:
            return Bilingual(f"{count} {en}{'' if count == 1 else 's'}", f"{count} {zh}")
    return Bilingual(f"{duration / MINUTE:g} minutes", f"{duration / MINUTE:g} 分钟")


def elapsed(first: int, last: int) -> str:
    """How long from the one to the other, in whole minutes, as the settings write it: `"255m"`."""
    return str(Duration((last - first) // MINUTE * MINUTE))


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
    if len(facts) <= common.max_evidence:
        return str(exact)
    unit: int = 10 ** max(len(str(exact)) - 2, 0)
    return f"{exact // unit * unit}+"


def counted(count: str, *nouns: str) -> str:
    """`1 customer`, `12 records or files`."""
    return f"{count} " + " or ".join(noun if count == "1" else f"{noun}s" for noun in nouns)
