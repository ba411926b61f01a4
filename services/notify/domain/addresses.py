"""Which URLs a webhook may have, and which addresses on the network it may reach."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

PORTS = frozenset({80, 443, 8080, 8443})
"""Ports that are meant for the web; the others belong to services that are not."""

# Tables of our own (from IANA's special-purpose registries): what Python calls global differs by version.
_GLOBAL_6 = ip_network("2000::/3")
_SPECIAL = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata among them
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: wraps an IPv4 address
        "3fff::/20",  # documentation
    )
)
_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F]*|[0-9]+)$")
_LABEL = re.compile(r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$")


class AddressRefused(ValueError):
    """A webhook may not go there; ``code`` says why without repeating the address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Receiver:
    """Where a webhook's URL points: ``host`` is a name in ASCII or an address without brackets."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def receiver_of(url: str, *, allow_private: bool = False) -> Receiver:
    """Take a webhook's URL apart.

    ``allow_private`` lifts the rules about ports and addresses, for trial runs; those about the form
    of the URL stay.

    Raises:
        AddressRefused: it is no plain http or https URL, or its port or address may not be reached.
    """
    parts, port = _split(url)
    host = _host(parts)
    secure = parts.scheme == "https"
    number = port or (443 if secure else 80)
    if not allow_private and number not in PORTS:
        raise AddressRefused("port")
    literal = _literal(host)
    if literal is not None:
        check_reachable(host, allow_private=allow_private)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Receiver(secure=secure, host=host, port=number, target=target)


def check_reachable(address: str, *, allow_private: bool = False) -> None:
    """Refuse an IP address that is not a single host on the public network.

    Raises:
        AddressRefused: loopback, link-local, private, shared, multicast, reserved, or a form that
            wraps another address (IPv4-mapped, 6to4, Teredo, NAT64).
    """
    found = ip_address(address.partition("%")[0])
    if found.is_multicast or found.is_unspecified or not (allow_private or _public(found)):
        raise AddressRefused("address")


def _public(address: IPv4Address | IPv6Address) -> bool:
    # Outside 2000::/3 lie loopback, local networks and the mapped forms of IPv4, NAT64 among them.
    if address.version == 6 and address not in _GLOBAL_6:
        return False
    return not any(address.version == network.version and address in network for network in _SPECIAL)


def _split(url: str) -> tuple[SplitResult, int | None]:
    # urlsplit drops some of these characters in silence; what was checked must be what is called.
    if any(character <= " " or character in "\\\x7f" for character in url) or not url.isascii():
        raise AddressRefused("form")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("form") from None
    if parts.scheme not in ("http", "https"):
        raise AddressRefused("scheme")
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise AddressRefused("form")
    return parts, port


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    if not host or "%" in host:
        raise AddressRefused("form")
    if _literal(host) is not None:
        return host
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise AddressRefused("form")
    # Resolvers read 0177.1, 0x7f.1 and 2130706433 as 127.0.0.1: a host that ends in a number is no name.
    if _NUMBER.match(labels[-1]):
        raise AddressRefused("address")
    return host


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
