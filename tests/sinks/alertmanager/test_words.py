"""What is told of an alert: labels that name nobody, annotations as the settings allow."""

from __future__ import annotations

import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.alert import Bilingual
from contract.spelling.shown import INVISIBLE
from sinks.alertmanager.notice import firing, resolved
from sinks.alertmanager.told import Told
from sinks.alertmanager.words import Labels, Wording, camel_case, harmless, read_by_people
from tests.sinks.some_alerts import alert

ZONE = ZoneInfo("Asia/Shanghai")
FOUND = alert(
    "offbook-payment-6f4e",
    severity="critical",
    score=80,
    title=Bilingual("Payment to a stranger's account", "货款打入非公司账户"),
    summary=Bilingual(
        "Customer CU-1 paid 168,000.00 CNY. Responsible: Liu Yang (E112).",
        "客户 CU-1 付款 168,000.00 元。责任人：刘洋（E112）。",
    ),
    employee="E112",
    customer="CU-1",
    account="0000620000000112",
    account_holder="E112",
)


def wording(**changes: Any) -> Wording:
    return msgspec.structs.replace(Wording(zone=ZONE, language="en"), **changes)


def test_the_labels_are_those_of_the_contract_and_name_nobody() -> None:
    labels = Labels("x-1", "offbook-payment", "warning", "x-0", "East").named()
    assert labels == {
        "alertname": "OffbookPayment",
        "severity": "warning",
        "detector": "offbook-payment",
        "case_id": "x-0",
        "team": "East",
        "alert_id": "x-1",
        "category": "fraud",
    }
    # To Alertmanager an empty label is none.
    assert "team" not in Labels("x-1", "offbook-payment", "warning", "x-0", "").named()


@pytest.mark.parametrize(
    ("detector", "name"),
    [
        ("bulk-delete", "BulkDelete"),
        ("own-night-discount", "OwnNightDiscount"),
        ("a1-b2", "A1B2"),
        ("飞单", "Alert"),
        ("", "Alert"),
    ],
)
def test_an_alert_is_named_after_its_detector(detector: str, name: str) -> None:
    assert camel_case(detector) == name


def test_in_full_it_says_what_the_alert_says() -> None:
    assert read_by_people(FOUND, "critical", wording(personal="full")) == {
        "summary": "Payment to a stranger's account (critical, score 80)",
        "description": "Customer CU-1 paid 168,000.00 CNY. Responsible: Liu Yang (E112).",
        "runbook_url": "docs/runbooks/offbook-payment.md",
    }


def test_by_ids_it_says_neither_name_nor_amount_nor_the_whole_account() -> None:
    assert read_by_people(FOUND, "critical", wording(personal="ids")) == {
        "summary": "Payment to a stranger's account (critical, score 80)",
        "description": (
            "Employee E112, account holder E112, customer CU-1, account …0112,"
            " evidence 1 events, 2026-03-02 17:15 to 2026-03-02 17:15."
        ),
        "runbook_url": "docs/runbooks/offbook-payment.md",
    }


def test_with_none_it_says_only_what_kind_of_alert_it_is_and_where_to_read_on() -> None:
    told = wording(personal="none", desk="https://desk.example/", runbooks="https://docs/rb/")
    assert read_by_people(FOUND, "critical", told) == {
        "summary": "Payment to a stranger's account (critical, score 80)",
        "description": "Whom and what it is about is not told here: open the alert.",
        "runbook_url": "https://docs/rb/offbook-payment.md",
        "alert_url": "https://desk.example/alerts/offbook-payment-6f4e",
    }


def test_it_speaks_the_languages_that_are_set() -> None:
    chinese = read_by_people(FOUND, "critical", wording(personal="full", language="zh"))
    assert chinese["summary"] == "货款打入非公司账户（严重，80 分）"
    assert chinese["description"] == FOUND.summary.zh
    both = read_by_people(FOUND, "critical", wording(personal="ids", language="both"))
    assert both["summary"].startswith("Payment")
    assert both["summary_zh"] == chinese["summary"]
    assert both["description_zh"] == (
        "员工 E112，账户持有人 E112，客户 CU-1，账户 …0112，"
        "证据 1 条，2026-03-02 17:15 至 2026-03-02 17:15。"
    )


def test_one_that_was_graver_says_so_since_its_label_stays() -> None:
    milder = msgspec.structs.replace(FOUND, severity="warning")
    said = read_by_people(milder, "critical", wording(personal="none", language="both"))
    assert said["summary"].endswith("(warning, score 80)")
    assert said["description"].endswith(
        " It was critical when it was told first, and is warning now."
    )
    assert said["description_zh"].endswith("首次通知时为严重，现为警告。")


def test_a_link_holds_nothing_that_is_not_of_an_address() -> None:
    odd = msgspec.structs.replace(FOUND, alert_id='a/../b?c#"<d>\n', detector="x/../y")
    said = read_by_people(odd, "critical", wording(desk="https://desk.example"))
    assert said["alert_url"] == "https://desk.example/alerts/a%2F..%2Fb%3Fc%23%22%3Cd%3E%0A"
    assert said["runbook_url"] == "docs/runbooks/x%2F..%2Fy.md"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("<!channel> <b>x</b>", "＜!channel＞ ＜b＞x＜/b＞"),
        ("[pay here](https://evil.example)", "［pay here］(https：//evil.example)"),
        ("a\u202eb\x1b[31mc\nd", "a\\u202eb\\x1b［31mc\\nd"),
        ("{{ .Secret }}", "{{ .Secret }}"),
        ("x" * 3000, "x" * 1999 + "…"),
    ],
)
def test_what_others_wrote_is_shown_and_does_nothing(hostile: str, shown: str) -> None:
    assert harmless(hostile) == shown


TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["<!here>", "<a href='x'>", "\u202e\u2066", "\x00\x1b]0;x\x07", "](", "http://e"]
    ),
)


@given(TEXT, TEXT, TEXT, TEXT, TEXT, st.sampled_from(["full", "ids", "none"]))
def test_no_text_of_others_reaches_people_as_markup_or_leaves_its_line(
    name: str, customer: str, account: str, team: str, alert_id: str, personal: Any
) -> None:
    hostile = alert(
        alert_id or "a",
        title=Bilingual(name, name),
        summary=Bilingual(f"{name} {customer}", name),
        employee=customer,
        customer=customer,
        order=name,
        account=account,
    )
    told = Told(hostile.detector, alert_id, team, 0)
    given_ = wording(personal=personal, language="both", desk="https://desk.example")
    key = (hostile.alert_id, hostile.severity)
    for notice in (firing(hostile, key, told, given_, 9, 99), resolved(key, told, given_, 9)):
        posted = json.loads(notice.body)
        for text in [*posted["labels"].values(), *posted["annotations"].values()]:
            assert text.isprintable()
            assert not INVISIBLE.search(text)
        for says, text in posted["annotations"].items():
            if not says.endswith("_url"):
                assert not re.search(r"[<>\[\]`]|://", text)


@given(st.text(min_size=3, max_size=20), st.sampled_from(["ids", "none"]))
def test_no_name_is_told_where_names_are_not_to_be(name: str, personal: Any) -> None:
    secret = f"Zq{name}Zq"
    named = alert("a", summary=Bilingual(f"By {secret} (E1).", f"{secret}（E1）"))
    said = read_by_people(named, "critical", wording(personal=personal, language="both"))
    assert "Zq" not in json.dumps(said, ensure_ascii=False)


def test_labels_never_hold_an_employee_a_customer_or_an_account() -> None:
    for personal in ("full", "ids", "none"):
        told = Told(FOUND.detector, FOUND.alert_id, "East", 0)
        notice = firing(FOUND, (FOUND.alert_id, "critical"), told, wording(personal=personal), 9, 9)
        labels = json.dumps(json.loads(notice.body)["labels"])
        assert not re.search(r"E112|CU-1|0112", labels)


def test_notices_that_differ_in_their_times_alone_say_the_same() -> None:
    told, key = Told(FOUND.detector, "c", "", 5), (FOUND.alert_id, FOUND.severity)
    first, later = (firing(FOUND, key, told, wording(), now, now + 9) for now in (10, 1_000_010))
    assert first.says == later.says
    assert first.body != later.body
    more = msgspec.structs.replace(FOUND, score=90)
    assert firing(more, key, told, wording(), 10, 19).says != first.says
    # It never begins after it ends, whatever the clocks say.
    early = json.loads(resolved(key, told, wording(), 3).body)
    assert early["startsAt"] == early["endsAt"]
