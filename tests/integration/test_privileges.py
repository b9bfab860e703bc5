"""Root in a folder of the daemon's user does nothing that this user could not do.

Each name of a store's file is taken by each kind of thing that this user might put there, leading
to a file or folder that is root's alone. Then root starts a daemon or runs a command.
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatd import cli
from chatd.client.files import path_as_owner
from chatd.daemon import lan
from chatd.daemon.options import Options
from chatd.daemon.service import ChatService
from chatd.daemon.wiring import makeService
from chatd.storage.contract import StoreError
from chatd.util.privileges import Identity, current, identity_of
from tests.support.admin import PASSWORD, admin
from tests.support.commands import chatd, chatd_in_text
from tests.support.service import FREE, Twistd, drop, without_signals  # noqa: F401 - a fixture

NOBODY = 65534

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up"),
    pytest.mark.usefixtures("without_signals"),
]


class Folders:
    """A folder of a user without rights, and a folder of root's."""

    def __init__(self, directory: Path) -> None:
        self.home = directory / "home"
        self.roots = directory / "roots"
        self.home.mkdir()
        self.roots.mkdir(0o700)
        self.secret = self.roots / "secret"
        self.secret.write_text("root's\n")
        self.secret.chmod(0o640)
        os.chown(self.home, NOBODY, NOBODY)

    def put(self, kind: str, name: str) -> None:
        """Put something in the place of a file, as the user."""
        _KINDS[kind](self, self.home / name)
        os.lchown(self.home / name, NOBODY, NOBODY) if kind != "hard link" else None

    def roots_things(self) -> Any:
        """Return the contents and metadata of root's folder."""
        return {
            path.name: (status.st_mode, status.st_uid, status.st_gid, path.read_bytes())
            for path in self.roots.iterdir()
            for status in [path.lstat()]
        }

    def owners(self) -> set[tuple[int, int]]:
        """Return the owners of the files in the user's folder."""
        return {(path.lstat().st_uid, path.lstat().st_gid) for path in self.home.iterdir()}


def _bind(path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(path))


_KINDS: dict[str, Callable[[Folders, Path], Any]] = {
    "link to a file": lambda folders, path: path.symlink_to(folders.secret),
    "link to nothing": lambda folders, path: path.symlink_to(folders.roots / "made"),
    "link to a folder": lambda folders, path: path.symlink_to(folders.roots),
    "hard link": lambda folders, path: path.hardlink_to(folders.secret),
    "pipe": lambda _, path: os.mkfifo(path),
    "socket": lambda _, path: _bind(path),
    "folder": lambda _, path: path.mkdir(),
}

NAMES = ("", ".lock", "-wal", "-shm", "-journal", ".control")


@pytest.fixture
def folders() -> Iterator[Folders]:
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    with identity_of(NOBODY).acting():
        reachable = os.access(directory, os.X_OK, effective_ids=True)
    if not reachable:
        pytest.skip("the temporary directory is root's alone")
    yield Folders(directory)
    shutil.rmtree(directory)


def start(folders: Folders, *arguments: str, **twistd: Any) -> str:
    """Make what `twistd --uid` as root makes, undo it, and return the reason of a refusal."""
    options = Options()
    options.parent = Twistd(rundir=str(folders.home), uid=NOBODY, gid=NOBODY, **twistd)
    options.parseOptions(["--store", "sqlite:store", "--listen", FREE, *arguments])
    before = current()
    try:
        service = makeService(options)
        assert isinstance(service, ChatService)
        drop(service)
        return ""
    except SystemExit as refused:
        return str(refused.code)
    finally:
        assert current() == before


# The daemon


def test_the_files_belong_to_the_user_that_twistd_becomes(folders: Folders) -> None:
    assert start(folders, "--listen", f"unix:{folders.home}/lines") == ""
    assert folders.owners() == {(NOBODY, NOBODY)}
    assert {"store", "store.lock"} <= {path.name for path in folders.home.iterdir()}


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_starting_changes_nothing_of_roots(folders: Folders, name: str, kind: str) -> None:
    if name:
        assert start(folders) == ""
    with_suffix = f"store{name}"
    (folders.home / with_suffix).unlink(missing_ok=True)
    folders.put(kind, with_suffix)
    before = folders.roots_things()
    why = start(folders)
    assert folders.roots_things() == before
    if name != ".control":  # a daemon starts without that file, too
        assert why.startswith("chatd: cannot use --store sqlite:store: ")
        assert "\n" not in why


# (Twisted leaves the socket that it could not bind to the collector.)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("name", ["lines", "lines.lock"])
@pytest.mark.parametrize("kind", _KINDS)
def test_binding_a_unix_socket_changes_nothing_of_roots(
    folders: Folders, name: str, kind: str
) -> None:
    folders.put(kind, name)
    before = folders.roots_things()
    start(folders, "--listen", f"unix:{folders.home}/lines")
    gc.collect()
    assert folders.roots_things() == before


@pytest.mark.parametrize(
    "written",
    [
        "unix:{}",
        "unix:address={}",
        "haproxy:unix:{}:mode=660",
        "unix:mode=660:lockfile=0:address={}",
    ],
)
def test_root_that_stays_root_binds_no_unix_socket_where_somebody_else_may_put_links(
    folders: Folders, written: str
) -> None:
    path = folders.home / "a:b"
    options = Options()
    options.parent = Twistd(rundir=str(folders.roots))
    address = written.format(str(path).replace(":", r"\:"))
    options.parseOptions(["--store", "memory:", "--listen", address])
    with pytest.raises(SystemExit, match="home belongs to nobody"):
        makeService(options)
    assert not list(folders.home.iterdir())


def test_a_motd_is_not_read_with_more_rights_than_later(folders: Folders) -> None:
    folders.put("link to a file", "motd")
    assert start(folders, "--motd", "motd") == (
        f"chatd: cannot read the motd {folders.home}/motd: Permission denied."
    )


def test_a_configuration_is_not_read_with_more_rights_than_later(folders: Folders) -> None:
    folders.put("link to a file", "chatd.toml")
    assert start(folders, "--config", "chatd.toml") == (
        f"chatd: cannot use {folders.home}/chatd.toml: {folders.secret}: Permission denied."
    )


def test_a_configuration_of_root_is_read_and_that_of_another_user_is_not(folders: Folders) -> None:
    path = folders.roots.parent / "chatd.toml"
    path.write_text("server.recent = 'few'\n")
    assert "server.recent takes a whole number" in start(folders, "--config", str(path))
    os.chown(path, NOBODY - 1, NOBODY)
    assert "belongs to user" in start(folders, "--config", str(path))


def test_the_pair_for_the_local_network_belongs_to_the_user(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan, "PORTS", dict.fromkeys(lan.PORTS, 0))
    assert start(folders, "--lan", "--web", FREE) == ""
    pair = folders.home / "tls"
    assert {path.lstat().st_uid for path in (pair, *pair.iterdir())} == {NOBODY}


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("name", ["tls", "tls/key.pem", "tls/cert.pem"])
def test_making_that_pair_changes_nothing_of_roots(folders: Folders, name: str, kind: str) -> None:
    if name != "tls":
        folders.put("folder", "tls")
        (folders.home / "tls").chmod(0o700)
    folders.put(kind, name)
    before = folders.roots_things()
    why = start(folders, "--lan", "--web", FREE)
    assert folders.roots_things() == before
    empty = (name, kind) == ("tls", "folder")
    dead_link = (name, kind) == ("tls/cert.pem", "link to nothing")
    assert empty or dead_link or why.startswith("chatd: cannot use --lan: ")
    assert "root's" not in why


@pytest.mark.parametrize("twistd", [{"pidfile": "twistd.pid"}, {"logfile": "log", "pidfile": ""}])
def test_twistds_own_files_are_refused_in_a_folder_of_the_daemons_user(
    folders: Folders, twistd: dict[str, str]
) -> None:
    why = start(folders, nodaemon=True, **twistd)
    assert f"{folders.home} belongs to nobody" in why
    assert start(folders, nodaemon=True, pidfile="", logfile="-") == ""


def test_the_log_of_a_daemon_in_the_background_has_a_name_unless_it_is_given_one(
    folders: Folders,
) -> None:
    why = start(folders, nodaemon=False, pidfile="")
    assert why.startswith("chatd: cannot have root write --logfile twistd.log: ")
    assert start(folders, nodaemon=False, pidfile="", syslog=True) == ""


def test_root_that_stays_root_works_in_no_folder_of_anybody_elses(folders: Folders) -> None:
    options = Options()
    options.parent = Twistd(rundir=str(folders.home))
    options.parseOptions(["--store", "sqlite:store", "--listen", FREE])
    with pytest.raises(SystemExit, match="home belongs to nobody"):
        makeService(options)
    assert not list(folders.home.iterdir())


# Commands


@pytest.mark.parametrize("kind", ["link to nothing", "hard link"])
@pytest.mark.parametrize("name", NAMES)
def test_chatd_admin_changes_nothing_of_roots(folders: Folders, name: str, kind: str) -> None:
    if name:
        assert start(folders) == ""
    (folders.home / f"store{name}").unlink(missing_ok=True)
    folders.put(kind, f"store{name}")
    before = folders.roots_things()
    status, _, err = admin(folders.home, "list")
    assert folders.roots_things() == before
    assert err == "no accounts in sqlite:store\n" if status == 0 else err.count("\n") == 1


def test_what_chatd_admin_makes_belongs_to_whom_the_folder_does(folders: Folders) -> None:
    assert admin(folders.home, "add", "ana", password=PASSWORD)[0] == 0
    assert folders.owners() == {(NOBODY, NOBODY)}
    assert admin(folders.home, "list")[1].startswith("ana\t")


def test_root_becomes_the_owner_of_the_store_where_the_folder_is_roots(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is root's, and the group of the daemon's user may write to it, as in packages."""
    gid = 4242
    os.chown(folders.home, 0, gid)
    folders.home.chmod(0o770)
    child = os.fork()
    if not child:
        try:
            monkeypatch.setattr("grp.getgrgid", lambda _: _Group())
            monkeypatch.setattr("pwd.getpwuid", lambda uid: _User(uid, gid))
            (folders.home / "store").touch()
            os.chown(folders.home / "store", 1234, gid)
            monkeypatch.chdir(folders.home)
            path_as_owner("sqlite:store")
            os._exit(0 if os.geteuid() == 1234 else 1)
        except StoreError:
            os._exit(2)
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class _Group:
    gr_name, gr_mem = "chat", ()


class _User:
    def __init__(self, uid: int, gid: int) -> None:
        self.pw_name, self.pw_gid = ("chat", gid) if uid == 1234 else ("root", 0)


@pytest.mark.parametrize("link", ["store", "folder"])
def test_a_link_of_the_users_leads_chatd_admin_to_no_store_of_roots(
    folders: Folders, link: str
) -> None:
    assert admin(folders.roots, "add", "ana", password=PASSWORD)[0] == 0
    (folders.home / link).symlink_to(folders.roots if link == "folder" else folders.roots / "store")
    os.lchown(folders.home / link, NOBODY, NOBODY)
    before = folders.roots_things()
    for do in ("list",), ("promote", "ana"):
        store = f"sqlite:{link}/store" if link == "folder" else "sqlite:store"
        status, out, err = admin(folders.home, *do, store=store)
        assert (status, out) == (1, "")
        assert "home belongs to nobody" in err
    assert folders.roots_things() == before


def test_a_link_that_leads_elsewhere_at_the_second_look_leads_to_what_its_user_may_do(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folders.home / "folder").mkdir()
    os.chown(folders.home / "folder", NOBODY, NOBODY)
    link = folders.home / "link"
    link.symlink_to("folder")
    os.lchown(link, NOBODY, NOBODY)
    become = Identity.become

    def replaced(self: Identity) -> None:
        link.unlink()
        link.symlink_to(folders.roots)
        os.lchown(link, NOBODY, NOBODY)
        become(self)

    child = os.fork()
    if not child:
        try:
            monkeypatch.setattr(Identity, "become", replaced)
            monkeypatch.chdir(folders.home)
            path_as_owner("sqlite:link/secret")
            os._exit(1)
        except StoreError as refused:
            os._exit(0 if "Permission denied" in str(refused) else 2)
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_chatd_tls_makes_belongs_to_whom_the_folder_does(folders: Folders) -> None:
    status, _, err = tls(folders, "home/tls")
    assert (status, err) == (0, "")
    pair = folders.home / "tls"
    assert {path.lstat().st_uid for path in (pair, *pair.iterdir())} == {NOBODY}


def test_a_link_of_the_users_leads_chatd_tls_to_nothing_of_roots(folders: Folders) -> None:
    folders.put("link to a folder", "tls")
    before = folders.roots_things()
    status, _, err = tls(folders, "home/tls")
    assert status == 1
    assert err.count("\n") == 1
    assert folders.roots_things() == before


def tls(folders: Folders, folder: str) -> tuple[int, str, str]:
    """Run `chatd tls self-signed`; return its exit status, output and errors."""
    return chatd_in_text(folders.home.parent, "tls", "self-signed", folder)


@pytest.mark.parametrize("name", ["-shm", "-wal"])
def test_chatd_export_changes_nothing_of_roots(folders: Folders, name: str) -> None:
    assert start(folders) == ""
    (folders.home / f"store{name}").unlink(missing_ok=True)
    folders.put("link to nothing", f"store{name}")
    before = folders.roots_things()
    chatd(folders.home, "export", "--store", "sqlite:store")
    assert folders.roots_things() == before
    assert (0, 0) not in folders.owners()


def run_as_root(folders: Folders, *arguments: str) -> int:
    """Return the exit status of `chatd` in the user's folder, as root, in a process of its own."""
    child = os.fork()
    if not child:
        try:
            os.chdir(folders.home)
            os._exit(cli.main(arguments))
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


COPYING = {
    ("backup", "copy"): ("copy", "copy.part"),
    ("restore", "whole"): ("store-wal", "store.restored", "store.restored.part", "store.old-1"),
    ("import", "log"): ("store", "store-wal"),
}
"""Commands that write, and the names that they use in the user's folder."""


@pytest.mark.parametrize("kind", ["link to nothing", "hard link"])
@pytest.mark.parametrize(
    ("command", "name"), [(command, name) for command, names in COPYING.items() for name in names]
)
def test_commands_that_write_a_store_change_nothing_of_roots(
    folders: Folders, command: tuple[str, str], name: str, kind: str
) -> None:
    assert start(folders) == ""
    assert run_as_root(folders, "backup", "--store", "sqlite:store", "whole") == 0
    (folders.home / "log").write_text("")
    os.chown(folders.home / "log", NOBODY, NOBODY)
    (folders.home / name).unlink(missing_ok=True)
    folders.put(kind, name)
    before = folders.roots_things()
    assert run_as_root(folders, *command, "--store", "sqlite:store") in (0, 1)
    assert folders.roots_things() == before
    if kind != "hard link":  # which is root's file under another name
        assert (0, 0) not in folders.owners()


def test_root_restores_a_back_up_that_the_owner_cannot_read(folders: Folders) -> None:
    assert start(folders) == ""
    assert run_as_root(folders, "backup", "--store", "sqlite:store", "whole") == 0
    kept = folders.roots / "kept"
    shutil.copy(folders.home / "whole", kept)
    kept.chmod(0o600)
    assert run_as_root(folders, "restore", "--store", "sqlite:store", str(kept)) == 0
    status = (folders.home / "store").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (NOBODY, NOBODY, 0o600)


def test_root_asks_nobody_but_the_stores_owner(folders: Folders) -> None:
    """The listener at the control socket would receive the hash of a password."""
    assert start(folders) == ""
    (folders.home / "store.control").unlink(missing_ok=True)
    lock = os.open(folders.home / "store.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with closing(socket.socket(socket.AF_UNIX)) as false:
        false.bind(str(folders.home / "store.control"))
        os.chmod(folders.home / "store.control", 0o777)
        with identity_of(1).acting():
            false.listen()
        status, _, err = admin(folders.home, "add", "ana", password=PASSWORD)
        assert status == 1
        assert "user 1 listens at" in err
        false.setblocking(False)
        asked, _ = false.accept()
        with closing(asked):
            assert asked.recv(1000) == b""
    os.close(lock)


# Identities


def test_a_user_that_is_not_known_has_its_number_for_a_group() -> None:
    assert identity_of(123_456)[:] == (123_456, 123_456, (123_456,))
    assert identity_of(123_456, 7)[:] == (123_456, 7, (7,))


def test_a_known_user_has_its_own_groups() -> None:
    assert identity_of(0).gid == 0
    assert identity_of(NOBODY, 7).gid == 7
    assert 7 in identity_of(NOBODY, 7).groups


def test_rights_come_back_after_an_error() -> None:
    before = current()
    seen = []

    def fail() -> None:
        with identity_of(NOBODY).acting():
            seen.append(current())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert seen == [identity_of(NOBODY)]
    assert current() == before
