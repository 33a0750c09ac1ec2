"""Which names stand for this very machine: there the line needs no TLS, and figures are shown."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Is this a name or an address of this very machine?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
