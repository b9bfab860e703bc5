"""`tests.proofs.crash.state`: records that outlived their right are found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatd.chat.permissions import Role
from chatd.event import Kind
from chatd.remarks import Remark
from chatd.storage.sqlite.rows import SEQ_BITS
from tests.proofs.crash.state import (
    facts_of,
    faults_of_deeds,
    faults_of_messages,
    faults_of_rights,
    part_of_message,
)

HOOK = {"url": "http://127.0.0.1:1/", "by": "eva", "account": "eva"}
OPERATOR = ("role", "den/eva", {"role": Role.OPERATOR})
ACCOUNT = ("account", "eva", {"name": "eva", "epoch": 7, "settings": {}})


def store_with(path: Path, *records: tuple[str, str, dict[str, Any]]) -> Path:
    """Make a file with some records: the kind, key and value of each."""
    with closing(sqlite3.connect(path / "chat")) as store:
        store.execute("CREATE TABLE records (kind, key, value)")
        rows = [(kind, key, json.dumps(value)) for kind, key, value in records]
        store.executemany("INSERT INTO records VALUES (?, ?, ?)", rows)
        store.commit()
    return path / "chat"


def log_with(path: Path, *parts: tuple[int, int | None, str]) -> Path:
    """Make a file with a room's lines: the seq, `part_of` and text of each."""
    with closing(sqlite3.connect(path / "chat")) as store:
        store.execute("CREATE TABLE rooms (id, name)")
        store.execute("INSERT INTO rooms VALUES (3, 'lobby')")
        store.execute("CREATE TABLE events (id, part_of, text)")
        rows = [(3 << SEQ_BITS | seq, part_of, text) for seq, part_of, text in parts]
        store.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
        store.commit()
    return path / "chat"


def token(name: str, epoch: int) -> tuple[str, str, dict[str, Any]]:
    return ("credential", name, {"account": "eva", "name": name, "epoch": epoch})


def test_what_is_granted_by_a_right_that_is_there(tmp_path: Path) -> None:
    path = store_with(tmp_path, OPERATOR, ("hook", "den/1", HOOK), ACCOUNT, token("k1.0.2", 7))
    assert faults_of_rights(path) == []
    assert facts_of(path) == {
        "role of eva in #den": "OPERATOR",
        "hook to http://127.0.0.1 in #den": "added",
        "account of eva": "eva",
        "away of eva": "",
        "last token of eva": "k1.0.2",
    }


def test_the_last_token_is_not_the_last_one_of_the_alphabet(tmp_path: Path) -> None:
    tokens = [token(name, 7) for name in ("k1.0.9", "k1.0.10", "k1.0.2")]
    assert facts_of(store_with(tmp_path, *tokens))["last token of eva"] == "k1.0.10"


@pytest.mark.parametrize("role", [Role.VOICED, None])
def test_a_hook_of_who_is_no_operator_any_more(tmp_path: Path, role: Role | None) -> None:
    roles = [] if role is None else [("role", "den/eva", {"role": role})]
    (fault,) = faults_of_rights(store_with(tmp_path, *roles, ("hook", "den/1", HOOK)))
    assert fault.startswith("hook den/1 is there, and eva is no operator")


def test_a_token_of_another_epoch_or_of_nobody(tmp_path: Path) -> None:
    (fault,) = faults_of_rights(store_with(tmp_path, ACCOUNT, token("k1.0.2", 6)))
    assert fault.startswith("token k1.0.2 is there")
    (tmp_path / "chat").unlink()
    (fault,) = faults_of_rights(store_with(tmp_path, token("k1.0.2", 7)))
    assert fault == "token k1.0.2 is there, and its account is None"


MESSAGE = [(4, 4, part_of_message(1, 2)), (5, 4, part_of_message(2, 2))]


def test_messages_that_are_whole(tmp_path: Path) -> None:
    more = [(6 + at, 6, part_of_message(at + 1, 3)) for at in range(3)]
    assert faults_of_messages(log_with(tmp_path, (1, None, "a"), *MESSAGE, *more)) == []


@pytest.mark.parametrize(
    "parts",
    [
        MESSAGE[:1],
        MESSAGE[1:],
        [MESSAGE[0], (6, 4, MESSAGE[1][2])],
        [(4, 4, MESSAGE[1][2]), (5, 4, MESSAGE[0][2])],
        [MESSAGE[0], (5, None, MESSAGE[1][2])],
        [*MESSAGE, (6, 4, "not of it")],
    ],
)
def test_a_message_that_is_not_whole(
    tmp_path: Path, parts: list[tuple[int, int | None, str]]
) -> None:
    assert "in #lobby at 4 is not whole" in faults_of_messages(log_with(tmp_path, *parts))[0]


@pytest.mark.parametrize("logged", ["", "eva"])
def test_an_ack_that_is_not_in_the_log_is_found(tmp_path: Path, logged: str) -> None:
    with closing(sqlite3.connect(tmp_path / "chat")) as store:
        store.execute("CREATE TABLE rooms (id, name, topic)")
        store.execute("INSERT INTO rooms VALUES (3, 'den', '')")
        store.execute("CREATE TABLE events (id, author, kind, text)")
        if logged:
            ack = Remark("ack", 1, "alerts", "disk", "k1").text()
            store.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?)", (3 << SEQ_BITS | 2, logged, Kind.ACK, ack)
            )
        store.commit()
    (fault,) = faults_of_deeds(tmp_path / "chat", {"ack of disk in #den": "ana: k1"})
    assert "'ana: k1'" in fault
    facts = {"ack of disk in #den": "eva: k1"} if logged else {}
    assert faults_of_deeds(tmp_path / "chat", facts) == []
