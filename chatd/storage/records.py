"""What is kept beside the logs: tables of values, in memory as they are in the store.

A change is made in memory at once, so that whoever asks next in the same turn of the reactor sees
it, and is taken back if the store cannot keep it. It knows nothing of what the values mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_origin, get_type_hints, overload

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.event import Record
from chatd.storage.contract import Store, StoreError


class Damaged(StoreError):
    """What was kept is not as it was written."""

    def __init__(self) -> None:
        super().__init__("it is damaged: a record in it is not as it was written.")


class Value(Protocol):
    """What a table holds: a NamedTuple."""

    def _asdict(self) -> dict[str, Any]: ...


V = TypeVar("V", bound=Value)
D = TypeVar("D")


C = TypeVar("C", bound=Value, contravariant=True)


class Index(Protocol[C]):
    """An index that is derived from the values of a table, and always up to date."""

    def enter(self, key: str, value: C) -> None:
        """A value is in the table from now on."""

    def leave(self, key: str, value: C) -> None:
        """A value is in it no more; another one may enter under its key."""


class Groups(Generic[V]):
    """The keys of values that belong together. ``names`` returns the groups that a key and its
    value belong to."""

    def __init__(self, names: Callable[[str, V], Iterable[str]]) -> None:
        self._names = names
        self._groups: dict[str, dict[str, None]] = {}

    def __getitem__(self, name: str) -> Collection[str]:
        """The keys of a group, those that came first in front; none if there is no such group."""
        return self._groups.get(name, ())

    def __len__(self) -> int:
        return len(self._groups)

    def enter(self, key: str, value: V) -> None:
        """See `Index`."""
        for name in self._names(key, value):
            self._groups.setdefault(name, {})[key] = None

    def leave(self, key: str, value: V) -> None:
        """See `Index`."""
        for name in self._names(key, value):
            del self._groups[name][key]
            if not self._groups[name]:
                del self._groups[name]


class Table(Mapping[str, V], Generic[V]):
    """All values of one kind, by key. ``type`` is a NamedTuple of what JSON can represent; a field
    that is added later needs a default, because stored values have none. ``index`` receives each
    value that is added or removed. Raises `Damaged`."""

    def __init__(
        self,
        store: Store,
        kind: str,
        type: Callable[..., V],
        index: Index[V] | None = None,
    ) -> None:
        self.kind = kind
        fields = {name: get_origin(hint) or hint for name, hint in get_type_hints(type).items()}
        self._kept: dict[str, V] = {
            record.key: _value(type, fields, record.value)
            for record in store.records()
            if record.kind == kind and record.value is not None
        }
        self._values = self._kept.copy()
        self._index = index
        for key in self._values:
            self._enter(key)

    def __getitem__(self, key: str) -> V:
        return self._values[key]

    @overload
    def get(self, key: str, /) -> V | None: ...

    @overload
    def get(self, key: str, /, default: V | D) -> V | D: ...

    def get(self, key: str, /, default: Any = None) -> Any:
        """The value at a key. (What a Mapping has by itself takes three calls, for each line.)"""
        return self._values.get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def _set(self, key: str, value: V | None) -> None:
        self._leave(key)
        _put(self._values, key, value)
        self._enter(key)

    def _enter(self, key: str) -> None:
        if self._index is not None and key in self._values:
            self._index.enter(key, self._values[key])

    def _leave(self, key: str) -> None:
        if self._index is not None and key in self._values:
            self._index.leave(key, self._values[key])

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
        self.table._set(self.key, self.value)

    def kept(self) -> None:
        """It is on disk."""
        _put(self.table._kept, self.key, self.value)

    def take_back(self) -> None:
        """It cannot be kept: what is on disk counts again, unless somebody changed it further."""
        if self.table.get(self.key) is self.value:
            self.table._set(self.key, self.table._kept.get(self.key))


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
