"""Tests of `chatd.storage.sqlite.schema`: files of every version, and upgrades."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chatd.event import UNKNOWN, Event, Kind, Origin
from chatd.storage.contract import RoomRecord, StoreError, Wanted
from chatd.storage.sqlite import schema
from chatd.storage.sqlite.archive import Archive
from chatd.storage.sqlite.schema import STEPS
from tests.support.store_files import (
    VERSIONS,
    Opening,
    refusal,
    sql,
)
from tests.support.stores import draft, texts

pytestmark = pytest.mark.quick


SAID = 1_795_300_000_000
"""The time of the lines in the files of the versions."""

MADE = dict.fromkeys((6, 7), Origin("eva", SAID - 1000))
"""The origin of #Ops, in files of versions that stored it."""

ANOTHER_STEP = "ALTER TABLE rooms ADD COLUMN purpose TEXT NOT NULL DEFAULT 'talk';"


@pytest.fixture
def another_step(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Add steps to the schema, as a later chatd has."""

    def later(*steps: str) -> None:
        monkeypatch.setattr("chatd.storage.sqlite.schema.STEPS", (*STEPS, *steps))

    return later


class TestSteps:
    def test_are_numbered_from_1_without_a_gap(self) -> None:
        names = [path.name for path in Path(schema.__file__).parent.glob("*.sql")]
        assert sorted(int(name.partition("_")[0]) for name in names) == [*range(1, len(STEPS) + 1)]

    def test_are_applied_in_the_order_of_their_numbers(self) -> None:
        begins = [step.partition(":")[0] for step in STEPS]
        assert begins == [f"-- Step {number}" for number in range(1, len(STEPS) + 1)]

    @pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
    def test_are_what_they_were_when_they_were_released(
        self, path: Path, tmp_path: Path, version: int
    ) -> None:
        """Compare the statements with those of the file that each version wrote."""
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for step in STEPS[:version]:
                connection.executescript(step)
        statements = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'search%' ORDER BY 1"
        released = shutil.copy(VERSIONS / f"version_{version}.db", tmp_path / "released")
        assert sql(path, statements) == sql(Path(released), statements)


class TestVersions:
    @pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
    async def test_a_file_of_every_version_is_opened_and_continued(
        self, opening: Opening, path: Path, version: int
    ) -> None:
        # The first release with a version wrote its file.
        shutil.copy(VERSIONS / f"version_{version}.db", path)
        assert sql(path, "PRAGMA user_version") == [(version,)]
        harness = opening.first()
        await harness.say(draft("on it goes"))
        assert await harness.everything() == [
            Event("lobby", 1, 1_795_300_000_000, 1, "guest1", Kind.MESSAGE, "hola"),
            Event("lobby", 2, 1_795_300_000_000, 1, "guest1", Kind.MESSAGE, "¿qué tal?"),
            Event("lobby", 3, 1_795_300_000_000, 2, "ana", Kind.ACTION, "waves"),
            Event("lobby", 4, 1_000_000, 1, "ana", Kind.MESSAGE, "on it goes"),
        ]
        assert texts(await harness.everything("Ops")) == ["tea", "🎉 \x1b[2J"]
        harness.time = 1_795_300_001
        seqs = [
            await harness.store.seq_before("lobby", 1_795_300_000_000 + more) for more in (0, 1)
        ]
        assert seqs == [0, 4]
        accounts = [record.key for record in harness.store.records()]
        assert accounts == (["ana"] if version > 1 else [])
        for _ in range(2):  # before and after all is indexed
            found = await harness.store.search("lobby", Wanted(("a",)), 9, 9)
            assert [event.seq for event in found.events] == [3, 2, 1]
            found = await harness.store.search("lobby", Wanted(("OLA",)), 9, 9)
            assert [event.seq for event in found.events] == [1]
            found = await harness.store.search("lobby", Wanted(("qUe ",)), 9, 9)
            assert [event.seq for event in found.events] == [2]
            await harness.catch_up()
        by = "ana" if version == 1 else "eva"
        assert list((await opening.again()).store.rooms()) == [
            RoomRecord("Ops", 2, "tea", 3, Origin(by, SAID), MADE.get(version, Origin("", SAID))),
            RoomRecord("lobby", 4, "", 2, UNKNOWN, Origin("", SAID)),
        ]
        assert sql(path, "PRAGMA user_version") == [(len(STEPS),)]

    @pytest.mark.parametrize(
        "change",
        [
            "DELETE FROM events WHERE id >> 40 = 2",
            "DELETE FROM rooms WHERE id = 1; UPDATE events SET kind = 1, id = id + 5",
            "UPDATE events SET time = 'x' WHERE kind = 3",
            "UPDATE events SET time = -1, author = x'00' WHERE kind = 3",
        ],
    )
    def test_of_an_older_room_no_more_is_known_than_its_events_tell(
        self, opening: Opening, path: Path, change: str
    ) -> None:
        shutil.copy(VERSIONS / "version_5.db", path)
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(change)
        rooms = {room.name: room for room in opening.first().store.rooms()}
        assert (rooms["Ops"].topic_set, rooms["Ops"].made) == (UNKNOWN, UNKNOWN)

    async def test_an_older_file_gets_the_steps_that_it_lacks(
        self, opening: Opening, path: Path, another_step: Callable[..., None]
    ) -> None:
        await opening.first().say(draft("a"))
        another_step(ANOTHER_STEP, "CREATE INDEX times ON events (time);")
        harness = await opening.again()
        await harness.say(draft("b"))
        assert texts(await harness.everything()) == ["a", "b"]
        assert sql(path, "SELECT name, purpose FROM rooms") == [("lobby", "talk")]
        assert sql(path, "PRAGMA user_version") == [(len(STEPS) + 2,)]

    def test_a_new_file_gets_all_steps(
        self, opening: Opening, path: Path, another_step: Callable[..., None]
    ) -> None:
        another_step(ANOTHER_STEP)
        opening.first()
        assert sql(path, "SELECT purpose FROM rooms") == []
        assert sql(path, "PRAGMA user_version") == [(len(STEPS) + 1,)]

    async def test_a_step_that_fails_leaves_the_version_before_it(
        self, opening: Opening, path: Path, another_step: Callable[..., None]
    ) -> None:
        await opening.first().say(draft("a"))
        await opening.close()
        with pytest.MonkeyPatch.context() as patch:
            broken = "DELETE FROM events; INSERT INTO nowhere VALUES (1);"
            patch.setattr("chatd.storage.sqlite.schema.STEPS", (*STEPS, ANOTHER_STEP, broken))
            assert refusal(path) == (
                f"{path}: no such table: nowhere. Put that right, or give another --store."
            )
        assert sql(path, "PRAGMA user_version") == [(len(STEPS) + 1,)]
        another_step(ANOTHER_STEP)
        assert texts(await opening.first().everything()) == ["a"]

    async def test_an_older_chatd_does_not_open_it(
        self, opening: Opening, path: Path, another_step: Callable[..., None]
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("chatd.storage.sqlite.schema.STEPS", (*STEPS, ANOTHER_STEP))
            await opening.first().say(draft("a"))
            await opening.close()
        content = path.read_bytes()
        assert "it was written by a newer chatd" in refusal(path)
        assert path.read_bytes() == content

    async def test_an_archive_refuses_an_older_version_because_it_cannot_upgrade(
        self, opening: Opening, path: Path, another_step: Callable[..., None]
    ) -> None:
        await opening.first().say(draft("a"))
        another_step(ANOTHER_STEP)
        with pytest.raises(StoreError, match="Start this one's daemon on it once"):
            Archive(path).rooms()
