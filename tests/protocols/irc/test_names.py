"""`chatd.protocols.irc.names`: channels are rooms, and masks of bans are names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.formats.irc_deeds import ban_mask
from chatd.protocols.irc.names import (
    InvalidMask,
    is_channel,
    is_pattern,
    name_of_mask,
    pattern,
)
from chatd.text.folding import fold
from chatd.text.validation import InvalidName

pytestmark = pytest.mark.quick

HOST = "Chat.example.org"


class TestChannels:
    def test_a_room_is_a_channel(self) -> None:
        assert is_channel("#ops")

    @pytest.mark.parametrize("target", ["", "ops", "&ops", "+ops", "!ops", "@#ops", "*", "0"])
    def test_nothing_else_is_one(self, target: str) -> None:
        assert not is_channel(target)


@given(st.text(st.sampled_from("aAbBzZ019_-.")))
def test_names_that_clients_take_for_one_are_one(name: str) -> None:
    """Clients compare names as the token CASEMAPPING=ascii says."""
    assert fold(name) == name.lower() == fold(name.swapcase())


class TestMasks:
    @pytest.mark.parametrize(
        "mask",
        [
            "ana",
            "ana!*@*",
            "*!ana@*",
            "ana!ana@*",
            "*!ana@chat.EXAMPLE.org",
            "*!ana@*.example.org",
            "ana!*@*org",
        ],
    )
    def test_a_mask_of_one_name_is_that_name(self, mask: str) -> None:
        assert name_of_mask(mask, HOST) == "ana"

    @pytest.mark.parametrize(
        "mask",
        [
            *("*", "*!*@*", "*!*@chat.example.org", "an?", "an*!*@*", "*!*ana@*", "ana!luis@*"),
            *("ana!*@other.example", "ana!*@*.net", "ana!*@chat.*", "ana!*@*.ex*.org"),
            *("ana!*@xhat.example.org", "ana!*@*xorg"),
            *("ana!*", "ana@*", "!ana@*", "ana!@*", "ana!*@", "a!b!c@d", "ana!*@*!*"),
        ],
    )
    def test_a_mask_of_several_names_is_refused(self, mask: str) -> None:
        with pytest.raises(InvalidMask):
            name_of_mask(mask, HOST)

    @pytest.mark.parametrize("mask", ["", "a b", "$a:ana", "192.0.2.1/24", "a,b!*@*", "~a!*@*"])
    def test_a_mask_of_no_name_is_refused(self, mask: str) -> None:
        with pytest.raises(InvalidName):
            name_of_mask(mask, HOST)

    def test_a_ban_is_listed_as_a_mask(self) -> None:
        assert ban_mask("ana") == "ana!*@*"
        assert name_of_mask(ban_mask("ñandú"), HOST) == "ñandú"


class TestPatterns:
    @pytest.mark.parametrize("word", ["an*", "*a", "?na", "*", "A?A", "a*n*a", "ana", "**a**"])
    def test_those_of_a_name(self, word: str) -> None:
        assert pattern(word)("Ana")

    @pytest.mark.parametrize("word", ["an", "a?", "*b*", "ana?", "[a]na", ".na", "ana\\Z", ""])
    def test_those_of_other_names(self, word: str) -> None:
        assert not pattern(word)("Ana")

    def test_letters_are_folded_as_those_of_names_are(self) -> None:
        assert pattern("\u00d1AN*")("n\u0303andu")
        assert pattern("*\u1e9e")("gross")

    def test_those_that_have_several_names(self) -> None:
        assert list(filter(is_pattern, ["ana", "an*", "?", "#ops", ""])) == ["an*", "?"]

    def test_none_takes_long(self) -> None:
        assert not pattern("*a" * 16 + "b")("a" * 32)
