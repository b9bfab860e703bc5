"""Checks of a server and of a database: what a shared log needs of them.

They are read in one query, which needs no right. An ordinary role does not see whether a standby is
synchronous, only how many there are. This module must not know the tables of chatd.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from psycopg import Connection

from chatd.storage.shared.settings import Durability

OLDEST_SERVER = 15
"""The oldest major version of PostgreSQL: tests run on it."""

_QUERY = """
SELECT current_database(), r.rolname, current_setting('server_encoding'),
    r.rolsuper, r.rolreplication, r.rolbypassrls,
    -- Not what this session has set.
    (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'),
    current_setting('fsync'),
    current_setting('full_page_writes'), current_setting('synchronous_standby_names'),
    s.standbys, s.synchronous, has_database_privilege('public', d.oid, 'CONNECT'),
    ARRAY(
        SELECT o.rolname::text FROM pg_roles o
        WHERE o.rolcanlogin AND NOT o.rolsuper AND o.oid <> r.oid
            AND has_database_privilege(o.oid, d.oid, 'CONNECT')
        ORDER BY o.rolname LIMIT 3
    ),
    pg_database_size(d.oid)
FROM pg_roles r, pg_database d, (
    SELECT count(*) AS standbys, bool_or(sync_state IN ('sync', 'quorum')) AS synchronous
    FROM pg_stat_replication
) s
WHERE r.rolname = current_user AND d.datname = current_database()
"""


class State(NamedTuple):
    """The state of a server and of a database, as `_QUERY` reads it.

    ``synchronous`` is true if a standby is synchronous; None if that cannot be seen.
    ``others`` are some ordinary roles that may connect to the database besides the own one.
    """

    database: str
    role: str
    encoding: str
    is_superuser: bool
    may_replicate: bool
    passes_policies: bool
    synchronous_commit: str
    fsync: str
    full_page_writes: str
    standby_names: str
    standbys: int
    synchronous: bool | None
    is_public: bool
    others: Sequence[str]
    size: int


class Findings(NamedTuple):
    """The findings of an examination, each a sentence.

    With ``faults`` a store is not as it must be. ``warnings`` are for those who know. Hints are not
    to be trusted for ``doubts``. ``size`` is that of the database, in bytes.
    """

    faults: Sequence[str]
    warnings: Sequence[str]
    doubts: Sequence[str]
    size: int


def examine(connection: Connection[Any], durability: Durability) -> Findings:
    """Return what is found at a connection. Raises `psycopg.Error`."""
    version = connection.info.server_version
    if version < OLDEST_SERVER * 10_000:
        fault = (
            f"the server is PostgreSQL {version // 10_000}: chatd needs {OLDEST_SERVER} or newer."
        )
        return Findings([fault], [], [], 0)
    row = connection.execute(_QUERY).fetchone()
    assert row is not None
    found = findings_of(State(*row), durability)
    return found._replace(faults=[*_in_the_clear(connection), *found.faults])


def findings_of(state: State, durability: Durability) -> Findings:
    """Return what is to be said about a state."""
    unfit, unsafe = list(_unfit(state)), list(_unsafe(state, durability))
    doubts = list(_doubts(state))
    if durability is Durability.ONE_DISK:
        return Findings(unfit, unsafe, doubts, state.size)
    if durability is Durability.REPLICATED:
        unsafe += _unreplicated(state)
    return Findings([*unfit, *unsafe], [], doubts, state.size)


def _in_the_clear(connection: Connection[Any]) -> Iterator[str]:
    """Generate that a connection to another machine is not encrypted.

    `chatd.storage.postgres.address` sees to that, unless the environment or a service has another
    host in mind.
    """
    info = connection.info
    if connection.pgconn.ssl_in_use or info.host.startswith(("/", "@")):
        return
    if not ipaddress.ip_address(info.hostaddr).is_loopback:
        yield (
            f"the connection to {info.hostaddr} is not encrypted. Name that host in the address of"
            " the store, not in PGHOST, PGHOSTADDR or a service."
        )


def _unfit(state: State) -> Iterator[str]:
    """Generate what is not as it must be in every case."""
    if state.encoding != "UTF8":
        yield (
            f"the database {state.database} has the encoding {state.encoding}. Make another one:"
            f" createdb --encoding=UTF8 --template=template0 --owner={state.role} NAME"
        )
    rights = (
        (state.is_superuser, "is a superuser"),
        (state.may_replicate, "may replicate the server"),
        (state.passes_policies, "passes row security"),
    )
    for has_it, right in rights:
        if has_it:
            yield (
                f"the role {state.role} {right}. A daemon that strangers talk to needs one without"
                " such rights: createuser chatd"
            )
            return


def _unsafe(state: State, durability: Durability) -> Iterator[str]:
    """Generate the settings by which a server loses what it acknowledged.

    A service may write no pages, but its log alone.
    """
    if state.synchronous_commit not in ("on", "remote_apply"):
        yield (
            f"synchronous_commit is {state.synchronous_commit}, so a crash can lose what was"
            f" acknowledged: ALTER ROLE {state.role} SET synchronous_commit = on"
        )
    if state.fsync != "on":
        yield "fsync is off, so a power cut can destroy what is stored. Set it to on."
    if state.full_page_writes != "on" and durability is not Durability.MANAGED:
        yield "full_page_writes is off, so a power cut can destroy what is stored. Set it to on."


def _unreplicated(state: State) -> Iterator[str]:
    """Generate why what is acknowledged is not on the disks of two servers."""
    if not state.standby_names.strip():
        yield (
            "synchronous_standby_names is empty, so what is acknowledged is on one server, and lost"
            " with it. Set it, or start with --durability one-disk; or with managed, if a service"
            " has copies in its own way."
        )
    elif not state.standbys or state.synchronous is False:
        yield (
            f"no standby of synchronous_standby_names ({state.standby_names}) is connected, so"
            " nothing can be saved. Start it."
        )


def _doubts(state: State) -> Iterator[str]:
    """Generate why a notification may be of another program."""
    if state.is_public:
        yield (
            f"every role may connect to the database {state.database}:"
            f" REVOKE CONNECT ON DATABASE {state.database} FROM PUBLIC"
        )
    elif state.others:
        yield f"other roles may connect to the database {state.database}: {', '.join(state.others)}"
