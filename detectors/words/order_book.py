"""An order as its events tell it: what it comes to, what was paid, which goods moved, if it stands.

Every question is asked as of a time, of what happened up to then: later events change no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct

from contract.alert import Bilingual
from detectors.facts.fact import Fact
from detectors.facts.reads import Dossier
from detectors.facts.roles import WHOSE_ORDER
from detectors.words.settled import Settled

CALLED_OFF = Bilingual(
    "the order was called off in time", "订单已在期限内取消、驳回、删除或退回重审"
)
PAID_BACK = Bilingual("all the money was refunded in time", "款项已在期限内全部退回")
SENT_BACK = Bilingual("all the goods came back in time", "货物已在期限内全部退回")


#: Percent beyond which the figure says nothing more.
_MOST = Decimal(999_999)


def dossier(*begins: str, besides: Iterable[str] = ()) -> Dossier:
    """An order's, for a detector that judges its book, whose it is, and by the roles `besides`, and
    finds nothing until one of the roles or statuses `begins` is told.

    Most orders are edited most often before there is anything to judge.
    """
    return Dossier("order", OrderBook.ROLES | WHOSE_ORDER | frozenset(besides), frozenset(begins))


class Price(Struct, frozen=True):
    """What an order comes to, and the edit since which it has."""

    amount: Decimal
    currency: str
    since: Fact


class OrderBook:
    """An order as of the newest fact it was told; tell it the profile's facts in their order.

    A payment counts once, however often it is reported under its number, unless a refund lies
    between: then it is a new leg. So does a refund, unless it bears the number of a payment: then
    that says what was refunded, and perhaps in parts. Goods go out, and come back, likewise.
    """

    def __init__(self, facts: Iterable[Fact] = (), until: int | None = None) -> None:
        self.price: Price | None = None
        self.status: Fact | None = None
        self.deleted: Fact | None = None
        self.paid_back: Fact | None = None
        self.sent_back: Fact | None = None
        self.money: list[Fact] = []
        #: By the number of a payment, whether money of it came in since some of it went back.
        self._paid: dict[str, bool] = {}
        self._repaid: set[str] = set()
        self._out: set[str] = set()
        self._came_back: set[str] = set()
        self._received: dict[str, Decimal] = {}
        self._refunded: dict[str, Decimal] = {}
        for fact in facts:
            if until is not None and fact.at > until:
                break
            self.tell(fact)

    def tell(self, fact: Fact) -> None:
        """What happened next."""
        told = self._told.get(fact.role)
        if told is not None:
            told(self, fact)

    def _stand(self, fact: Fact) -> None:
        if self.status is None or self.status.about != fact.about:
            self.status = fact

    def _exist(self, fact: Fact) -> None:
        self.deleted = fact if fact.role == "gone" else None

    def _value(self, fact: Fact) -> None:
        old, amount = self.price, Decimal(fact.about)
        currency = fact.fields.get("currency") or (old.currency if old else "CNY")
        if old is None or (old.amount, old.currency) != (amount, currency):
            self.price = Price(amount, currency, fact)

    def _move(self, fact: Fact) -> None:
        """Goods by the number of their shipment; sent again after a return, they are out again."""
        if fact.role == "dispatched":
            self._out.add(fact.about)
            self._came_back.discard(fact.about)
        else:
            self._came_back.add(fact.about)
        back = self._came_back and len(self._came_back) >= len(self._out)
        self.sent_back = (self.sent_back or fact) if back else None

    def _is_told_again(self, fact: Fact) -> bool:
        """Whether money that was counted before is reported once more."""
        number, paid = fact.about, self._paid
        if fact.role == "received":
            again = paid.get(number, False)
            paid[number] = True
        elif number in paid:
            again = paid[number] = False
        else:
            again = number in self._repaid
            self._repaid.add(number)
        return again

    def _count(self, fact: Fact) -> None:
        if self._is_told_again(fact):
            return
        self.money.append(fact)
        totals = self._received if fact.role == "received" else self._refunded
        currency = fact.currency
        totals[currency] = totals.get(currency, Decimal(0)) + fact.amount
        back = self._refunded.get
        gone = all(back(paid_in, 0) >= paid for paid_in, paid in self._received.items())
        self.paid_back = (self.paid_back or fact) if gone and any(self._received.values()) else None

    #: What is made of a fact, by its role; any other says nothing to a book.
    _told: ClassVar[Mapping[str, Callable[[OrderBook, Fact], None]]] = {
        "status": _stand,
        "gone": _exist,
        "back": _exist,
        "amount": _value,
        "received": _count,
        "refund": _count,
        "dispatched": _move,
        "returned": _move,
    }
    #: The roles that change a book.
    ROLES: ClassVar[frozenset[str]] = frozenset(_told)

    def paid_pct(self) -> Decimal:
        """What came in, net, in percent of the price; what came in for nothing is twice too much.

        Raises `ValueError` without a price.
        """
        if self.price is None:
            raise ValueError("an order without a price is paid at no percent")
        net = self.net(self.price.currency)
        if self.price.amount:
            return net * 100 / self.price.amount
        return Decimal(100) + net.compare(Decimal(0)) * 100

    def net(self, currency: str) -> Decimal:
        """What was received in `currency` less what was refunded."""
        return self._received.get(currency, Decimal(0)) - self._refunded.get(currency, Decimal(0))

    def all_returned(self) -> Settled | None:
        """Whether all goods that left have come back, by their number."""
        return Settled(SENT_BACK, self.sent_back) if self.sent_back else None

    def reckoning(self) -> list[Fact]:
        """The edit that tells the price, and all money that moved."""
        return [*([self.price.since] if self.price else ()), *self.money]

    def worth(self) -> dict[str, str]:
        """What an alert tells of its price: `amount` and `currency`. Nothing without one."""
        if self.price is None:
            return {}
        return {"amount": str(self.price.amount), "currency": self.price.currency}

    def paid(self) -> dict[str, str]:
        """What an alert tells of its money: `net`, and in which `others` more moved."""
        if self.price is None:
            return {}
        paid = {"net": str(self.net(self.price.currency))}
        if others := (self._received.keys() | self._refunded.keys()) - {self.price.currency}:
            paid["others"] = ", ".join(sorted(others))
        return paid

    def called_off(self, *words: str) -> Settled | None:
        """Whether it is deleted, or its status one of `words`."""
        if self.deleted is not None:
            return Settled(CALLED_OFF, self.deleted)
        if self.status is not None and self.status.about in words:
            return Settled(CALLED_OFF, self.status)
        return None

    def stands_as(self, *words: str) -> Settled | None:
        """Why it is none of `words` any more: called off, or gone back to another status."""
        off = self.called_off()
        if off is None and self.status is not None and self.status.about not in words:
            return Settled(CALLED_OFF, self.status)
        return off

    def undone(self) -> Settled | None:
        """Whether it is cancelled or deleted, or all its money has gone back."""
        if self.paid_back is not None:
            return Settled(PAID_BACK, self.paid_back)
        return self.called_off("cancelled")

    def not_done(self) -> Settled | None:
        """Why it does not stand as completed."""
        return self.undone() or self.stands_as("completed")

    def not_owed(self) -> Settled | None:
        """Why nothing is owed for its goods."""
        return self.undone() or self.all_returned()


def entered(facts: Iterable[Fact], *statuses: str) -> Iterator[Fact]:
    """The edits by which it came to one of `statuses` from another.

    The first word of its status is none if it says that it was so before: the image of an order
    done with before anybody listened. What it comes to after that is news.
    """
    last: str | None = None
    entered = False
    for fact in facts:
        if fact.role != "status":
            continue
        if last is None:
            last = fact.before
        if fact.about not in statuses:
            entered = False
        elif fact.about != last and not entered:
            entered = True
            yield fact
        last = fact.about


class Wait(Struct, frozen=True):
    """A time that runs from `began` to `deadline`, the order as it then was, and why it `ended`
    without a question: None if it is to be answered."""

    began: Fact
    deadline: int
    book: OrderBook
    ended: Settled | None


def waited(
    facts: Sequence[Fact],
    began: Fact,
    length: int,
    ends: Callable[[OrderBook], Settled | None],
) -> Wait:
    """The wait that began with `began`; if the order stood no more when it was over and was taken
    up again after that, the wait that begins then, and so on.

    One that is called off and taken up again before the deadline has had its time.
    """
    while True:
        deadline = began.at + length
        book = OrderBook(facts, deadline)
        ended = ends(book)
        again = None if ended is None else _taken_up_again(facts, deadline, ends)
        if again is None:
            return Wait(began, deadline, book, ended)
        began = again


def _taken_up_again(
    facts: Sequence[Fact], since: int, ends: Callable[[OrderBook], Settled | None]
) -> Fact | None:
    book = OrderBook()
    for fact in facts:
        book.tell(fact)
        if fact.at > since and ends(book) is None:
            return fact
    return None


def figure(percent: Decimal, rounding: str) -> str:
    """Percent to two digits, as an alert tells it.

    To be rounded away from its threshold: what is over by a hair is not told to lie on it.
    """
    return str(max(-_MOST, min(percent, _MOST)).quantize(Decimal("0.01"), rounding))
