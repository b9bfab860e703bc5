"""`benchmarks`: the command works, so that its figures can be had again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or len(os.sched_getaffinity(0)) < 2
    or not shutil.which("cc"),
    reason="needs Linux, two cores and a C compiler",
)


@pytest.fixture
def short_path() -> Generator[Path, None, None]:
    """A directory in which there may be a UNIX socket, whose path is bounded."""
    with TemporaryDirectory() as directory:
        yield Path(directory)


@pytest.mark.parametrize(
    ("only", "title"),
    [
        (["talk", "--shapes", "2:1"], "2 clients, window 1, 1 sender"),
        (["web", "--browsers", "25:8"], "Browsers: 25 clients, window 8, 20 senders"),
    ],
    ids=["talk", "web"],
)
def test_a_conversation(tmp_path: Path, short_path: Path, only: list[str], title: str) -> None:
    results = tmp_path / "results.json"
    options = ["--only", *only, "--rounds", "1", "--seconds", "0.2"]
    where = ["--no-peers", "--directory", short_path, "--json", results]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", *options, *where],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert title in run.stdout
    assert json.loads(results.read_text())
