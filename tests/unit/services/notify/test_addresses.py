"""Webhooks reach the public network alone, whatever way an address is written."""

import pytest

from services.notify.domain.addresses import AddressRefused, Receiver, check_reachable, receiver_of


@pytest.mark.parametrize(
    ("url", "receiver"),
    [
        ("https://example.com", Receiver(True, "example.com", 443, "/")),
        ("http://Example.COM./a/b?c=d", Receiver(False, "example.com", 80, "/a/b?c=d")),
        ("https://hooks.example.com:8443/x", Receiver(True, "hooks.example.com", 8443, "/x")),
        ("https://93.184.215.14/x", Receiver(True, "93.184.215.14", 443, "/x")),
        ("https://[2606:2800:21f::1]/x", Receiver(True, "2606:2800:21f::1", 443, "/x")),
        ("https://xn--fiqs8s.example/x", Receiver(True, "xn--fiqs8s.example", 443, "/x")),
    ],
)
def test_public_urls_are_taken_apart(url: str, receiver: Receiver) -> None:
    assert receiver_of(url) == receiver


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://example.com/", "example.com"),
        ("http://example.com:443/", "example.com:443"),
        ("https://[2606:2800:21f::1]:8443/", "[2606:2800:21f::1]:8443"),
    ],
)
def test_the_host_header_names_the_port_when_it_is_not_the_usual_one(url: str, authority: str) -> None:
    assert receiver_of(url).authority == authority


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("//example.com/", "scheme"),
        ("example.com", "scheme"),
        ("https://", "form"),
        ("https:///path", "form"),
        ("https://user:secret@example.com/", "form"),
        ("https://example.com@127.0.0.1/", "form"),
        ("https://example.com/#part", "form"),
        ("https://exam ple.com/", "form"),
        ("https://example.com/\r\nX-Evil: 1", "form"),
        ("https://example.com\\@127.0.0.1/", "form"),
        ("https://例子.example/", "form"),
        ("https://[::1", "form"),
        ("https://[fe80::1%25eth0]/", "form"),
        ("https://example.com:99999/", "form"),
        ("https://example.com:0/", "form"),
        ("https://-example.com/", "form"),
        ("https://a..example.com/", "form"),
        ("https://example.com:22/", "port"),
        ("https://example.com:5432/", "port"),
        ("https://example.com:4222/", "port"),
        ("http://127.0.0.1/", "address"),
        ("http://127.1/", "address"),
        ("http://0177.0.0.1/", "address"),
        ("http://0x7f.0.0.1/", "address"),
        ("http://0x7f000001/", "address"),
        ("http://2130706433/", "address"),
        ("http://127.0.0.1./", "address"),
        ("http://[::1]/", "address"),
        ("http://[::ffff:127.0.0.1]/", "address"),
        ("http://[::ffff:7f00:1]/", "address"),
        ("http://169.254.169.254/latest/meta-data/", "address"),
    ],
)
def test_urls_that_lead_elsewhere_are_refused(url: str, code: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        receiver_of(url)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.215.14",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "100::1",
        "2001::7f00:1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_addresses_off_the_public_network_are_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        check_reachable(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "2a00::1"])
def test_public_addresses_are_reachable(address: str) -> None:
    check_reachable(address)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9999/", "http://[::1]:9/", "http://10.0.0.1/", "http://mail:80/"]
)
def test_a_trial_run_may_reach_its_own_machine(url: str) -> None:
    receiver_of(url, allow_private=True)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "http://0x7f.1/", "http://0.0.0.0/"]
)
def test_a_trial_run_keeps_the_rules_of_form(url: str) -> None:
    with pytest.raises(AddressRefused):
        receiver_of(url, allow_private=True)
