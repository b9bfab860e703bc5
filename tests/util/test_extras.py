"""The command that installs an extra: with the interpreter that runs."""

from __future__ import annotations

import shlex
import sys

import pytest

from chatd.util.extras import how_to_install


def test_it_is_for_the_interpreter_that_runs() -> None:
    words = [sys.executable, "-m", "pip", "install", "chatd[web]"]
    assert shlex.split(how_to_install("web")) == words


def test_a_path_with_a_blank_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/my chat/bin/python")
    assert how_to_install("web") == "'/my chat/bin/python' -m pip install 'chatd[web]'"
