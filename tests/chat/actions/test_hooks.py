"""`chatd.chat.actions.hooks`: webhooks of a room."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.actions.authentication import PasswordProof, recent_proof
from chatd.chat.actions.hooks import add_hook, hook_destination, list_hooks, remove_hook
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.rooms.room import Room
from chatd.storage.records import change
from chatd.util.fair_queue import Asker
from chatd.webhooks.registry import HookRecord
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from tests.support.sessions import done, guest, member, refused, refuses
from tests.support.world import World

URL = "http://example.com/in"


def proof_of(session: Session) -> PasswordProof:
    """Return the proof that the password of a session was typed."""
    proof = recent_proof(session)
    assert proof is not None
    return proof


def test_a_hook_is_added_listed_and_removed(world: World, ana: Session, ops: Room) -> None:
    server = world.server
    to = hook_destination(server, URL)
    added = done(world, add_hook(server, ana, proof_of(ana), "ops", to))
    assert [deed.verb for deed in added.done.deeds] == ["hook"]
    assert [hook.number for hook in list_hooks(server, ana, ops)] == [added.number]
    done(world, remove_hook(server, ana, ops, str(added.number)))
    assert not list_hooks(server, ana, ops)


def test_a_hook_takes_a_confidential_connection(world: World, ana: Session) -> None:
    proof = proof_of(ana)
    ana.identity.confidential = False
    to = hook_destination(world.server, URL)
    adding = add_hook(world.server, ana, proof, "ops", to)
    assert refused(world, adding) == "no_secret_in_clear"


def test_the_network_that_added_it_is_kept(world: World, ana: Session, ops: Room) -> None:
    ana.identity.network = "192.0.2.7"
    to = hook_destination(world.server, URL)
    done(world, add_hook(world.server, ana, proof_of(ana), "ops", to))
    (hook,) = list_hooks(world.server, ana, ops)
    assert hook.caller.owner == Asker("192.0.2.7", "ana")
    assert hook.proven


def test_one_that_is_not_wanted_is_refused(world: World, ana: Session, ops: Room) -> None:
    async def challenge(new: HookRecord) -> None:
        raise NotDelivered(DeliveryFailure.UNREACHABLE)

    world.server.hooks.challenge = challenge
    to = hook_destination(world.server, URL)
    assert (
        refused(world, add_hook(world.server, ana, proof_of(ana), "ops", to)) == "hook_not_wanted"
    )
    assert not list_hooks(world.server, ana, ops)


def test_a_right_that_ends_during_the_challenge_is_missed(
    world: World, ana: Session, ops: Room
) -> None:
    answered: Deferred[None] = Deferred()

    async def challenge(new: HookRecord) -> None:
        await answered

    world.server.hooks.challenge = challenge
    server, to = world.server, hook_destination(world.server, URL)
    adding = Deferred.fromCoroutine(add_hook(server, ana, proof_of(ana), "ops", to))
    change(world.store, *server.moderation.roles.forget(ops))
    answered.callback(None)
    world.settle()
    adding.addErrback(lambda failure: failure.trap(Refusal))
    assert adding.result is Refusal
    assert not server.hooks.of(ops)


def test_the_proof_of_another_session_is_not_enough(world: World, ana: Session) -> None:
    other = member(world, "eva")
    to = hook_destination(world.server, URL)
    with pytest.raises(Refusal):
        done(world, add_hook(world.server, ana, proof_of(other), "ops", to))


def test_a_guest_sees_no_hooks(world: World, ops: Room) -> None:
    with refuses("only_operators"):
        list_hooks(world.server, guest(world), ops)


def test_a_number_that_no_hook_has_is_refused(world: World, ana: Session, ops: Room) -> None:
    assert refused(world, remove_hook(world.server, ana, ops, "7")) == "no_such_hook"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("example.com", "no_hook_url"),
        ("http://ana:secret@example.com/", "hook_url_has_password"),
        ("http://127.0.0.1/", "no_hook_to_there"),
        ("http://example.com:25/", "no_hook_to_port"),
    ],
)
def test_a_url_where_no_hook_may_lead_is_refused(world: World, url: str, key: str) -> None:
    with refuses(key):
        hook_destination(world.server, url)
