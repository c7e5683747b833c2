"""Who may come in, and how often."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.receiving.door import Bucket, is_in, sender
from tests.parts.examples import examples

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("8.8.8.8", "10.0.0.1", "8.8.8.8"),
        ("10.0.0.1", "8.8.8.8", "8.8.8.8"),
        ("10.0.0.1", "1.1.1.1, 8.8.8.8, 10.0.0.2", "8.8.8.8"),
        ("10.0.0.1", "", None),
        ("10.0.0.1", "unknown", None),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:8.8.8.8", "", "8.8.8.8"),
        ("fe80::1%eth0", "", "fe80::1"),
        (None, "8.8.8.8", None),
    ],
)
def test_who_sent_it(peer: str | None, forwarded: str, who: str | None) -> None:
    found = sender(peer, forwarded, PROXIES)
    assert found == (None if who is None else ip_address(who))


def test_an_address_is_of_networks_of_its_kind_only() -> None:
    assert is_in(ip_address("10.1.2.3"), PROXIES)
    assert not is_in(ip_address("::1"), PROXIES[:1])


@settings(max_examples=examples(100))
@given(
    st.floats(0.1, 100),
    st.integers(1, 50),
    st.lists(st.floats(0, 10), min_size=1, max_size=200),
)
def test_never_more_is_let_in_than_the_rate_allows(
    rate: float, burst: int, gaps: list[float]
) -> None:
    bucket, now, let_in = Bucket(rate, burst), 0.0, 0
    for gap in gaps:
        now += gap
        wait = bucket.take(now)
        let_in += wait == 0
        assert wait <= 1 / rate
    assert let_in <= burst + now * rate + 1e-6


def test_after_the_wait_it_was_told_there_is_a_token() -> None:
    bucket = Bucket(2.0, 1)
    assert bucket.take(5.0) == 0
    wait = bucket.take(5.0)
    assert wait == 0.5
    assert bucket.take(5.0 + wait) == 0
    # A clock that goes back gives nothing.
    assert bucket.take(1.0) > 0
