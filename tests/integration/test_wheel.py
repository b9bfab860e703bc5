"""The wheel: its files, and that it runs where there is no checkout.

`nox -s wheel` builds one and runs these tests with its path in CHATD_WHEEL. Where a C compiler is
known (CC, as for the build), the wheel must have the extension, and elsewhere it must be pure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.installed import environment, output, says_a_line

WHEEL = os.environ.get("CHATD_WHEEL", "")
PLUGIN = "twisted/plugins/chatd_plugin.py"
EXTENSION = "chatd/util/_fanout.abi3.so"
IN_C = "-cp310-abi3-" in WHEEL

pytestmark = pytest.mark.skipif(not WHEEL, reason="no wheel is given: nox -s wheel builds one")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of the programs of an environment with the wheel alone."""
    installed = tmp_path_factory.mktemp("installed")
    commands = (
        [sys.executable, "-m", "venv", str(installed)],
        [str(installed / "bin" / "pip"), "install", "-q", "--no-compile", WHEEL],
    )
    for command in commands:
        subprocess.run(command, env=environment(), check=True)
    return installed / "bin"


class TestFiles:
    def test_are_those_of_the_package_the_plugin_and_its_own(self) -> None:
        package = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "chatd").rglob("*")
            if path.is_file() and not path.name.endswith((".pyc", ".d.ts", ".c", ".so"))
        }
        names = {
            name
            for name in zipfile.ZipFile(WHEEL).namelist()
            if not re.match(r"[^/]*\.dist-info/", name)
        }
        assert names == package | {PLUGIN} | ({EXTENSION} if IN_C else set())

    def test_include_the_extension_where_it_can_be_compiled(self) -> None:
        compiler = os.environ.get("CC", "cc").split()[0]
        headers = Path(sysconfig.get_path("include"), "Python.h")
        if compiler == "false" or not shutil.which(compiler) or not headers.is_file():
            assert WHEEL.endswith("-py3-none-any.whl")
        else:
            assert IN_C


class TestInstalled:
    @pytest.mark.parametrize("command", ["chatd --help", "python -m chatd --help"])
    def test_has_help(self, programs: Path, tmp_path: Path, command: str) -> None:
        program, *arguments = command.split()
        assert "chatd" in output(tmp_path, programs / program, *arguments)

    def test_says_which_it_is(self, programs: Path, tmp_path: Path) -> None:
        said = output(tmp_path, programs / "chatd", "--version")
        kind = "with the C extension" if IN_C else "plain Python"
        assert re.fullmatch(rf"chatd \S+, Python \S+, Twisted \S+, {kind}\n", said)

    def test_names_the_extra_that_an_option_needs(self, programs: Path, tmp_path: Path) -> None:
        said = output(tmp_path, programs / "twistd", "-n", "--pidfile=", "chat", "--web", "tcp:0")
        assert re.search(r"--web needs .*/python\S* -m pip install 'chatd\[web\]'", said, re.DOTALL)

    def test_starts_takes_a_line_and_stops(self, programs: Path, tmp_path: Path) -> None:
        says_a_line(tmp_path, programs / "twistd", "-n", "--pidfile=", "chat")
