"""The answer to /seen, in both languages, and the setting that ends it."""

from __future__ import annotations

import pytest

from chatd.commands.seen import NAMES_SHOWN
from chatd.errors import ErrorKind
from chatd.i18n import Language, people
from tests.support.hooks import ADDRESS, let_tools_in
from tests.support.sentences import EN, ES
from tests.support.world import Member, World

NINE_TWELVE = 9 * 3600 + 12 * 60
"""Seconds after the beginning of a day in UTC."""


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the server's zone be UTC."""
    monkeypatch.setattr("chatd.commands.seen.time.localtime", __import__("time").gmtime)


@pytest.fixture
def ana(world: World) -> Member:
    """She owns #ops, where it is 09:12."""
    world.ahead = NINE_TWELVE - world.clock.seconds()
    ana = world.member("ana")
    ana.type("/create ops")
    return ana


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    return in_ops(world.person("luis"))


def in_ops(person: Member) -> Member:
    person.type("/join ops")
    person.seen()
    return person


def seen(person: Member, line: str = "/seen") -> list[str]:
    """Return the answer to a command that takes a while."""
    person.world.wait(60)  # a question costs as much as a hundred lines
    person.seen()
    person.type(line)
    for _ in range(12):
        person.world.wait(0.1)
    return [line for line in person.seen() if line.startswith(("***", "ERR"))]


def own(has: int, of: int, time: str = "09:12") -> str:
    return EN.notice("your_line_is_with", time=time, has=has, all=of)


def not_yet(*names: str, more: int = 0) -> str:
    return " " + EN.sentence("line_not_yet", people=people(Language.ENGLISH, names, 0, more))


def test_who_has_it_is_counted(ana: Member, luis: Member) -> None:
    ana.type("hola")
    assert seen(ana) == [own(1, 1)]


@pytest.mark.one_process("the test stalls a transport, of which another process has its own")
def test_who_has_not_is_named_in_the_words_of_each_language(
    world: World, ana: Member, luis: Member
) -> None:
    nora = in_ops(world.person("nora"))
    nora.type("/away in a lesson")
    guest = in_ops(world.person())
    for person in luis, nora, guest:
        person.stall()
    in_ops(world.person("eva"))
    ana.type("before", "hola")
    for language, sentences in ((Language.ENGLISH, EN), (Language.SPANISH, ES)):
        ana.type(f"/language {language.value}")
        nora_away = sentences.sentence("name_away", name="nora")
        names = people(language, ["luis", nora_away, guest.session.name], 0)
        with_one = sentences.notice("your_line_is_with", time="09:12", has=1, all=4)
        assert seen(ana) == [f"{with_one} {sentences.sentence('line_not_yet', people=names)}"]


@pytest.mark.one_process("the test stalls a transport, of which another process has its own")
def test_of_many_the_first_are_named(world: World, ana: Member) -> None:
    guests = [in_ops(world.person()) for _ in range(NAMES_SHOWN + 3)]
    for guest in guests:
        guest.stall()
    ana.type("before", "hola")
    names = [guest.session.name for guest in guests[:NAMES_SHOWN]]
    assert seen(ana) == [own(0, len(guests)) + not_yet(*names, more=3)]


def test_where_it_is_only_known_that_it_was_sent_it_says_so(ana: Member, luis: Member) -> None:
    luis.protocol.connection.output.note_proxy()
    ana.type("hola")
    assert seen(ana) == [own(0, 1) + " " + EN.sentence("line_was_sent", sent=1)]


@pytest.mark.one_node("a node that does not answer is chosen by the test")
def test_a_node_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(nodes=2)
    world.ahead = NINE_TWELVE
    ana = world.member("ana")
    ana.type("/create ops")
    luis = in_ops(world.person("luis"))
    ana.type("hola")
    monkeypatch.setattr(luis.server.reach, "asked", lambda call: None)
    assert seen(ana) == [own(0, 1) + " " + EN.sentence("line_unknown", people="luis")]


def test_a_line_of_another_day_has_its_date(world: World, ana: Member, luis: Member) -> None:
    ana.type("hola")
    world.ahead += 86400
    when = EN.sentence("clock_of_day", clock="09:12", date="1970-01-01")
    assert seen(ana) == [own(1, 1, when)]


def test_a_line_is_named_by_its_seq_or_by_words(ana: Member, luis: Member) -> None:
    luis.type("the coffee", "the tea")
    of_luis = EN.notice("line_is_with", author="luis", time="09:12", has=1, all=1)
    assert seen(ana, "/seen coffee") == [of_luis]
    assert seen(ana, "/seen 2") == [of_luis]
    assert seen(luis, "/visto coffee") == [own(1, 1)]


def test_a_room_goes_first(ana: Member, luis: Member) -> None:
    ana.type("hola", "/join lobby")
    assert seen(ana, "/seen #ops") == [own(1, 1)]


def test_without_a_line_it_says_so(ana: Member, luis: Member) -> None:
    assert seen(luis) == [EN.notice("no_line_said", room="ops")]
    assert seen(luis, "/seen tea") == [EN.notice("no_such_line_said", room="ops")]


def test_a_line_that_no_one_else_was_there_for_says_so(world: World, ana: Member) -> None:
    ana.type("hola")
    in_ops(world.person("luis"))
    assert seen(ana) == [EN.notice("line_has_no_readers")]


def test_others_ask_for_no_lines_but_their_own(ana: Member, luis: Member) -> None:
    ana.type("hola")
    error = EN.error(ErrorKind.NOT_ALLOWED, "only_operators", room="ops")
    assert seen(luis, "/seen 2") == [error]


class TestRegister:
    @pytest.mark.one_process("the test sets what another process reads in its settings")
    def test_its_owner_is_told_where_it_is(self, world: World, ana: Member, luis: Member) -> None:
        assert ana.ask("/mode register") == [EN.notice("switch_register_off", room="ops")]
        let_tools_in(world)
        url = f"{ADDRESS}/api/rooms/ops/register?format=csv"
        ana.type("/mode register on")
        ana.seen()
        luis.seen()
        there = EN.notice("register_is_at", url=url)
        assert ana.ask("/mode register") == [EN.notice("switch_register_on", room="ops"), there]
        assert luis.ask("/mode register") == [EN.notice("switch_register_on", room="ops")]


class TestSetting:
    def test_the_owner_switches_it_off_and_on(self, ana: Member, luis: Member) -> None:
        ana.type("hola")
        ana.seen()
        luis.seen()
        assert ana.ask("/mode seen off") == [EN.deed("seen_off", "ana")]
        assert luis.seen() == [EN.deed("seen_off", "ana")]
        assert seen(ana) == [EN.error(ErrorKind.NOT_ALLOWED, "seen_switched_off", room="ops")]
        ana.type("/language es")
        ana.seen()
        assert ana.ask("/modo visto sí") == [ES.deed("seen_on", "ana")]

    def test_an_operator_may(self, world: World, ana: Member) -> None:
        eva = world.member("eva")
        ana.type("/op eva")
        in_ops(eva)
        assert eva.ask("/mode seen off") == [EN.deed("seen_off", "eva")]

    def test_others_may_not_but_see_how_it_is(self, ana: Member, luis: Member) -> None:
        error = EN.error(ErrorKind.NOT_ALLOWED, "only_operators", room="ops")
        assert luis.ask("/mode seen off") == [error]
        assert luis.ask("/mode seen") == [EN.notice("switch_seen_on", room="ops")]
        ana.type("/mode seen off")
        luis.seen()
        assert luis.ask("/mode #ops seen") == [EN.notice("switch_seen_off", room="ops")]

    def test_what_is_so_already_is_no_deed(self, ana: Member) -> None:
        assert ana.ask("/mode seen on") == [EN.notice("switch_seen_on", room="ops")]

    def test_from_elsewhere_the_deed_is_the_answer(self, ana: Member) -> None:
        ana.type("/join lobby")
        ana.seen()
        did = EN.deed("seen_off", "ana").removeprefix("*** ")
        assert ana.ask("/mode #ops seen off") == [EN.notice("in_room", room="ops", did=did)]

    def test_another_word_is_refused(self, ana: Member) -> None:
        error = EN.error(ErrorKind.WRONG_USE, "wrong_switch", word="maybe")
        assert ana.ask("/mode seen maybe") == [error]

    def test_a_room_that_nobody_runs_has_no_such_setting(self, world: World, ana: Member) -> None:
        guest = world.person("eva")
        guest.type("/join tea")
        guest.seen()
        error = EN.error(ErrorKind.NOT_ALLOWED, "switch_needs_owner_seen", room="tea")
        assert guest.ask("/mode seen off") == [error]

    def test_it_outlasts_the_daemon_and_another_mode(self, ana: Member) -> None:
        ana.type("/mode seen off", "/mode moderated")
        world = ana.world.restarted()
        ana = world.member("ana")
        ana.type("/join ops")
        ana.seen()
        assert ana.ask("/mode seen") == [EN.notice("switch_seen_off", room="ops")]
