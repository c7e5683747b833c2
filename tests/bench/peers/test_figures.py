"""Runs of several rounds as figures."""

from __future__ import annotations

from bench.peers.contest import Contest
from bench.peers.figures import Run, Spread, loads, names, ratios, table
from bench.peers.page import page, to_flink
from bench.peers.running import FailedError, Used


def run(name: str, number: int, cpu: float, load: float = 1.0) -> Run:
    return Run(name, number, 100_000, cpu, cpu + 5, 100.0 * number, load)


RUNS = [
    run("Offbook", 0, 4.0),
    run("Flink", 0, 2.0),
    run("Flink", 1, 4.0, 7.25),
    run("Offbook", 1, 6.0),
    run("Flink", 2, 3.0),
]


def test_a_spread_has_its_median_in_front() -> None:
    assert Spread((3.0, 1.0, 1000.0)).words() == "3.0 [1.0 – 1 000.0]"


def test_a_ratio_is_of_one_round() -> None:
    assert ratios(RUNS, "Offbook", "Flink") == Spread((2.0, 1.5))
    assert ratios(RUNS, "Offbook", "Quix Streams") is None


def test_a_table_has_a_row_for_each_program_in_their_order() -> None:
    assert names(RUNS) == ["Offbook", "Flink"]
    assert table(RUNS, "Flink").splitlines()[2:] == [
        "| Offbook | 50.0 [40.0 – 60.0] | 1.75 [1.50 – 2.00] | 100 | 10.0 [9.0 – 11.0] |",
        "| Flink | 30.0 [20.0 – 40.0] | 1 | 200 | 8.0 [7.0 – 9.0] |",
    ]


def test_without_the_base_there_is_no_ratio() -> None:
    assert "| Offbook | 40.0 [40.0 – 40.0] | – |" in table(RUNS[:1], "Flink")


def test_the_loads_are_told() -> None:
    assert loads(RUNS) == "load average 1.0 to 7.2"


def contest(*runs: Run) -> Contest:
    made = Contest("the mix, from a file", 100_000, "Flink")
    made.runs.extend(runs)
    return made


def test_a_page_has_the_contests_that_took_place_and_the_remarks() -> None:
    text = page([contest(*RUNS), contest()], ["Bytewax is left out: no wheel"], 2, [1.0, 7.25])
    assert text.count("The mix, from a file, 100 000 events, load average 1.0 to 7.2:") == 1
    assert text.endswith("\n\n- Bytewax is left out: no wheel\n")


def test_ratios_are_kept_by_contest() -> None:
    [kept] = to_flink([contest(), contest(*RUNS)])
    assert (kept.name, kept.value, kept.better) == ("peers-company", 1.75, "lower")
    assert kept.spread == "1.75 [1.50 – 2.00] of 2"


def test_each_round_begins_with_another_and_one_that_failed_is_asked_no_more() -> None:
    asked: list[str] = []

    def well() -> Used:
        asked.append("well")
        return Used(1.0, 2.0, 3.0, 100_000)

    def cut_short() -> Used:
        asked.append("short")
        return Used(1.0, 2.0, 3.0, 99_999)

    def badly() -> Used:
        asked.append("badly")
        raise FailedError("ended with 1: why")

    of_three = contest()
    for number in range(2):
        of_three.round(number, {"well": well, "badly": badly, "short": cut_short})
    assert asked == ["well", "badly", "short", "well"]
    assert [(it.name, it.round, it.whole) for it in of_three.runs] == [
        ("well", 0, 2.0),
        ("well", 1, 2.0),
    ]
    assert of_three.failures == {
        "badly": "ended with 1: why",
        "short": "read 99 999 of 100 000 events",
    }
