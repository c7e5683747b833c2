"""Who reads alerts: what the file may say, and whose a token is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from desk.readers import Reader, load_readers, new_token
from streams.settings.settings import SettingsError
from tests.cli.commands import offbook

A, B = "a" * 64, "b" * 64


def load(folder: Path, text: str) -> list[str]:
    """What is wrong with such a file."""
    file = folder / "readers.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_readers(file)
    return [it.removeprefix(f"{file}: ") for it in caught.value.problems]


def test_a_token_is_whose_hash_is_in_the_file(tmp_path: Path) -> None:
    secret, digest = new_token()
    file = tmp_path / "readers.toml"
    file.write_text(
        f'[readers.chen]\nrole = "oncall"\ntoken_sha256 = "{digest.upper()}"\nemployee = "E-1"\n'
        f'[readers.wu]\nrole = "viewer"\ntoken_sha256 = "{A}"\n',
        "utf-8",
    )
    readers = load_readers(file)
    assert readers.of_token(secret) == Reader("chen", "oncall", digest, "E-1")
    assert [readers.of_token(it) for it in ("", secret[:-1], digest, "\udc80")] == [None] * 4
    assert readers.names == ("chen",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names nobody: write [readers.<name>] with role and token_sha256"),
        ("readers = 3", "names nobody: write [readers.<name>] with role and token_sha256"),
        ('[readers.a]\nrole = "viewer"', "token_sha256: must be 64 hexadecimal digits"),
        (f'[readers.a]\nrole = "boss"\ntoken_sha256 = "{A}"', "viewer, oncall, lead, auditor"),
        ('[readers.a]\nrole = "lead"\ntoken = "x"', "there is no such setting"),
        (f'[readers.a]\nroll = "lead"\ntoken_sha256 = "{A}"', "did you mean role?"),
        ("[readers.a", "is no TOML"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_with_its_place(
    tmp_path: Path, text: str, problem: str
) -> None:
    [line] = load(tmp_path, text)
    assert problem in line


def test_one_token_is_nobody_elses(tmp_path: Path) -> None:
    lines = load(
        tmp_path,
        "".join(f'[readers.{it}]\nrole = "lead"\ntoken_sha256 = "{B}"\n' for it in ("a", "b")),
    )
    assert lines == [f"[readers.{it}] token_sha256: another has the same" for it in ("a", "b")]


def test_a_new_token_is_shown_once_and_its_hash_is_for_the_file(tmp_path: Path) -> None:
    done = offbook("alerts", "token", "chen", "--role", "lead", "--employee", "E-1")
    file = tmp_path / "readers.toml"
    file.write_text(done.stderr, "utf-8")
    assert tomllib.loads(done.stderr)["readers"]["chen"]["employee"] == "E-1"
    found = load_readers(file).of_token(done.stdout.strip())
    assert found is not None
    assert (found.name, found.role) == ("chen", "lead")
    assert done.stdout.strip() not in done.stderr
