from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.loading import load_connector
from connectors.mapping.connector import Connector
from connectors.outcome import Mapped
from connectors.record import Record
from contract.decoding.decode import NOWHERE, decode_structured
from contract.rejected import Rejected as Refused
from tests.connectors.presets.fixture import COMPANY, plain
from tests.connectors.presets.trial import json_of
from tests.parts.examples import examples

XML = {
    "wecom-contacts": {
        "Event": "change_contact",
        "ChangeType": "update_user",
        "UserID": "lisi",
        "Department": "12",
        "CreateTime": "1772937790",
    },
    "wecom-customers": {
        "Event": "change_external_contact",
        "ChangeType": "del_external_contact",
        "UserID": "lisi",
        "ExternalUserID": "wmOFFBOOK00000000000000000000001",
        "CreateTime": "1772937735",
    },
    "wecom-approvals": {
        "Event": "sys_approval_change",
        "CreateTime": "1772937730",
        "ApprovalInfo": {
            "SpNo": "202603080001",
            "SpName": "离职申请",
            "SpStatus": "2",
            "TemplateId": "C4OFFBOOKTEMPLATE0000000000001",
            "Applyer": {"UserId": "lisi"},
        },
    },
    "endpoint-csv": {
        "time": "2026-03-09 18:52:10",
        "person": "李四",
        "machine": "SH-NB-0107",
        "action": "复制",
        "disk": "U盘",
        "path": "D:\\报价\\ -> F:\\",
        "file": "a.xlsx",
        "size": "1.2MB",
    },
}
JSON = {
    "wecom-chat": ["wecom/chat_text.json", "wecom/chat_group.json", "wecom/chat_file.json"],
    "dingtalk": ["dingtalk/user_add_org_http.json", "dingtalk/bpms_instance_change_stream.json"],
    "feishu": ["feishu/contact_user_updated_v3.json", "feishu/corehr_offboarding_updated_v2.json"],
}
JUNK = st.sampled_from([None, "", " ", "x", 0, -1, 10**40, True, [], {}, ["x", None], {"a": [1]}])
PLACES = st.lists(st.integers(0, 200), max_size=4)


@cache
def connector(preset: str) -> Connector:
    return load_connector(preset, COMPANY)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Where something stands in it: the table or list, and the key or number."""
    keys: Any = value if isinstance(value, dict) else range(len(value))
    found: list[tuple[Any, Any]] = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


def judged(preset: str, record: dict[str, Any], at: list[int], junk: list[object]) -> None:
    for place, value in zip(at, junk, strict=False):
        there = places(record)
        if there:
            within, key = there[place % len(there)]
            within[key] = deepcopy(value)
    outcomes = [it.outcome for it in connector(preset).outcomes(Record(record))]
    assert outcomes
    for outcome in outcomes:
        if isinstance(outcome, Mapped):
            encoded = json.dumps(plain(outcome.document)).encode()
            assert not isinstance(decode_structured(encoded, NOWHERE), Refused)


@pytest.mark.parametrize("preset", XML)
@given(at=PLACES, junk=st.lists(JUNK, min_size=4, max_size=4))
@settings(max_examples=examples(60))
def test_whatever_stands_in_a_field_a_record_has_an_outcome(
    preset: str, at: list[int], junk: list[object]
) -> None:
    judged(preset, json.loads(json.dumps(XML[preset])), at, junk)


@pytest.mark.parametrize(
    ("preset", "fixture"), [(preset, it) for preset, them in JSON.items() for it in them]
)
@given(at=PLACES, junk=st.lists(JUNK, min_size=4, max_size=4))
@settings(max_examples=examples(60))
def test_whatever_stands_in_a_message_it_has_an_outcome(
    preset: str, fixture: str, at: list[int], junk: list[object]
) -> None:
    judged(preset, json_of(fixture), at, junk)
