"""The commands that people run besides `nc`: `chatd connect`, `say`, `export`, `admin`.

The clients must know of the server only what `docs/wire.md` says. The commands for a store's file
open it themselves, and admin does the work of a daemon while none runs.

Modules (python3 -m tools.documents writes this list):

- `admin`: `chatd admin`: the accounts, the budgets and the clock of a store, on the host of the
  store.
- `admin_replies`: The replies to requests of `chatd admin`: those of a daemon, or else of this
  process.
- `answers`: The lists in the answers of a server, such as that of /help, as they are wrapped to a
  screen.
- `backup`: `chatd backup`: copy a store into a file, also while a daemon runs.
- `bot`: `chatd bot`: let a program answer the people of a room.
- `bots`: The parts of `chatd bot`, which lets a program answer the people of a room.
- `chat`: The state of a conversation: who one is, the rooms, the lines that wait; and what changes
  it.
- `check`: `chatd check`: look for faults in a store or in a back-up, also while a daemon runs.
- `completion`: The completion of the word before the cursor, by what a conversation knows.
- `config_files`: The files of a person's configuration: where they are, and how they are read and
  replaced.
- `connect`: `chatd connect`: its arguments, and the checks before a conversation in a terminal
  starts.
- `console`: A conversation in a terminal, from its first connection to its end.
- `control`: Requests to the control socket of a daemon on this host.
- `conversation`: A conversation with a server that outlives its connections: what is typed, and
  what comes of it.
- `draft`: The size of a text that is being typed, against the limits of the server.
- `duplex`: A connection that is read while it is written, so that neither side waits for the other.
- `export`: `chatd export`: write out stored events, also while a daemon runs.
- `files`: The path of a store or of a folder that a command uses, and the user that it acts as
  there.
- `following`: A room that is followed over several connections: no line is missing, and none comes
  twice.
- `hosts`: The host that a link leads to, for links that do not show it plainly.
- `import_log`: `chatd import`: make rooms of logs, of chatd's own or of other programs', while no
  daemon runs.
- `imports`: Logs of chatd and of other programs, as events of rooms.
- `incoming`: The messages of a server, and their effect on a conversation: see docs/wire.md.
- `input_line`: The line that is typed: a draft for each room, and the history of what was typed.
- `json_lines`: A conversation with a server in JSON lines: messages, requests, and their answers.
- `keys`: The keys of `chatd connect`, besides those with which prompt_toolkit edits a line.
- `known_servers`: The file `known_servers`: the keys of servers that the user trusts, as with ssh.
- `layout`: The layout of the screen: a title, the log of a room, the status line, the line being
  typed.
- `list_rooms`: `chatd rooms`: the rooms of a server.
- `loaded`: A store as a daemon finds it when it starts: its rooms and its records, and no lines.
- `logging_in`: The name under which a command for programs acts: a registered one, with its
  password.
- `markdown`: Text of people in Markdown, which shows it unchanged.
- `marked`: The decisions of rooms, as `chatd export --marked` writes them: the first page of a
  post-mortem.
- `missed_lines`: Lines that an account missed: each is shown once, under the heading of the server.
- `node_rows`: The rows of `chatd admin nodes`: a node each, and then the log as one of them knows
  it.
- `older_lines`: The lines from before those of a window, which are fetched when a person scrolls to
  the top.
- `outbox`: Lines that were typed, and that are not known to be said or carried out.
- `painting`: The things that a conversation shows, as paragraphs of a log: times, names in colours,
  styles.
- `paragraph`: Paragraphs of the log on a screen, and the rows to which they are wrapped.
- `pauses`: The pauses between attempts to connect again. This module must not know how that is
  done.
- `port_kinds`: The kind of a server that is no chat port of chatd: by its first line, or by a
  harmless request.
- `present`: The people who were in rooms, and when, as `chatd export --present` writes them.
- `profiles`: The file `profiles`: servers, and the names that the user has there, under names of
  their own.
- `reading`: The parts that `chatd tail`, `who`, `rooms` and `search` share: a quiet session, and
  output.
- `reconnecting`: The connection of a conversation: made again whenever it breaks, after growing
  pauses.
- `restore`: `chatd restore`: put a back-up in the place of a store, while no daemon runs.
- `room_list`: The rooms of a server, which are known for completion.
- `room_messages`: The messages of a server about one room, and their effect on a conversation: see
  docs/wire.md.
- `rooms`: The rooms that a person is in, and the state of each: bookmark, unread lines, people.
- `safe_typing`: The text being typed as it is shown: escaped as all text is, because it may have
  been pasted.
- `said_text`: The input of `chatd say` and `chatd wall`: the text of an argument, of a file or of a
  pipe.
- `say`: `chatd say`: say lines, wait until each is saved, and tell by the exit status if all were.
- `say_session`: The exchange of `chatd say` with a server: enter a room, say lines, and count their
  receipts.
- `screen`: The screen of `chatd connect`: what its keys do, and what a conversation tells it to
  show.
- `scrollback`: The lines of one room, as rows of a screen, from any place in them up and down.
- `search`: `chatd search`: lines of a room, or of all rooms, that contain words.
- `search_line`: The line in which words are typed that are searched for in the lines of a room's
  window.
- `sentences`: The sentences of `chatd connect` and `chatd bot`, in English and Spanish.
- `server`: The server that the arguments of a command name: how it is reached, and if it is known.
- `shown`: The things that a person in a conversation is shown: typed values, without colours or
  layout.
- `sought`: A text that is searched for in texts that are shown, without case and accents, as
  `/search` does.
- `status`: The lines of a screen that say where the user is: the room, the others, the connection.
- `stores`: The stores that a command opens itself: a store in a file, or a database.
- `tail`: `chatd tail`: the last lines of a room, and those that follow.
- `terminal_output`: The terminal as an output of prompt_toolkit, on which each character is where
  it is meant to be.
- `tls`: TLS over a connection: with a certificate that is valid for the host, or any.
- `tls_files`: `chatd tls`: make the key and the certificate of a server, and show what clients see
  of them.
- `trust`: The judgement on a server with TLS: if it is the one that the user means.
- `typed_lines`: The lines that a person types in a conversation: text and commands, passwords,
  answers.
- `typed_passwords`: Which of the lines that a person types hold a password, and may thus not be
  sent everywhere.
- `unix_socket`: Connections to UNIX sockets, the user whose process listens at one, and where to
  find them.
- `upgrade`: `chatd upgrade`: hand the daemon over to the version of chatd that is installed now.
- `viewport`: The part of a scrollback that is on the screen: following the end, scrolling,
  searching.
- `vocabulary`: The words that a person may mean by the beginning of one: commands, rooms of the
  server, people.
- `wall`: `chatd wall`: say something in every room with people in it, as an administrator.
- `who`: `chatd who`: the people in a room.
- `windows`: The windows of the rooms: what was shown in each, and the place in it that is on the
  screen.
- `wire`: The wire as every client needs it: a connection to a server, and lines as bytes.
"""
