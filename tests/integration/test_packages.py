"""The packages of chatd: each is installed where nothing else is, and says a line.

`nox -s packages` builds them, and runs these tests with their folder in CHATD_PACKAGES. A kind that
is not there is skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import ROOT
from tests.support.installed import environment, output, says_a_line

FOLDER = os.environ.get("CHATD_PACKAGES", "")
HERE = "cp{}{}".format(*sys.version_info)
NO_NETWORK = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")}
"""Variables with which requests to the internet fail: nothing listens at the port."""

DOCUMENTS = (
    *("README.md", "docs/operating.md", "docs/operar.md", "docs/reference.md"),
    *("docs/cluster.md", "docs/varias-maquinas.md", "docs/irc.md", "docs/clientes-irc.md"),
    *("docs/monitoring/chatd-rules.yml", "docs/monitoring/chatd-dashboard.json"),
    *("docs/sign-in/ldap_helper.py", "docs/sign-in/serving.py"),
)
"""Some of the documents that a machine without the internet needs."""

pytestmark = pytest.mark.skipif(not FOLDER, reason="no packages: nox -s packages builds them")


def package(pattern: str) -> Path:
    """Return the package of a kind for this Python; skip the test if there is none."""
    found = [*Path(FOLDER).glob(pattern)]
    if not found:
        pytest.skip(f"there is no {pattern}")
    return found[0].resolve()


def all_extras(directory: Path, *command: str | Path, variables: dict[str, str]) -> None:
    """Have each extra loaded that a daemon can use: TLS, passwords, browsers, a file, a picture."""
    (directory / "chatd.toml").write_text('[[listen]]\nkind = "web"\nendpoint = "tcp:0"\n')
    said = output(directory, *command, "check-config", variables=variables)
    assert said == "chatd.toml: no fault; 2 addresses.\n"
    said = output(directory, *command, "tls", "self-signed", variables=variables)
    assert "sha256:" in said
    secret = directory / "secret"
    secret.write_text("correct horse battery\n")
    with secret.open() as given:
        added = subprocess.run(
            [*command, "admin", "add", "ana", "--admin"],
            cwd=directory,
            env={**environment(), **variables},
            stdin=given,
            capture_output=True,
            text=True,
            check=False,
        )
    assert added.returncode == 0, added.stderr


@pytest.fixture(scope="module")
def command() -> list[str | Path]:
    return [sys.executable, "-I", package(f"chatd-*-{HERE}-*.pyz")]


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return variables with which it unpacks itself once for all tests."""
    return {**NO_NETWORK, "SHIV_ROOT": str(tmp_path_factory.mktemp("unpacked"))}


class TestOneFile:
    def test_says_a_line(
        self, command: list[str | Path], variables: dict[str, str], tmp_path: Path
    ) -> None:
        log = says_a_line(tmp_path, *command, "serve", variables=variables)
        assert "with the C extension" in log

    def test_has_all_extras(
        self, command: list[str | Path], variables: dict[str, str], tmp_path: Path
    ) -> None:
        all_extras(tmp_path, *command, variables=variables)

    def test_is_a_program(self, variables: dict[str, str], tmp_path: Path) -> None:
        built = package(f"chatd-*-{HERE}-*.pyz")
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        assert built.read_bytes().startswith(f"#!/usr/bin/env -S {name} -I\n".encode())
        assert os.access(built, os.X_OK)


@pytest.mark.parametrize("minor", range(10, 15))
def test_one_file_is_for_one_python(minor: int, tmp_path: Path) -> None:
    built, python = package(f"chatd-*-cp3{minor}-*.pyz"), shutil.which(f"python3.{minor}")
    if python is None or not output(tmp_path, python, "-V").startswith("Python"):
        pytest.skip(f"Python 3.{minor} does not run here")
    said = output(
        tmp_path, python, "-I", built, "--version", variables={"SHIV_ROOT": str(tmp_path)}
    )
    assert f"Python 3.{minor}." in said


def test_one_file_says_so_under_another_python(tmp_path: Path) -> None:
    built = package(f"chatd-*-{HERE}-*.pyz")
    others = [f"python3.{minor}" for minor in range(8, 15) if minor != sys.version_info[1]]
    pythons = [python for python in map(shutil.which, others) if python is not None]
    for python in pythons:
        done = subprocess.run(
            [python, "-I", built, "--version"],
            env={**environment(), "SHIV_ROOT": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        if "pyenv" not in done.stderr:  # which has a name of a Python that is not there
            wanted = f"chatd: this file is for Python 3.{sys.version_info[1]}, and not for "
            assert (done.returncode, done.stderr.startswith(wanted)) == (1, True)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheelhouse")
    with tarfile.open(package(f"chatd-*-{HERE}-*-wheelhouse.tar")) as tar:
        tar.extractall(folder)
    (inside,) = folder.iterdir()
    return inside


@pytest.fixture(scope="module")
def installed(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("opt") / "chatd"
    said = output(
        place.parent, unpacked / "install", place, sys.executable, variables=NO_NETWORK, patience=50
    )
    assert re.fullmatch("chatd .*\n", said)
    return place / "bin" / "chatd"


class TestWheelhouse:
    def test_says_a_line(self, installed: Path, tmp_path: Path) -> None:
        assert "with the C extension" in says_a_line(tmp_path, installed, "serve")

    def test_has_all_extras(self, installed: Path, tmp_path: Path) -> None:
        all_extras(tmp_path, installed, variables={})

    def test_leaves_no_pip(self, installed: Path) -> None:
        assert not [*installed.parent.glob("pip*")]

    def test_refuses_another_python(self, unpacked: Path, tmp_path: Path) -> None:
        other = tmp_path / "python"
        other.write_text("#!/bin/sh\necho 2.7\n")
        other.chmod(0o755)
        said = output(tmp_path, unpacked / "install", "place", other)
        assert re.fullmatch(f".*; {other} is 2.7.\n", said)
        assert not (tmp_path / "place").exists()

    def test_has_the_documents_rules_and_helpers(self, unpacked: Path) -> None:
        for name in DOCUMENTS:
            assert (unpacked / name).read_bytes() == (ROOT / name).read_bytes()

    @pytest.mark.parametrize(("word", "status"), [("--help", 0), ("--upgrade", 2)])
    def test_makes_no_environment_of_an_option(
        self, word: str, status: int, unpacked: Path, tmp_path: Path
    ) -> None:
        asked = subprocess.run(
            [unpacked / "install", word], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert asked.returncode == status
        assert "usage: " in asked.stdout + asked.stderr
        assert not any(tmp_path.iterdir())

    def test_refuses_a_folder_of_other_files(self, unpacked: Path, tmp_path: Path) -> None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "hosts").touch()
        said = output(tmp_path, unpacked / "install", "etc", sys.executable)
        assert re.fullmatch(
            ".*: etc has other files, and is no environment of Python. Name a new FOLDER.\n", said
        )
        assert [each.name for each in (tmp_path / "etc").iterdir()] == ["hosts"]

    def test_refuses_a_damaged_file(self, unpacked: Path, tmp_path: Path) -> None:
        shutil.copytree(unpacked, tmp_path / "copy")
        with next((tmp_path / "copy" / "wheels").glob("h11-*")).open("ab") as wheel:
            wheel.write(b"?")
        said = output(tmp_path, "copy/install", "place", sys.executable)
        assert said.endswith("a file is damaged. Copy the tar again.\n")
        assert not (tmp_path / "place").exists()


@pytest.fixture(scope="module")
def unpacked_deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that stands for ``/`` with the files of the package for Debian."""
    folder = tmp_path_factory.mktemp("deb")
    subprocess.run(["dpkg-deb", "--extract", package("chatd_*.deb"), folder], check=True)
    return folder


class TestDeb:
    @pytest.fixture
    def command(self, unpacked_deb: Path) -> list[str | Path]:
        """Return the command of the package, as it is where the package is installed."""
        code = (unpacked_deb / "usr/bin/chatd").read_text()
        assert code.startswith("#!/usr/bin/python3 -I\n")
        moved = code.replace('"/usr/lib/chatd"', repr(str(unpacked_deb / "usr/lib/chatd")))
        return ["/usr/bin/python3", "-IB", "-c", moved]

    def test_says_a_line(self, command: list[str | Path], tmp_path: Path) -> None:
        assert "with the C extension" in says_a_line(tmp_path, *command, "serve")

    def test_has_all_extras(self, command: list[str | Path], tmp_path: Path) -> None:
        all_extras(tmp_path, *command, variables={})

    def test_has_a_configuration_without_fault(
        self, command: list[str | Path], unpacked_deb: Path
    ) -> None:
        said = output(unpacked_deb / "etc/chatd", *command, "check-config")
        assert said == "chatd.toml: no fault; 1 address.\n"

    def test_has_the_unit_the_manuals_and_completion(self, unpacked_deb: Path) -> None:
        unit = (unpacked_deb / "lib/systemd/system/chatd.service").read_text()
        assert "\nExecStart=/usr/bin/chatd serve --config /etc/chatd/chatd.toml\n" in unit
        share = unpacked_deb / "usr/share"
        for name in "man/man1/chatd-say.1.gz", "man/man5/chatd.toml.5.gz":
            assert (share / name).is_file()
        for name in "bash-completion/completions/chatd", "zsh/vendor-completions/_chatd":
            assert "chatd" in (share / name).read_text()

    def test_has_the_documents_rules_and_helpers(self, unpacked_deb: Path) -> None:
        for name in DOCUMENTS:
            here = unpacked_deb / "usr/share/doc/chatd" / name
            assert here.read_bytes() == (ROOT / name).read_bytes()

    def test_makes_the_directory_of_back_ups(self, tmp_path: Path) -> None:
        subprocess.run(["dpkg-deb", "--control", package("chatd_*.deb"), tmp_path], check=True)
        assert (
            "install -d -o chatd -m 700 /var/backups/chatd" in (tmp_path / "postinst").read_text()
        )

    @pytest.mark.deadline(300)  # lintian takes 9 seconds of a processor, and more of a busy one
    def test_has_no_error_of_debian_policy(self) -> None:
        if shutil.which("lintian") is None:
            pytest.skip("lintian is not here")
        command = ["lintian", "--fail-on", "error", package("chatd_*.deb")]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout

    def test_needs_the_python_that_it_is_for(self) -> None:
        needed = output(Path.cwd(), "dpkg-deb", "--field", package("chatd_*.deb"), "Depends")
        version = output(Path.cwd(), "/usr/bin/python3", "-V").split()[1].split(".")
        assert f"python3 (>= 3.{version[1]}), python3 (<< 3.{int(version[1]) + 1})" in needed
        assert "libc6 (>= " in needed


_BUILDAH = ("buildah", "--storage-driver", "vfs")

_AS_A_CONTAINER = """
set -e
mount --bind "$0" "$0"
mount -o remount,ro,bind "$0"
mount --bind . "$0/var/lib/chatd"
exec chroot "$0" setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs \\
    --bounding-set=-all env -i PATH=/usr/bin:/bin sh -c 'cd /var/lib/chatd && exec "$@"' sh "$@"
"""
"""A command in the root of a container: nothing may be written but the volume, with no rights."""


@pytest.fixture(scope="module")
def container_root() -> Iterator[Path]:
    """Yield the root of the container, as a container of it would see it."""
    archive = package("chatd-*-image.tar")
    if os.getuid() != 0 or shutil.which("buildah") is None:
        pytest.skip("a container needs root and buildah here")

    def said(*command: str) -> str:
        ended = subprocess.run([*_BUILDAH, *command], stdout=subprocess.PIPE, text=True, check=True)
        return ended.stdout.strip()

    name = said("from", "--pull-never", f"docker-archive:{archive}")
    try:
        yield Path(said("mount", name))
    finally:
        said("rm", name)


class TestContainer:
    @pytest.fixture
    def inside(self, container_root: Path, tmp_path: Path) -> list[str | Path]:
        """Return the beginning of commands in a container whose volume is the test's folder."""
        os.chown(tmp_path, 10001, 10001)
        return ["unshare", "--mount", "bash", "-c", _AS_A_CONTAINER, container_root]

    def test_says_a_line(self, inside: list[str | Path], tmp_path: Path) -> None:
        log = says_a_line(tmp_path, *inside, "chatd", "serve")
        assert "with the C extension" in log
        assert (tmp_path / "chatd.sqlite").stat().st_uid == 10001

    def test_has_all_extras(self, inside: list[str | Path], tmp_path: Path) -> None:
        all_extras(tmp_path, *inside, "chatd", variables={})

    def test_can_write_its_volume_alone(self, inside: list[str | Path], tmp_path: Path) -> None:
        for place in "/tmp/x", "/etc/x", "/usr/lib/chatd/x":
            assert "Read-only" in output(tmp_path, *inside, "touch", place)
        assert output(tmp_path, *inside, "touch", "here") == ""

    def test_has_no_pip_no_compiler_and_no_apt(self, container_root: Path) -> None:
        programs = {path.name for path in (container_root / "usr/bin").iterdir()}
        assert "chatd" in programs
        assert not programs & {"pip", "pip3", "cc", "gcc", "make", "apt", "apt-get", "curl"}
        assert not [*container_root.glob("usr/lib/python3*/**/ensurepip/_bundled")]

    def test_says_how_it_is_run(self) -> None:
        with tarfile.open(package("chatd-*-image.tar")) as tar:

            def read(name: str) -> Any:
                file = tar.extractfile(name)
                assert file is not None
                return json.load(file)

            config = read(read("manifest.json")[0]["Config"])["config"]
        assert config["User"] == "10001:10001"
        assert config["StopSignal"] == "SIGTERM"
        assert [*config["Volumes"]] == [config["WorkingDir"]] == ["/var/lib/chatd"]
        ports = {f"{each.removeprefix('tcp:')}/tcp" for each in config["Cmd"][1::2]}
        assert {*config["ExposedPorts"]} == ports
        assert "60080/healthz" in config["Healthcheck"]["Test"][-1]

    def test_has_a_recipe_without_fault(self) -> None:
        if shutil.which("hadolint") is None:
            pytest.skip("hadolint is not here")
        assert output(ROOT / "tools/packages/image", "hadolint", "Containerfile") == ""
