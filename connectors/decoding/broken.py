"""What ends the reading of an input."""

from __future__ import annotations

from connectors.record import Undecodable


class BrokenInputError(Exception):
    """Nothing behind this place can be read. `what` quotes nothing of the input."""

    def __init__(self, reason: str, mend: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.what = Undecodable(reason, mend, line, column, last=True)
