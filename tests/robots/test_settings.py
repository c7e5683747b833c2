from __future__ import annotations

from pathlib import Path

import pytest

from contract.duration import Duration
from robots.kinds.kind import Mention
from robots.loading import load
from robots.settings import RobotSettings, RobotSettingsError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "robots" / "robots.toml"
URLS = {
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=t0ken",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/t0ken",
    "lark": "https://open.larksuite.com/open-apis/bot/v2/hook/t0ken",
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=t0ken",
}


def files(folder: Path) -> None:
    for kind, url in URLS.items():
        (folder / f"{kind}.url").write_text(f"{url}\n")
    (folder / "secret").write_text("SEC0ffbook\n")


def loaded(tmp_path: Path, text: str) -> RobotSettings:
    files(tmp_path)
    config = tmp_path / "robots.toml"
    config.write_text(text, encoding="utf-8")
    return load(config)


def refused(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(RobotSettingsError) as caught:
        loaded(tmp_path, text)
    assert not caught.value.retryable
    assert "t0ken" not in str(caught.value)
    assert "SEC0ffbook" not in str(caught.value)
    assert str(caught.value).splitlines() == list(caught.value.problems)
    return [it.removeprefix(f"{tmp_path / 'robots.toml'}: ") for it in caught.value.problems]


ONE = '[robots.it]\nkind = "wecom"\nurl_file = "wecom.url"\n'
DING = '[robots.it]\nkind = "dingtalk"\nurl_file = "dingtalk.url"\n'


def test_without_more_it_is_loopback_in_both_languages_and_mentions_nobody(tmp_path: Path) -> None:
    settings = loaded(tmp_path, ONE)
    assert (settings.receiver.host, settings.receiver.port) == ("127.0.0.1", 9466)
    assert settings.receiver.deadline == Duration("75s")
    assert settings.bearer is None
    (robot,) = settings.robots
    assert (robot.name, robot.kind, robot.language, robot.mention) == (
        "it",
        "wecom",
        "both",
        Mention(),
    )
    assert robot.url.reveal() == URLS["wecom"]


@pytest.mark.parametrize("kind", URLS)
def test_the_address_of_each_kind_is_taken(tmp_path: Path, kind: str) -> None:
    (robot,) = loaded(tmp_path, ONE.replace("wecom", kind)).robots
    assert robot.url.reveal() == URLS[kind]


def test_a_robot_in_the_companys_own_network_is_taken(tmp_path: Path) -> None:
    (tmp_path / "own.url").write_text("https://wecom.intranet.example/hook?key=x")
    (robot,) = loaded(tmp_path, ONE.replace("wecom.url", "own.url")).robots
    assert robot.url.reveal().startswith("https://wecom.intranet")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no robot: write a table [robots.<name>] for each"),
        ("prot = 1\n" + ONE, "prot: unknown setting; did you mean port?"),
        ("[robot.it]\nkind = 'wecom'", "robot: unknown setting; did you mean robots?"),
        ("port = '1'\n" + ONE, "port: expected a whole number, got text in quotes"),
        ("port = 70000\n" + ONE, "port: expected a whole number <= 65535"),
        ("host = ''\n" + ONE, "host: is empty; 127.0.0.1 is this machine alone, 0.0.0.0 all"),
        ("deadline = 75\n" + ONE, 'deadline: expected a duration in quotes such as "45s" or "4m"'),
        ("deadline = '5s'\n" + ONE, "deadline: must be at least the timeout (10s)"),
        ("repeat_window = '2d'\n" + ONE, "repeat_window: must be at most 1d"),
        ("timezone = 'Peking'\n" + ONE, "timezone: is no name of the IANA database"),
        ("log_format = 'xml'\n" + ONE, "log_format: must be console or json"),
        ("bearer_token_file = 'no'\n" + ONE, "bearer_token_file: the file it names cannot be read"),
        (
            ONE.replace("wecom", "slack", 1),
            "robots.it: kind: must be dingtalk or feishu or lark or",
        ),
        (ONE.replace("url_file", "url"), "robots.it: url: unknown setting; did you mean url_file?"),
        ("[robots.it]\nkind = 'wecom'", "robots.it: url_file: is missing"),
        (
            ONE.replace("wecom.url", "no.url"),
            "robots.it: url_file: the file it names cannot be rea",
        ),
        (
            ONE.replace("wecom.url", "secret"),
            "robots.it: url_file: holds no address; it looks like",
        ),
        (
            ONE.replace("wecom.url", "lark.url"),
            'robots.it: url_file: holds the address of a lark robot; write kind = "lark"',
        ),
        (ONE + "secret_file = 'secret'", "robots.it: secret_file: a wecom robot has no secret"),
        (
            DING + "secret_file = 'dingtalk.url'",
            "robots.it: secret_file: holds an address; the secret is another text",
        ),
        (ONE + "language = 'cn'", "robots.it: language: must be en or zh or both"),
        (ONE + "per_minute = 0", "robots.it: per_minute: expected a whole number >= 1"),
        (ONE + "mention = 'all'", "robots.it: mention: expected a table, got text in quotes"),
        (ONE + "mention = {users = 'a'}", "robots.it: mention: users: expected a list in brackets"),
        (ONE + "mention = {users = ['<@all>']}", "robots.it: mention.users: an id is of letters"),
        (ONE + "mention = {mobiles = ['me']}", "robots.it: mention.mobiles: a mobile is of digits"),
        (
            ONE.replace("wecom", "lark") + "mention = {mobiles = ['13800000000']}",
            "robots.it: mention.mobiles: lark knows open_ids only; use users",
        ),
        (ONE.replace("it]", "metrics]"), "robots.metrics: a name is of small letters"),
        (ONE.replace("it]", "'A b']"), "robots.A b: a name is of small letters"),
        ("[robots]\nit = 1", "robots.it: must be a table"),
        ("port = = 1", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_mend(
    tmp_path: Path, text: str, says: str
) -> None:
    problems = refused(tmp_path, text)
    assert any(it.startswith(says) for it in problems), problems


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://oapi.dingtalk.com/robot/send?access_token=t0ken", "must be https"),
        ("https://oapi.dingtalk.com/t0ken", "holds another page of the vendor's"),
        ("https://oapi.dingtalk.com/robot/send?t0ken", "holds another page of the vendor's"),
        ("https://[t0ken", "holds no address"),
        ("t0ken", "holds no address"),
        ("", "must hold one line"),
        ("https://a.example/t0ken\nhttps://b.example/t0ken", "must hold one line"),
    ],
)
def test_of_an_address_that_is_wrong_nothing_is_repeated(
    tmp_path: Path, url: str, says: str
) -> None:
    (tmp_path / "its.url").write_text(url)
    (problem,) = refused(tmp_path, DING.replace("dingtalk.url", "its.url"))
    assert says in problem


def test_a_secret_in_the_place_of_its_file_is_not_repeated(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, DING + "secret_file = 'SEC0ffbook'")
    assert problem.startswith("robots.it: secret_file: the file it names cannot be read")


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = "prot = 1\n" + ONE + "language = 'cn'\n[robots.b]\nkind = 'wecom'\n"
    assert len(refused(tmp_path, text)) == 3


def test_one_robot_in_two_tables_would_exceed_its_limit(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, ONE + ONE.replace("it]", "other]"))
    assert problem.startswith("robots.other: url_file: holds the address of it too")


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RobotSettingsError, match="cannot be read: No such file"):
        load(tmp_path / "none.toml")


def test_the_example_is_taken_as_it_is_once_its_files_are_there(tmp_path: Path) -> None:
    (tmp_path / "robots.toml").write_text(EXAMPLE.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    for name in ("security-dingtalk", "security-feishu", "on-call-wecom"):
        kind = name.rpartition("-")[2]
        (tmp_path / "secrets" / f"{name}.url").write_text(URLS[kind])
        (tmp_path / "secrets" / f"{name}.secret").write_text("SEC0ffbook")
    (tmp_path / "secrets" / "bearer").write_text("s3cret")
    settings = load(tmp_path / "robots.toml")
    assert [it.name for it in settings.robots] == [
        "security-dingtalk",
        "security-feishu",
        "on-call-wecom",
    ]
    assert settings.bearer is not None


@pytest.mark.parametrize("page", ["robots.md", "robots.zh.md"])
def test_the_settings_that_the_page_shows_are_taken(tmp_path: Path, page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    toml = text.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "dingtalk.url").write_text(URLS["dingtalk"])
    settings = loaded(tmp_path, toml)
    assert settings.robots[0].kind == "dingtalk"
