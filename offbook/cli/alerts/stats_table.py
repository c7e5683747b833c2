"""The scorecard of the detectors: what their alerts turned out to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Literal

from rich.cells import cell_len

from cases.stats import DetectorStats, Wait
from contract.alert import Bilingual
from scoring.rates import Rate, rate

Language = Literal["en", "zh"]

#: Fewer verdicts than this say nothing for certain.
_ENOUGH = 10
_HEADS = (
    Bilingual("detector", "检测器"),
    Bilingual("raised", "告警"),
    Bilingual("open", "未处理"),
    Bilingual("confirmed", "属实"),
    Bilingual("false", "误报"),
    Bilingual("benign", "合规"),
    Bilingual("withdrawn", "已撤回"),
    Bilingual("precision (95 %)", "准确率（95 %）"),
    Bilingual("to ack", "受理用时"),
    Bilingual("to close", "关闭用时"),
    Bilingual("", ""),
)
_ADVICE = {
    "keep": Bilingual("keep", "保留"),
    "tune": Bilingual("tune", "调整"),
    "retire": Bilingual("retire, or put on trial", "停用或转为试运行"),
    "unknown": Bilingual("too few verdicts", "结论太少"),
}


def table(figures: Sequence[DetectorStats], language: Language) -> Iterator[str]:
    """The table, line by line; a column is as wide as its widest entry."""
    rows = [[_said(it, language) for it in _HEADS]]
    rows += [_row(it, language) for it in figures]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (it + " " * (width - cell_len(it)) for it, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def advice(share: Rate) -> str:
    """What the verdicts say for certain: `keep` a detector that is right at least half the time,
    `retire` one that is wrong at least nine times of ten, `tune` any other; `unknown` with too
    few."""
    if share.of < _ENOUGH or share.low is None or share.high is None:
        return "unknown"
    if share.high <= 0.1:
        return "retire"
    return "keep" if share.low >= 0.5 else "tune"


def _row(it: DetectorStats, language: Language) -> list[str]:
    share = rate(it.confirmed, it.judged)
    counted = [it.verdicts.get(name, 0) for name in ("false_positive", "benign", "withdrawn")]
    return [
        it.detector,
        str(it.opened),
        str(it.open),
        str(it.confirmed),
        *map(str, counted),
        _percent(share),
        _lasted(it.to_acknowledge),
        _lasted(it.to_close),
        _said(_ADVICE[advice(share)], language),
    ]


def _percent(share: Rate) -> str:
    if share.rate is None:
        return "–"
    return f"{share.rate:.0%} ({share.low:.0%}–{share.high:.0%})"


def _lasted(wait: Wait) -> str:
    return "–" if wait.median is None else str(timedelta(seconds=round(wait.median)))


def _said(text: Bilingual, language: Language) -> str:
    return text.zh if language == "zh" else text.en
