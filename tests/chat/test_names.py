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
from tests.support.sessions import done
from tests.support.world import Member, World


class NamesWorld(World):
    """Ana is registered; Luis and Eva are guests that have no name yet."""

    def __init__(self) -> None:
        super().__init__()
        self.register("Ana")
        self.accounts = self.server.accounts
        self.names = Names(self.accounts, self.store.claims)
        self.luis, self.eva = self.person(), self.person()

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
def world() -> NamesWorld:
    return NamesWorld()


def test_a_free_name_can_be_taken(world: NamesWorld) -> None:
    assert world.refused(world.luis, "luis") == ""


def test_a_name_in_use_cannot_be_taken_in_any_case(world: NamesWorld) -> None:
    world.give(world.luis, "Luis")
    assert world.refused(world.eva, "LUIS") == "name_in_use"


def test_a_person_may_write_the_own_name_in_another_case(world: NamesWorld) -> None:
    world.give(world.luis, "luis")
    assert world.refused(world.luis, "Luis") == ""


def test_a_look_alike_of_a_name_in_use_cannot_be_taken(world: NamesWorld) -> None:
    world.give(world.luis, "Bob1")
    assert world.refused(world.eva, "Bobl") == "looks_like_name"


def test_a_person_may_take_a_look_alike_of_the_own_name(world: NamesWorld) -> None:
    world.give(world.luis, "Bob1")
    assert world.refused(world.luis, "Bobl") == ""


@pytest.mark.parametrize("name", ["Ana", "ana", "ANA"])
def test_a_registered_name_cannot_be_taken_while_its_owner_is_away(
    world: NamesWorld, name: str
) -> None:
    assert world.refused(world.eva, name) == "registered_name"


def test_a_look_alike_of_a_registered_name_cannot_be_taken(world: NamesWorld) -> None:
    world.register("ace")
    assert world.refused(world.eva, "асе") == "looks_like_name"  # Cyrillic


def test_a_member_may_have_the_name_in_several_sessions(world: NamesWorld) -> None:
    world.log_in(world.luis, "ana")
    world.log_in(world.eva, "ana")
    world.give(world.luis, "Ana")
    assert world.refused(world.eva, "Ana") == ""
    world.give(world.eva, "Ana")
    assert list(world.names.of("ana")) == [world.luis.session, world.eva.session]


def test_guests_of_one_client_may_share_a_name(world: NamesWorld) -> None:
    world.luis.session.identity.client_id = world.eva.session.identity.client_id = "browser"
    world.give(world.luis, "luis")
    assert world.refused(world.eva, "LUIS") == ""
    world.give(world.eva, "luis")
    assert list(world.names.of("luis")) == [world.luis.session, world.eva.session]
    assert world.refused(world.person(), "luis") == "name_in_use"


@pytest.mark.parametrize("client_id", ["", "another"])
def test_guests_of_no_client_or_of_two_may_not_share_a_name(
    world: NamesWorld, client_id: str
) -> None:
    world.luis.session.identity.client_id, world.eva.session.identity.client_id = (
        "browser" if client_id else "",
        client_id,
    )
    world.give(world.luis, "luis")
    assert world.refused(world.eva, "luis") == "name_in_use"


def test_a_client_may_not_share_a_name_that_another_guest_has_too(world: NamesWorld) -> None:
    world.luis.session.identity.client_id = world.eva.session.identity.client_id = "browser"
    world.give(world.person(), "luis")
    world.give(world.luis, "luis")
    assert world.refused(world.eva, "luis") == "name_in_use"


def test_a_client_may_not_share_a_registered_name_or_take_a_look_alike(world: NamesWorld) -> None:
    world.luis.session.identity.client_id = world.eva.session.identity.client_id = "browser"
    world.give(world.luis, "Ana")
    assert world.refused(world.eva, "Ana") == "registered_name"
    world.give(world.luis, "Bob1")
    assert world.refused(world.eva, "Bobl") == "looks_like_name"
    world.give(world.eva, "Bob1")
    assert world.refused(world.eva, "Bobl") == ""  # both take it


def test_sessions_that_share_a_name_are_renamed_together(world: NamesWorld) -> None:
    world.luis.session.identity.client_id = world.eva.session.identity.client_id = "browser"
    for person in world.luis, world.eva:
        world.give(person, "Bob1")
    both = [world.luis.session, world.eva.session]
    assert world.names.together(world.luis.session) == both
    world.log_in(world.eva, "ana")
    assert world.names.together(world.luis.session) == both[:1]
    world.log_in(world.luis, "ana")
    world.eva.session.identity.client_id = ""
    assert world.names.together(world.luis.session) == both


def test_a_shared_name_is_in_use_until_the_last_session_has_gone(world: NamesWorld) -> None:
    world.luis.session.identity.client_id = world.eva.session.identity.client_id = "browser"
    for person in world.luis, world.eva:
        world.give(person, "Bob1")
    other = world.person()
    world.names.free(world.luis.session)
    assert world.refused(other, "bob1") == "name_in_use"
    assert world.refused(other, "Bobl") == "looks_like_name"
    world.names.free(world.eva.session)
    assert world.refused(other, "Bobl") == ""


def test_a_name_is_free_when_its_session_has_gone(world: NamesWorld) -> None:
    world.give(world.luis, "Bob1")
    world.names.free(world.luis.session)
    assert len(world.names) == 0
    assert world.refused(world.eva, "Bob1") == ""
    assert world.refused(world.eva, "Bobl") == ""


def test_with_another_name_the_one_before_is_free(world: NamesWorld) -> None:
    world.give(world.luis, "luis")
    world.give(world.luis, "lucas")
    assert world.refused(world.eva, "luis") == ""


def test_a_registered_name_stays_reserved_when_its_owner_goes(world: NamesWorld) -> None:
    world.log_in(world.luis, "ana")
    world.give(world.luis, "Ana")
    world.names.free(world.luis.session)
    assert world.refused(world.eva, "ana") == "registered_name"


def test_a_look_alike_can_be_taken_once_the_account_is_gone(world: NamesWorld) -> None:
    bob = Account("Bob1", "")
    change(world.store, world.accounts.table.put("bob1", bob))
    assert world.refused(world.eva, "Bobl") == "looks_like_name"
    with world.names.giving_up(bob):  # it may come back
        change(world.store, world.accounts.table.put("bob1", None))
        assert world.refused(world.eva, "bob1") == "registered_name"
        assert world.refused(world.eva, "Bobl") == "looks_like_name"
        assert not_registered(world, "bob1") == "registered_name"
        assert not_registered(world, "Bobl") == "looks_like_name"
    assert world.refused(world.eva, "bob1") == ""
    assert world.refused(world.eva, "Bobl") == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *((name, "reserved_name") for name in ("guest7", "server", "chatd-", "NickServ")),
        ("10.1.2.3", "name_is_address"),
        ("ana.", "ends_in_dot"),
    ],
)
def test_some_names_cannot_be_taken_or_registered(world: NamesWorld, name: str, why: str) -> None:
    assert world.refused(world.luis, name) == why
    assert not_registered(world, name) == why


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
    world: NamesWorld, other: str, before: str, after: str
) -> None:
    world.give(world.luis, other)
    assert world.refused(world.eva, before) == ""
    world.give(world.eva, before)
    assert world.refused(world.eva, after) == "looks_like_name"


def test_a_look_alike_of_a_name_that_was_registered_before_the_start_cannot_be_taken(
    world: NamesWorld,
) -> None:
    world.register("ace")
    world.names = Names(world.accounts, world.store.claims)
    assert world.refused(world.eva, "асе") == "looks_like_name"  # Cyrillic


def test_the_look_alike_of_the_own_registered_name_cannot_be_taken(world: NamesWorld) -> None:
    world.register("Bob1")
    world.log_in(world.luis, "bob1")
    world.give(world.luis, "Bob1")
    assert world.refused(world.luis, "Bobl") == "looks_like_name"


def not_registered(world: NamesWorld, name: str) -> str:
    """Return the key of the refusal to register that name; "" if it can be registered."""
    try:
        world.names.check_account(name)
    except Refusal as refusal:
        return refusal.key
    return ""


def test_a_registered_name_cannot_be_registered_again_nor_a_look_alike(world: NamesWorld) -> None:
    assert not_registered(world, "luis") == ""
    assert not_registered(world, "ANA") == "registered_name"
    world.register("Bob1")
    assert not_registered(world, "Bobl") == "looks_like_name"


def test_a_member_is_not_in_the_way_of_its_account(world: NamesWorld) -> None:
    world.log_in(world.luis, "ana")
    world.give(world.luis, "Ana")
    assert world.names.in_the_way(world.accounts.table["ana"]) == []
    world.luis.session.identity.grant = None
    assert world.names.in_the_way(world.accounts.table["ana"]) == [world.luis.session]


async def take_by_claim(world: NamesWorld, name: str) -> None:
    """Give Luis a name by a claim of it."""
    async with world.names.claiming(world.luis.session, name) as claiming:
        world.names.give(world.luis.session, name, claiming.claim)


@pytest.mark.parametrize("before", ["", "luis"])
def test_a_session_whose_rename_fails_has_the_name_from_before(
    world: NamesWorld, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    if before:
        done(world, take_by_claim(world, before))

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "rename", fail)
    with pytest.raises(ZeroDivisionError):
        world.names.give(world.luis.session, "lucas")
    assert list(world.names.of("lucas")) == []
    assert list(world.names.of(world.luis.session.name)) == [world.luis.session] * bool(before)
    assert len(world.names.claims) == bool(before)


@pytest.mark.parametrize(
    ("wanted", "key"), [("a b", "invalid_name"), ("аlice", "mixed_scripts")], ids=ascii
)
def test_the_refusal_of_an_invalid_name_has_the_reason(wanted: str, key: str) -> None:
    with pytest.raises(InvalidName) as invalid:
        validate_name(wanted)
    assert refusal_of(invalid.value, "invalid_name", wanted).key == key
