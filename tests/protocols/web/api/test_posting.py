"""`chatd.protocols.web.api.posting`: lines in a body, and what becomes of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import TOKEN, key_of
from chatd.event import Change, Notice, Record
from chatd.protocols.transport.limits import Limits
from chatd.storage.batches import RecordWrite
from tests.support.http import SiteWorld, error_of, request
from tests.support.logs import Expect
from tests.support.world import FAR

LOBBY = "/api/rooms/lobby/messages"


def test_a_line_is_said_and_stands_where_the_answer_says() -> None:
    web = SiteWorld()
    reader = web.world.person()
    got = web.post(LOBBY, {"text": "hola, señora"})
    assert (got.status, got.json) == (201, {"room": "lobby", "seq": 1, "seqs": [1]})
    (line,) = reader.seen()
    assert line.endswith("> hola, señora")


def test_any_other_body_is_text_a_message_a_line() -> None:
    web = SiteWorld()
    reader = web.world.person()
    body = b"one\r\n\n  two=&+%41 \n/quit\n//x\n"
    got = web.ask("POST", LOBBY, body, content_type="application/x-www-form-urlencoded")
    assert got.json["seqs"] == [1, 2, 3, 4]
    said = [line.partition("> ")[2] for line in reader.seen()]
    assert said == ["one", "  two=&+%41 ", "/quit", "//x"]


class TestKind:
    """A program says a message, or a notice, which no program may answer."""

    @pytest.mark.parametrize(
        ("query", "body", "kind"),
        [
            ("", {"text": "a"}, "message"),
            ("", {"text": "a", "kind": "message"}, "message"),
            ("", {"text": "a", "kind": None}, "message"),
            ("", {"text": "a", "kind": "notice"}, "notice"),
            ("", {"message": "a\nb", "kind": "notice"}, "notice"),
            ("?kind=notice", {"text": "a\nb"}, "notice"),
            ("?kind=message", {"text": "a"}, "message"),
            ("?kind=notice", b"a\nb", "notice"),
        ],
    )
    def test_is_that_of_the_body_or_of_the_query(
        self, query: str, body: dict[str, object] | bytes, kind: str
    ) -> None:
        web = SiteWorld()
        target = f"{LOBBY}{query}"
        got = web.ask("POST", target, body) if isinstance(body, bytes) else web.post(target, body)
        assert got.status == 201
        assert {event.kind.name.lower() for event in web.world.stored("lobby")} == {kind}

    def test_of_a_notice_is_given_to_those_who_read(self) -> None:
        web = SiteWorld()
        reader = web.world.person()
        web.post(f"{LOBBY}?name=ci", {"text": "build 7 passed", "kind": "notice"})
        assert reader.seen()[-1] == "<ci> build 7 passed"
        (event,) = web.ask("GET", LOBBY).json["events"]
        assert (event["kind"], event["text"]) == ("notice", "build 7 passed")

    def test_with_a_key_is_part_of_what_was_said(self) -> None:
        web = SiteWorld()
        notice = {"text": "a", "kind": "notice"}
        first, again = (web.post(LOBBY, notice, idempotency_key="k") for _ in range(2))
        assert (first.status, again.status, again.json) == (201, 200, first.json)
        other = web.post(LOBBY, {"text": "a"}, idempotency_key="k")
        assert error_of(other) == (422, "other_lines_with_key")


class TestMessage:
    """One of several lines: the member `message` of a body in JSON."""

    def test_its_lines_are_one_and_blank_ones_stay(self) -> None:
        web = SiteWorld()
        reader = web.world.person()
        got = web.post(LOBBY, {"message": "\none\r\n\n/quit\n"})
        assert (got.status, got.json["seqs"]) == (201, [1, 2, 3])
        assert [event.part_of for event in web.world.stored("lobby")] == [1, 1, 1]
        assert [line.partition("> ")[2] for line in reader.seen()] == ["one", "", "/quit"]

    def test_of_one_line_it_is_a_line(self) -> None:
        web = SiteWorld()
        assert web.post(LOBBY, {"message": "/quit"}).status == 201
        assert [event.part_of for event in web.world.stored("lobby")] == [None]

    def test_a_retry_is_the_same_one(self) -> None:
        web = SiteWorld()
        first, again = (
            web.post(LOBBY, {"message": "one\ntwo"}, idempotency_key="k") for _ in range(2)
        )
        assert (first.status, again.status, again.json) == (201, 200, first.json)
        other = web.post(LOBBY, {"text": "one\ntwo"}, idempotency_key="k")
        assert error_of(other) == (422, "other_lines_with_key")

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            ({"message": "x\n" * 101}, (422, "message_has_lines")),
            ({"message": "a\n" + "\n".join(["x" * 4000] * 5)}, (422, "message_has_bytes")),
            ({"message": f"a\n{'x' * 4097}"}, (422, "line_too_long")),
            ({"message": " \n "}, (422, "nothing_to_say")),
            ({"message": ["a", "b"]}, (422, "not_a_text")),
            ({"message": "a", "text": "b"}, (422, "text_or_message")),
            ({}, (422, "text_or_message")),
        ],
    )
    def test_nothing_of_a_wrong_one_is_said(
        self, body: dict[str, object], error: tuple[int, str]
    ) -> None:
        web = SiteWorld()
        assert error_of(web.post(LOBBY, body)) == error
        assert web.world.stored("lobby") == []


def test_the_answer_comes_once_the_line_is_on_disk() -> None:
    web = SiteWorld(slow=True)
    caller = web.caller()
    caller.send(request("POST", LOBBY, b"text"))
    assert caller.got() == []
    web.world.release()
    assert [got.status for got in caller.got()] == [201]


def test_a_line_that_cannot_be_saved_is_refused(
    expected_errors: Expect,
) -> None:
    web = SiteWorld(slow=True)
    caller = web.caller()
    caller.send(request("POST", LOBBY, b"text"))
    caller.settle()
    web.world.store.fail()
    (got,) = caller.got()
    assert error_of(got) == (503, "not_saved")
    expected_errors()
    assert web.ask("GET", "/healthz").status == 503


def test_a_guest_may_have_a_name() -> None:
    web = SiteWorld()
    reader = web.world.person()
    for text in b"one", b"two":
        assert web.ask("POST", f"{LOBBY}?name=build", text).status == 201
    assert reader.seen() == ["<build> one", "<build> two"]


def test_two_programs_in_one_place_may_have_one_name_at_a_time() -> None:
    web = SiteWorld(slow=True)
    one, other, elsewhere = web.caller(), web.caller(), web.caller(FAR)
    for caller in one, other, elsewhere:
        caller.send(request("POST", f"{LOBBY}?name=build", b"text"))
    web.world.release()
    assert [caller.got()[0].status for caller in (one, other, elsewhere)] == [201, 201, 409]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", (422, "invalid_name")),
        ("two words", (422, "invalid_name")),
        ("server", (422, "reserved_name")),
        ("ana", (409, "registered_name")),
        ("luis", (409, "name_in_use")),
    ],
)
def test_a_name_that_a_guest_cannot_have_is_refused(name: str, error: tuple[int, str]) -> None:
    web = SiteWorld()
    web.world.register("ana")
    web.world.person("luis")
    head = web.server.lobby.head
    assert error_of(web.ask("POST", f"{LOBBY}?name={quote(name)}", b"text")) == error
    assert web.server.lobby.head == head


def test_a_token_speaks_as_its_account() -> None:
    web = SiteWorld()
    web.world.register("Ana")
    token = web.token("ana")
    reader = web.world.person()
    got = web.ask("POST", LOBBY, b"text", authorization=f"Bearer {token}")
    assert got.status == 201
    assert reader.seen() == ["<Ana> text"]


def test_who_speaks_with_a_token_sees_nothing_and_nobody_sees_them_come() -> None:
    web = SiteWorld()
    web.world.register("ana")
    token = web.token("ana")
    writer = web.world.person("luis")
    writer.type("/msg ana psst")
    writer.seen()
    for _ in range(2):
        web.ask("POST", LOBBY, b"text", authorization=f"Bearer {token}")
        web.clock.advance(60)
    assert writer.seen() == ["<ana> text"] * 2
    writer.type("/who")
    assert "ana" not in " ".join(writer.seen())
    ana = web.world.person()
    ana.type("/login ana correct horse")
    assert any("psst" in line for line in ana.seen())


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Basic YTpi", "chatd_" + "0" * 64, ""])
def test_a_token_that_is_nobodys_is_refused(header: str) -> None:
    web = SiteWorld()
    got = web.ask("POST", LOBBY, b"text", authorization=header)
    assert error_of(got) == (401, "wrong_token")
    assert got.headers["www-authenticate"].startswith("Bearer")
    assert web.server.lobby.head == 0


def test_a_token_that_others_can_read_is_refused() -> None:
    web = SiteWorld()
    web.world.register("ana")
    token = web.token("ana")
    got = web.ask("POST", LOBBY, b"text", authorization=f"Bearer {token}", address=FAR)
    assert error_of(got) == (403, "token_in_clear")
    bold = SiteWorld(plaintext_passwords=True)
    bold.world.register("ana")
    got = bold.ask("POST", LOBBY, b"text", authorization=f"Bearer {bold.token('ana')}", address=FAR)
    assert got.status == 201


def test_a_room_that_is_not_there_is_made() -> None:
    web = SiteWorld()
    web.world.register("ana")
    got = web.ask(
        "POST", "/api/rooms/Ops/messages", b"text", authorization=f"Bearer {web.token('ana')}"
    )
    assert (got.status, got.json["room"]) == (201, "Ops")
    room = web.server.rooms["ops"]
    assert (room.head, room.people) == (1, 0)
    assert web.server.moderation.roles.rooms["ops"].owner == "ana"


@pytest.mark.parametrize(
    ("room", "error"),
    [
        ("two words", (422, "invalid_room")),
        ("", (422, "invalid_room")),
        ("1obby", (409, "looks_like_room")),
    ],
)
def test_a_room_that_cannot_be_made_is_refused(room: str, error: tuple[int, str]) -> None:
    web = SiteWorld()
    assert error_of(web.ask("POST", f"/api/rooms/{quote(room)}/messages", b"text")) == error
    assert len(web.server.rooms) == 1


def test_who_may_not_speak_in_a_room_is_told_why() -> None:
    web = SiteWorld()
    web.world.register("ana")
    ana = web.world.person()
    ana.type("/login ana correct horse", "/create ops private")
    got = web.ask("GET", "/api/rooms/ops/messages")
    assert error_of(got) == (404, "unknown_room")
    got = web.ask("POST", "/api/rooms/ops/messages", b"text")
    assert error_of(got) == (409, "unusable_room")
    assert [room["room"] for room in web.ask("GET", "/api/rooms").json["rooms"]] == ["lobby"]
    got = web.ask(
        "POST", "/api/rooms/ops/messages", b"text", authorization=f"Bearer {web.token('ana')}"
    )
    assert got.status == 201


def test_a_line_that_cannot_be_said_is_named_and_none_is_said() -> None:
    web = SiteWorld()
    got = web.ask("POST", LOBBY, b"good\n\n\xff\n")
    assert error_of(got) == (422, "not_utf8")
    assert got.json["error"]["line"] == 3
    got = web.post(LOBBY, {"text": "good\n" + "x" * 4097})
    assert error_of(got) == (422, "too_long")
    assert got.json["error"]["line"] == 2
    got = web.ask("POST", LOBBY, b'{"text":"\\ud800"}', content_type="application/json")
    assert error_of(got) == (422, "not_utf8")
    got = web.ask("POST", LOBBY, ("good\ne" + "\u0301" * 31).encode())
    assert error_of(got) == (422, "too_many_marks")
    assert web.server.lobby.head == 0


@pytest.mark.parametrize("body", [b"", b"\n \r\n\x1b[0m\n", "\u200b\n \ufeff\n\u3164".encode()])
def test_a_body_without_lines_says_nothing(body: bytes) -> None:
    assert error_of(SiteWorld().ask("POST", LOBBY, body)) == (422, "nothing_to_say")


def test_too_many_lines_are_refused() -> None:
    web = SiteWorld()
    assert error_of(web.ask("POST", LOBBY, b"x\n" * 257)) == (413, "too_many_lines")
    assert web.ask("POST", LOBBY, b"x\n" * 256).status == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 422), (b'{"text":1}', 422), (b'{"txt":"a"}', 422), (b"text", 400)],
)
def test_json_that_says_nothing_is_refused(body: bytes, status: int) -> None:
    got = SiteWorld().ask("POST", LOBBY, body, content_type="application/json; charset=utf-8")
    assert got.status == status


def test_a_packed_body_is_not_taken() -> None:
    got = SiteWorld().ask("POST", LOBBY, b"text", content_encoding="gzip")
    assert error_of(got) == (415, "body_is_packed")


@pytest.mark.parametrize(
    ("type", "body", "wrong"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nhola\r\n--x--", (415, "body_has_parts")),
        ("Multipart/Mixed", b"hola", (415, "body_has_parts")),
        ("application/x-www-form-urlencoded", b"payload=%7B%7D", (422, "body_is_a_form")),
        ("text/plain", b"payload={}", (422, "body_is_a_form")),
        ("", b'payload={"text": "hola"}', (422, "body_is_a_form")),
        ("text/json", b'{"text": "hola"}', (415, "other_json")),
        ("application/cloudevents+json", b'{"text": "hola"}', (415, "other_json")),
        ("application/json", b"payload={}", (400, "not_json")),
        ("application/json", b"hola", (400, "not_json")),
    ],
)
def test_a_body_that_is_meant_to_be_read_in_another_way_is_not_said(
    type: str, body: bytes, wrong: tuple[int, str]
) -> None:
    web = SiteWorld()
    headers = {"content_type": type} if type else {}
    got = web.ask("POST", "/api/rooms/ops/messages", body, **headers)
    assert error_of(got) == wrong
    assert "ops" not in web.server.rooms


@pytest.mark.parametrize(
    "type",
    [
        "",  # none
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",  # curl -d, and --data-binary
        "application/octet-stream",
        "application/x-ndjson",
    ],
)
@pytest.mark.parametrize("text", ["hola", "text=hola", "a=b&payload=c", '{"text": "hola"}'])
def test_any_other_body_is_its_text(type: str, text: str) -> None:
    web = SiteWorld()
    headers = {"content_type": type} if type else {}
    got = web.ask("POST", "/api/rooms/ops/messages", text.encode(), **headers)
    assert got.status == 201
    got = web.ask("GET", "/api/rooms/ops/messages")
    assert [event["text"] for event in got.json["events"]] == [text]


def test_a_retry_is_the_same_line() -> None:
    web = SiteWorld()
    first = web.ask("POST", LOBBY, b"one\ntwo", idempotency_key="k")
    again = web.ask("POST", LOBBY, b"one\ntwo", idempotency_key="k")
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert web.server.lobby.head == 2
    other = web.ask("POST", LOBBY, b"three", idempotency_key="k")
    assert error_of(other) == (422, "other_lines_with_key")
    assert web.ask("POST", LOBBY, b"three", idempotency_key="x" * 256).status == 400


def test_what_is_said_while_a_notice_is_on_its_way_is_new() -> None:
    web = SiteWorld(slow=True)
    lobby = web.server.lobby
    lobby.append(Notice(lobby.name, Change.JOINED, ((0, "eva"),)))
    caller = web.caller()
    caller.send(request("POST", LOBBY, b"one", idempotency_key="k"))
    caller.settle()
    web.world.release()
    assert [got.status for got in caller.got()] == [201]


def test_a_retry_that_waits_for_what_cannot_be_saved_says_it_itself(
    expected_errors: Expect,
) -> None:
    web = SiteWorld(slow=True)
    callers = web.caller(), web.caller()
    for caller in callers:
        caller.send(request("POST", LOBBY, b"one", idempotency_key="k"))
        caller.settle()
    web.world.store.fail()
    web.world.settle()
    web.world.release()
    assert [caller.got()[0].status for caller in callers] == [503, 201]
    expected_errors()


def test_keys_of_two_people_are_two() -> None:
    web = SiteWorld()
    for address in None, FAR:
        headers: dict[str, Any] = {} if address is None else {"address": address}
        assert web.ask("POST", LOBBY, b"one", idempotency_key="k", **headers).status == 201


def test_lines_count_for_the_pace_of_a_connection() -> None:
    web = SiteWorld(limits=Limits(lines_per_second=10))
    caller = web.caller()
    caller.send(request("POST", LOBBY, b"x\n" * 100))
    caller.settle()
    assert caller.paused


def test_who_posts_while_too_much_waits_waits_too() -> None:
    web = SiteWorld(slow=True)
    for _ in range(5):
        web.world.store.append(_large())
    caller = web.caller()
    caller.send(request("POST", LOBBY, b"text"))
    caller.settle()
    assert caller.protocol.connection.output.waiting is False
    assert caller.got() == []
    web.world.release()
    assert [got.status for got in caller.got()] == [201]


def _large() -> Any:
    keeping = RecordWrite([Record("x", "y", "z" * 1024 * 1024)])
    keeping.done.addErrback(lambda _: None)
    return keeping


def test_what_somebody_said_who_has_gone_is_said() -> None:
    web = SiteWorld(slow=True)
    caller = web.caller()
    caller.send(request("POST", LOBBY, b"text"))
    caller.hang_up()
    web.world.release()
    assert web.server.lobby.head == 1
    assert not web.clients()
    assert list(web.server.sessions) == []


def test_a_room_that_cannot_be_kept_is_not_made(
    expected_errors: Expect,
) -> None:
    web = SiteWorld(slow=True)
    caller = web.caller()
    registering = web.world.person("ana")
    registering.type("/register correct horse")
    web.world.release()
    registering.hang_up()
    account = web.server.accounts.table["ana"]
    secret, puts = web.server.credentials.issue(account, TOKEN, "t")
    Deferred.fromCoroutine(web.server.registrations.change_credentials(*puts))
    web.world.release()
    caller.send(
        request("POST", "/api/rooms/ops/messages", b"text", authorization=f"Bearer {secret}")
    )
    caller.settle()
    web.world.store.fail()
    assert error_of(caller.got()[0]) == (503, "change_not_saved")
    assert "ops" not in web.server.rooms
    expected_errors()


def test_a_token_that_is_revoked_while_its_line_waits_says_nothing() -> None:
    web = SiteWorld(slow=True)
    web.world.store.append(_large())
    person = web.world.person("ana")
    person.type("/register correct horse")
    web.world.release()
    account = web.server.accounts.table["ana"]
    secret, puts = web.server.credentials.issue(account, TOKEN, "t")
    Deferred.fromCoroutine(web.server.registrations.change_credentials(*puts))
    web.world.release()
    for _ in range(5):
        web.world.store.append(_large())
    caller = web.caller()
    caller.send(request("POST", LOBBY, b"text", authorization=f"Bearer {secret}"))
    caller.settle()
    revoked = web.server.credentials.revoke(key_of(secret))
    Deferred.fromCoroutine(web.server.registrations.change_credentials(*revoked))
    head = web.server.lobby.head
    web.world.release()
    assert error_of(caller.got()[0]) == (401, "wrong_token")
    assert web.server.lobby.head == head


def test_a_byte_order_mark_in_front_of_a_body_is_not_said() -> None:
    web = SiteWorld()
    web.ask("POST", LOBBY, b"\xef\xbb\xbfhola")
    web.ask("POST", LOBBY, b'\xef\xbb\xbf{"text":"hola"}', content_type="application/json")
    told = web.ask("GET", LOBBY).json["events"]
    assert [event["text"] for event in told] == ["hola", "hola"]
