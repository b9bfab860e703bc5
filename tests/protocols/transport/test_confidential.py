"""Connections that no third party can read, and the networks they come from: on real sockets."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.internet.task import Clock

from chatd.errors import ErrorKind
from chatd.protocols.transport.limits import is_local
from chatd.util.budget_table import BUDGETS
from chatd.util.budgets import Budgets
from chatd.webhooks.urls import Network
from tests.support.certificate import OLD_API, write_certificate
from tests.support.loopback import AsyncClient, LoopbackServer
from tests.support.proxy_headers import SAID_IN_CLEAR, SAID_OVER_TLS
from tests.support.sentences import EN
from tests.support.world import WELCOME

IN_CLEAR = "ERR Not encrypted: "
GUEST = EN.error(ErrorKind.NOT_REGISTERED, "name_first")


async def with_loopback(test: Callable[[LoopbackServer], Any]) -> None:
    loopback = LoopbackServer()
    try:
        await test(loopback)
    finally:
        await loopback.close()


async def answer(client: AsyncClient) -> str:
    """Return the answer to a password."""
    client.send("/register correct horse")
    return (await client.until("ERR "))[-1]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (IPv4Address("TCP", "127.0.0.1", 1), True),
        (IPv4Address("TCP", "127.255.0.9", 1), True),
        (IPv4Address("TCP", "128.0.0.1", 1), False),
        (IPv4Address("TCP", "192.168.1.1", 1), False),
        (IPv6Address("TCP", "::1", 1), True),
        (IPv6Address("TCP", "::ffff:127.0.0.1", 1), True),
        (IPv6Address("TCP", "::ffff:10.0.0.1", 1), False),
        (IPv6Address("TCP", "fe80::1%eth0", 1), False),
        (UNIXAddress(b""), True),
        (None, False),
    ],
)
def test_what_crosses_no_network(address: IAddress | None, expected: bool) -> None:
    assert is_local(address) is expected


async def test_over_loopback_passwords_are_taken() -> None:
    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen()
        client = await loopback.guest()
        (protocol,) = loopback.chat.clients
        assert protocol.session.network == "127.0.0.1"
        assert (await answer(client)).startswith(GUEST)

    await with_loopback(test)


async def test_over_a_unix_socket_they_are(tmp_path: Path) -> None:
    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen(f"unix:{tmp_path}/s")
        client = await loopback.connect(f"unix:{tmp_path}/s")
        await client.until(WELCOME[-1])
        (protocol,) = loopback.chat.clients
        assert protocol.session.network == ""
        assert (await answer(client)).startswith(GUEST)

    await with_loopback(test)


@OLD_API
async def test_over_tls_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatd.protocols.transport.client_address.is_local", lambda address: False)
    certificate = write_certificate(tmp_path / "server.pem")

    async def test(loopback: LoopbackServer) -> None:
        port = await loopback.listen(f"ssl:0:interface=127.0.0.1:privateKey={certificate}")
        client = await loopback.connect(f"ssl:127.0.0.1:{port.getHost().port}")
        await client.until(WELCOME[-1])
        assert (await answer(client)).startswith(GUEST)

    await with_loopback(test)


HEADERS = {
    "from a network": (b"PROXY TCP4 203.0.113.7 127.0.0.1 5000 60060\r\n", "203.0.113.7", False),
    "from the proxy's machine": (b"PROXY TCP4 127.0.0.1 127.0.0.1 5 60060\r\n", "127.0.0.1", True),
    "from an unknown place": (b"PROXY UNKNOWN ff::1 ff::1 1 2\r\n", "127.0.0.1", False),
    "from nobody": (b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00", "127.0.0.1", False),
}


@pytest.mark.parametrize("case", HEADERS)
async def test_behind_a_proxy_what_counts_is_where_the_client_is(case: str) -> None:
    header, network, taken = HEADERS[case]

    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen(behind_proxy=True)
        client = await loopback.guest()
        (protocol,) = loopback.chat.clients
        assert not protocol.session.identity.confidential
        assert protocol.session.network == ""
        client.send_raw(header)
        said = await answer(client)
        assert said.startswith(GUEST if taken else IN_CLEAR), said
        assert protocol.session.network == network

    await with_loopback(test)


async def test_behind_a_proxy_in_the_network_nobody_is_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "chatd.protocols.transport.client_address.is_local", lambda address: address.port == 5
    )
    header = HEADERS["from the proxy's machine"][0]

    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen(behind_proxy=True)
        client = await loopback.guest()
        client.send_raw(header)
        assert (await answer(client)).startswith(IN_CLEAR)

    await with_loopback(test)


NEAR, FAR = (ip_network("127.0.0.0/8"),), (ip_network("192.0.2.0/24"),)


@pytest.mark.parametrize(
    ("header", "proxies", "taken"),
    [
        (SAID_OVER_TLS, NEAR, True),
        (SAID_IN_CLEAR, NEAR, False),
        (SAID_OVER_TLS, (), False),  # anyone could say so
        (SAID_IN_CLEAR, (), False),
    ],
)
async def test_a_trusted_proxy_may_say_that_a_client_came_over_tls(
    header: bytes, proxies: tuple[Network, ...], taken: bool
) -> None:
    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen(behind_proxy=True, proxies=proxies)
        client = await loopback.guest()
        client.send_raw(header)
        assert (await answer(client)).startswith(GUEST if taken else IN_CLEAR)

    await with_loopback(test)


async def test_who_is_no_trusted_proxy_is_let_go() -> None:
    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen(behind_proxy=True, proxies=FAR)
        client = await loopback.connect()
        assert await client.end() == []

    await with_loopback(test)


@OLD_API
@pytest.mark.parametrize(
    ("header", "network", "taken"),
    [
        (HEADERS["from a network"][0], "203.0.113.7", True),
        (SAID_OVER_TLS, "192.0.2.7", True),
        (SAID_IN_CLEAR, "192.0.2.7", False),  # it is the proxy who speaks TLS
    ],
)
async def test_behind_the_header_tls_may_begin(
    header: bytes, network: str, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatd.protocols.transport.client_address.is_local", lambda address: False)
    certificate = write_certificate(tmp_path / "server.pem")

    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen(behind_proxy=True, certificate=certificate)
        client = await loopback.connect()
        client.send_raw(header)
        client.begin_tls()
        await client.until(WELCOME[-1])
        (protocol,) = loopback.chat.clients
        assert protocol.session.network == network
        assert (await answer(client)).startswith(GUEST if taken else IN_CLEAR)

    await with_loopback(test)


@OLD_API
async def test_behind_the_header_one_too_many_is_told_so_over_tls(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")

    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen(behind_proxy=True, certificate=certificate)
        clients = [await loopback.connect() for _ in range(2)]
        for client in clients:
            client.send_raw(HEADERS["from a network"][0])
            client.begin_tls()
        told = [await client.line() for client in clients]
        assert sorted(line.startswith("ERR Full: ") for line in told) == [False, True]

    loopback = LoopbackServer(budgets=Budgets(Clock(), {BUDGETS["connections.64"]: 1}))
    try:
        await test(loopback)
    finally:
        await loopback.close()


async def test_over_negotiated_telnet_what_is_typed_is_not_shown_while_it_is_a_password() -> None:
    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen()
        client = await loopback.guest()
        client.send("/nick ana")
        await client.until(EN.notice("you_are", name="ana"))
        client.send_raw(b"\xff\xfb\x1f\xff\xfd\x03/register\r\n")
        assert await client.line() == "\\xff\\xfe\x1f\\xff\\xfc\x03\\xff\\xfb\x01" + (
            EN.notice("password_prompt")
        )
        client.send_raw(b"\xff\xfd\x01correct horse\r\n")
        repeat = EN.notice("repeat_password_prompt")
        assert await client.line() == f"\\xff\\xfc\x01\\xff\\xfb\x01{repeat}"
        client.send_raw(b"\xff\xfe\x01\xff\xfd\x01correct horse\r\n")
        assert await client.line() == ("\\xff\\xfc\x01" + EN.notice("registered", name="ana"))
        client.send_raw(b"\xff\xfe\x01hello\r\n")
        assert await client.line() == "<ana> hello"

    await with_loopback(test)


async def test_a_client_that_has_sent_no_request_is_never_sent_telnet() -> None:
    async def test(loopback: LoopbackServer) -> None:
        await loopback.listen()
        client = await loopback.guest()
        client.send("/nick ana", b"\xff\xf1/register", "", "/register", "correct horse")
        lines = await client.until(EN.notice("registered", name="ana"))
        assert len(lines) == 5
        assert "\\xff" not in "".join(lines)

    await with_loopback(test)
