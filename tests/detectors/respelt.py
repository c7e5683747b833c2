"""The same events as a sender of carelessly typed ids would have sent them."""

from __future__ import annotations

from operator import attrgetter
from zlib import crc32

from msgspec import structs

from contract.event import Event

_PATHS = (
    *("actor", "object.id", "customer", "order", "before.owner", "after.owner"),
    *("after.approved_by", "payment", "payee_account", "recorded_by", "shipment", "released_by"),
    *("employee", "callback", "tip", "about_employee", "about_customer"),
)
_SPELLINGS = ("{} ", "\u3000{}", "{}\u200b")


def respelt(event: Event) -> Event:
    """`event` with every other of its ids sent otherwise than it reads: always the same ones."""
    sent = dict(event.sent)
    for path in _PATHS:
        try:
            read = attrgetter(path)(event.data)
        except AttributeError:
            continue
        chance = crc32(f"{event.id} {path}".encode())
        if isinstance(read, str) and read and chance % 2:
            sent[path] = _SPELLINGS[chance // 2 % len(_SPELLINGS)].format(read)
    return structs.replace(event, sent=tuple(sent.items()))
