"""The conversations that people at other doors have with each IRC client.

``ana`` is at the client, and the others say nothing that comes twice. This module must not know
which client it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.proofs.irc_clients.marks import until_read
from tests.proofs.irc_clients.people import AtNc, Person
from tests.proofs.irc_clients.programs import Program
from tests.support.live_server import LiveServer

ANA, LUIS, EVA = "ana", "luis", "eva"

ROOM = "ops"

PASSWORD = "one-without-a-space"


def talk(ana: Program, luis: AtNc, others: Sequence[Person]) -> None:
    """Have all talk in the room that they are in: lines, actions, a topic, private lines."""
    everyone = [luis, *others]
    ana.say(ROOM, "hola a todos")
    for person in everyone:
        person.sees(ANA, "hola a todos")
    for person in everyone:
        person.type(f"buenas de {person.name}", f"/me saluda de {person.name}")
        ana.until(f"buenas de {person.name}")
        ana.until(f"{person.name} saluda de {person.name}")
    ana.act(ROOM, "baila")
    ana.set_topic(ROOM, "turno de noche")
    for person in everyone:
        person.sees_action(ANA, "baila")
        person.sees_told("turno de noche")
    ana.tell(LUIS, "sólo para ti")
    luis.sees_told(f"(private) <{ANA}> sólo para ti")
    luis.type(f"/msg {ANA} y esto para ti")
    ana.until("y esto para ti")


def put_out(ana: Program, server: LiveServer) -> None:
    """Put the client out of a room; it joins again, and is sent what was said meanwhile."""
    with AtNc(server.port, EVA, f"/register {PASSWORD}", "/create guardia") as eva:
        ana.join("guardia")
        ana.until(ana.joined("guardia"))
        ana.say("guardia", "hola guardia")
        eva.sees(ANA, "hola guardia")
        eva.type(f"/kick {ANA} fuera", "ya no está")
        ana.until(ana.kicked("guardia", EVA))
        eva.sees(EVA, "ya no está")
        ana.join("guardia")
        ana.until("ya no está")


def register(server: LiveServer, name: str) -> None:
    """Register an account."""
    with AtNc(server.port, name, f"/register {PASSWORD}"):
        pass


def crash(server: LiveServer, ana: Program, luis: AtNc, others: Sequence[Person]) -> LiveServer:
    """Kill the daemon once the client was sent a line, start it again, and say another line.

    The client comes back. Return the daemon.
    """
    luis.type("antes de caer")
    ana.until("antes de caer")
    for person in others:
        person.sees(LUIS, "antes de caer")
    if ana.password:
        until_read(Path(server.directory, "store"), ANA, ROOM, 1)
    server.kill()
    again = server.again()
    with AtNc(again.port, LUIS, f"/join {ROOM}", "tras la caída") as back:
        for person in others:
            person.sees(LUIS, "tras la caída")
        ana.until("tras la caída")
        ana.say(ROOM, "aquí estoy")
        back.sees(ANA, "aquí estoy")
    return again
