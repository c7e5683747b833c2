"""What became of files: moved to `done/` or `failed/`, with a report beside each, and the contents
that were taken remembered in `done/.taken`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from connectors.outcome import Rejected
from connectors.receiving.intake import Taken
from connectors.receiving.letters import RESULTS
from contract.times import SECOND, rfc3339

#: Contents that are remembered, the newest: some 100 MiB of lines.
_MOST: Final = 500_000
_PIECE: Final = 1 << 20


class Archive:
    """Of one folder. All of it may block, and raise `OSError`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._done = folder / "done"
        self._failed = folder / "failed"
        self._taken: dict[str, None] = {}
        self._loaded = False

    def prepare(self) -> None:
        """Make what is missing, and read what was taken before."""
        for it in (self._done, self._failed):
            it.mkdir(exist_ok=True)
        if not self._loaded:
            self._load()
            self._loaded = True

    def has(self, mark: str) -> bool:
        """Whether this content was taken before, by this page."""
        return mark in self._taken

    def done(self, path: Path, mark: str, at: float, size: int, taken: Taken) -> Path:
        """It is kept: report, move, remember. In this order, so that whatever ends the process in
        between, the worst is that it is taken again."""
        moved = self._move(path, self._done, _report(path, mark, at, size, taken))
        self._remember(mark)
        return moved

    def repeated(self, path: Path, mark: str, at: float, size: int) -> Path:
        """It was taken before."""
        said = {"file": path.name, "sha256": mark.partition(" ")[0], "bytes": size, "at": _at(at)}
        said["skipped"] = "the same content was taken before"
        return self._move(path, self._done, said)

    def failed(self, path: Path, at: float, why: str, taken: Taken | None, mark: str = "") -> Path:
        """It cannot be read at all."""
        said: dict[str, object] = {"file": path.name, "at": _at(at), "failed": why}
        if taken is not None:
            said = {**_report(path, mark, at, -1, taken), **said}
        return self._move(path, self._failed, said)

    def _move(self, path: Path, to: Path, report: Mapping[str, object]) -> Path:
        name, number = path.name, 1
        while (to / name).exists() or (to / f"{name}.json").exists():
            number += 1
            name = f"{path.stem}-{number}{path.suffix}"
        _write(to / f"{name}.json", json.dumps(report, ensure_ascii=False, indent=2).encode())
        path.rename(to / name)
        _sync(to)
        return to / name

    def _remember(self, mark: str) -> None:
        with (self._done / ".taken").open("ab") as file:
            file.write(f"{mark}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self._taken[mark] = None
        if len(self._taken) > _MOST:
            del self._taken[next(iter(self._taken))]

    def _load(self) -> None:
        try:
            with (self._done / ".taken").open("r", encoding="ascii", errors="replace") as file:
                for line in file:
                    self._taken[line.strip()] = None
                    if len(self._taken) > _MOST:
                        del self._taken[next(iter(self._taken))]
        except FileNotFoundError:
            return


def mark_of(stream: BinaryIO, digest: str) -> str:
    """Of this content under a page that says what `digest` stands for; `stream` is at its
    beginning again. A page that was mended may take the same file anew."""
    said = hashlib.sha256()
    while piece := stream.read(_PIECE):
        said.update(piece)
    stream.seek(0)
    return f"{said.hexdigest()} {digest[:16]}"


def _report(path: Path, mark: str, at: float, size: int, taken: Taken) -> dict[str, object]:
    return {
        "file": path.name,
        "sha256": mark.partition(" ")[0],
        "bytes": size,
        "at": _at(at),
        "records": taken.results.total(),
        "outcomes": {it: taken.results[it] for it in RESULTS},
        "first_dead_letters": [_line(line, it) for line, it in taken.first],
    }


def _line(line: int, it: Rejected) -> dict[str, object]:
    return {
        "line": line,
        "stage": it.stage,
        "field": it.field,
        "reason": it.reason,
        "mend": it.mend,
    }


def _at(seconds: float) -> str:
    return rfc3339(int(seconds) * SECOND)


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(f".{path.name}.part")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def _sync(folder: Path) -> None:
    # So that a file that was moved is not back after a loss of power.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
