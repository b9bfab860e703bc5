"""`chatd tls`: what it makes, shows and refuses."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from chatd import cli
from chatd.util.extras import how_to_install
from tests.support.certificate import fingerprint_of


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o700)


class TestSelfSigned:
    def test_makes_a_pair_in_the_directory_tls(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["tls", "self-signed"]) == 0
        told = capsys.readouterr().out
        assert f"key:         {tmp_path}/tls/key.pem (new)\n" in told
        assert fingerprint_of(tmp_path / "tls/cert.pem") in told
        assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700

    def test_keeps_the_key_and_says_so(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["tls", "self-signed", "--host", "chat.test", "."]) == 0
        before = fingerprint_of(tmp_path / "cert.pem")
        capsys.readouterr()
        assert cli.main(["tls", "self-signed", "."]) == 0
        told = capsys.readouterr().out
        assert "key.pem (the one before)" in told
        assert before in told
        assert "chat.test" in told

    def test_makes_a_new_key_if_asked_to(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["tls", "self-signed", "."]) == 0
        before = fingerprint_of(tmp_path / "cert.pem")
        capsys.readouterr()
        assert cli.main(["tls", "self-signed", "--new-key", "."]) == 0
        assert "key.pem (new)" in (told := capsys.readouterr().out)
        assert before not in told

    @pytest.mark.parametrize("host", ["", "a b", "https://x", "*.x", "10.0.0.1/8"])
    def test_takes_names_and_addresses_only(
        self, host: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit, match="2"):
            cli.main(["tls", "self-signed", "--host", host])
        assert "is not a host (a name or an address)" in capsys.readouterr().err

    def test_makes_nothing_where_others_may_write(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "open").mkdir()
        (tmp_path / "open").chmod(0o777)
        assert cli.main(["tls", "self-signed", "open"]) == 1
        assert "others may write to the directory" in capsys.readouterr().err
        assert list((tmp_path / "open").iterdir()) == []

    def test_says_where_it_cannot_write(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").touch()
        assert cli.main(["tls", "self-signed", "file/tls"]) == 1
        assert capsys.readouterr().err == f"chatd: {tmp_path}/file/tls: Not a directory.\n"

    def test_says_that_the_working_directory_is_gone(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        assert cli.main(["tls", "self-signed"]) == 1
        assert capsys.readouterr().err == "chatd: cannot go on: No such file or directory.\n"


class TestShow:
    def test_shows_what_clients_and_browsers_see(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cli.main(["tls", "self-signed", "--host", "chat.test", "."])
        capsys.readouterr()
        assert cli.main(["tls", "show", "cert.pem"]) == 0
        told = capsys.readouterr().out
        assert f"fingerprint: {fingerprint_of(tmp_path / 'cert.pem')}\n" in told
        assert re.search(r"^in browsers: SHA-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}$", told, re.M)
        assert re.search(r"^names: .*\bchat\.test\b", told, re.M)
        assert "signed by:   its own key\n" in told

    def test_prints_a_fingerprint_alone_for_programs(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cli.main(["tls", "self-signed", "."])
        capsys.readouterr()
        assert cli.main(["tls", "fingerprint", "cert.pem"]) == 0
        assert capsys.readouterr().out == f"{fingerprint_of(tmp_path / 'cert.pem')}\n"

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("none", "none: No such file or directory."),
            (".", "chatd: .: it is not a file."),
            ("key.pem", "has no certificate in PEM."),
        ],
    )
    def test_refuses_what_is_no_certificate(
        self, name: str, why: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cli.main(["tls", "self-signed", "."])
        assert cli.main(["tls", "show", name]) == 1
        assert why in capsys.readouterr().err


def test_without_the_library_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.x509", None)
    assert cli.main(["tls", "self-signed"]) == 1
    needs = f"chatd: chatd tls needs cryptography: {how_to_install('tls')}\n"
    assert capsys.readouterr().err == needs
    assert not Path("tls").exists()
