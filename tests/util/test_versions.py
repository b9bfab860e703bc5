"""The versions of all parts, as one line."""

from __future__ import annotations

import platform
from importlib.metadata import version

import chatd
from chatd.util import fanout
from chatd.util.versions import versions


def test_each_part_has_its_version() -> None:
    ours, python, twisted = chatd.__version__, platform.python_version(), version("twisted")
    assert versions() == f"chatd {ours}, Python {python}, Twisted {twisted}, {fanout.KIND}"
