"""The wheels of chatd, of all that its extras need, and the tree of their files.

pip resolves and installs; this is the one part that needs the internet, or a folder of wheels that
PIP_FIND_LINKS names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tools.packages.target import Target

ROOT = Path(__file__).resolve().parents[2]

EXTRA = "all"
"""The extra with all that chatd can use."""

_CACHE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from twisted.plugin import IPlugin, getPlugins;"
    " assert any(getattr(each, 'tapname', '') == 'chat' for each in getPlugins(IPlugin))"
)


class Wheels(NamedTuple):
    """Wheels for one Python."""

    target: Target
    folder: Path

    @property
    def version(self) -> str:
        """The version of chatd."""
        (wheel,) = self.folder.glob("chatd-*.whl")
        return wheel.name.split("-")[1]

    @property
    def name(self) -> str:
        """The beginning of the names of packages: version, Python and system."""
        return f"chatd-{self.version}-{self.target.tag}"

    def install(self, place: Path) -> None:
        """Install all into a folder that is to be on ``sys.path``, with Twisted's list of plugins.

        Twisted could not write that list where the daemon's user may not write.
        """
        offline = ("--no-index", "--find-links", str(self.folder))
        pip(self.target, "install", "-q", *offline, "--no-compile", "--target", str(place), _CHATD)
        subprocess.run([self.target.program, "-IBc", _CACHE, str(place)], check=True)
        for made in place.glob("bin"):  # scripts with the path of this Python
            for script in made.iterdir():
                script.unlink()
            made.rmdir()


_CHATD = f"chatd[{EXTRA}]"


def collected(target: Target, folder: Path) -> Wheels:
    """Build the wheel of this checkout, and collect those of its dependencies for a Python.

    The C extension is compiled for the Python that runs this; it serves all versions.
    """
    wheels = folder / "wheels"
    own = folder / "own"
    pip(None, "wheel", "-q", "--no-deps", "--wheel-dir", str(own), str(ROOT))
    (built,) = own.glob("*.whl")
    pip(target, "wheel", "-q", "--wheel-dir", str(wheels), f"{built}[{EXTRA}]")
    return Wheels(target, wheels)


def pip(target: Target | None, *arguments: str) -> None:
    """Run the pip of the Python that runs this, for a target if there is one."""
    chosen = ("--python", target.program) if target else ()
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    subprocess.run([sys.executable, "-m", "pip", *chosen, *arguments], check=True, env=environment)
