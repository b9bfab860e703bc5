"""Roles and modes of rooms as the letters of IRC (https://modern.ircdocs.horse, MODE).

A role is a rank, so it has the mode ``o`` of operators as soon as it may do what they may; the
owner and administrators have one more. This module must not know who has a role, nor what it
allows.
"""

from __future__ import annotations

_RANKS = {
    "owner": ("q", "~"),
    "administrator": ("a", "&"),
    "operator": ("o", "@"),
    "voiced": ("v", "+"),
}
"""The letter and the prefix of each role, by the words of `chatd.formats.base.PeopleMarks`."""

_LETTERS, _PREFIXES = ("".join(each) for each in zip(*_RANKS.values(), strict=True))

PREFIX = f"({_LETTERS}){_PREFIXES}"
"""The letters of roles and their prefixes, as the token PREFIX has them."""

_ABOVE_OPERATORS = ("owner", "administrator")

_MODES = {"private": "i", "closed": "i", "moderated": "m", "announce": "m"}
"""The letters of the modes of rooms in which not everyone may do all."""


def role_letters(role: str) -> str:
    """Return the letters of a role, given its word; "" for one that IRC does not show."""
    return _with_operator(role, 0) if role in _RANKS else ""


def prefixes_of_role(role: str, *, several: bool) -> str:
    """Return the prefixes of a role, given its word.

    With ``several``, they are for a client with multi-prefix: the prefix of the rank, and ``@``
    after it for ranks above operators. Else it is one of the two that every client knows.
    """
    prefixes = _with_operator(role, 1)
    return prefixes if several else prefixes[-1]


def _with_operator(role: str, place: int) -> str:
    """Return what is at a place for a rank, and after it what an operator has, if it is above."""
    roles = (role, "operator") if role in _ABOVE_OPERATORS else (role,)
    return "".join(_RANKS[each][place] for each in roles)


def mode_letter(mode: str) -> str:
    """Return the letter of a mode of a room, given its word; "" for one that is open to all."""
    return _MODES.get(mode, "")
