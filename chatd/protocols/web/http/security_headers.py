"""Headers of every answer that limit what a browser may do with it, the page's among them.

Pure. This module must not know a request or an answer.
"""

from __future__ import annotations

SECURITY_HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
"""Headers of every answer that limit what a browser may do with it: run no files but those of this
daemon, let no page frame or include it, and tell no site where a link was followed."""

HSTS = ("Strict-Transport-Security", f"max-age={30 * 86400}")
"""A header of answers over TLS: for thirty days, as long as a sign-in lasts, the browser asks this
host over TLS alone (RFC 6797), also if a link says http. It counts for all ports of the host, so it
is not sent for names that end in localhost, where other programs listen without TLS."""
