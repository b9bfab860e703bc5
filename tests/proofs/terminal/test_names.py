"""No two names in use look the same: `/nick` against the table of confusables.

The pairs are not those of chatd's own table: they come from the package confusable_homoglyphs,
which has Unicode's list in another version, and does not say which of two is the prototype.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from chatd.chat.actions.enter import enter
from chatd.chat.actions.rename import rename
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.text.validation import InvalidName, validate_name
from tests.support.sessions import done
from tests.support.world import Member, World

PAIRS = 10_000
SEED = 39

TEMPLATES = ("{}", "7{}", "{}{}", "{}-2")
"""Names made of one character. Its script is not known here, so the rest is of every script."""

OFTEN_COPIED = (
    "alice",
    "bob",
    "Ivan",
    "José",
    "corner",
    "maría",
    "paco",
    "Ольга",
    "сосна",
    "ОХОТА",
)


def listed_pairs() -> list[tuple[str, str]]:
    """Return the pairs that Unicode lists, in both directions."""
    table = json.loads(
        files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8")
    )
    return [(one, other["c"]) for one, others in table.items() for other in others]


def is_name(text: str) -> bool:
    try:
        validate_name(text)
    except InvalidName:
        return False
    return True


def alike() -> dict[str, set[str]]:
    """Return, for each possible name, all others that look like it, directly or indirectly."""
    groups: dict[str, set[str]] = {}
    for one, other in listed_pairs():
        merged = groups.get(one, {one}) | groups.get(other, {other})
        for member in merged:
            groups[member] = merged
    names = {member for member in groups if is_name(member)}
    return {name: (groups[name] & names) - {name} for name in names}


@cache
def pairs_of_names() -> list[tuple[str, str]]:
    """Return all pairs of names that look alike, each of which is valid by itself."""
    found: set[tuple[str, str]] = set()
    for one, others in alike().items():
        for other in others:
            for template in TEMPLATES:
                pair = template.format(one, one), template.format(other, other)
                if pair[0] < pair[1] and all(map(is_name, pair)):
                    found.add(pair)
    return sorted(found)


def copies(count: int) -> Iterator[tuple[str, str]]:
    """Yield names, and copies of them with some letters replaced by others that look alike."""
    chance = random.Random(SEED)
    letters: dict[str, list[str]] = defaultdict(list)
    for one, other in listed_pairs():
        letters[one].append(other)
    for _ in range(count):
        name = chance.choice(OFTEN_COPIED)
        copy = name
        while copy == name:
            copy = "".join(chance.choice([letter, *letters.get(letter, ())]) for letter in name)
        yield name, copy


class Two:
    """Two clients in no room, which try to take names that look alike, and to make such rooms."""

    def __init__(self) -> None:
        self.world = World()
        self.people = self.world.person(), self.world.person()
        for person in self.people:
            self.world.server.moves.leave(person.session)
        self.refused = 0

    def both_are_called(self, *names: str) -> bool:
        """Return True if each client got one of two names. Release both names afterwards."""
        server = self.world.server
        pairs = zip(self.people, names, strict=True)
        got = [self._may(rename, person, name) for person, name in pairs]
        for person, name in zip(self.people, ("nobody-2", "nobody-3"), strict=True):
            done(self.world, rename(server, person.session, name))
            person.bytes_seen()
        return all(got)

    def both_are_made(self, *names: str) -> bool:
        """Return True if two rooms exist, once both were asked for. Remove both afterwards."""
        server = self.world.server
        for each in zip(self.people, names, strict=True):
            self._may(enter, *each)
        rooms = {person.session.room for person in self.people} - {None}
        for person in self.people:
            server.moves.leave(person.session)
            person.bytes_seen()
        return len(rooms) > 1

    def _may(
        self,
        ask: Callable[[ChatServer, Session, str], Coroutine[Any, Any, object]],
        person: Member,
        name: str,
    ) -> bool:
        try:
            done(self.world, ask(self.world.server, person.session, name))
        except Refusal as refusal:
            self.refused += refusal.kind is ErrorKind.NAME_IN_USE
            return False
        return True


def test_of_two_names_that_look_alike_one_is_refused(unmeasured: None) -> None:
    pairs = random.Random(SEED).sample(pairs_of_names(), PAIRS)
    two = Two()
    assert [pair for pair in pairs if two.both_are_called(*pair)] == []
    # Each name is valid without the other.
    assert two.refused == len(pairs)


def test_of_two_rooms_that_look_alike_one_is_refused(unmeasured: None) -> None:
    two = Two()
    pairs = random.Random(SEED).sample(pairs_of_names(), 1000)
    assert [pair for pair in pairs if two.both_are_made(*pair)] == []
    assert two.refused > 500  # the others are two ways of writing one room


def test_no_copy_of_a_name_in_use_is_accepted(unmeasured: None) -> None:
    two = Two()
    assert [pair for pair in copies(PAIRS) if two.both_are_called(*pair)] == []
    assert (
        two.refused > 50
    )  # nearly all others mix scripts, or contain characters that no name may have


@pytest.mark.parametrize(
    "copy",
    [
        "аlice",
        "alicе",
        "al\u200bice",
        "alice\u2060",
        "\ufeffalice",
        "al\u00adice",
        "alice\u3164",
        "alice\u2800",
        "alice\u00a0",
        "al\u034fice",
        "alice\ufe0f",
        "ali\u0301\u0301\u0301\u0301ce",
        "a\u0338\u0338\u0338\u0338lice",
        "ａｌｉｃｅ",
        "𝐚𝐥𝐢𝐜𝐞",
        "ⓐⓛⓘⓒⓔ",
        "aIice",
        "a1ice",
        "\u202eecila",
        "ALICE",
    ],
)
def test_a_copy_of_alice_is_refused(copy: str) -> None:
    assert not Two().both_are_called("alice", copy)
