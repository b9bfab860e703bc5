"""`chatd.daemon.tls_endpoints`: addresses with TLS, and the certificates that are shown there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from chatd.daemon.listener_settings import ListenerKind, ListenerSettings
from chatd.daemon.tls_endpoints import Place, places_of
from chatd.util.extras import how_to_install
from chatd.util.key_pairs import PairFiles
from tests.support.certificate import fingerprint_of, write_certificate


def place(endpoint: str, tls: PairFiles | None = None) -> Place:
    (found,) = places_of([ListenerSettings(ListenerKind.CHAT, endpoint, tls)])
    return found


def key(place: Place) -> str:
    assert place.certificate is not None
    return place.certificate.pair.fingerprint


def refusal(endpoint: str, tls: PairFiles | None = None) -> str:
    with pytest.raises(SystemExit) as refused:
        place(endpoint, tls)
    return str(refused.value)


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    return write_certificate(tmp_path / "pair.pem")


class TestAPairOfFiles:
    @pytest.mark.parametrize("endpoint", ["tcp:7", r"tcp6:7:interface=\:\:1", "haproxy:tcp:7"])
    def test_makes_tls_of_an_address(self, pair: Path, endpoint: str) -> None:
        found = place(endpoint, PairFiles(pair, pair))
        assert (found.endpoint, key(found)) == (endpoint, fingerprint_of(pair))

    def test_is_one_certificate_for_all_addresses(self, pair: Path) -> None:
        files = PairFiles(pair, pair)
        first, second, other = places_of(
            [
                ListenerSettings(ListenerKind.CHAT, "tcp:7", files),
                ListenerSettings(ListenerKind.WEB, "tcp:8", files),
                ListenerSettings(ListenerKind.WEB, f"ssl:9:{pair}"),
            ]
        )
        assert first.certificate is second.certificate is not other.certificate

    def test_is_refused_with_the_address(self, tmp_path: Path) -> None:
        none = tmp_path / "none"
        assert refusal("tcp:7", PairFiles(none, none, "tls.certificate", "tls.key")).startswith(
            f"chatd: cannot listen on 'tcp:7': tls.key={none} cannot be read: No such file or "
        )


class TestAnAddressOfTwisteds:
    @pytest.mark.parametrize(
        "values",
        [
            "privateKey={}:interface=127.0.0.1",
            "privateKey={}:certKey={}",
            "{}",
            "{}:{}",
            "backlog=7:{}:interface=\\:\\:1:{}",
        ],
    )
    def test_shows_the_key_of_its_certificate(self, tmp_path: Path, values: str) -> None:
        directory = tmp_path / "a:b\\c=d"
        directory.mkdir()
        certificate = write_certificate(directory / "cert.pem")
        path = re.sub(r"([:\\=])", r"\\\1", str(certificate))
        assert key(place(f"ssl:60062:{values.format(path, path)}")) == fingerprint_of(certificate)

    def test_without_a_path_has_the_file_that_twisted_takes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        certificate = write_certificate(tmp_path / "server.pem")
        assert key(place("ssl:60062")) == fingerprint_of(certificate)

    @pytest.mark.parametrize(
        ("values", "below"),
        [
            ("ssl:7:{}", "tcp:7"),
            (r"ssl:7:{}:interface=\:\:1:backlog=9", r"tcp:7:interface=\:\:1:backlog=9"),
            ("haproxy:ssl:7:{}", "haproxy:tcp:7"),
        ],
    )
    def test_has_one_without_tls_below(self, pair: Path, values: str, below: str) -> None:
        found = place(values.format(pair))
        assert (found.endpoint, found.shown) == (below, values.format(pair))

    @pytest.mark.filterwarnings("ignore:Passing method:DeprecationWarning")
    def test_may_name_a_chain_and_a_method(self, tmp_path: Path, pair: Path) -> None:
        chain = write_certificate(tmp_path / "chain.pem")
        found: Any = place(f"ssl:7:{pair}:extraCertChain={chain}:sslmethod=TLS_METHOD")
        assert len(found.certificate.pair.chain) == 1

    @pytest.mark.parametrize("value", ["sslmethod=SSLv9", "dhParameters=/none"])
    def test_is_refused_with_parameters_that_are_none(self, pair: Path, value: str) -> None:
        address = f"ssl:7:{pair}:{value}"
        assert refusal(address).startswith(f"chatd: cannot listen on {address!r}: ")

    def test_is_refused_with_the_key_of_another_certificate(
        self, tmp_path: Path, pair: Path
    ) -> None:
        other = write_certificate(tmp_path / "other.pem")
        assert "privateKey and certKey do not belong together." in refusal(f"ssl:7:{other}:{pair}")


def test_an_address_without_tls_has_no_certificate() -> None:
    assert place("tcp:60060") == Place("tcp:60060", "tcp:60060", "chat tcp:60060")


@pytest.mark.parametrize("module", ["OpenSSL", "cryptography"])
def test_a_library_that_is_not_installed_is_named(
    pair: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.setitem(sys.modules, name, None)
    why = f"TLS needs {module}, which is not installed: {how_to_install('tls')}."
    assert refusal(f"ssl:7:{pair}").endswith(why)
