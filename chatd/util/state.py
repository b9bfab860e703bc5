"""The state of a part that another process goes on with, and its encoding.

A part that is handed over (`chatd.daemon.handover`) gives its state as a dictionary of simple
values, and takes one back. A later version may add a member, or give one no more: so a reader takes
what it knows, has a default for what is missing, and leaves the rest out. This module must not know
any part.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

State = dict[str, Any]
"""Members by their names: numbers, texts, bytes, None, and lists and dictionaries of these."""


class Stateful(Protocol):
    """A part that is handed over by itself."""

    def state(self) -> State:
        """Return what another process needs to go on. Nothing changes by it."""

    def resume(self, state: State) -> None:
        """Go on from a state."""


_BYTES = "\0"
"""The name of the only member of an object that stands for bytes: no part has one of that name."""


def encode(state: object) -> bytes:
    """Return a state as JSON, in ASCII. Bytes become an object with their ISO 8859-1 text."""
    return json.dumps(state, default=_object_of, separators=(",", ":")).encode()


def decode(data: bytes) -> Any:
    """Return the state that `encode` has encoded. Raises `ValueError` for anything else."""
    return json.loads(data, object_hook=_value_of)


def _object_of(value: object) -> object:
    if isinstance(value, bytes | bytearray):
        return {_BYTES: value.decode("latin-1")}
    raise TypeError(f"a state has no {type(value).__name__}")


def _value_of(members: dict[str, Any]) -> object:
    text = members.get(_BYTES) if len(members) == 1 else None
    return members if text is None else text.encode("latin-1")
