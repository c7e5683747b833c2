"""Whether this process is alive, and whether it can do its work: the answers to an orchestrator's
probes.

`/readyz` is about the world: every condition must hold. `/healthz` is about the process: it fails
only for what a restart can cure, so that an outage of Redis restarts nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from contract.spelling.shown import shown
from contract.times import SECOND, rfc3339


class Check(msgspec.Struct, frozen=True):
    """One condition. `since` is when `ok` last changed, RFC 3339."""

    ok: bool
    reason: str
    since: str


class Report(msgspec.Struct, frozen=True):
    """The answer to a probe: `status` is `ok` or `unready`. `shown` is reported beside the checks,
    by name, and does not affect the status."""

    status: str
    checks: dict[str, Check]
    shown: dict[str, Any] = {}

    @property
    def ok(self) -> bool:
        """Whether all checks hold."""
        return self.status == "ok"

    def json(self) -> bytes:
        """`{"status": …, "checks": {name: {"ok", "reason", "since"}}, …}`."""
        return orjson.dumps(
            msgspec.to_builtins({"status": self.status, "checks": self.checks, **self.shown})
        )


@dataclass
class _Condition:
    ok: bool
    reason: str
    since: float
    fatal: bool = False


class Health:
    """Named conditions and the pulses of the loops that must not stand still.

    Names in use: `broker`, `redis`, `reference`, `recovery`, `settings`, and a role's own. Reasons
    are plain sentences for whoever is on call; never an employee, a customer or an account.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._conditions: dict[str, _Condition] = {}
        self._pulses: dict[str, tuple[float, float, float]] = {}
        self._shown: dict[str, Callable[[], Any]] = {}

    def expect(self, *names: str, reason: str = "not known yet") -> None:
        """These must hold before the process is ready, and do not hold yet."""
        for name in names:
            if name not in self._conditions:
                self.bad(name, reason)

    def ok(self, name: str, reason: str = "") -> None:
        """`name` holds."""
        self._put(name, ok=True, reason=reason, fatal=False)

    def bad(self, name: str, reason: str) -> None:
        """`name` does not hold, but may recover by itself."""
        self._put(name, ok=False, reason=reason, fatal=False)

    def fatal(self, name: str, reason: str) -> None:
        """`name` does not hold, and will not until a restart."""
        self._put(name, ok=False, reason=reason, fatal=True)

    def holds(self, name: str) -> bool:
        """Whether the condition `name` is there and holds."""
        condition = self._conditions.get(name)
        return condition is not None and condition.ok

    def forget(self, name: str) -> None:
        """Nothing in this process depends on `name` any more, and the loop of that name need not
        continue."""
        self._conditions.pop(name, None)
        self._pulses.pop(name, None)

    def show(self, name: str, what: Callable[[], Any] | None) -> None:
        """Have readiness report what `what` returns beside the conditions; None to stop."""
        self._shown.pop(name, None)
        if what is not None:
            self._shown[name] = what

    def pulse(self, name: str, within: float = 60.0) -> None:
        """The loop `name` has completed a round; the next is due within a fixed time."""
        self._pulses[name] = (self._monotonic(), self._clock(), within)

    def readiness(self) -> Report:
        """Every condition, and the loops."""
        checks = {name: self._check(c) for name, c in self._conditions.items()}
        report = _report(checks | self._stuck_loops())
        shown = {name: what() for name, what in self._shown.items()}
        return msgspec.structs.replace(report, shown=shown)

    def liveness(self) -> Report:
        """What only a restart cures: fatal conditions and loops that stand still."""
        fatal = {name: self._check(c) for name, c in self._conditions.items() if c.fatal}
        loops = {f"{name} loop": self._ok_loop(at) for name, (_, at, _) in self._pulses.items()}
        return _report(fatal | loops | self._stuck_loops())

    def _put(self, name: str, *, ok: bool, reason: str, fatal: bool) -> None:
        reason = shown(reason)
        known = self._conditions.get(name)
        if known is None or known.ok != ok:
            self._conditions[name] = _Condition(ok, reason, self._clock(), fatal)
        else:
            known.reason, known.fatal = reason, fatal

    def _check(self, condition: _Condition) -> Check:
        return Check(condition.ok, condition.reason, _rfc3339(condition.since))

    def _ok_loop(self, at: float) -> Check:
        return Check(True, "", _rfc3339(at))

    def _stuck_loops(self) -> dict[str, Check]:
        now = self._monotonic()
        return {
            f"{name} loop": Check(False, f"has not gone round for {now - last:.0f} s", _rfc3339(at))
            for name, (last, at, within) in self._pulses.items()
            if now - last > within
        }


def _report(checks: dict[str, Check]) -> Report:
    ok = all(check.ok for check in checks.values())
    return Report("ok" if ok else "unready", checks)


def _rfc3339(seconds: float) -> str:
    return rfc3339(int(seconds) * SECOND)
