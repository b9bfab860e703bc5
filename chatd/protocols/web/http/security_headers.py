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
