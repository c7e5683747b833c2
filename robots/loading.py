"""Reads the settings file and the files it names. All that is wrong is told at once, a line each,
with its place and what would be right; no line has anything of a secret in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct, structs

from contract.duration import Duration
from contract.secret import Secret
from contract.spelling.nearest import nearest
from robots.kinds.catalogue import KINDS
from robots.settings import ReceiverTable, Robot, RobotSettings, RobotSettingsError, RobotTable

#: A name is a path and a label.
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TAKEN: Final = frozenset({"healthz", "metrics", "readyz"})
#: An id in a mention, which goes into markup as it is.
_ID: Final = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_MOBILE: Final = re.compile(r"\+?[0-9-]{6,20}")
#: Ids take room from what happened.
_MOST_MENTIONED: Final = 20
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST: Final = 4096
_T = TypeVar("_T", bound=Struct)
_PLAIN: Final = {
    "`int`": "a whole number",
    "`str`": "text in quotes",
    "`bool`": "true or false",
    "`array`": "a list in brackets",
    "`object`": "a table",
    "`float`": "a number with a point",
}


def load(config: Path) -> RobotSettings:
    """Raises `RobotSettingsError`. A relative path is seen from the folder of `config`."""
    try:
        table = tomllib.loads(config.read_bytes().decode())
    except OSError as error:
        raise RobotSettingsError(f"{config}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RobotSettingsError(f"{config}: is not TOML: {error}") from error
    problems: list[str] = []
    tables = table.pop("robots", {})
    receiver = _struct(ReceiverTable, table, f"{config}: ", problems, also=("robots",))
    bearer = None
    if receiver is not None:
        _check_receiver(receiver, f"{config}: ", problems)
        if receiver.bearer_token_file is not None:
            place = f"{config}: bearer_token_file: "
            bearer = _from_file(config.parent / receiver.bearer_token_file, place, problems)
    robots = []
    if not isinstance(tables, dict) or not tables:
        problems.append(f"{config}: there is no robot: write a table [robots.<name>] for each")
        tables = {}
    for name, its in tables.items():
        if (robot := _robot(name, its, config, problems)) is not None:
            robots.append(robot)
    _check_shared(robots, config, problems)
    if problems or receiver is None:
        raise RobotSettingsError(*problems)
    return RobotSettings(receiver=receiver, robots=tuple(robots), bearer=bearer)


def _check_shared(robots: Sequence[Robot], config: Path, problems: list[str]) -> None:
    """Two tables for one robot would each keep to its limit, and together exceed it."""
    first: dict[str, str] = {}
    for robot in robots:
        other = first.setdefault(robot.url.reveal(), robot.name)
        if other != robot.name:
            problems.append(
                f"{config}: robots.{robot.name}: url_file: holds the address of {other} too; add"
                " another robot to the group"
            )


def _struct(
    type_: type[_T], table: Any, place: str, problems: list[str], also: tuple[str, ...] = ()
) -> _T | None:
    """`table` as a struct, its keys judged one by one."""
    if not isinstance(table, Mapping):
        problems.append(f"{place.removesuffix(': ')}: must be a table")
        return None
    fields = {it.name: it for it in structs.fields(type_)}
    wrong, values = [], {}
    for name, value in table.items():
        if name not in fields:
            wrong.append(f"{place}{name}: unknown setting{nearest(name, [*fields, *also])}")
            continue
        try:
            values[name] = msgspec.convert(value, fields[name].type, dec_hook=_duration)
        except msgspec.ValidationError as error:
            wrong.append(f"{place}{name}: {_expected(error, fields[name].type)}")
    wrong += [
        f"{place}{name}: is missing"
        for name, it in fields.items()
        if it.required and name not in table
    ]
    problems += wrong
    return None if wrong else type_(**values)


def _expected(error: msgspec.ValidationError, type_: Any) -> str:
    words = getattr(type_, "__args__", ())
    if words and all(isinstance(it, str) for it in words):
        return f"must be {' or '.join(words)}"
    text, _, at = str(error).partition(" - at `$")
    for name, plain in _PLAIN.items():
        text = text.replace(name, plain)
    inside = f"{at.strip('.`')}: " if at.strip(".`") else ""
    return inside + text[0].lower() + text[1:]


def _duration(type_: type[Any], value: Any) -> Any:
    if type_ is not Duration:
        raise NotImplementedError(type_)
    if not isinstance(value, str):
        raise ValueError('expected a duration in quotes such as "45s" or "4m" (units: s, m, h, d)')
    return Duration(value)


def _check_receiver(receiver: ReceiverTable, place: str, problems: list[str]) -> None:
    if not receiver.host:
        problems.append(f"{place}host: is empty; 127.0.0.1 is this machine alone, 0.0.0.0 all")
    if not Duration("1s") <= receiver.timeout <= receiver.deadline <= Duration("10m"):
        problems.append(
            f"{place}deadline: must be at least the timeout ({receiver.timeout}), which is 1s or"
            " more, and at most 10m"
        )
    if receiver.repeat_window > Duration("1d"):
        problems.append(f"{place}repeat_window: must be at most 1d: reminders would be taken away")
    try:
        ZoneInfo(receiver.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"{place}timezone: is no name of the IANA database, such as Asia/Shanghai")


def _robot(name: str, table: Any, config: Path, problems: list[str]) -> Robot | None:
    place = f"{config}: robots.{name}: "
    if not _NAME.fullmatch(name) or name in _TAKEN:
        problems.append(
            f"{place}a name is of small letters, digits and hyphens, 63 at most, and not"
            f" {', '.join(sorted(_TAKEN))}: Alertmanager posts to /<name>"
        )
    its = _struct(RobotTable, table, place, problems)
    if its is None:
        return None
    kind = KINDS[its.kind]
    _check_mention(its, place, problems)
    url = _from_file(config.parent / its.url_file, f"{place}url_file: ", problems)
    if url is not None and (wrong := _url_fault(url.reveal(), its.kind)):
        problems.append(f"{place}url_file: {wrong}")
    secret = None
    if its.secret_file is not None and not kind.signs:
        problems.append(f"{place}secret_file: a {its.kind} robot has no secret; take the line out")
    elif its.secret_file is not None:
        secret = _from_file(config.parent / its.secret_file, f"{place}secret_file: ", problems)
        if secret is not None and "://" in secret.reveal():
            problems.append(
                f"{place}secret_file: holds an address; the secret is another text, shown where"
                " the robot's signature is switched on"
            )
    if url is None:
        return None
    return Robot(
        name=name,
        kind=its.kind,
        url=url,
        secret=secret,
        language=its.language,
        mention=its.mention,
        per_minute=its.per_minute,
    )


def _check_mention(its: RobotTable, place: str, problems: list[str]) -> None:
    mention = its.mention
    if len(mention.users) + len(mention.mobiles) > _MOST_MENTIONED:
        problems.append(f"{place}mention: names more than {_MOST_MENTIONED}; write all = true")
    if not all(map(_ID.fullmatch, mention.users)):
        problems.append(
            f"{place}mention.users: an id is of letters, digits and _ . @ -, 64 at most"
        )
    if not all(map(_MOBILE.fullmatch, mention.mobiles)):
        problems.append(f"{place}mention.mobiles: a mobile is of digits, such as 13800000000")
    if its.kind in ("feishu", "lark") and mention.mobiles:
        problems.append(f"{place}mention.mobiles: {its.kind} knows open_ids only; use users")


def _from_file(path: Path, place: str, problems: list[str]) -> Secret | None:
    """What the file holds, in one line. The path is not told: who confuses the two has put the
    secret itself there."""
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST + 1).decode().strip()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        problems.append(f"{place}the file it names cannot be read: {why}")
        return None
    if not text or not text.isprintable() or " " in text or len(text) > _LONGEST:
        problems.append(f"{place}the file it names must hold one line without spaces, and only it")
        return None
    return Secret(text)


def _url_fault(url: str, kind: str) -> str | None:
    """What is wrong with a robot's address. Nothing of it is quoted."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return f"holds no address; it looks like {KINDS[kind].looks_like}"
    if not host or parts.scheme not in ("http", "https"):
        return f"holds no address; it looks like {KINDS[kind].looks_like}"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "must be https: the token in it would cross the network for all to read"
    for other, its in KINDS.items():
        if other != kind and host in its.hosts:
            return f'holds the address of a {other} robot; write kind = "{other}", or another file'
    wanted = urlsplit(KINDS[kind].looks_like)
    key = wanted.query.partition("=")[0]
    if host in KINDS[kind].hosts and (
        not parts.path.startswith(wanted.path.rstrip("…")) or f"{key}=" not in parts.query + "="
    ):
        return f"holds another page of the vendor's; a robot's is like {KINDS[kind].looks_like}"
    return None
