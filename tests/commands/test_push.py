"""`/push`: where one is notified while one is away."""

from __future__ import annotations

import json
import re

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import FRESH_SECONDS
from chatd.chat.push_codes import CODE_VALID_SECONDS
from chatd.errors import ErrorKind
from chatd.util.budget_table import Kind
from chatd.webhooks.push_delivery import CODES_AT_ONCE
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from tests.support.answers import only
from tests.support.logs import Expect
from tests.support.pushes import URL, PushWorld
from tests.support.sentences import EN, ES
from tests.support.world import FAR, HASH, PASSWORD, Member

pytestmark = pytest.mark.one_process("the test sets what another process reads in its settings")

ORIGIN = "https://push.example"
IS = EN.notice("push_is", target=ORIGIN)
NONE = EN.notice("no_push")
SENT = EN.notice("push_code_sent", target=ORIGIN)


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


@pytest.fixture
def ana(world: PushWorld) -> Member:
    return world.member("ana")


def code(world: PushWorld) -> str:
    """Return the code that was sent last."""
    body = world.bodies()[-1]
    assert body["kind"] == "code"
    return re.findall(r"\d{6}", body["message"])[0]


class TestSetting:
    def test_a_code_is_sent_and_typed_back(self, world: PushWorld, ana: Member) -> None:
        assert only(ana.ask(f"/push {URL}")) == SENT
        assert [to.url for to in world.receiver.to] == [URL]
        assert only(ana.ask("/push")) == NONE
        assert only(ana.ask(f"/push confirm {code(world)}")) == IS
        assert only(ana.ask("/push")) == IS
        ana.hang_up()
        world.person("luis").type("/msg ana psst")
        assert world.told() == ["luis wrote to you"]

    def test_with_the_text(self, world: PushWorld, ana: Member) -> None:
        ana.type(f"/push {URL} text")
        answer = EN.notice("push_is_with_text", target=ORIGIN)
        assert only(ana.ask(f"/push confirm {code(world)}")) == answer
        ana.hang_up()
        world.person("luis").type("/msg ana psst")
        assert world.told() == ["luis wrote to you: psst"]

    def test_in_spanish(self, world: PushWorld, ana: Member) -> None:
        ana.type("/idioma es")
        sent = ana.ask(f"/avisos {URL} texto")
        assert only(sent) == ES.notice("push_code_sent", target=ORIGIN)
        said = only(ana.ask(f"/avisos confirmar {code(world)}"))
        assert said == ES.notice("push_is_with_text", target=ORIGIN)
        assert only(ana.ask("/avisos no")) == ES.notice("push_ended")

    def test_another_one_takes_its_place_once_it_is_proved(
        self, world: PushWorld, ana: Member
    ) -> None:
        world.push("ana")
        ana.type("/push https://other.example/x")
        assert only(ana.ask("/push")) == IS
        ana.type(f"/push confirm {code(world)}")
        assert world.server.alerts.pushes.all["ana"].to.host == "other.example"

    def test_it_takes_the_present_password(self, world: PushWorld, ana: Member) -> None:
        world.clock.advance(FRESH_SECONDS + 1)
        asked = EN.notice("shown_present_password_prompt")
        assert only(ana.ask(f"/push {URL}")) == asked
        wrong = EN.error(ErrorKind.WRONG_PASSWORD, "wrong_password", name="ana")
        assert ana.ask("not that one") == [wrong, asked]
        ana.type(f"/push {URL}")
        assert only(ana.ask(PASSWORD)) == SENT

    def test_a_target_that_does_not_take_the_code(self, world: PushWorld, ana: Member) -> None:
        world.receiver.error = NotDelivered(DeliveryFailure.ANSWERED, 404)
        refused = EN.error(ErrorKind.NOT_ALLOWED, "push_not_taken", target=ORIGIN)
        assert only(ana.ask(f"/push {URL}")) == refused
        assert only(ana.ask(f"/push confirm {code(world)}")) == (
            EN.error(ErrorKind.WRONG_USE, "no_push_code")
        )

    def test_administrators_are_told_why(self, world: PushWorld) -> None:
        world.receiver.error = NotDelivered(DeliveryFailure.ANSWERED, 404)
        root = world.member("root", admin=True)
        why = EN.sentence("hook_answered", status=404)
        assert root.ask(f"/push {URL}")[0] == EN.notice("hook_reason", why=why)

    def test_few_codes_are_sent(self, world: PushWorld, ana: Member) -> None:
        for _ in range(CODES_AT_ONCE):
            ana.type(f"/push {URL}")
        assert len(world.bodies()) == CODES_AT_ONCE
        assert only(ana.ask(f"/push {URL}")).startswith("ERR Too many tries: ")
        assert world.bodies() == []


class TestCode:
    def test_a_wrong_one(self, world: PushWorld, ana: Member) -> None:
        ana.type(f"/push {URL}")
        sent = code(world)
        wrong = "000000" if sent != "000000" else "111111"
        answer = EN.error(ErrorKind.WRONG_USE, "wrong_push_code", count=4)
        assert only(ana.ask(f"/push confirm {wrong}")) == answer
        assert only(ana.ask(f"/push confirm {sent}")) == IS

    def test_one_that_is_too_old(self, world: PushWorld, ana: Member) -> None:
        ana.type(f"/push {URL}")
        world.clock.advance(CODE_VALID_SECONDS)
        answer = EN.error(ErrorKind.WRONG_USE, "no_push_code")
        assert only(ana.ask(f"/push confirm {code(world)}")) == answer

    def test_of_another_person(self, world: PushWorld, ana: Member) -> None:
        ana.type(f"/push {URL}")
        luis = world.member("luis")
        answer = EN.error(ErrorKind.WRONG_USE, "no_push_code")
        assert only(luis.ask(f"/push confirm {code(world)}")) == answer

    @pytest.mark.one_node("a code is known to the node that sent it")
    def test_it_may_be_typed_on_another_connection(self, world: PushWorld, ana: Member) -> None:
        ana.type(f"/push {URL}")
        phone = world.member("ana")
        assert only(phone.ask(f"/push confirm {code(world)}")) == IS


class TestShown:
    def test_credentials_are_not(self, world: PushWorld, ana: Member) -> None:
        seen = ana.ask(f"/push {URL}")
        seen += ana.ask(f"/push confirm {code(world)}", "/push", "/push off")
        assert len(seen) == 4
        assert "secret" not in "".join(seen)

    @pytest.mark.one_node("a failure is known to the node that delivers")
    def test_nor_is_a_failure_hidden(self, world: PushWorld, ana: Member) -> None:
        world.push("ana").failed(NotDelivered(DeliveryFailure.TIMED_OUT))
        told = EN.sentence("push_is", target=ORIGIN)
        assert only(ana.ask("/push")) == EN.notice("push_fails", push=told, count=1)


class TestEnding:
    def test_by_its_owner(self, world: PushWorld, ana: Member) -> None:
        world.push("ana")
        assert only(ana.ask("/push off")) == EN.notice("push_ended")
        assert only(ana.ask("/push off")) == NONE
        assert "ana" not in world.restarted().server.alerts.pushes.all

    def test_a_code_that_waits_ends_too(self, world: PushWorld, ana: Member) -> None:
        ana.type(f"/push {URL}", "/push off")
        answer = EN.error(ErrorKind.WRONG_USE, "no_push_code")
        assert only(ana.ask(f"/push confirm {code(world)}")) == answer

    def test_by_a_new_password(self, world: PushWorld, ana: Member) -> None:
        world.push("ana")
        ana.type("/password keep-tokens another one")
        assert only(ana.ask("/push")) == NONE

    def test_by_a_password_that_the_operator_sets(self, world: PushWorld) -> None:
        world.push("ana")
        account = world.server.accounts.table["ana"]
        changing = world.server.registrations.change_password(account, HASH)
        Deferred.fromCoroutine(changing)
        world.settle()
        assert world.server.alerts.pushes.all == {}

    @pytest.mark.one_node("its store is held back")
    def test_not_by_a_password_that_cannot_be_stored(
        self, world: PushWorld, ana: Member, expected_errors: Expect
    ) -> None:
        world.push("ana")
        world.store.holds = True
        ana.type("/password keep-tokens another one")
        world.fail()
        assert "ana" in world.server.alerts.pushes.all
        expected_errors()

    def test_with_the_account(self, world: PushWorld, ana: Member) -> None:
        world.push("ana")
        ana.type(f"/unregister {PASSWORD}")
        assert world.server.alerts.pushes.all == {}
        world.register("ana")
        assert only(world.member("ana").ask("/push")) == NONE


class TestRefused:
    @pytest.mark.parametrize(
        "argument",
        ["confirm", f"{URL} texts", f"{URL} text too", "off now", "https://a.example/ text text"],
    )
    def test_other_forms(self, world: PushWorld, ana: Member, argument: str) -> None:
        assert only(ana.ask(f"/push {argument}")).startswith("ERR Wrong use: ")
        assert world.bodies() == []

    @pytest.mark.parametrize(
        ("url", "kind"),
        [
            ("push.example", "Wrong use"),
            ("on", "Wrong use"),
            ("https://u:p@push.example/", "Wrong use"),
            ("https://127.0.0.1/", "Not allowed"),
            ("https://10.0.0.1/", "Not allowed"),
            ("https://push.example:25/", "Not allowed"),
        ],
    )
    def test_urls_as_of_webhooks(self, world: PushWorld, ana: Member, url: str, kind: str) -> None:
        assert only(ana.ask(f"/push {url}")).startswith(f"ERR {kind}: ")
        assert world.bodies() == []

    @pytest.mark.parametrize("line", ["/push", f"/push {URL}", "/push off", "/push confirm 123456"])
    def test_guests(self, world: PushWorld, line: str) -> None:
        answer = EN.error(ErrorKind.NOT_REGISTERED, "not_logged_in")
        assert only(world.person().ask(line)) == answer

    def test_who_may_be_overheard(self, world: PushWorld) -> None:
        world.register("ana")
        ana = world.person(address=FAR)
        ana.server.logins.log_in(ana.session, ana.server.accounts.table["ana"])
        answer = EN.error(ErrorKind.NOT_ENCRYPTED, "no_push_in_clear")
        assert only(ana.ask(f"/push {URL}")) == answer

    def test_a_line_that_could_be_the_password_is_not_said(
        self, world: PushWorld, ana: Member
    ) -> None:
        world.clock.advance(FRESH_SECONDS + 1)
        ana.type("/push nowhere")
        assert only(ana.ask(PASSWORD)).startswith("ERR Not said: ")

    def test_more_than_the_server_takes(self) -> None:
        world = PushWorld(budgets={"pushes.all": 1})
        world.push("luis")
        ana = world.member("ana")
        assert only(ana.ask(f"/push {URL}")).startswith("ERR Used up: ")
        assert world.bodies() == []
        luis = world.member("luis")
        assert only(luis.ask(f"/push {URL}")) == SENT

    def test_what_is_stored_is_charged(self) -> None:
        world = PushWorld(budgets={"bytes.all": 100_000})
        ana = world.member("ana")
        ana.type(f"/push {URL}")
        body = json.loads(world.receiver.bodies[-1])
        before = ana.server.budgets.left(ana.server.spending.owner_of(ana.session), Kind.BYTES)
        ana.type(f"/push confirm {re.findall(r'[0-9]{6}', body['message'])[0]}")
        after = ana.server.budgets.left(ana.server.spending.owner_of(ana.session), Kind.BYTES)
        assert before - after > len(URL)
