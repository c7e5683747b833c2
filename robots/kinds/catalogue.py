"""All kinds of robots there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from robots.kinds.dingtalk import DingTalk
from robots.kinds.feishu import Feishu, Lark
from robots.kinds.kind import Kind
from robots.kinds.wecom import WeCom

#: By the name that settings have for them.
KINDS: Final[Mapping[str, Kind]] = {
    "dingtalk": DingTalk(),
    "feishu": Feishu(),
    "lark": Lark(),
    "wecom": WeCom(),
}
