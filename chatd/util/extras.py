"""The installation of an extra of chatd, as a command for messages about missing packages.

This module must not know which extras there are.
"""

from __future__ import annotations

import shlex
import sys


def how_to_install(extra: str) -> str:
    """Return the shell command that installs an extra for the interpreter that runs.

    A bare ``pip`` may belong to another one. This one has chatd already, so pip fetches only the
    packages of the extra, also where no index has chatd.
    """
    return f"{shlex.quote(sys.executable)} -m pip install 'chatd[{extra}]'"
