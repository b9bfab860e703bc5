"""Roles and modes of rooms as the letters of IRC (https://modern.ircdocs.horse, MODE).

A role is a rank, so it has the mode ``o`` of operators as soon as it may do what they may; the
owner and administrators have one more. This module must not know who has a role, nor what it
allows.
"""

from __future__ import annotations

_LETTERS = {"voiced": "v", "operator": "o", "administrator": "ao", "owner": "qo"}
"""The letters of roles, by the words of `chatd.formats.base.PeopleMarks`."""

_MODES = {"private": "i", "closed": "i", "moderated": "m", "announce": "m"}
"""The letters of the modes of rooms in which not everyone may do all."""


def role_letters(role: str) -> str:
    """Return the letters of a role, given its word; "" for one that IRC does not show."""
    return _LETTERS.get(role, "")


def mode_letter(mode: str) -> str:
    """Return the letter of a mode of a room, given its word; "" for one that is open to all."""
    return _MODES.get(mode, "")
