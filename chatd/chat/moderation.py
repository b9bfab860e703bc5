"""Rights in rooms: who may do what, and the refusal that says who may.

`Moderation` puts together the roles and modes of rooms (`chatd.chat.roles`), their mutes and bans
(`chatd.chat.sanctions`, which explains the sessions that these are bound to) and the table of
`chatd.chat.permissions`.

Theory of operation. Most rooms have no policy and no sanction, and each line that is said asks for
a right. So `Room.guarded` is a flag that `_guard` renews with each change: in a room that is not
guarded, everyone may read and speak, and nothing else is looked at. It may stay set after the last
sanction is over, until the next line that is said there (`guard`). A session that is being put out
says nothing from the moment that this is ordered, although it leaves when that is stored.

This module must not know connections or commands, and moves no session: the server does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Scope
from chatd.chat.permissions import LEAST, Act, Mode, Role, least_scope, may
from chatd.chat.roles import Roles, nobody
from chatd.chat.roster import AnySession
from chatd.chat.sanctions import BAN, MUTE, Sanction, Sanctions, room_of
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Moment
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put
from chatd.util.state import State

_OF_THE_SERVER = (Act.WALL, Act.DISCONNECT, Act.STATS, Act.PRIVATE_LINES)
_ALL_MAY = (Mode.FREE, Mode.OPEN)
"""The modes in which everyone may read and speak."""


class Moderation:
    """The rights of all sessions in all rooms.

    ``rooms`` are those that there are, by their keys; ``hidden`` are those that not everyone may
    read. ``lobby`` is the key of the room that administrators run, ``now`` gives the time in
    seconds since 1970, and ``elsewhere`` the sessions of other nodes with a name.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        now: Callable[[], float],
        lobby: str,
        elsewhere: Callable[[str], Iterable[AnySession]] = nobody,
    ) -> None:
        self.roles = Roles(store, accounts, lobby, elsewhere)
        self.sanctions = Sanctions(store, now)
        self.hidden: set[Room] = set()
        self.rooms: dict[str, Room] = {}
        self._leaving: dict[Room, set[Session]] = {}  # the sessions that are being put out
        self.roles.rooms.watch(self._guard_again)
        self.sanctions.table.watch(lambda keys: self._guard_again(map(room_of, keys)))

    # Rights

    def may(self, session: Session, room: Room | None, act: Act) -> bool:
        """Return True if a session may do that in a room; without a room, on the server."""
        return self.refusal(session, room, act) is None

    def knows(self, session: Session, room: Room) -> bool:
        """Return whether a session may know that a room exists.

        Everyone may, unless the mode keeps strangers from reading there (private, closed); then
        those may who have a role in it, or are still there.
        """
        if not room.guarded or session.joined.is_in(room):
            return True
        return self._all_may_read(room) or self.roles.role_of(session, room) > Role.EVERYONE

    def _all_may_read(self, room: Room) -> bool:
        return may(Role.EVERYONE, Act.READ, self.roles.mode_of(room))

    def account_may(self, account: str, room: Room, act: Act) -> bool:
        """Return whether an account, given its key, may do that in a room, connected or not.

        Mutes and bans of networks are not looked at.
        """
        role = self.roles.role_of_account(account, room)
        is_banned = role < Role.ADMINISTRATOR and self.sanctions.has_banned(account, room)
        return not is_banned and may(role, act, self.roles.mode_of(room))

    def check(self, session: Session, room: Room | None, act: Act) -> None:
        """Raise the `Refusal` of a session that may not do that: see `refusal`."""
        refusal = self.refusal(session, room, act)
        if refusal is not None:
            raise refusal.anew()

    def refusal(self, session: Session, room: Room | None, act: Act) -> Refusal | None:
        """Return the reason why a session may not do that, which says who may; None if it may."""
        if room is None or act in _OF_THE_SERVER:
            allowed = self.roles.role_of(session, None) >= Role.ADMINISTRATOR
            if not allowed:
                return _not_allowed("only_administrators")
            return session.identity.lacks(Scope.FULL)
        if not room.guarded and act in (Act.READ, Act.SPEAK):
            return None
        # A deed or topic is shown in the room, in words that its author chooses.
        silence = self._ban(session, room) if act is Act.READ else self.silence(session, room)
        if silence is not None:
            return silence
        mode = self.roles.mode_of(room)
        if may(self.roles.role_of(session, room), act, mode):
            if act in (Act.READ, Act.SPEAK):
                return None  # the scope is checked where lines are read and said
            return session.identity.lacks(least_scope(act, mode))
        key = _who_may(act, mode, is_guest=session.account is None)
        return _not_allowed(key, room=room.name, name=session.name)

    def silence(self, session: Session, room: Room) -> Refusal | None:
        """Return why a session may show nothing of its own in a room of any mode.

        It is banned, muted or being put out. None if it is not.
        """
        if not room.guarded:
            return None
        ban = self._ban(session, room)
        if ban is not None:
            return ban
        if session in self._leaving.get(room, ()):
            return _not_allowed("being_put_out", room=room.name)
        return self._sanctioned(MUTE, session, room)

    def _ban(self, session: Session, room: Room) -> Refusal | None:
        return self._sanctioned(BAN, session, room)

    def _sanctioned(self, kind: str, session: Session, room: Room) -> Refusal | None:
        if not self.sanctions.stored_in(room):
            return None
        role = self.roles.role_of(session, room)
        sanction = self.sanctions.of_session(kind, session, room, role)
        return None if sanction is None else _refusal_of(kind, sanction, room)

    def guard(self, session: Session, room: Room) -> Refusal | None:
        """Return why a session may not speak in a guarded room; None if it may."""
        if not self._is_guarded(room):
            self._guard(room)  # the last mute or ban there is over
        return self.refusal(session, room, Act.SPEAK)

    def remote_may_speak(self, other: AnySession, room: Room) -> bool:
        """Return True if a session of another node may speak in a room."""
        if not room.guarded:
            return True
        role, sanctions = self.roles.role_of_remote(other, room), self.sanctions
        silent = any(sanctions.of_session(kind, other, room, role) for kind in (BAN, MUTE))
        return not silent and may(role, Act.SPEAK, self.roles.mode_of(room))

    def check_above(
        self, session: Session, room: Room, name: str, sessions: Iterable[Session]
    ) -> None:
        """Raise `Refusal` unless a session has a higher role in a room than the name's owner."""
        role = self.roles.role_of_name(name, sessions, room)
        if role >= self.roles.role_of(session, room):
            raise _not_allowed(_NOT_ABOVE[role], name=name, room=room.name)

    # Sessions and accounts that end

    def disconnected(self, number: int) -> None:
        """Forget a session of any node that has disconnected."""
        self.roles.given.disconnected(number)
        self.sanctions.disconnected(number)

    def bind_logged_out(self, number: int, account: str) -> None:
        """Bind the sanctions of an account to a session of any node that logs out of it."""
        self.sanctions.bind_logged_out(number, account)

    def account_gone(self, key: str) -> list[Put]:
        """Return the changes to store when an account is removed: see `Roles.account_gone`."""
        return self.roles.account_gone(key)

    # The flag that is looked at for each line

    def begin_putting_out(self, room: Room, sessions: Iterable[Session]) -> None:
        """Silence sessions in a room: they are being put out."""
        self._leaving.setdefault(room, set()).update(sessions)
        self._guard(room)

    def end_putting_out(self, room: Room, sessions: Iterable[Session]) -> None:
        """End that silence: the sessions have left, or may stay."""
        left = self._leaving.pop(room, set()).difference(sessions)
        if left:
            self._leaving[room] = left
        self._guard(room)

    def state(self) -> State:
        """Return what another process needs to go on, of what is in memory alone."""
        return {"bound": self.sanctions.state(), "given": self.roles.given.state()}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self.sanctions.resume(state["bound"])
        self.roles.given.resume(state["given"])

    def made(self, room: Room) -> None:
        """Take note of a room that was made: from now on it is guarded as its records say."""
        self.rooms[room.key] = room
        self._guard(room)

    def forget(self, room: Room) -> list[Put]:
        """Forget a room, and return the changes to store."""
        self.rooms.pop(room.key, None)
        self.hidden.discard(room)
        return self.roles.forget(room)

    def _guard_again(self, keys: Iterable[str]) -> None:
        """Guard rooms as is right now, given the keys of those that exist or will."""
        for key in dict.fromkeys(keys):
            if key in self.rooms:
                self._guard(self.rooms[key])

    def _guard(self, room: Room) -> None:
        room.guarded = self._is_guarded(room)
        if room.guarded and self._is_hidden(room):
            self.hidden.add(room)
        else:
            self.hidden.discard(room)

    def _is_hidden(self, room: Room) -> bool:
        return self.sanctions.any_ban_in(room) or not self._all_may_read(room)

    def _is_guarded(self, room: Room) -> bool:
        if room.key in self.roles.rooms and self.roles.mode_of(room) not in _ALL_MAY:
            return True
        return room in self._leaving or self.sanctions.any_in(room)


def _not_allowed(key: str, **values: object) -> Refusal:
    return Refusal(ErrorKind.NOT_ALLOWED, key, **values)


def _refusal_of(kind: str, sanction: Sanction, room: Room) -> Refusal:
    return _not_allowed(
        _SANCTIONED[kind, bool(sanction.reason)],
        room=room.name,
        until=Moment(sanction.until),
        by=sanction.by,
        reason=sanction.reason,
    )


_SANCTIONED = {
    (BAN, False): "banned",
    (BAN, True): "banned_why",
    (MUTE, False): "muted",
    (MUTE, True): "muted_why",
}
"""Sentences for the target of a sanction, without a reason and with one."""

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
"""Sentences for sessions that may do such a thing at all, and so are operators at least."""


def _who_may(act: Act, mode: Mode, *, is_guest: bool) -> str:
    """Return the key of the sentence that says who may do that, and how to become one of them."""
    if mode is Mode.CLOSED or act in (Act.READ, Act.SPEAK):
        return _BY_MODE[mode]
    if mode is Mode.FREE and is_guest:
        return "nobody_runs_guests_room"
    return _BY_ROLE[LEAST[act, mode]]
