"""Sessions of the server: connections with the settings that chatd relies on.

The role, the database and the server have settings of their own; what could undo a rule of the
log is set here. This module must not know what a session is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Connection

from chatd.storage.postgres.schema import SCHEMA

SETTINGS: Mapping[str, str] = {
    "search_path": SCHEMA,
    # A statement that has waited for a lock has to see what was committed meanwhile.
    "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",
    # The server says by a warning that it has not waited for the standby.
    "client_min_messages": "notice",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "5s",
    "idle_session_timeout": "0",
    "jit": "off",
}
"""The settings of all sessions."""

STEADY: Mapping[str, str] = {
    # The same few statements all the time: to plan them takes longer than most of them.
    "plan_cache_mode": "force_generic_plan",
    # They are planned while the tables are empty, and all of them have an index.
    "enable_seqscan": "off",
}
"""More settings, of sessions that repeat few statements on indexed columns."""


def open_session(
    parameters: Mapping[str, str], node: str, *, steady: bool = False
) -> Connection[tuple[Any, ...]]:
    """Open a session of a node, given its name and the parameters for libpq.

    Each statement is a transaction. If ``steady``, they are few, and prepared at once. Raises
    `psycopg.Error`.
    """
    connection = connect(parameters, node, steady=steady)
    try:
        set_up(connection, steady=steady)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(
    parameters: Mapping[str, str], node: str, *, steady: bool
) -> Connection[tuple[Any, ...]]:
    """Connect as `open_session` does, which waits no longer than libpq was told."""
    # libpq cuts a name to what PostgreSQL can show, 63 bytes.
    keywords: dict[str, Any] = {**parameters, "application_name": f"chatd {node}"}
    return Connection[tuple[Any, ...]].connect(
        autocommit=True, prepare_threshold=0 if steady else None, **keywords
    )


def set_up(connection: Connection[Any], *, steady: bool) -> None:
    """Give a new session its settings."""
    settings = {**SETTINGS, **(STEADY if steady else {})}
    connection.execute(
        "SELECT set_config(name, value, false)"
        " FROM unnest(%s::text[], %s::text[]) AS s(name, value)",
        [list(settings), list(settings.values())],
        prepare=False,
    )
