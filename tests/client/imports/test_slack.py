"""`chatd.client.imports.slack`: the export of a workspace, in a folder and in a zip."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from chatd.client.imports import slack
from chatd.client.imports.said import Bad, ImportRefused, Item, Said
from chatd.client.imports.slack import Export
from chatd.event import Kind

pytestmark = pytest.mark.quick

USERS = [
    {"id": "U1", "name": "ana.g", "profile": {"display_name": "Ana García"}},
    {"id": "U2", "name": "luis", "profile": {"display_name": ""}},
    {"id": "U3"},
]
CHANNELS = [{"id": "C1", "name": "general"}, {"id": "C2", "name": "ops"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    (folder / "general").mkdir(parents=True)
    (folder / "users.json").write_text(json.dumps(USERS))
    (folder / "channels.json").write_text(json.dumps(CHANNELS))
    return folder


def message(text: str = "hola", ts: str = "1795300000.000200", **members: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U1", "text": text, "ts": ts, **members}


def day(folder: Path, *messages: dict[str, Any], name: str = "general/2026-11-22.json") -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(messages))


def only(folder: Path) -> Item:
    (item,) = Export(folder).read()
    return item


def said(folder: Path) -> Said:
    item = only(folder)
    assert isinstance(item, Said)
    return item


def texts(folder: Path) -> list[str]:
    return [item.text for item in Export(folder).read() if isinstance(item, Said)]


def test_a_message_is_said_by_the_name_that_people_saw(folder: Path) -> None:
    day(folder, message())
    assert said(folder) == Said(
        "general/2026-11-22.json, message 1",
        "general",
        1_795_300_000_000,
        "Ana García",
        Kind.MESSAGE,
        "hola",
        "U1",
    )


@pytest.mark.parametrize(
    ("members", "author", "person"),
    [
        ({"user": "U2"}, "luis", "U2"),
        ({"user": "U3"}, "U3", "U3"),
        ({"user": "U9"}, "U9", "U9"),
        ({"user": None, "subtype": "bot_message", "username": "ci"}, "ci", "bot ci"),
        ({"user": None, "subtype": "bot_message", "bot_id": "B1"}, "B1", "bot B1"),
    ],
)
def test_authors(folder: Path, members: dict[str, Any], author: str, person: str) -> None:
    day(folder, message(**members))
    assert (said(folder).author, said(folder).person) == (author, person)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<@U1> and <@U2|lu>, <@U9>", "@Ana García and @lu, @U9"),
        ("<#C2> <#C2|ops2> <#C9>", "#ops #ops2 #C9"),
        ("<!here> <!subteam^S1|@devs> <!subteam^S1>", "@here @devs @subteam"),
        ("<!date^1392734382^{date}|in 2014>", "in 2014"),
        ("<https://e.org>", "https://e.org"),
        ("<https://e.org|the page>", "the page (https://e.org)"),
        ("<mailto:a@e.org|a@e.org>", "a@e.org"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_markup_is_shown_as_it_was(folder: Path, written: str, text: str) -> None:
    day(folder, message(written))
    assert said(folder).text == text


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"files": [{"name": "a.png"}, {"title": "Plan"}, {}]}, "hola\n[a.png]\n[Plan]\n[file]"),
        ({"text": "", "attachments": [{"fallback": "build 7 failed"}]}, "build 7 failed"),
        ({"text": "", "attachments": "none"}, ""),
    ],
)
def test_files_and_attachments_are_named(folder: Path, members: dict[str, Any], text: str) -> None:
    day(folder, {**message(), **members})
    assert said(folder).text == text


@pytest.mark.parametrize(
    ("members", "kind", "text"),
    [
        ({"subtype": "me_message", "text": "waves"}, Kind.ACTION, "waves"),
        ({"subtype": "channel_topic", "topic": "tea &amp; cake"}, Kind.TOPIC, "tea & cake"),
        ({"subtype": "thread_broadcast"}, Kind.MESSAGE, "hola"),
    ],
)
def test_kinds(folder: Path, members: dict[str, Any], kind: Kind, text: str) -> None:
    day(folder, {**message(), **members})
    assert (said(folder).kind, said(folder).text) == (kind, text)


@pytest.mark.parametrize("subtype", ["channel_join", "channel_leave", "tombstone", "pinned_item"])
def test_what_nobody_said_is_left_out(folder: Path, subtype: str) -> None:
    day(folder, message(subtype=subtype))
    assert only(folder) is None


def test_replies_come_in_the_order_of_time(folder: Path) -> None:
    day(
        folder,
        message("question", "1795300000.000100", thread_ts="1795300000.000100"),
        message("next", "1795300000.000300"),
        message("answer", "1795300000.000200", thread_ts="1795300000.000100"),
    )
    day(folder, message("late answer", "1795300001.5"), name="general/2026-11-21.json")
    assert texts(folder) == ["question", "answer", "next", "late answer"]


def test_channels_come_one_after_another(folder: Path) -> None:
    day(folder, message("b"), name="ops/2026-11-22.json")
    day(folder, message("a"))
    day(folder, message("of a private channel"), name="secret/2026-11-22.json")
    assert texts(folder) == ["a", "b"]


@pytest.mark.parametrize("inside", ["", "My workspace/"])
def test_a_zip_is_as_good_as_a_folder(folder: Path, tmp_path: Path, inside: str) -> None:
    day(folder, message("a"))
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        for path in folder.rglob("*.json"):
            archive.write(path, f"{inside}{path.relative_to(folder)}")
    assert texts(tmp_path / "export.zip") == ["a"]


def test_users_may_be_those_of_an_organisation(folder: Path) -> None:
    (folder / "users.json").rename(folder / "org_users.json")
    day(folder, message())
    assert said(folder).author == "Ana García"


def test_users_may_be_missing(folder: Path) -> None:
    (folder / "users.json").unlink()
    day(folder, message())
    assert said(folder).author == "U1"


@pytest.mark.parametrize(
    ("content", "place", "why"),
    [
        ('[{"ts": "soon"}]', "general/2026-11-22.json, message 1", "its ts is no time"),
        ("[1]", "general/2026-11-22.json", "it is not a list of objects"),
        ("{", "general/2026-11-22.json", "it is not JSON"),
    ],
)
def test_a_bad_message_is_told(folder: Path, content: str, place: str, why: str) -> None:
    (folder / "general" / "2026-11-22.json").write_text(content)
    assert only(folder) == Bad(place, why)


def test_a_file_without_end_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day(folder, message("a" * 1000))
    with ZipFile(tmp_path / "bomb.zip", "w", ZIP_DEFLATED) as archive:
        for path in folder.rglob("*.json"):
            archive.write(path, str(path.relative_to(folder)))
    monkeypatch.setattr(slack, "MOST_BYTES", 900)
    why = Bad("general/2026-11-22.json", "it has more than 900 bytes")
    assert only(folder) == only(tmp_path / "bomb.zip") == why


def test_a_pipe_among_the_files_is_told(folder: Path) -> None:
    (folder / "general").mkdir(exist_ok=True)
    os.mkfifo(folder / "general" / "2026-11-22.json")
    assert only(folder) == Bad("general/2026-11-22.json", "it is not a file")


@pytest.mark.parametrize("flag", [1, 1 << 6])
def test_a_zip_that_is_encrypted_is_told(folder: Path, tmp_path: Path, flag: int) -> None:
    path = tmp_path / "export.zip"
    with ZipFile(path, "w") as archive:
        archive.write(folder / "channels.json", "channels.json")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= flag  # general purpose bits of the directory
    content[6] |= flag
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=r"^channels.json: it is damaged or encrypted\.$"):
        list(Export(path).read())


def test_a_zip_that_is_damaged_is_told(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with ZipFile(path, "w") as archive:
        archive.write(folder / "channels.json", "channels.json")
    path.write_bytes(path.read_bytes().replace(b"general", b"GENERAL", 1))
    with pytest.raises(ImportRefused, match=r"^channels.json: it is damaged or encrypted\.$"):
        list(Export(path).read())


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="it has no channels"):
        Export(tmp_path)
    (tmp_path / "letter").write_text("Dear Ana")
    with pytest.raises(ImportRefused, match="neither the folder nor the zip"):
        Export(tmp_path / "letter")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportRefused, match="neither the folder nor the zip"):
        Export(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        Export(tmp_path / "no")
