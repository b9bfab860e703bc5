"""``chatd.pyz``: the command `chatd` as one file, which needs a Python and nothing else.

shiv makes it. At the first start it unpacks itself below ``SHIV_ROOT``, because Python loads
compiled libraries from files alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from tools.packages.times import source_date
from tools.packages.wheels import Wheels

_FIRST = Template(
    """\
import sys

if sys.version_info[:2] != (3, $minor):
    sys.exit("chatd: this file is for Python 3.$minor, and not for %d.%d." % sys.version_info[:2])
"""
)
"""A program that runs before chatd does. With another Python some libraries would be missing, and
passwords with them."""


def build(wheels: Wheels, into: Path) -> Path:
    """Write the file, and return its path."""
    built = into / f"{wheels.name}.pyz"
    with TemporaryDirectory() as folder:
        tree, first = Path(folder, "tree"), Path(folder, "check_python.py")
        wheels.install(tree)
        first.write_text(_FIRST.substitute(minor=wheels.target.version.partition(".")[2]))
        options = ["--site-packages", str(tree), "--console-script", "chatd", "--reproducible"]
        options += ["--preamble", str(first)]
        options += ["--python", f"/usr/bin/env -S python{wheels.target.version} -I"]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(source_date())}
        shiv = [sys.executable, "-m", "shiv", "--compressed", "-o", str(built)]
        subprocess.run([*shiv, *options], check=True, env=environment)
    return built
