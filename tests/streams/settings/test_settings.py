from __future__ import annotations

import re
from pathlib import Path

import pytest

from contract.duration import Duration
from contract.times import rfc3339
from detectors.rules.catalogue import DETECTORS
from streams.monitor.faust_app.connection import faust_connection
from streams.settings.loading import configured_detectors, load
from streams.settings.settings import Settings, SettingsError
from streams.wire import kafka


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "offbook.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(config: Path | None = None, **env: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(config, env)
    assert str(caught.value).splitlines() == list(caught.value.problems)
    return list(caught.value.problems)


def test_without_file_and_variables_every_setting_has_its_default() -> None:
    assert load(None, {"PATH": "/bin"}) == Settings()


def test_a_file_sets_and_a_variable_goes_over_it(tmp_path: Path) -> None:
    config = written(tmp_path, 'kafka_bootstrap = "a:1"\nkeyed_partitions = 8\nlateness = "3d"\n')
    settings = load(config, {"OFFBOOK_KAFKA_BOOTSTRAP": "b:2,c:3", "OFFBOOK_GRACE": "30m"})
    assert settings.kafka_bootstrap == "b:2,c:3"
    assert settings.keyed_partitions == 8
    assert settings.common.lateness == Duration("3d")
    assert settings.common.grace == Duration("30m")


def test_phones_are_at_home_in_the_region_that_is_set() -> None:
    assert load(None, {}).phone_region == "CN"
    assert load(None, {"OFFBOOK_PHONE_REGION": "HK"}).phone_region == "HK"


ALLOW = "[[detectors.bulk-delete.allow]]\n"
ONE = "employee = 'E-1'\n"
CRM = "[feeds.'crm.edits']\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "kafka_bootstap = 'a:1'",
            "kafka_bootstap: unknown setting; did you mean kafka_bootstrap?",
        ),
        ("[kafka]\nbootstrap = 'a:1'", "[kafka]: there is no such table; write kafka_bootstrap = "),
        ("keyed_partitions = '4'", "keyed_partitions: expected a whole number, got text"),
        ("keyed_partitions = 0", "keyed_partitions: expected a whole number >= 1"),
        ("keyed_partitions = true", "keyed_partitions: expected a whole number"),
        ("lateness = 7", "lateness: expected a duration in quotes"),
        ("lateness = '7 weeks'", "lateness: expected a duration such as"),
        ("log_format = 'xml'", "log_format: must be console or json; the default is"),
        ("timezone = 'Asia/Shangai'", "timezone: there is no time zone of that name; did you mean"),
        ("timezone = 'Asia/Beijing'", "of that name; the zone of Beijing is Asia/Shanghai"),
        ("phone_region = 'CHN'", "phone_region: must be a region of ISO 3166 such as CN, HK or DE"),
        (
            "phone_region = 'cn'",
            "phone_region: must be a region of ISO 3166 such as CN, HK or DE; ",
        ),
        ("phone_region = ' hk '", "such as CN, HK or DE; did you mean HK?"),
        ("phone_region = ''", "phone_region: must be a region"),
        ("phone_region = 'ZZ'", "phone_region: must be a region"),
        ("phone_region = 86", "phone_region: expected text, got a whole number"),
        ("idle_after = '0s'", "idle_after: must be more than 0"),
        ("heartbeat_interval = '5s'", "heartbeat_interval: must be at most a third"),
        ("kafka_bootstrap = 'broker'", "kafka_bootstrap: expected host:port"),
        ("redis_url = 'localhost:6379'", "redis_url: must begin with redis://"),
        ("alertmanager_url = 'alerts:9093'", "alertmanager_url: must be an address that begins"),
        ("alertmanager_url = 'http://a:b'", "alertmanager_url: must be an address that begins"),
        ("desk_url = 'https://desk.example/?a=b'", "desk_url: must be an address that begins"),
        ("alertmanager_resend = '0s'", "alertmanager_resend: must be more than 0"),
        ("alertmanager_holds = '2m'", "alertmanager_holds: must be at least three times"),
        ("notify_personal_data = 'some'", "notify_personal_data: must be full or ids or none"),
        ("topic_prefix = 'a b'", "topic_prefix: may have letters"),
        ("kafka_password_file = 'x'", "is an environment variable only: OFFBOOK_KAFKA_PASSWORD_FI"),
        ("= 3", "is not TOML"),
        ("[detectors.bulk-delte]", "[detectors.bulk-delte]: there is no such detector; did you m"),
        ("[bulk-delete]\nthreshold = 3", "unknown table; did you mean [detectors.bulk-delete]?"),
        ("[detectors.bulk-delete]\nwindw = '2h'", "windw: unknown parameter; did you mean window?"),
        ("[detectors.bulk-delete]\nwindow = 3600", "window: expected a duration in quotes"),
        ("[detectors.bulk-delete]\nthreshold = 0", "threshold: expected a whole number >= 1"),
        ("[detectors.bulk-delete]\nenabled = 'no'", "enabled: must be true or false"),
        ("[detectors.bulk-delete]\nmode = 'dry'", 'mode: must be "live" or "shadow"'),
        ("[detectors.bulk-delete]\nmode = ['shadow']", 'mode: must be "live" or "shadow"'),
        ("[detectors.bulk-delete]\nallow = 3", "allow: must be tables: [[detectors.<id>.allow]]"),
        ("[detectors.bulk-delete.allow]", "allow: must be tables: [[detectors.<id>.allow]]"),
        ("[detectors.bulk-delete]\nallow = ['E-1']", "allow, number 1: must be a table"),
        (
            ALLOW + "until = 2026-12-31\nreason = 'r'",
            "number 1: must say for whom or what: employee",
        ),
        (ALLOW + ONE + "until = 2026-12-31", "number 1: reason: must say, in quotes, why"),
        (ALLOW + ONE + "until = 2026-12-31\nreason = ' '", "number 1: reason: must say, in quotes"),
        (ALLOW + ONE + "until = 2026-12-31\nreason = 7", "number 1: reason: must say, in quotes"),
        (ALLOW + ONE + "reason = 'r'", "number 1: until: is needed: a date or a time"),
        (ALLOW + ONE + "reason = 'r'\nuntil = '2026-12-31'", "until: must be a date or a time"),
        (ALLOW + ONE + "reason = 'r'\nuntil = 18:00:00", "until: must be a date or a time"),
        (ALLOW + ONE + "reason = 'r'\nuntil = 9999-12-31", "until: is too far away"),
        (
            ALLOW + "employee = 7\nuntil = 2026-12-31\nreason = 'r'",
            "employee: must be an id in quo",
        ),
        (ALLOW + "order = ''\nuntil = 2026-12-31\nreason = 'r'", "order: must be an id in quotes"),
        (
            ALLOW + ONE + "until = 2026-12-31\nreason = 'r'\ncustomr = 'C-1'",
            "number 1: customr: unknown; did you mean customer?",
        ),
        (
            ALLOW + ONE + "until = 2026-12-31\nreason = 'r'\n" + ALLOW + ONE + "until = 2026-12-31",
            "[detectors.bulk-delete] allow, number 2: reason: must say",
        ),
        ("feeds = 3", "feeds: must be tables such as [feeds."),
        (
            "[feeds.'crm.edit']",
            'feeds."crm.edit"]: there is no such source topic; did you mean crm.',
        ),
        (
            "[feeds.crm.edits]\nexpected_every = '1h'",
            'write the topic in quotes: [feeds."crm.edits"]',
        ),
        ("[payments]\nsources = ['//bank']", 'unknown table; did you mean [feeds."payments"]?'),
        (CRM + "expected = '1h'", "expected: unknown setting; did you mean expected_every?"),
        (CRM + "expected_every = 3600", "expected_every: expected a duration in quotes"),
        (CRM + "expected_every = '0s'", "expected_every: must be more than 0"),
        (CRM + "heartbeat_every = '0s'", "heartbeat_every: must be more than 0"),
        (CRM + "sources = '//crm.example.com'", "sources: expected a list, got text"),
        (CRM + "sources = ['']", "sources: must not be empty texts"),
        (CRM + "heartbeats = 'no'", "heartbeats: expected true or false"),
        (CRM + "holidays = 'CN'", "holidays: has no meaning without working_hours"),
        (CRM + "working_hours = 'Mon-Fry 08:30-18:00'", "working_hours: 'fry' is no day"),
        (
            CRM + "working_hours = 'Mon 08:30-18:00'\nholidays = 'China'",
            "holidays: no public holidays are known of 'China'",
        ),
        (
            CRM + "working_hours = 'Mon 08:30-18:00'\nheartbeats = false",
            "working_hours: has no meaning where no silence is too long",
        ),
        (
            "[feeds.'reference.accounts']\nexpected_every = '1h'",
            "expected_every: has no meaning for a reference topic, which has no time",
        ),
    ],
)
def test_what_a_file_gets_wrong_is_told_with_its_place_and_the_mend(
    tmp_path: Path, text: str, says: str
) -> None:
    config = written(tmp_path, text)
    (line,) = refused(config)
    assert says in line
    assert line.startswith(str(config))


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    config = written(tmp_path, "a = 1\nb = 2\n[detectors.nobody]\n")
    assert len(refused(config, OFFBOOK_C="3")) == 4


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("OFFBOOK_KAFKA_BOOTSTAP", "a:1", "unknown setting; did you mean OFFBOOK_KAFKA_BOOTSTRAP?"),
        ("OFFBOOK_KEYED_PARTITIONS", "four", "expected a whole number, got text"),
        ("OFFBOOK_METRICS_PORT", "70000", "expected a whole number <= 65535"),
        ("OFFBOOK_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT", "SASL without TLS"),
        ("OFFBOOK_KAFKA_PASSWORD_FILE", "/nowhere", "cannot be read"),
        ("OFFBOOK_DETECTORS", "{}", "unknown setting"),
    ],
)
def test_what_a_variable_gets_wrong_is_told_by_its_name(
    variable: str, value: str, says: str
) -> None:
    (line,) = refused(None, **{variable: value})
    assert line.startswith(f"{variable}: ")
    assert says in line


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert load(None, {"OFFBOOK_TOPIC_PREFIX": "", "OFFBOOK_KAFKA_PASSWORD": ""}) == Settings()


def test_variables_that_kubernetes_sets_for_a_service_are_not_ours() -> None:
    links = {
        "OFFBOOK_SERVICE_HOST": "10.0.0.7",
        "OFFBOOK_SERVICE_PORT_HTTP": "9464",
        "OFFBOOK_PORT": "tcp://10.0.0.7:9464",
        "OFFBOOK_PORT_9464_TCP_ADDR": "10.0.0.7",
        "OFFBOOK_METRICS_PORT": "tcp://10.0.0.8:9464",
    }
    assert load(None, links) == Settings()


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    (line,) = refused(tmp_path / "none.toml")
    assert line.endswith("cannot be read: No such file or directory")


def test_a_password_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("geheim\n", encoding="utf-8")
    settings = load(
        None,
        {
            "OFFBOOK_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "OFFBOOK_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "OFFBOOK_KAFKA_USERNAME": "offbook",
            "OFFBOOK_KAFKA_PASSWORD_FILE": str(secret),
            "OFFBOOK_REDIS_URL": "redis://:sesam@localhost/0",
        },
    )
    assert settings.kafka_password == "geheim"
    assert "geheim" not in repr(settings)
    assert "sesam" not in repr(settings)
    assert kafka.security(settings)["sasl_plain_password"] == "geheim"
    assert kafka.security(settings)["ssl_context"] is not None
    assert "geheim" not in repr(faust_connection(settings)["broker_credentials"])


def test_a_password_given_twice_is_refused(tmp_path: Path) -> None:
    (line,) = refused(None, OFFBOOK_KAFKA_PASSWORD="a", OFFBOOK_KAFKA_PASSWORD_FILE="b")
    assert "set one" in line


def test_a_password_without_tls_is_refused_and_not_repeated() -> None:
    (line,) = refused(None, OFFBOOK_KAFKA_PASSWORD="geheim")
    assert line.startswith("OFFBOOK_KAFKA_PASSWORD: has no meaning with PLAINTEXT")
    assert "geheim" not in line


def test_a_login_over_tls_asks_for_all_its_parts() -> None:
    lines = refused(None, OFFBOOK_KAFKA_SECURITY_PROTOCOL="SASL_SSL", OFFBOOK_KAFKA_CERT_FILE="/x")
    assert [line.partition(":")[0] for line in lines] == [
        "kafka_sasl_mechanism",
        "kafka_username",
        "kafka_password",
        "OFFBOOK_KAFKA_CERT_FILE",
        "kafka_key_file",
    ]


def test_detectors_take_their_parameters_from_the_file(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        "[detectors.bulk-delete]\nthreshold = 50\nwindow = '2h'\nmode = 'live'\n"
        "[detectors.chat-burst]\nenabled = false\n",
    )
    detectors = {detector.id: detector for detector in configured_detectors(load(config, {}))}
    assert detectors.keys() == {detector.id for detector in DETECTORS} - {"chat-burst"}
    assert (detectors["bulk-delete"].params.threshold, detectors["bulk-delete"].params.window) == (  # type: ignore[attr-defined]
        50,
        Duration("2h"),
    )


def test_prefixes_stand_before_topics_and_groups() -> None:
    settings = load(None, {"OFFBOOK_TOPIC_PREFIX": "acme.", "OFFBOOK_GROUP_PREFIX": "acme"})
    assert kafka.topic_name(settings, "payments") == "acme.payments"
    assert kafka.group(settings, "router") == "acme-router"
    assert all(topic.name.startswith("acme.") for topic in kafka.all_topics(settings))


def test_several_brokers_reach_every_client() -> None:
    settings = load(None, {"OFFBOOK_KAFKA_BOOTSTRAP": "a:1, b:2"})
    assert kafka.aiokafka_client(settings)["bootstrap_servers"] == ["a:1", "b:2"]
    assert faust_connection(settings) == {"broker": "aiokafka://a:1;aiokafka://b:2"}


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("2026-03-31", "2026-03-31T15:59:59.999999Z"),
        ("2026-03-31T18:00:00", "2026-03-31T10:00:00Z"),
        ("2026-03-31T18:00:00+09:00", "2026-03-31T09:00:00Z"),
        ("2026-03-31T09:00:00Z", "2026-03-31T09:00:00Z"),
    ],
)
def test_an_allowance_ends_with_the_companys_day_or_at_its_time(
    tmp_path: Path, until: str, last: str
) -> None:
    config = written(tmp_path, f"{ALLOW}{ONE}until = {until}\nreason = ' agreed '")
    settings = load(config, {})
    detector = next(it for it in configured_detectors(settings) if it.id == "bulk-delete")
    [allowance] = detector.allowances
    assert rfc3339(allowance.until) == last
    assert (allowance.name, allowance.employee, allowance.reason) == ("1", "E-1", "agreed")


def test_the_companys_day_is_that_of_its_time_zone_wherever_that_was_set(tmp_path: Path) -> None:
    config = written(tmp_path, f"{ALLOW}{ONE}until = 2026-03-31\nreason = 'r'")
    settings = load(config, {"OFFBOOK_TIMEZONE": "America/Los_Angeles"})
    [allowance] = next(it.allowances for it in configured_detectors(settings) if it.allowances)
    assert rfc3339(allowance.until) == "2026-04-01T06:59:59.999999Z"


def test_no_line_about_an_allowance_says_whom_it_is_about(tmp_path: Path) -> None:
    rows = "employee = 'E-107'\naccount = '62220000'\ncustomer = 2031\nuntil = 'E-107'\n"
    said = "\n".join(refused(written(tmp_path, ALLOW + rows)))
    assert said.count("number 1") == 3
    for secret in ("E-107", "62220000", "2031"):
        assert secret not in said


def test_the_detectors_that_are_on_trial_are_those_the_file_says(tmp_path: Path) -> None:
    text = "[detectors.bulk-delete]\nmode = 'shadow'\n[detectors.chat-burst]\nmode = 'live'\n"
    detectors = configured_detectors(load(written(tmp_path, text), {}))
    assert [it.id for it in detectors if it.shadow] == ["bulk-delete"]


def test_the_file_that_the_documents_show_can_be_used(tmp_path: Path) -> None:
    document = (Path(__file__).parents[3] / "docs/settings.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", document, re.DOTALL)
    settings = load(written(tmp_path, "".join(examples)), {})
    detectors = configured_detectors(settings)
    assert [it.id for it in detectors if it.allowances] == ["offbook-payment"]
    assert settings.feeds.keys() == {"crm.edits", "payments"}


def test_what_is_expected_of_a_sender_is_a_table_of_its_topic(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        """
        [feeds."crm.edits"]
        expected_every = "30m"
        working_hours = "Mon-Fri 08:30-18:00"
        holidays = "CN"
        sources = ["//crm.example.com", "//import/*"]
        [feeds.payments]
        heartbeat_every = "5m"
        """,
    )
    crm, payments = (load(config, {}).feeds[topic] for topic in ("crm.edits", "payments"))
    assert (crm.expected_every, crm.heartbeat_every) == (Duration("30m"), None)
    assert (payments.expected_every, payments.heartbeat_every) == (None, Duration("5m"))
    taken = ["//crm.example.com", "//import/", "//import/2026"]
    assert all(crm.takes(source) for source in taken)
    assert not any(crm.takes(source) for source in ("//crm.example.com/x", "//import", "", "//x"))
    assert payments.takes("//anybody")
