"""HTTP clients without sockets, and the worlds that answer them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.testing import StringTransport

from chatd.accounts.credentials import TOKEN
from chatd.chat.server import ChatServer
from chatd.commands import dispatch
from chatd.protocols.irc.at_door import IRC
from chatd.protocols.irc.websocket import PATH, SUBPROTOCOL, IrcWebSocketHandler
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Admission, Limits
from chatd.protocols.web.connection import WebProtocol
from chatd.protocols.web.http.messages import Answer, Request, json_answer
from chatd.protocols.web.http.same_origin import Hosts
from chatd.protocols.web.http.upgrade import HandOver, Requester, Subprotocol
from chatd.protocols.web.site import Site
from chatd.protocols.web.static_files import File
from tests.support.memory_client import MemoryClient
from tests.support.world import HERE, Node, World

HANDSHAKE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec_websocket_version": "13",
    "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""The headers of a WebSocket's handshake."""


class Got(NamedTuple):
    """An answer, as a client reads it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def half_headers(secret: str) -> dict[str, str]:
    """Return the headers with the two halves of the secret of a browser's sign-in."""
    cookie, _, proof = secret.partition(".")
    return {"cookie": f"chatd={cookie}", "chatd_proof": proof}


def sign_in_of(got: Got) -> dict[str, str]:
    """Return the headers with which a browser is signed in after the answer to ``/api/signin``."""
    return {
        "cookie": got.headers["set-cookie"].partition(";")[0],
        "chatd_proof": got.json["proof"],
    }


class StubSite:
    """A site that answers with the request, or as a test says."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.reply: Callable[[Request, Requester], Any] = _repeat

    def hold(self) -> Deferred[Answer]:
        """Give no answer until the returned Deferred has one."""
        held: Deferred[Answer] = Deferred()
        self.reply = lambda *_: held
        return held

    def successor(self, kind: str) -> None:
        """Return None: no connection is given to another handler."""

    async def answer(self, request: Request, asker: Requester) -> Answer | HandOver:
        self.requests.append(request)
        reply = self.reply(request, asker)
        if isinstance(reply, Coroutine | Deferred):
            reply = await reply
        return cast("Answer | HandOver", reply)


def _repeat(request: Request, asker: Requester) -> Answer:
    path = "/".join(request.path or ())
    return json_answer(200, {"path": path, "body": request.body.decode("latin-1")})


class WebWorld:
    """A world with an HTTP port, which each node has. Clients are at each node in turn."""

    def __init__(
        self,
        site: Any = None,
        *,
        limits: Limits = Limits(),  # noqa: B008 - a value
        **options: Any,
    ) -> None:
        self.world = World(limits=limits, **options)
        self.clock = self.world.clock
        self._limits = limits
        stub = StubSite()
        self._site_of = site or (lambda node: stub)
        self.site = self._site_of(self.world.nodes[0])
        self.factories: dict[Node, ChatFactory] = {}
        for node in self.world.nodes:
            self.factory_at(node)

    @property
    def server(self) -> ChatServer:
        """The server of the first node."""
        return self.world.server

    def factory_at(self, node: Node) -> ChatFactory:
        """Return the factory of the HTTP port of a node."""
        if node not in self.factories:
            protocol = partial(WebProtocol, site=self._site_of(node))
            admission = Admission(self._limits, node.server.budgets)
            self.factories[node] = ChatFactory(
                node.server, node.clock, protocol, 4096, self._limits, admission
            )
        return self.factories[node]

    def clients(self) -> list[Any]:
        """Return the protocols of the clients of all nodes."""
        return [client for factory in self.factories.values() for client in factory.clients]

    def caller(self, address: IAddress = HERE) -> HttpClient:
        return HttpClient(self, address)


class SiteWorld(WebWorld):
    """A world with chatd's own site, and a page of two files."""

    def __init__(self, *, limits: Limits = Limits(), **options: Any) -> None:  # noqa: B008
        super().__init__(site_of, limits=limits, **options)

    def ask(self, method: str, target: str, body: bytes = b"", /, **headers: Any) -> Got:
        """Send a request on a connection of its own, and return the answer."""
        caller = self.caller(headers.pop("address", HERE))
        got = caller.ask(method, target, body, **headers)
        caller.hang_up()
        return got

    def post(self, target: str, value: object, /, **headers: Any) -> Got:
        """Send a POST request with a body in JSON, and return the answer."""
        body = json.dumps(value).encode()
        return self.ask("POST", target, body, content_type="application/json", **headers)

    def token(self, name: str, scope: str = "write") -> str:
        """Return a new token of an account."""
        return self.world.secret(name, TOKEN, scope)


def site_of(node: Node) -> Site:
    """Return chatd's own site at a node, with a page of two files, and with IRC."""
    page = {(): File(b"<!doctype html>", "text/html"), ("main.js",): File(b"1", "text/javascript")}
    description = File(b"{}", "application/json")
    hosts = Hosts(["vault"])
    irc = Subprotocol(SUBPROTOCOL, PATH, IRC, partial(IrcWebSocketHandler, node.door))
    return Site(node.server, node.clock, 4096, hosts, page, description, subprotocols=[irc])


def error_of(got: Got) -> tuple[int, str]:
    """Return the status of an answer, and the key of its error."""
    return got.status, got.json["error"]["key"]


def _chunks(data: bytes) -> tuple[bytes, bytes]:
    """Return a body in chunks, as far as it has come, and what follows it."""
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        body, data = body + data[:length], data[length + 2 :]
        if not length:
            break
    return body, data


class HalfTransport(StringTransport):
    """A transport that records the end of the server's output."""

    def loseWriteConnection(self) -> None:
        self.disconnecting = True


class HttpClient(MemoryClient):
    """A connection of a client."""

    transport_class = HalfTransport

    def __init__(self, web: WebWorld, address: IAddress = HERE, *, located: bool = True) -> None:
        self._web = web
        factory = self.door(web.world.next_node())
        protocol = factory.build(None if not located else address, located=located)
        super().__init__(web.world, factory, protocol, address)
        if not located:
            self.protocol.connection.address.introduce(address, HERE, None)

    def door(self, node: Node) -> ChatFactory:
        return self._web.factory_at(node)

    def send(self, data: bytes) -> None:
        self.protocol.dataReceived(data)

    def settle(self) -> None:
        self.world.settle()

    def wait(self, seconds: float) -> None:
        """Advance the clock by some seconds, in which timers of connections run."""
        for _ in range(int(seconds // 5)):
            self.world.clock.advance(5)
            self.factory.check()
            self.settle()
        self.world.clock.advance(seconds % 5)

    def got(self) -> list[Got]:
        """Return the answers received since the last time."""
        self.settle()
        found = answers(self.bytes_seen())
        for got in found:
            _check_words(got)
        return found

    def ask(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        /,
        host: str = "localhost",
        **headers: str,
    ) -> Got:
        """Send a request, and return the answer."""
        self.send(request(method, target, body, host=host, **headers))
        (got,) = self.got()
        return got


def request(
    method: str, target: str, body: bytes = b"", /, host: str = "localhost", **headers: str
) -> bytes:
    """Return the bytes of a request. Names of headers are written with underscores."""
    fields = [f"Host: {host}"] if host else []
    fields += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        fields.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *fields, "", ""])
    return head.encode("latin-1") + body


_COMMAND = re.compile(
    rf"(?<![\w/])/(?:{'|'.join(name for each in dispatch.TABLE for name in each.names)})\b"
)


def _check_words(got: Got) -> None:
    """Fail if the error that an answer is tells its reader to send a command over HTTP."""
    if got.status < 400 or not got.body.startswith(b'{"error":'):
        return
    text = got.json["error"]["text"]
    for elsewhere in "In the chat, ", "En la charla, ":
        text = text.partition(elsewhere)[0]
    assert not _COMMAND.search(text), f"no command is carried out over HTTP: {text}"


def answers(data: bytes) -> list[Got]:
    """Return the answers in some bytes; those to HEAD must be the last ones."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        if headers.get("transfer-encoding") == "chunked":
            body, data = _chunks(data)
        else:
            length = int(headers.get("content-length", "0"))
            body, data = data[:length], data[length:]
        found.append(Got(int(first.split(" ")[1]), headers, body))
    return found
