"""Whether Offbook and Flink found the same: their standing alerts, one by one.

An alert is known by its detector and its cause, as far as both name it alike. Flink, at the end of
a file, ends all waits; what was not due by the newest event is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from contract.alert import Alert
from contract.times import parse_rfc3339

#: What it is about and, where one may have several alerts of a detector, the events of its cause.
Key = tuple[str | None, ...]
Found = Mapping[str, set[Key]]

_alert = msgspec.json.Decoder(Alert)


class _Flink(Struct):
    detector: str
    state: str
    due: int
    employee: str | None
    customer: str | None
    account: str | None
    evidence: list[str] | None

    def ids(self) -> list[str]:
        """Of its evidence, which is source, id and perhaps category."""
        return [text.split("\n")[1] for text in self.evidence or ()]


_flink = msgspec.json.Decoder(_Flink)


class _Time(Struct):
    time: str


_time = msgspec.json.Decoder(_Time)


class Row(Struct, frozen=True):
    """One detector: the alerts that both found, and those that one of them did."""

    detector: str
    both: int
    only_offbook: tuple[Key, ...]
    only_flink: tuple[Key, ...]


def newest(events: Iterable[bytes]) -> int:
    """The newest event time (µs) of some lines."""
    return max(parse_rfc3339(_time.decode(line).time) for line in events)


def of_offbook(lines: Iterable[bytes]) -> Found:
    """What `offbook replay` printed, each alert by its last revision."""
    standing = {alert.alert_id: alert for alert in map(_alert.decode, lines)}
    found: defaultdict[str, set[Key]] = defaultdict(set)
    for alert in standing.values():
        if alert.state == "firing":
            hits = "offbook.chat.keyword-hit.v1"
            cause = [it.id for it in alert.evidence if it.type != hits]
            every = [it.id for it in alert.evidence]
            # The event that a lapse counts from is the last of its evidence here.
            at = -1 if alert.detector == "follow-up-lapsed" else 0
            found[alert.detector].add(_key(alert.detector, alert, every, cause, at))
    return found


def of_flink(lines: Iterable[bytes], until: int) -> Found:
    """What the program for Flink wrote, as far as it was due by `until` (µs)."""
    found: defaultdict[str, set[Key]] = defaultdict(set)
    for alert in map(_flink.decode, lines):
        if alert.state == "firing" and alert.due <= until:
            ids = alert.ids()
            # The talk that corroborates comes after the payment, and before the loss.
            cause = {"offbook-payment": ids[:1], "leak-then-lost": ids[-1:]}
            key = _key(alert.detector, alert, ids, cause.get(alert.detector, ids), 0)
            found[alert.detector].add(key)
    return found


def _key(detector: str, alert: Any, ids: Sequence[str], cause: Sequence[str], at: int) -> Key:
    match detector:
        case "bulk-delete" | "chat-burst":
            return alert.employee, ids[0]
        case "deleted-before-resignation":
            return (alert.employee,)
        case "account-ring":
            return alert.account, ids[0]
        case "follow-up-lapsed":
            return alert.customer, ids[at]
        case _:
            return tuple(sorted(cause))


def compared(offbook: Found, flink: Found) -> list[Row]:
    """By detector."""
    rows = []
    for detector in sorted(offbook.keys() | flink.keys()):
        ours, theirs = offbook.get(detector, set()), flink.get(detector, set())
        alone = [tuple(sorted(them, key=repr)) for them in (ours - theirs, theirs - ours)]
        rows.append(Row(detector, len(ours & theirs), *alone))
    return rows


def agree(rows: Iterable[Row]) -> bool:
    """Whether no alert is found by one of them alone."""
    return not any(row.only_offbook or row.only_flink for row in rows)


def words(rounds: Sequence[Sequence[Row]]) -> list[str]:
    """Lines for people, of each round; of what differs the first three."""
    if not rounds:
        return ["Alerts were not compared: Offbook and Flink did not both run."]
    lines = [line for number, rows in enumerate(rounds, 1) for line in _differing(number, rows)]
    if not lines:
        counts = " and ".join(sorted({str(sum(row.both for row in rows)) for rows in rounds}))
        lines = [
            f"Offbook and Flink agree, one by one, on all {counts} alerts of the mix that were due"
            f" by its newest event ({len(rounds)} × compared)."
        ]
    return lines


def _differing(number: int, rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        for who, alone in (("Offbook", row.only_offbook), ("Flink", row.only_flink)):
            if alone:
                named = ", ".join("/".join(map(str, key)) for key in alone[:3])
                yield (
                    f"Offbook and Flink DISAGREE in round {number} on {row.detector}:"
                    f" {len(alone)} found by {who} alone ({named}), {row.both} by both."
                )
