"""The path of a store that a command opens, and the user that it is opened as.

This module must not know what is in a store.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from chatd.storage.contract import StoreError
from chatd.storage.paths import MEMORY, path_of, wrong_store
from chatd.util.private_files import UnsafePath, check_folder
from chatd.util.privileges import identity_of


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add the option --store to *parser*."""
    parser.add_argument(
        "--store",
        type=_in_a_file,
        default="sqlite:chatd.sqlite",
        metavar="WHERE",
        help="the store, sqlite:PATH (default: %(default)s)",
    )


def _in_a_file(where: str) -> str:
    if where == MEMORY:
        raise argparse.ArgumentTypeError(f"takes sqlite:PATH; {MEMORY} keeps nothing in a file")
    if wrong := wrong_store(where):
        raise argparse.ArgumentTypeError(wrong)
    return where


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
        # The owner may replace this path before it is used, so the result only selects the user to
        # become. As that user, or as root with only root's own path, the second look is safe.
        owner = os.stat(path if path.exists() else path.parent).st_uid
        if owner != 0:
            identity_of(owner).become()
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
