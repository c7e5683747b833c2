"""Each event that is expected of a fixture, held against what its page makes of it, field by field.

A page is a preset, or a company's that rests on one; all have the tables of `company.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from typing import Any

import pytest

from tests.connectors.presets.fixture import (
    FIXTURES,
    all_expected,
    events,
    expected,
    faults,
    told,
)

PAGES = {
    "alipay-notify": ["bank/alipay_notify.form.txt"],
    "bank-cmb": ["bank/cmb_corporate.csv"],
    "bank/own_alipay_bill.toml": ["bank/alipay_merchant.csv"],
    "bank/own_icbc.toml": ["bank/icbc_corporate.csv"],
    "beisen": ["hr/beisen_employee.GUESS.json"],
    "camt": ["bank/camt053.xml", "bank/camt053_v08.xml", "bank/camt054.xml"],
    "debezium-outbox": ["debezium/outbox_routed.json"],
    "debezium/own.toml": [
        "debezium/create_no_schema.json",
        "debezium/delete_no_schema.json",
        "debezium/mysql_update.json",
        "debezium/update_before_null.json",
        "debezium/update_no_schema.json",
        "debezium/update_with_schema.json",
    ],
    "debezium/own_flattened.toml": [
        "debezium/flattened_delete_rewrite.json",
        "debezium/flattened_update.json",
    ],
    "dingtalk": [
        "dingtalk/bpms_instance_change_http.json",
        "dingtalk/bpms_instance_change_stream.json",
        "dingtalk/user_add_org_http.json",
        "dingtalk/user_add_org_stream.json",
        "dingtalk/user_leave_org_http.json",
        "dingtalk/user_leave_org_stream.json",
    ],
    "dustess": ["dustess/contact_created.json", "dustess/contacts_merged.json"],
    "endpoint-cef": ["endpoint/cef.GUESS.log"],
    "endpoint-csv": ["endpoint/file_log.GUESS.csv", "endpoint/keyword_alert.GUESS.csv"],
    "endpoint-syslog": ["endpoint/syslog_kv.GUESS.log"],
    "feishu": [
        "feishu/contact_user_created_v3.json",
        "feishu/contact_user_deleted_v3.json",
        "feishu/contact_user_updated_v3.json",
        "feishu/corehr_offboarding_updated_v2.json",
    ],
    "fxiaoke-apl": ["fxiaoke/apl_webhook.OUR_OWN.json"],
    "fxiaoke-audit-log": ["fxiaoke/audit_log.GUESS.csv"],
    "fxiaoke-query": [
        "fxiaoke/query_account_pool.json",
        "fxiaoke/query_opportunity.json",
        "fxiaoke/query_payment.json",
        "fxiaoke/query_sales_order.json",
    ],
    "hr-csv": ["hr/departures.csv"],
    "hubspot": ["hubspot/webhook.json"],
    "kingdee": ["shipping/kingdee_sal_outstock.json"],
    "kuaidi100": ["shipping/kuaidi100_param.json"],
    "mt940": ["bank/mt940.txt"],
    "neocrm/own.toml": ["neocrm/query.GUESS.json"],
    "salesforce-cdc": [
        "salesforce/cdc_create.json",
        "salesforce/cdc_delete_many.json",
        "salesforce/cdc_update.json",
    ],
    "salesforce-event-log": [
        "salesforce/event_log_file_bulk_api.csv",
        "salesforce/event_log_file_report_export.csv",
    ],
    "sf-route": ["shipping/sf_route_push.json"],
    "wechatpay-bill": ["bank/wechatpay_trade_bill.csv"],
    "wechatpay-notify": ["bank/wechatpay_notify.json"],
    "wecom-approvals": ["wecom/sys_approval_change.xml"],
    "wecom-chat": ["wecom/chat_file.json", "wecom/chat_group.json", "wecom/chat_text.json"],
    "wecom-contacts": [
        "wecom/change_contact.xml",
        "wecom/change_contact_create_user.xml",
        "wecom/change_contact_delete_user.xml",
    ],
    "wecom-customers": ["wecom/external_del_by_employee.xml"],
    "wecom-file-log": ["wecom/file_oper_record.json"],
    "wms-csv": ["shipping/wms_outbound.csv"],
    "workday": ["hr/workday_raas.json"],
    "zoho-audit-log": ["zoho/audit_log.GUESS.csv"],
    "zoho-notification": ["zoho/notification.json"],
    "zoho-timeline": ["zoho/timeline.json"],
    "zoho/records.toml": ["zoho/record_quote.json", "zoho/record_sales_order.json"],
    "zoho/unknown.toml": ["zoho/notification_delete.json"],
}
READ = {fixture: page for page, fixtures in PAGES.items() for fixture in fixtures}

#: No event is given that could be this one.
NONE = "no event"
ROW = "the row's number is in its id, and begins anew with each export: one act would count twice"
PERSON = "who it was is in another answer, and there for one of the three"
#: Which fields of an expected event are given otherwise, and why they have to be.
OTHERWISE = {
    "account/1900000109/1": (NONE, "no fixture has it: a company tells of its accounts itself"),
    "54632446000002": (NONE, "its payee is masked, which the contract refuses"),
    "SH-NB-0107/2026-03-09T18:52:10+08:00/delete/1": ("id", ROW),
    "SH-NB-0107/2026-03-09T18:55:40+08:00/copy_external/2": ("id", ROW),
    "SH-NB-0107/2026-03-09T18:58:02+08:00/upload/3": ("id", ROW),
    "SH-NB-0107/2026-03-09T19:01:33+08:00/send/4": ("id", ROW),
    "SH-NB-0107/2026-03-09T18:55:40+08:00/copy_external/报价汇总.xlsx": (
        "id",
        "two folders may have a file of that name, and the export of the same act has its path",
    ),
    "customer/68fb10000000000000000c01/1772937000000": (
        NONE,
        "of the record as it was before it was deleted, which the fixture does not have",
    ),
    "change_external_contact/del_external_contact/lisi/"
    "wmOFFBOOK00000000000000000000001/1772937735": (
        NONE,
        "the fixture says DELETE_BY_TRANSFER: WeCom did it, and nobody deleted a customer",
    ),
    "1000000068077/1772937730625/6543210000000412003": (
        NONE,
        "two answers put together: a page takes one record, and the timeline tells this change",
    ),
    "1000000068077/1772937999410/6543210000000417001": ("data.actor", PERSON),
    "1000000068077/1772937999410/6543210000000417002": ("data.actor", PERSON),
    "1000000068077/1772937999410/6543210000000417003": ("data.actor", PERSON),
    "6543210000000440021/2026-03-03T11:30:00+08:00": (
        "data.after.approved_by",
        "who changed an approved order last is not who approved it, and the record has only that",
    ),
    "user/6543210000000107/1": (NONE, "the fixture has no time: since when it holds is not said"),
}
#: How many events more a fixture gives, of rows of which nobody wrote down what is expected.
MORE = {
    "bank/icbc_corporate.csv": 1,
    "bank/mt940.txt": 1,
    "fxiaoke/audit_log.GUESS.csv": 1,
    "wecom/chat_group.json": 1,
    "zoho/audit_log.GUESS.csv": 2,
}
EXPECTED = [
    pytest.param(
        document,
        [it for it in READ for f in files if fnmatch(it, f"{path.parent.name}/{f}")],
        id=f"{path.parent.name}-{number}",
    )
    for path in sorted(FIXTURES.glob("*/expected.ndjson"))
    for number, (document, files) in enumerate(all_expected(path.parent), 1)
]


def fields(document: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """What it says, by dotted names. Null says nothing, and Z is an offset of nothing."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from fields(value, f"{before}{name}.")
        elif value is not None:
            yield before + name, value.replace("Z", "+00:00") if name == "time" else value


@cache
def given(fixture: str) -> list[dict[str, Any]]:
    return [dict(fields(it)) for it in events(told(READ[fixture], fixture))]


def otherwise(document: dict[str, Any], fixture: str) -> str:
    """Which of its fields the fixture's event has otherwise."""
    wanted = dict(fields(document))
    if wanted in given(fixture):
        return ""
    told_of_others = [dict(fields(it)) for it in expected(fixture)]
    differing = (
        sorted(name for name in wanted.keys() | it.keys() if wanted.get(name) != it.get(name))
        for it in given(fixture)
        if it not in told_of_others
    )
    return " ".join(min(differing, key=len, default=[NONE]))


@pytest.mark.parametrize(("document", "fixtures"), EXPECTED)
def test_a_fixture_gives_the_event_that_is_expected_but_for_what_is_said_here(
    document: dict[str, Any], fixtures: list[str]
) -> None:
    differing, _ = OTHERWISE.get(document["id"], ("", ""))
    assert ({otherwise(document, it) for it in fixtures} or {NONE}) == {differing}


@pytest.mark.parametrize("fixture", READ)
def test_a_fixture_gives_no_dead_letter_and_nothing_else(fixture: str) -> None:
    assert not faults(told(READ[fixture], fixture))
    some = [it for it in expected(fixture) if OTHERWISE.get(it["id"], ("", ""))[0] != NONE]
    assert len(given(fixture)) == len(some) + MORE.get(fixture, 0)


def test_what_is_said_here_is_said_of_events_that_are_expected() -> None:
    ids = {document["id"] for it in EXPECTED for document in it.values[:1]}
    assert OTHERWISE.keys() <= ids
