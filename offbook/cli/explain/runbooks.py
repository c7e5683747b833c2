"""The runbooks, as far as the program itself reads them."""

from __future__ import annotations

import re
from pathlib import Path

import offbook

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def in_ten_seconds(detector_id: str) -> str | None:
    """What an alert of the detector means, in Chinese; None where its runbook is not there.

    Its runbook's first paragraph: in the wheel the runbooks lie in the package, in a checkout
    beside it.
    """
    package = Path(offbook.__file__).parent
    for folder in (package / "runbooks", package.parent / "docs" / "runbooks"):
        file = folder / f"{detector_id}.md"
        if file.is_file():
            _, _, after = file.read_text("utf-8").partition("### 十秒看懂\n\n")
            return _LINK.sub(r"\1", after.partition("\n\n")[0]) or None
    return None
