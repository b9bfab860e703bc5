"""``chatd.pyz``: the command `chatd` as one file, which needs a Python and nothing else.

shiv makes it. At the first start it unpacks itself below ``SHIV_ROOT``, because Python loads
compiled libraries from files alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.packages.times import source_date
from tools.packages.wheels import Wheels


def build(wheels: Wheels, into: Path) -> Path:
    """Write the file, and return its path."""
    built = into / f"{wheels.name}.pyz"
    with TemporaryDirectory() as folder:
        wheels.install(Path(folder))
        options = ["--site-packages", folder, "--console-script", "chatd", "--reproducible"]
        options += ["--python", f"/usr/bin/env -S python{wheels.target.version} -I"]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(source_date())}
        shiv = [sys.executable, "-m", "shiv", "--compressed", "-o", str(built)]
        subprocess.run([*shiv, *options], check=True, env=environment)
    return built
