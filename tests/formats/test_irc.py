"""Lines of IRC: what clients of a room are sent, and what one client alone is."""

from __future__ import annotations

from typing import Any

from chatd.event import Change, Departure, Event, Kind, Presence
from chatd.formats.irc import IrcFormat, OwnIrcFormat
from chatd.formats.irc_tags import IrcServer
from chatd.remarks import Question
from tests.support.remarks import ACK
from tests.support.sentences import EN

SERVER = IrcServer("irc.example", lambda name, at: name if at >= 1000 else "")


def format_with(*capabilities: str) -> IrcFormat:
    return IrcFormat(SERVER, frozenset(capabilities))


def rendered(text: str, kind: Kind, *capabilities: str, time: int = 1234) -> str:
    event = Event("ops", 7, time, 3, "ana", kind, text)
    return format_with(*capabilities).render([event]).decode()


def seen(change: Change, *capabilities: str, **about: Any) -> str:
    presence = Presence("ops", change, 3, "ana", **about)
    return format_with(*capabilities).presence(presence).decode()


class TestRooms:
    def test_lines(self) -> None:
        mask = ":ana!ana@irc.example"
        assert rendered("hola", Kind.MESSAGE) == f"{mask} PRIVMSG #ops :hola\r\n"
        assert rendered("hola", Kind.NOTICE) == f"{mask} NOTICE #ops :hola\r\n"
        assert rendered("hola", Kind.ACTION) == f"{mask} PRIVMSG #ops :\x01ACTION hola\x01\r\n"
        assert rendered("", Kind.TOPIC) == f"{mask} TOPIC #ops :\r\n"

    def test_a_remark_is_a_notice_of_the_server(self) -> None:
        head = ":irc.example NOTICE #ops :"
        did = EN.sentence("remark_ack", name="ana", line="FIRING DiskFull", words=" (on it)")
        assert rendered(ACK.text(), Kind.ACK) == f"{head}{did}\r\n"
        long = Question("x " * 300, ("yes", "no"))
        lines = rendered(long.text(), Kind.QUESTION, "server-time").splitlines()
        assert len(lines) > 1
        assert all(line.startswith("@time=") and head in line for line in lines)

    def test_nothing_that_is_said_is_ctcp(self) -> None:
        assert "\x01" not in rendered("\x01VERSION\x01", Kind.MESSAGE)
        assert rendered("a\x01\r\nQUIT", Kind.ACTION).count("\x01") == 2

    def test_tags(self) -> None:
        assert rendered("x", Kind.MESSAGE, "server-time").startswith(
            "@time=1970-01-01T00:00:01.234Z :ana"
        )
        assert rendered("x", Kind.MESSAGE, "message-tags").startswith("@msgid=7-ops :ana")
        assert rendered("x", Kind.MESSAGE, "account-tag").startswith("@account=ana :ana")

    def test_a_name_before_its_account(self) -> None:
        assert rendered("x", Kind.MESSAGE, "account-tag", time=999).startswith(":ana")


class TestPresence:
    def test_who_comes_and_goes(self) -> None:
        mask = ":ana!ana@irc.example"
        assert seen(Change.JOINED) == f"{mask} JOIN #ops\r\n"
        assert seen(Change.JOINED, "extended-join") == f"{mask} JOIN #ops * :ana\r\n"
        assert seen(Change.RENAMED, new_name="eva", quits=True) == f"{mask} NICK eva\r\n"
        assert seen(Change.LEFT, reason="bye") == f"{mask} PART #ops :bye\r\n"
        assert seen(Change.LEFT, quits=True) == f"{mask} QUIT :\r\n"
        assert seen(Change.AWAY, "away-notify", absent=True) == f"{mask} AWAY :not connected\r\n"
        assert seen(Change.LEFT, by="luis") == ":luis!luis@irc.example KICK #ops ana :luis\r\n"

    def test_a_name_that_another_session_has_elsewhere(self) -> None:
        assert seen(Change.RENAMED, new_name="eva").split("\r\n")[:-1] == [
            ":ana!ana@irc.example PART #ops :",
            ":eva!eva@irc.example JOIN #ops",
        ]

    def test_a_role_comes_with_the_name(self) -> None:
        assert seen(Change.JOINED, role="owner").split("\r\n")[:-1] == [
            ":ana!ana@irc.example JOIN #ops",
            ":irc.example MODE #ops +qo ana ana",
        ]

    def test_a_new_name_may_have_another(self) -> None:
        lines = seen(Change.RENAMED, new_name="eva", quits=True, had="voiced", role="operator")
        assert lines.split("\r\n")[1] == ":irc.example MODE #ops -v+o eva eva"
        lines = seen(Change.RENAMED, new_name="eva", quits=True, had="voiced")
        assert lines.split("\r\n")[1] == ":irc.example MODE #ops -v eva"


class TestOwn:
    def test_nothing_is_said_before_the_nickname_is_known(self) -> None:
        own = OwnIrcFormat(shared=format_with())
        assert own.say("hola") == b""
        assert own.you("ana", is_guest=False, logged_in=False) == b""
        assert own.numeric("451", text="no") == b":irc.example 451 * :no\r\n"

    def test_its_own_name(self) -> None:
        own = OwnIrcFormat(shared=format_with(), name="ana")
        assert own.say("a\nb") == b":irc.example NOTICE ana :a\r\n:irc.example NOTICE ana :b\r\n"
        assert own.you("eva", is_guest=False, logged_in=False) == (
            b":ana!ana@irc.example NICK eva\r\n"
        )
        assert own.left("ops", Departure("out", "luis")) == (
            b":luis!luis@irc.example KICK #ops ana :out\r\n"
        )
