"""Registered names: accounts, their credentials and their passwords.

These modules must not know a room, a session or a connection.

Modules (python3 -m tools.documents writes this list):

- `accounts`: Registered names, and the values that are stored with each.
- `check_counts`: Counts of the passwords that were hashed or checked, by the outcome, and the times
  that took.
- `check_queue`: The queue of passwords that wait to be checked or hashed, in which their askers
  have turns.
- `credentials`: Tokens, sign-ins of browsers, and grants: the rights of a session to an account.
- `local_users`: The users of this machine, as they come to a UNIX socket: their login names, and
  who administers.
- `passwords`: Passwords: the rules for them, and hashing and checking them without blocking the
  reactor.
- `sign_in`: The sign-in of an organisation: the accounts that it concerns, and its helper's
  questions.
- `sign_in_helper`: The helper of an organisation's sign-in, at a UNIX socket: a connection for each
  question.
"""
