"""The words of a score, in English and Chinese."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from contract.alert import Bilingual
from scoring.rates import Rate

Language = Literal["en", "zh"]

#: What stands where there is nothing to divide by.
NOTHING = "–"

_HOUR = 3600
_UNITS = (
    (24 * _HOUR, Bilingual("d", "天")),
    (_HOUR, Bilingual("h", "小时")),
    (60, Bilingual("min", "分钟")),
    (1, Bilingual("s", "秒")),
)


class Words(Struct, frozen=True):
    """Headings."""

    detector: str = "detector"
    frauds: str = "frauds"
    recall: str = "recall"
    easy: str = "easy"
    disguised: str = "disguised"
    precision: str = "precision"
    precision_column: str = "preci-\nsion"
    right: str = "right"
    false: str = "false"
    withdrawn: str = "with-\ndrawn"
    delay: str = "delay"
    false_rate: str = "false per\n100 reps,\nweek"
    by_any: str = "caught by any detector"
    by_own: str = "caught by its own detector"
    alarms: str = "warnings and criticals"
    critical: str = "critical"
    warning: str = "warning"
    info: str = "info"
    in_all: str = "in all"
    alerts: str = "alerts"
    in_force: str = "in force"
    intervals: str = "Whiskers: 95 % Wilson intervals"
    trial: str = "on trial"
    trials: str = "On trial: these wake nobody and are in none of the figures above."
    suppressed: str = "suppressed"
    on_frauds: str = "on a fraud"
    all_suppressed: str = "Suppressed by an allowance: they woke nobody, right or false."
    untold: str = "Missed, though alerts saw them: nobody was told of these frauds."
    allowance: str = "under an allowance"


WORDS: dict[Language, Words] = {
    "en": Words(),
    "zh": Words(
        detector="检测器",
        frauds="舞弊",
        recall="查出率",
        easy="明显",
        disguised="伪装",
        precision="准确率",
        precision_column="准确率",
        right="属实",
        false="误报",
        withdrawn="已撤销",
        delay="延迟",
        false_rate="每百名销售\n每周误报",
        by_any="任一检测器查出",
        by_own="对应检测器查出",
        alarms="警告与严重合计",
        critical="严重",
        warning="警告",
        info="提示",
        in_all="合计",
        alerts="告警",
        in_force="当前值",
        intervals="误差线：95% 威尔逊区间",
        trial="试运行",
        trials="试运行：不呼叫任何人，不计入以上各项。",
        suppressed="已豁免",
        on_frauds="涉及舞弊",
        all_suppressed="因豁免而未呼叫任何人的告警：既不算属实，也不算误报。",
        untold="告警已看见，却没有通知任何人，算作漏掉的舞弊：",
        allowance="豁免",
    ),
}


def percent(share: float | None) -> str:
    """`95 %`. 100 and 0 are only said of what is exactly so: 399 of 400 is 99 %."""
    if share is None:
        return NOTHING
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        whole = 1
    return f"{whole} %"


def counted(rate: Rate) -> str:
    """`95 % 57/60`; a dash where there was no case."""
    return f"{percent(rate.rate)} {rate.hits}/{rate.of}" if rate.of else NOTHING


def between(rate: Rate) -> str:
    """`86–98 %`: the interval; a dash where there was no case."""
    if rate.low is None or rate.high is None:
        return NOTHING
    return f"{rate.low * 100:.0f}–{rate.high * 100:.0f} %"


def lasting(seconds: float | None, language: Language) -> str:
    """`2.5 h`; a dash for None. Days and hours to a tenth."""
    if seconds is None:
        return NOTHING
    size, unit = next((row for row in _UNITS if seconds >= row[0]), _UNITS[-1])
    digits = 1 if size >= _HOUR else 0
    return f"{seconds / size:.{digits}f} {getattr(unit, language)}"


def per_week(figure: float | None) -> str:
    """Two digits after the point below ten, one above; a dash for None."""
    if figure is None:
        return NOTHING
    return f"{figure:.2f}" if figure < 10 else f"{figure:.1f}"
