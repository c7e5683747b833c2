"""Programs that are not of this project. Where one is absent a test is skipped, save on CI: there
it fails."""

from __future__ import annotations

import os
import shutil

import pytest


def path_of(name: str, packages: str) -> str:
    """Where a program is; `packages` says what would bring it."""
    path = shutil.which(name)
    if path is None:
        why = f"{name} is not on the PATH ({packages})"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return path
