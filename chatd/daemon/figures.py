"""The figures of the daemon: what operators watch, each a row of one table.

A figure is read when it is asked for, from counts that are kept where things happen. No label has
the name of a person or a room, or an address. This module must not know how figures are shown.
"""

from __future__ import annotations

import platform
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from chatd import __version__
from chatd.accounts.check_counts import Outcome as CheckOutcome
from chatd.chat.actions.hook_posts import Outcome
from chatd.daemon.figure_row import Door, FigureKind, Parts, Row, Sample, Value, labelled, one
from chatd.daemon.readiness import OK
from chatd.daemon.shared_figures import SHARED_FIGURES
from chatd.protocols.transport.factory import ChatFactory
from chatd.util.budget_table import Kind
from chatd.webhooks.registry import Hook


def _by_door(read: Callable[[ChatFactory], int]) -> Callable[[Parts], Iterable[Sample]]:
    """Return the reader of a figure that is added up for the addresses of each kind."""

    def read_all(parts: Parts) -> Iterable[Sample]:
        sums: Counter[str] = Counter()
        for door in parts.doors:
            sums[door.kind.value] += read(door.factory)
        return [((kind,), value) for kind, value in sums.items()]

    return read_all


def _build(parts: Parts) -> Iterable[Sample]:
    return [((__version__, platform.python_version(), sqlite3.sqlite_version), 1)]


_REFUSALS = {"full": "full", "network_full": "network", "address_full": "address"}
"""The reasons why a connection is not admitted, by the keys of their sentences."""


def _refused(parts: Parts) -> Mapping[str, Value]:
    reasons: Counter[str] = Counter()
    for door in parts.doors:
        reasons.update(door.factory.traffic.refused)
    return {reason: reasons[key] for key, reason in _REFUSALS.items()}


FORMATS = ("chat", "bare", "json", "events", "irc")
"""The formats for clients (`chatd.formats.base.Format.kind`)."""


def _by_format(counts: Counter[str]) -> Mapping[str, Value]:
    return {kind: counts[kind] for kind in FORMATS}


def _sessions(parts: Parts) -> Mapping[str, Value]:
    sessions = parts.server.sessions
    accounts = sum([session.identity.grant is not None for session in sessions])
    return {"account": accounts, "guest": len(sessions) - accounts}


def _refused_lines(parts: Parts) -> Mapping[str, Value]:
    counts = parts.server.store.counts
    return {"not_saved": counts.refused, "in_doubt": counts.in_doubt}


def _limit(parts: Parts) -> int:
    return parts.server.budgets.total(Kind.CONNECTIONS).limit


def _stages(parts: Parts) -> Mapping[str, Value]:
    store, rooms = parts.server.store.counts, parts.server.rooms.counts
    return {**store.stages.histograms, **rooms.stages.histograms}


def _state(parts: Parts, hook: Hook) -> str:
    if hook.failures:
        return "failing"
    room = parts.server.rooms.get(hook.room)
    return "ready" if room is None or hook.seq >= room.head else "waiting"


def _hooks(parts: Parts) -> Mapping[str, Value]:
    states = Counter(_state(parts, hook) for hook in parts.server.hooks)
    return {state: states[state] for state in ("ready", "waiting", "failing")}


def _posts(parts: Parts) -> Mapping[str, Value]:
    return {each.value: parts.server.incoming.outcomes[each.value] for each in Outcome}


def _longest_failure(parts: Parts) -> float:
    return max((hook.failed_for for hook in parts.server.hooks if hook.failures), default=0.0)


def _passwords(parts: Parts) -> Mapping[str, Value]:
    return {each.value: parts.passwords.outcomes[each] for each in CheckOutcome}


def _expiry(parts: Parts) -> Mapping[str, Value]:
    """Return the first end of a certificate at each kind of address with TLS."""
    ends: dict[str, Value] = {}
    for door in sorted(parts.doors, key=_end, reverse=True):
        if door.certificate is not None:
            ends[door.kind.value] = _end(door)
    return ends


def _back_up(parts: Parts) -> Iterable[Sample]:
    at = parts.server.store.last_back_up()
    return [] if at is None else [((), at)]


def _end(door: Door) -> float:
    return 0.0 if door.certificate is None else door.certificate.pair.not_after.timestamp()


_C, _G, _H = FigureKind.COUNTER, FigureKind.GAUGE, FigureKind.HISTOGRAM

FIGURES = (
    Row(
        "build_info",
        _G,
        "The versions of chatd, Python and SQLite; always 1",
        _build,
        ("version", "python", "sqlite"),
    ),
    Row(
        "ready",
        _G,
        "1 if clients are served and lines are saved, otherwise 0",
        one(lambda parts: parts.readiness.readiness == OK),
    ),
    Row(
        "connections",
        _G,
        "Clients that are connected, by the kind of address",
        _by_door(lambda factory: len(factory.clients)),
        ("door",),
    ),
    Row("connections_limit", _G, "Most connections at a time; 0 for no limit", one(_limit)),
    Row(
        "connections_admitted_total",
        _C,
        "Connections that were admitted",
        _by_door(lambda factory: factory.traffic.admitted),
        ("door",),
    ),
    Row(
        "connections_refused_total",
        _C,
        "Connections that were one too many: of all, from a network, or from an address",
        labelled(_refused),
        ("reason",),
    ),
    Row(
        "connections_blocked",
        _G,
        "Clients that do not take what they are sent at the moment",
        _by_door(lambda factory: factory.waiting),
        ("door",),
    ),
    Row(
        "received_bytes_total",
        _C,
        "Bytes that were read from clients, below TLS",
        _by_door(lambda factory: factory.traffic.bytes),
        ("door",),
    ),
    Row(
        "inputs_total",
        _C,
        "Lines, messages and requests that were read from clients",
        _by_door(lambda factory: factory.traffic.items),
        ("door",),
    ),
    Row(
        "sessions",
        _G,
        "Sessions of accounts and of guests",
        labelled(_sessions),
        ("kind",),
    ),
    Row("rooms", _G, "Rooms", one(lambda parts: len(parts.server.rooms))),
    Row(
        "store_events_total",
        _C,
        "Lines, topics and deeds that were committed, also private lines",
        one(lambda parts: parts.server.store.counts.events),
    ),
    Row(
        "lines_refused_total",
        _C,
        "Lines that could not be saved, and lines of which that is in doubt",
        labelled(_refused_lines),
        ("reason",),
    ),
    Row(
        "deliveries_total",
        _C,
        "Lines and notices that were published, times their readers, by the format",
        labelled(lambda parts: _by_format(parts.server.rooms.counts.entries)),
        ("format",),
    ),
    Row(
        "delivered_bytes_total",
        _C,
        "Bytes of the same",
        labelled(lambda parts: _by_format(parts.server.rooms.counts.bytes)),
        ("format",),
    ),
    Row(
        "line_stage_seconds",
        _H,
        "Times of the stages of a line's way, for each batch: wait, from its first line to the"
        " commit; commit; render, in all formats of a room; send, to the sockets of all readers",
        labelled(_stages),
        ("stage",),
    ),
    Row(
        "store_waiting_items",
        _G,
        "What is in no batch yet: the lines of one person in one turn, a notice, records",
        one(lambda parts: parts.server.store.waiting),
    ),
    Row(
        "store_saves",
        _G,
        "1 if the last batch was saved and the store takes lines, otherwise 0",
        one(lambda parts: parts.server.saves),
    ),
    Row(
        "store_durable",
        _G,
        "0 if lines are known to be less safe than --durability says, otherwise 1",
        one(lambda parts: parts.server.store.durable),
    ),
    Row(
        "store_bytes",
        _G,
        "Bytes of the store on disk that are in use, without its log",
        one(lambda parts: parts.server.store.sizes().get("store", 0)),
    ),
    Row(
        "store_wal_bytes",
        _G,
        "Bytes of the log of the store (the write-ahead log of SQLite)",
        one(lambda parts: parts.server.store.sizes().get("wal", 0)),
    ),
    Row(
        "index_lag_events",
        _G,
        "Most lines that a search has to read because no index has them yet",
        one(lambda parts: parts.server.store.unindexed),
    ),
    Row(
        "backup_last_success_timestamp_seconds",
        _G,
        "Time of the last back-up by chatd backup, in seconds since 1970; missing before the first",
        _back_up,
    ),
    Row(
        "hooks",
        _G,
        "Webhooks: with all lines delivered, with lines that wait, and failing",
        labelled(_hooks),
        ("state",),
    ),
    Row(
        "hooks_failing_seconds",
        _G,
        "Seconds for which the webhook has failed that failed longest; 0 if none fails",
        one(_longest_failure),
    ),
    Row(
        "hooks_incoming",
        _G,
        "Webhooks by which tools post",
        one(lambda parts: len(parts.server.incoming)),
    ),
    Row(
        "hook_posts_total",
        _C,
        "Posts of tools, by the word that answered them; ok for those that were said",
        labelled(_posts),
        ("answer",),
    ),
    Row(
        "passwords_total",
        _C,
        "Passwords that were hashed or checked, or not, by the outcome",
        labelled(_passwords),
        ("outcome",),
    ),
    Row(
        "passwords_seconds",
        _H,
        "Times in which passwords were hashed or checked, with the wait for their turn",
        one(lambda parts: parts.passwords.times),
    ),
    Row(
        "reactor_lag_seconds",
        _H,
        "Times by which a call of each quarter of a second was late; only with --metrics",
        one(lambda parts: parts.lag.times),
    ),
    Row(
        "certificate_expiry_timestamp_seconds",
        _G,
        "Time at which the first certificate for TLS expires, in seconds since 1970",
        labelled(_expiry),
        ("door",),
    ),
    *SHARED_FIGURES,
)
"""All figures, in the order in which they are shown."""


class Reading(NamedTuple):
    """A figure with the samples that it has now."""

    row: Row
    samples: list[Sample]


class Figures:
    """The figures of one daemon."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def add_door(self, door: Door) -> None:
        """Count the clients of an address, too."""
        self._parts.doors.append(door)

    def read(self) -> list[Reading]:
        """Return all figures as they are now."""
        return [Reading(row, list(row.read(self._parts))) for row in FIGURES]
