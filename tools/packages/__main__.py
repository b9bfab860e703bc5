"""The command ``python3 -m tools.packages``: build packages, and tell the size and time of each."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.packages import pyz, wheelhouse
from tools.packages.target import Target
from tools.packages.wheels import Wheels, collected

KINDS: dict[str, Callable[[Wheels, Path], Path]] = {
    "pyz": pyz.build,
    "wheelhouse": wheelhouse.build,
}
"""Each builds a package of wheels, in a folder, and returns its path."""


def main() -> None:
    """Build the packages that are asked for."""
    parser = argparse.ArgumentParser("python3 -m tools.packages", allow_abbrev=False)
    parser.add_argument("kinds", nargs="+", choices=[*KINDS], metavar="KIND", help=", ".join(KINDS))
    parser.add_argument(
        "--into", type=Path, default=Path("dist"), help="the folder (default: dist)"
    )
    parser.add_argument("--python", default=sys.executable, help="the Python (default: this one)")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        try:
            wheels = collected(Target.of(options.python), Path(folder))
            for kind in dict.fromkeys(options.kinds):
                begun = time.monotonic()
                built = KINDS[kind](wheels, options.into)
                size, seconds = built.stat().st_size / 2**20, time.monotonic() - begun
                sys.stdout.write(f"{built}: {size:.1f} MiB, {seconds:.0f} s\n")
        except subprocess.CalledProcessError as failed:
            sys.exit(f"{failed.cmd[0]} failed with status {failed.returncode}: see above.")
        except OSError as error:
            sys.exit(f"cannot build: {error}.")


if __name__ == "__main__":
    main()
