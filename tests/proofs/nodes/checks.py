"""Checks of servers on one log: of the lines that they show, their answers and their memory.

This module must not know what the state machine does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from chatd.chat.permissions import Act
from chatd.chat.session import Session
from chatd.event import Call, Deed, Event, Kind, Published
from chatd.storage.records import Table
from chatd.text.folding import fold
from chatd.text.validation import looks
from tests.proofs.nodes.person import Line, Person, Shown
from tests.support.shared_store import SharedLog
from tests.support.world import Node

ROOMS = "lobby", "ops"


def safe_entries(log: SharedLog) -> list[Published]:
    """Return all entries that may be shown, in their order."""
    return [entry for batch in log.batches[: log.safe] for entry in batch.read.entries]


def events_of(entries: Iterable[Published], room: str) -> list[Event]:
    """Return the events among the entries that are in a room."""
    return [each for each in entries if isinstance(each, Event) and each.room == room]


# What is shown


def shown_lines_are_safe(people: Iterable[Person], entries: Sequence[Published]) -> None:
    """Assert that people were shown nothing but lines that are safe, as they are in the log."""
    safe = {
        (event.room, event.seq): Shown(event.room, event.seq, event.author, _text(event))
        for event in entries
        if isinstance(event, Event)
    }
    for person in people:
        person.look()
        for line in person.shown:
            assert line == safe.get(line[:2]), f"shown, and not so in the log: {line}"
        person.shown.clear()


def all_lines_are_shown(people: Iterable[Person], entries: Sequence[Published]) -> None:
    """Assert that the seqs of a room have no gap, and that people in it were shown all of them."""
    for room in ROOMS:
        events = events_of(entries, room)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        for person in people:
            owed = person.owed(room)
            assert owed in (None, len(events) + 1), f"#{room} ends with {len(events)}, not {owed}"


def private_lines_are_safe(people: Iterable[Person], entries: Sequence[Published]) -> None:
    """Assert that private lines that were shown are in the log, and shown to each client once."""
    safe = {entry.text for entry in entries if isinstance(entry, Call | Event)}
    for person in people:
        at_the_node = {text for each in people if each.node is person.node for text in each.sent}
        lost = set(person.private) - safe - at_the_node
        assert not lost, f"private lines that are lost were shown: {lost}"
        assert len(set(person.private)) == len(person.private), "a private line is shown twice"


def _text(event: Event) -> str:
    return Deed.of(event.text).target if event.kind is Kind.DEED else event.text


# What is answered


def answers_are_true(
    people: Iterable[Person], lines: Iterable[Line], entries: Sequence[Published]
) -> None:
    """Assert that lines are stored as their authors were told, and once if that is not known."""
    answers = {number: each for person in people for number, each in person.answers.items()}
    places: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry, Event):
            places[entry.text].append(entry.seq)
    for line in lines:
        stored, told = places[line.text], answers.get(line.number, [])
        assert len(stored) <= 1, f"{line.text} is stored {len(stored)} times"
        seqs = [each for each in told if isinstance(each, int)]
        assert seqs in ([], stored * len(seqs)), f"{line.text} is at {stored}, and told {told}"
        if told[:1] == ["refused"]:
            assert not stored, f"{line.text} was refused, and stored"


# Who may speak


def no_line_is_behind_its_sanction(entries: Sequence[Published]) -> None:
    """Assert that no person who is muted, banned or shut out said a line after that."""
    for room in ROOMS:
        order = _Order()
        for entry in entries:
            if entry.room == room:
                order.take(entry)


class _Order:
    """The people who may speak in a room, as its log says it."""

    def __init__(self) -> None:
        self.silent: dict[str, set[str]] = {"mute": set(), "ban": set()}
        self.closed = self.moderated = False
        self.operators = {"root"}

    def take(self, entry: Published) -> None:
        if isinstance(entry, Event) and entry.kind is Kind.DEED:
            self._carry_out(Deed.of(entry.text))
        elif isinstance(entry, Event) and entry.kind is Kind.MESSAGE:
            key = fold(entry.author)
            for verb, names in self.silent.items():
                assert key not in names, f"{entry.text} is behind a {verb} of {entry.author}"
            is_one = key in self.operators
            assert is_one or not self.closed, f"{entry.text} is in a closed room"
            assert is_one or not self.moderated, f"{entry.text} is in a moderated room"

    def _carry_out(self, deed: Deed) -> None:
        if deed.verb in self.silent:
            self.silent[deed.verb].add(fold(deed.target))
        elif deed.verb.removeprefix("un") in self.silent:
            self.silent[deed.verb.removeprefix("un")].discard(fold(deed.target))
        elif deed.verb in ("close", "mode"):
            self.closed = deed.verb == "close"
            self.moderated = deed.target == "moderated"
        elif deed.verb == "op":
            self.operators.add(fold(deed.target))  # those who were operators count as ones


def nobody_is_where_they_may_not_be(nodes: Iterable[Node]) -> None:
    """Assert that the members of each room may read it."""
    for node in nodes:
        for session in node.server.sessions:
            for room in session.memberships:
                refusal = node.server.moderation.refusal(session, room, Act.READ)
                assert refusal is None, f"{session.name} is in #{room.name}: {refusal}"


# Names


def names_are_held_once(log: SharedLog, nodes: Sequence[Node]) -> None:
    """Assert that no two guests have names that look alike, nor two sessions one number.

    A node that others have taken for dead does not know yet which names are taken.
    """
    numbers = [session.number for node in nodes for session in node.server.sessions]
    assert len(set(numbers)) == len(numbers), f"sessions have one number: {numbers}"
    current = [node for node in nodes if is_current(log, node)]
    sessions = [session for node in current for session in node.server.sessions]
    guests = [each for each in sessions if not each.is_guest and each.grant is None]
    _look_different(guests)


def is_current(log: SharedLog, node: Node) -> bool:
    """Return True if the term of a node has not ended, and the node has published its begin."""
    term = node.store.membership.term
    begun = [each.read.number for each in log.batches if each.joined and each.joined.term == term]
    is_live = log.state.node_of(term) is not None
    return is_live and node.store.publication.known >= max(begun, default=0)


def names_of_accounts_are_theirs(nodes: Sequence[Node]) -> None:
    """Assert that no guest has a name that looks like that of an account."""
    accounts = [account.name for account in nodes[0].server.accounts.table.values()]
    for one, other in combinations(accounts, 2):
        assert not looks(one) & looks(other), f"accounts: {one} and {other}"
    for node in nodes:
        for session in node.server.sessions:
            if session.account is None and not session.is_guest:
                alike = [name for name in accounts if looks(name) & looks(session.name)]
                assert not alike, f"the guest {session.name} looks like {alike}"


def claims_are_those_of_guests(log: SharedLog, nodes: Iterable[Node]) -> None:
    """Assert that the log holds the names of the guests who are here, and no others."""
    claims = {claim for claims in log.state.claims.values() for claim, _ in claims}
    held = {(claim.holder, claim.name) for claim in claims if claim.holder.startswith("session")}
    sessions = [session for node in nodes for session in node.server.sessions]
    guests = [each for each in sessions if not each.is_guest and each.account is None]
    assert held == {(f"session {each.number}", each.name) for each in guests}


def _look_different(sessions: Sequence[Session]) -> None:
    for one, other in combinations(sessions, 2):
        assert not looks(one.name) & looks(other.name), f"guests: {one.name} and {other.name}"


# Terms, and the names that are held under them


def no_batch_is_behind_the_end_of_its_term(log: SharedLog) -> None:
    """Assert that nothing was stored under a term after it was ended."""
    for batch in log.batches:
        ended = log.state.ended.get(batch.term, batch.read.number)
        assert batch.read.number <= ended, f"batch {batch.read.number} of a term is behind its end"


def lines_are_those_of_holders(log: SharedLog, node: Node) -> None:
    """Assert that each look had one holder at a time, and that guests said lines under theirs."""
    accounts = {account.name for account in node.server.accounts.table.values()}
    before: Mapping[str, Collection[str]] = {}
    for batch in log.batches:
        for look, holders in batch.holders.items():
            assert len(holders) == 1, f"{look} has several holders: {holders}"
        for event in batch.read.entries:
            if not isinstance(event, Event) or event.kind is not Kind.MESSAGE:
                continue
            if event.author in accounts or is_guest_name(event.author):
                continue
            for look in looks(event.author):
                held = {*before.get(look, ()), *batch.holders.get(look, ())}
                assert f"session {event.session}" in held, f"{event} is one of {held}"
        before = batch.holders


def is_guest_name(name: str) -> bool:
    """Return True if the server may have made a name up."""
    return name.startswith("guest")


# What is in memory


def nodes_agree(log: SharedLog, nodes: Sequence[Node]) -> None:
    """Assert that all nodes have the records of the log in their tables, and the same people."""
    stored: dict[str, dict[str, Any]] = defaultdict(dict)
    for record in log.state.records.values():
        stored[record.kind][record.key] = record
    for node in nodes:
        for kind, table in tables_of(node).items():
            records = {key: table.put(key, value).record for key, value in table.items()}
            found = {key: record.value for key, record in records.items()}
            wanted = {key: record.value for key, record in stored[kind].items()}
            assert found == wanted, f"the records of {kind}"
        for room in ROOMS:
            assert _people(node, room) == _people(nodes[0], room), f"the people of #{room}"
        others = {other.number for other in node.server.roster.others()}
        elsewhere = [each for each in nodes if each is not node]
        numbers = {session.number for each in elsewhere for session in each.server.sessions}
        assert others == numbers, "the sessions of other nodes"


def tables_of(node: Node) -> Mapping[str, Table[Any]]:
    """Return the tables of a node that follow its store, by the kinds of their records."""
    followers: Mapping[str, Any] = node.store.publication.followers
    return {kind: follow.__self__ for kind, follow in followers.items()}


def _people(node: Node, room: str) -> tuple[Sequence[str], Sequence[str], int]:
    if room not in node.server.rooms:
        return [], [], 0
    here = node.server.rooms[room].here
    return sorted(here.named), sorted(here.absent), here.guests


def settings_are_kept(nodes: Iterable[Node], people: Iterable[Person]) -> None:
    """Assert that accounts ignore whom they were told that they ignore."""
    for node in nodes:
        for account, name in (each for person in people for each in person.ignored):
            kept = node.server.accounts.table[account].settings.get("ignored", ())
            assert name in kept, f"{account} ignores {kept}, not {name}"
