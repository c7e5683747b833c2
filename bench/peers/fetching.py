"""What the peers need to run: jars through Maven, packages through pip. Kept in build/peers.

Nothing of it comes into the project's own environment or lock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from tests.parts.apache_kafka import LIBS_VARIABLE

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
BUILD = ROOT / "build" / "peers"


class UnavailableError(Exception):
    """Something that a peer needs is not to be had here; its text says what."""


def flink() -> list[str]:
    """The command that runs the program for Flink. Raises `UnavailableError`."""
    jars = _jars(HERE / "flink" / "pom.xml", BUILD / "flink" / "jars")
    sources = sorted((HERE / "flink" / "nine").glob("*.java"))
    path = f"{jars}/*"

    def compiled(folder: Path) -> None:
        javac = _program("javac", "a JDK, 17 or newer")
        _run(javac, "--release", "17", "-d", str(folder), "-cp", path, *map(str, sources))

    classes = made(BUILD / "flink" / "classes", [HERE / "flink" / "pom.xml", *sources], compiled)
    return [
        _program("java", "Java, 17 or newer"),
        # More than it needs, so that it spends nothing on collecting garbage for want of memory.
        *("-Xms1g", "-Xmx4g"),
        # Flink's serializers look into Java's own collections.
        *("--add-opens", "java.base/java.util=ALL-UNNAMED"),
        *("--add-opens", "java.base/java.lang=ALL-UNNAMED"),
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        *("-cp", f"{classes}:{path}", "nine.Nine"),
    ]


def python(name: str) -> list[str]:
    """The command that runs the program for Bytewax or Quix Streams, in an environment of its own.

    Raises `UnavailableError`.
    """
    wanted = HERE / "python" / f"{name}.txt"

    def installed(folder: Path) -> None:
        _run(sys.executable, "-m", "venv", str(folder))
        pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
        _run(*pip, "install", "--quiet", "--only-binary", ":all:", "-r", str(wanted))

    environment = made(BUILD / name, [wanted], installed)
    program = f"bench.peers.python.with_{name}"
    return [str(environment / "bin" / "python"), "-W", "ignore", "-m", program]


def kafka() -> None:
    """Have KAFKA_LIBS name the jars of a broker, if nothing names a broker or them.

    Raises `UnavailableError`.
    """
    if not os.environ.get("KAFKA_BOOTSTRAP") and not os.environ.get(LIBS_VARIABLE):
        jars = _jars(ROOT / ".ci" / "kafka" / "pom.xml", BUILD / "kafka")
        os.environ[LIBS_VARIABLE] = str(jars)


def _jars(pom: Path, folder: Path) -> Path:
    def fetched(folder: Path) -> None:
        maven = (_program("mvn", "Maven"), "-q", "-B", "-f", str(pom))
        _run(*maven, "dependency:copy-dependencies", f"-DoutputDirectory={folder}")

    return made(folder, [pom], fetched)


def made(folder: Path, of: Sequence[Path], make: Callable[[Path], None]) -> Path:
    """`folder`, which is made anew when what it is made of has changed."""
    digest = sha256(b"".join(file.read_bytes() for file in of)).hexdigest()
    stamp = folder / "made-of"
    if not stamp.exists() or stamp.read_text() != digest:
        print(f"making {folder.relative_to(ROOT)}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        stamp.write_text(digest)
    return folder


def _program(name: str, what: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise UnavailableError(f"no {name} on the PATH ({what})")
    return path


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        why = next((line for line in said if "ERROR" in line or "error" in line), "it said nothing")
        raise UnavailableError(f"{Path(command[0]).name} failed: {why.strip()}")
