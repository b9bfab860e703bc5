"""The file of the audit: lines of JSON that are the owner's alone, and never in the way."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.testing import MemoryReactorClock

from chatd import __version__
from chatd.daemon import log_pipe
from chatd.daemon.audit_file import AuditError, AuditFile
from tests.support.live_server import LiveServer
from tests.support.logs import Expect, logged
from tests.support.service import refusal


class Reactor(MemoryReactorClock):
    """A reactor whose turn a thread takes at once."""

    def callFromThread(self, call: Callable[..., object], *args: object) -> None:
        call(*args)


class Audit:
    """An audit in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "audit.log"
        self.file = AuditFile(self.path, Reactor(), lambda: 1_700_000_000.0)

    def write(self, *words: str) -> None:
        for word in words:
            self.file.write({"event": word})

    def lines(self, path: Path | None = None) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (path or self.path).read_text("ascii").splitlines()]

    def events(self, path: Path | None = None) -> list[str]:
        return [line["event"] for line in self.lines(path)]


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    made = Audit(tmp_path)
    made.file.start()
    yield made
    made.file.stop()


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Have no file grow beyond a size, as if the disk was full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


class TestLines:
    def test_a_line_has_the_time_and_what_was_done_in_ascii(self, audit: Audit) -> None:
        audit.file.write({"event": "deed", "whom": "ñandú", "ok": True, "seconds": 60})
        audit.file.stop()
        (line,) = audit.lines()
        assert line == {
            "time": "2023-11-14T22:13:20.000Z",
            "event": "deed",
            "whom": "ñandú",
            "ok": True,
            "seconds": 60,
        }

    def test_lines_are_appended(self, audit: Audit, tmp_path: Path) -> None:
        audit.write("one")
        audit.file.stop()
        again = Audit(tmp_path)
        again.file.start()
        again.write("two")
        again.file.stop()
        assert again.events() == ["one", "two"]

    def test_one_that_a_power_cut_has_left_without_an_end_is_ended(self, tmp_path: Path) -> None:
        (tmp_path / "audit.log").write_text('{"event": "o')
        audit = Audit(tmp_path)
        audit.file.start()
        audit.write("two")
        audit.file.stop()
        assert audit.path.read_text().partition("\n")[0] == '{"event": "o'
        assert json.loads(audit.path.read_text().partition("\n")[2])["event"] == "two"

    def test_before_the_start_nothing_is_written(self, tmp_path: Path) -> None:
        audit = Audit(tmp_path)
        audit.write("one")
        audit.file.stop()
        assert audit.events() == []


def test_one_that_was_stopped_writes_nothing_and_is_not_waited_for(audit: Audit) -> None:
    audit.write("one")
    for _ in range(2):
        audit.file.stop()
    audit.write("two")
    assert audit.events() == ["one"]


class TestPermissions:
    def test_it_is_the_owners_alone(self, audit: Audit) -> None:
        assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600

    def test_those_of_others_are_taken(self, tmp_path: Path) -> None:
        (tmp_path / "audit.log").touch(0o644)
        assert stat.S_IMODE(Audit(tmp_path).path.stat().st_mode) == 0o600

    @pytest.mark.parametrize(
        ("make", "why"),
        [
            (lambda path: path.symlink_to("elsewhere"), "is a link"),
            (os.mkfifo, "is not a file"),
            (os.mkdir, "Is a directory"),
            (lambda path: path.write_bytes(b"SQLite format 3\0"), "is another file"),
        ],
    )
    def test_what_is_no_audit_is_refused(
        self, tmp_path: Path, make: Callable[[Path], object], why: str
    ) -> None:
        make(tmp_path / "audit.log")
        with pytest.raises(AuditError, match=why):
            Audit(tmp_path)
        line = refusal(tmp_path, "--audit", "audit.log")
        assert line.startswith("cannot write the audit")
        assert why in line


class TestRotation:
    def test_after_it_a_new_file_is_written(self, audit: Audit, tmp_path: Path) -> None:
        audit.write("one")
        rotated = tmp_path / "audit.log.1"
        audit.path.rename(rotated)
        audit.write("two")
        assert audit.file.reopen() is None
        audit.write("three")
        audit.file.stop()
        assert (audit.events(rotated), audit.events()) == (["one", "two"], ["three"])

    def test_one_that_fails_keeps_the_open_file(
        self, audit: Audit, tmp_path: Path, expected_errors: Expect
    ) -> None:
        rotated = tmp_path / "audit.log.1"
        audit.path.rename(rotated)
        audit.path.mkdir()
        why = audit.file.reopen()
        assert why is not None
        assert why.endswith("Is a directory. The open file stays.")
        audit.write("one")
        audit.file.stop()
        assert audit.events(rotated) == ["one"]
        expected_errors()

    def test_before_the_start(self, tmp_path: Path) -> None:
        audit = Audit(tmp_path)
        audit.path.rename(tmp_path / "audit.log.1")
        assert audit.file.reopen() is None
        audit.file.start()
        audit.write("one")
        audit.file.stop()
        assert audit.events() == ["one"]


class TestFullDisk:
    def test_costs_lines_which_are_counted_and_says_so_once(
        self, audit: Audit, expected_errors: Expect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log_pipe, "END_SECONDS", 60.0)  # on a busy machine, too
        audit.write("one")
        audit.file._pipe.end()  # type: ignore[union-attr]
        size = audit.path.stat().st_size
        with logged() as log:
            with largest_file(size + 10):  # half a line fits
                audit.write("two", "three")
                audit.file._pipe.flush()  # type: ignore[union-attr]
                assert audit.events() == ["one"]
            audit.write("four")
            audit.file._pipe.flush()  # type: ignore[union-attr]
            audit.write("five")
            audit.file.stop()
        told = [line for line in log if "the audit" in line]
        assert len(told) == 2
        assert told[0].endswith(f"is not recorded: {audit.path}: File too large.")
        assert told[1].endswith("the audit is written again.")
        one, lost, *rest = audit.lines()
        assert (one["event"], lost["event"]) == ("one", "lost")
        assert lost["lines"] + len(rest) == 4
        assert rest[-1]["event"] == "five"
        expected_errors()

    def test_that_comes_and_goes_is_told_at_growing_pauses(
        self, audit: Audit, expected_errors: Expect
    ) -> None:
        with logged() as log:
            for _ in range(10):
                audit.file._tell(OSError(28, "No space left on device"))
                audit.file._tell(None)
        assert [line.rpartition(": ")[2] for line in log if "not recorded" in line] == [
            "No space left on device."
        ]
        assert len([line for line in log if "written again" in line]) == 1
        expected_errors()


def test_a_daemon_records_from_the_start_to_the_stop(tmp_path: Path) -> None:
    with LiveServer(tmp_path, "--audit", "audit.log") as server:
        with server.guest():
            pass  # its reactor runs, and handles signals
        server.process.send_signal(signal.SIGHUP)
        server.process.terminate()
        server.process.wait(5)
    lines = [json.loads(line) for line in (tmp_path / "audit.log").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["start", "reload", "stop"]
    assert lines[0]["version"] == lines[-1]["version"] == __version__
    assert lines[1]["ok"] is True
