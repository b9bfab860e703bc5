"""Conversations of real IRC clients with people at other doors.

``python -m tests.proofs.irc_clients`` holds one with each client that is installed; `test_irssi`
has that of irssi for each change.
"""
