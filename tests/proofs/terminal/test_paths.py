"""Every path of text from one person to another, or to the log, uses the one encoder.

Dynamic: hostile text is tried as the argument of every command, as a line, as a name and as a room,
also where a check of the input would refuse it. Static: the code makes bytes for clients in one
place, and has no other way to write them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import chatd
from chatd.chat import connected_sessions, names
from chatd.chat import directory as rooms_module
from chatd.commands import moderation
from chatd.commands.dispatch import TABLE
from chatd.event import Deed, Kind
from chatd.formats.base import BELL
from tests.proofs.terminal.documented import is_unsafe, undocumented
from tests.support.checkout import nodes_of, syntax_tree
from tests.support.hostile import HOSTILE
from tests.support.logs import logged
from tests.support.sentences import EN, ES
from tests.support.world import Member, World

NAMED_BY_OTHERS = (
    "/who",
    "/rooms",
    "/topic",
    "/history",
    "/since 1d",
    "/msg #ops hola",
    "/whois eve",
    "/msg eve hola",
    "/search from:eve",
    "/mentions",
)
"""Commands of listeners whose answers contain texts of others."""


def everything_seen(hostile: str) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes that clients are sent while one person tries a text on every path."""
    world = World()
    eve, ana, program = world.person("eve"), world.person("ana"), world.program()
    spanish = world.person("luis")
    spanish.type("/idioma es", "/horas sí")
    everybody: list[tuple[str, Member]] = [
        ("eve", eve),
        ("ana", ana),
        ("bare", program),
        ("spanish", spanish),
        ("registered", world.member("eva")),
        ("ringing", world.person("tom")),
    ]
    everybody[-1][1].type("/bell mentions")
    for person in ana, spanish:
        person.type("/join ops", "hola", "/leave")
    words = [command.name for command in TABLE if command.name not in ("text", "quit")]
    tries = [hostile, f"//{hostile}", f"/{hostile}", f"/nosuch{hostile}"]
    for word in words:
        tries += [f"/{word} {hostile}", f"/{word} ana {hostile}", f"/{word} #ops {hostile}"]
        tries += [f"/{word} #{hostile}", f"/{word} x{hostile}"]
    tries += [f"/msg eva {hostile}", f"tom {hostile}", f"ana {hostile}", f"/msg tom {hostile}"]
    # Prompts: the next line is the answer.
    for asked in "/register", "/login eve", "/password", "/unregister":
        tries += [asked, hostile]
    tries += [f" /login {hostile} {hostile}", f"login {hostile} x", f"/login\t{hostile}"]
    # After /text, no line is a command.
    for line in [*tries, "/text", f"/quit {hostile}", hostile]:
        eve.type(line)
        for asked in NAMED_BY_OTHERS:
            ana.type(asked)
        for who, person in everybody:
            yield f"{who} after {line!r}", person.bytes_seen()
    # Somebody who comes later is shown the last lines, the topic and who is there; and somebody who
    # comes back, what was missed.
    yield "a newcomer", world.person(greeted=True).bytes_seen()
    everybody[-2][1].hang_up()
    for text in hostile, f"eva {hostile}":
        world.say(text, f"/msg eva {text}")
    yield "registered, back again", world.member("eva", greeted=True).bytes_seen()


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("checked", [True, False], ids=["checked", "unchecked"])
def test_nothing_undocumented_arrives_on_any_path(
    monkeypatch: pytest.MonkeyPatch, hostile: str, checked: bool
) -> None:
    if not checked:  # as if names were not validated
        monkeypatch.setattr(connected_sessions, "validate_name", str)
        monkeypatch.setattr(names, "validate_name", str)
        monkeypatch.setattr(rooms_module, "validate_room_name", lambda text: text.lstrip("#"))
    rung = 0
    with logged() as log:
        for path, data in everything_seen(hostile):
            if path.startswith("ringing"):  # its bell is on: BEL before a line, and nowhere else
                rung += data.count(BELL)
                data = re.sub(rb"^\x07", b"", data, flags=re.MULTILINE)
            assert undocumented(data) == set(), path
    assert rung
    assert not [line for line in log if any(map(is_unsafe, line.rstrip("\n")))]


def everything_seen_of_deeds(hostile: str) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes that clients are sent while an admin moderates rooms with a text."""
    word = hostile.split(" ")[0]
    tries = [f"/{word} luis {hostile}" for word in ("kick", "mute", "ban")]
    tries += [f"/{word} luis 10m {hostile}" for word in ("mute", "ban")]
    tries += [f"/ban @luis 10m {hostile}", f"/ban 192.0.2.1 {hostile}", f"/wall {hostile}"]
    tries += [f"/{command.name} {word}" for command in moderation.TABLE]
    tries += [f"/{command.name} @{word}" for command in moderation.TABLE]
    tries += [f"/create x{word} private", f"/create ops {word}", f"/close {hostile}"]
    for line in tries:
        world = World()
        root, luis = world.member("root", admin=True), world.person("luis", network="192.0.2.1")
        program = world.program()
        spanish = world.person("max")
        spanish.type("/idioma es", "/horas sí")
        people = {"root": root, "luis": luis, "bare": program, "spanish": spanish}
        root.type(line, line, "/bans", "/mode", "/history")
        luis.type("hola", "/leave", "hola")
        spanish.type("/historial")
        root.type(f"/unban {word}", f"/unban @{word}", f"/unmute {word}", f"/disconnect {word}")
        for who, person in people.items():
            yield f"{who} after {line!r}", person.bytes_seen()
        for event in world.store._logs.get("lobby", world.store).events:
            if event.kind is Kind.DEED:
                assert Deed.of(event.text).text() == event.text


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("checked", [True, False], ids=["checked", "unchecked"])
def test_nothing_undocumented_arrives_of_what_is_done_to_rooms(
    monkeypatch: pytest.MonkeyPatch, hostile: str, checked: bool
) -> None:
    if not checked:
        monkeypatch.setattr(connected_sessions, "validate_name", str)
        monkeypatch.setattr(names, "validate_name", str)
        monkeypatch.setattr(rooms_module, "validate_room_name", lambda text: text.lstrip("#"))
    with logged() as log:
        for path, data in everything_seen_of_deeds(hostile):
            assert undocumented(data) == set(), path
    assert not [line for line in log if any(map(is_unsafe, line.rstrip("\n")))]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_deed_in_the_log_says_what_was_done(hostile: str) -> None:
    for deed in (
        Deed("mute", "luis", 600, hostile),
        Deed("wall", reason=f"a  b {hostile}"),
        Deed("ban", hostile.split(" ")[0], 1),
    ):
        assert Deed.of(deed.text()) == deed._replace(reason=deed.reason.rstrip())


def test_hostile_reasons_do_arrive() -> None:
    seen = b"".join(data for _, data in everything_seen_of_deeds("\x1b]0;x\x07"))
    hostile = "^[]0;x^G"
    kicked = EN.sentence("kicked_why", by="root", reason=hostile)
    for line in (
        EN.deed("kick", "root", "luis", reason=hostile),
        ES.deed("mute", "root", "luis", time="10m", reason=hostile),
        EN.notice("mute_listed", target="luis", until=...),
        f"by root: {hostile}",
        EN.notice("put_out", room="lobby", why=kicked),
        EN.deed("wall", "root", reason=hostile),
        EN.deed("ban_address", "root", "luis", time="10m", reason=hostile),
    ):
        assert line.encode() in seen


def test_hostile_text_does_arrive() -> None:
    """Hostile text arrives: without this, a server that sends nothing would pass the test above."""
    seen = b"".join(
        data for path, data in everything_seen("\x1b]0;x\x07") if path.startswith("ana")
    )
    for line in (
        "<eve> ^[]0;x^G",
        "* eve ^[]0;x^G",
        EN.notice("topic_set", name="eve", topic="^[]0;x^G"),
        EN.notice("is_away", name="eve", text="^[]0;x^G"),
    ):
        assert line.encode() in seen
    assert b"(private) <eve> ^[]0;x^G" in seen
    back = b"".join(data for path, data in everything_seen("\x1b]0;x\x07") if "back" in path)
    assert b"] (private) <guest8> ^[]0;x^G" in back
    assert b"] <guest8> ^[]0;x^G" in back


# The code

HOME = Path(chatd.__file__).parent
DAEMON = [
    path
    for path in sorted(HOME.rglob("*.py"))
    if path.relative_to(HOME).parts[0] not in ("client", "cli.py", "__main__.py")
]


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax trees of the modules of the daemon by their paths."""
    return {path.relative_to(HOME).as_posix(): syntax_tree(path) for path in DAEMON}


LOGGED_AS_THEY_ARE = {
    "listening",
    "history",
    "what",
    "again",
    "path",
    "why",
    "names",
    "kind",
    "address",
    "fingerprint",
    "version",
    "now",
    "until",
    "how",
    "versions",
    "day",
    "mode",
    "when",
    "line",
    "option",
    "seconds",
    "number",
    "outcome",
    "not_done",
}
"""The values in log lines: addresses, paths and keys of this machine, sentences and numbers of the
daemon's own, texts of the operating system about the store, and names of accounts and rooms,
which are letters and digits, with the numbers of users. No other text of a client is logged."""

OF_THE_LOG = {"util/error_log.py", "daemon/log_pipe.py", "daemon/audit_file.py"}
"""Modules that format and write the log and the audit, which no client receives."""

OF_THE_OPERATOR = {
    *("protocols/control.py", "util/command_parser.py", "daemon/options.py"),
    *("daemon/os_process.py", "daemon/check_config.py", "daemon/config_template.py"),
    *("util/self_signed.py", "command_line/man.py", "command_line/completion.py"),
    *("daemon/service_manager.py", "daemon/systemd.py", "daemon/handover/channel.py"),
    *("accounts/sign_in.py", "accounts/sign_in_helper.py"),
}
"""Modules that answer `chatd admin` with JSON in ASCII, which is escaped, print versions, help, and
what is wrong with options, write keys, manual pages, units and scripts of shells to files, tell
the service manager what the daemon does, ask a helper in JSON in ASCII, and send states to a
successor, which is the daemon's own."""


MAKES_FRAMES = {"protocols/websocket/frames.py"}
"""A module in which a library makes bytes without any text of a client: pongs, and close frames."""

OF_HTTP = {
    "protocols/web/bundle.py",
    "protocols/web/api/posting.py",
    "protocols/web/api/trusted_header.py",
    "protocols/web/http/http1.py",
    "protocols/web/live/handshake.py",
    "protocols/web/http/messages.py",
    "protocols/web/static_files.py",
    "protocols/web/api/hooks.py",
}
"""Modules with heads of answers, files of the page and the description of the API, which contain no
text of clients, and parts of requests. Other bodies come from the encoder."""

OF_HOOKS = {"webhooks/delivery.py", "webhooks/urls.py", "webhooks/http_client.py"}
"""Modules that send to URLs: these in ASCII, signatures, and bodies that the encoder made."""

TO_BE_HASHED = {
    "accounts/credentials.py",
    "accounts/passwords.py",
    "chat/idempotency.py",
    "chat/key_owners.py",
    "chat/login_limits.py",
    "chat/login_networks.py",
    "chat/respondents.py",
    "storage/postgres/search_index.py",
    *("webhooks/incoming/alerts.py", "webhooks/incoming/registry.py"),
}
"""Modules whose bytes are only hashed."""

TO_BE_COUNTED = {
    *("text/work.py", "text/messages.py", "daemon/value_kinds.py"),
    "formats/irc_text.py",
}
"""Modules whose bytes are only counted, or looked at for what has none."""

ROWS = {"text/rows.py"}
"""A module that makes rows of CSV, of cells as `chatd.text.escaping.visible` returns them, and of
JSON in ASCII."""

TO_BE_PARSED = {"protocols/irc/websocket.py"}
"""A module whose bytes are lines of a client, on their way to the parser."""

TO_BE_STORED = {"storage/postgres/pipeline.py"}
"""Modules that send statements and what they store to a database."""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in some code, each with the name of its function."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", None) or getattr(node.func, "id", ""), node


def files_that_call(name: str, where: Callable[[ast.Call], bool] = lambda call: True) -> set[str]:
    return {
        file for file, tree in trees().items() for called, call in calls(tree)
        if called == name and where(call)
    }  # fmt: skip


def test_text_becomes_bytes_in_the_encoder_alone() -> None:
    encoding = files_that_call("encode") - OF_THE_LOG - OF_THE_OPERATOR
    others = TO_BE_HASHED | TO_BE_COUNTED | TO_BE_PARSED | TO_BE_STORED | OF_HOOKS | OF_HTTP | ROWS
    to_be_sent = encoding - others
    assert to_be_sent == {"text/escaping.py"}
    assert files_that_call("encode_lines") | files_that_call("encode_line") == {
        "text/escaping.py",
        "formats/bare.py",
        "formats/irc.py",
        "formats/irc_labels.py",
        "formats/irc_spoken.py",
        "formats/json.py",
        "formats/sse.py",
        "protocols/web/connection.py",
        "protocols/web/http/messages.py",
    }
    on_screens = files_that_call("encode_screen_lines") | files_that_call("encode_screen_line")
    assert on_screens == {"text/escaping.py", "formats/chat.py"}
    assert files_that_call("encode_json_strings") == {"formats/json.py"}
    assert files_that_call("encode_json") == {
        "formats/json.py",
        "formats/sse.py",
        "webhooks/delivery.py",
        "webhooks/push_message.py",
        "protocols/web/http/messages.py",
    }


AROUND_SUCH_BYTES = {"formats/envelopes.py", "formats/irc_labels.py"}


def test_formats_make_their_bytes_with_the_encoder_alone() -> None:
    formats = [
        tree
        for file, tree in trees().items()
        if file.startswith("formats/") and file not in AROUND_SUCH_BYTES
    ]
    nodes = [node for tree in formats for node in nodes_of(tree)]
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node) == "bytes":
            for result in (each for each in ast.walk(node) if isinstance(each, ast.Return)):
                said = ast.unparse(result.value or result)
                made_by = (
                    "encode_line(",
                    "encode_lines(",
                    "encode_screen_line(",
                    "encode_screen_lines(",
                    "self.say(",
                    "self.line(",
                    "self.from_server(",
                    "self._unstored.render(",
                    "self.numeric(",
                    "self.fail(",
                    "self.shared.presence(",
                    "self.shared.typing(",
                    "self.shared.error(",
                    "self.typing(",
                    "self.private(",
                    "self.spoken.render(",
                    "self.shared.spoken.render(",
                    "Spoken(self.server).render(",
                    "self.of_past().render(",
                    "self.message(",
                    "encode_json(",
                    "self.envelope.whole(encode_json(",
                    "self.envelope.whole(b'",
                    "_sse(",
                    "b''.join(",
                )
                assert said == "b''" or said.startswith(made_by), said


def test_what_is_put_into_streams_and_inboxes_comes_from_a_format() -> None:
    for file, tree in trees().items():
        for called, call in calls(tree):
            if called in ("put", "put_slices") and file not in {
                "util/worker.py",
                "rooms/stream.py",
                "protocols/irc/labels.py",  # is a stream
                *OF_THE_LOG,
            }:
                if len(call.args) > 1:  # a value into a table: see chatd.storage.records
                    continue
                given = ast.unparse(call.args[0])
                of_format = re.search(r"(format|answering|_answers)\)?\.\w+\(", given) is not None
                others = {
                    ("protocols/lines/handler.py", "reply"),
                    ("protocols/web/live/websocket.py", "frame"),  # by its decoder
                    ("protocols/live/greeting.py", "self._opening"),
                    ("protocols/live/handler.py", "made"),  # by its format
                    ("protocols/irc/answers.py", "slices"),  # by its format
                    ("protocols/web/live/event_stream.py", "visit.opening"),
                    ("protocols/web/connection.py", "self.decoder.go_on()"),
                    ("protocols/web/http/responder.py", "data"),
                    ("protocols/web/http/responder.py", "self._decoder.begin(answer, self.date)"),
                    ("chat/passing_lines.py", "bell + format.private(author, text)"),
                    ("protocols/irc/names_list.py", "_end(conversation, echoed(each))"),
                    ("protocols/irc/rooms.py", "own.topic(channel, room.topic, *room.topic_set)"),
                    ("protocols/irc/nickserv.py", "notice"),  # by its format
                    ("chat/passing_lines.py", "lines"),
                    ("chat/answer_news.py", "answered"),  # by its format
                    # What another process had rendered:
                    *(
                        ("chat/resumable_subscriptions.py", name)
                        for name in ("each", "line", "data")
                    ),
                    ("protocols/web/connection.py", "state['answers']"),
                    ("chat/subscriptions.py", "seen"),  # by its format
                    ("protocols/irc/typing.py", "own.shared.typing(typing, target)"),
                    *((f"protocols/irc/{name}", "line") for name in ("past.py", "chathistory.py")),
                }
                assert of_format or (file, given) in others, f"{file}: {given}"


OF_THE_STORE = {
    *("storage/shared/store.py", "storage/shared/appender.py", "storage/postgres/importing.py"),
}
"""Modules whose ``send`` or ``write`` gives a batch, or events, to the engine of a store."""


def test_only_outlets_write_to_a_connection_and_those_who_let_nobody_in() -> None:
    """All readers in step are sent the data of a chunk, perhaps after a bell."""
    writing = files_that_call("write") | files_that_call("send")
    others = OF_THE_LOG | OF_THE_OPERATOR | MAKES_FRAMES | OF_HOOKS | OF_HTTP | OF_THE_STORE
    assert writing - others == {
        "protocols/transport/writer.py",
        "protocols/transport/plain_sending.py",
        "protocols/transport/factory.py",
        "util/fanout.py",
        "daemon/handover/adopting.py",  # to a connection of its own, which is reset
    }
    assert files_that_call("send_to_all") == {"rooms/followers.py"}
    followers = trees()["rooms/followers.py"]
    sent = [ast.unparse(call.args[1]) for name, call in calls(followers) if name == "_send_to"]
    assert set(sent) == {"chunk.data", "self._bell + chunk.data"}
    factory = trees()["protocols/transport/factory.py"]
    (refused,) = [call for called, call in calls(factory) if called == "Refused"]
    assert ast.unparse(refused.args[2]) == "client.connection.handler.refusal(full)"
    refusals = {
        file: ast.unparse(node.body[-1])
        for file, tree in trees().items()
        for node in nodes_of(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "refusal"
        if "full: TooManyConnections" in ast.unparse(node.args)
    }
    assert refusals == {
        "protocols/transport/session_handler.py": (
            "return self.format().error(ErrorKind.FULL, full.key, limit=full.limit)"
        ),
        "protocols/web/connection.py": (
            "return refusal_bytes("
            "error_answer(refusal, self._language), date_of(self._server.now()))"
        ),
        "protocols/transport/handler.py": (
            "'Return what the client receives instead of being admitted.'"
        ),
    }
    assert files_that_call("print") | files_that_call("writeSequence") == set()
    delivery = ast.unparse(trees()["webhooks/delivery.py"])
    assert "return encode_json({'room': event.room, **event_members(event" in delivery
    assert "body = (self._hook, body_of(item))" in delivery
    posted = [
        ast.unparse(call.args[2])
        for called, call in calls(trees()["webhooks/delivery.py"])
        if called == "post"
    ]
    assert posted == ["body", "body"]  # of a challenge, which is random, and of a line


def is_sentence_alone(node: ast.AST) -> bool:
    """Return True for a sentence of the daemon's own that no value is put into."""
    name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
    return name == "sentence" and not getattr(node, "keywords", ())


def test_log_lines_are_constant_and_hold_nothing_that_a_client_sent() -> None:
    levels = {"debug", "info", "warn", "error", "critical", "failure", "emit"}
    found = 0
    for file, tree in trees().items():
        for called, call in calls(tree):
            if called not in levels:
                continue
            if not ast.unparse(call.func).rpartition(".")[0].endswith(("log", "logger")):
                continue
            found += 1
            given = call.args[0]
            constant = isinstance(given, ast.Constant)
            assert constant or ast.unparse(given) == "self._format", f"{file}: {ast.unparse(call)}"
            values = {word.arg for word in call.keywords if not is_sentence_alone(word.value)}
            assert values <= LOGGED_AS_THEY_ARE, ast.unparse(call)
    assert found >= 8
    troubles = [
        call
        for tree in trees().values()
        for called, call in calls(tree)
        if called == "RecurringWarning"
    ]
    assert len(troubles) >= 2
    assert all(isinstance(call.args[1], ast.Constant) for call in troubles)


def test_the_one_control_character_that_is_sent_is_sent_in_three_places() -> None:
    """Each place checks that the reader asked for it; a feed hands it to its followers."""
    loaded = [
        (file, node)
        for file, tree in trees().items()
        for node in nodes_of(tree)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    ]
    named = {file for file, node in loaded if isinstance(node, ast.Name) and node.id == "BELL"}
    assert named == {"formats/chat.py"}
    asked = [
        file
        for file, node in loaded
        if isinstance(node, ast.Attribute) and node.attr == "bell"
        if ast.unparse(node).endswith("format.bell")
    ]
    assert sorted(asked) == ["chat/passing_lines.py", "rooms/cursor.py", "rooms/feed.py"]
