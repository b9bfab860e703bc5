"""`chatd.protocols.irc.isupport`: what is promised to clients, in lines that they can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.protocols.irc.isupport import TOKENS, Values, in_lines, tokens_of, written

pytestmark = pytest.mark.quick

ALL = Values(
    network="chatd",
    name_length=32,
    topic_length=4096,
    reason_length=200,
    away_length=100,
    real_name_length=150,
    rooms=50,
    bans=1000,
    modes=4,
    targets=10,
    history=1000,
    monitored=100,
)


class TestTokens:
    def test_all_values_are_told(self) -> None:
        assert tokens_of(ALL) == {
            "AWAYLEN": "100",
            "CASEMAPPING": "ascii",
            "CHANLIMIT": "#:50",
            "CHANMODES": "b,,,imnst",
            "CHANNELLEN": "33",
            "CHANTYPES": "#",
            "CHATHISTORY": "1000",
            "CLIENTTAGDENY": "*,-typing",
            "KICKLEN": "200",
            "MAXLIST": "b:1000",
            "MODES": "4",
            "MONITOR": "100",
            "MSGREFTYPES": "msgid,timestamp",
            "NAMELEN": "150",
            "NETWORK": "chatd",
            "NICKLEN": "32",
            "PREFIX": "(qaov)~&@+",
            "SAFELIST": "",
            "TARGMAX": "KICK:,NOTICE:10,PRIVMSG:10",
            "TOPICLEN": "4096",
            "UTF8ONLY": "",
            "WHOX": "",
        }

    def test_a_limit_of_0_is_not_told(self) -> None:
        few = tokens_of(Values("chatd", 32))
        assert set(few) < set(tokens_of(ALL))
        for absent in "MONITOR", "CHATHISTORY", "MSGREFTYPES", "TARGMAX", "CHANLIMIT", "MAXLIST":
            assert absent not in few

    def test_tokens_are_in_alphabetical_order(self) -> None:
        assert list(tokens_of(ALL)) == sorted(tokens_of(ALL))


class TestWriting:
    def test_a_token_may_have_a_value(self) -> None:
        assert written("NICKLEN", "32") == "NICKLEN=32"
        assert written("WHOX", "") == "WHOX"

    def test_a_value_has_no_spaces(self) -> None:
        assert written("NETWORK", "Mi red=\\") == r"NETWORK=Mi\x20red\x3D\x5C"

    @pytest.mark.parametrize("value", ["ñ", "a\n", "\x7f", "\0"])
    def test_a_value_is_of_printable_ascii(self, value: str) -> None:
        with pytest.raises(ValueError, match="no token"):
            written("NETWORK", value)

    @pytest.mark.parametrize("key", ["", "a", "-WHOX", "A" * 21, "A B", "WHOX\n"])
    def test_a_key_is_a_word_in_capitals(self, key: str) -> None:
        with pytest.raises(ValueError, match="no token"):
            written(key, "")


class TestLines:
    def test_a_line_has_thirteen_tokens(self) -> None:
        lines = list(in_lines({f"A{number}": "" for number in range(30)}, 400))
        assert [len(line) for line in lines] == [TOKENS, TOKENS, 4]

    def test_a_line_is_not_too_long(self) -> None:
        assert list(in_lines({"A": "1", "B": "2", "C": ""}, 8)) == [["A=1", "B=2"], ["C"]]
        assert list(in_lines({"A": "1", "B": "2", "C": ""}, 7)) == [["A=1"], ["B=2", "C"]]

    def test_a_token_that_is_too_long_has_a_line_of_its_own(self) -> None:
        assert list(in_lines({"A": "", "B": "x" * 20, "C": ""}, 8)) == [
            ["A"],
            [f"B={'x' * 20}"],
            ["C"],
        ]

    def test_no_tokens_take_no_line(self) -> None:
        assert list(in_lines({}, 400)) == []

    @given(
        st.dictionaries(
            st.from_regex("[A-Z0-9]{1,20}", fullmatch=True),
            st.from_regex("[ -~]{,10}", fullmatch=True),
        ),
        st.integers(150, 400),
    )
    def test_each_token_is_in_one_line(self, tokens: dict[str, str], room: int) -> None:
        lines = list(in_lines(tokens, room))
        assert [token for line in lines for token in line] == [
            written(key, value) for key, value in tokens.items()
        ]
        for line in lines:
            assert 0 < len(line) <= TOKENS
            assert sum(len(token) + 1 for token in line) <= room
            assert " ".join(line).isascii()
