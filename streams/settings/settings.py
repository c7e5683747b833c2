"""All settings: one TOML file, environment variables over it, every value checked at the start.

A name nobody knows is refused with the nearest that is: a misspelt threshold that silently
keeps its default is a fraud not found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, structs

from contract.spelling.folding import REGION
from contract.spelling.shown import shown
from contract.types import SOURCE_TOPICS
from detectors.language.detector import Common, Detector
from detectors.language.params import Duration
from detectors.rules.catalogue import BY_ID, DETECTORS
from streams.settings.conflicts import conflicts
from streams.settings.detectors import configured, detector_tables
from streams.settings.feeds import FeedSettings, feed_tables
from streams.settings.values import as_in_file, convert, is_int, nearest, number

ENVIRONMENT: Final = "OFFBOOK_"
#: Settings that may hold a password. `OFFBOOK_<NAME>_FILE` names a file to read them from.
SECRETS: Final = frozenset({"kafka_password", "redis_url"})

Partitions = Annotated[int, Meta(ge=1, le=10_000)]
Positive = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65_535)]


class SettingsError(ValueError):
    """Settings that cannot be used, one line for each. Trying again does not help."""

    retryable: ClassVar[bool] = False

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(map(shown, problems))
        super().__init__("\n".join(self.problems))


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Durations are microseconds, written `"72h"` or `"0.02s"`.

    `detectors` has a table for each detector that is not as delivered: `enabled`, `mode`, `allow`
    and parameters as they stood in the file. `configured_detectors` makes detectors of it. `feeds`
    has, by topic, what is expected of whoever sends to it.
    """

    kafka_bootstrap: Annotated[
        str, Meta(description="Kafka brokers to start from: `host:port`, several with commas")
    ] = "localhost:9092"
    kafka_security_protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_SSL"],
        Meta(description="`SASL_PLAINTEXT` is refused: it shows the password to the network"),
    ] = "PLAINTEXT"
    kafka_sasl_mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None,
        Meta(description="how to log in with `SASL_SSL`"),
    ] = None
    kafka_username: Annotated[str | None, Meta(description="user for `SASL_SSL`")] = None
    kafka_password: Annotated[
        str | None,
        Meta(description="its password; better in `OFFBOOK_KAFKA_PASSWORD_FILE` than here"),
    ] = None
    kafka_ca_file: Annotated[
        str | None,
        Meta(description="PEM file of the authorities that sign the brokers; else the system's"),
    ] = None
    kafka_cert_file: Annotated[
        str | None, Meta(description="PEM file of our own certificate, where brokers ask for one")
    ] = None
    kafka_key_file: Annotated[str | None, Meta(description="PEM file of its key")] = None
    redis_url: Annotated[
        str,
        Meta(
            description="where alerts go: `redis://`, `rediss://` (TLS) or `unix://`;"
            " `OFFBOOK_REDIS_URL_FILE` if it holds a password"
        ),
    ] = "redis://localhost:6379/0"
    topic_prefix: Annotated[
        str, Meta(description="stands before every topic's name, such as `acme.`")
    ] = ""
    group_prefix: Annotated[
        str, Meta(description="begins the consumer groups: `<prefix>-router`, `-monitor`, …")
    ] = "offbook"
    source_partitions: Annotated[
        Partitions, Meta(description="partitions of the source topics when we create them")
    ] = 4
    keyed_partitions: Annotated[
        Partitions,
        Meta(
            description="partitions of the monitor's topics, and so the most monitors that share"
            " the work. Fixed for good: the state lives in them"
        ),
    ] = 4
    replication_factor: Annotated[
        int, Meta(ge=1, le=100, description="copies of each topic we create; 3 in production")
    ] = 1
    metrics_host: Annotated[
        str, Meta(description="address of `/metrics`, `/healthz` and `/readyz`")
    ] = "127.0.0.1"
    metrics_port: Annotated[Port, Meta(description="its port; 0 takes a free one")] = 9464
    timezone: Annotated[
        str, Meta(description="the company's time zone: its days, months and hours")
    ] = "Asia/Shanghai"
    phone_region: Annotated[
        str,
        Meta(
            description="where a phone without a country code is at home: a region of ISO 3166 in"
            " two capital letters"
        ),
    ] = REGION
    idle_after: Annotated[
        Duration,
        Meta(
            description="a source partition read to its end counts as quiet, and time there moves"
            " with the wall clock, after so long without a record"
        ),
    ] = Duration("5s")
    lateness: Annotated[
        Duration,
        Meta(description="how far behind stream time an event may come and still count in full"),
    ] = Common().lateness
    grace: Annotated[
        Duration,
        Meta(description="how long after a deadline a missing piece is still waited for"),
    ] = Common().grace
    batch_linger: Annotated[
        Duration, Meta(description="how long the router waits to fill a batch; adds to latency")
    ] = Duration("0.02s")
    batch_events: Annotated[
        int, Meta(ge=1, le=10_000, description="the most events of one batch")
    ] = 500
    redis_stream_maxlen: Annotated[
        Positive,
        Meta(description="about how many revisions the Redis stream keeps; older ones are trimmed"),
    ] = 1_000_000
    log_format: Annotated[
        Literal["console", "json"], Meta(description="lines for people, or JSON for machines")
    ] = "console"
    rebalance_timeout: Annotated[
        Duration, Meta(description="how long Kafka waits for the workers of a group to rejoin")
    ] = Duration("20s")
    session_timeout: Annotated[
        Duration, Meta(description="a worker not heard of for so long has its work given to others")
    ] = Duration("10s")
    heartbeat_interval: Annotated[
        Duration, Meta(description="how often a worker is heard of; a third of that or less")
    ] = Duration("2s")
    detectors: Annotated[
        dict[str, dict[str, Any]],
        Meta(
            description="`[detectors.<id>]`: `enabled`, `mode`, `allow`, and the detector's"
            " parameters"
        ),
    ] = {}
    feeds: Annotated[
        dict[str, FeedSettings],
        Meta(description='`[feeds."<topic>"]`: what is expected of whoever sends to a topic'),
    ] = {}

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"Settings({', '.join(shown)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [
            (name, "***" if name in SECRETS and value else value)
            for name, value in structs.asdict(self).items()
        ]

    @property
    def common(self) -> Common:
        """The numbers that hold for all detectors."""
        return Common(lateness=self.lateness, grace=self.grace)


#: Tables of the file, which no environment variable can say.
TABLES: Final = ("detectors", "feeds")
#: The settings by name, without the tables.
SCALARS: Final = {
    field.name: field for field in structs.fields(Settings) if field.name not in TABLES
}
VARIABLES: Final = {f"{ENVIRONMENT}{name.upper()}": name for name in SCALARS}
SECRET_FILES: Final = {f"{ENVIRONMENT}{name.upper()}_FILE": name for name in sorted(SECRETS)}
#: Read by the command line, which hands it to `load` as the path.
CONFIG_VARIABLE: Final = f"{ENVIRONMENT}CONFIG"

# Kubernetes sets these in every pod for a service that is called `offbook…`. They are no one's
# settings, and OFFBOOK_METRICS_PORT=tcp://10.0.0.7:9464 must not stop a worker.
_SERVICE_LINK = re.compile(r".*_(SERVICE_(HOST|PORT(_.+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_.+)?)?)")
_LINK_VALUE = re.compile(r"(tcp|udp|sctp)://.+")


def load(config: Path | None, env: Mapping[str, str]) -> Settings:
    """Read the file `config`, if any, then the `OFFBOOK_*` variables of `env` over it.

    Raises `SettingsError` with a line for everything that is wrong: where it stands, what is
    wrong with it and what would be right.
    """
    return parse(None if config is None else read(config), config, env)


def read(config: Path) -> bytes:
    """What the file holds. Raises `SettingsError` if it cannot be read."""
    try:
        return config.read_bytes()
    except OSError as error:
        raise SettingsError(f"{config}: cannot be read: {error.strerror}") from error


def parse(content: bytes | None, config: Path | None, env: Mapping[str, str]) -> Settings:
    """`load` for what was `read` before; None stands for no file. Raises `SettingsError`."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    detectors: dict[str, dict[str, Any]] = {}
    feeds: dict[str, FeedSettings] = {}
    if content is not None and config is not None:
        table = _toml(content, config)
        detectors = detector_tables(table.pop("detectors", {}), config, problems)
        feeds = feed_tables(table.pop("feeds", {}), config, problems)
        for name, value in table.items():
            if name not in SCALARS:
                problems.append(f"{config}: {_unknown_key(name, value)}")
            else:
                _take(name, value, f"{config}: {name}", values, places, problems)
    for name, text, place in _from_environment(env, problems):
        value = number(text) if is_int(SCALARS[name].type) else text
        _take(name, value, place, values, places, problems)
    if problems:
        raise SettingsError(*problems)
    settings = Settings(**values, detectors=detectors, feeds=feeds)
    problems = [f"{places.get(name, name)}: {wrong}" for name, wrong in conflicts(settings)]
    if problems:
        raise SettingsError(*problems)
    return settings


def configured_detectors(settings: Settings) -> tuple[Detector, ...]:
    """The detectors that are enabled, with the parameters set. Raises `SettingsError`."""
    problems: list[str] = []
    zone = ZoneInfo(settings.timezone)
    chosen = []
    for detector in DETECTORS:
        table = settings.detectors.get(detector.id, {})
        as_set = configured(detector, table, f"detectors.{detector.id}", zone, problems)
        if table.get("enabled", True):
            chosen.append(as_set)
    if problems:
        raise SettingsError(*problems)
    return tuple(chosen)


def _toml(content: bytes, config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{config}: is not TOML: {error}") from error


def _take(
    name: str,
    value: Any,
    place: str,
    values: dict[str, Any],
    places: dict[str, str],
    problems: list[str],
) -> None:
    field = SCALARS[name]
    try:
        values[name] = convert(value, field.type)
    except ValueError as error:
        problems.append(f"{place}: {error}; the default is {as_in_file(field.default)}")
    places[name] = place


def _from_environment(
    env: Mapping[str, str], problems: list[str]
) -> Iterator[tuple[str, str, str]]:
    """(setting, text, variable) of what is set; an empty variable is as good as none."""
    for variable in sorted(name for name in env if name.startswith(ENVIRONMENT)):
        text = env[variable]
        if variable == CONFIG_VARIABLE or not text:
            continue
        if _SERVICE_LINK.fullmatch(variable) and (
            variable not in VARIABLES or _LINK_VALUE.fullmatch(text)
        ):
            continue
        if variable in VARIABLES:
            yield VARIABLES[variable], text, variable
        elif variable in SECRET_FILES:
            name = SECRET_FILES[variable]
            if env.get(f"{ENVIRONMENT}{name.upper()}"):
                problems.append(f"{variable}: {ENVIRONMENT}{name.upper()} is set too; set one")
                continue
            try:
                yield name, Path(text).read_text(encoding="utf-8").strip(), variable
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
                # Not which: whoever mixes up the two variables has put the secret itself there.
                problems.append(f"{variable}: the file it names cannot be read: {why}")
        else:
            known = [*VARIABLES, *SECRET_FILES, CONFIG_VARIABLE]
            problems.append(f"{variable}: unknown setting{nearest(variable, known)}")


def _unknown_key(name: str, value: Any) -> str:
    if isinstance(value, dict) and value:
        inner = next(iter(value))
        if f"{name}_{inner}" in SCALARS:
            return f"[{name}]: there is no such table; write {name}_{inner} = … at the top"
        if name in SOURCE_TOPICS:
            return f'[{name}]: unknown table; did you mean [feeds."{name}"]?'
        if name in BY_ID:
            return f"[{name}]: unknown table; did you mean [detectors.{name}]?"
        return f"[{name}]: unknown table{nearest(name, [*SCALARS, *TABLES])}"
    if name.removesuffix("_file") in SECRETS:
        return f"{name}: is an environment variable only: {ENVIRONMENT}{name.upper()}"
    return f"{name}: unknown setting{nearest(name, SCALARS)}"
