"""What addresses stand for: this very machine, or one subscriber of a network."""

from __future__ import annotations

import ipaddress

#: Of IPv6 nobody is given less than a network of these bits (RFC 4291 §2.5.4; RFC 6177 advises
#: more): every address in it is his.
_SUBSCRIBER_BITS = 64


def is_loopback(host: str) -> bool:
    """Is this a name or an address of this very machine?

    There the line needs no TLS, and figures are shown.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def subscriber_of(host: str) -> str:
    """Whose tries are counted together: of IPv6 the network, for who has one has 2⁶⁴ addresses."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, _SUBSCRIBER_BITS), strict=False))
