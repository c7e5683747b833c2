"""Who reads alerts: names, roles and tokens, from a file.

    [readers.chen]
    role = "oncall"
    token_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    employee = "E104"

The file holds no token, only its SHA-256: a token is 32 random bytes, which nobody guesses, so it
needs no slow hash.
"""

from __future__ import annotations

import hmac
import secrets
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from contract.spelling.nearest import nearest
from streams.settings.settings import SettingsError

#: A viewer sees pseudonyms and does nothing; whoever is on call works; a lead decides what needs
#: two; an auditor sees all and changes nothing.
Role = Literal["viewer", "oncall", "lead", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

_TOKEN_BYTES = 32


class Reader(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who reads alerts. `employee` is their own id, if they are among those watched."""

    name: str
    role: Role
    token_sha256: str = ""
    employee: str | None = None

    def __repr__(self) -> str:
        return f"Reader({self.name!r}, {self.role!r})"


class Readers:
    """All of them, by name."""

    def __init__(self, readers: dict[str, Reader]) -> None:
        self._readers = readers

    def of_token(self, token: str) -> Reader | None:
        """Whose token it is. Takes as long for any that is wrong, whatever it begins with."""
        digest = sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
        found: Reader | None = None
        for reader in self._readers.values():
            if hmac.compare_digest(reader.token_sha256, digest):
                found = reader
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Whom an alert may be assigned to."""
        return tuple(name for name, it in self._readers.items() if it.role in ("oncall", "lead"))

    def of_role(self, role: Role) -> tuple[str, ...]:
        """The names of those with a role."""
        return tuple(name for name, it in self._readers.items() if it.role == role)


def new_token() -> tuple[str, str]:
    """A token, and its hash for the file."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, sha256(token.encode()).hexdigest()


def load_readers(path: Path) -> Readers:
    """Read the file. Raises `SettingsError`, a line for each thing that is wrong."""
    try:
        text = path.read_text("utf-8")
        tables = tomllib.loads(text).get("readers", {})
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is no TOML: {error}") from None
    problems: list[str] = []
    readers: dict[str, Reader] = {}
    if not isinstance(tables, dict) or not tables:
        problems.append(f"{path}: names nobody: write [readers.<name>] with role and token_sha256")
        tables = {}
    for name, table in tables.items():
        reader = _reader(f"{path}: [readers.{name}]", name, table, problems)
        if reader is not None:
            readers[name] = reader
    hashes = [it.token_sha256 for it in readers.values()]
    for name, reader in readers.items():
        if hashes.count(reader.token_sha256) > 1:
            problems.append(f"{path}: [readers.{name}] token_sha256: another has the same")
    if problems:
        raise SettingsError(*problems)
    return Readers(readers)


def _reader(place: str, name: str, table: Any, problems: list[str]) -> Reader | None:
    if not isinstance(table, dict):
        problems.append(f"{place}: must be a table")
        return None
    known = [it for it in Reader.__struct_fields__ if it != "name"]
    unknown = [it for it in table if it not in known]
    if unknown:
        problems += [
            f"{place} {it}: there is no such setting{nearest(it, known)}" for it in unknown
        ]
        return None
    if "token" in table:
        problems.append(f"{place} token: the file holds its hash alone: token_sha256")
        return None
    try:
        reader = msgspec.convert({"name": name, **table}, Reader)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        roles = f"; role is one of {', '.join(ROLES)}" if "role" in str(error) else ""
        problems.append(f"{place} {field}: {str(error).split(' - at')[0].lower()}{roles}")
        return None
    digest = reader.token_sha256.lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        problems.append(f"{place} token_sha256: must be 64 hexadecimal digits")
        return None
    return msgspec.structs.replace(reader, token_sha256=digest)
