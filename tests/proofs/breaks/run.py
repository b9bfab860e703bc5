"""`python3 -m tests.proofs.breaks`: break the code as learners do, and read what the tests say.

For each break a copy of the code is changed and some tests are run on it. It is found if one of
them fails in time whose name or message has the word of the cause. One line is printed for each
break; the status is 1 if one is not found. The checkout is not changed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.proofs.breaks.breaks import BREAKS, Break
from tests.support.checkout import ROOT

SECONDS = 20
"""Seconds in which a break has to be found (issue 14)."""

MOST_FAILURES = 25
"""Failures after which a run ends: a learner reads no more."""

_COPIED = "chatd", "tests", "twisted", "docs", "pyproject.toml", "README.md", "README.es.md"


def broken(source: str, each: Break) -> str:
    """Return the source of a module with a break in it. Raises `ValueError` if it does not fit."""
    if source.count(each.before) != 1:
        raise ValueError(f"{each.module} has not once what {each.name!r} changes:\n{each.before}")
    return source.replace(each.before, each.after)


def failures(output: str) -> list[str]:
    """Return the lines of a summary of pytest that name a failed test and its message."""
    return re.findall(r"^(?:FAILED|ERROR) (.*)$", output, re.MULTILINE)


def names_the_cause(line: str, word: str) -> bool:
    """Return True if the name of a test, without its path, or its message has a word in it."""
    return word.lower() in line.partition("::")[2].lower()


def attempt(checkout: Path, each: Break) -> tuple[float, list[str]]:
    """Run the tests of a break in a copy of the checkout; return the seconds, and the failures."""
    module = checkout / each.module
    whole = module.read_text("utf-8")
    began = time.monotonic()
    try:
        module.write_text(broken(whole, each), "utf-8")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-n0", "-pno:cacheprovider", "--tb=line"),
                *(f"--maxfail={MOST_FAILURES}", *each.tests),
            ],
            cwd=checkout,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400"},
            capture_output=True,
            text=True,
            timeout=3 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return time.monotonic() - began, []
    finally:
        module.write_text(whole, "utf-8")
    return time.monotonic() - began, failures(done.stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all breaks, or those whose name has a text in it; return 1 if one is not found."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.breaks")
    parser.add_argument("--only", default="", metavar="TEXT", help="breaks with this in their name")
    parser.add_argument("--failures", action="store_true", help="print all tests that fail")
    chosen = parser.parse_args(arguments)
    missed = 0
    with tempfile.TemporaryDirectory() as directory:
        for name in _COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(directory, name))
        for each in BREAKS:
            if chosen.only not in each.name:
                continue
            seconds, failed = attempt(Path(directory), each)
            telling = [line for line in failed if names_the_cause(line, each.word)]
            found = bool(telling) and seconds <= SECONDS
            missed += not found
            verdict = "found " if found else "MISSED"
            print(f"{verdict} {seconds:4.1f} s  {each.name}: {len(failed)} failed", flush=True)
            for line in failed if chosen.failures or not found else telling[:1]:
                print(f"      {line[:200]}")
    return min(missed, 1)
