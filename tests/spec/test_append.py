"""`spec.append`: the answers of the engine, and what they leave in the log."""

from __future__ import annotations

from spec.append import Reply, Request, append
from spec.log import Item, Log
from spec.rules import GOOD

SAY, WRITE, CLAIM = Item("say"), Item("write", ("topic",)), Item("claim", ("ana",))


class Scene:
    """A log of two nodes, to which requests are sent."""

    def __init__(self) -> None:
        self.log = Log(GOOD, 2)

    def send(self, node: int, id: str, item: Item, *, term: int = 0, known: int = 0) -> Reply:
        """Send a request of a node, by its first term unless another one is given."""
        request = Request(0, node, True, id, item, term or node + 1, known)
        self.log, reply = append(GOOD, self.log, request)
        return reply


def test_what_had_been_stored_is_answered_as_it_was() -> None:
    scene = Scene()
    scene.send(0, "a", SAY)
    scene.send(1, "b", SAY)
    reply = scene.send(0, "a", SAY)
    assert (reply.what, reply.number, scene.log.number) == ("stored", 1, 2)


def test_a_batch_of_an_ended_term_is_fenced() -> None:
    scene = Scene()
    scene.send(1, "a", Item("reap", who=0, term=1))
    assert scene.send(0, "b", SAY).what == "fenced"
    assert scene.log.number == 1


def test_lines_are_asked_for_again_behind_a_change_of_the_rights_of_another_term() -> None:
    scene = Scene()
    scene.send(1, "a", Item("rights"))
    reply = scene.send(0, "b", SAY)
    assert (reply.what, reply.number, scene.log.number) == ("again", 1, 1)
    assert scene.send(1, "c", SAY).what == "stored"
    assert scene.send(0, "b", SAY, known=1).what == "stored"


def test_a_conflict_has_a_number_and_writes_nothing() -> None:
    scene = Scene()
    scene.send(1, "a", WRITE)
    reply = scene.send(0, "b", WRITE)
    assert reply.batch is not None
    assert reply.batch.item.kind == "refused"
    assert (scene.log.number, scene.log.changes["topic"].id) == (2, "a")


def test_a_refusal_stays_one_when_its_reason_is_gone() -> None:
    scene = Scene()
    scene.send(1, "a", CLAIM)
    refused = scene.send(0, "b", CLAIM)
    scene.send(1, "c", Item("release", ("ana",)))
    assert scene.send(0, "b", CLAIM) == refused
    assert not scene.log.claims


def test_a_write_that_knows_the_last_change_is_stored() -> None:
    scene = Scene()
    scene.send(1, "a", WRITE)
    scene.send(0, "b", WRITE, known=1)
    assert scene.log.changes["topic"].id == "b"


def test_a_join_draws_the_next_term_and_takes_what_no_other_node_has() -> None:
    scene = Scene()
    scene.send(0, "a", CLAIM)
    reply = scene.send(0, "b", Item("join", ("ana",), term=1), term=1)
    assert reply.batch is not None
    assert (reply.batch.term, scene.log.claims) == (3, {"ana": (0, 3)})


def test_a_join_does_not_take_what_another_node_has() -> None:
    scene = Scene()
    scene.send(1, "a", CLAIM)
    scene.send(0, "b", Item("join", ("ana",), term=1), term=1)
    assert scene.log.claims == {"ana": (1, 2)}


def test_a_join_behind_a_later_one_is_refused() -> None:
    scene = Scene()
    scene.send(0, "a", Item("join", term=1), term=1)
    assert scene.send(0, "b", Item("join", term=1), term=1).what == "refused"
    assert scene.log.terms == (3, 2)
