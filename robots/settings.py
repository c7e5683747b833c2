"""All that can be set of the receiver and of each robot."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from contract.duration import Duration
from contract.secret import Secret
from contract.spelling.shown import shown
from robots.kinds.kind import Mention
from robots.words import Language

KindName = Literal["dingtalk", "feishu", "lark", "wecom"]


class RobotSettingsError(ValueError):
    """Settings that cannot be used, one line for each. Trying again does not help."""

    retryable: ClassVar[bool] = False

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(map(shown, problems))
        super().__init__("\n".join(self.problems))


class RobotTable(Struct, frozen=True, kw_only=True):
    """`[robots.<name>]` as it stands in the file."""

    kind: KindName
    #: Files with the address of the robot, which has a token in it, and with what it is signed for.
    url_file: str
    secret_file: str | None = None
    language: Language = "both"
    #: Who is mentioned when something critical fires: `users`, `mobiles`, `all`.
    mention: Mention = Mention()
    #: The most messages in a minute; the vendor's limit if not set.
    per_minute: Annotated[int, Meta(ge=1, le=1000)] | None = None


class Robot(Struct, frozen=True, kw_only=True):
    """One robot, ready to be posted to."""

    name: str
    kind: KindName
    url: Secret
    secret: Secret | None
    language: Language = "both"
    mention: Mention = Mention()
    per_minute: int | None = None


class ReceiverTable(Struct, frozen=True, kw_only=True):
    """What stands above the tables. Durations are microseconds, written `"75s"`."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 9466
    #: A file with the token that Alertmanager has to send; without it, whoever reaches the port is
    #: believed.
    bearer_token_file: str | None = None
    #: How long Alertmanager waits at most for our answer; less than its `group_interval`.
    deadline: Duration = Duration("75s")
    #: How long one attempt may take.
    timeout: Duration = Duration("10s")
    #: How long what was accepted is remembered; less than Alertmanager's `repeat_interval`.
    repeat_window: Duration = Duration("4m")
    #: Of the times in messages.
    timezone: str = "Asia/Shanghai"
    log_format: Literal["console", "json"] = "console"


class RobotSettings(Struct, frozen=True, kw_only=True):
    """Everything, with what the files said."""

    receiver: ReceiverTable
    robots: tuple[Robot, ...]
    bearer: Secret | None = None
