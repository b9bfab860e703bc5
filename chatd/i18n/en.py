"""What the server says, in English. The same keys and values as every other language."""

SENTENCES = {
    # Coming in
    "welcome": (
        "Welcome to chatd. You are {name} in #{room}. {here}\n"
        "Type and press Enter. Your line comes back with your name once it is saved.\n"
        "/nick NAME to be named, /help for commands, /quit to leave."
    ),
    "here": "Here: {people}.",
    "nobody_else": "Nobody else is here.",
    "joined_room": "You are in #{room}. {here}",
    "joined_new_room": "You are in #{room}, a new room; nobody else is here.",
    "did_you_mean": "Did you mean #{room}?",
    "already_in_room": "You are in #{room} already.",
    "topic": "Topic: {topic}",
    "no_topic": "No topic is set in #{room}. /topic TEXT sets one.",
    # Who
    "and": "{first} and {last}",
    "guests": "{count} guests",
    "guests_one": "{count} guest",
    "more_people": "{count} more",
    "more_people_one": "{count} more",
    "people_in": "In #{room}: {people}.",
    "nobody_in": "Nobody is in #{room}.",
    # What passes
    "joined": "{name} joined.",
    "left": "{name} left.",
    "message_not_json": "a message is a JSON object with a type.",
    "unknown_message": "there is no message of type {type}.",
    "hello_first": "say hello first, with a message of type hello.",
    "hello_once": "you have said hello already.",
    "wrong_member": "its {member} must be {right}.",
    "right_text": "a text",
    "right_bookmark": "a bookmark as it came, such as 17-1764100000000, or a seq",
    "right_number": "a whole number, 0 or more",
    "right_id": "a whole number, or a text of at most 64 characters",
    "right_key": "16 to 64 letters, digits, _ or -",
    "right_language": "en or es",
    "right_rooms": "an object of rooms, each with the last bookmark that you have of it, or null",
    "right_search": "words, from:NAME or since:TIME to search for",
    "not_one_line": "a line has no line end in it. Send several messages.",
    "not_text": "it has characters that are none (halves of a pair).",
    "not_in_that_room": "you are not in #{room}.",
    "too_many_stays": "you are in {limit} rooms, and may be in no more. Leave one first.",
    "renamed": "{name} is now {new_name}.",
    "topic_set": "{name} set the topic: {topic}",
    "topic_cleared": "{name} took the topic away.",
    # What somebody did who runs a room
    "did_kick": "{name} kicked {target}",
    "did_mute": "{name} muted {target}",
    "did_unmute": "{name} let {target} speak again",
    "did_ban": "{name} banned {target}",
    "did_unban": "{name} lifted the ban of {target}",
    "did_ban_address": "{name} banned the address that {target} came from",
    "did_unban_address": "{name} lifted the ban of the address that {target} came from",
    "did_mode": "{name} set the room's mode to {target}",
    "did_invite": "{name} invited {target}",
    "did_uninvite": "{name} took back the invitation of {target}",
    "did_voice": "{name} gave {target} a voice",
    "did_unvoice": "{name} took the voice of {target}",
    "did_op": "{name} made {target} an operator",
    "did_unop": "{name} took operator rights from {target}",
    "did_close": "{name} closed the room",
    "did_wall": "{name} to all",
    "did_create": "{name} made this room: {target}",
    "did_disconnect": "{name} disconnected {target}",
    "did_ban_network": "{name} banned an address",
    "did_unban_network": "{name} lifted the ban of an address",
    "did_hook": "{name} has what is said here sent to {target}",
    "did_unhook": "{name} has it sent to {target} no more",
    "did_endhook": "{name} ended the hook to {target}, because its creator lost the right to it",
    "for_time": "{did} for {time}",
    "with_reason": "{did}: {reason}",
    "without_reason": "{did}.",
    # Answers
    "you_are": "You are now {name}.",
    "you_are_already": "You are {name} already.",
    "said_in_room": "Said in #{room}.",
    "echo_on": "Your own lines come back to you.",
    "echo_off": "Your own lines do not come back to you. Errors still do.",
    "times_on": "What is said has its time.",
    "times_off": "What is said from now on has no time.",
    "language": "The server speaks English to you.",
    "text_only": "From here on every line of this connection is text.",
    "not_text_only": "/text is for chat ports. Here, // says a line that begins with a slash.",
    "rooms": "{count} rooms:",
    "rooms_one": "{count} room:",
    "room": "#{room}: {people} here, {count} lines.",
    "room_one": "#{room}: {people} here, {count} line.",
    "more_rooms": "and {count} more.",
    "more_rooms_one": "and {count} more.",
    "history": "{shown} of {count} lines of #{room}:",
    "history_one": "{shown} of {count} line of #{room}:",
    "no_history": "Nothing was said in #{room} so far.",
    "since": "{shown} of {count} lines of #{room}, since {time}:",
    "since_one": "{shown} of {count} line of #{room}, since {time}:",
    "goodbye": "Goodbye.",
    "stopping": "The server is stopping.",
    # Running rooms
    "mode_free": "free",
    "mode_open": "open",
    "mode_private": "private",
    "mode_moderated": "moderated",
    "mode_announce": "announce",
    "mode_closed": "closed",
    "room_is_run": "#{room} is {mode}: {meaning}",
    "room_is_run_by": "#{room} is {mode}: {meaning} It is {owner}'s.",
    "means_free": "nobody runs it, so everyone may speak and set the topic.",
    "means_open": "everyone may come in and speak; operators set the topic.",
    "means_private": "it is not listed, and only those who are invited come in.",
    "means_moderated": "everyone may come in; those with a voice speak.",
    "means_announce": "everyone may come in; operators speak.",
    "means_closed": "nobody comes in but its owner, who may open it again.",
    "you_run_room": "You run #{room}. /help moderation says how.",
    "in_room": "In #{room}: {did}",
    "put_out": "You are out of #{room}: {why}",
    "in_no_room_now": "You are in no room now. /join ROOM, or /leave to the lobby.",
    "welcome_outside": (
        "Welcome to chatd. You are {name}, in no room.\n"
        "/join ROOM for one where you may be, /help for commands, /quit to leave."
    ),
    "you_were_invited": "{name} invited you to #{room}. /join {room} goes there.",
    "may_already": "{name} may do that in #{room} already.",
    "not_invited": "{name} has no invitation to #{room} to be taken back.",
    "not_voiced": "{name} was given no voice in #{room}.",
    "not_operator": "{name} is no operator of #{room}.",
    "not_muted": "{name} is not muted in #{room}.",
    "not_banned": "{name} is not banned from #{room}.",
    "ask_again": "The same command again within a minute does it.",
    "would_shut_out": "This would shut {count} connections out of #{room}: {people}.",
    "would_shut_out_one": "This would shut {count} connection out of #{room}: {people}.",
    "would_shut_out_nobody": "Nobody whom this would shut out of #{room} is connected now.",
    "would_close": "This closes #{room}; nothing in it is lost. {count} would be put out.",
    "would_close_one": "This closes #{room}; nothing in it is lost. {count} would be put out.",
    "no_sanctions": "Nobody is muted in #{room} or banned from it.",
    "sanctions": "{count} mutes and bans in #{room}:",
    "sanctions_one": "{count} mute or ban in #{room}:",
    "mute_listed": "{target} is muted until {until} ({left} left), by {by}",
    "ban_listed": "{target} is banned until {until} ({left} left), by {by}",
    "more_sanctions": "and {count} more.",
    "more_sanctions_one": "and {count} more.",
    "said_to_all": "Said in every room with people in it.",
    "disconnected_by": "{name} disconnected you.",
    "disconnected": "Disconnected: {count} connections of {name}.",
    "disconnected_one": "Disconnected: {count} connection of {name}.",
    "statistics": (
        "Up for {time}. Connections: {connections}. Names here: {names}.\n"
        "Rooms: {rooms}. Lines: {lines}. Registered: {accounts}.\n"
        "When it started: {store}"
    ),
    # Hooks
    "hook_added": (
        "Hook {number} of #{room}: {url}\n"
        "What it sends is signed with this secret, which is shown only now: {secret}"
    ),
    "no_hooks": "Nothing that is said in #{room} is sent elsewhere. /hook add URL has it sent.",
    "hooks": "{count} hooks of #{room}:",
    "hooks_one": "{count} hook of #{room}:",
    "hook_is_idle": "{number}. {to}, by {by}, {time}: all is delivered.",
    "hook_waits": "{number}. {to}, by {by}, {time}: {count} lines wait.",
    "hook_waits_one": "{number}. {to}, by {by}, {time}: {count} line waits.",
    "hook_fails": "{hook} {count} tries failed; the last one: {why}",
    "hook_fails_one": "{hook} {count} try failed: {why}",
    "hook_answered": "it answered {status}.",
    "hook_timed_out": "it did not answer in time.",
    "hook_unreachable": "no connection could be made.",
    "hook_no_address": "its name has no address.",
    "hook_not_allowed": "its address is one that hooks may not lead to here.",
    "hook_no_tls": "https:// takes chatd[tls], which is not installed here any more.",
    "hook_tls_failed": "its certificate is not valid, or TLS failed in another way.",
    "hook_broke": "the connection broke, or it did not answer in HTTP.",
    "hook_not_readable": "the room's log cannot be read.",
    # Help
    "help_more": "/help COMMAND says more. A line that starts with // says one that starts with /.",
    "help_other_names": "Other names: {names}.",
    # What was missed
    "private_missed": "{count} private lines while you were away:",
    "private_missed_one": "{count} private line while you were away:",
    "private_missed_more": "{count} more private lines: /missed shows them.",
    "private_missed_more_one": "{count} more private line: /missed shows it.",
    "missed": "{count} lines in #{room} since you left:",
    "missed_one": "{count} line in #{room} since you left:",
    "missed_more": "{count} more in #{room}: /missed shows them, /skip marks all as seen.",
    "missed_more_one": "{count} more in #{room}: /missed shows it, /skip marks all as seen.",
    "missed_before": (
        "{count} more lines in #{room} since you left: /missed shows them, /skip marks all as seen."
    ),
    "missed_before_one": (
        "{count} more line in #{room} since you left: /missed shows it, /skip marks all as seen."
    ),
    "nothing_missed": "You have missed nothing.",
    "skipped": "All lines of your rooms, and your private lines, count as seen.",
    "nothing_counted": (
        "what you missed is known only while you are logged in. /history shows the last lines."
    ),
    "waits_for": "{name} is not here. It is kept, and shown when {name} comes back.",
    "is_away": "{name} is away: {text}",
    "found": "{count} lines of #{room}, newest first:",
    "found_one": "{count} line of #{room}:",
    "found_more": "The last {count} lines of #{room}, newest first; there may be more:",
    "found_more_one": "The last line of #{room}; there may be more:",
    "search_wrong_from": (
        "{part} is not understood. from:ana finds what ana said, once in a search."
        ' "In quotes" it is searched for as it is.'
    ),
    "search_wrong_since": (
        "{part} is not understood. since:2d finds what was said in the last 2 days (s, m, h, d, w),"
        ' once in a search. "In quotes" it is searched for as it is.'
    ),
    "search_too_many_words": "a search has at most {limit} words.",
    "nothing_found": "Nothing found in #{room}.",
    "not_looked_at": "Lines 1 to {first} of {all} were not looked at. Longer words go faster.",
    "mentions": "{count} lines of #{room} that name you, newest first:",
    "mentions_one": "{count} line of #{room} that names you:",
    "no_mentions": "No line was found that names {name}.",
    "more_mentions": "There may be more. /search {name} looks further in the room you are in.",
    # What one sets for oneself
    "away": "away",
    "away_on": "Whoever writes to you is told: {away}. /away again when you are back.",
    "away_off": "You are not away any more.",
    "bell_on": "Every line of somebody else rings.",
    "bell_mentions": "Lines that name you, and private lines, ring.",
    "bell_off": "Nothing rings.",
    "quiet_on": "You are not told who comes, goes and changes name.",
    "quiet_off": "You are told who comes, goes and changes name.",
    "ignored": "What {name} says is not shown to you. /unignore {name} shows it again.",
    "unignored": "What {name} says is shown to you.",
    "not_ignored": "You do not ignore {name}.",
    "ignores": "You ignore {names}.",
    "ignores_nobody": "You ignore nobody.",
    "too_many_ignored": "you ignore {limit} people, as many as may be. /unignore NAME first.",
    # Accounts
    "password_prompt": (
        "Your next line is the password; nobody is shown it. An empty line cancels."
    ),
    "present_password_prompt": (
        "First your present password: your next line, which nobody is shown. An empty line cancels."
    ),
    "new_password_prompt": (
        "Your next line is the new password; nobody is shown it. An empty line cancels."
    ),
    "keep_tokens_prompt": (
        "You have {count} tokens, which end with the old password. Press Enter if that is right, or"
        " answer keep if nobody else can have them."
    ),
    "keep_tokens_prompt_one": (
        "You have {count} token, which ends with the old password. Press Enter if that is right, or"
        " answer keep if nobody else can have it."
    ),
    "password_not_needed": (
        "You typed your password of late, so it was not asked for now. It was not said."
    ),
    "password_cancelled": "Cancelled: no password was taken.",
    "registered": "{name} is yours now. When you come back: /login {name}",
    "password_changed": (
        "Your password is changed. All your other connections and sign-ins have ended."
    ),
    "tokens_kept": "{count} tokens were kept: /token list.",
    "tokens_kept_one": "{count} token was kept: /token list.",
    "password_changed_elsewhere": (
        "The password was changed elsewhere, so you are signed out here. /login NAME PASSWORD to go"
        " on, or /logout to be a guest."
    ),
    "others_closed": "{count} other connections of yours were closed.",
    "others_closed_one": "{count} other connection of yours was closed.",
    "no_others": "You have no other connection.",
    "browsers_signed_out": "{count} browsers have to sign in again.",
    "browsers_signed_out_one": "{count} browser has to sign in again.",
    "signed_out": (
        "You are signed out: the password was changed, or this sign-in was ended elsewhere."
    ),
    "token_made_write": (
        "{token} is a token for reading and writing. It is shown once; whoever has it reads and"
        " speaks as {name} until you say /token revoke {token}, or change your password:"
    ),
    "token_made_read": (
        "{token} is a token for reading. It is shown once; whoever has it reads what {name} may"
        " until you say /token revoke {token}, or change your password:"
    ),
    "tokens": "{count} tokens:",
    "tokens_one": "{count} token:",
    "token_listed": "{token}, {scope}, made {time}",
    "scope_read": "for reading",
    "scope_write": "for reading and writing",
    "no_tokens": "You have no token. /token new NAME makes one.",
    "token_revoked": "{token} is revoked: it lets nobody in any more.",
    "closed_by_owner": "{name} closed this connection from another one.",
    "unregistered": "{name} is not registered any more.",
    "registered_elsewhere": "{name} is somebody else's name now.",
    "whois_registered": "{name} is registered.",
    "whois_not_registered": "{name} is not registered.",
    "whois_here": "{name} is here in {rooms}, with {count} connections.",
    "whois_here_one": "{name} is here in {rooms}, with {count} connection.",
    "whois_in_no_room": "{name} is here, with {count} connections.",
    "whois_in_no_room_one": "{name} is here, with {count} connection.",
    "whois_not_here": "{name} is not here.",
    "name_first": "choose a name first: /nick NAME, and then /register.",
    "yours_already": "{name} is yours already. /password changes its password.",
    "not_registered": "{name} is nobody's so far. /nick {name} takes it, /register keeps it.",
    "not_logged_in": "you are not logged in. /login NAME PASSWORD, or /register a name.",
    "logout_first": "{name} is the name that you are logged in with. /logout first.",
    "wrong_password": "that is not the password of {name}.",
    "too_many_tries": "wait {count} seconds. This password was not looked at.",
    "too_many_tries_one": "wait {count} second. This password was not looked at.",
    "too_many_wait": "many passwords are being checked now. Try again in some seconds.",
    "password_in_clear": (
        "passwords are not taken here. What you sent may have been read; do not use it again."
    ),
    "no_password_in_clear": "passwords are not taken here. Come over TLS, or from this machine.",
    "nearly_a_password": (
        "this looks like a password. A command begins with / at once, and a space stands behind"
        " its word; // says it anyway."
    ),
    "answer_to_nothing": (
        "this came right behind a question that was not asked, so it may be a password."
        " Say it again if it is not."
    ),
    "no_token_in_clear": "tokens are not made here. Come over TLS, or from this machine.",
    "token_exists": "you have a token {name} already. /token revoke {name}, or take another name.",
    "no_such_scope": "a token is for read, or for write; not for {scope}.",
    "token_reads_only": "you came with a token for reading. /token new NAME write makes another.",
    "not_with_a_token": "that cannot be done with a token. Log in with your password.",
    "not_signed_in": "you are signed out. /login NAME PASSWORD to go on, or /logout to be a guest.",
    "keep_tokens_or_not": (
        "that was no answer, so nothing was changed. Press Enter to end your tokens, or answer"
        " keep."
    ),
    "password_is_a_word": (
        "a new password does not begin with {word}: /password keep-tokens NEW keeps your tokens."
    ),
    "too_many_tokens": "you have {limit} tokens, as many as may be. /token revoke NAME first.",
    "no_such_token": "you have no token {name}. /token list lists them.",
    "no_accounts": "names cannot be registered here. The operator can install chatd[accounts].",
    "password_too_short": "a password has at least {limit} characters.",
    "password_too_long": "a password has at most {limit} characters.",
    "password_has_controls": "a password has no control characters, such as TAB.",
    # Errors
    "too_long": "it is longer than {limit} characters. Send it in parts.",
    "first_not_utf8": "your first line is not UTF-8, as another protocol's may be, so the"
    " connection is closed. Set your terminal to UTF-8, or use chatd connect.",
    "not_utf8": "it is not UTF-8. Set your terminal to UTF-8, or use chatd connect.",
    "too_many_marks": "it has more than 30 accents or other marks in a row. Take some away.",
    "unknown_command": (
        "{command}. /help lists them;"
        " start a line with // to say something that begins with a slash."
    ),
    "no_help": "{command}. /help lists the commands and the sections.",
    "wrong_use": "{command} is used like this: {usage} - {explanation}.",
    "invalid_name": (
        "{name} cannot be a name. Take 1 to 32 letters, digits, _, - or ., a letter or digit first."
    ),
    "invalid_room": (
        "{name} cannot be a room's name. Take 1 to 32 letters, digits, _, - or .,"
        " a letter or digit first."
    ),
    "mixed_scripts": (
        "{name} mixes alphabets that are not written together. Take letters of one alphabet."
    ),
    "reserved_name": "{name} is kept for the server. Take another name.",
    "ends_in_dot": "{name} ends in a dot. Leave that out.",
    "name_is_address": "{name} reads as an address. Take another name.",
    "name_in_use": "{name} is somebody else. Take another name.",
    "registered_name": (
        "{name} is registered. /login {name} PASSWORD if it is yours, or take another name."
    ),
    "looks_like_name": "{name} looks like {other}, who is somebody else. Take another name.",
    "looks_like_room": "#{room} looks like #{other}. /join {other}, or take another name.",
    "unusable_room": (
        "#{room} cannot be used for a new room. Take another name; or, if you know of a"
        " room of that name, log in or ask to be invited."
    ),
    "no_room_named": "no room was named. Say in which of your rooms this is meant.",
    "moved_just_now": (
        "you were put out of #{room} just now, and this may have been meant for it, so it was not"
        " done. Send it again if it is for this room."
    ),
    "in_no_room": "you are in none. /join ROOM, or /leave to the lobby.",
    "not_said": "you are in none, so this was not said. /join ROOM, or /leave to the lobby.",
    "no_room_for_topic": (
        "{name} is not a room; /rooms lists them. For a topic that begins with #:"
        " /topic #{here} TEXT."
    ),
    "unknown_room": "#{room} is not there. /rooms lists them, /join makes one.",
    "nobody": "{name} is not here. /who shows who is.",
    "inbox_full": "{name} is not reading, so this was not said. Try again later.",
    "other_lines_with_key": "other lines were said with this key. Take a new one for new lines.",
    "not_saved": (
        "your line could not be stored, so nobody was shown it. Say it again later."
        " The operator's log says why."
    ),
    "change_not_saved": (
        "that could not be stored, so nothing was changed. Try again later."
        " The operator's log says why."
    ),
    "not_readable": "lines {first} to {last} of the log cannot be read. Try again later.",
    "line_took_too_long": (
        "it took more than {limit} seconds to end, so all of it was dropped. Send it again."
    ),
    "full": "{limit} are connected, as many as may be. Try again later.",
    "address_full": (
        "{limit} are connected from your address, as many as may be. Close one of them,"
        " or have the operator raise --connections-per-address."
    ),
    "wrong_protocol": "this port takes plain lines (nc, telnet).",
    "server_error": "that did not work. The operator's log says why.",
    # Over HTTP
    "bad_request": "this is no request that can be read. /api/openapi.json says what there is.",
    "unknown_path": "there is nothing at this path. /api/openapi.json says what there is.",
    "wrong_method": "this path takes {allowed}.",
    "body_too_large": "a body may have {limit} bytes. Send less at a time.",
    "headers_too_large": "the headers may have {limit} bytes.",
    "too_many_headers": "there may be {limit} headers.",
    "target_too_long": "a path and its query may have {limit} bytes.",
    "body_is_packed": "a body is taken as it is: leave Content-Encoding out.",
    "body_has_parts": (
        "a body in parts is not taken, such as that of curl -F. Send the text itself:"
        " curl --data-binary TEXT."
    ),
    "other_json": 'JSON is taken as application/json, an object with a "text".',
    "body_is_a_form": (
        "a form's payload= is not read. Send the text itself, or as application/json an object"
        ' with a "text".'
    ),
    "request_took_too_long": "it took more than {limit} seconds to come whole. Send it again.",
    "unknown_host": (
        "this daemon is not known by the name that was asked. Ask by its address, or have its"
        " operator give it the name: --web-name NAME."
    ),
    "other_origin": "this was sent by a page from elsewhere, so it was not done.",
    "wrong_token": "this token is not valid, or not any more. /token new makes one.",
    "token_in_clear": (
        "others can read this connection, and now your token: /token revoke takes it back. Come"
        " over TLS, or from the daemon's own machine."
    ),
    "parameter_twice": "{name} was given twice.",
    "unknown_parameter": "there is no parameter {name} here; what there is: {known}.",
    "no_parameters": "this path takes no parameters; not {name} either.",
    "header_twice": "the header {name} was sent more than once.",
    "not_a_bookmark": (
        "{name} takes the seq of a line, or a bookmark as it came, such as 17-1764100000000."
    ),
    "not_a_number": "{name} takes a whole number from {least} to {most}.",
    "one_of_parameters": "give {first} or {second}, not both.",
    "not_json": "the body must be a JSON object with: {members}, each of them once.",
    "not_a_text": "{name} must be text.",
    "name_in_body": "a name does not go into the body but into the path: ?name=NAME.",
    "room_in_body": "the room of the path is #{room}; the body names another one.",
    "key_in_body": "a key does not go into the body but into the header Idempotency-Key.",
    "not_a_choice": "{name} must be true or false.",
    "not_a_key": "{name} must be 16 to 64 letters, digits, _ or -.",
    "nothing_to_say": "there is no line in it that could be said.",
    "too_many_lines": "at most {limit} lines are taken at a time.",
    "key_too_long": "an Idempotency-Key has 1 to {limit} characters.",
    "websocket_wanted": "this path is for WebSockets (RFC 6455).",
    "websocket_version": "a WebSocket of version 13 is taken.",
    "websocket_key": "Sec-WebSocket-Key must be 16 bytes in base64.",
    "http_only": "this port is for browsers and HTTP. Chat lines go to another one.",
    # What not everyone may do
    "only_administrators": "only administrators of this server may do that.",
    "nobody_runs_room": (
        "nobody runs #{room}, so only administrators may do that there."
        " /create ROOM makes a room that you run."
    ),
    "only_operators": "only those who run #{room} may do that: its owner and operators. Ask one.",
    "only_owner": "only the owner of #{room} may do that.",
    "only_registered": (
        "a room is run by a registered person. /register PASSWORD first;"
        " or /join {room} makes one that nobody runs."
    ),
    "room_is_private": "#{room} is private. An operator there lets you in: /invite {name}.",
    "room_is_closed": "#{room} is closed. Its owner may open it again: /mode #{room} open.",
    "room_is_moderated": "in #{room} those with a voice speak. An operator can: /voice {name}.",
    "room_announces": "in #{room} operators speak. To say it to one of them: /msg NAME TEXT.",
    "being_put_out": "you are being put out of #{room}, so this was not done.",
    "name_stays": (
        "you may not speak in #{room}, and a new name would be shown there. /join another room"
        " first, or wait."
    ),
    "kicked": "{name} kicked you. You may come again: /join {room}.",
    "kicked_why": "{name} kicked you: {reason}",
    "muted": "you are muted in #{room} until {until}, by {by}. You may read on.",
    "muted_why": "you are muted in #{room} until {until}, by {by}: {reason}",
    "banned": "you are banned from #{room} until {until}, by {by}. /join another room.",
    "banned_why": "you are banned from #{room} until {until}, by {by}: {reason}",
    "not_above_operator": (
        "{name} is an operator of #{room}, so only its owner and administrators may do that."
    ),
    "not_above_owner": "{name} owns #{room}, so only administrators may do that.",
    "not_above_administrator": "{name} is an administrator of this server, so nobody may do that.",
    "not_registered_op": "{name} is a guest. Only a registered name can be an operator: /register.",
    "lobby_is_for_all": "#{room} is where everyone comes in: it cannot be private or closed.",
    "no_address": "{name} has no address (a UNIX socket). /ban {name} bans the name.",
    "too_many_rooms": (
        "you own {count} rooms, as many as may be. /join {room} makes one that nobody runs."
    ),
    "too_many_rooms_one": (
        "you own {count} room, as many as may be. /join {room} makes one that nobody runs."
    ),
    "too_many_sanctions": "{count} mutes and bans hold in #{room}, as many as may be. /unban some.",
    "too_many_sanctions_one": "{count} mute or ban holds in #{room}, as many as may be. /unban it.",
    "wrong_time": "a time is from 1s to 366d, such as 10m, 2h or 3d.",
    "not_a_time": (
        "{word} is not a time. A time comes right after the name and is one number and one unit,"
        " such as 90m, 2h or 3d, 366d at most. A reason that reads like a time comes after one."
    ),
    "second_time": (
        "write the time as one number and one unit, such as 90m; not 1h 30m."
        " A reason does not begin with a time such as {word}."
    ),
    "room_comes_first": (
        "a room comes before the name: #{room} NAME. After the name nothing begins with #."
    ),
    "not_in_room": "{name} is not in #{room}. /who #{room} shows who is.",
    "no_hook_url": (
        "{url} is no URL for a hook. Take http:// or https://, a host, and perhaps a path:"
        " https://example.com/chat."
    ),
    "hook_url_too_long": "a URL for a hook has at most {limit} characters.",
    "hook_url_has_password": "a URL for a hook has no name or password before its host.",
    "hook_url_not_ascii": (
        "the path of {url} has letters that a URL cannot hold. Write them as %C3%A9, or copy the"
        " URL from a browser."
    ),
    "no_hook_over_tls": "https:// takes chatd[tls] on this server. The operator can install it.",
    "no_hook_to_there": (
        "{host} is this server's machine or in a private network, where hooks may not lead."
        " The operator can allow it with --hooks-to."
    ),
    "no_secret_in_clear": (
        "a hook has a secret, which is not shown here. Come over TLS, or from this machine."
    ),
    "no_such_hook": "#{room} has no hook {number}. /hook list lists them.",
    "too_many_hooks_here": "#{room} has {limit} hooks, as many as may be. /hook remove one.",
    "too_many_hooks": "there are {limit} hooks on this server, as many as may be.",
    "room_exists": "#{room} is there already. /join {room}, or take another name.",
}
