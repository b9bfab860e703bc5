"""Each role in a room allows to do what the document says, to those whom it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from chatd.storage.records import change
from chatd.webhooks.incoming.registry import IncomingRules
from tests.proofs.threats.doors import NONE, TYPED, House, Lines, Socket, Visitor
from tests.proofs.threats.tables import TABLES, check, yes_or_no

MISCHIEF = "mischief"
HOOK = "https://example.com/"


class Ops(House):
    """Ana has a role in #ops, which is Eva's and where Olga is an operator; Ada runs the server.

    All of them and Luis, a guest, are there. #vault is a private room of Eva's.
    """

    def __init__(self, role: str) -> None:
        super().__init__(admin=role == "administrator")
        self.eva = self.world.member("eva")
        self.eva.type("/create vault private", "/create ops open")
        self.olga = self.world.member("olga")
        others = self.olga, self.world.member("ada", admin=True), self.luis
        for other in others:
            other.type("/join ops")
        self.eva.type("/op olga")
        if role == "operator":
            self.eva.type("/op ana")
        roles = self.server.moderation.roles
        if role == "owner":
            change(
                self.world.store, roles.rooms.put("ops", roles.rooms["ops"]._replace(owner="ana"))
            )
        self.world.settle()
        for other in (self.eva, *others):
            other.seen()

    def deeds(self) -> list[str]:
        """Return the deeds in #ops, each as its verb and its target."""
        return [text for _, text in self.world.deeds("ops")]


def enter_a_private_room(ops: Ops, one: Visitor) -> bool:
    one.enter("vault")
    return "vault" in [room.name for room in one.session.memberships]


def learn_of_a_private_room(ops: Ops, one: Visitor) -> bool:
    """Ask for lists of rooms, and for those of its owner.

    (That the name is taken shows when a room of that name is made.)
    """
    for line in "/rooms", "/whois eva":
        one.type(line, "ops")
    return "vault" in one.told()


def set_the_topic(ops: Ops, one: Visitor) -> bool:
    one.type(f"/topic {MISCHIEF}", "ops")
    return ops.world.room("ops").topic == MISCHIEF


def ask_a_question(ops: Ops, one: Visitor) -> bool:
    one.type(f"/ask {MISCHIEF}", "ops")
    return any(MISCHIEF in event.text for event in ops.world.stored("ops"))


def see_answers(ops: Ops, one: Visitor) -> bool:
    ops.olga.type("/ask Which? | this | that")
    one.type("/a 1", "ops")
    one.told()
    one.type("/answers", "ops")
    return "1: 1" in one.told()


def act_against(name: str) -> Callable[[Ops, Visitor], bool]:
    """Return an action that mutes, kicks and bans a person."""

    def act(ops: Ops, one: Visitor) -> bool:
        before = ops.deeds()
        for verb in "mute", "kick", "ban":
            one.type(f"/{verb} {name}", "ops")
        done = len(ops.deeds()) - len(before)
        assert done in (0, 3), "some of the three were refused"
        return done == 3

    return act


def see_bans(ops: Ops, one: Visitor) -> bool:
    ops.olga.type(f"/mute luis 1h {MISCHIEF}")
    one.told()
    one.type("/bans", "ops")
    return MISCHIEF in one.told()


def learn_a_network(ops: Ops, one: Visitor) -> bool:
    for line in "/who", "/whois luis", "/ban @luis", "/ban @luis", "/bans":
        one.type(line, "ops")
    return "127.0.0.1" in one.told()


def set_the_mode(ops: Ops, one: Visitor) -> bool:
    one.type("/mode announce", "ops")
    return ops.deeds()[-1].startswith("mode")


def make_an_operator(ops: Ops, one: Visitor) -> bool:
    ops.world.register("max")
    one.type("/op max", "ops")
    return "max" in ops.deeds()[-1]


def add_a_webhook(ops: Ops, one: Visitor) -> bool:
    room, incoming = ops.world.room("ops"), ops.server.incoming
    incoming.use_rules(IncomingRules("http://chat.lan"))
    one.type(f"/hook add {HOOK}", "ops")
    one.type("/hook in alerts", "ops")
    assert bool(ops.server.hooks.of(room)) == bool(incoming.of(room))
    return bool(incoming.of(room))


def close_the_room(ops: Ops, one: Visitor) -> bool:
    one.type("/close", "ops")
    one.type("/close", "ops")
    return ops.deeds()[-1].startswith("close")


def wall(ops: Ops, one: Visitor) -> bool:
    one.type(f"/wall {MISCHIEF}", "ops")
    return any(MISCHIEF in line for line in ops.luis.seen())


def set_senders(ops: Ops, one: Visitor) -> bool:
    one.type("/mode private-lines members", "ops")
    guest = ops.world.person()
    guest.type(f"/msg luis {MISCHIEF}")
    return not any(MISCHIEF in line for line in ops.luis.seen())


def write_to_who_refuses_guests(ops: Ops, one: Visitor) -> bool:
    ops.olga.ask("/guests off")
    one.type(f"/msg olga {MISCHIEF}", "ops")
    return any(MISCHIEF in line for line in ops.olga.seen())


def disconnect(ops: Ops, one: Visitor) -> bool:
    one.type("/disconnect luis", "ops")
    return ops.luis.closed


def read_private_lines(ops: Ops, one: Visitor) -> bool:
    ops.eva.type(f"/msg luis {MISCHIEF}", f"/msg olga {MISCHIEF}")
    for line in "/history", "/missed", f"/search {MISCHIEF}":
        one.type(line, "ops")
    return "(private)" in one.told() or MISCHIEF in one.told()


def take_a_registered_name(ops: Ops, one: Visitor) -> bool:
    ops.world.register("max")
    names = "max", "MAX", "m\u0430x", "rnax"
    for line in "/logout", *(f"/nick {name}" for name in names):
        one.type(line, "ops")
    return one.session.name in names


def be_heard_by_who_ignores(ops: Ops, one: Visitor) -> bool:
    ops.luis.ask(f"/ignore {one.session.name}")
    one.type(MISCHIEF, "ops")
    one.type(f"/msg luis {MISCHIEF}", "ops")
    return any(MISCHIEF in line for line in ops.luis.seen())


def alike(*actions: Callable[[Ops, Visitor], bool]) -> Callable[[Ops, Visitor], bool]:
    """Return an action that tries some, all of which or none are possible."""

    def act(ops: Ops, one: Visitor) -> bool:
        done = [action(ops, one) for action in actions]
        assert len({*done}) == 1, "some are possible"
        return done[0]

    return act


def see_readers(ops: Ops, one: Visitor) -> bool:
    ops.luis.ask("whose line is it")
    one.type("/seen whose", "ops")
    return " is with " in one.told()


ACTIONS: dict[str, Callable[[Ops, Visitor], bool]] = {
    "enter a private room without an invitation": enter_a_private_room,
    "learn that a private room exists": learn_of_a_private_room,
    "set the topic, and ask the room a question": alike(set_the_topic, ask_a_question),
    "mute, kick and ban a guest": act_against("luis"),
    "mute, kick and ban an operator": act_against("olga"),
    "mute, kick and ban an administrator": act_against("ada"),
    "see who is muted and banned, who has a line of another person, and what was answered to that"
    " one": alike(see_readers, see_bans, see_answers),
    "learn a person's network, by banning it": learn_a_network,
    "set the mode": set_the_mode,
    "make an operator": make_an_operator,
    "close the room": close_the_room,
    "add a webhook, or let a tool post": add_a_webhook,
    "say something in every room": wall,
    "set who may write private lines": set_senders,
    "disconnect a person": disconnect,
    "write a private line to a person who refuses those of guests": write_to_who_refuses_guests,
    "read private lines of two others": read_private_lines,
    "take a registered name": take_a_registered_name,
    "be heard by a person who ignores them": be_heard_by_who_ignores,
}
"""The actions, as the document calls them."""


def tried(action: Callable[[Ops, Visitor], bool], role: str) -> Mapping[str, str]:
    """Try an action with a role at each door; return the cell that would be right there."""
    found = {}
    for kind in Lines, Socket:
        ops = Ops(role)
        one = kind(ops, NONE if role == "guest" else TYPED)
        one.enter("ops")
        one.told()
        found[kind.__name__] = yes_or_no(action(ops, one))
    return found


def test_the_table_of_roles_has_all_of_them() -> None:
    assert list(TABLES["roles"]) == list(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_allows_what_the_document_says(action: str) -> None:
    check("roles", action, lambda role: tried(ACTIONS[action], role))
