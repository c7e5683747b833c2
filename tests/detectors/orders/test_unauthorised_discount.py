"""unauthorised-discount: over 15 % off, or changed terms, with nobody else's approval in 24 h."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import configured
from detectors.rules.orders.unauthorised_discount import DETECTOR
from tests.detectors import order_oracle
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    after,
    company,
    edit,
    employee,
    evidence,
    firing,
    ids,
    local,
    only,
    play,
)

NINE = "2026-03-02 09:00"


def decimals(image: Mapping[str, object]) -> dict[str, object]:
    """A field image as it is decoded: a percentage is a decimal."""
    numbers = {"discount_pct", "amount"}
    return {key: Decimal(str(it)) if key in numbers else it for key, it in image.items()}


def changes(
    distance: str,
    who: str = "E-1",
    object: tuple[str, str] = ("quote", "Q-1"),
    *,
    micro: int = 0,
    op: str = "update",
    before: dict[str, object] | None = None,
    customer: str | None = "C-1",
    **image: object,
) -> Event:
    """An edit of a quote; to a discount of 20 %, if nothing else is said."""
    what = decimals(image or ({} if op == "delete" else {"discount_pct": 20}))
    moment, was = after(NINE, distance, micro), decimals(before or {})
    return edit(moment, who, op, object, customer=customer, before=was, **what)  # type: ignore[arg-type]


def approves(distance: str, by: str = "E-BOSS", **more: object) -> Event:
    """An edit that names an approver; by the approver, if nothing else is said."""
    who = str(more.pop("who", by))
    return changes(distance, who, approved_by=by, **more)  # type: ignore[arg-type]


def found(*events: Event, until: str = "10d") -> list[Alert]:
    return play(events, DETECTOR, until=after(NINE, until))


CUT = changes("0s")
FIRES = ([changes("0s", "E-DISC", ("quote", "Q-DISC"), customer="C-DISC")], "2d")


def test_a_quote_is_discounted_and_nobody_else_approves() -> None:
    #   E-1: quote at 20 % ── 24 h, and the grace ── nothing ◄ fires
    cut = changes("0s", discount_pct="20.0", before={"discount_pct": 5})
    reference = company(employee("E-1", "唐静"))
    alert = only(play([cut], DETECTOR, until=after(NINE, "26h"), reference=reference))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", None)
    assert evidence(alert) == ids(cut)
    assert [piece.note for piece in alert.evidence] == ["changed the price or the terms"]
    assert alert.detected_at == "2026-03-03T02:00:00Z"
    assert alert.rule.params == {"limit": "15", "within": "1d"}
    assert alert.rule.measured == {"limit": "20"}
    assert alert.summary.en == (
        "唐静 (E-1) changed quote Q-1 of customer C-1 to a discount of 20% at 2026-03-02 09:00; "
        "nobody else approved it from 1 day before to 1 day after."
    )
    assert alert.summary.zh == (
        "唐静（E-1）于 2026-03-02 09:00 改动了报价 Q-1（客户 C-1），折扣改为 20%，"
        "前后 1 天内没有他人审批。"
    )


def test_a_contract_has_its_terms_changed() -> None:
    alert = only(
        found(changes("0s", object=("contract", "K-1"), customer=None, terms_changed=True))
    )
    assert alert.rule.measured == {}
    assert alert.summary.en == (
        "E-1 changed contract K-1 in its terms at 2026-03-02 09:00; nobody else approved it from "
        "1 day before to 1 day after."
    )
    assert alert.summary.zh == (
        "员工E-1于 2026-03-02 09:00 改动了合同 K-1，修改了条款，前后 1 天内没有他人审批。"
    )


def test_a_contract_is_discounted_and_its_terms_are_changed_at_one_go() -> None:
    what = {"terms_changed": True, "discount_pct": "17.5"}
    alert = only(found(changes("0s", object=("contract", "K-1"), **what)))
    assert "K-1 of customer C-1 in its terms and to a discount of 17.5% at" in alert.summary.en
    assert "合同 K-1（客户 C-1），修改了条款并将折扣改为 17.5%，前后" in alert.summary.zh


@pytest.mark.parametrize("op", ["create", "update"])
def test_an_order_is_named_and_may_be_discounted_from_the_first(op: str) -> None:
    alert = only(found(changes("0s", object=("order", "O-1"), op=op)))
    assert (alert.order, alert.customer) == ("O-1", "C-1")
    assert "changed order O-1 of customer C-1 to" in alert.summary.en
    assert "改动了订单 O-1（客户 C-1），" in alert.summary.zh


@pytest.mark.parametrize("pct, fires", [("15", False), ("15.01", True), ("-20", False)])
def test_fifteen_per_cent_are_anybodys_to_give(pct: str, fires: bool) -> None:
    assert (found(changes("0s", discount_pct=pct)) != []) is fires


@pytest.mark.parametrize(
    "distance, micro, fires",
    [
        ("24h", 0, False), ("24h", 1, True), ("0s", 0, False),
        ("-24h", 0, False), ("-24h", -1, True),
    ],
)  # fmt: skip
def test_an_approval_counts_for_a_day_on_either_side(
    distance: str, micro: int, fires: bool
) -> None:
    #   ├──────── 24 h ──── 20 % ──── 24 h ────────┤
    approval = approves(distance, micro=micro)
    assert (found(*sorted([CUT, approval], key=lambda it: it.time)) != []) is fires


@pytest.mark.parametrize(
    "approval, fires",
    [
        (approves("1h", "E-1"), True),
        (approves("1h", "E-BOSS", who="E-1"), False),
        (approves("1h", object=("quote", "Q-2")), True),
        (approves("1h", object=("order", "Q-1")), True),
        (approves("1h", "E-BOSS", who="E-1", before={"approved_by": "E-BOSS"}), True),
        (approves("1h", "E-BOSS", before={"approved_by": "E-BOSS"}), False),
        (approves("1h", "E-BOSS", who="E-1", before={"approved_by": "E-OTHER"}), False),
    ],
    ids=[
        "the editor's own", "entered by the editor", "of another quote", "of an order of that id",
        "an old one told again", "given again", "given by another than before",
    ],
)  # fmt: skip
def test_whose_approval_counts_and_of_what(approval: Event, fires: bool) -> None:
    assert (found(CUT, approval) != []) is fires


def test_the_edit_itself_may_carry_the_approval() -> None:
    assert found(changes("0s", discount_pct=40, approved_by="E-BOSS")) == []
    assert found(changes("0s", discount_pct=40, approved_by="E-1")) != []


def test_a_discount_within_the_limit_may_carry_the_approval() -> None:
    assert found(CUT, changes("1h", "E-2", discount_pct=10, approved_by="E-BOSS")) == []


@pytest.mark.parametrize(
    "object, before, image, fires",
    [
        ("quote", {"discount_pct": 20}, {"discount_pct": 20}, False),
        ("quote", {"discount_pct": 30}, {"discount_pct": 20}, False),
        ("quote", {"discount_pct": 19}, {"discount_pct": 20}, True),
        ("quote", {"discount_pct": -5}, {"discount_pct": 20}, True),
        ("quote", {"amount": 5}, {"discount_pct": 20}, True),
        ("contract", {"terms_changed": True}, {"terms_changed": True}, False),
        ("contract", {"terms_changed": False}, {"terms_changed": True}, True),
        ("contract", None, {"terms_changed": False}, False),
        ("quote", None, {"terms_changed": True}, False),
        ("opportunity", None, {"discount_pct": 20}, False),
        ("quote", None, {"amount": 20}, False),
    ],
)
def test_what_is_an_edit_to_a_discount_or_to_other_terms(
    object: str, before: dict[str, object] | None, image: dict[str, object], fires: bool
) -> None:
    assert (found(changes("0s", object=(object, "X-1"), before=before, **image)) != []) is fires


@pytest.mark.parametrize("op", ["view", "restore", "export"])
def test_what_is_no_edit_gives_nothing(op: str) -> None:
    assert found(changes("0s", op=op)) == []


@pytest.mark.parametrize(
    "object, image, op",
    [
        ("quote", {}, "delete"),
        ("order", {"status": "cancelled"}, "update"),
        ("order", {"status": "rejected"}, "update"),
    ],
)
def test_what_is_deleted_cancelled_or_rejected_in_time_needs_no_approval(
    object: str, image: dict[str, object], op: str
) -> None:
    #   20 % ──── 24 h ────┤ deleted | 1 µs later | before the discount
    def gone(distance: str, micro: int = 0) -> Event:
        return changes(distance, "E-2", (object, "X-1"), op=op, micro=micro, **image)

    cut = changes("0s", object=(object, "X-1"))
    assert found(cut, gone("24h")) == []
    assert found(cut, gone("24h", 1)) != []
    assert found(gone("-1h"), cut) != []


def test_a_quote_an_order_and_another_quote_are_three() -> None:
    cuts = [changes("0s", object=it) for it in (("quote", "1"), ("order", "1"), ("quote", "2"))]
    assert len({alert.alert_id for alert in firing(found(*cuts))}) == 3


def test_an_order_named_beside_another_is_not_discounted() -> None:
    where = ("order", "O-1")
    cut = edit(NINE, "E-1", "update", where, order="O-2", discount_pct=Decimal(20))
    assert only(found(cut)).order == "O-1"


def test_a_late_approval_withdraws_it() -> None:
    #   20 % ── (approved at 20 h, late) ── 26 h ◄ fires ── 3 d: the approval arrives
    cut, later = changes("0s"), changes("3d", object=("quote", "Q-9"), discount_pct=1)
    approval = approves("20h")
    alert = only(play([cut, later, approval], DETECTOR))
    assert (alert.state, alert.revision) == ("withdrawn", 2)
    assert evidence(alert) == ids(cut, approval)
    assert alert.summary.en.startswith("Withdrawn: somebody else approved it in time. E-1 changed")
    assert alert.summary.zh.startswith("已撤回：期限内已由他人审批。员工E-1于")


def test_a_late_deletion_withdraws_it_too() -> None:
    later = changes("3d", object=("quote", "Q-9"), discount_pct=1)
    alert = only(play([CUT, later, changes("1h", op="delete")], DETECTOR))
    assert alert.summary.en.startswith("Withdrawn: it was deleted, cancelled or rejected in time.")
    assert alert.summary.zh.startswith("已撤回：期限内已删除、取消或驳回。")


def test_a_late_edit_fires_at_once_where_its_time_is_over() -> None:
    later = changes("3d", object=("quote", "Q-9"), discount_pct=1)
    assert evidence(only(play([later, CUT], DETECTOR))) == ids(CUT)


def test_further_cuts_are_evidence_of_the_same_alert() -> None:
    #   E-1: 20 % ◄ 25 h ── 2 d E-2: 30 % ── 3 d E-2: 35 %, approved ── 5 d E-1: 50 %
    cuts = [
        CUT,
        changes("2d", "E-2", discount_pct=30, before={"discount_pct": 20}),
        changes("4d", "E-2", discount_pct=35, approved_by="E-BOSS"),
        changes("8d", discount_pct=50, before={"discount_pct": 35}),
    ]
    alert = only(found(*cuts))
    assert evidence(alert) == ids(cuts[0], cuts[1], cuts[3])
    assert (alert.employee, alert.rule.measured) == ("E-1", {"limit": "50"})
    assert alert.summary.en.endswith(
        "1 day after. There are 3 such edits, the last at 2026-03-10 09:00."
    )
    assert alert.summary.zh.endswith("此类改动共 3 次，最近一次在 2026-03-10 09:00。")


def test_where_the_first_is_approved_late_the_second_stands() -> None:
    #   20 % ── 2 d: 30 % ── 4 d: both stand ── approval of the first arrives
    second = changes("2d", "E-2", discount_pct=30, before={"discount_pct": 20})
    later = changes("4d", object=("quote", "Q-9"), discount_pct=1)
    alert = only(play([CUT, second, later, approves("12h")], DETECTOR))
    assert (alert.state, alert.employee, evidence(alert)) == ("firing", "E-2", ids(second))


def test_the_same_again_changes_nothing() -> None:
    assert [alert.revision for alert in found(CUT, CUT)] == [1]


def test_the_numbers_are_parameters() -> None:
    lenient = configured(DETECTOR, limit=20)
    assert play([CUT], lenient, until=after(NINE, "3d")) == []
    strict = configured(DETECTOR, within=HOUR)
    approved = [CUT, approves("2h")]
    assert only(play(approved, strict, until=after(NINE, "3h"))).state == "firing"


def test_small_discounts_are_forgotten_at_once_great_ones_in_a_year_and_alerts_in_two() -> None:
    run = local(DETECTOR)
    run.run([changes("0s", object=("quote", "Q-1"), customer=None, discount_pct=15)])
    assert run.states == {}
    for quote, more in (("Q-2", {}), ("Q-3", {"approved_by": "E-BOSS"})):
        where = ("quote", quote)
        run.feed(changes("0s", object=where, customer=None, discount_pct=20, **more))  # type: ignore[arg-type]
    run.run([], after(NINE, "360d"))
    assert list(run.states) == ["quote:Q-2", "quote:Q-3"]
    run.advance(after(NINE, "400d"))
    assert list(run.states) == ["quote:Q-2"]
    run.advance(after(NINE, "800d"))
    assert run.states == {}


def test_what_is_withdrawn_and_months_later_cut_again_is_the_same_alert() -> None:
    #   20 % ── 2 d ◄ fires ── 3 d: approved late ── 90 d: 30 % ◄ fires again
    later = changes("2d", "E-2", object=("quote", "Q-9"), discount_pct=1)
    again = changes("90d", "E-2", before={"discount_pct": 20}, discount_pct=30)
    alerts = found(CUT, later, approves("12h"), again, until="100d")
    assert [(it.revision, it.state, evidence(it)) for it in alerts] == [
        (1, "firing", ids(CUT)),
        (2, "withdrawn", ids(CUT, approves("12h"))),
        (3, "firing", ids(again)),
    ]


_EDGE = (0, 1, HOUR, DAY - 1, DAY, DAY + 1, 2 * DAY, 9 * DAY)


@st.composite
def _bargaining(draw: st.DrawFn) -> list[Event]:
    """A quote, a contract and two orders: discounts, approvals and ends, about a day apart."""
    objects = st.sampled_from((("quote", "1"), ("contract", "1"), ("order", "1"), ("order", "2")))
    same = draw(objects)
    moment, events = BASE, []
    for _ in range(draw(st.integers(1, 7))):
        moment += draw(st.sampled_from(_EDGE))
        image: dict[str, object] = {}
        before: dict[str, object] = {}
        if draw(st.booleans()):
            image["discount_pct"] = draw(st.sampled_from((10, 15, 16, 20, 40)))
            if draw(st.booleans()):
                before["discount_pct"] = draw(st.sampled_from((10, 16, 20)))
        if draw(st.integers(0, 2)) == 0:
            image["terms_changed"] = draw(st.booleans())
            if draw(st.booleans()):
                before["terms_changed"] = draw(st.booleans())
        if draw(st.integers(0, 2)) == 0:
            image["approved_by"] = draw(st.sampled_from(("E-1", "E-2", "E-BOSS")))
            if draw(st.booleans()):
                before["approved_by"] = draw(st.sampled_from(("E-2", "E-BOSS")))
        op = "update"
        if draw(st.integers(0, 7)) == 0:
            op, image = "delete", {}
        elif draw(st.integers(0, 7)) == 0:
            image["status"] = draw(st.sampled_from(("approved", "cancelled", "rejected")))
        elif draw(st.integers(0, 7)) == 0:
            op = draw(st.sampled_from(("view", "restore", "create")))
        who, about = draw(st.sampled_from(("E-1", "E-1", "E-2", "E-BOSS"))), draw(objects)
        about = draw(st.sampled_from((same, same, same, about)))
        beside = draw(st.sampled_from((None, "1", "2"))) if about[0] == "order" else None
        customer = draw(st.sampled_from((None, "C-1")))
        was, now = decimals(before), decimals(image)
        events.append(
            edit(moment, who, op, about, customer=customer, order=beside, before=was, **now)  # type: ignore[arg-type]
        )
    return events


SCENES = _bargaining()


def _oversteps(one: Event) -> bool:
    now, was = one.data.after, one.data.before
    if one.data.op not in ("create", "update") or now is None:
        return False
    if now.status in ("cancelled", "rejected"):
        return False
    old = was.discount_pct if was is not None and was.discount_pct is not None else 0
    if now.discount_pct is not None and now.discount_pct > 15 and now.discount_pct > old:
        return True
    changed_before = was is not None and was.terms_changed is True
    return one.data.object.type == "contract" and now.terms_changed is True and not changed_before


def _came_to_nothing(cut: Event, edits: Sequence[Event]) -> bool:
    """Whether it was called off within a day, and not taken up again in that time."""
    end, object_ = cut.time + DAY, cut.data.object
    later = [it for it in edits if cut.time <= it.time <= end]
    said = [it for it in later if _stops(it) or it.data.op == "restore"]
    if not said or not _stops(said[-1]):
        return False
    off = order_oracle.end_of(edits, object_.id, end, "cancelled", "rejected")
    return object_.type != "order" or off is not None


def _stops(one: Event) -> bool:
    now = one.data.after
    ended = now is not None and now.status in ("cancelled", "rejected")
    return one.data.op == "delete" or (one.data.op in ("create", "update") and ended)


def _excuses(other: Event, cut: Event) -> bool:
    if other.data.op not in ("create", "update") or _stops(other):
        return False
    now, was = other.data.after, other.data.before
    if now is None or now.approved_by in (None, cut.data.actor):
        return False
    if was is not None and was.approved_by == now.approved_by != other.data.actor:
        return False
    return bool(abs(other.time - cut.time) <= DAY)


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    """By object, the edits that overstep and that no other edit of it excuses."""
    objects: dict[tuple[str, str], list[Event]] = {}
    for one in sorted(events, key=lambda it: (it.time, it.id)):
        objects.setdefault((one.data.object.type, one.data.object.id), []).append(one)
    for (kind, number), edits in objects.items():
        alone = [
            cut
            for cut in edits
            if _oversteps(cut)
            and not _came_to_nothing(cut, edits)
            and not any(_excuses(other, cut) for other in edits)
        ]
        if alone:
            first = alone[0].data
            order = number if kind == "order" else first.order
            pieces = frozenset(cut.id for cut in alone)
            yield "warning", first.actor, first.customer, order, None, pieces
