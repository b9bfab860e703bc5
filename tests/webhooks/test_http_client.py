"""`chatd.webhooks.http_client`: requests, allowed addresses, and misbehaving servers."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IReactorPluggableNameResolver
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.ssl import (
    Certificate,
    PrivateCertificate,
    platformTrust,
    trustRootFromCertificates,
)
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport
from twisted.logger import LogEvent, eventAsText, globalLogPublisher
from twisted.python.failure import Failure
from twisted.web.client import BrowserLikePolicyForHTTPS
from zope.interface import implementer

from chatd import __version__
from chatd.webhooks import http_client
from chatd.webhooks.http_client import (
    ADDRESSES,
    ANSWER_BYTES,
    CLOSING_SECONDS,
    POST_SECONDS,
    Gate,
    Poster,
)
from chatd.webhooks.lanes import Answer
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import Destination, networks_of
from tests.support.certificate import write_certificate
from tests.support.immediately import Immediately

LOOPBACK = networks_of("127.0.0.0/8")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class TestGate:
    """Names are resolved by a table, and this machine has the address 9.9.9.9."""

    def gate(self, *addresses: str, allowed: str = "") -> Gate:
        networks = networks_of(allowed) if allowed else ()
        own = ip_address("9.9.9.9")
        return Gate(networks, lambda host, port: addresses, lambda address: address == own)

    def reached(self, *addresses: str, allowed: str = "") -> list[str]:
        return [str(each) for each in self.gate(*addresses, allowed=allowed).addresses("a", 80)]

    def refusal(self, *addresses: str, allowed: str = "") -> DeliveryFailure:
        with pytest.raises(NotDelivered) as refused:
            self.gate(*addresses, allowed=allowed).addresses("a", 80)
        return refused.value.why

    def test_public_addresses_may_be_reached(self) -> None:
        addresses = ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"]
        assert self.reached(*addresses) == addresses

    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
            *("::1", "fd00::1", "fe80::1%lo", "::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b::a00:1"),
        ],
    )
    def test_others_may_not(self, address: str) -> None:
        assert self.refusal(address) is DeliveryFailure.NOT_ALLOWED

    @pytest.mark.parametrize(
        "address", ["9.9.9.9", "::ffff:9.9.9.9", "64:ff9b::909:909", "2002:909:909::1"]
    )
    def test_nor_may_this_machine_whatever_its_address(self, address: str) -> None:
        assert self.refusal(address) is DeliveryFailure.NOT_ALLOWED

    def test_of_a_name_with_several_those_are_left_that_may(self) -> None:
        assert self.reached("10.0.0.1", "8.8.8.8", "::1", "9.9.9.9", "1.1.1.1") == [
            "8.8.8.8",
            "1.1.1.1",
        ]

    def test_what_the_operator_allows_may_be_reached(self) -> None:
        assert self.reached("10.1.2.3", "127.0.0.1", allowed="10.0.0.0/8") == ["10.1.2.3"]
        assert self.reached("::ffff:10.1.2.3", allowed="10.0.0.0/8") == ["10.1.2.3"]
        assert self.reached("9.9.9.9", allowed="9.9.9.9") == ["9.9.9.9"]
        assert self.reached("127.0.0.1", "fe80::1", allowed="any") == ["127.0.0.1", "fe80::1"]

    @pytest.mark.parametrize("port", [80, 443, 1024, 65535])
    def test_ports_of_http_and_those_of_no_system_may_be_reached(self, port: int) -> None:
        assert self.gate("8.8.8.8").addresses("a", port)

    @pytest.mark.parametrize("port", [1, 22, 25, 79, 81, 587, 1023])
    def test_other_ports_may_not(self, port: int) -> None:
        with pytest.raises(NotDelivered) as refused:
            self.gate("8.8.8.8", allowed="any").addresses("a", port)
        assert refused.value.why is DeliveryFailure.NOT_ALLOWED

    def test_a_name_that_has_none_is_told_apart(self) -> None:
        assert self.refusal() is DeliveryFailure.NO_ADDRESS

    @pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("too long")])
    def test_so_is_one_that_cannot_be_looked_up(self, error: Exception) -> None:
        def fail(host: str, port: int) -> Sequence[str]:
            raise error

        with pytest.raises(NotDelivered) as refused:
            Gate((), fail).addresses("a", 80)
        assert refused.value.why is DeliveryFailure.NO_ADDRESS

    def test_what_cannot_be_reached_is_not_tried(self) -> None:
        def fail(address: object) -> bool:
            raise OSError("network is unreachable")

        with pytest.raises(NotDelivered) as refused:
            Gate((), lambda host, port: ["8.8.8.8"], fail).addresses("a", 80)
        assert refused.value.why is DeliveryFailure.NOT_ALLOWED

    def test_each_address_is_tried_once_and_not_too_many(self) -> None:
        addresses = [f"8.8.8.{number}" for number in range(20) for _ in (1, 2)]
        assert self.reached(*addresses) == [f"8.8.8.{number}" for number in range(ADDRESSES)]

    def test_the_system_knows_what_its_own_addresses_are(self) -> None:
        assert http_client.is_own(ip_address("127.0.0.1"))
        assert http_client.is_own(ip_address("::ffff:127.0.0.1"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            try:
                asked.connect(("198.51.100.1", 9))
            except OSError:
                return  # it has no other address
            own = ip_address(asked.getsockname()[0])
        assert http_client.is_own(own)
        assert not http_client.is_own(ip_address("198.51.100.1"))

    def test_the_system_looks_names_up(self) -> None:
        assert http_client.addresses_of("127.0.0.1", 80) == ["127.0.0.1"]
        # The system's resolver accepts such forms of addresses, so the test does, too.
        assert http_client.addresses_of("127.1", 80) == ["127.0.0.1"]


class Server(Protocol):
    """A server that answers requests as the test says."""

    house: Servers

    def connectionMade(self) -> None:
        self.data = b""
        self.house.connections.append(self)
        self.house.arrived()

    def dataReceived(self, data: bytes) -> None:
        self.data += data
        head, found, rest = self.data.partition(b"\r\n\r\n")
        if not found:
            return
        (length,) = [
            int(line[15:]) for line in head.split(b"\r\n") if line[:15] == b"Content-Length:"
        ]
        if len(rest) >= length:
            self.house.requests.append((head, rest[:length]))
            self.data = rest[length:]
            self.transport.write(self.house.answer)
            if self.house.hangs_up:
                self.transport.loseConnection()
            self.house.arrived()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.house.connections.remove(self)
        self.house.arrived()


class Servers(Factory):
    protocol = Server
    noisy = False

    def __init__(self) -> None:
        self.connections: list[Server] = []
        self.requests: list[tuple[bytes, bytes]] = []
        self.answer = OK
        self.hangs_up = False
        self._waiting: list[Deferred[None]] = []

    def buildProtocol(self, addr: object) -> Server:
        server = Server()
        server.house = self
        return server

    def arrived(self) -> None:
        """Wake the test that waits for the server."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._waiting.append(Deferred())
            await self._waiting[-1]


@implementer(IReactorPluggableNameResolver)
class SlowReactor:
    """The real reactor with a clock that the test advances."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.callLater = self.clock.callLater
        self.seconds = self.clock.seconds
        self.nameResolver = None

    def __getattr__(self, name: str) -> Any:
        return getattr(reactor, name)


class Street:
    """A server on loopback, and a poster that is allowed to reach it."""

    def __init__(self, *addresses: str, allowed: Any = LOOPBACK, tls: Any = None) -> None:
        self.servers = Servers()
        self.reactor = SlowReactor()
        self.lookups: list[str] = []
        self.addresses = [list(addresses) or ["127.0.0.1"]]
        self.worker = Immediately()
        self.poster = Poster(self.reactor, Gate(allowed, self._look_up), self.worker, tls)  # type: ignore[arg-type]
        self.port: Any = None

    def _look_up(self, host: str, port: int) -> list[str]:
        self.lookups.append(host)
        return self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]

    def listen(self, interface: str = "127.0.0.1", context: Any = None) -> None:
        real: Any = reactor
        if context is None:
            self.port = real.listenTCP(0, self.servers, interface=interface)
        else:
            self.port = real.listenSSL(0, self.servers, context, interface=interface)

    def to(self, scheme: str = "http", host: str = "hooks.example") -> Destination:
        return Destination(scheme, host, self.port.getHost().port, "/path?query")

    def post(self, body: bytes = b"{}", to: Destination | None = None) -> Deferred[None]:
        return Deferred.fromCoroutine(self.poster.post(to or self.to(), {"X-A": "b"}, body))

    async def pass_time(self, posted: Deferred[None], step: float = 0.3) -> None:
        """Advance the clock until a post has ended."""
        while not posted.called:
            self.reactor.clock.advance(step)
            await deferLater(reactor, 0)  # type: ignore[arg-type]

    async def why(self, posted: Deferred[None]) -> NotDelivered:
        with pytest.raises(NotDelivered) as refused:
            await posted
        return refused.value

    async def close(self) -> None:
        await self.poster.close()
        await self.port.stopListening()
        for connection in tuple(self.servers.connections):
            connection.transport.abortConnection()
        await self.servers.until(lambda: not self.servers.connections)
        await deferLater(reactor, 0)  # type: ignore[arg-type]
        assert not self.reactor.clock.getDelayedCalls()


@pytest_twisted.async_yield_fixture
async def street() -> AsyncIterator[Street]:
    street = Street()
    street.listen()
    yield street
    await street.close()


async def test_what_is_posted(street: Street) -> None:
    await street.post(b'{"text":"hola"}')
    ((head, body),) = street.servers.requests
    request, *headers = head.split(b"\r\n")
    assert request == b"POST /path?query HTTP/1.1"
    assert sorted(headers) == [
        b"Content-Length: 15",
        f"Host: hooks.example:{street.port.getHost().port}".encode(),
        f"User-Agent: chatd/{__version__}".encode(),
        b"X-A: b",
    ]
    assert body == b'{"text":"hola"}'


async def test_over_ipv6() -> None:
    street = Street("::1", allowed=networks_of("::1"))
    try:
        street.listen("::1")
    except CannotListenError:
        pytest.skip("this machine has no IPv6")
    await street.post(to=street.to(host="::1"))
    ((head, _),) = street.servers.requests
    assert f"\r\nHost: [::1]:{street.port.getHost().port}\r\n".encode() in head + b"\r\n"
    await street.close()


async def test_a_connection_is_used_again_for_a_while(street: Street) -> None:
    for _ in range(3):
        await street.post()
    assert len(street.servers.requests) == 3
    assert len(street.lookups) == 1
    street.reactor.clock.advance(http_client.IDLE_SECONDS)
    await street.servers.until(lambda: not street.servers.connections)
    await street.post()
    assert len(street.lookups) == 2


async def test_each_line_is_answered_within_a_bound_of_its_own(street: Street) -> None:
    body = b"x" * (ANSWER_BYTES // 2)
    street.servers.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    for _ in range(4):
        await street.post()
    assert len(street.lookups) == 1


async def test_connections_are_not_told_in_the_log(street: Street) -> None:
    told: list[str] = []

    def look(event: LogEvent) -> None:
        told.append(eventAsText(event))

    globalLogPublisher.addObserver(look)
    try:
        await street.post()
    finally:
        globalLogPublisher.removeObserver(look)
    assert told == []


class StuckTransport(StringTransport):
    """A transport whose other side does not close."""

    aborted = False

    def loseConnection(self) -> None:
        pass

    def abortConnection(self) -> None:
        self.aborted = True


async def test_one_that_does_not_close_is_left(street: Street) -> None:
    factory = http_client._Connections(street.poster._endpoints, Factory.forProtocol(Protocol))
    connection: Any = factory.buildProtocol(None)  # type: ignore[arg-type]
    transport = StuckTransport()
    connection.makeConnection(transport)
    connection.loseConnection()
    connection.loseConnection()
    street.reactor.clock.advance(CLOSING_SECONDS - 0.1)
    assert not transport.aborted
    street.reactor.clock.advance(0.1)
    assert transport.aborted
    connection.connectionLost()
    connection.loseConnection()
    assert not street.reactor.clock.getDelayedCalls()


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_says_that_it_was_taken(street: Street, status: int) -> None:
    body = b"" if status == 204 else b"Content-Length: 0\r\n"
    street.servers.answer = b"HTTP/1.1 %d Yes\r\n%b\r\n" % (status, body)
    await street.post()


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308, 400, 404, 410, 429, 500, 503])
async def test_everything_else_does_not_and_nothing_is_followed(
    street: Street, status: int
) -> None:
    street.servers.answer = (
        b"HTTP/1.1 %d No\r\nLocation: http://127.0.0.1:%d/other\r\nContent-Length: 0\r\n\r\n"
        % (status, street.port.getHost().port)
    )
    error = await street.why(street.post())
    assert (error.why, error.status) == (DeliveryFailure.ANSWERED, status)
    assert len(street.servers.requests) == 1


async def test_no_proxy_is_asked(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy":
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    await street.post()


async def test_nobody_there(street: Street) -> None:
    with socket.socket() as bound:  # it does not listen
        bound.bind(("127.0.0.1", 0))
        nobody = street.to()._replace(port=bound.getsockname()[1])
    posted = street.post(to=nobody)
    await street.pass_time(posted)
    assert (await street.why(posted)).why is DeliveryFailure.UNREACHABLE


async def test_an_answer_is_kept(street: Street) -> None:
    street.servers.answer = OK.replace(b"Length: 2", b"Length: 300") + b"x" * 298
    assert await street.post() == Answer(b"ok" + b"x" * 298)


@pytest.mark.parametrize(
    ("status", "type", "is_text"),
    [
        (b"200 OK", b"text/plain", True),
        (b"200 OK", b"Text/Plain; charset=utf-8", True),
        (b"201 Created", b"text/plain", False),
        (b"200 OK", b"text/html", False),
        (b"200 OK", b"text/plain, text/html", False),
        (b"200 OK", b"", False),
    ],
)
async def test_a_text_is_told_from_other_answers(
    street: Street, status: bytes, type: bytes, is_text: bool
) -> None:
    head = b"HTTP/1.1 %s\r\nContent-Length: 4\r\nContent-Type: %s\r\n\r\n"
    street.servers.answer = head % (status, type) + b"pong"
    assert await street.post() == Answer(b"pong", is_text)


async def test_of_several_addresses_one_that_answers_is_enough(street: Street) -> None:
    street.addresses = [["127.0.0.2", "127.0.0.1"]]
    posted = street.post()
    await street.pass_time(posted)
    await posted


async def test_an_address_that_may_not_be_reached_is_not(street: Street) -> None:
    street.addresses = [["127.0.0.1"]]
    refused = Street("127.0.0.1", allowed=())
    refused.port = street.port
    assert (await refused.why(refused.post())).why is DeliveryFailure.NOT_ALLOWED
    await refused.poster.close()
    assert street.servers.requests == []


async def test_a_name_that_is_looked_up_again_is_looked_at_again() -> None:
    """The first answer stands for a public address; the second one is this machine."""
    street = Street(allowed=networks_of("127.0.0.2"))
    street.listen("127.0.0.2")
    street.addresses = [["127.0.0.2"], ["127.0.0.1"]]
    street.servers.hangs_up = True
    street.servers.answer = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    await street.post()
    await street.servers.until(lambda: not street.servers.connections)
    assert (await street.why(street.post())).why is DeliveryFailure.NOT_ALLOWED
    assert street.lookups == ["hooks.example"] * 2
    assert len(street.servers.requests) == 1
    await street.close()


async def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to() -> None:
    """The connection is made to an address, so the name is not looked up again."""
    street = Street("127.0.0.1")
    street.listen()
    await street.post(to=street.to(host="localhost.invalid"))
    assert street.lookups == ["localhost.invalid"]
    await street.close()


async def test_a_server_that_says_nothing_is_left(street: Street) -> None:
    street.servers.answer = b""
    posted = street.post()
    await street.servers.until(lambda: bool(street.servers.requests))
    street.reactor.clock.advance(POST_SECONDS)
    assert (await street.why(posted)).why is DeliveryFailure.TIMED_OUT
    await street.servers.until(lambda: not street.servers.connections)


async def test_one_that_accepts_nobody_is_left(street: Street) -> None:
    street.worker.held = True
    posted = street.post()
    street.reactor.clock.advance(POST_SECONDS)
    assert (await street.why(posted)).why is DeliveryFailure.TIMED_OUT
    street.worker.work()


async def test_one_that_never_ends_its_answer_has_taken_it(street: Street) -> None:
    street.servers.answer = OK.replace(b"Length: 2", b"Length: 3")
    posted = street.post()
    await street.servers.until(lambda: bool(street.servers.requests))
    await street.pass_time(posted, POST_SECONDS / 10)
    await posted
    street.reactor.clock.advance(CLOSING_SECONDS)
    await street.servers.until(lambda: not street.servers.connections)


@pytest.mark.parametrize(
    "answer",
    [
        OK.replace(b"Length: 2", b"Length: 99999999") + b"x" * 2 * ANSWER_BYTES,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2 * ANSWER_BYTES,
    ],
)
async def test_of_a_long_answer_the_beginning_counts(street: Street, answer: bytes) -> None:
    street.servers.answer = answer[: ANSWER_BYTES // 2]
    posted = street.post()
    await street.servers.until(lambda: bool(street.servers.requests))
    for _ in range(20):
        await deferLater(reactor, 0)  # type: ignore[arg-type]
    street.servers.connections[0].transport.write(answer[ANSWER_BYTES // 2 :])
    await posted
    await street.servers.until(lambda: not street.servers.connections)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Header: value\r\n" * 5000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5000,
        b"x" * 2 * ANSWER_BYTES,
    ],
)
async def test_headers_without_end_are_not_taken(street: Street, answer: bytes) -> None:
    street.servers.answer = answer
    assert (await street.why(street.post())).why is DeliveryFailure.BROKE
    await street.servers.until(lambda: not street.servers.connections)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\r\n\r\n"])
async def test_one_that_does_not_speak_http(street: Street, answer: bytes) -> None:
    street.servers.answer = answer
    street.servers.hangs_up = True
    assert (await street.why(street.post())).why is DeliveryFailure.BROKE


PARTS = (
    *(
        b"HTTP/1.1 ",
        b"HTTP/0.9 ",
        b"HTTP/1.1\r\n",
        b"200 ",
        b"204 ",
        b"301 ",
        b"100 ",
        b"-1 ",
        b"OK",
    ),
    *(b"\r\n", b"\n", b"\r", b"\0", b"\xff\xfe", b" ", b":", b"\t", b"2", b"99999999999999999999"),
    *(b"Content-Length: 2\r\n", b"Content-Length: -1\r\n", b"Content-Length: \xff\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Connection: close\r\n"),
    *(
        b"ffffffffffffffff\r\n",
        b"0\r\n\r\n",
        b"2;\xff=\r\nok\r\n",
        b"zz\r\n",
        b"ok",
        b"Upgrade: \r\n",
    ),
)


async def test_no_answer_is_an_error_of_ours(street: Street) -> None:
    """A post succeeds or fails; nothing is raised in Twisted's code, or logged."""
    chance = Random(7)
    street.servers.hangs_up = True
    for _ in range(400):
        beginning = chance.choice([b"", b"HTTP/1.1 200 OK\r\n", OK[:-4], OK])
        street.servers.answer = beginning + b"".join(chance.choices(PARTS, k=chance.randrange(9)))
        with suppress(NotDelivered):
            await street.post()


async def test_when_it_closes_all_connections_are_let_go(street: Street) -> None:
    street.servers.answer = b""
    waiting = street.post()
    await street.servers.until(lambda: bool(street.servers.requests))
    street.servers.answer = OK
    await street.post()
    assert len(street.servers.connections) == 2
    await street.poster.close()
    await street.why(waiting)
    await street.servers.until(lambda: not street.servers.connections)


@pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")  # Twisted does
class TestTls:
    def street(self, tmp_path: Path, *, trusted: bool = True) -> Street:
        pem = write_certificate(tmp_path / "key.pem").read_bytes()
        certificate = PrivateCertificate.loadPEM(pem)
        root = trustRootFromCertificates([Certificate.loadPEM(pem)])
        street = Street(tls=BrowserLikePolicyForHTTPS(root if trusted else platformTrust()))
        street.listen(context=certificate.options())
        return street

    async def test_over_https(self, tmp_path: Path) -> None:
        street = self.street(tmp_path)
        for _ in range(2):
            posted = street.post(to=street.to("https", "127.0.0.1"))
            await street.pass_time(posted, 0)
            await posted
        assert len(street.servers.requests) == 2
        await street.close()

    async def test_a_certificate_that_nobody_vouches_for(self, tmp_path: Path) -> None:
        street = self.street(tmp_path, trusted=False)
        error = await street.why(street.post(to=street.to("https", "127.0.0.1")))
        assert error.why is DeliveryFailure.TLS_FAILED
        assert street.servers.requests == []
        await street.close()

    async def test_a_certificate_of_another_host(self, tmp_path: Path) -> None:
        street = self.street(tmp_path)
        error = await street.why(street.post(to=street.to("https", "other.example")))
        assert error.why is DeliveryFailure.TLS_FAILED
        assert street.servers.requests == []
        await street.close()

    async def test_a_server_that_speaks_no_tls(self, street: Street) -> None:
        street.servers.answer = b"HTTP/1.1 400 Bad Request\r\n\r\n"
        posted = street.post(to=street.to("https"))
        await street.servers.until(lambda: bool(street.servers.connections))
        street.servers.connections[0].transport.write(street.servers.answer)
        assert (await street.why(posted)).why is DeliveryFailure.TLS_FAILED

    async def test_without_what_it_takes(
        self, street: Street, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(__import__("sys").modules, "OpenSSL", None)
        assert not http_client.has_tls()
        assert (await street.why(street.post(to=street.to("https")))).why is DeliveryFailure.NO_TLS
        await street.post()

    def test_with_what_it_takes(self) -> None:
        assert http_client.has_tls()


async def test_names_that_are_not_answered_delay_no_other(street: Street) -> None:
    released = threading.Event()

    def look_up(host: str, port: int) -> list[str]:
        if host.startswith("hung"):
            released.wait()
            return []
        return ["127.0.0.1"]

    poster = Poster(reactor, Gate(LOOPBACK, look_up))
    hung = [
        Deferred.fromCoroutine(poster.post(street.to(host=f"hung{number}"), {}, b"{}"))
        for number in range(200)
    ]
    await poster.post(street.to(host="healthy"), {}, b"{}")
    assert not any(each.called for each in hung)
    released.set()
    for each in hung:
        assert (await street.why(each)).why is DeliveryFailure.NO_ADDRESS
    await poster.close()


async def test_names_are_looked_up_in_threads_of_its_own(street: Street) -> None:
    real: Any = reactor
    poster = Poster(real, Gate(LOOPBACK))
    await poster.post(street.to(host="127.0.0.1"), {}, b"{}")
    await poster.close()
    assert len(street.servers.requests) == 1
