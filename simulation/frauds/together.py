"""Several minor offences by one person, none of which says much by itself."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import MINUTE
from simulation.chance import between, pick
from simulation.frauds.scenario import Attempt, scenario
from simulation.small_talk import GUILTY


@scenario("employee-risk", "easy", lasts=32)
def one_thing_after_another(attempt: Attempt) -> Process:
    first, second = attempt.customers(2)
    foreign = attempt.customer(attempt.colleague())
    acts, rep = attempt.acts, attempt.rep
    acts.offer(attempt.now, rep, first, amount_of(attempt.rng, first), between(attempt.rng, 25, 35))
    yield attempt.later(1, 2)
    if foreign.owner is not None:
        acts.touch(attempt.now, foreign.owner, foreign)
        yield attempt.later(1, 1)
        acts.touch(attempt.now, rep, foreign, "visit")
    yield attempt.later(1, 2)
    clerk = attempt.one_of(attempt.company.staff.logistics)
    acts.move_goods(attempt.now, "dispatched", second, None, released_by=clerk)
    yield attempt.later(1, 2)
    attempt.harm()
    acts.pay(attempt.now, second, amount_of(attempt.rng, second), payee=rep.account, slip=True)
    attempt.tell(
        f"A wild discount, a colleague's customer, goods without an order, money onto their card:"
        f" {rep.name} within two weeks.",
        f"乱让价、抢同事客户、无单发货、货款进自己卡：{rep.name}两周内接连出事。",
    )


@scenario("employee-risk", "disguised", lasts=50)
def a_little_of_everything(attempt: Attempt) -> Process:
    first, second, third = attempt.customers(3)
    acts, rep = attempt.acts, attempt.rep
    acts.offer(attempt.now, rep, first, amount_of(attempt.rng, first), 18)
    yield attempt.later(2, 4)
    order = acts.place(attempt.now, rep, second, amount_of(attempt.rng, second))
    clerk = attempt.one_of(attempt.company.staff.logistics)
    acts.move_goods(attempt.now + 20 * MINUTE, "dispatched", second, order, released_by=clerk)
    yield attempt.soon(60, 120)
    acts.approve(attempt.now, attempt.manager(), order)
    yield attempt.later(2, 4)
    acts.callback(attempt.now, first, "mismatch", employee=rep, satisfaction=3)
    yield attempt.later(2, 3)
    for customer in (first, second, third):
        acts.chat(attempt.now, rep, "kickback", pick(attempt.rng, GUILTY["kickback"]), customer)
        yield attempt.soon(20, 100)
    yield from attempt.paid(order)
    attempt.harm()
    acts.pay(
        attempt.now,
        third,
        amount_of(attempt.rng, third, 0.4),
        payee=attempt.strange_account(),
        slip=True,
    )
    attempt.tell(
        f"Over a month {rep.name} bends many rules a little: a price, an approval, a callback, talk"
        " of kickbacks, a small payment elsewhere.",
        f"一个多月里{rep.name}处处打擦边球：让价、先发后批、回访不符、谈返点、小额货款旁落。",
    )
