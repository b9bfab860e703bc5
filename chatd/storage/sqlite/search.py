"""The index by which a store's file is searched: SQLite's FTS5, with trigrams.

It says for each three characters in a row in which events they stand, and nothing else
(``detail=none``): where words stand is seen in the events themselves. So it is as large as the
text, and not twice as large, and what it finds are candidates. Texts are folded before they come
here, so that the index knows of no case.

It is written in small steps, each in a transaction of whoever calls: FTS5 itself would merge what
it has in steps of its own choice. It knows no rooms, only ids and texts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache

MERGED_PAGES = 32
"""How many pages one step of merging writes: some milliseconds."""

CLEARED_ROWS = 300
"""How many rows (each a page) one step of clearing takes away."""

MOST_GRAMS = 24
"""How many trigrams of what is searched for are looked up. The more, the fewer the candidates."""

_CREATE = """
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (
    text, content = '', detail = none, columnsize = 0, tokenize = 'trigram case_sensitive 1'
)
"""


@cache
def is_possible() -> bool:
    """Whether this SQLite has what it takes: FTS5 with trigrams, which came with 3.34."""
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


def exists(connection: sqlite3.Connection) -> bool:
    """Whether the file has one."""
    sql = "SELECT count(*) FROM sqlite_master WHERE name = 'search'"
    return bool(connection.execute(sql).fetchone()[0])


def create(connection: sqlite3.Connection) -> None:
    """Make it, if the file has none."""
    if not exists(connection):
        connection.execute(_CREATE)
        _command(connection, "automerge", 0)  # `merge` does it
        _command(connection, "crisismerge", 1999)  # never: it would take seconds


def add(connection: sqlite3.Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Put in some events, ids ascending, with their folded texts."""
    connection.executemany(
        "INSERT INTO search (rowid, text) VALUES (?, ?)",
        ((number, _plain(text)) for number, text in rows),
    )


def remove(connection: sqlite3.Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Take some out that are in it, ids ascending, with the texts that they had.

    FTS5 only notes that they are out. `purge` takes away what was written of them.
    """
    connection.executemany(
        "INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)",
        ((number, _plain(text)) for number, text in rows),
    )


def merge(connection: sqlite3.Connection) -> bool:
    """A step of putting together what was added piece by piece. Whether it did anything."""
    return _merge(connection, MERGED_PAGES)


def purge(connection: sqlite3.Connection, first: bool) -> bool:
    """A step of writing all of it anew, without what was removed. Whether it did anything.

    Nothing may be added between the ``first`` step and the last one.
    """
    return _merge(connection, -MERGED_PAGES if first else MERGED_PAGES)


def clear(connection: sqlite3.Connection) -> bool:
    """A step of throwing it away, whatever state it is in. Whether there is more to do."""
    if not exists(connection):
        return False
    done = connection.execute(
        "DELETE FROM search_data WHERE id IN (SELECT id FROM search_data LIMIT ?)", (CLEARED_ROWS,)
    )
    if done.rowcount < CLEARED_ROWS:
        # FTS5 reads what it is about to drop, unless this connection knows it. Let that be sound.
        connection.executemany("INSERT INTO search_data VALUES (?, ?)", _empty())
        connection.execute("DROP TABLE search")
        return False
    return True


def question(words: Sequence[str]) -> str | None:
    """What FTS5 is asked to find texts that may hold all these folded words.

    None if all are shorter than a trigram: such words are in no index.
    """
    grams = {
        word[place : place + 3]: None
        for word in map(_plain, words)
        for place in range(len(word) - 2)
    }
    some = list(grams)[:: -(-len(grams) // MOST_GRAMS) or 1]
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in some) or None


def candidates(
    connection: sqlite3.Connection, asked: str, after: int, upto: int, most: int
) -> list[int]:
    """The highest ids of texts that may be meant, above ``after`` and up to ``upto``; descending.

    They come in one row: see `chatd.storage.sqlite.store`.
    """
    (listed,) = connection.execute(
        "SELECT group_concat(rowid) FROM (SELECT rowid FROM search"
        " WHERE search MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?)",
        (asked, after, upto, most),
    ).fetchone()
    return list(map(int, listed.split(","))) if listed else []


def _plain(text: str) -> str:
    return text.replace("\0", "\ufffd")  # where FTS5 would take a text to end


def _merge(connection: sqlite3.Connection, pages: int) -> bool:
    before = connection.total_changes
    _command(connection, "merge", pages)
    # See "the merge command" in https://www.sqlite.org/fts5.html.
    return connection.total_changes - before >= 2


def _command(connection: sqlite3.Connection, command: str, value: int) -> None:
    connection.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (command, value))
