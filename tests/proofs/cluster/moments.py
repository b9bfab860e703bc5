"""Moments that chance seldom finds: an author's node dies before the seal, or a failover lasts.

Each is measured on real servers and daemons.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.proofs.cluster.chaos import servers_of
from tests.proofs.cluster.nodes import Node, nodes
from tests.support.live_server import WELCOMED, Client
from tests.support.postgres import Cluster, cluster
from tests.support.sentences import EN
from tests.support.server_processes import wait_until

SHOWN_WITHIN = 0.5
"""Seconds within which others are shown a line whose author's node died before the seal."""

QUIET_SECONDS = 6.0
"""Seconds after which nothing is on its way of people who have come."""

NAMES = ("ana", "luis", "eva")

_IS_THERE = "SELECT FROM chatd.events WHERE text = %s"


def run_kills(count: int) -> list[float]:
    """Kill the nodes of authors between the append and the seal, so many times.

    Return the seconds from the moment at which the standby goes on until another node shows it.
    """
    with _running() as (pair, three):
        chance = random.Random(count)
        return [_killed(pair, chance.choice(three[:2]), three[2], n) for n in range(count)]


def _killed(pair: Cluster, node: Node, other: Node, number: int) -> float:
    text, before = f"unsealed {number}", f"sealed {number}"
    with ExitStack() as stack:
        reader, author = (stack.enter_context(Client(each.port)) for each in (other, node))
        for each in reader, author:
            each.until(WELCOMED)
        author.type(before)
        reader.until(before)
        time.sleep(QUIET_SECONDS)  # or what comes before the line would be waited for
        looking = stack.enter_context(pair.primary.connect("chatd"))
        pair.link.stall()
        author.type(text)
        wait_until(lambda: bool(looking.execute(_IS_THERE, (text,)).fetchall()), "no line")
        node.kill()
        began = time.monotonic()
        pair.link.resume()
        reader.until(text)
        seconds = time.monotonic() - began
    node.start()
    return seconds


def run_long_failover(seconds: float) -> list[str]:
    """Promote the standby so many seconds after the primary died. Return the names that are free.

    These are the names of people who stay connected, and which others can take.
    """
    with _running() as (pair, three), ExitStack() as stack:
        people = [stack.enter_context(Client(node.port)) for node in three]
        for person, name in zip(people, NAMES, strict=True):
            person.until(WELCOMED)
            person.type(f"/nick {name}")
            person.until(EN.notice("you_are", name=name))
        pair.primary.kill()
        pair.link.cut()
        people[0].type("meanwhile")
        time.sleep(seconds)
        pair.standby.promote()
        people[1].until("<ana> meanwhile")
        return list(_free(three))


def _free(three: Sequence[Node]) -> Iterator[str]:
    """Yield the names that can be taken, at each node."""
    for node in three:
        with Client(node.port) as other:
            other.until(WELCOMED)
            for name in NAMES:
                asked = f"asked for {name} at {node.name}"
                other.type(f"/nick {name}", asked)
                told = other.until(asked)
                if not any(line.startswith("ERR ") for line in told):
                    yield f"{name} at {node.name}"


@contextmanager
def _running() -> Iterator[tuple[Cluster, list[Node]]]:
    with (
        tempfile.TemporaryDirectory(prefix="chatd-moments-") as folder,
        cluster() as pair,
        nodes(Path(folder), servers_of(pair)) as three,
    ):
        yield pair, three
