"""How many messages a second are searched; run with `-s` to read it. No time is asserted."""

from __future__ import annotations

from time import perf_counter

from tests.connectors.keywords.evasive import EVASIVE
from tests.connectors.keywords.innocent import INNOCENT
from tests.connectors.keywords.starters import starters


def test_the_pace_of_messages_is_told() -> None:
    lexicon = starters()
    kinds = {
        "innocent": INNOCENT * 20,
        "with a hit": [text for _, text, _ in EVASIVE] * 20,
        "one of 100 with a hit": (["好的，收到，谢谢您，明天给您答复"] * 99 + [EVASIVE[0][1]]) * 20,
    }
    for kind, messages in kinds.items():
        began = perf_counter()
        hits = sum(len(lexicon.hits(it)) for it in messages)
        pace = len(messages) / (perf_counter() - began)
        print(f"{kind}: {pace:,.0f} messages/s")
        assert (hits == 0) == (kind == "innocent")
    long = "打到我卡上，" * (1 << 18)
    began = perf_counter()
    assert lexicon.search(long).unread
    print(f"1 Mi characters of one keyword: {1000 * (perf_counter() - began):,.0f} ms")
