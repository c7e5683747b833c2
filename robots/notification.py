"""What Alertmanager posts: the JSON of its `webhook_config`, version 4."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

import msgspec
from msgspec import Struct, field

#: What each repeat of a notification has in common. Alertmanager numbers none of them.
Key = tuple[Any, ...]

_VERSION: Final = "4"


class NotificationError(ValueError):
    """A body that is no notification of Alertmanager's. Its text quotes nothing of the body."""

    retryable: ClassVar[bool] = False


class Alert(Struct, frozen=True, rename="camel"):
    """One alert. `ends_at` says something of a resolved one only."""

    status: Literal["firing", "resolved"]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime | None = None
    fingerprint: str = ""

    @property
    def resolved(self) -> bool:
        """Whether it is over."""
        return self.status == "resolved"

    @property
    def identity(self) -> Key:
        """What tells it from another alert, and from the same one firing anew. Not its annotations:
        a figure in them changes while the alert is the same."""
        who = self.fingerprint or tuple(sorted(self.labels.items()))
        return who, self.status, self.starts_at, self.ends_at if self.resolved else None


class Notification(Struct, frozen=True, rename="camel"):
    """A group of alerts, as one POST has it. `truncated_alerts` were left out by Alertmanager."""

    alerts: tuple[Alert, ...]
    version: str = _VERSION
    group_key: str = ""
    external_url: str = field(name="externalURL", default="")
    truncated_alerts: int = 0

    @property
    def key(self) -> Key:
        """The same for each attempt to send the same."""
        return (
            self.group_key,
            self.truncated_alerts,
            tuple(sorted((it.identity for it in self.alerts), key=repr)),
        )


def notification_of(body: bytes) -> Notification:
    """Reads a body. Raises `NotificationError` in one line that says what is wrong where."""
    try:
        found = msgspec.json.decode(body, type=Notification)
    except msgspec.DecodeError as error:
        # Where it is wrong is in msgspec's text; of what is not JSON, an excerpt never is.
        raise NotificationError(f"not a notification of Alertmanager: {error}") from None
    except UnicodeDecodeError:
        raise NotificationError("not a notification of Alertmanager: not UTF-8") from None
    if found.version != _VERSION:
        raise NotificationError("not a notification of version 4, the one this receiver reads")
    return found
