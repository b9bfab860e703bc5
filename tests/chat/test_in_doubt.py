"""The answers, and what follows later, if it is not known whether a batch was stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.errors import ErrorKind
from chatd.storage.contract import InDoubt
from tests.support.browser import browser
from tests.support.logs import Expect
from tests.support.sentences import EN, ES
from tests.support.shared_store import SharedLog, SharedMemoryStore
from tests.support.world import PASSWORD, Member, World

LINE_IN_DOUBT = EN.error(ErrorKind.NOT_KNOWN, "in_doubt")
CHANGE_IN_DOUBT = EN.error(ErrorKind.NOT_KNOWN, "change_in_doubt")
KEY = "k" * 16


class Node:
    """A server whose store can lose the connection to a log that other servers write, too."""

    def __init__(self) -> None:
        clock = Clock()
        clock.advance(1_000_000)
        self.log = SharedLog()
        self.is_lost = False
        self.store = SharedMemoryStore(self.log, clock, clock.seconds)
        self.world = World(clock=clock, store=self.store)
        other = SharedMemoryStore(self.log, clock, clock.seconds)
        self.other = World(clock=clock, store=other)

    def begin(self, *, is_stored: bool) -> None:
        """Let what is said next be stored or not, and in either case not be answered."""
        self.log.hold()
        self.is_lost = not is_stored

    def give_up(self) -> None:
        """Wait for the answer no longer."""
        self.store.cut = True
        if self.is_lost:
            self.log.lose()
        self.store.give_up()
        self.world.settle()

    def reconnect(self) -> None:
        """Read what the log has by now."""
        self.log.holds = False
        self.log.seal()
        self.store.reconnect()
        for _ in range(5):
            self.world.settle()

    def doubt(self, person: Member, line: str, *, is_stored: bool) -> list[str]:
        """Let a person type a line, and the store not answer. Return what the person sees."""
        self.begin(is_stored=is_stored)
        person.type(line)
        self.give_up()
        return person.seen()

    def said(self, text: str, room: str = "lobby") -> int:
        """Return how many events with a text the log of a room has."""
        log: Any = self.log.state.logs.get(room)
        return 0 if log is None else sum(event.text == text for event in log.events)


@pytest.fixture
def nodes() -> Node:
    """Return a node that is never in doubt."""
    return Node()


@pytest.fixture
def node(expected_errors: Expect) -> Iterator[Node]:
    yield Node()
    expected_errors()


def is_idle(person: Any) -> bool:
    """Return True if nothing of a session is counted as on its way."""
    queue = person.session.queue
    return (queue.unpublished, queue.unpublished_work, queue.settled) == (0, 0, True)


class TestALine:
    def test_its_author_is_told_that_it_is_in_doubt(self, node: Node) -> None:
        ana, luis = node.world.person("ana"), node.world.person("luis")
        ana.seen()
        assert node.doubt(ana, "hola", is_stored=True) == [LINE_IN_DOUBT]
        assert luis.seen() == []
        assert is_idle(ana)

    def test_in_the_language_of_the_session(self, node: Node) -> None:
        ana = node.world.person("ana")
        ana.ask("/idioma es")
        assert node.doubt(ana, "hola", is_stored=False) == [
            ES.error(ErrorKind.NOT_KNOWN, "in_doubt")
        ]

    def test_it_is_shown_later_if_it_was_stored(self, node: Node) -> None:
        ana, luis = node.world.person("ana"), node.world.person("luis")
        ana.ask("/bell all")
        ana.seen()
        node.doubt(ana, "hola", is_stored=True)
        node.reconnect()
        assert ana.seen() == luis.seen() == ["<ana> hola"]
        assert is_idle(ana)

    def test_and_never_if_it_was_not(self, node: Node) -> None:
        ana, luis = node.world.person("ana"), node.world.person("luis")
        ana.seen()
        node.doubt(ana, "hola", is_stored=False)
        node.reconnect()
        assert ana.seen() == luis.seen() == []
        assert ana.ask("again") == luis.seen() == ["<ana> again"]
        assert is_idle(ana)

    def test_a_program_is_told_too(self, node: Node) -> None:
        program = node.world.program()
        program.seen()
        assert node.doubt(program, "hola", is_stored=True) == ["ERR Not known"]
        node.reconnect()
        assert program.seen() == ["hola"]

    def test_of_a_message_of_several_lines_one_is_told(self, node: Node) -> None:
        ana = node.world.person("ana")
        ana.ask("/paste", "one", "two")
        assert node.doubt(ana, ".", is_stored=True) == [LINE_IN_DOUBT]
        node.reconnect()
        assert ana.seen() == ["<ana> one", "<ana> two"]

    def test_one_in_another_room_is_told_of_later(self, node: Node) -> None:
        node.world.person("luis").type("/join ops", "hey")
        ana = node.world.person("ana")
        assert node.doubt(ana, "/msg #ops hola", is_stored=True) == [LINE_IN_DOUBT]
        node.reconnect()
        assert ana.seen() == [EN.notice("said_in_room", room="ops")]

    def test_a_topic_is_as_it_was_until_the_log_says_so(self, node: Node) -> None:
        ana = node.world.person("ana")
        assert node.doubt(ana, "/topic tea", is_stored=True) == [LINE_IN_DOUBT]
        assert node.world.room("lobby").topic == ""
        node.reconnect()
        assert node.world.room("lobby").topic == "tea"

    def test_a_private_line_is_shown_to_both_later(self, node: Node) -> None:
        ana, luis = node.world.person("ana"), node.world.member("luis")
        ana.seen()
        assert node.doubt(ana, "/msg luis hola", is_stored=True) == [LINE_IN_DOUBT]
        assert luis.seen() == []
        node.reconnect()
        assert ana.seen() == ["(private to luis) <ana> hola"]
        assert luis.seen() == ["(private) <ana> hola"]
        assert is_idle(ana)

    def test_an_account_has_read_its_own(self, node: Node) -> None:
        node.world.register("ana")
        token = node.world.secret("ana")
        tab = browser(node.world, token=token, rooms={"lobby": None})
        tab.say("before", room="lobby")
        node.begin(is_stored=True)
        tab.say("hola", room="lobby")
        node.give_up()
        node.reconnect()
        tab.hang_up()
        node.world.wait(100)
        back = browser(node.world, token=token, rooms={})
        back.say("/missed", room=None)
        assert [each["key"] for each in back.seen("say")] == ["nothing_missed"]

    @pytest.mark.parametrize("line", ["/topic tea", "/msg luis hola"])
    def test_the_error_of_one_that_a_command_said_has_the_id_of_the_command(
        self, node: Node, line: str
    ) -> None:
        node.world.member("luis")
        tab = browser(node.world, name="ana", rooms={"lobby": None})
        node.begin(is_stored=True)
        tab.say(line, room="lobby", id=7)
        node.give_up()
        (error,) = tab.seen("error", "unsure", "refused")
        assert (error["key"], error["id"]) == ("in_doubt", 7)


class TestAKey:
    """A line with a key is said once, stored or not the first time."""

    def in_doubt(self, node: Node, *, is_stored: bool) -> Any:
        """Say a line with a key that is in doubt, and return the browser."""
        tab = browser(node.world, name="ana", rooms={"lobby": None}, key="q" * 16)
        node.begin(is_stored=is_stored)
        tab.say("hola", room="lobby", key=KEY, id=7)
        node.give_up()
        error, unsure = tab.seen("error", "unsure", "ack", "refused")
        assert (error["kind"], error["key"], error["id"]) == ("Not known", "in_doubt", 7)
        assert unsure == {"type": "unsure", "id": 7}
        return tab

    def test_one_that_was_stored_is_acknowledged_when_it_is_sent_again(self, node: Node) -> None:
        tab = self.in_doubt(node, is_stored=True)
        node.reconnect()
        assert tab.texts() == ["hola"]
        tab.say("hola", room="lobby", key=KEY, id=8)
        assert tab.seen("ack", "error") == [{"type": "ack", "id": 8, "room": "lobby", "seq": 1}]
        assert node.said("hola") == 1
        assert is_idle(tab)

    def test_one_that_was_not_is_said_then(self, node: Node) -> None:
        tab = self.in_doubt(node, is_stored=False)
        node.reconnect()
        tab.say("hola", room="lobby", key=KEY, id=8)
        assert tab.seen("ack", "error") == [{"type": "ack", "id": 8, "room": "lobby", "seq": 1}]
        assert node.said("hola") == 1

    def test_one_that_is_sent_again_before_the_log_says_so_is_said_once(self, node: Node) -> None:
        tab = self.in_doubt(node, is_stored=True)
        tab.say("hola", room="lobby", key=KEY, id=8)
        assert tab.seen("ack", "error", "unsure") == []
        node.reconnect()
        assert tab.seen("ack", "error") == [{"type": "ack", "id": 8, "room": "lobby", "seq": 1}]
        assert node.said("hola") == 1
        assert is_idle(tab)

    def test_one_who_waits_for_it_is_told_the_same(self, node: Node) -> None:
        tabs = [
            browser(node.world, name="ana", rooms={"lobby": None}, key="q" * 16) for _ in range(2)
        ]
        node.begin(is_stored=True)
        for tab in tabs:
            tab.say("hola", room="lobby", key=KEY, id=7)
        node.give_up()
        for tab in tabs:
            assert tab.seen("unsure", "ack") == [{"type": "unsure", "id": 7}]
        node.reconnect()
        assert node.said("hola") == 1

    def test_one_that_another_node_said_before_is_acknowledged(self, nodes: Node) -> None:
        tabs = [
            browser(world, name=name, rooms={"lobby": None}, key="q" * 16)
            for world, name in ((nodes.other, "ana"), (nodes.world, "ana_"))
        ]
        nodes.log.hold()
        for id, tab in enumerate(tabs):
            tab.say("hola", room="lobby", key=KEY, id=id)
        nodes.reconnect()
        assert [tab.seen("ack", "refused", "error", "unsure") for tab in tabs] == [
            [{"type": "ack", "id": id, "room": "lobby", "seq": 1}] for id in range(2)
        ]
        assert nodes.said("hola") == 1


class TestAChange:
    """A change that is in doubt is not in force, and the person is told to look."""

    def test_a_mute(self, node: Node) -> None:
        ana, luis = node.world.member("ana"), node.world.person("luis")
        ana.ask("/create ops")
        luis.ask("/join ops")
        ana.seen()
        assert node.doubt(ana, "/mute luis 10m", is_stored=True) == [CHANGE_IN_DOUBT]
        assert is_idle(ana)
        node.reconnect()
        assert any("muted luis" in line for line in luis.seen())
        assert luis.ask("hola")[0].startswith("ERR Not allowed")

    def test_a_registration_leaves_the_name_a_guests(self, node: Node) -> None:
        ana = node.world.person("ana")
        node.begin(is_stored=True)
        ana.type(f"/register {PASSWORD}")
        node.log.seal()  # the claim of the name
        node.world.settle()
        node.give_up()
        assert ana.seen()[-1] == CHANGE_IN_DOUBT
        assert ana.session.account is None
        node.reconnect()
        assert node.world.server.accounts.called("ana") is not None

    def test_a_name_stays_free_for_others(self, node: Node) -> None:
        ana, luis = node.world.person(), node.world.person()
        ana.seen()
        assert node.doubt(ana, "/nick ana", is_stored=True) == [CHANGE_IN_DOUBT]
        assert ana.session.is_guest
        node.reconnect()
        luis.ask("/nick ana")
        assert luis.session.name == "ana"

    def test_a_setting(self, node: Node) -> None:
        ana = node.world.member("ana")
        assert node.doubt(ana, "/times on", is_stored=True) == [CHANGE_IN_DOUBT]
        assert is_idle(ana)

    def test_what_the_operator_orders(self, node: Node) -> None:
        node.world.register("ana")
        node.begin(is_stored=True)
        reply = node.world.ask_operator("promote", name="ana")
        node.give_up()
        assert reply.result == {"error": EN.sentence("change_in_doubt")}

    def test_what_another_node_changed_meanwhile_is_refused(self, nodes: Node) -> None:
        nodes.world.register("ana")
        nodes.log.hold()
        first = nodes.other.ask_operator("promote", name="ana")
        second = nodes.world.ask_operator("demote", name="ana")
        nodes.reconnect()
        assert "said" in first.result
        assert second.result == {"error": EN.sentence("changed_meanwhile")}


def test_lines_without_an_account_are_no_less_in_doubt(expected_errors: Expect) -> None:
    world = World(slow=True)
    ana = world.person()
    world.release()
    ana.send(b"one\ntwo\n")
    world.fail(InDoubt())
    assert ana.seen()[-2:] == [LINE_IN_DOUBT] * 2
    assert is_idle(ana)
    expected_errors()
