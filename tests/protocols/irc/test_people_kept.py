"""The lists of people that IRC clients keep by the lines that they are sent."""

from __future__ import annotations

import random

import pytest

from tests.support.browser import browser_tab
from tests.support.irc_client import IrcClient, irc_person
from tests.support.world import World

ROOMS = ("ops", "dev")
RANKS = "~&@+"
LETTERS = dict(zip("qaov", RANKS, strict=True))
STEPS = 100


class Kept:
    """The lists that a client keeps: in each channel, the modes of each person."""

    def __init__(self, client: IrcClient) -> None:
        self.client = client
        self.name = client.handler.session.name
        self.lists: dict[str, dict[str, set[str]]] = {}

    def read(self) -> None:
        for line in self.client.seen():
            source, command, *rest = line.removeprefix(":").split(" ")
            handle = getattr(self, f"_{command.lower()}", None)
            if handle is not None:
                handle(source.partition("!")[0], *(word.removeprefix(":") for word in rest))

    def _join(self, name: str, channel: str, *rest: str) -> None:
        if name == self.name:
            self.lists[channel] = {}
        self.lists[channel].setdefault(name, set())

    def _353(self, source: str, me: str, symbol: str, channel: str, *names: str) -> None:
        for word in names:
            name = word.lstrip(RANKS)
            prefixes = word[: len(word) - len(name)]
            modes = {mode for mode, prefix in LETTERS.items() if prefix in prefixes}
            self.lists[channel][name] = modes

    def _part(self, name: str, channel: str, *reason: str) -> None:
        if name == self.name:
            self.lists.pop(channel, None)
        else:
            self.lists[channel].pop(name, None)

    def _kick(self, by: str, channel: str, name: str, *reason: str) -> None:
        self._part(name, channel)

    def _quit(self, name: str, *reason: str) -> None:
        for people in self.lists.values():
            people.pop(name, None)

    def _nick(self, name: str, new_name: str) -> None:
        if name == self.name:
            self.name = new_name
        for people in self.lists.values():
            if name in people:
                people[new_name] = people.pop(name)

    def _mode(self, source: str, channel: str, modes: str, *names: str) -> None:
        left, is_set = list(names), True
        for letter in modes:
            if letter in "+-":
                is_set = letter == "+"
            elif letter in LETTERS:
                name = left.pop(0)
                if name in self.lists[channel]:
                    of_name = self.lists[channel][name]
                    of_name.add(letter) if is_set else of_name.discard(letter)
            elif letter == "b":
                left.pop(0)

    @property
    def ranks(self) -> dict[str, dict[str, str]]:
        """The first prefix of each person in each channel."""
        return {
            channel: {name: _first({LETTERS[mode] for mode in modes}) for name, modes in of.items()}
            for channel, of in self.lists.items()
        }

    def told(self) -> dict[str, dict[str, str]]:
        """Return the same as NAMES tells it."""
        found: dict[str, dict[str, str]] = {}
        for channel in self.lists:
            self.client.send(f"NAMES {channel}")
            people = found[channel] = {}
            for line in self.client.seen():
                if " 353 " in line:
                    for word in line.partition(" :")[2].split(" "):
                        name = word.lstrip(RANKS)
                        people[name] = _first(set(word[: len(word) - len(name)]))
        return found


def _first(prefixes: set[str]) -> str:
    return next((rank for rank in RANKS if rank in prefixes), "")


class Story:
    """People of several doors, who do things at random."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.olga = irc_person(world, "olga", *ROOMS, account=True)
        self.olga.handler.use_capabilities(frozenset({"multi-prefix"}))
        self.olga.send("NAMES #ops", "NAMES #dev")
        self.eva = irc_person(world, "eva", "ops", account=True)
        self.eva.handler.use_capabilities(frozenset({"multi-prefix", "extended-join"}))
        self.kept = [Kept(self.olga), Kept(self.eva)]
        for kept in self.kept:
            for room in kept.client.handler.session.memberships:
                kept.lists[f"#{room.name}"] = {}
                kept.client.send(f"NAMES #{room.name}")
            kept.read()
        self.others = [
            self.eva,
            irc_person(world, "rosa", account=True),
            irc_person(world, "max"),
            world.member("rosa"),
            world.member("eva"),
            world.person("max2"),
            world.person(),
        ]
        self.tabs = [browser_tab(world, "rosa"), browser_tab(world, "tab")]

    def step(self) -> str:
        """Do something; return what."""
        pick = self.random.choice
        if self.random.random() < 0.25:
            room = pick(ROOMS)
            return self.rule(room, pick(self.world.room(room).here.names))
        number = self.random.randrange(len(self.others) + len(self.tabs))
        room, name = pick(ROOMS), pick(("max", "max2", "max3", "tab"))
        if number >= len(self.others):
            line = pick((f"/join {room}", "/leave", f"/nick {name}", "hola"))
            self.tabs[number - len(self.others)].say(line)
        elif isinstance(person := self.others[number], IrcClient):
            line = pick(
                (
                    *("JOIN #ops", "JOIN #dev", "JOIN #ops,#dev"),
                    *(f"PART #{room} :bye", f"NICK {name}", f"PRIVMSG #{room} :hola"),
                )
            )
            person.send(line)
        else:
            line = pick((f"/join {room}", "/leave", f"/nick {name}", "hola", "/logout", "/quit"))
            person.type(line)
            if line == "/quit":
                self.others[number] = self.world.member(pick(("rosa", "eva")))
        return f"{number} {line}"

    def rule(self, room: str, name: str) -> str:
        line = self.random.choice(
            (
                f"MODE #{room} +v {name}",
                f"MODE #{room} -v {name}",
                f"MODE #{room} +o {name}",
                f"MODE #{room} -o {name}",
                f"KICK #{room} {name}",
                f"MODE #{room} +m",
                f"MODE #{room} -m",
                f"MODE #{room} +b {name}",
                f"MODE #{room} -b {name}",
            )
        )
        self.olga.send(line)
        return f"olga {line}"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.one_node("the random story is of one node")
def test_they_are_what_names_tells(seed: int) -> None:
    story = Story(World(), seed)
    done: list[str] = []
    for _ in range(STEPS):
        done.append(story.step())
        story.world.settle()
        for kept in story.kept:
            kept.read()
            assert kept.ranks == kept.told(), done
