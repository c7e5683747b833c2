"""The numbers of a detector, and what they mean to people."""

from __future__ import annotations

from typing import Literal

from msgspec import Meta, Struct


class Params(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers of a detector. Each field has a default and is `described`."""


#: How what is measured must stand to a threshold for an alert.
Fires = Literal["at least", "more than", "at most", "less than"]


def described(en: str, zh: str, fires: Fires | None = None, *, ge: int | None = None) -> Meta:
    """What a parameter means; if it is a threshold, on which side of it an alert fires.

    `ge` is the least value it can have. A finding says what it `measured` of each threshold.
    """
    return Meta(description=en, ge=ge, extra={"zh": zh, "fires": fires})
