"""/hook, as people use it: what it does, to whom it is refused, what is seen."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.permissions import Mode, Role
from chatd.errors import ErrorKind, short
from chatd.i18n import Moment, Phrase
from chatd.storage.records import change
from chatd.text.times import local_time
from chatd.webhooks.registry import IN_A_ROOM, Hook, HookRecord, Rules
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import networks_of
from tests.support.answers import only
from tests.support.logs import Expect
from tests.support.rights import give_role, set_mode
from tests.support.sentences import EN, ES
from tests.support.world import FAR, Member, World

pytestmark = pytest.mark.one_process("the test sets what another process reads in its settings")

URL = "https://example.com:8443/T0/secret?key=x"


@pytest.fixture
def world() -> World:
    world = World()
    use_rules(world, Rules(tls=True))
    return world


def owner(world: World, *, far: bool = False) -> Member:
    """She owns #ops, and is there."""
    if far:
        world.register("ana")
        ana = world.person(address=FAR)
        ana.server.logins.log_in(ana.session, ana.server.accounts.table["ana"])
    else:
        ana = world.member("ana")
    ana.type("/join ops")
    ana.seen()
    return ana


@pytest.fixture
def ana(world: World) -> Member:
    return owner(world)


def use_rules(world: World, rules: Rules) -> None:
    for server in world.servers:
        server.hooks.use_rules(rules)


def hook_of(world: World, number: int = 1) -> Hook:
    """Return a hook of #ops, as the node of the first who came has it."""
    server = world.servers[-1]
    hooks = {hook.number: hook for hook in server.hooks.of(server.rooms["ops"])}
    return hooks[number]


def refuse_challenges(world: World, error: NotDelivered) -> None:
    async def challenge(new: HookRecord) -> None:
        raise error

    for server in world.servers:
        server.hooks.challenge = challenge


class TestAnswering:
    """Hooks whose answers are said: ``/hook add URL answers``."""

    @pytest.mark.parametrize(
        "line", [f"/hook add {URL} answers", f"/webhook añadir {URL} contesta"]
    )
    def test_the_list_says_under_which_name(self, world: World, ana: Member, line: str) -> None:
        ana.type(line)
        ana.seen()
        assert hook_of(world).name == "example.com"
        ana.type("/hook list")
        _, listed = ana.seen()
        assert EN.sentence("hook_answers", hook="", name="example.com").strip() in listed

    def test_no_person_can_take_the_name_until_the_hook_is_removed(
        self, world: World, ana: Member
    ) -> None:
        ana.type(f"/hook add {URL} answers")
        luis = world.person("luis")
        assert only(luis.ask("/nick example.com")) == EN.error(
            ErrorKind.NAME_IN_USE, "hook_has_name", name="example.com"
        )
        ana.type("/hook remove 1")
        luis.ask("/nick example.com")
        assert luis.session.name == "example.com"

    def test_a_name_that_a_person_has_is_refused(self, world: World, ana: Member) -> None:
        world.person("example.com")
        ana.seen()
        ana.type(f"/hook add {URL} answers")
        assert ana.seen()[-1].startswith(f"ERR {ErrorKind.NAME_IN_USE.value}")
        assert not list(world.servers[-1].hooks)

    def test_in_a_room_that_is_not_open_the_target_needs_tls(
        self, world: World, ana: Member
    ) -> None:
        ana.type("/mode private")
        ana.seen()
        assert only(ana.ask("/hook add http://example.com/ answers")) == EN.error(
            ErrorKind.NOT_ENCRYPTED, "hook_answers_in_clear", room="ops"
        )

    def test_the_name_for_an_address_is_a_word(self, world: World, ana: Member) -> None:
        use_rules(world, Rules(networks_of("127.0.0.1"), tls=True))
        ana.type("/hook add http://127.0.0.1:8000/ answers")
        assert hook_of(world).name == "webhook"

    def test_another_word_after_the_url_is_refused(self, ana: Member) -> None:
        assert only(ana.ask(f"/hook add {URL} replies")).startswith("ERR Wrong use")


class TestAdding:
    def test_it_is_told_in_the_room_and_its_secret_to_who_added_it(
        self, world: World, ana: Member
    ) -> None:
        luis = world.person("luis")
        luis.type("/join ops")
        world.introduce("ops")
        ana.seen(), luis.seen()
        ana.type(f"/hook add {URL}")
        deed = EN.deed("hook", "ana", "https://example.com")
        told, *added = ana.seen()
        assert told == deed
        assert added == EN.notices(
            "hook_added", number=1, room="ops", url=URL, secret=hook_of(world).secret
        )
        assert luis.seen() == [deed]
        assert len(hook_of(world).secret) > 40

    def test_the_history_keeps_nothing_of_its_path(self, world: World, ana: Member) -> None:
        ana.ask(f"/hook add {URL}")
        assert only(ana.ask("/history")[1:]) == (
            f"[{local_time(0)}] {EN.deed('hook', 'ana', 'https://example.com')}"
        )
        events = world.store._logs["ops"].events
        assert not any("secret" in event.text or "8443" in event.text for event in events)

    def test_for_another_room(self, world: World, ana: Member) -> None:
        ana.type("hola", "/leave")
        seen = ana.ask(f"/hook #ops add {URL}")
        assert seen[0] == (EN.deed("hook", "In #ops: ana", "https://example.com"))
        assert hook_of(world).to.url == URL

    def test_in_spanish(self, world: World, ana: Member) -> None:
        ana.ask("/idioma es")
        for word in "añadir", "anadir", "agregar", "ADD":
            seen = ana.ask(f"/gancho {word} {URL}")
            assert seen[0] == (ES.deed("hook", "ana", "https://example.com"))
        for word in "lista", "listar":
            assert ana.ask(f"/gancho {word}")[0] == ES.notice("hooks", count=4, room="ops")
        for number, word in enumerate(("quitar", "borrar"), 1):
            assert only(ana.ask(f"/gancho {word} {number}")) == (
                ES.deed("unhook", "ana", "https://example.com")
            )

    def test_it_is_there_after_a_restart(self, world: World, ana: Member) -> None:
        ana.ask(f"/hook add {URL}")
        hook = hook_of(world)
        again = hook_of(world.restarted())
        assert (again.to, again.secret, again.by) == (hook.to, hook.secret, "ana")

    def test_a_host_in_letters_of_any_script(self, world: World, ana: Member) -> None:
        ana.ask("/hook add https://bücher.example/")
        assert hook_of(world).to.host == "xn--bcher-kva.example"

    def test_who_may_be_overheard_is_shown_no_secret(self, world: World) -> None:
        ana = owner(world, far=True)
        assert only(ana.ask(f"/hook add {URL}")) == (
            EN.error(ErrorKind.NOT_ENCRYPTED, "no_secret_in_clear")
        )
        assert "ops" not in world.server.hooks
        assert only(ana.ask("/hook list")).startswith(EN.notice("no_hooks", room="ops"))

    def test_unless_the_operator_takes_passwords_there(self, world: World) -> None:
        for server in world.servers:
            server.logins.secrecy.plaintext = True
        owner(world, far=True).ask(f"/hook add {URL}")
        assert "ops" in world.server.hooks

    @pytest.mark.parametrize(
        ("url", "error"),
        [
            *(
                (url, EN.sentence("no_hook_url", url=url))
                for url in ("example.com", "ftp://example.com/", "http://example.com/a b")
            ),
            (f"http://{'a' * 2000}/", EN.sentence("hook_url_too_long", limit=1000)),
            ("http://u:p@example.com/", EN.sentence("hook_url_has_password")),
            (
                "http://example.com/é",
                EN.sentence("hook_url_not_ascii", url="http://example.com/é"),
            ),
            ("http://\x1b[2J/", EN.sentence("no_hook_url", url="http://^[[2J/")),
        ],
    )
    def test_what_is_no_url(self, ana: Member, url: str, error: str) -> None:
        assert only(ana.ask(f"/hook add {url}")) == f"ERR Wrong use: {error}"

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "[fd00::1]"])
    def test_what_is_not_public(self, ana: Member, host: str) -> None:
        assert only(ana.ask(f"/hook add http://{host}/")) == (
            EN.error(ErrorKind.NOT_ALLOWED, "no_hook_to_there", host=host.strip("[]"))
        )

    def test_what_is_not_public_and_allowed(self, world: World, ana: Member) -> None:
        use_rules(world, Rules(networks_of("10.0.0.0/8")))
        ana.ask("/hook add http://10.0.0.1/")
        assert hook_of(world).to.host == "10.0.0.1"

    def test_without_tls_it_says_what_to_install(self, world: World, ana: Member) -> None:
        use_rules(world, Rules())
        assert only(ana.ask(f"/hook add {URL}")) == (
            EN.error(ErrorKind.NOT_ALLOWED, "no_hook_over_tls")
        )
        ana.ask("/hook add http://example.com/")
        assert "ops" in world.server.hooks

    @pytest.mark.parametrize("port", [22, 25, 1023])
    def test_ports_of_other_services(self, world: World, ana: Member, port: int) -> None:
        use_rules(world, Rules(networks_of("any")))
        assert only(ana.ask(f"/hook add http://example.com:{port}/")) == (
            EN.error(ErrorKind.NOT_ALLOWED, "no_hook_to_port", port=port)
        )

    @pytest.mark.parametrize("why", DeliveryFailure)
    def test_what_does_not_want_it_is_told_the_same_for_every_reason(
        self, world: World, ana: Member, why: DeliveryFailure
    ) -> None:
        refuse_challenges(world, NotDelivered(why, 503))
        assert only(ana.ask(f"/hook add {URL}")) == EN.error(
            ErrorKind.NOT_ALLOWED,
            "hook_not_wanted",
            target="https://example.com",
            challenge='{"kind": "challenge", "challenge": "TEXT"}',
            line='if said["kind"] == "challenge": return said["challenge"]',
        )
        assert "ops" not in world.server.hooks

    def test_administrators_are_told_the_reason(self, world: World, ana: Member) -> None:
        give_role(ana, Role.ADMINISTRATOR, "ops")
        refuse_challenges(world, NotDelivered(DeliveryFailure.ANSWERED, 503))
        told, refused = ana.ask(f"/hook add {URL}")
        assert told == EN.notice("hook_reason", why=EN.sentence("hook_answered", status=503))
        assert refused.startswith("ERR Not allowed: ")

    def test_a_room_has_only_so_many(self, ana: Member) -> None:
        for _ in range(IN_A_ROOM):
            ana.ask(f"/hook add {URL}")
        assert only(ana.ask(f"/hook add {URL}")) == (
            EN.error(ErrorKind.NOT_ALLOWED, "too_many_hooks_here", room="ops", limit=IN_A_ROOM)
        )

    def test_an_account_has_only_so_many(self) -> None:
        world = World(budgets={"hooks.account": 1})
        use_rules(world, Rules(tls=True))
        ana = owner(world)
        ana.ask(f"/hook add {URL}")
        assert only(ana.ask(f"/hook add {URL}")) == EN.error(
            ErrorKind.USED_UP,
            "used_up_held",
            whose=Phrase("budget_of_account"),
            limit=1,
            what=Phrase("budget_hooks"),
        )

    def test_one_that_cannot_be_kept_is_not_there_and_its_secret_not_told(
        self, expected_errors: Expect
    ) -> None:
        world = World(slow=True)
        use_rules(world, Rules(tls=True))
        ana = world.member("ana")
        ana.type("/join ops")
        world.release()
        ana.seen()
        ana.type(f"/hook add {URL}")
        assert ana.seen() == []
        world.store.fail()
        world.settle()
        assert only(ana.seen()).startswith("ERR Not saved: ")
        assert "ops" not in world.server.hooks
        world.release()
        assert "ops" not in world.restarted().server.hooks
        expected_errors()


class TestListing:
    def test_none(self, ana: Member) -> None:
        assert only(ana.ask("/hook list")) == (EN.notice("no_hooks", room="ops"))

    def test_shows_how_each_of_them_does(self, world: World, ana: Member) -> None:
        for _ in range(3):
            ana.ask(f"/hook add {URL}")
        ana.ask("one", "two")
        idle, waiting, failing = (hook_of(world, number) for number in (1, 2, 3))
        idle.delivered(5)
        waiting.delivered(3)
        failing.delivered(4)
        failing.failed(NotDelivered(DeliveryFailure.ANSWERED, 503))
        values = {"to": "https://example.com", "by": "ana", "time": Moment(0)}
        fails = EN.sentence("hook_waits", number=3, count=1, **values)
        assert ana.ask("/hook list") == [
            EN.notice("hooks", count=3, room="ops"),
            EN.notice("hook_is_idle", number=1, **values),
            EN.notice("hook_waits", number=2, count=2, **values),
            EN.notice("hook_fails", hook=fails, count=1, why=EN.sentence("hook_failed")),
        ]
        give_role(ana, Role.ADMINISTRATOR, "ops")
        answered = EN.sentence("hook_answered", status=503)
        assert ana.ask("/hook list")[3] == EN.notice(
            "hook_fails", hook=fails, count=1, why=answered
        )
        failing.failed(NotDelivered(DeliveryFailure.TIMED_OUT))
        assert ana.ask("/hook list")[3] == EN.notice(
            "hook_fails", hook=fails, count=2, why=EN.sentence("hook_timed_out")
        )

    @pytest.mark.parametrize("why", DeliveryFailure)
    def test_every_reason_has_its_words_for_administrators_and_the_same_for_others(
        self, world: World, ana: Member, why: DeliveryFailure
    ) -> None:
        ana.ask(f"/hook add {URL}")
        hook_of(world).failed(NotDelivered(why, 418))
        assert ana.ask("/hook list")[1].endswith(
            EN.sentence("hook_fails", hook="", count=1, why=EN.sentence("hook_failed"))
        )
        give_role(ana, Role.ADMINISTRATOR, "ops")
        assert ana.ask("/hook list")[1].endswith(
            EN.sentence(
                "hook_fails", hook="", count=1, why=EN.sentence(f"hook_{why.value}", status=418)
            )
        )

    def test_says_which_has_to_answer_a_challenge(self, world: World, ana: Member) -> None:
        ana.ask(f"/hook add {URL}")
        hook_of(world).proven = False
        assert ana.ask("/hook list")[1].endswith(EN.sentence("hook_is_unproven", hook="")[1:])

    def test_shows_no_secret(self, world: World, ana: Member) -> None:
        ana.ask(f"/hook add {URL}")
        listed = "\n".join(ana.ask("/hook list"))
        assert "secret" not in listed
        assert hook_of(world).secret not in listed


class TestRemoving:
    def test_it_is_told_in_the_room(self, world: World, ana: Member) -> None:
        ana.ask(f"/hook add {URL}")
        assert only(ana.ask("/hook remove 1")) == EN.deed("unhook", "ana", "https://example.com")
        assert "ops" not in world.server.hooks
        assert "ops" not in world.restarted().server.hooks

    @pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1 2", "١", "01", "9" * 100])
    def test_one_that_is_not_there(self, world: World, ana: Member, number: str) -> None:
        ana.ask(f"/hook add {URL}")
        assert only(ana.ask(f"/hook remove {number}")) == EN.error(
            ErrorKind.WRONG_USE, "no_such_hook", room="ops", number=short(number)
        )
        assert "ops" in world.server.hooks

    def test_numbers_stay(self, world: World, ana: Member) -> None:
        for _ in range(3):
            ana.ask(f"/hook add {URL}")
        ana.ask("/hook remove 1")
        assert [line[:6] for line in ana.ask("/hook list")[1:]] == ["*** 2.", "*** 3."]


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
    def test_by_mode(self, world: World, mode: Mode, least: Role, role: Role) -> None:
        if mode is Mode.FREE:
            world.person().type("/join ops", "hola")
            if role is Role.OWNER:
                return  # nobody's
        else:
            owner(world).type("hola")
        eva = world.member("eva")
        set_mode(world, "ops", mode)
        give_role(eva, role, "ops")
        eva.seen()
        for line in f"/hook #ops add {URL}", "/hook #ops list", "/hook #ops remove 1":
            refused = [
                each
                for each in eva.ask(line)
                if each.startswith(("ERR Not allowed: ", "ERR No room: "))
            ]
            assert bool(refused) is (role < least), line

    def test_the_lobby_is_its_administrators(self, world: World, ana: Member) -> None:
        eva = world.member("eva", admin=True)
        assert only(ana.ask(f"/hook #lobby add {URL}")).startswith("ERR Not allowed: ")
        eva.ask(f"/hook #lobby add {URL}")
        assert "lobby" in world.server.hooks

    def test_what_is_asked_wrongly(self, ana: Member) -> None:
        for line in "/hook", "/hook add", "/hook x", "/hook list 1", "/hook remove":
            assert only(ana.ask(line)) == (EN.wrong_use("/hook"))


ENDED = EN.deed("endhook", "ana", "https://example.com")


class TestLasting:
    """A hook is of who added it, as long as they may have one there."""

    @pytest.mark.parametrize(
        "lines", [("/unop eva",), ("/mode private",), ("/close", "/close"), ("/ban eva",)]
    )
    def test_it_ends_with_the_right_and_the_owner_is_told(
        self, world: World, ana: Member, lines: tuple[str, ...]
    ) -> None:
        eva = world.member("eva")
        ana.ask("/op eva", f"/hook add {URL}")
        eva.ask(f"/hook #ops add {URL}")
        assert ana.ask(*lines)[-1] == ENDED
        assert [hook.by for hook in world.server.hooks.of(world.room("ops"))] == ["ana"]
        assert [hook.by for hook in world.restarted().server.hooks] == ["ana"]
        # It does not come back with the right.
        ana.ask("/mode open", "/unban eva", "/op eva")
        assert len(world.server.hooks.of(world.room("ops"))) == 1

    def test_it_ends_with_the_account(self, world: World, ana: Member) -> None:
        eva = world.member("eva")
        ana.ask("/op eva", f"/hook add {URL}")
        eva.ask("/join ops", f"/hook #ops add {URL}")
        eva.seen()
        Deferred.fromCoroutine(
            world.server.registrations.unregister(world.server.accounts.table["ana"])
        )
        world.settle()
        assert [hook.by for hook in world.server.hooks] == ["eva"]
        assert [hook.by for hook in world.restarted().server.hooks] == ["eva"]
        assert ENDED in eva.seen()

    def test_the_owner_is_told_also_elsewhere(self, world: World, ana: Member) -> None:
        eva = world.member("eva")
        ana.ask("/op eva")
        eva.ask(f"/hook #ops add {URL}")
        ana.ask("hola", "/leave")
        assert ana.ask("/mode #ops private") == [
            EN.deed("mode", "In #ops: ana", "private"),
            EN.notice("in_room", room="ops", did=ENDED.removeprefix("*** ")),
        ]

    def test_one_that_may_still_have_it_keeps_it(self, world: World, ana: Member) -> None:
        eva = world.member("eva")
        ana.ask("/op eva")
        eva.ask(f"/hook #ops add {URL}")
        for line in "/mode moderated", "/mode announce", "/mute eva", "/kick eva":
            ana.ask(line)
        eva.ask("/logout")
        eva.hang_up()
        assert hook_of(world).by == "eva"

    def test_a_ban_that_is_over_or_of_an_administrator_ends_none(
        self, world: World, ana: Member
    ) -> None:
        eva, boss = world.member("eva"), world.member("boss")
        ana.ask("/ban eva 1m", "/ban boss 1h", "/op eva")
        give_role(boss, Role.ADMINISTRATOR, "ops")
        boss.ask(f"/hook #ops add {URL}")
        assert hook_of(world).by == "boss"
        world.clock.advance(60)
        eva.ask(f"/hook #ops add {URL}")
        ana.ask("/mode moderated")
        assert [hook.by for hook in world.server.hooks.of(world.room("ops"))] == ["boss", "eva"]

    def test_when_an_administrator_is_one_no_more(self, world: World, ana: Member) -> None:
        root = world.member("root", admin=True)
        for room in "ops", "lobby":
            root.ask(f"/hook #{room} add {URL}")
        ana.seen()
        assert world.ask_operator("demote", name="root").called
        assert not list(world.server.hooks)
        assert ana.seen() == [EN.deed("endhook", "root", "https://example.com")]

    def test_if_it_cannot_be_kept_all_is_as_it_was(self, expected_errors: Expect) -> None:
        world = World(slow=True)
        use_rules(world, Rules(tls=True))
        ana, eva = world.member("ana"), world.member("eva")
        for line in "/join ops", "/op eva":
            ana.type(line)
            world.release()
        eva.type(f"/hook #ops add {URL}")
        world.release()
        ana.seen()
        ana.type("/mode private")
        assert not list(world.server.hooks), "at once"
        world.store.fail()
        world.settle()
        assert only(ana.seen()).startswith("ERR Not saved: ")
        assert hook_of(world).by == "eva"
        ana.type("/mode private")
        world.release()
        assert ana.seen()[-1] == ENDED
        assert not list(world.restarted().server.hooks)
        expected_errors()

    def test_one_from_before_belongs_to_the_name_that_added_it(
        self, world: World, ana: Member
    ) -> None:
        """Such a hook has a name and no account."""
        ana.ask(f"/hook add {URL}", f"/hook add {URL}")
        hooks = world.server.hooks
        for hook, by in zip(hooks.of(world.room("ops")), ("Ana", "eva"), strict=True):
            old = hooks._table[hook.key]._replace(account="", by=by)
            change(world.store, hooks._table.put(hook.key, old))
        world.settle()
        world = world.restarted()
        world.server.hook_review.review()
        world.settle()
        assert [hook.by for hook in world.server.hooks] == ["Ana"]

    def test_one_from_before_of_a_name_that_was_registered_anew(
        self, world: World, ana: Member
    ) -> None:
        ana.ask(f"/hook add {URL}")
        hooks, accounts = world.server.hooks, world.server.accounts
        hook = hook_of(world)
        change(world.store, hooks._table.put(hook.key, hooks._table[hook.key]._replace(account="")))
        change(world.store, accounts.table.put("ana", accounts.table["ana"]._replace(created=60)))
        world.settle()
        world = world.restarted()
        assert not world.server.hooks.allowed(hook_of(world))

    @pytest.mark.parametrize("lines", [("/mode private",), ("/close", "/close")])
    def test_when_the_room_is_closed_to_others(
        self, world: World, ana: Member, lines: tuple[str, ...]
    ) -> None:
        ana.ask(f"/hook add {URL}", *lines)
        assert ana.ask("/hook list")[0] == EN.notice("hooks", count=1, room="ops")
        woken: list[Hook] = []
        world.server.hooks.wake = woken.append
        ana.ask("only among us")
        assert [hook.key for hook in woken] == [hook_of(world).key]

    def test_when_everybody_leaves_the_room(self, world: World, ana: Member) -> None:
        ana.ask(f"/hook add {URL}", "/leave")
        assert hook_of(world).to.url == URL
