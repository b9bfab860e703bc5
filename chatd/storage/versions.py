"""The version of a stored log, for programs that read it and must not upgrade it.

This module must not know how a version is stored.
"""

from __future__ import annotations

from chatd.storage.contract import StoreError


def check_version(version: int, newest: int, of: str) -> None:
    """Raise `StoreError` unless a log can be read as it is.

    ``version`` is the number of the steps that made it, 0 for an empty one, and ``newest`` that of
    all steps. ``of`` is what has them, in the words of the error.
    """
    if version == 0:
        raise StoreError("it is empty.")
    if version < newest:
        raise StoreError(
            f"it was written by an older chatd (version {version} of {of}; this one reads"
            f" {newest}). Start this one's daemon on it once."
        )
