"""Pushes with real parts: a client on a socket, a store in a file, servers that take messages."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import DeferredQueue
from twisted.web.resource import Resource
from twisted.web.server import Site

from chatd.webhooks import push_delivery
from chatd.webhooks.http_client import Gate, Poster
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import networks_of
from tests.support.loopback import LoopbackServer
from tests.support.receivers import outgoing_of
from tests.support.sentences import EN

LOOPBACK = networks_of("127.0.0.1")


class _Receiver(Resource):
    """A server that takes messages, and shows them as a title and a text."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.shown: DeferredQueue[tuple[str, str]] = DeferredQueue()

    def shown_of(self, request: Any, said: dict[str, Any]) -> tuple[str, str]:
        return said["title"], said["message"]

    def render_POST(self, request: Any) -> bytes:
        assert request.getHeader("content-type") == "application/json"
        self.shown.put(self.shown_of(request, json.loads(request.content.read())))
        return b"{}"


class Ntfy(_Receiver):
    """A topic of ntfy: with templates in its headers it takes what they name from the body."""

    path = "/topic"

    def shown_of(self, request: Any, said: dict[str, Any]) -> tuple[str, str]:
        assert request.path == b"/topic"
        assert request.getHeader("x-template") == "yes"

        def filled(header: str) -> str:
            template = request.getHeader(header)
            return re.sub(r"\{\{\.(\w+)\}\}", lambda found: str(said[found[1]]), template)

        return filled("x-title"), filled("x-message")


class Gotify(_Receiver):
    """A Gotify: the token of an application is in the query."""

    path = "/message?token=secret"

    def shown_of(self, request: Any, said: dict[str, Any]) -> tuple[str, str]:
        assert (request.path, request.args) == (b"/message", {b"token": [b"secret"]})
        assert said["priority"] in range(11)
        return super().shown_of(request, said)


class PushingServer:
    """A server on a file that sends pushes to this machine."""

    def __init__(self, path: Path) -> None:
        self.loopback = LoopbackServer.on_file(path)
        self.loopback.server.hooks.use_rules(Rules(LOOPBACK))
        poster = Poster(reactor, Gate(LOOPBACK))
        self.outgoing = outgoing_of(self.loopback.server, poster, self.loopback.reactor)

    async def start(self) -> PushingServer:
        await self.loopback.listen()
        self.outgoing.start()
        return self

    async def stop(self) -> None:
        self.outgoing.stop()
        await self.outgoing.close()
        await self.loopback.close()


@pytest_twisted.async_yield_fixture(params=[Ntfy, Gotify])
async def receiver(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[_Receiver, str]]:
    monkeypatch.setattr(push_delivery, "GATHER_SECONDS", 0.0)
    receiver, real = request.param(), reactor
    port = real.listenTCP(0, Site(receiver), interface="127.0.0.1")
    yield receiver, f"http://127.0.0.1:{port.getHost().port}{receiver.path}"
    await port.stopListening()


async def test_one_is_notified_also_after_a_restart(
    tmp_path: Path, receiver: tuple[_Receiver, str]
) -> None:
    notified, url = receiver
    server = await PushingServer(tmp_path / "chat.sqlite").start()
    ana = await server.loopback.member("ana")
    ana.send(f"/push {url}")
    title, message = await notified.shown.get()
    assert title == "chatd"
    ana.send(f"/push confirm {re.findall(r'[0-9]{6}', message)[0]}")
    await ana.until(EN.notice("push_is", target="http://127.0.0.1"))
    await server.stop()

    server = await PushingServer(tmp_path / "chat.sqlite").start()
    luis = await server.loopback.member("luis")
    luis.send("/msg ana psst")
    assert await notified.shown.get() == ("chatd", "luis wrote to you")
    await server.stop()
