"""A score as people read it: tables on a terminal, plain text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from contract.label import Labels
from contract.spelling.shown import shown
from offbook.cli.quality.tune import Tuned
from scoring.score import DetectorScore, Score
from scoring.words import NOTHING, WORDS, Language, between, counted, lasting, per_week, percent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

#: Columns of a pipe, and the fewest the tables are made for.
_WIDTH = 100


def console() -> Console:
    """Standard output, wide enough for the tables unless somebody sets its width."""
    from rich.console import Console

    plain = not sys.stdout.isatty()
    return Console(highlight=False, width=_WIDTH if plain else None)


def table(*headings: str, words: int = 1) -> Table:
    """An empty table: its first `words` columns hold words, all others figures."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for number, heading in enumerate(headings):
        made.add_column(
            heading,
            justify="left" if number < words else "right",
            vertical="bottom",
            no_wrap=number < words,
            # A number that is cut short is a different number.
            overflow="fold",
        )
    return made


def _add_row(to: Table, *cells: str) -> None:
    from rich.text import Text

    # As text, for a name in square brackets would be taken for a style.
    to.add_row(*(Text(shown(cell)) for cell in cells))


def show_score(score: Score, labels: Labels, language: Language) -> None:
    """Print the tables: in all, by detector, and the frauds of which nobody was told."""
    words = WORDS[language]
    out = console()
    out.print(shown(_about(labels, language)), markup=False)
    whole = table("", words.easy, "", words.disguised, "", words.in_all, "", words.delay)
    for name, recall, delay in (
        (words.by_any, score.by_any, score.median_delay_seconds),
        (words.by_own, score.by_own, None),
    ):
        cells = [
            cell
            for rate in (recall.easy, recall.disguised, recall.all)
            for cell in (counted(rate), between(rate) if rate.of else "")
        ]
        _add_row(whole, name, *cells, lasting(delay, language) if delay is not None else "")
    out.print(whole)
    by = table(
        "", words.right, words.false, words.withdrawn, words.precision_column, "", words.false_rate
    )
    for name, alerts in (
        (words.alarms, score.alarms),
        (words.critical, score.severities["critical"]),
        (words.warning, score.severities["warning"]),
        (words.info, score.severities["info"]),
    ):
        _add_row(
            by,
            name,
            str(alerts.right),
            str(alerts.false),
            str(alerts.withdrawn),
            percent(alerts.rate.rate),
            between(alerts.rate) if alerts.rate.of else "",
            per_week(alerts.false_per_100_reps_week),
        )
    out.print(by)
    out.print(_by_detector(score.detectors, language))
    if score.trials:
        out.print(words.trials)
        out.print(_by_detector(score.trials, language))
    if score.suppressed:
        out.print(words.all_suppressed)
        covered = table(words.detector, words.suppressed, words.on_frauds)
        for row in score.suppressed:
            _add_row(covered, row.detector, str(row.alerts), str(row.on_frauds))
        out.print(covered)
    if score.untold:
        out.print(words.untold)
        why = {"allowance": words.allowance, "trial": words.trial}
        for it in score.untold:
            line = f"  {it.fraud} ({it.kind}): {why[it.why]}: {', '.join(it.seen_by)}"
            out.print(shown(line), markup=False, soft_wrap=True)


def _by_detector(rows: Sequence[DetectorScore], language: Language) -> Table:
    words = WORDS[language]
    made = table(
        words.detector,
        words.easy,
        words.disguised,
        words.right,
        words.false,
        words.withdrawn,
        words.precision_column,
        words.delay,
        words.false_rate,
    )
    for row in rows:
        _add_row(
            made,
            row.detector,
            counted(row.recall.easy),
            counted(row.recall.disguised),
            str(row.alerts.right),
            str(row.alerts.false),
            str(row.alerts.withdrawn),
            percent(row.alerts.rate.rate),
            lasting(row.median_delay_seconds, language),
            per_week(row.alerts.false_per_100_reps_week),
        )
    return made


def show_trials(tuned: Tuned, language: Language) -> None:
    """Print a line for each value that was tried."""
    words = WORDS[language]
    made = table(
        tuned.param,
        "",
        words.critical,
        words.warning,
        words.info,
        words.withdrawn,
        *(
            (words.easy, words.disguised, words.precision_column, words.false_rate)
            if tuned.rep_weeks is not None
            else ()
        ),
        words=2,
    )
    for trial in tuned.trials:
        cells = [str(count) for count in (*trial.firing.values(), trial.withdrawn)]
        if (row := trial.score) is not None:
            cells += [
                counted(row.recall.easy),
                counted(row.recall.disguised),
                counted(row.alerts.rate),
                per_week(row.alerts.false_per_100_reps_week),
            ]
        elif tuned.rep_weeks is not None:
            cells += [NOTHING] * 4
        _add_row(made, trial.value, words.in_force if trial.in_force else "", *cells)
    out = console()
    out.print(made)
    # One more column would be wider than a pipe.
    if any(trial.suppressed for trial in tuned.trials):
        each = (f"{it.suppressed} ({tuned.param} = {it.value})" for it in tuned.trials)
        out.print(shown(f"{words.suppressed}: {', '.join(each)}"), markup=False, soft_wrap=True)


def _about(labels: Labels, language: Language) -> str:
    company, count = labels.company, len(labels.frauds)
    since, until = company.since[:10], company.until[:10]
    if language == "zh":
        sold = f"{company.reps} 名销售、{company.customers} 家客户"
        return f"{sold}，{since} 至 {until}，舞弊 {count} 起"
    return f"{company.reps} reps, {company.customers} customers, {since} to {until}, {count} frauds"
