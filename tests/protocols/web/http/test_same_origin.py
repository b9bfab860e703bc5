"""`chatd.protocols.web.http.same_origin`: whose requests are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.protocols.web.http.same_origin import (
    Host,
    Hosts,
    from_elsewhere,
    host_of,
    is_secure,
    same_origin,
)

OURS = Hosts(["Vault", "vault.example.org", "chat.example.com."])

names = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z][a-z0-9-]{0,10}){0,3}", fullmatch=True)
ports = st.integers(1, 65535)
schemes = st.sampled_from(["http", "https"])
addresses = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map("[{}]".format))
hosts = st.one_of(names, addresses)


def is_ours(text: str) -> bool:
    host = host_of(text)
    return host is not None and OURS.are(host)


@given(addresses, ports)
def test_every_address_is_ours_on_every_port(address: str, port: int) -> None:
    assert is_ours(address)
    assert is_ours(f"{address}:{port}")


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:60080", "chat.localhost", "localhost.", "vault", "VAULT:1"),
        *("vault.example.org", "chat.example.com", "chat.example.com.:443", "localhost:"),
    ],
)
def test_localhost_and_the_names_that_were_given_are_ours(host: str) -> None:
    assert is_ours(host)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "notlocalhost", "vault.evil.example", ""),
        *("127.0.0.1.evil.example", "127.1", "0x7f000001", "2130706433", "[::1", "::1", "[]"),
        *("localhost:99999", "localhost:a", "localhost:1:2", "ana@localhost", "localhost/", " "),
        *("[fe80::1%eth0]", "localhost\n", "[127.0.0.1]", "localhost#", "localhost:٣"),
    ],
)
def test_nothing_else_is_ours(host: str) -> None:
    assert not is_ours(host)


@given(names)
def test_a_name_is_not_ours_unless_it_was_given(name: str) -> None:
    assert is_ours(name) == (
        name in ("localhost", "vault", "vault.example.org", "chat.example.com")
        or name.endswith(".localhost")
    )


@given(st.text())
def test_any_text_is_a_host_or_none(text: str) -> None:
    host = host_of(text)
    assert host is None or host.name


@given(schemes, hosts, ports)
def test_a_page_of_ours_may_ask(scheme: str, host: str, port: int) -> None:
    asked = host_of(f"{host.upper()}:{port}")
    assert asked is not None
    assert same_origin(f"{scheme}://{host}:{port}", asked)


@given(schemes, hosts)
def test_the_port_of_a_scheme_may_be_left_out_on_either_side(scheme: str, host: str) -> None:
    port = {"http": 80, "https": 443}[scheme]
    without, with_port = host_of(host), host_of(f"{host}:{port}")
    assert without is not None
    assert with_port is not None
    for origin in f"{scheme}://{host}", f"{scheme}://{host}:{port}":
        assert same_origin(origin, without)
        assert same_origin(origin, with_port)


@given(schemes, hosts, ports, ports)
def test_another_port_is_another_origin(scheme: str, host: str, one: int, other: int) -> None:
    asked = host_of(f"{host}:{one}")
    assert asked is not None
    assert same_origin(f"{scheme}://{host}:{other}", asked) == (one == other)


@given(schemes, hosts, hosts)
def test_another_host_is_another_origin(scheme: str, one: str, other: str) -> None:
    asked, of = host_of(one), host_of(other)
    assert asked is not None
    assert same_origin(f"{scheme}://{other}", asked) == (asked == of)


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "", "localhost", "http://", "file://", "file://localhost", "ftp://localhost"),
        *("http://localhost/", "http://ana@localhost", "http://localhost?", "//localhost"),
        *("http://localhost, http://localhost", "http://localhost http://evil.example"),
        *("chrome-extension://localhost", "http://localhost:80:80", "http://localhost\n"),
    ],
)
def test_what_is_no_web_page_of_ours_is_another_origin(origin: str) -> None:
    assert not same_origin(origin, Host("localhost", None))


@given(st.text())
def test_any_text_is_an_origin_or_none(text: str) -> None:
    assert (
        not same_origin(text, Host("chat.example.com", 443)) or "chat.example.com" in text.lower()
    )


def test_an_address_may_be_written_in_two_ways() -> None:
    asked = host_of("[0:0::0:1]:8080")
    assert asked == Host("::1", 8080)
    assert same_origin("http://[::1]:8080", asked)


def test_a_page_over_tls_is_known_by_its_origin() -> None:
    assert is_secure("https://chat.example.com")
    assert not is_secure("http://chat.example.com")
    assert not is_secure("null")


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
def test_what_a_person_or_our_page_asks_is_not_from_elsewhere(site: str | None) -> None:
    assert not from_elsewhere(site, "cors", "empty", to_page=False)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "whatever"])
def test_what_another_page_asks_is_from_elsewhere(site: str) -> None:
    assert from_elsewhere(site, "cors", "empty", to_page=False)
    assert from_elsewhere(site, "no-cors", "script", to_page=True)
    assert from_elsewhere(site, "navigate", "document", to_page=False)


def test_a_link_to_the_page_may_be_followed_but_not_in_a_frame() -> None:
    assert not from_elsewhere("cross-site", "navigate", "document", to_page=True)
    assert from_elsewhere("cross-site", "navigate", "iframe", to_page=True)
    assert from_elsewhere("cross-site", "no-cors", "document", to_page=True)


def test_a_port_has_its_bounds() -> None:
    assert host_of("a:65535") is not None
    assert host_of("a:65536") is None
