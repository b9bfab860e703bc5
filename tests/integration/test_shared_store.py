"""Daemons that share a database, in processes of their own."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.support.live_server import Client, LiveServer, start
from tests.support.postgres import Server, server
from tests.support.sentences import EN

Start = Callable[[str], LiveServer]


def options(url: str, node: str) -> list[str]:
    """Return the options of a node."""
    return ["--store", url, "--node", node, "--durability", "one-disk"]


@pytest.fixture
def node(database: str, tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a daemon as a node of a database."""
    with ExitStack() as daemons:

        def begin(name: str, url: str = database) -> LiveServer:
            folder = tmp_path / name
            folder.mkdir(mode=0o700, exist_ok=True)
            return daemons.enter_context(LiveServer(folder, *options(url, name)))

        yield begin


def test_people_at_two_daemons_talk_to_each_other(node: Start) -> None:
    with node("alba").guest() as ana, node("eva").guest() as luis:
        ana.type("/nick ana", "hola")
        luis.until("<ana> hola")
        luis.type("/nick luis", "adios")
        ana.until("<luis> adios")


def test_seen_asks_the_other_daemons_and_says_if_one_does_not_answer(node: Start) -> None:
    eva = node("eva")
    with node("alba").guest() as ana, eva.guest() as luis:
        ana.type("/nick ana", "/register correct horse", "/create class", "hola")
        ana.until("<ana> hola")
        luis.type("/nick luis", "/join class")
        luis.until(EN.notice("joined_room", room="class", here=...))
        ana.type("good morning")
        luis.until("<ana> good morning")
        ana.type("/seen")
        (answer, *_) = ana.until(" is with ")[-1:]
        assert answer.endswith(" is with 1 of 1.")
        eva.process.send_signal(signal.SIGSTOP)
        try:
            ana.type("/seen")
            (answer, *_) = ana.until(" is with ")[-1:]
            assert EN.sentence("line_unknown", people="luis") in answer
        finally:
            eva.process.send_signal(signal.SIGCONT)


def test_one_name_is_for_one_person_on_all(node: Start) -> None:
    with node("alba").guest() as ana, node("eva").guest() as other:
        ana.type("/nick ana", "hola")
        other.until("<ana> hola")
        other.type("/nick ana")
        other.until(EN.sentence("name_in_use", name="ana"))


def test_a_second_daemon_of_a_node_is_refused(node: Start, database: str, tmp_path: Path) -> None:
    node("alba")
    status, output = start(tmp_path, *options(database, "alba"))
    assert status == 1
    assert "a daemon called alba uses it already. Give this one another --node." in output


def test_a_daemon_that_stopped_is_succeeded_at_once(node: Start) -> None:
    alba = node("alba")
    with alba.guest() as ana:
        ana.type("hola")
        ana.until("hola")
    alba.stop()
    with Client(node("alba").port) as ana:
        ana.until("hola")  # it is one of the last lines of the room


def test_nobody_is_cut_off_while_the_database_starts_again(
    postgres: Server, node: Start, tmp_path: Path
) -> None:
    with server(tcp=True) as own:
        alba, eva = node("alba", own.url()), node("eva", own.url())
        with alba.guest() as ana, eva.guest() as luis:
            ana.type("/nick ana", "before")
            luis.until("<ana> before")
            own.kill()
            ana.type("after")
            own.start()
            ana.until("<ana> after")
            luis.until("<ana> after")


def test_a_daemon_whose_log_is_lost_ends_with_an_error(node: Start, database: str) -> None:
    alba = node("alba")
    with alba.guest() as ana:
        ana.type("hola")
        ana.until("hola")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DELETE FROM chatd.batches")
        connection.execute("UPDATE chatd.clock SET no = 0")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'chatd alba'"
        )
    assert alba.process.wait(20) == 1
    assert "the store cannot go on, so this daemon stops: the database has not what" in alba.rest()


def takes(client: Client, name: str) -> bool:
    """Return True if a client can have a name now."""
    client.type(f"/nick {name}")
    taken, refused = EN.notice("you_are", name=name), EN.sentence("name_in_use", name=name)
    while (line := client.line()) != taken:
        if refused in line:
            return False
    return True


@pytest.mark.deadline(40)
def test_people_are_told_while_the_database_is_away_for_long(postgres: Server, node: Start) -> None:
    with server(tcp=True) as own:
        alba = node("alba", own.url())
        with alba.guest() as ana:
            ana.type("/nick ana")
            ana.until(EN.notice("you_are", name="ana"))
            own.kill()
            ana.until(EN.notice("store_away"))
            own.start()
            ana.until(EN.notice("store_away_ended"))


@pytest.mark.deadline(60)
def test_a_daemon_that_hung_for_long_gives_up_a_name_that_was_taken(node: Start) -> None:
    alba, eva = node("alba"), node("eva")
    with alba.guest() as ana, eva.guest() as other:
        ana.type("/nick ana", "hola")
        other.until("<ana> hola")
        alba.process.send_signal(signal.SIGSTOP)
        try:
            while not takes(other, "ana"):
                time.sleep(0.5)
        finally:
            alba.process.send_signal(signal.SIGCONT)
        ana.until(EN.notice("name_was_lost", name="ana"))
        ana.until(EN.notice("you_are", name="guest").partition("guest")[0] + "guest")
