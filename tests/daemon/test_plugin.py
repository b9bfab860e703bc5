"""Starting: what is refused, in one line, and that nothing is left behind when it is."""

from __future__ import annotations

import os
import resource
import socket
import sqlite3
import ssl
import stat
import sys
import time
from collections.abc import Generator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.testing import MemoryReactorClock
from twisted.internet.threads import deferToThread
from twisted.python.usage import UsageError

from chatd.daemon import plugin
from chatd.daemon.plugin import (
    BACKLOG,
    DEFAULT_LISTEN,
    OPEN_MAX,
    OWN_FILES,
    Options,
    _measure_time_steadily,
    makeService,
)
from chatd.daemon.retention import RetentionPolicy
from chatd.daemon.service import ChatService
from chatd.protocols.lines.protocol import BareProtocol, ChatProtocol
from chatd.protocols.transport.limits import Limits
from chatd.protocols.web.connection import WebProtocol
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import networks_of
from tests.support.certificate import write_certificate

FREE = "tcp:0:interface=127.0.0.1"


class Twistd(dict):
    """The options of twistd itself."""


@pytest.fixture(autouse=True)
def _signals_are_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is made here have no say when pytest is sent signals, or stops its reactor."""
    monkeypatch.setattr(plugin, "renew_on_hangup", lambda *_: None)
    for name in "stop_in_time", "end_in_time":
        monkeypatch.setattr(plugin, name, lambda: None)


def make(tmp_path: Path, *arguments: str, daemon: bool = False) -> ChatService:
    """What `twistd chat` makes of these arguments, with tmp_path for its run directory."""
    options = Options()
    options.parent = Twistd(rundir=str(tmp_path), nodaemon=not daemon, logfile="twistd.log")
    options.parseOptions(["--store", "memory:", *arguments])
    service = makeService(options)
    assert isinstance(service, ChatService)
    return service


def refusal(tmp_path: Path, *arguments: str) -> str:
    """The line with which it refuses these arguments."""
    with pytest.raises(SystemExit) as refused:
        make(tmp_path, *arguments)
    line = refused.value.code
    assert isinstance(line, str), "exit status 1"
    assert "\n" not in line
    assert line.startswith("chatd: ")
    return line.removeprefix("chatd: ")


def ports_of(service: ChatService) -> list[IListeningPort]:
    return [port for door in service.doors for port in door.ports]


async def unbind(service: ChatService) -> None:
    for port in ports_of(service):
        await port.stopListening()
    if service.control is not None:
        await maybeDeferred(service.control.close)
    await service._store.close()


def drop(service: ChatService) -> None:
    """Give back what one has that was never started."""
    os.close(service._store._lock)  # type: ignore[attr-defined]
    for port in ports_of(service):
        port.stopListening()
    if service.control is not None:
        service.control.close()


# Values


REPEATED = ("listen", "bare", "web", "web-name", "keep", "hooks-to")


@pytest.mark.parametrize("value", ["", " ", "no such thing!", "-1", "="])
@pytest.mark.parametrize("name", [*(row[0] for row in Options.optParameters), *REPEATED])
def test_no_option_takes_what_is_none_of_its_values(tmp_path: Path, name: str, value: str) -> None:
    web = ["--web", FREE] if name == "web-name" else []
    line = refusal(tmp_path, "--listen", FREE, *web, f"--{name}", value)
    assert name in line or f"listen on {value!r}" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "٣"])
def test_a_wrong_max_length_is_refused(tmp_path: Path, value: str) -> None:
    line = refusal(tmp_path, "--max-length", value)
    assert line.startswith("--max-length takes a whole number, 1 or more; not ")


def test_a_wrong_recent_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, "--recent", "-1")
    assert line == "--recent takes a whole number, 0 or more; not '-1'."


LIMITS = (*Limits._fields, "dead_after", "send_buffer", "receive_buffer")


@pytest.mark.parametrize("name", [name.replace("_", "-") for name in LIMITS])
def test_a_wrong_limit_is_refused(tmp_path: Path, name: str) -> None:
    for value in "-1", "many":
        line = refusal(tmp_path, f"--{name}", value)
        assert line.startswith(f"--{name} takes a whole number, 0 ")


def test_a_dead_after_that_linux_cannot_keep_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, "--dead-after", "90001")
    assert line == "--dead-after takes a whole number, 0 to 90000; not '90001'."


def test_a_wrong_language_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "--language", "fr") == "--language takes en or es; not 'fr'."


def test_a_wrong_lobby_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, "--lobby", "not a room")
    assert line.startswith("--lobby takes a room's name: ")


def test_an_unreadable_motd_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, "--motd", "missing")
    assert line.startswith(f"cannot read --motd {tmp_path}/missing: No such file or directory")


def test_a_motd_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "motd").write_bytes(b"\xff")
    line = refusal(tmp_path, "--motd", "motd")
    assert line.startswith(f"cannot read --motd {tmp_path}/motd: it is not UTF-8")


@pytest.mark.parametrize(
    "name", ["", "a b", "http://chat.example.com", "chat.example.com:80", "chät"]
)
def test_a_name_that_no_browser_asks_for_is_refused(tmp_path: Path, name: str) -> None:
    line = refusal(tmp_path, "--listen", FREE, "--web", FREE, "--web-name", name)
    assert line == f"--web-name takes a name such as chat.example.com; not {name!r}."


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises((UsageError, SystemExit)):
        make(tmp_path, "--nonsense")


def test_a_word_that_is_no_option_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, "nonsense")
    assert line == "there are options only, such as --listen; not 'nonsense'."


@pytest.mark.parametrize(
    "value", ["", "90", "d", "90y", "0d", "-1d", "ops=", "ops=90", "=90d", "a b=90d", "@ana=90d"]
)
def test_a_wrong_time_to_keep_lines_is_refused(tmp_path: Path, value: str) -> None:
    assert refusal(tmp_path, "--keep", value) == (
        "--keep takes a time span like 90d or 12h (0: for ever), or one for a room, like ops=30d;"
        f" not {value!r}."
    )


# Limits


async def test_the_limits_are_those_that_were_asked_for(tmp_path: Path) -> None:
    asked = Limits(1, 2, 3, 4, 5)
    options = [
        part
        for name, value in asked._asdict().items()
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    service = make(tmp_path, *options, "--listen", FREE, "--bare", FREE)
    assert [door.factory.limits for door in service.doors] == [asked, asked]
    await unbind(service)


async def test_every_limit_can_be_switched_off(tmp_path: Path) -> None:
    names = [name.replace("_", "-") for name in LIMITS]
    options = [part for name in names for part in (f"--{name}", "0")]
    service = make(tmp_path, *options, "--listen", FREE)
    assert service.doors[0].factory.limits == Limits()
    await unbind(service)


async def test_no_more_may_be_connected_than_there_may_be_open_files(tmp_path: Path) -> None:
    service = make(tmp_path, "--connections", "999999999", "--listen", FREE)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert service.doors[0].factory.limits.connections == soft - OWN_FILES
    await unbind(service)


async def test_connections_have_the_buffers_that_were_asked_for(tmp_path: Path) -> None:
    service = make(tmp_path, "--send-buffer", "20000", "--listen", FREE)
    (port,) = ports_of(service)
    with closing(socket.socket(fileno=os.dup(port.fileno()))) as listening:
        assert listening.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 40000
    await unbind(service)


# Stores


@pytest.mark.parametrize("value", ["", "sqlite", "sqlite:", "postgresql:x", "memory", "memory:x"])
def test_a_store_of_an_unknown_kind_is_refused(tmp_path: Path, value: str) -> None:
    assert "sqlite:PATH or memory:" in refusal(tmp_path, "--store", value)


def test_a_store_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, "--store", "sqlite:missing/store")
    assert line.startswith(f"cannot use --store sqlite:missing/store: {tmp_path}/missing/store")
    assert "No such file or directory" in line


def test_a_store_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("not a database, " * 100)
    line = refusal(tmp_path, "--store", "sqlite:store")
    assert line.startswith(f"cannot use --store sqlite:store: {tmp_path}/store: ")
    assert "file is not a database" in line


def test_a_store_with_a_damaged_record_is_refused(tmp_path: Path) -> None:
    drop(make(tmp_path, "--store", "sqlite:store", "--listen", FREE))
    with closing(sqlite3.connect(tmp_path / "store")) as connection, connection:
        connection.execute("INSERT INTO records VALUES ('account', 'ana', '[]')")
    line = refusal(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    assert line.startswith("cannot use --store sqlite:store: it is damaged: a record in it")


def test_a_store_that_is_in_use_is_refused(tmp_path: Path) -> None:
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    try:
        line = refusal(tmp_path, "--store", "sqlite:store", "--listen", FREE)
        assert f"{tmp_path}/store is in use by another chatd" in line
    finally:
        drop(service)


def test_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    drop(service)
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o600


# Addresses


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        endpoint = f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"
        line = refusal(tmp_path, "--listen", endpoint)
    assert line.startswith(f"cannot listen on '{endpoint}': Address already in use.")


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "nonsense",
        "60060",
        "tcp:x",
        "tcp:60060:interface=nowhere.invalid",
        "tcp:0:interface=192.0.2.1",
        "unix:/nonexistent/directory/chat",
        "ssl:0:privateKey=/nonexistent",
        "systemd:domain=INET:index=0",
        "tcp:0:nonsense=1",
    ],
)
def test_a_bad_endpoint_is_refused(tmp_path: Path, endpoint: str) -> None:
    for option in "--listen", "--bare", "--web":
        line = refusal(tmp_path, "--listen", FREE, option, endpoint)
        assert line.startswith(f"cannot listen on '{endpoint}': ")


def test_when_one_address_is_refused_none_is_bound(tmp_path: Path) -> None:
    from twisted.internet import reactor

    before = set(reactor.getReaders())  # type: ignore[attr-defined]
    refusal(tmp_path, "--listen", FREE, "--bare", FREE, "--bare", "nonsense")
    assert set(reactor.getReaders()) <= before  # type: ignore[attr-defined]


async def test_each_address_speaks_its_own_kind_of_lines(tmp_path: Path) -> None:
    some = "-l", FREE, "--listen", FREE, "-b", FREE, "--bare", FREE, "-w", FREE, "--web", FREE
    service = make(tmp_path, *some)
    kinds = [
        type(port.factory.buildProtocol(None)) for door in service.doors for port in door.ports
    ]  # type: ignore[attr-defined]
    lines = [ChatProtocol, ChatProtocol, BareProtocol, BareProtocol]
    assert kinds == [*lines, WebProtocol, WebProtocol]
    await unbind(service)


@pytest.mark.parametrize("missing", ["h11", "wsproto"])
def test_without_what_browsers_need_it_is_said_how_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in tuple(sys.modules):
        if name.startswith(("chatd.protocols.web", missing)):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    line = refusal(tmp_path, "--listen", FREE, "--web", FREE)
    assert line == f"--web needs {missing}, which is not installed: pip install 'chatd[web]'."


async def test_browsers_know_it_by_its_own_name_and_those_that_it_is_given(tmp_path: Path) -> None:
    names = "--web-name", "Chat.Example.org"
    # However slow the machine is, nobody is left alone for a while.
    service = make(tmp_path, "--listen", FREE, "--web", FREE, *names, "--lines-per-second", "0")
    (port,) = service.doors[-1].ports
    host = f"127.0.0.1:{port.getHost().port}"  # type: ignore[attr-defined]
    for name, status in (
        ("chat.example.org", 200),
        (socket.gethostname(), 200),
        (host, 200),
        ("evil.example", 421),
    ):
        answer = await deferToThread(_healthz, host, name)
        assert answer == status
    await service.doors[-1].factory.when_empty()
    await unbind(service)


@pytest.mark.filterwarnings("ignore:Passing pyOpenSSL")
async def test_a_browser_that_comes_over_tls_is_told_what_is_spoken(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    endpoint = f"ssl:0:interface=127.0.0.1:privateKey={certificate}"
    service = make(tmp_path, "--listen", FREE, "--web", endpoint, "--lines-per-second", "0")
    (port,) = service.doors[-1].ports
    assert service.doors[-1].secure == [port]
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    context.set_alpn_protocols(["h2", "http/1.1"])

    def ask() -> tuple[str | None, bytes]:
        address = "127.0.0.1", port.getHost().port  # type: ignore[attr-defined]
        with (
            socket.create_connection(address, timeout=10) as plain,
            context.wrap_socket(plain) as client,
        ):
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return client.selected_alpn_protocol(), client.recv(100)

    spoken, answer = await deferToThread(ask)
    assert spoken == "http/1.1"
    assert answer.startswith(b"HTTP/1.1 200 OK")
    await service.doors[-1].factory.when_empty()
    await unbind(service)


def _healthz(address: str, name: str) -> int:
    connection = HTTPConnection(address, timeout=10)
    connection.request("GET", "/healthz", headers={"Host": name})
    with connection.getresponse() as response:
        response.read()
    connection.close()
    return response.status


def test_the_default_address_is_on_this_machine() -> None:
    assert DEFAULT_LISTEN == "tcp:60060:interface=127.0.0.1"


async def test_many_may_come_at_once_to_any_address(tmp_path: Path) -> None:
    service = make(tmp_path, "-l", FREE, "-l", f"unix:{tmp_path}/chat", "-l", f"{FREE}:backlog=7")
    assert [port.backlog for port in ports_of(service)] == [BACKLOG, BACKLOG, 7]  # type: ignore[attr-defined]
    await unbind(service)


def test_a_run_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path / "nowhere")
    assert line.startswith(f"cannot run in --rundir {tmp_path}/nowhere: ")


# Open files


@pytest.fixture
def low_limit() -> Generator[int, None, None]:
    """Let this process have fewer files open than it may; gives how many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_it_may_have_as_many_files_open_as_the_system_lets_it(
    tmp_path: Path, low_limit: int
) -> None:
    service = make(tmp_path, "--listen", FREE)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (low_limit, low_limit)
    await unbind(service)


@pytest.mark.parametrize("error", [ValueError, OSError])
async def test_it_starts_although_the_system_raises_no_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def setrlimit(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(resource, "setrlimit", setrlimit)
        service = make(tmp_path, "--listen", FREE)
    await unbind(service)


async def test_where_the_hard_limit_is_too_high_the_highest_that_is_taken_is_set(
    tmp_path: Path, low_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS names no hard limit, and takes no soft one above OPEN_MAX."""
    taken = []

    def setrlimit(resource_: int, limits: tuple[int, int]) -> None:
        if limits[0] > OPEN_MAX or limits[0] == resource.RLIM_INFINITY:
            raise ValueError
        taken.append(limits)

    with monkeypatch.context() as patched:
        patched.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
        patched.setattr(resource, "setrlimit", setrlimit)
        service = make(tmp_path, "--listen", FREE)
    assert taken == [(OPEN_MAX, resource.RLIM_INFINITY)]
    await unbind(service)


@pytest.mark.parametrize("wanted", ["0", "10000"])
@pytest.mark.parametrize("soft", [resource.RLIM_INFINITY, 20_000])
async def test_no_more_may_be_connected_than_select_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, soft: int
) -> None:
    from twisted.internet import reactor

    monkeypatch.setattr("chatd.daemon.plugin.SelectReactor", type(reactor))
    with monkeypatch.context() as patched:
        patched.setattr(resource, "getrlimit", lambda _: (soft, soft))
        patched.setattr(resource, "setrlimit", lambda *_: None)
        service = make(tmp_path, "--connections", wanted, "--listen", FREE)
    assert service.doors[0].factory.limits.connections == 1024 - OWN_FILES
    await unbind(service)


# The control socket


def test_it_is_bound_beside_the_store_for_its_owner_alone(tmp_path: Path) -> None:
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    status = (tmp_path / "store.control").stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o600
    drop(service)


def test_one_that_a_killed_daemon_left_is_no_hindrance(tmp_path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(tmp_path / "store.control"))
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    assert service.control is not None
    assert not service.control.refusal
    with closing(socket.socket(socket.AF_UNIX)) as asking:
        asking.connect(str(tmp_path / "store.control"))
    drop(service)


def test_a_file_in_its_place_is_left_and_the_daemon_starts_without(tmp_path: Path) -> None:
    (tmp_path / "store.control").write_text("mine")
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    assert service.control is not None
    assert service.control.refusal == f"{tmp_path}/store.control: Address already in use."
    assert (tmp_path / "store.control").read_text() == "mine"
    drop(service)


def test_where_its_path_is_too_long_the_daemon_starts_without(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 100)
    directory.mkdir()
    service = make(directory, "--store", "sqlite:store", "--listen", FREE)
    assert service.control is not None
    assert "AF_UNIX path too long" in service.control.refusal
    drop(service)


async def test_a_store_in_memory_has_none(tmp_path: Path) -> None:
    service = make(tmp_path, "--listen", FREE)
    assert service.control is None
    await unbind(service)


# What the options do


@pytest.mark.parametrize("allowed", [False, True])
async def test_passwords_are_taken_in_clear_if_the_operator_wants_that(
    tmp_path: Path, allowed: bool
) -> None:
    flags = ["--allow-plaintext-passwords"] if allowed else []
    service = make(tmp_path, "--listen", FREE, *flags)
    assert service.doors[0].factory.server.logins.plaintext is allowed
    await unbind(service)


async def test_without_argon2_it_starts_and_has_no_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "argon2", None)
    service = make(tmp_path, "--listen", FREE)
    assert service.doors[0].factory.server.logins.passwords is None
    await unbind(service)


async def test_the_options_reach_the_server(tmp_path: Path) -> None:
    (tmp_path / "motd").write_text("Sé amable.\n", "utf-8-sig")  # as some editors do
    service = make(
        tmp_path,
        *("--listen", FREE, "--bare", FREE, "--max-length", "7", "--recent", "0"),
        *("--lobby", "#plaza", "--language", "es", "--motd", "motd"),
    )
    chat, bare = (door.factory for door in service.doors)
    assert chat.buildProtocol(None).max_length == 7
    assert bare.buildProtocol(None).max_length == 256
    assert chat.server is bare.server
    assert chat.server.lobby.name == "plaza"
    assert chat.server.language.value == "es"
    assert chat.server.motd == "Sé amable."
    await unbind(service)


@pytest.mark.parametrize("value", ["", "here", "10.0.0.1/8", "example.com", "10.0.0.0/33"])
def test_a_network_for_hooks_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    line = refusal(tmp_path, "--hooks-to", value)
    assert line == (
        f"--hooks-to takes a network like 10.0.0.0/8, an address, or any; not {value!r}."
    )


async def test_hooks_may_lead_where_it_was_allowed(tmp_path: Path) -> None:
    service = make(tmp_path, "--hooks-to", "10.0.0.0/8", "--hooks-to", "::1")
    rules = service.doors[0].factory.server.hooks.rules
    assert rules == Rules((*networks_of("10.0.0.0/8"), *networks_of("::1")), tls=True)
    await unbind(service)


async def test_hooks_lead_to_public_addresses_by_default(tmp_path: Path) -> None:
    service = make(tmp_path)
    assert service.doors[0].factory.server.hooks.rules == Rules(tls=True)
    await unbind(service)


async def test_lines_are_kept_as_long_as_was_asked_for(tmp_path: Path) -> None:
    asked = ("--keep", "90d", "--keep", "#Ops=12h", "--keep", "tea=0", "--keep", "80d")
    service = make(tmp_path, *asked, "--listen", FREE)
    assert service._retention.kept == RetentionPolicy(80 * 86400, {"ops": 12 * 3600, "tea": 0})
    await unbind(service)


async def test_lines_are_kept_for_ever_by_default(tmp_path: Path) -> None:
    service = make(tmp_path, "--listen", FREE)
    assert service._retention is None
    await unbind(service)


@pytest.mark.parametrize("daemon", [False, True])
async def test_it_knows_whether_it_stays_in_the_foreground(tmp_path: Path, daemon: bool) -> None:
    service = make(tmp_path, "--listen", FREE, daemon=daemon)
    assert service._foreground is not daemon
    await unbind(service)


# Time


async def test_timers_do_not_run_on_the_time_of_day(tmp_path: Path) -> None:
    from twisted.internet import reactor

    service = make(tmp_path, "--listen", FREE)
    assert reactor.seconds is time.monotonic  # type: ignore[attr-defined]
    await unbind(service)


def test_what_was_scheduled_before_the_clock_was_changed_is_due_when_it_was() -> None:
    reactor = MemoryReactorClock()
    reactor.advance(1e9)
    call = reactor.callLater(60, lambda: None)
    _measure_time_steadily(reactor)
    assert 59 < call.getTime() - time.monotonic() <= 60
