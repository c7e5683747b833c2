"""What each field of an alert, of an action on one and of an allowance means, in both languages."""

from __future__ import annotations

from contract.publishing.meanings import Meaning

_M = Meaning

ALERT: dict[str, Meaning] = {
    "alert_id": _M(
        "Deterministic: the same cause gives the same id on every run and every replay.",
        "由成因决定：同一成因在任何一次运行或回放中都得到同一个编号。",
    ),
    "revision": _M(
        "1, 2, …: more evidence, a changed severity or a changed state raises it; of a long run,"
        " twice as much evidence, twice its age, and its end.",
        "1、2……：证据增加、级别或状态变化时递增；"
        "对持续很久的一连串事件，则在证据翻倍、历时翻倍和结束时递增。",
    ),
    "detector": _M("Id of the detector.", "检测规则编号。"),
    "severity": _M("How bad.", "级别。"),
    "state": _M("`withdrawn` when it turned out to be nothing.", "`withdrawn` 表示已撤销。"),
    "score": _M("0-100.", "0–100 分。"),
    "title": _M("One line for people.", "标题。"),
    "summary": _M(
        "What happened, to whom, when, how much.", "摘要：发生了什么、涉及谁、何时、多少。"
    ),
    "employee": _M("The employee responsible, where known.", "责任员工，未知为 null。"),
    "customer": _M("The customer, where known.", "客户，未知为 null。"),
    "order": _M("The order, where known.", "订单，未知为 null。"),
    "account": _M("The account, where known.", "账户，未知为 null。"),
    "first_event_at": _M("Time of the first event it rests on.", "首个证据事件的时间。"),
    "last_event_at": _M("Time of the last event it rests on.", "末个证据事件的时间。"),
    "detected_at": _M("When this revision was found.", "本修订产生的时间。"),
    "evidence": _M("The events it rests on, oldest first.", "证据事件，由旧到新。"),
    "mode": _M(
        "How it was found; `shadow`: its detector is on trial, and nobody is to be woken.",
        "产生方式：实时、影子或回放。`shadow` 表示检测器处于试运行，不呼叫任何人。",
    ),
    "rule": _M(
        "The detector's parameters when it judged (`params`), and what it held against them"
        " (`measured`).",
        "判断时的检测参数（`params`），以及与之比较的实测值（`measured`）。",
    ),
    "suppressed": _M(
        "`{until, reason}` of the allowance that covers it: nobody is to be woken. Else null.",
        "命中豁免时为 `{until, reason}`（截止时刻与理由），不呼叫任何人；否则为 null。",
    ),
    "account_holder": _M(
        "The employee whose account it is, where known.", "该账户的持有员工，未知为 null。"
    ),
}

ACTION: dict[str, Meaning] = {
    "action_id": _M(
        "Chosen by who acts: told again, it is the same action.",
        "由操作方给定；重复发送视为同一操作。",
    ),
    "alert_id": _M("The alert it is about.", "所针对的告警编号。"),
    "step": _M("What was done.", "做了什么。"),
    "by": _M("Who did it.", "操作人。"),
    "at": _M("When.", "时间。"),
    "revision": _M("The alert's revision as they saw it.", "操作人所见的告警修订号。"),
    "severity": _M(
        "Its severity as they saw it: one that is worse opens a closed alert again.",
        "操作人所见的级别；此后级别更高的修订会让已关闭的告警重新打开。",
    ),
    "seen": _M(
        "How many actions on it had taken effect as they saw it: if another has since, this one is "
        "a conflict and changes nothing. A note never is.",
        "操作人所见的已生效操作数；若其后另有操作生效，则本操作冲突、不生效。备注从不冲突。",
    ),
    "verdict": _M(
        "What it turned out to be, where it is closed, or proposed to be.",
        "关闭（或提议关闭）时的结论。",
    ),
    "assignee": _M("Who has it from now on.", "从此由谁处理。"),
    "note": _M("What they wrote.", "备注内容。"),
}

ALLOWANCE: dict[str, Meaning] = {
    "allowance_id": _M(
        "Its id; the newest record of an id holds.", "豁免编号，同一编号以最新消息为准。"
    ),
    "by": _M("Who put it.", "批准人。"),
    "since": _M(
        "When: it covers alerts whose last event was then or later.",
        "批准时刻：只覆盖末个事件不早于此的告警。",
    ),
    "until": _M("The last moment that it covers.", "截止时刻（含）。"),
    "reason": _M("Why.", "原因。"),
    "detectors": _M(
        "The detectors that it is for; empty for all, or where there is a `list`.",
        "适用的检测器；为空表示全部，或由 `list` 决定。",
    ),
    "list": _M(
        "The list that it is on, for the detectors that take it (`allow_lists`).",
        "所在名单，适用于采用该名单的检测器（`allow_lists`）。",
    ),
    "employee": _M("The alert must name this employee.", "告警须涉及该员工。"),
    "customer": _M("The alert must name this customer.", "告警须涉及该客户。"),
    "order": _M("The alert must name this order.", "告警须涉及该订单。"),
    "account": _M("The alert must name this account.", "告警须涉及该账户。"),
    "ended_by": _M("Who ended it early.", "提前结束者。"),
    "ended_at": _M("When: it covers nothing later.", "提前结束的时刻，此后不再覆盖。"),
}

HANDLED: dict[str, Meaning] = {
    "topic": _M("The dead letter topic, without prefix.", "死信主题（不含前缀）。"),
    "partition": _M("Its partition.", "分区。"),
    "letters": _M(
        "[offset, timestamp in milliseconds] of each letter.",
        "每封死信的 [offset, 时间戳（毫秒）]。",
    ),
    "how": _M(
        "`replayed`: sent to its source topic again. `retried`: mapped again by its connector, to "
        "an event or a letter anew. `dropped`: nothing more is to be done.",
        "`replayed`：已重新发往来源主题；`retried`：已由连接器重新映射，成为事件或新的死信；"
        "`dropped`：无需再处理。",
    ),
    "by": _M("Who did it.", "处理人。"),
    "at": _M("When.", "处理时刻。"),
    "reason": _M("Why.", "原因。"),
}
