"""Customer data taken out in bulk.

Catches an employee who exports and views CRM records and copies, uploads, prints or sends files,
together at least `threshold`, within `window`. It is critical if the employee resigns within
`resignation_within` before or after; a resignation taken back makes it a warning again.

Misses what is taken out slower than that, photographs of the screen, exports on systems that send
no events, and an export of many records reported as one.

Looks the same: a report for the head of sales, a data migration, an employee who sends out price
lists, a CRM that reports every line of a list as viewed.
"""

from detectors.language import *


class BulkExportParams(Params):
    """How many, how fast, and how near to a resignation."""

    threshold: int = at_least(
        200, "records and files taken out in all", "查看、导出或带出的记录与文件合计"
    )
    window: Duration = number("1h", "from the first of the run", "自首次带出起的时长")
    resignation_within: Duration = number(
        "30d",
        "critical if the employee resigns this long before or after, at most",
        "在此前后多久之内提离职，告警升为严重",
    )


DETECTOR = burst(
    "bulk-export",
    "warning",
    Bilingual("Data taken out in bulk", "批量导出资料"),
    BulkExportParams(),
    enough=in_all("threshold"),
    open_for="resignation_within",
    worse=NearNotice("resignation_within"),
    frequent=True,
    reads=(*TAKEN_OUT, HR_CHANGES),
    says=says(
        Sentence(
            "{employee} viewed, exported or took out {threshold:record,file} within {window} from "
            "{at:time}{resigned}.",
            "{employee}自 {at:time} 起 {window}内查看、导出或带出了 {threshold} 条记录或文件"
            "{resigned}。",
        ),
        resigned=Sentence(
            ", and gave notice on {notice:day}", "，并于 {notice:day} 提出离职", when="notice"
        ),
        given=("notice",),
    ),
    notes={**TAKEN_OUT_NOTES, "resigned": GAVE_NOTICE},
    severities=("warning", "critical"),
)
