"""MODE: the roles, the bans and the mode of a room, in the letters of IRC.

Each letter is an action that other doors have, too, and its rights are those of the action. This
module must not know who may do what.
"""

from __future__ import annotations

from chatd.chat.actions import sanctions
from chatd.chat.actions.costs import KEEPING_COST
from chatd.chat.actions.policy import policy_of, set_mode
from chatd.chat.actions.roles import give_role, take_role
from chatd.chat.permissions import Act, Mode, Role, may
from chatd.chat.sanctions import BAN
from chatd.errors import ErrorKind, Refusal, short
from chatd.formats.irc_deeds import ban_mask
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_roles import mode_letter
from chatd.protocols.irc import numerics
from chatd.protocols.irc.channels import (
    check_member,
    member_room,
    named_room,
    person_called,
    refusing,
)
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.mode_changes import ModeChange, changes_of
from chatd.protocols.irc.names import InvalidMask, is_channel, name_of_mask
from chatd.rooms.room import Room
from chatd.text.folding import fold
from chatd.text.validation import InvalidName

MODES = 6
"""Most changes in one message (the token MODES); each may store something."""

_ROLES = {"o": Act.OP, "v": Act.VOICE}
_CLOSING = {"i": Mode.PRIVATE, "s": Mode.PRIVATE, "m": Mode.MODERATED}
"""The modes of rooms by letters. IRC tells secret rooms from those that take an invitation."""

_CONSTANT = "nt"
"""The letters that no room is without: lines come from members, and not everyone sets a topic."""

_OF_PEOPLE = "i"
"""The mode of all people: WHO by a mask, and the channels of WHOIS, are of shared rooms alone."""


async def mode(conversation: Conversation, message: Message) -> None:
    """Send the modes of a channel or of the client, or change them."""
    target, *rest = message.parameters
    if not is_channel(target):
        _mode_of_person(conversation, target, "".join(rest[:1]))
        return
    with refusing(conversation, message.command, target):
        if not rest:
            _send_modes(conversation, named_room(conversation, target))
            return
        changes = list(changes_of(rest[0], rest[1:]))[:MODES]
        if all(change.asks for change in changes):
            room = named_room(conversation, target)
        else:
            room = member_room(conversation, target)
            conversation.charge(KEEPING_COST * len(changes) - 1)
        await _change(conversation, room, changes)


def letters_of_room(mode: Mode) -> str:
    """Return the letters of a room of that mode."""
    topic = "" if may(Role.EVERYONE, Act.TOPIC, mode) else "t"
    return f"{mode_letter(mode.value)}n{topic}"


def _send_modes(conversation: Conversation, room: Room) -> None:
    mode, _ = policy_of(conversation.server, conversation.session, room)
    channel = f"#{room.name}"
    conversation.numeric(numerics.RPL_CHANNELMODEIS, channel, f"+{letters_of_room(mode)}")
    if room.made.at:
        conversation.numeric(numerics.RPL_CREATIONTIME, channel, str(room.made.at // 1000))


async def _change(conversation: Conversation, room: Room, changes: list[ModeChange]) -> None:
    before = wanted = conversation.server.moderation.roles.mode_of(room)
    channel = f"#{room.name}"
    for change in changes:
        letter = change.letter
        if letter in _CLOSING:
            wanted = _with(wanted, letter, change.is_set)
            continue
        with refusing(conversation, "MODE", channel, change.parameter):
            if letter in _ROLES:
                await _change_role(conversation, room, change)
            elif letter == "b":
                await _change_ban(conversation, room, change)
            elif letter in _CONSTANT:
                if not change.is_set:
                    raise Refusal(ErrorKind.NOT_ALLOWED, "irc_constant_mode", letter=letter)
            else:
                text = conversation.session.sentence("irc_unknown_mode", letter=letter)
                conversation.numeric(numerics.ERR_UNKNOWNMODE, echoed(letter), text=text)
    if wanted is not before:
        with refusing(conversation, "MODE", channel):
            await set_mode(conversation.server, conversation.session, room, wanted)


def _with(mode: Mode, letter: str, is_set: bool) -> Mode:
    """Return the mode of a room after a change of one letter. A room has one mode at a time."""
    has = mode_letter(mode.value) == mode_letter(_CLOSING[letter].value)
    if has is is_set:
        return mode
    return _CLOSING[letter] if is_set else Mode.OPEN


async def _change_role(conversation: Conversation, room: Room, change: ModeChange) -> None:
    server, session = conversation.server, conversation.session
    name = person_called(conversation, change.parameter)
    check_member(server, room, name)
    act = _ROLES[change.letter]
    if change.is_set:
        await give_role(server, session, room, act, name)
    else:
        await take_role(server, session, room, act, name)


async def _change_ban(conversation: Conversation, room: Room, change: ModeChange) -> None:
    server, session = conversation.server, conversation.session
    if change.asks:
        _send_bans(conversation, room)
        return
    try:
        name = name_of_mask(change.parameter, conversation.own_format.server.name)
    except (InvalidMask, InvalidName):
        mask = short(change.parameter)
        raise Refusal(ErrorKind.WRONG_USE, "irc_mask_of_one", mask=mask) from None
    if change.is_set:
        await sanctions.ban(server, session, room, name)
    else:
        await sanctions.unban(server, session, room, name)


def _send_bans(conversation: Conversation, room: Room) -> None:
    """Send the list of bans: names, and networks as hosts."""
    channel = f"#{room.name}"
    listed = sanctions.list_sanctions(conversation.server, conversation.session, room)
    for kind, target, sanction in listed:
        if kind == BAN:
            of_network = target.startswith("@")
            mask = f"*!*{target}" if of_network else ban_mask(sanction.name or target)
            conversation.numeric(numerics.RPL_BANLIST, channel, mask)
    text = conversation.session.sentence("irc_end_of_list")
    conversation.numeric(numerics.RPL_ENDOFBANLIST, channel, text=text)


def _mode_of_person(conversation: Conversation, nickname: str, modes: str) -> None:
    sentence = conversation.session.sentence
    if fold(nickname) != fold(conversation.session.name):
        text = sentence("irc_modes_of_others")
        conversation.numeric(numerics.ERR_USERSDONTMATCH, text=text)
    elif not modes:
        conversation.numeric(numerics.RPL_UMODEIS, f"+{_OF_PEOPLE}")
    elif modes.lstrip("+").strip(_OF_PEOPLE):
        conversation.numeric(numerics.ERR_UMODEUNKNOWNFLAG, text=sentence("irc_no_user_modes"))


TABLE: Table = {"MODE": Command(mode, least=1)}
