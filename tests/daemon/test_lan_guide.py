"""`chatd.daemon.lan_guide`: the lines of the log by which others come in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chatd.daemon.lan_guide import guide, picture_of
from chatd.util.extras import how_to_install
from tests.support.authority import write_signed_pair
from tests.support.certificate import fingerprint_of
from tests.support.lan import NOW, doors, settings
from tests.support.sentences import EN, ES


@pytest.fixture(autouse=True)
def _is_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)


class TestTheGuide:
    def lines(
        self, folder: Path, *addresses: str, on_terminal: bool = False, **values: str
    ) -> list[str]:
        found = doors(folder, *addresses, **values)
        return guide(found, settings(**values), on_terminal=on_terminal)

    @pytest.mark.parametrize("spoken", [EN, ES])
    def test_has_whole_commands_in_the_language_of_the_server(
        self, tmp_path: Path, spoken: type[EN]
    ) -> None:
        lines = self.lines(tmp_path, server__language="en" if spoken is EN else "es")
        key = fingerprint_of(tmp_path / "tls/cert.pem")
        connect = f"chatd connect 192.168.1.5:60062 --fingerprint {key}"
        openssl = "openssl s_client -quiet -connect 192.168.1.5:60062"
        assert lines[:4] == [
            spoken.sentence("log_lan", addresses="192.168.1.5, fd00::5"),
            spoken.sentence("log_lan_chatd", command=connect),
            spoken.sentence("log_lan_openssl", command=openssl),
            spoken.sentence("log_lan_browser", url="https://192.168.1.5:60443/"),
        ]

    def test_puts_addresses_of_ipv6_in_brackets(self, tmp_path: Path) -> None:
        assert "https://[fd00::5]:60443/" in self.lines(tmp_path, "fd00::5")[3]

    def test_warns_of_what_the_browser_warns_of(self, tmp_path: Path) -> None:
        digest = doors(tmp_path).certificate.pair.digest
        assert self.lines(tmp_path)[4] == EN.sentence("log_lan_warning", digest=digest)

    def test_does_not_with_a_certificate_of_an_authority(self, tmp_path: Path) -> None:
        (tmp_path / "tls").mkdir(0o700)
        write_signed_pair(tmp_path / "tls", NOW)
        assert len(self.lines(tmp_path)) == 4

    def test_says_that_nobody_can_come(self, tmp_path: Path) -> None:
        assert self.lines(tmp_path, "127.0.0.1") == [EN.sentence("log_lan_nowhere")]

    def test_warns_of_the_internet(self, tmp_path: Path) -> None:
        lines = self.lines(tmp_path, lan__public="true")
        assert lines[0] == EN.sentence("log_lan_public")
        assert "93.184.216.34" in lines[1]

    def test_shows_a_picture_on_a_terminal(self, tmp_path: Path) -> None:
        pytest.importorskip("segno")
        picture = self.lines(tmp_path, on_terminal=True)[-1]
        assert picture == picture_of("https://192.168.1.5:60443/")

    def test_says_what_the_picture_needs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "segno", None)
        url, command = "https://192.168.1.5:60443/", how_to_install("qr")
        needs = EN.sentence("log_lan_no_picture", url=url, command=command)
        assert self.lines(tmp_path, on_terminal=True)[-1] == needs


class TestThePicture:
    def test_has_two_rows_of_modules_in_a_line(self) -> None:
        segno = pytest.importorskip("segno")
        url = "https://192.168.1.5:60443/"
        first, *lines = picture_of(url).split("\n")  # type: ignore[union-attr]
        assert first == ""
        dark = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
        rows = [[dark[each][half] for each in line] for line in lines for half in (0, 1)]
        modules = [list(map(int, row)) for row in segno.make(url, micro=False).matrix_iter(1, 2)]
        assert rows[: len(modules)] == modules
        assert not any(map(any, rows[len(modules) :]))
