"""Several customers pay into one account that is not the company's.

Catches an account that at least `customers` different customers pay into within `window`: one
off-book payment may be an error, a collecting account is a business.

Misses rings that use a new account for each customer, and payments whose customer neither the
payment nor its order names.

Looks the same: a payment agent, factoring company or platform that collects for the company and is
not on file as a company account.
"""

from detectors.language import *


class AccountRingParams(Params):
    """How many customers, within what time."""

    customers: int = at_least(3, "different customers that paid", "付款的不同客户", ge=2)
    window: Duration = number("90d", "from the first payment of the run", "自首笔付款起的时长")


def _whose(view: View, run: Sequence[Fact], _: AccountRingParams) -> Subject:
    """The account's holder, else the one employee who is responsible for all the payments."""
    each = (
        view.responsible(it.at, it.at + NAMED_WITHIN, order=it.of_order, customer=it.about)
        for it in run
    )
    account = view.entity_id
    return Subject(employee=view.reference.holder(account) or sole(each), account=account)


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
    counts=private_payments,
    named=lambda paid: paid.payment,
    open_for=NAMED_WITHIN,
    about=_whose,
    values=_payments,
    reads=(Reads("account", Payment, private_payment_fact, where=of_somebody),),
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
