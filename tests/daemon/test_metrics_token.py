"""`chatd.daemon.metrics_token`: a token is one line that no one guesses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatd.daemon.metrics_token import LEAST_CHARACTERS, TokenError, read_token


@pytest.mark.parametrize("token", ["a-token-that-is-long", "x" * LEAST_CHARACTERS])
def test_it_is_the_line_of_the_file(tmp_path: Path, token: str) -> None:
    (tmp_path / "token").write_text(f"{token}\n")
    assert read_token(tmp_path / "token") == token


@pytest.mark.parametrize(
    "text",
    ["", "\n", "x" * (LEAST_CHARACTERS - 1), "two words that are long", "ñ" * 20, "a-line-\n" * 3],
)
def test_any_other_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text)
    with pytest.raises(TokenError, match="one line of 16 or more letters") as refused:
        read_token(tmp_path / "token")
    assert "openssl rand" in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TokenError, match=r"^--metrics-token-file: cannot read .*: No such file"):
        read_token(tmp_path / "token")


def test_a_file_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-that-is-long\n")
    token.chmod(0o666)
    with pytest.raises(TokenError, match="others may write to"):
        read_token(token)


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "token")
    with pytest.raises(TokenError, match="is not a file"):
        read_token(tmp_path / "token")
