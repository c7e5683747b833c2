"""Those who go, and what they do before and after."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.calendar import clock, date_of
from simulation.chance import between, happens
from simulation.comings_and_goings import hand_over_all
from simulation.frauds.deed import Deed, scenario


@scenario("deleted-before-resignation", "easy", lasts=45)
def nothing_left_behind(deed: Deed) -> Process:
    acts, rep = deed.acts, deed.rep
    deed.harm()
    acts.edit(deed.now, rep, "delete", "contact", acts.numbers.next("CN-LIST"),
              count=between(deed.rng, 12, 60))  # fmt: skip
    yield deed.soon(10, 60)
    acts.files(deed.now, rep, "delete", between(deed.rng, 10, 50), path="D:/客户")
    yield deed.later(1, 2)
    yield from _leaves(deed)
    deed.tell(
        f"{rep.name} deletes their customers' records and files and gives notice the day after.",
        f"{rep.name}删光客户记录和文件，随后提出离职。",
    )


@scenario("deleted-before-resignation", "disguised", lasts=60)
def one_or_two_a_day(deed: Deed) -> Process:
    acts, rep = deed.acts, deed.rep
    for number in range(between(deed.rng, 2, 6)):
        if number:
            yield deed.later(1, 2)
        deed.harm()
        if number % 2:
            acts.files(deed.now, rep, "delete", between(deed.rng, 1, 2))
        else:
            acts.edit(deed.now, rep, "delete", "activity", acts.numbers.next("ACT"))
    yield deed.later(3, 7)
    yield from _leaves(deed)
    deed.tell(
        f"{rep.name} deletes one or two records a day for a week, and gives notice later.",
        f"{rep.name}一周内每天悄悄删一两条，之后才提离职。",
    )


def _leaves(deed: Deed) -> Process:
    """Notice, hand-over, the last day."""
    company, acts, rep = deed.company, deed.acts, deed.rep
    today = company.today
    acts.staff_change(deed.now, rep, "resigned", date_of(today + 30))
    last = company.calendar.workday(today + between(deed.rng, 9, 16))
    rep.to_day = last - 1
    yield from hand_over_all(company, rep, last)
    yield max(clock(last, 17) + between(deed.rng, 0, 3000), deed.now)
    acts.staff_change(deed.now, rep, "left", date_of(last))


def _dismissed(deed: Deed) -> Process:
    """From one hour to the next; the customers are shared out afterwards."""
    company, rep = deed.company, deed.rep
    yield max(clock(company.today, 18, 40), deed.now)
    deed.acts.staff_change(deed.now, rep, "terminated", date_of(company.today))
    rep.to_day = company.today
    yield from hand_over_all(company, rep, company.today + 7)


@scenario("active-after-leaving", "easy", lasts=42)
def the_login_still_works(deed: Deed) -> Process:
    acts, rep = deed.acts, deed.rep
    customers = list(rep.customers.values())[:3]
    if happens(deed.rng, 0.5):
        yield from _dismissed(deed)
    else:
        yield from _leaves(deed)
    yield deed.later(1, 3)
    for customer in customers:
        acts.look(deed.now, rep, "customer", customer.id, customer)
        yield deed.now + between(deed.rng, 100, 900)
    deed.harm()
    acts.look(deed.now, rep, "customer", count=between(deed.rng, 20, 90), op="export")
    deed.tell(
        f"Days after leaving {rep.name} looks up their old customers and exports a list.",
        f"{rep.name}离职数日后仍登录系统查看、导出老客户资料。",
    )


@scenario("active-after-leaving", "disguised", lasts=55)
def once_at_night(deed: Deed) -> Process:
    acts, rep = deed.acts, deed.rep
    yield from _leaves(deed)
    yield deed.later(5, 10)
    yield clock(deed.company.today, 23) + between(deed.rng, 0, 3000)
    deed.harm()
    acts.files(deed.now, rep, "upload", between(deed.rng, 1, 4))
    deed.tell(
        f"Weeks after leaving {rep.name} uploads files from the company's computer once, at night.",
        f"{rep.name}离职数周后，深夜用公司电脑上传过一次文件。",
    )
