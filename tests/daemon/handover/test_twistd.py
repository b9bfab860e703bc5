"""The options of twistd for a successor, and the pid file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from chatd.daemon.handover.twistd import PidFile, pass_over_pid_file, stay_in_place


def test_a_successor_starts_beside_the_pid_file_and_has_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pid"
    path.write_text("1")
    monkeypatch.chdir(tmp_path)
    options: dict[str, Any] = {"pidfile": "pid"}
    pass_over_pid_file(options)
    assert options["pidfile"] == "", "twistd looks at no file"
    file = PidFile(options)
    assert path.read_text() == "1"
    monkeypatch.chdir("/")
    PidFile({"pidfile": str(path)}).hand_over(4711)
    assert path.read_text() == "4711"
    file.take_over()
    assert options["pidfile"] == str(path), "twistd removes it in the end"


@pytest.mark.parametrize("name", ["", None])
def test_there_may_be_no_pid_file(name: str | None) -> None:
    options = {"pidfile": name}
    pass_over_pid_file(options)
    file = PidFile(options)
    assert not file.is_fixed
    file.hand_over(4711)
    file.take_over()
    assert options == {"pidfile": name}


def test_a_pid_file_of_root_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pid"
    path.write_text("1")
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    options: dict[str, Any] = {"pidfile": str(path)}
    pass_over_pid_file(options)
    file = PidFile(options)
    assert file.is_fixed
    file.hand_over(4711)
    file.take_over()
    assert path.read_text() == "1"
    assert options["pidfile"] == "", "nor is it removed"


@pytest.mark.parametrize(
    ("log", "becomes"), [(None, "twistd.log"), ("", "twistd.log"), ("my.log", "my.log")]
)
def test_one_in_the_background_stays_there_with_its_log(log: str | None, becomes: str) -> None:
    options: dict[str, Any] = {"nodaemon": False, "logfile": log, "uid": 7, "gid": 7, "chroot": "/"}
    stay_in_place(options)
    assert options == {
        "nodaemon": True,
        "logfile": becomes,
        "uid": None,
        "gid": None,
        "chroot": None,
    }


def test_one_in_the_foreground_logs_to_its_output() -> None:
    options: dict[str, Any] = {"nodaemon": True, "logfile": None}
    stay_in_place(options)
    assert options["logfile"] is None
