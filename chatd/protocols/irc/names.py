"""Names as IRC writes them: channels, masks, masks of bans, and patterns of names.

A room is a channel ``#room``. A person has the mask ``NAME!NAME@HOST`` for everyone, live and in
the past, where the host is the server's name: addresses are not shown. This module must not know
which names are in use, sessions or connections.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate

from chatd.text.folding import fold
from chatd.text.validation import validate_name

CHANNEL_TYPES = "#"
"""The characters that a channel's name may begin with (the token CHANTYPES)."""

_MASK = re.compile(r"([^!@]+)!([^!@]+)@([^!@]+)")
_ANY = "*"
_WILD = frozenset("*?")
_OF_MASKS = _WILD | {"!", "@"}


class InvalidMask(ValueError):
    """A mask that is of no one name."""


def is_channel(target: str) -> bool:
    """Return True if a target is a channel, and not a person."""
    return target.startswith(CHANNEL_TYPES)


def name_of_mask(mask: str, host: str) -> str:
    """Return the name that a mask of a ban is of, where everyone has a ``host``.

    That is the name alone, or a mask ``NAME!*@*`` or ``*!NAME@*``, because everyone's user name is
    their name. It may also have the name twice, and at its end the host, or a ``*`` and the end of
    the host. Raises `InvalidMask` for a mask of several names, and `InvalidName` for one of none.
    """
    parts = _MASK.fullmatch(mask)
    if parts is None:
        if not _OF_MASKS.isdisjoint(mask):
            raise InvalidMask
        return validate_name(mask)
    nick, user, of_host = parts.groups()
    names = {name for name in (nick, user) if name != _ANY}
    if len(names) != 1 or not _matches(of_host.lower(), host.lower()):
        raise InvalidMask
    (name,) = names
    if is_pattern(name):
        raise InvalidMask
    return validate_name(name)


def is_pattern(word: str) -> bool:
    """Return True if a word may be that of several names."""
    return not _WILD.isdisjoint(word)


def pattern(word: str) -> Callable[[str], bool]:
    """Return a function that says if a name is like a word, in which ``*`` and ``?`` are wild.

    How long that takes does not depend on how the word was chosen: no ``*`` is tried again once
    what follows it was found (`fnmatch.translate`).
    """
    matches = re.compile(translate(fold(word).replace("[", "[[]"))).match
    return lambda name: matches(fold(name)) is not None


def _matches(pattern: str, host: str) -> bool:
    """Return True if a pattern, which may begin with ``*``, is of a host."""
    return host.endswith(pattern[1:]) if pattern.startswith(_ANY) else host == pattern
