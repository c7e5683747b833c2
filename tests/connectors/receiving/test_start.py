"""What is refused before anything is taken, in lines that say where and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.mapping.wrong import PageError
from connectors.receiving.jobs import load_jobs
from tests.cli.commands import offbook
from tests.connectors.receiving.running import payments, variables
from tests.connectors.receiving.test_webhook import HOOK, hook

PORTS = ("--port", "0", "--metrics-port", "0")


def test_pages_that_cannot_be_used_are_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    good = hook(tmp_path)
    for name, text in {
        "copied": payments("json", HOOK).replace("bank.acme.test", "bank.example.com"),
        "deaf": payments("json", HOOK).partition("\n")[2],
    }.items():
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    pages = [str(good), *(str(tmp_path / f"{it}.toml") for it in ("copied", "deaf", "gone"))]
    done = offbook("connect", "run", *pages, *PORTS)
    assert done.returncode == 2
    assert done.stderr.count("offbook: ") == len(done.stderr.splitlines()) == 3
    assert "copied: `source` is still that of the example" in done.stderr
    assert "deaf: `receive` is missing" in done.stderr
    assert "gone.toml: cannot be read" in done.stderr


def test_a_folder_stands_for_the_pages_in_it_beside_which_the_company_may_stand(
    tmp_path: Path,
) -> None:
    company = tmp_path / "company.toml"
    company.write_text("[tables.people]\n", "utf-8")
    with pytest.raises(PageError, match="no page is in this folder"):
        load_jobs([str(tmp_path)], company)
    hook(tmp_path)
    (tmp_path / ".#bank.toml").write_text("half of it", "utf-8")
    hook(tmp_path, "crm", HOOK.replace("webhook = {", 'webhook = { path = "/crm/deals",'))
    jobs = load_jobs([str(tmp_path)], company)
    assert [(it.name, it.base) for it in jobs] == [("bank", tmp_path), ("crm", tmp_path)]
    with pytest.raises(PageError, match="company: there is no rule"):
        load_jobs([str(tmp_path)])


def test_secrets_and_folders_that_cannot_be_used_are_refused_and_not_quoted(
    tmp_path: Path,
) -> None:
    hooks = hook(tmp_path)
    (tmp_path / "secret").write_text("short")
    absent = hook(tmp_path, "absent", HOOK.replace('"secret"', '"0123456789abcdef"'))
    (tmp_path / "secret").write_text("short")
    folder, poll = tmp_path / "folder.toml", tmp_path / "poll.toml"
    folder.write_text(payments("csv", 'folder = { path = "nowhere" }'), "utf-8")
    asked = (
        'poll = { url = "https://crm.acme.test/{cursor}", since = "2026-01-01T00:00:00Z",'
        ' items = "data", time = "at", headers = { authorization_env = "NO_SUCH_TOKEN" } }'
    )
    poll.write_text(payments("json", asked), "utf-8")
    done = offbook("connect", "run", *map(str, (hooks, absent, folder, poll)), *PORTS)
    assert done.returncode == 2
    for said in (
        "bank: receive.webhook.secret: has fewer than",
        "absent: receive.webhook.secret_file: what it names cannot be read",
        "folder: receive.folder.path: there is no folder",
        "poll: receive.poll.headers: what …_env or …_file names cannot be read",
    ):
        assert said in done.stderr
    # Who confuses a secret with its place has put it there.
    assert "0123456789abcdef" not in done.stderr
    assert "NO_SUCH_TOKEN" not in done.stderr


@pytest.mark.integration
def test_topics_that_are_not_there_are_told_at_once(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    done = offbook(
        "connect", "run", str(hook(tmp_path)), *PORTS, **variables(kafka.bootstrap, topic_prefix)
    )
    assert done.returncode == 1
    assert f"has no topic {topic_prefix}payments: run `offbook topics create`" in done.stderr
    assert "Traceback" not in done.stderr
