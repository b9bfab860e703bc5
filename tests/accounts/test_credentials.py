"""`chatd.accounts.credentials`: the accounts of tokens and sign-ins, and their lifetimes."""

from __future__ import annotations

import json

import pytest
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account, Accounts, new_epoch
from chatd.accounts.credentials import (
    BROWSER,
    BROWSER_SECONDS,
    BROWSERS,
    TOKEN,
    TOKENS,
    Credential,
    Credentials,
    Scope,
    by_password,
    key_of,
)
from chatd.errors import Refusal
from chatd.event import Record
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Put, Table, change


class Desk:
    """Ana and Eva are registered."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000.5)
        self.store = MemoryStore(self.clock)
        self.accounts = Accounts(self.store)
        for name in "Ana", "Eva":
            self.accounts.store(Account(name, ""))
        self.credentials = self.opened()

    def opened(self) -> Credentials:
        """Return the credentials that a daemon has which is started now."""
        self.clock.advance(0)
        return Credentials(self.store, self.accounts, self.clock.seconds)

    def change(self, puts: list[Put]) -> int:
        """Store these changes, and return how many there are."""
        change(self.store, *puts)
        return len(puts)

    def issue(self, kind: str = TOKEN, name: str = "deploy", account: str = "ana") -> str:
        secret, puts = self.credentials.issue(self.accounts.table[account], kind, name)
        self.change(puts)
        return secret

    def refused(self, name: str) -> str:
        """Return the key of the refusal of a token of that name for Ana."""
        with pytest.raises(Refusal) as refusal:
            self.issue(TOKEN, name)
        return refusal.value.key

    def names(self, kind: str, account: str = "ana") -> list[str]:
        return [each.name for each in self.credentials.of(account, kind).values()]

    def owner(self, secret: str, kind: str | None = None) -> str:
        grant = self.credentials.grant_of(secret, kind)
        account = None if grant is None else self.credentials.account_of(grant)
        return "" if account is None else account.name


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_secret_stands_for_its_account(desk: Desk) -> None:
    ana, eva = desk.issue(), desk.issue(account="eva")
    assert (desk.owner(ana), desk.owner(eva)) == ("Ana", "Eva")


def test_a_secret_is_a_word_that_is_easy_to_copy_and_of_256_bits(desk: Desk) -> None:
    first, second = desk.issue(name="a"), desk.issue(name="b")
    assert first != second
    assert first.startswith("chatd_")
    assert len(bytes.fromhex(first.removeprefix("chatd_"))) == 32


def test_only_the_hash_of_a_secret_is_stored(desk: Desk) -> None:
    secret = desk.issue()
    desk.clock.advance(0)
    assert secret.removeprefix("chatd_") not in str(desk.store.records())
    assert desk.credentials.table == {key_of(secret): Credential("ana", TOKEN, "deploy", 1000)}


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "chatd_",
        "chatd_" + "0" * 64,
        "0" * 64,
        "x" * 100_000,
        "\ud800",
        "chatd_" + "\ud800" * 64,
    ],
    ids=ascii,
)
def test_a_text_that_is_no_secret_has_no_account(desk: Desk, shown: str) -> None:
    secret = desk.issue()
    assert desk.owner(shown) == ""
    for almost in secret[:-1], secret + "0", secret.upper(), f" {secret}", f"{secret}\n":
        assert desk.owner(almost) == ""
    assert desk.owner(key_of(secret)) == ""


def test_a_secret_is_valid_after_a_restart(desk: Desk) -> None:
    secret = desk.issue()
    desk.credentials = desk.opened()
    assert desk.owner(secret) == "Ana"
    assert desk.names(TOKEN) == ["deploy"]


def test_a_token_is_no_sign_in_of_a_browser(desk: Desk) -> None:
    token, browser = desk.issue(TOKEN), desk.issue(BROWSER)
    assert [desk.owner(token, kind) for kind in (TOKEN, BROWSER, None)] == ["Ana", "", "Ana"]
    assert [desk.owner(browser, kind) for kind in (TOKEN, BROWSER, None)] == ["", "Ana", "Ana"]


def test_a_credential_ends_with_its_account(desk: Desk) -> None:
    secret = desk.issue()
    desk.change([desk.accounts.table.put("ana", None)])
    assert desk.owner(secret) == ""


def test_a_browser_is_signed_in_for_thirty_days_and_a_token_never_expires(desk: Desk) -> None:
    token, browser = desk.issue(TOKEN), desk.issue(BROWSER)
    desk.clock.advance(BROWSER_SECONDS - 1)
    assert (desk.owner(token), desk.owner(browser)) == ("Ana", "Ana")
    desk.clock.advance(0.5)  # it was made half a second late
    assert (desk.owner(token), desk.owner(browser)) == ("Ana", "")
    assert desk.credentials.grant_of(browser) is None
    assert (desk.names(TOKEN), desk.names(BROWSER)) == (["deploy"], [])


def test_expired_credentials_are_deleted_with_the_next_change_of_the_account(desk: Desk) -> None:
    desk.issue(BROWSER)
    desk.issue(BROWSER, account="eva")
    desk.clock.advance(BROWSER_SECONDS)
    token = desk.issue(TOKEN)
    assert [each.account for each in desk.credentials.table.values()] == ["eva", "ana"]
    desk.clock.advance(1)
    desk.issue(BROWSER)
    desk.clock.advance(BROWSER_SECONDS)
    assert desk.change(desk.credentials.revoke(key_of(token))) == 2


def test_the_credentials_of_an_account_are_listed_oldest_first(desk: Desk) -> None:
    for name in "b", "a", "c":
        desk.issue(TOKEN, name)
        desk.clock.advance(1)
    desk.issue(BROWSER, "Firefox")
    assert desk.names(TOKEN) == ["b", "a", "c"]
    assert desk.names(BROWSER) == ["Firefox"]
    assert desk.names(TOKEN, "eva") == []


def test_the_clock_may_have_been_set_back(desk: Desk) -> None:
    desk.issue(TOKEN, "late")
    desk.clock.rightNow -= 500
    desk.issue(TOKEN, "early")
    assert desk.names(TOKEN) == ["early", "late"]


def test_an_account_has_one_token_of_a_name(desk: Desk) -> None:
    first = desk.issue(TOKEN, "deploy")
    desk.issue(TOKEN, "deploy", "eva")
    desk.issue(BROWSER, "deploy")
    assert desk.refused("DEPLOY") == "token_exists"
    assert desk.credentials.token_called("ana", "Deploy") == key_of(first)
    assert desk.credentials.token_called("ana", "other") is None
    assert desk.credentials.token_called("ana", "x" * 100_000) is None


def test_the_longest_name_is_found(desk: Desk) -> None:
    decomposed = "a\u0302\u0301" * 32  # three code points that are one in a name
    key = key_of(desk.issue(TOKEN, "\u1ea5" * 32))
    assert desk.credentials.token_called("ana", decomposed) == key


def test_an_account_has_a_limited_number_of_tokens(desk: Desk) -> None:
    for number in range(TOKENS):
        desk.issue(TOKEN, f"t{number}")
    desk.issue(TOKEN, "deploy", "eva")
    desk.issue(BROWSER)
    assert desk.refused("more") == "too_many_tokens"
    assert len(desk.names(TOKEN)) == TOKENS
    desk.change(desk.credentials.revoke(desk.credentials.token_called("ana", "t7") or ""))
    desk.issue(TOKEN, "more")


def test_of_too_many_browsers_the_oldest_is_signed_out(desk: Desk) -> None:
    secrets = []
    for number in range(BROWSERS):
        secrets.append(desk.issue(BROWSER, f"b{number}"))
        desk.clock.advance(1)
        assert len(desk.names(BROWSER)) == number + 1
    secrets.append(desk.issue(BROWSER, "more"))
    assert desk.names(BROWSER) == [*(f"b{number}" for number in range(1, BROWSERS)), "more"]
    assert (desk.owner(secrets[0]), desk.owner(secrets[1])) == ("", "Ana")


def test_a_token_can_be_revoked(desk: Desk) -> None:
    first, second = desk.issue(TOKEN, "a"), desk.issue(TOKEN, "b")
    desk.change(desk.credentials.revoke(key_of(first)))
    assert (desk.owner(first), desk.owner(second)) == ("", "Ana")
    assert desk.credentials.revoke(key_of(first)) == []


def test_all_browsers_of_an_account_can_be_signed_out_but_one(desk: Desk) -> None:
    mine, other, evas = (desk.issue(BROWSER, account=each) for each in ("ana", "ana", "eva"))
    token = desk.issue(TOKEN)
    assert desk.change(desk.credentials.sign_out("ana", key_of(mine))) == 1
    assert [desk.owner(each) for each in (mine, other, evas, token)] == ["Ana", "", "Eva", "Ana"]
    assert desk.credentials.sign_out("ana", key_of(mine)) == []
    desk.change(desk.credentials.sign_out("ana"))
    assert desk.owner(mine) == ""


def test_all_credentials_of_an_account_can_be_deleted_also_expired_ones(desk: Desk) -> None:
    desk.issue(BROWSER)
    desk.clock.advance(BROWSER_SECONDS)
    change(desk.store, *desk.credentials.issue(desk.accounts.table["ana"], TOKEN, "a")[1][:1])
    evas = desk.issue(account="eva")
    assert desk.change(desk.credentials.account_gone("ana")) == 2
    assert set(desk.credentials.table) == {key_of(evas)}
    assert desk.credentials.account_gone("ana") == []


def test_a_lookup_does_not_read_the_credentials_of_other_accounts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = desk.issue()
    with monkeypatch.context() as patched:
        patched.setattr(Table, "__iter__", None)
        assert desk.owner(secret) == "Ana"
        assert desk.names(TOKEN) == ["deploy"]
        desk.issue(BROWSER)
        desk.change(desk.credentials.account_gone("ana"))


def test_only_credentials_that_are_carried_over_are_valid_in_a_new_epoch(
    desk: Desk,
) -> None:
    first, second, browser = desk.issue(name="a"), desk.issue(name="b"), desk.issue(BROWSER)
    evas = desk.issue(account="eva")
    ana = desk.accounts.table["ana"]
    typed = by_password(ana, 0)
    changed = ana._replace(epoch=new_epoch())
    desk.change([desk.accounts.table.put("ana", changed)])
    assert [desk.owner(each) for each in (first, second, browser, evas)] == ["", "", "", "Eva"]
    assert desk.credentials.account_of(typed) is None
    desk.change(desk.credentials.carry_over(changed, {key_of(second)}))
    assert [desk.owner(each) for each in (first, second, browser, evas)] == ["", "Ana", "", "Eva"]
    assert set(desk.credentials.table) == {key_of(second), key_of(evas)}
    assert desk.credentials.account_of(by_password(changed, 0)) == changed


def test_a_token_stored_before_there_were_epochs_and_scopes_is_valid_and_may_write() -> None:
    desk = Desk()
    kept = {"account": "ana", "kind": TOKEN, "name": "old", "created": 7, "expires": 0}
    account = {"name": "Ana", "hash": "", "admin": False, "created": 0, "settings": {}}
    secret = f"chatd_{'0' * 64}"
    desk.store.write_records(
        Record("credential", key_of(secret), json.dumps(kept)),
        Record("account", "ana", json.dumps(account)),
    )
    desk.clock.advance(0)
    desk.accounts = Accounts(desk.store)
    grant = desk.opened().grant_of(secret)
    assert grant is not None
    assert (grant.account, grant.scope) == ("ana", Scope.WRITE)


def test_an_unknown_scope_is_the_least(desk: Desk) -> None:
    secret, puts = desk.credentials.issue(desk.accounts.table["ana"], TOKEN, "a", "later")
    desk.change(puts)
    grant = desk.credentials.grant_of(secret)
    assert grant is not None
    assert grant.scope is Scope.READ
