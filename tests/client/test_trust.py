"""`chatd.client.trust`: which servers with TLS are connected to, asked about, and refused."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from chatd.client import known_servers, trust
from chatd.client.duplex import DuplexLink
from chatd.client.wire import ClientError, UntrustedServer
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.stand_in import ChatStandIn, FakeServer, greet, received, unused_port
from tests.support.terminal import Terminal

OTHER = "sha256:" + "A" * 43 + "="

SELF_SIGNED = r"self.signed certificate"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the known servers, of which there are none."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "chatd" / "known_servers"


class Person:
    """A person at a terminal, or none, who gives answers to questions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at_terminal: bool) -> None:
        self.types = io.StringIO()
        self.sees = io.StringIO()
        for stream in self.types, self.sees:
            monkeypatch.setattr(stream, "isatty", lambda: at_terminal)
        # pytest puts streams of its own in place of those of `sys` once the fixtures are made.
        streams = SimpleNamespace(stdin=self.types, stderr=self.sees)
        monkeypatch.setattr(trust, "sys", streams)

    def answers(self, *lines: str) -> None:
        self.types.write("".join(f"{line}\n" for line in lines))
        self.types.seek(0)


@pytest.fixture(params=["terminal", "no terminal"])
def at_terminal(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "terminal")


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, at_terminal: bool) -> Person:
    return Person(monkeypatch, at_terminal=at_terminal)


@pytest.fixture
def typist(monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person(monkeypatch, at_terminal=True)


def greeting(server: FakeServer, given: str | None = None, *, may_ask: bool = True) -> list[bytes]:
    """Connect, and return the first lines of the server."""
    with closing(trust.connect("127.0.0.1", server.port, given, may_ask=may_ask)) as stream:
        return received(DuplexLink(stream))


def address(server: FakeServer) -> str:
    return f"127.0.0.1:{server.port}"


CERTIFICATES = {
    "valid": ({}, True, ""),
    "self-signed": ({}, False, SELF_SIGNED),
    "expired": ({"has_expired": True}, True, "certificate has expired"),
    "of another host": ({"address": "127.0.0.2"}, True, "IP address mismatch.*127.0.0.1'"),
}
"""Certificates: how each is made, if an authority vouches for it, and why it is not valid."""


class Certificate:
    """A certificate of the table."""

    def __init__(self, kind: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made, has_authority, self.fault = CERTIFICATES[kind]
        self.path = write_certificate(path, **made)  # type: ignore[arg-type]
        self.fingerprint = fingerprint_of(self.path)
        if has_authority:
            monkeypatch.setenv("SSL_CERT_FILE", str(self.path))


@pytest.fixture(params=list(CERTIFICATES))
def certificate(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Certificate:
    return Certificate(request.param, tmp_path / "pem", monkeypatch)


def test_of_a_server_that_is_new_the_certificate_decides_or_a_person(
    certificate: Certificate, person: Person, at_terminal: bool, file: Path
) -> None:
    person.answers("yes")
    with FakeServer(greet, certificate=certificate.path) as server:
        if certificate.fault and not at_terminal:
            why = rf"is not known \({certificate.fault}\)\. Ask its operator .* --fingerprint"
            with pytest.raises(UntrustedServer, match=why):
                greeting(server)
        else:
            assert greeting(server) == [b"*** hola"]
        asked = bool(certificate.fault) and at_terminal
        assert (certificate.fingerprint in person.sees.getvalue()) is asked
        stored = f"{address(server)} {certificate.fingerprint}\n"
        assert (file.read_text() if file.exists() else "") == (stored if asked else "")


def test_a_server_whose_key_is_stored_is_trusted_with_any_certificate(
    certificate: Certificate, person: Person
) -> None:
    with FakeServer(greet, certificate=certificate.path) as server:
        known_servers.add(address(server), certificate.fingerprint)
        assert greeting(server) == [b"*** hola"]
    assert person.sees.getvalue() == ""


def test_a_server_whose_key_has_changed_is_refused_with_any_certificate(
    certificate: Certificate, person: Person
) -> None:
    person.answers("yes")
    with FakeServer(greet, certificate=certificate.path) as server:
        known_servers.add(address(server), OTHER)
        with pytest.raises(UntrustedServer, match="has changed") as refused:
            greeting(server)
    assert certificate.fingerprint in str(refused.value)
    assert OTHER in str(refused.value)
    assert person.sees.getvalue() == ""


def test_the_key_that_is_given_counts_and_nothing_else(
    certificate: Certificate, person: Person
) -> None:
    with FakeServer(greet, certificate=certificate.path) as server:
        known_servers.add(address(server), OTHER)
        assert greeting(server, certificate.fingerprint) == [b"*** hola"]
        with pytest.raises(UntrustedServer, match=rf"and not {OTHER}, which was given"):
            greeting(server, OTHER)
    assert person.sees.getvalue() == ""


@pytest.fixture
def unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    return Certificate("self-signed", tmp_path / "pem", monkeypatch)


class TestQuestion:
    """The question to a person about a key."""

    def test_it_names_the_address_the_reason_and_the_key(
        self, unknown: Certificate, typist: Person, file: Path
    ) -> None:
        typist.answers("yes")
        with FakeServer(greet, certificate=unknown.path) as server:
            greeting(server)
        first, key, question, *_ = typist.sees.getvalue().splitlines()
        assert first.startswith(f"The key of {address(server)} is not known (self")
        assert key == f"  {unknown.fingerprint}"
        assert question.endswith(f"Trust this key from now on? [yes/no] It is stored in {file}.")

    def test_once_it_is_answered_it_is_not_asked_again(
        self, unknown: Certificate, typist: Person
    ) -> None:
        typist.answers("yes")
        with FakeServer(greet, certificate=unknown.path) as server:
            greeting(server)
            greeting(server)
        assert typist.sees.getvalue().count("yes/no") == 1

    def test_it_is_asked_until_the_answer_is_yes_or_no(
        self, unknown: Certificate, typist: Person
    ) -> None:
        typist.answers("maybe", "", " YES ")
        with FakeServer(greet, certificate=unknown.path) as server:
            assert greeting(server) == [b"*** hola"]
        assert typist.sees.getvalue().count("Type yes or no: ") == 2

    @pytest.mark.parametrize("answer", ["y", "sí", "Si", "s"])
    def test_a_short_or_spanish_yes_will_do(
        self, unknown: Certificate, typist: Person, answer: str, file: Path
    ) -> None:
        typist.answers(answer)
        with FakeServer(greet, certificate=unknown.path) as server:
            assert greeting(server) == [b"*** hola"]
        assert file.exists()

    @pytest.mark.parametrize("answer", [["no"], ["No"], []], ids=["no", "No", "the end of input"])
    def test_without_a_yes_nothing_is_sent_or_stored(
        self, unknown: Certificate, typist: Person, answer: list[str], file: Path
    ) -> None:
        typist.answers(*answer)
        refused = pytest.raises(UntrustedServer, match=r"^nothing was sent: .* is not trusted\.$")
        with FakeServer(greet, certificate=unknown.path) as server, refused:
            greeting(server)
        assert not file.exists()

    def test_it_is_not_asked_on_coming_back(self, unknown: Certificate, typist: Person) -> None:
        typist.answers("yes")
        refused = pytest.raises(UntrustedServer, match="is not known")
        with FakeServer(greet, certificate=unknown.path) as server, refused:
            greeting(server, may_ask=False)
        assert typist.sees.getvalue() == ""

    def test_without_a_standard_input_it_is_not_asked(
        self, unknown: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trust, "sys", SimpleNamespace(stdin=None, stderr=io.StringIO()))
        refused = pytest.raises(UntrustedServer, match="is not known")
        with FakeServer(greet, certificate=unknown.path) as server, refused:
            greeting(server)

    def test_in_a_terminal_it_comes_before_the_conversation(
        self, unknown: Certificate, file: Path
    ) -> None:
        with FakeServer(ChatStandIn(refuse="hello"), certificate=unknown.path) as server:
            terminal = Terminal(
                "127.0.0.1", str(server.port), "--tls", XDG_CONFIG_HOME=str(file.parent.parent)
            )
            try:
                terminal.until(lambda rows: rows and rows[-1].endswith("[yes/no]"))
                terminal.type("yes\r")
                terminal.until(lambda rows: any("connecting" in row for row in rows))
            finally:
                terminal.close()
        assert file.read_text() == f"{address(server)} {unknown.fingerprint}\n"


def test_where_no_server_listens_its_port_is_named() -> None:
    refused = pytest.raises(ClientError, match=r"refused\. .*the port that uses TLS, .* 60062\.$")
    with refused:
        trust.connect("127.0.0.1", unused_port(), None, may_ask=False)
