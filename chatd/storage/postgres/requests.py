"""The requests to the server, each as a thread makes it on a channel.

Each answer that is returned here counts (`chatd.storage.shared.engine.Link`): it was sealed, by its
own commit or by one behind it, and the server said nothing beside it.

All raise `LinkLost` or `psycopg.Error`. This module must not know the reactor.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from psycopg import Error

from chatd.storage.contract import FORGOTTEN
from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.codec import READ, AppendRow, BatchRow, batch_of
from chatd.storage.postgres.errors import line_of
from chatd.storage.postgres.parameters import APPEND, held_parameter
from chatd.storage.postgres.schema import SHARD
from chatd.storage.shared.engine import (
    PROTOCOL,
    Joined,
    JoinRequest,
    LinkLost,
    LogBatch,
    LostHistory,
    Node,
    Position,
    Replaced,
    Unstorable,
)

CHANNEL = "chatd"
"""The channel of NOTIFY on which nodes tell each other what is safe."""

PRUNED = 5000
"""Most batches that are deleted in one step, which takes some 50 ms."""

_SEAL = "SELECT sealed FROM chatd_seal_1(%s, %s)"
_PIPELINED_SEAL = f"SELECT sealed FROM chatd_seal_1({SHARD}, $1)"
_NOTIFY = "SELECT pg_notify($1, $2)"

_OF_DATA = ("21", "22", "23", "54", "P0")
"""Classes of errors that are about what a statement is given (PostgreSQL, appendix A): cardinality,
data, constraints, limits, and PL/pgSQL."""


def append(channel: Channel, parameters: Sequence[str | None]) -> AppendRow:
    """Append a batch, and seal it, in one round trip. Return the row of `codec.APPEND`.

    Other nodes are told that it is safe. Raises `Unstorable`, too.
    """
    with channel.heard():
        try:
            appended, sealed = channel.pipeline.ask(
                (APPEND, parameters), (_PIPELINED_SEAL, parameters[:1])
            )
        except Error as error:
            if (error.sqlstate or "")[:2] in _OF_DATA:
                raise Unstorable(line_of(error)) from None
            raise
        row = AppendRow(*appended)  # type: ignore[arg-type]
        if sealed != ["t"]:
            if row.what == "stored":
                raise LinkLost("the batch was stored on another server than the one that answers.")
            # There is no batch to be sealed: the seal of the last one before it vouches for that.
            _seal(channel, row.last)
    if row.what == "stored":
        hint(channel, int(row.number))
    return row


def seal(channel: Channel, position: Position) -> None:
    """Make safe what was read up to a position."""
    with channel.heard():
        _seal(channel, position.id)


def read(channel: Channel, after: int) -> list[LogBatch]:
    """Return batches that follow a number. Raises `LostHistory`, too."""
    rows = [BatchRow(*row) for row in channel.ask(READ, after)]
    if rows[0].no is None:
        if rows[0].last != after:
            raise LostHistory(_lost_text(after))
        return []
    if any(row.no != number for number, row in enumerate(rows, after + 1)):
        raise LostHistory(_lost_text(after))
    return [batch_of(row) for row in rows]


def hint(channel: Channel, number: int) -> None:
    """Tell other nodes that all up to a number is safe. It is a commit that does not wait."""
    channel.pipeline.ask((_NOTIFY, (CHANNEL, f"{SHARD} {number}")))


def join(channel: Channel, node: str, request: JoinRequest) -> Joined:
    """Begin a term of a node. Raises `Replaced`, too."""
    with channel.heard():
        [row] = channel.ask(
            "SELECT what, term, no, lost, level FROM chatd_join_1(%s, %s, %s, %s, %s, %s)",
            *(SHARD, request.id, node, request.last, PROTOCOL, held_parameter(request.held)),
        )
    what, term, number, lost, level = row
    if what == "old":
        raise LinkLost(f"the log has level {level}, and this chatd knows {PROTOCOL}. Upgrade it.")
    if what == "replaced":
        raise Replaced(f"another daemon is called {node}, too. Give each its own --node.")
    hint(channel, number)
    claims = [*request.held]
    return Joined(term, number, [claims[place - 1] for place in lost], level)


def last_term(channel: Channel, node: str) -> int:
    """Return the last term of a node, also if it has ended; 0 if it had none."""
    rows = channel.ask("SELECT term FROM nodes WHERE name = %s", node)
    return rows[0][0] if rows else 0


def beat(channel: Channel, term: int, applied: int) -> list[Node] | None:
    """Renew the lease of a term, and return all nodes; None if the term has ended."""
    with channel.heard():
        rows = channel.ask(
            "SELECT node, name, term, live, beat, applied, version FROM chatd_beat_1(%s, %s)",
            *(term, applied),
        )
    return [Node(*row) for row in rows] or None


def rise(channel: Channel, term: int) -> None:
    """Note that the node of a term reads `PROTOCOL`."""
    channel.connection.execute(
        "UPDATE nodes SET version = %s WHERE term = %s AND live AND version < %s",
        (PROTOCOL, term, PROTOCOL),
    )


def reap(channel: Channel, term: int, node: Node) -> int | None:
    """End the term of another node, and return the number of the batch that says so."""
    with channel.heard():
        [row] = channel.ask(
            "SELECT chatd_reap_1(%s, %s, %s, %s, %s, %s)",
            *(SHARD, uuid4(), term, node.number, node.term, node.beat),
        )
    return _told(channel, row[0])


def leave(channel: Channel, term: int) -> int | None:
    """End the own term, and return the number of the batch that says so."""
    with channel.heard():
        [row] = channel.ask("SELECT chatd_leave_1(%s, %s, %s)", SHARD, uuid4(), term)
    return _told(channel, row[0])


def forget(channel: Channel, room: str, upto: int) -> tuple[int, int | None]:
    """Delete events, and return how many, and the number of the batch that says so."""
    id = uuid4()
    with channel.heard():
        [row] = channel.ask(
            "SELECT forgotten, no FROM chatd_forget_1(%s, %s, %s, %s, %s)",
            *(SHARD, id, room, upto, FORGOTTEN),
        )
        forgotten, number = row
        if forgotten:
            _seal(channel, id)
    return forgotten, _told(channel, number)


def raise_level(channel: Channel, term: int, level: int) -> int | None:
    """Raise the level of the log, and return the number of the batch that says so."""
    with channel.heard():
        [row] = channel.ask("SELECT chatd_level_1(%s, %s, %s, %s)", SHARD, uuid4(), term, level)
    return _told(channel, row[0])


def prune(channel: Channel) -> bool:
    """Delete batches of which no node has need; return True if there may be more."""
    [row] = channel.ask("SELECT chatd_prune_1(%s, %s)", SHARD, PRUNED)
    return bool(row[0] == PRUNED)


def check_position(channel: Channel, shown: Position) -> None:
    """Raise `LostHistory` unless the log has the batch of a position, or had it once."""
    [row] = channel.ask(
        "SELECT c.no, b.id, (SELECT min(a.no) FROM batches a WHERE a.shard = c.shard)"
        " FROM clock c LEFT JOIN batches b ON b.shard = c.shard AND b.no = %s WHERE c.shard = %s",
        *(shown.number, SHARD),
    )
    last, id, oldest = row
    if shown.id is None or (shown.number < last and id is None and shown.number < oldest):
        return
    if id != shown.id:
        raise LostHistory(_lost_text(shown.number))


def _seal(channel: Channel, id: UUID | str | None) -> None:
    if channel.ask(_SEAL, SHARD, id) != [(True,)]:
        raise LinkLost("the server has not the batch that was read: it is another one.")


def _told(channel: Channel, number: int | None) -> int | None:
    """Tell other nodes that a batch is safe, if there is one."""
    if number is not None:
        hint(channel, number)
    return number


def _lost_text(number: int) -> str:
    return (
        f"the database has not what clients were shown up to batch {number}. Was it restored, or"
        " was a standby promoted that did not have all of it? Restart this daemon."
    )
