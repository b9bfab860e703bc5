"""`chatd.accounts.sign_in`: the lines to a helper and from it, and the accounts that it decides."""

from __future__ import annotations

import json

import pytest

from chatd.accounts.accounts import Account
from chatd.accounts.sign_in import (
    Answer,
    HelperFailed,
    Question,
    SignIn,
    Verdict,
    answer_of,
)
from tests.support.sign_in import StandInHelper


class TestAQuestion:
    def test_is_a_line_in_the_form_of_ergo(self) -> None:
        line = Question("maria", "ñandú\n", "192.0.2.7").line
        assert line.endswith(b"}\n")
        assert line.count(b"\n") == 1
        assert json.loads(line) == {
            "accountName": "maria",
            "passphrase": "ñandú\n",
            "certfp": "",
            "ip": "192.0.2.7",
        }


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("line", "answer"),
        [
            (b'{"success": true}', Answer(Verdict.RIGHT)),
            (b'{"success": true, "accountName": "maria"}', Answer(Verdict.RIGHT, "maria")),
            (b'{"success": true, "accountName": null, "error": ""}', Answer(Verdict.RIGHT)),
            (b'{"success": false}', Answer(Verdict.WRONG)),
            (b'{"success": false, "accountName": "", "error": ""}', Answer(Verdict.WRONG)),
            (b'{"success": false, "error": "unknown"}', Answer(Verdict.UNKNOWN)),
        ],
    )
    def test_is_understood(self, line: bytes, answer: Answer) -> None:
        assert answer_of(line) == answer

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            (b"", "no JSON"),
            (b"\xff\xfe", "no JSON"),
            (b"[" * 100_000, "no JSON"),
            ('{"success": true}'.encode("utf-16-le"), "no JSON"),
            (b'{"success": false, "error": "", "success": true}', "twice"),
            (b"true", "without"),
            (b"{}", "without"),
            (b'{"success": 1}', "without"),
            (b'{"success": "true"}', "without"),
            (b'{"success": true, "accountName": 7}', "no text"),
            (b'{"success": false, "error": ["unknown"]}', "no text"),
        ],
    )
    def test_that_is_none_is_a_failure(self, line: bytes, why: str) -> None:
        with pytest.raises(HelperFailed, match=why):
            answer_of(line)

    def test_with_an_error_of_its_own_is_a_failure_without_its_words(self) -> None:
        with pytest.raises(HelperFailed) as failed:
            answer_of(b'{"success": false, "error": "bind with hunter2 failed"}')
        assert "hunter2" not in str(failed.value)


class TestTheHelperFor:
    helper = StandInHelper()
    sign_in = SignIn(helper, local=frozenset(["ana"]))

    def test_no_account_is_made_unless_that_is_asked_for(self) -> None:
        assert not self.sign_in.creates

    def test_an_account_is_that_of_the_organisation(self) -> None:
        assert self.sign_in.helper_for(Account("maria", "")) is self.helper

    def test_a_local_account_is_none(self) -> None:
        assert self.sign_in.helper_for(Account("Ana", "")) is None

    def test_the_account_of_a_user_of_the_machine_is_none(self) -> None:
        assert self.sign_in.helper_for(Account("maria", "", uid=1001)) is None
