"""key-customer-access: a key customer's record is opened by neither its owner nor a manager."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import strategies as st
from msgspec import UNSET

from contract import times
from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR, SECOND
from contract.types import ReferenceCustomer, ReferenceEmployee
from detectors.engine.engine import Engine
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.rules.customers.key_customer_access import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    DOCUMENTED,
    after,
    at,
    company,
    customer,
    edit,
    employee,
    event,
    evidence,
    final,
    firing,
    hit,
    ids,
    local,
    only,
    owner,
    play,
)

NOON = "2026-03-02 12:00"
BOSS = event(DOCUMENTED, ReferenceEmployee("E-BOSS", role="manager"))
STAFF = (employee("E-1", "唐静"), employee("E-2", "王伟"), BOSS)


def key(id: str = "C-1", owner: str | None = "E-2", tier: str | None = "key") -> Event:
    """A document; without an owner it says nothing of one."""
    return event(DOCUMENTED, ReferenceCustomer(id, owner=owner or UNSET, tier=tier))  # type: ignore[arg-type]


def found(*events: Event, reference: Reference | None = None) -> list[Alert]:
    return play(events, DETECTOR, reference=reference or company(*STAFF, key()))


def opens(
    moment: str | int,
    op: str = "view",
    who: str = "E-1",
    id: str = "C-1",
    *,
    object: str = "customer",
    **more: object,
) -> Event:
    """A colleague views the customer, if nothing else is said."""
    return edit(moment, who, op, (object, id), **more)  # type: ignore[arg-type]


def test_a_colleague_opens_a_key_customer() -> None:
    #   12:00 view ── 13:00 export of 120 ── 14:00 view ── 15:00 update
    accesses = [
        opens(NOON),
        opens(after(NOON, "1h"), "export", count=120),
        opens(after(NOON, "2h")),
        opens(after(NOON, "3h"), "update", name="甲公司"),
    ]
    alert = only(found(*accesses))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.revision) == ("E-1", "C-1", 4)
    assert evidence(alert) == ids(*accesses)
    assert [piece.note for piece in alert.evidence] == [
        "viewed",
        "exported (120 records)",
        "viewed",
        "updated",
    ]
    assert alert.summary.en == (
        "唐静 (E-1), neither the owner nor a manager, accessed key customer C-1, whose owner is "
        "王伟 (E-2), on 2026-03-02: 2 records viewed, 120 records exported, 1 record updated."
    )
    assert alert.summary.zh == (
        "唐静（E-1）既非归属人也非经理，却于 2026-03-02 访问了重点客户 C-1（归属人为王伟（E-2））："
        "查看 2 条，导出 120 条，修改 1 条。"
    )


def test_the_owner_and_managers_may() -> None:
    #   E-7 is a manager by role, E-8 because E-1's document says so
    managers = (
        event(DOCUMENTED, ReferenceEmployee("E-7", role="manager")),
        event(DOCUMENTED, ReferenceEmployee("E-1", manager="E-8")),
    )
    staff = company(*STAFF, key(), *managers)
    for who, fires in (("E-1", True), ("E-2", False), ("E-7", False), ("E-8", False)):
        assert (found(opens(NOON, who=who), reference=staff) != []) is fires


@pytest.mark.parametrize(
    ("access", "reaches"),
    [
        (opens(NOON), True),
        (opens(NOON, who="E-BOSS"), False),
        (opens(NOON, id="C-2"), False),
        (opens(NOON, id="C-2", tier="key"), True),
        (opens(NOON, "update", id="C-2", owner="E-1"), True),
    ],
    ids=["of a key customer", "by a manager", "of another", "that says key", "that is kept anyway"],
)
def test_who_has_the_reference_data_shows_a_customer_only_what_counts(
    access: Event, reaches: bool
) -> None:
    """Every third event is a look at a customer that is not key. The router cannot know which."""
    reference = company(*STAFF, key())
    engine = Engine([DETECTOR], reference)
    assert engine.route(access) == [f"customer:{access.data.object.id}"]  # type: ignore[attr-defined]
    assert (engine.route(access, reference) != []) is reaches


@pytest.mark.parametrize("op", ["create", "delete", "restore"])
def test_other_operations_are_no_access(op: str) -> None:
    assert found(opens(NOON, op)) == []


@pytest.mark.parametrize("object", ["contact", "order", "activity"])
def test_what_is_no_customer_may_be_opened(object: str) -> None:
    assert found(opens(NOON, id="X-1", object=object, customer="C-1")) == []


def test_a_customer_that_the_edit_only_names_was_not_opened() -> None:
    #   both are key; the record of C-1 was opened, which names C-HEAD beside it
    staff = company(*STAFF, key(), key("C-HEAD"))
    assert only(found(opens(NOON, customer="C-HEAD"), reference=staff)).customer == "C-1"
    assert only(found(opens(NOON, customer="C-1"))).customer == "C-1"


@pytest.mark.parametrize("tier", ["normal", None])
def test_only_key_customers_are_watched_and_of_others_nothing_is_kept(tier: str | None) -> None:
    run = local(DETECTOR, reference=company(*STAFF, key(tier=tier)))
    assert run.run([opens(NOON), opens(NOON, id="C-2")]) == []
    assert not any(state.notebooks for state in run.states.values())


@pytest.mark.parametrize(
    "document, image, fires",
    [("key", "normal", True), ("normal", "key", False), (None, "key", True), (None, "A", False)],
)
def test_the_document_decides_before_the_edit(
    document: str | None, image: str, fires: bool
) -> None:
    staff = company(*STAFF, key(tier=document))
    assert (found(opens(NOON, "update", tier=image), reference=staff) != []) is fires


def test_it_is_watched_from_when_it_becomes_key_until_it_is_none() -> None:
    #   normal: view ── key: view ◄ fires ── normal: view ── by the newest document it never was
    reference = company(*STAFF, key(tier="normal"))
    run = local(DETECTOR, reference=reference)
    alerts = run.run([opens(NOON)])
    reference.put(key())
    seen = opens(after(NOON, "1h"))
    alerts += run.run([seen])
    reference.put(key(tier="normal"))
    alerts += run.run([opens(after(NOON, "2h")), owner(after(NOON, "3h"), "C-1", "E-3")])
    assert evidence(alerts[0]) == ids(seen)
    assert (only(alerts).revision, only(alerts).state) == (2, "withdrawn")


@pytest.mark.parametrize("missing", ["employees", "customers"])
def test_without_reference_data_it_is_silent(missing: str) -> None:
    documents = (customer("C-9"),) if missing == "employees" else STAFF
    assert found(opens(NOON, "update", tier="key"), reference=company(*documents)) == []


def test_where_no_owner_is_known_it_says_so() -> None:
    alert = only(found(opens(NOON), reference=company(*STAFF, key(owner=None))))
    assert alert.summary.en == (
        "唐静 (E-1), neither the owner nor a manager, accessed key customer C-1, "
        "whose owner is not known, on 2026-03-02: 1 record viewed."
    )
    assert alert.summary.zh == (
        "唐静（E-1）既非归属人也非经理，却于 2026-03-02 访问了重点客户 C-1（归属人不明）："
        "查看 1 条。"
    )


@pytest.mark.parametrize("micro, fires", [(0, False), (1, True)])
def test_who_becomes_owner_at_that_instant_is_the_owner(micro: int, fires: bool) -> None:
    #   E-1: view ┤ customer from E-2 to E-1
    given = owner(after(NOON, "0s", micro), "C-1", "E-1", was="E-2")
    assert (firing(found(opens(NOON), given)) != []) is fires


def test_who_was_owner_yesterday_is_a_colleague_today() -> None:
    given = owner(after(NOON, "-1d"), "C-1", "E-1", was="E-2")
    alerts = found(given, opens(NOON), opens(NOON, who="E-2"))
    assert [alert.employee for alert in firing(alerts)] == ["E-2"]


def test_an_edit_of_the_same_day_tells_whose_it_was_before() -> None:
    #   the document names nobody; E-1: view ── customer from E-1 to E-2, that day or the next
    staff = company(*STAFF, key(owner=None))
    midnight = at("2026-03-03 00:00")
    for moment, fires in ((midnight - 1, False), (midnight, True)):
        given = owner(moment, "C-1", "E-2", was="E-1")
        assert (firing(found(opens(NOON), given, reference=staff)) != []) is fires


@pytest.mark.parametrize("late", [False, True])
def test_what_is_said_of_the_owner_after_the_day_is_too_late(late: bool) -> None:
    #   E-1: view ── 7 d ── the customer is still E-1's, whenever that arrives
    staff = company(*STAFF, key(owner=None))
    still = owner(after(NOON, "7d"), "C-1", "E-1", was="E-1")
    between = [owner(after(NOON, "13d"), "C-9", "E-3")] if late else []
    alert = only(found(opens(NOON), *between, still, reference=staff))
    assert (alert.state, alert.revision) == ("firing", 1)


def test_in_the_pool_it_is_nobodys() -> None:
    #   E-1 gives it up: the edit is its own, what it opens an hour later is not
    staff = company(*STAFF, key(owner=None))
    freed = opens(NOON, "update", before={"owner": "E-1"}, owner=None)
    assert found(freed, reference=staff) == []
    alert = only(found(freed, opens(after(NOON, "1h")), reference=staff))
    assert evidence(alert) == ids(opens(after(NOON, "1h")))
    assert "whose owner is not known" in alert.summary.en


def test_repetitions_of_the_owner_hide_nothing() -> None:
    #   whole images: each edit of the customer repeats E-2, and only the newest is kept
    staff = company(*STAFF, key(owner=None))
    saved = [owner(after(NOON, f"{days}d"), "C-1", "E-2", was="E-2") for days in range(5)]
    alerts = found(saved[0], opens(after(NOON, "1h"), who="E-2"), *saved[1:], reference=staff)
    assert alerts == []


def test_a_transfer_that_arrives_late_withdraws_it() -> None:
    #   (customer to E-1, late) ── E-1: view ◄ fired, withdrawn
    given = owner(after(NOON, "-1h"), "C-1", "E-1", was="E-2")
    alerts = found(opens(NOON), hit(after(NOON, "5d"), "E-1"), given)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert alerts[-1].summary.en.startswith("Withdrawn: ")
    assert alerts[-1].summary.zh.startswith("已撤回：")


def test_an_access_that_arrives_late_revises_its_day() -> None:
    #   (11:00 export, late) 12:00 view ── 5 d
    exported, seen = opens(after(NOON, "-1h"), "export"), opens(NOON)
    alert = only(found(seen, hit(after(NOON, "5d"), "E-1"), exported))
    assert (alert.revision, evidence(alert)) == (2, ids(exported, seen))


def test_each_company_day_is_an_alert_of_its_own() -> None:
    #   ... 23:59:59.999999 │ 00:00 ...  in Shanghai; in UTC it is one day
    midnight = at("2026-03-03 00:00")
    views = [opens(NOON), opens(midnight - 1), opens(midnight), opens(after(midnight, "7h"))]
    assert [evidence(alert) for alert in firing(found(*views))] == [
        ids(*views[:2]),
        ids(*views[2:]),
    ]


def test_each_employee_and_each_customer_is_an_alert_of_its_own() -> None:
    staff = company(*STAFF, key(), key("C-2"))
    views = [opens(NOON), opens(NOON, who="E-3"), opens(NOON, id="C-2")]
    assert len(final(found(*views, reference=staff))) == 3


def test_a_day_that_is_over_goes_whole_and_its_alert_stays_as_it_was() -> None:
    #   E-1 views from 00:00 to 23:00 ── E-3 every 30 minutes for 3 weeks
    day = at("2026-03-02 00:00")
    views = [opens(after(day, f"{hour}h")) for hour in range(24)]
    later = [opens(after(day, f"{24 + step / 2}h"), who="E-3") for step in range(1000)]
    run = local(DETECTOR, reference=company(*STAFF, key()))
    alerts = [alert for alert in run.run([*views, *later]) if alert.employee == "E-1"]
    assert (only(alerts).revision, len(only(alerts).evidence)) == (22, 24)
    facts = run.states["customer:C-1"].notebooks[DETECTOR.id].facts
    assert facts[0].fields["day"] == "2026-03-08"
    assert facts[0].at == at("2026-03-08 00:00")


def test_a_repeat_counts_once() -> None:
    assert [alert.revision for alert in found(opens(NOON), opens(NOON))] == [1]


def test_the_id_is_the_customers_the_actors_and_the_days() -> None:
    alert = only(found(opens(NOON)))
    assert alert.alert_id == "key-customer-access-780654ce954a6fe5"
    assert only(found(opens(after(NOON, "1h")))).alert_id == alert.alert_id


# Its world.

DOCUMENTS = (
    key("C-911", "E-911"),
    key("C-912", None),
    key("C-913", "E-911", "normal"),
    employee("E-911"),
    event(DOCUMENTED, ReferenceEmployee("E-913", role="manager")),
)
FIRES = ([opens("2026-03-02 09:00", who="E-912", id="C-911")], "0s")

_people = st.sampled_from(("E-911", "E-912", "E-913", "E-914"))
_customers = st.sampled_from(("C-911", "C-911", "C-912", "C-913", "C-914"))
_moments = st.builds(
    lambda days, hours, nudge: BASE + days * DAY + hours * HOUR + nudge,
    st.integers(0, 3),
    st.sampled_from((0, 2, 15, 15)),  # 15 h after nine it is midnight
    st.sampled_from((-1, 0, 0, 1)),
)
_accesses = st.builds(
    lambda at, op, who, id, count: edit(at, who, op, ("customer", id), count=count),
    _moments,
    st.sampled_from(("view", "view", "export", "update", "delete")),
    _people,
    _customers,
    st.sampled_from((1, 3)),
)
_given = st.builds(
    lambda at, days, id, to, was: owner(at + days * DAY, id, to, was=was),
    _moments,
    st.sampled_from((0, 0, 7)),
    _customers,
    _people,
    st.none() | _people,
)
SCENES = st.builds(
    lambda accesses, given: [*accesses, *given],
    st.lists(_accesses, max_size=9),
    st.lists(_given, max_size=3, unique_by=lambda one: one.time),
)


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    words: dict[str, list[Event]] = defaultdict(list)
    days: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
    for one in sorted(events, key=lambda one: (one.time, one.id)):
        edited = one.data
        id_ = edited.object.id  # type: ignore[attr-defined]
        if edited.op == "update" and edited.after is not None and edited.after.owner:  # type: ignore[attr-defined]
            words[id_].append(one)
        if edited.op in ("view", "export", "update"):  # type: ignore[attr-defined]
            day = str((times.moment(one.time) + timedelta(hours=8)).date())
            days[id_, edited.actor, day].append(one)  # type: ignore[attr-defined]
    for (id_, actor, day), accesses in days.items():
        if id_ not in ("C-911", "C-912") or actor == "E-913":
            continue
        over = at(f"{day} 00:00") + DAY - 1
        foreign = [
            one
            for one in accesses
            if actor not in {_owner(id_, when, over, words[id_]) for when in _moments(one)}
        ]
        if foreign:
            yield ("warning", actor, id_, None, None, frozenset(ids(*foreign)))


def _moments(access: Event) -> tuple[int, ...]:
    """When it was made. Who gives a customer away edits it at the instant at which it is another's;
    of two edits at one instant nobody knows which came first."""
    is_edit = access.data.op == "update"  # type: ignore[attr-defined]
    return (access.time, access.time - 1) if is_edit else (access.time,)


def _owner(id_: str, moment: int, until: int, words: list[Event]) -> str | None:
    before = [word for word in words if word.time <= moment]
    if before:
        return str(before[-1].data.after.owner)  # type: ignore[attr-defined]
    if id_ == "C-911":
        return "E-911"
    after = [word.data for word in words if word.time <= until]
    if not after:
        return None
    first = after[0]
    return str((first.before and first.before.owner) or first.after.owner)  # type: ignore[attr-defined]


def test_evidence_that_was_only_folded_is_no_news() -> None:
    #   4 colleagues, each 60 views in an hour; of 240 facts at most 100 are kept
    run = local(DETECTOR, common=Common(max_facts=100), reference=company(BOSS, key()))
    alerts: list[Alert] = []
    for number in range(240):
        who, moment = f"E-{number % 4 + 10}", at(NOON) + number * 15 * SECOND
        alerts += run.feed(opens(moment, who=who, id="C-1"))
    told = [it for it in alerts if it.employee == "E-10"]
    # Twenty at once, one that says there are more, then 40; and where folding moved the end of it.
    assert len(told) <= 26
    assert all(one.summary != next_.summary for one, next_ in pairwise(told))
