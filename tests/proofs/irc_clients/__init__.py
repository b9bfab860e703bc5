"""Conversations of real IRC clients with people at other doors.

`nox -s irc_clients` holds them with each client that is installed, with people at nc and in a
browser. `test_irssi` holds those of irssi and nc with each change, and `test_transcript` replays
that of the documents in memory.
"""
