"""All that is stored for an account is removed with it, before the name has another owner.

`BECOMES` lists all that the store has beside the logs. A table that is not in it fails the test,
and so does one of which nothing is made here.
"""

from __future__ import annotations

import json
import re
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost

from chatd.accounts.credentials import TOKEN
from chatd.chat.key_owners import ClientKey, account_owner
from chatd.chat.login_limits import STRANGER_TRIES, USUAL_TRIES
from chatd.chat.permissions import Role
from chatd.chat.sanctions import MUTE, Sanction
from chatd.storage.records import Table
from chatd.webhooks.incoming.registry import HookUse, IncomingHook, new_hook
from chatd.webhooks.pushes import PushRecord
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from tests.support.alerts import post_alert
from tests.support.receivers import hook_record
from tests.support.world import PASSWORD, World

GONE = "goes with the account"
STAYS = "is the room's, and holds for whoever has the name"
OF_NOBODY = "has nothing of any account"

BECOMES = {
    "absence": GONE,
    "alert": GONE,  # who has it: the alert goes on
    "answer": GONE,
    "account": GONE,  # its settings, too: whom it ignores, what it says while away
    "clock": OF_NOBODY,
    "credential": GONE,
    "hook": GONE,
    "hook_use": GONE,
    "incoming_hook": GONE,
    "login_failure": GONE,
    "login_network": GONE,
    "lost": GONE,
    "place": GONE,
    "known": OF_NOBODY,
    "present": OF_NOBODY,  # of sessions, until they leave
    "private_lines": OF_NOBODY,
    "push": GONE,
    "push_failure": GONE,
    "question": GONE,
    "retry": GONE,
    "role": GONE,
    "roll": OF_NOBODY,  # but the name, until the account is gone: see test_ballots.py
    "room": GONE,  # the owner alone, if others run the room
    # Somebody who is banned would only have to give the name up, and take it again.
    "sanction": STAYS,
    "stay": GONE,
    "tally": OF_NOBODY,
    "visit": OF_NOBODY,  # of sessions of other nodes, which end
}


class RecordsWorld(World):
    """Ana registers, and one record of each kind is stored for her."""

    def __init__(self) -> None:
        super().__init__()
        server = self.server
        self.luis, self.ana = self.member("luis"), self.member("ana")
        self.luis.type("/create lab", "hola", "/leave")
        self.ana.type(
            "/away soon",
            "/stay on",
            "/ignore max",
            "/create ops",
            "/op luis",
            "/create tea",
            "hola",
        )
        self.luis.type("/msg ana secret for the first one")
        self.ana.type("/ask ready?", "/join lab")
        self.luis.type("/join lab", "/ask ready?", "/ask done", "/ask here?", "/join tea")
        self.ana.type("/a", "/join tea")
        self.settle()
        lab, tea = self.room("lab"), self.room("tea")
        post_alert(self, "tea", "disk")
        self.ana.type("/ack")
        _, tokens = server.credentials.issue(server.accounts.table["ana"], TOKEN, "t")
        _, hook = server.hooks.add(tea, hook_record("https://example.com", "ana"))
        _, record = new_hook("ana-alerts", "ana", "ana", "", 0)
        incoming = server.incoming.add(tea, record)
        roles = server.moderation.roles.give("ana", lab, Role.OPERATOR)
        mute = server.moderation.sanctions.order(
            MUTE, lab, ["ana"], Sanction(10**9, "luis", "", "ana")
        )
        server.deeds.carry_out(self.luis.session, tea, None, hook, incoming)
        server.incoming.count_use(IncomingHook("tea", record), HookUse(1, 1))
        server.incoming.keep()
        server.deeds.carry_out(self.luis.session, lab, None, *tokens, *roles, *mute)
        push = server.alerts.pushes.set("ana", PushRecord("https://push.example"))
        server.deeds.carry_out(self.luis.session, lab, None, *push)
        server.alerts.pushes.all["ana"].failed(NotDelivered(DeliveryFailure.TIMED_OUT), 9.0)
        server.alerts.pushes.keep()
        limits = server.logins.limits
        limits.count(limits.tries_of(server.accounts.table["ana"], "192.0.2.1", 1))
        key = ClientKey(account_owner("ana"), "key")
        saying = server.keyed_lines.say(self.luis.session, server.lobby, ["once"], key)
        Deferred.fromCoroutine(saying)
        lost = self.member("ana")
        lost.type("/join lab")
        lost.stall()
        self.luis.type("/join lab", "what she has not", "when she is lost")
        lost.hang_up(ConnectionLost)
        server.unread.keep("ana")
        absence = server.staying.records.set_absence("ana", 1)
        server.deeds.carry_out(self.luis.session, lab, None, *absence)
        self.settle()

    def kept(self) -> dict[str, list[str]]:
        """Return the records on disk with that name, by kind."""
        found: dict[str, list[str]] = {}
        for record in self.store.records():
            whole = json.dumps([record.key, record.value])
            if record.value is not None and re.search(r"\bana\b", whole):
                found.setdefault(record.kind, []).append(whole)
        return found


def test_of_each_kind_it_is_known_what_becomes_of_it(tables: dict[str, Table[Any]]) -> None:
    World()
    assert tables.keys() == BECOMES.keys()


def test_the_next_owner_of_a_name_finds_nothing_of_the_one_before() -> None:
    world = RecordsWorld()
    assert set(world.kept()) == {kind for kind, what in BECOMES.items() if what != OF_NOBODY}
    world.ana.type(f"/unregister {PASSWORD}")
    world.settle()
    assert set(world.kept()) == {kind for kind, what in BECOMES.items() if what == STAYS}
    world.ana.hang_up()
    next_one = world.person("ana")
    next_one.type(f"/register {PASSWORD}")
    told = "\n".join(next_one.seen())
    assert "secret" not in told
    server, session = world.server, next_one.session
    account = server.accounts.called("ana")
    assert account is not None
    assert account.settings == {}
    assert session.subscriptions.settings.ignored == ()
    assert server.sessions.away_text("ana") == ""
    assert server.credentials.of("ana", TOKEN) == {}
    assert [hook.by for hook in server.hooks] == []
    assert not server.idempotency.knows(ClientKey(account_owner("ana"), "key"))
    rooms = [world.room(name) for name in ("ops", "tea", "lab")]
    assert {server.moderation.roles.role_of(session, room) for room in rooms} == {Role.EVERYONE}
    next_one.type("/missed")
    assert "secret" not in "\n".join(next_one.seen())


def test_if_it_cannot_be_stored_all_is_as_it_was(expected_errors: Any) -> None:
    world = RecordsWorld()
    before = world.kept()
    hooks = [hook.key for hook in world.server.hooks]

    world.store.holds = True
    world.ana.type(f"/unregister {PASSWORD}")
    world.fail()
    assert world.server.accounts.called("ana") is not None
    assert world.kept() == before
    assert [hook.key for hook in world.server.hooks] == hooks
    assert world.server.idempotency.knows(ClientKey(account_owner("ana"), "key"))
    expected_errors()


def test_a_guests_name_has_nothing_of_an_account() -> None:
    world = World()
    world.register("ana")
    server = world.server
    Deferred.fromCoroutine(server.registrations.unregister(server.accounts.table["ana"]))
    world.settle()
    ana = world.person("ana")
    assert server.logins.account_of(ana.session) is None
    assert server.moderation.roles.role_of(ana.session, server.lobby) is Role.EVERYONE


def test_where_an_owner_came_from_is_nothing_to_the_next_one() -> None:
    """Tries of passwords from there are not counted apart."""
    world = World()
    keys = []
    for network in "192.0.2.1", "192.0.2.2":
        ana = world.person("ana")
        ana.session.identity.network = network
        ana.type(f"/register {PASSWORD}")
        account = world.server.accounts.called("ana")
        assert account is not None
        key = world.server.logins.limits.tries_of(account, "192.0.2.1", 1)[0].limit
        keys.append(key)
        ana.type(f"/unregister {PASSWORD}")
        ana.hang_up()
        world.clock.advance(1)
    assert keys == [USUAL_TRIES, STRANGER_TRIES]


def test_what_was_made_with_an_account_that_could_not_be_saved_is_nobodys(
    expected_errors: Any,
) -> None:
    world = World(slow=True)
    ana, other = world.person("ana"), world.person()
    world.release()
    ana.type(f"/register {PASSWORD}")
    other.type(f"/login ana {PASSWORD}", "/create den private")
    world.store.fail()
    world.release()
    assert "ERR Not saved" in str(ana.seen())
    ana.type(f"/register {PASSWORD}")
    world.release()
    den = world.server.rooms["den"]
    assert world.server.moderation.roles.role_of(ana.session, den) is Role.EVERYONE
    ana.type("/join den")
    assert ana.session.room is not den
    expected_errors()
