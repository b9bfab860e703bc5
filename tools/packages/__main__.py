"""The command ``python3 -m tools.packages``: build packages, and tell the size and time of each."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tools.packages import container, deb, pyz, wheelhouse
from tools.packages.system_tree import SYSTEM_PYTHON
from tools.packages.target import Target
from tools.packages.wheels import Wheels, collected


class Kind(NamedTuple):
    """A kind of packages."""

    build: Callable[[Wheels, Path], Path]
    """Build a package of wheels, in a folder, and return its path."""

    python: str = sys.executable
    """The Python that it is for, by default."""


KINDS = {
    "pyz": Kind(pyz.build),
    "wheelhouse": Kind(wheelhouse.build),
    "deb": Kind(deb.build, SYSTEM_PYTHON),
    "container": Kind(container.build, SYSTEM_PYTHON),
}


def main() -> None:
    """Build the packages that are asked for."""
    parser = argparse.ArgumentParser("python3 -m tools.packages", allow_abbrev=False)
    parser.add_argument("kinds", nargs="+", choices=[*KINDS], metavar="KIND", help=", ".join(KINDS))
    parser.add_argument(
        "--into", type=Path, default=Path("dist"), help="the folder (default: dist)"
    )
    parser.add_argument("--python", help="the Python of pyz and wheelhouse (default: this one)")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    try:
        for kind in dict.fromkeys(options.kinds):
            begun = time.monotonic()
            with TemporaryDirectory() as folder:
                target = Target.of(options.python or KINDS[kind].python)
                built = KINDS[kind].build(collected(target, Path(folder)), options.into)
            size, seconds = built.stat().st_size / 2**20, time.monotonic() - begun
            sys.stdout.write(f"{built}: {size:.1f} MiB, {seconds:.0f} s\n")
    except subprocess.CalledProcessError as failed:
        sys.stderr.write(failed.stderr or "")
        sys.exit(f"{failed.cmd[0]} failed with status {failed.returncode}: see above.")
    except OSError as error:
        sys.exit(f"cannot build: {error}.")


if __name__ == "__main__":
    main()
