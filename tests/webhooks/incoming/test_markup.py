"""`chatd.webhooks.incoming.markup`: Slack's markup, undone once."""

from __future__ import annotations

import pytest

from chatd.webhooks.incoming.markup import plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&#39;", "a & b <c> \"d\" 'e'"),
        ("&amp;lt; is &amp;amp;lt;", "&lt; is &amp;lt;"),
        ("&nbsp; &#65; & &lt", "&nbsp; &#65; & &lt"),
        ("<https://x.example|log>", "log https://x.example"),
        ("<https://x.example>", "https://x.example"),
        ("<https://x.example|https://x.example>", "https://x.example"),
        ("<http://x/?a=1&amp;b=2|a &amp; b>", "a & b http://x/?a=1&b=2"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<mailto:a@x.example|Ana>", "Ana a@x.example"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@ops> <!subteam^S1>", "@ops subteam"),
        ("<!date^1764600000^{date}|1 Dec>", "1 Dec"),
        ("<t:1796151000:F> <t:0>", "2026-12-01 18:50:00 UTC 1970-01-01 00:00:00 UTC"),
        ("<t:99999999999:R>", "5138-11-16 09:46:39 UTC"),
        ("<t:999999999999> <t:1:x> <t:-1>", "<t:999999999999> <t:1:x> <t:-1>"),
        ("<@U123> <@U123|ana> <#C1|ops> <#C1>", "@U123 @ana #ops #C1"),
        ("<b>bold</b> a < b > c <> <javascript:x>", "<b>bold</b> a < b > c <> <javascript:x>"),
        ("<<https://x>>", "<https://x>"),
        ("*bold* _so_ `code`", "*bold* _so_ `code`"),
        ("<" * 1000 + "&" * 1000, "<" * 1000 + "&" * 1000),
    ],
)
def test_is_undone(text: str, said: str) -> None:
    assert plain(text) == said
