"""Attacks by texts that cost more than their length: they grow, or have to be sorted."""

from __future__ import annotations

import random

from tests.proofs.attacks.attack import Attack
from tests.proofs.attacks.past import TAG
from tests.support.hostile import marks_in_the_wrong_order


class LinesThatGrow(Attack):
    """Ten clients say lines of which each character becomes ten when it is escaped.

    A batch of 480 lines of ESC took 96 ms to render.
    """

    clients = 10
    few = 4

    def run(self) -> None:
        lines = (b"x" + b"\x1b" * 4_000 + b"x\n", f"x{TAG * 4_000}x\n".encode(), b"x\x1bx\n" * 400)
        self.pour(
            self.fleet(),
            lambda client: self.distinct(lines[client % len(lines)]),
        )


class TopicsThatGrow(Attack):
    """Twenty clients set such topics in rooms of their own without end, and list the rooms."""

    clients = 20
    few = 10

    def run(self) -> None:
        dice = random.Random(4)
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            self.sent += client.send(b"/join t%d\nhere\n" % index)
        self.pour(
            fleet,
            lambda _: f"/topic {dice.randrange(10**6)}{TAG * 200}b\n".encode() * 5 + b"/rooms\n",
        )


class NamesOfMarks(Attack):
    """Twenty clients take names, and enter rooms, with marks: few, thousands, in the wrong order.

    Each name is compared with all others by its folded form, and by what it looks like.
    """

    clients = 20
    few = 10

    def run(self) -> None:
        dice = random.Random(4)
        shapes = ("e\u0301", "e\u0323\u0301", "e\u0301\u0323", "\u0439", "\u1ec7", "\u01d6")
        commands = ("nick", "join", "who", "whois", "ignore", "msg", "invite", "mute", "topic")

        def supply(_: int) -> bytes:
            name = "".join(dice.choices(shapes, k=16))
            if dice.random() < 0.2:
                name = f"{dice.randrange(1000)}{marks_in_the_wrong_order(4000)}"
            return f"/{dice.choice(commands)} {name}\n/nick {name[:30]}\n".encode()

        self.pour(self.fleet(), supply)
