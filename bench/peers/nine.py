"""Which nine detectors the peers imitate."""

from __future__ import annotations

from detectors.rules.catalogue import DETECTORS

NINE = (
    "offbook-payment",
    "account-ring",
    "shipment-without-order",
    "unmatched-payment",
    "deleted-before-resignation",
    "bulk-delete",
    "leak-then-lost",
    "follow-up-lapsed",
    "chat-burst",
)


def arguments() -> list[str]:
    """For `offbook replay`."""
    return [word for name in NINE for word in ("--detector", name)]


def settings() -> str:
    """For `offbook worker`: all others are off."""
    others = [detector.id for detector in DETECTORS if detector.id not in NINE]
    return "".join(f"[detectors.{name}]\nenabled = false\n" for name in others)
