"""`chatd init`: the file has every setting, and changes none as it is."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from chatd import cli
from chatd.daemon.config_template import template
from chatd.daemon.configuration import Configuration
from chatd.daemon.settings_table import SETTINGS
from chatd.util import toml


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_file_is_that_of_no_settings(tmp_path: Path) -> None:
    assert cli.main(["init"]) == 0
    path = tmp_path / "chatd.toml"
    assert path.read_text("utf-8") == template()
    assert Configuration({}, {}, path, "chatd.toml").read() == Configuration({}, {}).read()
    assert cli.main(["check-config"]) == 0


def test_every_setting_is_there_and_valid_without_its_sign() -> None:
    text = re.sub(r"^# (?=\w+ = |\[\[)", "", template(), flags=re.MULTILINE)
    text = text.replace("sqlite:chatd.sqlite", "postgresql:///chatd")  # which some are for
    text += '\n[[listen]]\nkind = "irc"\nendpoint = "ssl:6697:privateKey=a.pem"\n'  # and one this
    table = toml.parse(text)
    for row in SETTINGS:
        assert row.name in table[row.section]
    Path("chatd.toml").write_text(text)
    given = Configuration({}, {}, Path("chatd.toml").absolute(), "").read()
    assert [listener.kind.value for listener in given.listeners] == ["chat", "chat", "web", "irc"]


def test_a_relative_path_is_said_to_be_in_the_folder_of_the_file() -> None:
    said = dict(re.findall(r"^# (\w+ = \S+) +# (.*folder.*)$", template(), flags=re.MULTILINE))
    assert said.pop('where = "sqlite:chatd.sqlite"') == (
        "in the file's folder; by default in --rundir"
    )
    assert said['audit = "audit.log"'] == "an example in the file's folder; by default none"
    assert all("/" not in path for path in said)


def test_the_lines_fit_a_terminal() -> None:
    assert max(map(len, template().splitlines())) <= 100


def test_a_file_that_is_there_stays(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.toml").write_text("a")
    with pytest.raises(SystemExit) as refused:
        cli.main(["init", "mine.toml"])
    assert refused.value.code == (
        "chatd: mine.toml is there already, and stays as it is. Give another name."
    )
    assert Path("mine.toml").read_text() == "a"


@pytest.mark.parametrize("umask", [0, 0o077])
def test_the_daemon_can_read_the_file_under_any_umask(umask: int) -> None:
    before = os.umask(umask)
    try:
        cli.main(["init"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("chatd.toml").stat().st_mode) == 0o644


def test_a_folder_that_is_not_there_is_told() -> None:
    with pytest.raises(SystemExit) as refused:
        cli.main(["init", "no/chatd.toml"])
    assert refused.value.code == "chatd: cannot write no/chatd.toml: No such file or directory."
