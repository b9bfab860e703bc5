"""`chatd.client.hosts`: where a link leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.client.hosts import with_hosts


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://bank.example@evil.example/x", "evil.example"),
        ("https://a:b@c.example", "c.example"),
        ("https://bank.example%2f@evil.example/", "evil.example"),
        ("https://раypal.com/login", "xn--ypal-43d9g.com"),
        ("https://straße.de", "xn--strae-oqa.de"),
        ("https://MÜLLER.de:8080/x", "xn--mller-kva.de"),
        ("https://evil。example/", "evil.example"),
        ("https://ｅvil.example/", "evil.example"),
        ("https://e\u00advil.example/", "evil.example"),
        ("https://b%61nk.example/", "bank.example"),
        ("https:///evil.example", "evil.example"),
        ("https:evil.example", "evil.example"),
        ("HTTPS:\\\\evil.example", "evil.example"),
        ("https://evil.example\\@good.example", "evil.example"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://2130706433", "127.0.0.1"),
        ("https://bank.example@%ff/", "%ff"),
        ("https://bank.example@1.2.3.999/", "1.2.3.999"),
        ("https://bank.example@[::1]", "[::1]"),
        ("https://bank.example@[::1]).", "[::1]"),
        ("https://bank.example@[::1]])", "[::1]"),
        ("[https://bank.example@evil.example]", "evil.example"),
        ("https://bank.example@evil.example./x", "evil.example."),
        ("https://" + "é" * 63, "xn--" + ("é" * 63).encode("punycode").decode()),
        ("https://" + "é" * 64, "é" * 64),  # DNS has no such label
    ],
)
def test_a_host_that_is_not_plain_is_shown(link: str, host: str) -> None:
    assert with_hosts(f"see {link} now") == f"see {link} [{host}] now"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "https://EXAMPLE.com/@x and http://a.example:80?q#f",
        "http://localhost:8080 http://127.0.0.1/ http://[::1]:8080/x",
        "ana@bank.example",
        "https://bank.example@/x",
        "http://1.2.3.999/",
        "https://%ff.example",
        "见 https://example.com。",
        "(https://example.com), «https://example.com:80».",
        "「https://example.com」",
        "(http://[::1]) http://[::1]:80.",
    ],
)
def test_what_is_plain_is_left_as_it_is(text: str) -> None:
    assert with_hosts(text) == text


def test_what_ends_a_sentence_is_not_of_the_host() -> None:
    assert with_hosts("(https://straße.de).") == "(https://straße.de). [xn--strae-oqa.de]"
    assert with_hosts("https://a@b.example!") == "https://a@b.example! [b.example]"
    assert with_hosts("https://evil。example。") == "https://evil。example。 [evil.example]"


@given(
    st.lists(
        st.sampled_from(
            ["https://", "http:", "@", "é", "1", "%c3", "\\", "/", ".", "\ud800", "\0", " ", "漢"]
        )
    )
)
def test_any_text_is_taken(parts: list[str]) -> None:
    text = "".join(parts)
    assert len(with_hosts(text)) >= len(text)
