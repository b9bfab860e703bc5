"""Strict JSON input: JSON that readers may understand in two ways is refused.

Pure. This module must not know the sender, nor the meaning of the members.
"""

from __future__ import annotations

from json import JSONDecoder
from typing import Any


def decode_json(data: str | bytes) -> object:
    """Return the value that *data*, JSON in UTF-8, represents.

    Raises `ValueError` for anything else: NaN and the infinities; an object with the same member
    twice, of which some readers take the first and others the last; nesting that is too deep.
    """
    text = data if isinstance(data, str) else data.decode("utf-8-sig")
    try:
        return _decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_decode = JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse_constant).decode
