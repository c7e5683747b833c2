"""The ratios that are kept in bench/README.md, and whether one has fallen behind.

Absolute figures are the host's and its neighbours'. Two things measured side by side in one run
change much less by their ratio: that is kept, and what a later run finds is held against it.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

Better = Literal["lower", "higher"]

README = Path(__file__).parent / "README.md"
#: By so much a ratio may be worse: what it moves from run to run on a busy host.
TOLERANCE = 0.15
_HEAD = "| ratio | kept | better | events | of what | spread | measured |\n" + "| --- " * 7 + "|\n"


class Ratio(Struct, frozen=True):
    """One of them. Those of different numbers of events do not compare."""

    name: str
    value: float
    better: Better
    events: int
    what: str
    spread: str
    measured: str = ""

    def worse_than(self, kept: Ratio) -> float:
        """By what share; below zero if it is better."""
        if self.better == "lower":
            return self.value / kept.value - 1
        return kept.value / self.value - 1


def kept(page: str) -> dict[str, Ratio]:
    """What a page keeps, by name. Raises `ValueError` if its table cannot be read."""
    found = {}
    for line in between(page, "bench.ratios").splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        name, value, better, events, what, spread, measured = cells
        name, count = name.strip("`"), int(events.replace(" ", ""))
        way = msgspec.convert(better, Better)
        found[name] = Ratio(name, float(value), way, count, what, spread, measured)
    return found


def keeping(page: str, ratios: Sequence[Ratio], measured: str) -> str:
    """The page with these ratios, and those it has of other names."""
    now = kept(page) | {it.name: structs.replace(it, measured=measured) for it in ratios}
    return replaced(page, "bench.ratios", _HEAD + "".join(_row(it) for it in now.values()))


def _row(it: Ratio) -> str:
    value, count = f"{it.value:.2f}", spaced(it.events)
    cells = (f"`{it.name}`", value, it.better, count, it.what, it.spread, it.measured)
    return f"| {' | '.join(cells)} |\n"


def held(page: str, ratios: Sequence[Ratio]) -> tuple[list[str], bool]:
    """Each ratio beside the one that the page keeps, in words; whether none has fallen behind."""
    lines, well = [], True
    before = kept(page)
    for it in ratios:
        said = f"{it.name}: {it.value:.2f} ({it.spread}; {it.better} is better)"
        old = before.get(it.name)
        if old is None:
            said += ", nothing is kept to hold it against"
        elif old.events != it.events:
            said += f", not held against {old.value:.2f}, which is of {spaced(old.events)} events"
        elif (worse := it.worse_than(old)) > TOLERANCE:
            said += f", BEHIND the {old.value:.2f} kept by {worse:.0%}: more than {TOLERANCE:.0%}"
            well = False
        else:
            said += f", kept {old.value:.2f}: {abs(worse):.0%} {'worse' if worse > 0 else 'better'}"
        lines.append(said)
    return lines, well


def between(page: str, mark: str) -> str:
    """What stands between the marks of that name. Raises `ValueError` if they are not there."""
    found = re.search(f"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", page, re.DOTALL)
    if found is None:
        raise ValueError(f"no marks of {mark}")
    return found[1]


def replaced(page: str, mark: str, text: str) -> str:
    """The page with `text` between these marks."""
    whole = f"<!-- {mark} -->\n{between(page, mark)}<!-- /{mark} -->"
    return page.replace(whole, f"<!-- {mark} -->\n{text}<!-- /{mark} -->")


def spaced(number: float, digits: int = 0) -> str:
    """As the page writes it."""
    return f"{number:,.{digits}f}".replace(",", " ")


def load() -> float:
    """The load average of the last minute."""
    return os.getloadavg()[0]


def where(*loads: float) -> str:
    """When and on what host something was measured, and how busy that was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC).date()}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB,"
        f" Python {platform.python_version()}, load average {min(loads):.1f} to {max(loads):.1f}"
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    named = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return named[1] if named else platform.machine()


def settle(ratios: Sequence[Ratio], loads: Sequence[float], *, keep: bool) -> int:
    """Print them beside what is kept, and keep them if asked to. The exit status."""
    page = README.read_text("utf-8")
    lines, well = held(page, ratios)
    print(f"\n{where(*loads)}", *lines, sep="\n", flush=True)
    if keep:
        README.write_text(keeping(page, ratios, where(*loads)), "utf-8")
        return 0
    return 0 if well else 1
