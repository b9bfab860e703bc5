"""Who is what in which room, and what is kept of that: modes, owners, roles, mutes and bans.

It says who may do what, by the table of `chatd.chat.permissions`, and whoever asks for more is
told who may. It knows no connection and no command, and moves nobody: that is the server's work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Scope
from chatd.chat.permissions import LEAST, Act, Mode, Role, may
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Put, Table
from chatd.text.folding import fold
from chatd.text.times import local_time

MUTE = "mute"
BAN = "ban"

SANCTIONS = 1000
"""How many mutes and bans a room may have at a time."""

OWNED = 100
"""How many rooms an account may own."""

_OF_THE_SERVER = (Act.WALL, Act.DISCONNECT, Act.STATS)
_ALL_MAY = (Mode.FREE, Mode.OPEN)
"""The modes in which everyone may read and speak."""


class RoomPolicy(NamedTuple):
    """How a room is run, and the account of its owner; empty for nobody's."""

    name: str
    mode: str = Mode.OPEN.value
    owner: str = ""


class RoleRecord(NamedTuple):
    """What an account is in a room: the number of a `Role`."""

    role: int


class Sanction(NamedTuple):
    """A mute or a ban: until when, in seconds since 1970, who ordered it and why, and of whom, as
    it is shown."""

    until: int
    by: str
    reason: str = ""
    name: str = ""


class Moderation:
    """What holds in all rooms. ``lobby`` is the key of the one that administrators run."""

    def __init__(
        self, store: Store, accounts: Accounts, now: Callable[[], float], lobby: str
    ) -> None:
        self.rooms: Table[RoomPolicy] = Table(store, "room", RoomPolicy)
        self.hidden: set[Room] = set()  # those that not everyone may read
        self._roles: Table[RoleRecord] = Table(store, "role", RoleRecord)
        self._sanctions: Table[Sanction] = Table(store, "sanction", Sanction)
        self._accounts = accounts
        self._now = now
        self._lobby = lobby
        self._keys: dict[str, set[str]] = defaultdict(set)  # of a room's sanctions
        try:
            for key in self._sanctions:
                _, room, _ = key.split("/", 2)
                self._keys[room].add(key)
            for run in self.rooms.values():
                Mode(run.mode)
            for rank in self._roles.values():
                Role(rank.role)
        except ValueError:
            raise Damaged from None
        # The roles of sessions without an account, by room, with the name (see `fold`) for which
        # each was given: under another name it is not valid.
        self._given: dict[Session, dict[str, tuple[Role, str]]] = {}
        # The sanctions that concern them, whatever they are called now, by their keys: as long as
        # these are what is kept under that key, and not others of the same name.
        self._held: dict[Session, list[tuple[str, Sanction]]] = {}
        self._leaving: dict[Room, set[Session]] = {}  # who is being put out

    # Who is what

    def role_of(self, session: Session, room: Room | None) -> Role:
        """What somebody is in a room; in none, what everywhere."""
        role = self._role_of_account(session.account, room)
        if room is not None and session in self._given:
            given, name = self._given[session].get(room.key, (role, ""))
            if name == fold(session.name):
                role = max(role, given)
        return role

    def role_of_name(self, name: str, sessions: Iterable[Session], room: Room) -> Role:
        """The same of a name, and of the sessions that have it."""
        roles = [self.role_of(session, room) for session in sessions]
        return max([self._role_of_account(fold(name), room), *roles])

    def _role_of_account(self, key: str | None, room: Room | None) -> Role:
        account = None if key is None else self._accounts.table.get(key)
        if account is None:
            return Role.EVERYONE
        if account.admin:
            return Role.ADMINISTRATOR
        if room is None:
            return Role.EVERYONE
        run = self.rooms.get(room.key)
        if run is not None and run.owner == key:
            return Role.OWNER
        rank = self._roles.get(f"{room.key}/{key}")
        return Role.EVERYONE if rank is None else Role(rank.role)

    def mode_of(self, room: Room) -> Mode:
        """How a room is run."""
        run = self.rooms.get(room.key)
        if run is not None:
            return Mode(run.mode)
        if room.key == self._lobby and self._accounts.has_administrator:
            return Mode.OPEN
        return Mode.FREE

    # Who may do what

    def may(self, session: Session, room: Room | None, act: Act) -> bool:
        """Whether somebody may do that in a room; in no room, on the server."""
        return self.refusal(session, room, act) is None

    def knows(self, session: Session, room: Room) -> bool:
        """Return whether a session may know that a room exists.

        Everyone may, unless the mode keeps strangers from reading there (private, closed); then
        those may who have a role in it, or are still there.
        """
        if not room.guarded or session.joined.is_in(room):
            return True
        return self._all_may_read(room) or self.role_of(session, room) > Role.EVERYONE

    def _all_may_read(self, room: Room) -> bool:
        return may(Role.EVERYONE, Act.READ, self.mode_of(room))

    def account_may(self, account: str, room: Room, act: Act) -> bool:
        """Return whether an account, given its key, may do that in a room, connected or not. Mutes
        and bans of networks are not looked at."""
        role = self._role_of_account(account, room)
        ban = self._sanctions.get(f"{BAN}/{room.key}/{account}")
        is_banned = ban is not None and ban.until > self._now() and role < Role.ADMINISTRATOR
        return not is_banned and may(role, act, self.mode_of(room))

    def check(self, session: Session, room: Room | None, act: Act) -> None:
        """Raise a `Refusal` that says who may, if this one may not."""
        refusal = self.refusal(session, room, act)
        if refusal is not None:
            raise refusal

    def refusal(self, session: Session, room: Room | None, act: Act) -> Refusal | None:
        """Why somebody may not do that; None if they may."""
        if room is None or act in _OF_THE_SERVER:
            allowed = self.role_of(session, None) >= Role.ADMINISTRATOR
            return (
                session.identity.lacks(Scope.FULL)
                if allowed
                else _not_allowed("only_administrators")
            )
        if not room.guarded and act in (Act.READ, Act.SPEAK):
            return None
        # A deed or topic is shown in the room, in words that its author chooses.
        silence = self._ban(session, room) if act is Act.READ else self.silence(session, room)
        if silence is not None:
            return silence
        mode = self.mode_of(room)
        if may(self.role_of(session, room), act, mode):
            if act in (Act.READ, Act.SPEAK) or may(Role.EVERYONE, act, mode):
                return None
            return session.identity.lacks(
                Scope.FULL
            )  # a token uses no role but to read and to speak
        return _not_allowed(_who_may(act, mode), room=room.name, name=session.name)

    def silence(self, session: Session, room: Room) -> Refusal | None:
        """Return why a session may show nothing of its own in a room, however that is run: it is
        banned, muted or being put out. None if it is not."""
        if not room.guarded:
            return None
        ban = self._ban(session, room)
        if ban is not None:
            return ban
        if session in self._leaving.get(room, ()):
            return _not_allowed("being_put_out", room=room.name)
        mute = self._sanction_of(MUTE, session, room)
        return None if mute is None else _sanctioned(MUTE, mute, room)

    def _ban(self, session: Session, room: Room) -> Refusal | None:
        ban = self._sanction_of(BAN, session, room)
        return None if ban is None else _sanctioned(BAN, ban, room)

    def guard(self, session: Session, room: Room) -> Refusal | None:
        """Why somebody may not speak in a guarded room; None if they may."""
        if not self._is_guarded(room):
            self._guard(room)  # the last mute or ban there is over
        return self.refusal(session, room, Act.SPEAK)

    def check_above(
        self, session: Session, room: Room, name: str, sessions: Iterable[Session]
    ) -> None:
        """Raise a `Refusal` unless somebody is more in a room than the one of that name."""
        role = self.role_of_name(name, sessions, room)
        if role >= self.role_of(session, room):
            raise _not_allowed(_NOT_ABOVE[role], name=name, room=room.name)

    # Roles

    def set_mode(self, room: Room, mode: Mode) -> Put:
        """Let a room be run in this way."""
        run = self.rooms.get(room.key, RoomPolicy(room.name))
        return self.rooms.put(room.key, run._replace(mode=mode.value))

    def may_own_more(self, account: str) -> bool:
        """Whether an account, given its key, may own one more room."""
        return sum(run.owner == account for run in self.rooms.values()) < OWNED

    def give(self, name: str, room: Room, role: Role) -> list[Put]:
        """Let the account of that name have this role and no other; nothing if there is none."""
        if not self.is_registered(name):
            return []
        return [self._roles.put(f"{room.key}/{fold(name)}", RoleRecord(role) if role else None)]

    def give_guests(self, sessions: Iterable[Session], room: Room, role: Role) -> None:
        """Give sessions a role in a room, beside that of their account, until they disconnect or
        have another name."""
        for session in sessions:
            if role is Role.EVERYONE:
                self._given.get(session, {}).pop(room.key, None)
            else:
                self._given.setdefault(session, {})[room.key] = (role, fold(session.name))

    def lower_guests(
        self, sessions: Iterable[Session], room: Room, role: Role
    ) -> Callable[[], None]:
        """Let sessions have at most this role of what they were given in a room, at once. Returns
        what takes that back."""
        had = {
            session: self._given[session][room.key]
            for session in sessions
            if room.key in self._given.get(session, ())
        }
        for session, (given, name) in had.items():
            self._given[session][room.key] = (min(given, role), name)

        def take_back() -> None:
            for session, before in had.items():
                if not session.stream.finished:
                    self._given.setdefault(session, {})[room.key] = before

        return take_back

    def is_registered(self, name: str) -> bool:
        """Whether that name is somebody's."""
        return fold(name) in self._accounts.table

    def name_of_owner(self, room: Room) -> str:
        """Who owns a room; empty if nobody does."""
        run = self.rooms.get(room.key)
        account = self._accounts.table.get(run.owner) if run is not None else None
        return "" if account is None else account.name

    def gone(self, session: Session) -> None:
        """Forget somebody who is not connected any more."""
        self._given.pop(session, None)
        self._held.pop(session, None)

    def logging_out(self, session: Session) -> None:
        """What is ordered for the account that this session had holds for the session, too."""
        assert session.grant is not None
        account = session.grant.account
        for key, sanction in self._sanctions.items():
            if key.split("/", 2)[2] == account:
                self._hold(session, key, sanction)

    def account_gone(self, key: str) -> list[Put]:
        """What is to be changed when an account is removed: what it was in rooms."""
        puts = [
            self._roles.put(role, None) for role in self._roles if role.partition("/")[2] == key
        ]
        operated = {
            role.partition("/")[0]
            for role, rank in self._roles.items()
            if rank.role >= Role.OPERATOR and role.partition("/")[2] != key
        }
        for room, run in self.rooms.items():
            if run.owner == key:
                nobody_runs_it = run.mode == Mode.OPEN.value and room not in operated
                puts.append(
                    self.rooms.put(room, None if nobody_runs_it else run._replace(owner=""))
                )
        return puts

    # Mutes and bans

    def sanction(
        self, kind: str, room: Room, targets: Iterable[str], sanction: Sanction
    ) -> list[Put]:
        """A mute or a ban of these targets: a name's key, or ``@`` and a network. Raises `Refusal`
        if there are too many in that room."""
        new = {f"{kind}/{room.key}/{target}" for target in targets}
        over = self._over(room)
        if len(new.union(self._keys.get(room.key, ())).difference(over - new)) > SANCTIONS:
            raise _not_allowed("too_many_sanctions", room=room.name, count=SANCTIONS)
        return [
            *(self._sanctions.put(key, None) for key in sorted(over - new)),
            *(self._sanctions.put(key, sanction) for key in sorted(new)),
        ]

    def hold(
        self, kind: str, room: Room, name: str, sessions: Iterable[Session], sanction: Sanction
    ) -> None:
        """What is about to be ordered for that name holds for these, also when they take another
        one; and for whom concerns what it takes the place of."""
        key = f"{kind}/{room.key}/{fold(name)}"
        before = self._sanctions.get(key)
        concerned = dict.fromkeys(sessions)
        if before is not None and before.until > self._now():
            concerned.update(
                dict.fromkeys(each for each in self._held if key in self._held_by(each))
            )
        for session in concerned:
            self._hold(session, key, sanction)

    def _hold(self, session: Session, key: str, sanction: Sanction) -> None:
        held = self._held.get(session, ())
        kept = [each for each in held if self._sanctions.get(each[0]) is each[1]]
        self._held[session] = [*kept, (key, sanction)]

    def _held_by(self, session: Session) -> set[str]:
        held = self._held.get(session, ())
        return {key for key, sanction in held if self._sanctions.get(key) is sanction}

    def keys_of(self, kind: str, room: Room, session: Session) -> set[str]:
        """The keys of the mutes or bans in a room that may concern somebody by name.

        Of a guest without a name, those ordered while they were here: after a restart somebody else
        may have that number.
        """
        start = f"{kind}/{room.key}/"
        keys = set() if session.is_guest else {start + fold(session.name)}
        if session.account is not None:
            keys.add(start + session.account)
        return keys.union(key for key in self._held_by(session) if key.startswith(start))

    def lift(self, kind: str, room: Room, name: str, sessions: Iterable[Session]) -> list[Put]:
        """The end of all that holds for that name, and for those who have it."""
        keys = {f"{kind}/{room.key}/{fold(name)}"}
        return self._lift(keys.union(*(self.keys_of(kind, room, each) for each in sessions)))

    def lift_networks(self, room: Room, networks: Iterable[str]) -> list[Put]:
        """The end of the bans of these networks."""
        return self._lift({f"{BAN}/{room.key}/@{network}" for network in networks})

    def _lift(self, keys: set[str]) -> list[Put]:
        return [self._sanctions.put(key, None) for key in sorted(keys) if key in self._sanctions]

    def _over(self, room: Room) -> set[str]:
        """The keys of those that are over by themselves, and need not be kept."""
        now = self._now()
        keys = self._keys.get(room.key, ())
        return {key for key in keys if self._sanctions[key].until <= now}

    def sanctions_in(self, room: Room) -> list[tuple[str, str, Sanction]]:
        """All that hold in a room: which, of what target, and more; those that end first first."""
        now = self._now()
        found = []
        for key in self._keys.get(room.key, ()):
            kind, _, target = key.split("/", 2)
            if self._sanctions[key].until > now:
                found.append((kind, target, self._sanctions[key]))
        return sorted(found, key=lambda each: (each[2].until, *each[:2]))

    def _sanction_of(self, kind: str, session: Session, room: Room) -> Sanction | None:
        keys = self._keys.get(room.key)
        if not keys:
            return None
        role = self.role_of(session, room)
        if role >= Role.ADMINISTRATOR:
            return None
        wanted = self.keys_of(kind, room, session)
        if session.network and role < Role.OPERATOR:
            wanted.add(f"{kind}/{room.key}/@{session.network}")
        now = self._now()
        holding = [
            sanction for key in wanted & keys if (sanction := self._sanctions[key]).until > now
        ]
        return max(holding, default=None)

    # What is looked at for each line

    def putting_out(self, room: Room, sessions: Iterable[Session]) -> None:
        """These say nothing more in a room: they are being put out."""
        self._leaving.setdefault(room, set()).update(sessions)
        self._guard(room)

    def put_out(self, room: Room, sessions: Iterable[Session]) -> None:
        """They are out, or stay."""
        left = self._leaving.pop(room, set()).difference(sessions)
        if left:
            self._leaving[room] = left
        self._guard(room)

    def changed(self, room: Room, puts: Iterable[Put]) -> None:
        """Some of what concerns this room was put in or taken back."""
        for put in puts:
            if put.table is self._sanctions:
                keys = self._keys[room.key]
                keys.add(put.key) if put.key in self._sanctions else keys.discard(put.key)
        if not self._keys.get(room.key):
            self._keys.pop(room.key, None)
        self._guard(room)

    def forget(self, room: Room) -> list[Put]:
        """A room is forgotten: what has to be changed then."""
        self.hidden.discard(room)
        return [self.rooms.put(room.key, None)] if room.key in self.rooms else []

    def _guard(self, room: Room) -> None:
        room.guarded = self._is_guarded(room)
        if room.guarded and self._is_hidden(room):
            self.hidden.add(room)
        else:
            self.hidden.discard(room)

    def _is_hidden(self, room: Room) -> bool:
        banned = any(key.startswith(BAN) for key in self._keys.get(room.key, ()))
        return banned or not self._all_may_read(room)

    def _is_guarded(self, room: Room) -> bool:
        run = self.rooms.get(room.key)
        if run is not None and Mode(run.mode) not in _ALL_MAY:
            return True
        now = self._now()
        return room in self._leaving or any(
            self._sanctions[key].until > now for key in self._keys.get(room.key, ())
        )


def _not_allowed(key: str, **values: object) -> Refusal:
    return Refusal(ErrorKind.NOT_ALLOWED, key, **values)


def _sanctioned(kind: str, sanction: Sanction, room: Room) -> Refusal:
    return _not_allowed(
        _SANCTIONED[kind, bool(sanction.reason)],
        room=room.name,
        until=local_time(sanction.until),
        by=sanction.by,
        reason=sanction.reason,
    )


_SANCTIONED = {
    (BAN, False): "banned",
    (BAN, True): "banned_why",
    (MUTE, False): "muted",
    (MUTE, True): "muted_why",
}
"""What is said to those of whom one holds, without a reason and with one."""

_BY_MODE = {
    Mode.PRIVATE: "room_is_private",
    Mode.CLOSED: "room_is_closed",
    Mode.MODERATED: "room_is_moderated",
    Mode.ANNOUNCE: "room_announces",
}

_BY_ROLE = {
    Role.OPERATOR: "only_operators",
    Role.OWNER: "only_owner",
    Role.ADMINISTRATOR: "nobody_runs_room",
}

_NOT_ABOVE = {
    Role.OPERATOR: "not_above_operator",
    Role.OWNER: "not_above_owner",
    Role.ADMINISTRATOR: "not_above_administrator",
}
"""What is said to those who may do such a thing at all, and so are operators at least."""


def _who_may(act: Act, mode: Mode) -> str:
    """The sentence that says who may do that, and how to become one of them."""
    if mode is Mode.CLOSED or act in (Act.READ, Act.SPEAK):
        return _BY_MODE[mode]
    return _BY_ROLE[LEAST[act, mode]]
