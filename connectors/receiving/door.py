"""Who may come in, and how often. The time is told, not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from connectors.receiving.settings import Network

Address = IPv4Address | IPv6Address


class Bucket:
    """Holds `burst` tokens at most, and gets `per_second` of them."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._rate = per_second
        self._most = float(burst)
        self._left = float(burst)
        self._at: float | None = None

    def take(self, now: float) -> float:
        """Take a token at `now`, in seconds of a clock that never goes back: 0, or the seconds
        until there is one."""
        if self._at is not None:
            self._left = min(self._most, self._left + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


def sender(peer: str | None, forwarded: str, proxies: Sequence[Network]) -> Address | None:
    """Who sent a request: `peer`, or if that is one of `proxies` the last of `forwarded` that is
    none of them. What stands before that may be anything. None if it is no address."""
    address = _address(peer or "")
    if address is None or not is_in(address, proxies):
        return address
    for it in reversed(forwarded.split(",")):
        before = _address(it)
        if before is None:
            return None
        if not is_in(before, proxies):
            return before
        address = before
    return address


def is_in(address: Address, networks: Sequence[Network]) -> bool:
    """Whether it is of one of them."""
    return any(address in it for it in networks)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
