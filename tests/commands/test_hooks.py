"""/hook, as people use it: what it does, to whom it is refused, what is seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent

from chatd.chat.permissions import Mode, Role
from chatd.storage.records import change
from chatd.text.times import local_time
from chatd.webhooks.registry import IN_A_ROOM, IN_ALL, DeliveryFailure, Hook, NotDelivered, Rules
from chatd.webhooks.urls import networks_of
from tests.support.answers import ask, only
from tests.support.running import Town
from tests.support.world import FAR, Member

URL = "https://example.com:8443/T0/secret?key=x"


@pytest.fixture
def town() -> Town:
    town = Town()
    town.server.hooks.rules = Rules(tls=True)
    return town


def owner(town: Town, *, far: bool = False) -> Member:
    """She owns #ops, and is there."""
    if far:
        town.register("ana")
        ana = town.person(address=FAR)
        town.server.logins.log_in(ana.session, town.server.accounts.table["ana"])
    else:
        ana = town.citizen("ana")
    ana.type("/join ops")
    ana.seen()
    return ana


@pytest.fixture
def ana(town: Town) -> Member:
    return owner(town)


def hook_of(town: Town, number: int = 1) -> Hook:
    hooks = {hook.number: hook for hook in town.server.hooks.of(town.room("ops"))}
    return hooks[number]


class TestAdding:
    def test_it_is_told_in_the_room_and_its_secret_to_who_added_it(
        self, town: Town, ana: Member
    ) -> None:
        luis = town.guest("luis")
        luis.type("/join ops")
        ana.seen(), luis.seen()
        ana.type(f"/hook add {URL}")
        deed = "*** ana added a webhook: what is said here is sent to https://example.com."
        told, added, secret = ana.seen()
        assert told == deed
        assert added == f"*** Webhook 1 of #ops: {URL}"
        assert secret == (
            "*** Its requests are signed with this secret, which is shown only"
            f" once: {hook_of(town).secret}"
        )
        assert luis.seen() == [deed]
        assert len(hook_of(town).secret) > 40

    def test_the_history_keeps_nothing_of_its_path(self, town: Town, ana: Member) -> None:
        ask(ana, f"/hook add {URL}")
        assert only(ask(ana, "/history")[1:]) == (
            f"[{local_time(0)}] *** ana added a webhook: what is said here is sent"
            " to https://example.com."
        )
        events = town.store._logs["ops"].events
        assert not any("secret" in event.text or "8443" in event.text for event in events)

    def test_for_another_room(self, town: Town, ana: Member) -> None:
        ana.type("hola", "/leave")
        seen = ask(ana, f"/hook #ops add {URL}")
        assert seen[0] == (
            "*** In #ops: ana added a webhook: what is said here is sent to https://example.com."
        )
        assert hook_of(town).to.url == URL

    def test_in_spanish(self, town: Town, ana: Member) -> None:
        ask(ana, "/idioma es")
        for word in "añadir", "anadir", "agregar", "ADD":
            seen = ask(ana, f"/gancho {word} {URL}")
            assert seen[0] == (
                "*** ana ha añadido un webhook: lo que se dice aquí se envía a https://example.com."
            )
        for word in "lista", "listar":
            assert ask(ana, f"/gancho {word}")[0] == "*** 4 webhooks de #ops:"
        for number, word in enumerate(("quitar", "borrar"), 1):
            assert only(ask(ana, f"/gancho {word} {number}")) == (
                "*** ana ha quitado el webhook a https://example.com."
            )

    def test_it_is_there_after_a_restart(self, town: Town, ana: Member) -> None:
        ask(ana, f"/hook add {URL}")
        hook = hook_of(town)
        again = hook_of(town.again())
        assert (again.to, again.secret, again.by) == (hook.to, hook.secret, "ana")

    def test_a_host_in_letters_of_any_script(self, town: Town, ana: Member) -> None:
        ask(ana, "/hook add https://bücher.example/")
        assert hook_of(town).to.host == "xn--bcher-kva.example"

    def test_who_may_be_overheard_is_shown_no_secret(self, town: Town) -> None:
        ana = owner(town, far=True)
        assert only(ask(ana, f"/hook add {URL}")) == (
            "ERR Not encrypted: a webhook has a secret, which is not shown here."
            " Connect over TLS, or from the server's own machine."
        )
        assert "ops" not in town.server.hooks
        assert only(ask(ana, "/hook list")).startswith("*** #ops has no webhooks")

    def test_unless_the_operator_takes_passwords_there(self, town: Town) -> None:
        town.server.logins.plaintext = True
        ask(owner(town, far=True), f"/hook add {URL}")
        assert "ops" in town.server.hooks

    @pytest.mark.parametrize(
        ("url", "error"),
        [
            ("example.com", "example.com is not a valid URL for a webhook. Use http:// or"),
            ("ftp://example.com/", "ftp://example.com/ is not a valid URL for a webhook."),
            ("http://example.com/a b", "http://example.com/a b is not a valid URL for a webhook."),
            (f"http://{'a' * 2000}/", "the URL of a webhook may have at most 1000 characters."),
            (
                "http://u:p@example.com/",
                "the URL of a webhook must not have a name or password before",
            ),
            ("http://example.com/é", "the path of http://example.com/é has letters that"),
            ("http://\x1b[2J/", "http://^[[2J/ is not a valid URL for a webhook."),
        ],
    )
    def test_what_is_no_url(self, ana: Member, url: str, error: str) -> None:
        assert only(ask(ana, f"/hook add {url}")).startswith(f"ERR Wrong use: {error}")

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "[fd00::1]"])
    def test_what_is_not_public(self, ana: Member, host: str) -> None:
        assert only(ask(ana, f"/hook add http://{host}/")) == (
            f"ERR Not allowed: {host.strip('[]')} is this server's machine or in a"
            " private network, where webhooks may not lead. The operator can allow"
            " it with --hooks-to."
        )

    def test_what_is_not_public_and_allowed(self, town: Town, ana: Member) -> None:
        town.server.hooks.rules = Rules(networks_of("10.0.0.0/8"))
        ask(ana, "/hook add http://10.0.0.1/")
        assert hook_of(town).to.host == "10.0.0.1"

    def test_without_tls_it_says_what_to_install(self, town: Town, ana: Member) -> None:
        town.server.hooks.rules = Rules()
        assert only(ask(ana, f"/hook add {URL}")) == (
            "ERR Not allowed: https:// needs chatd[tls] on this server. The"
            " operator can install it."
        )
        ask(ana, "/hook add http://example.com/")
        assert "ops" in town.server.hooks

    def test_a_room_has_only_so_many(self, ana: Member) -> None:
        for _ in range(IN_A_ROOM):
            ask(ana, f"/hook add {URL}")
        assert only(ask(ana, f"/hook add {URL}")) == (
            f"ERR Not allowed: #ops has {IN_A_ROOM} webhooks, the most allowed. /hook remove one."
        )

    def test_all_have_only_so_many(self, town: Town, ana: Member) -> None:
        ask(ana, "hola")
        for number in range(IN_ALL // IN_A_ROOM):
            town.clock.advance(60)
            town.server.logins.password_typed(ana.session)
            ana.type(f"/join room{number}", *[f"/hook add {URL}"] * IN_A_ROOM)
        assert only(ask(ana, f"/hook #ops add {URL}")) == (
            f"ERR Not allowed: this server has {IN_ALL} webhooks, the most allowed."
        )

    def test_one_that_cannot_be_kept_is_not_there_and_its_secret_not_told(
        self, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        town = Town(slow=True)
        town.server.hooks.rules = Rules(tls=True)
        ana = town.citizen("ana")
        ana.type("/join ops")
        town.release()
        ana.seen()
        ana.type(f"/hook add {URL}")
        assert ana.seen() == []
        town.store.fail()
        town.settle()
        assert only(ana.seen()).startswith("ERR Not saved: ")
        assert "ops" not in town.server.hooks
        town.release()
        assert "ops" not in town.again().server.hooks
        expected_errors()


class TestListing:
    def test_none(self, ana: Member) -> None:
        assert only(ask(ana, "/hook list")) == ("*** #ops has no webhooks. /hook add URL adds one.")

    def test_shows_how_each_of_them_does(self, town: Town, ana: Member) -> None:
        for _ in range(3):
            ask(ana, f"/hook add {URL}")
        ask(ana, "one", "two")
        idle, waiting, failing = (hook_of(town, number) for number in (1, 2, 3))
        idle.delivered(5)
        waiting.delivered(3)
        failing.delivered(4)
        failing.failed(NotDelivered(DeliveryFailure.ANSWERED, 503))
        start, end = "*** {}. https://example.com, by ana, ", f"{local_time(0)}: "
        assert ask(ana, "/hook list") == [
            "*** 3 webhooks of #ops:",
            f"{start.format(1)}{end}everything is delivered.",
            f"{start.format(2)}{end}2 lines wait.",
            f"{start.format(3)}{end}1 line waits. 1 try failed: it answered 503.",
        ]
        failing.failed(NotDelivered(DeliveryFailure.TIMED_OUT))
        assert ask(ana, "/hook list")[3] == (
            f"{start.format(3)}{end}1 line waits."
            " 2 tries failed; the last one: it did not answer in time."
        )

    @pytest.mark.parametrize("why", DeliveryFailure)
    def test_every_reason_has_its_words(
        self, town: Town, ana: Member, why: DeliveryFailure
    ) -> None:
        ask(ana, f"/hook add {URL}")
        hook_of(town).failed(NotDelivered(why, 418))
        assert re.search(r"1 try failed: .*\.$", ask(ana, "/hook list")[1])

    def test_shows_no_secret(self, town: Town, ana: Member) -> None:
        ask(ana, f"/hook add {URL}")
        listed = "\n".join(ask(ana, "/hook list"))
        assert "secret" not in listed
        assert hook_of(town).secret not in listed


class TestRemoving:
    def test_it_is_told_in_the_room(self, town: Town, ana: Member) -> None:
        ask(ana, f"/hook add {URL}")
        assert (
            only(ask(ana, "/hook remove 1"))
            == "*** ana removed the webhook to https://example.com."
        )
        assert "ops" not in town.server.hooks
        assert "ops" not in town.again().server.hooks

    @pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1 2", "١", "01", "9" * 100])
    def test_one_that_is_not_there(self, town: Town, ana: Member, number: str) -> None:
        ask(ana, f"/hook add {URL}")
        line = only(ask(ana, f"/hook remove {number}"))
        assert line.startswith("ERR Wrong use: #ops has no webhook ")
        assert line.endswith(". /hook list shows them.")
        assert "ops" in town.server.hooks

    def test_numbers_stay(self, town: Town, ana: Member) -> None:
        for _ in range(3):
            ask(ana, f"/hook add {URL}")
        ask(ana, "/hook remove 1")
        assert [line[:6] for line in ask(ana, "/hook list")[1:]] == ["*** 2.", "*** 3."]


class TestWhoMay:
    @pytest.mark.parametrize(
        ("mode", "least"),
        [
            (Mode.FREE, Role.ADMINISTRATOR),
            (Mode.OPEN, Role.OPERATOR),
            (Mode.PRIVATE, Role.OWNER),
            (Mode.MODERATED, Role.OPERATOR),
            (Mode.ANNOUNCE, Role.OPERATOR),
            (Mode.CLOSED, Role.OWNER),
        ],
    )
    @pytest.mark.parametrize("role", Role)
    def test_by_mode(self, town: Town, mode: Mode, least: Role, role: Role) -> None:
        if mode is Mode.FREE:
            town.guest().type("/join ops", "hola")
            if role is Role.OWNER:
                return  # nobody's
        else:
            owner(town)
        eva = town.citizen("eva")
        town.run("ops", mode)
        town.become(eva, role, "ops")
        eva.seen()
        for line in f"/hook #ops add {URL}", "/hook #ops list", "/hook #ops remove 1":
            refused = [
                each
                for each in ask(eva, line)
                if each.startswith(("ERR Not allowed: ", "ERR No room: "))
            ]
            assert bool(refused) is (role < least), line

    def test_the_lobby_is_its_administrators(self, town: Town, ana: Member) -> None:
        eva = town.citizen("eva", admin=True)
        assert only(ask(ana, f"/hook #lobby add {URL}")).startswith("ERR Not allowed: ")
        ask(eva, f"/hook #lobby add {URL}")
        assert "lobby" in town.server.hooks

    def test_what_is_asked_wrongly(self, ana: Member) -> None:
        for line in "/hook", "/hook add", "/hook x", "/hook list 1", "/hook remove":
            assert only(ask(ana, line)) == (
                "ERR Wrong use: /hook is used like this: /hook add URL|list|remove N"
                " - send what is said here to a URL, signed."
            )


ENDED = "ended the webhook to https://example.com, because its creator lost the right to it."


class TestLasting:
    """A hook is of who added it, as long as they may have one there."""

    @pytest.mark.parametrize(
        "lines", [("/unop eva",), ("/mode private",), ("/close", "/close"), ("/ban eva",)]
    )
    def test_it_ends_with_the_right_and_the_owner_is_told(
        self, town: Town, ana: Member, lines: tuple[str, ...]
    ) -> None:
        eva = town.citizen("eva")
        ask(ana, "/op eva", f"/hook add {URL}")
        ask(eva, f"/hook #ops add {URL}")
        assert ask(ana, *lines)[-1] == f"*** ana {ENDED}"
        assert [hook.by for hook in town.server.hooks.of(town.room("ops"))] == ["ana"]
        assert [hook.by for hook in town.again().server.hooks] == ["ana"]
        # It does not come back with the right.
        ask(ana, "/mode open", "/unban eva", "/op eva")
        assert len(town.server.hooks.of(town.room("ops"))) == 1

    def test_it_ends_with_the_account(self, town: Town, ana: Member) -> None:
        eva = town.citizen("eva")
        ask(ana, "/op eva", f"/hook add {URL}")
        ask(eva, "/join ops", f"/hook #ops add {URL}")
        eva.seen()
        Deferred.fromCoroutine(
            town.server.registrations.unregister(town.server.accounts.table["ana"])
        )
        town.settle()
        assert [hook.by for hook in town.server.hooks] == ["eva"]
        assert [hook.by for hook in town.again().server.hooks] == ["eva"]
        assert f"*** ana {ENDED}" in eva.seen()

    def test_the_owner_is_told_also_elsewhere(self, town: Town, ana: Member) -> None:
        eva = town.citizen("eva")
        ask(ana, "/op eva")
        ask(eva, f"/hook #ops add {URL}")
        ask(ana, "hola", "/leave")
        assert ask(ana, "/mode #ops private") == [
            "*** In #ops: ana set the room's mode to private.",
            f"*** In #ops: ana {ENDED}",
        ]

    def test_one_that_may_still_have_it_keeps_it(self, town: Town, ana: Member) -> None:
        eva = town.citizen("eva")
        ask(ana, "/op eva")
        ask(eva, f"/hook #ops add {URL}")
        for line in "/mode moderated", "/mode announce", "/mute eva", "/kick eva":
            ask(ana, line)
        ask(eva, "/logout")
        eva.hang_up()
        assert hook_of(town).by == "eva"

    def test_a_ban_that_is_over_or_of_an_administrator_ends_none(
        self, town: Town, ana: Member
    ) -> None:
        eva, boss = town.citizen("eva"), town.citizen("boss")
        ask(ana, "/ban eva 1m", "/ban boss 1h", "/op eva")
        town.become(boss, Role.ADMINISTRATOR, "ops")
        ask(boss, f"/hook #ops add {URL}")
        assert hook_of(town).by == "boss"
        town.clock.advance(60)
        ask(eva, f"/hook #ops add {URL}")
        ask(ana, "/mode moderated")
        assert [hook.by for hook in town.server.hooks.of(town.room("ops"))] == ["boss", "eva"]

    def test_when_an_administrator_is_one_no_more(self, town: Town, ana: Member) -> None:
        root = town.citizen("root", admin=True)
        for room in "ops", "lobby":
            ask(root, f"/hook #{room} add {URL}")
        ana.seen()
        assert town.ask_operator("demote", name="root").called
        assert not list(town.server.hooks)
        assert ana.seen() == [f"*** root {ENDED}"]

    def test_if_it_cannot_be_kept_all_is_as_it_was(
        self, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        town = Town(slow=True)
        town.server.hooks.rules = Rules(tls=True)
        ana, eva = town.citizen("ana"), town.citizen("eva")
        for line in "/join ops", "/op eva":
            ana.type(line)
            town.release()
        eva.type(f"/hook #ops add {URL}")
        town.release()
        ana.seen()
        ana.type("/mode private")
        assert not list(town.server.hooks), "at once"
        town.store.fail()
        town.settle()
        assert only(ana.seen()).startswith("ERR Not saved: ")
        assert hook_of(town).by == "eva"
        ana.type("/mode private")
        town.release()
        assert ana.seen()[-1] == f"*** ana {ENDED}"
        assert not list(town.again().server.hooks)
        expected_errors()

    def test_one_from_before_belongs_to_the_name_that_added_it(
        self, town: Town, ana: Member
    ) -> None:
        """Such a hook has a name and no account."""
        ask(ana, f"/hook add {URL}", f"/hook add {URL}")
        hooks = town.server.hooks
        for hook, by in zip(hooks.of(town.room("ops")), ("Ana", "eva"), strict=True):
            old = hooks._table[hook.key]._replace(account="", by=by)
            change(town.store, hooks._table.put(hook.key, old))
        town.settle()
        town = town.again()
        town.server.hook_review.review()
        town.settle()
        assert [hook.by for hook in town.server.hooks] == ["Ana"]

    def test_one_from_before_of_a_name_that_was_registered_anew(
        self, town: Town, ana: Member
    ) -> None:
        ask(ana, f"/hook add {URL}")
        hooks, accounts = town.server.hooks, town.server.accounts
        hook = hook_of(town)
        change(town.store, hooks._table.put(hook.key, hooks._table[hook.key]._replace(account="")))
        change(town.store, accounts.table.put("ana", accounts.table["ana"]._replace(created=60)))
        town.settle()
        town = town.again()
        assert not town.server.hooks.allowed(hook_of(town))

    @pytest.mark.parametrize("lines", [("/mode private",), ("/close", "/close")])
    def test_when_the_room_is_closed_to_others(
        self, town: Town, ana: Member, lines: tuple[str, ...]
    ) -> None:
        ask(ana, f"/hook add {URL}", *lines)
        assert ask(ana, "/hook list")[0] == "*** 1 webhook of #ops:"
        woken: list[Hook] = []
        town.server.hooks.wake = woken.append
        ask(ana, "only among us")
        assert woken == [hook_of(town)]

    def test_when_everybody_leaves_the_room(self, town: Town, ana: Member) -> None:
        ask(ana, f"/hook add {URL}", "/leave")
        assert hook_of(town).to.url == URL
