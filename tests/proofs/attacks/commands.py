"""Attacks by clients that send commands: odd ones, or without end."""

from __future__ import annotations

import random

from tests.proofs.attacks.attack import HASHING, READING, SEARCHING, Attack
from tests.proofs.attacks.past import TAGGED
from tests.support.hostile import MARKS_IN_THE_WRONG_ORDER, marks_in_the_wrong_order

COMMANDS = (
    *("help", "nick", "join", "leave", "rooms", "who", "me", "msg", "topic", "history", "since"),
    *("echo", "times", "language", "create", "mode", "invite", "uninvite", "voice", "unvoice"),
    *("op", "unop", "kick", "mute", "unmute", "ban", "unban", "bans", "close", "wall"),
    *("disconnect", "stats", "search", "mentions", "missed", "skip"),
    *("ignore", "unignore", "bell", "quiet", "away"),
    *("register", "login", "password", "logout", "unregister", "whois"),
)
"""All commands but those after which a line is no command any more."""

ODD_ARGUMENTS = (
    b"",
    b" ",
    b"-1",
    b"0",
    b"99999999999999999999999999",
    b"1e9",
    b"10m 10m",
    b"99999999999d",
    b"#",
    b"##",
    b"{log_source.secret} {0} {}",
    b"%s%n%d",
    b"../../etc/passwd",
    b"'; DROP TABLE log; --",
    b"\x1b]0;title\x07",
    b"\x00\x00",
    b"\r\r",
    b"\xff\xfe",
    "\u202e\u2066\ud7ff\uffff\U0010ffff".encode(),
    ("e" + "\u0301" * 2000).encode(),
    *(text.encode() for text in MARKS_IN_THE_WRONG_ORDER),
    b"x" * 4_090,
    b"x" * 200_000,
    b"guest1",
    b"#lobby",
    b"a b c d e f g",
)


class OddArguments(Attack):
    """Ten clients give every command no argument, huge ones and odd ones, in a random order."""

    clients = 10
    few = 4
    shared = HASHING

    def run(self) -> None:
        dice = random.Random(4)
        lines = [
            b"/%s %s\n" % (name.encode(), argument)
            for name in COMMANDS
            for argument in ODD_ARGUMENTS
        ]
        self.pour(self.fleet(), lambda _: dice.choice(lines))


class CommandFlood(Attack):
    """Ten clients ask for the last hundred lines, in a loop, and read the answers."""

    clients = 10
    few = 4

    def run(self) -> None:
        self.pour(
            self.fleet(),
            lambda _: b"".join(b"/history %d\n" % (100 - number) for number in range(100)),
        )


class RoomsListed(Attack):
    """Ten clients list a thousand rooms, whose topics grow when they are escaped, without end."""

    clients = 10
    few = 4

    def run(self) -> None:
        self.pour(self.fleet(), lambda _: b"/rooms\n" * 100)


class PastThatGrows(Attack):
    """Ten clients ask for the last lines of a room, each ten times as long when it is escaped.

    Forty bytes of a request cause eight megabytes of an answer.
    """

    clients = 10
    few = 4
    shared = READING

    def run(self) -> None:
        fleet = self.fleet()
        for client in fleet:
            self.sent += client.send(b"/join %s\n" % TAGGED.encode())
        self.pour(
            fleet,
            lambda _: b"".join(b"/history %d\n" % (200 - number) for number in range(100)),
        )


class Renames(Attack):
    """Twenty clients take new names without end; everyone in the room receives each rename."""

    clients = 20
    few = 10

    def run(self) -> None:
        dice = random.Random(4)
        self.pour(self.fleet(), lambda _: b"/nick n%d\n" % dice.randrange(10**9))


class RoomsMade(Attack):
    """Twenty clients make rooms without end, and say a line in each, so that it stays."""

    clients = 20
    few = 10

    def run(self) -> None:
        dice = random.Random(4)
        self.pour(self.fleet(), lambda _: b"/join r%d\nhere\n/rooms\n" % dice.randrange(10**9))


class RoomsEntered(Attack):
    """Twenty named clients enter and leave the room without end."""

    clients = 20
    few = 10

    def run(self) -> None:
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            client.send(b"/nick visitor%d\n" % index)
        self.pour(fleet, lambda _: b"/join elsewhere\n/leave\n")


class PasswordGuesses(Attack):
    """Twenty clients register a name, and guess the passwords of each other's without end."""

    clients = 20
    few = 10
    shared = HASHING

    def run(self) -> None:
        dice = random.Random(4)
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            client.send(b"/nick owner%d\n/register correct horse\n" % index)
        self.pour(fleet, lambda _: b"/login owner%d wrong horse\n" % dice.randrange(len(fleet)))


class NamesRegistered(Attack):
    """Twenty clients register names without end."""

    clients = 20
    few = 10
    shared = HASHING

    def run(self) -> None:
        dice = random.Random(4)
        self.pour(
            self.fleet(),
            lambda _: b"/nick n%d\n/register correct horse\n/logout\n" % dice.randrange(10**9),
        )


class QuestionsCancelled(Attack):
    """Twenty clients request prompts for a password without end, and send blank lines."""

    clients = 20
    few = 10

    def run(self) -> None:
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            client.send(b"/nick asked%d\n" % index)
        self.pour(fleet, lambda _: b"/register\n\n\n\n" * 100)


class Searches(Attack):
    """Ten clients talk, and search without end.

    They search for common words, for words that were never said, and for words too short for an
    index.
    """

    clients = 10
    few = 4
    shared = SEARCHING

    def run(self) -> None:
        dice = random.Random(4)
        words = (
            "the quick",
            "fox",
            "nowhere to be found",
            "o",
            "qu",
            '"brown fox jumps"',
            "x" * 4000,
        )
        line = b"-------- the quick brown fox jumps over the lazy dog\n"

        def supply(_: int) -> bytes:
            search = b"/search %s %d\n" % (dice.choice(words).encode(), dice.randrange(10))
            return self.distinct(line, 20) + search

        self.pour(self.fleet(), supply)


class Marks(Attack):
    """Ten clients say lines of marks that must be sorted, and search for such words.

    Each line is another one. As many clients have names with marks, and a bell for mentions.
    Sorting 4,095 marks took 40 ms: three searches for mentions blocked the server for half a
    second.
    """

    clients = 20
    few = 10
    shared = SEARCHING

    def run(self) -> None:
        dice = random.Random(4)
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            client.send(f"/nick é{index}\n/bell mentions\n".encode())
        run = marks_in_the_wrong_order(30)

        def supply(client: int) -> bytes:
            number = dice.randrange(10**9)
            if client % 2:
                return f"/mentions\n/search é{number}{run * 20}\n".encode()
            some = dice.choice((f"{number} é{client + 1} " + run * 135, *MARKS_IN_THE_WRONG_ORDER))
            return f"{number} {some[:4000]}\n".encode()

        self.pour(fleet, supply)


class PrivateLines(Attack):
    """Twenty clients fill the inbox of an account, and of each other, without end."""

    clients = 20
    few = 10
    shared = HASHING

    def run(self) -> None:
        fleet = self.fleet()
        fleet[0].send(b"/nick victim\n/register correct horse\n/logout\n")
        self.pour(fleet, lambda _: b"/msg victim " + self.distinct(b"x" * 200 + b"\n"))


class QuestionsAsked(Attack):
    """Ten clients ask questions in one room, answer all of them in words, and look, without end."""

    clients = 10
    few = 4

    def run(self) -> None:
        dice = random.Random(5)
        fleet = self.fleet()
        for client in fleet:
            client.send(b"/join quiz\n")
        lines = (
            b"/ask q%d | a | b | c\n",
            b"/ask why %d?\n",
            b"/a %d\n" + b"/a " + b"w" * 490 + b"\n",
            b"/answers\n/show answers\n#%d\n",
            b"/ask done\n#%d\n",
        )
        self.pour(fleet, lambda _: dice.choice(lines) % dice.randrange(10**6))


class Deeds(Attack):
    """Ten clients moderate rooms of their own: mutes, bans, invitations and modes without end."""

    clients = 10
    few = 4
    shared = HASHING

    def run(self) -> None:
        dice = random.Random(4)
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            client.send(b"/nick boss%d\n/register correct horse\n/create r%d\n" % (index, index))
        verbs = (
            b"/mute n%d\n",
            b"/ban n%d\n",
            b"/invite n%d\n",
            b"/mode private\n/mode open\n#%d\n",
        )
        self.pour(fleet, lambda _: dice.choice(verbs) % dice.randrange(10**6))
