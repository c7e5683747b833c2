"""Records that are deleted, carried off or falsified."""

from __future__ import annotations

from contract.types import Image
from simulation.agenda import Process
from simulation.calendar import MINUTE
from simulation.chance import between, pick
from simulation.frauds.scenario import Attempt, scenario


@scenario("bulk-delete", "easy", lasts=2)
def wiped(attempt: Attempt) -> Process:
    acts, rep = attempt.acts, attempt.rep
    attempt.harm()
    total = 0
    for _ in range(3):
        count = between(attempt.rng, 20, 70)
        total += count
        acts.edit(attempt.now, rep, "delete", "contact", acts.numbers.next("CN-LIST"), count=count)
        yield attempt.now + between(attempt.rng, 60, 400)
    count = between(attempt.rng, 10, 40)
    acts.files(attempt.now, rep, "delete", count, path="D:/客户/报价")
    attempt.tell(
        f"{rep.name} deletes {total} records and {count} files within minutes.",
        f"{rep.name}几分钟内删除 {total} 条记录和 {count} 个文件。",
    )


@scenario("bulk-delete", "disguised", lasts=2)
def a_few_at_a_time(attempt: Attempt) -> Process:
    acts, rep = attempt.acts, attempt.rep
    attempt.harm()
    for number in range(between(attempt.rng, 5, 9)):
        count = between(attempt.rng, 2, 5)
        if number % 3 == 2:
            acts.files(attempt.now, rep, "delete", count)
        else:
            acts.edit(attempt.now, rep, "delete", "activity", acts.numbers.next("ACT"), count=count)
        yield attempt.now + between(attempt.rng, 4 * MINUTE, 7 * MINUTE)
    attempt.tell(
        f"{rep.name} deletes records and files a few at a time, for the better part of an hour.",
        f"{rep.name}在近一小时里零敲碎打地删除记录和文件。",
    )


@scenario("bulk-export", "easy", lasts=2)
def everything_at_once(attempt: Attempt) -> Process:
    rows = between(attempt.rng, 500, 2500)
    attempt.harm()
    attempt.acts.look(attempt.now, attempt.rep, "customer", count=rows, op="export")
    yield attempt.now + between(attempt.rng, 5 * MINUTE, 20 * MINUTE)
    attempt.acts.files(attempt.now, attempt.rep, "copy_external", 3, path="E:/客户全表.xlsx")
    attempt.tell(
        f"{attempt.rep.name} exports {rows} customers and copies the file to a stick.",
        f"{attempt.rep.name}一次导出 {rows} 条客户资料并拷到 U 盘。",
    )


@scenario("bulk-export", "disguised", lasts=2)
def page_by_page(attempt: Attempt) -> Process:
    acts, rep = attempt.acts, attempt.rep
    attempt.harm()
    for number in range(between(attempt.rng, 7, 11)):
        count = between(attempt.rng, 15, 40)
        if number % 3 == 2:
            acts.files(attempt.now, rep, pick(attempt.rng, ("print", "upload", "send")), count)
        else:
            acts.look(
                attempt.now, rep, pick(attempt.rng, ("customer", "contact", "order")), count=count
            )
        yield attempt.now + between(attempt.rng, 3 * MINUTE, 7 * MINUTE)
    attempt.tell(
        f"{rep.name} goes through the lists page by page, and prints and sends some of them.",
        f"{rep.name}逐页翻看名单，分批打印、外发。",
    )


@scenario("contact-tampering", "easy", lasts=2)
def ring_me_instead(attempt: Attempt) -> Process:
    customer, rep = attempt.customer(), attempt.rep
    attempt.harm()
    attempt.acts.update(
        attempt.now, rep, customer, Image(phone=customer.phone), Image(phone=rep.phone)
    )
    yield attempt.soon(5, 30)
    attempt.tell(
        f"{rep.name} puts their own phone number into the record of {customer.id}.",
        f"{rep.name}把 {customer.id} 的联系电话改成了自己的手机。",
        customer=customer,
    )


@scenario("contact-tampering", "disguised", lasts=3)
def wrong_by_a_digit(attempt: Attempt) -> Process:
    rep = attempt.rep
    for customer in attempt.customers(between(attempt.rng, 4, 7)):
        attempt.harm()
        attempt.acts.update(
            attempt.now,
            rep,
            customer,
            Image(phone=customer.phone),
            Image(phone=attempt.strange_phone()),
        )
        yield attempt.now + between(attempt.rng, 10 * MINUTE, 60 * MINUTE)
    attempt.tell(
        f"{rep.name} replaces the phone numbers of their best customers, one after the other.",
        f"{rep.name}一天之内陆续改掉多家客户的电话，让别人联系不上。",
    )


@scenario("flooded-record", "easy", lasts=2)
def a_script_within_two_hours(attempt: Attempt) -> Process:
    yield from _buried(attempt, between(attempt.rng, 600, 1200), 3, 7)


@scenario("flooded-record", "disguised", lasts=3)
def a_little_all_day_long(attempt: Attempt) -> Process:
    yield from _buried(attempt, between(attempt.rng, 460, 700), 60, 110)


def _buried(attempt: Attempt, updates: int, least: int, most: int) -> Process:
    """Work on a colleague's customer, hidden under many updates of its record.

    Between two of them lie `least` to `most` seconds.
    """
    owner = attempt.colleague()
    customer, acts, rep = attempt.customer(owner), attempt.acts, attempt.rep
    acts.touch(attempt.now, owner, customer, "visit")
    yield attempt.later(1, 1)
    attempt.harm()
    activity, said = acts.numbers.next("ACT"), (Image(kind="message"), Image(kind="report"))
    acts.edit(attempt.now, rep, "create", "activity", activity, customer, after=said[0])
    for number in range(updates):
        yield attempt.now + between(attempt.rng, least, most)
        before, after = said[number % 2], said[1 - number % 2]
        acts.edit(
            attempt.now, rep, "update", "activity", activity, customer, before=before, after=after
        )
    attempt.tell(
        f"{rep.name} works on {customer.id}, {owner.name}'s customer, and buries it under {updates}"
        f" updates of {activity}.",
        f"{rep.name}跟进{owner.name}的客户 {customer.id}，又把 {activity} 反复修改 {updates} 次"
        "加以掩盖。",
        customer=customer,
    )
