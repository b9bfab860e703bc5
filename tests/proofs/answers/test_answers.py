"""A short form of the proof of answers, and that the check finds what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.answers.__main__ import killed, timed
from tests.proofs.answers.lesson import faults_of
from tests.support.platforms import needs_linux

PUPILS = 24

ANSWER = {"name": "pupil1", "option": 1}
ROLL = {"name": "pupil1"}


@needs_linux
def test_a_class_answers_and_each_is_counted_once(tmp_path: Path) -> None:
    seconds, faults = timed(tmp_path, PUPILS)
    assert len(seconds) == 2
    assert faults == []


@needs_linux
@pytest.mark.parametrize("anonymous", [False, True])
def test_a_daemon_that_is_killed_has_each_acknowledged_answer_once(
    tmp_path: Path, anonymous: bool
) -> None:
    _, faults = killed(tmp_path, PUPILS, 7, anonymous=anonymous)
    assert faults == []


def test_an_answer_that_is_missing_or_twice_or_of_another_is_found() -> None:
    assert len(faults_of({"answer": [ANSWER]}, [1], anonymous=False)) == 0
    assert len(faults_of({"answer": [ANSWER]}, [1, 2], anonymous=False)) == 1
    assert len(faults_of({"answer": [ANSWER, ANSWER]}, [1], anonymous=False)) == 1
    assert len(faults_of({"answer": [{**ANSWER, "option": 0}]}, [], anonymous=False)) == 1
    assert len(faults_of({"roll": [ROLL], "tally": [{"counts": [1]}]}, [1], anonymous=True)) == 0
    assert len(faults_of({"roll": [ROLL], "tally": [{"counts": [2]}]}, [1], anonymous=True)) == 1
