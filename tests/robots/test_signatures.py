"""The vendors' own examples of a signature."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from robots.kinds import dingtalk, feishu
from robots.kinds.catalogue import KINDS

VECTORS = json.loads((Path(__file__).parent / "signatures.json").read_text("utf-8"))


def test_dingtalk_signs_time_and_secret_with_the_secret() -> None:
    vector = VECTORS["dingtalk"]
    assert dingtalk.signature(vector["secret"], vector["timestamp_ms"]) == vector["sign"]


def test_feishu_signs_nothing_with_time_and_secret() -> None:
    vector = VECTORS["feishu"]
    assert feishu.signature(vector["secret"], vector["timestamp_s"]) == vector["sign"]


def test_dingtalks_signature_stands_in_the_query_encoded_once() -> None:
    vector = VECTORS["dingtalk"]
    at = int(vector["timestamp_ms"]) / 1000
    url = KINDS["dingtalk"].address("https://a.example/send?access_token=x", vector["secret"], at)
    assert url.endswith(f"&timestamp={vector['timestamp_ms']}&sign={vector['sign']}")
    assert parse_qs(urlsplit(url).query)["sign"] == ["jY/04mfp7ZJXzqokAZiVjrPcTEXSzBvoMi3Xf+K/q2U="]


def test_feishus_signature_stands_in_the_body_with_its_time_in_seconds() -> None:
    vector = VECTORS["feishu"]
    at = int(vector["timestamp_s"]) + 0.9
    for kind in (KINDS["feishu"], KINDS["lark"]):
        signed = kind.signed({"msg_type": "text"}, vector["secret"], at)
        assert signed == {
            "timestamp": vector["timestamp_s"],
            "sign": vector["sign"],
            "msg_type": "text",
        }
        assert kind.address("https://a.example/hook", vector["secret"], at).endswith("/hook")


def test_without_a_secret_nothing_is_signed() -> None:
    for kind in KINDS.values():
        assert kind.address("https://a.example/?key=x", None, 1.0) == "https://a.example/?key=x"
        assert kind.signed({"a": 1}, None, 1.0) == {"a": 1}
