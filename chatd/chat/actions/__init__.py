"""The use cases of the chat, one module a subject: each checks, acts, and returns the result.

An action must not know a slash, a sentence that a person reads, a wire format or a connection.

Modules (python3 -m tools.documents writes this list):

- `acks`: Acks: alerts that a person takes on, and questions that a person has read.
- `administration`: The operator's actions: accounts, and the clock. The caller has made sure that
  the operator asks.
- `ask`: Questions to a room: asking one, answering it, seeing who has not, and closing it.
- `authentication`: Checks that the actions for accounts share: the account, the connection's
  privacy, new passwords.
- `browser_sign_in`: Signing browsers in to an account with its password, and out.
- `catch_up`: Catching up: the lines that an account missed are sent, skipped, or marked as read.
- `costs`: The rate-limit costs of actions, in lines: a line that is said costs 1, as most actions
  do.
- `decisions`: Decisions: lines of a room that are kept as such, which are the first page of a post-
  mortem.
- `deeds`: Deeds: what a member of staff does to a room or in it, stored and logged in one
  transaction.
- `enter`: Entering rooms, making new ones, coming back to them, and leaving them.
- `history`: Reading the past of a room: its last lines, lines since a time, and pages.
- `hook_answers`: Answers of webhooks: what the target of a hook answers to a line is said in the
  room, once.
- `hook_posts`: Posts of tools to incoming hooks: checked, read, and said in the room of the hook.
- `hooks`: Webhooks of a room: adding, listing and removing them.
- `incoming_hooks`: Incoming hooks of a room: making, listing and removing them.
- `local_login`: Logging in the users of the machine who come through a UNIX socket, by the word of
  the kernel.
- `login`: Logging a session in to an account, and out of it.
- `look`: Looking at rooms: which there are, and who is in one.
- `once`: Requests that a client may send again: each is carried out once with its key.
- `operate`: Acts that concern the whole server: announcing, disconnecting, figures, use of budgets.
- `organisation`: The accounts that the sign-in of an organisation concerns, and asking its helper
  for passwords.
- `own_answers`: The questions of a room as one person sees them: which are open, and what that
  person answered.
- `password`: Changing the password of a session's account.
- `password_check`: Checking the password of an account: by its hash, or by the helper of an
  organisation.
- `past_messages`: Finding what was said in a log, in messages: before a place in it, after one, or
  between two.
- `policy`: The policy of a room: its mode and its owner, and closing it.
- `post`: Posting: lines of a program that is here for one request, all of them or none.
- `push`: The push of a session's account: where it is notified while it is away.
- `reached`: Finding out who has a line: how many of those who were there, and who has not yet.
- `register`: Registering the name that a session has.
- `registered_stays`: The stays in the register of a room: who was there and when, for the room's
  owner.
- `remarks`: The parts that all remarks share: the right to make one, and the line that it is about.
- `rename`: Taking another name.
- `roles`: Roles in a room: inviting, giving voice and making operators, and taking that back.
- `sanctions`: Kicks, mutes and bans in a room, by name or by network, and lifting them.
- `search`: Searching one room or several, for words, an author or a time, and for mentions of a
  name.
- `settings`: The settings of a session: its view of the rooms, its language, and what others may
  do.
- `speak`: Speaking: lines, acts and topics in a room, and private lines.
- `stay`: Staying in rooms without a client: the choice of a person, and coming back to these rooms.
- `tokens`: The tokens of a session's account: secrets with which programs act for it.
- `unregister`: Giving up the name of a session's account, and all that is stored with it.
- `whois`: The public facts about a name.
"""
