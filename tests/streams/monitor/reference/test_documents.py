"""Which document of an id holds, in whatever order they are read."""

from __future__ import annotations

import itertools

from contract.event import Event, Origin
from contract.times import DAY
from contract.types import ReferenceAccount, ReferenceCustomer
from detectors.facts.reference import Reference
from streams.monitor.reference.documents import Documents
from tests.streams.router.routing import MONDAY

ACCOUNTS = "reference.accounts"
CUSTOMERS = "reference.customers"


def owner(customer: str, employee: str, at: int) -> Event:
    data = ReferenceCustomer(customer, owner=employee)
    return Event("/crm", f"{customer}{employee}", at, data, Origin(CUSTOMERS, 0, 0))


def test_in_one_partition_the_last_document_wins_whatever_its_time() -> None:
    documents = Documents(Reference())
    documents.put("customers", 0, owner("C-1", "E-1", MONDAY))
    documents.put("customers", 0, owner("C-1", "E-2", MONDAY - DAY))
    stated = documents.reference.owner("C-1")
    assert stated is not None
    assert (stated.owner, stated.at) == ("E-2", MONDAY - DAY)


def test_over_partitions_the_latest_document_wins_in_whatever_order_they_are_read() -> None:
    words = [(0, "E-1", MONDAY), (1, "E-2", MONDAY + 2), (2, "E-3", MONDAY + 1)]
    for order in itertools.permutations(words):
        documents = Documents(Reference())
        for partition, employee, at in order:
            documents.put("customers", partition, owner("C-1", employee, at))
        stated = documents.reference.owner("C-1")
        assert stated is not None
        assert stated.owner == "E-2"


def test_a_tombstone_removes_and_a_later_document_brings_back() -> None:
    documents = Documents(Reference())
    documents.put("customers", 0, owner("C-1", "E-1", MONDAY))
    documents.remove("customers", 0, "C-1", MONDAY + 1)
    assert documents.reference.owner("C-1") is None
    assert documents.reference.entries("customers") == 0
    documents.put("customers", 0, owner("C-1", "E-2", MONDAY))
    assert documents.reference.entries("customers") == 1


def test_a_tombstone_on_another_partition_removes_what_is_older_in_whatever_order() -> None:
    for swapped in (False, True):
        documents = Documents(Reference())
        steps = [
            lambda d: d.put("customers", 0, owner("C-1", "E-1", MONDAY)),
            lambda d: d.remove("customers", 1, "C-1", MONDAY + 1),
        ]
        for step in reversed(steps) if swapped else steps:
            step(documents)
        assert documents.reference.owner("C-1") is None


def test_a_tombstone_for_what_nobody_knows_changes_nothing() -> None:
    documents = Documents(Reference())
    documents.remove("accounts", 0, "6222", MONDAY)
    assert not documents.reference.has("accounts")


def test_an_account_of_a_document_that_gave_way_is_no_longer_the_companys() -> None:
    documents = Documents(Reference())
    event = Event("/erp", "1", MONDAY, ReferenceAccount("6222"), Origin(ACCOUNTS, 0, 0))
    documents.put("accounts", 0, event)
    assert documents.reference.is_company_account("6222", MONDAY)
    documents.remove("accounts", 0, "6222", MONDAY)
    assert not documents.reference.is_company_account("6222", MONDAY)
