"""Fixtures of all tests of the daemon."""

from __future__ import annotations

import pytest

from tests.support.service import without_signals  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def _without_signals(without_signals: None) -> None:  # noqa: F811 - the fixture
    """Let no service that a test makes act on signals that pytest receives."""
