"""Who quotes what the company has announced has said nothing."""

from __future__ import annotations

import pytest

from tests.connectors.keywords.starters import keywords, small

NOTICE = (
    "重要通知：请各位客户注意，任何情况下货款都请打到公司账户，"
    "要求打到我卡上或员工个人账户的，请拨打举报电话"
)
REPLY = "「公司：任何情况下货款都请打到公司账户，要求打到我卡上或员工个人账户」\n- - - -\n知道了"
LEXICON = f"""
announcements = ["{NOTICE}"]
[off_channel_payment]
keywords = ["打到我卡上", "员工个人账户"]
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NOTICE, []),
        (NOTICE[3:], []),
        (NOTICE[:-6], []),
        (f"转发公司通知\n{NOTICE}\n收到请回复", []),
        (f"> {NOTICE}", []),
        (NOTICE.replace("，", "\n"), []),
        (REPLY, []),
        (f"{NOTICE}\n别管它，打到我卡上", ["打到我卡上"]),
        (f"打到我卡上\n{NOTICE}", ["打到我卡上"]),
        # Too short a piece of it, and nothing else in the line.
        ("要求打到我卡上", ["打到我卡上"]),
        # Half a line is a quotation, the other half is not.
        (
            "货款都请打到公司账户，要求打到我卡上，但是我们俩关系好，你就直接给我，我给你便宜",
            ["打到我卡上"],
        ),
        # Missed, as documented: somebody retells it.
        ("通知：货款请打到公司账户，凡要求打到我卡上的请举报", ["打到我卡上"]),
    ],
)
def test_a_quotation_is_no_hit_and_what_stands_beside_it_is(text: str, found: list[str]) -> None:
    assert keywords(small(LEXICON), text) == found


def test_what_is_quoted_for_ever_ends() -> None:
    assert small(LEXICON).search((NOTICE + "\n") * 20_000).unread
