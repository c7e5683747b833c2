"""By how much the measured value exceeds the threshold at which an alert fires, in words."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from contract.alert import Bilingual
from contract.duration import Duration
from detectors.language.params import Fires
from detectors.language.wording import span


class Margin(Struct, frozen=True):
    """One number of the alert compared with its threshold. `reached`: enough by itself to fire.

    `found` and `needed` are written as in the settings; `found` ends in `+` if it is a minimum. An
    alert may fire by one of several thresholds: then the others are not reached.
    """

    name: str
    meaning: Bilingual
    fires: Fires
    found: str
    needed: str
    reached: bool
    verdict: Bilingual


#: By where it fires, before the threshold.
_NEEDED: dict[Fires, Bilingual] = {
    "at least": Bilingual("at least {} needed", "达到 {} 即告警"),
    "more than": Bilingual("more than {} needed", "超过 {} 即告警"),
    "at most": Bilingual("fires at {} or less", "不超过 {} 即告警"),
    "less than": Bilingual("less than {} needed", "低于 {} 即告警"),
}
#: (Beyond the threshold, exactly at it, on the other side of it).
_BEYOND: dict[Fires, tuple[Bilingual, Bilingual, Bilingual]] = {
    "at least": (
        Bilingual("{} more than needed", "超出 {}"),
        Bilingual("just enough", "刚好达到"),
        Bilingual("{} too few by itself", "单凭此项还差 {}"),
    ),
    "more than": (
        Bilingual("{} beyond", "超出 {}"),
        Bilingual("not beyond by itself", "单凭此项未超过"),
        Bilingual("{} short by itself", "单凭此项还差 {}"),
    ),
    "at most": (
        Bilingual("{} below the limit", "比上限少 {}"),
        Bilingual("just at the limit", "正好等于上限"),
        Bilingual("{} above the limit by itself", "单凭此项超出上限 {}"),
    ),
    "less than": (
        Bilingual("{} below", "低了 {}"),
        Bilingual("not below by itself", "单凭此项未低于"),
        Bilingual("{} above by itself", "单凭此项高出 {}"),
    ),
}
#: Chinese stands apart from figures only.
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_FOUND = Bilingual("{} found", "实测 {}")
_AT_LEAST = Bilingual("at least {}", "至少 {}")


def margin(name: str, meaning: Bilingual, fires: Fires, found: str, needed: str) -> Margin:
    """Compare `found` with `needed`; both are a duration (`"72h"`) or a number (`"1200+"`)."""
    floored = found.endswith("+")
    (have, have_told), (want, want_told) = _quantity(found.removesuffix("+")), _quantity(needed)
    beyond = have - want if fires in ("at least", "more than") else want - have
    which = 0 if beyond > 0 else 1 if beyond == 0 else 2
    reached = beyond > 0 or (beyond == 0 and fires in ("at least", "at most"))
    apart = span(int(abs(beyond))) if _is_duration(needed) else _plain(abs(beyond))
    parts = [
        _with(_FOUND, _with(_AT_LEAST, have_told) if floored else have_told),
        _with(_NEEDED[fires], want_told),
        _with(_BEYOND[fires][which], _with(_AT_LEAST, apart) if floored else apart),
    ]
    verdict = Bilingual(
        f"{parts[0].en}, {parts[1].en}: {parts[2].en}",
        f"{parts[0].zh}，{parts[1].zh}：{parts[2].zh}",
    )
    return Margin(name, meaning, fires, found, needed, reached, verdict)


def _quantity(text: str) -> tuple[Decimal, Bilingual]:
    if _is_duration(text):
        length = Duration(text)
        return Decimal(length), span(length)
    return Decimal(text), _plain(Decimal(text))


def _is_duration(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return True
    return False


def _plain(number: Decimal) -> Bilingual:
    return Bilingual(f"{number:f}", f"{number:f}")


def _with(text: Bilingual, told: Bilingual) -> Bilingual:
    return Bilingual(text.en.format(told.en), _BETWEEN.sub("", text.zh.format(told.zh)))
