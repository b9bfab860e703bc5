"""Registered names: accounts, their credentials and their passwords.

These modules must not know a room, a session or a connection.

Modules (python3 -m tools.documents writes this list):

- `accounts`: Registered names, and the values that are stored with each.
- `credentials`: Grants: a session's rights to an account, by a typed password, a token or a
  browser's sign-in.
- `passwords`: Passwords: the rules for them, and hashing and checking them without blocking the
  reactor.
"""
