"""All that can be set."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from msgspec import Meta, Struct, structs

from contract.duration import Duration
from contract.spelling.folding import REGION
from contract.spelling.shown import shown
from detectors.facts.view import Common
from streams.settings.feeds import FeedSettings

ENVIRONMENT: Final = "OFFBOOK_"
#: Settings that may hold a password. `OFFBOOK_<NAME>_FILE` names a file to read them from.
SECRETS: Final = frozenset({"alertmanager_url", "kafka_password", "pseudonym_secret", "redis_url"})

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
    desk_host: Annotated[
        str,
        Meta(description="address of `offbook desk`; beyond loopback put a proxy with TLS there"),
    ] = "127.0.0.1"
    desk_port: Annotated[Port, Meta(description="its port; 0 takes a free one")] = 9465
    desk_cors_origin: Annotated[
        str | None,
        Meta(
            description="the one origin whose pages may ask the desk from a browser, such as"
            " `https://grafana.example.com`; none without"
        ),
    ] = None
    pseudonym_secret: Annotated[
        str | None,
        Meta(
            description="from it come the names that viewers see for people: 32 characters or more,"
            " better in `OFFBOOK_PSEUDONYM_SECRET_FILE` than here; needed where somebody is viewer"
        ),
    ] = None
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
    canary: Annotated[
        bool,
        Meta(
            description="sends a made-up event a minute, whose alert has to come back: it is in no"
            " list, and its age tells silence from quiet"
        ),
    ] = True
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
    closed_kept: Annotated[
        Duration, Meta(description="how long Redis keeps an alert that is closed or withdrawn")
    ] = Duration("400d")
    readers_file: Annotated[
        str | None,
        Meta(
            description="TOML file of who reads alerts: names, roles and hashes of tokens; without"
            " one whoever runs `offbook alerts` may do everything, and the [desk](desk.md) does"
            " not start"
        ),
    ] = None
    alertmanager_url: Annotated[
        str | None,
        Meta(
            description="Alertmanager that delivery tells of each open alert"
            " ([how](operations.md#notification)): what stands before `/api/v2/alerts`;"
            " `OFFBOOK_ALERTMANAGER_URL_FILE` if it holds a password"
        ),
    ] = None
    alertmanager_resend: Annotated[
        Duration, Meta(description="after how long Alertmanager is told of an alert again")
    ] = Duration("1m")
    alertmanager_holds: Annotated[
        Duration,
        Meta(
            description="how long Alertmanager holds an alert for firing that it is not told of"
            " again: longer than an outage of delivery after which nobody is to be told anew"
        ),
    ] = Duration("15m")
    notify_language: Annotated[
        Literal["en", "zh", "both"],
        Meta(description="of what Alertmanager is told; with `both`, Chinese as `summary_zh`, …"),
    ] = "both"
    notify_personal_data: Annotated[
        Literal["full", "ids", "none"],
        Meta(
            description="what it is told of people and customers: `full` sentences with names,"
            " `ids` alone, or `none`"
        ),
    ] = "ids"
    desk_url: Annotated[
        str | None,
        Meta(description="address of the desk, for links to `<desk_url>/alerts/<id>`"),
    ] = None
    runbooks_url: Annotated[
        str, Meta(description="address of the folder of runbooks, for links to them")
    ] = "docs/runbooks"
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
    detectors_path: Annotated[
        str | None,
        Meta(
            description="folder of detectors of your own, one `*.py` each"
            " ([how](own-detectors.md)); whoever may write there runs code in the worker"
        ),
    ] = None
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
#: Who runs a command of `offbook alerts`, where there is a `readers_file`.
TOKEN_VARIABLE: Final = f"{ENVIRONMENT}TOKEN"
TOKEN_FILE_VARIABLE: Final = f"{TOKEN_VARIABLE}_FILE"
#: Read by the command line, which hands it to `load` as the path.
CONFIG_VARIABLE: Final = f"{ENVIRONMENT}CONFIG"
#: Where `offbook connect` finds the tables that all pages share.
COMPANY_VARIABLE: Final = f"{ENVIRONMENT}COMPANY"
