"""Puts a fact into a profile: what says nothing new is not kept."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.facts.fact import Fact, insert
from detectors.facts.roles import FIRST_ONLY, STANDING, THINNED


def remember(facts: list[Fact], fact: Fact) -> bool:
    """Put a profile fact in its place; False if it says nothing new."""
    if fact.role in FIRST_ONLY:
        for place, known in enumerate(facts):
            if known.role == fact.role and known.about == fact.about:
                if known.order <= fact.order:
                    return False
                del facts[place]
                break
    if fact.role in THINNED:
        return _insert_thinly(facts, fact, THINNED[fact.role])
    if not insert(facts, fact):
        return False
    repeat = _repeat(facts, fact) if fact.role in STANDING else None
    if repeat is not None:
        facts.remove(repeat)
    return repeat is not fact


def _repeat(facts: Sequence[Fact], fresh: Fact) -> Fact | None:
    """The word that only repeats what stands between two that say the same, now `fresh` came.

    A CRM that sends whole images tells the owner with every edit. One at most: the others were
    looked at before.
    """
    words = [fact for fact in facts if fact.role == fresh.role]
    place = words.index(fresh)
    for at in range(max(place - 1, 1), min(place + 2, len(words) - 1)):
        before, word, after = words[at - 1 : at + 2]
        same = before.about == word.about == after.about and _by(before) == _by(word)
        if same and "unchanged" in word.fields and "unchanged" in after.fields:
            return word
    return None


def _by(word: Fact) -> str | None:
    """Who approved: an approval by somebody else is no repeat."""
    return word.fields.get("by")


def _insert_thinly(facts: list[Fact], fact: Fact, gap: int) -> bool:
    """Insert, but keep no fact of the role that lies between two others `gap` apart at most.

    Whoever asks for one within a window of that length or more finds one of the two anyway, and a
    customer with thousands of orders need not keep them all.
    """
    if len(facts) > 1:
        # Nearly always it is the newest, and there are two of the role that came shortly before.
        last, last_but_one = facts[-1], facts[-2]
        if last_but_one.role == last.role == fact.role and last.at < fact.at:
            if fact.at - last_but_one.at <= gap:
                facts[-1] = fact
            else:
                facts.append(fact)
            return True
    before: list[int] = []
    after: list[int] = []
    # From the newest on, for that is where most facts belong.
    for place in range(len(facts) - 1, -1, -1):
        if facts[place].role == fact.role:
            if facts[place].order < fact.order:
                before.append(place)
                if len(before) == 2:
                    break
            else:
                after.append(place)
    after = after[-2:]
    if before and after and facts[after[-1]].at - facts[before[0]].at <= gap:
        return False
    if len(after) == 2 and facts[after[0]].at - fact.at <= gap:
        del facts[after[1]]
    if len(before) == 2 and fact.at - facts[before[1]].at <= gap:
        del facts[before[0]]
    return insert(facts, fact)
