"""Records beside the logs: tables of values, in memory as they are in the store.

Theory of operation. A table follows the records of its kind, in the order in which the store
publishes them. Its own changes are made in memory at once, so they are visible to what follows in
the same turn of the reactor. A value with own changes under way stays as the last of them made it;
when the store has answered all of them, it is as the store has it. So a change that could not be
written is rolled back, and one of another node is not lost behind it. Changes of rights are rolled
back sooner: once another node has changed rights, they will conflict.

What is derived from a table is an index of it, or watches it. This module must not know the meaning
of the values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_origin, get_type_hints, overload

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.event import Record, Seqs
from chatd.storage.contract import Store, StoreError


class Damaged(StoreError):
    """A stored record is not as it was written."""

    def __init__(self) -> None:
        super().__init__("it is damaged: a record in it is not as it was written.")


class Value(Protocol):
    """A value of a table: a NamedTuple."""

    def _asdict(self) -> dict[str, Any]: ...


V = TypeVar("V", bound=Value)
D = TypeVar("D")
C = TypeVar("C", bound=Value, contravariant=True)


class Index(Protocol[C]):
    """An index that a table derives from its values, and updates with each change."""

    def enter(self, key: str, value: C) -> None:
        """Add a value that was put into the table."""

    def leave(self, key: str, value: C) -> None:
        """Remove a value; another one may be added for its key."""


class Groups(Generic[V]):
    """An index of keys by group.

    ``names`` returns the names of the groups of a key and its value.
    """

    def __init__(self, names: Callable[[str, V], Iterable[str]]) -> None:
        self._names = names
        self._groups: dict[str, dict[str, None]] = {}

    def __getitem__(self, name: str) -> Collection[str]:
        """Return the keys of a group, in the order in which they were added."""
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


class WatchedGroups(Groups[V]):
    """An index of keys by group that notes which values were changed or removed.

    ``noted`` returns what is noted of a key and its value.
    """

    def __init__(
        self, names: Callable[[str, V], Iterable[str]], noted: Callable[[str, V], str]
    ) -> None:
        super().__init__(names)
        self._noted = noted
        self._changed: set[str] = set()

    def leave(self, key: str, value: V) -> None:
        """See `Index`."""
        super().leave(key, value)
        self._changed.add(self._noted(key, value))

    def changed(self) -> set[str]:
        """Return what was noted since the last call."""
        changed, self._changed = self._changed, set()
        return changed


class Table(Mapping[str, V], Generic[V]):
    """All values of one kind, by key.

    ``type`` is a NamedTuple of types that JSON can represent; a field that is added later needs a
    default, because older stored values lack it. The ``indexes`` receive each value that is added
    or removed. With ``rights``, the values decide who may say or do what. ``grows`` is the field
    that only grows, if there is one; ``ephemeral`` values end with their node, ones ``of_line``
    with a line, and ones without ``trace`` have no past (see `Record`). Raises `Damaged`.

    A store has one table of a kind that follows it: the last one that was made.
    """

    def __init__(
        self,
        store: Store,
        kind: str,
        type: Callable[..., V],
        *indexes: Index[V],
        rights: bool = False,
        grows: str = "",
        ephemeral: bool = False,
        of_line: bool = False,
        trace: bool = True,
    ) -> None:
        self.kind = kind
        self.rights = rights
        self.grows = grows
        self.ephemeral = ephemeral
        self.of_line = of_line
        self.trace = trace
        self._type = type
        self._stored: dict[str, V] = {
            record.key: _value(type, record.value)
            for record in store.records()
            if record.kind == kind and record.value is not None
        }
        self._values = self._stored.copy()
        self._under_way: dict[str, int] = {}  # changes that the store has not answered, by key
        self._indexes = indexes
        self._watchers: list[Callable[[Collection[str]], None]] = []
        for key in self._values:
            self._enter(key)
        store.follow(kind, self._follow, self._withdraw if rights else None)

    def __getitem__(self, key: str) -> V:
        return self._values[key]

    @overload
    def get(self, key: str, /) -> V | None: ...

    @overload
    def get(self, key: str, /, default: V | D) -> V | D: ...

    def get(self, key: str, /, default: Any = None) -> Any:
        """Return the value at a key.

        Mapping's own method takes three calls, for each line.
        """
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
        if key in self._values:
            for index in self._indexes:
                index.enter(key, self._values[key])

    def _leave(self, key: str) -> None:
        if key in self._values:
            for index in self._indexes:
                index.leave(key, self._values[key])

    def put(self, key: str, value: V | None, seqs: Seqs | None = None) -> Put:
        """Return a change for `change`, which sets the value at a key; None deletes it.

        With ``seqs``, the store writes some of its fields, and then memory has them, too.
        """
        return Put(self, key, value, seqs)

    def watch(self, changed: Callable[[Collection[str]], None]) -> None:
        """Call this from now on with the keys whose values were changed, or rolled back."""
        self._watchers.append(changed)

    def changed(self, keys: Collection[str]) -> None:
        """Call the watchers."""
        for watcher in self._watchers:
            watcher(keys)

    def begin(self, key: str, value: V | None) -> None:
        """Make a change in memory that the store is given next."""
        self._under_way[key] = self._under_way.get(key, 0) + 1
        self._set(key, value)

    def end(self, put: Put, stored: Record | None) -> None:
        """Take note that the store has written a change as a record, or never will."""
        key = put.key
        if stored is not None:
            as_put = put.seqs is None and not self.grows
            _put(self._stored, key, put.value if as_put else self._value(stored))
        self._under_way[key] -= 1
        if not self._under_way[key]:
            del self._under_way[key]
            self._show_stored(key)

    def _follow(self, records: Sequence[Record]) -> None:
        """Take over records that another node wrote."""
        for record in records:
            _put(self._stored, record.key, self._value(record))
            if record.key not in self._under_way:
                self._show_stored(record.key)
        self.changed([record.key for record in records])

    def _withdraw(self) -> None:
        """Roll back all changes that are under way: the store will refuse them."""
        for key in self._under_way:
            self._show_stored(key)
        if self._under_way:
            self.changed(tuple(self._under_way))

    def _value(self, record: Record) -> V | None:
        return None if record.value is None else _value(self._type, record.value)

    def _show_stored(self, key: str) -> None:
        """Have the stored value in memory."""
        stored = self._stored.get(key)
        if self._values.get(key) is not stored:
            self._set(key, stored)


class Put(NamedTuple):
    """A change of one value of a table; None deletes it."""

    table: Table[Any]
    key: str
    value: Any
    seqs: Seqs | None = None

    @property
    def record(self) -> Record:
        """The record as the store writes it."""
        value = None if self.value is None else json.dumps(self.value._asdict())
        table = self.table
        return Record(
            table.kind,
            self.key,
            value,
            self.seqs,
            table.grows,
            table.ephemeral,
            table.of_line,
            table.trace,
        )


def change(store: Store, *puts: Put) -> Deferred[None]:
    """Make changes, all or none: at once in memory, and with the next batch on disk.

    They come after all that was said so far, and in one transaction with all that is appended to
    the store in the same turn of the reactor. Fires once they are on disk. If they cannot be
    written, the values are as they are stored, unless they were changed again since, and it fails
    with `StoreError`. To cancel the wait takes nothing back: the store may have begun.
    """
    for put in puts:
        put.table.begin(put.key, put.value)
    _tell_watchers(puts)

    def stored(records: Sequence[Record]) -> None:
        for put, record in zip(puts, records, strict=True):
            put.table.end(put, record)

    def roll_back(failure: Failure) -> Failure:
        for put in puts:
            put.table.end(put, None)
        _tell_watchers(puts)
        return failure

    rights = any(put.table.rights for put in puts)
    records = [put.record for put in puts]
    waiting: Deferred[None] = Deferred()
    written = store.write_records(*records, rights=rights).addCallbacks(stored, roll_back)
    written.addBoth(waiting.callback)
    return waiting


def _tell_watchers(puts: Iterable[Put]) -> None:
    keys: dict[str, tuple[Table[Any], dict[str, None]]] = {}
    for put in puts:
        keys.setdefault(put.table.kind, (put.table, {}))[1][put.key] = None
    for table, changed in keys.values():
        table.changed(changed)


@cache
def _fields(type: Callable[..., Value]) -> Mapping[str, Any]:
    """Return the types of the fields, without their arguments, of a NamedTuple."""
    return {name: get_origin(hint) or hint for name, hint in get_type_hints(type).items()}


def _value(type: Callable[..., V], text: str) -> V:
    """Return the value that a record's text stands for. Raises `Damaged`."""
    try:
        value = type(**json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise Damaged from None
    if all(isinstance(getattr(value, name), right) for name, right in _fields(type).items()):
        return value
    raise Damaged


def ignore_store_error(failure: Failure) -> None:
    """Ignore a `StoreError`; the errback of a change whose result is not needed.

    The earlier value is restored by `change`, and the store itself logs the error.
    """
    failure.trap(StoreError)


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    """Set a value; None deletes it."""
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
