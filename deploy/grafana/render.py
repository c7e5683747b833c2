"""Renders the dashboards of Grafana: `python -m deploy.grafana.render`, or with `--check`.

What is rendered is committed, so that Grafana needs neither this nor the SDK, and a review shows
what a change does to both languages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.source.dashboards import all_of_them
from deploy.grafana.source.variables import DESK_ADDRESS

DASHBOARDS: Final = Path(__file__).parent / "dashboards"


def rendered(desk: str = DESK_ADDRESS) -> Mapping[str, str]:
    """The text of each file by its name."""
    encoder = JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False)
    return {it.file: encoder.encode(it.dashboard.build()) + "\n" for it in all_of_them(desk)}


def stale(folder: Path = DASHBOARDS, desk: str = DESK_ADDRESS) -> list[Path]:
    """The dashboards in `folder` that are missing, different, or rendered no longer."""
    files = rendered(desk)
    kept = {path.name: path.read_text("utf-8") for path in folder.glob("*.json")}
    names = sorted(files.keys() | kept.keys())
    return [folder / name for name in names if files.get(name) != kept.get(name)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` name the stale ones; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m deploy.grafana.render")
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    parser.add_argument("--into", type=Path, default=DASHBOARDS, help="the folder (dashboards)")
    parser.add_argument(
        "--desk", default=DESK_ADDRESS, metavar="URL", help="where browsers reach the desk"
    )
    chosen = parser.parse_args(arguments)
    if chosen.check:
        paths = stale(chosen.into, chosen.desk)
        for path in paths:
            print(f"{path} is not current: run python -m deploy.grafana.render", file=sys.stderr)
        return 1 if paths else 0
    chosen.into.mkdir(parents=True, exist_ok=True)
    for name, text in rendered(chosen.desk).items():
        (chosen.into / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
