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


class CredentialHarness:
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
def harness() -> CredentialHarness:
    return CredentialHarness()


def test_a_secret_stands_for_its_account(harness: CredentialHarness) -> None:
    ana, eva = harness.issue(), harness.issue(account="eva")
    assert (harness.owner(ana), harness.owner(eva)) == ("Ana", "Eva")


def test_a_secret_is_a_word_that_is_easy_to_copy_and_of_256_bits(
    harness: CredentialHarness,
) -> None:
    first, second = harness.issue(name="a"), harness.issue(name="b")
    assert first != second
    assert first.startswith("chatd_")
    assert len(bytes.fromhex(first.removeprefix("chatd_"))) == 32


def test_only_the_hash_of_a_secret_is_stored(harness: CredentialHarness) -> None:
    secret = harness.issue()
    harness.clock.advance(0)
    assert secret.removeprefix("chatd_") not in str(harness.store.records())
    assert harness.credentials.table == {key_of(secret): Credential("ana", TOKEN, "deploy", 1000)}


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
def test_a_text_that_is_no_secret_has_no_account(harness: CredentialHarness, shown: str) -> None:
    secret = harness.issue()
    assert harness.owner(shown) == ""
    for almost in secret[:-1], secret + "0", secret.upper(), f" {secret}", f"{secret}\n":
        assert harness.owner(almost) == ""
    assert harness.owner(key_of(secret)) == ""


def test_a_secret_is_valid_after_a_restart(harness: CredentialHarness) -> None:
    secret = harness.issue()
    harness.credentials = harness.opened()
    assert harness.owner(secret) == "Ana"
    assert harness.names(TOKEN) == ["deploy"]


def test_a_token_is_no_sign_in_of_a_browser(harness: CredentialHarness) -> None:
    token, browser = harness.issue(TOKEN), harness.issue(BROWSER)
    assert [harness.owner(token, kind) for kind in (TOKEN, BROWSER, None)] == ["Ana", "", "Ana"]
    assert [harness.owner(browser, kind) for kind in (TOKEN, BROWSER, None)] == ["", "Ana", "Ana"]


def test_a_sign_in_has_two_halves_that_are_worth_nothing_alone(
    harness: CredentialHarness,
) -> None:
    cookie, _, proof = harness.issue(BROWSER).partition(".")
    credentials = harness.credentials
    assert credentials.sign_in_of([cookie], proof) is not None
    assert credentials.sign_in_of(["x", cookie, ""], proof) is not None
    for cookies, shown in ([cookie], ""), ([cookie], "0" * 64), ([], proof), ([proof], cookie):
        assert credentials.sign_in_of(cookies, shown) is None
    for half in cookie, proof, f"{cookie}.", f"chatd_{proof}":
        assert credentials.grant_of(half) is None
    assert not credentials.is_unproved(cookie)
    assert credentials.half_of(["x", cookie]) == credentials.sign_in_of([cookie], proof)
    assert credentials.half_of(["", proof, harness.issue(TOKEN)]) is None


def test_a_sign_in_of_a_version_without_proofs_is_known_and_opens_nothing(
    harness: CredentialHarness,
) -> None:
    cookie, token = f"chatd_{'a' * 64}", harness.issue(TOKEN)
    old = Credential(
        "ana", BROWSER, "Firefox", 1000, 1010, epoch=harness.accounts.table["ana"].epoch
    )
    harness.change([harness.credentials.table.put(key_of(cookie), old)])
    assert harness.credentials.is_unproved(cookie)
    assert harness.credentials.grant_of(cookie) is None
    assert harness.credentials.sign_in_of([cookie], "") is None
    assert [harness.credentials.is_unproved(text) for text in ("", token)] == [False, False]
    harness.clock.advance(10)
    assert not harness.credentials.is_unproved(cookie)


def test_a_credential_ends_with_its_account(harness: CredentialHarness) -> None:
    secret = harness.issue()
    harness.change([harness.accounts.table.put("ana", None)])
    assert harness.owner(secret) == ""


def test_a_browser_is_signed_in_for_thirty_days_and_a_token_never_expires(
    harness: CredentialHarness,
) -> None:
    token, browser = harness.issue(TOKEN), harness.issue(BROWSER)
    harness.clock.advance(BROWSER_SECONDS - 1)
    assert (harness.owner(token), harness.owner(browser)) == ("Ana", "Ana")
    harness.clock.advance(0.5)  # it was made half a second late
    assert (harness.owner(token), harness.owner(browser)) == ("Ana", "")
    assert harness.credentials.grant_of(browser) is None
    assert (harness.names(TOKEN), harness.names(BROWSER)) == (["deploy"], [])


def test_expired_credentials_are_deleted_with_the_next_change_of_the_account(
    harness: CredentialHarness,
) -> None:
    harness.issue(BROWSER)
    harness.issue(BROWSER, account="eva")
    harness.clock.advance(BROWSER_SECONDS)
    token = harness.issue(TOKEN)
    assert [each.account for each in harness.credentials.table.values()] == ["eva", "ana"]
    harness.clock.advance(1)
    harness.issue(BROWSER)
    harness.clock.advance(BROWSER_SECONDS)
    assert harness.change(harness.credentials.revoke(key_of(token))) == 2


def test_the_credentials_of_an_account_are_listed_oldest_first(harness: CredentialHarness) -> None:
    for name in "b", "a", "c":
        harness.issue(TOKEN, name)
        harness.clock.advance(1)
    harness.issue(BROWSER, "Firefox")
    assert harness.names(TOKEN) == ["b", "a", "c"]
    assert harness.names(BROWSER) == ["Firefox"]
    assert harness.names(TOKEN, "eva") == []


def test_the_clock_may_have_been_set_back(harness: CredentialHarness) -> None:
    harness.issue(TOKEN, "late")
    harness.clock.rightNow -= 500
    harness.issue(TOKEN, "early")
    assert harness.names(TOKEN) == ["early", "late"]


def test_an_account_has_one_token_of_a_name(harness: CredentialHarness) -> None:
    first = harness.issue(TOKEN, "deploy")
    harness.issue(TOKEN, "deploy", "eva")
    harness.issue(BROWSER, "deploy")
    assert harness.refused("DEPLOY") == "token_exists"
    assert harness.credentials.token_called("ana", "Deploy") == key_of(first)
    assert harness.credentials.token_called("ana", "other") is None
    assert harness.credentials.token_called("ana", "x" * 100_000) is None


def test_the_longest_name_is_found(harness: CredentialHarness) -> None:
    decomposed = "a\u0302\u0301" * 32  # three code points that are one in a name
    key = key_of(harness.issue(TOKEN, "\u1ea5" * 32))
    assert harness.credentials.token_called("ana", decomposed) == key


def test_an_account_has_a_limited_number_of_tokens(harness: CredentialHarness) -> None:
    for number in range(TOKENS):
        harness.issue(TOKEN, f"t{number}")
    harness.issue(TOKEN, "deploy", "eva")
    harness.issue(BROWSER)
    assert harness.refused("more") == "too_many_tokens"
    assert len(harness.names(TOKEN)) == TOKENS
    harness.change(harness.credentials.revoke(harness.credentials.token_called("ana", "t7") or ""))
    harness.issue(TOKEN, "more")


def test_of_too_many_browsers_the_oldest_is_signed_out(harness: CredentialHarness) -> None:
    secrets = []
    for number in range(BROWSERS):
        secrets.append(harness.issue(BROWSER, f"b{number}"))
        harness.clock.advance(1)
        assert len(harness.names(BROWSER)) == number + 1
    secrets.append(harness.issue(BROWSER, "more"))
    assert harness.names(BROWSER) == [*(f"b{number}" for number in range(1, BROWSERS)), "more"]
    assert (harness.owner(secrets[0]), harness.owner(secrets[1])) == ("", "Ana")


def test_a_token_can_be_revoked(harness: CredentialHarness) -> None:
    first, second = harness.issue(TOKEN, "a"), harness.issue(TOKEN, "b")
    harness.change(harness.credentials.revoke(key_of(first)))
    assert (harness.owner(first), harness.owner(second)) == ("", "Ana")
    assert harness.credentials.revoke(key_of(first)) == []


def test_all_browsers_of_an_account_can_be_signed_out_but_one(harness: CredentialHarness) -> None:
    mine, other, evas = (harness.issue(BROWSER, account=each) for each in ("ana", "ana", "eva"))
    token = harness.issue(TOKEN)
    assert harness.change(harness.credentials.sign_out("ana", key_of(mine))) == 1
    assert [harness.owner(each) for each in (mine, other, evas, token)] == ["Ana", "", "Eva", "Ana"]
    assert harness.credentials.sign_out("ana", key_of(mine)) == []
    harness.change(harness.credentials.sign_out("ana"))
    assert harness.owner(mine) == ""


def test_all_credentials_of_an_account_can_be_deleted_also_expired_ones(
    harness: CredentialHarness,
) -> None:
    harness.issue(BROWSER)
    harness.clock.advance(BROWSER_SECONDS)
    change(
        harness.store, *harness.credentials.issue(harness.accounts.table["ana"], TOKEN, "a")[1][:1]
    )
    evas = harness.issue(account="eva")
    assert harness.change(harness.credentials.account_gone("ana")) == 2
    assert set(harness.credentials.table) == {key_of(evas)}
    assert harness.credentials.account_gone("ana") == []


def test_a_lookup_does_not_read_the_credentials_of_other_accounts(
    harness: CredentialHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = harness.issue()
    with monkeypatch.context() as patched:
        patched.setattr(Table, "__iter__", None)
        assert harness.owner(secret) == "Ana"
        assert harness.names(TOKEN) == ["deploy"]
        harness.issue(BROWSER)
        harness.change(harness.credentials.account_gone("ana"))


def test_only_credentials_that_are_carried_over_are_valid_in_a_new_epoch(
    harness: CredentialHarness,
) -> None:
    first, second, browser = (
        harness.issue(name="a"),
        harness.issue(name="b"),
        harness.issue(BROWSER),
    )
    evas = harness.issue(account="eva")
    ana = harness.accounts.table["ana"]
    typed = by_password(ana, 0)
    changed = ana._replace(epoch=new_epoch())
    harness.change([harness.accounts.table.put("ana", changed)])
    assert [harness.owner(each) for each in (first, second, browser, evas)] == ["", "", "", "Eva"]
    assert harness.credentials.account_of(typed) is None
    harness.change(harness.credentials.carry_over(changed, {key_of(second)}))
    assert [harness.owner(each) for each in (first, second, browser, evas)] == [
        "",
        "Ana",
        "",
        "Eva",
    ]
    assert set(harness.credentials.table) == {key_of(second), key_of(evas)}
    assert harness.credentials.account_of(by_password(changed, 0)) == changed


def test_a_token_stored_before_there_were_epochs_and_scopes_is_valid_and_may_write() -> None:
    harness = CredentialHarness()
    kept = {"account": "ana", "kind": TOKEN, "name": "old", "created": 7, "expires": 0}
    account = {"name": "Ana", "hash": "", "admin": False, "created": 0, "settings": {}}
    secret = f"chatd_{'0' * 64}"
    harness.store.write_records(
        Record("credential", key_of(secret), json.dumps(kept)),
        Record("account", "ana", json.dumps(account)),
    )
    harness.clock.advance(0)
    harness.accounts = Accounts(harness.store)
    grant = harness.opened().grant_of(secret)
    assert grant is not None
    assert (grant.account, grant.scope) == ("ana", Scope.WRITE)


def test_an_unknown_scope_is_the_least(harness: CredentialHarness) -> None:
    secret, puts = harness.credentials.issue(harness.accounts.table["ana"], TOKEN, "a", "later")
    harness.change(puts)
    grant = harness.credentials.grant_of(secret)
    assert grant is not None
    assert grant.scope is Scope.READ


class TestMayHaveEnded:
    """A daemon asks this every few seconds, to look at the sessions of these accounts alone."""

    @pytest.fixture
    def asked(self) -> CredentialHarness:
        harness = CredentialHarness()
        harness.issue(BROWSER)
        assert harness.credentials.may_have_ended() == set(), "a new one ends none"
        return harness

    def test_none_can_while_nothing_happens(self, asked: CredentialHarness) -> None:
        asked.clock.advance(BROWSER_SECONDS - 1)
        assert asked.credentials.may_have_ended() == set()

    def test_one_can_by_a_change_of_an_account(self, asked: CredentialHarness) -> None:
        asked.accounts.store(Account("Ana", "", epoch=new_epoch()))
        assert asked.credentials.may_have_ended() == {"ana"}
        assert asked.credentials.may_have_ended() == set()

    def test_none_can_by_a_new_account(self, asked: CredentialHarness) -> None:
        asked.accounts.store(Account("Mia", "", epoch=new_epoch()))
        assert asked.credentials.may_have_ended() == set()

    def test_one_can_by_a_change_of_a_credential(self, asked: CredentialHarness) -> None:
        asked.change(asked.credentials.sign_out("ana"))
        assert asked.credentials.may_have_ended() == {"ana"}
        asked.clock.advance(BROWSER_SECONDS)
        assert asked.credentials.may_have_ended() == set(), "that one is deleted"

    @pytest.mark.parametrize("restarted", [True, False])
    def test_one_can_in_time(self, asked: CredentialHarness, restarted: bool) -> None:
        credentials = asked.opened() if restarted else asked.credentials
        credentials.may_have_ended()
        asked.clock.advance(BROWSER_SECONDS)
        assert credentials.may_have_ended() == {"ana"}
        assert credentials.may_have_ended() == set()

    def test_one_can_again_after_the_clock_was_set_back(self, asked: CredentialHarness) -> None:
        for seconds, ended in (BROWSER_SECONDS, {"ana"}), (-1, set()), (1, {"ana"}):
            asked.clock.rightNow += seconds
            assert asked.credentials.may_have_ended() == ended

    def test_tokens_do_not_end_in_time(self) -> None:
        harness = CredentialHarness()
        harness.issue(TOKEN)
        harness.clock.advance(100 * BROWSER_SECONDS)
        assert harness.credentials.may_have_ended() == set()
