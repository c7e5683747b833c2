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

from msgspec import structs

from detectors.language import *

#: How long after a payment the edit may come that says whose order it was for: deposits are
#: often paid before the order is entered. A bound, so that what is over stays as it was.
ENTERED_WITHIN = 7 * DAY


class AccountRingParams(Params):
    """How many customers, within what time."""

    customers: int = at_least(3, "different customers that paid", "付款的不同客户", ge=2)
    window: Duration = number("90d", "from the first payment of the run", "自首笔付款起的时长")


RUN = Sliding(lambda params: distinct_of(params.customers))


def _from_somebody(paid: Payment) -> bool:
    """Of a payment that names neither, nobody will know the customer: it would only be in the way
    when rings that are over are told from those that go on."""
    return received(paid) and (paid.customer is not None or paid.order is not None)


def judge(view: View, params: AccountRingParams) -> Iterable[Finding]:
    """One finding for each run of payments that enough customers made."""
    payments = [
        named
        for paid in view.facts
        if is_private(paid, view.reference) and (named := _with_customer(view, paid)).about
    ]
    for run in RUN.found(payments, params):
        customers = distinct(run, view.common)
        # A bank feed may report one twice, as booked and as settled.
        each = list({paid.fields["payment"]: paid for paid in run}.values())
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].fields['payment']}",
            facts=tuple(run),
            until=run[0].at + params.window + ENTERED_WITHIN,
            subject=Subject(employee=_behind(view, run), account=view.entity_id),
            values={"customers": customers, "payments": total(each, view.common)},
            measured={"customers": customers},
        )


def _with_customer(view: View, paid: Fact) -> Fact:
    """The payment with its order's customer, where it names none itself."""
    order = paid.fields.get("order")
    if paid.about or order is None:
        return paid
    customer = customer_of(view.profile("order", order), paid.at + ENTERED_WITHIN)
    return structs.replace(paid, about=customer) if customer is not None else paid


def _behind(view: View, run: Iterable[Fact]) -> str | None:
    """The account's holder, else the one employee who is responsible for all the payments."""
    holder = view.reference.holder(view.entity_id)
    if holder is not None:
        return holder
    return sole(
        view.responsible(
            paid.at, paid.at + ENTERED_WITHIN, order=paid.fields.get("order"), customer=paid.about
        )
        for paid in run
    )


def _prune(facts: list[Fact], params: AccountRingParams, limit: int) -> list[Fact]:
    """Drops rings whole. Where only orders know the customers, rings cannot be told here: what
    goes then must lie a whole window before everything that stays."""
    limit -= ENTERED_WITHIN  # so long an order may still change what is said of a ring
    if all(paid.about for paid in facts):
        return RUN.prune(facts, params, limit)
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
    reads=(Reads("account", Payment, private_payment_fact, where=_from_somebody),),
    judge=judge,
    says=says(
        Sentence(
            "{customers} customers made {payments} payments to account {account}, which is not the "
            "company's, from {first:day} to {last:day} (within {window}). Behind it: {employee}.",
            "{first:day} 至 {last:day}（{window}内）有 {customers} 个客户向非公司账户 {account} "
            "付款 {payments} 笔。相关员工：{employee}。",
        )
    ),
    notes={
        "received": Bilingual(
            "payment of one of the customers to this account", "其中一个客户向该账户付款"
        )
    },
    keeps=lambda params: params.window + ENTERED_WITHIN,
    prune=_prune,
    folds=Folds(lambda params: params.window),
    needs=("accounts",),
)
