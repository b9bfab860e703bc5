"""Tests of damaged files: what is checked when a file is opened, and when its rows are read."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.storage.contract import StoreError, Wanted
from chatd.storage.sqlite.store import SqliteStore
from tests.support.logs import Expect
from tests.support.store_files import VERSIONS, Opening, refusal, sql
from tests.support.stores import QueueReactor, StoreHarness, draft

pytestmark = pytest.mark.quick


class Damaged:
    """Files with random damage, one after the other, at a path."""

    def __init__(self, path: Path, content: bytes, log: bytes) -> None:
        self.path = path
        self.log_path = Path(f"{path}-wal")
        self._content = content
        self._log = log

    def make(self, chance: random.Random) -> None:
        """Write the next file: a bit flipped, cut short, or a sector lost; some have a log."""
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
        """Return the content of the file and of its log."""
        log = self.log_path.read_bytes() if self.log_path.exists() else b""
        return self.path.read_bytes(), log


def catch_up(turns: QueueReactor, store: SqliteStore) -> None:
    """Take the steps of maintenance, up to a bound: with a damaged file they may never end."""
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

    def test_is_reported_in_one_line_and_a_refused_file_is_not_modified(
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
        """Do with a file all that a daemon does.

        Return True if it could be opened, and the error that it met. Any other error than a
        `StoreError` fails the test.
        """
        turns = QueueReactor()
        try:
            store = SqliteStore(turns, path)  # type: ignore[arg-type]
        except StoreError as error:
            return False, str(error)
        store.start()
        try:
            store.describe(Language.ENGLISH)
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
    async def test_of_an_event_is_an_error_when_it_is_read(
        self, harness: StoreHarness, path: Path, statement: str, why: str, expected_errors: Expect
    ) -> None:
        await harness.say(draft("secret"))
        sql(path, statement)
        with pytest.raises(StoreError) as caught:
            await harness.store.read("lobby", 0, 1)
        assert str(caught.value) == f"{path}: it is damaged: {why}."
        expected_errors()

    async def test_of_a_text_is_an_error_when_it_is_searched(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("hola"), draft("hola"))
        sql(path, "UPDATE events SET text = CAST(x'ff' AS TEXT) WHERE id & 1 = 1")
        with pytest.raises(StoreError, match="an event in it is not as it was written"):
            await harness.store.search("lobby", Wanted(("ola",)), 2, 9)
        expected_errors()

    def test_is_reported_also_if_sqlite_gives_no_message(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(connection: sqlite3.Connection) -> None:
            raise sqlite3.OperationalError

        monkeypatch.setattr("chatd.storage.sqlite.file._prepare", fail)
        assert refusal(path).startswith(f"{path}: it is damaged: text in it is not UTF-8.")

    @pytest.mark.parametrize("version", [1, 2, 3, 4])
    @pytest.mark.parametrize("time", ["abc", b"x", 1.5, -5, 2**63 - 1, -(2**63)])
    async def test_of_a_time_does_not_keep_a_file_from_being_opened(
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
        harness = opening.first()
        for record in harness.store.rooms():
            with suppress(StoreError):
                await harness.store.seq_before(record.name, 10**12)
        await harness.say(draft("hola", "Ops"), draft("hola"))

    @pytest.mark.parametrize(
        ("time", "shown"),
        [(0, "1970-01-01 00:00:00"), (253_402_300_799_999, "9999-12-31 23:59:59")],
    )
    async def test_the_first_and_the_last_writable_time_are_valid(
        self, harness: StoreHarness, path: Path, time: int, shown: str
    ) -> None:
        await harness.say(draft())
        sql(path, f"UPDATE events SET time = {time}")
        assert [event.time for event in await harness.everything()] == [time]
        assert sql(path, "SELECT utc FROM log") == [(shown,)]

    async def test_of_an_id_ends_a_read_a_search_or_a_deletion(
        self, opening: Opening, path: Path, expected_errors: Expect
    ) -> None:
        await opening.first().say(*(draft(f"hola {number}") for number in range(3)))
        await opening.close()
        content = path.read_bytes()
        last, first = (b"\xa0\x80\x80\x80\x80" + bytes([seq]) for seq in (3, 1))
        assert content.count(last) == 1
        path.write_bytes(content.replace(last, first))
        harness = opening.first()
        with pytest.raises(StoreError, match="an event in it is not as it was written"):
            await harness.store.read("lobby", 2, 3)
        with pytest.raises(StoreError, match="an event in it is not as it was written"):
            await harness.store.forget("lobby", 2**50)
        await harness.store.search("lobby", Wanted(("la",)), 3, 9)
        expected_errors()

    async def test_of_a_room_is_an_error_at_the_start(self, opening: Opening, path: Path) -> None:
        await opening.first().say(draft())
        await opening.close()
        sql(path, "UPDATE rooms SET head = 'many'")
        assert (
            refusal(path)
            == f"{path}: it is damaged: a room or record in it is not as it was written."
        )

    async def test_of_a_room_is_an_error_when_a_line_is_said_in_it(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        sql(path, "INSERT INTO rooms (name, head, topic, session) VALUES ('lobby', 'x', '', 1)")
        await harness.say(draft("lost"))
        assert [why for _, why in harness.recorder.refused] == [
            f"{path}: it is damaged: a room or record in it is not as it was written."
        ]
        expected_errors()

    async def test_of_the_schema_is_reported_also_if_sqlite_would_quote_invalid_text(
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
    async def test_an_emptied_file_is_not_taken_for_a_new_one_if_it_has_a_log(
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
