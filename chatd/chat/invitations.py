"""Telling people of invitations: at once, or at their next login.

An invitation to an account without a session waits in the record of its role
(`chatd.chat.roles.RoleRecord`). This module must not know who may invite.
"""

from __future__ import annotations

from chatd.accounts.credentials import TOKEN
from chatd.chat.moderation import Moderation
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import change, ignore_store_error


def tell_invited(session: Session, room: Room, by: str) -> None:
    """Tell a session that a person invited it to a room, unless it is there."""
    if room not in session.memberships:
        invited = session.sentence("you_were_invited", name=by, room=room.name)
        lines = session.replies.format.invited(by, room.name, invited)
        session.subscriptions.pass_on(by, lines)


def tell_of_invitations(
    store: Store, moderation: Moderation, session: Session, account: str
) -> None:
    """Tell the session of a person of the invitations that waited for its account.

    Programs with a token are told of none.
    """
    roles, rooms, grant = moderation.roles, moderation.rooms, session.grant
    waiting = roles.untold_invitations(account)
    if waiting and grant is not None and grant.kind != TOKEN:
        for room, by in waiting:
            if room in rooms:
                tell_invited(session, rooms[room], by)
        change(store, *roles.told_invitations(account)).addErrback(ignore_store_error)
