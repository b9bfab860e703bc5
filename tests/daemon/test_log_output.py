"""The output of the log: standard output through a pipe, a file, or what twistd has."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import ILogObserver, LogLevel

from chatd.daemon.log_lines import LogFormat, LogStyle
from chatd.daemon.log_output import LogOutput, is_terminal
from tests.support.logs import logged

# twistd leaves the file to the end of the process.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

JSON = LogStyle(LogFormat.JSON)
EVENT = {
    "log_format": "hola",
    "log_time": 0.0,
    "log_level": LogLevel.info,
    "log_namespace": "chatd.test",
}


class Reactor(MemoryReactorClock):
    """A reactor on a fake clock, which threads may call."""

    def callFromThread(self, call: Callable[[], object]) -> None:
        self.callLater(0, call)


class Output:
    """A pipe for standard output."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self.stdout = open(self.write_end, "w")  # noqa: SIM115 - the fixture closes it
        self.reactor = Reactor()
        self._patch = patch

    def log(self, style: LogStyle = JSON, **twistd: Any) -> LogOutput:
        """Return the log with these options of twistd."""
        return LogOutput({"nodaemon": True, **twistd}, style, self.reactor)

    def begun(self, log: LogOutput) -> ILogObserver:
        """Return the observer of a log, which is not left to twistd."""
        with self._patch.context() as patch:  # pytest has one of its own for each phase of a test
            patch.setattr(sys, "stdout", self.stdout)
            observer = log.begin()
        assert observer is not None
        return observer

    def read(self) -> bytes:
        """Stop the reactor, and return what was written."""
        for stop, _, _ in self.reactor.triggers["after"]["shutdown"]:
            stop()
        return os.read(self.read_end, 1000)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[Output]:
    made = Output(monkeypatch)
    yield made
    made.stdout.close()
    os.close(made.read_end)


@contextmanager
def without_sigusr1() -> Iterator[None]:
    before = signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


class TestStandardOutput:
    @pytest.mark.parametrize("logfile", [None, "", "-"])
    def test_is_written_by_a_pipe_that_never_blocks(
        self, output: Output, logfile: str | None
    ) -> None:
        output.begun(output.log(logfile=logfile))(EVENT)
        assert output.read().startswith(b'{"time"')

    def test_has_priorities_where_the_journal_reads_it(
        self, output: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        status = os.fstat(output.write_end)
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        output.begun(output.log())(EVENT)
        assert output.read().startswith(b'<6>{"time"')

    def test_has_none_where_it_leads_elsewhere(
        self, output: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JOURNAL_STREAM", "1:1")
        output.begun(output.log())(EVENT)
        assert output.read().startswith(b'{"time"')

    def test_may_be_closed(self, output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdout", None)
        assert output.log().begin() is None
        assert not is_terminal({"nodaemon": True})

    def test_follows_a_change_of_style(self, output: Output) -> None:
        log = output.log()
        observe = output.begun(log)
        log.change(LogStyle())
        observe(EVENT)
        assert output.read().endswith(b"[chatd.test#info] hola\n")


class TestFile:
    @pytest.mark.parametrize(
        ("twistd", "name"),
        [
            ({"logfile": "log"}, "log"),
            ({"nodaemon": False}, "twistd.log"),
            ({"nodaemon": False, "logfile": "log"}, "log"),
        ],
    )
    def test_is_the_one_that_twistd_would_open(
        self,
        output: Output,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        twistd: dict[str, Any],
        name: str,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        log = output.log(**twistd)
        assert list(tmp_path.iterdir()) == []
        with without_sigusr1():
            output.begun(log)(EVENT)
        assert (tmp_path / name).read_text().startswith('{"time"')

    def test_is_begun_anew_by_sigusr1(self, output: Output, tmp_path: Path) -> None:
        path = tmp_path / "log"
        with without_sigusr1():
            observe = output.begun(output.log(logfile=str(path)))
            observe(EVENT)
            rotate = signal.getsignal(signal.SIGUSR1)
            assert callable(rotate)
            rotate(signal.SIGUSR1, None)
        output.reactor.advance(0)
        assert (tmp_path / "log.1").read_text()
        assert path.read_text() == ""

    def test_goes_on_after_what_another_process_wrote_meanwhile(
        self, output: Output, tmp_path: Path
    ) -> None:
        path = tmp_path / "log"
        with without_sigusr1():
            log = output.log(logfile=str(path))
            observe = output.begun(log)
            with path.open("a") as other:
                other.write("the end of the other process\n")
            log.go_on()
            observe(EVENT)
        first, second = path.read_text().splitlines()
        assert first == "the end of the other process"
        assert second.startswith('{"time"')

    def test_that_cannot_be_written_is_refused(self, output: Output, tmp_path: Path) -> None:
        path = tmp_path / "none" / "log"
        with pytest.raises(SystemExit) as refused:
            output.log(logfile=str(path)).begin()
        why = "No such file or directory"
        assert refused.value.code == f"chatd: cannot write the log {path}: {why}."

    def test_that_is_standard_output_is_left_to_twistd_which_refuses_it(
        self, output: Output
    ) -> None:
        assert output.log(nodaemon=False, logfile="-").begin() is None


class TestOtherLogs:
    @pytest.mark.parametrize("option", ["syslog", "logger"])
    def test_are_left_to_twistd_with_a_warning(self, output: Output, option: str) -> None:
        with logged() as lines:
            log = output.log(**{option: "module.observer"})
        assert log.begin() is None
        (line,) = lines
        assert f"are not used: --{option} of twistd has the log" in line

    def test_are_left_to_twistd_silently_if_nothing_else_is_asked_for(self, output: Output) -> None:
        with logged() as lines:
            output.log(LogStyle(), syslog=True)
        assert lines == []


class TestTerminal:
    def test_is_none_where_the_log_is_in_a_file_or_a_pipe(self, output: Output) -> None:
        for twistd in ({}, {"logfile": "log"}, {"syslog": True}):
            assert not is_terminal({"nodaemon": True, **twistd})
