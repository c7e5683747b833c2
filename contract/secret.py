"""Text that nobody is shown."""

from __future__ import annotations


class Secret:
    """Holds a token, a signing secret or an address that has one in it.

    Whatever prints it (a log line, an assertion, a debugger's view of its owner) shows a
    placeholder. It cannot be pickled.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not copied out of the process")
