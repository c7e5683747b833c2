"""`offbook replay`: runs the detectors over files, without Kafka."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from contract.alert import Alert
from detectors.engine.running import OwnDetector
from detectors.language.allowance import Agreements
from detectors.language.detector import Detector
from offbook.cli.files.ndjson import Progress, Source, sources, unseen
from offbook.cli.files.played import Say, few_collections, play
from offbook.cli.files.read_ahead import worth_it
from offbook.cli.files.replayed import Replayed
from offbook.cli.files.sharing.alone import Alone
from offbook.cli.files.sharing.divided import divided
from offbook.cli.files.sharing.forked import can_fork
from offbook.cli.files.sharing.judge import Rules
from offbook.cli.files.sharing.share import CoupledError, can_be_shared
from offbook.cli.files.sorter import LIMIT
from streams.settings.settings import Settings

__all__ = ["Replayed", "replay"]

Emit = Callable[[Alert], None]

#: One reads, one judges people, one judges things: a fourth would have nothing to do.
_MOST = 3


def replay(
    files: Sequence[str],
    settings: Settings,
    detectors: Sequence[Detector],
    emit: Emit,
    say: Say,
    *,
    agreements: Agreements | None = None,
    until: int | None = None,
    wall: int | None = None,
    progress: Progress = unseen,
    limit: int = LIMIT,
    jobs: int | None = None,
) -> Replayed:
    """Run `detectors` over `files` in the order of event time and `emit` each alert revision.

    `until`, `wall`, `say` and `limit` are as for `play`. `agreements` are the allowances of the
    log. `jobs` processes at most share the work, if they can; without it, as many as are worth it.
    What comes of it is the same. Raises `InputError` for a file that cannot be read.
    """
    rules = Rules(settings, detectors, Agreements() if agreements is None else agreements)

    once = _Once(emit)

    def replayed(*, share: bool) -> Replayed:
        done = Replayed(
            detectors={detector.id: detector for detector in detectors},
            agreements=rules.agreements,
        )

        def tell(alert: Alert) -> None:
            done.revisions += 1
            done.standing[alert.alert_id] = alert
            once(alert)

        with sources(files, once=True) as inputs, few_collections():
            count = _processes(jobs, inputs)
            shared = share and count > 1 and _may_be_shared(detectors, inputs)
            with divided(rules, tell) if shared else nullcontext(Alone(rules, tell)) as judge:
                ended = play(
                    *(inputs, judge, done, say),
                    region=settings.phone_region,
                    until=until,
                    wall=wall,
                    progress=progress,
                    limit=limit,
                    ahead=count > (2 if shared else 1) and _are_files(inputs),
                )
        done.silent, done.evicted, done.failures = ended.silent, ended.evicted, ended.failed()
        return done

    try:
        return replayed(share=True)
    except CoupledError:
        once.begin_anew()
        return replayed(share=False)


class _Once:
    """Emits each alert once, though all be judged anew: the first ones are the same then."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._count = 0
        self._known = 0

    def __call__(self, alert: Alert) -> None:
        self._count += 1
        if self._count > self._known:
            self._emit(alert)

    def begin_anew(self) -> None:
        """What was emitted will come once more."""
        self._known, self._count = self._count, 0


def _processes(jobs: int | None, inputs: Sequence[Source]) -> int:
    if not can_fork():
        return 1
    if jobs is not None:
        return jobs
    return min(len(os.sched_getaffinity(0)), _MOST) if worth_it(inputs) else 1


def _may_be_shared(detectors: Sequence[Detector], inputs: Sequence[Source]) -> bool:
    """Whether it may be tried. Of a company's own detectors it is not known before it fails, and
    then all is to be read once more."""
    own = any(isinstance(it, OwnDetector) for it in detectors)
    return can_be_shared(detectors) and (_are_files(inputs) or not own)


def _are_files(inputs: Sequence[Source]) -> bool:
    return all(source.size for source in inputs)
