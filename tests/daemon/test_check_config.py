"""`chatd check-config`: all faults of a file, and of the files that it names."""

from __future__ import annotations

import os
import pwd
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chatd import cli
from chatd.daemon import check_config
from chatd.util import self_signed
from tests.support.certificate import write_certificate

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
NOBODY = pwd.getpwnam("nobody")[2:4]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(check_config, "USER", "no-such-user")


def check(text: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines about a file; the last one says that there is no fault."""
    Path("chatd.toml").write_text(text)
    status = cli.main(["check-config"])
    out, err = capsys.readouterr()
    assert status == (1 if err else 0)
    assert bool(out) != bool(err)
    return (out + err).splitlines()


def test_a_file_without_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("", capsys) == ["chatd.toml: no fault; 1 address."]


def test_all_faults_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert check('limits.connections = "many"\nlimits.recent = 1\n', capsys) == [
        "chatd.toml: limits.connections takes a whole number, 0 or more; not 'many'.",
        "chatd.toml: limits.recent: there is no such setting; did you mean server.recent?",
    ]


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check-config", "no.toml"]) == 1
    assert capsys.readouterr().err.endswith("no.toml: No such file or directory.\n")


def test_variables_are_checked_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATD__SERVER__RECENT", "few")
    (line,) = check("", capsys)
    assert line.startswith("CHATD__SERVER__RECENT takes a whole number")


def test_a_token_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    why = f"--metrics-token-file: cannot read {tmp_path}/no: No such file or directory."
    assert check('metrics.token_file = "no"', capsys) == [f"chatd.toml: {why}"]


def test_a_motd_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    why = f"cannot read the motd {tmp_path}/no: No such file or directory."
    assert check('server.motd = "no"', capsys) == [f"chatd.toml: {why}"]


def test_a_database_needs_a_library(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'store.where = "postgresql:///chatd"\ncluster.node = "alba"'
    assert check(text, capsys) == ["chatd.toml: no fault; 1 address."]
    monkeypatch.setattr(check_config, "find_spec", lambda name: None)
    (line,) = check(text, capsys)
    assert line.startswith("chatd.toml: cannot use --store postgresql:///chatd: it needs psycopg: ")


def test_the_addresses_for_the_network_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = check("lan.open = true", capsys)
    assert line == "chatd.toml: no fault; 1 address, and those for the network."


class TestAPlaceToWriteTo:
    @pytest.mark.parametrize(
        ("setting", "why"),
        [
            (
                "store.where = 'sqlite:no/chatd.sqlite'",
                "cannot use --store sqlite:{folder}/no/chatd.sqlite: {folder}/no: No such file or"
                " directory.",
            ),
            (
                "log.audit = 'no/audit.log'",
                "cannot write the audit {folder}/no/audit.log: No such file or directory.",
            ),
        ],
    )
    def test_in_a_directory_that_is_not_there(
        self, setting: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert check(setting, capsys) == [f"chatd.toml: {why.format(folder=tmp_path)}"]

    def test_in_the_daemons_own_directory_is_not_known(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "chatd.toml"
        file.write_text("server.recent = 1")
        there = tmp_path / "others may write"
        there.mkdir()
        there.chmod(0o777)
        monkeypatch.chdir(there)
        assert cli.main(["check-config", str(file)]) == 0
        capsys.readouterr()

    def test_is_made_by_no_check(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        check("store.where = 'sqlite:s'\nlog.audit = 'audit.log'", capsys)
        assert [each.name for each in tmp_path.iterdir()] == ["chatd.toml"]


class TestAnotherUser:
    @only_root
    def test_has_the_file_and_no_other_rights(self, capsys: pytest.CaptureFixture[str]) -> None:
        with TemporaryDirectory() as made:
            folder = Path(made)
            file = folder / "chatd.toml"
            file.write_text(f"store.where = 'sqlite:{folder}/s'\nlog.audit = 'no/audit.log'")
            (folder / "no").mkdir(0o755)
            for each in folder, file:
                os.chown(each, *NOBODY)
            assert cli.main(["check-config", "--user", "nobody", str(file)]) == 1
            why = f"cannot write the audit {folder}/no/audit.log: Permission denied."
            assert capsys.readouterr().err == f"{file}: {why}\n"
            (folder / "no").chmod(0o700)
            assert cli.main(["check-config", "--user", "nobody", str(file)]) == 1
            assert capsys.readouterr().err == f"{file}: {why}\n"
            os.chown(folder / "no", *NOBODY)
            assert cli.main(["check-config", "--user", "nobody", str(file)]) == 0
            told = f"{file}: no fault for the user nobody; 1 address.\n"
            assert capsys.readouterr().out == told

    def test_is_one_of_the_machine(self) -> None:
        with pytest.raises(SystemExit, match="takes a user of this machine; not 'no-such-user'"):
            cli.main(["check-config", "--user", "no-such-user"])

    def test_is_checked_by_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1234)
        with pytest.raises(SystemExit, match="only root can check for another user"):
            cli.main(["check-config", "--user", "root"])


class TestATrustedProxy:
    LISTEN = (
        '[[listen]]\nendpoint = "tcp:7"\n[[listen]]\nkind = "web"\n'
        'endpoint = "unix:web:mode=660"\ntrusted_header = "Remote-User"\n'
    )

    @pytest.mark.parametrize("user", ["0", "root"])
    def test_of_a_user_of_the_machine(self, user: str, capsys: pytest.CaptureFixture[str]) -> None:
        trusting = f'{self.LISTEN}trusted_uid = "{user}"'
        assert check(trusting, capsys) == ["chatd.toml: no fault; 2 addresses."]

    def test_of_no_user(self, capsys: pytest.CaptureFixture[str]) -> None:
        (line,) = check(f'{self.LISTEN}trusted_uid = "no-such-user"', capsys)
        assert "web:mode=660': trusted_uid takes a user of this machine, or a number" in line


class TestCertificates:
    LISTEN = '[[listen]]\nendpoint = "tcp:7"\ntls = { certificate = "a.pem", key = "b.pem" }\n'

    def test_that_fit(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("b.pem").write_bytes(write_certificate(Path("a.pem")).read_bytes())
        assert check(self.LISTEN, capsys) == ["chatd.toml: no fault; 1 address."]

    @pytest.mark.parametrize(
        "listen", [LISTEN, '[[listen]]\nendpoint = "ssl:7:privateKey=b.pem:certKey=a.pem"\n']
    )
    def test_that_do_not_fit(self, listen: str, capsys: pytest.CaptureFixture[str]) -> None:
        for name in "a.pem", "b.pem":
            write_certificate(Path(name))
        (line,) = check(listen, capsys)
        assert "do not belong together" in line

    def test_that_no_daemon_can_use(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        weak = rsa.generate_private_key(65537, 1024)
        monkeypatch.setattr(self_signed, "_new_key", lambda: weak)
        self_signed.make(Path(), ["chat.test"], datetime.now(timezone.utc))
        listen = self.LISTEN.replace("a.pem", "cert.pem").replace("b.pem", "key.pem")
        (line,) = check(listen, capsys)
        assert "for TLS: ee key too small" in line

    def test_that_are_missing(self, capsys: pytest.CaptureFixture[str]) -> None:
        (line,) = check(self.LISTEN, capsys)
        assert "b.pem cannot be read: No such file or directory" in line

    def test_that_have_expired(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class Later(datetime):
            @classmethod
            def now(cls, tz: object = None) -> Later:  # type: ignore[override]
                return super().now(timezone.utc) + timedelta(days=100_000)

        monkeypatch.setattr("chatd.daemon.check_config.datetime", Later)
        Path("b.pem").write_bytes(write_certificate(Path("a.pem")).read_bytes())
        (line,) = check(self.LISTEN, capsys)
        assert "the certificate expired on " in line
