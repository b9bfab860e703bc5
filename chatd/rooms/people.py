"""The people in a room, and of whose presence the others know.

A name is *told* once a notice has said to the room that its owner is here, and *listed* once a list
of the people here has had it. The room is told when a person leaves whose name is either. A person
may *stay*: then it is a member also while it is *absent*, without a session here. This module must
not know a session, nor who may speak or stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from chatd.event import Change, Entry, Notice, Presence
from chatd.text.folding import fold
from chatd.util.state import State

K = TypeVar("K")
V = TypeVar("V")


class Person:
    """A person with a name, in a room with some ``sessions``; ``first`` is the number of one.

    One that stays there may have none.
    """

    __slots__ = ("first", "listed", "sessions", "told")

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.sessions = 0
        self.told = False
        self.listed = False


class Member(NamedTuple):
    """A session in a room: its name, which is one that the server made up if ``guest`` is true."""

    name: str
    guest: bool


class People:
    """The members of one room: ``named`` ones by their names, and ``guests`` without a name.

    ``members`` are all of them, by the numbers of their sessions, in the order in which they came
    or took their names. ``hidden`` are the presences of those of which clients must not know, by
    the same numbers: what they are shown once such a member may speak, and does. ``absent`` are the
    names of those without a session, ``staying`` the names of those that stay, by the keys of their
    accounts.
    """

    __slots__ = ("_names", "absent", "guests", "hidden", "members", "named", "staying")

    def __init__(self) -> None:
        self.guests = 0
        self.absent: dict[str, None] = {}
        self.staying: dict[str, str] = {}
        self.named: dict[str, Person] = {}
        self.members: dict[int, Member] = {}
        self.hidden: dict[int, Presence] = {}
        self._names: tuple[str, ...] | None = None  # until they change

    def order(self) -> State:
        """Return the order of all members, and of whom the others know, for another process."""
        return {
            "members": list(self.members),
            "named": list(self.named),
            "absent": list(self.absent),
            "told": [name for name, person in self.named.items() if person.told],
            "listed": [name for name, person in self.named.items() if person.listed],
        }

    def put_in_order(self, order: State) -> None:
        """Put the members, who came here in any order, in that of another process.

        The others know of those of whom they knew there.
        """
        self._names = None
        self.members = _in_order(self.members, order["members"])
        self.named = _in_order(self.named, order["named"])
        self.absent = _in_order(self.absent, order["absent"])
        for name in order["told"]:
            if name in self.named:
                self.named[name].told = True
        for name in order["listed"]:
            if name in self.named:
                self.named[name].listed = True

    def enter(self, name: str, guest: bool, session: int) -> None:
        """Count a session that enters, given its number."""
        self._names = None
        self.members[session] = Member(name, guest)
        if guest:
            self.guests += 1
            return
        person = self.named.get(name)
        if person is None:
            person = self.named[name] = Person()
        if not person.sessions:
            person.first = session
            self.absent.pop(name, None)
        person.sessions += 1

    def leave(self, session: int) -> None:
        """Uncount a session that leaves, given its number."""
        self._names = None
        name, guest = self.members.pop(session)
        if guest:
            self.guests -= 1
            return
        person = self.named[name]
        person.sessions -= 1
        if person.sessions:
            return
        if self.stays(name):
            person.first = 0
            self.absent[name] = None
        else:
            del self.named[name]

    def stay(self, account: str, name: str) -> None:
        """Have a person stay here, given the key and the name of the account."""
        self._names = None
        self.staying[account] = name
        person = self.named.get(name)
        if person is None:
            person = self.named[name] = Person()
            person.told = True  # it was here before this node was
            self.absent[name] = None

    def end_stay(self, account: str) -> str | None:
        """Let a person stay no more. Return its name, or None if it does not stay here."""
        self._names = None
        name = self.staying.pop(account, None)
        if name in self.absent:
            del self.absent[name]
            del self.named[name]
        return name

    @property
    def names(self) -> Sequence[str]:
        """The names of all members, also of guests and of those that are absent.

        All who are sent them before they change share them: those of 10,000 members take 80 KB.
        """
        if self._names is None:
            names = (member.name for member in self.members.values())
            self._names = tuple(dict.fromkeys(chain(names, self.absent)))
        return self._names

    def stays(self, name: str) -> bool:
        """Return True if the person of a name stays here."""
        return bool(self.staying) and fold(name) in self.staying

    def shows(self, name: str, left: Collection[int] = ()) -> bool:
        """Return True if clients that are shown presences know of a member of that name.

        They were shown that the sessions in ``left``, which have the name here, have left.
        """
        person = self.named.get(name)
        if person is None:
            return False
        unseen = {number for number, hidden in self.hidden.items() if hidden.name == name}
        return self.stays(name) or person.sessions > len(unseen.union(left))

    def shown_names(self) -> Sequence[str]:
        """Return the names of all of whom such clients know, each once."""
        if not self.hidden:
            return self.names
        shown = (member for number, member in self.members.items() if number not in self.hidden)
        return tuple(dict.fromkeys(chain((member.name for member in shown), self.absent)))

    def list_names(self, limit: int, reader: str) -> list[str]:
        """Return at most ``limit`` names for the person of that name, and note them as listed.

        People who look at their own name alone are not listed by that.
        """
        names = list(islice(self.named, limit))
        for name in names:
            if name != reader:
                self.named[name].listed = True
        return names

    def list_present(self, limit: int, reader: str) -> list[str]:
        """Return the same without those that are absent."""
        names = self.list_names(limit + len(self.absent), reader)
        return [name for name in names if name not in self.absent][:limit]

    def told_elsewhere(self, entries: Iterable[Entry]) -> None:
        """Note the people as told of whom another node tells the room."""
        for entry in entries:
            if isinstance(entry, Notice) and entry.change is not Change.LEFT:
                for name in [entry.new_name] if entry.new_name else entry.names:
                    self.tell(name)

    def tell(self, name: str) -> None:
        """Note that a name is told, if it is that of a member."""
        person = self.named.get(name)
        if person is not None:
            person.told = True


def _in_order(values: dict[K, V], keys: Iterable[K]) -> dict[K, V]:
    """Return the values in the order of some keys, and those of other keys after them."""
    ordered = {key: values[key] for key in keys if key in values}
    return {**ordered, **values}
