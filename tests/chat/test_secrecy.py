"""The rule for secrets in the clear, and who is told of a change."""

from __future__ import annotations

from chatd.chat.secrecy import Secrecy


def test_those_who_watch_are_told_of_changes() -> None:
    secrecy, told = Secrecy(False), list[bool]()
    secrecy.watch(1, lambda: told.append(secrecy.plaintext))
    for allowed in (False, True, True, False):
        secrecy.allow_plaintext(allowed)
    assert told == [True, False]
    secrecy.unwatch(1)
    secrecy.unwatch(2)
    secrecy.allow_plaintext(True)
    assert told == [True, False]


def test_one_who_goes_meanwhile_disturbs_no_other() -> None:
    secrecy, told = Secrecy(False), list[str]()
    secrecy.watch(1, lambda: secrecy.unwatch(1))
    secrecy.watch(2, lambda: told.append("two"))
    secrecy.allow_plaintext(True)
    assert told == ["two"]
