"""What is asked of a simulation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from simulation.calendar import day_number

#: The calendar's first and last year: holidays before and after are not known well enough.
YEARS = range(2010, 2041)


class PlanError(ValueError):
    """A plan that cannot be carried out. One line that names the option and how to correct it."""

    retryable: ClassVar[bool] = False


@dataclass(frozen=True)
class Plan:
    """`days` of a company with `reps` who sell to `customers`, from `start` on.

    `fraud_rate` is how many frauds are begun in 30 days, as a share of the reps: 0.4 with 200 reps
    is 80 a month. Each is committed by one rep, preferably one who has committed none yet. Raises
    `PlanError`.
    """

    days: int = 90
    reps: int = 200
    customers: int = 5000
    fraud_rate: float = 0.4
    seed: int = 1
    start: date = date(2026, 1, 5)

    def __post_init__(self) -> None:
        for option, value, least, most in (
            ("--days", self.days, 1, 3660),
            ("--reps", self.reps, 1, 20_000),
            ("--customers", self.customers, 1, 1_000_000),
            ("--fraud-rate", self.fraud_rate, 0, 1),
        ):
            if not least <= value <= most:
                raise PlanError(f"{option}: must be {least} to {most}")
        if self.start.year not in YEARS:
            raise PlanError(
                f"--start: must be a day from {YEARS.start} to {YEARS.stop - 1}: public holidays of"
                " other years are not known"
            )

    @property
    def first_day(self) -> int:
        return day_number(self.start)
