"""A crowd of clients at the nodes of a cluster, and what is wrong in the end."""

from __future__ import annotations

import random
import selectors
import time
from collections.abc import Callable, Sequence

from tests.proofs.cluster.clients import (
    Client,
    JsonTalker,
    Poster,
    StreamReader,
    Typist,
    WebTalker,
    is_at_the_web,
)
from tests.proofs.cluster.nodes import Node
from tests.proofs.cluster.outcomes import Log
from tests.proofs.crash.check import Transcript, lines_of
from tests.proofs.crash.web import Listener

PATIENCE = 40.0
"""Most seconds to wait for all clients. A node that was suspended needs some to come back."""

BACK_SECONDS = 0.2
"""Seconds after which a client tries another node."""

TICK_SECONDS = 0.01


def every_kind(number: int, chance: random.Random) -> list[Client]:
    """Return one client of each kind."""
    return [
        WebTalker(f"w{number}", chance),
        JsonTalker(f"j{number}", chance),
        Poster(f"p{number}", chance, f"127.0.1.{number + 1}"),
        StreamReader(f"s{number}", chance),
        Typist(f"t{number}", chance, "lobby"),
    ]


class Crowd:
    """Clients, each at a node; one that is left goes to another, unless it has a ``home``."""

    def __init__(self, nodes: Sequence[Node], chance: random.Random) -> None:
        self.clients: list[Client] = []
        self.homes: dict[Client, Node] = {}
        self.nodes = nodes
        self._chance = chance
        self._selector = selectors.DefaultSelector()
        self._connected: set[Client] = set()
        self._back: dict[Client, float] = {}

    @property
    def listeners(self) -> list[Listener]:
        """The clients that know the seqs of what they are shown."""
        return [client for client in self.clients if isinstance(client, Listener)]

    def add(self, clients: Sequence[Client], home: Node | None = None) -> None:
        """Add clients, which come as soon as they can."""
        self.clients += clients
        if home is not None:
            self.homes |= dict.fromkeys(clients, home)

    def talk(self, until: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Let all talk until a condition is true. Return False if it does not come true."""
        late = time.monotonic() + patience
        while not until():
            if time.monotonic() > late:
                return False
            self._bring_back()
            for key, _ in self._selector.select(TICK_SECONDS):
                key.data.read()
            for client in self.clients:
                if not client.ended and not isinstance(client, StreamReader):
                    client.tick()
                if client.ended:
                    self._leave(client)
        return True

    def end(self) -> list[str]:
        """Have all clients learn everything. Return who waits in vain.

        First what became of their lines, then, on another connection, all that is stored.
        """
        for client in self.clients:
            client.quiet = True
        faults = []
        for _ in range(2):
            if not self.talk(lambda: all(not each.ended and each.done for each in self.clients)):
                faults += [f"{each.name} waits in vain" for each in self.clients if not each.done]
            for client in self.clients:
                self._leave(client)
        return faults

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            self._leave(client)
        self._selector.close()

    def faults_in(self, log: Log) -> list[str]:
        """Return all that is wrong, compared with what is stored."""
        faults = [*log.stored.faults]
        for client in self.clients:
            faults += client.faults
            if not isinstance(client, StreamReader):
                faults += [fault for line in client.said for fault in line.faults_in(log)]
            if isinstance(client, Typist):
                for number, data in enumerate(client.transcripts):
                    name = f"{client.name}, connection {number},"
                    transcript = Transcript(name, log.stored, complete=True)
                    faults += transcript.faults(lines_of(bytes(data)))
        for listener in self.listeners:
            faults += listener.follower.faults_of(log.stored)
        return faults

    def _bring_back(self) -> None:
        now = time.monotonic()
        for client in self.clients:
            if not client.ended or self._back.get(client, 0.0) > now:
                continue
            self._back[client] = now + BACK_SECONDS
            running = [node for node in self.nodes if node.runs]
            node = self.homes.get(client) or (self._chance.choice(running) if running else None)
            if node is None:
                continue
            try:
                client.come(node.web_port if is_at_the_web(client) else node.port)
            except OSError:
                client.ended = True
                continue
            self._connected.add(client)
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def _leave(self, client: Client) -> None:
        """Close a client's connection."""
        client.ended = True
        if client in self._connected:
            self._connected.remove(client)
            self._selector.unregister(client.socket)
            client.socket.close()
