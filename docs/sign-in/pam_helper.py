"""A helper of chatd's sign-in that asks PAM: people log in with the passwords of this machine.

    python3 pam_helper.py /run/chatd-sign-in/socket --group chatd

It needs python-pam (Debian: python3-pampy) and runs as root, which alone may read the passwords.
The service is a file of PAM: with Debian, /etc/pam.d/chatd may have the two lines
``@include common-auth`` and ``@include common-account``. Without that file the rules of
/etc/pam.d/other hold, by which Debian lets the same people in, and other systems may let in no one.
"""

from __future__ import annotations

import pwd
from functools import partial

import pam
from serving import UnknownAccount, arguments, serve

FIRST_PERSON = 1000
"""The first uid that is a person's (login.defs(5)). Others are unknown: root, and services."""


def check(service: str, name: str, passphrase: str) -> str | None:
    """Return the login name if the passphrase is that of a person of this machine."""
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise UnknownAccount from None
    if user.pw_uid < FIRST_PERSON or user.pw_name == "nobody":
        raise UnknownAccount
    right = pam.pam().authenticate(user.pw_name, passphrase, service=service)
    return user.pw_name if right else None


if __name__ == "__main__":
    parser = arguments("Check passphrases for chatd with PAM.")
    parser.add_argument("--service", default="chatd", help="the service of PAM (chatd)")
    chosen = parser.parse_args()
    serve(chosen.socket, chosen.group, partial(check, chosen.service))
