"""Many records or files deleted within a short time.

Catches an employee who deletes CRM records and files, together at least `threshold`, within
`window`: customer files wiped in anger, on the way out, or to hide a deal.

Misses deletes slower than that (`deleted-before-resignation` sums those of a leaver over weeks),
deletes on systems that send no events, and records emptied by an update instead.

Looks the same: an administrator who merges duplicates, a bulk import undone, a laptop cleaned up.
"""

from detectors.language import *


class BulkDeleteParams(Params):
    """How many, how fast."""

    threshold: int = at_least(20, "records and files deleted in all", "删除的记录与文件合计")
    window: Duration = number("1h", "from the first delete of the run", "自首次删除起的时长")


DETECTOR = burst(
    "bulk-delete",
    "critical",
    Bilingual("Records deleted in bulk", "批量删除资料"),
    BulkDeleteParams(),
    reads=DELETIONS,
    enough=in_all("threshold"),
    says=says(
        Sentence(
            "{employee} deleted {threshold:record,file} within {window} from {first:time}.",
            "{employee}自 {first:time} 起 {window}内删除了 {threshold} 条记录或文件。",
        )
    ),
    notes={"delete": DELETED},
)
