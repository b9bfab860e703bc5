"""The Python and the system that a package is for."""

from __future__ import annotations

import json
import subprocess
from typing import NamedTuple

_ASKED = (
    "import json, sys, sysconfig; print(json.dumps([sys.executable, '%d.%d' % sys.version_info[:2],"
    " sysconfig.get_platform().replace('-', '_').replace('.', '_')]))"
)


class Target(NamedTuple):
    """A Python of one minor version. Packages have compiled libraries for it."""

    program: str
    """The path of the Python."""

    version: str
    """The minor version, such as 3.11."""

    platform: str
    """The system and the processor, as wheels name them."""

    @classmethod
    def of(cls, python: str) -> Target:
        """Return that of a program. Raises `OSError` or `CalledProcessError` if it is no Python."""
        asked = [python, "-I", "-c", _ASKED]
        return cls(*json.loads(subprocess.run(asked, stdout=subprocess.PIPE, check=True).stdout))

    @property
    def tag(self) -> str:
        """The part of a package's name that tells it from those of other Pythons."""
        return f"cp{self.version.replace('.', '')}-{self.platform}"
