"""A conversation in JSON lines: its beginning, requests, and answers."""

from typing import Any

import pytest

from chatd.client import json_lines
from chatd.client.json_lines import DEEPEST, Message, Refused
from chatd.client.server import Server
from chatd.client.wire import ClientError
from chatd.protocols.lines.framing import TooLong
from tests.support.sentences import EN, ES
from tests.support.stand_in import DEADLINE, WELCOME, ChatStandIn, FakeServer, Peer, Script


def server_at(port: int) -> Server:
    return Server("127.0.0.1", port, None, False, None)


def begun(script: Script, **hello: Any) -> Message:
    """Begin a conversation with a server, and return its answer to hello."""
    with FakeServer(script) as server:
        talk, answer = json_lines.begin(server_at(server.port), **hello)
        talk.close()
    return answer


def nested(lists: int) -> bytes:
    """Return a message with a list in a list, and so on."""
    return b'{"a":%b}' % (b"[" * lists + b"]" * lists)


def failure(script: Script) -> str:
    """Return why a conversation with a server cannot begin, without the server's address."""
    with FakeServer(script) as server, pytest.raises(ClientError) as error:
        json_lines.begin(server_at(server.port))
    return str(error.value).removeprefix(f"127.0.0.1:{server.port} ")


class TestBeginning:
    """The welcome, ``/json``, and hello."""

    def test_the_welcome_is_passed_over_and_members_that_are_none_are_left_out(self) -> None:
        room = ChatStandIn(welcome=(WELCOME, "*** a motd", "ERR Not allowed: not there."))
        assert begun(room, name=None, key="k")["lobby"] == "lobby"
        assert room.asked == [{"type": "hello", "key": "k"}]

    def test_the_welcome_may_be_for_a_user_of_the_machine(self) -> None:
        """With ``--unix-names`` it has the login name in the place of a guest's."""
        for sentences in EN, ES:
            welcome = sentences.notices("welcome", name="ana", room="lobby", here="")
            assert begun(ChatStandIn(welcome=tuple(welcome)))["lobby"] == "lobby"

    def test_what_comes_in_one_piece_with_the_answer_is_for_the_next_who_reads(self) -> None:
        def script(peer: Peer) -> None:
            peer.send(WELCOME)
            peer.read()
            peer.tell("error")
            while b"hello" not in peer.read():
                pass
            peer.send('{"type":"hello"}', '{"type":"error"}', '{"type":"bell"}')

        with FakeServer(script) as server:
            talk, _ = json_lines.begin(server_at(server.port))
            messages, _ = talk.exchange(DEADLINE)
            assert [each["type"] for each in messages] == ["error", "bell"]
            talk.close()

    def test_an_older_server_is_sent_no_message_that_it_would_say(self) -> None:
        received: list[bytes] = []

        def older(peer: Peer) -> None:
            peer.send(WELCOME)
            for _ in range(2):
                received.append(line := peer.read())
                peer.send(f"ERR Unknown command: {line.decode().strip()}. /help lists them.")
            received.append(peer.read())

        assert failure(older).startswith("has an older version of chatd, without JSON lines.")
        assert received == [b"/json\n", b"/sync\n", b""]

    @pytest.mark.parametrize(
        ("first", "kind"),
        [
            ("SSH-2.0-OpenSSH_9.2", "is an SSH server, not a chat port of chatd."),
            ("220 mail.example ESMTP", "is a mail or FTP server, not a chat port of chatd."),
            ("+OK POP3", "is a mailbox server (POP3 or IMAP), not a chat port of chatd."),
            ("HTTP/1.1 400 Bad Request", "is a web server, not a chat port of chatd."),
            ("*** hello", "is not a chat port of chatd: its first line is '*** hello'."),
            ("\x1b]0;x\x07", "is not a chat port of chatd: its first line is '^[]0;x^G'."),
        ],
    )
    def test_a_server_of_another_kind_is_named_and_sent_nothing(
        self, first: str, kind: str
    ) -> None:
        received: list[bytes] = []

        def script(peer: Peer) -> None:
            peer.send(first)
            received.append(peer.read())

        assert failure(script) == f"{kind} Check host and port."
        assert received == [b""]

    def test_a_server_that_refuses_the_connection_is_quoted_safely(self) -> None:
        def full(peer: Peer) -> None:
            peer.send(b"ERR Full: \x1b]0;too many\x07 here\xff.")

        assert failure(full) == rb"Full: ^[]0;too many^G here\xff.".decode()

    def test_a_server_that_closes_without_a_word_is_reported(self) -> None:
        assert failure(lambda peer: None) == (
            "the server closed the connection without a greeting."
            " If that port uses TLS, add --tls or --fingerprint sha256:..."
        )

    def test_a_server_that_closes_after_the_welcome_is_reported(self) -> None:
        def closing(peer: Peer) -> None:
            peer.send(WELCOME)
            peer.read()

        assert failure(closing) == "the server closed the connection."


@pytest.mark.parametrize(
    "line",
    [
        b"<ana> hola",
        b"[1]",
        b"{",
        b'{"a":\xff}',
        TooLong(b'{"a":'),
        b"[" * 100_000,
        nested(DEEPEST),
        nested(900),
        b'{"a":NaN}',
        b'{"a":1,"a":2}',
    ],
)
def test_a_line_that_is_no_message_ends_the_conversation(line: bytes) -> None:
    with pytest.raises(ClientError, match="the server sent a line that is no message"):
        json_lines.decode(line)


class TestRequests:
    """Requests and their answers."""

    def asked(self, answers: list[Message], type: str) -> tuple[Message, list[Message]]:
        """Return the answer to a request, and the other messages."""

        class Answering(ChatStandIn):
            def answer(self, peer: Peer, message: dict[str, Any]) -> None:
                if message["type"] == "hello":
                    super().answer(peer, message)
                    return
                for each in answers:
                    peer.tell(**{"id": message["id"], **each})

        others: list[Message] = []
        with FakeServer(Answering()) as server:
            talk, _ = json_lines.begin(server_at(server.port))
            try:
                return talk.ask(type, otherwise=others.append), others
            finally:
                talk.close()

    def test_an_answer_is_known_by_its_id(self) -> None:
        other = {"type": "people", "id": "another", "names": ["luis"]}
        own = {"type": "people", "names": ["ana"]}
        answer, others = self.asked([other, own], "people")
        assert answer["names"] == ["ana"]
        assert others == [other]

    def test_an_error_is_raised_with_its_kind(self) -> None:
        error = {"type": "error", "kind": "No room", "text": "x does not exist."}
        with pytest.raises(Refused, match=r"^No room: x does not exist\.$") as refused:
            self.asked([error], "people")
        assert refused.value.kind == "No room"

    def test_a_command_is_answered_to_its_end(self) -> None:
        answers: list[Message] = [{"type": "error", "kind": "Wrong use", "text": "no."}]
        with pytest.raises(Refused, match="Wrong use: no"):
            self.asked([*answers, {"type": "done"}], "line")

    def test_text_that_is_not_utf8_is_not_sent(self) -> None:
        with pytest.raises(ClientError, match="not UTF-8"):
            json_lines.encode("search", text="\udcff")

    def test_a_server_that_ends_instead_is_quoted(self) -> None:
        class Ending(ChatStandIn):
            def answer(self, peer: Peer, message: dict[str, Any]) -> None:
                if message["type"] == "hello":
                    super().answer(peer, message)
                else:
                    peer.tell("closing", reason="stopping")
                    peer.connection.shutdown(1)

        with FakeServer(Ending()) as server:
            talk, _ = json_lines.begin(server_at(server.port))
            with pytest.raises(ClientError, match=r"closed the connection: stopping\."):
                talk.ask("people")
            talk.close()
