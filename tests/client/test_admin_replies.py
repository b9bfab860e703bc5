"""`chatd admin` with a database: of the daemon of the host, or as a node of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.support.admin import PASSWORD, admin
from tests.support.live_server import LiveServer
from tests.support.sentences import EN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the directory of a daemon, without one."""
    folder = tmp_path / "alba"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def alba(database: str, folder: Path) -> Iterator[LiveServer]:
    """Yield a daemon on the database, called alba."""
    options = ["--store", database, "--node", "alba", "--durability", "one-disk"]
    with ExitStack() as daemons:
        yield daemons.enter_context(LiveServer(folder, *options))


def live_nodes(database: str) -> list[str]:
    """Return the names of the nodes whose terms have not ended."""
    with psycopg.connect(database, autocommit=True) as connection:
        rows = connection.execute("SELECT name FROM chatd.nodes WHERE live").fetchall()
    return [name for (name,) in rows]


def test_without_a_daemon_it_is_a_node_until_it_has_done_what_was_asked(
    database: str, folder: Path
) -> None:
    said = admin(folder, "add", "ana", "--admin", password=f"{PASSWORD}\n", store=database)
    assert said == (0, "ana is registered, and an administrator.\n", "")
    status, out, err = admin(folder, "list", store=database)
    assert (status, out.split("\t")[:2], err) == (0, ["ana", "administrator"], "")
    assert live_nodes(database) == []
    assert list(folder.iterdir()) == []
    refused = admin(folder, "stats", store=database)
    assert refused == (1, "", "chatd: no daemon uses this store, so there are no figures.\n")
    assert live_nodes(database) == []


def test_daemons_elsewhere_follow_what_it_does(
    alba: LiveServer, database: str, tmp_path: Path
) -> None:
    with alba.guest() as guest:
        guest.type("/nick ana")
        guest.until(EN.notice("you_are", name="ana"))
        said = admin(tmp_path, "add", "ana", password=f"{PASSWORD}\n", store=database)
        assert said[::2] == (0, "")
        guest.until(EN.notice("registered_elsewhere", name="ana"))
        guest.type(f"/login ana {PASSWORD}")
        guest.until(EN.notice("you_are", name="ana"))
    assert live_nodes(database) == ["alba"]


def test_nodes_are_those_of_the_database_also_without_a_daemon(
    alba: LiveServer, database: str, tmp_path: Path
) -> None:
    status, out, err = admin(tmp_path, "nodes", store=database)
    assert (status, err) == (0, "")
    assert out.startswith("alba\tlive\t")


def test_with_a_daemon_of_that_name_it_sends_requests_to_it(
    alba: LiveServer, database: str, folder: Path
) -> None:
    status, out, err = admin(folder, "--node", "alba", "stats", store=database)
    assert (status, err) == (0, "")
    assert "connections\tchat\t0\n" in out


def test_a_daemon_that_is_named_must_be_there(database: str, folder: Path) -> None:
    status, out, err = admin(folder, "--node", "eva", "list", store=database)
    assert (status, out) == (1, "")
    assert err.startswith("chatd: no daemon called eva runs here. Run this in its directory, or")


def test_a_node_is_of_a_database_alone(folder: Path) -> None:
    status, _, err = admin(folder, "--node", "eva", "list")
    assert status == 2
    assert "--node is for a database" in err


def test_no_database(folder: Path) -> None:
    nowhere = "postgresql://chatd@/chatd?host=/nowhere"
    status, out, err = admin(folder, "list", store=nowhere)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"chatd: cannot use --store {nowhere}: ")
    assert "Does the server run" in err
