"""The log as a tree of all logs that can come about, and what is wrong with each.

Theory of operation. A `Log` is one node of a tree: an earlier log, and a batch behind it. Equal
logs are one object, so states compare logs by identity, and what follows from a log is found out
once: the terms, the rights, the records, the claims, the visits, and its fault. A batch has one
item; a batch with several behaves as if they came one after the other.

This module must not know servers and nodes beyond their numbers.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from spec.rules import Rules

Kind = Literal[
    "say",
    "say_as",
    "mute",
    "rights",
    "write",
    "claim",
    "release",
    "visit",
    "reap",
    "join",
    "refused",
]
"""The kinds of items. "rights" is a change of the rights by another person of the node, which
concerns no node. "refused" is what is left of an item that was not stored."""

LINES = frozenset(["say", "say_as"])
"""The kinds of lines, which are allowed by the rights."""


CHANGES = frozenset(["mute", "rights"])
"""The kinds of changes of the rights."""


class Item(NamedTuple):
    """The item of a batch.

    ``who`` is the node that is muted or reaped, or which of its node's joins a join is. ``term`` is
    that of the node that is reaped, or the last one of the node that joins. ``names`` is the record
    that is written, or the looks of a name.
    """

    kind: Kind
    names: tuple[str, ...] = ()
    who: int = -1
    term: int = 0


class Batch(NamedTuple):
    """A batch in the log.

    ``seen`` are the ids of the changes of a record that its author may have had in memory when it
    wrote the record. The engine does not know them: they are what the author knew.
    """

    id: str
    node: int
    term: int
    item: Item
    seen: tuple[str, ...] = ()


class Change(NamedTuple):
    """The last change of a record."""

    number: int
    term: int
    id: str


class Rights(NamedTuple):
    """The last change of the rights, its term, and the last one by another term than that."""

    number: int = 0
    term: int = 0
    others: int = 0


def put(numbers: tuple[int, ...], node: int, number: int) -> tuple[int, ...]:
    """Return numbers of all nodes with another one for this node."""
    return (*numbers[:node], number, *numbers[node + 1 :])


def first_id(id: str) -> str:
    """Return the id of the first try; if ids change in a retry, that is marked in them."""
    return id.rstrip("'")


class Log:
    """A log: ``parent``, and ``batch`` behind it. ``path`` has all logs on the way, by number.

    ``terms`` are the present terms of the nodes, 0 for one that was reaped, ``joined`` their last
    ones, ``joins`` which of their joins that was, and ``drawn`` is the last term of all. ``lines``
    are the ids of what is stored, as they were in the first try. ``claims`` has the node and the
    term that hold each look. ``fault`` says which invariant the order of these batches breaks; it
    is empty if they are in order.
    """

    __slots__ = (
        *(
            "_children",
            "batch",
            "changes",
            "claims",
            "drawn",
            "fault",
            "joined",
            "joins",
            "lines",
            "muted",
        ),
        *("number", "numbers", "path", "rights", "rules", "terms", "visits"),
    )

    batch: Batch

    def __init__(self, rules: Rules, nodes: int) -> None:
        """Make an empty log. The nodes have joined before it."""
        self.rules = rules
        self.number = 0
        self.path: tuple[Log, ...] = (self,)
        self.terms = tuple(range(1, nodes + 1))
        self.joined = self.terms
        self.joins = (-1,) * nodes
        self.drawn = nodes
        self.numbers: dict[str, int] = {}  # of batches, by their ids
        self.lines: frozenset[str] = frozenset()
        self.rights = Rights()
        self.muted: frozenset[int] = frozenset()
        self.changes: dict[str, Change] = {}
        self.claims: dict[str, tuple[int, int]] = {}
        self.visits: frozenset[tuple[int, int]] = frozenset()
        self.fault = ""
        self._children: dict[Batch, Log] = {}

    def append(self, batch: Batch) -> Log:
        """Return the log with this batch behind it."""
        child = self._children.get(batch)
        if child is None:
            child = self._children[batch] = self._with(batch)
        return child

    def begins(self, other: Log) -> bool:
        """Return True if this log is the beginning of another one, or all of it."""
        return self.number <= other.number and other.path[self.number] is self

    def common(self, other: Log) -> Log:
        """Return the longest common beginning of two logs."""
        shared = [one for one, two in zip(self.path, other.path, strict=False) if one is two]
        return shared[-1]

    def rights_of_others(self, term: int) -> int:
        """Return the number of the last change of the rights by another term; 0 for none."""
        rights = self.rights
        if term != rights.term:
            return rights.number
        return rights.others if self.rules.exact_rights else 0

    def held_by_others(self, looks: tuple[str, ...], node: int) -> bool:
        """Return True if another node holds one of these looks."""
        return any(self.claims.get(look, (node,))[0] != node for look in looks)

    def _with(self, batch: Batch) -> Log:
        log = Log.__new__(Log)
        log._children = {}
        log.batch = batch
        log.rules = self.rules
        log.number = self.number + 1
        log.path = (*self.path, log)
        log.numbers = {**self.numbers, batch.id: log.number}
        stored = [] if batch.item.kind == "refused" else [first_id(batch.id)]
        log.lines = self.lines.union(stored)
        log.terms, log.joined, log.drawn = self.terms, self.joined, self.drawn
        log.joins, log.rights = self.joins, self.rights
        log.muted, log.changes, log.visits = self.muted, self.changes, self.visits
        log.claims = self.claims
        log._carry_out(batch)
        log.fault = self.fault or self._fault_of(batch) or log._left_over()
        return log

    def _carry_out(self, batch: Batch) -> None:
        """Change what follows from this log as its last batch says."""
        id, node, term, item, _ = batch
        if item.kind == "join":
            self._end(node, term)
            self.drawn, self.joined = term, put(self.joined, node, term)
            self.joins = put(self.joins, node, item.who)
        elif item.kind == "reap":
            self._end(item.who, 0)
        elif item.kind in CHANGES:
            self.muted = self.muted.union([item.who] if item.kind == "mute" else [])
            _, last, others = self.rights
            others = others if term == last else self.rights.number
            self.rights = Rights(self.number, term, others)
        elif item.kind == "write":
            self.changes = {**self.changes, item.names[0]: Change(self.number, term, id)}
        elif item.kind == "visit":
            self.visits = self.visits | {(node, term)}
        if item.kind in ("claim", "join"):
            self.claims = {**self.claims, **dict.fromkeys(item.names, (node, term))}
        elif item.kind == "release":
            kept = self.claims.items()
            self.claims = {
                look: by for look, by in kept if look not in item.names or by != (node, term)
            }

    def _end(self, node: int, term: int) -> None:
        """End the term of a node. Its next one is ``term``."""
        self.terms = put(self.terms, node, term)
        if self.rules.free_claims:
            self.claims = {look: by for look, by in self.claims.items() if by[0] != node}
        if self.rules.end_visits:
            self.visits = frozenset(visit for visit in self.visits if visit[0] != node)

    def _fault_of(self, batch: Batch) -> str:
        """Return the invariant that a batch breaks behind this log, or an empty string."""
        id, node, term, item, seen = batch
        if first_id(id) in self.lines:
            return f"I2 {id} is stored twice"
        if item.kind != "join" and (not term or term != self.terms[node]):
            return f"I4 {id} is stored, and its term had ended"
        if item.kind == "join" and item.who < self.joins[node]:
            return f"I4 {id} ends the term of a later join"
        if (item.kind in LINES or item.kind == "mute") and node in self.muted:
            return f"I5 {id} is stored behind the mute of its author"
        if item.kind in ("claim", "join") and self.held_by_others(item.names, node):
            return f"I6 {id} takes a name that another node holds"
        if item.kind == "say_as" and any(
            self.claims.get(look) != (node, term) for look in item.names
        ):
            return f"I6 {id} is said under a name that its author does not hold"
        if item.kind == "write":
            change = self.changes.get(item.names[0])
            if change is not None and change.id not in seen:
                return f"I8 {id} overwrites {change.id}, which its author did not know"
        return ""

    def _left_over(self) -> str:
        """Return the invariant that is broken by what an ended term has left, if there is any."""
        if any(self.terms[node] != term for node, term in self.claims.values()):
            return "I9 an ended term holds a name"
        if any(self.terms[node] != term for node, term in self.visits):
            return "I9 a visit has outlived its node"
        return ""
