"""How fast a mapping is, and how much memory a long file takes.

    python -m bench.connect [--records 20000] [--rows 1000000]

A change as Debezium writes it, by a page with fifteen fields (lookups, decimals, a time, a
condition), is decoded, mapped, and checked by the contract, over and over in one process, beside
`msgspec.json.decode` of the same bytes: CPU µs each, the median of five rounds that take turns.
Then a bank's export of so many rows, made as it is read: rows a second of CPU, and the most memory
that its process ever held above what it holds of a thousand rows.
"""

from __future__ import annotations

import argparse
import io
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

import msgspec

from connectors.loading import load_connector, preset_text
from connectors.mapping.connector import Connector
from connectors.mapping.page import read_page
from connectors.outcome import Mapped

_ROUNDS: Final = 5
_PAGE: Final = """
source = "//debezium.acme.test/crm"
zone = "Asia/Shanghai"
decode = { format = "debezium" }
[tables.op]
c = "create"
u = "update"
d = "delete"
[tables.stage]
negotiation = "open"
closed_lost = "lost"
[[rule]]
when = { op = "r" }
skip = "a snapshot"
[[rule]]
when = { "source.table" = "opportunity", op = ["c", "u", "d"] }
type = "offbook.crm.edit.v1"
id = { template = "{source.schema}.{source.table}/{source.lsn}/{after.id}" }
time = { path = "source.ts_ms", as = "time", unit = "ms" }
[rule.data]
actor = { path = ["after.updated_by", "before.updated_by"], as = "text" }
op = { path = "op", as = "lookup", table = "op" }
object = { object = { type = "opportunity", id = { path = ["after.id", "before.id"], as = "text" } } }
customer = { path = ["after.cust_no", "before.cust_no"] }
before = { object = { owner = { path = "before.owner_no" }, stage = { path = "before.stage", as = "lookup", table = "stage" }, amount = { path = "before.amount", as = "decimal", unscaled = 2 }, loss_reason = { path = "before.lost_reason" } } }
after = { object = { owner = { path = "after.owner_no" }, stage = { path = "after.stage", as = "lookup", table = "stage" }, amount = { path = "after.amount", as = "decimal", unscaled = 2 }, loss_reason = { path = "after.lost_reason" } } }
"""  # noqa: E501 - as a page is written
_ROW: Final = {
    "id": 7120,
    "cust_no": "C-2031",
    "owner_no": "E-107",
    "stage": "negotiation",
    "amount": "AMNQAA==",
    "lost_reason": None,
    "updated_by": "E-107",
}
_CHANGE: Final = msgspec.json.encode(
    {
        "before": _ROW,
        "after": {**_ROW, "stage": "closed_lost", "lost_reason": "price"},
        "source": {
            "connector": "postgresql",
            "db": "crm",
            "schema": "public",
            "table": "opportunity",
            "ts_ms": 1772720550123,
            "lsn": 24023128,
            "txId": 555,
        },
        "op": "u",
        "ts_ms": 1772720550500,
    }
)


def mapped(records: int) -> tuple[float, float]:
    """CPU µs of a record: mapped, and only decoded."""
    connector = Connector(read_page("bench", _PAGE, preset_text))
    ((only,),) = [list(connector.read(io.BytesIO(_CHANGE)))]
    assert isinstance(only.outcome, Mapped), only
    decode = msgspec.json.Decoder().decode

    def whole() -> None:
        for _ in connector.read(io.BytesIO(_CHANGE)):
            pass

    rounds = [
        (_cpu(whole, records), _cpu(lambda: decode(_CHANGE), records)) for _ in range(_ROUNDS)
    ]
    return tuple(statistics.median(it) for it in zip(*rounds, strict=True))  # type: ignore[return-value]


def _cpu(work: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times * 1e6


class Export(io.RawIOBase):
    """A bank's export in GB18030 that is made while it is read."""

    _HEAD = (
        "# 交易明细\n账号,账号名称,交易日,交易时间,贷方金额,借方金额,"
        "流水号,摘要,用途,收(付)方名称,收(付)方账号\n"
    )

    def __init__(self, rows: int) -> None:
        self._rows, self._number, self._left = rows, 0, self._HEAD.encode("gb18030")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """The next rows."""
        if not self._left and self._number < self._rows:
            numbers = range(self._number, min(self._number + 500, self._rows))
            self._left = "".join(map(_row, numbers)).encode("gb18030")
            self._number = numbers.stop
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _row(number: int) -> str:
    return (
        "6222000011112222001\t,上海示例贸易有限公司,20260305,142230,"
        f'"1,280.{number % 100:02}",,G{number:012},货款 SO-2026-{number % 9999:04},货款,'
        f"苏州样本机械有限公司,6217{number:015}\n"
    )


def read_export(rows: int) -> None:
    """Print the CPU seconds, the peak in MiB and how many were mapped. Its process is for this."""
    connector = load_connector("bank-cmb")
    began = time.process_time()
    count = sum(
        isinstance(it.outcome, Mapped) for it in connector.read(io.BufferedReader(Export(rows)))
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.process_time() - began, peak, count)


def _in_a_process(rows: int) -> tuple[float, float, int]:
    command = [sys.executable, "-m", "bench.connect", "--only-export", str(rows)]
    seconds, peak, count = subprocess.run(
        command, check=True, capture_output=True, text=True
    ).stdout.split()
    return float(seconds), float(peak), int(count)


def main() -> None:
    """All of it, some minutes with a million rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.connect", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only-export", type=int, default=None, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only_export is not None:
        read_export(chosen.only_export)
        return
    whole, decoded = mapped(chosen.records)
    print(
        f"Debezium, fifteen fields: {whole:.0f} µs of CPU a record ({1e6 / whole:,.0f} a second),"
        f" {whole / decoded:.1f} times as long as to decode it"
    )
    _, little, _ = _in_a_process(1000)
    seconds, peak, count = _in_a_process(chosen.rows)
    assert count == chosen.rows, f"{count} of {chosen.rows} rows were mapped"
    print(
        f"CSV, {chosen.rows:,} rows: {chosen.rows / seconds:,.0f} rows a second of CPU,"
        f" {peak - little:.1f} MiB more than for a thousand"
    )


if __name__ == "__main__":
    main()
