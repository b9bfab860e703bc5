"""Files of an operator that are read whole: regular files, of a size that an operator would write.

A pipe could never end, and a device has no end, so both are refused without waiting. This module
must not know the content of a file, nor who may change it.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_BYTES = 1 << 20
"""Most bytes of a file of a configuration."""


def content_of(path: Path, most: int | None = None) -> bytes:
    """Return the content of a file of at most so many bytes, by default `MAX_BYTES`.

    Raises `OSError`, also for what is no file, or too large.
    """
    try:
        return content_at(os.open(path, os.O_RDONLY | os.O_NONBLOCK), most)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def content_at(descriptor: int, most: int | None = None) -> bytes:
    """Return the content of the file at a descriptor, as `content_of` does, and close that."""
    most = MAX_BYTES if most is None else most
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most} bytes")
    return content


def text_in(content: bytes) -> str:
    """Return the text that a content is, without a byte order mark. Raises `UnicodeDecodeError`."""
    # The codec utf-8-sig is a module, which a user whose rights were taken may not read.
    return content.decode().removeprefix("\ufeff")
