"""The fixture of the tests of live messages, which run over frames and over lines."""

from __future__ import annotations

import pytest

from tests.support.browser import Browser
from tests.support.json_client import JsonClient
from tests.support.live_client import LiveClient


@pytest.fixture(params=[Browser, JsonClient], ids=["frames", "lines"])
def live(request: pytest.FixtureRequest) -> type[LiveClient]:
    """Return the kind of client that a test is tried with."""
    kind: type[LiveClient] = request.param
    return kind
