"""What is found, for people and for bench/README.md: but for `LEAVES_OUT`, nothing is written by
hand."""

from __future__ import annotations

from collections.abc import Sequence

from bench.peers.contest import Contest
from bench.peers.figures import loads, names, ratios, table
from bench.ratios import Ratio, spaced, where

#: What each does less than Offbook.
LEAVES_OUT = {
    "Flink": "checks of what comes in, dead letters, sentences, repeats beyond its windows, what is"
    " more than 6 h 15 min late, revisions, withdrawals but one. It keeps states on the heap, with"
    " a checkpoint every 10 s",
    "Bytewax": "all of that, and what waits, what comes late, repeats, reference data and recovery:"
    " its alerts are not compared",
    "Quix Streams": "the same, but for recovery: states are in RocksDB and on a changelog",
}


def page(
    contests: Sequence[Contest], remarks: Sequence[str], rounds: int, all_loads: Sequence[float]
) -> str:
    """What is found, in Markdown."""
    parts = [f"{where(*all_loads)}. Median [least – most] of rounds, in turn: {rounds}.\n"]
    for contest in filter(_ran, contests):
        title = contest.title[0].upper() + contest.title[1:]
        parts.append(f"{title}, {spaced(contest.events)} events, {loads(contest.runs)}:\n")
        parts.append(table(contest.runs, contest.base))
    parts.append("".join(f"- {remark}\n" for remark in remarks))
    return "\n".join(parts)


def to_flink(contests: Sequence[Contest]) -> list[Ratio]:
    """Offbook's ratio in each contest, as it is kept."""
    found = []
    for name, it in zip(("peers-file", "peers-company", "peers-kafka"), contests, strict=False):
        for ours in names(it.runs):
            spread = ratios(it.runs, ours, it.base) if ours.startswith("Offbook") else None
            if spread is not None:
                what = f"processor time of {ours} ÷ {it.base}: {it.title}"
                words = f"{spread.words(2)} of {len(spread.figures)}"
                found.append(Ratio(name, spread.median, "lower", it.events, what, words))
    return found


def _ran(contest: Contest) -> bool:
    return bool(contest.runs)
