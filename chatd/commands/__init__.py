"""Slash commands: each parses its arguments, calls an action, and answers the session.

A command must not know a connection, nor the bytes of a format. It is a row at the end of the
module of its subject, with its names and its help in each language.

Modules (python3 -m tools.documents writes this list):

- `accounts`: Commands for registered names: register, log in and out, password, tokens, whois.
- `arguments`: Parsing of arguments that several commands share: a room, a name, a time and a
  reason.
- `base`: A row of the table of commands, and functions that handlers share.
- `deeds`: Answers to commands that do a deed in a room, or make a remark: the room's log has it,
  too.
- `dispatch`: Dispatch of slash commands: a line is parsed, and its command is found and run.
- `help`: The table of all slash commands, in sections, and /help, which explains them.
- `history`: Commands that show the past: of a room, of a search, and the lines that an account
  missed.
- `hooks`: The command for webhooks: the lines of a room are sent to a URL, and tools post in the
  room.
- `incident`: Commands of an incident: decisions, and alerts that a person has.
- `moderation`: Commands of a room's staff: modes, roles and closing. `chatd.commands.sanctions` has
  the others.
- `operate`: Commands that concern the whole server, most of them for administrators.
- `password_guard`: Recognition of lines that are nearly a command with a password, so that none is
  said by mistake.
- `password_prompt`: Prompts for passwords, for all commands that take one.
- `push`: The command for pushes: being notified while one is away.
- `questions`: The commands for questions: asking a room, answering, seeing who has not, closing,
  showing.
- `sanctions`: Commands for kicks, mutes and bans in a room, by name or by network.
- `seen`: The command that tells who has a line, and who has not yet.
- `settings`: Commands for the settings of a session: its view of the rooms, and how its lines are
  read.
- `talking`: Commands for talking: names, rooms, acts, private lines and topics.
"""
