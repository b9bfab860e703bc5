"""The people of a room as clients know them that are shown each presence.

Theory of operation. Such a client keeps a list of people, which begins with those that it was sent
when it came and changes by what it is shown. A person may be here in several sessions, of any node,
so what becomes of a list is decided when a presence is published, in one order for all: a name
comes with its first session, and leaves when none with it is here any more. What others say of a
person's role is kept, too, because a name brings its role along, and a new name may have another.
A session of another node may be here by its name for a while after it is shown that it left.

A client changes its lists of all rooms when a person quits or is renamed. So one that has the old
name elsewhere, in another session, has only left here. This module must not know sessions, nor what
a role allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from chatd.event import Change, Entry, Event, Kind, Presence
from chatd.rooms.people import People
from chatd.text.folding import fold

_AFTER = {"op": "operator", "voice": "voiced", "unop": "", "unvoice": ""}
"""The roles of people after deeds, as a list of people has them."""


class MemberList:
    """The names in a room that clients have in their lists, with the words of their roles.

    A role is None until it matters. ``people`` are those who are here now. ``role_of`` returns the
    word of a name's role, ``is_connected`` if another session than one has that name.
    """

    __slots__ = ("_is_connected", "_people", "_role_of", "_roles", "leaving")

    def __init__(
        self,
        people: People,
        role_of: Callable[[str], str],
        is_connected: Callable[[str, int], bool],
    ) -> None:
        self._people = people
        self._role_of = role_of
        self._is_connected = is_connected
        self.leaving: dict[str, set[int]] = {}
        """Sessions of which it was shown that they left, while they are here, by their names."""
        self._roles: dict[str, str | None] = dict.fromkeys(people.shown_names())

    def shown(self, entries: Iterable[Entry]) -> Sequence[Entry]:
        """Return published entries as clients are shown them, which changes their lists."""
        return list(self._shown(entries))

    def _shown(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            if isinstance(entry, Presence):
                if not entry.hidden and (presence := self._of(entry)) is not None:
                    yield presence
            else:
                if isinstance(entry, Event) and entry.kind is Kind.DEED:
                    self._note(entry)
                yield entry

    def _note(self, event: Event) -> None:
        verb, _, rest = event.text.partition(" ")
        name = rest.partition(" ")[0]
        if verb in _AFTER and name in self._roles:
            self._roles[name] = _AFTER[verb]

    def _of(self, presence: Presence) -> Presence | None:
        if presence.change is Change.JOINED:
            return self._joined(presence)
        if presence.change is Change.LEFT:
            return self._left(presence)
        if presence.change is Change.RENAMED:
            return self._renamed(presence)
        logs_out = presence.change is Change.ACCOUNT and not presence.account
        if logs_out and self._is_here(presence.name):
            return None  # another session of the account is here
        return presence if presence.name in self._roles else None

    def _is_here(self, name: str) -> bool:
        """Return True if clients are to have a name in their lists."""
        return self._people.shows(name, self._still_here(name))

    def _leaves(self, session: int, name: str) -> None:
        """Take note that it is shown that a session leaves, by a name that it may have longer."""
        for earlier in tuple(islice(self.leaving, 2)):  # so that none is kept for ever
            self._still_here(earlier)
        member = self._people.members.get(session)
        if member is not None and member.name == name:
            self.leaving.setdefault(name, set()).add(session)

    def _still_here(self, name: str) -> set[int]:
        """Return the sessions that left by a name and have it here, and forget the others."""
        members, left = self._people.members, self.leaving.get(name, set())
        still = {each for each in left if each in members and members[each].name == name}
        if still:
            self.leaving[name] = still
        else:
            self.leaving.pop(name, None)
        return still

    def _joined(self, presence: Presence) -> Presence | None:
        self.leaving.get(presence.name, set()).discard(presence.session)
        if presence.name in self._roles:
            return None
        self._roles[presence.name] = role = self._role_of(presence.name)
        return presence._replace(role=role)

    def _left(self, presence: Presence) -> Presence | None:
        name = presence.name
        self._leaves(presence.session, name)
        if name not in self._roles or self._is_here(name):
            return None
        del self._roles[name]
        quits = presence.quits and not self._is_connected(name, presence.session)
        return presence._replace(quits=quits)

    def _renamed(self, presence: Presence) -> Presence | None:
        """Return what others are shown of a new name: that one comes, leaves, both, or a rename.

        The session itself knows its new name. If another one remains here with the old name, it is
        shown that this one comes.
        """
        old, new = presence.name, presence.new_name
        was_known, is_known = old in self._roles, new in self._roles
        self._leaves(presence.session, old)
        remains = was_known and self._is_here(old)
        leaves = was_known and not remains
        had = self._roles.pop(old) if leaves else ""
        if leaves and is_known:
            return presence._replace(change=Change.LEFT, new_name="")
        if is_known:
            again = presence._replace(change=Change.JOINED, session=0, new_name="")
            return again if remains else None
        self._roles[new] = role = self._role_of(new)
        if leaves:
            had = self._role_of(old) if had is None else had
            quits = fold(old) == fold(new) or not self._is_connected(old, presence.session)
            return presence._replace(quits=quits, had=had, role=role)
        come = presence._replace(change=Change.JOINED, name=new, new_name="", role=role)
        return come._replace(remains=old) if remains else come
