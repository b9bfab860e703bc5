"""Mutes and bans: those of names, of networks, and the sessions that they are bound to.

Theory of operation. A sanction is stored under ``KIND/ROOM/TARGET``; the target is the key of a
name, or ``@`` and a network. It concerns a session in one of four ways:

- The session has the name, and is not a guest by a number, which after a restart may be another
  guest's.
- The session is logged in to the account with that key, also while it is called otherwise.
- The session comes from the network, or from one in it.
- The session is *bound* to it. A sanction is bound to the sessions that have the name when it is
  ordered, so that renaming does not evade it, also after the session has left the room. When a
  session logs out, all sanctions of the account are bound to it. A sanction that takes the place of
  another under its key is bound to the sessions of the former one, too.

A binding is a key and the very record that was stored under it. It is valid while the table still
has that record: lifting a sanction ends its bindings, and a later sanction of the same name does
not concern those who had the name before. Bindings are held in memory, and end with the session.
Each node has those of the sessions of all nodes.

The networks that are banned from a room are in an index (`chatd.text.networks`). A room without
sanctions costs nothing, and one with a thousand costs a look for each length that they have.

Sanctions that are over are removed when the next one in the room is ordered. Until then they are
not counted. This module must not know modes, and of roles only that of the session it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from chatd.chat.permissions import Role
from chatd.chat.roster import AnySession
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Index, Put, Table
from chatd.text.folding import fold
from chatd.text.networks import NetworkIndex
from chatd.util.state import State

MUTE = "mute"
BAN = "ban"

SANCTIONS = 1000
"""Most mutes and bans of one room at a time."""


class Sanction(NamedTuple):
    """A mute or a ban.

    It has its end in seconds since 1970, the name of its author, its reason, and the name of its
    target as it is shown.
    """

    until: int
    by: str
    reason: str = ""
    name: str = ""


def room_of(key: str) -> str:
    """Return the key of the room of a sanction, given the sanction's key."""
    return key.split("/", 2)[1]


class Sanctions:
    """The mutes and bans of all rooms. ``now`` gives the time in seconds since 1970."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._replaced = _Replaced()
        self.table: Table[Sanction] = Table(
            store, "sanction", Sanction, self._replaced, rights=True
        )
        self._now = now
        self._keys: dict[str, set[str]] = defaultdict(set)  # by the key of their room
        self._networks: dict[str, NetworkIndex] = {}  # the banned ones, by the same
        self._bound: dict[int, list[tuple[str, Sanction]]] = {}  # by the numbers of sessions
        self._before: Mapping[str, Sanction] = {}  # what the last change has replaced
        try:
            for key in self.table:
                _, room, _ = key.split("/", 2)
                self._keys[room].add(key)
            for room in self._keys:
                self._index_networks(room)
        except ValueError:
            raise Damaged from None
        self.table.watch(self._changed)

    # Reading

    def of_session(self, kind: str, session: AnySession, room: Room, role: Role) -> Sanction | None:
        """Return the sanction of a session with that role in a room; of several, the longest.

        Administrators have none, and operators none of networks.
        """
        keys = self._keys.get(room.key)
        if not keys or role >= Role.ADMINISTRATOR:
            return None
        wanted = self._keys_of(kind, room, session)
        if kind == BAN and role < Role.OPERATOR:
            networks = self._networks[room.key].around(session.network)
            wanted.update(f"{BAN}/{room.key}/@{network}" for network in networks)
        now = self._now()
        valid = [sanction for key in wanted & keys if (sanction := self.table[key]).until > now]
        return max(valid, default=None)

    def stored_in(self, room: Room) -> bool:
        """Return True if a sanction is stored for a room, which may be over."""
        return room.key in self._keys

    def has_banned(self, account: str, room: Room) -> bool:
        """Return True if an account, given its key, is banned from a room by name."""
        ban = self.table.get(f"{BAN}/{room.key}/{account}")
        return ban is not None and ban.until > self._now()

    def any_in(self, room: Room) -> bool:
        """Return True if there is a valid sanction in a room."""
        now = self._now()
        return any(self.table[key].until > now for key in self._keys.get(room.key, ()))

    def any_ban_in(self, room: Room) -> bool:
        """Return True if a ban is stored for a room, which may be over."""
        return any(key.startswith(BAN) for key in self._keys.get(room.key, ()))

    def in_room(self, room: Room) -> list[tuple[str, str, Sanction]]:
        """Return the kind, target and record of each valid sanction in a room, by their ends."""
        now = self._now()
        found = []
        for key in self._keys.get(room.key, ()):
            kind, _, target = key.split("/", 2)
            if self.table[key].until > now:
                found.append((kind, target, self.table[key]))
        return sorted(found, key=lambda each: (each[2].until, each))

    def networks_around(self, room: Room, network: str) -> list[str]:
        """Return the networks that are banned from a room and contain a network, or are it."""
        if room.key not in self._networks:
            return []
        start, now = f"{BAN}/{room.key}/@", self._now()
        around = self._networks[room.key].around(network)
        return [each for each in around if self.table[start + each].until > now]

    def _keys_of(self, kind: str, room: Room, session: AnySession) -> set[str]:
        """Return the keys that a sanction of a session may have, except those of networks.

        They include those that it is bound to. A guest by a number has no key of its name.
        """
        start = f"{kind}/{room.key}/"
        keys = set() if session.is_guest else {start + fold(session.name)}
        if session.account:
            keys.add(start + session.account)
        return keys.union(key for key in self._bound_to(session.number) if key.startswith(start))

    # Changes

    def order(self, kind: str, room: Room, targets: Iterable[str], sanction: Sanction) -> list[Put]:
        """Return the changes that sanction some targets: the key of a name, or ``@`` and a network.

        Raises `Refusal` if the room would have more than `SANCTIONS`.
        """
        new = {f"{kind}/{room.key}/{target}" for target in targets}
        over = self._over(room)
        if len(new.union(self._keys.get(room.key, ())).difference(over - new)) > SANCTIONS:
            raise Refusal(
                ErrorKind.NOT_ALLOWED, "too_many_sanctions", room=room.name, count=SANCTIONS
            )
        return [
            *(self.table.put(key, None) for key in sorted(over - new)),
            *(self.table.put(key, sanction) for key in sorted(new)),
        ]

    def lift(self, kind: str, room: Room, name: str, sessions: Iterable[AnySession]) -> list[Put]:
        """Return the changes that lift the sanctions of a name, and of the sessions with it."""
        keys = {f"{kind}/{room.key}/{fold(name)}"}
        return self._lift(keys.union(*(self._keys_of(kind, room, each) for each in sessions)))

    def lift_networks(self, room: Room, networks: Iterable[str]) -> list[Put]:
        """Return the changes that lift the bans of these networks."""
        return self._lift({f"{BAN}/{room.key}/@{network}" for network in networks})

    def _lift(self, keys: set[str]) -> list[Put]:
        return [self.table.put(key, None) for key in sorted(keys) if key in self.table]

    def _over(self, room: Room) -> set[str]:
        """Return the keys of sanctions that are over, and need not be stored."""
        now = self._now()
        keys = self._keys.get(room.key, ())
        return {key for key in keys if self.table[key].until <= now}

    def _changed(self, keys: Collection[str]) -> None:
        self._before = self._replaced.take()
        for key in keys:
            in_room = self._keys[room_of(key)]
            in_room.add(key) if key in self.table else in_room.discard(key)
        for room in dict.fromkeys(map(room_of, keys)):
            if self._keys[room]:
                self._index_networks(room)
            else:
                del self._keys[room]
                self._networks.pop(room, None)

    def _index_networks(self, room: str) -> None:
        """Index the networks that are banned from a room, given its key.

        Raises `ValueError` if one is none.
        """
        start = f"{BAN}/{room}/@"
        banned = [key[len(start) :] for key in self._keys[room] if key.startswith(start)]
        self._networks[room] = NetworkIndex(banned)

    # Bindings

    def bind(
        self, kind: str, room: Room, name: str, sessions: Iterable[AnySession], sanction: Sanction
    ) -> None:
        """Bind a sanction to sessions, so renaming does not evade it.

        It is about to be ordered here, or another node has just ordered it. It is also bound to
        those of the sanction that it takes the place of.
        """
        key = f"{kind}/{room.key}/{fold(name)}"
        before = self.table.get(key)
        if before is sanction:
            before = self._before.get(key)
        concerned = dict.fromkeys(session.number for session in sessions)
        if before is not None and before.until > self._now():
            for number, bound in self._bound.items():
                if any(other is before for _, other in bound):
                    concerned[number] = None
        for number in concerned:
            self._bind(number, key, sanction)

    def bind_logged_out(self, number: int, account: str) -> None:
        """Bind the sanctions of an account to a session that logs out of it."""
        for key, sanction in self.table.items():
            if key.split("/", 2)[2] == account:
                self._bind(number, key, sanction)

    def state(self) -> State:
        """Return the bindings for another process: keys, by the numbers of sessions."""
        return {str(number): sorted(self._bound_to(number)) for number in self._bound}

    def resume(self, state: State) -> None:
        """Bind sanctions again that another process has bound; the table has them."""
        for number, keys in state.items():
            for key in keys:
                if (sanction := self.table.get(key)) is not None:
                    self._bind(int(number), key, sanction)

    def disconnected(self, number: int) -> None:
        """Forget the bindings of a session that has disconnected."""
        self._bound.pop(number, None)

    def _bind(self, number: int, key: str, sanction: Sanction) -> None:
        bound = self._bound.get(number, ())
        valid = [each for each in bound if self.table.get(each[0]) is each[1]]
        self._bound[number] = [*valid, (key, sanction)]

    def _bound_to(self, number: int) -> set[str]:
        bound = self._bound.get(number, ())
        return {key for key, sanction in bound if self.table.get(key) is sanction}


class _Replaced(Index[Sanction]):
    """The sanctions that were removed or replaced since the last call of `take`."""

    def __init__(self) -> None:
        self._left: dict[str, Sanction] = {}

    def enter(self, key: str, value: Sanction) -> None:
        """Do nothing: the table has what is valid."""

    def leave(self, key: str, value: Sanction) -> None:
        """See `Index`."""
        self._left[key] = value

    def take(self) -> Mapping[str, Sanction]:
        """Return them by their keys."""
        left, self._left = self._left, {}
        return left
