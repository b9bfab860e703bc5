"""`benchmarks`: the command works, so that its figures can be had again."""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks import against, picture, tables
from benchmarks.__main__ import main
from benchmarks.against import Ratio, Row, above, in_pairs, ratio_of
from benchmarks.report import Bar
from benchmarks.servers import OURS, Build
from tests.support.checkout import ROOT

can_measure = pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or len(os.sched_getaffinity(0)) < 2
    or not shutil.which("cc"),
    reason="needs Linux, two cores and a C compiler",
)


@pytest.fixture
def short_path() -> Generator[Path, None, None]:
    """Yield a directory with a path short enough for a UNIX socket."""
    with TemporaryDirectory() as directory:
        yield Path(directory)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        *((["--shapes", shape], "CLIENTS:WINDOW") for shape in ("10", "1:1", "30:0", "x")),
        (["--shapes", "10:1", "--senders", "20"], "more clients than senders"),
        (["--shapes", "30:1:0"], "CLIENTS:WINDOW"),
        (["--shapes", "30:1:1:1"], "CLIENTS:WINDOW"),
        (["--browsers", "10:1"], "more clients than senders"),
        (["--senders", "0"], "CLIENTS:WINDOW"),
        *((["--seconds", value], "above 0") for value in ("0", "-1", "nan", "inf")),
        (["--against", "HEAD", "--at-most", "nan"], "above 0"),
        (["--at-most", "1.05"], "--against REV"),
        (["--against", "HEAD", "--rounds", "1"], "2 or more"),
        (["--against", "HEAD", "--only", "store"], "not store"),
        *((["--only", parts], "is none of talk,") for parts in ("talks", "talk,", "")),
        (["--agains", "HEAD"], "unrecognized arguments"),
        (["--directory", "no-such-directory"], "is not a directory"),
    ],
)
def test_an_option_that_is_not_understood_is_refused_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    right: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    monkeypatch.setattr("benchmarks.__main__.TWISTD", Path(sys.executable))
    with pytest.raises(SystemExit) as refused:
        main()
    assert right in f"{capsys.readouterr().err}{refused.value.code}"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what a process of the command does first, so that it need not begin from nothing.

    C programs are compiled once for all tests, and daemons are forked from a process that has
    imported chatd. They announce people who join at once.
    """
    return f"""
import os, pathlib
from benchmarks import servers
from tests.support import forks, live_server
__main__.Programs = lambda _: machine.Programs(pathlib.Path({str(tmp_path_factory.mktemp("c"))!r}))
spawn = servers.start

def start(command, directory, core, path):
    if command[0] != str(servers.TWISTD):
        return spawn(command, directory, core, path)
    code = "from chatd.chat import membership; membership.LASTING = 0.1"
    with open(os.devnull, "rb") as nothing, (directory / "output").open("wb") as output:
        daemon = forks.Program(
            live_server.prepared(),
            f"{{code}}; {{live_server.RUN_TWISTD}}",
            *command[1:],
            directory=directory,
            environment=live_server.environment(),
            files=(nothing.fileno(), output.fileno(), output.fileno()),
        )
    os.sched_setaffinity(daemon.pid, {{core}})
    return daemon

servers.start = start
"""


@can_measure
def test_a_conversation(tmp_path: Path, short_path: Path) -> None:
    results = tmp_path / "results.json"
    options = ["--only", "talk", "--shapes", "2:1", "--rounds", "1", "--seconds", "0.2"]
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
    assert "2 clients, window 1, 1 sender" in run.stdout
    assert json.loads(results.read_text())


SMALL = """
from benchmarks import notices, sustained, views
notices.CLIENTS = notices.COMERS = 10
notices.COMING_SECONDS = notices.ALONE_SECONDS = 0.1
views.SHAPES = [views.Shape(40, 8, 20)]
sustained.SECONDS = 0.3
sustained.LOOK_SECONDS = 0.05
sustained.MIX_SECONDS = 0.2
"""


@can_measure
@pytest.mark.deadline(120)  # it begins early, for it takes long
def test_parts_are_measured_in_the_order_in_which_they_are_named(
    short_path: Path, quick: str
) -> None:
    results = short_path / "results.json"
    run = benchmarks(
        *("--only", "storm,notices,views,sustained,web,talk", "--shapes", "2:1"),
        *("--browsers", "25:8", "--rounds", "1", "--seconds", "0.2", "--no-peers"),
        *("--directory", str(short_path), "--json", str(results)),
        program=f"{quick}{SMALL}",
    )
    assert run.returncode == 0, run.stdout + run.stderr
    titles = [
        "10 named people who join a room of 10",
        "10 people who come into a room of 10",
        "Views: 40 clients, window 8, 20 senders",
        "five formats / plain",
        "the log 5 s after a reader let go",
        "500 lines/s of 80 people, 20 browsers, 10 rooms",
        "Browsers: 25 clients, window 8, 20 senders",
        "2 clients, window 1, 1 sender",
    ]
    assert re.findall("|".join(titles), run.stdout.partition("The bars")[0]) == titles
    assert {"probes", "fanout", "bars", "machine"} <= json.loads(results.read_text()).keys()


# From saved results

MACHINE = {"date": "2026-11-22", "processor": "Z80", "kernel": "Linux", "python": "CPython"}


def shape(clients: int, window: int, **costs: float) -> dict[str, object]:
    rounds = [{name: {"cpu_us": cost} for name, cost in costs.items()}]
    return {
        "clients": clients,
        "window": window,
        "senders": 20,
        "rooms": 1,
        "rounds": rounds,
        "unable": {},
    }


def bar(what: str, value: float, must: str = "<=") -> dict[str, object]:
    return Bar(what, "somewhere", value, "ms", must, 2.0)._asdict()


TALK = {
    "machine": MACHINE,
    "fanout": [shape(100, 1, chatd=15, floor=7.5), shape(100, 256, chatd=0.2)],
    "bars": [bar("p99", 1.0), bar("p99", 3.0), bar("no bar", 1.0, "")],
}

REST = {"machine": MACHINE, "bars": [bar("a commit", 1.5)]}


def test_tables_are_written_from_several_runs(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    parts = ["<!-- costs of a run -->", "<!-- bars of a run -->\nold"]
    begin = "A\n" + "".join(f"{part}\n<!-- end -->\n" for part in parts) + "Z\n"
    document.write_text(begin)
    tables.write(tables.together([TALK, REST]), document)
    text = document.read_text()
    assert (text[:2], text[-2:]) == ("A\n", "Z\n")
    assert "old" not in text
    assert "2026-11-22, Z80, Linux, CPython" in text
    assert "| 100, 1 | 15.0 | 7.50 | - | - | - |" in text
    assert "| 100, 256 | 0.200 | - | - | - | - |" in text
    assert "| p99 | 3.00 ms  <= 2.00 ms  MISSED | somewhere |" in text
    assert "| a commit | 1.50 ms  <= 2.00 ms  ok | somewhere |" in text
    assert "no bar" not in text
    tables.write(REST, document)
    assert "| 100, 1 | 15.0 |" in document.read_text()


def test_the_readme_has_the_tables() -> None:
    assert re.findall("<!-- ([a-z]+) of a run -->", tables.README.read_text()) == [*tables.TABLES]


def test_the_picture_is_drawn_from_saved_results(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture.draw(TALK, tmp_path / "picture.svg")
    assert "Z80" in (tmp_path / "picture.svg").read_text()


# Against another commit

THEN = Build("then", Path("twistd"), "")


def test_a_ratio_is_the_mean_of_the_pairs_and_not_of_the_figures() -> None:
    ratio = ratio_of([(2, 1), (20, 10), (200, 100)])
    assert ratio is not None
    assert ratio == pytest.approx((2, 2, 2))
    twice = ratio_of([(4, 1), (1, 1)])
    assert twice is not None
    assert twice.value == pytest.approx(2)
    assert twice.low < 1 < 4 < twice.high


@pytest.mark.parametrize("pairs", [[], [(1, 1)], [(1, 1), (0, 1)], [(0, 0), (1, 0), (0, 1)]])
def test_one_pair_has_no_interval(pairs: list[tuple[float, float]]) -> None:
    assert ratio_of(pairs) is None


@pytest.mark.parametrize("count", [2, 3, 8, 31, 40])
def test_the_interval_has_the_right_ratio_in_it_19_times_of_20(count: int) -> None:
    chance = random.Random(count)
    right = 0
    for _ in range(1000):
        pairs = []
        for _ in range(count):
            machine = math.exp(chance.gauss(0, 1))  # what both of a pair meet
            now, then = (machine * math.exp(chance.gauss(0, 0.1)) for _ in range(2))
            pairs.append((1.05 * now, then))
        ratio = ratio_of(pairs)
        assert ratio is not None
        right += ratio.low <= 1.05 <= ratio.high
    assert 0.93 < right / 1000 < 0.97


def test_both_have_a_turn_in_each_pair_and_begin_by_turns() -> None:
    asked: list[Build] = []

    def measure(build: Build) -> dict[str, int]:
        asked.append(build)
        return {"turn": len(asked)}

    pairs = in_pairs(measure, THEN, 3)
    assert asked == [OURS, THEN, THEN, OURS, OURS, THEN]
    assert [(now["turn"], then["turn"]) for now, then in pairs] == [(1, 2), (4, 3), (5, 6)]


def test_a_row_is_above_a_limit_if_all_of_its_interval_is() -> None:
    rows = [
        Row(name, {"us CPU": Ratio(1.1, low, 1.2), "p50 ms": Ratio(2, 2, 2)})
        for name, low in (("above", 1.051), ("on it", 1.05), ("across", 1.0))
    ]
    assert [row.name for row in above([*rows, Row("none", {})], 1.05)] == ["above"]


def test_what_is_installed_can_be_asked_for_again() -> None:
    constraints = against.installed()
    assert any(line.lower().startswith("twisted==") for line in constraints)
    assert not any(line.startswith("chatd==") for line in constraints)


def benchmarks(*options: str, program: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command; ``program`` is done first, in its process."""
    code = f"import sys\nfrom benchmarks import __main__, against, machine\n{program}\n"
    return subprocess.run(
        [sys.executable, "-c", f"{code}sys.exit(__main__.main())", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("figures", [4, 1], ids=["talk", "visits"])
def test_a_table_has_the_figures_that_a_load_has(figures: int) -> None:
    one = dict.fromkeys(tuple(against.FIGURES.values())[:figures], 2.0)
    row = against.print_row("some load", [(one, one), (one, one)])
    assert list(row.ratios.values()) == [Ratio(1, 1, 1)] * figures


@can_measure
@pytest.mark.parametrize(("at_most", "status"), [("1000", 0), ("0.000001", 1)])
def test_this_tree_against_itself(tmp_path: Path, quick: str, at_most: str, status: int) -> None:
    results = tmp_path / "results.json"
    run = benchmarks(
        *("--against", "HEAD", "--shapes", "2:1", "--rounds", "2", "--seconds", "0.2"),
        *("--at-most", at_most, "--directory", str(tmp_path), "--json", str(results)),
        program=f"{quick}against.build = lambda *_: against.OURS._replace(name='then')",
    )
    assert run.returncode == status, run.stdout + run.stderr
    assert "now / then" in run.stdout
    assert (f"ABOVE {float(at_most)}" in run.stdout) == bool(status)
    (row,) = json.loads(results.read_text())["against"]
    assert (row["then"], row["load"], len(row["pairs"])) == (
        "then",
        "2 clients, window 1, 1 sender",
        2,
    )
    value, low, high = row["ratios"]["us CPU"]
    assert low <= value <= high


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--at-most", "1.05"], "--at-most goes with --against"),
        (
            ["--against", "HEAD", "--only", "flood"],
            "--against compares talk, connections, web, not flood",
        ),
        (["--against", "HEAD", "--rounds", "1"], "one pair has no interval"),
        (["--rounds", "0"], "--rounds takes 1 or more"),
    ],
)
def test_what_cannot_be_compared_is_refused(options: list[str], why: str) -> None:
    run = benchmarks(*options)
    assert (run.returncode, run.stdout) == (2, "")
    assert why in run.stderr


@can_measure
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the repository")
@pytest.mark.parametrize("revision", ["no-such-commit", ""])
def test_a_commit_that_is_not_there_is_refused(tmp_path: Path, revision: str) -> None:
    run = benchmarks("--against", revision, "--directory", str(tmp_path))
    assert run.returncode == 1
    assert "benchmarks: --against takes a commit of this repository: " in run.stderr
    assert list(tmp_path.iterdir()) == []
