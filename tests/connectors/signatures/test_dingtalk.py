from __future__ import annotations

import base64
import json

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from connectors.signatures.envelope import Envelope, Sealed, sealed_with, signature
from connectors.signatures.signature import Answered, Refused, Verified
from tests.connectors.signatures.sending import (
    dingtalk,
    dingtalk_credential,
    posted,
    table,
)

VECTOR = table("dingtalk/crypto_vector.json")
ANSWER = VECTOR["answer"]
OWNER = VECTOR["owner_key"]
AT = int(VECTOR["query"]["timestamp"]) / 1000


def envelope() -> Envelope:
    return Envelope([dingtalk_credential()], OWNER, "owner_key", Refused("", ""))


def opened(answer: Answered) -> Verified | Refused:
    its = json.loads(answer.body)
    assert list(its) == ["msg_signature", "timeStamp", "nonce", "encrypt"]
    sealed = Sealed(its["msg_signature"], its["timeStamp"], its["nonce"], its["encrypt"])
    return envelope().opened(sealed, AT, AT)


def test_the_answer_is_the_encrypted_word() -> None:
    answer = dingtalk().signature.accepted(AT, "offbook1")
    assert opened(answer) == Verified(b"success")
    its = json.loads(answer.body)
    assert (its["timeStamp"], its["nonce"]) == (ANSWER["timeStamp"], ANSWER["nonce"])


def test_the_vectors_answer_is_made_byte_for_byte_from_its_random_bytes() -> None:
    its = dingtalk_credential()
    key = base64.b64decode(its.aes_key.reveal() + "=")
    cipher = Cipher(AES256(key), CBC(key[:16])).decryptor()
    head = cipher.update(base64.b64decode(ANSWER["encrypt"]))[:16]
    assert sealed_with(its, OWNER.encode(), b"success", head) == ANSWER["encrypt"]
    signed = signature(its.token, ANSWER["timeStamp"], ANSWER["nonce"], ANSWER["encrypt"])
    assert signed == ANSWER["msg_signature"]


def test_two_answers_are_encrypted_differently() -> None:
    its = dingtalk().signature
    answers = {
        json.loads(its.accepted(now, nonce).body)["encrypt"]
        for now, nonce in ((AT, "a"), (AT, "b"), (AT + 1, "a"))
    }
    assert len(answers) == 3


def test_the_check_of_the_address_is_answered_and_is_no_record() -> None:
    sealed = envelope().sealed(b'{"EventType":"check_url"}', VECTOR["query"]["timestamp"], "n1")
    query = {"msg_signature": sealed.signature, "timestamp": sealed.timestamp, "nonce": "n1"}
    body = json.dumps({"encrypt": sealed.encrypt}).encode()
    answer = dingtalk().signature.verify(posted(body, query=query), AT)
    assert isinstance(answer, Answered)
    assert opened(answer) == Verified(b"success")
    query["nonce"] = "n2"
    assert isinstance(dingtalk().signature.verify(posted(body, query=query), AT), Refused)


def test_the_signature_has_two_names() -> None:
    sent = dingtalk()
    query = {it: VECTOR["query"][it] for it in ("signature", "timestamp", "nonce")}
    assert isinstance(sent.signature.verify(sent.with_(query=query), sent.at), Verified)
