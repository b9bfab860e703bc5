"""The records beside the logs, compared with answers to clients and with deeds in the logs.

Also the messages of several lines in the logs: each says in its texts how many lines it has.

A fact is what a record says, in words: ``mute of x3 in #den`` is its reason, ``away of ana`` is a
text. The value of a missing fact is "".
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred

from chatd.accounts.accounts import Account, Accounts
from chatd.accounts.passwords import Hasher
from chatd.chat.open_alerts import AlertRecord
from chatd.chat.permissions import Mode, Role
from chatd.chat.roles import RoomPolicy
from chatd.event import Deed, Draft, Kind, Seqs
from chatd.remarks import Remark
from chatd.storage.records import Table, change
from chatd.storage.sqlite.rows import SEQ_BITS, SEQ_MASK
from chatd.storage.sqlite.store import IStoreReactor, SqliteStore
from chatd.text.folding import fold
from tests.proofs.crash.daemon import STORE, fork
from tests.support.cheap_passwords import COST
from tests.support.stores import QueueReactor

PASSWORD = "correct horse"
REGISTERED = ("ana", "eva", "luis")
"""The accounts that exist from the beginning. luis never logs in before the end."""

DEN = "den"
"""A room that ana owns from the beginning."""

NOBODYS = ("ops", "tea")
"""Rooms without an owner."""

ROOMS = ("lobby", *NOBODYS, DEN)

ALERTS = 3
"""The number of alerts that go on in each room from the beginning."""

_HOOK = "alerts"
"""The name of the hook of the alerts."""

_PART = re.compile(r"part (\d+)/(\d+)$")

_ROLES = {"invite": Role.INVITED, "voice": Role.VOICED, "op": Role.OPERATOR}


class Change(NamedTuple):
    """A request to set a fact; ``answers`` are the beginnings of the answers that it is set."""

    fact: str
    value: str
    answers: tuple[bytes, ...]

    def is_answered_by(self, line: bytes) -> bool:
        """Return True if a line is one of the answers."""
        return line.startswith(self.answers)


class Expected:
    """The facts that follow from requests and answers, in this order.

    A request without an answer may be fulfilled or not, until a later one is answered.
    """

    def __init__(self) -> None:
        self.answered = 0
        self._possible: dict[str, list[Change]] = {}

    def ask(self, change: Change) -> None:
        """Record a request."""
        before = Change(change.fact, "", ())
        self._possible.setdefault(change.fact, [before]).append(change)

    def answer(self, change: Change) -> None:
        """Record the answer to a request; those after it may be fulfilled, too."""
        self.answered += 1
        possible = self._possible[change.fact]
        (place,) = (n for n, other in enumerate(possible) if other is change)
        del possible[:place]

    def faults(self, facts: dict[str, str]) -> list[str]:
        """Return the answered changes that are not in the facts."""
        return [
            f"{fact}: it is {facts.get(fact, '')!a}, and was answered to be {possible[0].value!a}"
            for fact, possible in self._possible.items()
            if facts.get(fact, "") not in [change.value for change in possible]
        ]


def facts_of(path: Path) -> dict[str, str]:
    """Return the facts in a store's file."""
    facts: dict[str, str] = {}
    with closing(sqlite3.connect(path)) as store:
        records = store.execute("SELECT kind, key, value FROM records").fetchall()
    for kind, key, text in records:
        value = json.loads(text)
        if kind == "account":
            facts[f"account of {key}"] = value["name"]
            facts[f"away of {key}"] = value["settings"].get("away", "")
            for name in value["settings"].get("ignored", ()):
                facts[f"{name} ignored by {key}"] = "ignored"
        elif kind == "room":
            facts[f"mode of #{key}"] = value["mode"]
        elif kind == "role":
            room, _, name = key.partition("/")
            facts[f"role of {name} in #{room}"] = Role(value["role"]).name
        elif kind == "hook":
            room, _, _ = key.rpartition("/")
            to = urlsplit(value["url"])
            facts[f"hook to {to.scheme}://{to.hostname} in #{room}"] = "added"
        elif kind == "alert" and value["by"]:
            fact = f"ack of {value['excerpt']} in #{value['room']}"
            facts[fact] = f"{value['by']}: {value['words']}"
        elif kind == "credential":
            fact = f"last token of {value['account']}"
            facts[fact] = max(facts.get(fact, ""), value["name"], key=_numbers)
        elif kind == "sanction":
            what, room, name = key.split("/", 2)
            facts[f"{what} of {name} in #{room}"] = value["reason"]
    return facts


def _numbers(name: str) -> list[int]:
    """Return the numbers in the names of tokens, in the order in which these were made."""
    return [int(number) for number in re.findall(r"\d+", name)]


def faults_of_rights(path: Path) -> list[str]:
    """Return the hooks and credentials that outlived their right.

    They are hooks of accounts that do not run the room, and credentials that were made with another
    password.
    """
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT kind, key, value FROM records").fetchall()
    kept: dict[str, dict[str, Any]] = defaultdict(dict)
    for kind, key, text in rows:
        kept[kind][key] = json.loads(text)
    faults = []
    for key, hook in kept["hook"].items():
        room, _, _ = key.rpartition("/")
        role = kept["role"].get(f"{room}/{hook['account']}", {"role": 0})["role"]
        if role != Role.OPERATOR:
            faults.append(f"hook {key} is there, and {hook['by']} is no operator: {role}")
    for credential in kept["credential"].values():
        account = kept["account"].get(credential["account"])
        if account is None or account["epoch"] != credential["epoch"]:
            faults.append(f"token {credential['name']} is there, and its account is {account}")
    return faults


def faults_of_deeds(path: Path, facts: dict[str, str]) -> list[str]:
    """Return the differences between the records of rooms and the deeds and topics in the logs.

    A deed and its changes are committed together, or neither is. The topic must be the last one in
    the log.
    """
    faults = []
    with closing(sqlite3.connect(path)) as store:
        topics = store.execute(
            "SELECT name, topic, (SELECT text FROM events WHERE id >> 40 = rooms.id AND kind = ?"
            " ORDER BY id DESC LIMIT 1) FROM rooms",
            (int(Kind.TOPIC),),
        ).fetchall()
        deeds = store.execute(
            "SELECT rooms.name, events.text FROM events JOIN rooms ON rooms.id = events.id >> 40"
            " WHERE kind = ? ORDER BY events.id",
            (int(Kind.DEED),),
        ).fetchall()
        acks = store.execute(
            "SELECT rooms.name, events.author, events.text FROM events"
            " JOIN rooms ON rooms.id = events.id >> 40 WHERE kind = ? ORDER BY events.id",
            (int(Kind.ACK),),
        ).fetchall()
    for room, topic, last in topics:
        if topic != (last or ""):
            faults.append(f"the topic of #{room} is {topic!a}, and the last one in it {last!a}")
    done: dict[str, str] = {}
    for room, text in deeds:
        fact, value = _fact_of(fold(room), Deed.of(text))
        done[fact] = value
    for room, author, text in acks:
        ack = Remark.of(text)
        done[f"ack of {ack.excerpt} in #{room}"] = f"{author}: {ack.words}"
    for fact in sorted(done.keys() | {fact for fact in facts if _is_of_a_room(fact)}):
        # A member that enters a new room owns it, which is no deed.
        if facts.get(fact, "") != done.get(fact, "") and not (
            fact not in done and facts[fact] == Mode.OPEN.value
        ):
            kept, logged = facts.get(fact, ""), done.get(fact, "")
            faults.append(f"{fact}: it is {kept!a}, and {logged!a} by the deeds in the log")
    repeated = [text for (_, text), count in Counter(deeds).items() if count > 1 and "." in text]
    faults += [f"a deed is in the log twice: {text!a}" for text in repeated]
    return faults


def alert_in(room: str, number: int) -> str:
    """Return the line of an alert that goes on in a room."""
    return f"FIRING alert {number} in {room}"


def part_of_message(number: int, count: int) -> str:
    """Return the end of the text of a line of a message, from 1 on, that has ``count`` lines."""
    return f"part {number}/{count}"


def faults_of_messages(path: Path) -> list[str]:
    """Return the messages of several lines that are not stored whole, one line after the other."""
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute(
            "SELECT rooms.name, events.id & ?, part_of, text FROM events"
            " JOIN rooms ON rooms.id = events.id >> ? ORDER BY events.id",
            (SEQ_MASK, SEQ_BITS),
        ).fetchall()
    messages: dict[tuple[str, int | None], list[tuple[int, int, int]]] = defaultdict(list)
    for room, seq, part_of, text in rows:
        if (found := _PART.search(text)) is not None:
            messages[room, part_of].append((seq, int(found[1]), int(found[2])))
        elif part_of is not None:
            messages[room, part_of].append((seq, 0, 0))
    return [
        f"a message in #{room} at {first} is not whole: its lines are {lines}"
        for (room, first), lines in messages.items()
        if first is None
        or lines != [(first + at, at + 1, lines[0][2]) for at in range(lines[0][2])]
    ]


def _fact_of(room: str, deed: Deed) -> tuple[str, str]:
    """Return the fact that a deed sets.

    None of these deeds is of an address, or takes a role in a private room.
    """
    verb, target, _, reason = deed
    if verb in ("create", "mode"):
        return f"mode of #{room}", target
    if verb == "close":
        return f"mode of #{room}", Mode.CLOSED.value
    if verb.removeprefix("un") in ("mute", "ban"):
        what, value = verb.removeprefix("un"), "" if verb.startswith("un") else reason
        return f"{what} of {fold(target)} in #{room}", value
    if verb.removeprefix("un") in _ROLES:
        value = "" if verb.startswith("un") else _ROLES[verb].name
        return f"role of {fold(target)} in #{room}", value
    if verb in ("hook", "endhook", "deadhook"):
        return f"hook to {target} in #{room}", "added" if verb == "hook" else ""
    return f"{verb} in #{room}", ""


def _is_of_a_room(fact: str) -> bool:
    return fact.startswith(("mode of ", "mute of ", "ban of ", "role of ", "hook to ", "ack of "))


def furnish(directory: Path, variables: dict[str, str]) -> None:
    """Make a store below a directory with some accounts, and a room of ana's."""
    (directory / STORE).parent.mkdir(exist_ok=True)
    with open(os.devnull, "wb") as nothing:
        pid = fork(_furnish, directory, variables, nothing.fileno())
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("the store cannot be furnished")


def _furnish() -> None:
    turns = QueueReactor()
    store = SqliteStore(cast(IStoreReactor, turns), Path(STORE).resolve())
    store.start()
    accounts, rooms = Accounts(store).table, Table(store, "room", RoomPolicy)
    hash = Hasher(*COST).hash(PASSWORD)
    puts = [accounts.put(name, Account(name, hash, created=1)) for name in REGISTERED]
    # Otherwise the first member that enters owns them.
    for room in NOBODYS:
        store.append(Draft(room, 1, "luis", Kind.MESSAGE, [f"{room} is nobody's"]))
    # They go on, and ana takes them on.
    alerts = Table(store, "alert", AlertRecord, of_line=True)
    for room in ROOMS:
        for number in range(1, ALERTS + 1):
            with store.together():
                line = alert_in(room, number)
                store.append(Draft(room, 0, _HOOK, Kind.NOTICE, [line]))
                record = AlertRecord(room, 0, 0, _HOOK, line, number)
                change(store, alerts.put(f"{room}/{_HOOK}/{number}", record, Seqs(last="seq")))
    deed = Deed("create", Mode.OPEN.value).text()
    store.append(Draft(DEN, 0, REGISTERED[0], Kind.DEED, [deed]))
    change(store, *puts, rooms.put(DEN, RoomPolicy(DEN, Mode.OPEN.value, REGISTERED[0])))
    turns.advance(0)
    turns.result(store.flush())
    turns.result(Deferred.fromCoroutine(store.close()))
