"""`chatd import`: what was exported comes back byte by byte, and what is told."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies
from twisted.internet.task import Clock

from chatd import cli
from chatd.chat.deed_log import NO_SESSION
from chatd.event import Deed, Draft, Kind, Origin, Record
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.writer import Writer
from chatd.text.validation import InvalidLine, validate_text
from tests.support.store_files import Opening
from tests.support.stores import draft

Run = Callable[..., tuple[int, str, str]]

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A folder in memory, where syncing takes no time; None if there is none."""

IRSSI = """--- Log opened Sat Nov 28 09:15:02 2026
09:15 -!- ana has joined #ops
09:15 <@ana> hola
09:16 <luis[away]> buenas
"""


def _is_valid(text: str) -> bool:
    try:
        return validate_text(text, 4096) == text and "\n" not in text  # which ends a line
    except InvalidLine:
        return False


TEXTS = strategies.text(min_size=1, max_size=20).filter(_is_valid)
ROOMS = strategies.sampled_from(["lobby", "Ops", "ñandú"])
AUTHORS = strategies.sampled_from(["ana", "Eva", "guest7", "invitado8", "chatd"])
SESSIONS = strategies.integers(1, 50)

DRAFTS = strategies.one_of(
    strategies.builds(
        Draft,
        ROOMS,
        SESSIONS,
        AUTHORS,
        strategies.sampled_from([Kind.MESSAGE, Kind.ACTION, Kind.NOTICE]),
        strategies.lists(TEXTS, min_size=1, max_size=3),
        strategies.booleans(),
        strategies.builds(Origin, strategies.just("") | AUTHORS, strategies.integers(0, 10**10)),
    ),
    strategies.builds(
        lambda room, session, author, first, last: Draft(
            room, session, author, Kind.MESSAGE, [first, "", last], as_one=True
        ),
        ROOMS,
        SESSIONS,
        AUTHORS,
        TEXTS,
        TEXTS,
    ),
    strategies.builds(
        lambda room, author, text: Draft(room, 3, author, Kind.TOPIC, [text]),
        ROOMS,
        AUTHORS,
        TEXTS | strategies.just(""),
    ),
    strategies.builds(
        lambda room, author, reason: Draft(
            room, NO_SESSION, author, Kind.DEED, [Deed("mute", "luis", 60, reason).text()]
        ),
        ROOMS,
        AUTHORS,
        TEXTS,
    ),
    strategies.builds(
        lambda session, author, text: Draft("@luis", session, author, Kind.PRIVATE, [text]),
        SESSIONS,
        AUTHORS,
        TEXTS,
    ),
)


def write(path: Path, batches: list[tuple[int, list[Draft]]], forgotten: int) -> None:
    """Write batches at their times, and then forget lines of each room, as retention does."""
    file = StoreFile(path)
    times = iter([time for time, _ in batches])
    writer = Writer(file, Clock(), lambda: next(times), SizeLimit(path))
    for _, drafts in batches:
        writer.write(drafts)
    for room in {each.room for _, drafts in batches for each in drafts}:
        writer.forget(room, forgotten)
    writer.close()
    file.lock.release(remove=True)


def exported(path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> bytes:
    arguments = ["--format", "jsonl", "--private", "--store", f"sqlite:{path}"]
    assert cli.main(["export", *arguments]) == 0
    return capfdbinary.readouterr().out


@hypothesis.given(
    strategies.lists(
        strategies.tuples(
            strategies.integers(0, 10**10), strategies.lists(DRAFTS, min_size=1, max_size=4)
        ),
        min_size=1,
        max_size=6,
    ),
    strategies.integers(0, 3),
)
@hypothesis.settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
def test_what_is_exported_and_imported_is_exported_again_byte_by_byte(
    capfdbinary: pytest.CaptureFixture[bytes],
    batches: list[tuple[int, list[Draft]]],
    forgotten: int,
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        path, other, log = (Path(folder, name) for name in ("a.sqlite", "b.sqlite", "log"))
        write(path, batches, forgotten)
        log.write_bytes(exported(path, capfdbinary))
        assert cli.main(["import", "--store", f"sqlite:{other}", str(log)]) == 0
        assert cli.main(["check", "--store", f"sqlite:{other}"]) == 0
        capfdbinary.readouterr()
        assert exported(other, capfdbinary) == log.read_bytes()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "irc.log").write_text(IRSSI)
    return tmp_path / "chatd.sqlite"


@pytest.fixture
def run(path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `chatd import` and returns its status, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(["import", *arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
        return (status, *capsys.readouterr())

    return run


def lines(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str, str]]:
    """Return room, author and text of each line in the store."""
    assert cli.main(["export", "--format", "jsonl"]) == 0
    events = map(json.loads, capsys.readouterr().out.splitlines())
    return [(each["room"], each["author"], each["text"]) for each in events]


def test_a_log_of_another_program_becomes_a_room(
    path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--format", "irssi", "--into", "#ops", "irc.log") == (
        0,
        f"{path}: 2 lines imported into 1 room, without 2 notices. The store is new.\n",
        "chatd: names that changed: luis[away] is luis_away.\n",
    )
    assert lines(capsys) == [("ops", "ana", "hola"), ("ops", "luis_away", "buenas")]


def test_a_log_comes_from_standard_input(
    path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = "2026-11-28 09:15:02\tana\thola\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log.encode())))
    status, out, _ = run("--format", "weechat", "--into", "ops")
    assert (status, out) == (0, f"{path}: 1 line imported into 1 room. The store is new.\n")


def test_the_channels_of_a_workspace_become_rooms(
    path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for channel in "general", "Ops!":
        (path.parent / "slack" / channel).mkdir(parents=True)
        message = {"user": "U1", "text": "one\ntwo", "ts": "1795300000.1"}
        (path.parent / "slack" / channel / "day.json").write_text(json.dumps([message]))
    channels = [{"id": "C1", "name": "general"}, {"id": "C2", "name": "Ops!"}]
    (path.parent / "slack" / "channels.json").write_text(json.dumps(channels))
    status, out, err = run("--format", "slack", "slack")
    assert (status, out) == (0, f"{path}: 4 lines imported into 2 rooms. The store is new.\n")
    assert err == "chatd: rooms that changed: Ops! is Ops.\n"
    assert lines(capsys) == [
        (room, "U1", text) for room in ("Ops", "general") for text in ("one", "two")
    ]


async def test_no_imported_line_looks_as_if_an_account_had_said_it(
    opening: Opening, path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    account = {"name": "Ana", "hash": ""}
    await opening.first().write_records(Record("account", "ana", json.dumps(account)))
    await opening.close()
    status, _, err = run("--format", "irssi", "--into", "ops", "irc.log")
    assert status == 0
    assert "ana is ana-imported" in err
    assert lines(capsys)[0] == ("ops", "ana-imported", "hola")


def test_bad_lines_are_left_out_if_that_is_wanted(path: Path, run: Run) -> None:
    with (path.parent / "irc.log").open("a") as log:
        log.write("nonsense\n" * 25)
    why = "it is no line of irssi, like: 09:15 <@ana> hola."
    assert run("--format", "irssi", "--into", "ops", "irc.log") == (
        1,
        "",
        f"chatd: cannot import irc.log: line 5: {why} Nothing was imported.\n",
    )
    assert not path.exists()
    status, out, err = run("--format", "irssi", "--into", "ops", "--skip-bad", "irc.log")
    assert (status, out.split(": ")[1][:7]) == (0, "2 lines")
    assert err.splitlines()[:1] == [f"chatd: left out line 5: {why}"]
    assert err.splitlines()[20:21] == ["chatd: left out 25 in all."]


@pytest.mark.parametrize(
    ("arguments", "status", "why"),
    [
        (["--format", "irssi", "irc.log"], 2, "give its name with --into"),
        (["--format", "weechat", "irc.log"], 2, "give its name with --into"),
        (["--skip-bad", "irc.log"], 2, "--skip-bad is for logs of other programs"),
        (["--format", "slack"], 2, "give the folder or the zip of the export as FILE"),
        (["--format", "mirc", "x"], 2, "takes irssi, jsonl, slack, store or weechat"),
        (["--into", "a b", "irc.log"], 2, "'a b' cannot be a room's name"),
        (["--into", "ops.", "irc.log"], 2, "'ops.' cannot be a room's name: it ends in a dot"),
        (["no.log"], 1, "cannot import no.log: No such file or directory."),
        (["."], 1, "cannot import .: Is a directory."),
        (["irc.log"], 1, "cannot import irc.log: line 1: it is not JSON."),
        (["--format", "slack", "irc.log"], 1, "it is neither the folder nor the zip of a Slack"),
        (["--format", "irssi", "--into", "lobby", "irc.log"], 1, "#lobby has 1 line already"),
        (["--store", "sqlite:no/x", "irc.log"], 1, "there is no"),
    ],
)
async def test_is_refused_in_one_line(
    opening: Opening, path: Path, run: Run, arguments: list[str], status: int, why: str
) -> None:
    await opening.first().say(draft("a"))
    await opening.close()
    returned, out, err = run(*arguments)
    assert (returned, out, err.count("\n")) == (status, "", 1)
    assert why in err


async def test_is_refused_while_a_daemon_runs(opening: Opening, path: Path, run: Run) -> None:
    opening.first()
    status, _, err = run("--format", "irssi", "--into", "ops", "irc.log")
    assert status == 1
    assert "is in use by another chatd, process " in err


def test_standard_input_may_be_closed(
    path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    status, _, err = run()
    assert (status, err) == (
        1,
        "chatd: nothing to import: standard input is closed. Give a FILE.\n",
    )
