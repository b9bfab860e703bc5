"""The members of a message: reading and checking each by its type.

This module must not know the verbs that the members are for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

from chatd.chat.actions.speak import KINDS
from chatd.event import Bookmark, Kind, bookmark_of
from chatd.text.escaping import visible

Members = Mapping[str, Any]

KEY = re.compile("[A-Za-z0-9_-]{16,64}")
"""The form of the key of a client, and of an idempotency key."""

_LONGEST = 65536
"""Most characters of a text in a message."""


class WrongMessage(Exception):
    """A message has a fault. ``key`` and ``values`` name a sentence of `chatd.i18n`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def id_of(members: Members) -> str | int | None:
    """Return the id of a message, which its answers repeat; None if it has none.

    Raises `WrongMessage` for an id that cannot be repeated exactly.
    """
    id = members.get("id")
    if isinstance(id, str):
        is_right = len(id) <= 64 and visible(id) == id
    elif isinstance(id, int):
        is_right = abs(id) < 1 << 53 and not isinstance(id, bool)
    else:
        is_right = id is None
    if not is_right:
        raise wrong_member("id", "right_id")
    return id


def text_in(members: Members, name: str, default: str | None = None) -> str:
    """Return a text; *default* without the member. Raises `WrongMessage`."""
    value = members.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise wrong_member(name, "right_text")
    return value


def number_in(members: Members, name: str, default: int | None = None) -> int:
    """Return a number from 0; *default* without the member. Raises `WrongMessage`."""
    value = members.get(name)
    if value is None and default is not None:
        return default
    if value is None or not _is_seq(value):
        raise wrong_member(name, "right_number")
    return int(value)


def bookmark_of_member(value: object, name: str, right: str) -> Bookmark | None:
    """Return the bookmark in a member, written or as a seq alone; None without a member."""
    if value is None:
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            bookmark = bookmark_of(value)
            if bookmark.time is not None:
                return bookmark
    elif _is_seq(value):
        return Bookmark(cast(int, value))
    raise wrong_member(name, right)


def _is_seq(value: object) -> bool:
    """Return True if a value is a seq, or None."""
    if value is None:
        return True
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def key_in(members: Members) -> str:
    """Return the key of a client or a request; "" without one. Raises `WrongMessage`."""
    key = members.get("key")
    if key is None:
        return ""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise wrong_member("key", "right_key")
    return key


def kind_in(members: Members) -> Kind | None:
    """Return the kind that a line is given; None without one. Raises `WrongMessage`."""
    name = members.get("kind")
    if name is None:
        return None
    if not isinstance(name, str) or name not in KINDS:
        raise wrong_member("kind", "right_kind")
    return KINDS[name]


def wrong_member(member: str, right: str) -> WrongMessage:
    """Return the error of a member that is missing or wrong.

    ``right`` is the key of the sentence that says what it must be.
    """
    return WrongMessage("wrong_member", member=member, right=right)
