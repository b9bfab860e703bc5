"""`chatd admin` as the operator runs it, with a daemon and without."""

from __future__ import annotations

import argparse
import getpass
import os
import pty
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from chatd.client.admin import add_arguments, run
from chatd.client.wire import ClientError
from chatd.storage.contract import FORGOTTEN
from chatd.util.extras import how_to_install
from tests.support import forks
from tests.support.admin import PASSWORD, admin
from tests.support.certificate import write_certificate
from tests.support.commands import RUN_CHATD, TIMEOUT
from tests.support.live_server import LOOPBACK, Client, LiveServer, environment, prepared
from tests.support.sentences import EN

TAKE_TERMINAL = "import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
"""The code that makes the standard input the terminal at which passwords are asked for."""


@pytest.fixture
def daemon(tmp_path: Path) -> Generator[LiveServer, None, None]:
    with LiveServer(tmp_path) as daemon:
        yield daemon


def listed(directory: Path) -> list[list[str]]:
    status, out, err = admin(directory, "list")
    assert status == 0
    assert bool(out) == (err == ""), "either accounts, or a word that there are none"
    return [line.split("\t")[:2] for line in out.splitlines()]


def test_without_a_daemon_it_carries_requests_out_itself(tmp_path: Path) -> None:
    said = admin(tmp_path, "add", "ana", "--admin", password=f"\ufeff{PASSWORD}\n")
    new = f"The store is new: {tmp_path / 'store'}."
    assert said == (0, f"ana is registered, and an administrator. {new}\n", "")
    said = admin(tmp_path, "add", "luis", password=f"{PASSWORD}\n")
    assert said == (0, "luis is registered.\n", "")
    assert admin(tmp_path, "remove", "luis") == (0, "luis is not registered any more.\n", "")
    assert admin(tmp_path, "demote", "ANA") == (0, "ana is no administrator.\n", "")
    assert listed(tmp_path) == [["ana", "-"]]
    assert {each.name for each in tmp_path.iterdir()} == {"store", "store.lock"}
    with LiveServer(tmp_path) as daemon, Client(daemon.port) as ana:
        ana.type(f"/login ana {PASSWORD}")
        ana.until(EN.notice("you_are", name="ana"))
    assert admin(tmp_path, "remove", "ana") == (0, "ana is not registered any more.\n", "")
    assert listed(tmp_path) == []


def test_a_refused_request_says_that_it_made_a_store(tmp_path: Path) -> None:
    status, _, err = admin(tmp_path, "add", "a b", password=f"{PASSWORD}\n")
    assert status == 1
    assert re.match(r"chatd: that cannot be a name: .*\. The store is new: .*/store\.\n", err)
    _, _, err = admin(tmp_path, "add", "a b", password=f"{PASSWORD}\n")
    assert err.endswith("no . last.\n")


def test_that_there_are_no_accounts_is_said_beside_the_table(tmp_path: Path) -> None:
    admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n")
    admin(tmp_path, "remove", "ana")
    status, out, err = admin(tmp_path, "list")
    assert (status, out) == (0, "")
    assert re.fullmatch(r"no accounts in sqlite:.*store\n", err)


def test_without_a_daemon_all_private_lines_go_with_a_name(tmp_path: Path) -> None:
    admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n")
    with closing(sqlite3.connect(tmp_path / "store")) as connection, connection:
        lines = 2 * FORGOTTEN + 1
        row = "INSERT INTO rooms (id, name, head, topic, session) VALUES (1, '@ana', ?, '', 1)"
        connection.execute(row, (lines,))
        connection.executemany(
            "INSERT INTO events VALUES (?, 0, 1, 'luis', 5, 'psst', NULL)",
            [(1 << 40 | seq,) for seq in range(1, lines + 1)],
        )
    assert admin(tmp_path, "remove", "ana") == (0, "ana is not registered any more.\n", "")
    with closing(sqlite3.connect(tmp_path / "store")) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_the_clock_can_be_confirmed(daemon: LiveServer, tmp_path: Path) -> None:
    status, out, err = admin(tmp_path, "clock", "ok")
    assert (status, out[:27], err) == (0, "the clock is right: it is 2", "")
    daemon.stop()
    assert admin(tmp_path, "clock", "ok")[0] == 0
    assert admin(tmp_path, "clock")[0] == admin(tmp_path, "clock", "wrong")[0] == 2


def test_it_prints_the_url_of_a_new_webhook_and_nothing_else(tmp_path: Path) -> None:
    with LiveServer(tmp_path, web=0) as daemon:
        status, out, err = admin(tmp_path, "hook", "in", "lobby", "alerts")
        assert (status, err) == (0, "")
        base = re.escape(daemon.url)
        assert re.fullmatch(rf"{base}hooks/[a-z2-7]{{26}}\n", out)
        with urllib.request.urlopen(out.strip(), b"disk full") as answer:
            assert answer.read() == b"ok"
        again = admin(tmp_path, "hook", "in", "lobby", "alerts")
        assert again[:2] == (1, "")
        assert "#lobby has a webhook called alerts" in again[2]
        token = out.strip().rpartition("/")[2]
        daemon.stop()
        log = "\n".join([*daemon.said, daemon.output.read().decode()])
    assert token not in log
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(token.encode() in data for data in files)
    status, out, err = admin(tmp_path, "hook", "in", "lobby", "builds")
    assert re.fullmatch(r"/hooks/[a-z2-7]{26}\n", out), err
    assert admin(tmp_path, "hook", "out", "lobby", "x")[0] == 2


def test_it_shows_what_all_use_and_who_uses_most(daemon: LiveServer, tmp_path: Path) -> None:
    with Client(daemon.port) as guest:
        guest.type("hola")
        guest.until("hola")
        status, out, err = admin(tmp_path, "budgets")
        assert (status, err) == (0, "")
        assert out.startswith("connections.all\t-\t1 used\tof ")
        status, out, err = admin(tmp_path, "budgets", "connections")
        assert out == "connections.64\t127.0.0.1\t1 used\tof 2000\n"
    assert admin(tmp_path, "budgets", "bans") == (0, "", "no owner uses any of bans\n")
    assert "the kinds of budgets are" in admin(tmp_path, "budgets", "apples")[2]


def test_it_shows_the_figures_of_a_daemon(daemon: LiveServer, tmp_path: Path) -> None:
    with Client(daemon.port) as guest:
        guest.type("hola")
        guest.until("<guest1> hola")
        status, out, err = admin(tmp_path, "stats")
        assert (status, err) == (0, "")
        assert "connections\tchat\t1\n" in out
        status, out, err = admin(tmp_path, "stats", "--format", "prometheus")
        assert (status, err) == (0, "")
        assert 'chatd_connections{door="chat"} 1.0\n' in out


def test_with_a_daemon_it_sends_requests_to_it(daemon: LiveServer, tmp_path: Path) -> None:
    with Client(daemon.port) as guest:
        guest.type("/nick ana")
        guest.until(EN.notice("you_are", name="ana"))
        said = admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n")
        assert said == (0, "ana is registered.\n", "")
        assert guest.line() == EN.notice("registered_elsewhere", name="ana")
        assert guest.line() == EN.notice("you_are", name="guest1")
        guest.type(f"/login ana {PASSWORD}")
        assert guest.line() == EN.notice("you_are", name="ana")
        assert admin(tmp_path, "promote", "ana") == (0, "ana is an administrator.\n", "")
        assert listed(tmp_path) == [["ana", "administrator"]]
        assert admin(tmp_path, "password", "ana", password="another horse\r\n")[0] == 0
        guest.type("/logout", "/login ana another horse")
        guest.until(EN.notice("you_are", name="ana"))
        assert admin(tmp_path, "remove", "ana")[0] == 0
        assert guest.line() == EN.notice("unregistered", name="ana")


def test_a_reload_says_what_changed_and_what_waits(tmp_path: Path) -> None:
    config = tmp_path / "chatd.toml"
    pair = write_certificate(tmp_path / "pair.pem")
    files = f'{{ certificate = "{pair}", key = "{pair}" }}'
    web = f'[[listen]]\nkind = "web"\nendpoint = "{LOOPBACK}"\ntls = {files}\n'
    config.write_text(web)
    with LiveServer(tmp_path, "--config", "chatd.toml") as daemon:
        assert admin(tmp_path, "reload") == (0, "changed: nothing.\n", "")
        write_certificate(pair)
        status, said, _ = admin(tmp_path, "reload")
        assert status == 0
        assert said.startswith(f"{pair} was read again. It is valid until 20")
        config.write_text(f'server = {{ motd = "motd", max_length = 7 }}\n{web}')
        fault = f"cannot read the motd {tmp_path}/motd: No such file or directory."
        assert admin(tmp_path, "reload") == (1, "", f"chatd: {fault}\n")
        (tmp_path / "motd").write_text("News.\n")
        waiting = "server.max_length changed; it holds after a restart."
        assert admin(tmp_path, "reload") == (0, f"changed: server.motd.\n{waiting}\n", "")
        with Client(daemon.port) as guest:
            assert guest.until("*** News.")
        daemon.stop()
        assert waiting in daemon.rest()


def test_without_a_daemon_nothing_is_reloaded(tmp_path: Path) -> None:
    admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n")
    status, out, err = admin(tmp_path, "reload")
    assert (status, out) == (1, "")
    assert err.startswith("chatd: no daemon uses this store. ")


def test_after_kill_9_a_confirmed_change_is_stored(daemon: LiveServer, tmp_path: Path) -> None:
    admin(tmp_path, "add", "ana", "--admin", password=f"{PASSWORD}\n")
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()
    assert (tmp_path / "store.control").exists()
    assert listed(tmp_path) == [["ana", "administrator"]]
    with LiveServer(tmp_path) as again, Client(again.port) as ana:
        assert listed(tmp_path) == [["ana", "administrator"]]
        ana.type(f"/login ana {PASSWORD}")
        ana.until(EN.notice("you_are", name="ana"))
        assert again.stop() in (0, -signal.SIGTERM)
    assert not (tmp_path / "store.control").exists()


def test_the_log_of_the_daemon_holds_no_password(daemon: LiveServer, tmp_path: Path) -> None:
    admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n")
    with Client(daemon.port) as ana:
        ana.type(f"/login ana {PASSWORD}", "/login ana wrong horse", f" /login ana {PASSWORD}")
        ana.until("ERR Not said")
    daemon.stop()
    rest = daemon.rest()
    assert "Traceback" not in rest
    assert "horse" not in rest
    files = b"".join(each.read_bytes() for each in tmp_path.iterdir() if each.is_file())
    assert b"horse" not in files


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["promote", "eva"], "nobody is registered by that name."),
        (["add", "a b"], "that cannot be a name"),
        (["add", "guest1"], "guest1 is reserved for the server."),
    ],
)
def test_a_request_that_is_refused_is_one_line(
    tmp_path: Path, arguments: list[str], why: str
) -> None:
    admin(tmp_path, "add", "ana", password=PASSWORD)
    status, out, err = admin(tmp_path, *arguments, password=PASSWORD)
    assert (status, out) == (1, "")
    assert err.startswith(f"chatd: {why}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("store", "password", "why"),
    [
        ("sqlite:missing/store", PASSWORD, "cannot use --store sqlite:missing/store: "),
        ("sqlite:store", "short", EN.sentence("password_too_short", limit=8)),
        ("sqlite:store", "", EN.sentence("password_too_short", limit=8)),
    ],
)
def test_a_store_or_password_that_is_refused_is_one_line(
    tmp_path: Path, store: str, password: str, why: str
) -> None:
    status, out, err = admin(tmp_path, "add", "ana", store=store, password=password)
    assert (status, out) == (1, "")
    assert err.startswith(f"chatd: {why}"), err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_only_adding_makes_a_store(tmp_path: Path) -> None:
    status, _, err = admin(tmp_path, "list")
    assert (status, err) == (
        1,
        f"chatd: cannot use --store sqlite:store: there is no file {tmp_path / 'store'}. Name the"
        " one that the daemon was given.\n",
    )
    assert not list(tmp_path.iterdir())


def test_a_daemon_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "store.control").write_text("in its place")
    with LiveServer(tmp_path) as daemon:
        assert any("chatd admin cannot ask this daemon" in line for line in daemon.said)
        status, _, err = admin(tmp_path, "list")
        assert status == 1
        assert err.startswith("chatd: a daemon uses the store, and cannot be asked at ")
        assert err.count("\n") == 1


def test_a_daemon_survives_requests_that_are_not_valid(daemon: LiveServer, tmp_path: Path) -> None:
    path = str(tmp_path / "store.control")
    for nonsense in b"\n", b"[" * 20_000 + b"\n", b"\xff\n", b'{"do": 7}\n', b"null\n":
        with closing(socket.socket(socket.AF_UNIX)) as asking:
            asking.settimeout(TIMEOUT)
            asking.connect(path)
            asking.sendall(nonsense)
            answer = asking.makefile("rb").readline()
            assert b'"error"' in answer, nonsense[:10]
    with closing(socket.socket(socket.AF_UNIX)) as asking:
        asking.settimeout(TIMEOUT)
        asking.connect(path)
        asking.sendall(b'{"do": "list"}\n{"do": "list"}\n')
        answers = asking.makefile("rb")
        assert [answers.readline() for _ in range(2)] == [b'{"accounts": []}\n'] * 2
        with suppress(ConnectionError):  # it closes while data is unread, or before all is sent
            asking.sendall(b"x" * 100_000)
            assert answers.readline() == b""
    assert listed(tmp_path) == []
    daemon.stop()
    assert "Traceback" not in daemon.rest()


def in_terminal(directory: Path, *arguments: str, typed: Sequence[str]) -> bytes:
    """Run `chatd admin` in a terminal, type a line for each question, and return what it shows."""
    terminal, its_end = pty.openpty()
    program = forks.Program(
        prepared(),
        f"{TAKE_TERMINAL}; {RUN_CHATD}",
        *("admin", "--store", "sqlite:store", *arguments),
        directory=directory,
        environment=environment(),
        files=(its_end, its_end, its_end),
    )
    os.close(its_end)
    seen = b""
    for line in typed:
        while not seen.endswith(b": "):
            seen += os.read(terminal, 1000)
        os.write(terminal, line.encode() + b"\n")
        seen += b"\n"
    try:
        while data := os.read(terminal, 1000):
            seen += data
    except OSError:
        pass  # it has ended
    program.wait(TIMEOUT)
    os.close(terminal)
    return seen


def test_in_a_terminal_the_password_is_typed_twice_and_not_shown(tmp_path: Path) -> None:
    for second, outcome in (PASSWORD, b"ana is registered."), ("other horse", b"differ"):
        seen = in_terminal(tmp_path, "add", "ana", typed=[PASSWORD, second])
        assert outcome in seen
        assert b"horse" not in seen


def test_in_a_terminal_a_password_that_is_not_valid_is_typed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def type_a_short_one(prompt: str) -> str:
        asked.append(prompt)
        return "horse"

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(getpass, "getpass", type_a_short_one)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(ClientError, match="at least"):
        run(parser.parse_args(["add", "ana"]))
    assert asked == ["Password for ana: "]


def test_in_a_terminal_the_name_is_typed_once_more_before_an_account_is_removed(
    tmp_path: Path,
) -> None:
    admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n")
    for typed in "y", "":
        seen = in_terminal(tmp_path, "remove", "ana", typed=[typed])
        assert b"nothing was removed" in seen
        assert listed(tmp_path) == [["ana", "-"]]
    seen = in_terminal(tmp_path, "remove", "ana", typed=["ana"])
    assert b"ana is not registered any more." in seen
    assert listed(tmp_path) == []


def test_in_a_terminal_yes_removes_an_account_at_once(tmp_path: Path) -> None:
    admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n")
    assert b"ana is not registered any more." in in_terminal(
        tmp_path, "remove", "ana", "--yes", typed=[]
    )
    assert listed(tmp_path) == []


def test_without_argon2_the_package_to_install_is_named(tmp_path: Path) -> None:
    code = "import sys; sys.modules['argon2'] = None; from chatd.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "admin", "--store", "sqlite:store", "add", "ana"],
        cwd=tmp_path,
        env=environment(),
        input=PASSWORD.encode(),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 1
    command = how_to_install("accounts")
    assert done.stderr.decode() == f"chatd: passwords need argon2-cffi: {command}\n"
