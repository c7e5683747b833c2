"""What each field of an alert, and of an action on one, means, in both languages."""

from __future__ import annotations

from contract.publishing.meanings import Meaning

_M = Meaning

ALERT: dict[str, Meaning] = {
    "alert_id": _M(
        "Deterministic: the same cause gives the same id on every run and every replay.",
        "由成因决定：同一成因在任何一次运行或回放中都得到同一个编号。",
    ),
    "revision": _M(
        "1, 2, …: more evidence, a changed severity or a changed state raises it.",
        "1、2……：证据增加、级别或状态变化时递增。",
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
