"""`chatd.chat.key_owners`: whose a key is."""

from __future__ import annotations

import pytest

from chatd.chat.key_owners import (
    KeyOwner,
    account_owner,
    browser_owner,
    guest_owner,
    session_owner,
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (account_owner("ana"), account_owner("ana"), True),
        (account_owner("ana"), account_owner("eva"), False),
        (account_owner("ana"), guest_owner("ana", "192.0.2.7"), False),
        (browser_owner("browser k", "192.0.2.7"), browser_owner("browser k", "::/64"), True),
        (browser_owner("browser k", "192.0.2.7"), browser_owner("browser l", "192.0.2.7"), False),
        (guest_owner("Ana", "192.0.2.7"), guest_owner("ana", "192.0.2.7"), True),
        (guest_owner("ana", "192.0.2.7"), guest_owner("eva", "192.0.2.7"), False),
        (guest_owner("ana", "192.0.2.7"), guest_owner("ana", "192.0.2.8"), False),
        (guest_owner("", "192.0.2.7"), guest_owner("", "192.0.2.7"), True),
        (session_owner(7, "192.0.2.7"), session_owner(8, "192.0.2.7"), False),
        (session_owner(7, "192.0.2.7"), guest_owner("session 7", "192.0.2.7"), False),
    ],
)
def test_whose_keys_are_the_same(one: KeyOwner, other: KeyOwner, same: bool) -> None:
    assert (one.space == other.space) == same
