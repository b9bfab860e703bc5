"""`chatd.client.windows`: what was shown in each room."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from chatd.client.rooms import Room
from chatd.client.shown import Kind, Shown
from chatd.client.viewport import Size
from chatd.client.windows import Windows

NOW = datetime(2026, 11, 30, 12, 34, tzinfo=timezone.utc)


@pytest.fixture
def windows() -> Windows:
    return Windows(lambda: NOW)


def message(seq: int, text: str, part_of: int | None = None) -> Shown:
    return Shown(Kind.MESSAGE, text, "ana", seq, NOW.timestamp(), part_of)


def rows(windows: Windows, room: Room | None) -> list[str]:
    """Return the rows of a window without the rule of the day."""
    view = windows[room].viewport.view(Size(30, 40))
    return ["".join(text for _, text in row) for row in view.rows][1:]


class TestWindows:
    def test_each_room_has_its_lines(self, windows: Windows) -> None:
        ops, dev = Room("ops"), Room("dev")
        windows.show(ops, message(1, "in ops"), is_current=True)
        windows.show(dev, message(1, "in dev"), is_current=False)
        assert rows(windows, ops) == ["12:34 <ana> in ops"]
        assert rows(windows, dev) == ["12:34 <ana> in dev"]
        windows.close(dev)
        assert rows(windows, dev) == []

    def test_the_first_room_takes_what_came_before_it(self, windows: Windows) -> None:
        windows.show(None, Shown(Kind.OWN, "hello"), is_current=True)
        room = Room("ops")
        windows.show(room, message(1, "hola"), is_current=True)
        assert rows(windows, room) == ["12:34 chatd: hello", "12:34 <ana> hola"]
        assert rows(windows, None) == []

    def test_lines_of_a_message_are_one_block(self, windows: Windows) -> None:
        room = Room("ops")
        windows.show(room, message(1, "one", 1), is_current=True)
        windows.show(room, message(2, "two", 1), is_current=True)
        windows.show(room, message(3, "new", 3), is_current=True)
        assert rows(windows, room) == [
            "12:34 <ana> one",
            f"{'two':>13}",
            "12:34 <ana> new",
        ]  # fmt: skip

    def test_a_message_of_a_server_that_does_not_end_is_several_blocks(
        self, windows: Windows, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else each of its lines would copy all those before, and none of them would ever go."""
        monkeypatch.setattr("chatd.client.windows.MOST_MESSAGE_LINES", 2)
        room = Room("ops")
        for seq in range(1, 6):
            windows.show(room, message(seq, f"{seq}", 1), is_current=True)
        assert len(windows[room].log.numbers) == 3
        assert [row.strip() for row in rows(windows, room)] == [
            *("12:34 <ana> 1", "2"),
            *("12:34 <ana> 3", "4"),
            "12:34 <ana> 5",
        ]

    def test_older_lines_come_above_also_as_blocks(self, windows: Windows) -> None:
        room = Room("ops")
        windows.show(room, message(4, "new"), is_current=True)
        older = [message(1, "a"), message(2, "b", 2), message(3, "c", 2)]
        windows.show_older(room, older)
        assert [row.split()[-1] for row in rows(windows, room)] == ["a", "b", "c", "new"]
        assert len(windows[room].log.numbers) == 3

    def test_a_line_whose_beginning_is_not_there_is_a_line(self, windows: Windows) -> None:
        room = Room("ops")
        windows.show(room, message(2, "two", 1), is_current=True)
        assert rows(windows, room) == ["12:34 <ana> two"]

    def test_a_rule_is_above_the_first_unread_line_until_it_is_read(self, windows: Windows) -> None:
        room = Room("ops")
        windows.show(room, message(1, "read"), is_current=True)
        room.marker = 1
        windows.show(room, message(2, "unread"), is_current=False)
        windows.show(room, message(3, "too"), is_current=False)
        shown = rows(windows, room)
        assert [row.split()[1] for row in shown] == ["<ana>", "new", "<ana>", "<ana>"]
        room.marker = None
        windows.mark_read()
        assert len(rows(windows, room)) == 3

    def test_a_cleared_window_begins_anew(self, windows: Windows) -> None:
        room = Room("ops")
        windows.show(room, message(1, "one", 1), is_current=True)
        windows[room].clear()
        windows.show(room, message(2, "two", 1), is_current=True)
        assert rows(windows, room) == ["12:34 <ana> two"]
