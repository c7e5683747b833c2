"""What all data to be sent has in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct


class Data(Struct, frozen=True, omit_defaults=True):
    """Data of an event, unchecked until it is sent.

    It prints the names of its fields and no value: what is logged by accident names nobody.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._said())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("said", list(self._said()))]

    def _said(self) -> Iterator[str]:
        for name in self.__struct_fields__:
            if getattr(self, name) not in (None, UNSET, ()):
                yield name
