"""`tests.proofs.backup.busy` in a short form: a back-up of a daemon that is talked to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.proofs.backup.busy import OPTIONS, Talker, back_up, faults_of_prefix, fill
from tests.support.live_server import LiveServer


def test_a_back_up_of_a_busy_daemon_is_a_prefix_of_each_log(tmp_path: Path) -> None:
    path, copy = tmp_path / "store", tmp_path / "copy"
    fill(path, 2000)
    with LiveServer(tmp_path, *OPTIONS) as server, Talker(server, 200.0) as talker:
        waiting = iter(range(20))
        assert talker.talk(lambda: next(waiting, None) is not None).receipts > 0
        turn, faults = back_up(server, talker, copy)
        assert (faults, turn.receipts > 0) == ([], True)
        server.stop()
    assert faults_of_prefix(copy, path) == []


def test_faults_of_a_copy_are_found(tmp_path: Path) -> None:
    path, copy = tmp_path / "store", tmp_path / "copy"
    fill(path, 40)
    copy.write_bytes(path.read_bytes())
    assert faults_of_prefix(copy, path) == []
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("UPDATE events SET text = 'x' WHERE id = (SELECT min(id) FROM events)")
        connection.execute("DELETE FROM events WHERE id = (SELECT max(id) FROM events)")
    assert faults_of_prefix(copy, path) == [
        "1 of its lines are not in the store",
        "lines of #room19 are missing in it",
    ]
