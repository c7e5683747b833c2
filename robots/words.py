"""The fixed words of a message, in both languages."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "zh", "both"]

_WORDS: Final = {
    "critical": ("CRITICAL", "严重"),
    "warning": ("WARNING", "警告"),
    "info": ("INFO", "提示"),
    "resolved": ("RESOLVED", "已恢复"),
    "whom": ("To whom", "涉及"),
    "much": ("How much", "金额"),
    "sure": ("How sure", "可信度"),
    "since": ("Since", "开始"),
    "until": ("Until", "结束"),
    "labels": ("Labels", "标签"),
    "do": ("What to do", "怎么办"),
    "alert": ("The alert", "查看告警"),
    "employee": ("employee", "员工"),
    "customer": ("customer", "客户"),
    "order": ("order", "订单"),
    "account": ("account", "账户"),
    "cut": ("cut", "已截断"),
}


def word(name: str, language: Language) -> str:
    """The word in that language, or in both: `To whom · 涉及`."""
    english, chinese = _WORDS[name]
    return either(english, chinese, language)


def either(english: str, chinese: str, language: Language) -> str:
    """One of two texts, or both of them unless they are the same."""
    if language == "en" or english == chinese:
        return english
    return chinese if language == "zh" else f"{english} · {chinese}"


def counted(firing: int, resolved: int, language: Language) -> str:
    """`2 firing, 1 resolved`."""
    english = [f"{count} {what}" for count, what in ((firing, "firing"), (resolved, "resolved"))]
    chinese = [f"{count} 条{what}" for count, what in ((firing, "未恢复"), (resolved, "已恢复"))]
    kept = [at for at, count in enumerate((firing, resolved)) if count]
    return either(
        ", ".join(english[at] for at in kept), "，".join(chinese[at] for at in kept), language
    )


def not_shown(count: int, language: Language) -> str:
    """What stands in the place of alerts that found no room."""
    english = f"… and {count} more alert{'' if count == 1 else 's'}, not shown here"
    return either(english, f"……另有 {count} 条告警未在此列出", language)
