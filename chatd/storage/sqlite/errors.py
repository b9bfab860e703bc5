"""Errors of SQLite and of the system, as `StoreError`s of one line for operators.

This module must not know the tables of a file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatd.storage.contract import StoreError
from chatd.text.escaping import visible
from chatd.util.private_files import UnsafePath

OR_ANOTHER_STORE = "or give another --store."
ADVICE = f"Put that right, {OR_ANOTHER_STORE}"
"""Ends of the messages about a file that cannot be opened."""

NOT_AS_WRITTEN = "it is damaged: an event in it is not as it was written."

_NOT_UTF8 = "it is damaged: text in it is not UTF-8"

_KIND_CHARACTERS = 20
"""Most characters of an unknown kind that a message quotes."""


class StoreInUse(StoreError):
    """Another process has the store's lock."""


class DamagedFile(StoreError):
    """SQLite found that the file is malformed."""


@contextmanager
def sqlite_errors(path: Path, advice: str = "") -> Iterator[None]:
    """Raise errors of SQLite, and of reading rows, as a `StoreError` that names the file."""
    try:
        yield
    except StoreError as error:
        raise type(error)(f"{path}: {error}") from None
    except sqlite3.Error as error:
        # SQLite may quote the content of the file. Members' texts must not get into the log.
        why = visible(str(error))
        # Python 3.10 gives no text at all where SQLite would have quoted invalid UTF-8.
        if not why or why.startswith("Could not decode to UTF-8"):
            why = _NOT_UTF8
        # "malformed", and the errors that follow from it, are of exactly these classes.
        damaged = type(error) in (sqlite3.DatabaseError, sqlite3.IntegrityError)
        kind = DamagedFile if damaged else StoreError
        raise kind(f"{path}: {why}. {advice}".rstrip()) from None
    except UnicodeDecodeError:  # of a text that SQLite would have quoted
        raise StoreError(f"{path}: {_NOT_UTF8}. {advice}".rstrip()) from None
    except KeyError as error:  # of `chatd.storage.sqlite.rows.KINDS`
        unknown = str(error)[:_KIND_CHARACTERS]
        raise StoreError(f"{path}: it holds an event of an unknown kind, {unknown}.") from None


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Raise errors of the system and of `chatd.util.private_files` as a `StoreError`."""
    try:
        yield
    except UnsafePath as unsafe:
        raise StoreError(f"{unsafe} {ADVICE}") from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}. {ADVICE}") from None
