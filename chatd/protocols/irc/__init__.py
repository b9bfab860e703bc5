"""IRC: the door for IRC clients, to the same rooms.

A client registers, which makes its session known, and is in the rooms that it joins. What it does
there are actions of the chat. These modules must not know who may do what.

Modules (python3 -m tools.documents writes this list):

- `accounts`: Registering the nickname as an account: REGISTER and VERIFY (IRCv3 draft/account-
  registration).
- `answers`: The answers to an IRC client: lines of its own format, which may have a label.
- `at_door`: The session of an IRC client at the door: how it begins and ends, and goes on in
  another process.
- `batches`: Messages of several lines that a client sends in a batch: their parts, and their
  limits.
- `capabilities`: The capabilities of clients, and their negotiation (IRCv3 capability-negotiation).
- `channels`: Rooms as the channels that a command names, and refusals as numerics.
- `chathistory`: CHATHISTORY: the past of channels and of talks with one person (IRCv3 chathistory).
- `client`: The state of a client of IRC: how far it is registered, and its capabilities.
- `conversation`: The conversation with one client, as the commands see it.
- `door`: The door: what all IRC clients of one daemon have in common.
- `framed`: The stream of an IRC client that is sent each line in a frame of its own (IRCv3
  websocket).
- `handler`: The handler of an IRC client: each line is a message, which the table of commands
  handles.
- `info`: The server, as IRC clients ask for it: how many are here, its time, its help.
- `isupport`: The features of the server, as tokens of the numeric 005
  (https://modern.ircdocs.horse).
- `labels`: Labels of commands: the answers to a labelled one have its label (IRCv3 labeled-
  response).
- `listing`: The list of channels: LIST, with the conditions of ELIST
  (https://modern.ircdocs.horse).
- `message`: A line of an IRC client, from bytes to its parts.
- `mode_changes`: The changes of modes that a MODE message has, from its parameters (RFC 2812,
  section 3.2.3).
- `moderating`: Putting people out of channels, and inviting them: KICK and INVITE.
- `modes`: MODE: the roles, the bans and the mode of a room, in the letters of IRC.
- `monitor`: MONITOR: names of which a client is told when they come to be here, and when they are
  gone.
- `multiline`: Messages of several lines, which a client sends as a batch (IRCv3 multiline).
- `names`: Names as IRC writes them: channels, masks, masks of bans, and patterns of names.
- `names_list`: The people in channels: NAMES.
- `nickserv`: NickServ: the name to which clients send what is about their accounts.
- `numerics`: The numeric replies of IRC by their names (RFC 2812 section 5; modern.ircdocs.horse).
- `past`: Past lines of channels, as a client asks for them or is sent them when it joins.
- `people`: People as IRC clients ask for them: who they are, if they are here, and if they are
  away.
- `proving`: Proving who a client is, by the password of an account, in whichever way that comes.
- `read_marker`: MARKREAD: up to which time a person has read a channel (IRCv3 read-marker).
- `registration`: Registration: the commands by which a client says who it is, before all others.
- `rooms`: Rooms as channels: joining them, leaving them, and their topics.
- `sasl`: Logging in by SASL: AUTHENTICATE with the mechanism PLAIN (IRCv3 sasl-3.2; RFC 4616).
- `sent_lines`: The last lines that a client said to guests, in memory: they are in no inbox.
- `speaking`: Speaking: valid text is said in rooms and to people, and a client is told what became
  of it.
- `supported`: Telling clients what the server supports: the limits that are those of the chat.
- `table`: The table of the commands of IRC: the tables of all subjects together.
- `talking`: Talking: the commands by which lines are said to channels and to people.
- `talks`: Talks with one person: private lines, put together from two inboxes.
- `turn_time`: The time of day in one turn of the reactor.
- `typing`: Typing: clients that show it are told who is typing (IRCv3 message-tags, typing).
- `websocket`: The handler of an IRC client that speaks through a WebSocket: lines in frames (IRCv3
  websocket).
- `whowas`: WHOWAS: who had a name that is free now (RFC 2812 section 3.6.3).
"""
