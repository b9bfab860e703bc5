"""A log that is not read, or not writable: the daemon does not wait, and losses are counted."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from chatd.daemon.log_lines import LogFormat, LogLines, LogStyle
from chatd.daemon.log_pipe import END_SECONDS, WAITING_MESSAGES, LogPipe
from tests.support.live_server import PATIENCE, WELCOMED, Client, spawn
from tests.support.sentences import EN

TEXT = LogLines(LogStyle()).render
STOPPING, STOPPED = EN.sentence("log_stopping"), EN.sentence("log_stopped")
LOSS = re.compile(rb"\S+ \[chatd\.daemon\.log_pipe#warn\] (\d+) messages were lost here: .*\n")


class Pipe:
    """A pipe of the smallest size that the system has."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # on Linux alone
            fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, 4096)

    def fill(self) -> None:
        os.set_blocking(self.write_end, False)
        with suppress(BlockingIOError):
            while True:
                os.write(self.write_end, b"-" * 512)
        os.set_blocking(self.write_end, True)

    def until(self, end: bytes) -> bytes:
        """Read until ``end`` has arrived; return all data."""
        data = b""
        while end not in data:
            piece = os.read(self.read_end, 65536)
            assert piece, f"the end, after {data[-100:]!r}"
            data += piece
        return data

    def close(self) -> None:
        """Close the end to read from, so that a writer fails.

        The other end stays open: the thread of a `LogPipe` may still write to it.
        """
        with suppress(OSError):
            os.close(self.read_end)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with closing(Pipe()) as pipe:
        yield pipe


def test_what_is_written_arrives_in_order(pipe: Pipe) -> None:
    log = LogPipe(pipe.write_end, "utf-8", TEXT)
    for number in range(100):
        log.write(f"line {number}\n")
    lines = pipe.until(b"line 99\n").decode().splitlines()
    assert lines == [f"line {number}" for number in range(100)]


def test_a_pipe_that_is_not_read_blocks_no_writer_and_losses_are_counted(pipe: Pipe) -> None:
    log = LogPipe(pipe.write_end, "utf-8", TEXT)
    total = 3 * WAITING_MESSAGES
    for number in range(total):
        log.write(f"line {number:05} {'x' * 100}\n")
        log.flush()
    log.end()
    data = pipe.until(b" were lost here: ")
    lines = re.findall(rb"^line (\d+) x+\n", data, re.MULTILINE)
    assert [int(number) for number in lines] == list(range(len(lines)))
    assert len(lines) >= WAITING_MESSAGES
    (lost,) = LOSS.findall(data + pipe.until(b"\n") if not data.endswith(b"\n") else data)
    assert len(lines) + int(lost) == total
    log.write("it goes on\n")
    assert pipe.until(b"\n") == b"it goes on\n"


def test_after_the_end_a_flush_waits_until_messages_are_written(pipe: Pipe) -> None:
    log = LogPipe(pipe.write_end, "utf-8", TEXT)
    log.end()
    log.write("last words\n")
    log.flush()
    os.set_blocking(pipe.read_end, False)
    assert os.read(pipe.read_end, 100) == b"last words\n"


def test_the_end_waits_only_a_moment_for_a_pipe_that_is_not_read(pipe: Pipe) -> None:
    pipe.fill()
    log = LogPipe(pipe.write_end, "utf-8", TEXT)
    began = time.monotonic()
    log.write("first\n")
    log.end()
    flushes = 100
    for _ in range(flushes):
        log.write("more\n")
        log.flush()
    assert time.monotonic() - began < flushes * END_SECONDS / 2  # on a busy machine, too


def test_a_pipe_that_another_process_set_non_blocking_loses_nothing(pipe: Pipe) -> None:
    os.set_blocking(pipe.write_end, False)
    log = LogPipe(pipe.write_end, "utf-8", TEXT)
    for number in range(500):
        log.write(f"line {number}\n")
    assert pipe.until(b"line 499\n").count(b"\n") == 500


def test_a_reader_that_has_closed_does_no_harm(pipe: Pipe) -> None:
    os.close(pipe.read_end)
    log = LogPipe(pipe.write_end, "utf-8", TEXT)
    for _ in range(3):
        log.write("x\n")
        log.end()


def test_losses_on_a_full_disk_are_reported_once_there_is_room(pipe: Pipe) -> None:
    with open("/dev/full", "wb") as full:
        descriptor = os.dup(full.fileno())
    log = LogPipe(descriptor, "utf-8", TEXT)
    for _ in range(7):
        log.write("x\n")
    log.end()
    os.dup2(pipe.write_end, descriptor)
    # This message is lost, too, if it arrives before the loss is reported.
    log.write("y\n")
    lost = LOSS.findall(pipe.until(b" lost here: the log was not read, or not writable.\n"))
    assert sum(map(int, lost)) in (7, 8)
    os.close(descriptor)


def test_characters_that_an_encoding_does_not_have_are_escaped(pipe: Pipe) -> None:
    log = LogPipe(pipe.write_end, "ascii", TEXT)
    log.write("ñ\udcff\n")
    assert pipe.until(b"\n") == b"\\xf1\\udcff\n"


# Daemons


@contextmanager
def daemon(
    directory: Path, *arguments: str, stdout: int, options: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Run twistd in the foreground, with a UNIX socket, and end it by a signal."""
    (directory / "motd").touch()
    with spawn(
        directory,
        *["-l", f"unix:{directory}/chat", "-s", "sqlite:store", "--motd", "motd", *options],
        twistd=arguments,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
            process.terminate()
            assert process.wait(5) == -signal.SIGTERM
        finally:
            process.kill()


def visit(directory: Path, process: subprocess.Popen[bytes]) -> Client:
    """Return a client that connects as soon as the daemon listens, which its log cannot tell."""
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late:
        if (directory / "chat").exists():
            with suppress(ConnectionRefusedError):  # it is bound, and does not listen yet
                return Client(str(directory / "chat"))
        with suppress(subprocess.TimeoutExpired):
            pytest.fail(f"it ended with {process.wait(0.01)}")
    pytest.fail("it did not start")


def talk(directory: Path, process: subprocess.Popen[bytes]) -> None:
    """Say lines while the daemon logs."""
    with visit(directory, process) as ana:
        ana.until(WELCOMED)
        for number in range(20):
            process.send_signal(signal.SIGHUP)
            ana.type(f"line {number}")
            assert ana.line().endswith(f"> line {number}")


def test_people_talk_and_the_daemon_stops_although_its_log_is_not_read(
    tmp_path: Path, pipe: Pipe
) -> None:
    pipe.fill()
    with daemon(tmp_path, stdout=pipe.write_end) as process:
        talk(tmp_path, process)


def test_a_log_that_was_not_read_for_a_while_is_complete(tmp_path: Path, pipe: Pipe) -> None:
    pipe.fill()
    with daemon(tmp_path, stdout=pipe.write_end) as process:
        talk(tmp_path, process)
        log = pipe.until(b"motd again.\n")
        assert b"[chatd.daemon.service.ChatService#info] history in " in log
    os.close(pipe.write_end)
    assert pipe.until(STOPPED.encode())


def test_all_of_a_log_in_json_is_json(tmp_path: Path, pipe: Pipe) -> None:
    style = "--log-format", "json", "--log-level", "debug"
    with daemon(tmp_path, stdout=pipe.write_end, options=style) as process:
        with visit(tmp_path, process) as ana:
            ana.until(WELCOMED)
        log = pipe.until(b"history in ")
    os.close(pipe.write_end)
    log += pipe.until(b'Server Shut Down."}\n')
    messages = [json.loads(line)["message"] for line in log.decode("ascii").splitlines()]
    assert {STOPPING, STOPPED, "Main loop terminated."} <= {*messages}


def test_a_log_in_json_reports_losses_in_json(pipe: Pipe) -> None:
    log = LogPipe(pipe.write_end, "utf-8", LogLines(LogStyle(LogFormat.JSON)).render)
    pipe.fill()
    for _ in range(3 * WAITING_MESSAGES):
        log.write("x" * 50)
    data = pipe.until(b"}\n")
    report = json.loads(data[data.rindex(b"{") :])
    assert report["level"] == "warn"
    assert report["messages"] > WAITING_MESSAGES


def test_people_talk_although_the_disk_of_standard_output_is_full(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full, daemon(tmp_path, stdout=full.fileno()) as process:
        talk(tmp_path, process)


def test_people_talk_although_the_disk_of_the_log_file_is_full(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.symlink_to("/dev/full")
    with (
        daemon(tmp_path, f"--logfile={log}", stdout=subprocess.DEVNULL) as process,
        visit(tmp_path, process) as ana,
    ):
        ana.type("one", "two")
        assert ana.until("> two")[-2:] == ["<guest1> one", "<guest1> two"]


def test_people_talk_although_the_reader_of_the_log_has_closed(tmp_path: Path, pipe: Pipe) -> None:
    os.close(pipe.read_end)
    with daemon(tmp_path, stdout=pipe.write_end) as process:
        talk(tmp_path, process)
