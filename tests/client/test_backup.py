"""`chatd backup`: its line, its errors, and a process that is killed half-way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatd import cli
from tests.support.live_server import environment
from tests.support.store_files import Opening, sql
from tests.support.stores import draft

Run = Callable[..., tuple[int, str, str]]

KILLED = """
import os, signal
from chatd.cli import main
from chatd.storage.sqlite import backup
backup.examine_file = lambda path: os.kill(os.getpid(), signal.SIGKILL)
main(["backup", "copy.sqlite"])
"""
"""A back-up whose process is killed when all is copied."""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "chatd.sqlite"


@pytest.fixture
def run(path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `chatd backup` and returns its status, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["backup", *arguments])
        return (status, *capsys.readouterr())

    return run


async def test_tells_what_was_copied(opening: Opening, path: Path, run: Run) -> None:
    await opening.first().say(draft("a"), draft("b", room="ops"), draft("c"))
    copy = path.with_name("copy.sqlite")
    status, out, err = run("copy.sqlite")
    assert (status, err) == (0, "")
    assert out.startswith(f"{copy}: 3 lines in 2 rooms, ")
    assert out.endswith("K\n")
    assert cli.main(["export", "--store", "sqlite:copy.sqlite"]) == 0


async def test_one_line_and_one_room_are_singular(opening: Opening, path: Path, run: Run) -> None:
    await opening.first().say(draft("a"))
    assert ": 1 line in 1 room, " in run("copy.sqlite")[1]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no/copy"], "there is no directory "),
        (["chatd.sqlite"], "is a file of the store itself. Give another FILE."),
        (["link"], "is a file of the store itself. Give another FILE."),
        (["letter"], "is there, and no back-up of chatd. Give another FILE."),
        (["--store", "sqlite:no", "copy"], "there is no file "),
        (["--store", "sqlite:letter", "copy"], "is not a database."),
    ],
)
async def test_is_refused_in_one_line(
    opening: Opening, path: Path, run: Run, arguments: list[str], why: str
) -> None:
    await opening.first().say(draft("a"))
    path.with_name("letter").write_text("Dear Ana, this is long enough to be a file. " * 9)
    path.with_name("link").symlink_to("chatd.sqlite")
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("chatd: cannot back up sqlite:")
    assert why in err
    assert not path.with_name("copy").exists()


async def test_a_process_that_is_killed_leaves_no_file_of_that_name(
    opening: Opening, path: Path, run: Run
) -> None:
    await opening.first().say(draft("a"))
    killed = subprocess.run([sys.executable, "-c", KILLED], env=environment(), check=False)
    assert killed.returncode == -9
    partial, copy = path.with_name("copy.sqlite.part"), path.with_name("copy.sqlite")
    assert (partial.exists(), copy.exists()) == (True, False)
    assert run("copy.sqlite")[0] == 0
    assert (partial.exists(), copy.exists()) == (False, True)
    assert sql(copy, "SELECT text FROM events") == [("a",)]
