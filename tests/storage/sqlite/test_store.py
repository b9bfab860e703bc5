"""Tests of `chatd.storage.sqlite.store`: a store that is opened again, and the texts in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatd.event import Event, Kind
from chatd.i18n import Language
from tests.support.logs import Expect
from tests.support.sentences import EN, ES
from tests.support.store_files import Opening, sql
from tests.support.stores import StoreHarness, draft, texts

pytestmark = pytest.mark.quick


class TestReopening:
    async def test_events_are_as_they_were_said(self, opening: Opening) -> None:
        await opening.first().say(draft("se va", "ops", 7, "eva", Kind.ACTION))
        harness = await opening.again()
        assert await harness.everything("ops") == [
            Event("ops", 1, 1_000_000, 7, "eva", Kind.ACTION, "se va")
        ]

    async def test_rooms_are_known_with_their_head_topic_and_highest_session(
        self, opening: Opening
    ) -> None:
        await opening.first().say(
            draft("old", "ops", 7, kind=Kind.TOPIC),
            draft("new", "ops", 3, kind=Kind.TOPIC),
            draft("text", "ops", 5),
            draft(room="lobby", session=2),
        )
        rooms = (await opening.again()).store.rooms()
        assert [(room.name, room.head, room.topic, room.session) for room in rooms] == [
            ("lobby", 1, "", 2),
            ("ops", 3, "new", 7),
        ]

    async def test_seqs_topic_and_highest_session_continue(self, opening: Opening) -> None:
        for session in 9, 1:
            harness = await opening.again()
            await harness.say(draft("hi", session=session, kind=Kind.TOPIC))
        await harness.say(draft("text", session=2))
        assert [event.seq for event in await harness.everything()] == [1, 2, 3]
        (room,) = (await opening.again()).store.rooms()
        assert (room.name, room.head, room.topic, room.session) == ("lobby", 3, "hi", 9)

    async def test_seqs_continue_after_all_events_were_deleted(
        self, opening: Opening, path: Path
    ) -> None:
        await opening.first().say(draft(), draft())
        await opening.close()
        sql(path, "DELETE FROM events")
        harness = await opening.again()
        await harness.say(draft())
        assert [event.seq for event in await harness.everything()] == [3]

    async def test_the_log_of_a_killed_daemon_is_read(
        self, opening: Opening, path: Path, tmp_path: Path
    ) -> None:
        await opening.first().say(draft("in the log alone"))
        killed = tmp_path / "killed"
        shutil.copy(path, killed)
        shutil.copy(f"{path}-wal", f"{killed}-wal")
        await opening.close()
        harness = StoreHarness.in_file(killed)
        assert texts(await harness.everything()) == ["in the log alone"]
        await harness.store.close()

    async def test_it_describes_its_path_and_the_number_of_lines(
        self, opening: Opening, path: Path
    ) -> None:
        for count, room in enumerate(("lobby", "ops", "lobby")):
            harness = await opening.again()
            for language, sentences in (Language.ENGLISH, EN), (Language.SPANISH, ES):
                said = sentences.sentence("log_history", path=path, count=count)
                assert harness.store.describe(language) == said
            await harness.say(draft(room=room))

    async def test_it_can_be_read_before_it_is_written_to(self, opening: Opening) -> None:
        await opening.first().say(draft())
        harness = await opening.again()
        assert await harness.store.seq_before("lobby", 10**15) == 1


class TestText:
    @pytest.mark.parametrize(
        "text",
        ["", "\0", "a\0b", "\r\n", "¿qué?", "日本語", "👩‍👩‍👧 ❤️", "\U0010ffff", "x" * 1_000_000],
        ids=ascii,
    )
    async def test_is_read_as_it_was_said(self, harness: StoreHarness, text: str) -> None:
        await harness.say(draft(text, author=text[:99]))
        (event,) = await harness.everything()
        assert (event.text, event.author) == (text, text[:99])

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=50))
    async def test_of_any_kind_is_read_as_it_was_said(
        self, harness: StoreHarness, said: list[str]
    ) -> None:
        after = len(harness.recorder.published)
        await harness.say(*map(draft, said))
        assert texts(await harness.store.read("lobby", after, 2**39)) == said

    async def test_that_cannot_be_stored_is_refused_with_its_batch(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        await harness.say(draft("half"), draft("\ud800"))
        await harness.say(draft("b"))
        assert [(event.seq, event.text) for event in await harness.everything()] == [
            (1, "a"),
            (2, "b"),
        ]
        assert [why for _, why in harness.recorder.refused] == ["an error in the server"] * 2
        expected_errors(UnicodeEncodeError)


class TestHandover:
    async def test_what_is_said_after_the_hold_is_known(self, opening: Opening) -> None:
        harness = opening.first()
        await harness.say(draft("before"))
        handover = harness.store.handover
        assert handover is not None
        unchanged = []
        for said in (), (draft("at the last moment"),), ():
            handover.hold()
            await harness.say(*said)
            unchanged.append(handover.is_unchanged)
            handover.go_on()
        assert unchanged == [True, False, True]
