"""The time that the files of a package have, so that the same commit makes the same package."""

from __future__ import annotations

import os
import subprocess

from tools.packages.wheels import ROOT


def source_date() -> int:
    """Return SOURCE_DATE_EPOCH, or the time of the commit, or else 1980-01-01, seconds of UTC."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(command, capture_output=True, check=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return 315_532_800  # a zip has no earlier time
