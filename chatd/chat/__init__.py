"""The chat: sessions, rooms, names, rights and logins.

These modules must not know a slash command, a wire format's bytes or a connection.

Modules (python3 -m tools.documents writes this list):

- `action_queue`: The order of what one session says and asks: actions wait until its lines are
  stored.
- `actions`: The use cases of the chat, one module a subject: each checks, acts, and returns the
  result.
- `admin_requests`: The requests of `chatd admin`: JSON objects in and out, with English replies.
- `alerts`: Alerts: lines that concern people who are away, for the pushes of their accounts.
- `answer_news`: News of answers: the sessions of the one who asked are told how many there are.
- `audit`: The audit: who did what to whom, and from where. Never the text that a person said, nor a
  secret.
- `ballots`: The answers to anonymous questions: on a roll who has answered, in a tally how often
  what.
- `connected_sessions`: The sessions that are connected, and finding them by number or by name.
- `cut_off`: Telling people that this node is cut off from the others that share its store.
- `deed_log`: Writing to the log of a room what was done in it.
- `directory`: The directory of rooms: finding, listing, making and forgetting them.
- `evictions`: Putting sessions out of rooms that they may not read any more, or that they were
  kicked from.
- `given_roles`: The roles that sessions without an account were given: in memory, and with their
  names.
- `handing_over`: The sessions and rooms of a server as another process goes on with them, and that
  going on.
- `held_claims`: The claims that this node holds, each as long as something here needs it.
- `hook_names`: The names of incoming hooks that are to be made: no person can take one meanwhile,
  on any node.
- `hook_review`: Ending hooks: those whose accounts have lost the right to them, and those that
  failed for long.
- `idempotency`: Idempotency keys: a client that does not know what became of a request may send it
  again.
- `identity`: The identity of one session: its name, its account and its place in the network.
- `inboxes`: Inboxes: the logs of the private lines of accounts.
- `invitations`: Telling people of invitations: at once, or at their next login.
- `joined_rooms`: The rooms that one session is in, and which of them its input is meant for.
- `key_ages`: The idempotency keys of a table by age, so that the oldest are forgotten first.
- `key_owners`: The owners of idempotency keys: a key is unique in the space of its owner.
- `keyed_lines`: Lines of a session that are said once with a key: saying them, and finding them in
  the log.
- `line_quotas`: The numbers of lines that sessions may have waiting for the store.
- `login_limits`: Waits after failed tries of passwords, and after registrations.
- `login_networks`: The networks from which each account usually logs in.
- `logins`: Logging sessions in to accounts and out of them, and the settings of accounts.
- `lost_claims`: The loss of names and rooms to other nodes, after this node was cut off for long.
- `lost_readers`: Accounts whose clients were lost in a room before these had all that was said
  there.
- `mark_checks`: Checks of read marks: each minute those accounts are looked at whose marks can have
  to move.
- `members`: The parts of a session that those read who see it in a room.
- `membership`: The membership of one session in one room, and what the other members see of it.
- `missed_lines`: Missed lines: the stretches of its logs that an account was not sent, found and
  sent.
- `moderation`: Rights in rooms: who may do what, and the refusal that says who may.
- `name_watches`: Watches of names: who wants to know when a name comes to be used here, and when it
  is free again.
- `names`: The names in use: those of the guests who are connected, and the registered ones.
- `open_alerts`: Alerts that go on in rooms, and the people who have taken them on: records beside
  the logs.
- `other_nodes`: Orders of other nodes: for the sessions of this one, the effects of their deeds and
  records.
- `own_lines`: Lines that accounts said without being sent them, which count as read.
- `passing_lines`: The private lines to one session that are stored nowhere: those to guests, say.
- `paste`: A message of several lines that one session is typing, up to a line that is a dot.
- `people_marks`: The marks of people in a list: their roles in the room, and who is away.
- `permissions`: The table of rights: the least role for each act, by the mode of a room.
- `presence`: The presence of the members of a room: each session that comes, leaves or is renamed,
  at once.
- `private_lines`: The right to write private lines, by a rule of the server and a setting of each
  receiver.
- `prompt`: The questions that one session is asked, the answers that it may give unasked, and its
  paste.
- `prompt_marks`: Read marks that are stored soon: of clients that come back by themselves, without
  bookmarks.
- `publisher`: Publishing: from what the store has committed to the rooms, and back to its authors.
- `push_codes`: Codes that prove the targets of pushes: each was sent to one, and is to be typed
  back.
- `question_grammar`: The grammar of questions and answers: from what a person typed to a question,
  and to an option.
- `question_records`: The records of questions that were asked in rooms, and of what was answered,
  and reading them.
- `questions`: Questions that were asked in rooms, and what was answered: records beside the logs.
- `reach`: The reach of lines: to which members of its room a line has come, on all nodes.
- `read_marks`: Read marks: the seq up to which each account was sent each room, and its inbox.
- `registers`: Registers: the people who were in a room, and when, if its owner has switched that
  on.
- `registrations`: Changes of accounts: registering and removing them, their passwords and other
  credentials.
- `remote_members`: Members of rooms that are at other nodes: counted and named as those of this
  one.
- `replies`: The server's answers to one session: sentences and errors, in its language and its
  format.
- `respondents`: The people who may answer a question: which sessions are one person, and who is
  there.
- `resumable_prompt`: A prompt that goes on in another process: `chatd.chat.handing_over`.
- `resumable_subscriptions`: Subscriptions that go on in another process: `chatd.chat.handing_over`.
- `roles`: The roles and modes of rooms: who owns a room, who is staff in it, and which mode it has.
- `room_deeds`: Deeds: changes of what is stored about a room, which its log shows; and remarks.
- `room_index`: An index of rooms: by their keys, in the order of these, and by the looks of their
  names.
- `room_moves`: Moving sessions into rooms and out of them, without a check of rights.
- `roster`: The roster: who is where, on all nodes that share a store.
- `sanctions`: Mutes and bans: those of names, of networks, and the sessions that they are bound to.
- `search_query`: The language of searches: words, phrases, an author, a time and a room. Pure.
- `secrecy`: The rule for secrets: if they may be sent where others can read them on the way.
- `server`: The server: everything that concerns more than one session, made in one constructor.
- `session`: One connected person or program, over any protocol.
- `session_numbers`: The numbers of sessions, in blocks that the store gives.
- `sign_outs`: Ending sessions that may not go on: by order, or because their grants are not valid
  any more.
- `spending`: The spending of sessions: what they put on disk is counted in the budgets of their
  owners.
- `stay_records`: The stays of accounts in rooms, as they are stored and as the rooms have them.
- `staying`: Staying: accounts whose owners have chosen it remain members of their rooms without a
  client.
- `store_names`: The names that a store has from its beginning: that of its lobby, and of guests
  without a name.
- `subscriptions`: The logs that one session follows: its rooms, the inbox of its account, and
  replays.
- `unread`: Unread lines: how far the accounts of connected sessions were sent their inboxes and
  rooms.
"""
