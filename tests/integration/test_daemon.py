"""Real daemons, in processes of twistd, with the real clients that people have."""

from __future__ import annotations

import os
import pty
import re
import resource
import select
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

from chatd.daemon.os_process import OWN_FILES
from chatd.errors import ErrorKind
from chatd.protocols.transport.factory import REFUSED_AT_ONCE
from tests.support import forks
from tests.support.certificate import write_certificate
from tests.support.live_server import (
    LOOPBACK,
    PATIENCE,
    RUN_TWISTD,
    WELCOMED,
    Client,
    LiveServer,
    environment,
    in_the_background,
    prepared,
    start,
    wait_for_end,
)
from tests.support.platforms import needs_linux
from tests.support.sentences import EN


def test_a_refused_person_leaves_no_open_socket(tmp_path: Path) -> None:
    """A leaked socket fails the test by its `ResourceWarning`."""
    with closing(socket.socket(socket.AF_UNIX)) as bound:
        bound.bind(str(tmp_path / "chat"))  # without listen()
        with pytest.raises(ConnectionRefusedError):
            Client(str(tmp_path / "chat"))


@pytest.fixture
def daemon(tmp_path: Path) -> Generator[LiveServer, None, None]:
    with LiveServer(tmp_path) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveServer, None, None]:
    """Return one daemon for several tests, to save time. New clients receive no history."""
    with LiveServer(tmp_path_factory.mktemp("shared"), "--recent", "0") as daemon:
        yield daemon


# In the foreground


def test_it_says_where_it_listens_and_what_it_keeps(daemon: LiveServer, tmp_path: Path) -> None:
    assert daemon.said[-2:] == [
        f"listening on 127.0.0.1:{daemon.port}."
        " This machine only; --lan lets the local network in, over TLS.",
        f"history in {tmp_path}/store, 0 lines.",
    ]
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_five_seconds_and_says_goodbye(
    daemon: LiveServer, number: signal.Signals
) -> None:
    with Client(daemon.port) as ana, Client(daemon.port) as deaf:
        deaf.type("/help")
        ana.type("hola")
        ana.until("<guest1> hola")
        # twistd ends by the signal that stopped it, as shells and systemd have it.
        assert daemon.stop(number) in (0, -number)
        assert [ana.line(), ana.line()] == [EN.notice("stopping"), ""]
    assert "Traceback" not in daemon.rest()


def test_it_stops_although_a_client_never_reads_and_another_never_stops(daemon: LiveServer) -> None:
    with Client(daemon.port) as deaf, Client(daemon.port) as flood:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        flood.socket.settimeout(0)
        sent = 0
        # Until the server reads no more: nobody takes its answers.
        while select.select([], [flood.socket], [], 0.2)[1]:
            sent += flood.socket.send(b"/help\n" * 10_000)
        assert sent
        assert daemon.stop() in (0, -signal.SIGTERM)
    assert "Traceback" not in daemon.rest()


def test_what_was_said_is_there_after_a_restart(daemon: LiveServer, tmp_path: Path) -> None:
    with Client(daemon.port) as ana:
        ana.type("/nick ana", "/topic Friday", "/join ops", "remember me")
        ana.until("<ana> remember me")
    daemon.stop()
    with LiveServer(tmp_path) as again, Client(again.port) as luis:
        assert again.said[-1] == f"history in {tmp_path}/store, 2 lines."
        assert EN.notice("topic", topic="Friday") in luis.until("Topic")
        luis.type("/join ops")
        (line,) = [line for line in luis.until("remember me") if "remember" in line]
        assert re.fullmatch(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] <ana> remember me", line)


def test_kill_9_loses_no_line_that_anybody_saw(daemon: LiveServer, tmp_path: Path) -> None:
    with Client(daemon.port) as luis, Client(daemon.port) as ana:
        ana.type(*(f"line {number}" for number in range(20_000)))
        seen = luis.until("line 3000")
        daemon.process.kill()
        # Lines that are still in the kernel's buffers count as seen, too.
        try:
            while line := luis.line():
                seen.append(line)
        except OSError:
            pass
    saw = [line for line in seen if line.endswith(tuple("0123456789")) and "> line" in line]
    with closing(sqlite3.connect(tmp_path / "store")) as store:
        rows = store.execute("SELECT author, text FROM log WHERE room = 'lobby' ORDER BY seq")
        kept = [f"<{author}> {text}" for author, text in rows]
    whole = saw[:-1]  # the last may have been cut off
    assert len(whole) >= 3000
    assert kept[: len(whole)] == whole
    with LiveServer(tmp_path) as again, Client(again.port) as eva:
        eva.type(f"/history {len(kept)}")
        eva.until(EN.notice("history", shown=len(kept), count=len(kept), room="lobby"))
        shown = eva.until(f"> {kept[-1].split('> ')[1]}")
        assert [line.split("] ", 1)[1] for line in shown] == kept


@needs_linux
def test_it_may_have_as_many_files_open_as_the_system_lets_it(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with LiveServer(tmp_path, files=(256, hard)) as daemon:
        limits = Path(f"/proc/{daemon.process.pid}/limits").read_text()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max open files ")]
    assert line.split()[3:5] == [str(hard), str(hard)]


# Limits for one address


def test_a_paste_of_500_lines_arrives_whole_and_not_all_at_once(tmp_path: Path) -> None:
    with LiveServer(tmp_path, "--lines-per-second", "100") as daemon, Client(daemon.port) as ana:
        ana.type(*(f"line {number}" for number in range(500)))
        began = time.monotonic()
        seen = ana.until("line 499")
        assert seen[-500:] == [f"<guest1> line {number}" for number in range(500)]
        assert time.monotonic() - began > 1.5  # and maybe longer on a busy machine


def test_one_too_many_from_an_address_is_told_so_and_others_are_not_hurt(tmp_path: Path) -> None:
    with (
        LiveServer(tmp_path, "--connections-per-address", "2") as daemon,
        Client(daemon.port) as ana,
        Client(daemon.port) as luis,
    ):
        ana.until(WELCOMED)
        luis.until(WELCOMED)
        with Client(daemon.port) as third:
            third.type("hola")
            full = EN.error(ErrorKind.FULL, "address_full", limit=2)
            assert third.lines.read().decode() == f"{full}\n"
        luis.socket.shutdown(socket.SHUT_RDWR)
        greeted = False
        while not greeted:  # as soon as the server knows that luis has gone
            with Client(daemon.port) as third:
                greeted = third.line().startswith("*** Welcome")


def test_behind_a_proxy_it_is_the_client_s_own_address_that_counts(tmp_path: Path) -> None:
    options = ("-l", f"haproxy:{LOOPBACK}", "--connections-per-address", "1", "--recent", "0")
    with LiveServer(tmp_path, *options) as daemon, ExitStack() as stack:

        def enter(host: str) -> str:
            person = stack.enter_context(Client(daemon.ports[1]))
            person.type(f"PROXY TCP4 {host} 127.0.0.1 40000 60073\r", f"I am {host}")
            person.until(WELCOMED)
            return person.line()

        assert enter("192.0.2.1") == "<guest1> I am 192.0.2.1"
        assert enter("192.0.2.2") == "<guest2> I am 192.0.2.2"
        assert enter("192.0.2.1") == EN.error(ErrorKind.FULL, "address_full", limit=1)


def test_over_tls_one_too_many_is_told_so_too(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    tls = f"ssl:0:interface=127.0.0.1:privateKey={certificate}"
    context = ssl.create_default_context(cafile=certificate)
    with (
        LiveServer(tmp_path, "-l", tls, "--connections", "1") as daemon,
        Client(daemon.port) as ana,
        socket.create_connection(("127.0.0.1", daemon.ports[1]), PATIENCE) as connection,
    ):
        ana.until(WELCOMED)
        with context.wrap_socket(connection, server_hostname="127.0.0.1") as second:
            assert second.makefile("rb").read() == (
                EN.error(ErrorKind.FULL, "full", limit=1).encode() + b"\n"
            )


def test_over_tls_those_to_whom_no_refusal_is_sent_are_disconnected(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    tls = f"ssl:0:interface=127.0.0.1:privateKey={certificate}"
    with LiveServer(tmp_path, "-l", tls, "--connections", "1") as daemon, ExitStack() as stack:
        stack.enter_context(Client(daemon.port)).until(WELCOMED)
        address = ("127.0.0.1", daemon.ports[1])
        silent = [
            stack.enter_context(socket.create_connection(address, PATIENCE))
            for _ in range(REFUSED_AT_ONCE + 9)
        ]
        for each in silent:
            with suppress(ConnectionResetError):
                assert each.recv(1) == b""


def test_whoever_comes_beyond_the_open_files_is_told_so(tmp_path: Path) -> None:
    few = OWN_FILES + 3
    with LiveServer(tmp_path, files=(few, few)) as daemon, ExitStack() as stack:
        people = [stack.enter_context(Client(daemon.port)) for _ in range(3)]
        for person in people:
            person.until(WELCOMED)
        with Client(daemon.port) as fourth:
            assert fourth.line() == EN.error(ErrorKind.FULL, "full", limit=3)


# On every kind of port

DOORS = ("tcp", "tcp6", "unix", "ssl", "haproxy")
HALF_CLOSING = ("tcp", "tcp6", "unix")


class ServerOfAllPorts(LiveServer):
    """A daemon that listens on one address of each kind."""

    def __init__(self, directory: Path) -> None:
        self._certificate = write_certificate(directory / "server.pem")
        self._path = directory / "chat"
        # In the order of DOORS; the first is the daemon's own.
        super().__init__(
            directory,
            *("-l", "tcp6:0:interface=\\:\\:1", "-l", f"unix:{self._path}"),
            *("-l", f"ssl:0:interface=127.0.0.1:privateKey={self._certificate}"),
            *("-l", f"haproxy:{LOOPBACK}", "--recent", "0"),
        )
        with_ports = [door for door in DOORS if door != "unix"]
        self._port_of = dict(zip(with_ports, self.ports, strict=True))

    def enter(self, door: str) -> Client:
        """Return a client of a port that has received its welcome."""
        person = Client(self._connection(door))
        person.until(WELCOMED)
        return person

    def _connection(self, door: str) -> socket.socket | str:
        if door == "unix":
            return str(self._path)
        host = "::1" if door == "tcp6" else "127.0.0.1"
        connection = socket.create_connection((host, self._port_of[door]), PATIENCE)
        if door == "haproxy":
            connection.sendall(b"PROXY TCP4 192.0.2.7 127.0.0.1 40000 60073\r\n")
        elif door == "ssl":
            context = ssl.create_default_context(cafile=self._certificate)
            # An end without TLS's close_notify could be an attacker's, so it is an error.
            return context.wrap_socket(connection, server_hostname=host, suppress_ragged_eofs=False)
        return connection


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerOfAllPorts, None, None]:
    with ServerOfAllPorts(tmp_path_factory.mktemp("all")) as server:
        yield server


@pytest.mark.parametrize("door", DOORS)
def test_at_every_door_people_talk_and_quit(server: ServerOfAllPorts, door: str) -> None:
    with server.enter("tcp") as luis, server.enter(door) as ana:
        ana.type("/nick ana", *(f"one {number}" for number in range(1000)))
        said = [f"<ana> one {number}" for number in range(1000)]
        assert ana.until("one 999") == [EN.notice("you_are", name="ana"), *said]
        assert luis.until("one 999")[-1000:] == said
        luis.type("/nick luis", "two", "three")
        assert ana.until("three")[-2:] == ["<luis> two", "<luis> three"]
        ana.type("/quit")
        assert [ana.line(), ana.line()] == [EN.notice("goodbye"), ""]


@pytest.mark.parametrize("door", HALF_CLOSING)
def test_a_pipe_is_sent_its_receipts(server: ServerOfAllPorts, door: str) -> None:
    with server.enter(door) as script:
        script.type("/nick ci", *(f"one {number}" for number in range(1000)))
        script.socket.sendall(b"the last, without an end")
        script.socket.shutdown(socket.SHUT_WR)
        lines = script.lines.read().decode().splitlines()
        assert lines[-1001:] == [
            *(f"<ci> one {number}" for number in range(1000)),
            "<ci> the last, without an end",
        ]


@pytest.mark.parametrize("door", ["ssl", "haproxy"])
def test_where_there_is_no_half_close_a_pipe_says_its_lines(
    server: ServerOfAllPorts, door: str
) -> None:
    with server.enter("tcp") as luis, server.enter(door) as script:
        script.type("/nick ci", *(f"one {number}" for number in range(1000)))
        if isinstance(script.socket, ssl.SSLSocket):
            with suppress(ssl.SSLError):  # receipts that come after our last word
                script.socket.unwrap()
        else:
            script.socket.shutdown(socket.SHUT_WR)
        said = [f"<ci> one {number}" for number in range(1000)]
        assert luis.until("one 999")[-1000:] == said


def test_at_every_door_one_who_does_not_read_loses_nothing(server: ServerOfAllPorts) -> None:
    count, text = 20_000, "x" * 500
    with ExitStack() as stack:
        luis = stack.enter_context(server.enter("tcp"))
        deaf = {door: stack.enter_context(server.enter(door)) for door in DOORS}
        for person in deaf.values():
            person.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        before = server.memory(peak=True)
        said = []
        for first in range(0, count, 1000):
            luis.type(*(f"{number} {text}" for number in range(first, first + 1000)))
            said += [luis.said() for _ in range(1000)]
        assert [line.partition("> ")[2] for line in said] == [
            f"{number} {text}" for number in range(count)
        ]
        assert server.memory(peak=True) - before < 12e6
        for door, person in deaf.items():
            assert [person.said() for _ in range(count)] == said, door
        assert server.memory(peak=True) - before < 12e6


# As a daemon


def test_it_goes_into_the_background_and_stops_by_the_number_in_its_lock(tmp_path: Path) -> None:
    with in_the_background(tmp_path) as (number, path), Client(path) as ana:
        ana.type("hola")
        ana.until("<guest2> hola")
        status, _ = start(tmp_path, "-l", f"unix:{path}", "-s", "memory:")
        assert status == 1, "a second one took the socket"
        os.kill(number, signal.SIGTERM)
        assert ana.line() == EN.notice("stopping")
        assert wait_for_end(number, PATIENCE)
    left = {each.name for each in tmp_path.iterdir()} - {"store", "store.lock"}
    assert left == {"twistd.log"}
    log = (tmp_path / "twistd.log").read_text()
    assert f"listening on {path}.\n" in log
    assert f"history in {tmp_path}/store, 0 lines.\n" in log
    assert "Ctrl+C" not in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    "left",
    ["", f"{os.getpid()}\n", "no number"],
    ids=["empty", "a living process", "no number"],
)
def test_what_a_power_cut_left_of_a_pid_file_or_a_lock_is_no_obstacle(
    tmp_path: Path, left: str
) -> None:
    """The number of a living process, this one, is no obstacle, because the lock decides."""
    (tmp_path / "twistd.pid").write_text(left)
    (tmp_path / "store.lock").write_text(left)
    (tmp_path / "store.lock").chmod(0o600)
    with in_the_background(tmp_path) as (number, _):
        assert number != os.getpid()
        status, why = start(tmp_path, "-l", LOOPBACK, "-s", "sqlite:store")
        assert status == 1
        assert why == (
            f"chatd: cannot use --store sqlite:store: {tmp_path}/store is in use by another chatd,"
            f" process {number}. Stop that one, or give another --store.\n"
        )
        assert (tmp_path / "store.lock").read_text() == f"{number}\n"
    with in_the_background(tmp_path) as (again, _):
        assert again != number


# What is refused

REFUSED = (
    "port in use",
    "port in use, after another",
    "unreadable motd",
    "bad store",
    "store not ours",
    "store in use",
)
WRONG_CALLS = ("no such port", "bad endpoint", "bad number")
Refusals = dict[str, tuple[int, bytes, bytes, str]]
IN_BOTH_MODES = ("port in use", "unreadable motd", "store not ours", "store in use")


@contextmanager
def obstacles(directory: Path) -> Iterator[dict[str, tuple[list[str], str]]]:
    """Yield arguments that are refused, and a part of the message about each."""
    (directory / "not-ours").write_text("not a database, " * 100)
    (directory / "used").mkdir()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken, LiveServer(directory / "used"):
        port = taken.getsockname()[1]
        in_use = f"tcp:{port}:interface=127.0.0.1"
        yield {
            "port in use": (["-l", in_use], "the port is in use by "),
            "port in use, after another": (
                ["-l", LOOPBACK, "-b", in_use],
                "the port is in use by ",
            ),
            "no such port": (["-l", "tcp:99999999"], "--listen 'tcp:99999999': a port is"),
            "bad endpoint": (["-l", "nonsense:1"], "nonsense"),
            "unreadable motd": (["--motd", "missing"], "missing: No such file or directory"),
            "bad store": (["-s", "sqlite:missing/x"], "missing/x"),
            "store not ours": (["-s", "sqlite:not-ours"], "file is not a database"),
            "store in use": (["-s", "sqlite:used/store"], "is in use by another chatd"),
            "bad number": (["--max-length", "many"], "--max-length takes a whole number"),
        }


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Refusals]:
    """Return the results of all refused starts in one mode; they are started once, to save time."""

    @cache
    def refusals(mode: str) -> Refusals:
        return try_all(tmp_path_factory.mktemp(mode), ["-n"] if mode == "foreground" else [])

    return refusals


def try_all(directory: Path, mode: list[str]) -> Refusals:
    with obstacles(directory) as cases:
        if not mode:
            cases = {name: cases[name] for name in IN_BOTH_MODES}
        results = {}
        for number, (name, (arguments, expected)) in enumerate(cases.items()):
            status, out, err = forks.run(
                prepared(),
                RUN_TWISTD,
                *(*mode, f"--pidfile={number}.pid", f"--rundir={directory}"),
                *("chat", "-l", LOOPBACK, "-s", "memory:", *arguments),
                directory=directory,
                environment=environment(),
                timeout=PATIENCE,
            )
            results[name] = (status, out, err, expected)
    assert not list(directory.glob("*.pid"))
    return results


@pytest.mark.parametrize(
    ("mode", "name"),
    [*(("foreground", name) for name in REFUSED), *(("daemon", name) for name in IN_BOTH_MODES)],
)
def test_what_cannot_be_is_refused_in_one_line(
    refusals: Callable[[str], Refusals], mode: str, name: str
) -> None:
    check_refusal(1, "chatd: ", refusals(mode)[name])


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_a_wrong_call_is_refused_with_another_status(
    refusals: Callable[[str], Refusals], name: str
) -> None:
    check_refusal(2, "twistd chat: ", refusals("foreground")[name])


def check_refusal(status: int, program: str, refusal: tuple[int, bytes, bytes, str]) -> None:
    """Raise an error unless a program ended with a status, and with one line that says why."""
    ended, out, err, expected = refusal
    assert (ended, out) == (status, b"")
    (line,) = err.decode().splitlines()
    assert line.startswith(program)
    assert expected in line


# With the programs that people have


def found(program: str, sign: str) -> bool:
    """Return True if a program is installed, and its help contains a text."""
    path = shutil.which(program)
    if path is None:
        return False
    said = subprocess.run([path, "-h"], capture_output=True, check=False, text=True)
    return sign in said.stdout + said.stderr


def nc(port: int, text: bytes) -> list[str]:
    """Return the lines that `nc -N` prints when it sends a text."""
    result = subprocess.run(
        ["nc", "-N", "127.0.0.1", str(port)],
        input=text,
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    return result.stdout.decode().splitlines()


needs_nc = pytest.mark.skipif(not found("nc", "[-46CDdFhklNnrStUuvZz]"), reason="no OpenBSD nc")
needs_telnet = pytest.mark.skipif(shutil.which("telnet") is None, reason="no telnet")


@needs_nc
def test_nc_posts_a_line(shared: LiveServer) -> None:
    with shared.guest() as luis:
        receipt = nc(shared.port, b"deploy done\n")[-1]
        assert re.fullmatch(r"<guest\d+> deploy done", receipt)
        assert luis.said() == receipt


@needs_nc
def test_nc_posts_what_a_program_prints_as_text(shared: LiveServer) -> None:
    lines = nc(shared.port, b"/nick ci\n/text\nmake: x\n/quit\n\x1b[31m/bin/ld: no\x1b[0m\n")
    assert lines[3:] == [
        EN.notice("you_are", name="ci"),
        EN.notice("text_only"),
        "<ci> make: x",
        "<ci> /quit",
        "<ci> /bin/ld: no",
    ]


@needs_nc
def test_nc_cannot_say_in_the_lobby_what_was_meant_for_another_room(shared: LiveServer) -> None:
    with shared.guest() as luis:
        error, left, refused = nc(shared.port, b"/join staff!\nsecret\n")[3:]
        assert error.startswith("ERR Invalid name: ")
        assert left == EN.notice("in_no_room_now")
        assert refused.startswith("ERR No room: ")
        luis.type("nothing else")
        assert "nothing else" in luis.said()


@needs_telnet
def test_telnet_talks_and_quits(shared: LiveServer) -> None:
    with (
        Client(shared.port) as luis,
        subprocess.Popen(
            ["telnet", "127.0.0.1", str(shared.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as telnet,
    ):
        assert telnet.stdin is not None
        assert telnet.stdout is not None
        telnet.stdin.write("¿qué tal?\n".encode())
        telnet.stdin.flush()
        said = luis.until("¿qué tal?")[-1]
        while said not in telnet.stdout.readline().decode():
            pass
        telnet.stdin.write(b"/quit\n")
        telnet.stdin.flush()
        assert EN.notice("goodbye") in telnet.stdout.read().decode()


@needs_telnet
@pytest.mark.parametrize("negotiates", [True, False])
def test_telnet_shows_no_password_that_it_is_asked_for_where_it_negotiates(
    shared: LiveServer, negotiates: bool
) -> None:
    port, name = (f"-{shared.port}", "neg") if negotiates else (str(shared.port), "plain")
    number, terminal = pty.fork()
    if not number:  # the child
        os.execvp("telnet", ["telnet", "--", "127.0.0.1", port])
    seen = b""

    def until(text: bytes) -> None:
        nonlocal seen
        while text not in seen:
            assert select.select([terminal], [], [], PATIENCE)[0], seen
            seen += os.read(terminal, 4096)

    try:
        until(WELCOMED.encode())
        os.write(terminal, b"/nick %s\n" % name.encode())
        until(EN.notice("you_are", name=name).encode())
        os.write(terminal, b"/register\n")
        question = "password_prompt" if negotiates else "shown_password_prompt"
        until(EN.notice(question).encode() + b"\r\n")
        os.write(terminal, b"correct horse\n")
        if negotiates:
            until(EN.notice("repeat_password_prompt").encode() + b"\r\n")
            os.write(terminal, b"correct horse\n")
        until(EN.notice("registered", name=name).encode())
        assert (b"correct horse" not in seen) is negotiates
        os.write(terminal, b"shown again\n")
        until(b"> shown again")
        assert seen.count(b"shown again") == 2
        os.write(terminal, b"/quit\n")
        until(EN.notice("goodbye").encode())
    finally:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
        os.close(terminal)
