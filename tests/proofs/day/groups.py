"""A class of 40 and an office of 200, each behind one address, through a day.

All numbers are those of the bar: not one of them is ever refused. A short form says less, with as
many people and connections. This module must not know how people speak to the daemon.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress

from tests.proofs.day.builds import Build
from tests.proofs.day.daemon import Daemon
from tests.proofs.day.people import AtBrowser, AtTerminal, Person

HOUR = 3600.0
MINUTE = 60.0

TEAM = 20
"""People of an office in one room."""

Addresses = Callable[[int], IAddress]
"""A function that returns the address of a machine, given its number."""


def one_ipv4(number: int) -> IAddress:
    """Return the one address behind which all machines are."""
    return IPv4Address("TCP", "203.0.113.7", 40_000 + number)


def one_64(number: int) -> IAddress:
    """Return the address of a machine in one IPv6 /64."""
    return IPv6Address("TCP", f"2001:db8:7:1::{number:x}", 40_000)


ADDRESSES: dict[str, Addresses] = {"one IPv4 address": one_ipv4, "one IPv6 /64": one_64}


class Class(NamedTuple):
    """A class: all come within a minute, and come back within a minute after each break.

    Each says ``lines`` in all, asks ``asks`` times for the past, and pastes ``pasted`` lines once,
    at the same time as the others. There are ``breaks`` of ten minutes between lessons of fifty.
    """

    people: int = 40
    lines: int = 500
    asks: int = 50
    pasted: int = 300
    breaks: int = 6
    kinds: Sequence[type[AtTerminal] | type[AtBrowser]] = (AtTerminal, AtBrowser)
    """The kinds of people, in turns."""

    @property
    def lessons(self) -> int:
        """The number of lessons."""
        return self.breaks + 1

    @property
    def ends(self) -> float:
        """The hour at which the last lesson is over."""
        return 8.0 + self.lessons

    @property
    def all_lines(self) -> int:
        """The number of lines that all say together."""
        return self.people * (self.lines + self.pasted)

    def begin(self, daemon: Daemon, address: Addresses) -> Sequence[Person]:
        """Let the class come at eight."""
        chance = random.Random(40)
        pupils: list[AtTerminal | AtBrowser] = []
        for number in range(self.people):
            kind = self.kinds[number % len(self.kinds)]
            pupil = kind(daemon, f"pupil{number}", address(number))
            pupils.append(pupil)
            daemon.begin(pupil.name, self._live(daemon, pupil, random.Random(chance.random())))
        return pupils

    async def _live(
        self, daemon: Daemon, pupil: AtTerminal | AtBrowser, chance: random.Random
    ) -> None:
        await daemon.pause(8 * HOUR + chance.uniform(0, MINUTE))
        await pupil.register()
        await pupil.enter("class")
        for lesson in range(self.lessons):
            begins = (8 + lesson) * HOUR
            if lesson:
                await daemon.until(begins + chance.uniform(0, MINUTE))
                await (pupil.mistype() if lesson == 1 else pupil.come())
            if lesson == 2:
                await daemon.until(begins + 10 * MINUTE)  # all paste at once
                await pupil.say(*(f"line {line} of {pupil.name}" for line in range(self.pasted)))
            todo = [pupil.ask_for_past] * _share(self.asks, self.lessons, lesson)
            lines = _share(self.lines, self.lessons, lesson)
            first = sum(_share(self.lines, self.lessons, each) for each in range(lesson))
            say = [f"{pupil.name} says {line} words" for line in range(first, first + lines)]
            times = sorted(chance.uniform(15, 49) for _ in range(len(say) + len(todo)))
            asks = set(chance.sample(range(len(times)), len(todo)))
            for place, minute in enumerate(times):
                await daemon.until(begins + minute * MINUTE)
                await (todo.pop()() if place in asks else pupil.say(say.pop(0)))
            await daemon.until(begins + 50 * MINUTE + chance.uniform(0, MINUTE))
            pupil.leave()


class Office(NamedTuple):
    """An office, in teams of twenty with a room each; people come within half an hour.

    Each says ``lines`` in all, searches ``searches`` times, and is ``reconnects`` times cut off,
    once together with all others. The room of the builds has ``hooks``, and ``builds`` that post
    ``posted`` lines each.
    """

    people: int = 200
    lines: int = 100
    searches: int = 20
    reconnects: int = 30
    hooks: int = 5
    builds: int = 10
    posted: int = 2000
    ends: float = 17.0  # the hour
    kinds: Sequence[type[AtTerminal] | type[AtBrowser]] = (AtTerminal, AtBrowser)
    """The kinds of people, in turns."""

    @property
    def outage(self) -> float:
        """The second of the day at which all are cut off."""
        return (9 + self.ends) / 2 * HOUR

    @property
    def all_lines(self) -> int:
        """The number of lines that all say together, and the builds."""
        return self.people * self.lines + self.builds * self.posted

    def begin(self, daemon: Daemon, address: Addresses) -> Sequence[Person]:
        """Let the office come at half past eight."""
        chance = random.Random(200)
        people: list[AtTerminal | AtBrowser] = []
        for number in range(self.people):
            kind = self.kinds[number % len(self.kinds)]
            one = kind(daemon, f"clerk{number}", address(number))
            people.append(one)
            life = self._live(daemon, one, number // TEAM, random.Random(chance.random()))
            daemon.begin(one.name, life)
        builder = AtTerminal(daemon, "builder", address(self.people))
        daemon.begin(builder.name, self._build(daemon, builder, address))
        return [*people, builder]

    async def _live(
        self, daemon: Daemon, one: AtTerminal | AtBrowser, team: int, chance: random.Random
    ) -> None:
        await daemon.pause(8.5 * HOUR + chance.uniform(0, 30 * MINUTE))
        await one.register()
        await one.enter(f"team{team}")

        async def be_cut_off() -> None:
            one.leave()
            await daemon.pause(chance.uniform(1, 5))
            await one.come()

        async def say() -> None:
            await one.say(f"{one.name} says {one.said} words")

        async def search() -> None:
            await one.search("words")

        todo = [
            *[say] * self.lines,
            *[search] * self.searches,
            *[be_cut_off] * (self.reconnects - 1),
        ]
        times = [chance.uniform(9, self.ends) * HOUR for _ in todo]
        agenda = [*zip(times, todo, strict=True), (self.outage, be_cut_off)]
        for time, do in sorted(agenda, key=lambda each: each[0]):
            await daemon.until(time)
            await do()
        one.leave()

    async def _build(self, daemon: Daemon, builder: AtTerminal, address: Addresses) -> None:
        await daemon.pause(8 * HOUR)
        await builder.register()
        await builder.enter("builds")
        for number in range(self.hooks):
            await builder.add_hook(f"https://hooks.example/{number}")
        for number in range(self.builds):
            token = await builder.make_token(f"build{number}")
            build = Build(daemon, f"build{number}", address(number), token)
            # Half of them post each line alone, as it comes, and half post what they have.
            at_once = 1 if number % 2 else 50
            begins = (9 + number / self.builds * (self.ends - 9)) * HOUR
            daemon.begin(build.name, build.run("builds", begins, self.posted, at_once))


def _share(count: int, parts: int, part: int) -> int:
    """Return the size of one of so many parts of a number, which are about equal."""
    return count * (part + 1) // parts - count * part // parts
