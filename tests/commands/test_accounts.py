"""`chatd.commands.accounts`: registering, logging in and out, passwords, tokens, whois."""

from __future__ import annotations

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import ensureDeferred, fail

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import BROWSER, TOKENS, Grant, Scope, key_of
from chatd.accounts.passwords import THREADS, Hasher, Passwords
from chatd.chat.login_limits import LIMITS, NETWORK_TRIES, REGISTRATIONS, STRANGER_TRIES
from chatd.chat.replies import READING_SECONDS
from chatd.errors import ErrorKind
from chatd.i18n import Moment
from chatd.storage.contract import StoreError
from chatd.util.fair_queue import Asker
from tests.support.answers import only
from tests.support.immediately import Immediately
from tests.support.logs import Expect
from tests.support.registered import AnaAndLuis
from tests.support.sentences import EN, ES, Sentences
from tests.support.world import CHEAP, FAR, PASSWORD, Member, World, log_in

PROMPT = EN.notice("shown_password_prompt")
CHANGED = EN.notice("password_changed")
CANCELLED = EN.notice("password_cancelled")
WRONG = EN.error(ErrorKind.WRONG_PASSWORD, "wrong_password", name="ana")
IN_CLEAR = EN.error(ErrorKind.NOT_ENCRYPTED, "password_in_clear")
NOT_SAVED = EN.error(ErrorKind.NOT_SAVED, "change_not_saved")
FREE_TRIES = LIMITS[STRANGER_TRIES].free


@pytest.fixture
def scene() -> AnaAndLuis:
    return AnaAndLuis()


# Registering


def test_a_guest_is_told_to_choose_a_name_first(scene: AnaAndLuis) -> None:
    guest = scene.world.person()
    for line in f"/register {PASSWORD}", "/register":
        guest.type(line)
        assert guest.seen() == [EN.error(ErrorKind.NOT_REGISTERED, "name_first")]


def test_registering_gives_an_account_and_no_rights(scene: AnaAndLuis) -> None:
    account = scene.account()
    assert (account.name, account.admin) == ("ana", False)
    assert PASSWORD not in str(account)
    assert scene.ana.session.account == "ana"


def test_a_member_cannot_register_again(scene: AnaAndLuis) -> None:
    scene.ana.type("/register another one")
    assert scene.ana.seen() == [EN.error(ErrorKind.NAME_IN_USE, "yours_already", name="ana")]


def test_a_registered_name_is_refused_to_others(scene: AnaAndLuis) -> None:
    scene.ana.hang_up()
    guest = scene.world.person()
    for name in "ana", "ANA":
        guest.type(f"/nick {name}")
        assert guest.seen() == [
            EN.error(ErrorKind.NAME_IN_USE, "registered_name", name=name),
        ]
    guest.type("/nick аna")  # the first letter is Cyrillic
    assert guest.seen()[0].startswith("ERR Invalid name")


def test_a_look_alike_of_a_registered_name_is_refused() -> None:
    world = World()
    bob = world.person("Bob1")
    bob.type(f"/register {PASSWORD}")
    bob.hang_up()
    guest = world.person()
    guest.type("/nick Bobl")
    assert guest.seen() == [
        EN.error(ErrorKind.NAME_IN_USE, "looks_like_name", name="Bobl", other="Bob1")
    ]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", EN.sentence("password_too_short", limit=8)),
        ("x" * 257, EN.sentence("password_too_long", limit=256)),
        ("with a\ttab", EN.sentence("password_has_controls")),
        ("Anastasia", EN.sentence("password_is_the_name")),
    ],
)
def test_an_invalid_password_is_refused(password: str, why: str) -> None:
    world = World()
    ana = world.person("anastasia")
    ana.type(f"/register {password}")
    assert ana.seen() == [f"ERR Wrong use: {why}"]
    ana.type("/register", password)
    assert ana.seen() == [PROMPT, f"ERR Wrong use: {why}", PROMPT]
    assert not world.server.accounts.table


@pytest.mark.one_process("the answer to a question cannot be handed over")
def test_a_password_that_is_typed_twice_is_not_said() -> None:
    ana = World().person("ana")
    ana.type("/register", PASSWORD)
    ana.seen()
    ana.type(PASSWORD, "hola")
    assert ana.seen() == [EN.notice("password_not_needed"), "<ana> hola"]


def test_what_a_guest_types_ahead_of_the_prompt_is_not_said() -> None:
    """Some take the argument for the name, and type the password ahead."""
    world = World()
    guest, luis = world.person(), world.person()
    guest.type("/register luis", PASSWORD)
    refused, not_said = guest.seen()[-2:]
    assert refused == EN.error(ErrorKind.NOT_REGISTERED, "name_first")
    assert not_said == EN.error(ErrorKind.NOT_SAID, "answer_to_nothing")
    assert not any(PASSWORD in line for line in luis.seen())


def test_the_answer_comes_once_the_account_is_on_disk() -> None:
    world = World(slow=True)
    ana = world.person("ana")
    world.release()
    ana.seen()
    ana.type(f"/register {PASSWORD}", "hello")
    assert ana.seen() == []
    assert ana.session.account is None
    world.release()
    assert ana.seen() == [EN.notice("registered", name="ana"), "<ana> hello"]


def test_a_name_that_cannot_be_stored_is_not_registered(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    ana = world.person("ana")
    world.release()
    ana.seen()
    ana.type(f"/register {PASSWORD}")
    world.store.fail()
    world.settle()
    (line,) = ana.seen()
    assert line == NOT_SAVED
    assert not world.server.accounts.table
    assert ana.session.account is None
    ana.hang_up()
    world.release()
    guest = world.person("ana")
    assert guest.session.name == "ana"
    expected_errors()


def test_a_name_that_is_removed_while_it_is_being_stored_is_not_registered() -> None:
    world = World(slow=True)
    ana = world.person("ana")
    ana.send(f"/register {PASSWORD}\n".encode())
    gone = ensureDeferred(world.server.registrations.unregister(world.server.accounts.table["ana"]))
    world.release()
    assert gone.called
    assert ana.seen() == [EN.error(ErrorKind.NOT_REGISTERED, "not_registered", name="ana")]
    assert ana.session.account is None
    assert ana.session.name == "ana"


def test_lines_after_the_command_wait_until_it_is_done(scene: AnaAndLuis) -> None:
    eva = scene.world.person("eva")
    scene.world.hashing.held = True
    eva.type(f"/register {PASSWORD}", "hello")
    assert eva.seen() == []
    scene.world.hashing.work()
    scene.world.settle()
    assert eva.seen() == [EN.notice("registered", name="eva"), "<eva> hello"]


def test_a_client_that_disconnects_meanwhile_has_registered_the_name(scene: AnaAndLuis) -> None:
    """The command was received, so the account is made, with the password that was sent."""
    eva = scene.world.person("eva")
    scene.world.hashing.held = True
    eva.type(f"/register {PASSWORD}")
    eva.hang_up()
    scene.world.hashing.held = False
    scene.world.hashing.work()
    scene.world.settle()
    again = scene.world.person()
    again.type(f"/login eva {PASSWORD}")
    assert again.seen() == [EN.notice("you_are", name="eva")]


def test_of_two_registrations_of_look_alikes_at_once_one_is_refused() -> None:
    """One is a session's and one the operator's, for two sessions cannot have such names."""
    world = World()
    ivan = world.person("lvan")
    world.hashing.held = True
    ivan.type(f"/register {PASSWORD}")
    done: list[object] = []
    ensureDeferred(world.server.registrations.register(Account("Ivan", "hash"))).addBoth(
        done.append
    )
    world.settle()
    assert done == [None]
    world.hashing.work()
    world.settle()
    assert ivan.seen() == [
        EN.notice("registered_elsewhere", name="lvan"),
        EN.notice("you_are", name="guest1"),
        EN.error(ErrorKind.NOT_REGISTERED, "name_first"),
    ]
    assert set(world.server.accounts.table) == {"ivan"}


@pytest.mark.one_process("the test itself begins, holds or fails what is to be stored")
@pytest.mark.parametrize("saved", [True, False])
def test_a_look_alike_of_a_name_being_registered_cannot_be_registered(
    saved: bool, expected_errors: Expect
) -> None:
    world = World(slow=True)
    ivan, eva = world.person("lvan"), world.person()
    world.release()
    ivan.seen()
    done: list[object] = []
    ensureDeferred(world.server.registrations.register(Account("Ivan", "hash"))).addBoth(
        done.append
    )
    ivan.type(f"/register {PASSWORD}")
    assert ivan.seen() == [
        EN.error(ErrorKind.NAME_IN_USE, "looks_like_name", name="lvan", other="Ivan")
    ]
    assert not done
    if saved:
        world.release()
        assert done == [None]
        assert ivan.seen()[0] == EN.notice("registered_elsewhere", name="lvan")
        assert set(world.server.accounts.table) == {"ivan"}
        return
    world.store.fail()
    world.settle()
    eva.type("/nick Ivan")
    assert eva.seen()[-1].startswith("ERR Name in use: Ivan looks like lvan")
    ivan.type(f"/register {PASSWORD}")
    world.release()
    assert ivan.seen() == [EN.notice("registered", name="lvan")]
    expected_errors()


@pytest.mark.one_process("the test itself begins, holds or fails what is to be stored")
def test_a_guest_who_takes_another_name_before_the_registration_keeps_that() -> None:
    world = World(slow=True)
    eva = world.person("eva")
    world.release()
    ensureDeferred(world.server.registrations.register(Account("Eva", "hash")))
    eva.type("/nick luis")
    world.release()
    eva.seen()
    eva.type("/whois luis")
    world.release()
    assert eva.seen() == [whois("luis", rooms="#lobby")]


def test_a_guest_loses_a_name_that_is_registered_elsewhere(
    scene: AnaAndLuis,
) -> None:
    eva = scene.world.person("eva")
    scene.luis.seen()
    ensureDeferred(scene.world.server.registrations.register(Account("Eva", "hash")))
    scene.world.settle()
    assert eva.seen() == [
        EN.notice("registered_elsewhere", name="eva"),
        EN.notice("you_are", name="guest3"),
    ]
    assert scene.luis.seen() == [EN.notice("renamed", name="eva", new_name="guest3")]
    eva.type("/nick eva")
    assert eva.seen() == [EN.error(ErrorKind.NAME_IN_USE, "registered_name", name="eva")]
    eva.type("hello", "/who")
    assert eva.seen() == [
        "<guest3> hello",
        EN.notice("people_in", room="lobby", people="luis, ana and 1 guest"),
    ]


def test_the_look_alikes_of_a_name_are_free_again_once_it_is_unregistered(
    scene: AnaAndLuis,
) -> None:
    server = scene.world.server
    guest = scene.world.person("Bobl")
    bobl = Account("bobl", scene.account().hash)
    ensureDeferred(server.registrations.register(bobl))
    scene.world.settle()
    guest.type("/nick Bob1")
    assert guest.seen()[-1].startswith("ERR Name in use: Bob1 looks like bobl")
    ensureDeferred(server.registrations.unregister(bobl))
    scene.world.settle()
    guest.type("/nick Bob1")
    assert guest.seen() == [EN.notice("you_are", name="Bob1")]


@pytest.mark.one_process("limits of tries begin anew in another process")
@pytest.mark.one_node("each node counts the registrations from an address")
def test_registrations_from_one_address_are_limited() -> None:
    world = World()
    limit = LIMITS[REGISTRATIONS]
    for number in range(limit.free):
        person = world.person(f"{'pq'[number // 30]}{'x' * (number % 30)}")
        person.type(f"/register {PASSWORD}")
        assert person.seen()[0] == EN.notice("registered", name=person.session.name)
    late = world.person("late")
    late.type(f"/register {PASSWORD}")
    assert late.seen() == [EN.error(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=10)]
    world.clock.advance(limit.seconds)
    late.type(f"/register {PASSWORD}")
    assert late.seen()[0] == EN.notice("registered", name="late")


# Logging in


def test_a_login_gives_the_name(scene: AnaAndLuis) -> None:
    scene.ana.hang_up()
    again = scene.world.person()
    scene.luis.seen()
    again.type(f"/login ana {PASSWORD}", "hello")
    assert again.seen() == [EN.notice("you_are", name="ana"), "<ana> hello"]
    assert scene.luis.seen() == [EN.notice("renamed", name="guest3", new_name="ana"), "<ana> hello"]


def test_the_name_may_be_written_in_any_case_and_is_given_as_it_was_registered(
    scene: AnaAndLuis,
) -> None:
    again = scene.world.person()
    again.type(f"/login  ANA {PASSWORD}")
    assert again.seen() == [EN.notice("you_are", name="ana")]


def test_a_login_may_be_the_first_line_of_a_pipe(scene: AnaAndLuis) -> None:
    again = scene.world.person()
    again.send(f"/login ana {PASSWORD}\n/text\nhello".encode())
    again.half_close()
    assert again.seen() == [
        EN.notice("you_are", name="ana"),
        EN.notice("text_only"),
        "<ana> hello",
    ]
    assert again.closed


@pytest.mark.parametrize("password", ["wrong horse", "Correct horse", " correct horse", "short"])
def test_a_wrong_password_is_refused(scene: AnaAndLuis, password: str) -> None:
    guest = scene.world.person()
    guest.type(f"/login ana {password}", "hello")
    assert guest.seen() == [WRONG, "<guest3> hello"]
    assert guest.session.account is None


def test_a_name_that_is_not_registered_cannot_be_logged_in_to(scene: AnaAndLuis) -> None:
    guest = scene.world.person()
    for line in "/login eva whatever it is", "/login eva":
        guest.type(line)
        assert guest.seen() == [EN.error(ErrorKind.NOT_REGISTERED, "not_registered", name="eva")]


def test_a_login_without_a_name_is_answered_with_the_usage(scene: AnaAndLuis) -> None:
    guest = scene.world.person()
    guest.type("/login")
    assert guest.seen() == [EN.wrong_use("/login")]


def test_a_member_cannot_log_in_to_the_same_account(scene: AnaAndLuis) -> None:
    scene.ana.type("/login ana whatever")
    assert scene.ana.seen() == [EN.error(ErrorKind.NAME_IN_USE, "yours_already", name="ana")]


def test_a_member_can_log_in_to_another_account(scene: AnaAndLuis) -> None:
    scene.luis.type(f"/register {PASSWORD}")
    scene.luis.seen()
    scene.ana.type(f"/login luis {PASSWORD}")
    assert scene.ana.seen() == [EN.notice("you_are", name="luis")]
    assert scene.ana.session.account == "luis"
    assert not scene.world.server.names.of("ana")
    assert {scene.ana.session.name, scene.luis.session.name} == {"luis"}


def test_a_member_keeps_the_name(scene: AnaAndLuis) -> None:
    for name in "eva", "ANA":
        scene.ana.type(f"/nick {name}")
        assert scene.ana.seen() == [EN.error(ErrorKind.WRONG_USE, "logout_first", name="ana")]


def test_the_password_that_was_registered_by_the_next_line_is_the_same(scene: AnaAndLuis) -> None:
    eva = scene.world.person("eva")
    eva.type("/register", "  two spaces  ")
    eva.hang_up()
    again = scene.world.person()
    again.type("/login eva   two spaces  ")
    assert again.seen() == [EN.notice("you_are", name="eva")]


def test_an_account_that_is_removed_during_the_check_cannot_be_logged_in_to(
    scene: AnaAndLuis,
) -> None:
    guest = scene.world.person()
    scene.world.hashing.held = True
    guest.type(f"/login ana {PASSWORD}")
    ensureDeferred(guest.server.registrations.unregister(scene.account()))
    scene.world.hashing.work()
    scene.world.settle()
    assert guest.seen()[0] == EN.error(ErrorKind.NOT_REGISTERED, "not_registered", name="ana")


def test_a_password_that_is_changed_during_the_check_is_wrong(scene: AnaAndLuis) -> None:
    guest = scene.world.person()
    scene.world.hashing.held = True
    guest.type(f"/login ana {PASSWORD}")
    changed = CHEAP.hash("another one")
    ensureDeferred(guest.server.registrations.change_password(scene.account(), changed))
    scene.world.hashing.work()
    scene.world.settle()
    assert guest.seen() == [WRONG, EN.notice("renamed", name="ana", new_name="guest2")]


@pytest.mark.one_process("the test sets what another process reads in its settings")
def test_a_hash_is_renewed_when_it_is_weaker_than_those_made_now(scene: AnaAndLuis) -> None:
    before = scene.account().hash
    stronger = Hasher(time_cost=2, memory_cost=8, parallelism=1)
    guest = scene.world.person()
    guest.server.logins.passwords = Passwords(scene.world.clock, Immediately(), stronger)
    guest.type(f"/login ana {PASSWORD}")
    assert scene.account().hash != before
    assert stronger.check(scene.account().hash, PASSWORD) == (True, None)


# Tries


def test_wrong_passwords_for_one_name_are_limited_from_each_address(scene: AnaAndLuis) -> None:
    guests = [
        scene.world.person(address=IPv4Address("TCP", f"127.0.0.{each}", 1)) for each in (8, 9)
    ]
    for _ in range(FREE_TRIES):
        guests[0].type("/login ana wrong horse")
        assert guests[0].seen() == [WRONG]
    guests[0].type(f"/login ana {PASSWORD}")
    assert guests[0].seen() == [EN.error(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=5)]
    scene.world.clock.advance(4.5)
    guests[0].type(f"/login ana {PASSWORD}")
    assert guests[0].seen() == [EN.error(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=1)]
    scene.world.clock.advance(0.5)
    guests[0].type("/login ana wrong horse")
    guests[0].type("/login ana wrong horse")
    assert guests[0].seen() == [
        WRONG,
        EN.error(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=10),
    ]
    guests[1].type(f"/login ana {PASSWORD}")
    assert guests[1].seen() == [EN.notice("you_are", name="ana")]


@pytest.mark.one_process("limits of tries begin anew in another process")
def test_guessing_from_elsewhere_does_not_lock_the_owner_out(scene: AnaAndLuis) -> None:
    elsewhere = scene.world.person(address=IPv4Address("TCP", "127.0.0.9", 1))
    for _ in range(FREE_TRIES + 1):
        elsewhere.type("/login ana wrong horse")
    assert elsewhere.seen()[-1].startswith("ERR Too many tries")
    again = scene.world.person()
    for _ in range(FREE_TRIES):
        again.type("/login ana wrong horse")
        assert again.seen() == [WRONG]
    again.type(f"/login ana {PASSWORD}")
    assert again.seen()[0].startswith("ERR Too many tries")
    again = scene.world.person()
    again.type(f"/login ana {PASSWORD}")
    assert again.seen() == [EN.notice("you_are", name="ana")]


@pytest.mark.one_process("limits of tries begin anew in another process")
@pytest.mark.one_node("each node counts the tries from an address")
def test_wrong_passwords_from_one_address_are_limited_for_all_names_together() -> None:
    world = World()
    free = LIMITS[NETWORK_TRIES].free
    for number in range(free // FREE_TRIES + 1):
        world.register(f"{'abcdefghijklmnopqrst'[number % 20] * 3}{number}")
    names = sorted(world.server.accounts.table)
    for number in range(free):
        guest = world.person()
        guest.type(f"/login {names[number // FREE_TRIES]} wrong horse")
        assert guest.seen()[0].startswith("ERR Wrong password")
    guest.type(f"/login {names[-1]} wrong horse")
    assert guest.seen()[0].startswith("ERR Too many tries")
    elsewhere = world.person(address=IPv4Address("TCP", "127.0.0.9", 1))
    elsewhere.type(f"/login {names[-1]} wrong horse")
    assert elsewhere.seen()[0].startswith("ERR Wrong password")


def test_right_passwords_are_not_limited(scene: AnaAndLuis) -> None:
    for _ in range(50):
        again = scene.world.person()
        again.type(f"/login ana {PASSWORD}")
        assert again.seen() == [EN.notice("you_are", name="ana")]


@pytest.mark.one_node("each node counts the tries for an account")
def test_tries_that_are_made_at_once_count(scene: AnaAndLuis) -> None:
    scene.world.hashing.held = True
    elsewhere = IPv4Address("TCP", "127.0.0.9", 1)
    guests = [scene.world.person(address=elsewhere) for _ in range(FREE_TRIES + 2)]
    for guest in guests:
        guest.type("/login ana wrong horse")
    scene.world.hashing.work()
    scene.world.settle()
    kinds = [guest.seen()[0].split(":")[0] for guest in guests]
    assert kinds.count("ERR Too many tries") == 2


@pytest.mark.one_process("limits of tries begin anew in another process")
def test_a_password_is_refused_while_too_many_wait_and_counts_as_no_try(
    scene: AnaAndLuis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatd.accounts.check_queue.WAITING", 0)
    hashing = scene.world.hashing
    hashing.held = True
    guest = scene.world.person(address=IPv4Address("TCP", "127.0.0.9", 1))
    passwords = guest.server.logins.passwords = Passwords(scene.world.clock, hashing, CHEAP)
    for _ in range(THREADS):
        ensureDeferred(passwords.hash(Asker("", "luis"), PASSWORD))
    for _ in range(FREE_TRIES + 1):
        guest.type("/login ana wrong horse")
        assert guest.seen() == [EN.error(ErrorKind.TOO_MANY_TRIES, "too_many_wait")]
    hashing.work()


# Prompts


@pytest.mark.parametrize(
    "password", ["/quit really", "/text and so on", "  spaces around  ", "          ", "//slashes"]
)
def test_any_next_line_is_the_password(password: str) -> None:
    world = World()
    ana, luis = world.person("ana"), world.person("luis")
    ana.seen()
    ana.type("/register", password, "hello")
    assert ana.seen() == [
        PROMPT, EN.notice("registered", name="ana"), "<ana> hello"
    ]  # fmt: skip
    assert luis.seen() == ["<ana> hello"]
    ana.hang_up()
    again = world.person()
    again.type("/login ana", password)
    assert again.seen() == [PROMPT, EN.notice("you_are", name="ana")]


@pytest.mark.parametrize("command", ["/register", "/register ", "/registrar"])
def test_an_empty_line_cancels(command: str) -> None:
    ana = World().person("ana")
    ana.type(command, "", "hello")
    assert ana.seen() == [PROMPT, CANCELLED, "<ana> hello"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\0"])
def test_prompt_and_empty_line_may_come_in_any_pieces(end: str) -> None:
    data = f"hello{end}{end}/register{end}{end}{end}and on{end}".encode()
    for cut in range(len(data) + 1):
        ana = World().person("ana")
        for piece in data[:cut], data[cut:]:
            ana.send(piece)
            ana.world.settle()
        lines = ana.bytes_seen().decode().replace("\r\n", "\n").split("\n")
        assert lines == ["<ana> hello", PROMPT, CANCELLED, "<ana> and on", ""], cut


def test_an_empty_line_cancels_also_when_the_disk_is_slow() -> None:
    world = World(slow=True)
    ana = world.person("ana")
    world.release()
    ana.seen()
    ana.send(b"hello\n/register\n\nand on\n")
    world.release()
    assert ana.seen() == ["<ana> hello", PROMPT, CANCELLED, "<ana> and on"]


def test_the_end_of_the_input_cancels(scene: AnaAndLuis) -> None:
    ana = scene.world.person("eva")
    ana.type("/register")
    ana.half_close()
    assert ana.seen() == [PROMPT, CANCELLED]
    assert ana.closed


def test_a_last_line_without_an_end_is_the_password(scene: AnaAndLuis) -> None:
    eva = scene.world.person("eva")
    eva.send(f"/register\n{PASSWORD}".encode())
    eva.half_close()
    assert eva.seen() == [PROMPT, EN.notice("registered", name="eva")]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"\xc3 secret", EN.error(ErrorKind.INVALID_MESSAGE, "not_utf8")),
        (b"x" * 200_000, EN.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=4096)),
    ],
)
def test_a_line_that_cannot_be_read_is_no_password_and_is_not_said(line: bytes, error: str) -> None:
    ana = World().person("ana")
    ana.type("/register", line, "", "hello")
    assert ana.seen() == [PROMPT, error, PROMPT, CANCELLED, "<ana> hello"]


def test_in_a_paste_the_line_after_the_prompt_is_the_password(scene: AnaAndLuis) -> None:
    eva = scene.world.person("eva")
    eva.send(f"one\n/register\n{PASSWORD}\ntwo\n".encode())
    scene.world.settle()
    assert eva.seen() == [
        "<eva> one", PROMPT, EN.notice("registered", name="eva"), "<eva> two"
    ]  # fmt: skip


def test_after_slash_text_there_are_no_prompts(scene: AnaAndLuis) -> None:
    eva = scene.world.person("eva")
    eva.type("/text", "/register", PASSWORD)
    assert eva.seen()[1:] == ["<eva> /register", f"<eva> {PASSWORD}"]


def test_lines_of_others_are_received_during_a_prompt(scene: AnaAndLuis) -> None:
    eva = scene.world.person("eva")
    eva.type("/register")
    scene.luis.type("hello")
    assert eva.seen() == [PROMPT, "<luis> hello"]


def test_a_client_that_disconnects_during_a_prompt_registers_nothing(scene: AnaAndLuis) -> None:
    eva = scene.world.person("eva")
    eva.type("/register")
    eva.hang_up()
    assert "eva" not in scene.world.server.accounts.table
    scene.world.person("eva")


@pytest.mark.parametrize("question", ["/register", "/login nobody", "/password", "/unregister"])
def test_a_line_right_after_a_refused_prompt_is_not_said(scene: AnaAndLuis, question: str) -> None:
    guest = scene.world.person()
    guest.send(f"{question}\n{PASSWORD}\nhello\n".encode())
    scene.world.settle()
    refused, not_said, hello = guest.seen()
    assert refused.startswith("ERR Not registered: ")
    assert not_said == (EN.error(ErrorKind.NOT_SAID, "answer_to_nothing"))
    assert hello == "<guest3> hello"
    assert scene.luis.seen() == ["<guest3> hello"]


def test_a_line_after_the_refusal_was_read_is_said(scene: AnaAndLuis) -> None:
    guest = scene.world.person()
    guest.type("/register")
    scene.world.clock.advance(READING_SECONDS)
    guest.type("hello")
    assert guest.seen()[1:] == ["<guest3> hello"]


def test_a_line_after_another_command_or_a_blank_line_is_said(scene: AnaAndLuis) -> None:
    for between in "/nick eva", "":
        guest = scene.world.person()
        guest.type("/register", between, "hello")
        assert guest.seen()[-1].endswith("> hello")
        guest.hang_up()


# Where passwords are taken


@pytest.mark.parametrize("line", ["/register", "/login ana", "/password", "/unregister"])
def test_over_a_network_no_password_is_taken(scene: AnaAndLuis, line: str) -> None:
    far = scene.world.person(address=FAR)
    far.type(f"{line} {PASSWORD}")
    assert far.seen() == [IN_CLEAR]
    far.type(line)
    assert far.seen() == [(EN.error(ErrorKind.NOT_ENCRYPTED, "no_password_in_clear"))]


def test_over_a_network_passwords_are_taken_with_the_option_for_it() -> None:
    world = World(plaintext_passwords=True)
    far = world.person("ana", address=FAR)
    far.type(f"/register {PASSWORD}")
    assert far.seen() == [EN.notice("registered", name="ana")]


@pytest.mark.parametrize("line", ["/register", "/login ana", "/password", "/unregister"])
def test_without_argon2_commands_with_passwords_are_refused(line: str) -> None:
    world = World(passwords=None)
    world.server.accounts.store(Account("ana", CHEAP.hash(PASSWORD)))
    world.settle()
    person = world.person("eva")
    if line in ("/password", "/unregister"):
        person.session.identity.grant = Grant("ana", 0)
    for asked in line, f"{line} {PASSWORD}":
        person.type(asked)
        assert person.seen() == [EN.error(ErrorKind.NO_ACCOUNTS, "no_accounts")]


# Changing the password


def test_a_password_can_be_changed(scene: AnaAndLuis) -> None:
    scene.ana.type("/password another horse")
    assert scene.ana.seen() == [CHANGED]
    again = scene.world.person()
    again.type(f"/login ana {PASSWORD}", "/login ana another horse")
    assert again.seen() == [WRONG, EN.notice("you_are", name="ana")]


def test_other_changes_of_the_account_meanwhile_stay(scene: AnaAndLuis) -> None:
    scene.world.hashing.held = True
    scene.ana.type("/password another horse")
    scene.world.server.accounts.store(scene.account()._replace(admin=True))
    scene.world.hashing.work()
    scene.world.settle()
    assert scene.account().admin


@pytest.mark.parametrize(
    "line", ["/password another horse", "/logout", "/unregister whatever", "/token list"]
)
def test_a_guest_is_refused(scene: AnaAndLuis, line: str) -> None:
    scene.luis.type(line)
    assert scene.luis.seen() == [EN.error(ErrorKind.NOT_REGISTERED, "not_logged_in")]


# Logging out


def test_a_session_that_logs_out_is_a_guest_in_the_same_room(scene: AnaAndLuis) -> None:
    scene.ana.type("/join ops")
    scene.ana.seen()
    scene.ana.type("/logout", "hello")
    assert scene.ana.seen() == [EN.notice("you_are", name="guest2"), "<guest2> hello"]
    assert scene.ana.session.account is None
    assert scene.ana.session.room.name == "ops"
    scene.ana.type("/nick ana")
    assert scene.ana.seen() == [EN.error(ErrorKind.NAME_IN_USE, "registered_name", name="ana")]


def test_a_logout_is_shown_to_others_unless_another_session_has_the_name(scene: AnaAndLuis) -> None:
    again = scene.world.person()
    again.type(f"/login ana {PASSWORD}")
    scene.luis.seen()
    scene.ana.type("/logout")
    assert scene.luis.seen() == []
    again.type("/logout")
    assert scene.luis.seen() == [EN.notice("renamed", name="ana", new_name="guest3")]


def test_a_session_that_logged_out_disconnects_silently(scene: AnaAndLuis) -> None:
    scene.ana.type("/logout")
    scene.luis.seen()
    scene.world.clock.advance(60)
    scene.ana.hang_up()
    assert scene.luis.seen() == []


def test_logout_takes_no_other_word(scene: AnaAndLuis) -> None:
    scene.ana.type("/logout now")
    assert scene.ana.seen()[0].startswith("ERR Wrong use: /logout")


@pytest.mark.parametrize("word", ["others", "OTHERS", "otras"])
def test_the_other_connections_can_be_closed(scene: AnaAndLuis, word: str) -> None:
    ghosts = [scene.world.person() for _ in range(2)]
    for ghost in ghosts:
        ghost.type(f"/login ana {PASSWORD}")
        ghost.seen()
    scene.luis.seen()
    scene.ana.type(f"/logout {word}")
    assert scene.ana.seen() == [EN.notice("others_closed", count=2)]
    for ghost in ghosts:
        assert ghost.seen() == [EN.notice("closed_by_owner", name="ana")]
        assert ghost.closed
    assert scene.luis.seen() == []
    scene.ana.type(f"/logout {word}")
    assert scene.ana.seen() == [EN.notice("no_others")]


def test_a_ghost_that_does_not_read_loses_the_name_at_once(scene: AnaAndLuis) -> None:
    ghost = scene.world.person()
    ghost.type(f"/login ana {PASSWORD}")
    ghost.stop_taking()
    scene.luis.type("hello")
    scene.ana.seen()
    assert scene.ana.ask("/logout others") == [EN.notice("others_closed", count=1)]
    assert scene.ana.ask("/whois ana") == [whois("ana", registered=True, rooms="#lobby")]
    ghost.send(b"I am still here\n")
    scene.world.settle()
    assert "<ana> I am still here" not in scene.luis.seen()


# Several connections


def test_each_connection_of_a_member_receives_all_lines_and_private_ones(scene: AnaAndLuis) -> None:
    again = scene.world.person()
    again.type(f"/login ana {PASSWORD}")
    again.seen()
    scene.ana.seen()
    scene.luis.seen()
    scene.luis.type("hello", "/msg ana for you")
    for person in scene.ana, again:
        assert person.seen() == ["<luis> hello", "(private) <luis> for you"]
    scene.luis.seen()
    again.type("mine")
    assert scene.ana.seen() == ["<ana> mine"]


def test_a_member_with_several_connections_is_counted_once(scene: AnaAndLuis) -> None:
    again = scene.world.person()
    again.type(f"/login ana {PASSWORD}", "/who")
    assert again.seen()[-1] == EN.notice("people_in", room="lobby", people="luis and ana")
    again.hang_up()
    scene.luis.seen()
    scene.luis.type("/who")
    assert scene.luis.seen() == [EN.notice("people_in", room="lobby", people="luis and ana")]


# Giving up the name


def test_a_name_can_be_given_up(scene: AnaAndLuis) -> None:
    again = scene.world.person()
    again.type(f"/login ana {PASSWORD}")
    again.seen()
    scene.ana.seen()
    scene.ana.type(f"/unregister {PASSWORD}")
    assert scene.ana.seen()[:2] == [
        EN.notice("unregistered", name="ana"),
        EN.notice("you_are", name="guest2"),
    ]
    assert again.seen()[:2] == [
        EN.notice("unregistered", name="ana"),
        EN.notice("you_are", name="guest3"),
    ]
    assert not scene.world.server.accounts.table
    again.type("/nick ana")
    assert again.seen() == [EN.notice("you_are", name="ana")]


def test_giving_up_a_name_takes_the_password(scene: AnaAndLuis) -> None:
    scene.ana.type("/unregister wrong horse", "/unregister", "wrong horse", "/unregister", "")
    assert scene.ana.seen() == [WRONG, PROMPT, WRONG, PROMPT, PROMPT, CANCELLED]
    assert scene.account()


def test_all_records_of_an_account_are_deleted_with_it(scene: AnaAndLuis) -> None:
    scene.ana.type("/create ops", "/leave", "hola", "/away", f"/unregister {PASSWORD}")
    kept = [record for record in scene.world.store.records() if "ana" in f"{record}"]
    assert kept == []


@pytest.mark.one_node("its store is held back")
def test_an_account_whose_removal_cannot_be_stored_stays(
    expected_errors: Expect,
) -> None:
    scene = AnaAndLuis()
    ana, store = scene.ana, scene.world.store
    store.holds = True
    ana.type(f"/unregister {PASSWORD}")
    store.fail()
    scene.world.settle()
    assert ana.seen()[0] == NOT_SAVED
    assert ana.session.account == "ana"
    assert scene.account().name == "ana"
    expected_errors()


# Hooks


@pytest.mark.one_process("the test changes or holds objects of one process")
def test_each_login_and_logout_is_reported_to_the_server(
    scene: AnaAndLuis, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, told = scene.luis.server.logins, []
    monkeypatch.setattr(
        server, "begin_login", lambda session: told.append(("in", session.name, session.account))
    )
    monkeypatch.setattr(
        server,
        "end_login",
        lambda session: told.append(("out", session.name, session.grant.account)),
    )
    scene.luis.type(f"/register {PASSWORD}", "/logout", f"/login ana {PASSWORD}")
    scene.luis.type(f"/login luis {PASSWORD}", f"/unregister {PASSWORD}")
    assert told == [
        ("in", "luis", "luis"),
        ("out", "luis", "luis"),
        ("in", "ana", "ana"),
        ("out", "ana", "ana"),
        ("in", "luis", "luis"),
        ("out", "luis", "luis"),
    ]


@pytest.mark.one_process("the test changes or holds objects of one process")
def test_a_failing_logout_leaves_the_session_a_guest(
    scene: AnaAndLuis,
    monkeypatch: pytest.MonkeyPatch,
    expected_errors: Expect,
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(scene.ana.server.logins, "end_login", fail)
    scene.ana.type("/logout")
    assert scene.ana.seen() == [EN.notice("you_are", name="guest2")]
    assert scene.ana.session.account is None
    expected_errors(ZeroDivisionError)


# Whois


def whois(
    name: str,
    *,
    registered: bool = False,
    rooms: str = "",
    connections: int = 1,
    sentences: Sentences = EN,
) -> str:
    """Return the answer about a name that has so many connections, in rooms that may be named."""
    known = "whois_registered" if registered else "whois_not_registered"
    if not connections:
        here = sentences.sentence("whois_not_here", name=name)
    elif rooms:
        here = sentences.sentence("whois_here", name=name, rooms=rooms, count=connections)
    else:
        here = sentences.sentence("whois_in_no_room", name=name, count=connections)
    return f"{sentences.notice(known, name=name)} {here}"


def test_whois_says_if_a_name_is_registered_and_where_it_is(scene: AnaAndLuis) -> None:
    again = scene.world.person()
    again.type(f"/login ana {PASSWORD}", "/join ops")
    in_two = [
        whois("ana", registered=True, rooms=rooms, connections=2)
        for rooms in ("#lobby and #ops", "#ops and #lobby")
    ]
    scene.luis.seen()
    scene.luis.type("/whois ana")
    assert only(scene.luis.seen()) in in_two
    for asked, answer in [
        ("LUIS", whois("luis", rooms="#lobby")),
        ("guest3", whois("guest3", connections=0)),
        ("nobody", whois("nobody", connections=0)),
    ]:
        scene.luis.seen()
        scene.luis.type(f"/whois {asked}")
        assert scene.luis.seen() == [answer]


@pytest.mark.one_process("the test changes or holds objects of one process")
def test_whois_leaves_out_rooms_that_the_requester_may_not_read(
    scene: AnaAndLuis, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = scene.luis.server.rooms
    monkeypatch.setattr(rooms, "readable", lambda session, room: room.name != "lobby")
    scene.luis.type("/whois ana")
    assert scene.luis.seen() == [whois("ana", registered=True)]


def test_whois_of_a_member_who_is_not_here_and_without_a_name(scene: AnaAndLuis) -> None:
    scene.ana.hang_up()
    scene.luis.seen()
    scene.luis.type("/whois ana", "/whois")
    assert scene.luis.seen()[0] == whois("ana", registered=True, connections=0)
    assert scene.luis.seen() == []


def test_a_long_name_is_quoted_in_short(scene: AnaAndLuis) -> None:
    scene.luis.type("/whois " + "a\u0301" * 2000, "/login " + "x" * 4000)
    first, second = scene.luis.seen()
    assert len(first) < 200
    assert len(second) < 200


# In Spanish


def test_the_same_in_spanish() -> None:
    world = World()
    ana = world.person("ana")
    ana.type("/idioma es")
    ana.seen()
    ana.type("/registrar", "", "/registrar caballo correcto", "/terminar otras", "/clave otra más")
    ana.type("/quienes ana", "/terminar", "/acceder ana mal mal mal", "/acceder ana otra más")
    ana.type("/desregistrar otra más", " /acceder ana otra")
    assert ana.seen() == [
        ES.notice("shown_password_prompt"),
        ES.notice("password_cancelled"),
        ES.notice("registered", name="ana"),
        ES.notice("no_others"),
        ES.notice("password_changed"),
        whois("ana", registered=True, rooms="#lobby", sentences=ES),
        ES.notice("you_are", name="guest1"),
        ES.error(ErrorKind.WRONG_PASSWORD, "wrong_password", name="ana"),
        ES.notice("you_are", name="ana"),
        ES.notice("unregistered", name="ana"),
        ES.notice("you_are", name="guest1"),
        ES.error(ErrorKind.NOT_SAID, "nearly_a_password"),
    ]


# Tokens


def log_in_with(scene: AnaAndLuis, person: Member, key: str) -> None:
    """Log a person in with a token or a cookie, given its key."""
    grant = scene.world.server.credentials.grant_by(key)
    person.server.logins.log_in(person.session, scene.account(), grant)


def new_token(person: Member, name: str = "deploy", line: str = "/token new") -> str:
    """Make a token as a person, and return its secret."""
    person.type(f"{line} {name}")
    told, secret = person.seen()
    assert name in told
    return secret.removeprefix("*** ")


def token_listed(name: str, sentences: Sentences = EN) -> str:
    """Return a line of the list of tokens, of one that reads and writes and was made just now."""
    scope = sentences.sentence("scope_write")
    return sentences.notice("token_listed", token=name, scope=scope, time=Moment(0))


def test_a_token_is_sent_once_in_a_line_of_its_own(scene: AnaAndLuis) -> None:
    scene.ana.type("/token new deploy")
    told, secret = scene.ana.seen()
    assert told == (EN.notice("token_made_write", token="deploy", name="ana"))
    grant = scene.world.server.credentials.grant_of(secret.removeprefix("*** "))
    assert grant is not None
    assert (grant.account, grant.scope) == ("ana", Scope.WRITE)
    assert scene.luis.seen() == []


def test_tokens_are_listed(scene: AnaAndLuis) -> None:
    scene.ana.type("/token list")
    assert scene.ana.seen() == [EN.notice("no_tokens")]
    new_token(scene.ana)
    scene.ana.type("/token list")
    count, listed = scene.ana.seen()
    assert count == EN.notice("tokens", count=1)
    assert listed == token_listed("deploy")
    new_token(scene.ana, "backup")
    scene.ana.type("/token list")
    count, first, second = scene.ana.seen()
    assert count == EN.notice("tokens", count=2)
    assert (first, second) == (listed, token_listed("backup"))


def test_a_token_can_be_revoked(scene: AnaAndLuis) -> None:
    secret = new_token(scene.ana)
    scene.ana.type("/token revoke DEPLOY")
    assert scene.ana.seen() == [EN.notice("token_revoked", token="deploy")]
    assert scene.world.server.credentials.grant_of(secret) is None
    scene.ana.type("/token revoke deploy")
    assert scene.ana.seen() == [EN.error(ErrorKind.WRONG_USE, "no_such_token", name="deploy")]


def test_the_answers_about_tokens_in_spanish(scene: AnaAndLuis) -> None:
    scene.ana.type("/language es")
    scene.ana.seen()
    new_token(scene.ana, "copias", "/ficha nueva")
    scene.ana.type("/ficha lista", "/ficha revocar copias", "/ficha lista")
    count, listed, *rest = scene.ana.seen()
    assert count == EN.notice("tokens", count=1)
    assert listed == token_listed("copias", ES)
    assert rest == [
        ES.notice("token_revoked", token="copias"),
        ES.notice("no_tokens"),
    ]


def test_sessions_with_a_revoked_token_are_closed_and_no_others(scene: AnaAndLuis) -> None:
    secrets = [new_token(scene.ana, name) for name in ("deploy", "backup")]
    programs = [scene.world.person() for _ in secrets]
    for program, secret in zip(programs, secrets, strict=True):
        log_in_with(scene, program, key_of(secret))
        program.seen()
    scene.ana.type("/token revoke deploy")
    assert programs[0].seen() == [SIGNED_OUT]
    assert programs[0].closed
    assert not programs[1].closed
    assert not scene.ana.closed
    programs[1].type("/token revoke backup")
    assert programs[1].seen() == [WITH_A_TOKEN]
    scene.ana.type("/token revoke backup")
    assert programs[1].seen() == [SIGNED_OUT]


def test_sessions_with_a_revoked_token_are_closed_once_that_is_on_disk() -> None:
    scene = AnaAndLuis()
    secret = new_token(scene.ana)
    program = scene.world.person()
    log_in_with(scene, program, key_of(secret))
    program.seen()
    scene.ana.send(b"/token revoke deploy\n")
    assert scene.world.server.credentials.grant_of(secret) is None
    assert program.seen() == []
    scene.world.settle()
    assert program.closed


@pytest.mark.one_node("its store is held back")
def test_a_change_of_tokens_that_cannot_be_stored_is_undone(
    expected_errors: Expect,
) -> None:
    world = World()
    ana = world.member("ana")
    world.store.holds = True
    ana.type("/token new deploy")
    assert ana.seen() == []
    world.store.fail()
    world.settle()
    (line,) = ana.seen()
    assert line == NOT_SAVED
    assert not world.server.credentials.table
    ana.type("/token new deploy")
    world.release()
    _, secret = ana.seen()
    ana.type("/token revoke deploy")
    world.store.fail()
    world.settle()
    assert ana.seen() == [line]
    assert world.server.credentials.grant_of(secret.removeprefix("*** ")) is not None
    expected_errors()


def test_two_tokens_of_one_name_are_refused_in_any_case(scene: AnaAndLuis) -> None:
    new_token(scene.ana)
    scene.ana.type("/token new Deploy")
    assert scene.ana.seen() == [EN.error(ErrorKind.NAME_IN_USE, "token_exists", name="Deploy")]


def test_a_member_has_a_limited_number_of_tokens(scene: AnaAndLuis) -> None:
    for number in range(TOKENS):
        new_token(scene.ana, f"t{number}")
        scene.world.clock.advance(10)
    scene.ana.type("/token new more")
    assert scene.ana.seen() == [EN.error(ErrorKind.NOT_ALLOWED, "too_many_tokens", limit=20)]


@pytest.mark.parametrize(
    "line",
    [
        "/token",
        "/token x",
        "/token new",
        "/token revoke",
        "/token list x",
        "/token  new ",
        "/token {}",
    ],
)
def test_wrong_use_of_token_is_answered_with_the_usage(scene: AnaAndLuis, line: str) -> None:
    scene.ana.type(line)
    assert scene.ana.seen() == [EN.wrong_use("/token")]


@pytest.mark.parametrize("name", ["\x1b[2J", "{name}", "..", "x" * 33, "x" * 4000, "\u202ea"])
def test_an_invalid_name_is_refused_for_a_token(scene: AnaAndLuis, name: str) -> None:
    scene.ana.type(f"/token new {name}", f"/token revoke {name}")
    refused, unknown = scene.ana.seen()
    assert refused.startswith("ERR Invalid name: ")
    assert unknown.startswith(EN.error(ErrorKind.WRONG_USE, "no_such_token", name=...))
    for line in refused, unknown:
        assert len(line) < 200
        assert line.isprintable()
    assert not scene.world.server.credentials.table


@pytest.mark.one_process("the test sets what another process reads in its settings")
def test_a_token_is_not_sent_where_others_can_read_it(scene: AnaAndLuis) -> None:
    far = scene.world.person(address=FAR)
    log_in(far.server, far.session, "ana")
    far.seen()
    far.type("/token new deploy")
    assert far.seen() == [(EN.error(ErrorKind.NOT_ENCRYPTED, "no_token_in_clear"))]
    assert not scene.world.server.credentials.table
    far.type("/token list")
    assert far.seen() == [EN.notice("no_tokens")]
    far.server.logins.secrecy.plaintext = True
    assert new_token(far).startswith("chatd_")


def test_a_member_does_not_see_the_tokens_of_others(scene: AnaAndLuis) -> None:
    new_token(scene.ana)
    eva = scene.world.member("eva")
    eva.type("/token list", "/token revoke deploy")
    assert eva.seen() == [
        EN.notice("no_tokens"),
        EN.error(ErrorKind.WRONG_USE, "no_such_token", name="deploy"),
    ]


def test_the_next_owner_of_a_name_has_no_tokens_of_the_one_before(scene: AnaAndLuis) -> None:
    secret = new_token(scene.ana)
    scene.ana.type(f"/unregister {PASSWORD}")
    assert not scene.world.server.credentials.table
    scene.world.register("ana")
    assert scene.world.server.credentials.grant_of(secret) is None


# Browsers that are signed in


def browser(scene: AnaAndLuis) -> Member:
    """Return a connection of a browser that is signed in to Ana's account."""
    server = scene.world.server
    secret, puts = server.credentials.issue(scene.account(), BROWSER, "Firefox")
    ensureDeferred(server.registrations.change_credentials(*puts))
    scene.world.settle()
    return tab(scene, key_of(secret))


def tab(scene: AnaAndLuis, key: str) -> Member:
    """Return one more connection of a browser."""
    person = scene.world.person()
    log_in_with(scene, person, key)
    scene.world.settle()
    person.seen()
    return person


WITH_A_TOKEN = EN.error(ErrorKind.NOT_ALLOWED, "not_with_a_token")
SIGNED_OUT = EN.notice("signed_out")


def test_a_changed_password_signs_out_all_browsers_but_its_own(scene: AnaAndLuis) -> None:
    secret = new_token(scene.ana)
    mine, other = browser(scene), browser(scene)
    mine.type("/password another horse", PASSWORD)
    assert other.seen() == [SIGNED_OUT]
    assert other.closed
    assert not mine.closed
    assert set(scene.world.server.credentials.table) == {mine.session.grant.credential}
    assert scene.world.server.credentials.grant_of(secret) is None
    assert scene.ana.session.account is None


def test_a_password_and_the_sign_ins_are_changed_in_one_transaction(scene: AnaAndLuis) -> None:
    browser(scene)
    kept: list[list[str]] = []
    write_records = scene.world.store.write_records
    scene.world.store.write_records = lambda *records, **more: (
        kept.append([each.kind for each in records]) or write_records(*records, **more)
    )
    scene.ana.type("/password another horse")
    assert kept == [["account", "credential"]]


def test_a_logout_in_a_browser_signs_the_browser_out(scene: AnaAndLuis) -> None:
    first, other = browser(scene), browser(scene)
    second = tab(scene, first.session.grant.credential)
    first.type("/logout")
    assert first.seen() == [EN.notice("you_are", name=f"guest{first.session.number}")]
    assert first.session.grant is None
    assert second.closed
    assert not other.closed
    assert set(scene.world.server.credentials.table) == {other.session.grant.credential}


def test_a_logout_with_a_token_does_not_revoke_it(scene: AnaAndLuis) -> None:
    key = key_of(new_token(scene.ana))
    program = tab(scene, key)
    program.type("/logout")
    assert program.session.account is None
    assert key in scene.world.server.credentials.table


def test_a_browser_whose_sign_out_cannot_be_stored_stays_signed_in(
    expected_errors: Expect,
) -> None:
    scene = AnaAndLuis()
    person = browser(scene)
    key = person.session.grant.credential
    fail_to_keep(scene)
    person.type("/logout")
    (line,) = person.seen()
    assert line.startswith("ERR Not saved: ")
    assert (person.session.account, person.session.grant.credential) == ("ana", key)
    assert key in scene.world.server.credentials.table
    expected_errors()


def fail_to_keep(scene: AnaAndLuis) -> None:
    """Let every commit fail from here on."""
    for node in scene.world.nodes:
        node.store.commit = lambda batch: fail(StoreError("the disk is full."))


def test_a_browser_that_disconnects_during_its_logout_is_signed_out(scene: AnaAndLuis) -> None:
    person = browser(scene)
    person.send(b"/logout\n")
    person.hang_up()
    assert not scene.world.server.credentials.table


def test_other_browsers_are_signed_out_also_if_they_are_not_connected(scene: AnaAndLuis) -> None:
    mine, other, gone = browser(scene), browser(scene), browser(scene)
    gone.hang_up()
    mine.type("/logout others")
    assert mine.seen() == [
        EN.notice("browsers_signed_out", count=2),
        EN.notice("others_closed", count=2),
    ]
    assert other.seen() == [SIGNED_OUT]
    assert scene.ana.seen() == [EN.notice("closed_by_owner", name="ana")]
    assert set(scene.world.server.credentials.table) == {mine.session.grant.credential}
    mine.type("/logout others")
    assert mine.seen() == [EN.notice("no_others")]


def test_a_browser_that_is_not_connected_is_reported_alone(scene: AnaAndLuis) -> None:
    browser(scene).hang_up()
    scene.ana.type("/logout others")
    assert scene.ana.seen() == [EN.notice("browsers_signed_out", count=1)]


def test_if_sign_outs_cannot_be_stored_no_connection_is_closed(
    scene: AnaAndLuis, expected_errors: Expect
) -> None:
    other = browser(scene)
    fail_to_keep(scene)
    scene.ana.type("/logout others")
    (line,) = scene.ana.seen()
    assert line.startswith("ERR Not saved: ")
    assert not other.closed
    expected_errors()


def test_a_login_replaces_the_grant_of_the_browser(scene: AnaAndLuis) -> None:
    scene.world.register("eva")
    person = browser(scene)
    person.server.logins.log_in(person.session, person.server.accounts.table["eva"])
    assert person.session.grant.credential == ""
    scene.ana.type("/logout others")
    assert not person.closed
