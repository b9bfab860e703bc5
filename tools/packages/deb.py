"""The package for Debian: chatd with its own Twisted, as a service of systemd.

Debian's Twisted is older than chatd needs. The package is for the Python of the Debian that builds
it: its compiled libraries are for that minor version.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from tools.packages.documents import documents
from tools.packages.system_tree import LIBRARIES, lay_out, run_there
from tools.packages.times import source_date
from tools.packages.wheels import ROOT, Wheels

_PARTS = Path(__file__).with_name("debian")
"""The folder of the control files and scripts."""

_SCRIPTS = ("postinst", "prerm", "postrm")

_CONFIG = Path("etc/chatd/chatd.toml")

_APACHE = "END OF TERMS AND CONDITIONS"
"""The end of the full Apache License 2.0."""

_UNIT = (
    "from chatd.daemon.units import units; "
    f"print(units(['/usr/bin/chatd'], '/{_CONFIG}', sockets=False)['chatd.service'], end='')"
)
_RUN = "from chatd.cli import main; sys.exit(main(sys.argv[1:]))"


def build(wheels: Wheels, into: Path) -> Path:
    """Write the package, and return its path."""
    architecture = _said("dpkg", "--print-architecture").strip()
    version = f"{wheels.version}-1"
    built = into / f"chatd_{version}_{architecture}.deb"
    with TemporaryDirectory() as folder:
        root = Path(folder, "root")
        lay_out(wheels, root)
        for superfluous in root.rglob(".gitignore"):
            superfluous.unlink()
        _add_files_of_the_system(wheels, root, version)
        minor = int(wheels.target.version.partition(".")[2])
        values = {
            "version": version,
            "architecture": architecture,
            "size": str(sum(path.lstat().st_size for path in root.rglob("*")) // 1024),
            "libraries": _needed_libraries(root / LIBRARIES, Path(folder)),
            "python": f"python3 (>= 3.{minor}), python3 (<< 3.{minor + 1})",
        }
        _write(root / "DEBIAN/control", _part("control", **values))
        _write(root / "DEBIAN/conffiles", f"/{_CONFIG}\n")
        for script in _SCRIPTS:
            shutil.copy(_PARTS / script, root / "DEBIAN")
        _write_sums(root)
        _normalise(root)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(source_date())}
        pack = ["dpkg-deb", "--root-owner-group", "--build", "-Zxz", "-z4", str(root), str(built)]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL, env=environment)
    return built


def _part(name: str, **values: str) -> str:
    """Return a file with the values in the places of their names, such as ``$version``."""
    return Template((_PARTS / name).read_text("utf-8")).substitute(values)


def _add_files_of_the_system(wheels: Wheels, root: Path, version: str) -> None:
    """Add the unit, the configuration, manual pages, completion and documents."""
    share = root / "usr/share"
    _write(root / "lib/systemd/system/chatd.service", run_there(wheels, root, _UNIT))
    (root / _CONFIG).parent.mkdir(parents=True)
    run_there(wheels, root, _RUN, "init", str(root / _CONFIG))
    run_there(wheels, root, _RUN, "man", str(share / "man"))
    for page in [*share.glob("man/man*/*")]:
        _compress(page)
    for shell, place in (
        ("bash", "bash-completion/completions/chatd"),
        ("zsh", "zsh/vendor-completions/_chatd"),
    ):
        _write(share / place, run_there(wheels, root, _RUN, "completion", shell))
    folder = share / "doc/chatd"
    _write(folder / "copyright", _copyright(root / LIBRARIES))
    for name, content in documents().items():
        _write(folder / name, content.decode())
    date = formatdate(source_date(), localtime=False)
    _write(folder / "changelog.Debian", _part("changelog", version=version, date=date))
    shutil.copy(ROOT / "CHANGELOG.md", folder / "changelog")
    for document in "changelog", "changelog.Debian":
        _compress(folder / document)
    _write(share / "lintian/overrides/chatd", _part("overrides"))


def _copyright(libraries: Path) -> str:
    """Return the licences of chatd, and those of all that it carries."""
    texts = [_part("copyright")]
    for licence in sorted(libraries.glob("*.dist-info/**/*")):
        if licence.is_file() and licence.name.upper().startswith(("LICEN", "COPYING", "AUTHORS")):
            text = licence.read_text("utf-8", "replace")
            # Debian's policy has packages refer to the licences that each system has.
            if _APACHE in text:
                text = "The Apache License 2.0: /usr/share/common-licenses/Apache-2.0\n"
            texts.append(f"{licence.relative_to(libraries)}:\n\n{text}")
    return ("\n" + "-" * 72 + "\n\n").join(texts)


def _needed_libraries(libraries: Path, folder: Path) -> str:
    """Return the packages with the shared libraries that the compiled modules use."""
    (folder / "debian").mkdir()
    (folder / "debian/control").write_text("Source: chatd\n\nPackage: chatd\nArchitecture: any\n")
    compiled = [*map(str, libraries.rglob("*.so"))]
    bundled = [f"-l{path}" for path in sorted(libraries.glob("*.libs"))]
    command = ["dpkg-shlibdeps", "-O", *bundled, *compiled]
    # It warns that the files are not those of an installed package, which they cannot be.
    found = subprocess.run(command, capture_output=True, check=True, text=True, cwd=folder)
    return found.stdout.strip().partition("shlibs:Depends=")[2]


def _write_sums(root: Path) -> None:
    """Write the list with which ``dpkg --verify`` finds changed files."""
    files = sorted(path.relative_to(root) for path in _files(root) if "DEBIAN" not in path.parts)
    (root / "DEBIAN/md5sums").write_text(_said("md5sum", *map(str, files), cwd=root))


def _files(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file())


def _normalise(root: Path) -> None:
    """Give all files one time and rights that do not depend on wheels or the umask."""
    scripts = [*(root / "usr/bin").iterdir(), *((root / "DEBIAN" / name) for name in _SCRIPTS)]
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path in scripts else 0o644)
    for path in (*root.rglob("*"), root):
        os.utime(path, (source_date(), source_date()))


def _compress(path: Path) -> None:
    data = path.read_bytes()
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    path.unlink()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _said(*command: str, cwd: Path | None = None) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=cwd).stdout
