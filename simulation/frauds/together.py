"""Several smaller things by one person, none of which says much by itself."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import MINUTE
from simulation.chance import between, pick
from simulation.frauds.deed import Deed, scenario
from simulation.small_talk import GUILTY


@scenario("employee-risk", "easy", lasts=32)
def one_thing_after_another(deed: Deed) -> Process:
    first, second = deed.customers(2)
    foreign = deed.customer(deed.colleague())
    acts, rep = deed.acts, deed.rep
    acts.offer(deed.now, rep, first, amount_of(deed.rng, first), between(deed.rng, 25, 35))
    yield deed.later(1, 2)
    if foreign.owner is not None:
        acts.touch(deed.now, foreign.owner, foreign)
        yield deed.later(1, 1)
        acts.touch(deed.now, rep, foreign, "visit")
    yield deed.later(1, 2)
    clerk = deed.one_of(deed.company.staff.logistics)
    acts.move_goods(deed.now, "dispatched", second, None, released_by=clerk)
    yield deed.later(1, 2)
    deed.harm()
    acts.pay(deed.now, second, amount_of(deed.rng, second), payee=rep.account, slip=True)
    deed.tell(
        f"A wild discount, a colleague's customer, goods without an order, money onto their card:"
        f" {rep.name} within two weeks.",
        f"乱让价、抢同事客户、无单发货、货款进自己卡：{rep.name}两周内接连出事。",
    )


@scenario("employee-risk", "disguised", lasts=50)
def a_little_of_everything(deed: Deed) -> Process:
    first, second, third = deed.customers(3)
    acts, rep = deed.acts, deed.rep
    acts.offer(deed.now, rep, first, amount_of(deed.rng, first), 18)
    yield deed.later(2, 4)
    order = acts.place(deed.now, rep, second, amount_of(deed.rng, second))
    clerk = deed.one_of(deed.company.staff.logistics)
    acts.move_goods(deed.now + 20 * MINUTE, "dispatched", second, order, released_by=clerk)
    yield deed.soon(60, 120)
    acts.approve(deed.now, deed.manager(), order)
    yield deed.later(2, 4)
    acts.callback(deed.now, first, "mismatch", employee=rep, satisfaction=3)
    yield deed.later(2, 3)
    for customer in (first, second, third):
        acts.chat(deed.now, rep, "kickback", pick(deed.rng, GUILTY["kickback"]), customer)
        yield deed.soon(20, 100)
    yield from deed.paid(order)
    deed.harm()
    acts.pay(
        deed.now, third, amount_of(deed.rng, third, 0.4), payee=deed.strange_account(), slip=True
    )
    deed.tell(
        f"Over a month {rep.name} bends many rules a little: a price, an approval, a callback, talk"
        " of kickbacks, a small payment elsewhere.",
        f"一个多月里{rep.name}处处打擦边球：让价、先发后批、回访不符、谈返点、小额货款旁落。",
    )
