"""What a preset makes of a system's fixtures, beside what is expected of it."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.loading import load_connector
from connectors.mapping.connector import Connector, Told
from connectors.outcome import Mapped, Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures"
#: The company in whose tables all people, customers and accounts of the fixtures stand.
COMPANY = FIXTURES / "company.toml"
_FILE = re.compile(r"[\w.*]+\.(?:json|xml|csv|txt|log)")


def connector(named: str) -> Connector:
    """A preset by its name, or a page that stands among the fixtures, `<system>/<name>.toml`."""
    return load_connector(str(FIXTURES / named) if "/" in named else named, COMPANY)


def told(page: str, fixture: str) -> list[Told]:
    """What becomes of each record of a fixture, `<system>/<file>`."""
    return list(connector(page).read(io.BytesIO(arrived(fixture))))


def arrived(fixture: str) -> bytes:
    """A fixture as it reaches its page, where it does not as it stands."""
    if fixture == "debezium/outbox_routed.json":
        # Its id stands in a header, which the page that we show puts into an envelope.
        fixture = "debezium/outbox_envelope.json"
    content = (FIXTURES / fixture).read_bytes()
    if fixture == "bank/wechatpay_notify.json":
        return json.dumps(_opened(json.loads(content))).encode()
    if fixture.startswith("wecom/chat_"):
        # An archive has a message on each line.
        return json.dumps(json.loads(content)).encode()
    return content


def _opened(notification: dict[str, Any]) -> dict[str, Any]:
    """With its resource decrypted, as its signature leaves it."""
    sealed = notification["resource"]
    key = json.loads((FIXTURES / "bank/wechatpay_vector.json").read_bytes())["apiv3_key"].encode()
    nonce, associated = sealed["nonce"].encode(), sealed["associated_data"].encode()
    message = AESGCM(key).decrypt(nonce, b64decode(sealed["ciphertext"]), associated)
    return {**notification, "resource": json.loads(message)}


def events(found: list[Told]) -> list[dict[str, Any]]:
    """The events among them, as JSON has them."""
    return [plain(it.outcome.document) for it in found if isinstance(it.outcome, Mapped)]


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """As it looks once it was sent."""
    encoded: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return encoded


def expected(fixture: str) -> list[dict[str, Any]]:
    """The events that a fixture is to give: all of the file beside it that name it."""
    path = FIXTURES / fixture
    return [
        it for it, files in all_expected(path.parent) if any(fnmatch(path.name, f) for f in files)
    ]


def all_expected(system: Path) -> list[tuple[dict[str, Any], list[str]]]:
    """The events that fixtures of a system are to give, each with the names of their files."""
    lines = (system / "expected.ndjson").read_text("utf-8").splitlines()
    return [(it, _FILE.findall(it.pop("x_fixture"))) for it in map(json.loads, lines)]


def counts(found: list[Told]) -> Counter[str]:
    """How many of each outcome."""
    return Counter(type(it.outcome).__name__ for it in found)


def faults(found: list[Told]) -> list[str]:
    """What is wrong with those that are dead letters."""
    return [
        f"{it.line}: {it.outcome.stage}: {it.outcome.field}: {it.outcome.reason}"
        for it in found
        if isinstance(it.outcome, Rejected)
    ]
