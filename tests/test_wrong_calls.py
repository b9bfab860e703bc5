"""Wrong calls of all commands: each is one line that says what would be right, and a status.

Status 2 means that the arguments alone are wrong, 1 that they cannot be followed as things are.
`test_arguments` of the clients and the tests of the daemon have more, each for one cause.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from twisted.scripts.twistd import ServerOptions

from chatd import cli
from chatd.daemon.options import Options
from chatd.daemon.os_process import SERVE
from chatd.daemon.wiring import makeService
from tests.support.certificate import write_certificate
from tests.support.commands import chatd_in_text
from tests.support.service import without_signals  # noqa: F401 - a fixture
from tests.support.store_files import sql

DAEMONS = {("chatd", "serve"), ("twistd", "chat")}

ALONE = [
    ("chatd", "the command is missing: serve, connect, say"),
    ("chatd sai hola", "Did you mean say?"),
    ("chatd start", "there is no command start. "),
    ("chatd --verison", "Did you mean --version?"),
    ("chatd -h5", "there is no option -h5."),
    ("chatd serve --port 60063", "Did you mean --listen tcp:60063?"),
    ("chatd serve --port", "Did you mean --listen tcp:PORT?"),
    ("chatd serve --prot 60063", "Did you mean --listen tcp:60063?"),
    ("chatd serve --host 0.0.0.0", "Did you mean --listen tcp:60060:interface=0.0.0.0?"),
    ("chatd serve --tls", "Did you mean --listen ssl:60062:privateKey=key.pem:certKey=cert.pem?"),
    ("chatd serve --db chat.db", "Did you mean --store sqlite:chat.db?"),
    ("chatd serve --daemon", "Did you mean twistd --pidfile= chat?"),
    ("chatd serve --lisen tcp:1", "Did you mean --listen?"),
    ("chatd serve --pidfile chat.pid", "twistd -n --pidfile=FILE chat"),
    ("chatd serve --logfile chat.log", "twistd -n --pidfile= --logfile ... chat"),
    ("chatd serve -n", "twistd -n --pidfile= chat"),
    ("chatd serve extra", "there are options only, such as --listen; not 'extra'."),
    ("chatd serve 60063", "Did you mean --listen tcp:60063?"),
    ("chatd serve --listen", "--listen needs a value such as tcp:60060:interface=127.0.0.1."),
    ("chatd serve --listen --bare", "it is an option, and the value is missing."),
    ("chatd serve --line 5", "--line-seconds, --lines-per-second"),
    ("chatd serve --unix-names=yes", "--unix-names takes no value."),
    ("chatd serve --unix-names", "add --listen unix:/run/chatd/chat.sock"),
    ("chatd serve --listen 60063", "did you mean tcp:60063?"),
    ("chatd serve --listen localhost:60063", "did you mean tcp:60063:interface=localhost?"),
    ("chatd serve --web http://0.0.0.0:60080", "did you mean tcp:60080?"),
    ("chatd serve --bare tcp:abc", "a port is a number from 0 to 65535; not 'abc'."),
    ("chatd serve --listen tcp:99999", "a port is a number from 0 to 65535; not '99999'."),
    ("chatd serve --listen tcp:7:iface=lo", "Did you mean interface?"),
    ("chatd serve --listen ssl:7:key=a:cert=b", "Did you mean privateKey?"),
    ("chatd serve --listen tcp:60063 --web tcp:60063", "--listen has that address."),
    ("chatd serve --store chat.sqlite", "Did you mean sqlite:chat.sqlite?"),
    ("chatd serve --store sqlite:", "Did you mean sqlite:chatd.sqlite?"),
    (
        "chatd serve --store mysql:chat",
        "--store takes sqlite:PATH, postgresql://HOST/DATABASE or memory:",
    ),
    ("chatd serve --max-length long", "--max-length takes a whole number, 1 or more; not 'long'."),
    ("chatd serve --keep 90", "--keep takes a time span like 90d"),
    ("chatd serve --web-name 'bad name'", "--web-name takes a name such as chat.example.com"),
    ("chatd serve --language fr", "--language takes en or es; not 'fr'."),
    ("chatd serve --lobby 'a b'", "--lobby takes a room's name"),
    ("chatd serve --config", "--config needs a value."),
    ("chatd check-config a b", "'b' is one argument too many."),
    ("chatd init --force", "there is no option --force."),
    ("chatd admin relod", "Did you mean reload?"),
    ("twistd chat --prot", "Did you mean --listen tcp:PORT?"),
    ("twistd chat --listen nonsense", "It is tcp, tcp6, ssl, unix, systemd or haproxy."),
    ("chatd say --prot 7 hola", "Did you mean --port?"),
    ("chatd say --port", "--port needs a value."),
    ("chatd say --port seven hola", "--port: 'seven' is not a port (1 to 65535)."),
    ("chatd say --tls=yes hola", "--tls takes no value; not 'yes'."),
    ("chatd say --unix s --tls hola", "--unix and --tls exclude each other: give one of them."),
    ("chatd say --unix s --port 7 hola", "leave out its host and port."),
    ("chatd say ''", "nothing to say: TEXT is empty."),
    ("chatd say -5%", "put -- before it."),
    ("chatd say --password-file p hola", "a password is for --login NAME."),
    ("chatd connect ''", "HOST"),
    ("chatd connect localhost 7 8", "'8' is one argument too many."),
    ("chatd connect --nmae ana", "there is no option --nmae."),
    ("chatd export --format pdf", "--format takes csv, jsonl, markdown or text; not 'pdf'."),
    ("chatd export --since yesterday", "a time span like 10m, 2h, 3d"),
    ("chatd export --store chat.sqlite", "Did you mean sqlite:chat.sqlite?"),
    (
        "chatd export --store memory:",
        "--store takes sqlite:PATH or postgresql://HOST/DATABASE; memory: keeps nothing.",
    ),
    ("chatd export lobby", "'lobby' is one argument too many."),
    ("chatd backup", "FILE is missing."),
    ("chatd backup a b", "'b' is one argument too many."),
    ("chatd backup --store memory: copy", "takes sqlite:PATH; memory: keeps nothing."),
    ("chatd backup --force copy", "there is no option --force."),
    ("chatd check copy.sqlite", "'copy.sqlite' is one argument too many."),
    ("chatd restore", "FILE is missing."),
    (
        "chatd import --format mirc log",
        "--format takes irssi, jsonl, slack, store or weechat; not 'mirc'.",
    ),
    (
        "chatd backup --store postgresql:///chatd copy",
        "takes sqlite:PATH; back up a database with pg_dump.",
    ),
    (
        "chatd restore --store postgresql:///chatd copy",
        "takes sqlite:PATH; restore a database with pg_restore.",
    ),
    (
        "chatd check --store postgresql:///chatd",
        "takes sqlite:PATH; check a database with pg_amcheck.",
    ),
    ("chatd import --format store memory:", "the store that is to be imported as FILE: it keeps"),
    ("chatd import --format store chat.sqlite", "Did you mean sqlite:chat.sqlite?"),
    (
        "chatd import --format store sqlite:chat.sqlite",
        "a store is moved to one of another kind; chatd backup copies one.",
    ),
    (
        "chatd import --store postgresql:///a --format store postgresql:///b",
        "a store is moved to one of another kind; pg_dump copies one.",
    ),
    ("chatd import --format store --into a sqlite:b", "--into is for a log of one room."),
    ("chatd import --format store --skip-bad sqlite:b", "--skip-bad is for logs"),
    (
        "chatd import --format irssi log",
        "a log of irssi is of one room: give its name with --into.",
    ),
    ("chatd import --skip-bad log", "--skip-bad is for logs of other programs."),
    ("chatd import --into 'a b' log", "--into: 'a b' cannot be a room's name"),
    ("chatd import --room ops log", "there is no option --room."),
    ("chatd admin", "the command is missing: list, add, promote"),
    ("chatd admin lst", "Did you mean list?"),
    ("chatd admin remove", "NAME is missing."),
    ("chatd admin add ana --amdin", "Did you mean --admin?"),
    ("chatd admin list --store x", "there is no option --store here."),
    ("chatd admin clock yes", "it takes ok; not 'yes'."),
]
"""Calls whose arguments alone are wrong."""

AS_THINGS_ARE = [
    (
        "chatd serve --store sqlite:nowhere/s --listen tcp:0",
        "there is no directory {here}/nowhere.",
    ),
    ("chatd serve --store sqlite:folder --listen tcp:0", "folder: Is a directory."),
    ("chatd serve --store sqlite:notes --listen tcp:0", "file is not a database."),
    ("chatd serve --store sqlite:songs --listen tcp:0", "it is the database of another program."),
    ("chatd serve --store memory: --motd nowhere", "the motd {here}/nowhere: No such file"),
    ("chatd serve --store memory: --motd folder", "the motd {here}/folder: it is not a file."),
    ("chatd serve --store memory: --motd latin", "the motd {here}/latin: it is not UTF-8."),
    ("chatd serve --store memory: --listen ssl:0", "ssl:0:privateKey=key.pem:certKey=cert.pem."),
    ("chatd serve --store memory: --listen ssl:0:nowhere", "privateKey={here}/nowhere cannot be "),
    ("chatd serve --store memory: --listen ssl:0:notes", "notes has no private key in PEM."),
    ("chatd serve --store memory: --listen ssl:0:both:notes", "notes has no certificate in PEM."),
    ("chatd serve --store memory: --listen ssl:0:both:other", "do not belong together."),
    ("chatd serve --store memory: --listen unix:nowhere/s", "there is no directory nowhere."),
    ("chatd serve --store memory: --listen unix:notes", "notes is there, and is no socket."),
    ("chatd serve --store memory: --listen tcp:0:interface=192.0.2.1", "leave interface out"),
    ("chatd serve --store memory: --listen systemd:INET:0", "systemd passes no socket at all."),
    ("chatd say --login ana hola", "--login needs a password: --password-file FILE"),
    ("chatd say --unix nowhere hola", "no server at nowhere"),
    (
        "chatd export",
        "there is no file {here}/chatd.sqlite. Name the one that the daemon was given.",
    ),
    ("chatd export --store sqlite:notes", "file is not a database"),
    (
        "chatd backup copy",
        "there is no file {here}/chatd.sqlite. Name the one that the daemon was ",
    ),
    ("chatd backup --store sqlite:notes copy", "file is not a database"),
    (
        "chatd check",
        "there is no file {here}/chatd.sqlite. Name the one that the daemon was given.",
    ),
    ("chatd check --store sqlite:songs", "it is the database of another program."),
    ("chatd restore nowhere", "nowhere: No such file or directory."),
    ("chatd restore notes", "notes: file is not a database."),
    ("chatd restore folder", "folder is not a file."),
    ("chatd import nowhere", "cannot import nowhere: No such file or directory."),
    ("chatd import notes", "cannot import notes: line 1: it is not JSON."),
    ("chatd admin list", "there is no file {here}/chatd.sqlite. Name the one that the daemon was "),
    ("chatd admin --store sqlite:nowhere/s list", "there is no file {here}/nowhere/s."),
]
"""Calls that are right elsewhere."""


@pytest.fixture(autouse=True)
def here(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    without_signals: None,  # noqa: F811 - the fixture
) -> Path:
    """Work in a directory with files that are not what they are taken for."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes").write_text("buy milk, " * 100)
    (tmp_path / "latin").write_bytes("mañana".encode("latin-1"))
    sql(tmp_path / "songs", "CREATE TABLE songs (name)")
    monkeypatch.chdir(tmp_path)
    for variable in "CHATD_PASSWORD", "LISTEN_FDNAMES":
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def call(command: str, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    """Run a command in this process, up to where it is refused. Return its exit status."""
    program, *arguments = shlex.split(command)
    try:
        if (program, *arguments[:1]) not in DAEMONS:
            return cli.main(arguments)
        monkeypatch.setattr(sys, "argv", [SERVE if program == "chatd" else program])
        options = Options()
        options.parent = ServerOptions()
        options.parseOptions(arguments[1:])
        makeService(options)
    except SystemExit as ended:
        if isinstance(ended.code, str):  # as Python does
            print(ended.code, file=sys.stderr)
            return 1
        return ended.code
    raise AssertionError(f"{command} is not refused")


@pytest.mark.parametrize(("command", "right"), ALONE)
def test_arguments_that_are_wrong_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], command: str, right: str
) -> None:
    assert call(command, monkeypatch) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert right in err
    name = err.partition(":")[0]
    assert command.startswith(name)
    assert err.endswith(f" See {name} --help.\n")


@pytest.mark.parametrize(("command", "right"), AS_THINGS_ARE)
def test_arguments_that_cannot_be_followed(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    right: str,
) -> None:
    write_certificate(here / "both")
    other = write_certificate(here / "other")
    other.write_bytes(other.read_bytes().partition(b"-----END PRIVATE KEY-----\n")[2])
    assert call(command, monkeypatch) == 1
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("chatd: ")
    assert right.format(here=here) in err


@pytest.mark.parametrize(
    ("command", "status", "line"),
    [
        ("serve --prot 7", 2, "chatd serve: there is no option --prot. Did you mean "),
        ("serve --listen 7", 2, "chatd serve: --listen '7': did you mean tcp:7? See "),
        ("serve --motd no", 1, "chatd: cannot read the motd "),
        ("export --format x", 2, "chatd export: --format takes csv, jsonl, markdown or "),
    ],
)
def test_a_process_ends_as_its_parts_do(here: Path, command: str, status: int, line: str) -> None:
    returned, output, errors = chatd_in_text(here, *command.split())
    assert (returned, output, errors.count("\n")) == (status, "", 1)
    assert errors.startswith(line)
