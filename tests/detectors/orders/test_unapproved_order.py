"""unapproved-order: completed with no approval before it, or approved by its owner or creator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit
from detectors.rules.orders.unapproved_order import DETECTOR
from tests.detectors import order_oracle, order_world
from tests.detectors.order_oracle import Answer
from tests.detectors.timeline import (
    after,
    at,
    company,
    edit,
    employee,
    evidence,
    ids,
    only,
    order,
    play,
)
from tests.parts.may_happen import around

NINE = "2026-03-02 09:00"
TEN = "2026-03-02 10:00"
NOON = "2026-03-02 12:00"
DUE = after(NOON, "1h")  # the grace
LATER = after(NOON, "9d")


def status(
    moment: str | int, to: str, actor: str = "E-BOSS", *, was: str | None = None, **more: object
) -> Event:
    before: dict[str, object] | None = {"status": was} if was else None
    return edit(moment, actor, "update", ("order", "O-1"), before=before, status=to, **more)  # type: ignore[arg-type]


SOLD = order(NINE, "O-1", "E-1", customer="C-1", status="submitted")


def test_completed_without_an_approval() -> None:
    #   09:00 submitted    12:00 completed ── 1 h grace ─┤ 1 µs ◄ fires
    done = status(NOON, "completed", "E-9")
    assert play([SOLD, done], DETECTOR, until=DUE) == []
    reference = company(employee("E-1", "唐静"))
    alert = only(play([SOLD, done], DETECTOR, until=DUE + 1, reference=reference))
    assert (alert.severity, alert.score, alert.state) == ("critical", 60, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert evidence(alert) == ids(done)
    assert alert.summary.en == (
        "Order O-1 was completed at 2026-03-02 12:00 without an approval. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "订单 O-1 于 2026-03-02 12:00 完成，此前未经审批。责任人：唐静（E-1）。"
    )


@pytest.mark.parametrize("micro, fires", [(0, False), (1, True)])
def test_an_approval_at_the_very_instant_is_before_it(micro: int, fires: bool) -> None:
    #   12:00 completed and approved      approved 1 µs later is after it
    events = [SOLD, status(NOON, "completed"), status(after(NOON, "0s", micro), "approved")]
    assert (play(events, DETECTOR, until=LATER) != []) is fires


def test_an_approval_counts_however_long_ago() -> None:
    #   approved ──────── 300 d ──────── completed
    long_ago = order(after(NOON, "-301d"), "O-1", "E-1")
    approved = status(after(NOON, "-300d"), "approved")
    assert play([long_ago, approved, status(NOON, "completed")], DETECTOR, until=LATER) == []


def test_a_completion_that_says_it_followed_an_approval() -> None:
    #   (approved before anybody listened)    12:00 approved → completed
    assert play([status(NOON, "completed", was="approved")], DETECTOR, until=LATER) == []


@pytest.mark.parametrize("was, fires", [("approved", False), ("submitted", True)])
def test_an_edit_before_the_completion_that_says_it_followed_an_approval(
    was: str, fires: bool
) -> None:
    #   (approved before anybody listened)    10:00 approved → draft    12:00 draft → completed
    events = [status(TEN, "draft", was=was), status(NOON, "completed", was="draft")]
    assert (play(events, DETECTOR, until=LATER) != []) is fires


@pytest.mark.parametrize("word", ["draft", "submitted", "rejected", "cancelled"])
def test_no_other_status_asks_for_an_approval(word: str) -> None:
    assert play([SOLD, status(NOON, word)], DETECTOR, until=LATER) == []


def test_the_creator_approves_it() -> None:
    #   09:00 E-1 creates    12:00 E-1 approves ◄ fires at once
    approved = status(NOON, "approved", "E-1")
    alert = only(play([SOLD, approved], DETECTOR))
    assert (alert.severity, alert.employee) == ("critical", "E-1")
    assert evidence(alert) == ids(SOLD, approved)
    assert alert.summary.en == "E-1 approved order O-1 at 2026-03-02 12:00, which is their own."
    assert alert.summary.zh == "员工E-1于 2026-03-02 12:00 审批了本人的订单 O-1。"


def test_approved_by_names_the_approver_whoever_typed_it() -> None:
    #   12:00 the clerk enters that E-1, the owner, has approved
    sold = order(NINE, "O-1", "E-8", owner="E-1")
    assert only(play([sold, status(NOON, "approved", "E-9", approved_by="E-1")], DETECTOR))
    #   … and E-1 enters that E-BOSS has
    assert play([sold, status(NOON, "approved", "E-1", approved_by="E-BOSS")], DETECTOR) == []


@pytest.mark.parametrize("micro, fires", [(0, True), (-1, False)])
def test_the_owner_is_who_it_was_at_the_time(micro: int, fires: bool) -> None:
    #   12:00 becomes E-1's ┤ E-1 approves      1 µs earlier it was not theirs
    sold = order(NINE, "O-1", "E-9", owner="E-2")
    moved = edit(NOON, "E-9", "update", ("order", "O-1"), owner="E-1")
    approved = status(after(NOON, "0s", micro), "approved", "E-1")
    assert (play([sold, moved, approved], DETECTOR) != []) is fires


@pytest.mark.parametrize("was", ["approved", None])
def test_a_status_that_an_edit_only_repeats_approves_nothing(was: str | None) -> None:
    #   10:00 the boss approves    12:00 E-1 corrects the amount; the image repeats the status
    repeated = status(NOON, "approved", "E-1", was=was, amount="900.00")
    assert play([SOLD, status(TEN, "approved"), repeated], DETECTOR, until=LATER) == []


@pytest.mark.parametrize("was", ["completed", None])
def test_a_completion_that_an_edit_only_repeats_completes_nothing(was: str | None) -> None:
    #   (completed before anybody listened)    10:00 completed → completed    12:00 once more
    events = [status(TEN, "completed", was="completed"), status(NOON, "completed", was=was)]
    assert play(events, DETECTOR, until=LATER) == []


@pytest.mark.parametrize("word", ["approved", "completed"])
def test_an_order_that_is_only_named_beside_another_goes_no_step_further(word: str) -> None:
    #   09:00 E-1 creates O-1    12:00 E-1 approves or completes O-2, which names O-1 beside
    other = [
        edit(TEN, "E-BOSS", "update", ("order", "O-2"), status="approved"),
        edit(NOON, "E-1", "update", ("order", "O-2"), order="O-1", status=word),
    ]
    assert play([SOLD, *other], DETECTOR, until=LATER) == []


def test_another_order_is_another_matter() -> None:
    other = edit(TEN, "E-BOSS", "update", ("order", "O-2"), status="approved")
    alert = only(play([SOLD, other, status(NOON, "completed")], DETECTOR, until=LATER))
    assert alert.order == "O-1"


def test_a_late_approval_withdraws_it() -> None:
    #   10:00 approved (arrives last)    12:00 completed ── 1 h ─┤ ◄ fires, then withdrawn
    done, tick = status(NOON, "completed"), order(after(NOON, "5h"), "O-9", "E-8")
    late = status(TEN, "approved")
    alert = only(play([SOLD, done, tick, late], DETECTOR, until=LATER))
    assert (alert.state, alert.revision) == ("withdrawn", 2)
    assert evidence(alert) == ids(late, done)
    assert alert.summary.en.startswith(
        "Withdrawn: the order had been approved before it was completed. "
    )


# The world it is held to the laws in.


DOCUMENTS = order_world.DOCUMENTS
T = at(NOON)
SCENES = order_world.scenes(
    [T - HOUR, T, *around(T), T + 7 * DAY, *around(T + 7 * DAY)],
    *[order_world.STATUSES] * 7,
    *[order_world.HANDS] * 4,
    first=[
        edit(T, "E-A", "update", ("order", "O-A"), status="approved"),
        order(T - HOUR, "O-A", "E-CLERK", customer="K-1", owner="E-B"),
    ],
)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    """Of each order its first approval by its own people, else its completion without any."""
    for id_ in order_world.ORDERS:
        own = next(_own_approvals(events, id_), None)
        completed = next(_steps(events, id_, "completed"), None)
        if own is not None:
            approval, by, tie = own
            whom = order_oracle.customers(events, id_, approval.time + 7 * DAY)
            evidence = frozenset({approval.id, tie.id})
            yield "critical", by, whom[0] if whom else None, id_, None, evidence
        elif completed is not None and not _had_been_approved(events, id_, completed):
            at, end = completed.time, completed.time + 7 * DAY
            yield order_oracle.answer(events, "critical", id_, at, end, completed)


def _steps(events: Sequence[Event], id_: str, to: str) -> Iterator[Event]:
    """The edits that brought the order to a status: not those that only repeat it."""
    last: str | None = None
    for event, status, before in order_oracle.words(events, id_):
        if status == to != (before or last):
            yield event
        last = status


def _own_approvals(events: Sequence[Event], id_: str) -> Iterator[tuple[Event, str, Event]]:
    for approval in _steps(events, id_, "approved"):
        assert isinstance(approval.data, CrmEdit)
        assert approval.data.after is not None
        by = approval.data.after.approved_by or approval.data.actor
        tie = order_oracle.tie(events, id_, by, approval.time, approval.time + 7 * DAY)
        if tie is not None:
            yield approval, by, tie


def _had_been_approved(events: Sequence[Event], id_: str, completed: Event) -> bool:
    """By an approval, its own image's, or an edit that followed one, and nothing took it back."""
    itself = completed.data
    assert isinstance(itself, CrmEdit)
    known = False
    for event, status, before in order_oracle.words(events, id_):
        if event.time > completed.time:
            break
        if status in ("rejected", "cancelled"):
            known = known and event.time == completed.time
        elif status == "approved" or (before == "approved" and status != "completed"):
            known = True
    return known or bool(itself.before and itself.before.status == "approved")
