"""A house with an account, and visitors who come to its doors with a credential of the account.

A credential is sent in each way that a door has for it, or in the password's place where the door
has none. This module must not know which of them is taken.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IAddress, ISSLTransport
from twisted.internet.testing import StringTransport
from zope.interface import directlyProvides

from chatd.accounts.credentials import BROWSER, TOKEN
from chatd.protocols.proxy.protocol import BehindProxy
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import ANYWHERE, Network
from tests.support.browser import frame, frames_of
from tests.support.http import HANDSHAKE, SiteWorld, half_headers, request
from tests.support.irc_client import IrcClient, WebIrcClient, irc_client, irc_person
from tests.support.json_client import JsonClient
from tests.support.proxy_headers import SAID_OVER_TLS
from tests.support.world import FAR, HERE, PASSWORD, Member, World

NONE, TYPED = "none", "password"
COOKIE, FORGED, SIGN_IN = "cookie alone", "forged proof", "sign-in"
READ_TOKEN, WRITE_TOKEN = "read token", "write token"
"""The credentials, as the document calls them."""

PROOFS = {COOKIE: "", FORGED: "0" * 64, SIGN_IN: None}
"""The proof that comes with the cookie of a sign-in; None for its own."""

SECRET = "the launch code is 0000"
PUBLIC = "the weather is fine"
"""Lines that were said before: in the private room of the account, and in the lobby."""


class House(SiteWorld):
    """Ana has an account, and owns the private room #den, where Luis, a guest, is, too."""

    def __init__(self, *, admin: bool = False) -> None:
        super().__init__()
        self.server.hooks.rules = Rules(tls=True)
        self.world.register("ana", admin=admin)
        self.luis = self.world.person("luis")
        owner = self.world.member("ana")
        owner.type("/create den private", "/invite luis", SECRET)
        owner.hang_up()
        self.luis.type(PUBLIC, "/join den")
        self.luis.seen()

    def secret(self, credential: str) -> str:
        """Return a new secret for a credential; of a browser, ``COOKIE.PROOF``. None has none."""
        if credential == TYPED:
            return PASSWORD
        if credential in PROOFS:
            secret = self.world.secret("ana", BROWSER)
            proof = PROOFS[credential]
            return secret if proof is None else f"{secret.partition('.')[0]}.{proof}"
        if credential in (READ_TOKEN, WRITE_TOKEN):
            return self.world.secret("ana", TOKEN, credential.split()[0])
        return ""

    def said(self, text: str) -> list[str]:
        """Return the authors of a text, in all rooms."""
        logs = [self.world.stored(room) for room in list(self.world.store._logs)]
        return [event.author for log in logs for event in log if event.text == text]


def headers_of(credential: str, secret: str) -> dict[str, str]:
    """Return the headers of a request with a credential; none if HTTP has no header for it."""
    if credential in PROOFS:
        return {name: value for name, value in half_headers(secret).items() if value}
    if credential in (READ_TOKEN, WRITE_TOKEN):
        return {"authorization": f"Bearer {secret}"}
    return {}


class Connected(Member):
    """A member whose protocol has a transport already."""

    def __init__(self, world: World, protocol: Any, transport: StringTransport) -> None:
        self.world, self.factory = world, world.chat
        self.protocol, self.transport = protocol, transport
        world.settle()


class Visitor:
    """A client at a door. ``address`` is where it comes from."""

    takes_commands: ClassVar[bool] = True

    def __init__(self, house: House, credential: str, address: IAddress = HERE) -> None:
        self.house = house
        self.address = address
        self.refused = False
        """True if the credential was answered with an error."""
        self.come(credential, house.secret(credential))

    def come(self, credential: str, secret: str) -> None:
        """Connect with a credential and its secret."""
        raise NotImplementedError

    @property
    def session(self) -> Any:
        """The session of the visitor's connection."""
        raise NotImplementedError

    @property
    def has_account(self) -> bool:
        """True if the door takes the visitor for Ana."""
        return bool(self.session.account == "ana")

    def type(self, line: str, room: str = "lobby") -> None:
        """Type a line in a room, a command or text to say."""
        raise NotImplementedError

    def enter(self, room: str) -> None:
        """Enter a room, which is made if there is none of that name."""
        raise NotImplementedError

    def read(self, room: str) -> str:
        """Read the past of a room, and return all that is received."""
        raise NotImplementedError

    def told(self) -> str:
        """Return all that was received since the last time."""
        raise NotImplementedError

    @property
    def outcome(self) -> str:
        """The word of the document for how the door took the credential."""
        if self.has_account:
            return "account"
        return "refused" if self.refused else "guest"


class Lines(Visitor):
    """A client of a port for chat lines, who types each secret as a password."""

    def come(self, credential: str, secret: str) -> None:
        self.client = self.connect()
        self.client.seen()
        if secret:
            self.client.type(f"/login ana {secret}")
        self.refused = "ERR " in self.told()

    def connect(self) -> Any:
        """Return a client that has connected."""
        return self.house.world.person(address=self.address)

    @property
    def session(self) -> Any:
        return self.client.session

    def type(self, line: str, room: str = "lobby") -> None:
        if room not in [each.name for each in self.session.memberships]:
            self.client.type(f"/join {room}")
            self.house.clock.advance(3)
        self.client.type(line)

    def enter(self, room: str) -> None:
        self.client.type(f"/join {room}")

    def read(self, room: str) -> str:
        self.client.type(f"/join {room}", "/history")
        return self.told()

    def told(self) -> str:
        self.house.world.settle()
        return "\n".join(self.client.seen())


class UnixLines(Lines):
    """The same through a UNIX socket."""

    def connect(self) -> Any:
        return self.house.world.person(address=UNIXAddress(b""))


class TlsLines(Lines):
    """The same over TLS."""

    def connect(self) -> Any:
        transport = StringTransport(peerAddress=self.address)
        directlyProvides(transport, ISSLTransport)
        protocol: Any = self.house.world.chat.buildProtocol(self.address)
        protocol.makeConnection(transport)
        protocol.handshakeCompleted()
        return Connected(self.house.world, protocol, transport)


FROM_A_NETWORK = b"PROXY TCP4 203.0.113.7 127.0.0.1 5000 60060\r\n"
FROM_THIS_MACHINE = b"PROXY TCP4 127.0.0.1 127.0.0.1 5000 60060\r\n"
"""Headers of a proxy."""


class ProxiedLines(Lines):
    """The same at a port for a proxy, for a client in a network; the header says so."""

    header = FROM_A_NETWORK

    def connect(self) -> Any:
        world = self.house.world
        transport = StringTransport(peerAddress=self.address)
        protocol: Any = BehindProxy(world.chat, world.clock).buildProtocol(self.address)
        protocol.makeConnection(transport)
        protocol.dataReceived(self.header)
        return Connected(world, protocol.wrappedProtocol, transport)


class ProxiedHere(ProxiedLines):
    """The same; the header says that the client is on the daemon's machine."""

    header = FROM_THIS_MACHINE


class ProxiedTls(ProxiedLines):
    """A client in a network whose own TLS comes after the header, which a proxy passes on."""

    proxies: ClassVar[tuple[Network, ...]] = ()
    over_tls = True

    def connect(self) -> Any:
        world = self.house.world
        proxy = BehindProxy(world.chat, world.clock, proxies=self.proxies)
        transport = StringTransport(peerAddress=self.address)
        protocol: Any = proxy.buildProtocol(self.address)
        if self.over_tls:
            directlyProvides(transport, ISSLTransport)
        protocol.makeConnection(transport)
        protocol.dataReceived(self.header)
        if self.over_tls:
            protocol.wrappedProtocol.handshakeCompleted()
        return Connected(world, protocol.wrappedProtocol, transport)


class SaidOverTls(ProxiedTls):
    """A client in a network, of whom the header says that it came over TLS to the proxy."""

    header = SAID_OVER_TLS
    over_tls = False


class TrustedOverTls(SaidOverTls):
    """The same; the proxy is a trusted one."""

    proxies = ANYWHERE


class FalselyProxied(Lines):
    """A client that sends such a header to a port that is for no proxy."""

    def connect(self) -> Any:
        client = super().connect()
        client.send(FROM_THIS_MACHINE)
        return client


class BareLines(Lines):
    """A client of a port for bare lines."""

    def connect(self) -> Any:
        return self.house.world.program()


class Socket(Visitor):
    """A browser's WebSocket; it sends the proof of a sign-in as the page does, in its hello."""

    def come(self, credential: str, secret: str) -> None:
        headers = headers_of(credential, secret)
        proof = headers.pop("chatd_proof", "")
        self.client = self.house.caller(self.address)
        self.client.send(request("GET", "/ws", **HANDSHAKE, **headers))
        self.client.settle()
        head, _, rest = self.client.bytes_seen().partition(b"\r\n\r\n")
        self.is_open = head.startswith(b"HTTP/1.1 101 ")
        self.refused = not self.is_open
        if self.is_open:
            self.client.transport.write(rest)
            self.send("hello", proof=proof)
            if credential == TYPED:
                self.type(f"/login ana {secret}")
            self.refused = '"type": "error"' in self.told()

    def send(self, type: str, **members: Any) -> None:
        """Send a message."""
        self.client.send(frame(json.dumps({"type": type, **members}).encode()))
        self.client.settle()

    @property
    def session(self) -> Any:
        return self.client.protocol.connection.handler.session

    @property
    def has_account(self) -> bool:
        return self.is_open and super().has_account

    def type(self, line: str, room: str = "lobby") -> None:
        if room not in [each.name for each in self.session.memberships]:
            self.enter(room)
        self.send("line", text=line, room=room)

    def enter(self, room: str) -> None:
        self.send("enter", room=room)

    def read(self, room: str) -> str:
        self.send("history", room=room)
        return self.told()

    def told(self) -> str:
        self.client.settle()
        frames = frames_of(self.client.bytes_seen())
        texts = (
            frame.payload + (b"\n" if frame.last else b"") for frame in frames if frame.opcode < 2
        )
        messages = map(json.loads, b"".join(texts).splitlines())
        return "\n".join(json.dumps(message) for message in messages)


class Json(Lines):
    """A client of JSON lines, which sends a token in its hello, and other secrets as a password."""

    def come(self, credential: str, secret: str) -> None:
        is_token = credential in (READ_TOKEN, WRITE_TOKEN)
        self.client = JsonClient(self.house.world, self.address)
        self.client.send("hello", token=secret if is_token else None)
        if secret and not is_token:
            self.client.say(f"/login ana {secret}")
        self.refused = '"type": "error"' in self.told()

    def type(self, line: str, room: str = "lobby") -> None:
        if room not in [each.name for each in self.session.memberships]:
            self.enter(room)
        self.client.say(line, room=room)

    def enter(self, room: str) -> None:
        self.client.send("enter", room=room)

    def read(self, room: str) -> str:
        self.client.send("history", room=room)
        return self.told()

    def told(self) -> str:
        self.house.world.settle()
        return "\n".join(map(json.dumps, self.client.seen()))


class Irc(Visitor):
    """An IRC client, who gives each secret to NickServ as a password."""

    takes_commands = False

    def come(self, credential: str, secret: str) -> None:
        client = self.connect(headers_of(credential, secret))
        self.client = irc_person(self.house.world, "visitor", client=client)
        if secret:
            self.client.send(f"PRIVMSG NickServ :IDENTIFY ana {secret}")
            self.refused = "NOTICE" in self.told() and not self.has_account

    def connect(self, headers: dict[str, str]) -> IrcClient:
        """Return a client that has connected; there is no place for the headers."""
        return irc_client(self.house.world, self.address)

    @property
    def session(self) -> Any:
        return self.client.handler.session

    def type(self, line: str, room: str = "lobby") -> None:
        if room not in [each.name for each in self.session.memberships]:
            self.enter(room)
        self.client.send(f"PRIVMSG #{room} :{line}")

    def enter(self, room: str) -> None:
        self.client.send(f"JOIN #{room}")

    def read(self, room: str) -> str:
        self.client.send(f"PART #{room}", f"JOIN #{room}")
        return self.told()

    def told(self) -> str:
        return "\n".join(self.client.seen())


class WebIrc(Irc):
    """The same through a WebSocket, whose handshake has the credential, too."""

    def connect(self, headers: dict[str, str]) -> IrcClient:
        caller = self.house.caller(self.address)
        caller.send(request("GET", "/irc", **HANDSHAKE, **headers))
        caller.settle()
        assert caller.bytes_seen().startswith(b"HTTP/1.1 101 ")
        return WebIrcClient.after_handshake(caller)


class Requests(Visitor):
    """A program that sends HTTP requests, each with the credential."""

    takes_commands = False

    def come(self, credential: str, secret: str) -> None:
        self.headers = headers_of(credential, secret)
        if credential == TYPED:
            members = {"name": "ana", "password": secret}
            got = self.house.post("/api/signin", members, address=self.address)
            self.refused = got.status >= 400
            if not self.refused:
                proof = got.json["proof"]
                cookie = got.headers["set-cookie"].partition(";")[0]
                self.headers = {"cookie": cookie, "chatd_proof": proof}
        self._told = ""

    def ask(self, method: str, target: str, body: bytes = b"") -> Any:
        """Send a request, and return the answer."""
        got = self.house.ask(method, target, body, address=self.address, **self.headers)
        self._told += got.body.decode()
        return got

    @property
    def has_account(self) -> bool:
        got = self.ask("GET", "/api/me")
        self.refused = self.refused or got.status >= 400
        return bool(got.status == 200 and got.json["account"])

    def type(self, line: str, room: str = "lobby") -> None:
        self.ask("POST", f"/api/rooms/{room}/messages", line.encode())

    def enter(self, room: str) -> None:
        self.type("hello", room)

    def read(self, room: str) -> str:
        self.ask("GET", f"/api/rooms/{room}/messages")
        return self.told()

    def told(self) -> str:
        told, self._told = self._told, ""
        return told


class EventStream(Visitor):
    """A reader of the event stream of a room; of the lobby, to begin with."""

    takes_commands = False

    def come(self, credential: str, secret: str) -> None:
        self.headers = headers_of(credential, secret)
        if credential == TYPED:
            self.headers = {"authorization": f"Basic {secret}"}
        told = self.read("lobby")
        self.refused = not told.startswith("HTTP/1.1 200 ")

    @property
    def has_account(self) -> bool:
        return not self.refused and bool(self.client.protocol.connection.handler.session.account)

    def read(self, room: str) -> str:
        self.client = self.house.caller(self.address)
        self.client.send(request("GET", f"/api/rooms/{room}/stream", **self.headers))
        return self.told()

    def told(self) -> str:
        self.client.settle()
        return self.client.bytes_seen().decode()


DOORS: dict[str, tuple[type[Visitor], IAddress]] = {
    "chat lines, from this machine": (Lines, HERE),
    "chat lines, through a UNIX socket": (UnixLines, HERE),
    "chat lines, from a network in clear": (Lines, FAR),
    "chat lines, from a network over TLS": (TlsLines, FAR),
    "chat lines, `haproxy:` on this machine, client in a network": (ProxiedLines, HERE),
    "chat lines, `haproxy:` on this machine, client said to be on it": (ProxiedHere, HERE),
    "chat lines, `haproxy:` in a network, client said to be on this machine": (ProxiedHere, FAR),
    "chat lines, `haproxy:` in a network, the client's TLS behind the header": (ProxiedTls, FAR),
    "chat lines, `haproxy:` on this machine, client said to have come over TLS": (
        SaidOverTls,
        HERE,
    ),
    "the same, of a trusted proxy": (TrustedOverTls, HERE),
    "chat lines, with a PROXY header that no `haproxy:` asks for": (FalselyProxied, FAR),
    "JSON lines": (Json, HERE),
    "JSON lines, from a network in clear": (Json, FAR),
    "IRC": (Irc, HERE),
    "IRC, from a network in clear": (Irc, FAR),
    "IRC through a WebSocket": (WebIrc, HERE),
    "IRC through a WebSocket, from a network in clear": (WebIrc, FAR),
    "bare lines": (BareLines, HERE),
    "WebSocket": (Socket, HERE),
    "WebSocket, from a network in clear": (Socket, FAR),
    "HTTP": (Requests, HERE),
    "HTTP, from a network in clear": (Requests, FAR),
    "event stream": (EventStream, HERE),
    "event stream, from a network in clear": (EventStream, FAR),
}
"""The doors as the document calls them: the kind of visitor, and where it comes from."""
