"""Reference data: the newest document of an id, as it stands when a judgement is made."""

from __future__ import annotations

import pytest

from contract.event import Event
from contract.spelling import spelling
from contract.types import ReferenceEmployee
from detectors.facts.reference import Reference
from tests.detectors.timeline import (
    DOCUMENTED,
    account,
    at,
    customer,
    deletes,
    employee,
    event,
)

NOON = at("2026-03-10 12:00")


def reference(*documents: object, timezone: str = "Asia/Shanghai") -> Reference:
    known = Reference(timezone)
    for document in documents:
        known.put(document)  # type: ignore[arg-type]
    return known


@pytest.mark.parametrize(
    "moment, ours",
    [
        #   ┤ 10 March ─ 12 March ├   whole days in Shanghai, both included
        ("2026-03-09 23:59:59.999999", False),
        ("2026-03-10 00:00:00", True),
        ("2026-03-12 23:59:59.999999", True),
        ("2026-03-13 00:00:00", False),
    ],
)
def test_an_account_is_the_companys_on_its_valid_days(moment: str, ours: bool) -> None:
    known = reference(account("A", valid_from="2026-03-10", valid_to="2026-03-12"))
    assert known.is_company_account("A", at(moment)) is ours


def test_a_missing_end_is_no_end() -> None:
    known = reference(
        account("OLD", valid_to="2026-03-09"), account("NEW", valid_from="2026-03-11")
    )
    assert known.is_company_account("OLD", at("2001-01-01 00:00"))
    assert not known.is_company_account("OLD", NOON)
    assert not known.is_company_account("NEW", NOON)
    assert known.is_company_account("NEW", at("2099-01-01 00:00"))
    assert not known.is_company_account("UNKNOWN", NOON)


def test_days_are_those_of_the_company() -> None:
    #   1 March 00:30 in Shanghai is the last day of February in UTC
    moment = at("2026-03-01 00:30")
    assert reference().day(moment).isoformat() == "2026-03-01"
    assert reference(timezone="UTC").day(moment).isoformat() == "2026-02-28"


@pytest.mark.parametrize(
    "timezone, day", [("Asia/Shanghai", "2026-03-01"), ("America/New_York", "2026-11-01")]
)
def test_the_end_of_a_day_is_its_last_microsecond_even_when_clocks_change(
    timezone: str, day: str
) -> None:
    known = reference(timezone=timezone)
    end = known.end_of_day(known.day(at(f"{day} 23:00")))
    assert known.day(end) != known.day(end + 1)


def test_the_last_document_of_an_id_wins() -> None:
    known = reference(
        account("A", valid_to="2026-01-01"),
        account("A"),
        employee("E-1", "Wang Wei"),
        employee("E-1", "王伟"),
        customer("C-1", "E-1"),
        customer("C-1", "E-2", moment=NOON),
    )
    assert known.is_company_account("A", NOON)
    assert known.employee_name("E-1") == "王伟"
    owner = known.owner("C-1")
    assert owner is not None
    assert (owner.owner, owner.at) == ("E-2", NOON)
    assert [known.entries(kind) for kind in ("accounts", "employees", "customers")] == [1, 1, 1]


def test_an_account_belongs_to_who_names_it_now() -> None:
    known = reference(employee("E-1", accounts=["X", "Y"]), employee("E-1", accounts=["Y"]))
    assert (known.holder("X"), known.holder("Y")) == (None, "E-1")


def test_an_account_that_changes_hands_stays_with_the_new_holder() -> None:
    known = reference(
        employee("E-1", accounts=["X"]), employee("E-2", accounts=["X"]), employee("E-1")
    )
    assert known.holder("X") == "E-2"


def test_a_tombstone_takes_a_document_away_but_not_that_some_arrived() -> None:
    known = reference(account("A"), employee("E-1", "王伟", accounts=["X"]), customer("C-1", "E-1"))
    known.remove("accounts", "A")
    known.remove("employees", "E-1")
    known.remove("customers", "C-1")
    known.remove("customers", "C-NEVER-SEEN")
    assert not known.is_company_account("A", NOON)
    assert (known.employee_name("E-1"), known.holder("X"), known.owner("C-1")) == (None,) * 3
    assert known.entries("accounts") == 0
    assert known.has("accounts")


def test_what_has_never_arrived_is_known_to_be_missing() -> None:
    known = reference(employee("E-1"))
    assert (known.has("employees"), known.has("accounts"), known.has("customers")) == (
        True,
        False,
        False,
    )


def test_a_customer_without_an_owner_has_none() -> None:
    assert reference(customer("C-1")).owner("C-1") is None


def test_other_events_are_refused() -> None:
    with pytest.raises(TypeError, match="CrmEdit is not a reference document"):
        reference(deletes(DOCUMENTED, "E-1"))


def test_an_account_of_two_employees_stays_the_others_when_one_gives_it_up() -> None:
    known = reference(employee("E-1", accounts=("621",)), employee("E-2", accounts=("621",)))
    assert known.holder("621") == "E-1"
    known.put(employee("E-1"))
    assert known.holder("621") == "E-2"
    known.remove("employees", "E-2")
    assert known.holder("621") is None


def _works_for(id: str, manager: str | None = None, role: str | None = None) -> Event:
    return event(DOCUMENTED, ReferenceEmployee(id, manager=manager, role=role))  # type: ignore[arg-type]


@pytest.mark.parametrize("role, manages", [("manager", True), ("sales", False), (None, False)])
def test_a_manager_is_whose_role_says_so(role: str | None, manages: bool) -> None:
    known = reference(_works_for("E-1", role=role))
    assert known.is_manager("E-1") is manages
    assert not known.is_manager("E-NEVER-SEEN")


def test_a_manager_is_whom_a_colleague_names_as_theirs() -> None:
    #   E-1, a salesperson, and E-BOSS, of whom there is no document
    known = reference(_works_for("E-1", "E-BOSS"), _works_for("E-2", "E-1", "sales"))
    assert [known.is_manager(id) for id in ("E-1", "E-2", "E-BOSS")] == [True, False, True]


def test_nobody_is_a_manager_for_naming_themselves() -> None:
    known = reference(_works_for("E-1", "E-1"))
    assert not known.is_manager("E-1")
    known.put(_works_for("E-1"))
    known.put(_works_for("E-2", "E-1"))
    assert known.is_manager("E-1")


def test_one_ceases_to_be_a_manager_with_the_last_report() -> None:
    #   E-1 and E-2 report to E-9; said again, moved away, gone
    known = reference(_works_for("E-1", "E-9"), _works_for("E-1", "E-9"), _works_for("E-2", "E-9"))
    known.put(_works_for("E-1", "E-8"))
    assert (known.is_manager("E-9"), known.is_manager("E-8")) == (True, True)
    known.remove("employees", "E-2")
    known.remove("employees", "E-2")
    assert (known.is_manager("E-9"), known.is_manager("E-8")) == (False, True)
    known.put(_works_for("E-3", "E-9"))
    assert known.is_manager("E-9")


def staff(id: str, phones: tuple[str, ...] = (), addresses: tuple[str, ...] = ()) -> object:
    return event(DOCUMENTED, ReferenceEmployee(id, phones=phones, addresses=addresses))


def _employee_of(known: Reference, **contact: str) -> str | None:
    [(kind, written)] = contact.items()
    folded = {"phone": spelling.phone, "address": spelling.address}[kind](written)
    return known.employees_of(**{kind: folded}).get(kind)


def test_an_employee_is_recognised_by_phone_and_address_however_they_are_written() -> None:
    known = reference(staff("E-1", ("+86 138-0013-8000",), ("文三路 1号 A座",)))
    assert _employee_of(known, phone="13800138000") == "E-1"
    assert _employee_of(known, address="文三路1号a座") == "E-1"
    assert _employee_of(known, phone="13800138001") is None
    assert _employee_of(known, address="文三路2号A座") is None


def test_a_phone_and_an_address_may_be_two_employees() -> None:
    known = reference(staff("E-1", ("13800138000",)), staff("E-2", (), ("文三路1号",)))
    both = {"phone": "E-1", "address": "E-2"}
    assert known.employees_of("+8613800138000", "文三路1号") == both
    assert known.employees_of("+8613900139000 +8613800138000", "文三路2号") == {"phone": "E-1"}
    assert known.employees_of() == {}


def test_phones_addresses_and_accounts_are_not_taken_for_each_other() -> None:
    known = reference(staff("E-1", ("13800138000",), ("10086",)), employee("E-2", accounts=["62"]))
    assert _employee_of(known, address="13800138000") is None
    assert _employee_of(known, phone="10086") is None
    assert (_employee_of(known, phone="62"), known.holder("13800138000")) == (None, None)


def test_an_empty_phone_or_address_is_nobodys() -> None:
    known = reference(staff("E-1", ("", "无", "-"), ("", " ")))
    assert (_employee_of(known, phone="无"), _employee_of(known, address=" ")) == (None, None)


def test_a_phone_or_address_given_up_is_the_others_or_nobodys() -> None:
    #   two live together; the same phone stands in a document twice
    known = reference(
        staff("E-1", ("13800138000", "138 0013 8000"), ("文三路1号",)),
        staff("E-2", (), ("文三路1号",)),
    )
    assert _employee_of(known, address="文三路1号") == "E-1"
    known.put(staff("E-1"))  # type: ignore[arg-type]
    assert _employee_of(known, phone="13800138000") is None
    assert _employee_of(known, address="文三路1号") == "E-2"
    known.remove("employees", "E-2")
    assert _employee_of(known, address="文三路1号") is None


def test_ones_manager_is_whom_ones_own_document_names() -> None:
    #   E-1 reports to E-9 ── to E-8 ── gone; E-9 reports to nobody
    known = reference(_works_for("E-1", "E-9"), _works_for("E-9"))
    assert [known.manager_of(id) for id in ("E-1", "E-9", "E-NEVER-SEEN")] == ["E-9", None, None]
    known.put(_works_for("E-1", "E-8"))
    assert known.manager_of("E-1") == "E-8"
    known.remove("employees", "E-1")
    assert known.manager_of("E-1") is None
