"""What is only `chatd.storage.sqlite.store`'s: a file, and all that can be wrong with one."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import resource
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import pytest_twisted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent, eventAsText, globalLogPublisher

from chatd.event import Event, Kind
from chatd.formats.chat import ChatFormat
from chatd.rooms.feed import Replay
from chatd.rooms.room import Room
from chatd.storage.contract import FORGOTTEN, Found, RoomRecord, StoreError, Wanted
from chatd.storage.paths import path_of
from chatd.storage.sqlite.archive import Archive
from chatd.storage.sqlite.maintenance import INDEXED_CHARACTERS, INDEXED_EVENTS
from chatd.storage.sqlite.maintenance_schedule import AGAIN_SECONDS, ENOUGH_EVENTS, IDLE_SECONDS
from chatd.storage.sqlite.schema import APPLICATION_ID, STEPS
from chatd.storage.sqlite.store import SqliteStore
from chatd.util.error_log import FIRST_SILENCE
from tests.support.stores import QueueReactor, StoreReactor, World, draft, joined, texts

pytestmark = pytest.mark.quick

Expect = Callable[..., object]

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite"


class Opening:
    """Opens the store of a test, again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._world: World | None = None

    def first(self) -> World:
        self._world = World(lambda reactor, now: SqliteStore(reactor, self._path, now))
        return self._world

    async def again(self) -> World:
        """Close the one that is open, as a daemon does that stops; and open it."""
        await self.close()
        return self.first()

    async def close(self) -> None:
        world, self._world = self._world, None
        if world is not None:
            await world.store.close()


@pytest.fixture
def opening(path: Path) -> Iterator[Opening]:
    opening = Opening(path)
    yield opening
    pytest_twisted.blockon(Deferred.fromCoroutine(opening.close()))


@pytest.fixture
def world(opening: Opening) -> World:
    return opening.first()


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """The connections that are made, which here may be looked at from any thread, and which wait
    for nobody."""
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def spy(database: Path | str, **options: object) -> sqlite3.Connection:
        made.append(connect(database, **{**options, "check_same_thread": False, "timeout": 0}))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", spy)
    return made


def refusal(path: Path) -> str:
    """Why a store cannot be opened at that path: one line."""
    with pytest.raises(StoreError) as caught:
        SqliteStore(StoreReactor(), path)
    why = str(caught.value)
    assert "\n" not in why
    return why


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    """What another program sees in the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


def descriptors() -> int:
    """How many files are open in this process."""
    return len(os.listdir("/dev/fd"))


class TestReopening:
    async def test_history_is_there_with_everything_that_was_said(self, opening: Opening) -> None:
        await opening.first().say(draft("se va", "ops", 7, "eva", Kind.ACTION))
        world = await opening.again()
        assert await world.everything("ops") == [
            Event("ops", 1, 1_000_000, 7, "eva", Kind.ACTION, "se va")
        ]

    async def test_rooms_are_known_with_their_head_topic_and_highest_session(
        self, opening: Opening
    ) -> None:
        await opening.first().say(
            draft("old", "ops", 7, kind=Kind.TOPIC),
            draft("new", "ops", 3, kind=Kind.TOPIC),
            draft("text", "ops", 5),
            draft(room="lobby", session=2),
        )
        assert list((await opening.again()).store.rooms()) == [
            RoomRecord("lobby", 1, "", 2),
            RoomRecord("ops", 3, "new", 7),
        ]

    async def test_numbers_and_what_is_known_of_a_room_go_on(self, opening: Opening) -> None:
        for session in 9, 1:
            world = await opening.again()
            await world.say(draft("hi", session=session, kind=Kind.TOPIC))
        await world.say(draft("text", session=2))
        assert [event.seq for event in await world.everything()] == [1, 2, 3]
        assert list((await opening.again()).store.rooms()) == [RoomRecord("lobby", 3, "hi", 9)]

    async def test_numbers_go_on_even_where_old_events_were_forgotten(
        self, opening: Opening, path: Path
    ) -> None:
        await opening.first().say(draft(), draft())
        await opening.close()
        sql(path, "DELETE FROM events")
        world = await opening.again()
        await world.say(draft())
        assert [event.seq for event in await world.everything()] == [3]

    async def test_what_stands_in_the_log_alone_of_one_that_was_killed_is_there(
        self, opening: Opening, path: Path, tmp_path: Path
    ) -> None:
        await opening.first().say(draft("in the log alone"))
        killed = tmp_path / "killed"
        shutil.copy(path, killed)
        shutil.copy(f"{path}-wal", f"{killed}-wal")
        await opening.close()
        world = World(lambda reactor, now: SqliteStore(reactor, killed, now))
        assert texts(await world.everything()) == ["in the log alone"]
        await world.store.close()

    async def test_it_says_where_history_is_and_how_many_lines(
        self, opening: Opening, path: Path
    ) -> None:
        for lines, room in ("0 lines", "lobby"), ("1 line", "ops"), ("2 lines", "lobby"):
            world = await opening.again()
            assert world.store.describe() == f"history in {path}, {lines}."
            await world.say(draft(room=room))

    async def test_it_can_be_read_before_it_is_written_to(self, opening: Opening) -> None:
        await opening.first().say(draft())
        world = await opening.again()
        assert await world.store.seq_before("lobby", 10**15) == 1


class TestFile:
    def test_is_its_owner_s_alone(self, world: World, path: Path) -> None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    async def test_and_so_is_all_that_stands_beside_it(self, world: World, path: Path) -> None:
        await world.say(draft())
        await world.everything()
        beside = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        assert beside == {
            "chat.sqlite": 0o600,
            "chat.sqlite-shm": 0o600,
            "chat.sqlite-wal": 0o600,
            "chat.sqlite.lock": 0o600,
        }

    def test_says_what_it_is(self, world: World, path: Path) -> None:
        assert sql(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
        assert sql(path, "PRAGMA user_version") == [(len(STEPS),)]

    def test_keeps_a_write_ahead_log(self, world: World, path: Path) -> None:
        assert sql(path, "PRAGMA journal_mode") == [("wal",)]

    async def test_is_whole_in_one_piece_when_it_is_closed(self, path: Path) -> None:
        world = World(lambda reactor, now: SqliteStore(reactor, path, now))
        await world.say(draft())
        await world.everything()
        await world.store.close()
        assert sorted(each.name for each in path.parent.iterdir()) == [
            "chat.sqlite",
            "chat.sqlite.lock",
        ]
        assert sql(path, "SELECT text FROM events") == [("hola",)]

    async def test_is_written_to_disk_at_each_commit(
        self, opening: Opening, connections: list[sqlite3.Connection]
    ) -> None:
        world = opening.first()
        connections.clear()
        await world.say(draft())
        (writer,) = connections
        full = 2
        assert writer.execute("PRAGMA synchronous").fetchone() == (full,)
        # What macOS needs for that: elsewhere they are remembered, and do nothing.
        assert writer.execute("PRAGMA fullfsync").fetchone() == (1,)
        assert writer.execute("PRAGMA checkpoint_fullfsync").fetchone() == (1,)

    async def test_is_also_where_sqlite_would_not_by_itself(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[sqlite3.Connection] = []
        connect = sqlite3.connect

        def careless(database: Path | str, **options: object) -> sqlite3.Connection:
            made.append(connect(database, **{**options, "check_same_thread": False}))
            made[-1].execute("PRAGMA synchronous = OFF")
            return made[-1]

        monkeypatch.setattr(sqlite3, "connect", careless)
        world = opening.first()
        made.clear()
        await world.say(draft())
        (writer,) = made
        full = 2
        assert writer.execute("PRAGMA synchronous").fetchone() == (full,)

    @pytest.mark.parametrize("beside", [(), ("", "-wal", "-shm", "-journal")])
    async def test_only_its_lock_is_open_before_the_store_starts(
        self, path: Path, beside: Sequence[str]
    ) -> None:
        for suffix in beside:
            path.with_name(f"{path.name}{suffix}").touch()
        before = descriptors()
        store = SqliteStore(StoreReactor(), path)
        assert descriptors() == before + 1
        store.start()
        await store.close()

    async def test_nothing_of_it_is_open_and_no_thread_left_when_it_is_closed(
        self, path: Path
    ) -> None:
        before = descriptors()
        threads = set(threading.enumerate())
        world = World(lambda reactor, now: SqliteStore(reactor, path, now))
        await world.say(draft())
        await world.everything()
        workers = set(threading.enumerate()) - threads
        assert len(workers) == 3
        await world.store.close()
        for worker in workers:
            worker.join(5)
        assert not [worker for worker in workers if worker.is_alive()]
        assert descriptors() == before

    async def test_people_can_look_at_the_log(self, world: World, path: Path) -> None:
        world.time = 86_400
        await world.say(draft("hola"), draft("ya", "ops", 7, "eva"))
        assert sql(path, "SELECT * FROM log ORDER BY room") == [
            ("lobby", 1, "1970-01-02 00:00:00", 1, "ana", 1, "hola"),
            ("ops", 1, "1970-01-02 00:00:00", 7, "eva", 1, "ya"),
        ]

    @pytest.mark.parametrize("name", ["", ".lock", "-wal", "-shm", "-journal"])
    def test_rights_of_others_are_taken_away_and_the_log_says_so(
        self, path: Path, opening: Opening, name: str
    ) -> None:
        sql(path, "SELECT 1")
        each = path.with_name(f"{path.name}{name}")
        each.touch()
        path.chmod(0o600)
        each.chmod(0o644)
        events: list[LogEvent] = []
        globalLogPublisher.addObserver(events.append)
        try:
            opening.first()
        finally:
            globalLogPublisher.removeObserver(events.append)
        assert [eventAsText(event, False, False, False) for event in events] == [
            f"others had rights to {each}. Now it is its owner's alone."
        ]
        assert stat.S_IMODE(each.stat().st_mode) == 0o600 if each.exists() else name != ""

    @pytest.mark.parametrize("bits", [0o770, 0o777, 0o1777])
    def test_a_directory_that_others_may_write_to_is_refused(self, path: Path, bits: int) -> None:
        path.parent.chmod(bits)
        if not os.geteuid():
            os.chown(path.parent, -1, NOBODY)
        assert refusal(path).startswith("others may write to the directory")
        assert list(path.parent.iterdir()) == []

    def test_another_name_of_the_file_is_refused(self, path: Path) -> None:
        path.touch()
        path.with_name("other").hardlink_to(path)
        assert refusal(path) == (
            f"{path} has another name, a hard link. Remove one, or give another --store."
        )

    @pytest.mark.parametrize("name", ["", ".lock", "-wal", "-shm", "-journal"])
    def test_a_link_in_the_place_of_a_file_is_refused(self, path: Path, name: str) -> None:
        link = path.with_name(f"{path.name}{name}")
        link.symlink_to("elsewhere")
        assert refusal(path) == f"{link} is a link. Put that right, or give another --store."
        assert link.is_symlink()

    async def test_may_have_any_name(self, tmp_path: Path) -> None:
        path = tmp_path / "what? #1 100%41 ñ.sqlite"
        world = World(lambda reactor, now: SqliteStore(reactor, path, now))
        await world.say(draft())
        assert texts(await world.everything()) == ["hola"]
        await world.store.close()


class TestText:
    @pytest.mark.parametrize(
        "text",
        ["", "\0", "a\0b", "\r\n", "¿qué?", "日本語", "👩‍👩‍👧 ❤️", "\U0010ffff", "x" * 1_000_000],
        ids=ascii,
    )
    async def test_comes_back_as_it_was_said(self, world: World, text: str) -> None:
        await world.say(draft(text, author=text[:99]))
        (event,) = await world.everything()
        assert (event.text, event.author) == (text, text[:99])

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=50))
    async def test_of_any_kind_comes_back(self, world: World, said: list[str]) -> None:
        after = len(world.recorder.published)
        await world.say(*map(draft, said))
        assert texts(await world.store.read("lobby", after, 2**39)) == said

    async def test_that_cannot_be_stored_is_refused_with_its_batch(
        self, world: World, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"))
        await world.say(draft("half"), draft("\ud800"))
        await world.say(draft("b"))
        assert [(event.seq, event.text) for event in await world.everything()] == [
            (1, "a"),
            (2, "b"),
        ]
        assert [why for _, why in world.recorder.refused] == ["an error in the server"] * 2
        expected_errors(UnicodeEncodeError)


class TestBeginning:
    """Files that are no store yet, and become one."""

    def test_an_empty_file_with_an_empty_log(self, opening: Opening, path: Path) -> None:
        path.touch()
        Path(f"{path}-wal").touch()
        assert list(opening.first().store.rooms()) == []

    def test_an_empty_database_that_another_program_looks_at(
        self, opening: Opening, path: Path
    ) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("SELECT * FROM sqlite_master")
            assert Path(f"{path}-wal").exists()
            assert list(opening.first().store.rooms()) == []

    def test_one_that_was_being_made_when_the_power_failed(
        self, opening: Opening, path: Path, tmp_path: Path
    ) -> None:
        with closing(sqlite3.connect(tmp_path / "made", isolation_level=None)) as making:
            making.executescript(f"BEGIN; {STEPS[0]} PRAGMA user_version = 1; COMMIT;")
            # What does not fit into its memory is written before the end, with a journal to go back
            making.execute("PRAGMA cache_size = 1")
            making.execute("BEGIN")
            making.executemany(
                "INSERT INTO events VALUES (?, 0, 0, '', 1, ?)",
                [(number, "x" * 1000) for number in range(100)],
            )
            shutil.copy(tmp_path / "made", path)
            shutil.copy(tmp_path / "made-journal", f"{path}-journal")
            Path(f"{path}-wal").touch()
        opening.first()
        assert sql(path, "SELECT count(*) FROM events") == [(0,)]


class TestLock:
    def test_a_second_daemon_is_refused(self, world: World, path: Path) -> None:
        assert refusal(path) == (
            f"{path} is in use by another chatd. Stop that one, or give another --store."
        )

    def test_a_second_daemon_is_refused_under_another_name_too(
        self, world: World, path: Path
    ) -> None:
        path.with_name("link").symlink_to(path)
        link = path_of("sqlite:link", path.parent)
        assert link is not None
        assert "is in use by another chatd" in refusal(link)

    def test_holds_the_number_of_the_process_alone(self, opening: Opening, path: Path) -> None:
        lock = path.with_name(f"{path.name}.lock")
        lock.write_text("12345678901234567890\n")
        opening.first()
        assert lock.read_text() == f"{os.getpid()}\n"

    async def test_a_disk_that_does_not_take_that_number_keeps_nobody_from_talking(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", full)
            world = opening.first()
        await world.say(draft())
        assert texts(await world.everything()) == ["hola"]

    async def test_is_free_when_the_store_is_closed(self, opening: Opening) -> None:
        opening.first()
        await opening.close()
        opening.first()

    def test_is_free_when_opening_failed(self, opening: Opening, path: Path) -> None:
        path.write_bytes(b"no database, for which it would have to start in another way")
        refusal(path)
        path.unlink()
        opening.first()

    def test_one_that_is_refused_leaves_nothing_open(self, world: World, path: Path) -> None:
        before = descriptors()
        refusal(path)
        assert descriptors() == before

    @pytest.fixture
    def taken_away(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the first lock that is taken be taken away by another one at that moment."""
        flock = fcntl.flock

        def refused_elsewhere(descriptor: int, operation: int) -> None:
            monkeypatch.undo()
            path.with_name("chat.sqlite.lock").unlink()
            flock(descriptor, operation)

        monkeypatch.setattr(fcntl, "flock", refused_elsewhere)

    def test_a_lock_that_was_taken_away_while_it_was_being_taken_is_none(
        self, path: Path, opening: Opening, taken_away: None
    ) -> None:
        opening.first()
        assert "is in use by another chatd" in refusal(path)

    def test_and_is_not_kept_open(self, opening: Opening, taken_away: None) -> None:
        before = descriptors()
        opening.first()
        assert descriptors() == before + 1  # the lock


class TestRefusals:
    def test_a_directory(self, tmp_path: Path) -> None:
        path = tmp_path / "chat"
        path.mkdir()
        assert refusal(path) == (
            f"{path}: Is a directory. Put that right, or give another --store."
        )

    def test_a_pipe(self, path: Path) -> None:
        os.mkfifo(path)
        assert refusal(path) == (f"{path} is not a file. Put that right, or give another --store.")

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "nowhere" / "chat.sqlite"
        assert refusal(path) == (
            f"{path}.lock: No such file or directory. Put that right, or give another --store."
        )

    def test_a_file_that_may_not_be_read(self, path: Path) -> None:
        path.touch()
        path.with_name("chat.sqlite.lock").touch()
        for each in path.parent, *path.parent.parents[:2]:
            each.chmod(0o755)
        path.chmod(0)
        lock = path.with_name("chat.sqlite.lock")
        if not os.geteuid():
            os.chown(lock, NOBODY, -1)
        with as_nobody(path.parent):
            why = refusal(path)
        assert why == f"{path}: Permission denied. Put that right, or give another --store."

    def test_a_directory_that_may_not_be_written_to(self, path: Path) -> None:
        path.parent.chmod(0o500)
        with as_nobody(path.parent):
            why = refusal(path)
        path.parent.chmod(0o700)
        assert why == (f"{path}.lock: Permission denied. Put that right, or give another --store.")

    @pytest.mark.parametrize("content", [b"x" * 20, b"x" * 5000], ids=["short", "long"])
    def test_a_file_that_is_no_database(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        assert refusal(path) == (
            f"{path}: file is not a database. Put that right, or give another --store."
        )
        assert path.read_bytes() == content

    def test_the_database_of_another_program(self, path: Path) -> None:
        sql(path, "CREATE TABLE songs (name)")
        assert refusal(path) == (
            f"{path}: it is the database of another program. Give another --store."
        )

    def test_nothing_is_left_beside_the_file_of_another_program(self, path: Path) -> None:
        sql(path, "CREATE TABLE songs (name)")
        refusal(path)
        assert list(path.parent.iterdir()) == [path]

    def test_another_program_s_database_that_is_still_empty(self, path: Path) -> None:
        sql(path, "PRAGMA application_id = 1")
        assert "another program" in refusal(path)
        assert sql(path, "SELECT * FROM sqlite_master") == []

    async def test_a_newer_version(self, opening: Opening, path: Path) -> None:
        opening.first()
        await opening.close()
        newer = len(STEPS) + 1
        sql(path, f"PRAGMA user_version = {newer}")
        assert refusal(path) == (
            f"{path}: it was written by a newer chatd (version {newer} of the file; this one"
            f" knows {len(STEPS)}). Upgrade chatd, or give another --store."
        )

    async def test_nothing_is_left_beside_a_file_that_is_refused(
        self, opening: Opening, path: Path
    ) -> None:
        opening.first()
        await opening.close()
        sql(path, f"PRAGMA user_version = {len(STEPS) + 1}")
        refusal(path)
        assert list(path.parent.iterdir()) == [path]

    def test_a_file_that_is_refused_is_not_open_any_more(self, path: Path) -> None:
        path.write_bytes(b"x" * 5000)
        before = descriptors()
        with pytest.raises(StoreError) as caught:
            SqliteStore(StoreReactor(), path)
        assert descriptors() == before, caught  # the error, which is still at hand, holds nothing

    async def test_a_file_of_ours_that_is_damaged(self, opening: Opening, path: Path) -> None:
        opening.first()
        await opening.close()
        sql(path, "DROP VIEW log")
        sql(path, "DROP TABLE rooms")
        assert refusal(path) == (
            f"{path}: no such table: rooms. Put that right, or give another --store."
        )


VERSIONS = Path(__file__).parent
ANOTHER_STEP = "ALTER TABLE rooms ADD COLUMN purpose TEXT NOT NULL DEFAULT 'talk';"


@pytest.fixture
def another_step(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let this be a later chatd, which takes a file through these steps, too."""

    def later(*steps: str) -> None:
        monkeypatch.setattr("chatd.storage.sqlite.schema.STEPS", (*STEPS, *steps))

    return later


class TestVersions:
    @pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
    async def test_a_file_of_every_version_is_opened_and_goes_on(
        self, opening: Opening, path: Path, version: int
    ) -> None:
        # For each new version, one is kept here that the first release with it wrote.
        shutil.copy(VERSIONS / f"version_{version}.db", path)
        assert sql(path, "PRAGMA user_version") == [(version,)]
        world = opening.first()
        await world.say(draft("on it goes"))
        assert await world.everything() == [
            Event("lobby", 1, 1_795_300_000_000, 1, "guest1", Kind.MESSAGE, "hola"),
            Event("lobby", 2, 1_795_300_000_000, 1, "guest1", Kind.MESSAGE, "¿qué tal?"),
            Event("lobby", 3, 1_795_300_000_000, 2, "ana", Kind.ACTION, "waves"),
            Event("lobby", 4, 1_000_000, 1, "ana", Kind.MESSAGE, "on it goes"),
        ]
        assert texts(await world.everything("Ops")) == ["tea", "🎉 \x1b[2J"]
        world.time = 1_795_300_001
        seqs = [await world.store.seq_before("lobby", 1_795_300_000_000 + more) for more in (0, 1)]
        assert seqs == [0, 4]
        accounts = [record.key for record in world.store.records()]
        assert accounts == (["ana"] if version > 1 else [])
        for _ in range(2):  # before and after all is indexed
            found = await world.store.search("lobby", Wanted(("a",)), 9, 9)
            assert [event.seq for event in found.events] == [3, 2, 1]
            found = await world.store.search("lobby", Wanted(("OLA",)), 9, 9)
            assert [event.seq for event in found.events] == [1]
            found = await world.store.search("lobby", Wanted(("qUe ",)), 9, 9)
            assert [event.seq for event in found.events] == [2]
            await world.catch_up()
        assert list((await opening.again()).store.rooms()) == [
            RoomRecord("Ops", 2, "tea", 3),
            RoomRecord("lobby", 4, "", 2),
        ]
        assert sql(path, "PRAGMA user_version") == [(len(STEPS),)]

    async def test_a_file_goes_through_the_steps_that_it_lacks(
        self, opening: Opening, path: Path, another_step: Callable[..., None]
    ) -> None:
        await opening.first().say(draft("a"))
        another_step(ANOTHER_STEP, "CREATE INDEX times ON events (time);")
        world = await opening.again()
        await world.say(draft("b"))
        assert texts(await world.everything()) == ["a", "b"]
        assert sql(path, "SELECT name, purpose FROM rooms") == [("lobby", "talk")]
        assert sql(path, "PRAGMA user_version") == [(len(STEPS) + 2,)]

    def test_a_new_file_goes_through_all_steps(
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

    async def test_an_archive_changes_nothing_and_so_reads_no_older_version(
        self, opening: Opening, path: Path, another_step: Callable[..., None]
    ) -> None:
        await opening.first().say(draft("a"))
        another_step(ANOTHER_STEP)
        with pytest.raises(StoreError, match="Start this one's daemon on it once"):
            Archive(path).rooms()


class Damaged:
    """Files that chance has damaged, one after the other, at a path."""

    def __init__(self, path: Path, content: bytes, log: bytes) -> None:
        self.path = path
        self.log_path = Path(f"{path}-wal")
        self._content = content
        self._log = log

    def make(self, chance: random.Random) -> None:
        """The next one: with a bit flipped, cut short, or with a sector lost; some have a log."""
        for left in self.path.parent.glob(f"{self.path.name}*"):
            left.unlink()
        content = bytearray(self._content)
        place = chance.randrange(len(content))
        what = chance.choice(("flipped", "flipped", "cut", "lost"))
        if what == "flipped":
            content[place] ^= 1 << chance.randrange(8)
        elif what == "cut":
            del content[place:]
        else:
            content[place : place + 512] = bytes(len(content[place : place + 512]))
        self.path.write_bytes(content)
        if chance.random() < 0.5:
            self.log_path.write_bytes(self._log)

    def files(self) -> tuple[bytes, bytes]:
        """The file and its log."""
        log = self.log_path.read_bytes() if self.log_path.exists() else b""
        return self.path.read_bytes(), log


def catch_up(turns: QueueReactor, store: SqliteStore) -> None:
    """Take all steps of what can wait; of a damaged file they may never end."""
    for _ in range(50):
        if turns.result(store.maintain()) is None:
            break


class TestDamage:
    @pytest.fixture
    def damaged(self, path: Path, tmp_path: Path) -> Damaged:
        turns = QueueReactor()
        store = SqliteStore(turns, path)  # type: ignore[arg-type]
        store.start()
        for number in range(100):
            turns.result(store.commit([draft(f"{number} {'x' * 100}"), draft("tea", "ops")]))
        catch_up(turns, store)
        turns.result(Deferred.fromCoroutine(store.close()))
        content = path.read_bytes()
        store = SqliteStore(turns, path)  # type: ignore[arg-type]
        store.start()
        for number in range(10):
            turns.result(store.commit([draft(f"{number}")]))
        damaged = Damaged(tmp_path / "damaged", content, Path(f"{path}-wal").read_bytes())
        turns.result(Deferred.fromCoroutine(store.close()))
        return damaged

    def test_is_told_in_one_line_if_it_is_seen_and_a_file_that_is_refused_is_left_as_it_was(
        self, damaged: Damaged, expected_errors: Expect, unmeasured: None
    ) -> None:
        seed = random.randrange(10**6)
        chance = random.Random(seed)
        told = 0
        for number in range(150):
            damaged.make(chance)
            before = damaged.files()
            opened, why = self._use(damaged.path)
            assert opened or damaged.files() == before, (seed, number, why)
            assert why.isprintable(), (seed, number, why)
            told += bool(why)
        assert told > 15
        expected_errors()

    def _use(self, path: Path) -> tuple[bool, str]:
        """Do with a file all that a daemon may; gives whether it could be opened, and what was
        wrong. Any other error than a `StoreError` fails the test."""
        turns = QueueReactor()
        try:
            store = SqliteStore(turns, path)  # type: ignore[arg-type]
        except StoreError as error:
            return False, str(error)
        store.start()
        try:
            store.describe()
            for record in store.rooms():
                seq = 0
                while page := turns.result(
                    Deferred.fromCoroutine(store.read(record.name, seq, record.head))
                ):
                    ChatFormat(times=True).render(page)
                    seq = page[-1].seq
                turns.result(Deferred.fromCoroutine(store.seq_before(record.name, 2**50)))
                for word in "xxx", "te":
                    wanted = Wanted((word,))
                    turns.result(
                        Deferred.fromCoroutine(store.search(record.name, wanted, 2**40, 150))
                    )
            turns.result(store.commit([draft("a"), draft("b", "ops"), draft("c", "new")]))
            catch_up(turns, store)
            turns.result(Deferred.fromCoroutine(store.forget("lobby", 2**50)))
            catch_up(turns, store)
        except StoreError as error:
            return True, str(error)
        finally:
            turns.result(Deferred.fromCoroutine(store.close()))
        return True, ""

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            ("UPDATE events SET time = 'noon'", "an event in it is not as it was written"),
            ("UPDATE events SET time = -1", "an event in it is not as it was written"),
            ("UPDATE events SET time = 253402300800000", "an event in it is not as it was written"),
            ("UPDATE events SET text = x'ff'", "an event in it is not as it was written"),
            ("UPDATE events SET author = x'ff'", "an event in it is not as it was written"),
            ("UPDATE events SET text = CAST(x'ff' AS TEXT)", "text in it is not UTF-8"),
        ],
    )
    async def test_of_an_event_is_told_when_it_is_read(
        self, world: World, path: Path, statement: str, why: str, expected_errors: Expect
    ) -> None:
        await world.say(draft("secret"))
        sql(path, statement)
        with pytest.raises(StoreError) as caught:
            await world.store.read("lobby", 0, 1)
        assert str(caught.value) == f"{path}: it is damaged: {why}."
        expected_errors()

    async def test_of_a_text_is_told_when_it_is_searched(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft("hola"), draft("hola"))
        sql(path, "UPDATE events SET text = CAST(x'ff' AS TEXT) WHERE id & 1 = 1")
        with pytest.raises(StoreError, match="an event in it is not as it was written"):
            await world.store.search("lobby", Wanted(("ola",)), 2, 9)
        expected_errors()

    def test_is_told_also_where_sqlite_says_nothing_of_it(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(connection: sqlite3.Connection) -> None:
            raise sqlite3.OperationalError

        monkeypatch.setattr("chatd.storage.sqlite.file._prepare", fail)
        assert refusal(path).startswith(f"{path}: it is damaged: text in it is not UTF-8.")

    @pytest.mark.parametrize("version", [1, 2, 3, 4])
    @pytest.mark.parametrize("time", ["abc", b"x", 1.5, -5, 2**63 - 1, -(2**63)])
    async def test_of_a_time_keeps_no_file_from_being_opened(
        self, opening: Opening, path: Path, version: int, time: object
    ) -> None:
        shutil.copy(VERSIONS / f"version_{version}.db", path)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(
                "UPDATE events SET time = ? WHERE id & 0xffffffff = 1 AND id IN"
                " (SELECT events.id FROM events JOIN rooms ON rooms.id = events.id >> 40"
                " WHERE rooms.head > 1)",
                (time,),
            )
        world = opening.first()
        for record in world.store.rooms():
            with suppress(StoreError):
                await world.store.seq_before(record.name, 10**12)
        await world.say(draft("hola", "Ops"), draft("hola"))

    @pytest.mark.parametrize(
        ("time", "shown"),
        [(0, "1970-01-01 00:00:00"), (253_402_300_799_999, "9999-12-31 23:59:59")],
    )
    async def test_the_first_and_the_last_time_that_can_be_shown_are_no_damage(
        self, world: World, path: Path, time: int, shown: str
    ) -> None:
        await world.say(draft())
        sql(path, f"UPDATE events SET time = {time}")
        assert [event.time for event in await world.everything()] == [time]
        assert sql(path, "SELECT utc FROM log") == [(shown,)]

    async def test_of_an_id_makes_nobody_read_search_or_forget_for_ever(
        self, opening: Opening, path: Path, expected_errors: Expect
    ) -> None:
        await opening.first().say(*(draft(f"hola {number}") for number in range(3)))
        await opening.close()
        content = path.read_bytes()
        last, first = (b"\xa0\x80\x80\x80\x80" + bytes([seq]) for seq in (3, 1))
        assert content.count(last) == 1
        path.write_bytes(content.replace(last, first))
        world = opening.first()
        with pytest.raises(StoreError, match="an event in it is not as it was written"):
            await world.store.read("lobby", 2, 3)
        with pytest.raises(StoreError, match="an event in it is not as it was written"):
            await world.store.forget("lobby", 2**50)
        await world.store.search("lobby", Wanted(("la",)), 3, 9)
        expected_errors()

    async def test_of_a_room_is_told_at_the_start(self, opening: Opening, path: Path) -> None:
        await opening.first().say(draft())
        await opening.close()
        sql(path, "UPDATE rooms SET head = 'many'")
        assert (
            refusal(path)
            == f"{path}: it is damaged: a room or record in it is not as it was written."
        )

    async def test_of_a_room_is_told_when_something_is_said_in_it(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        sql(path, "INSERT INTO rooms (name, head, topic, session) VALUES ('lobby', 'x', '', 1)")
        await world.say(draft("lost"))
        assert [why for _, why in world.recorder.refused] == [
            f"{path}: it is damaged: a room or record in it is not as it was written."
        ]
        expected_errors()

    async def test_of_the_tables_is_told_also_where_sqlite_would_quote_what_is_no_text(
        self, opening: Opening, path: Path
    ) -> None:
        opening.first()
        await opening.close()
        with closing(sqlite3.connect(path, isolation_level=None)) as damaging:
            damaging.execute("PRAGMA writable_schema = ON")
            damaging.execute("UPDATE sqlite_master SET name = CAST(x'ff' AS TEXT), sql = 'none'")
        assert refusal(path) == (
            f"{path}: it is damaged: text in it is not UTF-8. Put that right, or give another"
            " --store."
        )

    @pytest.mark.parametrize("beside", ["-wal", "-shm", "-journal"])
    async def test_a_file_that_was_emptied_is_not_taken_for_a_new_one_while_its_log_is_there(
        self, opening: Opening, path: Path, tmp_path: Path, beside: str
    ) -> None:
        await opening.first().say(draft("in the log alone"))
        log = Path(f"{path}-wal").read_bytes()
        await opening.close()
        path.write_bytes(b"")
        path.with_name(f"{path.name}{beside}").touch()
        Path(f"{path}-wal").write_bytes(log)
        assert refusal(path) == (
            f"{path} is empty, but chat.sqlite-wal is not. Put the file back,"
            " or give another --store."
        )
        assert Path(f"{path}-wal").read_bytes() == log


class TestFailingDisk:
    async def test_a_file_that_was_deleted_is_noticed_before_anybody_is_shown_a_line(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"))
        path.unlink()
        await world.say(draft("lost"))
        assert texts(world.recorder.published) == ["a"]
        assert world.recorder.refused == [
            (draft("lost"), f"{path}: No such file or directory. Put the file back.")
        ]
        expected_errors()

    async def test_it_goes_on_when_the_file_is_put_back(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"))
        path.rename(path.with_suffix(".away"))
        await world.say(draft("lost"))
        path.with_suffix(".away").rename(path)
        await world.say(draft("b"))
        assert [(event.seq, event.text) for event in await world.everything()] == [
            (1, "a"),
            (2, "b"),
        ]
        expected_errors()

    async def test_a_file_that_was_replaced_is_refused(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        path.rename(path.with_suffix(".away"))
        path.touch()
        await world.say(draft("lost"))
        ((_, why),) = world.recorder.refused
        assert why == f"{path} was replaced while in use. Put the old file back."
        assert path.read_bytes() == b""
        expected_errors()

    async def test_a_write_ahead_log_that_was_deleted_is_noticed_too(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        wal = path.with_name("chat.sqlite-wal")
        await world.say(draft("a"))
        wal.unlink()
        await world.say(draft("lost"))
        assert texts(world.recorder.published) == ["a"]
        assert world.recorder.refused == [
            (draft("lost"), f"{wal}: No such file or directory. Put the file back.")
        ]
        expected_errors()

    @pytest.mark.parametrize(("suffix", "size"), [("", 0), ("", 4096), ("-wal", 0), ("-wal", 9000)])
    async def test_a_file_that_is_cut_short_is_noticed_and_nothing_is_written_to_it(
        self,
        opening: Opening,
        path: Path,
        suffix: str,
        size: int,
        expected_errors: Expect,
    ) -> None:
        await opening.first().say(draft("a"))
        world = await opening.again()  # so that the file holds something
        await world.say(*(draft(str(number)) for number in range(500)))
        cut = Path(f"{path}{suffix}")
        content = cut.read_bytes()
        os.truncate(cut, size)
        await world.say(draft("lost"))
        assert cut.stat().st_size == size
        ((_, why),) = world.recorder.refused
        assert why == (
            f"{path}: it or its log was cut short while in use. Put back what was cut off."
        )
        cut.write_bytes(content)
        await world.say(draft("b"))
        assert [event.seq for event in await world.everything()] == [*range(1, 503)]
        expected_errors()

    @pytest.mark.parametrize("size", [0, 100])
    async def test_a_log_that_is_cut_short_is_noticed_also_if_the_file_has_all_that_was_in_it(
        self, world: World, path: Path, size: int, expected_errors: Expect
    ) -> None:
        log = Path(f"{path}-wal")
        await world.say(draft("a"))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM events").fetchall()
            sql(path, "PRAGMA wal_checkpoint")
            content = log.read_bytes()
            os.truncate(log, size)
            # While the other one reads, it would be written on behind the gap, and never found.
            await world.say(draft("lost"))
        assert log.stat().st_size == size
        ((_, why),) = world.recorder.refused
        assert why == (
            f"{path}: it or its log was cut short while in use. Put back what was cut off."
        )
        log.write_bytes(content)
        await world.say(draft("b"))
        assert texts(await world.everything()) == ["a", "b"]
        expected_errors()

    async def test_a_file_that_is_emptied_is_noticed_also_if_its_log_is_empty(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"))
        sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        content = path.read_bytes()
        os.truncate(path, 0)
        await world.say(draft("lost"))
        assert path.read_bytes() == b""
        ((_, why),) = world.recorder.refused
        assert why == (
            f"{path}: it or its log was cut short while in use. Put back what was cut off."
        )
        path.write_bytes(content)
        await world.say(draft("b"))
        assert texts(await world.everything()) == ["a", "b"]
        expected_errors()

    async def test_a_file_that_goes_while_a_line_is_committed_is_noticed_before_the_next_one(
        self,
        connections: list[sqlite3.Connection],
        world: World,
        path: Path,
        expected_errors: Expect,
    ) -> None:
        await world.say(draft("a"))

        def move_away(statement: str) -> None:
            if statement == "COMMIT":
                path.rename(path.with_suffix(".away"))

        connections[-1].set_trace_callback(move_away)
        await world.say(draft("b"))
        await world.say(draft("lost"))
        connections[-1].set_trace_callback(None)
        path.with_suffix(".away").rename(path)
        await world.say(draft("c"))
        assert texts(world.recorder.published) == ["a", "b", "c"]
        assert [texts([each]) for each, _ in world.recorder.refused] == [["lost"]]
        assert texts(await world.everything()) == ["a", "b", "c"]
        expected_errors()

    @pytest.mark.parametrize("statement", ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"])
    async def test_a_file_that_another_program_makes_shorter_by_sqlite_s_means_is_as_good(
        self, opening: Opening, path: Path, statement: str
    ) -> None:
        await opening.first().say(*(draft("x" * 1000) for _ in range(500)))
        world = await opening.again()
        await world.say(draft("a"))
        sql(path, "DELETE FROM events WHERE text LIKE 'xxx%'")
        await world.say(draft("b"))
        before = path.stat().st_size + Path(f"{path}-wal").stat().st_size
        sql(path, statement)
        sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        assert path.stat().st_size + Path(f"{path}-wal").stat().st_size < before
        await world.say(draft("c"))
        assert texts(await world.everything()) == ["a", "b", "c"]

    async def test_notices_need_no_disk(self, world: World, path: Path) -> None:
        path.unlink()
        await world.say(joined("luis"))
        assert texts(world.recorder.published) == ["+luis"]

    async def test_a_disk_that_takes_no_more_refuses_the_line_and_leaves_no_gap(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"))
        with no_file_grows_beyond(path.with_name("chat.sqlite-wal").stat().st_size):
            await world.say(draft("lost", session=9), draft("lost", "new room"))
        assert texts(world.recorder.published) == ["a"]
        assert len(world.recorder.refused) == 2
        assert str(path) in world.recorder.refused[0][1]
        await world.say(draft("b"), draft("c", "new room"))
        assert [event.seq for event in await world.everything()] == [1, 2]
        assert [event.seq for event in await world.everything("new room")] == [1]
        assert sql(path, "SELECT name, head, session FROM rooms ORDER BY name") == [
            ("lobby", 2, 1),
            ("new room", 1, 1),
        ]
        expected_errors()

    async def test_a_file_that_another_program_holds_refuses_the_line(
        self,
        connections: list[sqlite3.Connection],
        world: World,
        path: Path,
        expected_errors: Expect,
    ) -> None:
        await world.say(draft("a"))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await world.say(draft("lost"))
        ((_, why),) = world.recorder.refused
        assert why == f"{path}: database is locked."
        await world.say(draft("b"))
        assert [event.seq for event in await world.everything()] == [1, 2]
        expected_errors()

    async def test_a_file_that_cannot_be_opened_again_refuses_the_line(
        self, path: Path, expected_errors: Expect
    ) -> None:
        world = World(lambda reactor, now: SqliteStore(reactor, path, now))
        content = path.read_bytes()
        path.write_bytes(b"x" * len(content))
        await world.say(draft("lost"))
        ((_, why),) = world.recorder.refused
        assert why == f"{path}: file is not a database."
        path.write_bytes(content)
        await world.say(draft("a"))
        assert texts(world.recorder.published) == ["a"]
        await world.store.close()
        expected_errors()

    async def test_what_cannot_be_read_is_said_and_the_operator_told_once(
        self, world: World, path: Path, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        path.rename(path.with_suffix(".away"))
        for _ in range(3):
            with pytest.raises(StoreError, match="unable to open database file"):
                await world.store.read("lobby", 0, 1)
        path.with_suffix(".away").rename(path)
        assert await world.store.read("lobby", 0, 1) == []
        assert [eventAsText(event, includeTimestamp=False) for event in expected_errors()] == [
            f"[chatd.util.error_log.RecurringWarning#error] past lines cannot be read: {path}:"
            " unable to open database file."
        ]

    async def test_the_pauses_are_short_again_when_it_could_be_read_meanwhile(
        self, world: World, path: Path, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        async def fail_to_read() -> None:
            sql(path, "UPDATE events SET kind = 9")
            with pytest.raises(StoreError):
                await world.store.read("lobby", 0, 1)
            sql(path, "UPDATE events SET kind = 1")

        await world.say(draft())
        await fail_to_read()
        world.reactor.advance(FIRST_SILENCE)
        await fail_to_read()  # the next pause would be twice as long
        await world.everything()
        world.reactor.advance(FIRST_SILENCE)
        await fail_to_read()
        assert len(expected_errors()) == 3

    async def test_an_event_of_an_unknown_kind_cannot_be_read(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"), draft("b"))
        sql(path, "UPDATE events SET kind = 9 WHERE text = 'a'")
        with pytest.raises(StoreError, match=f"^{path}: it holds an event of an unknown kind, 9"):
            await world.store.read("lobby", 0, 2)
        assert texts(await world.store.read("lobby", 1, 2)) == ["b"]
        expected_errors()

    async def test_of_a_kind_that_is_long_the_beginning_is_told(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft())
        sql(path, f"UPDATE events SET kind = '{'x' * 1000}'")
        with pytest.raises(StoreError) as caught:
            await world.store.read("lobby", 0, 1)
        assert str(caught.value) == (f"{path}: it holds an event of an unknown kind, '{'x' * 19}.")
        expected_errors()

    async def test_that_is_said_in_the_place_of_the_lines_that_cannot_be_shown(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"))
        sql(path, "UPDATE events SET kind = 9")
        woken: Deferred[None] = Deferred()
        room = Room("lobby", world.store)
        room.publish(world.recorder.published)
        replay = Replay(room, ChatFormat(), 0, 1, lambda: woken.callback(None))
        replay.take()
        await woken
        assert replay.take().startswith(b"ERR Not readable: lines 1 to 1 ")
        assert replay.done
        expected_errors()

    async def test_after_a_failure_numbers_follow_what_the_disk_says(
        self,
        connections: list[sqlite3.Connection],
        world: World,
        path: Path,
        expected_errors: Expect,
    ) -> None:
        await world.say(draft("a"))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await world.say(draft("got an error, and yet was stored"))
            other.execute("UPDATE rooms SET head = 2, topic = 'hi', session = 7")
            other.execute("COMMIT")
        await world.say(draft("c"))
        assert [event.seq for event in await world.everything()] == [1, 3]
        assert sql(path, "SELECT head, topic, session FROM rooms") == [(3, "hi", 7)]
        expected_errors()


SECRET = "Zebras at Midnight"


def held(path: Path) -> set[str]:
    """In which of the files parts of the secret stand, as it was said or as it is indexed."""
    parts = ["Zebra", "zebra", "Midnight", "midnight"]
    return {
        each.name
        for each in path.parent.iterdir()
        if any(part.encode() in each.read_bytes() for part in parts)
    }


def indexed(path: Path) -> list[tuple[object, ...]]:
    """Up to where the rooms are in the index."""
    return sql(path, "SELECT name, indexed FROM rooms ORDER BY name")


def in_index(path: Path, gram: str) -> list[object]:
    """The seqs of the first room's events in which three characters stand, as the index has it."""
    asked = f"SELECT rowid FROM search WHERE search MATCH '\"{gram}\"'"
    return [int(str(number)) & 0xFFFFFFFFFF for (number,) in sql(path, asked)]


class TestIndex:
    async def test_is_written_while_nobody_talks(self, world: World, path: Path) -> None:
        await world.say(*(draft(f"hola {number}") for number in range(ENOUGH_EVENTS)))
        assert indexed(path) == [("lobby", 0)]
        world.reactor.advance(IDLE_SECONDS)
        await world.wait_for(lambda: indexed(path) != [("lobby", 0)])
        assert indexed(path) == [("lobby", INDEXED_EVENTS)]
        await world.catch_up()
        assert indexed(path) == [("lobby", ENOUGH_EVENTS)]
        assert len(in_index(path, "ola")) == ENOUGH_EVENTS

    async def test_takes_few_of_the_longest_lines_at_a_time(self, world: World, path: Path) -> None:
        await world.say(*(draft("x" * INDEXED_CHARACTERS) for _ in range(3)))
        world.store._schedule.request()
        world.reactor.advance(IDLE_SECONDS)
        await world.wait_for(lambda: indexed(path) != [("lobby", 0)])
        assert indexed(path) == [("lobby", 1)]
        await world.catch_up()
        assert indexed(path) == [("lobby", 3)]

    async def test_goes_on_where_it_was_when_the_store_is_opened_again(
        self, opening: Opening, path: Path
    ) -> None:
        world = opening.first()
        await world.say(draft("hola a"), draft("hola", "ops"))
        await world.catch_up()
        await world.say(*(draft(f"hola {number}") for number in range(ENOUGH_EVENTS)))
        world = await opening.again()
        assert indexed(path) == [("lobby", 1), ("ops", 1)]
        world.reactor.advance(IDLE_SECONDS)
        await world.wait_for(lambda: indexed(path) != [("lobby", 1), ("ops", 1)])
        await world.catch_up()
        assert in_index(path, "ola") == [*range(1, ENOUGH_EVENTS + 2), 1]

    async def test_of_a_store_whose_texts_were_indexed_otherwise_is_made_anew(
        self, opening: Opening, path: Path
    ) -> None:
        shutil.copy(VERSIONS / "version_2.db", path)
        world = opening.first()
        assert indexed(path) == [("Ops", 0), ("lobby", 0)]
        assert in_index(path, "qué") == [2]
        await world.catch_up()
        assert indexed(path) == [("Ops", 2), ("lobby", 3)]
        assert in_index(path, "qué") == []
        assert in_index(path, "que") == [2]

    def test_of_a_store_that_has_none_is_not_made_anew(self, opening: Opening, path: Path) -> None:
        shutil.copy(VERSIONS / "version_1.db", path)
        opening.first()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_an_old_store_is_indexed_bit_by_bit(self, opening: Opening, path: Path) -> None:
        shutil.copy(VERSIONS / "version_1.db", path)
        world = opening.first()
        assert indexed(path) == [("Ops", 0), ("lobby", 0)]
        await world.catch_up()
        assert indexed(path) == [("Ops", 2), ("lobby", 3)]
        found = await world.store.search("lobby", Wanted(("TAL",)), 9, 9)
        assert texts(found.events) == ["¿qué tal?"]

    async def test_a_line_is_saved_while_it_cannot_be_written_and_the_operator_told_once(
        self, world: World, path: Path, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        await world.say(draft("a" * 9000))
        with no_file_grows_beyond(path.with_name("chat.sqlite-wal").stat().st_size + 9000):
            world.store._schedule.request()
            for _ in range(3):
                world.reactor.advance(AGAIN_SECONDS)
                await world.wait_for(lambda: not world.store._schedule._working)
            await world.say(draft("b"))
        assert texts(world.recorder.published) == ["a" * 9000, "b"]
        await world.catch_up()
        assert indexed(path) == [("lobby", 2)]
        (told, *_) = expected_errors()
        assert eventAsText(told, includeTimestamp=False) == (
            "[chatd.util.error_log.RecurringWarning#error] searches look less far than they could:"
            f" {path}: disk I/O error."
        )

    @pytest.mark.parametrize("suffix", ["", "-wal"])
    async def test_nothing_is_written_to_a_file_that_is_not_there(
        self, world: World, path: Path, suffix: str, expected_errors: Expect
    ) -> None:
        await world.say(draft("hola"))
        gone = Path(f"{path}{suffix}")
        gone.rename(gone.with_suffix(".away"))
        world.store._schedule.request()
        world.reactor.advance(IDLE_SECONDS)
        await world.wait_for(lambda: not world.store._schedule._working)
        gone.with_suffix(".away").rename(gone)
        assert indexed(path) == [("lobby", 0)]
        await world.catch_up()
        assert indexed(path) == [("lobby", 1)]
        expected_errors()

    async def test_an_event_that_is_damaged_is_told(
        self, world: World, path: Path, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        await world.say(draft("a"))
        sql(path, "UPDATE events SET text = x'ff'")
        world.store._schedule.request()
        world.reactor.advance(IDLE_SECONDS)
        await world.wait_for(lambda: not world.store._schedule._working)
        (told,) = expected_errors()
        assert "an event in it is not as it was written" in eventAsText(told)


async def damage_index(world: World, path: Path) -> None:
    """Say something, and have what the index holds of it lost."""
    await world.say(*(draft(f"hola {number}") for number in range(300)))
    await world.catch_up()
    list_of_segments = 10
    sql(path, f"DELETE FROM search_data WHERE id > {list_of_segments}")


class TestTimeToSearch:
    @pytest.mark.parametrize("word", ["hola", "ho"])
    @pytest.mark.parametrize("caught_up", [False, True])
    async def test_a_search_that_takes_too_long_says_how_far_it_came_and_goes_on_from_there(
        self, world: World, monkeypatch: pytest.MonkeyPatch, word: str, caught_up: bool
    ) -> None:
        monkeypatch.setattr("chatd.storage.sqlite.search.SEARCH_SECONDS", -1)
        said = [f"{'hola' if number % 100 == 7 else 'hol ola'} {number}" for number in range(3000)]
        await world.say(*map(draft, said))
        if caught_up:
            await world.catch_up()
        wanted = Wanted((word, " ", "a "))
        upto, found, searches = 2**39, list[str](), 0
        while upto:
            answer = await world.store.search("lobby", wanted, upto, 10_000)
            assert answer.after < upto
            upto = answer.after
            found += texts(answer.events)
            searches += 1
        assert found == [text for text in reversed(said) if word in text]
        assert 1 < searches < 100

    async def test_it_holds_no_transaction_when_it_is_over(self, world: World, path: Path) -> None:
        await world.say(*(draft(f"hola {number}") for number in range(700)))
        await world.catch_up()
        await world.say(draft("hola"))
        for limit in 1, 2, 60, 900:
            await world.store.search("lobby", Wanted(("hola",)), 999, limit)
            ((busy, _, _),) = sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            assert not busy

    async def test_who_only_reads_does_not_wait_for_it(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await world.say(draft("hola"))
        go_on = threading.Event()

        def look(*_: object) -> Found:
            assert go_on.wait(5)
            return Found([], 0)

        monkeypatch.setattr("chatd.storage.sqlite.archive.Archive.search", look)
        searching = Deferred.fromCoroutine(world.store.search("lobby", Wanted(("hola",)), 1, 20))
        try:
            assert [event.text for event in await world.store.read("lobby", 0, 1)] == ["hola"]
            assert not searching.called
        finally:
            go_on.set()
        assert await searching == Found([], 0)


class TestDamagedIndex:
    async def test_it_is_searched_by_looking_at_the_events_and_the_operator_told(
        self, world: World, path: Path, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        await damage_index(world, path)
        found = await world.store.search("lobby", Wanted(("hola 2",)), 999, 3)
        assert texts(found.events) == ["hola 299", "hola 298", "hola 297"]
        (told,) = expected_errors()
        assert eventAsText(told, includeTimestamp=False) == (
            "[chatd.util.error_log.RecurringWarning#error] searches look less far than they could:"
            f" {path}: database disk image is malformed."
        )
        await world.wait_for(lambda: world.store._schedule._call is not None)
        await world.catch_up()
        found = await world.store.search("lobby", Wanted(("hola 2",)), 999, 3)
        assert len(in_index(path, "ola")) == 300

    async def test_chat_goes_on_and_the_index_is_made_anew(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await damage_index(world, path)
        await world.say(draft("hola again"))
        sql(path, "INSERT INTO chores VALUES ('purge')")
        await world.catch_up()
        assert in_index(path, "ola") == [*range(1, 302)]
        assert sql(path, "SELECT * FROM chores") == []
        sql(path, "INSERT INTO search (search) VALUES ('integrity-check')")
        expected_errors()

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE search_data SET block = x'ffff'",
            "DELETE FROM search_data",  # by a daemon that was stopped meanwhile
        ],
    )
    async def test_it_is_made_anew_by_a_daemon_that_never_read_it(
        self, opening: Opening, path: Path, damage: str
    ) -> None:
        world = opening.first()
        await world.say(draft("hola"))
        await world.catch_up()
        await opening.close()
        sql(path, "INSERT INTO chores VALUES ('renew')")
        sql(path, damage)
        await opening.first().catch_up()
        assert in_index(path, "ola") == [1]
        assert sql(path, "SELECT * FROM chores") == []

    async def test_what_is_to_be_forgotten_is_forgotten(
        self, world: World, path: Path, expected_errors: Expect
    ) -> None:
        await damage_index(world, path)
        assert await world.store.forget("lobby", 2**50) == 300
        assert await world.everything() == []
        await world.catch_up()
        assert in_index(path, "ola") == []
        expected_errors()

    async def test_it_is_also_if_nothing_can_be_taken_out_of_the_index(
        self, opening: Opening, path: Path
    ) -> None:
        await damage_index(opening.first(), path)
        await opening.close()
        sql(path, "UPDATE search_data SET block = x'ffff'")
        world = opening.first()
        assert await world.store.forget("lobby", 2**50) == 300
        assert await world.everything() == []
        assert sql(path, "SELECT * FROM chores") == [("renew",)]
        await world.catch_up()
        assert in_index(path, "ola") == []


class TestForgetting:
    async def test_no_byte_of_what_is_forgotten_is_left_in_any_file(
        self, world: World, path: Path
    ) -> None:
        await world.say(*(draft(f"hola {number}") for number in range(400)))
        await world.say(draft(SECRET))
        world.time += 10
        await world.say(*(draft(f"hola {number}") for number in range(400)))
        await world.catch_up()
        assert in_index(path, "zeb")
        assert held(path)
        assert await world.store.forget("lobby", 401) == 401
        await world.catch_up()
        assert held(path) == set()
        assert in_index(path, "zeb") == []
        assert in_index(path, "ola") == [*range(402, 802)]
        assert b"zeb" not in path.read_bytes()
        assert Path(f"{path}-wal").stat().st_size == 0
        sql(path, "INSERT INTO search (search) VALUES ('integrity-check')")
        await world.say(draft("on it goes"))
        assert len(await world.everything()) == 401

    async def test_nor_what_is_forgotten_while_the_index_is_being_purged(
        self, world: World, path: Path
    ) -> None:
        chance = random.Random(1)
        filling = ["".join(chance.choices("abcdefghij", k=2000)) for _ in range(200)]
        for text in "hola", SECRET, "kept":
            await world.say(draft(text), *map(draft, filling))
            await world.catch_up()
            world.time += 10
        while await world.store.forget("lobby", 201):
            pass
        world.reactor.advance(IDLE_SECONDS)
        await world.wait_for(lambda: not world.store._schedule._working)
        assert world.store._writer._maintenance._purging
        while await world.store.forget("lobby", 402):
            pass
        await world.catch_up()
        assert held(path) == set()
        assert b"zeb" not in path.read_bytes()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_nor_where_it_was_not_indexed(self, world: World, path: Path) -> None:
        await world.say(draft(SECRET))
        await world.store.forget("lobby", 2**50)
        await world.catch_up()
        assert held(path) == set()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_nor_where_this_sqlite_cannot_index_and_another_one_could(
        self, world: World, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await world.say(draft("hola"), draft(SECRET), draft("hola"))
        await world.catch_up()
        monkeypatch.setattr("chatd.storage.sqlite.search_index.is_possible", lambda: False)
        await world.store.forget("lobby", 2**50)
        await world.catch_up()
        assert await world.everything() == []
        assert sql(path, "SELECT * FROM chores") == [("renew",)]
        monkeypatch.undo()
        await world.catch_up()
        assert held(path) == set()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_a_reader_in_the_way_is_not_waited_for_and_the_log_is_cut_later(
        self, world: World, path: Path
    ) -> None:
        await world.say(draft(SECRET))
        await world.store.forget("lobby", 2**50)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM rooms").fetchall()
            world.reactor.advance(IDLE_SECONDS)
            await world.wait_for(lambda: not world.store._schedule._working)
            assert "chat.sqlite-wal" in held(path)
            await world.say(draft("chat goes on"))
            other.execute("COMMIT")
        await world.catch_up()
        assert held(path) == set()

    async def test_what_was_begun_goes_on_when_the_store_is_opened_again(
        self, opening: Opening, path: Path
    ) -> None:
        world = opening.first()
        await world.say(*(draft(f"hola {number}") for number in range(FORGOTTEN)), draft(SECRET))
        await world.catch_up()
        await world.store.forget("lobby", 2**50)
        assert sql(path, "SELECT * FROM chores") == [("purge",)]
        world = await opening.again()
        assert await world.store.forget("lobby", 2**50) == 1
        world = await opening.again()
        world.reactor.advance(IDLE_SECONDS)
        await world.catch_up()
        assert held(path) == set()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_a_disk_that_takes_no_more_forgets_nothing_and_says_so(
        self, world: World, path: Path
    ) -> None:
        await world.say(*(draft("x" * 1000) for _ in range(300)))
        with (
            no_file_grows_beyond(path.with_name("chat.sqlite-wal").stat().st_size),
            pytest.raises(StoreError, match=str(path)),
        ):
            await world.store.forget("lobby", 2**50)
        assert len(await world.everything()) == 300
        await world.say(draft("a"))
        assert texts(world.recorder.published)[-1] == "a"

    async def test_the_writer_overwrites_what_it_deletes(
        self, opening: Opening, connections: list[sqlite3.Connection]
    ) -> None:
        world = opening.first()
        connections.clear()
        await world.say(draft())
        (writer,) = connections
        assert writer.execute("PRAGMA secure_delete").fetchone() == (1,)


class TestArchive:
    async def test_reads_while_the_store_writes(self, world: World, path: Path) -> None:
        archive = Archive(path)
        for number in 1, 2, 3:
            await world.say(draft(str(number)))
            assert texts(archive.page("lobby", number - 1, 99)) == [str(number)]
            assert archive.rooms() == [RoomRecord("lobby", number, "", 1)]
            assert archive.seq_before("lobby", 10**15) == number
        archive.close()

    async def test_knows_a_room_once_something_was_said_in_it(
        self, world: World, path: Path
    ) -> None:
        archive = Archive(path)
        assert archive.page("ops", 0, 99) == []
        await world.say(draft(room="ops"))
        assert texts(archive.page("ops", 0, 99)) == ["hola"]
        archive.close()

    async def test_holds_no_transaction_between_reads(self, world: World, path: Path) -> None:
        await world.say(*(draft("x" * 1000) for _ in range(200)))
        archive = Archive(path)
        assert len(archive.page("lobby", 0, 200)) < 200
        busy, _, _ = sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")[0]
        assert not busy
        archive.close()

    async def test_cannot_write(
        self, world: World, path: Path, connections: list[sqlite3.Connection]
    ) -> None:
        await world.say(draft())
        connections.clear()
        archive = Archive(path)
        archive.rooms()
        (reader,) = connections
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM events")
        archive.close()

    def test_does_not_make_a_file_that_is_not_there(self, path: Path) -> None:
        with pytest.raises(StoreError, match=f"{path}: unable to open database file"):
            Archive(path).rooms()
        assert not path.exists()

    def test_refuses_what_is_empty(self, path: Path) -> None:
        path.touch()
        with pytest.raises(StoreError, match=f"{path}: it is empty."):
            Archive(path).rooms()

    def test_refuses_what_is_not_ours(self, path: Path) -> None:
        sql(path, "CREATE TABLE songs (name)")
        with pytest.raises(StoreError, match="the database of another program"):
            Archive(path).rooms()

    async def test_can_be_closed_unopened_and_opened_again_after(
        self, world: World, path: Path
    ) -> None:
        await world.say(draft())
        archive = Archive(path)
        for _ in range(2):
            archive.close()
            assert texts(archive.page("lobby", 0, 1)) == ["hola"]
        archive.close()


@contextmanager
def as_nobody(directory: Path) -> Iterator[None]:
    """Without the rights of root, who may read and write everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        if not os.path.exists(directory):  # one above it lets nobody through
            pytest.skip("the temporary directory is root's alone")
        yield
    finally:
        os.seteuid(0)


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """What a full disk does, to root too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
