"""The versions of the parts of chatd that run, as one line for operators.

This module must not be imported by a client that does not print it: Twisted's version takes time to
find.
"""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version

from chatd import __version__
from chatd.util.fanout import KIND


@cache
def versions() -> str:
    """Return the versions of chatd, Python and Twisted, and the kind of the installation."""
    python = platform.python_version()
    return f"chatd {__version__}, Python {python}, Twisted {version('twisted')}, {KIND}"
