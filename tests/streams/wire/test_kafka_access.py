"""Where Kafka refuses TLS, the password or a right it is said which of them, and the mend."""

from __future__ import annotations

import os
import re
import socket
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
)

from offbook.cli.demo.server_process import LOOPBACK, EmbeddedMissingError, free_port
from streams.settings.loading import load
from streams.settings.settings import Settings
from streams.wire.kafka import all_topics
from streams.wire.kafka_access import KafkaAccessError, KafkaRefusedError, KafkaUnreachableError
from streams.wire.topics import TopicsError, check_topics, create_topics, require_topics
from tests.cli.commands import offbook
from tests.conftest import RunningKafka
from tests.parts.secured_kafka import SecuredKafka

USER, PASSWORD = "alice", "s3cret-MARK"

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def broker() -> Iterator[SecuredKafka]:
    try:
        broker = SecuredKafka({USER: PASSWORD})
    except EmbeddedMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    with broker:
        yield broker


def login(broker: SecuredKafka, **more: str | None) -> dict[str, str]:
    """Settings with which the user gets in; None in `more` leaves one out."""
    whole = {
        "kafka_bootstrap": broker.secured,
        "kafka_security_protocol": "SASL_SSL",
        "kafka_sasl_mechanism": "PLAIN",
        "kafka_username": USER,
        "kafka_password": PASSWORD,
        "kafka_ca_file": str(broker.certificate),
        **more,
    }
    return {f"OFFBOOK_{name.upper()}": value for name, value in whole.items() if value is not None}


NO_LOGIN = {"kafka_sasl_mechanism": None, "kafka_username": None, "kafka_password": None}


def refusal(env: dict[str, str], kind: type[KafkaAccessError] = KafkaRefusedError) -> str:
    """What is said with these settings, by the check at start and by a command."""
    settings = load(None, env)
    with pytest.raises(kind) as caught:
        check_topics(settings)
    assert caught.value.retryable is (kind is KafkaUnreachableError)
    said = str(caught.value)
    assert "\n" not in said
    trace = "".join(traceback.format_exception(caught.value))
    done = offbook("topics", "create", **env)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"offbook: {said}"
    for text in (said, trace, done.stdout, done.stderr, repr(settings)):
        assert "MARK" not in text
    return said


def test_a_wrong_password(broker: SecuredKafka) -> None:
    assert refusal(login(broker, kafka_password="wrong-MARK")) == (
        f"Kafka at {broker.secured} refuses the password by PLAIN: set kafka_username and"
        " OFFBOOK_KAFKA_PASSWORD (or OFFBOOK_KAFKA_PASSWORD_FILE) to those of a user it knows"
    )


def test_a_way_to_log_in_that_is_not_offered(broker: SecuredKafka) -> None:
    assert refusal(login(broker, kafka_sasl_mechanism="SCRAM-SHA-256")) == (
        f"Kafka at {broker.secured} takes no password by SCRAM-SHA-256: set kafka_sasl_mechanism to"
        " what it offers"
    )


def test_a_certificate_that_is_not_trusted(broker: SecuredKafka) -> None:
    assert refusal(login(broker, kafka_ca_file=None)) == (
        f"Kafka at {broker.secured} is not trusted, so TLS is refused (self-signed certificate):"
        " set kafka_ca_file to the PEM file of its authority, and kafka_bootstrap to the host's"
        " name as it stands in the certificate"
    )
    elsewhere = broker.secured.replace(LOOPBACK, "localhost")
    assert "Hostname mismatch" in refusal(login(broker, kafka_bootstrap=elsewhere))


def test_tls_where_none_is_spoken(broker: SecuredKafka) -> None:
    assert refusal(login(broker, kafka_bootstrap=broker.bootstrap)) == (
        f"Kafka at {broker.bootstrap} speaks no TLS on this port, so it is refused: set"
        " kafka_bootstrap to its port for TLS, or kafka_security_protocol = PLAINTEXT"
    )


def test_no_tls_where_only_tls_is_spoken(broker: SecuredKafka) -> None:
    assert refusal({"OFFBOOK_KAFKA_BOOTSTRAP": broker.secured}) == (
        f"Kafka at {broker.secured} speaks TLS only on this port: set kafka_security_protocol = SSL"
        " or SASL_SSL"
    )


def test_a_password_where_none_is_asked_for(broker: SecuredKafka) -> None:
    assert refusal(login(broker, kafka_bootstrap=broker.tls)) == (
        f"Kafka at {broker.tls} asks for no password on this port: set kafka_security_protocol ="
        " SSL"
    )


def test_no_password_where_one_is_asked_for(broker: SecuredKafka) -> None:
    assert refusal(login(broker, kafka_security_protocol="SSL", **NO_LOGIN)) == (
        f"Kafka at {broker.secured} asks for a user and password on this port: set"
        " kafka_security_protocol = SASL_SSL, with kafka_sasl_mechanism, kafka_username and"
        " kafka_password"
    )


def test_no_certificate_where_one_is_asked_for(broker: SecuredKafka) -> None:
    env = login(broker, kafka_security_protocol="SSL", kafka_bootstrap=broker.mutual, **NO_LOGIN)
    said = refusal(env)
    # OpenSSL's name of it differs from version to version.
    assert re.fullmatch(
        rf"Kafka at {broker.mutual} refuses TLS \([A-Z0-9_]*CERTIFICATE[A-Z_]*\): set"
        " kafka_cert_file and kafka_key_file to a certificate it knows",
        said,
    )


def test_a_file_that_is_no_certificate(broker: SecuredKafka, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing", "utf-8")
    said = refusal(login(broker, kafka_ca_file=str(file)))
    assert said.startswith(f"TLS cannot begin with kafka_ca_file = {file} (")
    assert said.endswith("they must be PEM files, and the key that of the certificate")


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_SSL"])
def test_nobody_there_no_such_host_and_no_answer_may_pass(
    broker: SecuredKafka, protocol: str
) -> None:
    with socket.create_server((LOOPBACK, 0)) as silent:
        for where, why in (
            (f"{LOOPBACK}:{free_port()}", "nobody listens there"),
            ("kafka.invalid:9092", "Name or service not known"),
            (f"{LOOPBACK}:{silent.getsockname()[1]}", "no answer"),
        ):
            env = {"OFFBOOK_KAFKA_BOOTSTRAP": where}
            if protocol != "PLAINTEXT":
                env = login(broker, kafka_bootstrap=where)
            said = refusal(env, KafkaUnreachableError)
            how = "" if protocol == "PLAINTEXT" else " by SASL_SSL"
            assert said.startswith(f"Kafka does not answer at {where}{how} (")
            assert why in said
            assert said.endswith("): is it running, and is kafka_bootstrap right?")


def test_one_broker_of_several_is_enough(kafka: RunningKafka, topic_prefix: str) -> None:
    several = f"{LOOPBACK}:{free_port()},{kafka.bootstrap}"
    settings = load(
        None, {"OFFBOOK_KAFKA_BOOTSTRAP": several, "OFFBOOK_TOPIC_PREFIX": topic_prefix}
    )
    create_topics(settings)
    check_topics(settings)


def grant(broker: SecuredKafka, operation: ACLOperation, *topics: str) -> None:
    admin = broker.admin()
    try:
        admin.create_acls(
            [
                ACL(
                    f"User:{USER}",
                    "*",
                    operation,
                    ACLPermissionType.ALLOW,
                    ResourcePattern(ResourceType.TOPIC, topic),
                )
                for topic in topics
            ]
        )
    finally:
        admin.close()


def told_within(seconds: float, settings: Settings, wanted: str) -> str:
    """What the check says, "" if all is well: a broker hears of rights and of topics that are gone
    from its controller, a little later than who gave or deleted them is told."""
    end = time.monotonic() + seconds
    while True:
        said = ""
        try:
            check_topics(settings)
        except TopicsError as error:
            said = str(error)
        if said == wanted or time.monotonic() > end:
            return said
        time.sleep(0.2)


def names(settings: Settings) -> list[str]:
    return [topic.name for topic in all_topics(settings)]


def test_a_right_to_describe_that_is_missing_is_told_from_a_topic_that_is(
    broker: SecuredKafka,
) -> None:
    ours = load(None, login(broker))
    create_topics(load(None, {"OFFBOOK_KAFKA_BOOTSTRAP": broker.bootstrap}))
    with pytest.raises(TopicsError) as caught:
        require_topics(ours, ["payments"])
    assert not caught.value.retryable
    assert str(caught.value) == (
        f"Kafka at {broker.secured} does not let this user describe topic payments, so nobody can"
        " say whether it is there: grant Describe, with kafka-acls --add --allow-principal User:…"
        " --operation Describe --topic payments"
    )
    more = len(all_topics(ours)) - 3
    with pytest.raises(TopicsError, match=rf"describe topic .* and {more} more"):
        check_topics(ours)
    grant(broker, ACLOperation.DESCRIBE, *names(ours))
    assert told_within(20, ours, "") == ""
    admin = broker.admin()
    try:
        admin.delete_topics(["payments"])
    finally:
        admin.close()
    missing = f"Kafka at {broker.secured} has no topic payments: run `offbook topics create`"
    assert told_within(20, ours, missing) == missing
