"""One call that sends the same bytes to many sockets: in C, or in plain Python without that.

The extension is `_fanout.c`, built at the installation where there is a C compiler. Nothing else
depends on whether it is there. This module must not know a transport, or the meaning of the bytes.
"""

from __future__ import annotations

import os
from array import array
from contextlib import suppress
from typing import Final

WITHOUT_EXTENSION: Final = "CHATD_PLAIN_PYTHON"
"""The variable of the environment that leaves the extension aside if it is set, for tests."""

PLAIN: Final = "plain Python"


def send_to_all_in_python(descriptors: array[int], data: bytes) -> list[tuple[int, int]]:
    """Send data to each socket; return the index of each that did not take all, and what it took.

    ``descriptors`` are of non-blocking stream sockets, in an array of type "i", and must be open
    files of no other kind. An error counts as 0 bytes taken: the transport finds it when it writes.
    A socket that took a part must be sent the rest before anything else.
    """
    size = len(data)
    write = os.write
    shortfalls = []
    for index, descriptor in enumerate(descriptors):
        try:
            sent = write(descriptor, data)
        except OSError:
            sent = 0
        if sent != size:
            shortfalls.append((index, sent))
    return shortfalls


send_to_all = send_to_all_in_python

if not os.environ.get(WITHOUT_EXTENSION):
    with suppress(ImportError):  # it was not built
        from chatd.util._fanout import send_to_all

KIND: Final = PLAIN if send_to_all is send_to_all_in_python else "with the C extension"
"""The implementation in use, in words for operators."""
