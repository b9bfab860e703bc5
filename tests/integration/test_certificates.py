"""A certificate is replaced under open connections, on sockets.

Nothing is lost, and a bad pair changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest_twisted
from cryptography.hazmat.primitives.serialization import Encoding
from twisted.internet.endpoints import (
    clientFromString,
    serverFromString,
    wrapClientTLS,
    wrapServerTLS,
)
from twisted.internet.protocol import Factory
from twisted.internet.ssl import CertificateOptions

from chatd.daemon.certificates import Certificates
from chatd.daemon.server_certificate import ServerCertificate
from chatd.util import self_signed
from tests.support.authority import write_signed_pair
from tests.support.logs import Expect
from tests.support.loopback import LOOPBACK, WELCOME, AsyncClient, LoopbackServer

CLIENTS = 10


class Room:
    """A server on a socket with TLS, people in its lobby, and the files of its certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.renew()
        self.certificate = ServerCertificate(self_signed.files_in(folder))
        self.loopback = LoopbackServer()
        self.all = Certificates([self.certificate], self.loopback.reactor)
        self.people: list[AsyncClient] = []

    def renew(self) -> None:
        write_signed_pair(self.folder, datetime.now(timezone.utc) - timedelta(days=1))

    @property
    def in_file(self) -> bytes:
        return self.certificate.files.read().certificate.public_bytes(Encoding.DER)

    async def open(self) -> None:
        loopback = self.loopback
        below = serverFromString(loopback.reactor, LOOPBACK)
        endpoint = wrapServerTLS(self.certificate, below, loopback.reactor)
        port = await endpoint.listen(loopback.chat)
        loopback.ports.append(port)
        loopback.chat.accept_at(port)
        for _ in range(CLIENTS):
            self.people.append(await self.newcomer())

    async def newcomer(self) -> AsyncClient:
        """Return a client that has received its welcome."""
        address = f"tcp:127.0.0.1:{self.loopback.ports[0].getHost().port}"  # type: ignore[attr-defined]
        below = clientFromString(self.loopback.reactor, address)
        endpoint = wrapClientTLS(CertificateOptions(), below)  # type: ignore[arg-type]
        client: AsyncClient = await endpoint.connect(Factory.forProtocol(AsyncClient))
        self.loopback.clients.append(client)
        await client.until(WELCOME[-1])
        return client

    async def say(self, text: str) -> None:
        """Have each person say a text, and read until the last one was heard by all."""
        for number, person in enumerate(self.people):
            person.send(f"{text} {number}")
        for person in self.people:
            heard: set[str] = set()
            while len(heard) < CLIENTS:
                line = await person.line()
                if text in line:
                    heard.add(line)


def shown_to(client: Any) -> bytes:
    """Return the certificate that a client was shown, in DER."""
    shown: bytes = (
        client.transport.getPeerCertificate().to_cryptography().public_bytes(Encoding.DER)
    )
    return shown


@pytest_twisted.async_yield_fixture
async def room(tmp_path: Path) -> AsyncGenerator[Room, None]:
    room = Room(tmp_path)
    await room.open()
    yield room
    await room.loopback.close()


async def test_a_renewal_is_for_newcomers_and_loses_nothing_of_others(room: Room) -> None:
    await room.say("before")
    room.renew()
    assert room.all.reload_certificates().faults == []
    await room.say("after")
    assert shown_to(await room.newcomer()) == room.in_file != shown_to(room.people[0])
    assert len(room.loopback.chat.clients) == CLIENTS + 1


async def test_a_bad_pair_changes_nothing(room: Room, expected_errors: Expect) -> None:
    before = room.in_file
    (room.folder / "key.pem").write_bytes(b"half")
    assert len(room.all.reload_certificates().faults) == len(expected_errors()) == 1
    await room.say("after")
    assert shown_to(await room.newcomer()) == before
