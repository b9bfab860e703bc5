"""The files of chatd as a part of a system: its own libraries, and the command `chatd`.

All that it needs lies in one folder, which no other program of the system sees.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.packages.wheels import Wheels

LIBRARIES = Path("usr/lib/chatd")
PROGRAM = Path("usr/bin/chatd")

SYSTEM_PYTHON = "/usr/bin/python3"

_LAUNCHER = f"""\
#!{SYSTEM_PYTHON} -I
import sys

sys.path.insert(0, "/{LIBRARIES}")

from chatd.cli import main

sys.exit(main())
"""


def lay_out(wheels: Wheels, root: Path) -> None:
    """Put the files below a folder that stands for ``/``."""
    libraries, program = root / LIBRARIES, root / PROGRAM
    wheels.install(libraries)
    _strip(libraries)
    program.parent.mkdir(parents=True)
    program.write_text(_LAUNCHER)
    program.chmod(0o755)


def run_there(wheels: Wheels, root: Path, code: str, *arguments: str) -> str:
    """Return the output of Python code that imports the files below a folder."""
    path = f"import sys; sys.path.insert(0, {str(root / LIBRARIES)!r}); "
    command = [wheels.target.program, "-IBc", path + code, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def _strip(libraries: Path) -> None:
    """Remove from compiled libraries what only debuggers read."""
    compiled = map(str, libraries.rglob("*.so"))
    subprocess.run(["strip", "--strip-unneeded", *compiled], check=True)
