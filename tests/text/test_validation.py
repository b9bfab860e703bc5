"""`chatd.text.validation`: lines, names, names of rooms, and other protocols."""

import re
import sys
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatd.text.blanks import is_blank, trimmed
from chatd.text.folding import fold
from chatd.text.times import seconds_of, written_duration
from chatd.text.unicode_tables import INVISIBLE
from chatd.text.validation import (
    IPV6_PREFIXES,
    KEPT_OF_LONG,
    MAX_NAME_LENGTH,
    TERMINAL_LINE_BYTES,
    InvalidLine,
    InvalidName,
    LineFault,
    NameFault,
    check_new_name,
    is_address,
    is_http_request,
    is_irc_greeting,
    is_reserved,
    is_tls_hello,
    is_utf8,
    looks,
    network_of_host,
    networks_of_host,
    validate_line,
    validate_name,
    validate_room_name,
    validate_text,
)
from tests.support.hostile import UNSEEN

pytestmark = pytest.mark.quick


def fault_of(raw: bytes, max_length: int = 256) -> LineFault:
    with pytest.raises(InvalidLine) as caught:
        validate_line(raw, max_length)
    return caught.value.reason


class TestLine:
    @pytest.mark.parametrize(
        "text", ["hola", "  spaces kept  ", "¿qué?", "a\tb", "\x00", "\x1b]0;x"]
    )
    def test_text_is_returned_as_it_was_said(self, text: str) -> None:
        assert validate_line(text.encode(), 256) == text

    @pytest.mark.parametrize(
        "raw",
        [b"\xff", b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"caf\xe9", b"\xc3"],
        ids=["iac", "stray", "overlong", "surrogate", "past-10ffff", "latin-1", "truncated"],
    )
    def test_ill_formed_utf8_is_refused(self, raw: bytes) -> None:
        assert fault_of(raw) is LineFault.NOT_UTF8

    def test_one_that_a_terminal_cuts_within_a_character_is_told_from_others(self) -> None:
        typed = ("é" * 3000).encode()
        assert fault_of(typed[:TERMINAL_LINE_BYTES], 4096) is LineFault.CUT
        assert fault_of(typed[: TERMINAL_LINE_BYTES + 2], 4096) is LineFault.NOT_UTF8
        assert fault_of(b"\xff" + typed[1:TERMINAL_LINE_BYTES], 4096) is LineFault.NOT_UTF8
        assert validate_line(("é" * 2047 + "x").encode(), 4096)

    @pytest.mark.parametrize("text", ["", " ", " \t ", "\u00a0\u3000", "\x1b[0m", " \x1b[1;31m "])
    def test_only_white_space_is_blank(self, text: str) -> None:
        assert fault_of(text.encode()) is LineFault.BLANK

    def test_of_a_line_that_was_too_long_only_the_beginning_is_looked_at(self) -> None:
        for before in range(4):
            kept = b"x" * before + "😀".encode() * 100
            assert is_utf8(kept[:KEPT_OF_LONG] + kept[-16:], whole=False)
        assert not is_utf8(b"x" * (KEPT_OF_LONG - 1) + b"\xffx", whole=False)
        assert is_utf8(b"x" * KEPT_OF_LONG + b"\xffx", whole=False)
        assert not is_utf8(b"x" * KEPT_OF_LONG + b"\xffx")
        assert is_utf8("ñ😀".encode())
        assert not is_utf8("ñ😀".encode()[:-1])

    @pytest.mark.parametrize("character", UNSEEN)
    def test_a_line_of_characters_that_show_nothing_is_blank(self, character: str) -> None:
        for text in character, character * 3, f" {character}\t{character} ", f"\x1b[1m{character}":
            assert fault_of(text.encode()) is LineFault.BLANK
        for text in f"a{character}", f"{character}a", f"{character}\u0301", f"{character}\x07":
            assert validate_line(text.encode(), 256) == text

    def test_what_is_ignorable_to_unicode_is_not_seen(self) -> None:
        """Compare as many characters as the interpreter knows, formats among them."""
        table = re.compile(f"[{INVISIBLE}]")
        assert all(map(table.fullmatch, UNSEEN))
        for character in map(chr, range(sys.maxunicode + 1)):
            if table.match(character):
                assert not character.isspace()
                assert not character.isascii()
                assert unicodedata.category(character) in ("Cf", "Mn", "Lo", "Cn", "So"), character

    @pytest.mark.parametrize("character", UNSEEN)
    def test_words_at_the_end_of_a_text_that_show_nothing_are_trimmed(self, character: str) -> None:
        assert trimmed(f" {character} {character}{character} ") == ""
        assert trimmed(f"  ana {character} \t{character} ") == "ana"
        assert trimmed(f"ana {character}a") == f"ana {character}a"
        assert trimmed(f"\u2764{character} ") == f"\u2764{character}"
        assert trimmed(f"\u2764{character} {character}") == f"\u2764{character}"
        assert trimmed(f"ñ  {character * 4000}  ") == "ñ"

    @given(st.text(st.sampled_from([*UNSEEN, " ", "\t", "a", "ñ", "\u3000"])))
    def test_what_is_trimmed_is_blank_and_what_is_left_is_not(self, text: str) -> None:
        left = trimmed(text)
        assert text.strip().startswith(left)
        assert is_blank(text.strip().removeprefix(left)) or not left
        assert is_blank(left) == (left == "") == is_blank(text)
        assert trimmed(left) == left

    @pytest.mark.parametrize("character", ["x", "ñ", "😀"])
    def test_length_is_counted_in_characters(self, character: str) -> None:
        assert validate_line((character * 256).encode(), 256) == character * 256
        assert fault_of((character * 257).encode()) is LineFault.TOO_LONG

    def test_length_is_counted_without_colours(self) -> None:
        assert validate_line(b"\x1b[1m" + b"x" * 256 + b"\x1b[0m", 256) == "x" * 256

    def test_not_utf8_goes_before_blank_and_blank_before_too_long(self) -> None:
        assert fault_of(b" \xff", max_length=1) is LineFault.NOT_UTF8
        assert fault_of(b"  ", max_length=1) is LineFault.BLANK

    @pytest.mark.parametrize("escape", ["\x1b[m", "\x1b[0m", "\x1b[38;5;196m", "\x1b[4:3m"])
    def test_colours_are_dropped(self, escape: str) -> None:
        assert validate_line(f"a{escape}b".encode(), 256) == "ab"

    @pytest.mark.parametrize("escape", ["\x1b[2J", "\x1b[?1m", "\x1b[1", "\x1b[ m", "\x1b[\u0661m"])
    def test_no_other_escape_is_taken_for_a_colour(self, escape: str) -> None:
        assert validate_line(f"a{escape}b".encode(), 256) == f"a{escape}b"

    @given(st.binary(max_size=40), st.integers(1, 20))
    def test_any_bytes_are_a_line_or_refused_with_a_reason(self, raw: bytes, limit: int) -> None:
        try:
            text = validate_line(raw, limit)
        except InvalidLine as refused:
            assert isinstance(refused.reason, LineFault)  # noqa: PT017 - either way out is right
        else:
            assert text.strip()
            assert len(text) <= limit


class TestName:
    @pytest.mark.parametrize(
        "name", ["a", "José", "Ñandú", "luis-2", "0day", "a_b.c-", "日本", "नमस्ते", "ẫ" * 32]
    )
    def test_letters_digits_and_three_marks_of_punctuation_are_a_name(self, name: str) -> None:
        assert validate_name(name) == name

    def test_is_put_in_nfc_before_it_is_counted(self) -> None:
        assert validate_name("e\u0301" * 32) == "é" * 32

    @pytest.mark.parametrize(
        "text", ["", "x" * 33, "x" * 5000, "_a", "-a", ".a", "#a", "a b", "a/b", "<a>", "a\n", "😀"]
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidName):
            validate_name(text)

    @pytest.mark.parametrize(
        "character",
        "\x00\x1b\x9b\xad\u200b\u200d\u202e\u2060\u2066\ufeff\ue000\ufdd0\ud800\U000e0061½²",
    )
    def test_controls_zero_widths_and_other_numbers_are_refused(self, character: str) -> None:
        with pytest.raises(InvalidName):
            validate_name(f"a{character}b")

    @pytest.mark.parametrize(
        "character",
        "\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5\u180b\u180f\ufe00\ufe0f\U000e0100\U000e01ef",
    )
    def test_what_shows_nothing_is_refused(self, character: str) -> None:
        with pytest.raises(InvalidName):
            validate_name(f"a{character}")

    def test_a_letter_carries_two_marks_and_not_three(self) -> None:
        assert validate_name("x\u0323\u0302y") == "x\u0323\u0302y"
        with pytest.raises(InvalidName):
            validate_name("x\u0323\u0302\u0303y")

    def test_a_long_run_of_marks_is_refused_before_it_is_normalised(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Normalising this text takes 400 ms, and one twice as long four times that."""
        normalised: list[str] = []

        def normalise(form: str, text: str) -> str:
            normalised.append(text)
            return text

        with monkeypatch.context() as patched:
            patched.setattr("unicodedata.normalize", normalise)
            with pytest.raises(InvalidName):
                validate_name("a" + "\u0301\u0323" * 10_000)
        assert normalised == []

    @pytest.mark.parametrize("text", ["\u0301a", "1\u0301", "a_\u0301", "a\u20dd"])
    def test_a_mark_stands_on_a_letter_only_and_encloses_nothing(self, text: str) -> None:
        with pytest.raises(InvalidName):
            validate_name(text)

    @pytest.mark.parametrize("text", ["аlice", "alicе", "日本dev", "a\u0661", "𝐚na"])
    def test_letters_of_two_scripts_are_refused_with_that_reason(self, text: str) -> None:
        with pytest.raises(InvalidName) as caught:
            validate_name(text)
        assert caught.value.reason is NameFault.SCRIPTS

    @pytest.mark.parametrize("text", ["", "a b", "аlice\u200b", "x" * 33])
    def test_what_has_not_the_form_of_a_name_is_refused_with_that_reason(self, text: str) -> None:
        with pytest.raises(InvalidName) as caught:
            validate_name(text)
        assert caught.value.reason is NameFault.FORM

    @given(st.text(st.characters(categories=["L", "Nd", "Mn", "Mc"], include_characters="_-.")))
    def test_what_is_returned_is_a_name_itself(self, text: str) -> None:
        try:
            name = validate_name(text)
        except InvalidName:
            return
        assert validate_name(name) == name
        assert unicodedata.is_normalized("NFC", name)
        assert fold(name)

    def test_a_rooms_name_may_be_written_with_one_hash(self) -> None:
        assert validate_room_name("#ops") == validate_room_name("ops") == "ops"
        for text in ("##ops", "#", ""):
            with pytest.raises(InvalidName):
                validate_room_name(text)


class TestComparison:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Ana", "ANA"),
            ("straße", "STRASSE"),
            ("JOSÉ", "jose\u0301"),
            ("ａｎａ", "ana"),
            ("ﬁn", "FIN"),
            ("ß\u0301", "SS\u0301"),
        ],
    )
    def test_case_and_compatibility_forms_make_no_difference(self, one: str, other: str) -> None:
        assert fold(one) == fold(other)

    def test_an_accent_makes_a_difference(self) -> None:
        assert fold("José") != fold("Jose")

    @given(st.text())
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    @pytest.mark.parametrize(
        "name",
        [
            "chatd",
            "Server",
            "PRIVATE",
            "guest1",
            "Guest007",
            "ｇｕｅｓｔ1",
            "guest\u0661",
            "guest\u0662",
            *(
                "chatd.",
                "chat.d",
                "server.",
                "ser-ver",
                "private-",
                "guest7.",
                "guest-7",
                "GUEST_7",
            ),
            *("NickServ", "ChanServ", "HostServ", "MemoServ", "OperServ", "SaslServ", "HistServ"),
            *("BotServ", "NICKSERV_", "nick.serv", "root", "Admin", "administrator", "operator"),
            *("system", "administrador", "Administradora", "operador", "operadora", "sistema"),
            *("servidor", "moderador"),
        ],
    )
    def test_the_servers_own_names_are_reserved_however_written(self, name: str) -> None:
        assert is_reserved(name)

    @pytest.mark.parametrize(
        "name",
        [
            *(
                "guestl",
                "GuestI",
                "guest1O",
                "lNVITADO7",
                "invitadol",
                "ѕеrvеr",
                "ᏟᎻᎪᎢᎠ",
                "ΡRІVАΤΕ",
            ),
            *(
                "r00t",
                "RO0T",
                "N1CKSERV",
                "NlCkServ",
                "aDrnin",
                "adMlN",
                "guest-l",
                "Guest_II",
                "ser.ver-",
            ),
        ],
    )
    def test_so_are_their_look_alikes(self, name: str) -> None:
        assert is_reserved(name)

    @pytest.mark.parametrize(
        "name",
        [
            *(
                "ana",
                "guest",
                "invitado",
                "invitada7",
                "guests1",
                "guest1a",
                "servers",
                "chatd2",
                "ana_",
                "ana-",
                "admin2",
            ),
            *("guest-list", "roots", "rooty", "Reserva", "Nick", "10.1"),
        ],
    )
    def test_other_names_are_free(self, name: str) -> None:
        assert not is_reserved(name)

    @pytest.mark.parametrize(
        "name",
        [
            *("10.1.2.3", "10.1", "127.1", "010.1.2.3", "256.1.1.1", "1.2.3.4.5"),
            *("0x7f.1", "0X7F.0.0.1", "l0.1.2.3", "10.O.0.1", "１０.１.２.３", "١٠.١.٢.٣"),
        ],
    )
    def test_what_reads_as_an_address_is_no_new_name(self, name: str) -> None:
        assert is_address(name)
        with pytest.raises(InvalidName) as invalid:
            check_new_name(name)
        assert invalid.value.reason is NameFault.ADDRESS

    @pytest.mark.parametrize(
        "name", ["2026", "v1.2", "l.l", "O.l", "1.b", "10-1-2-3", "10.1.", "x1"]
    )
    def test_other_numbers_are_names(self, name: str) -> None:
        assert not is_address(name)

    @given(st.ip_addresses(v=4))
    def test_whatever_can_be_banned_by_its_address_is_none(self, address: IPv4Address) -> None:
        assert is_address(str(address))

    @pytest.mark.parametrize(
        ("name", "reason"), [("chatd", NameFault.RESERVED), ("ana.", NameFault.DOT)]
    )
    def test_some_valid_names_are_taken_by_nobody_any_more(
        self, name: str, reason: NameFault
    ) -> None:
        with pytest.raises(InvalidName) as invalid:
            check_new_name(validate_name(name))
        assert invalid.value.reason is reason
        check_new_name("ana")

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("aca", "аса"),
            ("Ivan", "lvan"),
            ("Bob1", "bobl"),
            ("B0B", "BOB"),
            ("HATA", "НАТА"),
            ("comer", "Corner"),
            ("ana", "ＡＮＡ"),
        ],
    )
    def test_names_that_look_the_same_as_written_or_in_small_letters_share_a_look(
        self, one: str, other: str
    ) -> None:
        assert looks(one) & looks(other)

    @pytest.mark.parametrize(("one", "other"), [("ana", "eva"), ("bob", "b0b"), ("hata", "НАТА")])
    def test_other_names_share_none(self, one: str, other: str) -> None:
        assert not looks(one) & looks(other)

    @given(st.text(max_size=20), st.text(max_size=20))
    def test_names_that_are_the_same_share_a_look(self, one: str, other: str) -> None:
        assert fold(one) != fold(other) or looks(one) & looks(other)


class TestForeignProtocols:
    @pytest.mark.parametrize(
        "line",
        [
            b"GET / HTTP/1.1",
            b"post /room?a=b HTTP/1.0",
            b"OPTIONS * HTTP/1.1",
            b"CONNECT example.org:443 HTTP/1.1",
            b"GET http://example.org/ HTTP/1.1",
            b"x!#$%&'*+-.^_`|~1 / http/1.1",
            b"GET /\xc3\xb1 HTTP/1.1",
            b"PRI * HTTP/2.0",
        ],
    )
    def test_an_http_request_is_recognised(self, line: bytes) -> None:
        assert is_http_request(line)

    @pytest.mark.parametrize(
        "line",
        [
            b"",
            b"hola",
            b"GET /",
            b"GET / HTTP/",
            b"upgrade to HTTP/2",
            b"GET / HTTP/1.1 200",
            b"we now speak HTTP/1.1",
            b"GET  HTTP/1.1",
            b"G(T / HTTP/1.1",
            b'1.2.3.4 - - "GET / HTTP/1.1" 200',
            b"/usr/bin/ld: not found",
        ],
    )
    def test_other_lines_are_no_http_request(self, line: bytes) -> None:
        assert not is_http_request(line)

    @pytest.mark.parametrize(
        "ends",
        [b"GET /aaa" + b"aaa HTTP/1.1", b"MMMM" + b"MM / HTTP/1.1", b"MMMM" + b"aa HTTP/1.1"],
    )
    def test_a_request_too_long_to_keep_is_recognised_by_its_ends(self, ends: bytes) -> None:
        assert is_http_request(ends, whole=False)

    @pytest.mark.parametrize("ends", [b"aaaa", b"cat /usr/share/dict/words", b"\xc3\xb1 HTTP/1.1"])
    def test_other_lines_too_long_to_keep_are_no_http_request(self, ends: bytes) -> None:
        assert not is_http_request(ends, whole=False)

    @pytest.mark.parametrize("version", [b"\x03\x00", b"\x03\x01", b"\x03\x03"])
    def test_the_beginning_of_a_tls_handshake_is_recognised(self, version: bytes) -> None:
        assert is_tls_hello(b"\x16" + version)
        assert is_tls_hello(b"\x16" + version + b"\x02\x00\x01\x00\x01\xfc\x03\x03")

    @pytest.mark.parametrize("line", [b"", b"\x16", b"hola", b"\x16hola", b"x\x16\x03\x01"])
    def test_other_lines_are_no_tls_handshake(self, line: bytes) -> None:
        assert not is_tls_hello(line)

    @pytest.mark.parametrize("line", [b"CAP LS 302", b"PASS x", b"NICK ana", b"USER ana 0 * :Ana"])
    def test_an_irc_greeting_is_recognised(self, line: bytes) -> None:
        assert is_irc_greeting(line)

    @pytest.mark.parametrize(
        "line", [b"", b"NICK", b"nick ana", b"CAPS ", b" NICK ana", b"/NICK a"]
    )
    def test_other_lines_are_no_irc_greeting(self, line: bytes) -> None:
        assert not is_irc_greeting(line)


class TestSecondsOf:
    @pytest.mark.parametrize(
        ("duration", "seconds"),
        [("90s", 90), ("10m", 600), ("2h", 7200), ("3D", 259_200), ("1w", 604_800)],
    )
    def test_a_time_span_is_a_number_and_a_unit(self, duration: str, seconds: int) -> None:
        assert seconds_of(duration) == seconds

    @pytest.mark.parametrize("duration", ["", "10", "m", "1.5h", "-1h", "1h ", "1y", "1234567890s"])
    def test_anything_else_is_refused(self, duration: str) -> None:
        with pytest.raises(ValueError, match="not a time span"):
            seconds_of(duration)

    @pytest.mark.parametrize(
        ("seconds", "written"),
        [
            (-1, "0s"),
            (0, "0s"),
            (59, "59s"),
            (600, "10m"),
            (5400, "1h 30m"),
            (172_800, "2d"),
            (1_209_600, "14d"),
            (90_061, "1d 1h 1m 1s"),
        ],
    )
    def test_is_shown_in_units_that_are_not_nothing(self, seconds: int, written: str) -> None:
        assert written_duration(seconds) == written


class TestNetworkOfHost:
    @pytest.mark.parametrize(
        ("host", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::/64"),
            ("2001:DB8:0::ffff:7", "2001:db8::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
        ],
    )
    def test_is_an_address_or_a_64(self, host: str, network: str) -> None:
        assert network_of_host(host) == network

    @pytest.mark.parametrize(
        "host", ["", "ana", "192.0.2", "192.0.2.256", "192.0.2.0/24", ":", "@"]
    )
    def test_of_what_is_no_address(self, host: str) -> None:
        with pytest.raises(ValueError, match="does not appear to be"):
            network_of_host(host)


class TestNetworksOfHost:
    @pytest.mark.parametrize(
        ("host", "networks"),
        [
            ("192.0.2.7", ("192.0.2.7",)),
            ("::ffff:192.0.2.7", ("192.0.2.7",)),
            (
                "2001:db8:1:2fe::7",
                ("2001:db8:1:2fe::/64", "2001:db8:1:200::/56", "2001:db8:1::/48"),
            ),
            ("fe80::1%eth0", ("fe80::/64", "fe80::/56", "fe80::/48")),
        ],
    )
    def test_are_those_that_may_have_one_owner(self, host: str, networks: tuple[str, ...]) -> None:
        assert networks_of_host(host) == networks

    @given(st.ip_addresses(v=6))
    def test_of_ipv6_are_written_as_python_writes_them(self, host: IPv6Address) -> None:
        assume(not host.ipv4_mapped)
        for written in str(host), host.exploded:
            assert networks_of_host(written) == tuple(
                str(ip_network((host, bits), strict=False)) for bits in IPV6_PREFIXES
            )


def test_a_name_of_the_greatest_length_may_be_written_with_four_code_points_a_letter() -> None:
    name = "\u1f82" * MAX_NAME_LENGTH
    assert validate_name(unicodedata.normalize("NFD", name)) == name


def test_an_error_says_its_reason() -> None:
    assert str(InvalidLine(LineFault.BLANK)) == "blank"
    assert str(InvalidName(NameFault.SCRIPTS)) == "mixes scripts"


class TestText:
    """`validate_text`: a line that is text already, as browsers and programs send it."""

    def test_is_a_line_as_one_of_bytes_is(self) -> None:
        assert validate_text(" hola, ¿qué tal? 👍 ", 256) == " hola, ¿qué tal? 👍 "
        assert validate_text("\x1b[1mred\x1b[0m", 3) == "red"

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("half a pair: \ud83d", LineFault.NOT_UTF8),
            (" \t", LineFault.BLANK),
            ("four", LineFault.TOO_LONG),
        ],
    )
    def test_is_refused_for_the_same_reasons(self, text: str, reason: LineFault) -> None:
        with pytest.raises(InvalidLine) as refused:
            validate_text(text, 20 if reason is LineFault.NOT_UTF8 else 3)
        assert refused.value.reason is reason


@pytest.mark.parametrize(("marks", "refused"), [(30, False), (31, True)])
def test_a_line_has_at_most_so_many_marks_in_a_row(marks: int, refused: bool) -> None:
    line = f"a{chr(0x301) * marks}b"
    if not refused:
        assert validate_line(line.encode(), 256) == line
        return
    with pytest.raises(InvalidLine) as fault:
        validate_line(line.encode(), 256)
    assert fault.value.reason is LineFault.MARKS
