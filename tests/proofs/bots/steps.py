"""Steps of a process: the calls by which it changes something outside of itself, or learns of it.

`die_at` kills the process right before or right after one of them. This module must not know what
the process does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from itertools import count
from types import FrameType
from typing import Any

CALLS = frozenset(
    {
        *("send", "recv", "connect", "close"),  # with the server
        *("open", "write", "fsync", "rename", "unlink", "flock"),  # with the file of its state
        *("fork_exec", "read", "killpg", "waitid", "waitpid"),  # with its program
    }
)
"""The functions in C that are steps, by their names; before and after each is a step."""


def die_at(step: int, *names: str) -> None:
    """Kill this process, as a power cut would, at a step; the first one has the number 1.

    If there are names, only the calls of these functions are steps. All threads that begin later
    count, too.
    """
    steps = count(1)
    counted = CALLS.intersection(names) or CALLS

    def look(frame: FrameType, event: str, called: Any) -> None:
        is_step = event in ("c_call", "c_return") and called.__name__ in counted
        if is_step and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(look)
    sys.setprofile(look)
