"""Attacks on the port for browsers by HTTP clients."""

from __future__ import annotations

import json
import random
import socket
from contextlib import closing, suppress
from http.client import HTTPException, HTTPResponse
from typing import NoReturn

from tests.proofs.attacks.attack import HASHING, Attack, Door, Supply
from tests.proofs.attacks.browser import request, upgrade
from tests.proofs.attacks.silence import BusyRoom

MESSAGES = "/api/rooms/lobby/messages"

JSON = "Content-Type: application/json"

HEAD_SECONDS = 17.0
BODY_SECONDS = 37.0
"""Seconds within which the head of a request, and all of it, must have come, or its connection is
closed: ten and thirty, and the time until that is noticed."""


class WebAttack(Attack):
    """The base of attacks on the port for browsers."""

    entrance = Door.WEB

    def request(self, target: str | bytes = "/", *headers: str | bytes, **options: str) -> bytes:
        """Return a request to this daemon."""
        return request(self.door, target, *headers, **options)  # type: ignore[arg-type]

    def post(self, target: str, value: object, *headers: str) -> bytes:
        """Return a request with a body in JSON."""
        body = json.dumps(value).encode()
        return request(self.door, target, JSON, *headers, method="POST", body=body)

    def begin(self, fleet: list[socket.socket], start: Supply, then: Supply) -> Supply:
        """Return a supply that begins each connection with other data than follows."""
        begun: set[socket.socket] = set()

        def supply(client: int) -> bytes:
            if fleet[client] in begun:
                return then(client)
            begun.add(fleet[client])
            return start(client)

        return supply


class SlowHeaders(WebAttack):
    """Two hundred clients send the headers of a request at a byte a second.

    Every byte is progress, so a limit on idle connections does not find them; servers that have a
    thread or a slot for each request are full.
    """

    clients = 200
    few = 50
    gone = HEAD_SECONDS

    def run(self) -> None:
        start = self.beginning()
        fleet = self.fleet()
        self.pour(fleet, self.begin(fleet, lambda _: start, lambda _: b"x"), pace=1)

    def beginning(self) -> bytes:
        """Return the part of a request that is sent at once."""
        return self.request("/", "X-Slow: ")[:-4]


class SlowBodies(SlowHeaders):
    """Two hundred clients post a message at a byte a second."""

    gone = BODY_SECONDS

    def beginning(self) -> bytes:
        return self.request(MESSAGES, "Content-Length: 60000", method="POST")


class UnendedHandshakes(WebAttack):
    """A thousand clients ask for a WebSocket without the last line of their request."""

    clients = 1000
    few = 200
    gone = HEAD_SECONDS

    def run(self) -> None:
        fleet = self.fleet()
        for client in fleet:
            with suppress(OSError):
                client.send(upgrade(self.door)[:-2])
        self.linger()


class SilentVisitors(WebAttack):
    """A thousand clients connect and say nothing; half of them have had an answer before."""

    clients = 1000
    few = 200

    def run(self) -> None:
        fleet = self.fleet()
        for client in fleet[::2]:
            with suppress(OSError):
                client.send(self.request("/healthz"))
        self.linger()


class RequestFlood(WebAttack):
    """Twenty clients send various requests, one after the other, without end."""

    clients = 20
    few = 10

    def run(self) -> None:
        targets = "/", "/healthz", "/api/rooms", MESSAGES, "/api/openapi.json", "/api/me", "/x"
        requests = [self.request(target, "Accept-Encoding: gzip") for target in targets]
        dice = random.Random(4)
        self.ask(self.fleet(), lambda _: dice.choice(requests))


class PipelinedFlood(WebAttack):
    """Ten clients send requests as fast as they are accepted, without waiting for answers."""

    clients = 10
    few = 4

    def run(self) -> None:
        targets = "/healthz", "/api/rooms", f"{MESSAGES}?limit=500", "/api/me"
        piece = b"".join(map(self.request, targets)) * 50
        self.pour(self.fleet(), lambda _: piece)


class AnswersNeverRead(WebAttack):
    """A hundred clients ask for the page and for messages in a loop, and never read an answer.

    A request is a hundred bytes, its answer may be a megabyte, and waits in the server's memory.
    """

    clients = 100
    few = 20

    def run(self) -> None:
        piece = (self.request("/") + self.request(f"{MESSAGES}?limit=500")) * 50
        self.pour(self.fleet(), lambda _: piece, read=False)


class RoomLists(WebAttack):
    """Ten clients list a thousand rooms, whose topics grow when they are escaped, without end.

    A hundred bytes of a request cause two megabytes of an answer, if topics are cut first and
    escaped then.
    """

    clients = 10
    few = 4
    read = True

    def run(self) -> None:
        self.pour(self.fleet(), lambda _: self.request("/api/rooms") * 10, read=self.read)


class RoomListsNeverRead(RoomLists):
    """A hundred clients list a thousand rooms in a loop, and never read an answer."""

    clients = 100
    few = 20
    read = False


class PostFlood(WebAttack):
    """Ten clients post 250 short messages at a time, as fast as they are accepted.

    Each line is validated, stored, and sent to everyone. Each post has a new idempotency key, which
    the server has to remember.
    """

    clients = 10
    few = 4

    def run(self) -> None:
        dice = random.Random(4)

        def supply(client: int) -> bytes:
            key = f"Idempotency-Key: {dice.randrange(10**30):030}"
            return self.post(
                f"{MESSAGES}?name=poster{client}",
                {"text": self.distinct(b"x\n", 250).decode()},
                key,
            )

        self.pour(self.fleet(), supply)


class LongPosts(WebAttack):
    """Ten clients post bodies that never end: with a length beyond all bounds, and in chunks."""

    clients = 10
    few = 4

    def run(self) -> None:
        starts = (
            self.request(MESSAGES, "Content-Length: 99999999999", method="POST"),
            self.request(MESSAGES, "Transfer-Encoding: chunked", method="POST"),
            self.request(MESSAGES, "Transfer-Encoding: chunked", method="POST"),
            self.request("/healthz", "Content-Length: 99999999999", method="POST"),
        )
        pieces = (
            b"x" * (1 << 16),
            b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n",
            b"1;" + b"y" * 1000 + b"\r\nx\r\n",
            b"x" * (1 << 16),
        )
        fleet = self.fleet()
        self.pour(
            fleet,
            self.begin(
                fleet,
                lambda client: starts[client % len(starts)],
                lambda client: pieces[client % len(pieces)],
            ),
        )


class SignInGuesses(WebAttack):
    """Twenty clients register names, and guess the passwords of each other's, without end."""

    clients = 20
    few = 10
    shared = HASHING

    def run(self) -> None:
        dice = random.Random(4)

        def supply(client: int) -> bytes:
            name = f"holder{dice.randrange(self.size)}"
            if dice.random() < 0.1:
                password = "correct horse"
                own = {"name": f"holder{client}", "password": password, "register": True}
                return self.post("/api/signin", own)
            guess = f"wrong horse {dice.randrange(10**9)}"
            return self.post("/api/signin", {"name": name, "password": guess})

        self.ask(self.fleet(), supply)


class EventStreamsNeverRead(BusyRoom):
    """A thousand clients request the events of a busy room as a stream, and never read."""

    clients = 1000
    few = 100
    entrance = Door.WEB

    def run(self) -> None:
        fleet = self.fleet()
        for client in fleet:
            with suppress(OSError):
                client.send(request(self.door, "/api/rooms/lobby/stream?after=0"))
        self.talk(fleet)


class WebStorm(WebAttack):
    """Connections ask for a page, a stream or a WebSocket, and are reset at a random byte."""

    clients = 16
    few = 16

    def run(self) -> None:
        dice = random.Random(4)
        conversations = (
            self.request("/") * 3,
            self.request("/api/rooms/lobby/stream"),
            upgrade(self.door) + b"\x81\x85\x00\x00\x00\x00hello",
            self.post(MESSAGES, {"text": "hola"}),
        )

        def payload(client: int) -> bytes:
            conversation = dice.choice(conversations)
            return conversation[: dice.randrange(2 * len(conversation))]

        self.visit(self.size, payload, reset=True)


class Noise(WebAttack):
    """Connections send data that is hardly HTTP, or not at all, and come again.

    Each kind caused a traceback, or the loss of a worker, in some server.
    """

    clients = 16
    few = 16

    def run(self) -> None:
        dice = random.Random(4)
        port = self.door
        chunked = request(port, MESSAGES, "Transfer-Encoding: chunked", method="POST")
        pieces = (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100),
            b"GET /\r\n",
            b"GET / HTTP/1.0\r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
            b"hola\n/who\n",
            b"\r\n" * 1000,
            b"GET  /  HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
            b"GET / HTTP/1.1\r\n\r\n",
            request(port, "/", f"Host: 127.0.0.1:{port}"),
            request(port, "/", "Expect: 100-continue", method="POST", body=b"x"),
            request(port, "/", "Expect: the worst"),
            request(port, "/ws", "Connection: Upgrade", "Upgrade: h2c"),
            upgrade(port).replace(b"Version: 13", b"Version: 12"),
            upgrade(port).replace(b"GET", b"POST"),
            upgrade(port).replace(b"dGhl", b"!"),
            request(port, "/", method="TRACE"),
            request(port, "x:443", method="CONNECT"),
            request(port, "*", method="OPTIONS"),
            request(port, "/", method="A" * 5000),
            chunked + b"zz\r\n",
            chunked + b"-1\r\n",
            chunked + b"ffffffffffffffffffff\r\n",
            chunked + b"0\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
            request(port, MESSAGES, JSON, method="POST", body=b"[" * 60_000),
            request(port, MESSAGES, JSON, method="POST", body=b'{"text": ' + b"9" * 60_000),
            request(port, MESSAGES, JSON, method="POST", body=b'{"text": "\\ud800"}'),
            request(port, MESSAGES, JSON, method="POST", body=b'{"text": NaN}'),
            request(port, MESSAGES, JSON, method="POST", body=b"\xff\xfe{}"),
            request(port, f"{MESSAGES}?after=1e9&limit=-1&limit=%00&before=" + "9" * 5000),
            request(port, f"{MESSAGES}?" + "&".join(f"a{index}=b" for index in range(5000))),
            request(port, "/api/rooms/lobby/stream", "Last-Event-ID: " + "9" * 5000),
        )

        def payload(_: int) -> bytes:
            if dice.random() < 0.2:
                return bytes(dice.choices(b"GET /:\r\n\r\n \x00\xff0123", k=400))
            return dice.choice(pieces)

        self.visit(self.size, payload)


class HeaderBombs(WebAttack):
    """Twenty clients send headers that are many, long, folded or nameless, and do not end."""

    clients = 20
    few = 8

    def run(self) -> None:
        start = self.request("/")[:-2]
        pieces = (
            b"a: b\r\n" * 10_000,
            b"x" * (1 << 16),
            b" folded\r\n" * 8_000,
            b": \r\n" * 10_000,
            b"Cookie: " + b"a=b; " * 10_000 + b"\r\n",
            b"Host: " + b"y" * 60_000 + b"\r\n",
        )
        fleet = self.fleet()
        self.pour(
            fleet,
            self.begin(fleet, lambda _: start, lambda client: pieces[client % len(pieces)]),
        )


# Requests that must be refused; each answer is checked.


class Intruder(WebAttack):
    """The base of attacks whose answers are checked.

    They send one request after the other, on new connections.
    """

    clients = 20
    few = 8

    def run(self) -> None:
        client = 0
        while self.going:
            client = (client + 1) % self.size
            try:
                with closing(self.dial(client)) as connection:
                    connection.settimeout(10)
                    self.intrude(connection, random.Random(self.connected))
            except (OSError, HTTPException):
                self.cut += 1

    def intrude(self, connection: socket.socket, dice: random.Random) -> None:
        """Make one attempt."""
        raise NotImplementedError

    def answer(self, connection: socket.socket, sent: bytes) -> tuple[int, bytes]:
        """Return the status and body of an answer."""
        connection.sendall(sent)
        self.sent += len(sent)
        with closing(HTTPResponse(connection)) as response:
            response.begin()
            return response.status, b"" if response.status == 101 else response.read(1 << 20)

    def complain(self, sent: bytes, status: int, body: bytes) -> NoReturn:
        """Raise the failure of the daemon: the attack succeeded."""
        raise AssertionError(f"{sent[:200]!r} was answered by {status} {body[:200]!r}")


class WrongOrigins(Intruder):
    """Requests come from pages of other origins, or name hosts that are not this daemon's.

    A page anywhere may have a browser ask a port of its own machine, and with a name whose address
    changes meanwhile (DNS rebinding) it may read the answer.
    """

    def intrude(self, connection: socket.socket, dice: random.Random) -> None:
        port = self.door
        own = f"127.0.0.1:{port}"
        origin = dice.choice(
            (
                *(
                    "http://evil.example",
                    "null",
                    "http://127.0.0.1",
                    f"http://127.0.0.1:{port + 1}",
                ),
                *(f"https://evil.example:{port}", f"http://{own}.evil.example", "file://"),
                *(f"http://evil@{own}@evil.example", f"http://localhost.evil.example:{port}"),
                *("chrome-extension://abc", f"http://[::1]:{port}", "http://", "\u00e9"),
            )
        )
        host = dice.choice(
            (
                *("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}"),
                *(f"localhost.evil.example:{port}", f"{own}@evil.example", f"evil.example#{own}"),
                *("\u00e9", "[", "a" * 5000, f"127.0.0.1:{port}:{port}"),
            )
        )
        target = dice.choice((MESSAGES, "/api/signin", "/api/rooms", "/"))
        site = dice.choice(("cross-site", "same-site"))
        post = "POST" if dice.random() < 0.5 else "GET"
        token = "Authorization: Bearer chatd_" + "a" * 32
        sent = dice.choice(
            (
                request(port, MESSAGES, f"Origin: {origin}", method="POST", body=b"intruded"),
                request(port, target, f"Origin: {origin}", token, method=post),
                request(port, target, host=host, method=post),
                request(port, target, f"Origin: http://{host}", host=host),
                request(port, "/api/rooms", f"Sec-Fetch-Site: {site}", "Sec-Fetch-Mode: cors"),
                request(port, MESSAGES, f"Sec-Fetch-Site: {site}", method="POST", body=b"intruded"),
                upgrade(port, origin=origin),
                upgrade(port, host=host),
                upgrade(port, origin=f"http://{host}", host=host),
            )
        )
        status, body = self.answer(connection, sent)
        if not 400 <= status < 500:
            self.complain(sent, status, body)


class ForgedTokens(Intruder):
    """Requests have tokens and cookies that are guessed, made up, cut off, or much too long."""

    def intrude(self, connection: socket.socket, dice: random.Random) -> None:
        guess = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789_-", k=43))
        guess = dice.choice((guess, f"chatd_{guess}", "", "'; --", "%00", "a" * 6000, "\u00e9\xff"))
        if dice.random() < 0.5:
            scheme = dice.choice(("Bearer", "bearer", "Bearer ", "Basic", "Digest", ""))
            sent = self.request("/api/me", f"Authorization: {scheme} {guess}")
        else:
            name = dice.choice(("chatd", "__Host-chatd", "CHATD", "chatd\t"))
            cookies, half = dice.choice((1, 1, 150, 500)), f"{dice.getrandbits(256):064x}"
            guess = dice.choice((guess, f"chatd_{half}"))
            sent = self.request(
                "/api/me",
                "Cookie: " + "; ".join([f"{name}={guess}"] * cookies),
                "Chatd-Proof: " + dice.choice(("", half, half[:-1])),
            )
        status, body = self.answer(connection, sent)
        if status >= 500 or (status < 400 and not json.loads(body).get("guest")):
            self.complain(sent, status, body)


class PathTricks(Intruder):
    """Requests have paths that would lead out of the page's directory if they were followed."""

    def intrude(self, connection: socket.socket, dice: random.Random) -> None:
        steps = ("..", "%2e%2e", "%2E.", "..;", "..%00", "%252e%252e", "..\\", "%c0%ae%c0%ae", ".")
        slash = dice.choice(("/", "%2f", "%2F", "\\", "%5c", "//", "/./", "%252f"))
        step = dice.choice(steps)
        goal = dice.choice(
            ("etc/passwd", "site.py", "__init__.py", "pyproject.toml", "proc/self/environ")
        )
        start = dice.choice(
            (
                "/",
                "//",
                "/page/",
                "/static/",
                "/api/rooms/",
                f"http://127.0.0.1:{self.door}/",
                "/%00/",
            )
        )
        target = start + slash.join([step] * dice.randrange(1, 8) + goal.split("/"))
        if dice.random() < 0.1:
            target = dice.choice(
                ("/" + "a/" * 5000, "/%", "/%zz", "/?" + "%" * 3000, "/#/", "/\x7f")
            )
        sent = self.request(target.encode("latin-1"))
        status, body = self.answer(connection, sent)
        told = b"root:" in body or b"import " in body or b"PATH=" in body
        if status >= 500 or told or (status == 200 and not body.lower().startswith(b"<!doctype")):
            self.complain(sent, status, body)


class Smuggling(Intruder):
    """Requests have an unclear end: a second one is hidden in the first.

    One server takes the bytes for a body that another one takes for the next request: so a client
    speaks in the name of others that share a proxy's connection. After such a request nothing on
    the connection may be answered any more.
    """

    def intrude(self, connection: socket.socket, dice: random.Random) -> None:
        hidden = self.request("/api/rooms", "X-Hidden: yes")
        inside = b"0\r\n\r\n" + hidden
        lengths = dice.choice(
            (
                (f"Content-Length: {len(inside)}", "Content-Length: 0"),
                ("Content-Length: 0", f"Content-Length: {len(inside)}"),
                (f"Content-Length: 0, {len(inside)}",),
                ("Content-Length: +0",),
                ("Content-Length: -1",),
                ("Content-Length: 0x0",),
                ("Content-Length: 0_0",),
                ("Content-Length: \u0660",),
                (f"Content-Length: {len(inside)}", "Transfer-Encoding: chunked"),
                ("Transfer-Encoding: chunked", f"Content-Length: {len(inside)}"),
                ("Transfer-Encoding: xchunked",),
                ("Transfer-Encoding: chunked, identity",),
                ("Transfer-Encoding: identity", "Transfer-Encoding: chunked"),
                ("Transfer-Encoding:\x0bchunked",),
                ("Transfer-Encoding : chunked",),
                ("X: y\nTransfer-Encoding: chunked", f"Content-Length: {len(inside)}"),
                ("X: y\rTransfer-Encoding: chunked", f"Content-Length: {len(inside)}"),
                (" Transfer-Encoding: chunked", f"Content-Length: {len(inside)}"),
            )
        )
        sent = self.request("/healthz", *lengths, method="POST") + inside
        self.answer(connection, sent)
        with suppress(OSError, HTTPException):
            status, body = self.answer(connection, b"")
            if status < 400:
                self.complain(sent, status, body)
