"""Employees who leave, and what they do before and after."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.calendar import clock, date_of
from simulation.chance import between, happens
from simulation.comings_and_goings import hand_over_all
from simulation.frauds.scenario import Attempt, scenario


@scenario("deleted-before-resignation", "easy", lasts=45)
def nothing_left_behind(attempt: Attempt) -> Process:
    acts, rep = attempt.acts, attempt.rep
    attempt.harm()
    acts.edit(attempt.now, rep, "delete", "contact", acts.numbers.next("CN-LIST"),
              count=between(attempt.rng, 12, 60))  # fmt: skip
    yield attempt.soon(10, 60)
    acts.files(attempt.now, rep, "delete", between(attempt.rng, 10, 50), path="D:/客户")
    yield attempt.later(1, 2)
    yield from _leaves(attempt)
    attempt.tell(
        f"{rep.name} deletes their customers' records and files and gives notice the day after.",
        f"{rep.name}删光客户记录和文件，随后提出离职。",
    )


@scenario("deleted-before-resignation", "disguised", lasts=60)
def one_or_two_a_day(attempt: Attempt) -> Process:
    acts, rep = attempt.acts, attempt.rep
    for number in range(between(attempt.rng, 2, 6)):
        if number:
            yield attempt.later(1, 2)
        attempt.harm()
        if number % 2:
            acts.files(attempt.now, rep, "delete", between(attempt.rng, 1, 2))
        else:
            acts.edit(attempt.now, rep, "delete", "activity", acts.numbers.next("ACT"))
    yield attempt.later(3, 7)
    yield from _leaves(attempt)
    attempt.tell(
        f"{rep.name} deletes one or two records a day for a week, and gives notice later.",
        f"{rep.name}一周内每天悄悄删一两条，之后才提离职。",
    )


def _leaves(attempt: Attempt) -> Process:
    """Notice, hand-over, the last day."""
    company, acts, rep = attempt.company, attempt.acts, attempt.rep
    today = company.today
    acts.staff_change(attempt.now, rep, "resigned", date_of(today + 30))
    last = company.calendar.workday(today + between(attempt.rng, 9, 16))
    rep.to_day = last - 1
    yield from hand_over_all(company, rep, last)
    yield max(clock(last, 17) + between(attempt.rng, 0, 3000), attempt.now)
    acts.staff_change(attempt.now, rep, "left", date_of(last))


def _dismissed(attempt: Attempt) -> Process:
    """Dismissed without notice; the customers are reassigned afterwards."""
    company, rep = attempt.company, attempt.rep
    yield max(clock(company.today, 18, 40), attempt.now)
    attempt.acts.staff_change(attempt.now, rep, "terminated", date_of(company.today))
    rep.to_day = company.today
    yield from hand_over_all(company, rep, company.today + 7)


@scenario("active-after-leaving", "easy", lasts=42)
def the_login_still_works(attempt: Attempt) -> Process:
    acts, rep = attempt.acts, attempt.rep
    customers = list(rep.customers.values())[:3]
    if happens(attempt.rng, 0.5):
        yield from _dismissed(attempt)
    else:
        yield from _leaves(attempt)
    yield attempt.later(1, 3)
    for customer in customers:
        acts.look(attempt.now, rep, "customer", customer.id, customer)
        yield attempt.now + between(attempt.rng, 100, 900)
    attempt.harm()
    acts.look(attempt.now, rep, "customer", count=between(attempt.rng, 20, 90), op="export")
    attempt.tell(
        f"Days after leaving {rep.name} looks up their old customers and exports a list.",
        f"{rep.name}离职数日后仍登录系统查看、导出老客户资料。",
    )


@scenario("active-after-leaving", "disguised", lasts=55)
def once_at_night(attempt: Attempt) -> Process:
    acts, rep = attempt.acts, attempt.rep
    yield from _leaves(attempt)
    yield attempt.later(5, 10)
    yield clock(attempt.company.today, 23) + between(attempt.rng, 0, 3000)
    attempt.harm()
    acts.files(attempt.now, rep, "upload", between(attempt.rng, 1, 4))
    attempt.tell(
        f"Weeks after leaving {rep.name} uploads files from the company's computer once, at night.",
        f"{rep.name}离职数周后，深夜用公司电脑上传过一次文件。",
    )
