"""States as they were handed over by each version of them: `chatd.daemon.handover.giving.STATES`.

``python3 -m tests.daemon.handover.states`` writes the file of the version of today.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path
from pprint import pformat
from typing import Any, NamedTuple

from chatd.daemon.handover.giving import STATES
from chatd.util.state import decode, encode
from tests.support.browser import Browser
from tests.support.irc_client import IrcClient, irc_person
from tests.support.json_client import JsonClient
from tests.support.world import FAR, Member, World

SETTLED = 60.0
"""Seconds until nothing more is shown of those who came."""


class Scene(NamedTuple):
    """A server and its clients."""

    world: World
    ana: Member
    """She has an account, and has typed half a line."""
    ben: Member
    """He is a guest, and does not take what he is sent."""
    program: Member
    """It is at the bare port."""
    eva: JsonClient
    page: Browser
    kim: IrcClient

    @property
    def people(self) -> list[Any]:
        """The clients."""
        return list(self[1:])


def scene() -> Scene:
    """Return the scene whose states are kept: the same each time."""
    world = World(nodes=1, budgets={"lines.account": 100, "lines.address": 100})
    made = Scene(
        world,
        world.member("ana"),
        world.person("ben", address=FAR),
        world.program(),
        JsonClient.come(world),
        Browser.come(world),
        irc_person(world, "kim", "lobby", capabilities="server-time echo-message"),
    )
    made.ben.type("/quiet on")
    made.ana.type("hola", "/msg ben psst")
    made.kim.send("PRIVMSG #lobby :hello")
    world.wait(SETTLED)
    for client in made.people:
        client.bytes_seen()
    made.ben.stop_taking()
    made.program.type("the disk is full")
    made.ana.send("half a lí".encode()[:-1])
    world.settle()
    return made


def taken(made: Scene) -> list[Any]:
    """Return the states of a scene: the server's, and then those of the clients."""
    states: list[Any] = []

    def take(given: list[bytes]) -> list[bytes]:
        states.extend(map(decode, given))
        return given

    made.world.hand_over(change=take)
    return states


def file_of(version: int) -> Path:
    """Return the file of the states of a version."""
    return Path(__file__).with_name(f"states_{version}.txt")


def kept(version: int) -> list[bytes]:
    """Return the states in the file of a version, encoded."""
    return [encode(each) for each in literal_eval(file_of(version).read_text("utf-8"))]


def members(state: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of all members of a state. A list is as its elements together."""
    if isinstance(state, list):
        for each in state:
            yield from members(each, f"{path}[]")
    elif isinstance(state, dict):
        for name, each in state.items():
            yield f"{path}.{name}"
            yield from members(each, f"{path}.{name}")


if __name__ == "__main__":
    file_of(STATES).write_text(pformat(taken(scene()), width=100) + "\n", "utf-8")
