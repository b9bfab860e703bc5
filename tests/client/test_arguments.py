"""The arguments of each command of `chatd`, and its streams if they are closed.

No wrong argument is taken for another one: it is refused in one line that says what is right, and
the exit status is not 0. No closed stream causes a traceback.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from codecs import BOM_UTF8
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet import reactor

from chatd import cli
from chatd.event import Draft, Kind
from chatd.storage.sqlite.store import SqliteStore
from tests.support import forks
from tests.support.commands import RUN_CHATD
from tests.support.live_server import prepared
from tests.support.stand_in import DEADLINE, ChatStandIn, FakeServer, unused_port

CHATD = f"{shlex.quote(sys.executable)} -m chatd"

CLOSED = "chatd: cannot go on: standard output is closed.\n"


@pytest_twisted.async_fixture
async def store(tmp_path: Path) -> Path:
    """Return the directory of a store in which one line was said."""
    store = SqliteStore(reactor, tmp_path / "chatd.sqlite")  # type: ignore[arg-type]
    store.start()
    await store.commit([Draft("lobby", 7, "ana", Kind.MESSAGE, ["hola"])])
    await store.close()
    return tmp_path


def run(command: str, closed: str, directory: Path) -> tuple[int, str, str]:
    """Run a command in a shell that closes streams: its exit status, output and errors."""
    done = subprocess.run(
        ["sh", "-c", f"{CHATD} {command} {closed}"],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


STREAMS = {"<&-": "stdin", ">&-": "stdout", "2>&-": "stderr"}
"""The streams that a shell closes by these."""

CLOSE = """
import os, sys
for name in {names}:
    os.close(getattr(sys, name).fileno())
    setattr(sys, name, None)
    setattr(sys, f"__{{name}}__", None)
"""
"""Code that leaves streams as an interpreter has them if they are closed before it starts."""

IMPORT_MUCH = ("export", "admin", "serve")
"""Commands whose start takes ten times as long as that of a command which begins at once."""


def run_forked(command: str, closed: str, directory: Path) -> tuple[int, str, str]:
    """Do as `run` does in a process that has imported chatd already."""
    names = [STREAMS[each] for each in closed.split()]
    code = f"{CLOSE.format(names=names)}{RUN_CHATD}"
    arguments = shlex.split(command)
    status, out, error = forks.run(
        prepared(),
        code,
        *arguments,
        directory=directory,
        environment={**os.environ, **prepared().environment},
        timeout=DEADLINE,
    )
    return status, out.decode(), error.decode()


@pytest.mark.parametrize(
    ("command", "closed", "status", "out", "error"),
    [
        ("export", ">&-", 1, "", CLOSED),
        ("export", "<&- >&- 2>&-", 1, "", ""),
        ("export", "2>&-", 0, "<ana> hola", ""),
        ("export", "<&-", 0, "<ana> hola", ""),
        ("export --store sqlite:no", "2>&-", 1, "", ""),
        ("export --store sqlite:no", ">&-", 1, "", "there is no file"),
        ("export --format x", "2>&-", 2, "", ""),
        ("admin list", ">&-", 0, "", "no accounts in sqlite:chatd.sqlite"),
        ("admin promote ana", ">&-", 1, "", "nobody is registered by that name"),
        ("admin promote ana", "2>&-", 1, "", ""),
        ("admin promote ''", "", 1, "", "nobody is registered by that name"),
        ("admin add ana", "<&-", 1, "", "there is nothing to read a password from"),
        ("say", "<&-", 1, "", "nothing to say: standard input is closed"),
        ("say ''", ">&-", 2, "", "nothing to say: TEXT is empty"),
        ("say ''", "2>&-", 2, "", ""),
        ("say hola --port {port}", ">&-", 1, "", "connection refused"),
        ("connect", "<&-", 1, "", "connect needs a terminal"),
        ("connect", ">&-", 1, "", "connect needs a terminal"),
        ("connect", "2>&-", 1, "", ""),
        ("serve --store nowhere:", ">&-", 2, "", "--store takes sqlite:PATH"),
        ("serve --store nowhere:", "<&-", 2, "", "--store takes sqlite:PATH"),
        ("serve --store nowhere:", "2>&-", 2, "", ""),
        ("--help", ">&-", 1, "", CLOSED),
        ("export --help", ">&-", 1, "", CLOSED),
        ("nonsense", ">&-", 2, "", "nonsense"),
        ("nonsense", "2>&-", 2, "", ""),
    ],
)
def test_a_closed_stream_is_no_traceback(
    store: Path, command: str, closed: str, status: int, out: str, error: str
) -> None:
    begin = run_forked if command.startswith(IMPORT_MUCH) else run
    returned, written, told = begin(command.format(port=unused_port()), closed, store)
    assert returned == status, told
    assert out in written
    assert bool(out) == bool(written)
    assert error in told
    assert bool(error) == bool(told)
    assert "Traceback" not in written + told
    assert (store / "chatd.sqlite").read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_line_is_said_with_any_stream_closed(tmp_path: Path, closed: str) -> None:
    room = ChatStandIn()
    with FakeServer(room) as server:
        assert run(f"say --port {server.port} hola", closed, tmp_path) == (0, "", "")
    assert room.said == ["hola"]


def test_text_that_begins_with_a_dash_is_said_after_two(tmp_path: Path) -> None:
    room = ChatStandIn()
    with FakeServer(room) as server:
        assert run(f"say --port {server.port} -- -5% disk", "", tmp_path) == (0, "", "")
    assert room.said == ["-5% disk"]


@pytest.mark.parametrize("text", ["", "-"])
def test_standard_input_is_said_when_it_is_meant(tmp_path: Path, text: str) -> None:
    (tmp_path / "lines").write_text("one\ntwo\n")
    room = ChatStandIn()
    with FakeServer(room) as server:
        assert run(f"say --port {server.port} {text}", "<lines", tmp_path) == (0, "", "")
    assert room.said == ["one", "two"]


REFUSED = [
    ("say ''", 2, "TEXT is empty"),
    ("say ' ' ''", 2, "TEXT is empty"),
    ("say '\n\n'", 2, "TEXT is empty"),
    ("say '\ufeff'", 2, "TEXT is empty"),
    ("say --file x hola", 2, "give TEXT or --file, not both"),
    ("say --idempotency-key '' hola", 2, "KEY is empty"),
    ("tail -n x", 2, "is not a number of lines"),
    ("tail --since soon", 2, "is not a time such as 90m, 2h or 3d"),
    ("tail --password-file x", 2, "a password is for --login NAME"),
    ("who 'a b'", 2, "cannot be a room"),
    ("rooms ops", 2, "is one argument too many"),
    ("search --room ops --all x", 2, "exclude each other"),
    ("say -5%", 2, "put -- before it"),
    ("say -hola", 2, "-h"),
    ("say --log rotated", 2, "there is no option --log"),
    ("say --nam ci hola", 2, "there is no option --nam"),
    ("say --name '' hola", 2, "cannot be a name"),
    ("say --name 'a b' hola", 2, "cannot be a name"),
    ("say --room '' hola", 2, "cannot be a room"),
    ("say --room '#a,#b' hola", 2, "cannot be a room"),
    ("say --host '' hola", 2, "is not a host"),
    ("say --host 60060 hola", 2, "is not a host"),
    *((f"say --port {port} hola", 2, "is not a port") for port in ("0", "65536", "x", "''", "1e3")),
    ("say --name ci --login ana hola", 2, "exclude each other"),
    ("say --password-file x hola", 2, "a password is for --login"),
    ("say --plaintext-password --login ana hola", 2, "there is no option --plaintext-password"),
    ("say --profile work hola", 1, "there is no profile work"),
    ("connect @work", 1, "there is no profile work"),
    ("say --host tls://chat.example:7 hola", 2, "write chat.example:7, and --tls"),
    ("say --host chat.example:7 --port 8 hola", 2, "has a port already, so leave out 8"),
    ("say --unix '' hola", 2, "is not a path"),
    ("say --unix chat.sock --port 7 hola", 2, "leave out its host and port"),
    ("say --unix chat.sock --tls hola", 2, "exclude each other"),
    ("say --tls --fingerprint sha256:" + "A" * 43 + "= hola", 2, "exclude each other"),
    *(
        (f"say --fingerprint {text} hola", 2, "is not the fingerprint of a key: sha256: and 44")
        for text in ("''", "sha256:ab", "sha1:" + "A" * 43 + "=", "A" * 43 + "=", "ab" * 33)
    ),
    *(
        (f"say --fingerprint '{text}' hola", 2, "is that of a certificate, and chatd takes that of")
        for text in ("ab" * 32, "SHA256:" + "ab" * 32, "sha256 Fingerprint=" + "AB:" * 31 + "AB")
    ),
    ("say --login ana --password-file '' hola", 1, "cannot read"),
    ("say --password-file '' hola", 2, "a password is for --login"),
    ("say --login ana hola", 1, "--login needs a password"),
    *(
        (f"export --since {since}", 2, "is neither a time span like 10m, 2h, 3d nor a time")
        for since in ("nonsense", "''", "5", "10min", "2026-13-01", "1h30m")
    ),
    ("export --room ''", 1, "cannot be a room"),
    ("export --room nope", 1, "nothing was said in a room called"),
    ("export --format txt", 2, "takes csv, jsonl, markdown or text"),
    ("export --language fr", 2, "takes en or es"),
    ("export --store ''", 2, "--store takes sqlite:PATH, postgresql://HOST/DATABASE or memory:"),
    ("export --store chatd.sqlite", 2, "Did you mean sqlite:chatd.sqlite?"),
    ("export --store memory:", 2, "keeps nothing"),
    ("export lobby", 2, "'lobby' is one argument too many"),
    ("export --sin 1h", 2, "there is no option --sin"),
    ("admin", 2, "the command is missing: list, add"),
    ("admin lst", 2, "Did you mean list?"),
    ("admin list ana", 2, "'ana' is one argument too many"),
    ("admin promote", 2, "NAME"),
    ("admin promote ana eva", 2, "eva"),
    ("admin add ana --adm", 2, "there is no option --adm"),
    (
        "admin --store '' list",
        2,
        "--store takes sqlite:PATH, postgresql://HOST/DATABASE or memory:",
    ),
    ("connect ''", 2, "is not a host"),
    ("connect 60061", 2, "is not a host"),
    ("connect --unix chat.sock localhost", 2, "leave out its host and port"),
    ("connect localhost x", 2, "is not a port"),
    ("connect localhost 1 2", 2, "2"),
]


@pytest.mark.parametrize(("command", "status", "right"), REFUSED)
def test_a_wrong_argument_is_refused_and_nothing_is_said(
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    status: int,
    right: str,
) -> None:
    monkeypatch.chdir(store)
    monkeypatch.delenv("CHATD_PASSWORD", raising=False)
    monkeypatch.setattr("chatd.client.wire.connect", None)  # no server is contacted
    try:
        returned = cli.main(shlex.split(command))
    except SystemExit as ended:
        returned = int(ended.code or 0)
    out, error = capfd.readouterr()
    assert (returned, out) == (status, "")
    assert right in error
    assert error.count("\n") == 1
    assert error.startswith("chatd")


@pytest.mark.parametrize(
    "chunks", [(BOM_UTF8 + b"hola\n",), (BOM_UTF8[:1], BOM_UTF8[1:] + b"hola")]
)
def test_a_byte_order_mark_in_front_of_input_is_not_said(
    chunks: tuple[bytes, ...],
) -> None:
    room = ChatStandIn()
    with FakeServer(room) as server:
        command = [sys.executable, "-m", "chatd", "say", "--port", str(server.port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            for chunk in chunks:
                process.stdin.write(chunk)
                process.stdin.flush()
            process.communicate(timeout=DEADLINE)
    assert (process.returncode, room.said) == (0, ["hola"])


def test_a_byte_order_mark_in_front_of_text_or_a_password_is_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(BOM_UTF8 + b"correct horse \n")
    room = ChatStandIn()
    with FakeServer(room, unix=tmp_path / "chat.sock"):
        where = "say --unix chat.sock"
        assert run(f"{where} --login ana --password-file secret \ufeffhola", "", tmp_path) == (
            0,
            "",
            "",
        )
    assert any(each.get("text") == "/login ana correct horse " for each in room.asked)
    assert room.said == ["hola"]
