"""`chatd.commands.password_prompt`: prompts for the present password, and for a new one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import BROWSER, FRESH_SECONDS, TOKEN
from chatd.chat.actions.authentication import KEEP_TOKENS
from chatd.chat.prompt import AGAIN_SECONDS
from chatd.chat.replies import READING_SECONDS
from chatd.errors import ErrorKind
from chatd.webhooks.registry import Rules
from tests.support.browser import Browser
from tests.support.registered import AnaAndLuis
from tests.support.sentences import EN, ES
from tests.support.world import FAR, PASSWORD

pytestmark = pytest.mark.one_process("the answer to a question cannot be handed over")

PRESENT = EN.notice("shown_present_password_prompt")
NEW = EN.notice("shown_new_password_prompt")
KEEP = EN.notice("keep_tokens_prompt", count=1)
CANCELLED = EN.notice("password_cancelled")
CHANGED = EN.notice("password_changed")
KEPT = EN.notice("tokens_kept", count=1)
BEGINS_WITH_WORD = EN.error(ErrorKind.WRONG_USE, "password_is_a_word", word=...)
TOO_SOON = EN.error(ErrorKind.NOT_SAID, "answer_too_soon")
NOT_ASKED = EN.notice("not_asked_again")
WRONG = EN.error(ErrorKind.WRONG_PASSWORD, "wrong_password", name="ana")


class AnaWithRoom(AnaAndLuis):
    """Ana owns #ops, too, and may make hooks."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for server in self.world.servers:
            server.hooks.use_rules(Rules(tls=True))
        self.ana.ask("/join ops", "hello", "/join lobby")
        self.world.introduce("lobby")
        self.luis.seen()

    def lapse(self) -> None:
        """Advance the clock so far that Ana has to type her password again."""
        self.world.wait(FRESH_SECONDS)

    def token(self, name: str = "deploy") -> None:
        self.ana.ask(f"/token new {name}")
        assert self.tokens()

    def tokens(self) -> list[str]:
        return [each.name for each in self.server.credentials.of("ana", TOKEN).values()]

    def password_is(self, password: str) -> bool:
        person = self.world.person()
        person.type(f"/login ana {password}")
        is_right = person.session.account == "ana"
        person.hang_up()
        return is_right


@pytest.fixture
def scene() -> AnaWithRoom:
    return AnaWithRoom()


def has_new_token(scene: AnaWithRoom) -> bool:
    return scene.tokens() == ["ci"]


def has_hook(scene: AnaWithRoom) -> bool:
    return bool(scene.server.hooks.of(scene.server.rooms["ops"]))


def has_new_password(scene: AnaWithRoom) -> bool:
    return scene.password_is("another horse")


GUARDED = [
    ("/token new ci", has_new_token),
    ("/hook #ops add https://example.com/x", has_hook),
    ("/password another horse", has_new_password),
]


@pytest.mark.parametrize(("line", "is_done"), GUARDED)
class TestThePresentPassword:
    def test_is_not_asked_for_when_it_was_typed_recently(
        self, scene: AnaWithRoom, line: str, is_done: Callable[[AnaWithRoom], bool]
    ) -> None:
        scene.world.clock.advance(FRESH_SECONDS - 1)
        assert PRESENT not in scene.ana.ask(line)
        assert is_done(scene)

    def test_is_asked_for_when_that_is_long_ago(
        self, scene: AnaWithRoom, line: str, is_done: Callable[[AnaWithRoom], bool]
    ) -> None:
        scene.lapse()
        scene.luis.seen()
        assert scene.ana.ask(line) == [PRESENT]
        assert not is_done(scene)
        answers = scene.ana.ask(PASSWORD)
        assert not any(each.startswith("ERR") for each in answers)
        assert scene.luis.seen() == []
        assert is_done(scene)

    def test_counts_for_the_next_commands(
        self, scene: AnaWithRoom, line: str, is_done: Callable[[AnaWithRoom], bool]
    ) -> None:
        scene.lapse()
        scene.ana.ask("/token new other", PASSWORD, "/token revoke other")
        assert PRESENT not in scene.ana.ask(line)
        assert is_done(scene)

    @pytest.mark.parametrize("answer", ["wrong horse", "", "/quit", "/salir", " /adiós "])
    def test_another_answer_does_nothing(
        self, scene: AnaWithRoom, line: str, is_done: Callable[[AnaWithRoom], bool], answer: str
    ) -> None:
        scene.lapse()
        told = scene.ana.ask(line, answer)
        assert told == [PRESENT, *([WRONG, PRESENT] if answer[:1] == "w" else [CANCELLED])]
        assert not is_done(scene)
        assert scene.ana.ask(line) == [PRESENT]

    def test_is_asked_for_in_a_browser_that_was_signed_in_with_a_cookie(
        self, scene: AnaWithRoom, line: str, is_done: Callable[[AnaWithRoom], bool]
    ) -> None:
        account = scene.server.accounts.table["ana"]
        secret, puts = scene.server.credentials.issue(account, BROWSER, "b")
        Deferred.fromCoroutine(scene.server.registrations.change_credentials(*puts))
        tab = Browser(scene.world, grant=scene.server.credentials.grant_of(secret))
        tab.send("hello")
        tab.seen()
        tab.say(line, room="lobby")
        asked = EN.sentence("present_password_prompt")
        assert asked in [each["text"] for each in tab.seen("say")]
        assert not is_done(scene)
        tab.say(PASSWORD, room="lobby")
        assert is_done(scene)
        assert PASSWORD not in json.dumps(scene.luis.seen())

    def test_is_not_taken_where_others_can_read_it(
        self, scene: AnaWithRoom, line: str, is_done: Callable[[AnaWithRoom], bool]
    ) -> None:
        far = scene.world.person(address=FAR)
        scene.server.logins.log_in(far.session, scene.server.accounts.table["ana"])
        scene.lapse()
        far.seen()
        far.type(line, PASSWORD)
        told = far.seen()
        assert all(each.startswith("ERR Not ") for each in told[:1])
        assert PRESENT not in told
        assert not is_done(scene)


class TestANewPasswordThatIsNotSeen:
    """A new password that is typed where it is hidden: in a browser, and in `chatd connect`."""

    REPEAT = EN.sentence("repeat_password_prompt")

    @pytest.fixture
    def eva(self, scene: AnaWithRoom) -> Browser:
        eva = Browser.come(scene.world, name="eva")
        eva.say("/register", room="lobby")
        eva.seen()
        return eva

    @staticmethod
    def told(tab: Browser, text: str) -> list[str]:
        """Return the sentences after an answer, which are for the asker alone."""
        tab.say(text, room="lobby")
        return [each["text"] for each in tab.seen("say", "error")]

    def test_is_asked_for_twice(self, scene: AnaWithRoom, eva: Browser) -> None:
        assert self.told(eva, PASSWORD) == [self.REPEAT]
        assert eva.session.account is None
        self.told(eva, PASSWORD)
        assert eva.session.account == "eva"
        assert PASSWORD not in json.dumps(scene.luis.seen())

    def test_is_asked_for_again_if_the_two_differ(self, scene: AnaWithRoom, eva: Browser) -> None:
        first = EN.sentence("password_prompt")
        self.told(eva, PASSWORD)
        assert self.told(eva, f"{PASSWORD}!") == [EN.sentence("passwords_differ"), first]
        scene.world.wait(AGAIN_SECONDS)
        assert self.told(eva, PASSWORD) == [self.REPEAT]
        self.told(eva, PASSWORD)
        assert eva.session.account == "eva"

    @pytest.mark.parametrize("asked", [1, 2])
    def test_is_cancelled_by_a_short_command(
        self, scene: AnaWithRoom, eva: Browser, asked: int
    ) -> None:
        for _ in range(asked - 1):
            self.told(eva, PASSWORD)
        assert self.told(eva, "/quit") == [EN.sentence("password_cancelled")]
        assert not eva.session.stream.finished

    def test_is_not_asked_for_without_end(self, scene: AnaWithRoom, eva: Browser) -> None:
        answers = []
        while EN.sentence("not_asked_again") not in answers:
            assert len(answers) < 20, answers
            answers += [*self.told(eva, PASSWORD), *self.told(eva, "another horse")]
            scene.world.wait(AGAIN_SECONDS)
        assert eva.session.account is None
        assert scene.server.lobby.head == 0

    def test_that_is_too_short_is_refused_before_it_is_typed_again(self, eva: Browser) -> None:
        assert self.REPEAT not in self.told(eva, "short")

    def test_is_cancelled_by_an_empty_line(self, eva: Browser) -> None:
        self.told(eva, PASSWORD)
        assert self.told(eva, "") == [EN.sentence("password_cancelled")]
        assert eva.session.account is None

    def test_of_an_account_is_asked_for_twice_too_and_the_present_one_once(
        self, scene: AnaWithRoom, eva: Browser
    ) -> None:
        self.told(eva, PASSWORD)
        self.told(eva, PASSWORD)
        scene.lapse()
        eva.seen()
        assert self.told(eva, "/password") == [EN.sentence("present_password_prompt")]
        assert self.told(eva, PASSWORD) == [EN.sentence("new_password_prompt")]
        assert self.told(eva, "another horse") == [self.REPEAT]
        assert self.told(eva, "another horse")[0] == EN.sentence("password_changed")

    def test_is_asked_for_once_where_it_is_seen(self, scene: AnaWithRoom) -> None:
        person = scene.world.person("luz")
        person.type("/register", PASSWORD)
        assert person.session.account == "luz"


def test_rights_are_checked_again_after_the_answer(scene: AnaWithRoom) -> None:
    scene.lapse()
    assert scene.ana.ask("/hook #ops add https://example.com/x") == [PRESENT]
    ops = scene.server.rooms["ops"]
    run = scene.server.moderation.roles.rooms["ops"]._replace(owner="")
    scene.server.deeds.carry_out(
        scene.ana.session, ops, None, scene.server.moderation.roles.rooms.put("ops", run)
    )
    assert scene.ana.ask(PASSWORD)[-1].startswith("ERR Not allowed")
    assert not has_hook(scene)


def test_the_second_token_of_a_name_is_refused_also_after_the_prompt(
    scene: AnaWithRoom,
) -> None:
    scene.lapse()
    other = scene.world.person()
    other.type(f"/login ana {PASSWORD}")
    assert scene.ana.ask("/token new ci") == [PRESENT]
    other.type("/token new ci")
    assert scene.ana.ask(PASSWORD)[-1] == EN.error(ErrorKind.NAME_IN_USE, "token_exists", name="ci")


def test_guesses_of_the_present_password_are_limited(scene: AnaWithRoom) -> None:
    scene.lapse()
    for _ in range(5):
        assert scene.ana.ask("/token new ci", "wrong horse") == [PRESENT, WRONG, PRESENT]
    assert scene.ana.ask("/token new ci", PASSWORD)[-1].startswith("ERR Too many tries")


def test_giving_up_a_name_always_takes_the_password(scene: AnaWithRoom) -> None:
    assert scene.ana.ask("/unregister")[0] == EN.notice("shown_password_prompt")
    assert scene.ana.ask(PASSWORD)[0] == EN.notice("unregistered", name="ana")


class TestARefusedAnswer:
    """The person types another one, which is a password as well."""

    @pytest.mark.parametrize(
        ("line", "wrong", "right"),
        [
            ("/register", "short", "a longer one"),
            ("/register", b"\xf1o\xf1o", "a longer one"),
            ("/login ana", "wrong horse", PASSWORD),
        ],
    )
    def test_of_a_guest_is_asked_for_again(
        self, scene: AnaWithRoom, line: str, wrong: str | bytes, right: str
    ) -> None:
        eva = scene.world.person("eva")
        eva.type(line)
        (asked,) = eva.seen()
        for _ in range(2):
            eva.type(wrong)
            error, again = eva.seen()
            assert error.startswith("ERR ")
            assert again == asked
            scene.world.clock.advance(READING_SECONDS)
        scene.luis.seen()
        eva.type(right)
        assert eva.session.account == ("ana" if line == "/login ana" else "eva")
        assert right not in str(scene.luis.seen())

    @pytest.mark.parametrize(
        ("line", "asked", "wrong", "right"),
        [
            ("/password", NEW, "short", "another horse"),
            ("/unregister", EN.notice("shown_password_prompt"), "wrong horse", PASSWORD),
            ("/token new ci", PRESENT, "wrong horse", PASSWORD),
            ("/hook #ops add https://example.com/x", PRESENT, "wrong horse", PASSWORD),
        ],
    )
    def test_of_a_member_is_asked_for_again(
        self, scene: AnaWithRoom, line: str, asked: str, wrong: str, right: str
    ) -> None:
        if asked == PRESENT:
            scene.lapse()
        scene.luis.seen()
        assert scene.ana.ask(line, wrong)[-1] == asked
        scene.world.clock.advance(READING_SECONDS)
        assert not any(each.startswith("ERR") for each in scene.ana.ask(right))
        assert right not in str(scene.luis.seen())

    def test_a_program_that_goes_on_is_heard_again_soon(self, scene: AnaWithRoom) -> None:
        guest = scene.world.person()
        guest.send(b"/login ana\nwrong horse\none\ntwo\nthree\nfour\n")
        scene.world.settle()
        asked, *told = guest.seen()
        assert told == [
            *(WRONG, asked, TOO_SOON, asked, TOO_SOON, NOT_ASKED),
            *(EN.error(ErrorKind.NOT_SAID, "answer_to_nothing"), "<guest3> four"),
        ]

    def test_another_refusal_ends_the_question(self, scene: AnaWithRoom) -> None:
        eva = scene.world.person("eva")
        eva.type("/login ana")
        Deferred.fromCoroutine(scene.server.registrations.unregister(scene.account()))
        scene.world.settle()
        eva.seen()
        eva.type(PASSWORD, PASSWORD, "hello")
        told = eva.seen()
        assert told[0].startswith("ERR Not registered")
        assert told[1] == EN.error(ErrorKind.NOT_SAID, "answer_to_nothing")
        assert "<eva> hello" in told

    @pytest.mark.parametrize("seconds", [0, READING_SECONDS])
    def test_a_command_after_it_ends_the_question(self, scene: AnaWithRoom, seconds: float) -> None:
        """A person who takes the question for over must not register with the command."""
        guest = scene.world.person()
        guest.type("/login ana", "wrong horse")
        scene.world.clock.advance(seconds)
        guest.type("/nick eva", "hello")
        assert guest.seen()[-1] == "<eva> hello"

    def test_a_person_who_types_soon_is_heard(self, scene: AnaWithRoom) -> None:
        guest = scene.world.person()
        guest.type("/login ana", "wrong horse")
        scene.world.clock.advance(AGAIN_SECONDS)
        guest.type(PASSWORD)
        assert guest.session.account == "ana"


# Whether tokens end


def test_a_new_password_ends_tokens(scene: AnaWithRoom) -> None:
    scene.token()
    assert scene.ana.ask("/password another horse") == [CHANGED]
    assert scene.tokens() == []


@pytest.mark.parametrize(
    ("answer", "kept"), [("", False), ("keep", True), ("KEEP", True), (" conservar ", True)]
)
def test_the_member_is_asked_if_tokens_are_to_be_kept(
    scene: AnaWithRoom, answer: str, kept: bool
) -> None:
    scene.token()
    assert scene.ana.ask("/password") == [KEEP]
    assert scene.ana.ask(answer) == [NEW]
    assert scene.ana.ask("another horse") == [CHANGED, *([KEPT] if kept else [])]
    assert bool(scene.tokens()) == kept
    assert scene.password_is("another horse")


@pytest.mark.parametrize("command", ["/quit", "/salir"])
def test_a_short_command_cancels_each_prompt(scene: AnaWithRoom, command: str) -> None:
    scene.token()
    for answers in (), ("keep",):
        told = scene.ana.ask("/password", *answers, command, "hello")
        assert told[-2:] == [CANCELLED, "<ana> hello"]
    assert scene.ana.ask("/logout")
    assert scene.ana.ask("/login ana", command)[-1] == CANCELLED
    assert scene.password_is(PASSWORD)


def test_a_password_may_begin_with_a_slash(scene: AnaWithRoom) -> None:
    assert scene.ana.ask("/password", "/history") == [NEW, CHANGED]
    assert scene.password_is("/history")


def test_without_tokens_the_member_is_not_asked(scene: AnaWithRoom) -> None:
    assert scene.ana.ask("/password", "another horse") == [NEW, CHANGED]


def test_all_prompts_come_one_after_another(scene: AnaWithRoom) -> None:
    scene.token()
    scene.lapse()
    told = scene.ana.ask("/password", PASSWORD, "keep", "another horse", "hello")
    assert told == [PRESENT, KEEP, NEW, CHANGED, KEPT, "<ana> hello"]


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_blank_answers_may_come_in_any_pieces(scene: AnaWithRoom, cut: int) -> None:
    scene.token()
    scene.lapse()
    data = f"/password\n{PASSWORD}\n\nanother horse\nhello\n".encode()
    for piece in data[:cut], data[cut:]:
        scene.ana.send(piece)
        scene.world.settle()
    assert scene.ana.seen() == [PRESENT, KEEP, NEW, CHANGED, "<ana> hello"]


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_the_end_of_the_input_cancels_each_prompt(scene: AnaWithRoom, asked: int) -> None:
    scene.token()
    scene.lapse()
    scene.ana.ask("/password", *(PASSWORD, "keep")[: asked - 1])
    scene.ana.half_close()
    assert scene.ana.seen()[-1] == CANCELLED
    assert scene.ana.closed
    assert scene.password_is(PASSWORD)
    assert scene.tokens()


def test_a_line_that_is_no_answer_changes_nothing_and_is_not_said(scene: AnaWithRoom) -> None:
    """A member sends the new password at once, as to earlier versions without that prompt."""
    scene.token()
    scene.ana.send(b"/password\nanother horse\nanother horse\n")
    scene.world.settle()
    no_answer = EN.error(ErrorKind.WRONG_USE, "keep_tokens_or_not")
    assert scene.ana.seen() == [KEEP, no_answer, KEEP, TOO_SOON, KEEP]
    assert scene.luis.seen() == []
    assert scene.password_is(PASSWORD)
    assert scene.tokens()


@pytest.mark.parametrize("word", [*KEEP_TOKENS, "KEEP-TOKENS", " keep-tokens", "\u00a0keep-tokens"])
def test_a_word_in_the_line_keeps_them(scene: AnaWithRoom, word: str) -> None:
    scene.token()
    assert scene.ana.ask(f"/password {word} another horse") == [CHANGED, KEPT]
    assert scene.password_is("another horse")
    assert scene.tokens()


def test_with_the_word_alone_the_password_is_asked_for(scene: AnaWithRoom) -> None:
    scene.token()
    scene.lapse()
    told = scene.ana.ask("/password keep-tokens", PASSWORD, "another horse")
    assert told == [PRESENT, NEW, CHANGED, KEPT]


def test_spaces_after_the_word_are_part_of_the_password(scene: AnaWithRoom) -> None:
    scene.ana.ask("/password keep-tokens   two spaces  ")
    assert scene.password_is("  two spaces  ")


@pytest.mark.parametrize("separator", [" ", "\u00a0", "\u2003", ""])
@pytest.mark.parametrize("word", KEEP_TOKENS)
def test_no_password_begins_with_the_word(scene: AnaWithRoom, word: str, separator: str) -> None:
    """So the word that keeps tokens in a line is never part of a password."""
    password = f"{word}{separator}" + ("and more" if separator else "")
    eva = scene.world.person("eva")
    for person, line in (
        (scene.ana, "/password"),
        (eva, "/register"),
    ):
        person.type(line, password)
        assert person.seen()[-2].startswith(BEGINS_WITH_WORD)
    eva.type(f"/register {password}")
    assert eva.seen()[-1].startswith(BEGINS_WITH_WORD)
    assert scene.password_is(PASSWORD)


@pytest.mark.parametrize(
    "word",
    [
        *("keep-token", "keep_tokens", "--keep-tokens", "keep tokens", "keep-tokens:"),
        *("KeepTokens", "conservar-ficha", "mantener-fichas", "keep-fichas"),
    ],
)
def test_a_misspelt_word_before_a_password_is_refused(scene: AnaWithRoom, word: str) -> None:
    scene.token()
    assert scene.ana.ask(f"/password {word} another horse") == [
        EN.error(ErrorKind.WRONG_USE, "password_is_a_word", word=word)
    ]
    assert scene.password_is(PASSWORD)
    assert scene.tokens()


def test_a_password_may_look_like_the_word(scene: AnaWithRoom) -> None:
    scene.token()
    for password in "keep-tokens-and-more", "keep tokens", "a keep-tokens":
        assert scene.ana.ask(f"/password {password}") == [CHANGED]
        assert scene.password_is(password)
        scene.ana.ask("/token new deploy")


def test_kept_tokens_and_later_ones_can_be_kept_again(scene: AnaWithRoom) -> None:
    scene.token("first")
    scene.ana.ask("/password keep-tokens another horse")
    scene.token("second")
    scene.ana.ask("/password keep-tokens one more horse")
    assert scene.tokens() == ["first", "second"]
    scene.ana.ask("/password the last horse")
    assert scene.tokens() == []


def test_the_same_in_spanish(scene: AnaWithRoom) -> None:
    scene.token()
    scene.ana.ask("/idioma es")
    scene.lapse()
    told = scene.ana.ask("/clave", PASSWORD, "conservar", "otro caballo", "/ficha nueva ci leer")
    assert told[:5] == [
        ES.notice("shown_present_password_prompt"),
        ES.notice("keep_tokens_prompt", count=1),
        ES.notice("shown_new_password_prompt"),
        ES.notice("password_changed"),
        ES.notice("tokens_kept", count=1),
    ]
    assert scene.server.credentials.of("ana", TOKEN)
    assert scene.ana.ask("/ficha lista")[-1].startswith("*** ci, para leer, creado el ")


# Scopes


@pytest.mark.parametrize(
    ("word", "scope"),
    [
        ("", "write"),
        (" write", "write"),
        (" read", "read"),
        (" READ", "read"),
        (" leer", "read"),
        (" lectura", "read"),
        (" escribir", "write"),
        (" escritura", "write"),
    ],
)
def test_a_token_has_a_scope(scene: AnaWithRoom, word: str, scope: str) -> None:
    scene.ana.ask(f"/token new ci{word}")
    (token,) = scene.server.credentials.of("ana", TOKEN).values()
    assert token.scope == scope


@pytest.mark.parametrize("word", ["full", "r", "read write", "admin"])
def test_another_scope_is_refused(scene: AnaWithRoom, word: str) -> None:
    assert scene.ana.ask(f"/token new ci {word}") == [
        EN.error(ErrorKind.WRONG_USE, "no_such_scope", scope=word)
    ]
    assert scene.tokens() == []


@pytest.mark.parametrize(
    "line",
    [
        "/token new ci",
        "/token new a,b",
        "/token new ci full",
        "/hook add https://example.com/x",
        "/hook #nowhere add https://example.com/x",
        "/gancho #ops añadir nothing",
        "/password short",
    ],
)
@pytest.mark.parametrize("with_token", [False, True])
def test_the_line_after_a_prompt_that_is_refused_is_not_said(
    scene: AnaWithRoom, line: str, with_token: bool
) -> None:
    """A program sends the password without reading the answer."""
    tab = Browser(scene.world)
    if with_token:
        account = scene.server.accounts.table["ana"]
        secret, puts = scene.server.credentials.issue(account, TOKEN, "t")
        Deferred.fromCoroutine(scene.server.registrations.change_credentials(*puts))
        tab = Browser(scene.world, grant=scene.server.credentials.grant_of(secret))
    tab.send("hello")
    scene.luis.seen()
    tab.say(line, room="lobby")
    tab.say(PASSWORD, room="lobby")
    assert not any(PASSWORD in line for line in scene.luis.seen())


@pytest.mark.parametrize(
    "line",
    [
        "/token new ci",
        "/token new a,b",
        "/hook #ops add https://example.com/x",
        "/hook add nowhere",
        "/password another horse",
        "/password short",
        "/login nobody some horse",
    ],
)
def test_the_line_after_a_command_without_a_prompt_is_said(scene: AnaWithRoom, line: str) -> None:
    assert scene.ana.ask(line, "hello")[-1] == "<ana> hello"


NOT_NEEDED = EN.notice("password_not_needed")


@pytest.mark.parametrize(
    "line",
    [
        "/token new ci",
        "/token new a,b",
        "/token new ci full",
        "/hook #ops add https://example.com/x",
        "/hook add nowhere",
        "/password another horse",
        "/password short",
    ],
)
@pytest.mark.parametrize("typed", ["/login ana", "as an answer", "/register", "/password"])
def test_a_password_that_need_not_be_typed_is_not_said(
    scene: AnaWithRoom, line: str, typed: str
) -> None:
    """A program sends the password without reading if it is asked for."""
    if typed == "/login ana":
        scene.ana.ask("/logout", f"{typed} {PASSWORD}")
    elif typed == "as an answer":
        scene.lapse()
        scene.ana.ask("/token new other", PASSWORD)
    elif typed == "/password":
        scene.ana.ask(f"{typed} {PASSWORD}")
    scene.luis.seen()
    for _ in range(2):
        scene.world.clock.advance(READING_SECONDS)
        assert scene.ana.ask(line)[-1] not in (PRESENT, NOT_NEEDED)
        scene.world.clock.advance(READING_SECONDS)  # also of a slow program
        assert scene.ana.ask(PASSWORD) == [NOT_NEEDED]
        assert scene.ana.ask("hello") == ["<ana> hello"]
        scene.server.logins.password_typed(scene.ana.session)
        if line == "/password another horse":
            break
    assert {line for line in scene.luis.seen() if "<ana>" in line} == {"<ana> hello"}


@pytest.mark.parametrize("command", ["/password", "/register"])
def test_a_new_password_that_need_not_be_typed_is_not_said(
    scene: AnaWithRoom, command: str
) -> None:
    person = scene.ana if command == "/password" else scene.luis
    person.type(f"{command} another horse", "/token new ci", "another horse")
    assert person.seen()[-1] == NOT_NEEDED


def test_a_password_that_need_not_be_typed_is_not_said_in_a_browser(scene: AnaWithRoom) -> None:
    tab = Browser(scene.world)
    tab.send("hello")
    scene.luis.seen()
    for line in f"/login ana {PASSWORD}", "/token new ci", PASSWORD, "hello":
        tab.say(line, room="lobby")
    assert NOT_NEEDED.removeprefix("*** ") in [each["text"] for each in tab.seen("say")]
    assert [line for line in scene.luis.seen() if "<ana>" in line] == ["<ana> hello"]


@pytest.mark.parametrize("is_fresh", [True, False])
@pytest.mark.parametrize("has_token", [True, False])
def test_a_program_may_send_all_passwords_at_once(
    scene: AnaWithRoom, is_fresh: bool, has_token: bool
) -> None:
    """The present password is not taken for the new one where it is not asked for."""
    if has_token:
        scene.token()
    if not is_fresh:
        scene.lapse()
    scene.luis.seen()
    answers = [PASSWORD, *(["keep"] if has_token else []), "another horse"]
    scene.ana.send("\n".join(["/password", *answers, "hello", ""]).encode())
    scene.world.settle()
    assert CHANGED in scene.ana.seen()
    assert scene.password_is("another horse")
    assert scene.luis.seen()[0] == "<ana> hello"


@pytest.mark.parametrize("line", ["/token new ci", "/password"])
def test_another_line_is_taken_as_usual(scene: AnaWithRoom, line: str) -> None:
    """Only the next line may be the password that is not needed."""
    told = scene.ana.ask(line, "hello there", PASSWORD)
    assert NOT_NEEDED not in told
    if line == "/password":
        assert scene.password_is("hello there")


def test_the_same_password_may_be_chosen_again(scene: AnaWithRoom) -> None:
    assert scene.ana.ask("/password", PASSWORD, PASSWORD) == [NEW, NOT_NEEDED, CHANGED]
