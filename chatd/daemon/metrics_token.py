"""The token that a request for the figures needs: a file with one line, read at the start.

This module must not know who sends a token.
"""

from __future__ import annotations

from pathlib import Path

from chatd.util.private_files import UnusableFile, text_of

LEAST_CHARACTERS = 16
"""Fewest characters of a token: 96 bits, if it is random in base 64, so no one guesses it."""


class TokenError(Exception):
    """The token cannot be used. Its text names the file and the reason: one line, for operators."""


def read_token(path: Path) -> str:
    """Return the token in a file, which is its one line. Raises `TokenError`.

    A file that others may write to is refused: they would give the token.
    """
    try:
        token = text_of(path).strip()
    except UnusableFile as unusable:
        raise TokenError(f"--metrics-token-file: {unusable}") from None
    is_plain = token.isascii() and token.isprintable() and " " not in token
    if len(token) < LEAST_CHARACTERS or not is_plain:
        raise TokenError(
            f"--metrics-token-file {path} must have a token: one line of {LEAST_CHARACTERS} or more"
            f" letters, digits and signs. `openssl rand -base64 24 > {path}` makes one."
        )
    return token
