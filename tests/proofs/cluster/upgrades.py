"""Upgrades of one of two nodes, while people talk at both: none of them may notice it.

The clients, and what must be true of what they receive, are those of `tests.proofs.upgrade`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from tests.proofs.upgrade.check import faults_of
from tests.proofs.upgrade.crowd import (
    TOKEN,
    Crowd,
    IrcClient,
    LineClient,
    Token,
    WebSocketClient,
    rooms_of,
)
from tests.proofs.upgrade.rounds import DYING
from tests.support.live_server import NO_BUDGETS, UNHURRIED, environment
from tests.support.postgres import cluster
from tests.support.server_processes import PATIENCE, free_ports, wait_until

UPGRADED, OTHER = "alba", "brisa"
"""The names of the nodes."""

STEPS = ("ready", "prepared", "meet", "opened", "adopted", "stop meet")
"""The steps at which a successor ends: what it is about to say. ``stop``: it hangs there."""

PAUSE = 0.4
"""Seconds between two lines of a client."""

ROOMS = 2

COMES_OR_GOES = re.compile(rb"\*\*\* [^<\n]* (joined|left|is now|has left|has joined)[^\n]*")

_TOOK = re.compile(r"upgraded: .* The pause was (\d+) ms")

_LINES = """
SELECT rooms.name, events.text FROM chatd.events JOIN chatd.rooms
    ON rooms.shard = events.shard AND rooms.id = events.room ORDER BY rooms.name, events.seq
"""

_STATE = (
    "SELECT name, term, live FROM chatd.nodes ORDER BY name",
    # All know rooms that have lines, and the turn to forget is left while a node stands still.
    "SELECT look, name, holder, node FROM chatd.claims"
    " WHERE look NOT LIKE 'room %' AND look <> 'turn to forget' ORDER BY look, name, holder",
    "SELECT key, value, node FROM chatd.records WHERE kind = 'visit' ORDER BY key",
)
"""Queries of all that an upgrade leaves as it is: terms, claims of names and turns, and visits."""

ALL_LIVE = [[UPGRADED, "live, asked"], [OTHER, "live"]]
"""The nodes as ``chatd admin nodes`` lists them."""


class Watcher(LineClient):
    """A client of chat lines, which also notes who comes and goes, by ``changes``."""

    changes: Sequence[bytes] = ()

    def _note(self, data: bytes) -> None:
        self.changes = [*self.changes, *(found[0] for found in COMES_OR_GOES.finditer(data))]
        super()._note(data)


class Node:
    """A daemon, which is upgraded again and again under one name."""

    def __init__(self, name: str, folder: Path, store: str) -> None:
        self.name = name
        self.port = free_ports(3)
        self._store = store
        self._folder = folder
        self._log = folder / f"{name}.log"
        self._dies_at = folder / f"{name}.dies-at"
        path = os.pathsep.join([str(DYING), environment()["PYTHONPATH"]])
        kinds = ("--listen", "--web", "--irc")
        addresses = [
            f"{kind}=tcp:{self.port + index}:interface=127.0.0.1"
            for index, kind in enumerate(kinds)
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.proofs.upgrade.serve", "--store", store),
                    *("--node", name, "--connections-per-address", "0"),
                    *(*addresses, *UNHURRIED, *NO_BUDGETS),
                ],
                cwd=folder,
                env={**environment(), "PYTHONPATH": path, "CHATD_DIES_AT": str(self._dies_at)},
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: "history in " in self.said, f"{name} does not start: {self.said}")

    @property
    def said(self) -> str:
        """All that it has logged."""
        return self._log.read_text(errors="replace")

    @property
    def pauses(self) -> list[float]:
        """The seconds for which it stood still, by its own words, for each upgrade."""
        return [int(found) / 1000 for found in _TOOK.findall(self.said)]

    @property
    def failures(self) -> int:
        """The number of upgrades that have failed."""
        return self.said.count("not upgraded: ")

    def begin_upgrade(self, dies_at: str = "") -> None:
        """Ask for an upgrade, whose successor may end at a step."""
        self._dies_at.write_text(dies_at)
        self._process.send_signal(signal.SIGUSR2)

    def ask_for_nodes(self) -> subprocess.Popen[str]:
        """Run ``chatd admin nodes``."""
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "chatd", "admin", "--store", self._store),
                *("--node", self.name, "nodes"),
            ],
            cwd=self._folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(PATIENCE)


class Upgrades:
    """Two nodes with people, one of which is upgraded. ``faults`` are those found on the way."""

    def __init__(self, each: int) -> None:
        self.faults: list[str] = []
        self.pauses: Sequence[float] = ()
        """The seconds for which the node stood still, by its own words, for each upgrade."""
        self.longest: dict[str, list[float]] = {UPGRADED: [], OTHER: []}
        """The longest waits for an own line, in seconds, with each upgrade."""
        self._each = each
        self._ending = ExitStack()

    def __enter__(self) -> Upgrades:
        folder = self._ending.enter_context(tempfile.TemporaryDirectory(prefix="chatd-upgrades-"))
        self._pair = self._ending.enter_context(cluster())
        self._url = self._pair.url()
        self.node, other = (self._start(name, Path(folder)) for name in (UPGRADED, OTHER))
        clients, kinds = [], (Watcher, WebSocketClient, IrcClient)
        for node in (self.node, other):
            for offset, kind in enumerate(kinds):
                for _ in range(self._each):
                    number = len(clients)
                    clients.append(kind(number, f"r{number % ROOMS}", node.port + offset))
        self._at = {UPGRADED: clients[: len(clients) // 2], OTHER: clients[len(clients) // 2 :]}
        self._clients = clients
        self._crowd = Crowd(clients, PAUSE)
        self._ending.callback(self._crowd.close)
        self._crowd.settle()
        self._crowd.talk(6.0)  # until all are told of all that came
        self._longest()
        for client in self._watchers:
            client.changes = ()
        self._before = self._state()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def _start(self, name: str, folder: Path) -> Node:
        node = Node(name, folder, self._url)
        self._ending.callback(node.close)
        return node

    @property
    def _watchers(self) -> list[Watcher]:
        return [client for client in self._clients if isinstance(client, Watcher)]

    def upgrade(self) -> None:
        """Upgrade the node under talk, and look at what others know of it."""
        done = len(self.node.pauses)
        self.node.begin_upgrade()
        self._crowd.talk_until(lambda: len(self.node.pauses) > done)
        self._crowd.talk(1.0)
        for name, longest in self._longest().items():
            self.longest[name].append(longest)
        with self.node.ask_for_nodes() as asking:
            self._crowd.talk_until(lambda: asking.poll() is not None)
            nodes = asking.communicate()[0].splitlines()
        if [line.split("\t")[:2] for line in nodes[:2]] != ALL_LIVE:
            self.faults.append(f"chatd admin nodes says {nodes}")
        if len(self.node.pauses) == done:
            self.faults.append(f"there was no upgrade: {self.node.said[-1000:]}")

    def fail(self, step: str) -> None:
        """Have an upgrade fail at a step, under talk."""
        failed = self.node.failures
        self.node.begin_upgrade(step)
        self._crowd.talk_until(lambda: self.node.failures > failed)
        if self.node.failures == failed:
            self.faults.append(f"it did not fail at {step}: {self.node.said[-1000:]}")
        self._crowd.talk(0.5)
        self._longest()

    def be_refused(self) -> None:
        """Have an upgrade refused under talk, because no line can be saved."""
        failed = self.node.failures
        self._pair.link.stall()
        self.node.begin_upgrade()
        self._crowd.talk_until(lambda: self.node.failures > failed)
        self._pair.link.resume()
        if not re.search("not upgraded: [^\n]* Try again later", self.node.said):
            self.faults.append(f"it was not refused: {self.node.said[-1000:]}")
        self._crowd.talk(0.5)
        self._longest()

    def end(self) -> list[str]:
        """Return all faults, once no client talks any more."""
        self._crowd.settle()
        self.pauses = self.node.pauses
        for before, now in zip(self._before, self._state(), strict=True):
            if before != now:
                self.faults.append(f"{set(before) - set(now)} became {set(now) - set(before)}")
        stored = self._stored()
        for room, clients in rooms_of(self._clients).items():
            self.faults += [f"{room}: {each}" for each in faults_of(clients, stored.get(room, []))]
        for client in self._watchers:
            if client.changes:
                self.faults.append(f"p{client.number} was shown {client.changes[:3]}")
        if "Traceback" in self.node.said:
            at = self.node.said.index("Traceback")
            self.faults.append(f"it logged: {self.node.said[at - 500 : at + 3000]}")
        return self.faults

    @property
    def said(self) -> int:
        """The number of lines that were said."""
        return sum(client.lines for client in self._clients)

    def _longest(self) -> dict[str, float]:
        longest = {name: max(each.longest for each in some) for name, some in self._at.items()}
        self._crowd.longest()
        return longest

    def _state(self) -> list[Any]:
        with psycopg.connect(self._url) as connection:
            return [connection.execute(query).fetchall() for query in _STATE]

    def _stored(self) -> dict[str, list[Token]]:
        rooms: dict[str, list[Token]] = {}
        with psycopg.connect(self._url) as connection:
            for room, text in connection.execute(_LINES):
                if found := TOKEN.fullmatch(text.encode()):
                    rooms.setdefault(room, []).append(Token(*map(int, found.groups())))
        return rooms


def run_upgrades(count: int, each: int, *, failing: bool = False) -> Upgrades:
    """Upgrade a node so often, with so many clients of each kind at both nodes.

    If ``failing``, an upgrade whose successor ends at a step comes before each, and first one that
    is refused, because the standby is away.
    """
    with Upgrades(each) as upgrades:
        if failing:
            upgrades.be_refused()
        for number in range(count):
            if failing:
                upgrades.fail(STEPS[number % len(STEPS)])
            upgrades.upgrade()
        upgrades.end()
        return upgrades


def lines_about(upgrades: Upgrades, began: float) -> Iterator[str]:
    """Yield what came of upgrades, for who started them."""
    pauses = ", ".join(f"{pause * 1000:.0f}" for pause in upgrades.pauses)
    yield f"{upgrades.said} lines in {time.monotonic() - began:.0f} s"
    yield f"{UPGRADED} stood still for {pauses} ms"
    for name, longest in upgrades.longest.items():
        waits = ", ".join(f"{each * 1000:.0f}" for each in longest)
        yield f"longest waits for an own line at {name}: {waits} ms"
    yield from upgrades.faults or ["0 faults"]
