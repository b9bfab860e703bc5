"""The chat and bare protocols on real sockets."""

from __future__ import annotations

import random
import re
import socket
import struct
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from chatd.accounts.accounts import Account
from chatd.accounts.passwords import Hasher, Passwords
from chatd.storage.records import change
from tests.support.certificate import OLD_API, write_certificate
from tests.support.immediately import Immediately
from tests.support.loopback import AsyncClient, LoopbackServer
from tests.support.platforms import needs_linux
from tests.support.sentences import EN
from tests.support.world import HASH, HELP_LINES

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


unmeasured = pytest.mark.usefixtures("unmeasured")


# Half-close: `nc -N`


async def test_a_half_closed_client_without_a_newline_has_posted_its_line(
    loopback: LoopbackServer,
) -> None:
    luis = await loopback.guest()
    script = await loopback.connect()
    script.send_raw(b"deploy done")
    script.half_close()
    assert await luis.line() == "<guest2> deploy done"
    assert (await script.end())[-1] == "<guest2> deploy done"
    await script.gone


@unmeasured
async def test_a_half_closed_client_is_sent_all_its_answers(loopback: LoopbackServer) -> None:
    script = await loopback.connect()
    script.send_raw(b"/help\n" * 3000)
    script.half_close()
    assert len(await script.end()) == 3 + 3000 * HELP_LINES


@unmeasured
async def test_a_half_closed_client_is_sent_the_room_up_to_its_own_last_line(
    loopback: LoopbackServer,
) -> None:
    luis, script = await loopback.guest(), await loopback.connect()
    script.send(*(f"mine {number}" for number in range(5000)))
    script.half_close()
    luis.send(*(f"his {number}" for number in range(5000)))
    lines = await script.end()
    assert [line for line in lines if "mine" in line] == [
        f"<guest2> mine {number}" for number in range(5000)
    ]


async def test_a_half_closed_client_that_never_took_its_lines_gets_them_all(
    loopback: LoopbackServer,
) -> None:
    luis, script = await loopback.guest(), await loopback.connect()
    script.transport.pauseProducing()
    luis.send(*("x" * 4000 for _ in range(1999)), "that was all")
    await luis.until("that was all")
    script.send("mine")
    script.half_close()
    await luis.until("<guest2> mine")
    script.transport.resumeProducing()
    lines = await script.end()
    assert len(lines) == 3 + 2001
    assert lines[-1] == "<guest2> mine"


async def test_two_hundred_who_post_one_line_at_once_all_get_receipts(
    loopback: LoopbackServer,
) -> None:
    luis = await loopback.guest()

    async def post(number: int) -> None:
        script = await loopback.connect()
        script.send_raw(b"job %d done" % number)
        script.half_close()
        assert any(line.endswith(f"> job {number} done") for line in await script.end())
        await script.gone

    await gatherResults([Deferred.fromCoroutine(post(number)) for number in range(200)])
    said = {(await luis.line()).split("> ")[1] for _ in range(200)}
    assert said == {f"job {number} done" for number in range(200)}


async def test_a_bare_client_that_half_closes_gets_its_line(loopback: LoopbackServer) -> None:
    await loopback.listen(bare=True)
    program = await loopback.program()
    program.send_raw(b"a\n\nb")
    program.half_close()
    assert await program.end() == ["a", "ERR Invalid message", "b"]


# Other addresses than TCP


async def test_a_unix_socket_is_like_tcp(tmp_path: Path, loopback: LoopbackServer) -> None:
    path = tmp_path / "chat"
    await loopback.listen(f"unix:{path}")
    luis = await loopback.guest()
    script = await loopback.connect(f"unix:{path}")
    script.send_raw(b"/nick ci\nhola")
    script.half_close()
    assert (await script.end())[-1] == "<ci> hola"
    assert (await luis.until("hola"))[-1] == "<ci> hola"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@OLD_API
async def test_over_tls_people_talk(loopback: LoopbackServer, certificate: Path) -> None:
    port = await loopback.listen(f"ssl:0:interface=127.0.0.1:privateKey={certificate}")
    luis = await loopback.guest()
    ana = await loopback.connect(f"ssl:127.0.0.1:{port.getHost().port}")
    ana.send("/nick ana", "hola")
    assert (await ana.until("hola"))[-1] == "<ana> hola"
    assert (await luis.until("hola"))[-1] == "<ana> hola"
    ana.send("/quit")
    assert await ana.end() == ["*** Goodbye."]
    await ana.gone


@OLD_API
async def test_over_tls_one_who_does_not_read_loses_nothing(
    loopback: LoopbackServer, certificate: Path
) -> None:
    port = await loopback.listen(f"ssl:0:interface=127.0.0.1:privateKey={certificate}")
    luis = await loopback.guest()
    ana = await loopback.connect(f"ssl:127.0.0.1:{port.getHost().port}")
    await ana.until("/quit to leave.")
    ana.transport.pauseProducing()
    luis.send(*(f"{number} " + "x" * 1000 for number in range(5000)))
    await luis.until("> 4999 ")
    ana.transport.resumeProducing()
    for number in range(5000):
        assert (await ana.line()).startswith(f"<guest1> {number} x")


# Clients that are slow, or gone


@unmeasured
async def test_a_listener_that_stops_reading_gets_every_line_in_order(tmp_path: Path) -> None:
    loopback = LoopbackServer.on_file(tmp_path / "store")
    await loopback.listen()
    luis, deaf = await loopback.guest(), await loopback.guest()
    deaf.transport.pauseProducing()
    deaf_before = deaf.received
    luis.send(*(f"{number} " + "x" * 400 for number in range(20_000)))
    await luis.until("> 19999 ")
    assert deaf.received == deaf_before
    deaf.transport.resumeProducing()
    for number in range(20_000):
        assert (await deaf.line()).startswith(f"<guest1> {number} x")
    await loopback.close()


async def test_a_reset_in_the_middle_of_a_line_leaves_no_trace(loopback: LoopbackServer) -> None:
    luis = await loopback.guest()
    for cut in b"", b"half a li", b"\xff", b"\xff\xfa", b"\r", b"a\n/since 1h\nb":
        ana = await loopback.connect()
        ana.send_raw(cut)
        await ana.until("/quit to leave.")
        reset(ana)
        await ana.gone
    luis.send("/nick luis", "still here")
    await luis.until("<luis> still here")


def reset(client: AsyncClient) -> None:
    """Have the kernel send RST, and drop unsent data."""
    linger = struct.pack("ii", 1, 0)
    client.transport.getHandle().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    client.transport.abortConnection()


@unmeasured
async def test_who_is_reset_while_others_talk_is_gone_from_the_room(
    loopback: LoopbackServer,
) -> None:
    luis, ana = await loopback.guest(), await loopback.guest()
    ana.transport.pauseProducing()
    luis.send(*("x" * 4000 for _ in range(3000)))
    reset(ana)
    await ana.gone
    luis.send("/who")
    lines = await luis.until("*** In #lobby: ")
    assert lines[-1] == "*** In #lobby: 1 guest."


class Noting(Hasher):
    """A cheap hasher that notes what it checks."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.checked: list[str] = []

    def check(self, hash: str, password: str) -> tuple[bool, str | None]:
        self.checked.append(password)
        return super().check(hash, password)


@needs_linux
async def test_no_password_is_checked_for_one_who_was_reset_while_it_waited() -> None:
    """A client is not read while its password waits, so Twisted does not report the reset."""
    hasher, threads = Noting(), Immediately()
    threads.held = True
    passwords = Passwords(cast(Any, reactor), threads, hasher, threads=1)
    loopback = LoopbackServer(passwords=passwords)
    await loopback.listen()
    ana = Account("ana", HASH)
    await change(loopback.store, loopback.server.accounts.table.put(ana.key, ana))
    first, gone, script = [await loopback.guest() for _ in range(3)]
    for number, client in enumerate((first, gone, script)):
        client.send(f"/login ana wrong horse {number}")
        while len(passwords._queue) < number:
            await deferLater(loopback.reactor, 0)
    script.half_close()
    reset(gone)
    await gone.gone
    threads.held = False
    threads.work()
    for client in first, script:
        await client.until(EN.sentence("wrong_password", name="ana"))
    assert hasher.checked == ["wrong horse 0", "wrong horse 2"]
    await loopback.close()


# Any bytes


def junk() -> dict[str, list[bytes]]:
    """Return byte strings, by name, in the pieces in which they are sent."""
    chance = random.Random(2)
    pairs = b"".join(
        bytes([first, second]) + b"\n" for first in range(256) for second in range(256)
    )
    return {
        "every byte": [bytes(range(256))],
        "every byte in a line": [b"a" + bytes([byte]) + b"b\n" for byte in range(256)],
        "every byte alone": [bytes([byte, 10]) for byte in range(256)],
        "every pair of bytes": [pairs],
        "random bytes": [chance.randbytes(chance.randrange(3000)) for _ in range(200)],
        "a long line": [b"x" * 300_000],
        "newlines": [b"\n" * 20_000],
    }


@unmeasured
@pytest.mark.deadline(30)
@pytest.mark.parametrize("bare", [False, True], ids=["chat", "bare"])
@pytest.mark.parametrize("name", junk())
async def test_no_bytes_harm_anybody(loopback: LoopbackServer, name: str, bare: bool) -> None:
    await loopback.listen(bare=True)
    luis, reader = await loopback.guest(), await loopback.program()
    sender = await (loopback.program() if bare else loopback.connect())
    sender.send_raw(b"/text\n")
    for piece in junk()[name]:
        sender.send_raw(piece)
    # The bytes may begin an IAC or a subnegotiation, which swallows the next bytes: send more.
    sender.send_raw(b"\xff\xf0\n" + b"x" * 600 + b"\n\nthe end\n")
    heard = await luis.until("the end")
    heard += await reader.until("the end")
    await sender.until("the end")  # the connection stays
    for line in heard:
        assert not CONTROLS.search(line), line


async def test_one_who_quits_and_then_closes_is_forgotten_once(loopback: LoopbackServer) -> None:
    ana = await loopback.guest()
    ana.send("/quit")
    await ana.until("Goodbye.")
    await ana.end()
    await ana.close()  # while the server still waits for this
    await loopback.chat.when_empty()


# Coming back


async def test_one_who_comes_back_sees_what_was_missed_and_finds_it(tmp_path: Path) -> None:
    loopback = LoopbackServer.on_file(tmp_path / "chatd.sqlite")
    await loopback.listen()
    ana, luis = await loopback.guest(), await loopback.guest()
    ana.send("/nick ana", "/register correct horse", "/quit")
    assert "*** ana is yours now. When you come back: /login ana" in await ana.end()
    luis.send("/nick luis", "The build is GREEN", "/msg ana call me", "/nick ana", "/sync")
    told = await luis.until("/sync")
    assert told[-4:-1] == [
        "(private to ana) <luis> call me",
        "*** ana is not here. Your line is stored, and shown when ana comes back.",
        "ERR Name in use: ana is registered. /login ana PASSWORD if it is"
        " yours, or choose another name.",
    ]
    again = await loopback.connect()
    again.send("/login ana correct horse", "/search green", "/mentions", "/missed", "/quit")
    lines = [line.split("] ")[-1] for line in await again.end()]
    assert lines[lines.index("*** You are now ana.") + 1 :] == [
        "*** 1 private line since you left:",
        "(private) <luis> call me",
        "*** 1 line in #lobby since you left:",
        "<luis> The build is GREEN",
        "*** 1 line of #lobby:",
        "<luis> The build is GREEN",
        "*** No line that mentions ana was found.",
        "*** You have missed nothing.",
        "*** Goodbye.",
    ]
    await loopback.close()


async def test_missed_lines_are_streamed_and_the_place_moves_with_them() -> None:
    loopback = LoopbackServer()
    await loopback.listen()
    ana, luis = await loopback.guest(), await loopback.guest()
    ana.send("/nick ana", "/register correct horse", "/quit")
    await ana.end()
    for _ in range(10):
        luis.send(*["x" * 100] * 300)
        luis.send("/sync")
        await luis.until("/sync")
    again = await loopback.connect()
    again.send("/login ana correct horse", *["/missed"] * 5, "/sync")
    await again.until("3000 lines in #lobby since you left:")
    shown = await again.until("/sync")
    assert len([line for line in shown if line.endswith("x" * 100)]) == 600
    await again.close()
    while loopback.server.unread.sessions("ana"):
        await deferLater(reactor, 0)
    assert loopback.server.unread.read_marks.of("ana", "lobby") == 600
    await loopback.close()
