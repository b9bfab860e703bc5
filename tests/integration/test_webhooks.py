"""Hooks with real parts: clients on sockets, a store in a file, and an HTTP server.

Deliveries also go on over restarts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.web.resource import Resource
from twisted.web.server import Site

from chatd.errors import ErrorKind
from chatd.webhooks import attempts as attempts_module
from chatd.webhooks.http_client import Gate, Poster
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import networks_of
from tests.support.checkout import ROOT
from tests.support.loopback import AsyncClient, LoopbackServer
from tests.support.receivers import outgoing_of
from tests.support.sentences import EN

LOOPBACK = networks_of("127.0.0.1")


class HttpReceiver(Resource):
    """An HTTP server that records posts, and answers as the test says, or 204."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.wants = True  # it answers challenges
        self.asked = 0
        self._waiting: Deferred[None] | None = None
        self.port: Any = None

    def listen(self) -> None:
        real: Any = reactor
        self.port = real.listenTCP(0, Site(self), interface="127.0.0.1")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port.getHost().port}/secret"

    def render_POST(self, request: Any) -> bytes:
        headers = {
            name.decode(): values[0].decode()
            for name, values in request.requestHeaders.getAllRawHeaders()
        }
        body = request.content.read()
        said = json.loads(body)
        if said["kind"] == "challenge":
            self.asked += 1
            return str(said["challenge"] if self.wants else "OK").encode()
        self.posts.append((headers, body))
        request.setResponseCode(self.answers.pop(0) if self.answers else 204)
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.callback(None)
        return b""

    async def said(self, count: int) -> list[str]:
        """Wait for some posts, and return their texts."""
        while len(self.posts) < count:
            self._waiting = Deferred()
            await self._waiting
        return [json.loads(body)["text"] for _, body in self.posts]


class DeliveringServer:
    """A server on a file that delivers lines to hooks on this machine."""

    def __init__(self, path: Path) -> None:
        self.loopback = LoopbackServer.on_file(path)
        server = self.loopback.server
        server.hooks.rules = Rules(LOOPBACK)
        poster = Poster(reactor, Gate(LOOPBACK))
        self.outgoing = outgoing_of(server, poster, self.loopback.reactor)

    async def start(self) -> None:
        await self.loopback.listen()
        self.outgoing.start()

    async def ana(self) -> AsyncClient:
        """Return a client of ana, who owns #ops and is in it."""
        ana = await self.loopback.member("ana")
        ana.send("/join ops")
        await ana.until(
            EN.notice("joined_room", room="ops", here=...).rstrip(". ")
        )  # also a new one
        return ana

    async def hook(self, ana: AsyncClient, url: str) -> str:
        ana.send(f"/hook add {url}")
        *_, ends = EN.notices("hook_added", number=1, room="ops", url=url, secret=...)
        return (await ana.until(ends))[-1].removeprefix(ends)

    async def stop(self, *, kept: bool = True) -> None:
        self.outgoing.stop()
        if not kept:  # as if it had crashed
            self.loopback.server.hooks._rooms.clear()
        await self.outgoing.close()
        await self.loopback.close()


@pytest_twisted.async_yield_fixture
async def server(tmp_path: Path) -> AsyncIterator[DeliveringServer]:
    server = DeliveringServer(tmp_path / "chat.sqlite")
    await server.start()
    yield server
    await server.stop()


@pytest_twisted.async_yield_fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HttpReceiver]:
    monkeypatch.setattr(attempts_module, "FIRST_PAUSE", 0.0)
    receiver = HttpReceiver()
    receiver.listen()
    yield receiver
    await receiver.port.stopListening()


async def test_what_is_said_arrives_signed_and_in_order(
    receiver: HttpReceiver, server: DeliveringServer
) -> None:
    ana = await server.ana()
    secret = await server.hook(ana, receiver.url)
    ana.send("hola \x1b]0;title\x07", "/me waves", "/topic Friday", "/mode moderated", "adiós")
    assert await receiver.said(4) == ["hola ^[]0;title^G", "waves", "Friday", "adiós"]
    for headers, body in receiver.posts:
        said = json.loads(body)
        signed = headers["X-Chatd-Timestamp"].encode() + b"." + body
        signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["X-Chatd-Signature"] == f"sha256={signature}"
        assert headers["X-Chatd-Delivery"] == f"ops/{said['seq']}"
        assert (said["room"], said["author"]) == ("ops", "ana")
    seqs = [json.loads(body)["seq"] for _, body in receiver.posts]
    assert seqs == [2, 3, 4, 6]


async def test_errors_delay_and_lose_nothing(
    receiver: HttpReceiver, server: DeliveringServer
) -> None:
    ana = await server.ana()
    await server.hook(ana, receiver.url)
    receiver.answers = [500, 503, 204, 302, 410]
    ana.send("one", "two", "three")
    assert await receiver.said(7) == ["one"] * 3 + ["two"] * 3 + ["three"]


@pytest.mark.parametrize("kept", [True, False])
async def test_after_a_restart_it_goes_on(
    tmp_path: Path, receiver: HttpReceiver, kept: bool
) -> None:
    server = DeliveringServer(tmp_path / "chat.sqlite")
    await server.start()
    ana = await server.ana()
    await server.hook(ana, receiver.url)
    ana.send("one", "two")
    await receiver.said(2)
    while next(iter(server.loopback.server.hooks)).seq < 3:
        await deferLater(server.loopback.reactor, 0)
    server.outgoing.stop()
    ana.send("three")
    await ana.until("<ana> three")
    await server.stop(kept=kept)
    receiver.posts.clear()

    server = DeliveringServer(tmp_path / "chat.sqlite")
    await server.start()
    missed = ["three"] if kept else ["one", "two", "three"]
    assert await receiver.said(len(missed)) == missed
    ana = await server.ana()
    ana.send("four")
    assert await receiver.said(len(missed) + 1) == [*missed, "four"]
    await server.stop()


async def test_a_hundred_lines_at_once_hold_nobody(
    receiver: HttpReceiver, server: DeliveringServer
) -> None:
    ana = await server.ana()
    await server.hook(ana, receiver.url)
    texts = [str(number) for number in range(100)]
    ana.send(*texts)
    await ana.until("<ana> 99")
    assert len(receiver.posts) < 100
    assert await receiver.said(100) == texts


def refusal(target: str) -> str:
    """Return the beginning of the refusal of a hook that its target did not want."""
    return EN.error(ErrorKind.NOT_ALLOWED, "hook_not_wanted", target=target, challenge=...)


async def test_where_nobody_may_go_nobody_goes(
    receiver: HttpReceiver, server: DeliveringServer
) -> None:
    """A name of this machine is refused once it is looked up."""
    server.outgoing.means.lanes.quick = Poster(reactor, Gate((), lambda host, port: ["127.0.0.1"]))
    ana = await server.ana()
    ana.send(f"/hook add {receiver.url.replace('127.0.0.1', 'rebind.example')}")
    await ana.until(refusal("http://rebind.example"))
    assert receiver.asked == 0


async def test_a_target_that_does_not_answer_the_challenge_has_no_hook(
    receiver: HttpReceiver, server: DeliveringServer
) -> None:
    receiver.wants = False
    ana = await server.ana()
    ana.send(f"/hook add {receiver.url}", "hola")
    await ana.until(refusal("http://127.0.0.1"))
    await ana.until("<ana> hola")
    assert receiver.asked == 1
    assert list(server.loopback.server.hooks) == []


async def test_the_receiver_in_the_documents_works(server: DeliveringServer) -> None:
    text = (ROOT / "docs" / "wire.md").read_text("utf-8")
    found = re.search(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    source, _, serve = found[1].partition("\nHTTPServer(")
    assert serve
    names: dict[str, Any] = {"SECRET": b""}
    printed: list[str] = []
    exec(compile(source.replace("SECRET = ", "_ = "), "wire.md", "exec"), names)
    names["print"] = printed.append
    handler: type[BaseHTTPRequestHandler] = names["Receiver"]
    answers: list[int] = []
    handler.log_request = lambda self, code="-", size="-": answers.append(int(code))  # type: ignore[method-assign, assignment]
    served = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=served.serve_forever, args=(0.01,))
    thread.start()
    try:
        ana = await server.ana()
        url = f"http://127.0.0.1:{served.server_port}/"
        names["SECRET"] = (await server.hook(ana, url)).encode()
        ana.send("hola")
        while not printed:
            await deferLater(server.loopback.reactor, 0.001)
        assert json.loads(printed[0])["text"] == "hola"
        names["SECRET"] = b"another"
        ana.send("wrong")
        while len(answers) < 3:
            await deferLater(server.loopback.reactor, 0.001)
        assert answers[:3] == [200, 204, 403]
        assert len(printed) == 1
    finally:
        served.shutdown()
        thread.join()
        served.server_close()
