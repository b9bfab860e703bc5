"""Users of the daemon's machine may do with its files and sockets what the document says."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from chatd.daemon import lan
from chatd.util.privileges import current, identity_of
from tests.proofs.threats.tables import TABLES, check, yes_or_no
from tests.support.service import FREE, drop, make, without_signals  # noqa: F401 - a fixture

NOBODY = 65534

pytestmark = pytest.mark.usefixtures("without_signals")


def read(path: Path) -> None:
    path.read_bytes()


def write(path: Path) -> None:
    with path.open("ab"):
        pass


def connect(path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as client:
        client.connect(str(path))


def put_beside(path: Path) -> None:
    beside = path.with_name("beside")
    beside.touch()
    beside.unlink()


ACTIONS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "read the store": ("store", read),
    "change the store": ("store", write),
    "put another file in the store's directory": ("store", put_beside),
    "hold the store's lock": ("store.lock", write),
    "act as the operator, or have the daemon upgraded, by the control socket": (
        "store.control",
        connect,
    ),
    "read the key that `--lan` makes": ("tls/key.pem", read),
    "talk through `unix:PATH`": ("open", connect),
    "talk through `unix:PATH:mode=660`": ("closed", connect),
}
"""The actions, as the document calls them: the name of a file, and what is tried with it."""

USERS = {"the daemon's user": None, "another user": NOBODY, "root": 0}
"""The users, as the document calls them; the daemon is the one who runs the tests."""


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a directory with the files of a daemon, which others may look into."""
    monkeypatch.setattr(lan, "PORTS", dict.fromkeys(lan.PORTS, 0))
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    options = ("--store", "sqlite:store", "--listen", FREE, "--web", FREE, "--lan")
    sockets = (f"unix:{folder}/open", f"unix:{folder}/closed:mode=660")
    service = make(folder, *options, *(word for each in sockets for word in ("--listen", each)))
    yield folder
    drop(service)
    shutil.rmtree(folder)


def is_done(action: Callable[[Path], None], path: Path) -> bool:
    """Try an action; return True if the system allowed it."""
    try:
        action(path)
    except PermissionError:
        return False
    return True


def by_modes(action: Callable[[Path], None], path: Path) -> bool:
    """Return True if the modes of files allow an action to users who are not their owner."""
    needed = stat.S_IROTH if action is read else stat.S_IWOTH
    changed = path.parent if action is put_beside else path
    return bool(changed.stat().st_mode & needed)


def tried(action: Callable[[Path], None], path: Path, user: str) -> Mapping[str, str]:
    """Try an action as a user, as far as the tests may become that user."""
    found = {}
    if user == "another user":
        found["by modes"] = yes_or_no(by_modes(action, path))
    if user == "the daemon's user" or os.geteuid() == 0:
        uid = USERS[user]
        with (current() if uid is None else identity_of(uid)).acting():
            found["tried"] = yes_or_no(is_done(action, path))
    return found or {"not tried": "yes"}


def test_the_table_of_files_has_all_actions() -> None:
    assert list(TABLES["files"]) == list(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_user_may_do_what_the_document_says(folder: Path, action: str) -> None:
    name, function = ACTIONS[action]
    check("files", action, lambda user: tried(function, folder / name, user))
