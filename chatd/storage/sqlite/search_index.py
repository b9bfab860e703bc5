"""The search index of a store's file: SQLite's FTS5, with trigrams.

Theory of operation. The index stores for each trigram (three characters in a row) the events that
it is in, and not where (``detail=none``); so it is as large as the text, and not twice as large,
and what it finds are candidates, whose texts the caller compares. Texts are folded before they come
here, so the index knows no case. It is written in small steps, each in a transaction of the caller:
FTS5 itself would merge its segments in steps of its own choice.

This module must not know a room: it knows ids and texts alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache

MERGED_PAGES = 32
"""Pages that one step of merging writes: some milliseconds."""

CLEARED_ROWS = 300
"""Rows (each a page) that one step of clearing deletes."""

MOST_GRAMS = 24
"""Most trigrams of a query that are looked up. The more, the fewer the candidates."""

_CREATE = """
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (
    text, content = '', detail = none, columnsize = 0, tokenize = 'trigram case_sensitive 1'
)
"""


@cache
def is_possible() -> bool:
    """Return True if this SQLite has FTS5 with trigrams, which came with 3.34."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(_CREATE)
        except sqlite3.OperationalError:
            return False
    return True


@cache
def _empty() -> list[tuple[int, bytes]]:
    """Return the rows of an empty index."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(_CREATE)
        return connection.execute("SELECT id, block FROM search_data").fetchall()


def is_part(table: str) -> bool:
    """Return True if a table is the index, or one of those in which FTS5 stores it."""
    return table == "search" or table.startswith("search_")


def exists(connection: sqlite3.Connection) -> bool:
    """Return True if the file has an index."""
    sql = "SELECT count(*) FROM sqlite_master WHERE name = 'search'"
    return bool(connection.execute(sql).fetchone()[0])


def create(connection: sqlite3.Connection) -> None:
    """Create the index if the file has none."""
    if not exists(connection):
        connection.execute(_CREATE)
        _command(connection, "automerge", 0)  # `merge` does it
        _command(connection, "crisismerge", 1999)  # never: it would take seconds


def add(connection: sqlite3.Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Add events, ids ascending, with their folded texts."""
    connection.executemany(
        "INSERT INTO search (rowid, text) VALUES (?, ?)",
        ((number, _plain(text)) for number, text in rows),
    )


def remove(connection: sqlite3.Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Remove events that are in the index, ids ascending, given the texts that they had.

    FTS5 only marks them as removed. `purge` rewrites the index without their texts.
    """
    connection.executemany(
        "INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)",
        ((number, _plain(text)) for number, text in rows),
    )


def merge(connection: sqlite3.Connection) -> bool:
    """Take a step of merging small segments; return False if there was nothing to merge."""
    return _merge(connection, MERGED_PAGES)


def purge(connection: sqlite3.Connection, first: bool) -> bool:
    """Take a step of rewriting the index without removed texts; return False if it is done.

    Nothing may be added between the ``first`` step and the last one.
    """
    return _merge(connection, -MERGED_PAGES if first else MERGED_PAGES)


def clear(connection: sqlite3.Connection) -> bool:
    """Take a step of deleting the index, in any state; return False if it is deleted."""
    if not exists(connection):
        return False
    done = connection.execute(
        "DELETE FROM search_data WHERE id IN (SELECT id FROM search_data LIMIT ?)", (CLEARED_ROWS,)
    )
    if done.rowcount < CLEARED_ROWS:
        # FTS5 reads a table before it drops it, unless this connection knows it. Let it be sound.
        connection.executemany("INSERT INTO search_data VALUES (?, ?)", _empty())
        connection.execute("DROP TABLE search")
        return False
    return True


def query_for(words: Sequence[str]) -> str | None:
    """Return a query of FTS5 for the texts that may have all these folded words.

    None if all are shorter than a trigram: such words are not in the index.
    """
    grams = {
        word[place : place + 3]: None
        for word in map(_plain, words)
        for place in range(len(word) - 2)
    }
    some = list(grams)[:: -(-len(grams) // MOST_GRAMS) or 1]
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in some) or None


def candidates(
    connection: sqlite3.Connection, query: str, after: int, upto: int, most: int
) -> list[int]:
    """Return the highest ids that a query finds with ``after < id <= upto``, descending.

    They come in one row: see `chatd.storage.sqlite.search`.
    """
    (listed,) = connection.execute(
        "SELECT group_concat(rowid) FROM (SELECT rowid FROM search"
        " WHERE search MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?)",
        (query, after, upto, most),
    ).fetchone()
    return list(map(int, listed.split(","))) if listed else []


def _plain(text: str) -> str:
    """Replace NUL, at which FTS5 would end a text."""
    return text.replace("\0", "\ufffd")


def _merge(connection: sqlite3.Connection, pages: int) -> bool:
    """Merge segments of about so many pages; return True if that changed the index."""
    before = connection.total_changes
    _command(connection, "merge", pages)
    # See "the merge command" in https://www.sqlite.org/fts5.html.
    return connection.total_changes - before >= 2


def _command(connection: sqlite3.Connection, command: str, value: int) -> None:
    connection.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (command, value))
