"""`chatd systemd install`: the units are written once, or nothing is."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from chatd import cli
from chatd.daemon import systemd
from chatd.daemon.units import SERVICE, SOCKETS

Captured = pytest.CaptureFixture[str]

ADD_USER = "useradd --system --home-dir /var/lib/chatd --shell /usr/sbin/nologin chatd"


class Machine:
    """A machine with a folder for units, and an environment that chatd is installed in."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
        self.folder = root / "units"
        self.folder.mkdir()
        self.scripts = root / "bin"
        self.scripts.mkdir()
        (self.scripts / "chatd").touch()
        self.config = root / "chatd.toml"
        self._capsys = capsys
        monkeypatch.setattr(systemd, "FOLDER", self.folder)
        monkeypatch.setattr(systemd, "HIDDEN", (root / "home",))
        monkeypatch.setattr("sysconfig.get_path", lambda _: str(self.scripts))
        monkeypatch.setattr("pwd.getpwnam", self._user)
        self.users: set[str] = set()

    def _user(self, name: str) -> None:
        if name not in self.users:
            raise KeyError(name)

    def install(self, *arguments: str) -> list[str]:
        """Run the command, and return what it prints."""
        assert cli.main(["systemd", "install", *arguments]) == 0
        out, err = self._capsys.readouterr()
        assert err == ""
        return out.splitlines()

    def refusal(self, *arguments: str) -> str:
        with pytest.raises(SystemExit) as refused:
            self.install(*arguments)
        assert isinstance(refused.value.code, str)
        return refused.value.code

    @property
    def units(self) -> list[str]:
        return sorted(each.name for each in self.folder.iterdir())

    @property
    def service(self) -> str:
        return (self.folder / SERVICE).read_text()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Machine:
    return Machine(tmp_path, monkeypatch, capsys)


class TestWritten:
    def test_is_the_unit_of_this_installation(self, machine: Machine) -> None:
        machine.install()
        assert machine.units == [SERVICE]
        assert f"ExecStart={machine.scripts}/chatd serve \\\n" in machine.service

    def test_is_one_for_the_module_without_a_script(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (machine.scripts / "chatd").unlink()
        monkeypatch.setattr("sys.executable", "/usr/bin/python3")
        machine.install()
        assert "ExecStart=/usr/bin/python3 -m chatd serve " in machine.service

    def test_is_one_for_the_file_that_chatd_runs_from(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one_file = machine.scripts / "chatd.pyz"
        zipfile.ZipFile(one_file, "w").close()
        monkeypatch.setattr("sys.argv", [str(one_file), "systemd", "install"])
        machine.install()
        assert f"ExecStart={one_file} serve " in machine.service

    def test_names_a_file_from_anywhere(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(machine.config.parent)
        machine.install("--config", machine.config.name)
        assert f"chatd serve --config {machine.config}\n" in machine.service

    def test_is_readable_by_all_whatever_the_umask_is(self, machine: Machine) -> None:
        before = os.umask(0o077)
        try:
            machine.install()
        finally:
            os.umask(before)
        assert stat.S_IMODE((machine.folder / SERVICE).stat().st_mode) == 0o644

    def test_is_written_once(self, machine: Machine) -> None:
        assert machine.install()[0] == f"{machine.folder}/{SERVICE}: written"
        assert machine.install()[0] == f"{machine.folder}/{SERVICE}: there already"

    def test_are_sockets_too(self, machine: Machine) -> None:
        machine.install("--sockets")
        assert machine.units == sorted([SERVICE, *SOCKETS])

    def test_replaces_what_a_killed_run_left(self, machine: Machine) -> None:
        (machine.folder / f".{SERVICE}.new").touch()
        machine.install()
        assert machine.units == [SERVICE]


class TestNextSteps:
    def test_make_the_user_and_enable_the_service(self, machine: Machine) -> None:
        assert machine.install()[1:] == [
            "Next, as root:",
            f"  {ADD_USER}",
            "  systemctl daemon-reload",
            f"  systemctl enable --now {SERVICE}",
        ]

    def test_make_no_user_who_is_there(self, machine: Machine) -> None:
        machine.users.add("chatd")
        assert f"  {ADD_USER}" not in machine.install()

    def test_make_the_file_that_is_missing(self, machine: Machine) -> None:
        init = f"  {machine.scripts}/chatd init {machine.config}"
        assert init in machine.install("--config", str(machine.config))
        machine.config.touch()
        assert init not in machine.install("--config", str(machine.config))

    def test_make_its_folder(self, machine: Machine) -> None:
        config = machine.config.parent / "my chat" / "chatd.toml"
        assert f"  mkdir -p '{config.parent}'" in machine.install("--config", str(config))

    def test_enable_sockets_and_name_the_settings_that_take_them(self, machine: Machine) -> None:
        steps = machine.install("--sockets", "--config", str(machine.config))
        assert steps[-1] == f"  systemctl enable --now {' '.join([*SOCKETS, SERVICE])}"
        assert steps[-3].startswith(f'  # In {machine.config}, one [[listen]] has systemd = "chat"')


def test_printed_units_are_written_nowhere(machine: Machine) -> None:
    lines = machine.install("--print", "--sockets")
    heads = [f"# {machine.folder}/{name}" for name in (SERVICE, *SOCKETS)]
    assert [line for line in lines if line in heads] == heads
    assert machine.units == []


class TestRefused:
    def test_is_to_replace_another_unit(self, machine: Machine) -> None:
        (machine.folder / SOCKETS[-1]).write_text("[Socket]\n")
        told = f"chatd: {machine.folder}/{SOCKETS[-1]} is another one, and stays as it is."
        assert machine.refusal("--sockets").startswith(told)
        assert machine.units == [SOCKETS[-1]], "none of the others is written"

    def test_is_a_machine_without_systemd(self, machine: Machine) -> None:
        machine.folder.rmdir()
        line = machine.refusal()
        assert (
            line
            == f"chatd: there is no {machine.folder}, so no systemd. See the unit with --print."
        )

    def test_is_a_user_who_may_not_write(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(systemd.os, "open", fail)
        line = machine.refusal()
        path = machine.folder / SERVICE
        assert line == f"chatd: cannot write {path}: Permission denied. Run this as root."

    def test_is_an_installation_that_the_service_does_not_see(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(systemd, "HIDDEN", (machine.scripts.parent,))
        told = f"chatd: the service does not see {machine.scripts}/chatd, because it is in "
        assert machine.refusal().startswith(told)

    def test_is_an_environment_of_a_python_that_the_service_does_not_see(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = machine.config.parent / "home"
        monkeypatch.setattr("sys.executable", str(home / "python3"))
        monkeypatch.setattr("sys.prefix", "/opt/chatd")
        assert machine.refusal() == (
            f"chatd: the service does not see {home}/python3, because it is in {home}. That is the"
            " Python of /opt/chatd: make that environment with another one, such as"
            " /usr/bin/python3."
        )

    def test_is_a_file_that_the_service_does_not_see(self, machine: Machine) -> None:
        hidden = machine.config.parent / "home" / "chatd.toml"
        machine.config.symlink_to(hidden)
        for path in hidden, machine.config:
            line = machine.refusal("--config", str(path))
            assert line.endswith("Settings are best in /etc/chatd.")
