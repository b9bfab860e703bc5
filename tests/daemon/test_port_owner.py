"""The process that listens on a port, as Linux tells it."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import closing

import pytest

from chatd.daemon.port_owner import owner_of


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell it")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_process_that_listens_is_named(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.create_server((host, 0), family=family)) as taken:
        owner = owner_of(taken.getsockname()[1])
    assert owner is not None
    assert owner.process == os.getpid()
    assert owner.name


def test_a_port_without_a_listener_has_no_owner() -> None:
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        assert owner_of(bound.getsockname()[1]) is None
