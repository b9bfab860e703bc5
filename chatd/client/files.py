"""The path of a store or of a folder that a command uses, and the user that it acts as there.

This module must not know the rows of a store.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from chatd.client.wire import WrongUsage
from chatd.event import is_room
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.paths import FORMS, MEMORY, is_shared, path_of, place_of, wrong_store
from chatd.util.private_files import UnsafePath, check_folder, resolve
from chatd.util.privileges import identity_of


def add_store(parser: argparse.ArgumentParser, instead: str = "") -> None:
    """Add the option --store to *parser*.

    A command that is for a store in a file alone says what to do ``instead`` with a database.
    """
    kinds = FORMS[0] if instead else f"{FORMS[0]} or {FORMS[1]}"

    def stored(where: str) -> str:
        if where == MEMORY:
            raise argparse.ArgumentTypeError(f"takes {kinds}; {MEMORY} keeps nothing")
        if wrong := wrong_store(where):
            raise argparse.ArgumentTypeError(wrong)
        if instead and is_shared(where):
            raise argparse.ArgumentTypeError(f"takes {kinds}; {instead}")
        return where

    parser.add_argument(
        "--store",
        type=stored,
        default="sqlite:chatd.sqlite",
        metavar="WHERE",
        help=f"the store, {kinds} (default: %(default)s)",
    )


def add_node(parser: argparse.ArgumentParser, without: str = "") -> None:
    """Add the option --node to *parser*. ``without`` says what becomes of a request without one."""
    parser.add_argument(
        "--node",
        metavar="NAME",
        help="the daemon that is asked, of those that share a database; its files are in this"
        f" directory (default: the one called as this host{without})",
    )


def check_node(arguments: argparse.Namespace) -> None:
    """Raise `WrongUsage` if a node is named, and the store is no database."""
    if arguments.node is not None and not is_shared(arguments.store):
        raise WrongUsage("--node is for a database")


def path_as_owner(where: str) -> Path:
    """Return the path of a store; as root, become its owner for good. Raises `StoreError`.

    Call it last: the owner may not be allowed to read the rest of this program, not even a codec.

    The owner is the user who owns the file or, without a file, its folder. Root takes that user's
    rights before it touches a file there, so no link of the user leads root to another file. Links
    and folders of other users on the path are refused.
    """
    path = path_of(where, Path.cwd())
    assert path is not None
    if os.geteuid() != 0:
        return path
    try:
        owner = _become_owner(path)
        path = path_of(where, Path.cwd(), {0, owner})
        assert path is not None
        check_folder(path.parent)
    except FileNotFoundError:
        raise StoreError(f"{path}: there is no such file or directory.") from None
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}.") from None
    return path


def node_as_owner(node: str) -> Path:
    """Return the place of the files of a node that runs here; as root, become its owner for good.

    Raises `StoreError`. See `path_as_owner`.
    """
    try:
        place = place_of(node, Path(os.path.realpath(Path.cwd())))
        if os.geteuid() == 0:
            owner = _become_owner(place)
            place = resolve(place, {0, owner})
        return place
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None
    except OSError as error:
        raise StoreError(f"{Path.cwd()}: {error.strerror}.") from None


def existing_store(where: str) -> Path:
    """Return the path of a store that is there, as `path_as_owner` does. Raises `StoreError`."""
    path = path_as_owner(where)
    if not path.is_file():  # SQLite would wait until a pipe is written to
        raise StoreError(f"there is no file {path}. Name the one that the daemon was given.")
    return path


def path_of_file(name: str) -> Path:
    """Return the path of a file besides the store that this process is to write.

    Links are followed. Call it after `path_as_owner`, as the user who writes: no other user may be
    able to put a link or another file on the way to it. Raises `StoreError`.
    """
    try:
        return resolve(Path.cwd() / name, {0, os.geteuid()})
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None


def counted(lines: int, rooms: Sequence[RoomRecord]) -> str:
    """Return how much a store holds: ``1204 lines in 3 rooms``."""
    count = sum(is_room(record.name) for record in rooms)
    return f"{lines} line{'s' * (lines != 1)} in {count} room{'s' * (count != 1)}"


def folder_as_owner(folder: Path) -> Path:
    """Make a folder unless it is there, and return its path; as root, become its owner for good.

    The owner is that of the nearest folder that is there. Call it last, as `path_as_owner`. Raises
    `UnsafePath` for a folder that others may change, and `OSError`.
    """
    path = Path(os.path.realpath(folder))
    trusted = None if os.geteuid() != 0 else {0, _become_owner(path)}
    path = resolve(folder.absolute(), trusted)
    path.mkdir(0o700, parents=True, exist_ok=True)
    check_folder(path)
    return path


def _become_owner(path: Path) -> int:
    """As root, become the owner of a path, or of the nearest folder on it. Return the owner.

    The owner may replace the path before it is used, so this look only selects the user to become.
    As that user, or as root with only root's own path, a second look is safe. Raises `OSError`.
    """
    nearest = next(each for each in (path, *path.parents) if each.exists())
    owner = os.stat(nearest).st_uid
    if owner != 0:
        identity_of(owner).become()
    return owner
