"""A daemon with ``--unix-names`` knows the users of this machine, by the kernel and the system."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer
from tests.support.sentences import EN
from tests.support.users import usable_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the groups")


def a_user() -> pwd.struct_passwd:
    """Return a user of this machine who may have an account."""
    user = usable_user()
    if user is None:
        pytest.skip("no user of this machine has a login that is a name")
    return user


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a directory that others may enter, of a path that is short enough for a socket."""
    path = Path(tempfile.mkdtemp(dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def say_as(user: pwd.struct_passwd, path: Path, *lines: str) -> str:
    """Return all that a process of a user is sent for some lines, until the server closes."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
                os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
            with closing(socket.socket(socket.AF_UNIX)) as client:
                client.connect(str(path))
                client.sendall("".join(f"{line}\n" for line in lines).encode())
                client.shutdown(socket.SHUT_WR)
                while data := client.recv(1 << 16):
                    os.write(writing, data)
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as received:
        text = received.read().decode()
    os.waitpid(child, 0)
    return text


def test_a_user_has_the_login_name_also_after_a_restart(directory: Path) -> None:
    user, path = a_user(), directory / "chat.sock"
    arguments = "--listen", f"unix:{path}:mode=666", "--unix-names"
    store = directory / "data"
    store.mkdir(0o700)
    for _ in range(2):
        with LiveServer(store, *arguments):
            received = say_as(user, path, "hola")
        assert EN.sentence("welcome_by_name", name=user.pw_name, room="lobby", here=...) in received
        assert f"<{user.pw_name}> hola" in received
