"""Conditions of the operating system that tests need."""

from __future__ import annotations

import sys

import pytest

needs_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="it is about what Linux alone has, or looks at it there"
)
