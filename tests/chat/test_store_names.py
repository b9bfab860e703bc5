"""`chatd.chat.store_names`: the names of the lobby and of guests, which a store keeps."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.chat.store_names import ENGLISH, StoreNames, names_of
from chatd.errors import ErrorKind
from chatd.event import Draft, Kind
from chatd.i18n import Language
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged
from chatd.text.validation import is_reserved, validate_room_name
from tests.support.sentences import EN, ES
from tests.support.world import World


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.mark.parametrize("language", Language)
class TestANewStore:
    def test_keeps_the_names_of_its_first_language(
        self, store: MemoryStore, clock: Clock, language: Language
    ) -> None:
        names = names_of(store, language)
        clock.advance(0)
        assert [names_of(store, other) for other in Language] == [names] * len(Language)

    def test_has_a_lobby_that_any_keyboard_types(
        self, store: MemoryStore, language: Language
    ) -> None:
        lobby = names_of(store, language).lobby
        assert lobby.isascii()
        assert validate_room_name(lobby) == lobby

    def test_has_guests_whose_names_are_reserved_everywhere(
        self, store: MemoryStore, language: Language
    ) -> None:
        word = names_of(store, language).guest
        for name in f"{word}7", f"{word.upper()}10", f"{word}-7", f"{word}l":
            assert is_reserved(name)
            assert World().person().ask(f"/nick {name}") == [
                EN.error(ErrorKind.INVALID_NAME, "reserved_name", name=name)
            ]

    def test_has_other_names_than_one_of_another_language(
        self, store: MemoryStore, language: Language
    ) -> None:
        names = names_of(store, language)
        others = [names_of(MemoryStore(Clock()), other) for other in Language if other != language]
        assert names not in others


class TestAStoreOfAnEarlierVersion:
    def test_has_the_names_of_that_version_if_something_was_said(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        store.commit([Draft("ops", 1, "ana", Kind.MESSAGE, ["hola"])])
        clock.advance(0)
        assert names_of(store, Language.SPANISH) == ENGLISH

    def test_has_them_if_a_name_was_registered(self) -> None:
        world = World()
        world.member("ana")
        world.settle()
        assert names_of(world.store, Language.SPANISH) == ENGLISH


def test_damaged_names_are_refused(store: MemoryStore, clock: Clock) -> None:
    names_of(store, Language.SPANISH)
    clock.advance(0)
    (record,) = store.records()
    store.write_records(record._replace(value='{"lobby": 7, "guest": "x"}'))
    clock.advance(0)
    with pytest.raises(Damaged):
        names_of(store, Language.SPANISH)


class TestASpanishWorld:
    @pytest.fixture
    def world(self) -> World:
        return World(language=Language.SPANISH, lobby="entrada", guest="invitado")

    def test_welcomes_a_guest_by_that_name(self, world: World) -> None:
        one = world.person(greeted=True)
        nobody = ES.sentence("nobody_else")
        assert (
            one.seen()[0] == ES.notices("welcome", name="invitado1", room="entrada", here=nobody)[0]
        )

    def test_finds_a_guest_by_that_name(self, world: World) -> None:
        ana, guest = world.person("ana"), world.person()
        ana.type("/mensaje INVITADO2 hola")
        assert guest.seen()[-1] == "(private) <ana> hola"

    def test_names_a_guest_so_again_after_logging_out(self, world: World) -> None:
        ana = world.member("ana")
        assert ana.ask("/cerrarsesion") == [ES.notice("you_are", name="invitado1")]


def test_names_are_values() -> None:
    assert StoreNames("lobby", "guest") == ENGLISH
