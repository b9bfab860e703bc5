"""IRC clients with whom another process goes on, on the same store."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.formats.irc_spoken import CONCAT, MULTILINE
from chatd.protocols.transport.handler import Goodbye
from tests.support.irc_client import IrcClient, codes, irc_client, irc_person, plain
from tests.support.node_clocks import NodeClocks
from tests.support.sentences import EN
from tests.support.world import FAR, IRC_NAME, World

LABELLING = "batch labeled-response echo-message"
EVERYTHING = (
    f"{LABELLING} account-notify account-tag away-notify draft/chathistory draft/read-marker"
    f" {MULTILINE} extended-join extended-monitor message-tags multi-prefix sasl server-time"
    " setname standard-replies userhost-in-names"
)
START = f":{IRC_NAME}"


@pytest.fixture
def world() -> World:
    return World(nodes=1)


@pytest.fixture
def ana(world: World) -> IrcClient:
    return irc_person(world, "ana", "ops", capabilities=LABELLING)


@pytest.fixture
def luis(world: World, ana: IrcClient) -> IrcClient:
    return irc_person(world, "luis", "ops", "tea")


def same(client: IrcClient, *lines: str) -> Callable[[], bool]:
    """Return a function that is true if the answers to some lines are what they are now."""
    before = client.ask(*lines)
    return lambda: client.ask(*lines) == before


class TestEverybody:
    def test_is_sent_nothing(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        person = world.person("eva")
        person.type("/join ops")
        world.wait(60)
        ana.seen(), luis.seen(), person.seen()
        world.hand_over()
        world.wait(60)
        assert (ana.seen(), luis.seen(), person.seen()) == ([], [], [])

    def test_talks_on(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        person = world.person("eva")
        person.type("/join ops")
        world.wait(60)
        ana.seen(), luis.seen(), person.seen()
        world.hand_over()
        ana.send("PRIVMSG #ops :hola")
        said = ":ana!ana@irc.example PRIVMSG #ops :hola"
        assert (ana.seen(), luis.seen(), person.seen()) == ([said], [said], ["<ana> hola"])

    def test_sees_the_same_people_in_the_same_order(self, world: World, luis: IrcClient) -> None:
        names = ["zoe", "eva", "bob"]
        clients = [irc_person(world, name, "tea") for name in names]
        luis.seen()
        world.clients.reverse()  # so they are resumed in another order
        is_same = same(luis, "NAMES #tea", "WHO #tea")
        world.hand_over()
        assert is_same()
        assert luis.ask("NAMES #tea")[0].endswith(" :luis zoe eva bob")
        assert clients[0].ask("NAMES #tea")[0].endswith(" :luis zoe eva bob")

    def test_is_shown_once_who_goes_and_who_comes(
        self, world: World, ana: IrcClient, luis: IrcClient
    ) -> None:
        ana.seen()
        world.hand_over()
        luis.send("PART #ops :bye")
        assert ana.seen() == [":luis!luis@irc.example PART #ops :bye"]
        luis.send("JOIN #ops")
        assert ana.seen() == [":luis!luis@irc.example JOIN #ops"]
        luis.hang_up()
        assert codes(ana.seen()) == ["QUIT"]

    def test_takes_another_name(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        ana.seen()
        world.hand_over()
        assert luis.ask("NICK eva") == [":luis!luis@irc.example NICK eva"]
        assert ana.seen() == [":luis!luis@irc.example NICK eva"]
        assert luis.ask("NICK ana")[0].startswith(f"{START} 433 eva ana :")

    def test_may_be_away(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        luis.send("AWAY :tea")
        world.hand_over()
        assert ana.ask("PRIVMSG luis :hola")[-1] == f"{START} 301 ana luis :tea"
        assert codes(luis.ask("AWAY")) == ["305"]

    def test_ignores_whom_it_ignored(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        eva = world.member("eva", ignored=["ANA"])
        eva.seen()
        world.hand_over()
        ana.send("PRIVMSG eva :one")
        luis.send("PRIVMSG eva :two")
        seen = "\n".join(eva.seen())
        assert ("one" in seen, "two" in seen) == (False, True)

    def test_has_its_user_and_real_name(self, world: World, ana: IrcClient) -> None:
        irc_person(world, "luis", "ops")
        gone = irc_person(world, "eva")
        gone.send("QUIT")
        is_same = same(ana, "WHOIS ana", "WHO luis", "WHOWAS eva", "LUSERS")
        world.hand_over()
        assert is_same()

    def test_has_its_capabilities(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", capabilities=EVERYTHING, account=True)
        eva = irc_person(world, "eva", "ops", capabilities=EVERYTHING)
        is_same = same(ana, "CAP LIST", "NAMES #ops")
        own = ana.handler.own_format
        before = own.capabilities, own.shared.capabilities, own.number
        world.hand_over()
        assert is_same()
        after = ana.handler.own_format
        assert (after.capabilities, after.shared.capabilities, after.number) == before
        ana.seen()
        eva.send("SETNAME :Eva", "TAGMSG #ops")
        assert ana.seen() == [":eva!eva@irc.example SETNAME :Eva"]

    def test_ends_its_half_line(self, world: World, ana: IrcClient) -> None:
        ana.protocol.dataReceived("PRIVMSG #ops :media lí".encode()[:-1])
        world.hand_over()
        ana.send("í".encode()[1:] + b"nea")
        assert ana.seen() == [":ana!ana@irc.example PRIVMSG #ops :media línea"]

    def test_can_log_in(self, world: World) -> None:
        world.register("ana")
        ana = irc_person(world, "visitor", "ops", capabilities="sasl")
        ana.send("AUTHENTICATE PLAIN")
        ana.seen()
        world.hand_over()
        assert "903" in codes(ana.ask(*plain("ana")))
        assert ana.handler.session.account == "ana"

    def test_is_told_if_it_cannot_log_in_any_more(self, world: World) -> None:
        world.server.logins.secrecy.allow_plaintext(True)
        far = irc_person(world, "far", capabilities="cap-notify sasl", address=FAR)
        here = irc_person(world, "here", capabilities="cap-notify sasl")
        world.hand_over()  # to one with other settings
        assert far.seen() == [f"{START} CAP far DEL :draft/account-registration sasl"]
        assert here.seen() == []
        assert far.ask("CAP LIST") == [f"{START} CAP far LIST :cap-notify"]

    def test_is_logged_in(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        is_same = same(ana, "WHOIS ana")
        world.hand_over()
        assert is_same()
        assert ana.handler.session.account == "ana"
        assert ana.handler.own_format.logged_in

    def test_is_told_the_reason_when_it_quits(self, world: World, ana: IrcClient) -> None:
        world.hand_over()
        assert ana.ask("QUIT")[-1] == f"ERROR :{EN.sentence('irc_closing')}"
        assert ana.closed or ana.transport.half_closed


class TestThoseUnderWay:
    def test_one_that_is_registering_cannot_go_on(self, world: World) -> None:
        client = irc_client(world)
        client.send("NICK ana", "CAP LS 302")
        assert not client.protocol.connection.movable
        assert client.protocol.connection.state() is None

    def test_it_is_told_to_come_back(self, world: World) -> None:
        client = irc_client(world)
        client.send("NICK ana")
        client.protocol.connection.say_goodbye(Goodbye.UPGRADING)
        assert client.seen() == [f"ERROR :{EN.sentence('upgrading')}"]

    def test_nor_one_whose_lines_wait_for_the_disk(self) -> None:
        world = World(nodes=1)
        ana = irc_person(world, "ana", "ops")
        world.store.holds = True
        ana.send("PRIVMSG #ops :hola")
        assert ana.protocol.connection.state() is None
        world.store.release()
        world.store.holds = False
        assert ana.protocol.connection.state() is not None


class TestLabels:
    def test_an_answer_has_one(self, world: World, ana: IrcClient) -> None:
        world.hand_over()
        assert ana.ask("@label=x PING y") == [f"@label=x {START} PONG irc.example :y"]
        assert ana.ask("@label=x WHOIS ana")[0].startswith(f"@label=x {START} BATCH +labeled ")

    def test_an_answer_that_is_not_taken_is_sent_whole(
        self, world: World, ana: IrcClient, luis: IrcClient
    ) -> None:
        answer = ana.ask("@label=x NAMES #ops")
        ana.transport.producer.pauseProducing()
        ana.send("@label=x NAMES #ops")
        world.hand_over()
        assert ana.seen() == answer

    def test_own_lines_have_theirs(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        ana.seen()
        ana.transport.producer.pauseProducing()
        ana.send("@label=x PRIVMSG #ops :one", "@label=y PRIVMSG #ops :two")
        luis.send("PRIVMSG #ops :three")
        ana.send("@label=z PRIVMSG #ops :four")
        world.hand_over()
        assert ana.seen() == [
            "@label=x :ana!ana@irc.example PRIVMSG #ops :one",
            "@label=y :ana!ana@irc.example PRIVMSG #ops :two",
            ":luis!luis@irc.example PRIVMSG #ops :three",
            "@label=z :ana!ana@irc.example PRIVMSG #ops :four",
        ]
        assert ana.ask("@label=x PRIVMSG #ops :five")[0].startswith("@label=x :ana!")


class TestBatches:
    @pytest.fixture
    def ana(self, world: World) -> IrcClient:
        capabilities = f"{LABELLING} message-tags {MULTILINE}"
        return irc_person(world, "ana", "ops", capabilities=capabilities)

    def test_one_that_is_open_goes_on(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        ana.send(f"@label=x BATCH +1 {MULTILINE} #ops", "@batch=1 PRIVMSG #ops :one")
        ana.seen()
        world.hand_over()
        ana.send(f"@batch=1;{CONCAT} PRIVMSG #ops :and", "@batch=1 PRIVMSG #ops :two", "BATCH -1")
        assert ana.seen()[0].startswith("@label=x;")
        assert [event.text for event in world.stored("ops")] == ["oneand", "two"]
        said = ":ana!ana@irc.example PRIVMSG #ops :"
        assert luis.seen()[-3:] == [f"{said}one", f"{said}and", f"{said}two"]  # as it was cut

    def test_one_that_is_spoiled_stays_so(self, world: World, ana: IrcClient) -> None:
        ana.send(f"BATCH +1 {MULTILINE} #ops", "@batch=1 PRIVMSG #tea :one")
        ana.seen()
        world.hand_over()
        assert ana.ask("@batch=1 PRIVMSG #ops :two", "BATCH -1") == []


class TestPeople:
    def test_names_are_watched(self, world: World, ana: IrcClient) -> None:
        person = world.person("eva")
        is_same = same(ana, "MONITOR + eva,bob", "MONITOR S", "MONITOR L")
        world.hand_over()
        world.settle()
        assert is_same()
        person.type("/nick bob")
        world.settle()
        assert ana.seen() == [
            f"{START} 731 ana :eva",
            f"{START} 730 ana :bob!bob@irc.example",
        ]
        ana.send("MONITOR C")
        person.type("/nick eva")
        assert ana.seen() == []

    def test_those_who_left_are_known(self, world: World, ana: IrcClient) -> None:
        gone = irc_person(world, "eva")
        gone.send("QUIT")
        is_same = same(ana, "WHOWAS eva")
        world.hand_over()
        world.hand_over()
        assert is_same()

    def test_the_talks_of_an_account(self, world: World) -> None:
        capabilities = "batch draft/chathistory message-tags"
        ana = irc_person(world, "ana", capabilities=capabilities, account=True)
        irc_person(world, "luis"), irc_person(world, "eva", account=True)
        ana.send("PRIVMSG luis :one", "PRIVMSG eva :two")
        is_same = same(
            ana,
            "CHATHISTORY TARGETS timestamp=1970-01-01T00:00:00.000Z"
            " timestamp=2970-01-01T00:00:00.000Z 10",
            "CHATHISTORY LATEST luis * 10",
            "CHATHISTORY LATEST eva * 10",
        )
        world.hand_over()
        assert is_same()

    def test_read_markers(self, world: World, ana: IrcClient) -> None:
        ana.send("MARKREAD luis timestamp=2026-01-01T00:00:00.000Z")
        is_same = same(ana, "MARKREAD luis")
        world.hand_over()
        assert is_same()
        assert "2026" in ana.ask("MARKREAD luis")[0]

    def test_who_is_typing(self, world: World, ana: IrcClient) -> None:
        capabilities = "message-tags"
        luis = irc_person(world, "luis", "ops", capabilities=capabilities)
        eva = irc_person(world, "eva", "ops", capabilities=capabilities)
        luis.send("@+typing=active TAGMSG #ops")
        eva.seen()
        world.hand_over()
        luis.send("@+typing=done TAGMSG #ops")
        assert eva.seen() == ["@+typing=done :luis!luis@irc.example TAGMSG #ops"]


class TestASlowClient:
    def test_is_sent_who_came_and_went_at_its_place(
        self, world: World, ana: IrcClient, luis: IrcClient
    ) -> None:
        ana.seen()
        ana.transport.producer.pauseProducing()
        luis.send("PRIVMSG #ops :one")
        eva = irc_person(world, "eva", "ops")
        luis.send("PRIVMSG #ops :two")
        eva.send("PART #ops")
        world.hand_over()
        lines = [
            ":luis!luis@irc.example PRIVMSG #ops :one",
            ":eva!eva@irc.example JOIN #ops",
            ":luis!luis@irc.example PRIVMSG #ops :two",
            ":eva!eva@irc.example PART #ops :",
        ]
        assert ana.seen() == lines

    def test_also_before_an_answer(self, world: World, ana: IrcClient, luis: IrcClient) -> None:
        ana.seen()
        ana.transport.producer.pauseProducing()
        luis.send("PRIVMSG #ops :one", "PART #ops")
        ana.send("PING x")
        luis.send("JOIN #ops")
        world.hand_over()
        assert codes(ana.seen()) == ["PRIVMSG", "PART", "PONG", "JOIN"]


class TestOneOfTwoNodes:
    @pytest.fixture
    def people(self) -> list[IrcClient]:
        """Return four people in a room, each two of one node, who watch each other."""
        world = World(nodes=2, clock=NodeClocks())
        names = ["ana", "luis", "eva", "tom"]
        people = [irc_person(world, name, "ops") for name in names]
        for person in people:
            person.send(f"MONITOR + {','.join(names)},zoe")
        world.wait(60)
        for person in people:
            person.seen()
        return people

    def test_people_of_both_are_as_before(self, people: list[IrcClient]) -> None:
        world = people[0].world
        are_same = [same(each, "NAMES #ops", "MONITOR S", "WHOIS tom") for each in people]
        for node in range(2):
            world.hand_over(node)
            world.wait(60)
            assert [each.seen() for each in people] == [[]] * 4
            assert [is_same() for is_same in are_same] == [True] * 4

    def test_one_who_goes_is_shown_to_all_once(self, people: list[IrcClient]) -> None:
        *others, tom = people
        for node in range(2):
            tom.world.hand_over(node)
        tom.send("QUIT :bye")
        tom.world.wait(60)
        assert [codes(each.seen()) for each in others] == [["QUIT", "731"]] * 3
