"""`chatd.protocols.web.api.hooks`: what tools post, what the room reads, and what they are told."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from chatd.chat.actions.hook_posts import Outcome, Post, Taken, take_post
from chatd.chat.permissions import Mode
from chatd.event import Kind
from chatd.protocols.transport.limits import Limits
from chatd.protocols.web.api.hooks import WRONG_TOKEN_COST
from chatd.protocols.web.http.messages import BODY_BYTES
from chatd.util.budget_table import Budget, Level
from chatd.util.budget_table import Kind as Budgeted
from tests.support.hook_bodies import BODIES, FORM, JSON, HookBody
from tests.support.hooks import hook_called, let_tools_in, path_of_new
from tests.support.http import HANDSHAKE, Got, HttpClient, SiteWorld, error_of, request
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.sessions import done
from tests.support.world import FAR, Member

TEXT = "text/plain; charset=utf-8"


class House:
    """A site with #ops, which ana owns, and a hook there."""

    def __init__(self, mode: Mode = Mode.OPEN, **options: Any) -> None:
        self.web = SiteWorld(**options)
        self.world = self.web.world
        let_tools_in(self.world)
        self.ana: Member = self.world.member("ana")
        self.ana.type("/join ops", f"/mode {mode.value}")
        self.path = path_of_new(self.ana)
        self.ana.seen()

    def post(self, body: object, type: str = JSON, path: str = "", **headers: Any) -> Got:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.web.ask("POST", path or self.path, data, content_type=type, **headers)

    def said(self) -> list[str]:
        """Return the lines that ana is shown, without the name of the hook."""
        return [line.removeprefix("<alerts> ") for line in self.ana.seen()]


@pytest.fixture
def house() -> House:
    return House()


def _asked(caller: HttpClient, path: str) -> list[Got]:
    """Return the answers to a post of a text, which may not come yet."""
    caller.send(request("POST", path, b"x", content_type="text/plain"))
    return caller.got()


def is_ok(got: Got) -> bool:
    """Return True if an answer is what each tool takes for a delivery."""
    return (got.status, got.headers["content-type"], got.body) == (200, TEXT, b"ok")


class TestKey:
    """Posts with an `Idempotency-Key`, whose answer was lost."""

    def test_a_post_that_is_sent_again_is_said_once(self, house: House) -> None:
        for _ in range(3):
            assert is_ok(house.post({"text": "disk full"}, idempotency_key="k"))
        assert _texts(house) == ["disk full"]

    def test_it_is_known_after_a_restart(self, house: House) -> None:
        token, post = house.path.rpartition("/")[2], Post(JSON, b'{"text":"x"}', True, "k")
        for lines in 1, 0:
            server = house.world.server
            taken = done(house.world, take_post(server, token, post, 4096))
            assert taken == Taken(Outcome.SAID, lines)
            assert _texts(house) == ["x"]
            house.world = house.world.restarted()

    def test_it_is_answered_also_if_the_room_is_closed_by_now(self, house: House) -> None:
        house.post({"text": "disk full"}, idempotency_key="k")
        house.ana.type("/close", "/close")
        assert house.post({"text": "disk full"}, idempotency_key="l").status == 410
        assert is_ok(house.post({"text": "disk full"}, idempotency_key="k"))

    def test_as_gotify_it_is_said_once(self, house: House) -> None:
        token = house.path.rpartition("/")[2]
        for _ in range(2):
            got = house.post(
                {"message": "disk full"},
                path="/hooks/message",
                x_gotify_key=token,
                idempotency_key="k",
            )
            assert (got.status, got.json) == (200, {"id": 0})
        assert _texts(house) == ["disk full"]

    def test_another_post_with_the_key_is_refused(self, house: House) -> None:
        house.post({"text": "disk full"}, idempotency_key="k")
        got = house.post({"text": "disk ok"}, idempotency_key="k")
        assert (got.status, got.headers["content-type"]) == (422, TEXT)
        assert got.body == b"other_post_with_key"
        assert _texts(house) == ["disk full"]
        assert "other_post_with_key" in "\n".join(house.ana.ask("/hook list"))

    def test_without_a_key_and_with_another_it_is_said_again(self, house: House) -> None:
        for headers in {}, {}, {"idempotency_key": "k"}, {"idempotency_key": "l"}:
            assert is_ok(house.post({"text": "disk full"}, **headers))
        assert _texts(house) == ["disk full"] * 4

    def test_keys_of_one_hook_are_not_those_of_another(self, house: House) -> None:
        other = path_of_new(house.ana, "builds")
        for path in house.path, other:
            assert is_ok(house.post({"text": "x"}, path=path, idempotency_key="k"))
        assert _texts(house) == ["x", "x"]

    def test_a_key_that_is_too_long_is_refused(self, house: House) -> None:
        answer = house.post({"text": "x"}, idempotency_key="k" * 256)
        assert answer.status == 400
        assert answer.body == b"invalid_payload: an Idempotency-Key has 1 to 255 characters\n"

    @pytest.mark.parametrize("body", [{"text": ""}, b"{"])
    def test_a_post_that_says_nothing_keeps_no_key(self, house: House, body: object) -> None:
        assert house.post(body, idempotency_key="k").status == 400
        assert not house.world.server.idempotency.table
        assert is_ok(house.post({"text": "x"}, idempotency_key="k"))

    def test_a_retry_counts_as_no_post_of_the_hook(self, house: House) -> None:
        for _ in range(3):
            house.post({"text": "x"}, idempotency_key="k")
        (use,) = (
            use
            for server in house.world.servers
            for hook in server.incoming
            if (use := server.incoming.use_of(hook)).posts
        )
        assert use.posts == 1

    def test_with_the_account_its_keys_are_gone(self, house: House) -> None:
        house.post({"text": "x"}, idempotency_key="k")
        server = house.world.server
        (key,) = server.idempotency.table
        assert [put.key for put in server.idempotency.account_gone("ana")] == [key]

    @pytest.mark.one_node("its store is held back")
    def test_one_that_comes_meanwhile_waits_and_one_that_failed_is_said(
        self, house: House, expected_errors: Expect
    ) -> None:
        house.world.store.holds = True
        callers = [house.web.caller() for _ in range(2)]
        for caller in callers:
            caller.send(request("POST", house.path, b"x", content_type=TEXT, idempotency_key="k"))
        house.world.fail()
        assert [got.status for got in callers[0].got()] == [503]
        assert callers[1].got() == []
        house.world.release()
        assert [is_ok(got) for got in callers[1].got()] == [True]
        house.world.store.holds = False
        assert is_ok(house.post(b"x", TEXT, idempotency_key="k"))
        assert _texts(house) == ["x"]
        expected_errors()


def _texts(house: House) -> list[str]:
    """Return what the hooks of #ops have said."""
    house.world.settle()
    return [event.text for event in house.world.stored("ops") if event.kind is Kind.NOTICE]


class TestPost:
    @pytest.mark.parametrize("given", BODIES, ids=lambda each: each.sender)
    def test_of_each_sender_is_one_message_of_the_hook(self, house: House, given: HookBody) -> None:
        assert is_ok(house.post(given.body, given.type))
        assert house.said() == list(given.lines)
        events = house.world.stored("ops")[-len(given.lines) :]
        assert {(event.author, event.kind) for event in events} == {("alerts", Kind.NOTICE)}
        is_one = len(events) > 1
        assert {event.part_of for event in events} == {events[0].seq if is_one else None}

    def test_is_in_the_name_of_the_hook_in_any_case(self, house: House) -> None:
        body = {"text": "x", "username": "ana", "channel": "#lobby", "icon_url": "http://x"}
        assert is_ok(house.post(body))
        assert house.ana.seen() == ["<alerts> x"]

    def test_of_escape_sequences_shows_them(self, house: House) -> None:
        assert is_ok(house.post({"text": "\x1b]0;x\x07\u202ea"}))
        assert house.said() == ["^[]0;x^G\\u202ea"]

    @pytest.mark.parametrize(
        ("body", "type", "status", "word"),
        [
            (b"{", JSON, 400, b"invalid_payload"),
            (b"payload=x", FORM, 400, b"invalid_payload"),
            (b"[" * 60_000, JSON, 400, b"invalid_payload"),
            (b"{}", JSON, 400, b"no_text"),
            (b" ", "text/plain", 400, b"no_text"),
        ],
    )
    def test_that_says_nothing_is_answered_with_a_word_of_slacks(
        self, house: House, body: bytes, type: str, status: int, word: bytes
    ) -> None:
        got = house.post(body, type)
        assert (got.status, got.headers["content-type"], got.body) == (status, TEXT, word)
        assert house.said() == []

    def test_that_is_packed_is_not_unpacked(self, house: House) -> None:
        bomb = gzip.compress(bytes(1 << 24))
        assert error_of(house.post(bomb[:60_000], content_encoding="gzip")) == (
            415,
            "body_is_packed",
        )

    def test_of_a_megabyte_is_too_large(self, house: House) -> None:
        caller = house.web.caller()
        head = f"POST {house.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES + 1}\r\n\r\n"
        caller.send(head.encode())
        (got,) = caller.got()
        assert error_of(got) == (413, "body_too_large")


class TestPath:
    @pytest.mark.parametrize(
        "rest", ["", "/slack", "/a/b/c", "/", "?wait=true&thread_id=1&wait=false", "/x?%zz=%"]
    )
    def test_may_have_more_at_its_end(self, house: House, rest: str) -> None:
        assert is_ok(house.post({"content": "x"}, path=house.path + rest))
        assert house.said() == ["x"]

    def test_of_gotify_takes_the_token_in_a_header_or_the_query(self, house: House) -> None:
        token = house.path.removeprefix("/hooks/")
        body = {"title": "Build 17", "message": "failed", "priority": 5}
        by_header = house.post(body, path="/hooks/message", x_gotify_key=token)
        by_query = house.post(body, path=f"/hooks/message?token={token}")
        assert (by_header.status, by_header.json) == (200, {"id": 0})
        assert (by_query.status, by_query.json) == (200, {"id": 0})
        assert house.said() == ["Build 17", "failed"] * 2
        for target in (
            "/hooks/message",
            "/hooks/message?token=x&token=y",
            "/hooks/message?token=%",
        ):
            got = house.post(body, path=target)
            assert (got.status, got.body) == (404, b"no_service")

    @pytest.mark.parametrize("path", ["/hooks/x", "/hooks/x/y", "/hooks/message"])
    def test_can_be_looked_at_with_any_token(self, house: House, path: str) -> None:
        for each in (path, house.path):
            got = house.web.ask("GET", each)
            assert (got.status, got.json) == (200, {})
        assert house.web.ask("PUT", path).status == 405
        assert error_of(house.web.ask("GET", "/hooks")) == (404, "unknown_path")

    def test_is_the_same_for_each_host_and_page(self, house: House) -> None:
        headers = {"host": "monitor.example:80", "origin": "http://evil.example"}
        assert is_ok(house.post({"text": "x"}, sec_fetch_site="cross-site", **headers))
        assert house.web.ask("GET", house.path, **headers).json == {}

    def test_opens_no_other_path_to_pages(self, house: House) -> None:
        headers = {**HANDSHAKE, "sec_websocket_protocol": "text.ircv3.net"}
        got = house.web.ask("GET", house.path, origin="http://evil.example", **headers)
        assert error_of(got) == (403, "other_origin")
        assert house.web.ask("GET", "/hooks", host="evil.example").status == 421


class TestToken:
    def test_that_no_hook_has_is_no_service(self, house: House) -> None:
        upper = house.path.removeprefix("/hooks/").upper()
        for path in ("/hooks/nope", house.path + "x", f"/hooks/{upper}", "/hooks/%C3%A9"):
            got = house.post({"text": "x"}, path=path)
            assert (got.status, got.headers["content-type"], got.body) == (404, TEXT, b"no_service")
        assert house.said() == []

    def test_that_is_wrong_delays_the_next_request_of_the_address(self) -> None:
        house = House(limits=Limits(lines_per_second=20))
        caller = house.web.caller()
        asked = 0
        while (got := _asked(caller, "/hooks/nope")) and asked < 10:
            assert got[0].body == b"no_service"
            asked += 1
        assert 1 <= asked <= 3 * 20 / WRONG_TOKEN_COST + 1
        caller.wait(10)
        assert len(caller.got()) == 1

    def test_is_stored_and_listed_as_its_beginning_alone(self, house: House) -> None:
        house.post({"text": "x"})
        token = house.path.removeprefix("/hooks/")
        assert len(token) == 26
        records = house.world.store.records()
        stored = [str(record) for record in records] + [
            event.text for event in house.world.stored("ops")
        ]
        assert not any(token in each for each in stored)
        listed = "\n".join(house.ana.ask("/hook list"))
        assert token[:4] in listed
        assert token[:5] not in listed

    def test_of_a_hook_that_was_removed_is_no_service(self, house: House) -> None:
        house.ana.ask("/hook remove alerts")
        assert house.post({"text": "x"}).body == b"no_service"


class TestRoom:
    def test_that_is_closed_is_archived(self, house: House) -> None:
        house.ana.type("/close", "/close")
        house.world.settle()
        assert "closed" in house.ana.seen()[-1]
        got = house.post({"text": "x"})
        assert (got.status, got.body) == (410, b"channel_is_archived")

    @pytest.mark.parametrize(
        ("mode", "status"),
        [
            (Mode.OPEN, 200),
            (Mode.MODERATED, 403),
            (Mode.ANNOUNCE, 403),
            (Mode.PRIVATE, 403),
        ],
    )
    def test_takes_posts_in_clear_only_if_guests_may_speak(self, mode: Mode, status: int) -> None:
        house = House(mode)
        got = house.post({"text": "x"}, address=FAR)
        assert got.status == status
        assert got.body.startswith(b"ok" if status == 200 else b"action_prohibited: ")
        assert is_ok(house.post({"text": "y"}))
        for server in house.world.servers:
            server.incoming.allow_plaintext(True)
        assert is_ok(house.post({"text": "z"}, address=FAR))
        assert house.said() == ["x"] * (status == 200) + ["y", "z"]


class TestLater:
    """Posts that a tool is to send again: always 503, never 429."""

    def test_if_the_budget_of_its_maker_is_used_up(self) -> None:
        house = House()
        for server in house.world.servers:
            server.budgets.change_limits({Budget(Budgeted.LINES, Level.ACCOUNT): 60})
        words = [house.post({"text": f"{number}"}) for number in range(70)]
        assert is_ok(words[0])
        assert (words[-1].status, words[-1].body) == (503, b"try_later")
        assert 1 <= int(words[-1].headers["retry-after"]) <= 3600
        assert len(house.said()) < 70

    @pytest.mark.one_node("the store of one is held")
    def test_if_the_store_does_not_save(self, expected_errors: Expect) -> None:
        house = House()
        house.world.store.holds = True
        caller = house.web.caller()
        assert _asked(caller, house.path) == []
        house.world.fail()
        (got,) = caller.got()
        assert (got.status, got.headers["retry-after"], got.body) == (503, "5", b"try_later")
        expected_errors()
        assert house.said() == []


def test_no_line_comes_behind_a_removal_at_another_node() -> None:
    house = House(nodes=2)
    house.world.shared_log.hold()
    house.ana.type("/hook remove alerts")
    callers = [house.web.caller() for _ in house.world.servers]
    answers = [_asked(caller, house.path) for caller in callers]
    assert [[got.status for got in each] for each in answers].count([]) >= 1
    for _ in range(4):
        house.world.shared_log.seal()
        house.world.settle()
    answers = [each or caller.got() for each, caller in zip(answers, callers, strict=True)]
    assert sorted(got.status for (got,) in answers) == [404, 503]
    assert house.said() == [EN.deed("unhookin", "ana", "alerts")]
    assert house.post(b"x", "text/plain").status == 404


def test_uses_are_listed_and_survive_a_restart(house: House) -> None:
    for body in ({"text": "x"}, {"text": "y"}, {}):
        house.post(body)
    for server in 2 * house.world.servers:  # of two nodes, one has to store its uses once more
        server.check()
        house.world.settle()
    hook = hook_called(house.world, "alerts")
    for server in house.world.servers:
        use = server.incoming.use_of(hook)
        assert (use.posts, use.refusal) == (2, "no_text")
    again = house.world.restarted()
    assert again.server.incoming.use_of(hook).posts == 2


class TestAlerts:
    """An alert goes on in the room until its tool says that it is over."""

    def posted(self, status: str, *names: str) -> dict[str, Any]:
        """Return what Alertmanager posts to a webhook."""
        alerts = [
            {"status": status, "labels": {"alertname": name}, "fingerprint": f"f-{name}"}
            for name in names
        ]
        return {"version": "4", "status": status, "alerts": alerts}

    def test_go_on_until_they_are_over(self, house: House) -> None:
        house.post(self.posted("firing", "DiskFull", "LoadHigh"))
        house.ana.seen()
        house.ana.ask("/ack diskfull on it")
        first, *rows = house.ana.ask("/acks")
        assert first == EN.notice("alerts_of_nobody", count=1)
        assert len(rows) == 2
        house.post(self.posted("resolved", "DiskFull", "LoadHigh"))
        house.ana.seen()
        assert house.ana.ask("/acks") == [EN.notice("no_alerts", room="ops")]
