"""The presence of the members of a room: each session that comes, leaves or is renamed, at once.

A `Presence` is made where other nodes or clients are told of it. That of a member that may not
speak is hidden, until it says something there. A person that stays in the room without a session is
shown as away, and as back. This module must not know a session, nor what notices say.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.chat.members import Member
from chatd.event import LEAVING, Change, Departure, Presence
from chatd.rooms.room import Room
from chatd.text.folding import fold


class NewName(NamedTuple):
    """A name that a member takes, which the server made up if it is a ``guest``.

    It is ``hidden`` if the member may not speak in the room.
    """

    name: str
    guest: bool
    hidden: bool


def come(room: Room, member: Member, hidden: bool) -> None:
    """Show a member that has come."""
    shown = _presence(room, member, Change.JOINED, member.name, member.is_guest)
    if hidden:
        room.here.hidden[member.number] = shown
    room.show_presence(shown._replace(hidden=hidden))


def stay_hidden(room: Room, member: Member) -> None:
    """Keep a member hidden who came hidden, to another process: its coming is not shown again."""
    room.here.hidden[member.number] = _presence(
        room, member, Change.JOINED, member.name, member.is_guest
    )


def go(room: Room, member: Member, departure: Departure) -> None:
    """Show that a member has left."""
    hidden = room.here.hidden.pop(member.number, None) is not None
    if departure.reason and not (departure.by or member.may_speak_in(room)):
        departure = departure._replace(reason="")  # it is text of one that may show none here
    _be_gone(room, member, hidden, departure)


def be_back(room: Room, member: Member, name: str, hidden: bool) -> None:
    """Show that the person of a member, who was absent, is here by that name."""
    back = _presence(room, member, Change.AWAY, name)
    room.show_presence(back._replace(reason=_away(room, member), hidden=hidden))


def show(room: Room, member: Member, change: Change, text: str) -> None:
    """Show the text of another change of a member, unless it may show none there."""
    if room.tells_presence and member.may_speak_in(room):
        shown = _presence(room, member, change, member.name, member.is_guest)
        room.show_presence(shown._replace(reason=text))


def show_account(room: Room, member: Member) -> None:
    """Show that a member has logged in, or out, by the name that it has.

    The person of an account that stays in the room is logged in for the others all the time.
    """
    if room.here.staying.get(fold(member.name)) is not None:
        return
    hidden = room.here.hidden.get(member.number)
    if hidden is not None:
        room.here.hidden[member.number] = hidden._replace(account=member.account or "")
    else:
        show(room, member, Change.ACCOUNT, "")


def take_name(room: Room, member: Member, new: NewName, was_hidden: bool) -> None:
    """Show a new name of a member, which still has the old one.

    It leaves and comes if clients know only one of the names.
    """
    old, hidden = member.name, new.hidden
    come = _presence(room, member, Change.JOINED, new.name, new.guest)
    room.here.hidden.pop(member.number, None)
    if hidden:
        room.here.hidden[member.number] = come
    if hidden is was_hidden:
        renamed = _presence(room, member, Change.RENAMED, old, new.guest)
        room.show_presence(renamed._replace(new_name=new.name, hidden=hidden))
        _be_absent(room, member, hidden)
    else:
        _be_gone(room, member, was_hidden)
        room.show_presence(come._replace(hidden=hidden))


def _be_gone(room: Room, member: Member, hidden: bool, departure: Departure = LEAVING) -> None:
    """Show that a member has left, and if its person stays, that it is absent from now on."""
    gone = _presence(room, member, Change.LEFT, member.name, member.is_guest)
    room.show_presence(gone._replace(**departure._asdict(), hidden=hidden))
    _be_absent(room, member, hidden)


def _be_absent(room: Room, member: Member, hidden: bool) -> None:
    """Show that the person of a member that has left is absent from now on, if it stays."""
    if member.name in room.here.absent:
        away = _presence(room, member, Change.AWAY, member.name)
        room.show_presence(away._replace(reason=_away(room, member), hidden=hidden, absent=True))


def _away(room: Room, member: Member) -> str:
    """Return the words in which a member is away. One that may not speak there shows none."""
    return member.away if member.may_speak_in(room) else ""


def _presence(
    room: Room, member: Member, change: Change, name: str, guest: bool = False
) -> Presence:
    return Presence(room.name, change, member.number, name, guest, member.account or "")
