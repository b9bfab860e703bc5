"""`chatd.client.profiles`: what a profile fills in, and what is said of a faulty one."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

import pytest

from chatd import cli
from chatd.client import connect, profiles, say, server
from chatd.client.wire import ClientError
from tests.support.stand_in import ChatStandIn, FakeServer

KEY = "sha256:" + "A" * 43 + "="

WORK = f"""
# The server at work.
[work]
host = chat.example.com
port = 60062
fingerprint = {KEY}
login = ana
password-file = /home/ana/password
room = ops
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the file, in which there is one profile."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", "/home/ana")
    path = tmp_path / "chatd" / "profiles"
    path.parent.mkdir()
    path.write_text(WORK)
    return path


def completed(*words: str, command: str = "say") -> argparse.Namespace:
    """Return the arguments of a command, completed."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    {"say": say, "connect": connect}[command].add_arguments(parser)  # type: ignore[attr-defined]
    arguments = parser.parse_args(words)
    profiles.complete(arguments)
    return arguments


def values(arguments: argparse.Namespace, *names: str) -> list[object]:
    return [getattr(arguments, name) for name in names]


SERVER = "host", "port", "tls", "fingerprint", "unix"
PERSON = "name", "login", "password_file", "room"


def refusal(file: Path, text: str, *words: str) -> str:
    """Return the error about a file with a text, after the path of the file."""
    file.write_text(text)
    with pytest.raises(ClientError) as refused:
        completed("--profile", "work", *words)
    line = str(refused.value)
    assert line.startswith(f"{file}, line ")
    return line.removeprefix(f"{file}, ")


class TestFilling:
    """The arguments that a profile fills in."""

    def test_a_profile_says_the_server_and_the_name_there(self, file: Path) -> None:
        arguments = completed("--profile", "work")
        assert values(arguments, *SERVER) == ["chat.example.com", 60062, False, KEY, None]
        assert values(arguments, *PERSON) == [None, "ana", "/home/ana/password", "ops"]

    def test_it_may_stand_in_place_of_the_host(self, file: Path) -> None:
        assert values(completed("@work", command="connect"), *SERVER) == values(
            completed("--profile", "work"), *SERVER
        )

    def test_an_argument_that_a_command_does_not_have_is_left_out(self, file: Path) -> None:
        parser = argparse.ArgumentParser()
        parser.add_argument("--host")
        parser.add_argument("--port")
        server.add_arguments(parser)
        arguments = parser.parse_args(["--profile", "work"])
        profiles.complete(arguments)
        assert "room" not in arguments

    def test_arguments_go_before_it(self, file: Path) -> None:
        arguments = completed("--profile", "work", "--port", "7", "--room", "dev")
        assert values(arguments, "host", "port", "room") == ["chat.example.com", 7, "dev"]

    def test_a_unix_socket_goes_before_its_address(self, file: Path) -> None:
        arguments = completed("--profile", "work", "--unix", "chat.sock")
        assert values(arguments, *SERVER) == [None, None, False, None, "chat.sock"]

    def test_an_address_goes_before_its_unix_socket(self, file: Path) -> None:
        file.write_text("[work]\nunix = /run/chat.sock\n")
        assert completed("--profile", "work").unix == "/run/chat.sock"
        assert completed("--profile", "work", "--port", "7").unix is None

    @pytest.mark.parametrize("option", ["--name", "--login"])
    def test_another_name_goes_without_its_password(self, file: Path, option: str) -> None:
        arguments = completed("--profile", "work", option, "eva")
        given = option.removeprefix("--")
        assert values(arguments, *PERSON) == [
            "eva" if given == "name" else None,
            "eva" if given == "login" else None,
            None,
            "ops",
        ]

    def test_a_path_may_begin_with_the_home_directory(self, file: Path) -> None:
        file.write_text("[work]\nunix = ~/chat.sock\n")
        assert completed("--profile", "work").unix == "/home/ana/chat.sock"

    @pytest.mark.parametrize(("text", "tls"), [("yes", True), ("no", False)])
    def test_tls_is_yes_or_no(self, file: Path, text: str, tls: bool) -> None:
        file.write_text(f"[work]\ntls = {text}\n")
        assert completed("--profile", "work").tls is tls


class TestDefault:
    """The profile that is taken without being named."""

    @pytest.fixture(autouse=True)
    def default(self, file: Path) -> None:
        file.write_text("[default]\nhost = chat.example.com\nlogin = ana\npassword-file = /p\n")

    def test_it_is_taken_if_no_argument_names_a_server(self) -> None:
        arguments = completed("--room", "ops")
        assert values(arguments, "host", "login", "room") == ["chat.example.com", "ana", "ops"]

    @pytest.mark.parametrize(
        "words", ["--host other", "--port 7", "--tls", f"--fingerprint {KEY}", "--unix chat.sock"]
    )
    def test_its_name_and_password_are_for_no_other_server(self, words: str) -> None:
        assert values(completed(*words.split()), "login", "password_file") == [None, None]

    def test_there_may_be_none(self, file: Path) -> None:
        file.unlink()
        assert values(completed(), *SERVER) == [None, None, False, None, None]


class TestErrors:
    """A fault is told in one line, with what would be right."""

    def test_a_profile_that_there_is_not_names_the_nearest(self, file: Path) -> None:
        with pytest.raises(ClientError, match=r"^there is no profile wrk\. Did you mean work\?$"):
            completed("--profile", "wrk")

    def test_or_all_profiles(self, file: Path) -> None:
        with pytest.raises(ClientError, match=r"^there is no profile home\. There is work\.$"):
            completed("@home", command="connect")

    def test_or_the_file_in_which_there_is_none(self, file: Path) -> None:
        file.unlink()
        with pytest.raises(ClientError, match=rf"^there is no profile work\. {file} has none\.$"):
            completed("--profile", "work")

    def test_two_profiles_cannot_be_named(self, file: Path) -> None:
        with pytest.raises(ClientError, match="leave one of them out"):
            completed("@work", "--profile", "work", command="connect")

    def test_a_file_that_others_may_write_to_is_refused(self, file: Path) -> None:
        file.chmod(0o666)
        with pytest.raises(ClientError, match=rf"^cannot use {file}: others may write"):
            completed("--profile", "work")

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("host = x", "line 1: it is in no profile. Write [NAME] in a line above it."),
            ("[work]\nhost", "line 2: 'host' is neither [NAME] nor KEY = VALUE."),
            ("[work\nport = 7", "line 1: it is in no profile. Write [NAME] in a line above it."),
            ("[a b]\n", "line 1: it is in no profile. Write [NAME] in a line above it."),
            ("[work]\nprot = 7", "line 2: there is no key prot. Did you mean port?"),
            (
                "[work]\nnickname = ana\nzzz = 1",
                "line 2: there is no key nickname. Did you mean name?",
            ),
            (
                "[work]\nzzz = 1",
                "line 2: there is no key zzz. Take host, port, tls, fingerprint, unix, name,"
                " login, password-file or room.",
            ),
            ("[work]\n\nport = 0", "line 3: port: '0' is not a port (1 to 65535)."),
            ("[work]\nport = 7 # TLS", "line 2: port: '7 # TLS' is not a port (1 to 65535)."),
            ("[work]\nhost = @home", "line 2: host: '@home' is not a host (a name or an address)."),
            ("[work]\ntls = on", "line 2: tls: 'on' is neither yes nor no."),
            ("[work]\nunix = chat", "line 2: unix: 'chat' is not a path from / or ~ on."),
            ("[work]\nname = a b", "line 2: name: 'a b' cannot be a name."),
            ("[work]\nroom = a b", "line 2: room: 'a b' cannot be a room."),
            ("[work]\n[work]", "line 2: the profile work is there already. Choose another name."),
            (
                "[work]\nport = 7\nport = 8",
                "line 3: port is there already, in line 2. Delete one of them.",
            ),
            (
                "[work]\nunix = /s\nport = 8",
                "line 3: port does not go with unix, in line 2. Delete one of them.",
            ),
            (
                "[work]\nname = ana\nlogin = ana",
                "line 3: login does not go with name, in line 2. Delete one of them.",
            ),
        ],
    )
    def test_a_faulty_line_is_named(self, file: Path, text: str, error: str) -> None:
        assert refusal(file, text) == error

    def test_the_fingerprint_of_a_certificate_is_refused(self, file: Path) -> None:
        line = refusal(file, "[work]\nfingerprint = " + "ab" * 32)
        assert "is that of a certificate, and chatd takes that of the key" in line

    def test_a_faulty_profile_that_is_not_used_is_an_error_too(self, file: Path) -> None:
        assert refusal(file, "[work]\nport = 7\n[home]\nport = x").startswith("line 4: port: ")

    def test_text_of_the_file_cannot_control_the_terminal(self, file: Path) -> None:
        assert refusal(file, "[work]\n\x1b[2J\n").isprintable()


class TestTextThatIsAProfile:
    """`chatd say` with a profile as its first word, as `chatd connect` takes it."""

    @pytest.mark.parametrize("words", [["@work", "hola"], ["@work"]])
    def test_it_is_refused_with_the_right_option(
        self, file: Path, words: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            cli.main(["say", *words])
        assert ended.value.code == 2
        assert capsys.readouterr().err.startswith("chatd say: did you mean --profile work? ")

    @pytest.mark.parametrize(
        "words", [["--", "@work", "hola"], ["@play", "hola"], ["@work hola"], ["hola", "@work"]]
    )
    def test_it_is_text_after_dashes_and_where_no_profile_is_meant(
        self, file: Path, words: list[str]
    ) -> None:
        room = ChatStandIn()
        with FakeServer(room) as server:
            assert cli.main(["say", *server.address, *words]) == 0
        assert room.said == [" ".join(word for word in words if word != "--")]


class TestHostThatIsAProfile:
    """A host that is not found, and has the name of a profile."""

    @pytest.fixture(autouse=True)
    def _no_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(address: tuple[str, int], timeout: float) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "create_connection", refuse)

    @pytest.mark.parametrize(
        ("text", "words", "advice"),
        [
            ("[aula]\nport = 7", ["--host", "aula"], " Or did you mean @aula?"),
            ("[aula]\nport = 7", ["--host", "aula:7"], " Or did you mean @aula?"),
            ("[aula]\nport = 7", ["--host", "other"], ""),
            ("[aula]\nhost = aula", ["--profile", "aula"], ""),
            ("[aula]\nhost = aula", ["--host", "@aula"], ""),
            ("faulty", ["--host", "aula"], ""),
        ],
    )
    def test_the_profile_is_advised_unless_it_was_meant(
        self,
        file: Path,
        text: str,
        words: list[str],
        advice: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        file.write_text(text)
        assert cli.main(["say", *words, "hola"]) == 1
        assert capsys.readouterr().err.endswith(f"Check the name.{advice}\n")
