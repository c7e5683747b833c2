"""docs/quality.md and its pictures, from what was measured: but for `REASONS`, no figure is written
by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import indent

from msgspec import Struct

from bench.quality.curve import Curve, cell
from contract.label import Company
from detectors.rules.catalogue import BY_ID
from scoring.outcomes import Outcomes, join
from scoring.picture import Row, draw
from scoring.rates import Rate
from scoring.score import Score, score
from scoring.words import NOTHING, lasting, per_week

#: What is asked for, as shares and as false alarms per 100 reps and week.
EASY, DISGUISED, CRITICAL_PRECISION, FALSE_ALARMS = 0.95, 0.60, 0.80, 5.0

#: Why a detector is below a target, where somebody looked.
REASONS = {
    "bulk-delete": """\
The simulation has one honest cause: the CRM administrator, who clears out old records 50 to 150
at a time in a company of this size. The rule is about deletes, not about what they are for, and
no threshold of the curve parts the two. Such work belongs under a system account, or under an
[allowance](runbooks/bulk-delete.md#what-to-do). In a company of another seed, 5001, of the same
size, 10 of 12 alerts were right (83 %), and the two false ones were theirs; with an allowance for
them 10 of 10, 2 suppressed, and all frauds caught that were caught before (4 of 4 easy, 3 of 3
disguised).
""",
}


class Run(Struct, frozen=True):
    """One simulated company and what became of its frauds and alerts."""

    seed: int
    company: Company
    outcomes: Outcomes


class Target(Struct, frozen=True):
    """Something asked for: its words, and of a score the figure and whether it is met (None: no
    case to tell by)."""

    words: str
    figure: Callable[[Score], str]
    met: Callable[[Score], bool | None]


def _recall(words: str, least: float, of: Callable[[Score], Rate]) -> Target:
    return Target(
        f"{words} ≥ {least:.0%}".replace("%", " %"),
        lambda found: cell(of(found)),
        lambda found: None if (share := of(found).rate) is None else share >= least,
    )


def _imprecise(found: Score) -> list[str]:
    return [
        row.detector
        for row in found.detectors
        if _is_critical(row.detector) and _below(row.alerts.rate, CRITICAL_PRECISION)
    ]


def _is_critical(id_: str) -> bool:
    return id_ in BY_ID and BY_ID[id_].severity == "critical"


def _below(share: Rate, least: float) -> bool:
    return share.rate is not None and share.rate < least


def _alarms(found: Score) -> float | None:
    return found.alarms.false_per_100_reps_week


TARGETS = (
    _recall("easy frauds caught by any detector", EASY, lambda found: found.by_any.easy),
    _recall("easy frauds caught by their own detector", EASY, lambda found: found.by_own.easy),
    _recall(
        "disguised frauds caught by any detector", DISGUISED, lambda found: found.by_any.disguised
    ),
    _recall(
        "disguised frauds caught by their own detector",
        DISGUISED,
        lambda found: found.by_own.disguised,
    ),
    Target(
        "every critical detector's precision ≥ 80 %",
        lambda found: ", ".join(f"`{id_}` below" for id_ in _imprecise(found)) or "all",
        lambda found: (
            not _imprecise(found)
            if any(row.alerts.rate.of for row in found.detectors if _is_critical(row.detector))
            else None
        ),
    ),
    Target(
        "false warnings and criticals per 100 reps and week ≤ 5",
        lambda found: per_week(_alarms(found)),
        lambda found: None if (often := _alarms(found)) is None else often <= FALSE_ALARMS,
    ),
)


def page(runs: Sequence[Run], curves: Sequence[Curve], command: str) -> str:
    """The page whole."""
    order = list(BY_ID)
    whole = score(join(run.outcomes for run in runs), order)
    each = [score(run.outcomes, order) for run in runs]
    lines = [
        "# How well the detectors see",
        "",
        "<!-- Rendered by `python -m bench.quality`; do not edit. -->",
        "",
        "Simulated companies with labelled frauds, replayed with the default parameters and",
        "scored; [scoring.md](scoring.md) says what each figure means. No detector was tuned on",
        "these seeds. In brackets the 95 % interval; `–` where there was no case. A simulation",
        "says how well the detectors see what its author thought of, not what the next fraudster",
        "will.",
        "",
        "```sh",
        command,
        "```",
        "",
        "| seed | reps | customers | from | to | frauds | alerts |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {run.seed} | {run.company.reps} | {run.company.customers} | {run.company.since[:10]} |"
        f" {run.company.until[:10]} | {len(run.outcomes.frauds)} | {len(run.outcomes.alerts)} |"
        for run in runs
    ]
    lines += ["", "## What was asked for", ""]
    lines += _targets(whole, list(zip(runs, each, strict=True)))
    lines += ["", "## Detector by detector, all seeds", "", "![](quality.svg)", ""]
    lines += _detectors(whole)
    lines += ["", "## Detectors below a target", ""]
    lines += _wanting(whole, curves)
    for one in curves:
        lines += one.lines()
    for run, found in zip(runs, each, strict=True):
        lines += ["", f"## Seed {run.seed}", "", *_detectors(found)]
    return "\n".join(lines) + "\n"


def pictures(runs: Sequence[Run], curves: Sequence[Curve]) -> dict[str, str]:
    """The SVG documents of the page, by file name."""
    whole = score(join(run.outcomes for run in runs), list(BY_ID))
    rows = [Row(row.detector, row.recall, row.alerts.rate) for row in whole.detectors]
    drawn = {"quality.svg": draw(rows, "en")}
    for one in curves:
        drawn[one.picture] = one.drawn()
    return drawn


def _targets(whole: Score, each: Sequence[tuple[Run, Score]]) -> list[str]:
    seeds = "".join(f" seed {run.seed} |" for run, _ in each)
    lines = [f"| target | all seeds | met |{seeds}", "| --- | --- | --- |" + " --- |" * len(each)]
    for target in TARGETS:
        met = {True: "yes", False: "**no**", None: NOTHING}[target.met(whole)]
        cells = "".join(f" {target.figure(found)} |" for _, found in each)
        lines.append(f"| {target.words} | {target.figure(whole)} | {met} |{cells}")
    return lines


def _detectors(found: Score) -> list[str]:
    lines = [
        "| detector | recall, easy | recall, disguised | right | false | withdrawn | precision |"
        " median delay | false per 100 reps, week |",
        "| --- " + "| ---: " * 8 + "|",
    ]
    for row in found.detectors:
        alerts = row.alerts
        lines.append(
            f"| `{row.detector}` | {cell(row.recall.easy)} | {cell(row.recall.disguised)} |"
            f" {alerts.right} | {alerts.false} | {alerts.withdrawn} | {cell(alerts.rate)} |"
            f" {lasting(row.median_delay_seconds, 'en')} |"
            f" {per_week(alerts.false_per_100_reps_week)} |"
        )
    return lines


def _wanting(found: Score, curves: Sequence[Curve]) -> list[str]:
    drawn = {one.detector for one in curves}
    lines = []
    for row in found.detectors:
        why = []
        if _below(row.recall.easy, EASY):
            why.append(f"recall of easy frauds {cell(row.recall.easy)}")
        if _below(row.recall.disguised, DISGUISED):
            why.append(f"recall of disguised frauds {cell(row.recall.disguised)}")
        if _is_critical(row.detector) and _below(row.alerts.rate, CRITICAL_PRECISION):
            why.append(f"precision {cell(row.alerts.rate)}")
        if why:
            if row.detector not in BY_ID:
                why.append("there is no such detector")
            elif row.detector in drawn:
                why.append("the curve over its parameter is below")
            lines.append(f"- `{row.detector}`: {'; '.join(why)}")
            if row.detector in REASONS:
                reason = indent(REASONS[row.detector], " " * 4).strip()
                lines += f"  - {reason}".splitlines()
    return lines or ["No detector is below a target."]
