"""`chatd import` and `chatd export` with a database, and all of a store moved to one and back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatd import cli
from chatd.event import Kind, Origin, Record
from chatd.storage.postgres import schema
from chatd.storage.sqlite.examination import examine_file
from chatd.storage.sqlite.importing import import_file
from tests.support.postgres_log import connect
from tests.support.store_files import Opening
from tests.support.stores import draft, message

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `chatd`, and returns its status, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(list(arguments))
        return (status, *capfd.readouterr())

    return run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite"


async def fill(opening: Opening) -> None:
    """Make a store with all that a store may have."""
    harness = opening.first()
    made = Origin("eva", 5)
    await harness.say(draft("tea", "ops", kind=Kind.TOPIC)._replace(made=made), message("a", "b"))
    harness.time -= 10
    await harness.say(draft("\x1a and ñ", session=7), draft("private", "@ana", kind=Kind.PRIVATE))
    await harness.say(draft("all of it is forgotten", "gone", session=9))
    await harness.store.forget("gone", 1)
    await harness.write_records(Record("account", "ana", '{"a": 1}'), Record("role", "x", "{}"))
    await opening.close()


async def test_a_store_is_moved_to_a_database_and_back(
    opening: Opening, path: Path, database: str, run: Run
) -> None:
    await fill(opening)
    moved = ("import", "--store", database, "--format", "store", f"sqlite:{path}")
    held = "5 lines in 3 rooms imported, and 2 records.\n"
    assert run(*moved) == (0, f"{database}: {held}", "")
    back = path.with_name("back.sqlite")
    returned = run("import", "--store", f"sqlite:{back}", "--format", "store", database)
    assert returned == (0, f"{back}: {held}", "")
    assert examine_file(back) == examine_file(path)
    with import_file(path) as first, import_file(back) as second:
        assert list(first.whole().events) == list(second.whole().events)


@pytest.mark.parametrize("form", ["text", "jsonl", "markdown"])
async def test_a_database_is_exported_as_a_file_is(
    opening: Opening, path: Path, database: str, run: Run, form: str
) -> None:
    await fill(opening)
    assert run("import", "--store", database, "--format", "store", f"sqlite:{path}")[0] == 0
    exports = [
        run("export", "--store", store, "--format", form, "--private")
        for store in (f"sqlite:{path}", database)
    ]
    assert exports[0] == exports[1]
    assert exports[0][0] == 0
    assert "tea" in exports[0][1]


async def test_a_log_is_imported_into_a_database(
    path: Path, database: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "log").write_text("--- Log opened Sat Nov 28 09:15:02 2026\n09:15 <@ana> hola\n")
    told = run(
        *("import", "--store", database, "--format", "irssi", "--into", "ops"),
        str(tmp_path / "log"),
    )
    assert told == (0, f"{database}: 1 line imported into 1 room, without 1 notice.\n", "")
    exported = run("export", "--store", database)
    assert exported[1].endswith("<ana> hola\n")


class TestRefusals:
    async def test_a_store_that_is_not_empty_is_left_as_it_is(
        self, opening: Opening, path: Path, database: str, run: Run
    ) -> None:
        await fill(opening)
        moved = ("import", "--store", database, "--format", "store", f"sqlite:{path}")
        assert run(*moved)[0] == 0
        status, out, err = run(*moved)
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert f"{database} is not empty, and a store is moved to an empty one alone." in err

    async def test_a_store_that_a_daemon_uses_stays_where_it_is(
        self, opening: Opening, path: Path, database: str, run: Run
    ) -> None:
        await opening.first().say(draft("hola"))
        status, _, err = run("import", "--store", database, "--format", "store", f"sqlite:{path}")
        assert status == 1
        assert "is in use by another chatd" in err
        await opening.close()

    def test_a_store_that_is_not_there_is_not_made(
        self, path: Path, database: str, run: Run
    ) -> None:
        status, _, err = run("import", "--store", database, "--format", "store", f"sqlite:{path}")
        assert status == 1
        assert f"there is no file {path}." in err
        assert not path.exists()

    def test_a_move_that_fails_leaves_no_file(self, path: Path, run: Run) -> None:
        nowhere = "postgresql://chatd@/chatd?host=/nowhere"
        status, _, err = run("import", "--store", f"sqlite:{path}", "--format", "store", nowhere)
        assert (status, err.count("\n")) == (1, 1)
        assert "Does the server run" in err
        assert not path.exists()

    def test_an_empty_database_has_nothing_to_export(self, database: str, run: Run) -> None:
        status, _, err = run("export", "--store", database)
        assert (status, err) == (1, f"chatd: cannot export {database}: it is empty.\n")

    def test_one_of_an_older_version_is_not_read(
        self, database: str, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with connect(database) as connection:
            schema.upgrade(connection)
        monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, b""))
        status, _, err = run("export", "--store", database)
        assert status == 1
        assert "it was written by an older chatd" in err

    def test_without_its_library_the_command_that_installs_it_is_told(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        modules: Any = sys.modules
        monkeypatch.setitem(modules, "chatd.storage.postgres.sessions", None)
        status, _, err = run("export", "--store", "postgresql:///chatd")
        assert (status, err.count("\n")) == (1, 1)
        assert "pip install 'chatd[postgres]'" in err


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the beats of nodes: there are none."""
    monkeypatch.setattr("chatd.storage.postgres.importing.LOOK_SECONDS", 0)
