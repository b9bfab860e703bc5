"""`chatd check`: faults of the file and of the records, each as one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chatd import cli
from chatd.event import Record
from chatd.storage.sqlite.backup import last_back_up
from chatd.text.times import local_time
from tests.support.store_files import Opening, of_version, sql
from tests.support.stores import StoreHarness, draft

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.quick

HOOK = {"url": "https://example.com/", "secret": "s", "by": "ana", "added": 1, "seq": 2}

ADVICE = "Keep the file, and restore a back-up: chatd restore FILE.\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chatd.sqlite"


@pytest.fixture
def run(path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `chatd check` and returns its status, output and errors."""

    def run() -> tuple[int, str, str]:
        status = cli.main(["check", "--store", f"sqlite:{path}"])
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def harness(opening: Opening) -> StoreHarness:
    return opening.first()


async def test_a_sound_store_is_one_line(harness: StoreHarness, run: Run) -> None:
    await harness.say(draft("a"), draft("b", room="ops"), draft("c"))
    await harness.write_records(Record("place", "ana/lobby", json.dumps({"seq": 2})))
    assert run() == (0, "3 lines in 2 rooms, no fault\n", "")


async def test_the_last_back_up_is_told(harness: StoreHarness, path: Path, run: Run) -> None:
    await harness.say(draft("a"))
    arguments = ["--store", f"sqlite:{path}", str(path.with_name("copy.sqlite"))]
    assert cli.main(["backup", *arguments]) == 0
    last = last_back_up(path)
    assert last is not None
    assert run()[1].endswith(f"1 line in 1 room, no fault; last back-up {local_time(last)}\n")


def test_an_older_file_is_checked_as_far_as_it_can_be(path: Path, run: Run) -> None:
    of_version(2, path)
    status, out, _ = run()
    assert status == 0
    assert out.startswith("5 lines in 2 rooms, no fault that SQLite finds; an older chatd wrote ")


async def test_faults_are_lines_and_the_status(harness: StoreHarness, path: Path, run: Run) -> None:
    await harness.say(draft("a"), draft("b"), draft("c"))
    sql(path, "DELETE FROM events WHERE text <> 'b'")
    assert run() == (
        1,
        "#lobby 2: it is not in the time index as it was written\n"
        "#lobby: its last line is 2, and its head 3\n"
        f"the time index has a stretch without its line, {(1 << 40) + 1}\n",
        f"chatd: 3 faults in sqlite:{path}. {ADVICE}",
    )


async def test_there_may_be_more_faults_than_are_told(
    harness: StoreHarness, path: Path, run: Run
) -> None:
    await harness.say(*(draft(str(number)) for number in range(30)))
    sql(path, "UPDATE events SET kind = 99")
    status, out, err = run()
    assert (status, out.count("\n")) == (1, 20)
    assert err == f"chatd: 20 faults or more in sqlite:{path}. {ADVICE}"


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (
            Record("account", "ana", "{}"),
            "records of the kind account: it is damaged: a record in it is not as it was written.",
        ),
        (Record("place", "ana/lobby", '{"seq": 2}'), "the read mark of ana in #lobby is after its"),
        (
            Record("hook", "lobby/1", json.dumps(HOOK)),
            "the webhook lobby/1 is after the last line ",
        ),
        (Record("place", "ana/ops", '{"seq": 1}'), "the read mark of ana in #ops is after its las"),
    ],
)
async def test_a_record_that_is_wrong_is_named(
    harness: StoreHarness, run: Run, record: Record, fault: str
) -> None:
    await harness.say(draft("a"))
    await harness.write_records(record, Record("names", "x", "{}"))
    status, out, _ = run()
    assert (status, out.count("\n")) == (1, 1)
    assert out.startswith(fault)


async def test_two_rooms_of_which_a_daemon_shows_one_are_a_fault(
    harness: StoreHarness, run: Run
) -> None:
    await harness.say(draft("a", room="OPS"))
    await harness.say(draft("b", room="ops"))
    status, out, _ = run()
    assert (status, out) == (1, "#OPS and #ops are one room to a daemon\n")


@pytest.mark.parametrize(("content", "why"), [(b"", "it is empty."), (b"x" * 900, "not a data")])
def test_what_is_no_store_is_refused(path: Path, run: Run, content: bytes, why: str) -> None:
    path.write_bytes(content)
    status, out, err = run()
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"chatd: cannot check sqlite:{path}: {path}: ")
    assert why in err
