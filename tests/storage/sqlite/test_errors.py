"""`chatd.storage.sqlite.errors`: errors in one line for operators, which names the file."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.sqlite.errors import (
    ADVICE,
    DamagedFile,
    StoreInUse,
    file_errors,
    sqlite_errors,
)
from chatd.util.private_files import UnsafePath

PATH = Path("/var/chat.sqlite")


def raised(error: Exception, advice: str = "") -> StoreError:
    """Return what an error of SQLite is raised as."""
    with pytest.raises(StoreError) as store_error, sqlite_errors(PATH, advice):
        raise error
    assert store_error.value.__suppress_context__
    return store_error.value


class TestOfSqlite:
    def test_without_an_error_nothing_is_raised(self) -> None:
        with sqlite_errors(PATH):
            pass

    def test_one_has_the_words_of_sqlite(self) -> None:
        error = raised(sqlite3.OperationalError("disk I/O error"))
        assert str(error) == f"{PATH}: disk I/O error."
        assert type(error) is StoreError

    def test_one_has_the_advice_that_is_given(self) -> None:
        error = raised(sqlite3.OperationalError("disk I/O error"), "Buy a disk.")
        assert str(error) == f"{PATH}: disk I/O error. Buy a disk."

    @pytest.mark.parametrize("kind", [sqlite3.DatabaseError, sqlite3.IntegrityError])
    def test_those_of_malformed_files_are_of_their_own_class(
        self, kind: type[sqlite3.Error]
    ) -> None:
        assert type(raised(kind("malformed"))) is DamagedFile

    def test_control_characters_are_shown(self) -> None:
        error = raised(sqlite3.OperationalError("near \x1b[31m"))
        assert str(error) == f"{PATH}: near ^[[31m."

    @pytest.mark.parametrize(
        "error",
        [
            sqlite3.OperationalError(""),
            sqlite3.OperationalError("Could not decode to UTF-8 column 'text' with text 'secret'"),
            UnicodeDecodeError("utf-8", b"secret\xff", 6, 7, "invalid start byte"),
        ],
    )
    def test_text_that_is_not_utf_8_is_not_quoted(self, error: Exception) -> None:
        expected = f"{PATH}: it is damaged: text in it is not UTF-8. Advice."
        assert str(raised(error, "Advice.")) == expected
        assert not str(raised(error)).endswith(" ")

    def test_those_of_the_store_name_the_file_and_keep_their_class(self) -> None:
        error = raised(StoreInUse("it is in use."), "Advice.")
        assert type(error) is StoreInUse
        assert str(error) == f"{PATH}: it is in use."

    def test_an_unknown_kind_is_quoted_in_part(self) -> None:
        error = raised(KeyError(10**30))
        assert str(error) == (
            f"{PATH}: it holds an event of an unknown kind, 10000000000000000000."
        )


class TestOfFiles:
    def test_without_an_error_nothing_is_raised(self) -> None:
        with file_errors(PATH):
            pass

    def test_one_of_the_system_names_the_file(self) -> None:
        with pytest.raises(StoreError) as error, file_errors(PATH):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        assert str(error.value) == f"{PATH}: Permission denied. {ADVICE}"

    def test_an_unsafe_path_is_one(self) -> None:
        with pytest.raises(StoreError) as error, file_errors(PATH):
            raise UnsafePath("eva may write to /var.")
        assert str(error.value) == f"eva may write to /var. {ADVICE}"
