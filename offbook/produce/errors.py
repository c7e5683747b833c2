"""What can go wrong when an event is sent. Each says whether trying again helps, and names fields,
topics and brokers and never a value of an event."""

from __future__ import annotations

from typing import ClassVar

from contract.rejected import Rejected


class ProducerError(RuntimeError):
    """An event did not arrive. One line; `retryable` says whether trying again can help."""

    retryable: ClassVar[bool]


class InvalidEventError(ProducerError):
    """Offbook would refuse this event, so it was not sent: trying again does not help.

    `field` is a path such as `data.amount`, or "" for the whole event; `reason` says what is wrong
    with it and `mend` what to send instead.
    """

    retryable = False

    def __init__(self, rejected: Rejected) -> None:
        super().__init__(f"{rejected.line()} Trying again does not help.")
        self.rejected = rejected
        self.field = rejected.field
        self.reason = rejected.reason
        self.mend = rejected.mend


class DeliveryError(ProducerError):
    """Kafka did not acknowledge an event in time. Perhaps it has it: to send the same event again,
    with the same id, does no harm."""

    retryable = True


class DeliveryRefusedError(DeliveryError):
    """Kafka refuses an event, and will until somebody changes something there."""

    retryable = False


class ClosedError(ProducerError):
    """The producer was not started, or is closed."""

    retryable = False
