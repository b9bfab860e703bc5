"""Webhooks of a room: adding, listing and removing them.

`chatd.chat.permissions` says who may do that, and `chatd.webhooks.urls` where a hook may lead. A
hook shows a room to others until it is removed, so adding one takes a confidential connection and
the password of the account. It calls a server of others, so that has to prove that it wants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatd.chat.actions.authentication import PasswordProof, check_proof
from chatd.chat.actions.deeds import Done, carry_out
from chatd.chat.actions.hook_answers import answering_name, check_open
from chatd.chat.permissions import Act, Role
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Deed
from chatd.rooms.room import Room
from chatd.storage.records import Put
from chatd.util.budget_table import Kind
from chatd.webhooks.incoming.registry import new_hook
from chatd.webhooks.registry import Hook, HookRecord, new_record
from chatd.webhooks.targets import NotDelivered
from chatd.webhooks.urls import (
    MAX_URL,
    Destination,
    InvalidUrl,
    UrlFault,
    destination_of,
    is_port_allowed,
    may_lead,
)

_FAULTS = {
    UrlFault.FORM: "no_hook_url",
    UrlFault.TOO_LONG: "hook_url_too_long",
    UrlFault.CREDENTIALS: "hook_url_has_password",
    UrlFault.NOT_ASCII: "hook_url_not_ascii",
}


_CHALLENGE = '{"kind": "challenge", "challenge": "TEXT"}'
_RECEIVER_LINE = 'if said["kind"] == "challenge": return said["challenge"]'
"""The challenge, and the line of a receiver in Python that answers it. docs/wire.md has both."""


class NotWanted(Refusal):
    """The refusal of a hook whose target did not prove that it wants it.

    ``why`` is the reason, which is for administrators alone: it tells what is reachable from the
    server's machine.
    """

    def __init__(self, to: Destination, why: NotDelivered) -> None:
        super().__init__(
            ErrorKind.NOT_ALLOWED,
            "hook_not_wanted",
            target=to.origin,
            challenge=_CHALLENGE,
            line=_RECEIVER_LINE,
        )
        self.why = why


class Added(NamedTuple):
    """A new hook: its number and the secret that signs its requests, which is shown once."""

    done: Done
    number: int
    secret: str


def hook_destination(server: ChatServer, url: str) -> Destination:
    """Return the destination of a URL. Raises `Refusal` if no hook may lead there."""
    try:
        to = destination_of(url)
    except InvalidUrl as invalid:
        key = _FAULTS[invalid.reason]
        raise Refusal(ErrorKind.WRONG_USE, key, url=short(url), limit=MAX_URL) from None
    rules = server.hooks.rules
    if to.scheme == "https" and not rules.tls:
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_hook_over_tls")
    if not is_port_allowed(to.port):
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_hook_to_port", port=to.port)
    if not may_lead(to, rules.allowed):
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_hook_to_there", host=to.host)
    return to


def check_confidential(server: ChatServer, session: Session) -> None:
    """Raise `Refusal` if others could read the secret of a new hook on its way."""
    if not server.logins.may_pass_secrets(session.identity.confidential):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "no_secret_in_clear")


async def add_hook(
    server: ChatServer,
    session: Session,
    proof: PasswordProof,
    name: str,
    to: Destination,
    *,
    answers: bool = False,
) -> Added:
    """Add a hook to the room of that name, if its target answers a challenge.

    If it ``answers``, what its target answers is said in the room, under the name of its host.
    Raises `Refusal`, `NotWanted` in particular, and `StoreError`.
    """
    new = new_record(to, session.name, session.network, int(server.now()))
    room = _room_for_hook(server, session, proof, name)
    server.hooks.check_count(room)
    if answers:
        check_open(server, room, to)
        new = new._replace(name=answering_name(to))
        _name_puts(server, room, new)
    try:
        await server.hooks.challenge(new)
    except NotDelivered as why:
        raise NotWanted(to, why) from None
    new = new._replace(proven=True)
    if not answers:
        return await _store(server, session, proof, name, new)
    async with server.hook_names.reserving(new.name, f"hook of {new.account}"):
        return await _store(server, session, proof, name, new)


async def _store(
    server: ChatServer, session: Session, proof: PasswordProof, name: str, new: HookRecord
) -> Added:
    # Meanwhile a right may have ended, or the room have been forgotten and made anew.
    room = _room_for_hook(server, session, proof, name)
    puts = _name_puts(server, room, new) if new.name else []
    number, put = server.hooks.add(room, new)
    deed = Deed("hook", destination_of(new.url).origin)
    done = await carry_out(server, session, room, deed, [put, *puts])
    return Added(done, number, new.secret)


def _name_puts(server: ChatServer, room: Room, new: HookRecord) -> list[Put]:
    """Return the changes that give a new hook its name; none if a hook of its owner has it there.

    No token is shown for that name, so only answers are said under it. Raises `Refusal`.
    """
    has_it = server.incoming.called(room, new.name)
    if has_it is not None and has_it.kept.account == new.account:
        return []
    server.incoming.check_new(room, new.name, new.account)
    _, record = new_hook(new.name, new.by, new.account, new.network, new.added)
    return [server.incoming.add(room, record._replace(start=""))]


def _room_for_hook(server: ChatServer, session: Session, proof: PasswordProof, name: str) -> Room:
    """Return the room of that name. Raises `Refusal` if the session may not add a hook to it."""
    check_confidential(server, session)
    room = server.rooms.called(name, session)
    server.moderation.check(session, room, Act.HOOK)
    check_proof(server, session, proof)
    server.spending.check(session, (Kind.HOOKS, 1))
    return room


async def remove_hook(server: ChatServer, session: Session, room: Room, number: str) -> Done:
    """Remove the hook of that number from a room. Raises `Refusal` and `StoreError`."""
    server.moderation.check(session, room, Act.HOOK)
    hook = next((each for each in server.hooks.of(room) if str(each.number) == number), None)
    if hook is None:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_hook", number=short(number), room=room.name)
    puts = server.hook_review.removal(hook)
    return await carry_out(server, session, room, Deed("unhook", hook.to.origin), puts)


def list_hooks(server: ChatServer, session: Session, room: Room) -> Sequence[Hook]:
    """Return the hooks of a room. Raises `Refusal`."""
    server.moderation.check(session, room, Act.HOOK)
    return server.hooks.of(room)


def may_see_reasons(server: ChatServer, session: Session) -> bool:
    """Return True if a session may know why a hook failed.

    The reasons tell what is reachable from the server's machine, so they are for administrators.
    """
    return server.moderation.roles.role_of(session, None) >= Role.ADMINISTRATOR
