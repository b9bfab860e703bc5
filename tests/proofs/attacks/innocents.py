"""Innocent clients: their requests while others attack, which are promised to take a second."""

from __future__ import annotations

import socket
from contextlib import closing

from tests.proofs.attacks.attack import command
from tests.proofs.attacks.past import PASSWORD
from tests.proofs.attacks.probe import dial

INNOCENT = 1_500_000
"""Number of the first innocent client, which gives it an address of its own."""


class Denied(Exception):
    """An innocent client was refused. The text is the answer."""


def enter(port: int, *lines: str, client: int = INNOCENT) -> socket.socket:
    """Return a connection, which blocks, of an innocent client that has sent these lines."""
    connection = dial(port, client)
    checked(command(connection, *lines))
    return connection


def checked(answer: str) -> str:
    """Return an answer. Raise `Denied` if it has an error other than that of the fence."""
    for line in answer.splitlines():
        if line.startswith("ERR") and "/fence" not in line:
            raise Denied(line)
    return answer


def come(port: int) -> None:
    """Come in, ask who is there, and go."""
    with closing(enter(port, "/who")):
        pass


def log_in(port: int, name: str, client: int = INNOCENT) -> None:
    """Come in, log in to an account, and go."""
    with closing(enter(port, f"/login {name} {PASSWORD}", client=client)):
        pass
