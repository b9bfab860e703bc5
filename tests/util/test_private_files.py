"""Tests of `chatd.util.private_files`: paths that no other user can change, and private files."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatd.util.private_files import MAX_LINKS, UnsafePath, check_folder, open_private, resolve

NOBODY = 65534

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def refusal(function: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(UnsafePath) as refused:
        function(*arguments)
    return str(refused.value)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Opening


def test_a_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    descriptor, mended = open_private(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    os.close(descriptor)
    assert (mode(tmp_path / "file"), mended) == (0o600, False)


@pytest.mark.parametrize("before", [0o644, 0o660, 0o601, 0o666])
def test_permissions_of_other_users_are_revoked(tmp_path: Path, before: int) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(before)
    descriptor, mended = open_private(tmp_path / "file", os.O_RDONLY)
    os.close(descriptor)
    assert (mode(tmp_path / "file"), mended) == (before & 0o700, True)


def test_a_private_file_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o400)
    descriptor, mended = open_private(tmp_path / "file", os.O_RDONLY)
    os.close(descriptor)
    assert (mode(tmp_path / "file"), mended) == (0o400, False)


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_not_followed(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "target").touch(0o644)
    (tmp_path / "link").symlink_to("target")
    why = refusal(open_private, tmp_path / "link", os.O_RDWR | os.O_CREAT)
    assert why == f"{tmp_path}/link is a link."
    assert (tmp_path / "target").exists() is there


@pytest.mark.parametrize("flags", [os.O_RDWR | os.O_CREAT, os.O_RDONLY, os.O_WRONLY])
def test_a_pipe_or_socket_is_refused_at_once(tmp_path: Path, flags: int) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(open_private, tmp_path / "pipe", flags) == f"{tmp_path}/pipe is not a file."
    with closing(socket.socket(socket.AF_UNIX)) as there:
        there.bind(str(tmp_path / "socket"))
        why = refusal(open_private, tmp_path / "socket", flags)
    assert why == f"{tmp_path}/socket is not a file."


@only_root
def test_a_file_of_another_user_is_refused_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o666)
    os.chown(tmp_path / "file", NOBODY, NOBODY)
    assert "belongs to nobody" in refusal(open_private, tmp_path / "file")
    assert mode(tmp_path / "file") == 0o666


def test_an_error_of_the_system_is_raised_and_nothing_stays_open(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(FileNotFoundError):
        open_private(tmp_path / "file")
    with pytest.raises(IsADirectoryError):
        open_private(tmp_path)
    assert refusal(open_private, tmp_path, os.O_RDONLY) == f"{tmp_path} is not a file."
    assert len(os.listdir("/dev/fd")) == before


# Folders


@pytest.mark.parametrize("bits", [0o777, 0o1777, 0o702, 0o3777])
def test_a_folder_that_any_user_may_write_to_is_refused(tmp_path: Path, bits: int) -> None:
    tmp_path.chmod(bits)
    why = refusal(check_folder, tmp_path)
    assert why == f"others may write to the directory {tmp_path} (chmod go-w closes it)."


@only_root
def test_a_folder_of_another_user_is_refused_and_one_of_root_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setattr(os, "geteuid", lambda: NOBODY)
        check_folder(tmp_path)
    os.chown(tmp_path, NOBODY, -1)
    assert refusal(check_folder, tmp_path) == f"{tmp_path} belongs to nobody. Work as that user."


def test_a_folder_that_other_users_may_read_is_accepted(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    check_folder(tmp_path)


GROUP, USER, OTHER = 4242, 4243, 4244


def known(monkeypatch: pytest.MonkeyPatch, group: _Group | None, *users: _User) -> None:
    """Patch the user database: this group, and these users alone."""
    by_uid = {user.pw_uid: user for user in users}
    monkeypatch.setattr("grp.getgrgid", {GROUP: group}.__getitem__ if group else {}.__getitem__)
    monkeypatch.setattr("pwd.getpwuid", by_uid.__getitem__)


def folder(monkeypatch: pytest.MonkeyPatch, path: Path, owner: int, mode: int = 0o770) -> None:
    """Patch the owner of a folder, its group to `GROUP`, and the user of this process to `USER`."""
    path.chmod(mode)
    stat = os.stat

    def as_if(where: Path) -> os.stat_result:
        status = list(stat(where))
        status[4:6] = owner, GROUP
        return os.stat_result(status)

    monkeypatch.setattr(os, "geteuid", lambda: USER)
    monkeypatch.setattr(os, "stat", as_if)


@pytest.mark.parametrize("owner", [USER, 0])
@pytest.mark.parametrize("members", [(), ("chat",), ("root", "chat")])
def test_a_folder_that_the_group_of_its_user_alone_may_write_to_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int, members: tuple[str, ...]
) -> None:
    """Accept umask 002 with a group for each user, and the groups of packaged daemons."""
    known(monkeypatch, _Group("chat", members), _User("chat", USER, GROUP), _User("root", 0, 0))
    folder(monkeypatch, tmp_path, owner)
    check_folder(tmp_path)
    folder(monkeypatch, tmp_path, owner, 0o772)
    assert "others may write" in refusal(check_folder, tmp_path)


@pytest.mark.parametrize(
    ("group", "primary"),
    [
        (("chat", ("chat", "eva")), GROUP),
        (("staff", ()), GROUP),
        (("staff", ("chat",)), GROUP),
        (("chat", ()), GROUP + 1),
        (("eva", ()), GROUP),
    ],
)
def test_a_folder_that_a_group_of_other_users_may_write_to_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    group: tuple[str, tuple[str, ...]],
    primary: int,
) -> None:
    users = _User("chat", USER, primary), _User("root", 0, 0), _User("eva", OTHER, GROUP)
    known(monkeypatch, _Group(*group), *users)
    folder(monkeypatch, tmp_path, USER)
    assert "others may write" in refusal(check_folder, tmp_path)
    folder(monkeypatch, tmp_path, USER, 0o755)
    check_folder(tmp_path)


def test_a_group_without_a_known_user_is_a_group_of_other_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(monkeypatch, _Group("chat", ()))
    folder(monkeypatch, tmp_path, USER)
    assert "others may write" in refusal(check_folder, tmp_path)


@pytest.mark.parametrize("users", [(), (("chat", USER, USER),)])
@pytest.mark.parametrize("how", ["first", "further", "none"])
def test_a_group_without_users_is_accepted_if_the_process_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, users: tuple[Any, ...]
) -> None:
    known(monkeypatch, None, *(_User(*user) for user in users))
    monkeypatch.setattr(os, "getegid", lambda: GROUP if how == "first" else USER)
    monkeypatch.setattr(os, "getgroups", lambda: [GROUP] if how == "further" else [])
    for owner in 0, USER:
        folder(monkeypatch, tmp_path, owner, 0o2775)
        if how == "none":
            assert "others may write" in refusal(check_folder, tmp_path)
        else:
            check_folder(tmp_path)


class _Group:
    def __init__(self, name: str, members: Collection[str]) -> None:
        self.gr_name, self.gr_mem = name, [*members]


class _User:
    def __init__(self, name: str, uid: int, gid: int) -> None:
        self.pw_name, self.pw_uid, self.pw_gid = name, uid, gid


# The way to a file


@pytest.fixture
def way(tmp_path: Path) -> Path:
    """Return a file's path, two folders down."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    return folder / "file"


ME = {0, os.geteuid()}


@pytest.mark.parametrize("trusted", [None, ME])
def test_a_path_without_links_is_as_it_was(way: Path, trusted: set[int] | None) -> None:
    assert resolve(way, trusted) == way
    way.touch()
    assert resolve(way, trusted) == way


@pytest.mark.parametrize("trusted", [None, ME])
def test_links_are_followed(way: Path, tmp_path: Path, trusted: set[int] | None) -> None:
    (tmp_path / "relative").symlink_to("a/../a/b")
    (tmp_path / "absolute").symlink_to(tmp_path / "relative")
    way.with_name("last").symlink_to("./file")
    way.with_name("folder").symlink_to("..")
    assert resolve(tmp_path / "absolute" / "last", trusted) == way
    assert resolve(tmp_path / "absolute" / ".." / "b" / "file", trusted) == way
    assert resolve(way.with_name("folder"), trusted) == way.parent.parent


@pytest.mark.parametrize("trusted", [None, ME])
def test_a_path_without_a_file_is_returned_too(tmp_path: Path, trusted: set[int] | None) -> None:
    assert resolve(tmp_path / "no" / ".." / "file", trusted) == tmp_path / "file"


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    why = refusal(resolve, tmp_path / "link", ME)
    assert why == f"{tmp_path}/link: Too many levels of symbolic links."


def test_as_many_links_as_the_system_follows_are_followed(tmp_path: Path) -> None:
    previous = "file"
    for number in range(MAX_LINKS + 1):
        (tmp_path / f"link{number}").symlink_to(previous)
        previous = f"link{number}"
    assert resolve(tmp_path / f"link{MAX_LINKS - 1}", ME) == tmp_path / "file"
    assert "Too many levels" in refusal(resolve, tmp_path / f"link{MAX_LINKS}", ME)


@only_root
def test_a_folder_or_a_link_of_another_user_on_the_way_is_refused(
    way: Path, tmp_path: Path
) -> None:
    os.chown(tmp_path / "a", NOBODY, -1)
    assert "/a belongs to nobody. Work as that user." in refusal(resolve, way, {0})
    assert resolve(way, {0, NOBODY}) == way
    os.chown(tmp_path / "a", 0, -1)
    (tmp_path / "link").symlink_to("a/b")
    os.lchown(tmp_path / "link", NOBODY, -1)
    assert "/link belongs to nobody" in refusal(resolve, tmp_path / "link" / "file", {0})
    assert resolve(tmp_path / "link" / "file", {0, NOBODY}) == way


@only_root
@pytest.mark.parametrize("folder", ["a", "a/b"])
def test_a_folder_on_the_way_that_other_users_may_write_to_must_be_sticky(
    way: Path, tmp_path: Path, folder: str
) -> None:
    (tmp_path / folder).chmod(0o777)
    assert "others may write to the directory" in refusal(resolve, way, {0})
    (tmp_path / folder).chmod(0o1777)
    assert resolve(way, {0}) == way
    with pytest.raises(UnsafePath, match="others may write to the directory"):
        resolve(way, {0}, may_be_sticky=False)
    os.chown(way.parent, NOBODY, -1)
    assert "belongs to nobody" in refusal(resolve, way, {0})


@only_root
def test_the_owner_of_the_root_folder_is_trusted(
    way: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accept a user namespace, where all users outside of it have one number."""
    os.chown(tmp_path / "a", 123_456, -1)
    assert "/a belongs to user 123456. Work as that user." in refusal(resolve, way, {0})
    lstat = os.lstat

    def outside(path: Path) -> os.stat_result:
        status = lstat(path)
        return status if path != Path("/") else lstat(tmp_path / "a")

    monkeypatch.setattr(os, "lstat", outside)
    assert resolve(way, {0}) == way
