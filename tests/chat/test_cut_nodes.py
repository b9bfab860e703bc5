"""The acts of people at one node while another one is cut off, or has been taken for dead."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.accounts.credentials import BROWSER
from chatd.errors import ErrorKind
from chatd.storage.shared.lease import BEAT_SECONDS
from tests.support.browser import Browser
from tests.support.http import SiteWorld, request
from tests.support.sentences import EN
from tests.support.world import Member, World

KEY = "k" * 16


class Cluster:
    """Two nodes, of which the first can be cut off, and people at each."""

    def __init__(self, world: World) -> None:
        self.world = world

    def person(self, node: int, name: str = "") -> Member:
        """Return a guest at a node."""
        self.come_to(node)
        return self.world.person(name)

    def member(self, node: int, name: str) -> Member:
        """Return a client of a node that is logged in."""
        self.come_to(node)
        return self.world.member(name)

    def come_to(self, node: int) -> None:
        """Have the next client come to a node."""
        self.world._people = node - 1

    def cut(self) -> None:
        self.world.store.cut = True
        self.world.settle()

    def reap(self) -> None:
        """Have the first node taken for dead."""
        self.cut()
        self.world.shared_log.reap(self.world.store)
        self.world.settle()

    def reconnect(self) -> None:
        self.world.store.reconnect()
        self.world.wait(BEAT_SECONDS)
        for _ in range(5):
            self.world.settle()


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(World(nodes=2))


ENDS = pytest.mark.parametrize("end", [Cluster.cut, Cluster.reap])
"""The two ends of the contact to a node: it may be taken for dead or not."""


class TestPrivateLines:
    def test_to_a_guest_at_a_node_that_is_cut_off_come_later(self, cluster: Cluster) -> None:
        ana, eva = cluster.person(0, "ana"), cluster.person(1, "eva")
        cluster.cut()
        assert eva.ask("/msg ana psst") == ["(private to ana) <eva> psst"]
        ana.seen()
        cluster.reconnect()
        assert "(private) <eva> psst" in ana.seen()

    def test_to_a_guest_at_a_dead_node_are_refused(self, cluster: Cluster) -> None:
        _, eva = cluster.person(0, "ana"), cluster.person(1, "eva")
        cluster.reap()
        assert eva.ask("/msg ana psst") == [EN.error(ErrorKind.NOBODY, "nobody", name="ana")]

    @ENDS
    def test_to_an_account_are_kept(self, cluster: Cluster, end: Any) -> None:
        ana, eva = cluster.member(0, "ana"), cluster.person(1, "eva")
        end(cluster)
        eva.type("/msg ana psst")
        ana.seen()
        cluster.reconnect()
        assert "(private) <eva> psst" in ana.seen()

    @ENDS
    def test_from_a_node_that_is_cut_off_come_later(self, cluster: Cluster, end: Any) -> None:
        ana, eva = cluster.person(0, "ana"), cluster.person(1, "eva")
        end(cluster)
        ana.type("/msg eva psst")
        eva.seen()
        cluster.reconnect()
        assert eva.seen().count("(private) <ana> psst") == 1


class TestPeople:
    def test_at_a_dead_node_are_not_here(self, cluster: Cluster) -> None:
        _, eva = cluster.person(0, "ana"), cluster.person(1, "eva")
        cluster.reap()
        assert "ana" not in eva.ask("/who")[0]
        assert EN.sentence("whois_not_here", name="ana") in eva.ask("/whois ana")[0]

    def test_are_here_again_after_it(self, cluster: Cluster) -> None:
        ana, eva = cluster.person(0, "ana"), cluster.person(1, "eva")
        cluster.reap()
        cluster.reconnect()
        assert "ana" in eva.ask("/who")[0]
        assert ana.ask("hola") == ["<ana> hola"]

    @ENDS
    def test_are_counted_in_the_list_of_rooms(self, cluster: Cluster, end: Any) -> None:
        ana, eva = cluster.person(0, "ana"), cluster.person(1, "eva")
        for each in ana, eva:
            each.type("/join ops")
        ana.type("hola")
        end(cluster)
        cluster.reconnect()
        for each in ana, eva:
            assert any(
                line.endswith(EN.sentence("room", room="ops", people=2, count=1))
                for line in each.ask("/rooms")
            )


class TestKeys:
    """Lines with idempotency keys, which are sent to another node when one does not answer."""

    @pytest.fixture
    def web(self) -> SiteWorld:
        return SiteWorld(nodes=2)

    def post(self, web: SiteWorld, node: int) -> Any:
        """Post a line with a key of an account to a node, and return the caller."""
        web.world._people = node - 1
        caller = web.caller()
        caller.send(
            request(
                "POST",
                "/api/rooms/lobby/messages",
                b"hola",
                authorization=f"Bearer {self.secret}",
                idempotency_key=KEY,
            )
        )
        caller.settle()
        return caller

    @ENDS
    def test_are_said_once(self, web: SiteWorld, end: Any) -> None:
        web.world.register("bot")
        self.secret = web.world.secret("bot")
        cluster = Cluster(web.world)
        end(cluster)
        first = self.post(web, 0)
        assert first.got() == []
        other = self.post(web, 1)
        assert [got.status for got in other.got()] == [201]
        cluster.reconnect()
        first.settle()
        assert [event.text for event in web.world.stored("lobby")] == ["hola"]
        (got,) = first.got()
        again = self.post(web, 0)
        assert [each.status for each in again.got()] == [200]
        assert got.status in (200, 201, 503), got


class TestReadMarks:
    @ENDS
    def test_are_merged(self, cluster: Cluster, end: Any) -> None:
        one, other = cluster.member(0, "ana"), cluster.member(1, "ana")
        luis = cluster.person(1, "luis")
        luis.type("one")
        end(cluster)
        luis.type("two")
        for each in other, one:
            each.hang_up()
        cluster.reconnect()
        cluster.world.wait(10)
        marks = [node.server.unread.read_marks.of("ana", "lobby") for node in cluster.world.nodes]
        assert marks == [2, 2]


class TestABrowser:
    @ENDS
    def test_comes_back_to_another_node(self, cluster: Cluster, end: Any) -> None:
        cluster.world.register("ana")
        secret = cluster.world.secret("ana", BROWSER)
        tabs = []
        for node in range(2):
            server = cluster.world.nodes[node].server
            cluster.come_to(node)
            if node:
                end(cluster)
            tabs.append(Browser(cluster.world, grant=server.credentials.grant_of(secret, BROWSER)))
            tabs[-1].send("hello", rooms={"lobby": None})
            assert tabs[-1].session.account == "ana"
