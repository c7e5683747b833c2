"""Makes a signature from its table in a connector's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from msgspec import Struct

from connectors.signatures.alipay import Alipay
from connectors.signatures.dingtalk import DingTalk
from connectors.signatures.envelope import Credential
from connectors.signatures.feishu import Feishu
from connectors.signatures.hmac import Encoding, Hmac, ours
from connectors.signatures.hubspot import HubSpot
from connectors.signatures.kuaidi100 import Kuaidi100
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.sf import SF
from connectors.signatures.signature import Signature
from connectors.signatures.token import Token
from connectors.signatures.wechatpay import WeChatPay
from connectors.signatures.wecom import WeCom
from contract.secret import Secret
from contract.spelling.nearest import nearest

_WAYS: Final = ("file", "env")


class _Kind(Struct, frozen=True):
    """Names of its texts, those that may be absent, and its secrets; the last by `…_file` or
    `…_env`, and with `old_` before it while it is replaced."""

    make: Callable[[_Table], Signature]
    texts: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class _Table:
    """The settings of one signature."""

    def __init__(
        self, table: Mapping[str, str], kind: _Kind, read_secret: Callable[[str], str]
    ) -> None:
        self._table = table
        self._read = read_secret
        for name in table:
            self._check(name, kind)
        for name in kind.texts:
            if name not in table:
                raise SignatureSettingError(name, "is missing", "add it")

    def _check(self, name: str, kind: _Kind) -> None:
        bare = name.removeprefix("old_")
        if bare in kind.secrets:
            raise SignatureSettingError(
                name,
                "does not stand in the settings itself",
                f"take it out of there, and write {name}_file or {name}_env",
            )
        known = [*kind.texts, *kind.optional]
        known += [f"{old}{it}_{way}" for it in kind.secrets for old in _OLD for way in _WAYS]
        if name not in known:
            raise SignatureSettingError(
                name, f"is unknown{nearest(name, known)}", f"known are {', '.join(known)}"
            )
        value: object = self._table[name]
        if not isinstance(value, str) or not value:
            raise SignatureSettingError(name, "is no text, or an empty one", "write one")

    def text(self, name: str) -> str:
        """Of the name, or nothing."""
        return self._table.get(name, "")

    def secrets(self, name: str) -> list[Secret]:
        """The one that holds, and the old one if it still does."""
        old = self._one(f"old_{name}")
        return [self.secret(name), *([] if old is None else [old])]

    def secret(self, name: str) -> Secret:
        found = self._one(name)
        if found is None:
            raise SignatureSettingError(name, "is missing", f"write {name}_file or {name}_env")
        return found

    def old(self, name: str) -> Secret | None:
        return self._one(f"old_{name}")

    def credentials(self) -> list[Credential]:
        """Where only one of an old pair is there, the other has not changed."""
        token, aes_key = self.secret("token"), self.secret("aes_key")
        old_token, old_key = self.old("token"), self.old("aes_key")
        found = [Credential(token, aes_key)]
        if old_token is not None or old_key is not None:
            found.append(Credential(old_token or token, old_key or aes_key))
        return found

    def _one(self, name: str) -> Secret | None:
        there = [way for way in _WAYS if f"{name}_{way}" in self._table]
        if not there:
            return None
        key = f"{name}_{there[0]}"
        if len(there) > 1:
            raise SignatureSettingError(key, f"{name}_{there[1]} is there too", "write only one")
        try:
            return Secret(self._read(f"{there[0]}:{self._table[key]}"))
        except (OSError, ValueError, LookupError):
            # What it says is not told, and the cause neither: who confuses a secret with its place
            # has put the secret itself there.
            raise SignatureSettingError(
                key, "what it names cannot be read", "is it there, may we read it, is it UTF-8?"
            ) from None


_OLD: Final = ("", "old_")


def _wechatpay(table: _Table) -> Signature:
    keys = {table.text("serial"): table.secret("public_key").reveal()}
    old, old_serial = table.old("public_key"), table.text("old_serial")
    if (old is None) != (not old_serial):
        raise SignatureSettingError("old_serial", "goes with old_public_key", "write both or none")
    if old is not None:
        keys.setdefault(old_serial, old.reveal())
    return WeChatPay(keys, table.secrets("apiv3_key"))


def _hmac(table: _Table) -> Signature:
    return Hmac(
        table.secrets("secret"),
        table.text("header"),
        cast(Encoding, table.text("encoding") or "hex"),
        table.text("prefix"),
        table.text("timestamp_header"),
    )


def _alipay(table: _Table) -> Signature:
    return Alipay([it.reveal() for it in table.secrets("public_key")], table.text("app_id"))


def _token(table: _Table) -> Signature:
    places = {name: table.text(name) for name in ("header", "query", "field")}
    return Token(table.secrets("token"), **places)


_KINDS: Final[Mapping[str, _Kind]] = {
    "alipay": _Kind(_alipay, optional=("app_id",), secrets=("public_key",)),
    "dingtalk": _Kind(
        lambda it: DingTalk(it.credentials(), it.text("owner_key")),
        texts=("owner_key",),
        secrets=("token", "aes_key"),
    ),
    "feishu": _Kind(lambda it: Feishu(it.secrets("encrypt_key")), secrets=("encrypt_key",)),
    "hmac": _Kind(
        _hmac,
        texts=("header",),
        optional=("encoding", "prefix", "timestamp_header"),
        secrets=("secret",),
    ),
    "hubspot": _Kind(
        lambda it: HubSpot(it.secrets("client_secret"), it.text("url")),
        optional=("url",),
        secrets=("client_secret",),
    ),
    "kuaidi100": _Kind(lambda it: Kuaidi100(it.secrets("salt")), secrets=("salt",)),
    "offbook": _Kind(lambda it: ours(it.secrets("secret")), secrets=("secret",)),
    "sf": _Kind(lambda it: SF(it.secrets("check_word")), secrets=("check_word",)),
    "token": _Kind(_token, optional=("header", "query", "field"), secrets=("token",)),
    "wechatpay": _Kind(
        _wechatpay,
        texts=("serial",),
        optional=("old_serial",),
        secrets=("public_key", "apiv3_key"),
    ),
    "wecom": _Kind(
        lambda it: WeCom(it.credentials(), it.text("receive_id")),
        texts=("receive_id",),
        secrets=("token", "aes_key"),
    ),
}
#: What a connector's settings may say.
KINDS: Final[tuple[str, ...]] = tuple(_KINDS)


def build(kind: str, table: Mapping[str, str], read_secret: Callable[[str], str]) -> Signature:
    """The signature that `kind`, one of `KINDS`, and its other settings describe.

    `read_secret` is given `file:` or `env:` and what the table names, and returns what is there
    without the line break at its end; it raises `OSError`, `ValueError` or `LookupError`. Raises
    `SignatureSettingError`."""
    its = _KINDS.get(kind)
    if its is None:
        raise SignatureSettingError(
            "kind", f"is unknown{nearest(kind, KINDS)}", f"known are {', '.join(KINDS)}"
        )
    return its.make(_Table(table, its, read_secret))
