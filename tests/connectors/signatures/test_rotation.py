"""While a secret is replaced, the new and the old both hold."""

from __future__ import annotations

import json

import pytest

from connectors.signatures.alipay import Alipay
from connectors.signatures.dingtalk import DingTalk
from connectors.signatures.envelope import Credential
from connectors.signatures.feishu import Feishu
from connectors.signatures.hmac import Hmac, ours
from connectors.signatures.hubspot import HubSpot
from connectors.signatures.kuaidi100 import Kuaidi100
from connectors.signatures.sf import SF
from connectors.signatures.signature import Refused, Signature, Verified
from connectors.signatures.token import Token
from connectors.signatures.wechatpay import WeChatPay
from connectors.signatures.wecom import WeCom
from contract.secret import Secret
from tests.connectors.signatures.sending import (
    ALL,
    LONG,
    dingtalk_credential,
    pem,
    table,
    wecom_credential,
)

OTHER = Secret("another-secret-of-32-characters-")
STRANGE = Credential(OTHER, Secret("B" * 43))


def signatures(name: str) -> list[Signature]:
    """With a new secret only; with the new and the old; with the old and the new."""
    wecom, dingtalk = wecom_credential(), dingtalk_credential()
    salt = Secret(table("shipping/kuaidi100_vector.json")["salt"])
    client = Secret(table("hubspot/signature.json")["client_secret"])
    token = Secret(table("zoho/notification.json")["token"])
    feishu = Secret(table("feishu/crypto_vector.json")["encrypt_key"])
    apiv3 = Secret(table("bank/wechatpay_vector.json")["apiv3_key"])
    serial = table("bank/wechatpay_vector.json")["headers"]["Wechatpay-Serial"]
    make = {
        "wecom": lambda it: WeCom(it, "wwoffbook0000000001"),
        "dingtalk": lambda it: DingTalk(it, "dingappkeyoffbook01"),
        "feishu": Feishu,
        "wechatpay": lambda it: WeChatPay({"other": pem(1), serial: pem()}, it),
        "alipay": Alipay,
        "kuaidi100": Kuaidi100,
        "sf": SF,
        "hubspot": lambda it: HubSpot(it, "https://connect.example.com/in/hubspot"),
        "offbook": ours,
        "hmac": lambda it: Hmac(it, "X-Hub-Signature-256", prefix="sha256="),
        "token": lambda it: Token(it, field="token"),
    }[name]
    old, new = {
        "wecom": (wecom, STRANGE),
        "dingtalk": (dingtalk, STRANGE),
        "feishu": (feishu, OTHER),
        "wechatpay": (apiv3, OTHER),
        "alipay": (pem(), pem(1)),
        "kuaidi100": (salt, OTHER),
        "hubspot": (client, OTHER),
        "token": (token, OTHER),
    }.get(name, (LONG, OTHER))
    return [make([new]), make([new, old]), make([old, new])]


@pytest.mark.parametrize("name", ALL)
def test_both_hold_and_the_verdict_says_which(name: str) -> None:
    sent = ALL[name]()
    new, new_old, old_new = signatures(name)
    assert isinstance(new.verify(sent.request, sent.at), Refused)
    for number, signature in ((1, new_old), (0, old_new)):
        verdict = signature.verify(sent.request, sent.at)
        assert isinstance(verdict, Verified)
        assert verdict.secret == number


def test_an_aes_key_may_be_replaced_and_the_token_stay() -> None:
    sent, its = ALL["wecom"](), wecom_credential()
    both = WeCom([Credential(its.token, STRANGE.aes_key), its], "wwoffbook0000000001")
    verdict = both.verify(sent.request, sent.at)
    assert isinstance(verdict, Verified)
    assert verdict.secret == 1


def test_a_wrong_aes_key_and_a_wrong_token_are_told_alike() -> None:
    sent, its = ALL["wecom"](), wecom_credential()
    tails = [WeCom([its], "wwsomebodyelse")]
    keys = [WeCom([Credential(its.token, STRANGE.aes_key)], "wwoffbook0000000001")]
    tokens = [WeCom([Credential(OTHER, its.aes_key)], "wwoffbook0000000001")]
    verdicts = {repr(it.verify(sent.request, sent.at)) for it in tails + keys + tokens}
    assert len(verdicts) == 1


def test_dingtalk_is_answered_with_the_credential_that_it_used() -> None:
    old, new = dingtalk_credential(), STRANGE
    both = DingTalk([new, old], "dingappkeyoffbook01")
    for number, its in enumerate((new, old)):
        answer = json.loads(both.accepted(1772937731.0, "offbook1", number).body)
        alone = DingTalk([its], "dingappkeyoffbook01")
        assert answer == json.loads(alone.accepted(1772937731.0, "offbook1").body)
