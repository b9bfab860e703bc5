"""What is kept beside the logs: tables of values, in memory as they are in the store.

A change is made in memory at once, so that whoever asks next in the same turn of the reactor sees
it, and is taken back if the store cannot keep it. It knows nothing of what the values mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_origin, get_type_hints

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.event import Record
from chatd.store import Store, StoreError


class Damaged(StoreError):
    """What was kept is not as it was written."""

    def __init__(self) -> None:
        super().__init__("it is damaged: a record in it is not as it was written.")


class Value(Protocol):
    """What a table holds: a NamedTuple."""

    def _asdict(self) -> dict[str, Any]: ...


V = TypeVar("V", bound=Value)


class Table(Mapping[str, V], Generic[V]):
    """All values of one kind, by key. ``type`` is a NamedTuple of what JSON can hold; a field that
    comes in later needs a default, for what was kept before has none. Raises `Damaged`."""

    def __init__(self, store: Store, kind: str, type: Callable[..., V]) -> None:
        self.kind = kind
        fields = {name: get_origin(hint) or hint for name, hint in get_type_hints(type).items()}
        self._kept: dict[str, V] = {
            record.key: _value(type, fields, record.value)
            for record in store.records()
            if record.kind == kind and record.value is not None
        }
        self._values = self._kept.copy()

    def __getitem__(self, key: str) -> V:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, key: str, value: V | None) -> Put:
        """A change to be made by `change`: this value there from now on; None for none."""
        return Put(self, key, value)


class Put(NamedTuple):
    """A value to be put into a table; None takes away what is there."""

    table: Table[Any]
    key: str
    value: Any

    @property
    def record(self) -> Record:
        """As the store keeps it."""
        value = None if self.value is None else json.dumps(self.value._asdict())
        return Record(self.table.kind, self.key, value)

    def apply(self) -> None:
        """Make the change in memory."""
        _put(self.table._values, self.key, self.value)

    def kept(self) -> None:
        """It is on disk."""
        _put(self.table._kept, self.key, self.value)

    def take_back(self) -> None:
        """It cannot be kept: what is on disk counts again, unless somebody changed it further."""
        if self.table.get(self.key) is self.value:
            _put(self.table._values, self.key, self.table._kept.get(self.key))


def change(store: Store, *puts: Put) -> Deferred[None]:
    """Make some changes, all or none: at once in memory, and soon on disk, behind all that was said
    so far and with all that is appended to the store in the same turn of the reactor.

    Fires once they are on disk. If they cannot be kept, those that nobody has changed further are
    taken back, and it fails with `StoreError`.
    """
    for put in puts:
        put.apply()

    def kept(_: None) -> None:
        for put in puts:
            put.kept()

    def take_back(failure: Failure) -> Failure:
        for put in puts:
            put.take_back()
        return failure

    return store.keep(*(put.record for put in puts)).addCallbacks(kept, take_back)


def _value(type: Callable[..., V], fields: Mapping[str, Any], kept: str) -> V:
    try:
        value = type(**json.loads(kept))
    except (ValueError, TypeError, RecursionError):
        raise Damaged from None
    if all(isinstance(getattr(value, name), right) for name, right in fields.items()):
        return value
    raise Damaged


def let_be(failure: Failure) -> None:
    """For a change that nobody waits for: if it cannot be kept, what was there stands. (The store
    tells of its trouble itself.) Given to `Deferred.addErrback`."""
    failure.trap(StoreError)


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
