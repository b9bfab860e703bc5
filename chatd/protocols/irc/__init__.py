"""The door for IRC clients: the same rooms, by the protocol of IRC and the extensions of IRCv3.

These modules must not know how a room is stored, nor what a right allows.

Modules (python3 -m tools.documents writes this list):

- `message`: A line of an IRC client, from bytes to its parts.
"""
