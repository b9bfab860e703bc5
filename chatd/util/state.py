"""The state of a part that another process goes on with, and its encoding.

A part that is handed over (`chatd.daemon.handover`) gives its state as a dictionary of simple
values, and takes one back. A later version may add a member, or give one no more: so a reader takes
what it knows, has a default for what is missing, and leaves the rest out.

The encoding is that of `pickle`, in which no class has a place but those of simple values: it is
ten times as fast as JSON, whose objects Python would have to look at one by one to find bytes
(1,000 clients: 20 ms of 200 ms), and what a daemon and its successor say is their own. This module
must not know any part.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, NoReturn, Protocol

State = dict[str, Any]
"""Members by their names: numbers, texts, bytes, None; lists, sets, dictionaries of these."""


class Stateful(Protocol):
    """A part that is handed over by itself."""

    def state(self) -> State:
        """Return what another process needs to go on. Nothing changes by it."""

    def resume(self, state: State) -> None:
        """Go on from a state."""


_VERSION = 4
"""The version of the protocol of `pickle`: each Python since 3.4 reads it."""

_SIMPLE: dict[str, type[Any]] = {
    each.__name__: each for each in (int, str, bytes, bytearray, tuple, list, dict, float)
}


def encode(state: object) -> bytes:
    """Return a state as bytes. A value of a derived type becomes one of the simple type.

    Raises `TypeError` for any other value.
    """
    into = io.BytesIO()
    _Encoder(into, _VERSION).dump(state)
    return into.getvalue()


def decode(data: bytes) -> Any:
    """Return the state that `encode` has encoded. Raises `ValueError` for anything else."""
    try:
        return _Decoder(io.BytesIO(data)).load()
    except Exception as error:  # of wrong input, pickle raises what comes of it
        raise ValueError(f"this is no state: {error}") from None


class _Encoder(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        """Return how a value is made that is not of a simple type itself: an enumeration's, say."""
        for simple in _SIMPLE.values():
            if isinstance(value, simple):
                return simple, (simple(value),)
        if isinstance(value, type) and value in _SIMPLE.values():
            return NotImplemented  # named by its name
        raise TypeError(f"a state has no {type(value).__name__}")


class _Decoder(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[Any]:
        """Return a simple type, and no other class."""
        if module != "builtins" or name not in _SIMPLE:
            raise ValueError(f"it has {module}.{name}")
        return _SIMPLE[name]

    def persistent_load(self, pid: object) -> NoReturn:
        """Refuse a reference to something outside."""
        raise ValueError("it refers to something else")
