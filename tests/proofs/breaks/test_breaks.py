"""The breaks fit the code, and are judged by the tests that fail. All are tried by a job."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.breaks import run
from tests.proofs.breaks.breaks import BREAKS, Break
from tests.support.checkout import ROOT

OUTPUT = """\
FAILED tests/a/test_order.py::TestRoom::test_lines[one] - AssertionError: it is lost
ERROR tests/a/test_b.py::test_set_up - left behind
1 failed, 1 error in 0.10s
"""


@pytest.mark.parametrize("each", BREAKS, ids=lambda each: each.name)
def test_a_break_fits_the_code(each: Break) -> None:
    source = (ROOT / each.module).read_text("utf-8")
    compile(run.broken(source, each), each.module, "exec")
    assert all((ROOT / path).exists() for path in each.tests)


def test_one_that_fits_no_more_is_refused() -> None:
    with pytest.raises(ValueError, match=r"chatd/rooms/room\.py has not once"):
        run.broken("", Break("name", "chatd/rooms/room.py", "x", "y", (), ""))


def test_failures_are_read_from_the_summary() -> None:
    assert run.failures(OUTPUT) == [
        "tests/a/test_order.py::TestRoom::test_lines[one] - AssertionError: it is lost",
        "tests/a/test_b.py::test_set_up - left behind",
    ]


@pytest.mark.parametrize(
    ("word", "named"), [("lost", True), ("LINES", True), ("order", False), ("kept", False)]
)
def test_the_cause_is_named_by_a_test_or_its_message_and_not_by_its_path(
    word: str, named: bool
) -> None:
    line, _ = run.failures(OUTPUT)
    assert run.names_the_cause(line, word) == named


class TestMain:
    """One break, with tests that are fast."""

    def a_break(self, word: str) -> Break:
        name = "bare lines have another limit"
        (each,) = [each for each in BREAKS if each.name == name]
        return each._replace(tests=("tests/protocols/lines/test_bare.py",), word=word)

    @pytest.mark.parametrize(("word", "status"), [("256", 0), ("no such word", 1)])
    def test_the_status_says_if_all_are_found(
        self,
        word: str,
        status: int,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(run, "BREAKS", [self.a_break(word)])
        monkeypatch.setattr(run, "SECONDS", 60)  # on a busy machine
        assert run.main([]) == status
        assert capsys.readouterr().out.startswith("MISSED" if status else "found")
        assert "256" in Path(ROOT, "chatd/protocols/lines/bare.py").read_text("utf-8")
