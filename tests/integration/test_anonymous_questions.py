"""The files of a store do not say who chose what of an anonymous question, nor what was deleted.

Each answer here is a commit of its own, and the files are read after each, as raw bytes. An
attacker who has them at one moment looks for an earlier state: a tally with one answer less, beside
a roll with one person less, is a pair of a name and an option. (One who copies them after each
answer has all of that; so has one who has a question that one person answered. The documents say
so.)
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.errors import ErrorKind
from chatd.storage.sqlite.backup import back_up
from chatd.storage.sqlite.store import SqliteStore
from chatd.storage.sqlite.writer import Writer
from tests.support.immediately import without_threads
from tests.support.sentences import EN
from tests.support.world import Member, World

pytestmark = pytest.mark.one_node("nodes that share a store ask no anonymous questions")

PUPILS = 40
OPTIONS = ("yes", "no", "perhaps")


class Class(World):
    """Ana, who asks, and pupils, in #class of a server whose store is a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        clock = Clock()
        store = without_threads(SqliteStore(cast(Any, clock), path, clock.seconds))
        store.start()
        super().__init__(clock=clock, store=store, nodes=1)
        self.ana = self.member("ana")
        self.ana.ask("/join class")

    def pupils(self, count: int) -> list[Member]:
        pupils = [self.person(f"pupil{number:03}") for number in range(count)]
        for pupil in pupils:
            pupil.ask("/join class")
        return pupils

    def files(self) -> dict[str, bytes]:
        """Return what is in the files of the store."""
        return {
            path.name: path.read_bytes()
            for path in self.path.parent.iterdir()
            if path.name.startswith(self.path.name)
        }

    def close(self) -> None:
        self.store._writer.close()
        self.store._reader.close()
        self.store._searcher.close()
        self.store._file.lock.release()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Class]:
    world = Class(tmp_path / "chat.sqlite")
    yield world
    world.close()


def tallies(files: dict[str, bytes]) -> list[tuple[int, ...]]:
    """Return all tallies that are anywhere in some files, also in pages and frames not in use."""
    found = re.findall(rb'"counts": \[([0-9, ]*)\]', b"\0".join(files.values()))
    return [tuple(int(count) for count in each.split(b",")) for each in found]


def states(folder: Path, files: dict[str, bytes]) -> list[tuple[set[str], tuple[int, ...]]]:
    """Return the roll and the tally of each state that files have: with a part of the log, or none.

    A frame of the log is of one page, and SQLite reads those up to the end of a transaction, so a
    log that is cut short shows an earlier state.
    """
    found = []
    log = files.get("chat.sqlite-wal", b"")
    for size in sorted({0, *range(32, len(log) + 1, 4096 + 24)}):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "chat.sqlite").write_bytes(files["chat.sqlite"])
        if size:
            (folder / "chat.sqlite-wal").write_bytes(log[:size])
        with closing(sqlite3.connect(folder / "chat.sqlite")) as connection:
            rows = connection.execute(
                "SELECT kind, key, value FROM records WHERE kind IN ('roll', 'tally')"
            ).fetchall()
        roll = {key for kind, key, _ in rows if kind == "roll"}
        counts = [value for kind, _, value in rows if kind == "tally"]
        state = roll, tallies({"": "".join(counts).encode()})[0] if counts else ()
        if state not in found:
            found.append(state)
    return found


def pairs(found: list[tuple[set[str], tuple[int, ...]]]) -> list[tuple[str, int]]:
    """Return the people whose options the states tell, each with the option."""
    paired = []
    for before, after in pairwise(found):
        for place, (less, more) in enumerate(zip(before[1], after[1], strict=False)):
            if more > less:
                paired += [(person, place) for person in after[0] - before[0]]
    return paired


def answer_one_by_one(world: Class, pupils: list[Member]) -> Iterator[dict[str, bytes]]:
    """Have each pupil answer in a commit of its own, and yield the files after each."""
    for number, pupil in enumerate(pupils):
        option = OPTIONS[number * 7 % 3]
        (told,) = pupil.ask(f"/a {option}")
        assert option in told
        yield world.files()


def test_no_moment_has_an_earlier_one(world: Class, tmp_path: Path) -> None:
    pupils = world.pupils(PUPILS)
    world.ana.ask(f"/ask anon Too fast? | {' | '.join(OPTIONS)}")
    answered = 0
    for number, files in enumerate(answer_one_by_one(world, pupils), 1):
        answered += 1
        assert len(files["chat.sqlite-wal"]) == 0
        assert [sum(each) for each in tallies(files)] == [number]
        if number % 8 == 0:
            found = states(tmp_path / "copy", files)
            assert len(found) == 1
            assert pairs(found) == []
    assert answered == PUPILS


def test_nothing_is_left_of_it_once_it_is_closed(world: Class, tmp_path: Path) -> None:
    pupils = world.pupils(9)
    world.ana.ask(f"/ask anon Too fast? | {' | '.join(OPTIONS)}")
    for _ in answer_one_by_one(world, pupils):
        pass
    assert world.ana.ask("/ask done") == [
        EN.notice("question_close", name="ana", counts="yes: 3, no: 3, perhaps: 3")
    ]
    files = world.files()
    assert tallies(files) == []
    assert not re.search(rb'"person": "session', b"".join(files.values()))
    assert states(tmp_path / "copy", files) == [(set(), ())]


def test_a_back_up_has_one_moment_alone(world: Class, tmp_path: Path) -> None:
    pupils = world.pupils(9)
    world.ana.ask(f"/ask anon Too fast? | {' | '.join(OPTIONS)}")
    for _ in answer_one_by_one(world, pupils):
        pass
    (tmp_path / "copies").mkdir()
    back_up(world.path, tmp_path / "copies" / "copy.sqlite")
    copies = {path.name: path.read_bytes() for path in (tmp_path / "copies").iterdir()}
    assert tallies(copies) == [(3, 3, 3)]


def test_the_attack_finds_pairs_in_a_log_that_is_kept(
    world: Class, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leave the log as it is: then the same attack pairs people with what they chose."""
    monkeypatch.setattr(Writer, "_remove_traces", lambda self: True)
    pupils = world.pupils(6)
    world.ana.ask(f"/ask anon Too fast? | {' | '.join(OPTIONS)}")
    *_, files = answer_one_by_one(world, pupils)
    found = states(tmp_path / "copy", files)
    assert len(pairs(found)) >= 5
    assert len(tallies(files)) > 5


def test_what_a_killed_daemon_left_is_gone_once_it_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill it after a commit: the log is not truncated then, and holds one answer."""
    world = Class(tmp_path / "chat.sqlite")
    pupils = world.pupils(6)
    world.ana.ask(f"/ask anon Too fast? | {' | '.join(OPTIONS)}")
    answers = answer_one_by_one(world, pupils)
    for _ in range(5):
        next(answers)
    monkeypatch.setattr(Writer, "_remove_traces", lambda self: True)
    left = next(answers)
    world.close()
    assert len(left["chat.sqlite-wal"]) > 0
    folder = tmp_path / "again"
    folder.mkdir()
    for name in "chat.sqlite", "chat.sqlite-wal":
        (folder / name).write_bytes(left[name])
    monkeypatch.undo()
    again = Class(folder / "chat.sqlite")
    files = again.files()
    assert files.get("chat.sqlite-wal", b"") == b""
    assert tallies(files) == [(2, 2, 2)]
    again.close()


def test_another_program_that_reads_delays_answers_and_no_lines(
    world: Class, tmp_path: Path
) -> None:
    pupils = world.pupils(3)
    world.ana.ask(f"/ask anon Too fast? | {' | '.join(OPTIONS)}")
    with closing(sqlite3.connect(world.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM records").fetchone()
        (told,) = pupils[0].ask("/a yes")
        assert told == EN.notice("answered_once", answer="1: yes")
        refusal = EN.error(ErrorKind.NOT_SAVED, "anonymous_not_now")
        assert pupils[1].ask("/a no") == [refusal]
        pupils[1].send(b"/a no\n")
        pupils[2].ask("a line")
        assert {*pupils[1].seen()} >= {refusal, "<pupil002> a line"}
        other.execute("COMMIT")
    world.wait(3)
    assert tallies(world.files()) == [(1, 0, 0)]
    assert pupils[1].ask("/a no") == [EN.notice("answered_once", answer="2: no")]
    assert tallies(world.files()) == [(1, 1, 0)]


def test_answers_are_deleted_with_their_question_without_a_byte(world: Class) -> None:
    pupils = world.pupils(3)
    world.ana.ask("/ask Which key is the old one?", "/ask Another one? | yes | no")
    for pupil in pupils:
        pupil.ask("/a 1")
    world.ana.ask("/ask done")
    for pupil in pupils:
        pupil.ask("/a hunter-two")
    assert b"hunter-two" in b"".join(world.files().values())
    done = Deferred.fromCoroutine(world.store.forget("class", world.room("class").head))
    for _ in range(60):
        world.wait(1)
    assert done.result
    left = b"".join(world.files().values())
    assert b"hunter-two" not in left
    assert b"old one" not in left
    assert b'"question": "class/' not in left
