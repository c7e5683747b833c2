"""One alert of Alertmanager's: how it is posted while it fires, and once it is over."""

from __future__ import annotations

import msgspec

from contract.alert import Alert
from contract.times import rfc3339
from sinks.alertmanager.client import Post
from sinks.alertmanager.told import Key, Told
from sinks.alertmanager.words import Labels, Wording, links, read_by_people


class Notice(Post, frozen=True):
    """What is posted of one alert at one severity. `says` tells whether it says something new: it
    is equal for notices that differ in nothing but their times."""

    key: Key
    told: Told
    firing: bool
    says: int


def firing(alert: Alert, key: Key, told: Told, wording: Wording, now: int, until: int) -> Notice:
    """It is open. Alertmanager takes it for over at `until`, if it is not told again (µs)."""
    return _notice(key, told, read_by_people(alert, key[1], wording), now, until, is_firing=True)


def resolved(key: Key, told: Told, wording: Wording, now: int) -> Notice:
    """It is over, as of `now` (µs)."""
    return _notice(key, told, links(key[0], told.detector, wording), now, now, is_firing=False)


def _notice(
    key: Key, told: Told, says: dict[str, str], now: int, until: int, *, is_firing: bool
) -> Notice:
    alert_id, severity = key
    labels = Labels(alert_id, told.detector, severity, told.case_id, told.team).named()
    # Not later than now: what ends before it begins is refused, and clocks differ.
    times = {"startsAt": rfc3339(min(told.starts, now)), "endsAt": rfc3339(until)}
    content: dict[str, object] = {"labels": labels, "annotations": says}
    if "alert_url" in says:
        content["generatorURL"] = says["alert_url"]
    return Notice(
        body=msgspec.json.encode({**content, **times}),
        key=key,
        told=told,
        firing=is_firing,
        says=hash(msgspec.json.encode(content)),
    )
