"""`chatd.chat.names`: the owners of names, when they can be taken, and when they are free again."""

from __future__ import annotations

import pytest

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import by_password
from chatd.chat.names import ConfusableIndex, Names, refusal_of
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.storage.records import change
from chatd.text.validation import InvalidName, validate_name
from tests.support.world import Member, World


class Scene:
    """Ana is registered; Luis and Eva are guests that have no name yet."""

    def __init__(self) -> None:
        self.world = World()
        server = self.world.server
        self.accounts = server.accounts
        change(self.world.store, self.accounts.table.put("ana", Account("Ana", "")))
        self.world.settle()
        self.names = Names(self.accounts)
        self.luis, self.eva = self.world.person(), self.world.person()

    def log_in(self, person: Member, key: str) -> None:
        """Log a person in to the account of that key."""
        person.session.identity.grant = by_password(self.accounts.table[key], 0)

    def give(self, person: Member, name: str) -> None:
        self.names.take(person.session, name)
        person.session.identity.name = name

    def refused(self, person: Member, name: str) -> str:
        """Return the key of the refusal of that name; "" if the person can have it."""
        try:
            self.names.check(self.names.together(person.session), name)
        except Refusal as refusal:
            return refusal.key
        return ""


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_free_name_can_be_taken(scene: Scene) -> None:
    assert scene.refused(scene.luis, "luis") == ""


def test_a_name_in_use_cannot_be_taken_in_any_case(scene: Scene) -> None:
    scene.give(scene.luis, "Luis")
    assert scene.refused(scene.eva, "LUIS") == "name_in_use"


def test_a_person_may_write_the_own_name_in_another_case(scene: Scene) -> None:
    scene.give(scene.luis, "luis")
    assert scene.refused(scene.luis, "Luis") == ""


def test_a_look_alike_of_a_name_in_use_cannot_be_taken(scene: Scene) -> None:
    scene.give(scene.luis, "Bob1")
    assert scene.refused(scene.eva, "Bobl") == "looks_like_name"


def test_a_person_may_take_a_look_alike_of_the_own_name(scene: Scene) -> None:
    scene.give(scene.luis, "Bob1")
    assert scene.refused(scene.luis, "Bobl") == ""


@pytest.mark.parametrize("name", ["Ana", "ana", "ANA"])
def test_a_registered_name_cannot_be_taken_while_its_owner_is_away(scene: Scene, name: str) -> None:
    assert scene.refused(scene.eva, name) == "registered_name"


def test_a_look_alike_of_a_registered_name_cannot_be_taken(scene: Scene) -> None:
    change(scene.world.store, scene.accounts.table.put("ace", Account("ace", "")))
    assert scene.refused(scene.eva, "асе") == "looks_like_name"  # Cyrillic


def test_a_member_may_have_the_name_in_several_sessions(scene: Scene) -> None:
    scene.log_in(scene.luis, "ana")
    scene.log_in(scene.eva, "ana")
    scene.give(scene.luis, "Ana")
    assert scene.refused(scene.eva, "Ana") == ""
    scene.give(scene.eva, "Ana")
    assert list(scene.names.of("ana")) == [scene.luis.session, scene.eva.session]


def test_guests_of_one_client_may_share_a_name(scene: Scene) -> None:
    scene.luis.session.identity.client_id = scene.eva.session.identity.client_id = "browser"
    scene.give(scene.luis, "luis")
    assert scene.refused(scene.eva, "LUIS") == ""
    scene.give(scene.eva, "luis")
    assert list(scene.names.of("luis")) == [scene.luis.session, scene.eva.session]
    assert scene.refused(scene.world.person(), "luis") == "name_in_use"


@pytest.mark.parametrize("client_id", ["", "another"])
def test_guests_of_no_client_or_of_two_may_not_share_a_name(scene: Scene, client_id: str) -> None:
    scene.luis.session.identity.client_id, scene.eva.session.identity.client_id = (
        "browser" if client_id else "",
        client_id,
    )
    scene.give(scene.luis, "luis")
    assert scene.refused(scene.eva, "luis") == "name_in_use"


def test_a_client_may_not_share_a_name_that_another_guest_has_too(scene: Scene) -> None:
    scene.luis.session.identity.client_id = scene.eva.session.identity.client_id = "browser"
    scene.give(scene.world.person(), "luis")
    scene.give(scene.luis, "luis")
    assert scene.refused(scene.eva, "luis") == "name_in_use"


def test_a_client_may_not_share_a_registered_name_or_take_a_look_alike(scene: Scene) -> None:
    scene.luis.session.identity.client_id = scene.eva.session.identity.client_id = "browser"
    scene.give(scene.luis, "Ana")
    assert scene.refused(scene.eva, "Ana") == "registered_name"
    scene.give(scene.luis, "Bob1")
    assert scene.refused(scene.eva, "Bobl") == "looks_like_name"
    scene.give(scene.eva, "Bob1")
    assert scene.refused(scene.eva, "Bobl") == ""  # both take it


def test_sessions_that_share_a_name_are_renamed_together(scene: Scene) -> None:
    scene.luis.session.identity.client_id = scene.eva.session.identity.client_id = "browser"
    for person in scene.luis, scene.eva:
        scene.give(person, "Bob1")
    both = [scene.luis.session, scene.eva.session]
    assert scene.names.together(scene.luis.session) == both
    scene.log_in(scene.eva, "ana")
    assert scene.names.together(scene.luis.session) == both[:1]
    scene.log_in(scene.luis, "ana")
    scene.eva.session.identity.client_id = ""
    assert scene.names.together(scene.luis.session) == both


def test_a_shared_name_is_in_use_until_the_last_session_has_gone(scene: Scene) -> None:
    scene.luis.session.identity.client_id = scene.eva.session.identity.client_id = "browser"
    for person in scene.luis, scene.eva:
        scene.give(person, "Bob1")
    other = scene.world.person()
    scene.names.free(scene.luis.session)
    assert scene.refused(other, "bob1") == "name_in_use"
    assert scene.refused(other, "Bobl") == "looks_like_name"
    scene.names.free(scene.eva.session)
    assert scene.refused(other, "Bobl") == ""


def test_a_name_is_free_when_its_session_has_gone(scene: Scene) -> None:
    scene.give(scene.luis, "Bob1")
    scene.names.free(scene.luis.session)
    assert len(scene.names) == 0
    assert scene.refused(scene.eva, "Bob1") == ""
    assert scene.refused(scene.eva, "Bobl") == ""


def test_with_another_name_the_one_before_is_free(scene: Scene) -> None:
    scene.give(scene.luis, "luis")
    scene.give(scene.luis, "lucas")
    assert scene.refused(scene.eva, "luis") == ""


def test_a_registered_name_stays_reserved_when_its_owner_goes(scene: Scene) -> None:
    scene.log_in(scene.luis, "ana")
    scene.give(scene.luis, "Ana")
    scene.names.free(scene.luis.session)
    assert scene.refused(scene.eva, "ana") == "registered_name"


def test_a_look_alike_can_be_taken_once_the_account_is_gone(scene: Scene) -> None:
    bob = Account("Bob1", "")
    change(scene.world.store, scene.accounts.table.put("bob1", bob))
    assert scene.refused(scene.eva, "Bobl") == "looks_like_name"
    with scene.names.giving_up(bob):  # it may come back
        change(scene.world.store, scene.accounts.table.put("bob1", None))
        assert scene.refused(scene.eva, "bob1") == "registered_name"
        assert scene.refused(scene.eva, "Bobl") == "looks_like_name"
        assert not_registered(scene, "bob1") == "registered_name"
        assert not_registered(scene, "Bobl") == "looks_like_name"
    assert scene.refused(scene.eva, "bob1") == ""
    assert scene.refused(scene.eva, "Bobl") == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *((name, "reserved_name") for name in ("guest7", "server", "chatd-", "NickServ")),
        ("10.1.2.3", "name_is_address"),
        ("ana.", "ends_in_dot"),
    ],
)
def test_some_names_cannot_be_taken_or_registered(scene: Scene, name: str, why: str) -> None:
    assert scene.refused(scene.luis, name) == why
    assert not_registered(scene, name) == why


def test_all_owners_of_names_that_look_alike_are_found_in_the_order_of_their_addition() -> None:
    like: ConfusableIndex[int] = ConfusableIndex()
    for owner, name in enumerate(("luis", "iuis", "IUIS", "luis")):
        like.add(name, owner)
    assert like.owners("Iuis") == [1, 2, 0, 3]  # all in small letters; as written
    assert like.owners("luis") == [0, 3]
    assert like.name_of(1) == "iuis"
    assert like.remove(0) == "luis"
    assert like.remove(0) is None
    assert like.owners("luis") == [3]
    for owner in range(1, 4):
        like.remove(owner)
    assert like.owners("Iuis") == []
    assert not like._owners  # nothing is left of owners that come and go


@pytest.mark.parametrize(
    ("other", "before", "after"), [("luis", "iuis", "Iuis"), ("BOB", "b0b", "B0B")]
)
def test_in_another_case_the_own_name_may_look_like_that_of_another(
    scene: Scene, other: str, before: str, after: str
) -> None:
    scene.give(scene.luis, other)
    assert scene.refused(scene.eva, before) == ""
    scene.give(scene.eva, before)
    assert scene.refused(scene.eva, after) == "looks_like_name"


def test_a_look_alike_of_a_name_that_was_registered_before_the_start_cannot_be_taken(
    scene: Scene,
) -> None:
    change(scene.world.store, scene.accounts.table.put("ace", Account("ace", "")))
    scene.names = Names(scene.accounts)
    assert scene.refused(scene.eva, "асе") == "looks_like_name"  # Cyrillic


def test_the_look_alike_of_the_own_registered_name_cannot_be_taken(scene: Scene) -> None:
    change(scene.world.store, scene.accounts.table.put("bob1", Account("Bob1", "")))
    scene.log_in(scene.luis, "bob1")
    scene.give(scene.luis, "Bob1")
    assert scene.refused(scene.luis, "Bobl") == "looks_like_name"


def not_registered(scene: Scene, name: str) -> str:
    """Return the key of the refusal to register that name; "" if it can be registered."""
    try:
        scene.names.check_account(name)
    except Refusal as refusal:
        return refusal.key
    return ""


def test_a_registered_name_cannot_be_registered_again_nor_a_look_alike(scene: Scene) -> None:
    assert not_registered(scene, "luis") == ""
    assert not_registered(scene, "ANA") == "registered_name"
    change(scene.world.store, scene.accounts.table.put("bob1", Account("Bob1", "")))
    assert not_registered(scene, "Bobl") == "looks_like_name"


def test_a_member_is_not_in_the_way_of_its_account(scene: Scene) -> None:
    scene.log_in(scene.luis, "ana")
    scene.give(scene.luis, "Ana")
    assert scene.names.in_the_way(scene.accounts.table["ana"]) == []
    scene.luis.session.identity.grant = None
    assert scene.names.in_the_way(scene.accounts.table["ana"]) == [scene.luis.session]


@pytest.mark.parametrize("before", ["", "luis"])
def test_a_session_whose_rename_fails_has_the_name_from_before(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    if before:
        scene.names.give(scene.luis.session, before)

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "rename", fail)
    with pytest.raises(ZeroDivisionError):
        scene.names.give(scene.luis.session, "lucas")
    assert list(scene.names.of("lucas")) == []
    assert list(scene.names.of(scene.luis.session.name)) == [scene.luis.session] * bool(before)


@pytest.mark.parametrize(
    ("wanted", "key"), [("a b", "invalid_name"), ("аlice", "mixed_scripts")], ids=ascii
)
def test_the_refusal_of_an_invalid_name_has_the_reason(wanted: str, key: str) -> None:
    with pytest.raises(InvalidName) as invalid:
        validate_name(wanted)
    assert refusal_of(invalid.value, "invalid_name", wanted).key == key
