"""`chatd.chat.ballots`: rolls and tallies of anonymous questions, which nothing joins."""

from __future__ import annotations

import json

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.ballots import RollRecord
from chatd.errors import ErrorKind
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import PASSWORD, Member, World

ASK = "/ask anon Too fast? | yes | no"

pytestmark = pytest.mark.one_node("nodes that share a store ask no anonymous questions")

TWICE = EN.error(ErrorKind.NOT_ALLOWED, "answered_anonymously")
COUNTED = EN.notice("answered_once", answer="2: no")


class Class(World):
    """Ana, who asks, and pupils, in #class."""

    def __init__(self) -> None:
        super().__init__(nodes=1)
        self.ana = self.member("ana")
        self.ana.ask("/join class")

    def pupil(self, name: str = "", *, account: bool = False) -> Member:
        pupil = self.member(name) if account else self.person(name)
        pupil.ask("/join class")
        return pupil

    def kept(self, kind: str) -> list[dict[str, object]]:
        """Return the stored values of a kind of record."""
        return [
            json.loads(record.value)
            for record in self.store.records()
            if record.kind == kind and record.value is not None
        ]

    def counts(self) -> list[object]:
        return [tally["counts"] for tally in self.kept("tally")]

    def names(self) -> list[object]:
        return sorted(str(entry["name"]) for entry in self.kept("roll"))


@pytest.fixture
def world() -> Class:
    return Class()


def test_the_roll_has_names_and_the_tally_counts_and_no_record_has_both(world: Class) -> None:
    luis, nora = world.pupil("luis"), world.pupil("nora", account=True)
    world.ana.ask(ASK)
    assert luis.ask("/a 2") == [COUNTED]
    nora.ask("/a yes")
    assert (world.names(), world.counts()) == (["luis", "nora"], [[1, 1]])
    for entry in world.kept("roll"):
        assert entry.keys() == {"room", "seq", "question", "person", "name", "session"}
    assert world.kept("answer") == []


def test_an_answer_is_not_changed(world: Class) -> None:
    luis = world.pupil("luis")
    world.ana.ask(ASK), luis.ask("/a 2")
    assert luis.ask("/a 1") == [TWICE]
    assert luis.ask("/nick lucho", "/a 1")[-1] == TWICE
    assert world.counts() == [[0, 1]]


def test_a_person_is_counted_once_in_all_sessions(world: Class) -> None:
    one, other = world.pupil("luis", account=True), world.pupil("luis", account=True)
    world.ana.ask(ASK), one.ask("/a 2")
    other.seen()
    assert other.ask("/a 2") == [TWICE]
    assert one.ask("/logout", "/a 2")[-1] == TWICE
    guest = world.pupil()
    guest.ask("/a 2")
    world.register("nora")
    assert guest.ask(f"/login nora {PASSWORD}", "/a 2")[-1] == TWICE
    assert world.counts() == [[0, 2]]


def test_two_accounts_at_one_terminal_are_two_people(world: Class) -> None:
    world.register("luis"), world.register("nora")
    terminal = world.pupil()
    world.ana.ask(ASK)
    terminal.ask(f"/login luis {PASSWORD}", "/a 1", f"/login nora {PASSWORD}", "/a 2")
    assert (world.names(), world.counts()) == (["luis", "nora"], [[1, 1]])


def test_answers_that_come_while_one_is_stored_are_stored_together(world: Class) -> None:
    pupils = [world.pupil(f"p{number}") for number in range(5)]
    world.ana.ask(ASK)
    for pupil in pupils:
        pupil.seen()
    world.store.holds = True
    for number, pupil in enumerate(pupils):
        pupil.type(f"/a {1 + number % 2}")
        pupil.send(b"/a 1\n")  # it waits for the first one, and is refused then
    assert len(world.store.held) == 1
    world.store.release()
    world.settle()
    assert len(world.store.held) == 1
    assert (len(world.names()), world.counts()) == (1, [[1, 0]])
    world.store.holds = False
    world.store.release()
    world.settle()
    assert (len(world.names()), world.counts()) == (5, [[3, 2]])
    assert [pupil.seen()[-1] for pupil in pupils] == 5 * [TWICE]


def test_what_is_not_stored_is_not_counted(world: Class, expected_errors: Expect) -> None:
    luis, nora = world.pupil("luis"), world.pupil("nora")
    world.ana.ask(ASK), luis.seen(), nora.seen()
    world.store.holds = True
    luis.type("/a 1"), nora.type("/a 2")
    assert luis.seen() == nora.seen() == []
    world.fail(StoreError("the disk is full."))
    world.store.holds = False
    world.release()
    assert luis.seen()[0].startswith("ERR Not saved: ")
    assert nora.seen() == [COUNTED]
    assert (world.names(), world.counts()) == (["nora"], [[0, 1]])
    luis.ask("/a 1")
    assert world.counts() == [[1, 1]]
    expected_errors()


def test_it_is_closed_once_no_answer_is_being_stored(world: Class) -> None:
    luis, nora = world.pupil("luis"), world.pupil("nora")
    world.ana.ask(ASK), luis.seen(), nora.seen()
    world.store.holds = True
    luis.type("/a 1"), nora.type("/a 2"), world.ana.type("/ask done")
    world.store.holds = False
    world.release()
    closed = EN.notice("question_close", name="ana", counts="yes: 1, no: 1")
    assert luis.seen()[-1] == nora.seen()[-1] == closed
    assert world.kept("roll") == world.kept("tally") == []
    (question,) = world.kept("question")
    assert question["answers"] == [["", "", 0, ""], ["", "", 1, ""]]


def test_an_answer_that_is_given_once_another_is_refused_is_counted(world: Class) -> None:
    world.ana.ask(ASK), world.ana.ask(ASK)
    ballots, store = world.server.questions.ballots, world.store

    def cast(question: str, person: str) -> Deferred[None]:
        key = f"session {person}"
        return ballots.cast(RollRecord("class", 1, question, key, person, key), 1)

    store.holds = True
    done = [cast("class/1", "luis")]
    refused = cast("class/1", "nora")
    change(store, *ballots.removal("class/1"))  # its line is forgotten meanwhile
    refused.addErrback(lambda _: done.append(cast("class/2", "nora")))
    world.settle()
    store.holds = False
    store.release()
    world.settle()
    assert [each.called for each in done] == [True, True]
    assert ballots.chosen("class/2") == [1]


def test_it_is_there_after_a_restart(world: Class) -> None:
    luis = world.pupil("luis", account=True)
    world.ana.ask(ASK), luis.ask("/a 2")
    again = world.restarted()
    luis = again.member("luis")
    assert luis.ask("/join class", "/a 2")[-1] == TWICE


def test_who_has_not_answered_is_told_and_how_many_chose_what_is_not(world: Class) -> None:
    luis = world.pupil("luis")
    world.pupil("nora")
    world.ana.ask(ASK), luis.ask("/a 2")
    standing = EN.notice("have_answered", count=1, expected=2)
    assert world.ana.ask("/answers") == [f"{standing} {EN.sentence('not_yet', people='nora')}"]
    no_names = EN.error(ErrorKind.NOT_ALLOWED, "anonymous_has_no_names")
    assert world.ana.ask("/show answers") == [no_names]
    world.ana.ask("/ask done")
    assert world.ana.ask("/show answers") == [no_names]
    assert "1: 0, 2: 1." in world.ana.ask("/answers")[0]


def test_a_roll_and_a_tally_are_forgotten_with_their_line(world: Class) -> None:
    luis = world.pupil("luis")
    world.ana.ask(ASK), luis.ask("/a 2")
    world.server.questions.forgotten(world.room("class"), 1)
    world.settle()
    assert world.kept("roll") == world.kept("tally") == world.kept("question") == []


def test_a_roll_without_its_question_is_removed_at_the_start(world: Class) -> None:
    luis = world.pupil("luis")
    world.ana.ask(ASK), luis.ask("/a 2")
    world.store._records.pop(("question", "class/1"))
    again = world.restarted()
    again.settle()
    assert world.kept("roll") == world.kept("tally") == []


def test_who_gives_a_name_up_stays_counted_and_the_next_owner_may_answer(world: Class) -> None:
    luis = world.pupil("luis", account=True)
    world.ana.ask(ASK), luis.ask("/a 2", f"/unregister {PASSWORD}")
    assert (world.names(), world.counts()) == ([""], [[0, 1]])
    luis.hang_up()
    assert world.pupil("luis", account=True).ask("/a 2")[-1] == COUNTED
    assert world.counts() == [[0, 2]]


def test_nodes_that_share_a_store_ask_none() -> None:
    world = World(nodes=2)
    ana = world.member("ana")
    ana.ask("/join class")
    assert ana.ask(ASK) == [EN.error(ErrorKind.NOT_ALLOWED, "anonymous_not_here")]
