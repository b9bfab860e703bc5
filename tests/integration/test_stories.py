"""Whole conversations on real sockets with a real store, as people with plain ``nc`` have them."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_twisted

from chatd.client.export import add_arguments
from chatd.client.export import run as export
from chatd.i18n import Language
from tests.support.loopback import AsyncClient, LoopbackServer
from tests.support.sentences import EN, ES

pytestmark = pytest.mark.quick


class RestartedServer:
    """A server on a file, which the test stops and starts again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.loopback: LoopbackServer

    async def start(self, **options: object) -> None:
        self.loopback = LoopbackServer.on_file(self.path, **options)
        await self.loopback.listen()

    async def stop(self) -> None:
        await self.loopback.close()

    async def guest(self, *lines: str) -> AsyncClient:
        """Return a client that has typed some lines and read the answers."""
        client = await self.loopback.connect()
        client.send(*lines, "/sync")
        await client.until("/sync")
        return client


async def seen(client: AsyncClient) -> list[str]:
    """Return the lines that a client has received so far."""
    client.send("/sync")
    return [without_time(line) for line in (await client.until("/sync"))[:-1]]


def without_time(line: str) -> str:
    return line.partition("] ")[2] if line.startswith("[") else line


@pytest_twisted.async_yield_fixture
async def server(tmp_path: Path) -> AsyncGenerator[RestartedServer, None]:
    server = RestartedServer(tmp_path / "store")
    yield server
    await server.stop()


async def test_one_registers_leaves_is_written_to_comes_back_and_finds_it(
    server: RestartedServer,
) -> None:
    await server.start()
    luis = await server.guest("/nick luis")
    ana = await server.guest("/nick ana", "/register", "una clave larga")
    ana.send("hola", "/quit")
    await ana.end()
    await ana.close()
    await luis.until("<ana> hola")
    luis.send("/msg ana the key is under the mat", "Is anybody here?", "build 17 is green")
    assert (await seen(luis))[-4:] == [
        "(private to ana) <luis> the key is under the mat",
        EN.notice("waits_for", name="ana"),
        "<luis> Is anybody here?",
        "<luis> build 17 is green",
    ]

    await server.stop()
    await server.start()
    eva = await server.guest()
    eva.send("/nick ana", "/nick Ana", "/login ana wrong password")
    assert [line.partition(":")[0] for line in await seen(eva)] == [
        "ERR Name in use",
        "ERR Name in use",
        "ERR Wrong password",
    ]

    ana = await server.guest()
    ana.send("/login ana una clave larga", "/search BUILD", "/search from:luis mat")
    assert await seen(ana) == [
        EN.notice("you_are", name="ana"),
        EN.notice("private_missed", count=1),
        "(private) <luis> the key is under the mat",
        EN.notice("missed", count=2, room="lobby"),
        "<luis> Is anybody here?",
        "<luis> build 17 is green",
        EN.notice("found", count=1, room="lobby"),
        "<luis> build 17 is green",
        EN.notice("nothing_found", room="lobby"),
    ]
    ana.send("/logout", "/login ana una clave larga")
    assert (await seen(ana))[-1] == EN.notice("you_are", name="ana")  # she has seen all of it


async def test_a_class_of_thirty_behind_one_address_in_spanish(
    server: RestartedServer, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    passed = 0
    await server.start(language=Language.SPANISH, now=lambda: time.time() + passed)
    teacher = await server.guest("/nombre marta", "/registrar una clave larga")
    teacher.send("/crear clase anuncios")
    assert ES.notice("joined_new_room", room="clase") in await seen(teacher)
    pupils = [await server.guest(f"/nombre alumno{n}", "/sala clase") for n in range(30)]

    loud, quiet = pupils[:2]
    teacher.send("Buenos días a todos")
    await quiet.until("<marta> Buenos días a todos")
    loud.send("¡hola!")
    assert (await loud.until("ERR "))[-1].startswith("ERR Not allowed: en #clase ")

    teacher.send("/modo abierto")
    await quiet.until(ES.deed("mode", "marta", "abierto"))
    loud.send("¡hola! ¡hola!")
    await quiet.until("<alumno0> ¡hola! ¡hola!")

    teacher.send("/callar alumno0 1m hablas mucho")
    await quiet.until(ES.deed("mute", "marta", "alumno0", time="1m", reason="hablas mucho"))
    loud.send("pero…", "/nombre otro", "¿y ahora?")
    answers = [line for line in await seen(loud) if line.startswith(("ERR", "<alumno", "<otro"))]
    assert [line.partition(":")[0] for line in answers[-2:]] == ["ERR Not allowed"] * 2
    quiet.send("¿Hay deberes?")
    await teacher.until("<alumno1> ¿Hay deberes?")
    teacher.send("/vetos")
    assert any("alumno0" in line and "hablas mucho" in line for line in await seen(teacher))

    passed = 61
    loud.send("ya me callo")
    await quiet.until("> ya me callo")

    parser = ArgumentParser()
    add_arguments(parser)
    where = ["--store", f"sqlite:{server.path}", "--room", "clase", "--format", "markdown"]
    assert export(parser.parse_args([*where, "--language", "es"])) == 0
    transcript = capsysbinary.readouterr().out.decode()
    muted = ES.deed("mute", "marta", "alumno0", time="1m", reason="hablas mucho")[4:]
    for said in "Buenos días a todos", muted, "¿Hay deberes?", "ya me callo":
        assert said in transcript
    assert "pero…" not in transcript


async def test_what_was_ordered_holds_after_a_kill(server: RestartedServer, tmp_path: Path) -> None:
    await server.start()
    ana = await server.guest("/nick ana", "/register una clave larga", "/create ops private")
    await server.guest("/nick luis", "/register otra clave larga")
    eva = await server.guest("/nick eva", "/register tercera clave")
    ana.send("/invite luis", "/ban eva 1d no", "the plan", "/away at lunch", "/ignore eva")
    ana.send("/ban #lobby eva", "/topic plans")
    answers = await seen(ana)
    assert EN.deed("ban", "ana", "eva", time="1d", reason="no") in answers
    eva.send("/msg ana let me in")
    await seen(eva)

    # As `kill -9` leaves it: what is on disk at this moment.
    copy = tmp_path / "copy"
    for name in "", "-wal":
        copy.with_name(f"copy{name}").write_bytes(
            server.path.with_name(f"{server.path.name}{name}").read_bytes()
        )
    again = RestartedServer(copy)
    await again.start()
    eva = await again.guest("/login eva tercera clave")
    eva.send("/join ops", "/who ops", "/msg #ops hola", "/rooms", "/msg ana still there?")
    answers = await seen(eva)
    refused = [line for line in answers if line.startswith("ERR ")]
    assert [line.partition(":")[0] for line in refused] == [
        "ERR Name in use",  # a hidden room has it
        "ERR No room",
        "ERR No room",
    ]
    assert not any("#ops" in line for line in answers if not line.startswith("ERR "))
    assert EN.notice("is_away", name="ana", text="at lunch") in answers
    luis = await again.guest("/login luis otra clave larga")
    luis.send("/join ops", "/topic", "/search plan")
    answers = await seen(luis)
    assert EN.notice("topic", topic="plans") in answers
    assert answers[-1] == "<ana> the plan"
    ana = await again.guest()
    ana.send("/login ana una clave larga", "/ignore")
    answers = await seen(ana)
    assert EN.notice("ignores", names="eva") in answers
    assert not any("let me in" in line for line in answers)
    await again.stop()
