"""`chatd restore`: its line, and its errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chatd import cli
from tests.support.store_files import Opening
from tests.support.stores import draft

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.quick


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "chatd.sqlite"


@pytest.fixture
def run(path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `chatd restore` and returns its status, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["restore", *arguments])
        return (status, *capsys.readouterr())

    return run


async def test_tells_what_the_store_holds_and_where_the_old_one_is(
    opening: Opening, path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    await opening.first().say(draft("a"), draft("b"))
    assert cli.main(["backup", "copy.sqlite"]) == 0
    capsys.readouterr()
    await opening.close()
    held = f"{path}: 2 lines in 1 room, from copy.sqlite."
    assert run("copy.sqlite") == (0, f"{held} The old store is {path}.old-1.\n", "")
    other = path.with_name("other.sqlite")
    status, out, _ = run("--store", "sqlite:other.sqlite", "copy.sqlite")
    assert (status, out) == (0, f"{other}: 2 lines in 1 room, from copy.sqlite.\n")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no"], "no: No such file or directory."),
        (["."], ". is not a file."),
        (["letter"], "letter: file is not a database."),
        (["chatd.sqlite"], "chatd.sqlite is no back-up: lines of it are in chatd.sqlite-wal."),
        (["--store", "sqlite:no/chatd.sqlite", "letter"], "there is no "),
    ],
)
async def test_is_refused_in_one_line(
    opening: Opening, path: Path, run: Run, arguments: list[str], why: str
) -> None:
    await opening.first().say(draft("a"))
    path.with_name("letter").write_text("Dear Ana, this is long enough to be a file. " * 9)
    if arguments == ["letter"]:
        await opening.close()
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("chatd: cannot restore sqlite:")
    assert why in err
