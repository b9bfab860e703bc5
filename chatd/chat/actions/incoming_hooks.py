"""Incoming hooks of a room: making, listing and removing them.

A hook lets every owner of its URL speak in a room, so making one takes a confidential connection
and the password of the account, as an outgoing one does. `chatd.chat.permissions` says who may.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatd.chat.actions.authentication import PasswordProof, check_proof
from chatd.chat.actions.deeds import Done, carry_out
from chatd.chat.actions.hooks import check_confidential
from chatd.chat.audit import AuditEvent
from chatd.chat.deed_log import log_deed
from chatd.chat.names import valid_name
from chatd.chat.permissions import Act
from chatd.chat.room_deeds import OPERATOR
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Deed
from chatd.rooms.room import Room
from chatd.storage.records import change
from chatd.text.folding import fold
from chatd.util.budget_table import Kind
from chatd.webhooks.incoming.registry import HookUse, IncomingHook, new_hook

PATH = "/hooks/"
"""The path of the URLs of hooks, before the token."""


class Made(NamedTuple):
    """A new hook: the deed, and the URL with its token, which is shown once."""

    done: Done
    url: str


class Listed(NamedTuple):
    """A hook of a room, and its uses."""

    hook: IncomingHook
    use: HookUse


def hook_name(wanted: str) -> str:
    """Return a valid name for a hook. Raises `Refusal`.

    One of digits alone would be taken for the number of an outgoing hook.
    """
    name = valid_name(wanted)
    if name.isdecimal():
        raise Refusal(ErrorKind.INVALID_NAME, "hook_name_is_number", name=name)
    return name


def check_address(server: ChatServer) -> None:
    """Raise `Refusal` if no tool can reach this server."""
    if not server.incoming.rules.address:
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_web_address")


async def make_hook(
    server: ChatServer, session: Session, proof: PasswordProof, room_name: str, wanted: str
) -> Made:
    """Make a hook of a name in the room of that name. Raises `Refusal` and `StoreError`."""
    name = hook_name(wanted)
    account = _check(server, session, proof, room_name, name)
    async with server.hook_names.reserving(name, f"hook of {account}"):
        # Meanwhile a right may have ended, or the room have been forgotten and made anew.
        account = _check(server, session, proof, room_name, name)
        room = server.rooms.called(room_name, session)
        now = int(server.now())
        token, record = new_hook(name, session.name, account, session.network, now)
        put = server.incoming.add(room, record)
        done = await carry_out(server, session, room, Deed("hookin", name), [put])
    return Made(done, _url(server, token))


def _check(
    server: ChatServer, session: Session, proof: PasswordProof, room_name: str, name: str
) -> str:
    """Return the key of the account of a session. Raises `Refusal` if it may not make the hook."""
    check_confidential(server, session)
    check_address(server)
    room = server.rooms.called(room_name, session)
    server.moderation.check(session, room, Act.HOOK)
    account = check_proof(server, session, proof).key
    server.incoming.check_new(room, name, account)
    server.names.check_no_person(name)
    server.spending.check(session, (Kind.HOOKS, 1))
    return account


async def make_hook_of_operator(server: ChatServer, room_name: str, wanted: str) -> str:
    """Make a hook of the operator's in the room of that name, and return its URL.

    Without an address for tools, as while no daemon runs, that is the path alone. Raises `Refusal`
    and `StoreError`.
    """
    name, room = hook_name(wanted), server.rooms.get(fold(room_name.removeprefix("#")))
    if room is None:
        raise Refusal(ErrorKind.NO_ROOM, "unknown_room", room=short(room_name.removeprefix("#")))
    server.incoming.check_new(room, name, "")
    async with server.hook_names.reserving(name, "hook of the operator"):
        server.incoming.check_new(room, name, "")
        token, record = new_hook(name, OPERATOR, "", "", int(server.now()))
        with server.store.together():
            log_deed(OPERATOR, room, Deed("hookin", name))
            done = change(server.store, server.incoming.add(room, record))
        await done
    server.audit.record(AuditEvent.DEED, deed="hookin", whom=name, room=room.name)
    return _url(server, token)


def _url(server: ChatServer, token: str) -> str:
    return f"{server.incoming.rules.address}{PATH}{token}"


async def remove_hook(server: ChatServer, session: Session, room: Room, name: str) -> Done:
    """Remove the hook of a name from a room. Raises `Refusal` and `StoreError`."""
    server.moderation.check(session, room, Act.HOOK)
    hook = server.incoming.called(room, short(name, 200))
    if hook is None:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_hook", number=short(name), room=room.name)
    puts = server.incoming.remove(hook)
    return await carry_out(server, session, room, Deed("unhookin", hook.kept.name), puts)


def list_hooks(server: ChatServer, session: Session, room: Room) -> Sequence[Listed]:
    """Return the hooks of a room with their uses. Raises `Refusal`."""
    server.moderation.check(session, room, Act.HOOK)
    return [Listed(hook, server.incoming.use_of(hook)) for hook in server.incoming.of(room)]
