"""`chatd admin` in a process of its own."""

from __future__ import annotations

from pathlib import Path

from tests.support.commands import chatd_in_text

PASSWORD = "correct horse"


def admin(
    directory: Path,
    *arguments: str,
    password: str = "",
    store: str = "sqlite:store",
) -> tuple[int, str, str]:
    """Run `chatd admin`; return its exit status, output and errors."""
    return chatd_in_text(directory, "admin", "--store", store, *arguments, given=password)
