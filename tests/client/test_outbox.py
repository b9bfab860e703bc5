"""`chatd.client.outbox`: lines that were typed, until they are answered."""

import pytest

from chatd.client.outbox import Item, Outbox
from chatd.client.rooms import Room

LOBBY = Room("lobby")


def put(outbox: Outbox, text: str, *, action: str | None = None, is_said: bool = True) -> Item:
    """Put an item into the outbox, which ana has sent."""
    item = Item(len([*outbox]) + 1, "key", LOBBY, text, action, is_said, {"ana"}, is_sent=True)
    outbox.put(item)
    return item


@pytest.mark.parametrize(
    ("typed", "action", "said"),
    [
        ("hola", None, "hola"),
        ("//hola", None, "/hola"),
        ("//one\ntwo", None, "//one"),
        ("/me waves", "waves", "waves"),
        ("\x1b[", None, "^[["),
    ],
)
def test_a_line_is_known_when_it_comes_back(typed: str, action: str | None, said: str) -> None:
    outbox = Outbox()
    item = put(outbox, typed, action=action)
    outbox.came_back(LOBBY, "Ana", said)
    assert item.is_back
    assert not outbox.shown(LOBBY)


@pytest.mark.parametrize(("author", "text"), [("luis", "hola"), ("ana", "another")])
def test_another_line_is_not_taken_for_it(author: str, text: str) -> None:
    outbox = Outbox()
    item = put(outbox, "hola")
    outbox.came_back(LOBBY, author, text)
    assert not item.is_back


def test_of_two_that_are_the_same_one_came_back() -> None:
    outbox = Outbox()
    items = [put(outbox, "hola"), put(outbox, "hola")]
    outbox.came_back(LOBBY, "ana", "hola")
    assert [item.is_back for item in items] == [True, False]


def test_text_waits_again_after_the_connection_broke_and_commands_do_not() -> None:
    outbox = Outbox()
    text, command = put(outbox, "hola"), put(outbox, "/who", is_said=False)
    assert outbox.broke() == [command]
    assert outbox.waiting(LOBBY) == [text]
