"""What a page of mapping, or a value on its way, can be wrong by."""

from __future__ import annotations

from typing import ClassVar


class PageError(ValueError):
    """A page that cannot be used. `problems` are lines, each with its place and the mend; all that
    is wrong is told at once."""

    retryable: ClassVar[bool] = False

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class WrongValueError(ValueError):
    """A value that a step cannot take. `reason` and `mend` quote nothing of it; `word` is it, where
    it stands in no `table`. `path` is where it was looked for, `field` what was to be made of it,
    inside an object."""

    retryable: ClassVar[bool] = False

    def __init__(self, reason: str, mend: str, *, word: str = "", table: str = "") -> None:
        super().__init__(reason)
        self.reason, self.mend, self.word, self.table = reason, mend, word, table
        self.path = self.field = ""

    def within(self, field: str) -> WrongValueError:
        """The same, of a field of that object."""
        self.field = f"{field}.{self.field}" if self.field else field
        return self
