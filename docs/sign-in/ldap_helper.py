"""A helper of chatd's sign-in that asks an LDAP directory.

    python3 ldap_helper.py /run/chatd-sign-in/socket --group chatd
        --uri ldaps://ldap.example.org --base ou=people,dc=example,dc=org

It needs python-ldap (Debian: python3-ldap). It looks for the entry of a name, and binds as that
entry with the passphrase. A name without an entry is unknown, so chatd checks it itself.
"""

from __future__ import annotations

import os
from functools import partial

import ldap
import ldap.filter
from serving import UnknownAccount, arguments, serve

SECONDS = 4.0
"""Seconds that the directory has for each of two answers. chatd waits for 9 seconds."""


def check(options: object, name: str, passphrase: str) -> str | None:
    """Return the name of an account as the directory has it, if the passphrase is right."""
    directory = ldap.initialize(options.uri)
    directory.set_option(ldap.OPT_NETWORK_TIMEOUT, SECONDS)
    directory.set_option(ldap.OPT_TIMEOUT, SECONDS)
    directory.set_option(ldap.OPT_REFERRALS, 0)
    try:
        if options.starttls:
            directory.start_tls_s()
        if options.bind_dn:
            directory.simple_bind_s(options.bind_dn, os.environ["BIND_PASSWORD"])
        wanted = ldap.filter.filter_format(f"({options.attribute}=%s)", [name])
        found = directory.search_ext_s(
            options.base, ldap.SCOPE_SUBTREE, wanted, [options.attribute], sizelimit=2
        )
        entries = [(dn, values) for dn, values in found if dn is not None]
        if not entries:
            raise UnknownAccount
        ((dn, values),) = entries  # more than one is an error of the directory
        try:
            directory.simple_bind_s(dn, passphrase)
        except ldap.INVALID_CREDENTIALS:
            return None
        ((account, *_),) = values.values()  # the attribute as the directory writes it: uid, not UID
        return account.decode()
    finally:
        directory.unbind_s()


if __name__ == "__main__":
    parser = arguments("Check passphrases for chatd in an LDAP directory.")
    parser.add_argument("--uri", required=True, help="the directory: ldaps://ldap.example.org")
    parser.add_argument("--base", required=True, help="where the people are: ou=people,dc=...")
    parser.add_argument("--attribute", default="uid", help="the attribute with the name (uid)")
    parser.add_argument("--bind-dn", default="", help="who looks; BIND_PASSWORD has the password")
    parser.add_argument("--starttls", action="store_true", help="encrypt an ldap:// connection")
    chosen = parser.parse_args()
    serve(chosen.socket, chosen.group, partial(check, chosen))
