"""`chatd.chat.respondents`: which sessions are one person, and who is in a room."""

from __future__ import annotations

import pytest

from chatd.chat.respondents import account_key, is_account
from tests.support.world import Member, World


def keys(person: Member) -> tuple[str, ...]:
    return person.server.questions.people.person(person.session).keys


def names_there(world: World, room: str) -> list[list[str]]:
    """Return the names of the people in a room, as each node has them."""
    return [
        [person.name for person in server.questions.people.there(server.rooms[room])]
        for server in world.servers
    ]


def test_an_account_is_one_person_in_all_its_sessions(world: World) -> None:
    one, other = world.member("ana"), world.member("ana")
    assert keys(one)[0] == keys(other)[0] == account_key("ana")
    assert is_account(keys(one)[0])
    assert keys(one)[-1] != keys(other)[-1]


def test_a_browser_is_one_person_in_all_its_tabs(world: World) -> None:
    one, other, third = world.person(), world.person(), world.person()
    for person, key in (one, "browser 1"), (other, "browser 1"), (third, "browser 2"):
        person.session.identity.set_client_id(key)
    assert keys(one)[0] == keys(other)[0] != keys(third)[0]
    assert "browser 1" not in "".join(keys(one))  # the identifier itself is a secret


def test_a_guest_is_its_session_under_each_name(world: World) -> None:
    luis = world.person("luis")
    before = keys(luis)
    luis.type("/nick max")
    assert keys(luis) == before
    luis.hang_up()
    assert keys(world.person("max")) != before


def test_who_has_logged_in_has_the_key_of_its_session_yet(world: World) -> None:
    world.register("luis")
    luis = world.person()
    (session,) = keys(luis)
    luis.type("/login luis correct horse")
    assert keys(luis) == (account_key("luis"), session)


@pytest.mark.one_node("numbers of nodes that share a store are never used again")
def test_a_session_after_a_restart_is_another_person(world: World) -> None:
    before = keys(world.person())
    after = keys(world.restarted().person())
    assert before != after


def test_who_is_in_a_room_on_all_nodes_in_the_order_of_coming(world: World) -> None:
    people = [world.person("luis"), world.member("ana"), world.person("eva"), world.person("max")]
    for person in people[:3]:
        person.type("/join tea")
    assert names_there(world, "tea") == [["luis", "ana", "eva"] for _ in world.servers]


def test_the_sessions_of_a_person_are_found(world: World) -> None:
    ana, luis = world.member("ana"), world.person("luis")
    for person in ana, luis:
        people = person.server.questions.people
        who = people.person(person.session)
        luis.type("/nick lucho")
        assert people.sessions_of(who.key, who.session, who.name) == [person.session]
        person.hang_up()
        assert people.sessions_of(who.key, who.session, who.name) == []


def test_tabs_of_a_guest_are_found_by_their_name(world: World) -> None:
    one = world.person()
    one.session.identity.set_client_id("browser 1")
    one.type("/nick luis")
    other = Member(world, world.nodes[world.servers.index(one.server)].chat)
    other.session.identity.set_client_id("browser 1")
    other.type("/nick luis")
    people = one.server.questions.people
    who = people.person(one.session)
    assert set(people.sessions_of(who.key, who.session, who.name)) == {one.session, other.session}
