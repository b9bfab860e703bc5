"""The wheelhouse: a tar with all wheels, and a script that installs them without the internet.

The script needs a Python of the right version with its standard library: no pip, no ensurepip.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.packages.documents import documents
from tools.packages.times import source_date
from tools.packages.wheels import EXTRA, Wheels, pip

_SCRIPT = """\
#!/bin/sh
# Installs chatd {version} with all extras: ./install FOLDER [PYTHON]
# Needs Python {python} for {platform}, and no network.
set -eu
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: $0 FOLDER [PYTHON], such as $0 /opt/chatd" >&2
    exit 2
fi
case $1 in
-h | --help)
    echo "usage: $0 FOLDER [PYTHON], such as $0 /opt/chatd"
    echo "Makes the environment FOLDER with chatd in it, of PYTHON: python{python} by default."
    exit
    ;;
-*)
    echo "$0: there is no option $1. usage: $0 FOLDER [PYTHON]" >&2
    exit 2
    ;;
esac
if [ -e "$1" ] && [ ! -e "$1/pyvenv.cfg" ] && [ -n "$(ls -A -- "$1" 2>&1)" ]; then
    echo "$0: $1 has other files, and is no environment of Python. Name a new FOLDER." >&2
    exit 1
fi
here=$(cd "$(dirname "$0")" && pwd)
python=${{2:-python{python}}}
if ! found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>&1); then
    echo "$0: $python does not run. Name a Python {python}: $0 $1 PYTHON" >&2
    exit 1
elif [ "$found" != {python} ]; then
    echo "$0: these wheels are for Python {python}; $python is $found." >&2
    exit 1
fi
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || {{
    echo "$0: a file is damaged. Copy the tar again." >&2
    exit 1
}}
"$python" -I -m venv --without-pip "$1"
PIP_CONFIG_FILE=/dev/null "$1/bin/python" -I "$here/{pip}/pip" --isolated install --quiet \\
    --disable-pip-version-check --root-user-action ignore --no-warn-script-location \\
    --no-index --find-links "$here/wheels" 'chatd[{extra}]'
# Twisted keeps its list of plugins, which the daemon's user may not write.
"$1/bin/chatd" serve --help >/dev/null
"$1/bin/chatd" --version
"""


def build(wheels: Wheels, into: Path) -> Path:
    """Write the tar, and return its path."""
    built = into / f"{wheels.name}-wheelhouse.tar"
    with TemporaryDirectory() as folder:
        pip(wheels.target, "wheel", "-q", "--no-deps", "--wheel-dir", folder, "pip")
        (installer,) = Path(folder).glob("pip-*.whl")
        files = {f"wheels/{path.name}": path.read_bytes() for path in wheels.folder.iterdir()}
        files[installer.name] = installer.read_bytes()
    files.update(documents())
    sums = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    files["SHA256SUMS"] = "".join(sums).encode()
    script = _SCRIPT.format(
        version=wheels.version,
        python=wheels.target.version,
        platform=wheels.target.platform,
        extra=EXTRA,
        pip=installer.name,
    )
    with tarfile.open(built, "w") as tar:
        for name, data in sorted({**files, "install": script.encode()}.items()):
            _add(tar, f"{wheels.name}-wheelhouse/{name}", data)
    return built


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(data), source_date()
    entry.mode = 0o755 if name.endswith("/install") else 0o644
    tar.addfile(entry, io.BytesIO(data))
