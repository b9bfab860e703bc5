"""Attacks by what takes a look at each person in a large room."""

from __future__ import annotations

import socket
import time

from tests.proofs.attacks.attack import HASHING, Attack, command

ENTERING_SECONDS = 0.003
"""Pause between two clients that enter the room."""


class _Crowd(Attack):
    """Clients in one room, of whom every second one does not take what it is sent."""

    clients = 2000
    few = 300

    def crowd(self) -> None:
        """Have all clients but the first enter the room, one after another: that is no attack."""
        self.members = []
        for number in range(1, self.size):
            client = self.dial(number)
            self.members.append(client)
            if number % 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            client.send(b"/join crowd\n" + b"/history 100\n" * (number % 2))
            time.sleep(ENTERING_SECONDS)

    def first(self, *lines: str) -> socket.socket:
        """Return the client that asks, which has said some lines."""
        client = self.dial(0)
        command(client, *lines)
        return client

    def ask_on(self, client: socket.socket, line: str) -> None:
        """Have a client send a line as often as it is accepted, once the crowd is in the room."""
        command(client, f"of {len(self.members)} people")
        client.setblocking(False)
        self.prepared()
        self.pour([client], lambda _: f"{line}\n".encode())


class SeenInACrowd(_Crowd):
    """The author of a line in a room of two thousand asks who has it, without end.

    Each answer takes several looks at all clients, and at their sockets in the kernel.
    """

    shared = HASHING

    def run(self) -> None:
        author = self.first("/nick boss", "/register correct horse", "/create crowd")
        self.crowd()
        self.ask_on(author, "/seen")


class QuestionsOfACrowd(_Crowd):
    """A guest asks a room of two thousand a question, and who has not answered, without end."""

    def run(self) -> None:
        asker = self.first("/nick boss", "/join crowd", "/ask here?")
        self.crowd()
        self.ask_on(asker, "/answers")
