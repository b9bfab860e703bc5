"""Upgrades to another version and back, with processes: a copy of chatd pretends to be that one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import chatd
from chatd.daemon.handover.giving import STATES
from chatd.storage.sqlite.schema import STEPS, WORKS_WITH
from tests.support.commands import chatd_in_text
from tests.support.live_server import WELCOMED, Client, LiveServer

NEXT = "9.9.9"
"""The version that the copy pretends to be."""


class Copy:
    """A copy of the package, which is what a daemon with its variables runs."""

    def __init__(self, folder: Path) -> None:
        self._original = Path(chatd.__file__).parent
        self._package = folder / "chatd"
        self.variables = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        shutil.copytree(self._original, self._package)

    def become_next(self) -> None:
        """Be of another version than the original, and otherwise the same."""
        self.replace("__init__.py", f'"{chatd.__version__}"', f'"{NEXT}"')

    def replace(self, module: str, old: str, new: str) -> None:
        """Replace the only place of a text in a module."""
        path = self._package / module
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{module} has {old!r} {text.count(old)} times"
        self.write(module, text.replace(old, new))

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self._package / name).write_text(text, "utf-8")

    def go_back(self, *names: str) -> None:
        """Have the files of the original; a file that is not there is removed."""
        for name in ("__init__.py", *names):
            if (self._original / name).exists():
                shutil.copy2(self._original / name, self._package / name)
            else:
                (self._package / name).unlink()


class Daemon:
    """A daemon that runs a copy, with two people and a program who talk all the time."""

    def __init__(self, folder: Path, copy: Copy, stack: ExitStack) -> None:
        self._folder = folder
        self.copy = copy
        server = LiveServer(folder, fresh=True, variables=copy.variables)
        self.server = stack.enter_context(server)
        self._clients = [stack.enter_context(Client(server.port)) for _ in range(3)]
        for client in self._clients:
            client.until(WELCOMED)
        self._said = 0

    def asked(self, *arguments: str) -> str:
        """Run `chatd upgrade`; return its line."""
        _, out, err = chatd_in_text(self._folder, "upgrade", "--store", "sqlite:store", *arguments)
        return out + err

    def upgraded(self, version: str) -> None:
        """Upgrade in the middle of a line, which must be to that version, and lose nothing."""
        talker, *_ = self._clients
        talker.socket.sendall(b"said before, ")
        assert re.fullmatch(
            rf"upgraded: process \d+ goes on with chatd {re.escape(version)}: 3 clients stayed,"
            r" nobody has to come back\. The pause was \d+ ms\.\n",
            self.asked(),
        )
        self.talk()

    def refused(self, why: str) -> None:
        """Try to upgrade, which must be refused for that reason, and lose nothing."""
        self._clients[0].socket.sendall(b"said before, ")
        said = self.asked()
        assert said.startswith(f"chatd: not upgraded: {why}")
        assert said.endswith(" This version goes on.\n")
        self.talk()

    def talk(self) -> None:
        """Have the first one end a line, which all see, and each exactly once."""
        self._said += 1
        line = f"said before, and after {self._said}"
        self._clients[0].type(f"and after {self._said}")
        for client in self._clients:
            assert client.said().endswith(f"> {line}")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    (tmp_path / "code").mkdir()
    (tmp_path / "run").mkdir(mode=0o700)
    with ExitStack() as stack:
        yield Daemon(tmp_path / "run", Copy(tmp_path / "code"), stack)


STATES_OF = "daemon/handover/giving.py"
SESSIONS = "chat/handing_over.py"

RESTART = "`chatd upgrade --restart` restarts instead."


def test_states_of_the_next_version_and_back(daemon: Daemon) -> None:
    copy = daemon.copy
    copy.become_next()
    # It gives a member more, and can do without.
    given = '"numbers": server.numbers.state(),'
    copy.replace(SESSIONS, given, f'"later": b"x", {given}')
    copy.replace(
        SESSIONS,
        '    server.numbers.resume(state["numbers"])',
        '    assert state.get("later", b"x") == b"x"\n    server.numbers.resume(state["numbers"])',
    )
    daemon.upgraded(NEXT)
    copy.go_back(SESSIONS)
    daemon.upgraded(chatd.__version__)

    # It reads its own states alone.
    copy.become_next()
    copy.replace(STATES_OF, f"STATES = {STATES}\n", f"STATES = {STATES + 1}\n")
    copy.replace(
        STATES_OF, "READABLE = range(1, STATES + 1)", "READABLE = range(STATES, STATES + 1)"
    )
    daemon.refused(f"chatd {NEXT} cannot take over from this version. {RESTART}")

    # It reads those of this version, too, which cannot read its own.
    copy.replace(
        STATES_OF, "READABLE = range(STATES, STATES + 1)", "READABLE = range(1, STATES + 1)"
    )
    daemon.upgraded(NEXT)
    copy.go_back(STATES_OF)
    daemon.refused(f"chatd {chatd.__version__} cannot take over from this version. {RESTART}")


SCHEMA = "storage/sqlite/schema/__init__.py"
STEP = f"storage/sqlite/schema/{len(STEPS) + 1:04}_later.sql"
"""The file of a step after the last one."""


def test_a_schema_step_of_the_next_version(daemon: Daemon) -> None:
    copy, later = daemon.copy, len(STEPS) + 1
    copy.become_next()
    copy.write(STEP, "CREATE TABLE later (id INTEGER PRIMARY KEY);\n")
    copy.replace(SCHEMA, f"WORKS_WITH = {WORKS_WITH}\n", f"WORKS_WITH = {later}\n")
    daemon.refused(
        f"chatd {NEXT} changes the store so that this version could not go on if the upgrade"
        f" failed. {RESTART}"
    )
    copy.replace(SCHEMA, f"WORKS_WITH = {later}\n", f"WORKS_WITH = {WORKS_WITH}\n")
    daemon.upgraded(NEXT)
    copy.go_back(SCHEMA, STEP)
    daemon.refused(f"chatd {chatd.__version__} is older than the store, which a newer one")


def test_a_schema_step_that_needs_a_restart(daemon: Daemon) -> None:
    copy, later = daemon.copy, len(STEPS) + 1
    copy.become_next()
    copy.write(STEP, "CREATE TABLE later (id INTEGER PRIMARY KEY);\n")
    copy.replace(SCHEMA, f"WORKS_WITH = {WORKS_WITH}\n", f"WORKS_WITH = {later}\n")
    assert f" goes on with chatd {NEXT}." in daemon.asked("--restart")


BROKEN = {
    "a syntax error": ("chat/server.py", "class ChatServer", "class 1", "SyntaxError: invalid"),
    "an error as it takes over": (
        SESSIONS,
        '    server.numbers.resume(state["numbers"])',
        '    raise KeyError("numbers")',
        "KeyError: 'numbers' (handing_over.py, line ",
    ),
}
"""Faults of a version: the module, a text in it, its replacement, and the reason that is told."""


def test_what_is_wrong_with_the_next_version_is_told(daemon: Daemon) -> None:
    for module, old, new, why in BROKEN.values():
        daemon.copy.replace(module, old, new)
        daemon.refused(f"the new version fails: {why}")
        daemon.copy.go_back(module)
    daemon.upgraded(chatd.__version__)
    daemon.server.stop()
    assert "Traceback" not in daemon.server.rest()
