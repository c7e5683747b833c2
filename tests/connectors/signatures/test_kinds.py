from __future__ import annotations

from collections.abc import Mapping

import pytest

from connectors.signatures.kinds import KINDS, build
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import Verified
from tests.connectors.signatures.sending import ALL, pem, table

WECOM = table("wecom/crypto_vector.json")
DINGTALK = table("dingtalk/crypto_vector.json")
WECHATPAY = table("bank/wechatpay_vector.json")
SECRETS = {
    "file:wecom.token": WECOM["token"],
    "env:WECOM_AES": WECOM["EncodingAESKey"],
    "file:ding.token": DINGTALK["token"],
    "file:ding.aes": DINGTALK["aes_key"],
    "env:FEISHU": table("feishu/crypto_vector.json")["encrypt_key"],
    "file:apiv3": WECHATPAY["apiv3_key"],
    "env:SALT": table("shipping/kuaidi100_vector.json")["salt"],
    "env:HUBSPOT": table("hubspot/signature.json")["client_secret"],
    "env:LONG": "0123456789abcdef",
    "file:zoho": "offbook-7c1e5d",
    "env:OTHER": "another-secret-of-32-characters-",
    "file:other.aes": "B" * 43,
}
TABLES: Mapping[str, dict[str, str]] = {
    "wecom": {
        "receive_id": WECOM["receive_id"],
        "token_file": "wecom.token",
        "aes_key_env": "WECOM_AES",
    },
    "dingtalk": {
        "owner_key": DINGTALK["owner_key"],
        "token_file": "ding.token",
        "aes_key_file": "ding.aes",
    },
    "feishu": {"encrypt_key_env": "FEISHU"},
    "wechatpay": {
        "serial": WECHATPAY["headers"]["Wechatpay-Serial"],
        "public_key_file": "rsa.pem",
        "apiv3_key_file": "apiv3",
    },
    "alipay": {"public_key_file": "rsa.pem", "app_id": "2021000000000001"},
    "kuaidi100": {"salt_env": "SALT"},
    "sf": {"check_word_env": "LONG"},
    "hubspot": {"client_secret_env": "HUBSPOT", "url": "https://connect.example.com/in/hubspot"},
    "offbook": {"secret_env": "LONG"},
    "hmac": {"secret_env": "LONG", "header": "X-Hub-Signature-256", "prefix": "sha256="},
    "token": {"token_file": "zoho", "field": "token"},
}


def read(place: str) -> str:
    return {**SECRETS, "file:rsa.pem": pem(), "file:other.pem": pem(1)}[place]


def told(kind: str, settings: Mapping[str, str]) -> str:
    with pytest.raises(SignatureSettingError) as caught:
        build(kind, settings, read)
    assert caught.value.__cause__ is None
    assert not any(it in str(caught.value) for it in SECRETS.values())
    return str(caught.value)


def test_each_kind_is_tried() -> None:
    assert set(KINDS) == set(TABLES) == set(ALL)


@pytest.mark.parametrize("kind", TABLES)
def test_what_the_settings_describe_takes_what_the_vendor_sends(kind: str) -> None:
    sent = ALL[kind]()
    verdict = build(kind, TABLES[kind], read).verify(sent.request, sent.at)
    assert isinstance(verdict, Verified)


OLD = {
    "wecom": {"token_env": "OTHER", "aes_key_file": "other.aes"},
    "dingtalk": {"token_env": "OTHER", "aes_key_file": "other.aes"},
    "feishu": {"encrypt_key_env": "OTHER"},
    "wechatpay": {"serial": "new", "public_key_file": "other.pem", "apiv3_key_env": "OTHER"},
    "alipay": {"public_key_file": "other.pem"},
    "kuaidi100": {"salt_env": "OTHER"},
    "sf": {"check_word_env": "OTHER"},
    "hubspot": {"client_secret_env": "OTHER"},
    "offbook": {"secret_env": "OTHER"},
    "hmac": {"secret_env": "OTHER"},
    "token": {"token_env": "OTHER"},
}


@pytest.mark.parametrize("kind", TABLES)
def test_an_old_secret_still_holds(kind: str) -> None:
    settings = {}
    for name, value in TABLES[kind].items():
        replaced = name == "serial" or name.endswith(("_file", "_env"))
        settings[f"old_{name}" if replaced else name] = value
    sent = ALL[kind]()
    verdict = build(kind, {**settings, **OLD[kind]}, read).verify(sent.request, sent.at)
    assert isinstance(verdict, Verified)
    assert verdict.secret == 1 or kind == "token"


def test_of_two_secrets_one_may_be_old() -> None:
    settings = {
        "receive_id": WECOM["receive_id"],
        "token_file": "wecom.token",
        "aes_key_file": "other.aes",
        "old_aes_key_env": "WECOM_AES",
    }
    sent = ALL["wecom"]()
    assert isinstance(build("wecom", settings, read).verify(sent.request, sent.at), Verified)


def test_an_unknown_kind_is_told_with_the_nearest() -> None:
    assert told("wecomm", {}).startswith("kind: is unknown; did you mean wecom?; known are alipay,")


@pytest.mark.parametrize("kind", TABLES)
def test_each_missing_key_is_named(kind: str) -> None:
    optional = {"app_id", "url", "prefix"}
    for name in TABLES[kind].keys() - optional:
        rest = {k: v for k, v in TABLES[kind].items() if k != name}
        bare = name.removesuffix("_file").removesuffix("_env")
        text = told(kind, rest)
        assert bare in text
        if bare != name:
            assert f"write {bare}_file or {bare}_env" in text


def test_an_unknown_key_is_told_with_the_nearest() -> None:
    text = told("wecom", {**TABLES["wecom"], "recieve_id": "x"})
    assert text.startswith("recieve_id: is unknown; did you mean receive_id?; known are receive_id")


def test_a_secret_in_the_settings_is_refused_and_not_shown() -> None:
    for name in ("token", "old_token"):
        text = told("wecom", {**TABLES["wecom"], name: WECOM["token"]})
        assert text.startswith(f"{name}: does not stand in the settings itself")
        assert f"{name}_file or {name}_env" in text


def test_a_secret_that_is_taken_for_its_place_is_not_shown() -> None:
    text = told("feishu", {"encrypt_key_file": "s3cret-itself"})
    assert text.startswith("encrypt_key_file: what it names cannot be read")
    assert "s3cret" not in text


def test_a_secret_comes_from_one_place() -> None:
    text = told("feishu", {"encrypt_key_env": "FEISHU", "encrypt_key_file": "feishu"})
    assert "encrypt_key_env is there too" in text


@pytest.mark.parametrize("value", ["", 1, None, ["a"], {"a": "b"}])
def test_a_value_that_is_no_text_is_told(value: object) -> None:
    settings = {**TABLES["wecom"], "receive_id": value}
    assert told("wecom", settings).startswith("receive_id: is no text")  # type: ignore[arg-type]


def test_an_old_platform_key_has_a_serial() -> None:
    for more in ({"old_serial": "x"}, {"old_public_key_file": "other.pem"}):
        assert told("wechatpay", {**TABLES["wechatpay"], **more}).startswith("old_serial: ")
