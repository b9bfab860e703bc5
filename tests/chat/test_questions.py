"""`chatd.chat.questions`: what is stored of questions and answers, and what is left of it."""

from __future__ import annotations

import json

import pytest
from twisted.internet.defer import Deferred

from chatd.chat import questions as questions_module
from chatd.chat.question_grammar import WORDS
from chatd.chat.question_records import Asked, Given, QuestionRecord, counts_of
from chatd.chat.questions import CLOSED_IN_A_ROOM
from chatd.event import Record
from chatd.remarks import Count
from chatd.storage.contract import StoreError
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import PASSWORD, HeldStore, Member, World

ASK = "/ask Which? | this | that"


@pytest.fixture
def ana(world: World) -> Member:
    ana = world.member("ana")
    ana.ask("/join class")
    return ana


def pupil(world: World, name: str = "", *, account: bool = False) -> Member:
    """Return a person who is in #class."""
    person = world.member(name) if account else world.person(name)
    person.ask("/join class")
    return person


def kept(world: World, kind: str) -> list[str]:
    """Return the stored values of a kind of record."""
    values = [record.value for record in world.store.records() if record.kind == kind]
    return [value for value in values if value is not None]


def asked(world: World) -> Asked:
    """Return the last question in #class, which is the same at each node."""
    found = [server.questions.of(server.rooms["class"])[-1] for server in world.servers]
    assert all(each == found[0] for each in found)
    return found[0]


def given(world: World) -> list[tuple[str, int]]:
    """Return the names and the options of the answers to the last question, at each node."""
    found = [server.questions.given_to(asked(world)) for server in world.servers]
    assert all(sorted(each) == sorted(found[0]) for each in found)
    return sorted((each.name, each.option) for each in found[0])


def test_it_is_there_after_a_restart(world: World, ana: Member) -> None:
    luis = pupil(world, "luis", account=True)
    ana.ask(ASK), luis.ask("/a 2")
    again = world.restarted()
    for server in again.servers:
        server.rooms.of("class")
    assert given(again) == [("luis", 1)]
    assert asked(again).record.expected == [["account luis", "luis"]]


def test_two_sessions_of_an_account_have_one_answer(world: World, ana: Member) -> None:
    one, other = pupil(world, "luis", account=True), pupil(world, "luis", account=True)
    ana.ask(ASK), one.ask("/a 1")
    assert other.ask("/a 2") == [EN.notice("answered_again", answer="2: that", name="ana")]
    assert given(world) == [("luis", 1)]
    assert len(kept(world, "answer")) == 1


def test_another_name_keeps_the_answer(world: World, ana: Member) -> None:
    luis = pupil(world, "luis")
    ana.ask(ASK), luis.ask("/a 1", "/nick lucho", "/a 2")
    assert given(world) == [("lucho", 1)]


def test_a_guest_that_connects_again_is_another_person(world: World, ana: Member) -> None:
    luis = pupil(world, "luis")
    ana.ask(ASK), luis.ask("/a 1")
    luis.hang_up()
    pupil(world, "luis").ask("/a 2")
    assert given(world) == [("luis", 0), ("luis", 1)]


def test_a_guest_that_logs_in_has_the_answer_that_it_gave(world: World, ana: Member) -> None:
    world.register("luis")
    guest = pupil(world)
    ana.ask(ASK), guest.ask("/a 1", f"/login luis {PASSWORD}", "/a 2")
    assert given(world) == [("luis", 1)]
    assert [json.loads(value)["person"] for value in kept(world, "answer")] == ["account luis"]


def test_who_has_logged_out_changes_the_answer_of_the_account(world: World, ana: Member) -> None:
    luis = pupil(world, "luis", account=True)
    ana.ask(ASK), luis.ask("/a 1", "/logout", "/a 2")
    assert [json.loads(value)["person"] for value in kept(world, "answer")] == ["account luis"]
    assert [option for _, option in given(world)] == [1]


def test_answers_as_a_guest_and_as_the_account_become_one(world: World, ana: Member) -> None:
    luis = pupil(world, "luis", account=True)
    guest = pupil(world)
    ana.ask(ASK), luis.ask("/a 1"), guest.ask("/a 1")
    assert len(given(world)) == 2
    guest.ask(f"/login luis {PASSWORD}", "/a 2")
    assert given(world) == [("luis", 1)]


def test_two_accounts_at_one_terminal_are_two_people(world: World, ana: Member) -> None:
    world.register("luis"), world.register("nora")
    terminal = pupil(world)
    ana.ask(ASK)
    terminal.ask(f"/login luis {PASSWORD}", "/a 1", f"/login nora {PASSWORD}", "/a 2")
    assert given(world) == [("luis", 0), ("nora", 1)]


def test_once_it_is_closed_one_record_has_all_answers(world: World, ana: Member) -> None:
    people = [pupil(world, f"p{number}") for number in range(3)]
    late = pupil(world, "late")
    ana.ask(ASK)
    for person in people:
        person.ask("/a 2")
    ana.ask("/ask done")
    assert kept(world, "answer") == []
    (value,) = kept(world, "question")
    assert len(json.loads(value)["answers"]) == 3
    assert given(world) == [("p0", 1), ("p1", 1), ("p2", 1)]
    assert [name for _, name in asked(world).record.expected] == [late.session.name]


def test_of_closed_ones_only_some_are_kept(world: World, ana: Member) -> None:
    for number in range(CLOSED_IN_A_ROOM + 2):
        ana.ask(f"/ask number {number}?", "/ask done")
    left = [json.loads(value)["words"] for value in kept(world, "question")]
    assert sorted(left) == [f"number {number}?" for number in range(2, CLOSED_IN_A_ROOM + 2)]


def test_it_is_forgotten_with_its_line_and_its_answers_with_it(world: World, ana: Member) -> None:
    luis = pupil(world, "luis")
    ana.ask(ASK), luis.ask("/a 1"), ana.ask("/ask here?"), luis.ask("/a")
    done = Deferred.fromCoroutine(world.store.forget("class", 1))
    world.settle()
    assert done.result == 1
    assert [json.loads(value)["words"] for value in kept(world, "question")] == ["here?"]
    assert [json.loads(value)["seq"] for value in kept(world, "answer")] == [2]
    for server in world.servers:
        assert [each.record.seq for each in server.questions.of(server.rooms["class"])] == [2]
        assert len(server.questions.answers) == 1


def test_an_answer_without_its_question_is_removed_at_the_start(world: World, ana: Member) -> None:
    luis = pupil(world, "luis")
    ana.ask(ASK), luis.ask("/a 1")
    world.store.write_records(Record("question", asked(world).key, None))
    world.settle()
    again = world.restarted()
    again.settle()
    assert kept(again, "answer") == []


def test_with_its_asker_goes_the_question_and_with_a_person_the_answer(
    world: World, ana: Member
) -> None:
    luis, nora = pupil(world, "luis", account=True), pupil(world, "nora", account=True)
    ana.ask(ASK), luis.ask("/a 1"), nora.ask("/a 2")
    luis.ask(f"/unregister {PASSWORD}")
    assert given(world) == [("nora", 1)]
    assert [name for _, name in asked(world).record.expected] == ["nora"]
    ana.ask(f"/unregister {PASSWORD}")
    assert kept(world, "question") == kept(world, "answer") == []


def test_answers_are_limited(world: World, ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions_module, "ANSWERS", 1)
    luis, nora = pupil(world, "luis"), pupil(world, "nora")
    ana.ask(ASK), luis.ask("/a 1")
    assert nora.ask("/a 1")[0].endswith(EN.sentence("too_many_answers", limit=1))
    assert luis.ask("/a 2") == [EN.notice("answered_again", answer="2: that", name="ana")]


def test_the_people_who_were_there_are_limited(
    world: World, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions_module, "EXPECTED", 1)
    pupil(world, "luis"), pupil(world, "nora")
    ana.ask(ASK)
    assert [name for _, name in asked(world).record.expected] == ["luis"]


@pytest.mark.one_node("the store of one node is held")
def test_an_answer_that_is_not_stored_is_not_given(expected_errors: Expect) -> None:
    world = World()
    ana = world.member("ana")
    ana.ask("/join class")
    luis = pupil(world, "luis")
    ana.ask(ASK), luis.seen()
    assert isinstance(world.store, HeldStore)
    world.store.holds = True
    luis.type("/a 1")
    assert luis.seen() == []  # no receipt before it is on disk
    world.fail(StoreError("the disk is full."))
    world.store.holds = False
    world.settle()
    assert luis.seen()[0].startswith("ERR Not saved: ")
    assert given(world) == []
    expected_errors()


def test_options_are_counted_and_equal_words_together() -> None:
    record = QuestionRecord("class", 1, "q", ["a"], False, "ana", "account ana", "session 1", [])
    chosen = [Given("account luis", "luis", 0, ""), Given("session 2", "guest2", 0, "")]
    assert counts_of(record, chosen, named=True) == (Count("a", 2, ("luis", "guest2")),)
    in_words = [Given("account luis", "luis", WORDS, "Sí"), Given("session 2", "x", WORDS, "sí")]
    counts = counts_of(record._replace(options=[]), in_words, named=False)
    assert counts == (Count("Sí", 2),)
