"""The features of the server, as tokens of the numeric 005 (https://modern.ircdocs.horse).

This module must not know where a value comes from, nor who is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from chatd.formats.irc_roles import PREFIX

TOKENS = 13
"""Most tokens of a line: with the nickname and the sentence after them, they are 15 parameters."""

_KEY = re.compile("[A-Z0-9]{1,20}")
_VALUE = re.compile("[ -~]*")
_ESCAPED = re.compile(r"[ =\\]")
_FIXED = {
    "CASEMAPPING": "ascii",
    "CHANMODES": "b,,,imnst",
    "CHANTYPES": "#",
    "CLIENTTAGDENY": "*,-typing",
    "PREFIX": PREFIX,
    "SAFELIST": "",
    "UTF8ONLY": "",
    "WHOX": "",
}


class Values(NamedTuple):
    """The values that depend on the server: names, and limits of which 0 is none.

    Lengths are in characters. ``rooms`` is how many one client may be in, ``bans`` how many a
    room's list has, ``targets`` how many one line may be sent to, ``history`` how many lines a
    request for the past may ask for, and ``monitored`` how many names a client may watch. One KICK
    may be of any number of people.
    """

    network: str
    name_length: int
    topic_length: int = 0
    reason_length: int = 0
    away_length: int = 0
    real_name_length: int = 0
    rooms: int = 0
    bans: int = 0
    modes: int = 0
    targets: int = 0
    history: int = 0
    monitored: int = 0


def tokens_of(values: Values) -> dict[str, str]:
    """Return all tokens with their values, in alphabetical order; "" for those that have none."""
    numbers = {
        "AWAYLEN": values.away_length,
        "CHATHISTORY": values.history,
        "KICKLEN": values.reason_length,
        "MODES": values.modes,
        "MONITOR": values.monitored,
        "NAMELEN": values.real_name_length,
        "NICKLEN": values.name_length,
        "TOPICLEN": values.topic_length,
        "CHANNELLEN": values.name_length + 1,
    }
    tokens = _FIXED | {key: str(number) for key, number in numbers.items() if number}
    tokens["NETWORK"] = values.network
    if values.rooms:
        tokens["CHANLIMIT"] = f"#:{values.rooms}"
    if values.bans:
        tokens["MAXLIST"] = f"b:{values.bans}"
    if values.history:
        tokens["MSGREFTYPES"] = "msgid,timestamp"
    if values.targets:
        tokens["TARGMAX"] = f"KICK:,NOTICE:{values.targets},PRIVMSG:{values.targets}"
    return dict(sorted(tokens.items()))


def in_lines(tokens: Mapping[str, str], room: int) -> Iterator[list[str]]:
    """Yield the tokens of each line, which take at most ``room`` bytes with a space after each.

    Raises `ValueError` as `written` does.
    """
    line: list[str] = []
    left = room
    for key, value in tokens.items():
        token = written(key, value)
        if line and (len(line) == TOKENS or len(token) + 1 > left):
            yield line
            line, left = [], room
        line.append(token)
        left -= len(token) + 1
    if line:
        yield line


def written(key: str, value: str) -> str:
    r"""Return a token, in whose value a space is ``\x20``, for example.

    Raises `ValueError` for a key that is none, and for a value that is not of printable ASCII.
    """
    if not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
        raise ValueError(f"no token: {key!r}")
    return f"{key}={_ESCAPED.sub(_hex, value)}" if value else key


def _hex(character: re.Match[str]) -> str:
    return f"\\x{ord(character[0]):02X}"
