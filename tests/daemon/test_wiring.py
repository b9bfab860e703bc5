"""The wiring: what the options do, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import os
import resource
import socket
import sqlite3
import ssl
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from unittest.mock import patch

import pytest
from twisted.internet.threads import deferToThread

from chatd.daemon.listener_settings import WATCHERS
from chatd.daemon.os_process import OWN_FILES
from chatd.daemon.reactor_lag import ReactorLag
from chatd.daemon.retention import RetentionPolicy
from chatd.daemon.service import ChatService
from chatd.daemon.settings_table import ROWS
from chatd.protocols.lines.bare import BARE_LENGTH
from chatd.protocols.transport.limits import Limits, TooManyConnections
from chatd.storage.size_limit import LEAST_RESERVED
from chatd.util.budget_table import Kind
from chatd.util.budgets import SERVER
from chatd.util.extras import how_to_install
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import networks_of
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.service import FREE, drop, make, ports_of, refusal, unbind

# Refusals


@pytest.mark.parametrize("value", ["", " ", "no such thing!", "-1", "="])
@pytest.mark.parametrize("name", [row.option for row in ROWS if row.takes_value])
def test_each_option_refuses_a_wrong_value(tmp_path: Path, name: str, value: str) -> None:
    if name == "audit":  # a file that is made, with any name
        value = f"missing/x{value}"
    web = ["--web", FREE] if name == "web-name" else []
    line = refusal(tmp_path, "--listen", FREE, *web, f"--{name}", value)
    assert name in line or f"listen on {value!r}" in line
    assert list(tmp_path.iterdir()) == []


# Limits


def most_connections(service: ChatService) -> int:
    """Return how many connections a daemon takes at most."""
    (use,) = service.listeners[0].factory.server.budgets.uses(SERVER, Kind.CONNECTIONS)
    return use.limit


async def test_the_limits_are_those_of_the_options(tmp_path: Path) -> None:
    asked = Limits(1, 2, 3, 4)
    options = [
        part
        for name, value in asked._asdict().items()
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    service = make(tmp_path, *options, "--listen", FREE, "--bare", FREE)
    assert [listener.factory.limits for listener in service.listeners] == [asked, asked]
    await unbind(service)


async def test_no_more_may_be_connected_than_files_may_be_open(tmp_path: Path) -> None:
    service = make(tmp_path, "--connections", "999999999", "--listen", FREE)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert most_connections(service) == soft - OWN_FILES
    await unbind(service)


async def test_connections_have_the_buffers_of_the_options(tmp_path: Path) -> None:
    service = make(tmp_path, "--send-buffer", "20000", "--listen", FREE)
    (port,) = ports_of(service)
    with closing(socket.socket(fileno=os.dup(port.fileno()))) as listening:
        assert listening.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 40000
    await unbind(service)


# Stores


@pytest.mark.parametrize("value", ["", "sqlite", "sqlite:", "mysql:x", "memory", "memory:x"])
def test_a_store_of_an_unknown_kind_is_refused(tmp_path: Path, value: str) -> None:
    assert "sqlite:PATH, postgresql://HOST/DATABASE or memory:" in refusal(
        tmp_path, "--store", value
    )


def test_a_store_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, "--store", "sqlite:missing/store")
    assert line.startswith("cannot use --store sqlite:missing/store: ")
    assert f"there is no directory {tmp_path}/missing. Make it first" in line


def test_a_store_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("not a database, " * 100)
    line = refusal(tmp_path, "--store", "sqlite:store")
    assert line.startswith(f"cannot use --store sqlite:store: {tmp_path}/store: ")
    assert "file is not a database" in line


def test_a_database_that_cannot_be_reached_is_refused(tmp_path: Path) -> None:
    where = "postgresql://127.0.0.1:1/chatd"
    line = refusal(tmp_path, "--store", where, "--node", "alba")
    assert line.startswith(f"cannot use --store {where}: 127.0.0.1:1: Connection refused. ")


def test_a_database_needs_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chatd.storage.postgres.store", None)
    line = refusal(tmp_path, "--store", "postgresql:///chatd", "--node", "alba")
    assert line.startswith("cannot use --store postgresql:///chatd: it needs psycopg: ")
    assert "chatd[postgres]" in line


def test_a_machine_without_a_name_needs_one_of_its_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "-")
    assert "give --node NAME" in refusal(tmp_path, "--store", "postgresql:///chatd")


def test_a_store_with_a_damaged_record_is_refused(tmp_path: Path) -> None:
    drop(make(tmp_path, "--store", "sqlite:store", "--listen", FREE))
    with closing(sqlite3.connect(tmp_path / "store")) as connection, connection:
        connection.execute("INSERT INTO records VALUES ('account', 'ana', '[]', NULL)")
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


# Browsers


@contextmanager
def without(library: str) -> Iterator[None]:
    """Have a library of the web not installed, and leave no module that was imported meanwhile."""
    with patch.dict(sys.modules):
        for name in tuple(sys.modules):
            if name.startswith(("chatd.protocols.web", library)):
                del sys.modules[name]
        sys.modules[library] = None  # type: ignore[assignment]
        yield


@pytest.mark.parametrize("missing", ["h11", "wsproto"])
def test_without_a_library_for_browsers_the_package_to_install_is_named(
    tmp_path: Path, missing: str
) -> None:
    with without(missing):
        line = refusal(tmp_path, "--listen", FREE, "--web", FREE)
    assert line == f"--web needs {missing}, which is not installed: {how_to_install('web')}."


async def test_browsers_may_use_its_own_names_and_those_of_the_options(tmp_path: Path) -> None:
    names = "--web-name", "Chat.Example.org"
    # Without a rate limit no request waits, also on a slow machine.
    service = make(tmp_path, "--listen", FREE, "--web", FREE, *names, "--lines-per-second", "0")
    (port,) = service.listeners[-1].ports
    host = f"127.0.0.1:{port.getHost().port}"  # type: ignore[attr-defined]
    for name, status in (
        ("chat.example.org", 200),
        (socket.gethostname(), 200),
        (host, 200),
        ("evil.example", 421),
    ):
        answer = await deferToThread(_healthz, host, name)
        assert answer == status
    await service.listeners[-1].factory.when_empty()
    await unbind(service)


async def test_http_1_1_is_negotiated_with_a_browser_over_tls(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    endpoint = f"ssl:0:interface=127.0.0.1:privateKey={certificate}"
    service = make(tmp_path, "--listen", FREE, "--web", endpoint, "--lines-per-second", "0")
    (port,) = service.listeners[-1].ports
    assert service.listeners[-1].fingerprint == fingerprint_of(certificate)
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
    await service.listeners[-1].factory.when_empty()
    await unbind(service)


def _healthz(address: str, name: str) -> int:
    connection = HTTPConnection(address, timeout=10)
    connection.request("GET", "/healthz", headers={"Host": name})
    with connection.getresponse() as response:
        response.read()
    connection.close()
    return response.status


# Those who watch


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """Ask a port of this machine for a path; return the status and the body of the answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    with connection.getresponse() as response:
        found = response.status, response.read()
    connection.close()
    return found


async def test_those_who_watch_are_told_the_figures_of_clients_alone(tmp_path: Path) -> None:
    service = make(tmp_path, "--listen", FREE, "--metrics", FREE, "--lines-per-second", "0")
    (port,) = service.listeners[-1].ports
    number = port.getHost().port  # type: ignore[attr-defined]
    assert await deferToThread(get, number, "/readyz") == (503, b'{"status":"starting"}\n')
    service.startService()
    status, body = await deferToThread(get, number, "/metrics")
    assert status == 200
    assert b'chatd_connections_admitted_total{door="chat"} 0.0\n' in body
    assert b'door="metrics"' not in body
    status, _ = await deferToThread(partial(get, number, "/metrics", Host="evil.example"))
    assert status == 421
    assert await deferToThread(get, number, "/readyz") == (200, b'{"status":"ok"}\n')
    assert await deferToThread(get, number, "/healthz") == (200, b'{"status":"ok"}\n')
    await service.stopService()


@pytest.mark.parametrize("watched", [False, True])
async def test_the_lag_of_the_reactor_is_measured_for_them_alone(
    tmp_path: Path, watched: bool
) -> None:
    service = make(tmp_path, "--listen", FREE, *(["--metrics", FREE] if watched else []))
    assert any(isinstance(each, ReactorLag) for each in service._helpers) == watched
    await unbind(service)


async def test_their_connections_count_for_no_limit_of_clients(tmp_path: Path) -> None:
    service = make(tmp_path, "--connections", "1", "--listen", FREE, "--metrics", FREE)
    chat, watched = (listener.factory for listener in service.listeners)
    chat.relocate(None, "192.0.2.1")
    for _ in range(WATCHERS):
        watched.relocate(None, "127.0.0.1")
    with pytest.raises(TooManyConnections):
        watched.relocate(None, "127.0.0.1")
    await unbind(service)


@pytest.mark.parametrize(
    "address",
    [
        "tcp:9460",
        "tcp:9460:interface=192.0.2.1",
        r"tcp6:9460:interface=\:\:",
        "haproxy:tcp:9460:interface=127.0.0.1",
        "systemd:domain=INET:index=0",
    ],
)
def test_other_machines_are_not_told_figures_without_a_token(tmp_path: Path, address: str) -> None:
    line = refusal(tmp_path, "--listen", FREE, "--metrics", address)
    assert line.startswith("--metrics ")
    assert "can be reached from other machines: give a token with --metrics-token-file" in line


async def test_they_are_told_figures_with_the_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-token-of-the-operator\n")
    token = "--metrics-token-file", "token"
    service = make(tmp_path, "--listen", FREE, "--metrics", "tcp:0", *token)
    (port,) = service.listeners[-1].ports
    number = port.getHost().port  # type: ignore[attr-defined]
    service.startService()
    status, _ = await deferToThread(get, number, "/metrics")
    assert status == 401
    sent = {"Authorization": "Bearer a-token-of-the-operator", "Host": "any.example"}
    status, _ = await deferToThread(partial(get, number, "/metrics", **sent))
    assert status == 200
    await service.stopService()


def test_without_h11_the_package_to_install_is_named(tmp_path: Path) -> None:
    with without("h11"):
        line = refusal(tmp_path, "--listen", FREE, "--metrics", FREE)
    assert line == f"--metrics needs h11, which is not installed: {how_to_install('metrics')}."


# Open files


@pytest.mark.parametrize("wanted", ["0", "10000"])
@pytest.mark.parametrize("soft", [resource.RLIM_INFINITY, 20_000])
async def test_no_more_may_be_connected_than_select_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, soft: int
) -> None:
    from twisted.internet import reactor

    monkeypatch.setattr("chatd.daemon.wiring.SelectReactor", type(reactor))
    with monkeypatch.context() as patched:
        patched.setattr(resource, "getrlimit", lambda _: (soft, soft))
        patched.setattr(resource, "setrlimit", lambda *_: None)
        service = make(tmp_path, "--connections", wanted, "--listen", FREE)
    assert most_connections(service) == 1024 - OWN_FILES
    await unbind(service)


# The control socket


def test_the_control_socket_is_beside_the_store_and_of_its_owner_alone(tmp_path: Path) -> None:
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    status = (tmp_path / "store.control").stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o600
    drop(service)


def test_the_socket_of_a_killed_daemon_is_replaced(tmp_path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(tmp_path / "store.control"))
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    assert service.control is not None
    assert not service.control.refusal
    with closing(socket.socket(socket.AF_UNIX)) as asking:
        asking.connect(str(tmp_path / "store.control"))
    drop(service)


def test_a_file_in_the_place_of_the_socket_is_left_and_the_daemon_starts(tmp_path: Path) -> None:
    (tmp_path / "store.control").write_text("mine")
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE)
    assert service.control is not None
    assert service.control.refusal == f"{tmp_path}/store.control: Address already in use."
    assert (tmp_path / "store.control").read_text() == "mine"
    drop(service)


def test_with_a_path_too_long_for_a_socket_the_daemon_starts(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 100)
    directory.mkdir()
    service = make(directory, "--store", "sqlite:store", "--listen", FREE)
    assert service.control is not None
    assert "AF_UNIX path too long" in service.control.refusal
    drop(service)


async def test_a_store_in_memory_has_no_control_socket(tmp_path: Path) -> None:
    service = make(tmp_path, "--listen", FREE)
    assert service.control is None
    await unbind(service)


# Settings


@pytest.mark.parametrize("allowed", [False, True])
async def test_passwords_are_accepted_in_clear_text_only_with_the_option(
    tmp_path: Path, allowed: bool
) -> None:
    flags = ["--allow-plaintext-passwords"] if allowed else []
    service = make(tmp_path, "--listen", FREE, *flags)
    assert service.listeners[0].factory.server.logins.secrecy.plaintext is allowed
    await unbind(service)


async def test_without_argon2_it_starts_and_has_no_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "argon2", None)
    service = make(tmp_path, "--listen", FREE)
    assert service.listeners[0].factory.server.logins.passwords is None
    await unbind(service)


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (64, 2)])
async def test_no_more_threads_hash_passwords_than_there_are_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, threads: int
) -> None:
    monkeypatch.setattr("chatd.daemon.wiring.cores", lambda: cores)
    service = make(tmp_path, "--listen", FREE)
    passwords = service.listeners[0].factory.server.logins.passwords
    assert passwords is not None
    passwords.start()
    hashing = [each for each in threading.enumerate() if each.name == "chatd-passwords"]
    passwords.stop()
    for each in hashing:
        each.join()
    assert len(hashing) == threads
    await unbind(service)


async def test_the_options_reach_the_server(tmp_path: Path) -> None:
    (tmp_path / "motd").write_text("Sé amable.\n", "utf-8-sig")  # as some editors do
    service = make(
        tmp_path,
        *("--listen", FREE, "--bare", FREE, "--max-length", "7", "--recent", "0"),
        *("--lobby", "#plaza", "--language", "es", "--motd", "motd"),
    )
    chat, bare = (listener.factory for listener in service.listeners)
    assert chat.buildProtocol(None).max_length == 7
    assert bare.buildProtocol(None).max_length == BARE_LENGTH
    assert chat.server is bare.server
    assert chat.server.lobby.name == "plaza"
    assert chat.server.language.value == "es"
    assert chat.server.motd == "Sé amable."
    await unbind(service)


async def served(tmp_path: Path, *options: str) -> tuple[str, str]:
    """Return the names of the lobby and of a guest of a daemon on a store, which it then stops."""
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE, *options)
    server = service.listeners[0].factory.server
    names = server.lobby.name, server.names.of_guest(7)
    service.startService()
    await server.store.flush()
    await service.stopService()
    return names


async def test_a_new_store_has_names_in_the_language_of_the_options_and_keeps_them(
    tmp_path: Path,
) -> None:
    assert await served(tmp_path, "--language", "es") == ("entrada", "invitado7")
    assert await served(tmp_path, "--language", "en") == ("entrada", "invitado7")
    assert await served(tmp_path, "--lobby", "plaza") == ("plaza", "invitado7")
    assert await served(tmp_path) == ("entrada", "invitado7")


async def test_a_store_that_was_begun_in_english_stays_so(tmp_path: Path) -> None:
    assert await served(tmp_path) == ("lobby", "guest7")
    assert await served(tmp_path, "--language", "es") == ("lobby", "guest7")


def test_the_store_has_the_largest_size_of_the_options(tmp_path: Path) -> None:
    service = make(tmp_path, "--store", "sqlite:store", "--listen", FREE, "--max-store", "64M")
    limit = service._store._limit  # type: ignore[attr-defined]
    assert limit.has_room((64 << 20) - LEAST_RESERVED - 1)
    assert not limit.has_room((64 << 20) - LEAST_RESERVED)
    drop(service)


async def test_hooks_may_lead_to_the_networks_of_the_options(tmp_path: Path) -> None:
    service = make(tmp_path, "--listen", FREE, "--hooks-to", "10.0.0.0/8", "--hooks-to", "::1")
    rules = service.listeners[0].factory.server.hooks.rules
    assert rules == Rules((*networks_of("10.0.0.0/8"), *networks_of("::1")), tls=True)
    await unbind(service)


async def test_hooks_lead_to_public_addresses_by_default(tmp_path: Path) -> None:
    service = make(tmp_path, "--listen", FREE)
    assert service.listeners[0].factory.server.hooks.rules == Rules(tls=True)
    await unbind(service)


async def test_the_retention_policy_is_that_of_the_options(tmp_path: Path) -> None:
    asked = ("--keep", "90d", "--keep", "#Ops=12h", "--keep", "tea=0", "--keep", "80d")
    service = make(tmp_path, *asked, "--listen", FREE)
    assert service._retention.policy == RetentionPolicy(80 * 86400, {"ops": 12 * 3600, "tea": 0})
    await unbind(service)


async def test_lines_are_kept_for_ever_by_default(tmp_path: Path) -> None:
    service = make(tmp_path, "--listen", FREE)
    assert service._retention.policy == RetentionPolicy()
    await unbind(service)


@pytest.mark.parametrize("stream", [0, 1, 2, None])
@pytest.mark.parametrize("daemon", [False, True])
async def test_the_service_knows_if_it_is_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, daemon: bool, stream: int | None
) -> None:
    monkeypatch.setattr(os, "isatty", lambda descriptor: descriptor == stream)
    service = make(tmp_path, "--listen", FREE, daemon=daemon)
    assert service._on_terminal is (stream is not None and not daemon)
    await unbind(service)


# Time


async def test_timers_run_on_the_monotonic_clock(tmp_path: Path) -> None:
    from twisted.internet import reactor

    service = make(tmp_path, "--listen", FREE)
    assert reactor.seconds is time.monotonic  # type: ignore[attr-defined]
    await unbind(service)
