"""A customer pays into an account that is not the company's.

Catches a received payment whose payee account is no company account valid on that day: the
core of an off-the-books deal. It scores higher when an employee talked with that customer of
private deals, other channels or kickbacks within `talk_window` before or after.

Misses payments that no feed shows: cash, or transfers between strangers' banks.

Looks the same: a company account that finance has not yet put on file, a payment agent or escrow
service, a typing error in the feed.
"""

from detectors.language import *


class OffbookPaymentParams(Params):
    """How near in time talk corroborates a payment."""

    talk_window: Duration = number(
        "7d",
        "chat hits count this long before and after the payment",
        "付款前后多久之内的聊天命中计入",
    )


def find(view: View, params: OffbookPaymentParams) -> Iterable[Found]:
    """One thing found a payment; the talk with its customers is evidence beside it."""
    told = [paid for paid in view.facts if is_private(paid, view.reference)]
    if not told:
        return
    paid, until = told[0], told[0].at + params.talk_window
    order, account, holder = paid.of_order, paid.account, view.reference.holder(paid.account)
    customers = customers_named(view, paid, until)
    customer = next(iter(customers), None)
    talk = private_talk(view, customers, paid.at, params.talk_window)
    yield Found(
        by=paid,
        facts=in_time_order(*told, *talk),
        about=Subject(None, customer, order, account),
        asks=owner_of(view, paid.at, until, order, customer),
        corroborated=bool(talk),
        values=paid.fields | ({"holder": holder} if holder else {}) | {"hits": str(len(talk))},
    )


DETECTOR = edge(
    "offbook-payment",
    "critical",
    Bilingual("Payment to an account that is not the company's", "货款进入非公司账户"),
    OffbookPaymentParams(),
    find=find,
    open_for="talk_window",
    memory=WITH_WHAT_IS_TOLD,
    reads=(Reads("payment", Payment, private_payment_fact, where=received),),
    says=says(
        Sentence(
            "Customer {customer} paid {amount:money} at {at:time} to account {account}, which is "
            "not the company's. Responsible: {employee}.",
            "客户 {customer} 于 {at:time} 向非公司账户 {account} 付款 {amount:money}。"
            "责任人：{employee}。",
        ),
        Sentence(
            "The account belongs to employee {holder:employee}.",
            "该账户属于{holder:employee}。",
            when="holder",
        ),
        Sentence(
            "{hits:chat hit} with this customer {point} to a private deal.",
            "与该客户的聊天中有 {hits} 次私单相关命中。",
            when="!hits=0",
        ),
        point=(Sentence("points", "", when="hits=1"), Sentence("point", "", when="!hits=1")),
        given=("amount", "currency", "hits", "holder"),
    ),
    notes={
        "received": Bilingual(
            "payment to an account that is not the company's", "付款到非公司账户"
        ),
        "hit": Bilingual("talk of a private deal with this customer", "与该客户谈及私单"),
    },
    needs=("accounts",),
)
