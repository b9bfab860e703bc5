"""A short round of talk, a successor that is killed, and an upgrade, with all kinds of clients."""

from __future__ import annotations

import select
import socket
from pathlib import Path

import pytest

from tests.proofs.upgrade.rounds import Rounds

pytestmark = pytest.mark.skipif(
    not hasattr(select, "epoll") or not hasattr(socket, "MSG_CMSG_CLOEXEC"),
    reason="the clients wait with epoll, and descriptors are handed over as on Linux",
)


def test_nothing_is_lost_or_doubled_and_all_stay(tmp_path: Path) -> None:
    with Rounds(tmp_path, rooms=0, lines=0, accounts=0) as rounds:
        rounds.fill(plain=20, web=3, irc=2, people=5, pause=0.2)
        rounds.fail("adopted", seconds=0.2)
        rounds.upgrade(seconds=0.2)
        assert list(rounds.faults()) == []
        assert rounds.said > len(rounds.crowd.clients)
