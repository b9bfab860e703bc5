"""`chatd.client.bots.state`: which calls are settled, in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatd.client.bots import state as states
from chatd.client.bots.state import State, default_path
from chatd.client.wire import ClientError


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "new" / "bot.json")


@contextmanager
def opened(path: str, room: str = "ops") -> Iterator[State]:
    state = State.open(path, room)
    try:
        yield state
    finally:
        state.close()


def test_a_new_one_has_an_id_and_no_bookmark(path: str) -> None:
    with opened(path) as state:
        state.begin("7-1000")
    with opened(path) as again:
        assert (again.id, again.bookmark) == (state.id, "7-1000")
    assert os.stat(path).st_mode & 0o077 == 0


def test_the_bookmark_stays_before_the_first_call_that_is_not_settled(path: str) -> None:
    with opened(path) as state:
        state.begin("7-1000")
        assert state.came(9, "8-1001")
        assert state.came(10, "9-1002")
        state.passed("11-1004")
        state.settle(10)
    with opened(path) as again:
        assert again.bookmark == "8-1001"
        assert again.came(9, "8-1001")
        assert not again.came(10, "9-1002")
        again.passed("11-1004")
        again.settle(9)
        assert json.loads(Path(path).read_text())["settled"] == []
        assert again.bookmark == "11-1004"


def test_a_line_that_turns_out_to_be_no_call_holds_nothing_up(path: str) -> None:
    with opened(path) as state:
        state.begin("7-1000")
        state.came(9, "8-1001")
        state.passed("9-1002")
        state.leave(9)
        state.save()
        assert state.bookmark == "9-1002"


def test_the_keys_follow_from_the_bot_and_the_room(path: str, tmp_path: Path) -> None:
    with opened(path) as state, opened(str(tmp_path / "other")) as other:
        assert state.key_of("7:0") == state.key_of("7:0")
        assert len({state.key_of("7:0"), state.key_of("7:1"), other.key_of("7:0")}) == 3
        assert 16 <= len(state.key_of("7:0")) <= 64


def test_two_bots_do_not_share_one(path: str) -> None:
    with opened(path), pytest.raises(ClientError, match="another bot uses"), opened(path):
        pass
    with opened(path):
        pass


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "{",
        '{"id":"bot-x","room":"ops","bookmark":"7-1","settled":[]}',
        f'{{"id":"bot-{"a" * 32}","room":"ops","bookmark":"7","settled":[]}}',
        f'{{"id":"bot-{"a" * 32}","room":"ops","bookmark":"7-1","settled":["8"]}}',
    ],
)
def test_another_file_is_refused_and_left_as_it_is(path: str, text: str) -> None:
    os.mkdir(os.path.dirname(path))
    Path(path).write_text(text)
    with pytest.raises(ClientError, match="no state of a bot"), opened(path):
        pass
    assert Path(path).read_text() == text


def test_that_of_another_room_is_refused(path: str) -> None:
    with opened(path) as state:
        state.begin("7-1")
    with opened(path, "OPS"):
        pass
    with pytest.raises(ClientError, match="in #ops, not in #lobby"), opened(path, "lobby"):
        pass


def test_one_that_others_could_change_is_refused(path: str) -> None:
    with opened(path) as state:
        state.begin("7-1")
    os.chmod(path, 0o666)
    with pytest.raises(ClientError, match="others may write"), opened(path):
        pass


def test_a_disk_that_takes_nothing_is_an_error(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(path) as state:
        state.begin("7-1")
        before = Path(path).read_text()

        def fail(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(ClientError, match="No space left"):
            state.settle(9)
        assert Path(path).read_text() == before


def test_nothing_is_written_that_is_written_already(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as state:
        state.begin("7-1")
        monkeypatch.setattr(states.config_files, "replace", None)
        state.save()


def test_each_bot_has_a_path_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    path = default_path("127.0.0.1:60060", "Ops", "Helper")
    assert path is not None
    assert path.startswith("/state/chatd/bot-ops-helper-")
    others = [
        default_path("127.0.0.1:60061", "ops", "helper"),
        default_path("127.0.0.1:60060", "", "helper"),
        default_path("127.0.0.1:60060", "ops", ""),
        default_path("127.0.0.1:60060", "ops", "/etc/token"),
    ]
    assert len({path, *others}) == 5
    assert {os.path.dirname(str(each)) for each in others} == {"/state/chatd"}
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/ana")
    assert str(default_path("x", "", "")).startswith("/home/ana/.local/state/chatd/bot-lobby-guest")
