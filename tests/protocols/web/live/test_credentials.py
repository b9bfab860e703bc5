"""`chatd.protocols.web.live.credentials`: a cookie signs in with its proof alone."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import BROWSER
from chatd.chat.actions.browser_sign_in import sign_out
from tests.support.browser import Browser
from tests.support.sessions import done
from tests.support.world import PASSWORD, World


@pytest.fixture
def world() -> World:
    return World()


def halves(world: World) -> tuple[str, str]:
    """Return the cookie and the proof of a browser that is signed in to Ana's account."""
    world.register("ana")
    cookie, _, proof = world.secret("ana", BROWSER).partition(".")
    return cookie, proof


def test_a_cookie_signs_in_with_its_proof(world: World) -> None:
    cookie, proof = halves(world)
    one = Browser(world, cookies=["of another port", cookie])
    one.send("hello", proof=proof)
    assert one.seen("hello")[0]["name"] == "ana"
    assert not one.seen("say")


@pytest.mark.parametrize("shown", ["", "0" * 64, "x"])
def test_a_cookie_without_its_proof_is_a_guests(world: World, shown: str) -> None:
    cookie, _ = halves(world)
    one = Browser(world, cookies=[cookie])
    one.send("hello", proof=shown)
    messages = one.seen()
    (hello,) = [each for each in messages if each["type"] == "hello"]
    assert (hello["guest"], hello["account"]) == (True, False)
    told = [each for each in messages if each.get("key") == "sign_in_again"]
    assert len(told) == (1 if shown else 0)


def test_a_proof_without_its_cookie_is_told_to_sign_in_again(world: World) -> None:
    _, proof = halves(world)
    one = Browser(world)
    one.send("hello", proof=proof)
    assert [each["key"] for each in one.seen("hello", "say") if "key" in each] == ["sign_in_again"]


def test_a_proof_that_is_no_text_is_refused(world: World) -> None:
    one = Browser(world)
    one.send("hello", proof=5)
    assert one.seen("error")[0]["key"] == "wrong_member"


def test_the_cookie_of_a_version_without_proofs_is_told_to_sign_in_again(world: World) -> None:
    one = Browser(world, cookies=["chatd_old"], is_unproved=True)
    one.send("hello")
    types = [each["type"] for each in one.seen() if each.get("key") in (None, "sign_in_again")]
    assert types[:2] == ["hello", "say"]


class TestACookieWithoutItsProof:
    """Its session is a guest's, and ends with the sign-in all the same."""

    def test_ends_with_the_sign_in(self, world: World) -> None:
        cookie, proof = halves(world)
        one = Browser(world, cookies=["chatd_x", cookie])
        one.send("hello")
        other = Browser(world)
        other.send("hello")
        one.seen()
        grant = world.server.credentials.sign_in_of([cookie], proof)
        done(world, sign_out(world.server, world.person().session, grant))
        assert [each["key"] for each in one.seen("say")] == ["signed_out"]
        assert one.session.stream.finished
        assert not other.session.stream.finished

    def test_goes_on_if_it_has_logged_in_meanwhile(self, world: World) -> None:
        cookie, proof = halves(world)
        world.register("eva")
        one = Browser(world, cookies=[cookie])
        one.send("hello")
        one.say(f"/login eva {PASSWORD}")
        ended = world.server.credentials.sign_in_of([cookie], proof)
        done(world, sign_out(world.server, world.person().session, ended))
        assert not one.session.stream.finished
        assert one.session.name == "eva"

    def test_leaves_nothing_when_it_goes(self, world: World) -> None:
        cookie, _ = halves(world)
        one = Browser(world, cookies=[cookie])
        one.send("hello")
        assert list(one.server.sign_outs.bound) == [one.session]
        one.hang_up()
        one.server.check()
        assert not one.server.sign_outs.bound
