"""Writes the bundled story: three weeks of one company, with eight frauds in it.

    python examples/story.py            writes the files beside this one
    python examples/story.py --check    exit 1 if any of them is not what it would write

The same bytes on every run: one seed, no clock.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from hengda.bad import mistakes
from hengda.business import Business
from hengda.clock import END, START
from hengda.frauds import frauds, look_alikes
from hengda.ledger import REPEATS, Ledger, reference_documents
from hengda.ordinary import ordinary
from hengda.telling import alerts_table, mistakes_table, retold

HERE = Path(__file__).parent
SEED = 20260302


def _ndjson(documents: Iterable[Any]) -> str:
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents)


def files() -> dict[Path, str]:
    """Every file of the story and what it must hold."""
    business = Business(Ledger(), Random(SEED))
    caught, innocent = frauds(business), look_alikes(business)
    ordinary(business)
    arrivals = business.ledger.arrivals(business.rng)
    labels = {
        "story": {
            "from": START.isoformat(),
            "to": END.isoformat(),
            "time_zone": "Asia/Shanghai",
            "events": len(arrivals),
            "repeats": REPEATS,
        },
        "frauds": [tale.label() for tale in caught],
        "look_alikes": [tale.label() for tale in innocent],
    }
    bad = mistakes()
    written = {
        HERE / "reference.ndjson": _ndjson(reference_documents()),
        HERE / "story.ndjson": _ndjson(line.document() for line in arrivals),
        HERE / "frauds.json": json.dumps(labels, ensure_ascii=False, indent=2) + "\n",
        HERE / "bad" / "bad.ndjson": "".join(f"{line}\n" for line, _, _ in bad),
    }
    for language, name in (("en", "README.md"), ("zh", "README.zh-CN.md")):
        told = (HERE / name).read_text("utf-8")
        told = retold(told, "alerts", alerts_table(caught + innocent, language))
        told = retold(told, "mistakes", mistakes_table(bad, language))
        written[HERE / name] = told
    return written


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = [
        path
        for path, text in files().items()
        if not path.exists() or path.read_bytes() != text.encode("utf-8")
    ]
    for path in stale:
        if arguments:
            print(f"{path} is not what story.py writes", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(files()[path].encode("utf-8"))
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
