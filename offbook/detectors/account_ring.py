"""Several customers pay into one account that is not the company's.

Catches an account that at least `customers` different customers pay into within `window`: one
off-book payment may be an error, a collecting account is a business.

Misses rings that use a new account for each customer, and payments whose customer neither the
payment nor its order names.

Looks the same: a payment agent, factoring company or platform that collects for the company and is
not on file as a company account.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, structs

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact
from offbook.detectors.money_in import private_payment_fact, received
from offbook.detectors.params import Duration, Params
from offbook.detectors.shapes import distinct_of, open_runs, runs
from offbook.detectors.wording import distinct, span, total
from offbook.events.alert import Bilingual
from offbook.events.times import DAY
from offbook.events.types import Payment

#: How long after a payment the edit may come that says whose order it was for: deposits are
#: often paid before the order is entered. A bound, so that what is over stays as it was.
ENTERED_WITHIN = 7 * DAY


class AccountRingParams(Params, frozen=True):
    """How many customers, within what time."""

    customers: Annotated[int, Meta(ge=2, description="different customers that paid")] = 3
    window: Annotated[Duration, Meta(description="from the first payment of the run")] = Duration(
        "90d"
    )


def judge(view: View, params: AccountRingParams) -> Iterable[Finding]:
    """One finding for each run of payments that enough customers made."""
    payments = [named for paid in view.facts if (named := _with_customer(view, paid)).about]
    for run in runs(payments, params.window, distinct_of(params.customers)):
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].fields['payment']}",
            facts=tuple(run),
            until=run[0].at + params.window + ENTERED_WITHIN,
            subject=Subject(employee=_behind(view, run), account=view.entity_id),
            values={"customers": distinct(run, view.common), "payments": total(run, view.common)},
            notes={"received": "payment of one of the customers to this account"},
        )


def _with_customer(view: View, paid: Fact) -> Fact:
    """The payment with its order's customer, where it names none itself."""
    order = paid.fields.get("order")
    if paid.about or order is None:
        return paid
    customers = view.profile("order", order).upto(paid.at + ENTERED_WITHIN).customers()
    return structs.replace(paid, about=customers[0]) if customers else paid


def _behind(view: View, run: Iterable[Fact]) -> str | None:
    """The account's holder, else the one employee who is responsible for all the payments."""
    holder = view.reference.holder(view.entity_id)
    if holder is not None:
        return holder
    responsible = {
        view.responsible(
            paid.at, paid.at + ENTERED_WITHIN, order=paid.fields.get("order"), customer=paid.about
        )
        for paid in run
    }
    return responsible.pop() if len(responsible) == 1 else None


def summarise(finding: Finding, params: AccountRingParams, words: Words) -> Bilingual:
    """How many customers paid into which account, and who is behind it."""
    values, account = finding.values, finding.subject.account
    who = words.employee(finding.subject.employee)
    first, last = words.day(finding.facts[0].at), words.day(finding.facts[-1].at)
    within = span(params.window)
    return Bilingual(
        f"{values['customers']} customers made {values['payments']} payments to account {account}, "
        f"which is not the company's, from {first} to {last} (within {within.en}). "
        f"Behind it: {who.en}.",
        f"{first} 至 {last}（{within.zh}内）有 {values['customers']} 个客户向非公司账户 {account} "
        f"付款 {values['payments']} 笔。相关员工：{who.zh}。",
    )


def _prune(facts: list[Fact], params: AccountRingParams, limit: int) -> list[Fact]:
    """Drops rings whole. Where only orders know the customers, rings cannot be told here: what
    goes then must lie a whole window before everything that stays."""
    limit -= ENTERED_WITHIN  # so long an order may still change what is said of a ring
    if all(paid.about or "order" not in paid.fields for paid in facts):
        return open_runs(facts, params.window, distinct_of(params.customers), limit)
    start, stays = len(facts), limit
    while start and facts[start - 1].at + params.window >= stays:
        start -= 1
        stays = min(stays, facts[start].at)
    return facts[start:]


DETECTOR = Detector(
    id="account-ring",
    severity="critical",
    title=Bilingual("Several customers pay one private account", "多个客户向同一非公司账户付款"),
    params=AccountRingParams(),
    reads=(Reads("account", Payment, private_payment_fact, where=received),),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.window + ENTERED_WITHIN,
    prune=_prune,
    folds=True,
    needs=("accounts",),
)
