"""`chatd.chat.push_codes`: a code is valid once, for a while, and for a few tries."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account
from chatd.chat.push_codes import CODE_DIGITS, CODE_TRIES, CODE_VALID_SECONDS, PushCodes
from chatd.errors import Refusal
from chatd.webhooks.pushes import PushRecord

ANA = Account("ana", "hash", epoch=1)
NEW = PushRecord("https://push.example/")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def codes(clock: Clock) -> PushCodes:
    return PushCodes(clock)


def refusal(codes: PushCodes, code: str, account: Account = ANA) -> Refusal:
    with pytest.raises(Refusal) as raised:
        codes.take(account, code)
    return raised.value


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def test_a_code_is_taken_once(codes: PushCodes) -> None:
    code = codes.new(ANA, NEW)
    assert len(code) == CODE_DIGITS
    assert code.isdecimal()
    assert codes.take(ANA, code) == NEW
    assert refusal(codes, code).key == "no_push_code"


def test_it_is_forgotten_after_some_wrong_ones(codes: PushCodes) -> None:
    code = codes.new(ANA, NEW)
    tries = [refusal(codes, other_than(code)) for _ in range(CODE_TRIES)]
    assert [each.values["count"] for each in tries] == [4, 3, 2, 1, 0]
    assert refusal(codes, code).key == "no_push_code"


@pytest.mark.parametrize("wrong", ["", "1", "\u0661\u0662\u0663\u0664\u0665\u0666", "\ud800"])
def test_anything_may_be_typed(codes: PushCodes, wrong: str) -> None:
    code = codes.new(ANA, NEW)
    assert refusal(codes, wrong).key == "wrong_push_code"
    assert codes.take(ANA, code) == NEW


def test_it_is_valid_for_ten_minutes(codes: PushCodes, clock: Clock) -> None:
    code = codes.new(ANA, NEW)
    clock.advance(CODE_VALID_SECONDS - 1)
    assert codes.take(ANA, code) == NEW
    code = codes.new(ANA, NEW)
    clock.advance(CODE_VALID_SECONDS)
    assert refusal(codes, code).key == "no_push_code"


def test_old_ones_take_no_memory(codes: PushCodes, clock: Clock) -> None:
    for number in range(3):
        codes.new(ANA._replace(name=f"p{number}"), NEW)
    clock.advance(CODE_VALID_SECONDS)
    codes.new(ANA, NEW)
    assert len(codes) == 1


def test_a_new_one_is_younger_than_those_of_others(codes: PushCodes, clock: Clock) -> None:
    codes.new(ANA, NEW)
    codes.new(ANA._replace(name="eva"), NEW)
    clock.advance(CODE_VALID_SECONDS / 2)
    code = codes.new(ANA, NEW)
    clock.advance(CODE_VALID_SECONDS / 2)
    codes.new(ANA._replace(name="max"), NEW)
    assert len(codes) == 2
    assert codes.take(ANA, code) == NEW


def test_the_last_one_counts(codes: PushCodes) -> None:
    first = codes.new(ANA, NEW)
    second = codes.new(ANA, NEW._replace(with_text=True))
    if first != second:
        assert refusal(codes, first).key == "wrong_push_code"
    assert codes.take(ANA, second).with_text


def test_one_is_not_valid_after_a_change_of_the_password(codes: PushCodes) -> None:
    code = codes.new(ANA, NEW)
    assert refusal(codes, code, ANA._replace(epoch=2)).key == "no_push_code"
