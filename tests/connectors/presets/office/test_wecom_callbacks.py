from __future__ import annotations

import pytest

from tests.connectors.presets.fixture import counts, events, expected, told
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    reasons,
    refused,
    tried,
)


def changed(fixture: str, old: str, new: str) -> bytes:
    text = bytes_of(f"wecom/{fixture}").decode()
    assert old in text
    return text.replace(old, new).encode()


def test_what_a_newer_address_is_told_of_somebody_who_joins_is_enough() -> None:
    sparse = told("wecom-contacts", "wecom/change_contact_create_user_sparse.xml")
    assert events(sparse) == expected("wecom/change_contact_create_user.xml")


def test_a_callback_that_is_sent_again_is_a_repeat() -> None:
    once = told("wecom-contacts", "wecom/change_contact.xml")
    again = told("wecom-contacts", "wecom/change_contact.xml")
    assert ids(once) == ids(again) == ["change_contact/update_user/lisi/1772937790"]


def test_who_is_edited_in_their_department_has_not_moved() -> None:
    edited = changed("change_contact.xml", "<Department><![CDATA[12,15]]></Department>", "")
    found = tried("wecom-contacts", edited)
    assert reasons(found) == ["somebody was edited, but stays in their department"]


@pytest.mark.parametrize("kind", ["create_party", "update_party", "delete_party", "update_tag"])
def test_a_change_of_departments_is_about_no_person(kind: str) -> None:
    found = tried("wecom-contacts", changed("change_contact.xml", "update_user", kind))
    assert reasons(found) == ["a department or a tag was changed, no person"]


def test_a_person_that_stands_in_no_table_is_a_dead_letter() -> None:
    found = tried("wecom-contacts", changed("change_contact_delete_user.xml", "lisi01", "sunqi"))
    (dead,) = refused(found)
    assert (dead.field, dead.path, dead.word, dead.table) == (
        "data.employee",
        "UserID",
        "sunqi",
        "people",
    )


def test_a_change_of_contacts_that_is_new_to_us_is_a_dead_letter() -> None:
    found = tried("wecom-contacts", changed("change_contact.xml", "update_user", "freeze_user"))
    (dead,) = refused(found)
    assert (dead.field, dead.word, dead.table) == ("data.kind", "freeze_user", "wecom_contact_kind")


def test_what_is_no_change_of_contacts_is_counted_as_matched_by_no_rule() -> None:
    assert counts(told("wecom-contacts", "wecom/external_add.xml")) == {"Unmatched": 1}


def test_an_employee_who_deletes_a_customer_is_an_edit() -> None:
    # The fixture says DELETE_BY_TRANSFER, which is WeCom's doing: without it, it is the employee's.
    source = "<Source><![CDATA[DELETE_BY_TRANSFER]]></Source>"
    found = tried("wecom-customers", changed("external_del_by_employee.xml", source, ""))
    assert events(found) == expected("wecom/external_del_by_employee.xml")


def test_a_contact_that_is_no_customer_yet_leaves_the_customer_out() -> None:
    source = "<Source><![CDATA[DELETE_BY_TRANSFER]]></Source>"
    content = changed("external_del_by_employee.xml", source, "").replace(b"0001]]", b"0009]]")
    (event,) = events(tried("wecom-customers", content.replace(b"wwoffbook0000000009", b"ww")))
    assert event["data"]["object"]["id"].endswith("0009")
    assert "customer" not in event["data"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("external_del_by_employee.xml", "handed over to a colleague"),
        ("external_del_by_customer.xml", "the customer removed the employee"),
        ("external_add.xml", "a contact was added"),
        ("external_transfer_fail.xml", "a hand-over failed"),
    ],
)
def test_what_is_no_act_of_an_employee_is_skipped_and_says_why(name: str, why: str) -> None:
    found = told("wecom-customers", f"wecom/{name}")
    assert counts(found) == {"Skipped": 1}
    assert reasons(found)[0].startswith(why)


def approval(status: str) -> bytes:
    return changed(
        "sys_approval_change.xml",
        "<SpStatus>2</SpStatus>\n    <TemplateId>",
        f"<SpStatus>{status}</SpStatus>\n    <TemplateId>",
    )


@pytest.mark.parametrize("status", ["4", "6"])
def test_a_resignation_that_is_taken_back_is_withdrawn(status: str) -> None:
    (event,) = events(tried("wecom-approvals", approval(status)))
    assert event["data"] == {"employee": "E-107", "kind": "resignation_withdrawn"}
    assert event["id"] == f"sys_approval_change/202603080001/{status}"


@pytest.mark.parametrize("status", ["1", "3", "7"])
def test_a_resignation_that_is_not_agreed_to_is_skipped(status: str) -> None:
    found = tried("wecom-approvals", approval(status))
    assert counts(found) == {"Skipped": 1}
    assert "resignation" in reasons(found)[0]


def test_a_status_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("wecom-approvals", approval("99")))
    assert (dead.field, dead.word, dead.table) == ("data.kind", "99", "wecom_approval_kind")


def test_a_comment_on_what_is_agreed_to_is_a_repeat() -> None:
    comment = changed(
        "sys_approval_change.xml",
        "<StatuChangeEvent>2</StatuChangeEvent>",
        "<StatuChangeEvent>10</StatuChangeEvent>",
    )
    assert ids(tried("wecom-approvals", comment)) == ["sys_approval_change/202603080001/2"]


def test_a_template_that_speaks_of_leaving_and_stands_in_no_table_is_a_dead_letter() -> None:
    other = changed("sys_approval_change.xml", "C4OFFBOOKTEMPLATE0000000000001", "C4NEW")
    (dead,) = refused(tried("wecom-approvals", other))
    assert (dead.field, dead.word, dead.table) == ("data.kind", "C4NEW", "wecom_approvals")


def test_an_approval_of_something_else_is_skipped() -> None:
    other = changed("sys_approval_change.xml", "C4OFFBOOKTEMPLATE0000000000001", "C4NEW")
    found = tried("wecom-approvals", other.replace("离职申请".encode(), "报销".encode()))
    assert counts(found) == {"Skipped": 1}
    assert "[tables.wecom_approvals]" in reasons(found)[0]
