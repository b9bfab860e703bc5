"""Answers of webhooks: what the target of a hook answers to a line is said in the room, once.

A hook that answers has a name, which is that of an incoming hook of the room: so no person can take
it, and what is said under it counts for the account of both. The answer is stored in one
transaction with the progress of the hook. If that fails, the line is delivered again, and its next
answer is said. If it does not, neither is; and if that is not known, the stored progress tells.
This module must not know a request.
"""

from __future__ import annotations

from ipaddress import ip_address

from chatd.chat.actions.hook_posts import say_lines
from chatd.chat.permissions import Act, Mode, Role, may
from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal
from chatd.event import Event, Kind
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.validation import MAX_NAME_LENGTH, InvalidName, check_new_name, validate_name
from chatd.webhooks.incoming.lines import Part, reading_of
from chatd.webhooks.registry import Hook
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import Destination

_OTHERWISE = "webhook"
"""The name of a hook whose host can be none."""


def answering_name(to: Destination) -> str:
    """Return the name under which a target answers: its host, if that can be a name."""
    try:
        name = validate_name(to.host[:MAX_NAME_LENGTH].rstrip("-._"))
        check_new_name(name)
    except InvalidName:
        return _OTHERWISE
    return name


def check_open(server: ChatServer, room: Room, to: Destination) -> None:
    """Raise `Refusal` if others could write the answers of a target on their way to a room.

    In a room where guests may speak they could do so anyway.
    """
    is_open = to.scheme == "https" or _is_here(to.host) or server.incoming.rules.plaintext
    if not (is_open or may(Role.EVERYONE, Act.SPEAK, server.moderation.roles.mode_of(room))):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "hook_answers_in_clear", room=room.name)


async def say_answer(
    server: ChatServer, max_length: int, hook: Hook, event: Event, answer: bytes
) -> None:
    """Say the answer of a hook to a line, if a person said the line and the answer has text.

    ``max_length`` is the most characters of a line. Raises `NotDelivered` and `StoreError` if it is
    to be said later. One for which a budget is used up is not said.
    """
    room = server.rooms.get(hook.room)
    own = None if room is None else server.incoming.called(room, hook.name)
    if room is None or own is None or event.kind is not Kind.MESSAGE or event.continues:
        return
    if server.moderation.roles.mode_of(room) is Mode.CLOSED:
        return
    lines = reading_of([Part(answer.decode(errors="backslashreplace"))], max_length).lines
    if not lines:
        return
    if server.hooks.has_stored(hook, event.seq):
        return  # it was not known if the answer was stored, when the line was delivered before
    before = hook.seq
    hook.delivered(event.seq)  # what is stored of the hook meanwhile must not lead back
    try:
        check_open(server, room, hook.to)
        await say_lines(server, room, own, lines, lambda: server.hooks.progress(hook))
    except Refusal as refusal:
        if refusal.kind is ErrorKind.NOT_SAVED:
            hook.delivered(before)
            raise NotDelivered(DeliveryFailure.BUSY) from None
    except StoreError:
        hook.delivered(before)
        raise


def _is_here(host: str) -> bool:
    """Return True if a host is this machine by its address, so that no other is on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
