"""The faults in what clients have received, given what is stored.

This module must not know how it was received.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.proofs.upgrade.crowd import LineClient, Token


def faults_of(clients: Sequence[LineClient], stored: Sequence[Token]) -> Iterator[str]:
    """Yield the faults of a room: ``stored`` are all lines of it, in order.

    Each client must have received all lines that are stored after the first one that it has, once
    and in that order; without its own, if it does not hear itself. Each line that was said must be
    stored once.
    """
    if len(set(stored)) < len(stored):
        yield f"{len(stored) - len(set(stored))} lines are stored twice"
    for client in clients:
        missing = client.lines - sum(token.author == client.number for token in stored)
        if missing > 0 and not client.closed:
            yield f"p{client.number}: {missing} lines that it has said are not stored"
        if client.closed:
            yield f"p{client.number} was disconnected"
            continue
        due = stored
        if not client.hears_itself:
            due = [token for token in stored if token.author != client.number]
        yield from _faults_of_one(client, due)


def _faults_of_one(client: LineClient, due: Sequence[Token]) -> Iterator[str]:
    received = client.received
    if not received:
        if due:
            yield f"p{client.number} has received nothing"
        return
    if received[0] not in due:
        yield f"p{client.number} has received {received[0]}, which is not stored"
        return
    due = due[due.index(received[0]) :]
    if len(set(received)) < len(received):
        yield f"p{client.number}: {len(received) - len(set(received))} lines came twice"
    elif lost := len(set(due) - set(received)):
        yield f"p{client.number}: {lost} lines did not come"
    elif received != list(due):
        yield f"p{client.number}: lines came out of order"
