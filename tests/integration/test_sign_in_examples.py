"""The helpers in docs/sign-in: what they answer, to chatd's own questions."""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chatd.accounts.sign_in import Question, Verdict, answer_of
from tests.support.checkout import ROOT

PASSPHRASE = "correct horse"
EXAMPLES = ROOT / "docs" / "sign-in"


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the modules of the folder imported anew, without writing any cache there."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    for name in ("serving", "ldap_helper", "pam_helper"):
        sys.modules.pop(name, None)


@pytest.fixture
def serving(examples: None) -> Any:
    return importlib.import_module("serving")


def verdict(serving: Any, check: Any, passphrase: str = PASSPHRASE) -> Verdict:
    """Return what chatd understands of the answer about maria's passphrase."""
    answered = serving.answer(Question("maria", passphrase).line, check)
    return answer_of(json.dumps(answered).encode()).verdict


class TestServing:
    @pytest.mark.parametrize(
        ("account", "expected"), [("maria", Verdict.RIGHT), (None, Verdict.WRONG)]
    )
    def test_answers_as_the_check_says(
        self, serving: Any, account: str | None, expected: Verdict
    ) -> None:
        assert verdict(serving, lambda name, passphrase: account) is expected

    def test_says_that_it_does_not_know_a_name(self, serving: Any) -> None:
        def check(name: str, passphrase: str) -> str:
            raise serving.UnknownAccount

        assert verdict(serving, check) is Verdict.UNKNOWN

    def test_checks_no_empty_passphrase(self, serving: Any) -> None:
        assert verdict(serving, lambda name, passphrase: name, "") is Verdict.WRONG

    def test_tells_no_secret_if_it_fails(
        self, serving: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def check(name: str, passphrase: str) -> str:
            raise RuntimeError(passphrase)

        answered = serving.answer(Question("maria", PASSPHRASE).line, check)
        assert answered["error"] not in ("", "unknown")
        assert PASSPHRASE not in f"{answered}{capsys.readouterr()}"

    def test_listens_at_a_closed_socket(self, serving: Any, tmp_path: Path) -> None:
        path = tmp_path / "s"
        path.touch()  # of an earlier run
        with serving.server_at(path, lambda name, passphrase: name) as server:
            assert os.stat(path).st_mode & 0o777 == 0o600
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            with socket.socket(socket.AF_UNIX) as asking, asking.makefile("rb") as lines:
                asking.connect(str(path))
                asking.sendall(Question("maria", PASSPHRASE).line)
                line = lines.readline()
            thread.join()
        assert answer_of(line).account_name == "maria"


class Directory:
    """A directory with one entry, in the place of python-ldap."""

    def __init__(self) -> None:
        self.looked_for: list[str] = []

    def initialize(self, uri: str) -> Directory:
        return self

    def set_option(self, option: object, value: object) -> None:
        """Do nothing: there is no network."""

    def search_ext_s(self, base: str, scope: object, wanted: str, *_: Any, **__: Any) -> Any:
        self.looked_for.append(wanted)
        found = [("uid=maria", {"uid": [b"Maria"]})] if wanted.lower() == "(uid=maria)" else []
        return [*found, (None, ["ldap://elsewhere"])]

    def simple_bind_s(self, dn: str, passphrase: str) -> None:
        if passphrase != PASSPHRASE:
            raise NotAllowed

    def unbind_s(self) -> None:
        """Do nothing."""


class NotAllowed(Exception):
    """The error of a wrong passphrase."""


class TestLdap:
    @pytest.fixture
    def check(self, examples: None, monkeypatch: pytest.MonkeyPatch) -> Any:
        directory = Directory()
        ldap: Any = ModuleType("ldap")
        ldap.initialize, ldap.INVALID_CREDENTIALS = directory.initialize, NotAllowed
        for option in ("OPT_NETWORK_TIMEOUT", "OPT_TIMEOUT", "OPT_REFERRALS", "SCOPE_SUBTREE"):
            setattr(ldap, option, option)
        ldap.filter = ModuleType("ldap.filter")
        ldap.filter.filter_format = lambda form, names: form % tuple(names)
        monkeypatch.setitem(sys.modules, "ldap", ldap)
        monkeypatch.setitem(sys.modules, "ldap.filter", ldap.filter)
        helper = importlib.import_module("ldap_helper")
        options = SimpleNamespace(uri="", base="", attribute="UID", bind_dn="", starttls=False)
        return lambda name, passphrase: helper.check(options, name, passphrase)

    def test_gives_the_name_of_the_entry(self, check: Any) -> None:
        assert check("maria", PASSPHRASE) == "Maria"

    def test_refuses_a_wrong_passphrase(self, check: Any) -> None:
        assert check("maria", "another one") is None

    def test_does_not_know_a_name_without_an_entry(self, check: Any, serving: Any) -> None:
        with pytest.raises(serving.UnknownAccount):
            check("luis", PASSPHRASE)


class TestPam:
    @pytest.fixture
    def check(self, examples: None, monkeypatch: pytest.MonkeyPatch) -> Any:
        def authenticate(name: str, passphrase: str, service: str) -> bool:
            return (name, passphrase, service) == ("maria", PASSPHRASE, "chatd")

        pam: Any = ModuleType("pam")
        pam.pam = lambda: SimpleNamespace(authenticate=authenticate)
        monkeypatch.setitem(sys.modules, "pam", pam)
        helper: Any = importlib.import_module("pam_helper")
        users = {"maria": 1001, "www-data": 33}

        def getpwnam(name: str) -> object:
            return SimpleNamespace(pw_name=name, pw_uid=users[name])

        monkeypatch.setattr(helper, "pwd", SimpleNamespace(getpwnam=getpwnam))
        return lambda name, passphrase: helper.check("chatd", name, passphrase)

    def test_asks_for_a_person(self, check: Any) -> None:
        assert check("maria", PASSPHRASE) == "maria"
        assert check("maria", "another one") is None

    @pytest.mark.parametrize("name", ["www-data", "luis"])
    def test_knows_no_service_and_no_stranger(self, check: Any, serving: Any, name: str) -> None:
        with pytest.raises(serving.UnknownAccount):
            check(name, PASSPHRASE)
