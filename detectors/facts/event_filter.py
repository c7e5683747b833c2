"""Which events a reader is for, said so that the others are not even asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from contract.spelling.nearest import nearest
from contract.types import CrmEdit, EventData, ObjectType, Op

#: A pure and cheap look at an event.
Where = Callable[[Any], bool]


def anything(_: EventData) -> bool:
    """Every event of the type."""
    return True


@dataclass(frozen=True, slots=True)
class Edits:
    """Edits whose operation is one of `ops`, of an object whose type is one of `of`, and for which
    `also` holds; without names, of any.

    The names are there to be read: readers are sorted by them once, and of some forty an edit is
    shown to the two or three that it can concern. `also` is asked of each of those.
    """

    ops: frozenset[Op] = frozenset()
    of: frozenset[ObjectType] = frozenset()
    also: Where | None = None

    def __post_init__(self) -> None:
        """Raises `TypeError` for an operation or a type of object that no edit has."""
        for what, named, known in (
            ("operation", self.ops, get_args(Op)),
            ("type of object", self.of, get_args(ObjectType)),
        ):
            for name in sorted(map(str, named - set(known))):
                raise TypeError(
                    f"no edit has the {what} {name}, but one of: {', '.join(known)}"
                    + nearest(name, known)
                )

    def may(self, op: Op, kind: ObjectType) -> bool:
        """Whether an edit with this operation, of an object of this type, can be one."""
        return (not self.ops or op in self.ops) and (not self.of or kind in self.of)

    def __call__(self, edit: CrmEdit) -> bool:
        return self.may(edit.op, edit.object.type) and (self.also is None or self.also(edit))


def edits(
    *ops: Op,
    of: ObjectType | tuple[ObjectType, ...] = (),
    also: Where | None = None,
) -> Edits:
    """`edits("create", "update", of="activity")`."""
    kinds = (of,) if isinstance(of, str) else of
    return Edits(frozenset(ops), frozenset(kinds), also)
