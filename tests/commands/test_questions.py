"""/ask, /a, /answers and /show, as people use them: what they do, and to whom they are refused."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatd.chat.permissions import Mode, Role
from chatd.chat.question_grammar import ANSWER_CHARACTERS, QUESTION_CHARACTERS
from chatd.chat.questions import OPEN_IN_A_ROOM
from chatd.commands.questions import PEOPLE_NAMED, WORDS_LISTED
from chatd.errors import ErrorKind
from chatd.event import Kind
from chatd.i18n import Language, people
from tests.support.answers import only
from tests.support.rights import give_role, set_mode
from tests.support.sentences import EN, ES, Sentences
from tests.support.world import Member, World

ASK = "/ask Which port does HTTP use? | 21 | 80 | 443"
PORTS = "Which port does HTTP use? 1: 21, 2: 80, 3: 443."


def asked(words: str = PORTS, how: str = "/a 2", by: str = "ana", of: Sentences = EN) -> str:
    """Return the line of a question."""
    return of.notice("asks", name=by, question=words, how=how)


def standing(
    given: int,
    expected: int,
    counts: str = "",
    missing: Sequence[str] = (),
    more: int = 0,
    of: Sentences = EN,
    language: Language = Language.ENGLISH,
) -> str:
    """Return the line that tells who has answered."""
    parts = [of.notice("have_answered", count=given, expected=expected)]
    if counts:
        parts.append(f"{counts}.")
    if missing:
        parts.append(of.sentence("not_yet", people=people(language, missing, 0, more)))
    return " ".join(parts)


def result(counts: str, verb: str = "close", by: str = "ana", of: Sentences = EN) -> str:
    """Return the line of the answers to a question."""
    return of.notice(f"question_{verb}", name=by, counts=counts)


def receipt(answer: str, key: str = "answered", of: Sentences = EN) -> str:
    """Return the line for one who has answered a question of Ana's."""
    return of.notice(key, answer=answer, name="ana")


NO_ANSWERS = EN.sentence("no_answers")
NOTHING_YET = "1: 0, 2: 0, 3: 0"


def in_class(world: World, *members: Member) -> None:
    """Have people in #class, and nothing unseen."""
    for person in members:
        person.type("/join class")
    world.introduce("class")
    for person in members:
        person.seen()


@pytest.fixture
def ana(world: World) -> Member:
    """She owns #class."""
    ana = world.member("ana")
    in_class(world, ana)
    return ana


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    luis = world.person("luis")
    in_class(world, luis, ana)
    return luis


@pytest.fixture
def nora(world: World, luis: Member) -> Member:
    nora = world.member("nora")
    in_class(world, nora)
    luis.seen()
    return nora


def refused(key: str, kind: ErrorKind = ErrorKind.WRONG_USE, **values: object) -> str:
    return EN.error(kind, key, **values)


def test_a_question_from_asking_to_closing(
    world: World, ana: Member, luis: Member, nora: Member
) -> None:
    guest = world.person()
    in_class(world, guest, ana, luis, nora)
    assert ana.ask(ASK) == [asked()]
    assert luis.seen() == [asked()]
    assert luis.ask("/a 2") == [receipt("2: 80")]
    assert ana.ask("/answers") == [standing(1, 3, "1: 0, 2: 1, 3: 0", ["nora", guest.session.name])]
    nora.seen(), guest.type("/a 443"), nora.type("/a 21")
    assert ana.ask("/answers") == [standing(3, 3, "1: 1, 2: 1, 3: 1")]
    assert nora.seen() == [receipt("1: 21")]
    closed = result("21: 1, 80: 1, 443: 1")
    assert ana.ask("/ask done") == [closed]
    assert luis.seen() == [closed]
    assert ana.ask("/answers") == [standing(3, 3, "1: 1, 2: 1, 3: 1")]
    assert luis.ask("/a 2") == [refused("question_is_closed", ErrorKind.NOT_ALLOWED, room="class")]


def test_in_spanish(world: World, ana: Member, luis: Member) -> None:
    ana.ask("/idioma es"), luis.ask("/idioma es")
    line = asked("¿Puerto de HTTP? 1: 21, 2: 80.", of=ES)
    assert ana.ask("/preguntar ¿Puerto de HTTP? | 21 | 80") == [line]
    assert ana.ask("/respuestas") == [
        standing(0, 1, "1: 0, 2: 0", ["luis"], of=ES, language=Language.SPANISH)
    ]
    luis.seen()
    assert luis.ask("/r 80") == [receipt("2: 80", of=ES)]
    assert luis.ask("/responder 1") == [receipt("1: 21", "answered_again", ES)]
    assert ana.ask("/respuestas") == [standing(1, 1, "1: 1, 2: 0", of=ES)]
    assert ana.ask("/mostrar respuestas") == [result("21: 1 (luis), 80: 0", "show", of=ES)]
    assert ana.ask("/pregunta fin") == [result("21: 1, 80: 0", of=ES)]
    assert luis.ask("/r 2")[-1] == ES.error(
        ErrorKind.NOT_ALLOWED, "question_is_closed", room="class"
    )


def test_an_answer_may_be_changed(world: World, ana: Member, luis: Member) -> None:
    ana.ask(ASK)
    luis.seen()
    luis.ask("/a 1")
    assert luis.ask("/a 443") == [EN.notice("answered_again", answer="3: 443", name="ana")]
    assert ana.ask("/answers") == [standing(1, 1, "1: 0, 2: 0, 3: 1")]


def test_answers_in_words_are_for_the_one_who_asked(
    world: World, ana: Member, luis: Member, nora: Member
) -> None:
    give_role(nora, Role.OPERATOR, "class")
    assert ana.ask("/ask Questions?") == [asked("Questions?", EN.sentence("any_answer"))]
    luis.seen(), nora.seen()
    assert luis.ask("/a what is a port") == [receipt("what is a port")]
    assert nora.ask("/a") == [receipt("yes")]
    assert ana.ask("/answers") == [
        standing(2, 2),
        "*** yes: nora",
        "*** luis: what is a port",
    ]
    assert nora.ask("/answers") == [standing(2, 2)]
    assert ana.ask("/show answers") == [result("what is a port: 1 (luis), yes: 1 (nora)", "show")]
    assert ana.ask("/ask done") == [result(EN.sentence("answered_in_words", count=2))]


def test_a_question_that_nobody_answered(ana: Member) -> None:
    ana.ask("/ask here?")
    assert ana.ask("/answers") == [standing(0, 0)]
    assert ana.ask("/ask done") == [result(NO_ANSWERS)]


def test_who_has_not_answered_is_listed_up_to_a_limit(world: World, ana: Member) -> None:
    class_ = [world.person(f"p{number}") for number in range(PEOPLE_NAMED + 2)]
    in_class(world, *class_, ana)
    ana.ask("/ask here?")
    names = [f"p{number}" for number in range(PEOPLE_NAMED)]
    assert ana.ask("/answers") == [standing(0, len(class_), "", names, more=2)]
    for person in class_:
        person.type("/a present")
    seen = ana.ask("/answers")
    assert len(seen) == 2 + WORDS_LISTED
    assert seen[-1] == EN.notice("more_answers", count=len(class_) - WORDS_LISTED)


def test_only_the_one_who_asked_and_operators_see_and_close(
    world: World, ana: Member, luis: Member, nora: Member
) -> None:
    ana.ask(ASK)
    luis.seen(), nora.seen()
    not_allowed = refused("only_asker", ErrorKind.NOT_ALLOWED, name="ana")
    assert luis.ask("/answers", "/ask done") == [not_allowed, not_allowed]
    assert nora.ask("/show answers") == [
        refused("only_operators", ErrorKind.NOT_ALLOWED, room="class")
    ]
    give_role(nora, Role.OPERATOR, "class")
    assert nora.ask("/answers") == [standing(0, 2, NOTHING_YET, ["luis", "nora"])]
    assert nora.ask("/show answers") == [
        refused("only_asker_shows", ErrorKind.NOT_ALLOWED, name="ana")
    ]
    assert nora.ask("/ask done") == [result(NO_ANSWERS, by="nora")]


def test_operators_ask_in_a_room_that_is_run_and_everybody_answers(
    world: World, ana: Member, luis: Member
) -> None:
    assert luis.ask(ASK) == [refused("only_operators", ErrorKind.NOT_ALLOWED, room="class")]
    for mode in Mode.OPEN, Mode.MODERATED, Mode.ANNOUNCE:
        set_mode(world, "class", mode)
        world.settle()
        ana.ask(ASK)
        luis.seen()
        assert luis.ask("/a 2") == [EN.notice("answered", answer="2: 80", name="ana")]
        ana.ask("/ask done")
    set_mode(world, "class", Mode.OPEN)
    ana.ask("/mute luis"), ana.ask(ASK), luis.seen()
    assert luis.ask("/a 2") == [EN.notice("answered", answer="2: 80", name="ana")]


def test_who_is_banned_does_not_answer(world: World, ana: Member, luis: Member) -> None:
    ana.ask(ASK)
    ana.ask("/ban luis")
    luis.ask("/join class")
    assert luis.ask("/a 2")[0].startswith("ERR")
    assert ana.ask("/answers") == [standing(0, 1, NOTHING_YET, ["luis"])]


def test_anybody_asks_in_a_room_that_nobody_runs(world: World) -> None:
    eva, max_ = world.person("eva"), world.person("max")
    eva.type("/join free"), max_.type("/join free")
    eva.seen(), max_.seen()
    assert eva.ask("/ask go? | go | no go")[-1] == asked("go? 1: go, 2: no go.", by="eva")
    max_.seen()
    assert max_.ask("/ask done") == [refused("only_asker", ErrorKind.NOT_ALLOWED, name="eva")]
    eva.hang_up()
    assert max_.ask("/ask done")[-1] == result(NO_ANSWERS, by="max")


def test_the_last_question_is_answered_and_the_one_before_once_that_is_closed(
    world: World, ana: Member, luis: Member
) -> None:
    ana.ask("/ask one? | a | b", "/ask two? | c | d")
    luis.seen()
    assert luis.ask("/a c") == [EN.notice("answered", answer="1: c", name="ana")]
    ana.ask("/ask done")
    luis.seen()
    assert luis.ask("/a b") == [EN.notice("answered", answer="2: b", name="ana")]


def test_open_questions_are_limited(world: World, ana: Member) -> None:
    for number in range(OPEN_IN_A_ROOM):
        question = asked(f"number {number}?", EN.sentence("any_answer"))
        assert ana.ask(f"/ask number {number}?") == [question]
    too_many = refused(
        "too_many_questions", ErrorKind.NOT_ALLOWED, room="class", limit=OPEN_IN_A_ROOM
    )
    assert ana.ask("/ask one more?") == [too_many]
    ana.ask("/ask done")
    assert ana.ask("/ask one more?") == [asked("one more?", EN.sentence("any_answer"))]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("/ask", EN.wrong_use("/ask")),
        ("/answers now", EN.wrong_use("/answers")),
        ("/show", EN.wrong_use("/show")),
        ("/show names", EN.wrong_use("/show")),
        ("/ask q | a | a", refused("options_are_same", first=1, number=2)),
        ("/ask q |" + "|".join("abcdefghij"), refused("too_many_options", limit=9, number=10)),
        (
            "/ask " + "q" * 4000,
            refused("question_too_long", limit=QUESTION_CHARACTERS, length=4000),
        ),
        ("/a", refused("no_question", ErrorKind.NOT_ALLOWED, room="class")),
        ("/answers", refused("no_question", ErrorKind.NOT_ALLOWED, room="class")),
        ("/ask done", refused("no_question", ErrorKind.NOT_ALLOWED, room="class")),
        ("/show answers", refused("no_question", ErrorKind.NOT_ALLOWED, room="class")),
    ],
)
def test_what_cannot_be_done_is_told(ana: Member, line: str, error: str) -> None:
    assert ana.ask(line) == [error]
    assert ana.ask("hola") == ["<ana> hola"]  # the connection goes on


def test_an_answer_that_is_too_long_is_refused(world: World, ana: Member, luis: Member) -> None:
    ana.ask("/ask Questions?")
    luis.seen()
    length = 4096 - len("/a ")
    assert luis.ask(f"/a {'x' * length}") == [
        refused("answer_too_long", limit=ANSWER_CHARACTERS, length=length)
    ]


def test_lines_as_text_are_no_answers(world: World, ana: Member, luis: Member) -> None:
    ana.ask(ASK)
    luis.ask("/text")
    assert luis.ask("/a 2")[-1] == "<luis> /a 2"
    assert ana.ask("/answers") == [standing(0, 1, NOTHING_YET, ["luis"])]


def test_for_another_room(world: World, ana: Member, luis: Member) -> None:
    ana.ask("/leave")
    assert ana.ask(f"/ask #class {ASK[5:]}") == [EN.notice("asked_in", room="class")]
    assert luis.seen()[-1] == asked()
    luis.type("/a 2")
    assert ana.ask("/answers #class") == [standing(1, 1, "1: 0, 2: 1, 3: 0")]
    assert ana.ask("/show #class answers") == [EN.notice("shown_in", room="class")]
    assert ana.ask("/ask #class done") == [standing(1, 1, "1: 0, 2: 1, 3: 0")]


def test_the_question_and_its_result_are_in_the_history(
    world: World, ana: Member, luis: Member
) -> None:
    ana.ask(ASK)
    luis.type("/a 2")
    ana.ask("/ask done")
    kinds = [event.kind for event in world.stored("class")]
    assert kinds == [Kind.QUESTION, Kind.ANSWER]
    eva = world.person("eva")
    eva.type("/join class")
    assert [line.partition("] ")[2] for line in eva.seen() if line.startswith("[")] == [
        asked(),
        result("21: 0, 80: 1, 443: 0"),
    ]


def test_in_no_room(world: World) -> None:
    person = world.person()
    person.type("/leave")
    assert only(person.ask("/a 2")).startswith("ERR")
