"""What an entity knows of itself whatever the detector: owners, links, statuses.

Kept once per entity and shared by all detectors. A detector at one entity may read the profile
of another (the owner of an order's customer, say): the engine then subscribes the one to the
other, and every later change comes too.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from msgspec import Struct

from detectors.facts import roles
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference, Stated
from detectors.facts.roles import ENDED, Role


class Profile(Struct, gc=False):
    """A reading view of an entity's profile facts, ordered by time."""

    facts: Sequence[Fact]

    def upto(self, until: int) -> Profile:
        """What was known of it at `until`."""
        if not self.facts or self.facts[-1].at <= until:
            return self
        return Profile([fact for fact in self.facts if fact.at <= until])

    def of(self, role: Role) -> list[Fact]:
        """The facts of one role, by time."""
        return [fact for fact in self.facts if fact.role == role.name]

    def first(self, role: Role, about: str | None = None) -> Fact | None:
        """The earliest fact of a role, or of those about one thing: the first word of a status."""
        return next(
            (it for it in self.facts if it.role == role.name and about in (None, it.about)), None
        )

    def statuses(self, *statuses: str) -> list[Fact]:
        """The edits that say that an order has one of these statuses, by time."""
        return [fact for fact in self.of(roles.STATUS) if fact.about in statuses]

    def customers(self) -> list[str]:
        """The customers that edits of this object named, earliest first."""
        return [fact.about for fact in self.facts if fact.role == "customer"]

    def ended(self, at: int, words: Container[str] = ENDED) -> Fact | None:
        """What an order is deleted by at `at`, else cancelled or rejected, if it then is."""
        gone: Fact | None = None
        status: Fact | None = None
        for fact in self.facts:
            if fact.at > at:
                break
            if fact.role in ("gone", "back"):
                gone = fact if fact.role == "gone" else None
            elif fact.role == "status" and (status is None or status.about != fact.about):
                status = fact
        if gone is not None:
            return gone
        return status if status is not None and status.about in words else None

    def resumed(self, after: int) -> Fact | None:
        """By what an order that had ended at `after` was taken up again; None if it was not."""
        if self.ended(after) is None:
            return None
        for fact in self.facts:
            if fact.at > after and fact.role in ("status", "back") and not self.ended(fact.at):
                return fact
        return None

    def owner_at(self, at: int, stated: Stated | None = None) -> str | None:
        """Who owned it at `at`: the newest word not after `at`, else the oldest word after it.

        `stated` is what a reference document says, a word like the others, dated by the document.
        """
        return owner_by(self.owner_word(at), stated, at)

    def owners(self) -> list[Fact]:
        """The words of its owner by time, `about` "" where it is nobody's.

        That counts after a value only: a CRM may send null for whatever it does not know.
        """
        words: list[Fact] = []
        for word in self.of(roles.OWNER):
            if word.about or words or word.before:
                words.append(word)
        return words

    def owner_word(self, at: int) -> Fact | None:
        """The edit that says who owned it at `at`: the newest not after `at`, else the oldest."""
        newest: Fact | None = None
        for word in self.owners():
            if word.at > at:
                return newest or word
            newest = word
        return newest

    def owned_since(self, at: int) -> Fact | None:
        """`owner_word`, but of edits that repeat the owner the oldest, for not all are kept.

        Which of them gave way depends on the order in which they came.
        """
        since: Fact | None = None
        for word in self.owners():
            if word.at > at:
                return since or word
            if since is None or since.about != word.about or "unchanged" not in word.fields:
                since = word
        return since


def owner_by(word: Fact | None, stated: Stated | None, at: int) -> str | None:
    """The owner as of `at` by the `owner_word` of then and by what a reference document says."""
    newest = word if word is not None and word.at <= at else None
    if stated is not None and stated.at <= at and (newest is None or newest.at <= stated.at):
        return stated.owner
    if newest is not None:
        return newest.about or None
    if word is not None and "before" in word.fields:
        return word.fields["before"] or None
    if stated is not None:
        return stated.owner
    return word.about or None if word is not None else None


def customer_owner(profile: Profile, reference: Reference, customer: str, at: int) -> str | None:
    """A customer's owner as of `at`, by its edits and its reference document."""
    return profile.owner_at(at, reference.owner(customer))


def order_owner(profile: Profile, at: int) -> str | None:
    """An order's owner as of `at`, else who created it."""
    owner = profile.owner_at(at)
    if owner is not None:
        return owner
    created = profile.first(roles.CREATED)
    return created.actor if created else None


def order_tie(profile: Profile, employee: str, at: int) -> Fact | None:
    """The edit since which `employee` owned the order at `at`, else the one that created it."""
    if profile.owner_at(at) == employee:
        return profile.owned_since(at)
    created = profile.first(roles.CREATED)
    return created if created is not None and created.actor == employee else None
