"""The units of systemd: what they run, that systemd takes them, and how little a service may do."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from chatd.daemon.addresses import DEFAULT_LISTEN
from chatd.daemon.listener_settings import Lan, ListenerKind
from chatd.daemon.settings import Settings
from chatd.daemon.units import SERVICE, SOCKETS, quoted, units
from tests.support.settings import endpoints, settings

PROGRAM = [sys.executable]

MOST_EXPOSURE = 1.5
"""The most that ``systemd-analyze security`` may find, from 0 to 10."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze"
)


def with_options(unit: str) -> str:
    """Return a unit in which the options that are comments are options."""
    return re.sub(r"^# (?=--)", "  ", unit, flags=re.MULTILINE)


def command(unit: str) -> list[str]:
    """Return the words of the command that a unit runs."""
    lines = re.sub(r"^#.*\n", "", unit, flags=re.MULTILINE).replace("\\\n", "")
    (found,) = re.findall(r"^ExecStart=(.*)$", lines, re.MULTILINE)
    return shlex.split(found)


def served(unit: str) -> Settings:
    program, serve, *arguments = command(unit)
    assert (program, serve) == (*PROGRAM, "serve")
    return settings(*arguments)


class TestWhatIsRun:
    @pytest.mark.parametrize("with_tls", [False, True])
    def test_has_addresses_of_this_machine(self, with_tls: bool) -> None:
        unit = units(PROGRAM, None, sockets=False)[SERVICE]
        given = served(with_options(unit) if with_tls else unit)
        assert given.lan is (Lan.LOCAL if with_tls else Lan.NOBODY)
        assert endpoints(given) == [DEFAULT_LISTEN, "unix:/run/chatd/chat.sock"]
        assert endpoints(given, ListenerKind.WEB) == ["tcp:60080:interface=127.0.0.1"]
        assert given.unix_names == with_tls

    def test_has_the_addresses_of_a_file(self) -> None:
        unit = units(PROGRAM, "/etc/chatd/chatd.toml", sockets=False)[SERVICE]
        assert command(unit) == [*PROGRAM, "serve", "--config", "/etc/chatd/chatd.toml"]

    def test_has_all_sockets_that_systemd_opens(self) -> None:
        wanted = units(PROGRAM, None, sockets=True)
        given = served(wanted[SERVICE])
        names = [endpoints(given), endpoints(given, ListenerKind.WEB)]
        passed = [re.findall("^FileDescriptorName=(.*)$", wanted[each], re.M) for each in SOCKETS]
        assert names == [[f"systemd:name={name}"] for (name,) in passed]
        assert f"\nSockets={' '.join(SOCKETS)}\n" in wanted[SERVICE]
        assert all(f"\nService={SERVICE}\n" in wanted[each] for each in SOCKETS)

    @pytest.mark.parametrize(
        ("word", "in_a_unit"),
        [
            ("/opt/chatd/bin/chatd", "/opt/chatd/bin/chatd"),
            ("/opt/100%/$HOME", "/opt/100%%/$$HOME"),
            ("/srv/my chat", '"/srv/my chat"'),
            ('a"b\\c\n', r'"a\"b\\c\n"'),
            ("ñ", '"ñ"'),
            ("", '""'),
        ],
    )
    def test_is_quoted(self, word: str, in_a_unit: str) -> None:
        assert quoted(word) == in_a_unit


def written(folder: Path, wanted: Mapping[str, str]) -> list[Path]:
    for name, text in wanted.items():
        (folder / name).write_text(text)
    return [folder / name for name in wanted]


def analyze(*arguments: object) -> str:
    """Return the output and the errors of ``systemd-analyze``, which must find all well."""
    ended = subprocess.run(
        ["systemd-analyze", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@needs_systemd
@pytest.mark.parametrize("sockets", [False, True])
def test_systemd_takes_them(tmp_path: Path, sockets: bool) -> None:
    config = "/etc/my chat/chatd.toml" if sockets else None
    wanted = units(PROGRAM, config, sockets=sockets)
    wanted = {name: with_options(unit) for name, unit in wanted.items()}
    assert analyze("verify", *written(tmp_path, wanted)) == ""


@needs_systemd
def test_the_service_is_exposed_little(tmp_path: Path) -> None:
    (unit,) = written(tmp_path, units(PROGRAM, None, sockets=False))
    found = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSURE * 10:.0f}", unit)
    assert re.search(r"Overall exposure level for chatd.service: \d", found)
