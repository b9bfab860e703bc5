"""`chatd.chat.key_ages`: which key is forgotten first."""

from __future__ import annotations

from chatd.chat.key_ages import KeyAges, Said, space_of


def said(time: int, share: str) -> Said:
    return Said("lobby", 1, 0, 1, "", time, share)


def ages(**shares: int) -> KeyAges:
    """Return keys, so many of each share, the oldest first."""
    made = KeyAges()
    for time, (share, number) in enumerate(
        (share, number) for share, count in shares.items() for number in range(count)
    ):
        made.enter(f"{share}/{number}", said(time, share))
    return made


def test_the_oldest_of_the_largest_share_goes_first() -> None:
    assert ages(ana=1, luis=3).oldest_of_the_largest("ana") == "luis/0"


def test_of_shares_that_are_as_large_the_one_that_has_one_more() -> None:
    made = ages(ana=2, luis=2)
    assert made.oldest_of_the_largest("ana") == "ana/0"
    assert made.oldest_of_the_largest("luis") == "luis/0"


def test_one_that_leaves_counts_no_more() -> None:
    made = ages(ana=1, luis=2)
    for number in range(2):
        made.leave(f"luis/{number}", said(number + 1, "luis"))
    assert list(made.all) == ["ana/0"]
    assert made.owners.keys() == {"ana"}
    assert made.oldest_of_the_largest("luis") == "ana/0"


def test_one_whose_removal_was_taken_back_is_as_old_as_before() -> None:
    made = ages(ana=2)
    made.leave("ana/0", said(0, "ana"))
    made.enter("ana/0", said(0, "ana"))
    assert list(made.all) == ["ana/0", "ana/1"]
    assert made.newest == 1


def test_the_space_of_a_key_may_have_slashes() -> None:
    assert space_of("guest 2001:db8::/64 ana/00ff") == "guest 2001:db8::/64 ana"
