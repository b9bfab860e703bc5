"""The lesson of docs/class.md and docs/clase.md, replayed: what Ana types, and what she is shown.

Each of her blocks is replayed in its order, and the pupils do between the blocks what the documents
say of them. A line that begins with a slash is typed; the others are what she is shown.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from chatd.i18n import Language
from tests.support.documents import read
from tests.support.world import Member, World

pytestmark = pytest.mark.one_node("an anonymous question is a part of the lesson")


class Words(NamedTuple):
    """The words of people in a lesson in one language."""

    language: Language
    document: str
    guest: str
    pupil: str
    create: str
    enter: str
    question: str
    yes: str
    lines: tuple[str, str]


ENGLISH = Words(
    Language.ENGLISH,
    "docs/class.md",
    "guest",
    "pupil",
    "/create class announce",
    "/join class",
    "/a what is a port?",
    "/a yes",
    ("Now exercise 3.", "Who is done early, read on page 12."),
)
SPANISH = Words(
    Language.SPANISH,
    "docs/clase.md",
    "invitado",
    "alumno",
    "/crear clase anuncios",
    "/entrar clase",
    "/a ¿qué es un puerto?",
    "/a sí",
    ("Ahora el ejercicio 3.", "Quien acabe pronto, lee en la página 12."),
)


def names(pupil: str) -> list[str]:
    """Return the names of the 24 pupils: the one without a name is the 14th guest."""
    return ["pablo", "nora", *(f"{pupil}{n}" if n != 13 else "" for n in range(3, 25))]


class Lesson:
    """Ana, who owns the room of the class, and 24 pupils."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.world = World(nodes=1, language=words.language, guest=words.guest)
        self.world.ahead = time.mktime((2026, 11, 25, 9, 12, 0, 0, 0, -1))
        self.ana = self.world.member("ana")
        self.pupils = [self.world.person(name) for name in names(words.pupil)]
        self.ana.ask(words.create)
        for pupil in self.pupils:
            pupil.ask(words.enter)
        self.world.introduce(words.enter.split()[1])
        self.ana.seen()

    @property
    def punctual(self) -> list[Member]:
        """The pupils but for Pablo, Nora and guest14."""
        return [pupil for number, pupil in enumerate(self.pupils) if number not in (0, 1, 12)]

    def answer_about_ports(self) -> None:
        answers = [*["/a 1"] * 3, *["/a 80"] * 17, "/a 3"]
        for pupil, answer in zip(self.punctual, answers, strict=True):
            pupil.ask(answer)

    def be_there(self) -> None:
        for pupil in self.punctual:
            pupil.ask("/a")

    def ask_back(self) -> None:
        self.pupils[1].ask(self.words.question)

    def hang(self) -> None:
        """Let the connections of three pupils hang, and Ana say a line."""
        self.pupils[1].ask("/away a doctor")
        for number in (0, 1, 12):
            self.pupils[number].stall()
        for line in self.words.lines:
            self.ana.ask(line)

    def ask(self, line: str) -> list[str]:
        """Type a line of Ana's, and return what she is shown until a second has passed."""
        shown = self.ana.ask(line)
        for _ in range(10):
            self.world.wait(0.1)
        return [*shown, *self.ana.seen()]

    def judge(self) -> None:
        for number, pupil in enumerate(self.punctual):
            pupil.ask(self.words.yes if number < 5 else "/a 2")


AFTER: Mapping[str, Callable[[Lesson], None]] = {
    "roll": Lesson.be_there,
    "ports": Lesson.answer_about_ports,
    "hands": Lesson.ask_back,
    "pace": Lesson.judge,
    "closed": Lesson.hang,
}
"""The deeds of the pupils after a block of Ana's, by its name."""


def replayed(words: Words) -> tuple[str, str]:
    """Return Ana's blocks of a document, and what they are if they are replayed."""
    text = read(words.document)
    blocks = re.findall(r"^<!-- lesson (\w+) -->\n```\n(.*?)^```$", text, re.M | re.S)
    lesson = Lesson(words)
    shown = []
    for name, block in blocks:
        for line in block.splitlines():
            if line.startswith("/"):
                shown += [line, *lesson.ask(line)]
        AFTER.get(name, lambda _: None)(lesson)
        lesson.ana.seen()
    assert {name for name, _ in blocks} >= AFTER.keys()
    return "".join(block for _, block in blocks), "".join(f"{line}\n" for line in shown)


@pytest.mark.parametrize("words", [ENGLISH, SPANISH], ids=["en", "es"])
def test_the_lesson_goes_as_the_document_says(words: Words) -> None:
    written, done = replayed(words)
    assert written == done
