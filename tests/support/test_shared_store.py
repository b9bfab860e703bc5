"""The shared log: one order for all nodes, of what is safe; what is lost is shown by none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import uuid4

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.event import Draft, Record
from chatd.storage.claims import Claim
from chatd.storage.contract import Conflict, InDoubt
from chatd.storage.records import Table, change
from chatd.storage.shared.engine import JoinRequest, Replaced
from chatd.storage.shared.lease import BEAT_SECONDS
from tests.support.logs import Expect
from tests.support.shared_store import SharedLog, SharedMemoryStore
from tests.support.stores import Recorder, draft, texts

pytestmark = pytest.mark.quick


class Cup(NamedTuple):
    owner: str


class Guard(Recorder):
    """A recorder that lets some lines not be said when it is asked again."""

    forbidden = ""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Draft] = []
        self.meanwhile: Callable[[], None] = list

    def check_again(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        self.asked += drafts
        self.meanwhile()
        return [each for each in drafts if self.forbidden in each.texts]


class Mark(NamedTuple):
    seq: int


class Node:
    """A node with a table of cups, and one of rights."""

    def __init__(self, log: SharedLog, clock: Clock) -> None:
        self.clock = clock
        self.store = SharedMemoryStore(log, clock, clock.seconds)
        self.guard = Guard()
        self.store.subscribe(self.guard)
        self.cups = Table(self.store, "cup", Cup)
        self.rights = Table(self.store, "right", Cup, rights=True)
        self.marks = Table(self.store, "mark", Mark, grows="seq")

    def append(self, *lines: str) -> None:
        for line in lines:
            self.store.append(draft(line))
        self.clock.advance(0)

    def change(self, table: Table[Cup], key: str, owner: str) -> list[object]:
        """Change a value; what becomes of it is put into the list."""
        results: list[object] = []
        done = change(self.store, table.put(key, Cup(owner)))
        done.addBoth(lambda result: results.append(getattr(result, "value", result)))
        self.clock.advance(0)
        return results

    @property
    def shown(self) -> list[str]:
        return [text for what, some in self.guard.calls if what != "refused" for text in some]


class Nodes:
    def __init__(self) -> None:
        self.clock = Clock()
        self.log = SharedLog()
        self.one, self.other = Node(self.log, self.clock), Node(self.log, self.clock)

    def seal(self) -> None:
        """Seal what is visible, and what becomes visible by that."""
        for _ in range(5):
            self.log.seal()
            self.clock.pump([0] * 3)


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


class TestOrder:
    def test_all_nodes_publish_the_same(self, nodes: Nodes) -> None:
        nodes.one.append("a")
        nodes.other.append("b")
        nodes.one.append("c")
        assert nodes.one.shown == nodes.other.shown == ["a", "b", "c"]
        assert texts(nodes.one.guard.followed) == ["b"]

    def test_one_that_comes_later_publishes_what_comes_then(self, nodes: Nodes) -> None:
        nodes.one.append("a")
        late = Node(nodes.log, nodes.clock)
        nodes.one.append("b")
        assert late.shown == ["b"]
        assert [each.head for each in late.store.rooms()] == [2]

    def test_no_two_nodes_have_one_number_of_a_session(self, nodes: Nodes) -> None:
        blocks: list[range] = []
        for node in nodes.one, nodes.other, nodes.one:
            node.store.take_numbers().addCallback(blocks.append)
        assert len({number for block in blocks for number in block}) == sum(map(len, blocks))


class TestSafety:
    def test_what_is_visible_is_shown_once_it_is_sealed(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.one.append("a")
        assert nodes.one.shown == nodes.other.shown == []
        nodes.seal()
        assert nodes.one.shown == nodes.other.shown == ["a"]

    def test_what_is_lost_is_sent_again_and_shown_once(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.one.append("a")
        nodes.log.lose()
        nodes.seal()
        assert nodes.one.shown == nodes.other.shown == ["a"]
        assert [each.seq for each in nodes.one.guard.published] == [1]  # type: ignore[union-attr]

    def test_what_is_lost_with_its_node_is_shown_by_none(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.one.append("a")
        nodes.one.store.crash()
        nodes.log.lose()
        nodes.other.append("b")
        nodes.seal()
        assert nodes.other.shown == ["b"]

    def test_a_number_of_a_session_is_given_once_it_is_safe(self, nodes: Nodes) -> None:
        nodes.log.hold()
        block = nodes.one.store.take_numbers()
        assert not block.called
        nodes.seal()
        assert block.called


class TestACutOffNode:
    def test_catches_up(self, nodes: Nodes) -> None:
        nodes.other.store.cut = True
        nodes.one.append("a")
        assert nodes.other.shown == []
        nodes.other.store.reconnect()
        assert nodes.other.shown == ["a"]

    def test_sends_then_what_it_was_committing(self, nodes: Nodes) -> None:
        nodes.one.store.cut = True
        nodes.one.append("a")
        nodes.other.append("b")
        nodes.one.store.reconnect()
        assert nodes.one.shown == nodes.other.shown == ["b", "a"]

    def test_that_gives_up_is_in_doubt_and_shows_the_line_if_it_was_stored(
        self, nodes: Nodes, expected_errors: Expect
    ) -> None:
        nodes.log.hold()
        nodes.one.append("a")
        nodes.one.store.cut = True
        nodes.seal()
        nodes.one.store.give_up()
        assert [why for _, why in nodes.one.guard.refused] == [str(InDoubt())]
        nodes.one.store.reconnect()
        nodes.seal()
        assert texts(nodes.one.guard.followed) == ["a"]
        expected_errors()


class TestRecords:
    def test_are_in_the_tables_of_all_nodes(self, nodes: Nodes) -> None:
        assert nodes.one.change(nodes.one.cups, "red", "ana") == [None]
        assert nodes.other.cups["red"] == Cup("ana")
        nodes.other.change(nodes.other.cups, "red", "luis")
        assert nodes.one.cups["red"] == Cup("luis")

    def test_of_two_changes_of_one_the_second_fails(self, nodes: Nodes) -> None:
        nodes.log.hold()
        first = nodes.one.change(nodes.one.cups, "red", "ana")
        second = nodes.other.change(nodes.other.cups, "red", "luis")
        assert nodes.other.cups["red"] == Cup("luis")
        nodes.seal()
        assert first == [None]
        assert [type(each) for each in second] == [Conflict]
        assert nodes.one.cups["red"] == nodes.other.cups["red"] == Cup("ana")

    def test_changes_of_different_ones_do_not_meet(self, nodes: Nodes) -> None:
        nodes.log.hold()
        results = [
            nodes.one.change(nodes.one.cups, "red", "ana"),
            nodes.other.change(nodes.other.cups, "blue", "luis"),
        ]
        nodes.seal()
        assert results == [[None], [None]]

    def test_a_node_may_change_again_what_it_is_changing(self, nodes: Nodes) -> None:
        nodes.log.hold()
        results = [nodes.one.change(nodes.one.cups, "red", who) for who in ("ana", "luis")]
        nodes.seal()
        assert results == [[None], [None]]
        assert nodes.other.cups["red"] == Cup("luis")

    def test_the_lines_of_one_that_conflicts_are_refused(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.one.change(nodes.one.cups, "red", "ana")
        with nodes.other.store.together():
            nodes.other.store.append(draft("luis has the red cup"))
            done = change(nodes.other.store, nodes.other.cups.put("red", Cup("luis")))
        done.addErrback(lambda _: None)
        nodes.other.append("alone")
        nodes.seal()
        assert nodes.one.shown == nodes.other.shown == ["alone"]
        assert [why for _, why in nodes.other.guard.refused] == [str(Conflict())]

    def test_all_that_is_stored_together_with_one_that_conflicts_is_refused(
        self, nodes: Nodes
    ) -> None:
        nodes.log.hold()
        nodes.one.change(nodes.one.cups, "red", "ana")
        with nodes.other.store.together():
            for key in "red", "blue":
                done = change(nodes.other.store, nodes.other.cups.put(key, Cup("luis")))
                done.addErrback(lambda _: None)
        nodes.clock.advance(0)
        nodes.seal()
        assert dict(nodes.one.cups) == dict(nodes.other.cups) == {"red": Cup("ana")}

    def test_of_two_that_only_grow_the_greater_one_stays(self, nodes: Nodes) -> None:
        nodes.log.hold()
        for node, seq in (nodes.one, 9), (nodes.other, 7):
            change(node.store, node.marks.put("ana", Mark(seq)))
        nodes.clock.advance(0)
        nodes.seal()
        assert nodes.one.marks["ana"] == nodes.other.marks["ana"] == Mark(9)
        assert nodes.one.store.records() == [Record("mark", "ana", '{"seq": 9}')]

    def test_what_is_lost_is_not_in_any_table(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.one.change(nodes.one.cups, "red", "ana")
        nodes.one.store.crash()
        nodes.log.lose()
        nodes.seal()
        assert dict(nodes.other.cups) == {}
        assert nodes.other.store.records() == []


class TestClaims:
    def test_one_that_was_released_is_free_whatever_is_lost(self, nodes: Nodes) -> None:
        claim = Claim("ana", frozenset(["ana"]), "session 1")
        nodes.log.hold()
        nodes.one.store.claims.claim(claim)
        nodes.seal()
        nodes.one.store.claims.release(claim)
        nodes.clock.advance(0)
        nodes.log.lose()
        nodes.seal()
        asked = nodes.other.store.claims.claim(claim._replace(holder="session 2"))
        nodes.seal()
        assert asked.result is None


class TestRights:
    def test_a_line_behind_a_change_is_asked_for_again(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.one.change(nodes.one.rights, "luis", "muted")
        nodes.other.guard.forbidden = "insult"
        nodes.other.append("insult", "hola")
        nodes.seal()
        assert nodes.one.shown == nodes.other.shown == ["hola"]

    def test_a_line_before_it_is_not(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.other.guard.forbidden = "insult"
        nodes.other.append("insult")
        nodes.one.change(nodes.one.rights, "luis", "muted")
        nodes.seal()
        assert nodes.one.shown == nodes.other.shown == ["insult"]

    def test_what_is_stored_with_a_line_that_may_not_be_said_is_not(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.one.change(nodes.one.rights, "luis", "muted")
        nodes.other.guard.forbidden = "insult"
        with nodes.other.store.together():
            nodes.other.store.append(draft("insult"))
            done: Deferred[None] = change(
                nodes.other.store, nodes.other.cups.put("red", Cup("luis"))
            )
        failed = done.addErrback(lambda failure: failure.type)
        nodes.clock.advance(0)
        nodes.seal()
        assert failed.result is Conflict
        assert nodes.other.cups == nodes.one.cups == {}

    def test_what_goes_on_because_of_a_refusal_sends_nothing_that_is_refused(
        self, nodes: Nodes
    ) -> None:
        nodes.log.hold()
        nodes.one.change(nodes.one.rights, "luis", "muted")
        nodes.other.guard.forbidden = "insult"
        nodes.other.guard.meanwhile = nodes.other.store.send
        nodes.other.append("insult", "hola")
        nodes.seal()
        assert nodes.one.shown == nodes.other.shown == ["hola"]

    def test_a_line_is_asked_for_before_anything_else_is_changed_here(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.other.append("first")
        nodes.other.append("insult")  # waits until the first one is shown
        nodes.other.guard.forbidden = "insult"
        nodes.one.change(nodes.one.rights, "luis", "muted")
        nodes.log.seal()
        nodes.other.guard.forbidden = ""
        nodes.seal()
        assert nodes.one.shown == nodes.other.shown == ["first"]

    def test_one_that_was_refused_is_not_asked_for_again(self, nodes: Nodes) -> None:
        nodes.log.hold()
        nodes.other.append("first")
        nodes.other.append("insult")
        nodes.other.guard.forbidden = "insult"
        nodes.one.change(nodes.one.rights, "luis", "muted")
        nodes.log.seal()
        nodes.other.guard.asked.clear()
        nodes.one.change(nodes.one.rights, "ana", "muted")
        nodes.seal()
        assert nodes.other.guard.asked == []

    def test_one_that_was_refused_is_not_refused_again_if_its_batch_is_given_up(
        self, nodes: Nodes, expected_errors: Expect
    ) -> None:
        nodes.log.hold()
        nodes.one.change(nodes.one.rights, "luis", "muted")
        nodes.other.guard.forbidden = "insult"
        nodes.other.append("insult", "hola")
        nodes.log.seal()
        nodes.other.store.give_up()
        assert [texts for texts, _ in nodes.other.guard.refused] == [draft("hola")]
        expected_errors()

    def test_two_changes_of_rights_do_not_pass_one_another(self, nodes: Nodes) -> None:
        nodes.log.hold()
        first = nodes.one.change(nodes.one.rights, "luis", "muted")
        second = nodes.other.change(nodes.other.rights, "ana", "muted")
        nodes.seal()
        assert (first, [type(each) for each in second]) == ([None], [Conflict])


class TestTerms:
    def test_one_whose_begin_was_not_answered_is_begun_once(self, nodes: Nodes) -> None:
        membership = nodes.one.store.membership
        nodes.log.hold()
        membership.join()
        nodes.one.store.engine.end_link("it broke")
        nodes.clock.advance(1)
        nodes.seal()
        assert membership.term == nodes.log.state.terms == 3

    def test_a_node_whose_name_another_process_has_can_follow_no_more(self, nodes: Nodes) -> None:
        broken: list[Exception] = []
        nodes.one.store.when_broken(broken.append)
        nodes.log.join(1, JoinRequest(uuid4(), nodes.one.store.membership.term))
        nodes.clock.advance(BEAT_SECONDS)
        assert [type(why) for why in broken] == [Replaced]


def test_records_that_are_read_at_the_start_are_safe(nodes: Nodes) -> None:
    nodes.log.hold()
    nodes.one.change(nodes.one.cups, "red", "ana")
    late = Node(nodes.log, nodes.clock)
    nodes.one.store.crash()
    nodes.log.lose()
    assert late.cups["red"] == Cup("ana")
    assert late.store.records() == [Record("cup", "red", '{"owner": "ana"}')]
