"""Parsing of arguments that several commands share: a room, a name, a time and a reason.

A room goes first, as ``#room``; without one, the room that the session is in is meant.
"""

from __future__ import annotations

import re

from chatd.chat.actions.sanctions import MOST_SECONDS
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import WrongUse
from chatd.errors import ErrorKind, Refusal, short
from chatd.rooms.room import Room
from chatd.text.times import seconds_of

_UNIT = (
    r"(?:s|m|h|d|w|y|secs?|seconds?|segundos?|mins?|minutes?|minutos?|hrs?|hours?|horas?"
    r"|days?|d[ií]as?|weeks?|semanas?|months?|mes|meses|years?|años?)\b"
)
_FEW = "an?|half|one|two|three|five|ten|una?|media|dos|tres|cinco|diez"

# Without a time in front: digits, "forever", "for 10m", "an hour", "until", or "spam 10m".
_READS_LIKE_TIME = re.compile(
    rf"(?:(?:for|por|durante) )?(?:[-+.,\"'(]*[\d¼½¾]|(?:{_FEW}) {_UNIT})"
    r"|(?:for(?: ?ever| life| good)|perm(?:anent(?:ly|e|emente)?)?|indefinite(?:ly)?"
    r"|para siempre|indefinid(?:o|a|amente)|until|till|hasta)\b"
    r"|(?:always|siempre)$"
    r"|.* \d{1,9}[smhdw]$",
    re.IGNORECASE,
)
# After a time: "30m" or "and 30 minutes", but not "2nd" or "3 warnings".
_GOES_ON_LIKE_TIME = re.compile(rf"(?:(?:and|y|[,+&]) ?)?\d+ ?{_UNIT}", re.IGNORECASE)


def room_called(server: ChatServer, session: Session, wanted: str) -> Room:
    """Return the room of that name. Raises `Refusal`, with a similar name if there is one."""
    if (room := server.rooms.find(wanted, session)) is not None:
        return room
    if (near := server.rooms.similar(wanted, session)) is None:
        return server.rooms.called(wanted, session)
    values = {"room": short(wanted.lstrip("#")), "near": near.name}
    raise Refusal(ErrorKind.NO_ROOM, "unknown_room_near", **values)


def room_and_rest(server: ChatServer, session: Session, argument: str) -> tuple[Room, str]:
    """Return the room that is meant, and the rest of the argument. Raises `Refusal`."""
    if argument.startswith("#"):
        name, _, rest = argument.partition(" ")
        return room_called(server, session, name), rest.strip()
    return session.joined.here(), argument


def check_no_room(words: str) -> None:
    """Raise `Refusal` if the words after a name begin with a room, which goes before the name."""
    if words.startswith("#"):
        raise Refusal(ErrorKind.WRONG_USE, "room_comes_first", room=short(words.split(" ")[0][1:]))


def room_to_run(server: ChatServer, session: Session, argument: str, act: Act) -> tuple[Room, str]:
    """Return the room that is meant and the rest of the argument.

    Raises `Refusal` if the session may not do that there, which it is told before a mistake in the
    rest.
    """
    room, rest = room_and_rest(server, session, argument)
    server.moderation.check(session, room, act)
    return room, rest


def one_name(server: ChatServer, argument: str) -> str:
    """Return the one name that an argument is, as its owner writes it.

    Raises `Refusal` if it can be no name or a room comes after it, and `WrongUse` if it is not one
    word.
    """
    name, _, rest = argument.partition(" ")
    check_no_room(rest.strip())
    if not name or rest:
        raise WrongUse
    return server.sessions.name_of(name)


def time_and_reason(words: str, default: int) -> tuple[int, str]:
    """Parse ``[TIME] [REASON]`` into seconds and the reason.

    Raises `Refusal` for a reason that reads like a time: the default must not take the place of
    ``1y``, ``1h 30m`` or ``forever``.
    """
    first, _, rest = words.partition(" ")
    reason = rest.strip()
    try:
        seconds = seconds_of(first)
    except ValueError:
        seconds, reason, pattern, key = default, words, _READS_LIKE_TIME, "not_a_time"
    else:
        pattern, key = _GOES_ON_LIKE_TIME, "second_time"
    if not 1 <= seconds <= MOST_SECONDS:
        raise Refusal(ErrorKind.WRONG_USE, "wrong_time")
    check_no_room(reason)
    if (like := pattern.match(reason)) is not None:
        rest_of_word = reason[like.end() :].partition(" ")[0]
        raise Refusal(ErrorKind.WRONG_USE, key, word=short(like[0] + rest_of_word))
    return seconds, reason
