"""Margins: how far beyond its threshold something is, in words."""

from __future__ import annotations

import pytest

from contract.alert import Bilingual
from desk.explain.threshold_margin import margin
from detectors.language.params import Fires


@pytest.mark.parametrize(
    "fires, found, needed, reached, en, zh",
    [
        (
            *("at least", "43", "20", True),
            "43 found, at least 20 needed: 23 more than needed",
            "实测 43，达到 20 即告警：超出 23",
        ),
        (
            *("at least", "20", "20", True),
            "20 found, at least 20 needed: just enough",
            "实测 20，达到 20 即告警：刚好达到",
        ),
        (
            *("at least", "4", "5", False),
            "4 found, at least 5 needed: 1 too few by itself",
            "实测 4，达到 5 即告警：单凭此项还差 1",
        ),
        (
            *("at least", "1200+", "20", True),
            "at least 1200 found, at least 20 needed: at least 1180 more than needed",
            "实测至少 1200，达到 20 即告警：超出至少 1180",
        ),
        (
            *("more than", "1.5", "1", True),
            "1.5 found, more than 1 needed: 0.5 beyond",
            "实测 1.5，超过 1 即告警：超出 0.5",
        ),
        (
            *("more than", "1", "1", False),
            "1 found, more than 1 needed: not beyond by itself",
            "实测 1，超过 1 即告警：单凭此项未超过",
        ),
        (
            *("at most", "255m", "14d", True),
            "4 hours 15 minutes found, fires at 14 days or less: 13 days 19 hours below the limit",
            "实测 4 小时 15 分钟，不超过 14 天即告警：比上限少 13 天 19 小时",
        ),
        (
            *("at most", "20s", "1445m", True),
            "20 seconds found, fires at 1 day 5 minutes or less: 1 day 4 minutes below the limit",
            "实测 20 秒，不超过 1 天 5 分钟即告警：比上限少 1 天 4 分钟",
        ),
        (
            *("at most", "3d", "3d", True),
            "3 days found, fires at 3 days or less: just at the limit",
            "实测 3 天，不超过 3 天即告警：正好等于上限",
        ),
        (
            *("at most", "4d", "3d", False),
            "4 days found, fires at 3 days or less: 1 day above the limit by itself",
            "实测 4 天，不超过 3 天即告警：单凭此项超出上限 1 天",
        ),
        (
            *("less than", "24", "25", True),
            "24 found, less than 25 needed: 1 below",
            "实测 24，低于 25 即告警：低了 1",
        ),
        (
            *("less than", "25", "25", False),
            "25 found, less than 25 needed: not below by itself",
            "实测 25，低于 25 即告警：单凭此项未低于",
        ),
    ],
)
def test_it_says_what_was_found_what_was_needed_and_how_far_apart(
    fires: Fires, found: str, needed: str, reached: bool, en: str, zh: str
) -> None:
    told = margin("threshold", Bilingual("", ""), fires, found, needed)
    assert told.verdict == Bilingual(en, zh)
    assert told.reached is reached
