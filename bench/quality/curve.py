"""Recall and precision of a detector over one of its parameters, as docs/quality.md shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from scoring.picture import Row, draw
from scoring.rates import Rate, rate
from scoring.score import DetectorScore, Recall
from scoring.words import NOTHING, between, counted, per_week


class Point(Struct, frozen=True):
    """What one value of a parameter gives, as `offbook tune --json` says it."""

    value: str
    in_force: bool
    score: DetectorScore | None


class Place(Struct, frozen=True):
    """One value over all companies."""

    value: str
    in_force: bool
    recall: Recall
    precision: Rate
    false_per_100_reps_week: float | None

    @property
    def balance(self) -> float:
        """F1, the harmonic mean of recall and precision: high only where both are."""
        found, right = self.recall.all.rate or 0.0, self.precision.rate or 0.0
        return 2 * found * right / (found + right) if found + right else 0.0


class Curve(Struct, frozen=True):
    """Recall and precision of a detector over a parameter of its."""

    detector: str
    param: str
    places: tuple[Place, ...]

    @staticmethod
    def over(detector: str, param: str, runs: Sequence[tuple[float, Sequence[Point]]]) -> Curve:
        """The trials of all companies, (rep-weeks, points) each, joined value by value."""
        weeks = sum(rep_weeks for rep_weeks, _ in runs)
        columns = zip(*(points for _, points in runs), strict=True)
        return Curve(detector, param, tuple(_place(column, weeks) for column in columns))

    @property
    def picture(self) -> str:
        """The file its picture is in."""
        return f"quality-{self.detector}-{self.param}.svg"

    def proposal(self) -> str:
        """One sentence: stay, or which value balances recall and precision better."""
        best = max(self.places, key=lambda place: (place.balance, place.in_force))
        now = next(place for place in self.places if place.in_force)
        if best.balance == now.balance:
            return (
                f"The default, `{now.value}`, has the best balance (F1 {now.balance:.2f}) of these."
            )
        return (
            f"The default, `{now.value}`, stays (F1 {now.balance:.2f}). Proposed:"
            f" `{self.param} = {best.value}` (F1 {best.balance:.2f}), with"
            f" recall {counted(best.recall.all)} and precision {counted(best.precision)}."
        )

    def lines(self) -> list[str]:
        """Its part of the page, in Markdown."""
        lines = [
            "",
            f"### `{self.detector}`: `{self.param}`",
            "",
            f"![]({self.picture})",
            "",
            "| value | | recall, easy | recall, disguised | precision |"
            " false per 100 reps, week | F1 |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        lines += [
            f"| `{place.value}` | {'default' if place.in_force else ''} |"
            f" {cell(place.recall.easy)} |"
            f" {cell(place.recall.disguised)} | {cell(place.precision)} |"
            f" {per_week(place.false_per_100_reps_week)} | {place.balance:.2f} |"
            for place in self.places
        ]
        return [*lines, "", self.proposal()]

    def drawn(self) -> str:
        """Its picture."""
        rows = [
            Row(f"{self.param} = {place.value}", place.recall, place.precision)
            for place in self.places
        ]
        return draw(rows, "en", about=self.detector)


def _place(points: Sequence[Point], weeks: float) -> Place:
    scores = [point.score for point in points if point.score is not None]
    false = sum(one.alerts.false for one in scores)
    return Place(
        value=points[0].value,
        in_force=points[0].in_force,
        recall=Recall(
            all=_sum(one.recall.all for one in scores),
            easy=_sum(one.recall.easy for one in scores),
            disguised=_sum(one.recall.disguised for one in scores),
        ),
        precision=_sum(one.alerts.rate for one in scores),
        false_per_100_reps_week=false / weeks * 100 if weeks else None,
    )


def _sum(rates: Iterable[Rate]) -> Rate:
    known = list(rates)
    return rate(sum(one.hits for one in known), sum(one.of for one in known))


def cell(share: Rate) -> str:
    """`95 % 57/60 (86–98 %)`; a dash where there was no case."""
    return f"{counted(share)} ({between(share)})" if share.of else NOTHING
