"""The arguments of every command: each is understood, or refused.

No argument that is not understood falls back to another meaning. `REFUSED` has lines that must be
refused, each with the kind of error and words of the right use; `UNDERSTOOD` has lines that must
not, each with its answer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from chatd.commands.dispatch import COMMANDS, TABLE
from tests.support.sentences import EN
from tests.support.world import Member, World

USE, ROOM, NAME, NOBODY, UNKNOWN = (
    "Wrong use",
    "No room",
    "Invalid name",
    "Nobody",
    "Unknown command",
)

NO_ARGUMENT = ("leave", "mentions", "missed", "skip", "text", "bans", "close", "stats")
ONE_NAME = ("invite", "uninvite", "voice", "unvoice", "op", "unop", "unmute", "unban")
SWITCHES = ("echo", "times", "quiet", "bell", "guests", "stay")
TIMES = (
    *("10min", "5", "1y", "1h30m", "30s.", "-5m", "+1h", ".5h", "½h", "٣m", '"1h"', "5parsecs"),
    *("0", "0s", "367d", "10 m", "10 minutes", "for 10m", "durante 10m", "an hour", "una hora"),
    *("forever", "permanent", "for ever", "para siempre", "siempre", "until monday", "spam 10m"),
)
MORE_TIMES = ("30m", "30 m", "30 minutes", "and 30m", "y 30 min", "2days talk")

REFUSED: list[tuple[str, str, str]] = [
    *((f"/{name} x", USE, EN.wrong_use(f"/{name}")) for name in NO_ARGUMENT),
    ("/rooms x y", USE, EN.wrong_use("/rooms")),
    *((f"/{name}", USE, "NAME") for name in ONE_NAME if name != "unban"),
    *((f"/{name} luis eva", USE, f"/{name}") for name in ONE_NAME if name != "unban"),
    ("/unban luis eva", USE, "/unban"),
    *((f"/{name} luis #ops", USE, "#ops NAME") for name in ONE_NAME),
    *((f"/{name} #nope luis", ROOM, "#nope") for name in (*ONE_NAME, "kick", "mute", "ban")),
    *((f"/{name} {word}", USE, "on|off") for name in SWITCHES for word in ("maybe", "1", "on off")),
    *((f"/{name}", USE, "on|off") for name in SWITCHES),
    *((f"/mute luis {time}", USE, "2h or 3d") for time in TIMES),
    *((f"/ban luis {time} spam", USE, "2h or 3d") for time in TIMES[:-3]),
    *((f"/ban luis 1h {time}", USE, "90m; not 1h 30m") for time in MORE_TIMES),
    ("/ban @luis 2hours", USE, "2h or 3d"),
    ("/kick luis #tea", USE, "#tea NAME"),
    ("/mute luis #tea 1h", USE, "#tea NAME"),
    ("/mute luis 1h #tea", USE, "#tea NAME"),
    ("/ban luis #tea", USE, "#tea NAME"),
    ("/kick", USE, "NAME"),
    ("/mute", USE, "NAME"),
    ("/ban", USE, "WHO"),
    *(
        (f"/{name} {who}", USE, right)
        for name in ("ban", "unban")
        for who, right in (
            ("0.0.0.0/0", "from /16 to /32 of IPv4"),
            ("10.0.0.0/8 1h spam" if name == "ban" else "10.0.0.0/8", "from /16 to /32 of IPv4"),
            ("::/0", "from /32 to /64 of IPv6"),
            ("2001:db8::1/128", "from /32 to /64 of IPv6"),
            ("10.1.2.3/24", "10.1.2.0/24"),
            ("2001:db8:7:1::/48", "2001:db8:7::/48"),
            ("10.1.2.0/255.255.255.0", f"/{name} WHO"),
            ("luis/48", f"/{name} WHO"),
            ("@luis/", f"/{name} WHO"),
            ("@luis/x", f"/{name} WHO"),
            ("@luis/-48", f"/{name} WHO"),
            ("@luis/40", "@luis/48"),
            ("@luis/24", "192.0.2.0/24"),
        )
    ),
    *((f"/ban {word}", USE, "a NETWORK") for word in ("10.1.2", "10.1.2.03", "10.1.2.300 1h")),
    *((f"/away {word}", USE, "/away [TEXT]") for word in ("on", "OFF", "no")),
    ("/nick", USE, "NAME"),
    ("/nick a b", NAME, EN.sentence("invalid_name", name="a b")),
    ("/join", USE, "ROOM"),
    ("/join a b", NAME, EN.sentence("invalid_room", name="a b")),
    ("/join #a,#b", NAME, EN.sentence("invalid_room", name="a,#b")),
    ("/who a b", NAME, EN.sentence("invalid_room", name="a b")),
    ("/who nope", ROOM, "#nope"),
    ("/whois", USE, "NAME"),
    ("/whois a b", NAME, EN.sentence("invalid_name", name="a b")),
    ("/whois #ops", NAME, EN.sentence("invalid_name", name="#ops")),
    ("/me", USE, "ACTION"),
    ("/msg", USE, "TEXT"),
    ("/msg luis", USE, "TEXT"),
    ("/msg nobody hola", NOBODY, "nobody"),
    ("/msg a,b hola", NOBODY, "a,b"),
    ("/msg #nope hola", ROOM, "#nope"),
    ("/paste hola", USE, "/paste"),
    ("/topic #nope", ROOM, "/topic #ops TEXT"),
    ("/topic #secrt launch is friday", ROOM, "/topic #ops TEXT"),
    ("/topic #", ROOM, "/topic #ops TEXT"),
    ("/topic #nope -", ROOM, "/topic #ops TEXT"),
    *((f"/history {word}", USE, "[N]") for word in ("abc", "0", "-1", "1e9", "20 30", "#ops", "٣")),
    *((f"/since {word}", USE, "10m") for word in ("", "x", "10", "10min", "1h 30m", "1h30m")),
    ("/search", USE, "WORDS"),
    ('/search ""', USE, "WORDS"),
    ("/search x since:soon", USE, "since:2d"),
    ("/search x since: 2d", USE, "since:2d"),
    *((f"/search {part} x", USE, "from:ana") for part in ("from:", "from:@ana", 'from:"ana"')),
    ("/search from:ana from:luis", USE, "once"),
    ("/search " + "x " * 17, USE, "at most 16 words"),
    ("/language", USE, "en|es"),
    ("/language fr", USE, "en|es"),
    ("/language en es", USE, "en|es"),
    ("/ignore luis eva", USE, "NAME"),
    ("/ignore ana", USE, "NAME"),
    ("/unignore luis eva", USE, "NAME"),
    ("/create", USE, "ROOM"),
    ("/create den badmode", USE, "MODE"),
    ("/create den open now", USE, "MODE"),
    ("/create den closed", USE, "/close"),
    ("/create #ops", "Name in use", "#ops"),
    ("/mode badmode", USE, "open, private"),
    ("/mode ops private", USE, "open, private"),
    ("/mode #nope private", ROOM, "#nope"),
    ("/mode #ops private-lines members", USE, "open, private"),
    ("/mode private-lines nobody", USE, "/mode private-lines members"),
    ("/mode private-lines members now", USE, "/mode private-lines members"),
    ("/close #nope", ROOM, "#nope"),
    ("/close now", USE, "/close"),
    ("/hook", USE, "add URL"),
    ("/hook ad https://example.com/", USE, "add URL"),
    ("/hook add", USE, "add URL"),
    ("/hook add https://example.com/ x", USE, "https://"),
    ("/hook list x", USE, "list"),
    ("/hook remove", USE, "remove"),
    ("/hook remove x", USE, "/hook list"),
    ("/token", USE, "new|list|revoke"),
    ("/token make x", USE, "new|list|revoke"),
    ("/token list x", USE, "new|list|revoke"),
    ("/token new", USE, "new|list|revoke"),
    ("/token new a b", USE, EN.sentence("no_such_scope", scope="b")),
    ("/token revoke nope", USE, "/token list"),
    ("/logout everything", USE, "others"),
    ("/login", USE, "NAME [PASSWORD]"),
    ("/login nobody secret-1234", "Not registered", "nobody"),
    ("/disconnect", USE, "NAME"),
    ("/disconnect luis eva", USE, "NAME"),
    ("/disconnect nobody", NOBODY, "nobody"),
    ("/wall", USE, "TEXT"),
    ("/help x y", UNKNOWN, "/help"),
    ("/help nope", UNKNOWN, "/help"),
]

UNDERSTOOD = [
    ("/mute luis", EN.deed("mute", "ana", "luis", time="1h")),
    ("/mute luis spam", EN.deed("mute", "ana", "luis", time="1h", reason="spam")),
    ("/mute luis 90M too  loud", EN.deed("mute", "ana", "luis", time="1h 30m", reason="too  loud")),
    ("/mute luis 90m spam", EN.deed("mute", "ana", "luis", time="1h 30m", reason="spam")),
    ("/mute luis 1h 3 warnings", EN.deed("mute", "ana", "luis", time="1h", reason="3 warnings")),
    ("/mute luis 1h 2nd time", EN.deed("mute", "ana", "luis", time="1h", reason="2nd time")),
    ("/mute luis 1h 2do aviso", EN.deed("mute", "ana", "luis", time="1h", reason="2do aviso")),
    (
        "/mute luis 1h forever rude",
        EN.deed("mute", "ana", "luis", time="1h", reason="forever rude"),
    ),
    ("/mute luis for spam", EN.deed("mute", "ana", "luis", time="1h", reason="for spam")),
    ("/mode private-lines", EN.notice("private_lines_everyone")),
    ("/guests no", EN.notice("guests_off")),
    ("/away off to lunch", EN.notice("away_on", away="off to lunch")),
    ("/ban luis 1w", EN.deed("ban", "ana", "luis", time="7d")),
    ("/ban luis", EN.deed("ban", "ana", "luis", time="7d")),
    ("/kick luis no #ops", EN.deed("kick", "ana", "luis", reason="no #ops")),
    ("/topic", EN.notice("no_topic", room="ops")),
    ("/topic #tea", EN.notice("topic", topic="Earl Grey")),
    ("/topic #ops #1 priority", EN.notice("topic_set", name="ana", topic="#1 priority")),
    ("/topic -5 degrees", EN.notice("topic_set", name="ana", topic="-5 degrees")),
    ("/topic -", EN.notice("no_topic", room="ops")),
    ("/unignore", EN.notice("ignores_nobody")),
    ("/since 90m", EN.notice("since", shown=1, count=1, room="ops", time=...)),
    ("/history 999999999999999", "*** "),
    ('/search "since:soon"', EN.notice("nothing_found", room="ops")),
    ("/help /who", "/who [ROOM]"),
    ("/unban luis", EN.notice("not_banned", name="luis", room="ops")),
    ("/quit see you", EN.notice("goodbye")),
]


@pytest.fixture
def ana() -> Member:
    """Return an administrator, who owns #ops and is there with luis, a guest.

    There is #tea, too.
    """
    world = World()
    ana = world.member("ana", admin=True)
    ana.type("/join tea", "/topic Earl Grey", "/join ops", "hola")
    luis = world.person("luis", network="10.1.2.3")
    luis.type("/join ops")
    world.member("eva").type("/join ops")
    world.wait(60)  # all announcements are made
    ana.seen()
    return ana


def logged(person: Member) -> list[int]:
    return [room.head for room in person.world.server.rooms.values()]


@pytest.mark.one_process("the test changes or holds objects of one process")
@pytest.mark.parametrize(("line", "kind", "right"), REFUSED)
def test_what_is_not_understood_is_refused_and_changes_nothing(
    ana: Member, line: str, kind: str, right: str
) -> None:
    name, space, argument = line[1:].partition(" ")
    before = logged(ana), ana.session.room, ana.session.subscriptions.settings
    for each in COMMANDS[name].names:
        ana.world.clock.advance(60)
        ana.type(f"/{each}{space}{argument}")
        (error,) = ana.seen()
        assert error.startswith(f"ERR {kind}: "), error
        assert right in error.replace(f"/{each} is", f"/{name} is")
        assert (logged(ana), ana.session.room, ana.session.subscriptions.settings) == before
    assert not ana.closed


@pytest.mark.parametrize(("line", "answer"), UNDERSTOOD)
def test_what_is_understood_is_done(ana: Member, line: str, answer: str) -> None:
    ana.type(line)
    answers = ana.seen()
    assert any(answer in each for each in answers), answers


def test_every_command_is_tried_here_or_in_the_tests_of_its_module() -> None:
    tried = {COMMANDS[line[1:].split(" ")[0]].name for line, *_ in [*REFUSED, *UNDERSTOOD]}
    files = (
        path for path in Path(__file__).parent.glob("test_*.py") if path.name != "test_grammar.py"
    )
    others = "".join(path.read_text("utf-8") for path in files)
    for command in TABLE:
        assert command.name in tried or f'"/{command.name}' in others, (
            f"no test types /{command.name}: add a case to UNDERSTOOD in {Path(__file__).name}, or"
            " a test to the file of its module in tests/commands"
        )


def test_a_topic_can_be_taken_away(ana: Member) -> None:
    for none in "-", '""':
        ana.type("/topic Release")
        ana.seen()
        ana.type(f"/topic {none}", "/topic")
        assert ana.seen() == [
            EN.notice("topic_cleared", name="ana"),
            EN.notice("no_topic", room="ops"),
        ]
    ana.type("/topic #tea -", "/topic #tea")
    assert EN.notice("no_topic", room="tea") in ana.seen()
    ana.type("/join tea")
    assert not any("Earl Grey" in line and "Topic" in line for line in ana.seen())
