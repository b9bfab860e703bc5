"""`chatd.client.known_servers`: the file of the keys that are trusted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chatd.client import known_servers
from chatd.client.wire import ClientError, UntrustedServer

KEY = "sha256:" + "A" * 43 + "="
OTHER = "sha256:" + "B" * 42 + "A="


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the file, which is not there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "chatd" / "known_servers"


def write(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)


def test_a_stored_key_is_found(file: Path) -> None:
    assert known_servers.find("chat.test:1") is None
    assert known_servers.add("chat.test:1", KEY) == str(file)
    found = known_servers.find("chat.test:1")
    assert found is not None
    assert (found.fingerprint, found.line) == (KEY, 1)
    assert known_servers.find("chat.test:2") is None


def test_a_host_is_the_same_in_any_case(file: Path) -> None:
    known_servers.add("Chat.Test:1", KEY)
    assert file.read_text() == f"chat.test:1 {KEY}\n"
    assert known_servers.find("CHAT.test:1") is not None


def test_other_lines_stay(file: Path) -> None:
    write(file, f"# mine\n\n[::1]:7 {OTHER}\n")
    known_servers.add("chat.test:1", KEY)
    assert file.read_text() == f"# mine\n\n[::1]:7 {OTHER}\nchat.test:1 {KEY}\n"
    found = known_servers.find("[::1]:7")
    assert found is not None
    assert found.line == 3


def test_a_key_that_has_changed_is_refused_with_both_and_the_line(file: Path) -> None:
    write(file, f"# mine\nchat.test:1 {KEY}\n")
    found = known_servers.find("chat.test:1")
    assert found is not None
    found.check(KEY)
    with pytest.raises(UntrustedServer) as refused:
        found.check(OTHER)
    assert str(refused.value) == (
        f"the key of chat.test:1 has changed, or another server answers there: it is {OTHER}, and"
        f" {file}, line 2, has {KEY}. If its operator confirms the new key, delete that line."
    )


def test_a_key_that_another_process_has_stored_counts(file: Path) -> None:
    known_servers.add("chat.test:1", KEY)
    known_servers.add("chat.test:1", KEY)
    assert file.read_text() == f"chat.test:1 {KEY}\n"
    with pytest.raises(UntrustedServer, match="has changed"):
        known_servers.add("chat.test:1", OTHER)


@pytest.mark.parametrize(
    "line", ["chat.test:1", f"chat.test:1 {KEY} x", "chat.test:1 sha256:x", f"chat.test:1{KEY}"]
)
def test_a_line_that_is_none_is_refused_with_its_number(file: Path, line: str) -> None:
    write(file, f"# mine\n{line}\n")
    with pytest.raises(ClientError, match=rf"^{file}, line 2: .* is not HOST:PORT and sha256"):
        known_servers.find("chat.test:1")
    with pytest.raises(ClientError, match="line 2"):
        known_servers.add("chat.test:1", KEY)


def test_two_lines_for_an_address_are_refused(file: Path) -> None:
    write(file, f"chat.test:1 {KEY}\nchat.test:1 {OTHER}\n")
    with pytest.raises(ClientError, match=r"line 2: chat\.test:1 is in line 1, too\. Delete one"):
        known_servers.find("chat.test:1")


def test_text_of_the_file_cannot_control_the_terminal(file: Path) -> None:
    write(file, "\x1b[2J\n")
    with pytest.raises(ClientError) as refused:
        known_servers.find("chat.test:1")
    assert str(refused.value).isprintable()


def test_a_user_without_a_home_directory_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chatd.client.config_files.path_of", lambda name: None)
    assert known_servers.find("chat.test:1") is None
    with pytest.raises(ClientError, match=r"no home directory.*--fingerprint"):
        known_servers.add("chat.test:1", KEY)


def test_what_several_processes_store_at_once_is_all_there(file: Path) -> None:
    program = (
        "import sys; from chatd.client import known_servers\n"
        "for port in range(20): known_servers.add(f'{sys.argv[1]}:{port}', sys.argv[2])"
    )
    hosts = ["a", "b", "c", "d"]
    running = [subprocess.Popen([sys.executable, "-c", program, host, KEY]) for host in hosts]
    assert [process.wait() for process in running] == [0] * len(hosts)
    assert sorted(file.read_text().splitlines()) == sorted(
        f"{host}:{port} {KEY}" for host in hosts for port in range(20)
    )
