"""Attacks by clients that ask for the past: for pages of it, and for what is found in it."""

from __future__ import annotations

import random

from tests.proofs.attacks.attack import READING, SEARCHING, Attack, command
from tests.proofs.attacks.innocents import INNOCENT, enter
from tests.proofs.attacks.past import LINES, LONG, LONG_LINES, MARKED, TAGGED
from tests.proofs.attacks.web import WebAttack

ROOMS = (LONG, TAGGED, MARKED)


class HistoriesAskedFor(Attack):
    """A hundred clients ask for the last lines of three rooms at once, in a loop.

    An innocent client asks for a few lines meanwhile.
    """

    clients = 100
    few = 20
    shared = READING

    def run(self) -> None:
        dice = random.Random(4)
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            room = ROOMS[index % len(ROOMS)]
            self.sent += client.send(f"/join {room}\n".encode())
        other = enter(self.door)
        with self.innocent(lambda: command(other, "/history 5")):
            self.pour(
                fleet,
                lambda _: (
                    b"/history %d\n/since %dd\n" % (dice.randrange(2, 101), dice.choice((1, 9)))
                ),
            )


class PagesAskedFor(WebAttack):
    """Twenty clients ask over HTTP for the pages of three rooms, each from another line on."""

    clients = 20
    few = 10
    shared = READING

    def run(self) -> None:
        dice = random.Random(4)

        def supply(_: int) -> bytes:
            room = dice.choice(ROOMS)
            before = dice.randrange(2, LONG_LINES if room == LONG else LINES)
            return self.request(f"/api/rooms/{room}/messages?before={before}&limit=500")

        self.ask(self.fleet(), supply)


class StreamsOfThePast(WebAttack):
    """A hundred clients ask for event streams from the first line of a room on, and never read."""

    clients = 100
    few = 20
    shared = READING

    def run(self) -> None:
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            room = ROOMS[index % len(ROOMS)]
            self.sent += client.send(self.request(f"/api/rooms/{room}/stream?after={index}"))
        self.linger()


class SearchesAtOnce(Attack):
    """A hundred clients search a long log at once, each for other words, in a loop.

    An innocent client searches meanwhile.
    """

    clients = 100
    few = 20
    shared = SEARCHING

    def run(self) -> None:
        dice = random.Random(4)
        fleet = self.fleet()
        for client in fleet:
            self.sent += client.send(f"/join {LONG}\n".encode())
        searches = (
            "fox {}",
            "hound from:eve {}",
            '"as people write them" {}',
            "o{}",
            "nowhere {} to be found",
            "from:luis {}",
        )
        other = enter(self.door, f"/join {LONG}", client=INNOCENT)
        with self.innocent(lambda: command(other, "/search hound")):
            self.pour(
                fleet,
                lambda _: f"/search {dice.choice(searches).format(dice.randrange(97))}\n".encode(),
            )
