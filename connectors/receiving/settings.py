"""`receive = {…}` of a page: how its records come in. Everything is judged before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct, structs

from connectors.mapping.path import getter
from connectors.signatures.kinds import KINDS
from contract.duration import Duration
from contract.spelling.nearest import nearest
from contract.times import SECOND, parse_rfc3339

Network = IPv4Network | IPv6Network
_T = TypeVar("_T", bound=Struct)

_WAYS: Final = ("webhook", "folder", "kafka", "poll")
_TAKEN: Final = frozenset({"/healthz", "/metrics", "/readyz"})
_PATH: Final = re.compile(r"/[A-Za-z0-9._~/-]{1,200}")
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_OWN: Final = ("path", "signature", "allow", "proxies", "per_second", "burst")


class Webhook(Struct, frozen=True, kw_only=True):
    """Systems post to `path`. `signature` is a kind of `connectors.signatures.kinds`, and `table`
    what it is made with. Only addresses in `allow` are heard, if there are any; of a peer in
    `proxies` it is X-Forwarded-For that counts. `per_second` requests that are proven, and `burst`
    at once."""

    path: str
    signature: str
    table: Mapping[str, str]
    allow: tuple[Network, ...] = ()
    proxies: tuple[Network, ...] = ()
    per_second: float = 50.0
    burst: int = 100


class Folder(Struct, frozen=True, kw_only=True):
    """Files come into `path`, as the page's folder sees it, and are taken when nothing about them
    has changed for `still` µs."""

    path: str
    pattern: str = "*"
    still: Duration = Duration("5s")


class KafkaIn(Struct, frozen=True, kw_only=True):
    """Records of these topics, by the names that they have on the broker. `group` is the consumer
    group; a name of ours if not set."""

    topics: tuple[str, ...]
    group: str = ""


class Poll(Struct, frozen=True, kw_only=True):
    """A list that is asked for, again and again, from where it was last read to.

    In `url`, `headers` and `body` stand `{cursor}`, `{id}` and `{uuid}`. `items` is where the list
    is in the answer, `time` and `id` what its items have: the newest time is the cursor, and the id
    of the last item begins the next page of at most `limit`. `ok` is true of an answer that is no
    error. What is younger than `overlap` is asked for again: its like may come in late.
    """

    url: str
    since: str
    items: str
    time: str
    unit: Literal["ms", "s", "rfc3339"] = "ms"
    id: str = ""
    limit: Annotated[int, Meta(ge=1, le=100_000)] = 100
    ok: str = ""
    method: Literal["GET", "POST"] = "POST"
    headers: dict[str, str] = {}
    body: dict[str, Any] | None = None
    every: Duration = Duration("1m")
    overlap: Duration = Duration("1m")
    pause: Duration = Duration("0.25s")
    cursor_file: str = ""

    @property
    def begins(self) -> int:
        """`since` in µs."""
        return parse_rfc3339(self.since)


Receiving = Webhook | Folder | KafkaIn | Poll


def receiving(name: str, spec: Any, problems: list[str]) -> Receiving | None:
    """What `receive` of the page `name` says. What is wrong with it goes to `problems`, a line
    each, with its place and the mend."""
    if not isinstance(spec, Mapping) or not spec:
        problems.append(
            "`receive` is missing: it says how records come in, such as"
            ' receive = { folder = { path = "in", pattern = "*.csv" } }'
        )
        return None
    unknown = [it for it in spec if it not in _WAYS]
    problems += (
        f"receive: there is no `{it}`{nearest(it, _WAYS) or '; there are ' + ', '.join(_WAYS)}"
        for it in unknown
    )
    ways = [it for it in _WAYS if it in spec]
    if len(ways) > 1:
        problems.append(f"receive: has {' and '.join(ways)}: write a page for each")
    if len(ways) != 1 or unknown:
        return None
    way, table = ways[0], spec[ways[0]]
    place = f"receive.{way}"
    if not isinstance(table, Mapping):
        problems.append(f"{place}: is to be a table: receive = {{ {way} = {{ … }} }}")
        return None
    wrong: list[str] = []
    made: Receiving | None = None
    if way == "webhook":
        made = _webhook(name, table, place, wrong)
    elif way == "folder":
        made = _folder(_struct(Folder, table, place, wrong), place, wrong)
    elif way == "kafka":
        made = _kafka(_struct(KafkaIn, table, place, wrong), place, wrong)
    else:
        made = _poll(_struct(Poll, table, place, wrong), place, wrong)
    problems += wrong
    return None if wrong else made


def _webhook(
    name: str, table: Mapping[str, Any], place: str, problems: list[str]
) -> Webhook | None:
    kind = table.get("signature")
    if not isinstance(kind, str) or kind not in KINDS:
        meant = nearest(str(kind), KINDS) if kind else ""
        problems.append(
            f"{place}.signature: says how senders prove who they are{meant}: {', '.join(KINDS)}"
        )
    path = table.get("path", f"/{name}")
    if not isinstance(path, str) or not _PATH.fullmatch(path) or path in _TAKEN:
        problems.append(f"{place}.path: is to be a path such as /{name}, of letters, digits, ._~/-")
    per_second, burst = table.get("per_second", 50.0), table.get("burst", 100)
    if not _is_number(per_second) or not 0 < per_second <= 10_000:
        problems.append(f"{place}.per_second: is to be a number above 0, at most 10000")
    if not isinstance(burst, int) or isinstance(burst, bool) or not 1 <= burst <= 100_000:
        problems.append(f"{place}.burst: is to be a whole number from 1 to 100000")
    allow = _networks(table.get("allow", []), f"{place}.allow", problems)
    proxies = _networks(table.get("proxies", []), f"{place}.proxies", problems)
    rest = {key: value for key, value in table.items() if key not in _OWN}
    if not all(isinstance(it, str) for it in rest.values()):
        problems += (f"{place}.{key}: is no text" for key, it in rest.items() if not _is_text(it))
    if problems:
        return None
    return Webhook(
        path=path,
        signature=str(kind),
        table=rest,
        allow=allow,
        proxies=proxies,
        per_second=float(per_second),
        burst=burst,
    )


def _folder(it: Folder | None, place: str, problems: list[str]) -> Folder | None:
    if it is None:
        return None
    if not it.path.strip():
        problems.append(f"{place}.path: is empty; name the folder that files come into")
    if not it.pattern or PurePosixPath(it.pattern).name != it.pattern:
        problems.append(f'{place}.pattern: is for names of files, such as "*.csv", without a /')
    if not 0 < it.still <= Duration("1h"):
        problems.append(f"{place}.still: must be more than 0s, at most 1h")
    return it


def _kafka(it: KafkaIn | None, place: str, problems: list[str]) -> KafkaIn | None:
    if it is None:
        return None
    if not it.topics:
        problems.append(f'{place}.topics: is empty; write topics = ["crm.public.opportunity"]')
    problems += (
        f"{place}.topics: {topic!r} is no name of a topic: letters, digits, . _ -"
        for topic in it.topics
        if not _TOPIC.fullmatch(topic)
    )
    return it


def _poll(it: Poll | None, place: str, problems: list[str]) -> Poll | None:
    if it is None:
        return None
    try:
        parts = urlsplit(it.url)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        problems.append(f"{place}.url: is no address: https://…")
    elif parts.scheme == "http" and host not in _LOOPBACK:
        problems.append(f"{place}.url: must be https: who is on the way reads along")
    elif parts.username is not None:
        problems.append(f"{place}.url: has a password in it; send it by headers, …_env or …_file")
    try:
        parse_rfc3339(it.since)
    except (ValueError, OverflowError):
        problems.append(f'{place}.since: is to be a time: since = "2026-01-01T00:00:00+08:00"')
    for key in ("items", "time", "id", "ok"):
        text = getattr(it, key)
        try:
            if text or key in ("items", "time"):
                getter(text)
        except ValueError as error:
            problems.append(f"{place}.{key}: {error}")
    if not SECOND <= it.every <= Duration("1d"):
        problems.append(f"{place}.every: must be from 1s to 1d")
    if it.overlap > Duration("7d") or it.pause > Duration("1m"):
        problems.append(f"{place}: overlap is at most 7d, and pause at most 1m")
    if it.method == "GET" and it.body is not None:
        problems.append(f"{place}.body: a GET has none; put it into the url")
    if "{cursor" not in f"{it.url}{it.body}{it.headers}":
        problems.append(
            f"{place}: asks for the same list each time; write {{cursor}} where the time of the"
            " newest that is known belongs"
        )
    return it


def _struct(
    type_: type[_T], table: Mapping[str, Any], place: str, problems: list[str]
) -> _T | None:
    """`table` as a struct, its keys judged one by one."""
    fields = {it.name: it for it in structs.fields(type_)}
    wrong, values = [], {}
    for name, value in table.items():
        if name not in fields:
            known = nearest(str(name), fields) or f"; it has {', '.join(fields)}"
            wrong.append(f"{place}: there is no `{name}`{known}")
            continue
        try:
            values[name] = msgspec.convert(value, fields[name].type, dec_hook=_duration)
        except msgspec.ValidationError as error:
            wrong.append(f"{place}.{name}: {error}")
    wrong += (
        f"{place}.{name}: is missing"
        for name, it in fields.items()
        if it.required and name not in table
    )
    problems += wrong
    return None if wrong else type_(**values)


def _duration(type_: type[Any], value: Any) -> Any:
    if type_ is not Duration:
        raise NotImplementedError(type_)
    if not isinstance(value, str):
        raise ValueError('expected a duration in quotes such as "5s" or "1m" (units: s, m, h, d)')
    return Duration(value)


def _networks(spec: Any, place: str, problems: list[str]) -> tuple[Network, ...]:
    if not isinstance(spec, list) or not all(isinstance(it, str) for it in spec):
        problems.append(f'{place}: is to be a list of networks: ["10.0.0.0/8"]')
        return ()
    found: list[Network] = []
    for it in spec:
        try:
            found.append(ip_network(it))
        except ValueError:
            problems.append(f"{place}: {it!r} is no network; write 10.0.0.0/8, or one address")
    return tuple(found)


def _is_number(it: Any) -> bool:
    return isinstance(it, int | float) and not isinstance(it, bool)


def _is_text(it: Any) -> bool:
    return isinstance(it, str)
