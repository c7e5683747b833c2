"""Several customers pay into one account that is not the company's.

Catches an account that at least `customers` different customers pay into within `window`: one
off-book payment may be an error, a collecting account is a business.

Misses rings that use a new account for each customer, and payments whose customer neither the
payment nor its order names.

Looks the same: a payment agent, factoring company or platform that collects for the company and is
not on file as a company account.
"""

from detectors.language import *

#: How long after a payment the edit may come that says whose order it was for: deposits are
#: often paid before the order is entered. A bound, so that what is over stays as it was.
ENTERED_WITHIN = 7 * DAY


class AccountRingParams(Params):
    """How many customers, within what time."""

    customers: int = at_least(3, "different customers that paid", "付款的不同客户", ge=2)
    window: Duration = number("90d", "from the first payment of the run", "自首笔付款起的时长")


def _from_somebody(paid: Payment) -> bool:
    """Of a payment that names neither, nobody will know the customer: it would only be in the way
    when rings that are over are told from those that go on."""
    return received(paid) and (paid.customer is not None or paid.order is not None)


def _of_customers(view: View) -> Sequence[Fact]:
    """The payments whose customer they name, or the order that they name has."""
    private = [paid for paid in view.facts if is_private(paid, view.reference)]
    return [named for paid in private if (named := _with_customer(view, paid)).about]


def _with_customer(view: View, paid: Fact) -> Fact:
    if paid.about:
        return paid
    customer = customer_named(view, paid, paid.at + ENTERED_WITHIN)
    return structs.replace(paid, about=customer) if customer is not None else paid


def _whose(view: View, run: Sequence[Fact], _: AccountRingParams) -> Subject:
    """The account's holder, else the one employee who is responsible for all the payments."""
    holder = view.reference.holder(view.entity_id)
    return Subject(
        account=view.entity_id,
        employee=holder
        or sole(
            view.responsible(
                paid.at,
                paid.at + ENTERED_WITHIN,
                order=paid.of_order,
                customer=paid.about,
            )
            for paid in run
        ),
    )


def _payments(view: View, run: Sequence[Fact], _: AccountRingParams) -> dict[str, str]:
    # A bank feed may report one twice, as booked and as settled.
    each = list({paid.payment: paid for paid in run}.values())
    return {"payments": total(each, view.common)}


DETECTOR = burst(
    "account-ring",
    "critical",
    Bilingual("Several customers pay one private account", "多个客户向同一非公司账户付款"),
    AccountRingParams(),
    enough=different("customers"),
    counts=_of_customers,
    named=lambda paid: paid.payment,
    open_for=ENTERED_WITHIN,
    about=_whose,
    values=_payments,
    reads=(Reads("account", Payment, private_payment_fact, where=_from_somebody),),
    says=says(
        Sentence(
            "{customers} customers made {payments} payments to account {account}, which is not the "
            "company's, from {first:day} to {last:day} (within {window}). Behind it: {employee}.",
            "{first:day} 至 {last:day}（{window}内）有 {customers} 个客户向非公司账户 {account} "
            "付款 {payments} 笔。相关员工：{employee}。",
        ),
        given=("payments",),
    ),
    notes={
        "received": Bilingual(
            "payment of one of the customers to this account", "其中一个客户向该账户付款"
        )
    },
    needs=("accounts",),
)
