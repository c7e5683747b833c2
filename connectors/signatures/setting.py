"""What a signature is made with, checked when it is made and not when the first request comes."""

from __future__ import annotations

from collections.abc import Sequence

from contract.secret import Secret


class SignatureSettingError(ValueError):
    """`setting` cannot be used. Nothing of its value is told, for it may be a secret."""

    def __init__(self, setting: str, reason: str, mend: str) -> None:
        super().__init__(f"{setting}: {reason}; {mend}")
        self.setting = setting
        self.reason = reason
        self.mend = mend


def held(secrets: Sequence[Secret], setting: str, least: int = 1) -> tuple[Secret, ...]:
    """All that hold at the moment: while one is replaced, the new and the old. Each has `least`
    characters. Raises `SignatureSettingError`."""
    if not secrets:
        raise SignatureSettingError(setting, "there is none", "without it nobody proves anything")
    for text in (it.reveal() for it in secrets):
        if not text.isprintable() or text != text.strip():
            raise SignatureSettingError(
                setting, "has white space around it, or a line break", "copy it anew"
            )
        if len(text) < least:
            raise SignatureSettingError(
                setting,
                f"has fewer than {least} characters" if text else "is empty",
                "copy it whole, or choose a longer one",
            )
    return tuple(secrets)
