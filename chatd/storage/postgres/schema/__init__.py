"""The schema of the database: the SQL of each version, and the upgrade of an older one.

Everything is in the schema `SCHEMA` of a database that chatd has for itself. Version N is made of
version N - 1 by ``step_N.sql``, and then by ``functions_N.sql``, if there is one. Nodes of several
versions work at a time, so a step only adds: a function keeps its name and its text until no node
that calls it can read the log any more (``meta.level``), and a changed one has another name. Never
change a file that was released; add a step.

This package must not know what the functions are for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from psycopg import Connection, errors

from chatd.storage.contract import StoreError
from chatd.storage.shared.engine import PROTOCOL

SCHEMA = "chatd"
"""The schema with everything of chatd, and the ``search_path`` of its connections."""

APPLICATION = "chatd"
"""``meta.application`` of a database of chatd."""

SHARD = 0
"""The shard of all that is stored: there is one."""

_LOCK = 0x63686174
"""The advisory lock of those who upgrade: "chat"."""

_TRIES = 50
_LOCK_TIMEOUT_MS = 200
"""A step waits so long for the tables that it changes, and as long do all who want them
meanwhile; so it gives up, and tries again."""


def _released_steps() -> tuple[bytes, ...]:
    """Return the SQL of all steps, in their order."""
    found = [each for each in files(__name__).iterdir() if each.name.endswith(".sql")]
    texts = {each.name: each.read_bytes() for each in found}
    numbers = range(1, sum(name.startswith("step_") for name in texts) + 1)
    return tuple(
        b"\n".join([texts[f"step_{number}.sql"], texts.get(f"functions_{number}.sql", b"")])
        for number in numbers
    )


STEPS = _released_steps()
"""The SQL of each step, in order."""


def version_of(connection: Connection[Any]) -> int:
    """Return the version of a database; 0 for an empty one.

    It may be newer than the last step. Raises `StoreError` for the database of another program, and
    for a log that this version cannot read.
    """
    with connection.cursor() as cursor:
        found = cursor.execute(
            "SELECT to_regclass('chatd.meta') IS NOT NULL, EXISTS ("
            " SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'chatd') AND NOT EXISTS ("
            "  SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))"
        ).fetchone()
        assert found is not None
        has_meta, has_tables = found
        if not has_meta:
            if has_tables:
                raise StoreError("it is the database of another program. Give another database.")
            return 0
        row = cursor.execute("SELECT application, schema, level FROM chatd.meta").fetchone()
    if row is None or row[0] != APPLICATION:
        raise StoreError("it is the database of another program. Give another database.")
    version, level = int(row[1]), int(row[2])
    if level > PROTOCOL:
        raise StoreError(
            f"it is used by a newer chatd (level {level} of the log; this one knows {PROTOCOL})."
            " Upgrade chatd, or give another database."
        )
    return version


def upgrade(
    connection: Connection[Any],
    steps: Sequence[bytes] = STEPS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Take the steps that a database lacks, each in a transaction of its own.

    ``connection`` commits each statement. Several nodes may do this at a time. Raises `StoreError`
    as `version_of` does, and if other connections use the tables all the time.
    """
    for _ in range(_TRIES):
        try:
            while _take_step(connection, steps):
                pass
            return
        except errors.LockNotAvailable:
            sleep(_LOCK_TIMEOUT_MS / 1000)
    raise StoreError("its tables cannot be upgraded while others use them all the time. Try again.")


def _take_step(connection: Connection[Any], steps: Sequence[bytes]) -> bool:
    """Take the next step; return False if there is none."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", (f"{_LOCK_TIMEOUT_MS}ms",))
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        done = version_of(connection)
        if done >= len(steps):
            return False
        cursor.execute("CREATE SCHEMA IF NOT EXISTS chatd")
        cursor.execute("SET LOCAL search_path = chatd")
        cursor.execute(steps[done], prepare=False)
        cursor.execute("UPDATE meta SET schema = %s", (done + 1,))
    return True
