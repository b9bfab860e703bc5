"""The function by which the engine appends a batch: all of it, or none, with one answer.

It runs under the lock of the clock, so appends come one after the other. This module must not know
whether its transaction lasts.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from spec.log import CHANGES, LINES, Batch, Item, Log
from spec.rules import Rules


class Request(NamedTuple):
    """A call that is on its way to a server, or in the server's socket.

    ``live`` is False once its node has lost the connection. ``number`` is 0, or that of the batch
    that a barrier vouches for. ``known`` is the number of the last batch that the node had
    published when its lines were allowed. The ``term`` of a join is the node's last one.
    """

    server: int
    node: int
    live: bool
    id: str
    item: Item | None
    term: int
    known: int
    seen: tuple[str, ...] = ()
    number: int = 0


class Reply(NamedTuple):
    """The answer to a call. ``number`` is that of the batch, or of a change of the rights."""

    what: Literal["stored", "fenced", "again", "refused", "barrier"]
    id: str
    number: int = 0
    batch: Batch | None = None


def append(rules: Rules, log: Log, request: Request) -> tuple[Log, Reply]:
    """Return the log with a batch behind it, or as it was, and the answer."""
    item = request.item
    assert item is not None
    if request.id in log.numbers:
        number = log.numbers[request.id]
        return log, Reply("stored", request.id, number, log.path[number].batch)
    reply = _refusal(rules, log, request, item)
    if reply is not None:
        return log, reply
    if _is_in_the_way(rules, log, request, item):
        if not rules.store_refusals:
            return log, Reply("refused", request.id)
        item = Item("refused")
    term = request.term
    if item.kind == "join":
        term = log.drawn + 1
        if rules.join_compares and log.held_by_others(item.names, request.node):
            item = item._replace(names=())
    batch = Batch(request.id, request.node, term, item, request.seen)
    return log.append(batch), Reply("stored", request.id, log.number + 1, batch)


def _refusal(rules: Rules, log: Log, request: Request, item: Item) -> Reply | None:
    """Return why a batch is not in the log, and never will be as it is; None if it will.

    Each of these is so in every later log, too. So a late try has the same answer.
    """
    if item.kind == "join":
        is_late = rules.join_names_term and request.term != log.joined[request.node]
        return Reply("refused", request.id) if is_late else None
    if rules.fence and request.term != log.terms[request.node]:
        return Reply("fenced", request.id)
    rights = log.rights_of_others(request.term)
    if item.kind in LINES and rules.check_rights and rights > request.known:
        return Reply("again", request.id, rights)
    if item.kind == "reap" and log.terms[item.who] != item.term:
        return Reply("refused", request.id)
    return None


def _is_in_the_way(rules: Rules, log: Log, request: Request, item: Item) -> bool:
    """Return True if a write is in conflict, or another node holds the name that is claimed."""
    term, known = request.term, request.known
    if item.kind in CHANGES and rules.check_rights_writes:
        return log.rights_of_others(term) > known
    if item.kind == "write" and rules.check_records:
        change = log.changes.get(item.names[0])
        return change is not None and change.term != term and change.number > known
    if item.kind == "claim" and rules.compare_claims:
        return log.held_by_others(item.names, request.node)
    return False
