"""Nodes of a shared log on PostgreSQL that make their requests one after the other, in the test.

They use no thread and no reactor: see `chatd.storage.postgres.requests`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from chatd.event import Draft, Kind, Record
from chatd.storage.batches import BatchItem, ClaimRequest, Committed, RecordWrite
from chatd.storage.claims import Claim
from chatd.storage.postgres import requests
from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.codec import answer_of
from chatd.storage.postgres.parameters import parameters_of
from chatd.storage.postgres.schema import upgrade
from chatd.storage.postgres.sessions import open_session
from chatd.storage.shared.engine import Answer, JoinRequest, LogBatch, Request


def parameters_for(url: str) -> dict[str, str]:
    """Return the parameters for libpq that a URL stands for."""
    return {key: str(value) for key, value in conninfo_to_dict(url).items()}


class LogNode:
    """A node with a term, on a channel of its own. ``known`` is what it knows of the log."""

    def __init__(self, url: str, name: str = "one") -> None:
        self.name = name
        self.channel = Channel(open_session(parameters_for(url), name, steady=True))
        self.known = 0
        self.term = 0
        self.join()

    def join(self, *held: Claim) -> Sequence[Claim]:
        """Begin a term, and return the claims that were lost."""
        last = self.term or requests.last_term(self.channel, self.name)
        joined = requests.join(self.channel, self.name, JoinRequest(uuid4(), last, held))
        self.term, self.known = joined.term, joined.number
        return list(joined.lost)

    def send(self, request: Request) -> Answer:
        """Append a batch, also again."""
        row = requests.append(self.channel, parameters_of(request, self.term))
        return answer_of(request, row)

    def append(self, *items: BatchItem, known: int | None = None) -> Committed:
        """Append a batch that is stored, and know it."""
        answer = self.send(request_of(*items, known=self.known if known is None else known))
        assert isinstance(answer, Committed), answer
        self.known = max(self.known, answer.number)
        return answer

    def read(self, after: int = 0) -> list[LogBatch]:
        """Read batches."""
        return requests.read(self.channel, after)

    def last(self) -> LogBatch:
        """Read the last batch, and know it."""
        number = self.value("SELECT no FROM clock")
        self.known = number
        [batch] = self.read(number - 1)
        return batch

    def rows(self, query: str) -> list[Any]:
        """Return the rows of a query, or of one column its values."""
        rows = self.channel.ask(query)
        return [row[0] if len(row) == 1 else row for row in rows]

    def value(self, query: str) -> Any:
        """Return the one value of a query."""
        [value] = self.rows(query)
        return value

    def close(self) -> None:
        """End the session."""
        self.channel.close()


def make_schema(url: str) -> None:
    """Make the schema in a database."""
    with Connection[Any].connect(url, autocommit=True) as connection:
        upgrade(connection)


def empty_log(url: str) -> None:
    """Leave in a database with the schema what it has at first."""
    with Connection[Any].connect(url, autocommit=True) as connection:
        connection.execute("SET search_path = chatd")
        connection.execute(
            "TRUNCATE clock, nodes, rooms, events, strands, search, batches, records, claims"
            " RESTART IDENTITY"
        )
        connection.execute("INSERT INTO clock (shard) VALUES (0)")
        connection.execute("UPDATE meta SET level = 1")


@contextmanager
def nodes_on(url: str, *names: str) -> Iterator[list[LogNode]]:
    """Yield nodes on a database with the schema."""
    nodes = list[LogNode]()
    try:
        for name in names:
            nodes.append(LogNode(url, name))
        yield nodes
    finally:
        for node in nodes:
            node.close()


def request_of(*items: BatchItem, known: int = 0) -> Request:
    """Return a new request."""
    return Request(uuid4(), items, known)


def line(*texts: str, room: str = "lobby", **others: Any) -> Draft:
    """Return lines of ana's."""
    return Draft(room, 7, "ana", **{"kind": Kind.MESSAGE, "texts": texts, **others})


def write(
    *records: Record, known: int, rights: bool = False, unit: int = 0, drafts: Sequence[Draft] = ()
) -> RecordWrite:
    """Return a write of records, together with lines."""
    made = RecordWrite(records, known, rights=rights)
    made.unit, made.drafts = unit, drafts
    return made


def claim(name: str, holder: str = "ana", *looks: str) -> ClaimRequest:
    """Return a claim of a name, which has one look unless others are given."""
    return ClaimRequest(Claim(name, frozenset(looks or [name.lower()]), holder))
