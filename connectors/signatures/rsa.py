"""Signatures that are checked with a vendor's public key."""

from __future__ import annotations

import base64
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from connectors.signatures.setting import SignatureSettingError

#: Bits. Both vendors sign with as many.
_LEAST: Final = 2048


def public_key(text: str, setting: str) -> RSAPublicKey:
    """Of a PEM, a certificate in one, or the bare base64 that Alipay's page shows. Raises
    `SignatureSettingError`."""
    if "PRIVATE KEY" in text:
        raise SignatureSettingError(
            setting, "is a private key", "it is theirs that is needed, and it is public"
        )
    try:
        key = _loaded(text.strip())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SignatureSettingError(
            setting,
            "is no public key",
            "copy it whole, as PEM with its BEGIN and END lines, or as the page shows it",
        ) from error
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST:
        raise SignatureSettingError(
            setting, f"is no RSA key of at least {_LEAST} bits", "copy the vendor's own"
        )
    return key


def _loaded(text: str) -> object:
    data = text.encode("ascii")
    if b"-----BEGIN CERTIFICATE-----" in data:
        return load_pem_x509_certificate(data).public_key()
    if b"-----BEGIN" in data:
        return load_pem_public_key(data)
    return load_der_public_key(base64.b64decode(b"".join(data.split()), validate=True))


def is_signed(key: RSAPublicKey, signature: bytes, said: bytes) -> bool:
    """By RSA with SHA-256 and PKCS#1 v1.5."""
    try:
        key.verify(signature, said, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
