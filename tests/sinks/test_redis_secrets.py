"""A URL, user or password of Redis reaches no message, log or traceback, whatever fails; what is
refused, TLS or the password, is said with the mend."""

from __future__ import annotations

import asyncio
import os
import socket
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
import redis

from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import LOOPBACK, EmbeddedMissingError, free_port
from sinks.redis.connection import RedisRefusedError, RedisSinkError, RedisUnavailableError
from sinks.redis.sink import RedisSink
from sinks.redis.url import Secrets, redis_address, redis_url_fault
from streams.service.reload import ConfigFile
from streams.settings.loading import load
from streams.settings.settings import Settings, SettingsError
from tests.cli.commands import offbook
from tests.parts.certificate import Certificate
from tests.parts.relay import Listener, Relay

USER, PASSWORD = "worker-MARK", "s3cret-MARK"
LOGIN = f"{USER}:{PASSWORD}"
ENCODE = (
    "cannot be told apart into redis://USER:PASSWORD@HOST:6379/0: in user and password write"
    " special characters as %XX: @ is %40, / is %2F, # is %23, ? is %3F, : is %3A, [ is %5B"
)
PORT = (
    "has a port that is no number from 1 to 65535; a password stands before an @:"
    " redis://USER:PASSWORD@HOST:6379/0"
)
#: URLs that cannot be used, and what is said of each.
FAULTS = {
    f"http://{LOGIN}@h:6379": "must begin with redis://, rediss:// (TLS) or unix://",
    f"{LOGIN}@h:6379": "must begin with redis://, rediss:// (TLS) or unix://",
    PASSWORD: "must begin with redis://, rediss:// (TLS) or unix://",
    f"redis://{LOGIN}": PORT,
    f"redis://{LOGIN}@h:{PASSWORD}": PORT,
    f"redis://{LOGIN}@h:70000": PORT,
    f"redis://{USER}:a/{PASSWORD}@h:6379": ENCODE,
    f"redis://{USER}:/{PASSWORD}@h:6379": ENCODE,
    f"redis://{USER}:#{PASSWORD}@h:6379": ENCODE,
    f"redis://{USER}:?{PASSWORD}@h:6379": ENCODE,
    f"redis://{USER}:[{PASSWORD}@h:6379": ENCODE,
    f"redis://{LOGIN}@:6379": "has no host: redis://USER:PASSWORD@HOST:6379/0",
    f"redis://{LOGIN}@h/{PASSWORD}": "must end in the number of a database, such as /0, or in"
    " nothing",
    f"redis://{LOGIN}@h?ssl_ca_certs={PASSWORD}": "has options of TLS and no TLS: write rediss://",
    "unix://": "has no path: unix:///run/redis.sock",
}


@pytest.mark.parametrize("url", FAULTS)
def test_a_url_that_cannot_be_used_is_refused_in_words_and_never_shown(url: str) -> None:
    assert redis_url_fault(url) == FAULTS[url]
    assert redis_address(url) == ""
    with pytest.raises(SettingsError) as caught:
        load(None, {"OFFBOOK_REDIS_URL": url})
    assert str(caught.value) == f"OFFBOOK_REDIS_URL: {FAULTS[url]}"
    assert_no_secret(*traceback.format_exception(caught.value))
    with pytest.raises(RedisRefusedError, match="the URL of Redis") as refused:
        check(url)
    assert_no_secret(*traceback.format_exception(refused.value))
    done = offbook("explain", "bulk-delete-272e4432bfe33432", OFFBOOK_REDIS_URL=url)
    assert done.returncode == 2
    assert_no_secret(done.stdout, done.stderr)


def test_an_option_without_a_meaning_is_refused() -> None:
    for option in (f"colour={PASSWORD}", f"{PASSWORD}=1"):
        fault = redis_url_fault(f"redis://{LOGIN}@h?{option}")
        assert fault is not None
        assert fault.startswith("has an option that is none; known are client_name, db, ")
        assert_no_secret(fault)
    with pytest.raises(RedisRefusedError, match="an option behind the \\?") as caught:
        check(f"redis://{LOGIN}@h?db={PASSWORD}")
    assert_no_secret(*traceback.format_exception(caught.value))


def assert_no_secret(*texts: str) -> None:
    for text in texts:
        # A traceback shows lines of this file, which has their names only.
        assert "MARK" not in text, text


def check(url: str) -> tuple[str, ...]:
    async def run() -> tuple[str, ...]:
        sink = RedisSink(url, timeout=2.0)
        try:
            return await sink.check()
        finally:
            assert "MARK" not in repr(sink)
            await sink.close()

    return asyncio.run(run())


def fails(url: str, kind: type[RedisSinkError]) -> str:
    """What is said when `url` cannot be connected to, by the sink and by a command."""
    with pytest.raises(kind) as caught:
        check(url)
    assert_no_secret(*traceback.format_exception(caught.value))
    assert caught.value.__cause__ is None
    done = offbook("explain", "bulk-delete-272e4432bfe33432", OFFBOOK_REDIS_URL=url)
    assert done.returncode == 1
    assert_no_secret(done.stdout, done.stderr)
    return str(caught.value)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    try:
        return Certificate(tmp_path)
    except EmbeddedMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1].partition("/")[0])


def test_nobody_there() -> None:
    port = free_port()
    said = fails(f"redis://{LOGIN}@127.0.0.1:{port}/0", RedisUnavailableError)
    assert said.startswith(f"Redis at 127.0.0.1:{port} is not available: ")


def test_a_host_without_an_address() -> None:
    said = fails(f"redis://{LOGIN}@redis.invalid:6379/0", RedisUnavailableError)
    assert said.startswith("Redis at redis.invalid:6379 is not available: ")


def test_a_port_that_never_answers() -> None:
    with socket.create_server((LOOPBACK, 0)) as silent:
        fails(f"redis://{LOGIN}@{LOOPBACK}:{silent.getsockname()[1]}", RedisUnavailableError)


def test_a_password_that_is_wrong_or_lacking(fresh_redis: EmbeddedRedis) -> None:
    mend = "; mend redis_url (OFFBOOK_REDIS_URL, or OFFBOOK_REDIS_URL_FILE)"
    with redis.Redis.from_url(fresh_redis.url) as client:
        client.execute_command("ACL", "SETUSER", USER, "on", f">{PASSWORD}", "~*", "+@all")
        client.config_set("requirepass", "another")
    lacking = fails(fresh_redis.url, RedisRefusedError)
    assert (
        "asks for a password, and none is given: redis://USER:PASSWORD@HOST:6379/0" + mend
    ) in lacking
    wrong = fresh_redis.url.replace("redis://", f"redis://{USER}:{PASSWORD}x@")
    assert (
        "refuses the password: user and password do not belong together, or it is disabled" + mend
    ) in fails(wrong, RedisRefusedError)
    right = fresh_redis.url.replace("redis://", f"redis://{LOGIN}@")
    assert check(right) == ()


def test_a_right_that_is_missing(fresh_redis: EmbeddedRedis) -> None:
    with redis.Redis.from_url(fresh_redis.url) as client:
        client.execute_command("ACL", "SETUSER", USER, "on", f">{PASSWORD}", "~*", "+info")
    url = fresh_redis.url.replace("redis://", f"redis://{LOGIN}@")
    assert "does not allow this user what Offbook needs: " in fails(url, RedisRefusedError)


def test_tls_where_none_is_spoken(redis_url: str) -> None:
    said = fails(redis_url.replace("redis://", f"rediss://{LOGIN}@"), RedisRefusedError)
    assert "speaks no TLS on this port, so it is refused: write redis:// in redis_url" in said


def test_no_tls_where_only_tls_is_spoken(redis_url: str, certificate: Certificate) -> None:
    with Relay(port_of(redis_url), certificate.context()) as relay:
        said = fails(f"redis://{LOGIN}@{LOOPBACK}:{relay.port}/0", RedisRefusedError)
        assert "speaks TLS only on this port: write rediss:// in redis_url" in said


def test_a_certificate_that_is_not_trusted_and_one_that_is(
    redis_url: str, certificate: Certificate
) -> None:
    # TLS ends there, as at a load balancer.
    with Relay(port_of(redis_url), certificate.context()) as relay:
        url = f"rediss://{LOOPBACK}:{relay.port}/0"
        said = fails(url.replace("//", f"//{LOGIN}@"), RedisRefusedError)
        assert "is not trusted, so TLS is refused (self-signed certificate): give" in said
        assert "?ssl_ca_certs=/path.pem" in said
        assert check(f"{url}?ssl_ca_certs={quote(str(certificate.certificate))}") == (
            f"Redis at {LOOPBACK}:{relay.port} forgets alerts when it stops: set appendonly yes",
        )
        missing = fails(f"{url}?ssl_ca_certs=/nowhere-{PASSWORD}", RedisUnavailableError)
        assert "No such file" in missing


def test_a_server_that_quotes_what_it_was_sent() -> None:
    async def quote_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            words = [word for word in data.decode().split("\r\n") if word[:1] not in ("*", "$", "")]
            first, *rest = words
            quoted = " ".join(f"'{word}'" for word in rest)
            whole = f"-ERR unknown command '{first}', with args beginning with: {quoted}\r\n"
            writer.write(whole.encode() * 4)

    with Listener(quote_all) as server:
        fails(f"redis://{LOGIN}@{LOOPBACK}:{server.port}/0", RedisSinkError)


def test_whatever_is_said_has_no_secret_in_any_spelling() -> None:
    hard = "p@ss/MARK #1"
    secrets = Secrets(f"redis://a:{quote(hard, safe='')}@h:6379")
    for text in (f"for {hard}!", f"for {quote(hard, safe='')}", f"for redis://a:{hard}@h"):
        assert_no_secret(secrets.without(text))
    assert secrets.without("a bad day for user a") == "*** bad day for user ***"


def test_settings_and_what_holds_them_show_no_secret() -> None:
    url = f"redis://{LOGIN}@h:6379/0"
    env = {
        "OFFBOOK_REDIS_URL": url,
        "OFFBOOK_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "OFFBOOK_KAFKA_SASL_MECHANISM": "PLAIN",
        "OFFBOOK_KAFKA_USERNAME": "kafka",
        "OFFBOOK_KAFKA_PASSWORD": PASSWORD,
    }
    settings = load(None, env)
    assert settings.redis_url == url
    shown = [repr(settings), str(settings), str(list(settings.__rich_repr__()))]
    shown += [repr(ConfigFile(Path("x"), env, settings)), f"{RedisSink(url)!r}"]
    assert_no_secret(*shown)
    assert isinstance(settings, Settings)


@pytest.mark.parametrize("name", ["OFFBOOK_REDIS_URL_FILE", "OFFBOOK_KAFKA_PASSWORD_FILE"])
def test_a_secret_where_its_file_should_stand_is_not_shown(name: str) -> None:
    for value in (f"redis://{LOGIN}@h:6379", PASSWORD):
        with pytest.raises(SettingsError) as caught:
            load(None, {name: value})
        assert f"{name}: the file it names cannot be read: No such file" in str(caught.value)
        assert_no_secret(*traceback.format_exception(caught.value))
