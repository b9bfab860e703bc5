"""The sentences of the server in English: the same keys and values as every other language.

This module is over 400 lines, because it is one table: a translator compares the languages line
by line. It must not know where a sentence is used.
"""

SENTENCES = {
    # Entering
    "welcome": (
        "Welcome to chatd. You are {name} in #{room}. {here}\n"
        "Type and press Enter. Your line comes back with your name once it is saved.\n"
        "/nick NAME to choose a name, /help for commands, /quit to leave."
    ),
    "welcome_by_name": (
        "Welcome to chatd. You are {name} in #{room}. {here}\n"
        "Type and press Enter. Your line comes back with your name once it is saved.\n"
        "/help for commands, /quit to leave."
    ),
    "here": "Here: {people}.",
    "nobody_else": "Nobody else is here.",
    "joined_room": "You are in #{room}. {here}",
    "joined_new_room": "You are in #{room}, a new room; nobody else is here.",
    "nobody_runs_new_room": (
        "Nobody runs #{room}, because a guest cannot own a room. To own a new one, log in first:"
        " /help account"
    ),
    "did_you_mean": "Did you mean #{room}?",
    "already_in_room": "You are in #{room} already.",
    "topic": "Topic: {topic}",
    "topic_set_by": "{name} set it on {time}.",
    "no_topic": "No topic is set in #{room}. /topic TEXT sets one.",
    # People
    "and": "{first} and {last}",
    "and_before_i": "{first} and {last}",
    "guests": "{count} guests",
    "guests_one": "{count} guest",
    "more_people": "{count} more",
    "more_people_one": "{count} more",
    "absent": "not connected",
    "name_away": "{name} (away)",
    "people_in": "In #{room}: {people}.",
    "nobody_in": "Nobody is in #{room}.",
    # Notices, and messages of browsers
    "joined": "{people} joined.",
    "joined_one": "{people} joined.",
    "left": "{people} left.",
    "left_one": "{people} left.",
    "message_not_json": "a message must be a JSON object with a type.",
    "unknown_message": "there is no message of type {type}.",
    "message_not_utf8": "a message must be UTF-8.",
    "message_too_long": "a message may have {limit} bytes. Send less at once.",
    "json_first": "/json has to be the first line of a connection. Connect again to use it.",
    "hello_first": "send a message of type hello first.",
    "hello_late": "no hello came within {limit} seconds, so the connection is closed.",
    "hello_once": "hello was sent already.",
    "wrong_member": "{member} must be {right}.",
    "right_text": "a string",
    "right_kind": "message or notice",
    "right_bookmark": "a bookmark as you received it, such as 17-1764100000000, or a seq",
    "right_number": "a whole number, 0 or more",
    "right_options": "an array of strings, at most nine",
    "right_flag": "true or false",
    "right_id": "a whole number, or a string of at most 64 characters, none for control",
    "right_key": "16 to 64 letters, digits, _ or -",
    "right_language": "en or es",
    "right_rooms": "an object with the last bookmark that you have of each room, or null",
    "right_places": "an object with the seq up to which to search, or null, of each room (1 to 50)",
    "right_room_or_rooms": "left out where rooms is given",
    "right_search": "words, from:NAME or since:TIME to search for",
    "not_one_line": "the answer to a question must be one line, and has no kind.",
    "private_line_is_one": "a private line is one line: send each line by itself.",
    "not_text": "it contains unpaired surrogates.",
    "not_in_that_room": "you are not in #{room}.",
    "too_many_stays": "you are in {limit} rooms, the most allowed. Leave one first.",
    "renamed": "{name} is now {new_name}.",
    "topic_set": "{name} set the topic: {topic}",
    "topic_cleared": "{name} removed the topic.",
    # Deeds
    "did_kick": "{name} kicked {target}",
    "did_mute": "{name} muted {target}",
    "did_unmute": "{name} let {target} speak again",
    "did_ban": "{name} banned {target}",
    "did_unban": "{name} lifted the ban on {target}",
    "did_ban_address": "{name} banned the address that {target} came from",
    "did_unban_address": "{name} lifted the ban on the address that {target} came from",
    "did_mode": "{name} set the room's mode to {target}",
    "did_invite": "{name} invited {target}",
    "did_uninvite": "{name} withdrew the invitation of {target}",
    "did_voice": "{name} gave {target} a voice",
    "did_unvoice": "{name} took the voice back from {target}",
    "did_op": "{name} made {target} an operator",
    "did_unop": "{name} took operator rights from {target}",
    "did_close": "{name} closed the room",
    "did_wall": "{name} to everyone",
    "did_create": "{name} created this room: {target}",
    "did_disconnect": "{name} disconnected {target}",
    "did_ban_network": "{name} banned an address",
    "did_unban_network": "{name} lifted the ban on an address",
    "did_ban_prefix": "{name} banned a network ({target})",
    "did_unban_prefix": "{name} lifted the ban on a network ({target})",
    "did_private_everyone": "{name} lets everyone write private lines",
    "did_private_members": "{name} lets only people who are logged in write private lines",
    "did_seen_on": "{name} lets authors and operators see which people have a line (/seen)",
    "did_seen_off": "{name} switched /seen off in this room",
    "did_register_on": "{name} keeps a register here: it is stored when people come and go",
    "did_register_off": "{name} ended the register of this room",
    "did_hook": "{name} added a webhook: the lines of this room are sent to {target}",
    "did_unhook": "{name} removed the webhook to {target}",
    "did_endhook": (
        "{name} ended the webhook to {target}, because its creator lost the right to it"
    ),
    "did_deadhook": (
        "{name} has no webhook to {target} any more: nothing could be delivered for a week"
    ),
    "did_hookin": "{name} lets {target} post here",
    "did_unhookin": "{name} does not let {target} post here any more",
    "did_endhookin": (
        "{name} ended the posts of {target}, because the creator of that webhook lost the right"
        " to it"
    ),
    "for_time": "{did} for {time}",
    "with_reason": "{did}: {reason}",
    "without_reason": "{did}.",
    # Remarks
    "asks": "{name} asks: {question} Answer with {how}; only {name} sees it.",
    "asks_anonymously": ("{name} asks: {question} Answer with {how}; nobody sees who chose what."),
    "any_answer": "/a, or /a TEXT",
    "question_close": "{name} closed the question: {counts}.",
    "question_show": "{name} shows the answers: {counts}.",
    "no_answers": "nobody answered",
    "remark_ack": "{name} has this: {line}{words}",
    "remark_read": "{name} has read this: {line}{words}",
    "remark_decision": "{name} marked a decision: {line}{words}",
    # Questions
    "yes": "yes",
    "answered_in_words": "{count} answered",
    "answered_in_words_one": "{count} answered",
    "answered": "Your answer: {answer}. Only {name} sees it.",
    "answered_again": "Your answer is now: {answer}. Only {name} sees it.",
    "answered_once": (
        "Your answer: {answer}. It is counted without your name, so it cannot be changed."
    ),
    "answered_anonymously": (
        "you have answered. An anonymous answer cannot be changed, as nothing says which is yours."
    ),
    "anonymous_has_no_names": "the question is anonymous: nothing says who chose which option.",
    "anonymous_not_here": (
        "this server keeps its history in a database, whose journal would tell who chose which"
        " option. Ask with names, or on a server that keeps its history in a file."
    ),
    "anonymous_not_now": (
        "another program reads the store, so this would leave a trace there of who chose what, and"
        " was not done. Try again in a moment; if it goes on, tell the operator."
    ),
    "have_answered": "{count} of {expected} have answered.",
    "have_answered_one": "{count} of {expected} has answered.",
    "not_yet": "Not yet: {people}.",
    "more_answers": "... and {count} more answers.",
    "more_answers_one": "... and {count} more answer.",
    "asked_in": "The question is in #{room}.",
    "shown_in": "The answers are in #{room}.",
    "question_is_blank": "a question needs words: /ask QUESTION | OPTION | OPTION",
    "question_is_blank_http": "a question needs words.",
    "question_too_long": (
        "a question may have {limit} characters, and this one has {length}. Say the rest in a"
        " line before it."
    ),
    "too_many_options": "a question may have {limit} options, and this one has {number}.",
    "option_is_blank": "option {number} is blank. Write it, or leave out its |.",
    "option_is_blank_http": "option {number} is blank.",
    "option_too_long": "option {number} is too long: an option may have {limit} characters.",
    "option_has_separator": "option {number} has a |, which begins another option in the chat.",
    "options_are_same": "options {first} and {number} are the same.",
    "option_is_a_number": (
        "option {number} is {option}, which is also the number of another one, so nobody could"
        " tell which is meant. Put it in place {option}, or write it in another way."
    ),
    "anonymous_without_options": (
        "an anonymous question needs options, because words tell who wrote them: /ask anon"
        " QUESTION | OPTION | OPTION"
    ),
    "anonymous_without_options_http": (
        "an anonymous question needs options, because words tell who wrote them."
    ),
    "answer_too_long": "an answer may have {limit} characters, and this one has {length}.",
    "which_option": "which one? {options}. Answer with a number from 1 to {limit}.",
    "no_such_option": (
        "{answer} is none of the options: {options}. Answer with a number from 1 to {limit}, or"
        " with the text of an option."
    ),
    "no_question": "no question is open in #{room}. /ask QUESTION asks one.",
    "no_question_http": "no question is open in #{room}.",
    "no_such_question": (
        "there is no question {number} in #{room}, or its answers are not kept any more."
    ),
    "question_is_closed": "the question in #{room} is closed.",
    "too_many_questions": "#{room} has {limit} open questions. /ask done closes one.",
    "too_many_questions_http": "#{room} has {limit} open questions. Close one.",
    "too_many_answers": "{limit} people have answered, and more are not counted.",
    "only_asker": "only {name}, the author of the question, and operators may do that.",
    "only_asker_shows": "only {name}, the author of the question, may show the answers.",
    "answer_needs_account": (
        "over HTTP only an account can ask and answer, because two requests of a guest may be of"
        " two people. Send a token, or answer in the chat."
    ),
    "older_nodes": (
        "a server of an older version shares this chat and cannot show that. Tell the operator to"
        " upgrade it."
    ),
    "not_one_line_of_words": "the words must be one line.",
    "no_line_to_mark": "nothing was said in #{room} lately.",
    "no_such_line": "no line that was said in #{room} has the number {seq}, or it is deleted.",
    "no_line_with": 'no line of #{room} has the word "{word}".',
    "decisions": "{count} decisions in #{room}:",
    "decisions_one": "1 decision in #{room}:",
    "no_decisions": "No line of #{room} is marked as a decision.",
    "older_decisions": "For earlier ones: /marks {seq}",
    "which_alert": (
        "{alerts} alerts go on in #{room}: which one? /ack {number} takes the one of that number."
    ),
    "which_alert_http": "{alerts} alerts go on in #{room}: give the seq of one.",
    "no_alert": "no alert goes on in #{room}, and no webhook said a line there lately.",
    "no_alerts": "No alert goes on in #{room}.",
    "alerts_of_nobody": "{count} alerts that nobody has:",
    "alerts_of_nobody_one": "1 alert that nobody has:",
    "all_alerts_taken": "Every alert in #{room} is taken:",
    "alert_of_nobody": "{number}: {line}",
    "alert_of": "{number}: {line} ({name} has it)",
    "alert_of_with_words": "{number}: {line} ({name} has it: {words})",
    "have_read": "{people} have read: {line}",
    "has_read": "{people} has read: {line}",
    # Answers
    "you_are": "You are now {name}.",
    "you_are_already": "You are {name} already.",
    "said_in_room": "Said in #{room}.",
    "paste_begun": (
        "Paste or type the lines of a message. None is a command. A line with a dot alone ends it."
    ),
    "paste_is_blank": "Nothing was said: there was no text before the dot.",
    "paste_elsewhere": (
        "the message was begun in #{room}, and you are not there any more, so it was not said."
    ),
    "no_paste_here": "/paste is for chat ports. Here, send a text of several lines.",
    "echo_on": "Your own lines are shown to you.",
    "echo_off": "Your own lines are not shown to you. Errors still are.",
    "times_on": "Every line now shows its time.",
    "times_off": "New lines do not show their time.",
    "language": "The server speaks English to you.",
    "text_only": "From now on every line of this connection is text.",
    "not_text_only": (
        "/text is for chat ports. Here, start a line with // to say one that starts with a slash."
    ),
    "rooms": "{count} rooms:",
    "rooms_one": "{count} room:",
    "room": "#{room}: {people} in it, {count} lines.",
    "room_one": "#{room}: {people} in it, {count} line.",
    "more_rooms": "and {count} more. /rooms {next} lists all of them by name.",
    "more_rooms_one": "and {count} more. /rooms {next} lists all of them by name.",
    "rooms_from": "Rooms from {start} on, by name:",
    "next_rooms": "There are more: /rooms {next}",
    "no_rooms_from": "There is no room from {start} on. /rooms lists those with most people.",
    "history": "{shown} of {count} lines of #{room}:",
    "history_one": "{shown} of {count} line of #{room}:",
    "no_history": "Nothing has been said in #{room} yet.",
    "since": "{shown} of {count} lines of #{room}, since {time}:",
    "since_one": "{shown} of {count} line of #{room}, since {time}:",
    "goodbye": "Goodbye.",
    "stopping": "The server is stopping.",
    "upgrading": "The server is upgraded. Come back at once.",
    "no_line_said": "You have said nothing in #{room} that is still stored.",
    "no_such_line_said": (
        "No line of yours with these words was found in #{room}. Operators find those of others,"
        " too."
    ),
    "your_line_is_with": "Your line of {time} is with {has} of {all}.",
    "line_is_with": "The line of {author} of {time} is with {has} of {all}.",
    "line_has_no_readers": "No one else was here when that was said and is here now.",
    "line_was_sent": (
        "It was sent to {sent} over TLS or through a proxy; if it has arrived is not known."
    ),
    "line_not_yet": "Not yet: {people}.",
    "line_unknown": "Not known, because their server does not answer: {people}.",
    "clock_of_day": "{date} {clock}",
    # Running rooms
    "mode_free": "free",
    "mode_open": "open",
    "mode_private": "private",
    "mode_moderated": "moderated",
    "mode_announce": "announce",
    "mode_closed": "closed",
    "room_is_run": "#{room} is {mode}: {meaning}",
    "room_is_run_by": "#{room} is {mode}: {meaning} Its owner is {owner}.",
    "operators_are": "Operators: {people}.",
    "voiced_are": "Registered names with a voice: {people}.",
    "invited_are": "Registered names that are invited: {people}.",
    "means_free": "nobody runs it, so everyone may speak and set the topic.",
    "means_open": "everyone may enter and speak; operators set the topic.",
    "means_private": "it is not listed, and only invited people may enter.",
    "means_moderated": "everyone may enter; people with a voice may speak.",
    "means_announce": "everyone may enter; operators may speak.",
    "means_closed": "only its owner may enter, and may open it again.",
    "switch_seen_on": "In #{room}, authors and operators see which people have a line (/seen).",
    "switch_seen_off": "In #{room}, /seen is off: which people have a line is shown to no one.",
    "switch_register_on": (
        "#{room} keeps a register: it is stored when each person comes and goes, for its owner."
    ),
    "register_is_at": "You get it at {url}, with a token of yours (/token new NAME read).",
    "switch_register_off": "#{room} keeps no register of when people come and go.",
    "private_lines_everyone": "Everyone may write private lines here.",
    "private_lines_members": "Only people who are logged in may write private lines here.",
    "you_run_room": "You run #{room}. /help moderation says how.",
    "in_room": "In #{room}: {did}",
    "put_out": "You were removed from #{room}: {why}",
    "in_no_room_now": (
        "You are in no room now. /join ROOM to enter one, or /leave to go to the lobby."
    ),
    "welcome_outside": (
        "Welcome to chatd. You are {name}, in no room.\n"
        "/join ROOM to enter one, /help for commands, /quit to leave."
    ),
    "you_were_invited": "{name} invited you to #{room}. /join {room} to go there.",
    "may_already": "{name} may do that in #{room} already.",
    "voiced_already": "{name} may speak in #{room} already.",
    "invited_already": "{name} is invited to #{room} already.",
    "not_invited": "{name} has no invitation to #{room}.",
    "not_voiced": "{name} has no voice in #{room}.",
    "not_operator": "{name} is not an operator of #{room}.",
    "not_muted": "{name} is not muted in #{room}.",
    "not_banned": "{name} is not banned from #{room}.",
    "sanctions_nobody": (
        "Nobody here is called {name}, and the name is not registered. This applies to a guest who"
        " takes it."
    ),
    "sanctions_nobody_near": (
        "Nobody here is called {name}, and the name is not registered. This applies to a guest who"
        " takes it. Did you mean {near}?"
    ),
    "ask_again": "Repeat the command within a minute to confirm.",
    "would_shut_out": "This would keep {count} connections out of #{room}: {people}.",
    "would_shut_out_one": "This would keep {count} connection out of #{room}: {people}.",
    "would_shut_out_nobody": (
        "This would keep out none of the people who are connected to #{room} now."
    ),
    "would_close": (
        "This closes #{room} and removes {count} connections from it. Its history is kept."
    ),
    "would_close_one": (
        "This closes #{room} and removes {count} connection from it. Its history is kept."
    ),
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
        "{versions}\n"
        "Up for {time}. Connections: {connections}. Names here: {names}.\n"
        "Rooms: {rooms}. Lines: {lines}. Registered: {accounts}.\n"
        "When it started: {store}"
    ),
    # Hooks
    "hook_added": (
        "Webhook {number} of #{room}: {url}\n"
        "Its requests are signed with this secret, which is shown only once: {secret}"
    ),
    "hook_made": (
        "Paste this where a tool asks for a webhook of Slack, Mattermost, Discord, Gotify or"
        " Alertmanager. It is shown only now: {url}"
    ),
    "hook_posts": "{name}, posts here, by {by}, {time}: {count} posts, the last one {last}.",
    "hook_posts_one": "{name}, posts here, by {by}, {time}: {count} post, {last}.",
    "hook_never_posted": "{name}, posts here, by {by}, {time}: not used yet.",
    "hook_begins": "{hook} Its token begins with {start}.",
    "hook_refused": "{hook} The last post that was refused: {refusal}, {time}.",
    "no_hooks": (
        "#{room} has no webhooks. /hook add URL sends its lines there, /hook in NAME lets a tool"
        " post here."
    ),
    "hooks": "{count} webhooks of #{room}:",
    "hooks_one": "{count} webhook of #{room}:",
    "hook_is_idle": "{number}. {to}, by {by}, {time}: everything is delivered.",
    "hook_waits": "{number}. {to}, by {by}, {time}: {count} lines wait.",
    "hook_waits_one": "{number}. {to}, by {by}, {time}: {count} line waits.",
    "hook_fails": "{hook} {count} tries failed; the last one: {why}",
    "hook_fails_one": "{hook} {count} try failed: {why}",
    "hook_is_unproven": (
        "{hook} It must answer a challenge before its next line: see Webhooks in docs/wire.md."
    ),
    "hook_answers": "{hook} It answers as {name}.",
    "hook_failed": "nothing was delivered.",
    "hook_reason": "For administrators: {why}",
    "hook_not_proven": "it did not answer the challenge with its text.",
    "hook_busy": "too many deliveries wait.",
    "hook_answered": "it answered {status}.",
    "hook_timed_out": "it did not answer in time.",
    "hook_unreachable": "no connection could be made.",
    "hook_no_address": "its host name has no address.",
    "hook_not_allowed": "requests to its address are not allowed here.",
    "hook_no_tls": "https:// needs chatd[tls], which is not installed here any more.",
    "hook_tls_failed": "its certificate is not valid, or TLS failed in another way.",
    "hook_broke": "the connection broke, or the answer was not HTTP.",
    "hook_not_readable": "the room's log cannot be read.",
    # Help
    "no_push": "You get no notifications while you are away. /push URL sets them up.",
    "push_is": "While you are away, {target} is notified of private lines and mentions.",
    "push_is_with_text": (
        "While you are away, {target} is notified of private lines and mentions, with their text."
    ),
    "push_fails": "{push} The last {count} tries failed.",
    "push_fails_one": "{push} The last try failed.",
    "push_ended": "You get no notifications from now on.",
    "push_code_sent": ("A code was sent to {target}. Type /push confirm CODE within ten minutes."),
    "push_code": "The code for {name} is {code}. In chatd, type: /push confirm {code}",
    "push_privates": "{count} private lines, the last by {name}",
    "push_privates_one": "{name} wrote to you",
    "push_mentions": "{count} mentions in #{room}, the last by {name}",
    "push_mentions_one": "{name} mentioned you in #{room}",
    "push_more": "{count} more elsewhere",
    "push_more_one": "{count} more elsewhere",
    "push_with_text": "{what}: {text}",
    "help_more": "/help COMMAND explains one. To say a line that starts with /, type //.",
    "help_more_in": "/help COMMAND explains one, with an example: /help {command}",
    "help_undo": "To undo: {names}",
    "help_other_names": "Other names: {names}.",
    # Missed lines and searches
    "private_missed": "{count} private lines since you left:",
    "private_missed_one": "{count} private line since you left:",
    "private_missed_more": "{count} more private lines: /missed shows them.",
    "private_missed_more_one": "{count} more private line: /missed shows it.",
    "missed": "{count} lines in #{room} since you left:",
    "missed_one": "{count} line in #{room} since you left:",
    "missed_more": "{count} more in #{room}: /missed shows them, /skip marks all as read.",
    "missed_more_one": "{count} more in #{room}: /missed shows it, /skip marks all as read.",
    "missed_before": (
        "{count} more lines in #{room} since you left: /missed shows them, /skip marks all as read."
    ),
    "missed_before_one": (
        "{count} more line in #{room} since you left: /missed shows it, /skip marks all as read."
    ),
    "nothing_missed": "You have missed nothing.",
    "skipped": "All lines of your rooms, and your private lines, are marked as read.",
    "nothing_counted": (
        "missed lines are counted only while you are logged in. /history shows the last lines."
    ),
    "waits_for": "{name} is not here. Your line is stored, and shown when {name} comes back.",
    "is_away": "{name} is away: {text}",
    "found": "{count} lines of #{room}, newest first:",
    "found_one": "{count} line of #{room}:",
    "found_more": "The last {count} lines of #{room}, newest first; there may be more:",
    "found_more_one": "The last line of #{room}; there may be more:",
    "search_wrong_from": (
        '{part} is not understood. from:ana finds the lines of ana; use it once. "In quotes"'
        " it is searched for as it is."
    ),
    "search_wrong_since": (
        "{part} is not understood. since:2d finds the lines of the last 2 days (s, m, h, d,"
        ' w); use it once. "In quotes" it is searched for as it is.'
    ),
    "search_wrong_in": (
        "{part} is not understood. in:ops finds the lines of #ops, in:all those of your rooms; use"
        ' it once. "In quotes" it is searched for as it is.'
    ),
    "search_in_apart": (
        '{part} is for the command /search. Here, choose the rooms separately. "In quotes" it is'
        " searched for as it is."
    ),
    "search_too_many_words": "a search has at most {limit} words.",
    "nothing_found": "Nothing found in #{room}.",
    "nothing_found_anywhere": "Nothing found in your rooms.",
    "rooms_not_looked_at": (
        "{count} of your rooms were not searched to the end. For one of them: /search in:#{room}"
        " WORDS"
    ),
    "rooms_not_looked_at_one": (
        "#{room} was not searched to the end. For that room alone: /search in:#{room} WORDS"
    ),
    "not_looked_at": "Lines 1 to {first} of {all} were not searched. Try a longer word.",
    "mentions": "{count} lines of #{room} that mention you, newest first:",
    "mentions_one": "{count} line of #{room} that mentions you:",
    "no_mentions": "No line that mentions {name} was found.",
    "more_mentions": "There may be more. /search {name} searches further back in this room.",
    # Settings
    "away": "back later",
    "away_on": "People who write to you are told: {away}. /away again when you are back.",
    "away_off": "You are not away any more.",
    "bell_on": "Every line of other people beeps.",
    "bell_mentions": "Lines that mention you, and private lines, beep.",
    "bell_off": "No line beeps.",
    "quiet_on": "Joins, leaves and renames are hidden.",
    "quiet_off": "Joins, leaves and renames are shown.",
    "guests_on": "Guests can write private lines to you.",
    "guests_off": "Guests cannot write private lines to you.",
    "stay_on": (
        "You stay in the rooms that you are in for 30 days without a connection. The others see"
        " you as away."
    ),
    "stay_off": "You are in a room as long as you are connected.",
    "ignored": "Lines of {name} are hidden. /unignore {name} shows them again.",
    "unignored": "Lines of {name} are shown again.",
    "not_ignored": "You do not ignore {name}.",
    "ignores": "You ignore {names}.",
    "ignores_nobody": "You ignore nobody.",
    "too_many_ignored": "you ignore {limit} people, the most allowed. /unignore NAME first.",
    # Accounts
    "password_prompt": "Your next line is the password. An empty line cancels.",
    "present_password_prompt": (
        "First type your present password as the next line. An empty line cancels."
    ),
    "new_password_prompt": "Your next line is the new password. An empty line cancels.",
    "repeat_password_prompt": "Type it again. An empty line cancels.",
    "passwords_differ": "the two passwords differ.",
    "shown_password_prompt": (
        "Your next line is the password. Others do not see it, but nc shows it on your own"
        " screen. An empty line cancels."
    ),
    "shown_present_password_prompt": (
        "First type your present password as the next line. Others do not see it, but nc shows it"
        " on your own screen. An empty line cancels."
    ),
    "shown_new_password_prompt": (
        "Your next line is the new password. Others do not see it, but nc shows it on your own"
        " screen. An empty line cancels."
    ),
    "keep_tokens_prompt": (
        "You have {count} tokens, which end with the old password. Press Enter to end them,"
        " or answer keep if nobody else can have them."
    ),
    "keep_tokens_prompt_one": (
        "You have {count} token, which ends with the old password. Press Enter to end it, or"
        " answer keep if nobody else can have it."
    ),
    "password_not_needed": (
        "You typed your password recently, so it was not asked for again. This line was not said."
    ),
    "not_asked_again": "You are not asked again. Give the command once more to go on.",
    "password_cancelled": "Cancelled: no password was given.",
    "registered": "{name} is yours now. When you come back: /login {name}",
    "password_changed": "Your password is changed. All your other sessions are signed out.",
    "tokens_kept": "{count} tokens stay valid: /token list.",
    "tokens_kept_one": "{count} token stays valid: /token list.",
    "password_changed_elsewhere": (
        "The password was changed elsewhere, so you are signed out here. /login NAME PASSWORD to go"
        " on, or /logout to be a guest."
    ),
    "password_changed_elsewhere_irc": (
        "The password was changed elsewhere, so you are signed out here. /msg NickServ"
        " IDENTIFY NAME PASSWORD to go on, or LOGOUT to be a guest."
    ),
    "others_closed": "{count} other connections of yours were closed.",
    "others_closed_one": "{count} other connection of yours was closed.",
    "no_others": "You have no other connection.",
    "browsers_signed_out": "{count} browsers have to sign in again.",
    "browsers_signed_out_one": "{count} browser has to sign in again.",
    "signed_out": (
        "You are signed out: the password was changed, or this sign-in was ended elsewhere."
    ),
    "sign_in_again": (
        "This browser is not signed in here any more: reload the page, and sign in again."
    ),
    "token_made_write": (
        "{token} is a token for reading and writing. It is shown only once. Anyone who has it"
        " can read and speak as {name}, until /token revoke {token} or a new password:"
    ),
    "token_made_read": (
        "{token} is a token for reading. It is shown only once. Anyone who has it can read as"
        " {name}, until /token revoke {token} or a new password:"
    ),
    "tokens": "{count} tokens:",
    "tokens_one": "{count} token:",
    "token_listed": "{token}, {scope}, created {time}",
    "scope_read": "for reading",
    "scope_write": "for reading and writing",
    "no_tokens": "You have no tokens. /token new NAME creates one.",
    "token_revoked": "The token {token} is revoked.",
    "closed_by_owner": "{name} closed this connection from another one.",
    "unregistered": "{name} is not registered any more.",
    "registered_elsewhere": "{name} is registered now. If it is yours, /login NAME.",
    "registered_elsewhere_irc": (
        "{name} is registered now. If it is yours: /msg NickServ IDENTIFY {name} PASSWORD"
    ),
    "whois_registered": "{name} is registered.",
    "whois_not_registered": "{name} is not registered.",
    "whois_here": "{name} is here in {rooms}, with {count} connections.",
    "whois_here_one": "{name} is here in {rooms}, with {count} connection.",
    "whois_in_no_room": "{name} is here, with {count} connections.",
    "whois_in_no_room_one": "{name} is here, with {count} connection.",
    "whois_not_here": "{name} is not here.",
    "whois_stays": "{name} is away, and stays in {rooms}.",
    "name_first": "choose a name first: /nick NAME, and then /register, which asks for a password.",
    "name_first_http": "this name was taken away meanwhile. Choose a name again.",
    "name_first_irc": "choose a nickname first: /nick NAME",
    "you_have_no_name": "Your login gives you no name here: {why}",
    "you_administer": (
        "You are an administrator on this connection, as a member of the group {group}."
    ),
    "root_has_no_name": (
        "root has no account. Connect as a user without its rights, or /login NAME PASSWORD."
    ),
    "login_is_unknown": "this machine has no login name for you. /nick NAME to choose a name.",
    "login_came_late": (
        "this machine did not tell your login name in time. Connect again later, or /nick NAME."
    ),
    "name_of_other_user": (
        "{name} belongs to another user of this machine, or to an earlier one. Choose another"
        " name, or ask the operator to remove it: chatd admin remove {name}."
    ),
    "has_no_password": (
        "{name} has no password: only its user on the server's machine has it, at the UNIX socket."
        " Choose another name."
    ),
    "no_password_here": (
        "{name} is an account of the organisation, and has no password here. Sign in as there, in"
        " a browser."
    ),
    "header_not_trusted": "this server does not trust you to name persons. Leave out the header.",
    "account_closed": "{name} is closed. Ask who runs this server.",
    "no_account_here": "you are known, but {name} has no account here. Ask who runs this server.",
    "account_is_local": (
        "{name} is an account of this server alone, so the sign-in of the organisation does not"
        " count for it. Ask who runs this server."
    ),
    "name_of_organisation": (
        "{name} is a name of the organisation. /login {name}, with the password that it has there."
    ),
    "name_of_organisation_http": (
        "{name} is a name of the organisation. Sign in, with the password that it has there."
    ),
    "password_is_outside": "the password of {name} is the organisation's. Change it there.",
    "sign_in_fails": (
        "passwords cannot be checked now: the sign-in of the organisation fails. Try again later."
    ),
    "would_unregister": "This would give up the name {name}, and delete your private lines.",
    "yours_without_password": "{name} is yours already.",
    "yours_already": "{name} is yours already. /password changes its password.",
    "yours_already_irc": "{name} is yours already.",
    "not_registered": "{name} is not registered. /nick {name} takes it, /register keeps it.",
    "not_registered_http": "{name} is not registered. Look at its letters, or make a new account.",
    "not_registered_irc": "{name} is not registered. /nick {name} takes it.",
    "not_logged_in": "you are not logged in. /login NAME PASSWORD, or /register a name.",
    "not_logged_in_irc": "you are not logged in. /msg NickServ IDENTIFY NAME PASSWORD, say.",
    "logout_first": "you are logged in as {name}. /logout first.",
    "logout_first_http": "this request is signed in as {name}. Leave out the parameter name.",
    "logout_first_irc": "you are logged in as {name}. First: /msg NickServ LOGOUT",
    "wrong_password": "that is not the password of {name}.",
    "too_many_tries": "wait {count} seconds. This password was not checked.",
    "too_many_tries_one": "wait {count} second. This password was not checked.",
    "too_many_wait": "many passwords are being checked now. Try again in some seconds.",
    "password_in_clear": (
        "passwords are not accepted here. Others may have read the one that you sent; do not use it"
        " again."
    ),
    "no_password_in_clear": (
        "passwords are not accepted here. Connect over TLS, or from the server's own machine."
    ),
    "nearly_a_password": (
        "this looks like a password. A command starts with /, and a space follows its name;"
        " start the line with // to say it anyway."
    ),
    "answer_to_nothing": (
        "this line may be a password: it came right after a command that did not ask for one."
        " Send it again if it is not."
    ),
    "asked_before_upgrade": (
        "the server was upgraded meanwhile, so the question is not open any more. Give the command"
        " again."
    ),
    "answer_too_soon": "this line came before the question could be read.",
    "no_token_in_clear": (
        "tokens are not created here. Connect over TLS, or from the server's own machine."
    ),
    "token_exists": (
        "you have a token {name} already. /token revoke {name}, or choose another name."
    ),
    "no_such_scope": "a token is for read or for write, not for {scope}.",
    "token_reads_only": "your token is for reading only. /token new NAME write creates another.",
    "token_reads_only_http": (
        "this token is for reading only. In the chat, /token new NAME write creates another."
    ),
    "not_with_a_token": "that cannot be done with a token. Log in with your password.",
    "not_signed_in": "you are signed out. /login NAME PASSWORD to go on, or /logout to be a guest.",
    "not_signed_in_http": "the sign-in or the token of this request is not valid any more.",
    "not_signed_in_irc": (
        "you are signed out. /msg NickServ IDENTIFY NAME PASSWORD to go on, or LOGOUT to be"
        " a guest."
    ),
    "keep_tokens_or_not": (
        "the answer was not understood, so nothing was changed. Press Enter to end your tokens,"
        " or answer keep."
    ),
    "password_is_a_word": (
        "a new password must not begin with {word}: /password keep-tokens NEW keeps your tokens."
    ),
    "password_is_a_word_http": "a new password must not begin with {word}. Choose another one.",
    "too_many_tokens": "you have {limit} tokens, the most allowed. /token revoke NAME first.",
    "no_such_token": "you have no token {name}. /token list shows them.",
    "no_accounts": "names cannot be registered here. The operator can install chatd[accounts].",
    "password_is_the_name": "a password must not be the name.",
    "password_too_short": "a password must have at least {limit} characters.",
    "password_too_long": "a password must have at most {limit} characters.",
    "password_has_controls": "a password must not contain control characters, such as TAB.",
    # Errors
    "too_long": "it is longer than {limit} characters. Send it in parts.",
    "first_not_utf8": (
        "your first line is not UTF-8, so it may be another protocol, and the connection is"
        " closed. Set your terminal to UTF-8, or use chatd connect."
    ),
    "not_utf8": "it is not UTF-8. Set your terminal to UTF-8, or use chatd connect.",
    "too_many_marks": "it has more than 30 accents or other marks in a row. Remove some.",
    "message_has_lines": (
        "the message has {number} lines, and one may have {limit}. None was said: send it in parts."
    ),
    "message_has_bytes": (
        "the message has {number} bytes, and one may have {limit}. None was said: send it in parts."
    ),
    "cut_line": (
        "a terminal has cut it after 4,095 bytes, so it was not said. Use chatd connect, or"
        " chatd say --file."
    ),
    "line_cut": (
        "a terminal has cut line {number} after 4,095 bytes, so nothing of the message was said."
        " Use chatd connect, or chatd say --file."
    ),
    "line_not_utf8": "line {number} is not UTF-8, so nothing of the message was said.",
    "line_was_dropped": (
        "line {number} did not end in time, so nothing of the message was said. Send it again."
    ),
    "line_too_long": (
        "line {number} is longer than {limit} characters, so nothing of the message was said."
        " Divide it."
    ),
    "line_has_marks": (
        "line {number} has more than 30 accents or other marks in a row, so nothing of the message"
        " was said. Remove some."
    ),
    "unknown_command": (
        "{command}. /help lists the commands; start a line with // to say something that"
        " begins with a slash."
    ),
    "unknown_command_near": (
        "{command}. Did you mean /{near}? /help lists the commands; start a line with // to say"
        " something that begins with a slash."
    ),
    "no_help": "{command}. /help lists the commands and the sections.",
    "no_help_near": "{command}. Did you mean /help {near}?",
    "wrong_use": "{command} is used like this: {usage} - {explanation}.",
    "invalid_name": (
        "{name} is not a valid name. Use 1 to 32 letters, digits, _, - or ., and begin with a"
        " letter or digit."
    ),
    "invalid_room": (
        "{name} is not a valid room name. Use 1 to 32 letters, digits, _, - or ., and begin"
        " with a letter or digit."
    ),
    "mixed_scripts": (
        "{name} mixes alphabets that are not written together. Use letters of one alphabet."
    ),
    "reserved_name": "{name} is reserved for the server. Choose another name.",
    "ends_in_dot": "{name} ends in a dot. Leave the dot out.",
    "name_is_address": "{name} looks like an address. Choose another name.",
    "name_in_use": "{name} is taken. Choose another name.",
    "registered_name": (
        "{name} is registered. /login {name} PASSWORD if it is yours, or choose another name."
    ),
    "registered_name_http": (
        "{name} is registered. Sign in if it is yours (a program: with a token), or choose"
        " another name."
    ),
    "registered_name_irc": (
        "{name} is registered. If it is yours, log in: by SASL, with the password"
        " {name}:PASSWORD, or, under another nickname, /msg NickServ IDENTIFY {name} PASSWORD"
    ),
    "hook_has_name": "{name} is the name of a webhook. Choose another name.",
    "hook_is_here": (
        "#{room} has a webhook called {name}. /hook remove {name} ends it; or choose another name."
    ),
    "hook_name_is_number": "{name} is a number. Choose a name with a letter in it: alerts, say.",
    "no_web_address": (
        "this server takes no HTTP, so no tool can post here. The operator can start it with --web."
    ),
    "looks_like_name": "{name} looks like {other}, which is taken. Choose another name.",
    "looks_like_room": "#{room} looks like #{other}. /join {other}, or choose another name.",
    "looks_like_room_http": "#{room} looks like #{other}. Use that room, or choose another name.",
    "unusable_room": (
        "#{room} cannot be used for a new room. Choose another name; or, if you know of a"
        " room of that name, log in or ask to be invited."
    ),
    "no_room_named": "no room was named. Name the room that this is for.",
    "moved_just_now": (
        "you were removed from #{room} just now, and this may have been meant for it, so it was"
        " not done. Send it again if it is for this room."
    ),
    "in_no_room": "you are in no room. /join ROOM to enter one, or /leave to go to the lobby.",
    "not_said": (
        "you are in no room, so this was not said. /join ROOM to enter one, or /leave to go"
        " to the lobby."
    ),
    "no_room_for_topic": (
        "{name} does not exist; /rooms lists the rooms. For a topic that begins with #:"
        " /topic #{here} TEXT."
    ),
    "unknown_room": "#{room} does not exist. /rooms lists the rooms, /join creates one.",
    "unknown_room_near": "#{room} does not exist. Did you mean #{near}? /rooms lists the rooms.",
    "unknown_room_http": (
        "#{room} does not exist. GET /api/rooms lists the rooms; the first line posted in a"
        " room makes it."
    ),
    "nobody": "{name} is not here. /who lists the people here.",
    "inbox_full": "{name} is not reading, so this was not said. Try again later.",
    "other_lines_with_key": "something else was sent with this key. Use a new key for each.",
    "not_saved": (
        "your line could not be stored, so it was not shown to others. Say it again later."
        " The server's log says why."
    ),
    "store_full": (
        "the store of this chat is full, so your line was not shown to others. Say it again"
        " later, and tell the operator. The server's log says what to do."
    ),
    "line_changed_meanwhile": (
        "something that your line depends on has just changed, so it was not shown to others. Say"
        " it again."
    ),
    "cut_off_line": (
        "this server is cut off from the store and from the other servers, so your line was not"
        " saved and not shown. Say it again in a while."
    ),
    "cut_off_change": (
        "this server is cut off from the store and from the other servers, so nothing was changed."
        " Try again in a while."
    ),
    "cut_off": (
        "This server is cut off from the other servers: their lines come later. Yours wait, and may"
        " not be saved."
    ),
    "cut_off_ended": (
        "This server is connected to the other servers again. The lines that were said there"
        " meanwhile follow."
    ),
    "store_away": ("This server does not reach its store. Your lines wait, and may not be saved."),
    "store_away_ended": "This server reaches its store again.",
    "name_was_lost": (
        "This server was cut off for long. Meanwhile another person took the name {name} at another"
        " server."
    ),
    "not_your_name_now": (
        "another person has the name {name} now, so what you said under it was not saved and not"
        " shown."
    ),
    "room_was_lost": (
        "this server was cut off for long, and at another server there is a room with the name"
        " #{room} now, or one that looks like it. Enter it again."
    ),
    "as_of": "That is as of {time} ago: this server is cut off from the other servers.",
    "in_doubt": (
        "the store has not answered, so your line may have been stored or not. If it was, it is"
        " shown in a while: look before you say it again."
    ),
    "in_doubt_http": (
        "the store has not answered, so the lines may have been stored or not. Send them again"
        " with the same Idempotency-Key, and they are said once; without one, look first."
    ),
    "change_in_doubt": (
        "the store has not answered, so this change may have been stored or not. Look before you"
        " try again."
    ),
    "changed_meanwhile": (
        "another person has just changed the same, so nothing was changed. Look, and try again."
    ),
    "change_not_saved": (
        "that could not be stored, so nothing was changed. Try again later. The server's log"
        " says why."
    ),
    "not_readable": "lines {first} to {last} of the log cannot be read. Try again later.",
    "line_took_too_long": (
        "it took more than {limit} seconds to end, so all of it was dropped. Send it again."
    ),
    "used_up": (
        "the limit of {what} is reached for {whose}: {limit} a day, at most half of it at once."
        " Try again in {wait}."
    ),
    "used_up_held": "{whose} has {limit} {what}, the most allowed. Remove one first.",
    "budgets": (
        "How much is used of each limit. It comes back steadily through the day, so a small"
        " amount soon shows as 0."
    ),
    "budget_row": "{what}: {uses}.",
    "budget_use": "{whose} {used} of {most}",
    "budget_use_unlimited": "{whose} {used}",
    "budget_connections": "connections",
    "budget_lines": "lines",
    "budget_bytes": "bytes on disk",
    "budget_absent": "private lines to people who are away",
    "budget_hooks": "webhooks",
    "budget_pushes": "accounts that are notified",
    "budget_rooms": "new rooms",
    "budget_names": "registered names",
    "budget_keys": "idempotency keys",
    "budget_bans": "mutes and bans",
    "budget_tokens": "tokens and sign-ins",
    "budget_of_account": "your account",
    "budget_of_address": "guests at your address",
    "budget_of_64": "your network",
    "budget_of_56": "your network (a /56)",
    "budget_of_48": "your network (a /48)",
    "budget_of_all": "this server",
    "full": "the server is full, with {limit} connections. Try again later.",
    "address_full": (
        "there are {limit} connections from your address, the most allowed. Close one of"
        " them, or ask the operator to raise --connections-per-address."
    ),
    "network_full": (
        "there are {limit} connections from the network of your address, the most allowed."
        " Close one of them, or ask the operator to raise --budget connections.56 and .48."
    ),
    "no_numbers": (
        "the server can take no further connection until its store answers. Try again later."
    ),
    "wrong_protocol": "this port is for plain lines (nc, telnet).",
    "server_error": "that did not work. The server's log says why.",
    # Times, and the log of the operator
    "months": (
        "January February March April May June July August September October November December"
    ),
    "moment": "{day} {month} {year}, {time}",
    "log_listening": "listening on {address}.",
    "log_metrics": "The figures of the daemon.",
    "log_bare": "Bare lines.",
    "log_irc": "IRC clients.",
    "log_key": "Its key is {fingerprint} (the --fingerprint of chatd's clients).",
    "log_this_machine": "This machine only.",
    "log_lets_in": "This machine only; --lan lets the local network in, over TLS.",
    "log_lan": "others on this network reach this machine at {addresses}.",
    "log_lan_nowhere": (
        "this machine has no address in a local network, so nobody else comes in. --lan-all lets"
        " everyone in who can reach it."
    ),
    "log_lan_public": (
        "everyone who can reach this machine comes in, also from the Internet. --lan lets in the"
        " local network alone."
    ),
    "log_lan_chatd": "with chatd: {command}",
    "log_lan_openssl": "without chatd: {command}",
    "log_lan_browser": "in a browser: {url}",
    "log_lan_warning": (
        "the browser warns once, because no authority vouches for the certificate. It is the right"
        " one if its SHA-256 is {digest}"
    ),
    "log_lan_no_picture": "for {url} as a QR code, install segno: {command}",
    "log_history": "history in {path}, {count} lines.",
    "log_history_one": "history in {path}, {count} line.",
    "log_history_shared": "history in {where}, {count} lines; this is the node {node}.",
    "log_history_shared_one": "history in {where}, {count} line; this is the node {node}.",
    "log_history_in_memory": (
        "history in memory: the last {limit} lines of a room, until it stops."
    ),
    "log_kept": "lines are kept {spans}.",
    "log_kept_in": "in #{room} {span}",
    "log_span": "for {time}",
    "log_no_span": "for ever",
    "log_stop": "Press Ctrl+C to stop.",
    "log_stopping": "chatd is stopping.",
    "log_stopped": "chatd has stopped.",
    # Over HTTP
    "bad_request": "the request cannot be read. /api/openapi.json describes the API.",
    "unknown_path": "there is nothing at this path. /api/openapi.json describes the API.",
    "unknown_path_to_watch": "there is nothing at this path. Here are /metrics, /healthz, /readyz.",
    "needs_metrics_token": (
        "the figures need the operator's token, in the header Authorization: Bearer TOKEN."
    ),
    "no_metrics_library": (
        "the figures need the library prometheus-client. The operator installs it with chatd's"
        " extra: chatd[metrics]."
    ),
    "wrong_method": "this path allows {allowed}.",
    "body_too_large": "a body may have at most {limit} bytes. Send less at a time.",
    "headers_too_large": "the headers may have at most {limit} bytes.",
    "too_many_headers": "there may be at most {limit} headers.",
    "target_too_long": "a path and its query may have at most {limit} bytes.",
    "body_is_packed": "Content-Encoding is not supported. Send the body as it is.",
    "body_has_parts": (
        "a multipart body, such as that of curl -F, is not accepted. Send the text itself:"
        " curl --data-binary TEXT."
    ),
    "other_json": 'JSON must be sent as application/json: an object with a "text".',
    "body_is_a_form": (
        "payload= of a form is not accepted. Send the text itself, or as application/json an"
        ' object with a "text".'
    ),
    "request_took_too_long": "it took more than {limit} seconds to arrive. Send it again.",
    "unknown_host": (
        "this server is not known by that name. Use its address, or ask the operator to add"
        " the name: --web-name NAME."
    ),
    "other_origin": "this was sent by a page of another site, so it was not done.",
    "wrong_token": (
        "this token is not valid, or not any more. In the chat, /token new NAME creates one."
    ),
    "token_in_clear": (
        "others can read this connection, and now your token. In the chat, /token revoke NAME"
        " makes it invalid. Connect over TLS, or from the server's own machine."
    ),
    "parameter_twice": "{name} was given twice.",
    "unknown_parameter": "there is no parameter {name} here; known: {known}.",
    "no_parameters": "this path has no parameters; {name} is one too many.",
    "header_twice": "the header {name} was sent more than once.",
    "not_a_bookmark": (
        "{name} must be the seq of a line, or a bookmark as you received it, such as"
        " 17-1764100000000."
    ),
    "not_a_number": "{name} must be a whole number from {least} to {most}.",
    "one_of_parameters": "give {first} or {second}, not both.",
    "not_json": "the body must be a JSON object with: {members}, each of them once.",
    "text_or_message": (
        'the body must have "text" (each line is a message) or "message" (one message of several'
        " lines)."
    ),
    "not_a_seq": "{name} must be the number of a line, from 1 on.",
    "not_a_text": "{name} must be a string.",
    "name_in_body": "the name belongs in the path, not in the body: ?name=NAME.",
    "not_a_kind": "kind must be message or notice.",
    "not_a_format": "format must be json or csv.",
    "kind_twice": "give kind in the path or in the body, not in both.",
    "room_in_body": "the room of the path is #{room}; the body names another one.",
    "key_in_body": "the key belongs in the header Idempotency-Key, not in the body.",
    "not_a_choice": "{name} must be true or false.",
    "not_a_key": "{name} must be 16 to 64 letters, digits, _ or -.",
    "nothing_to_say": "it contains no line that could be said.",
    "too_many_lines": "at most {limit} lines are accepted at a time.",
    "key_too_long": "an Idempotency-Key must have 1 to {limit} characters.",
    "websocket_wanted": "this path is for WebSockets (RFC 6455).",
    "websocket_version": "the version of a WebSocket must be 13.",
    "websocket_key": "Sec-WebSocket-Key must be 16 bytes in base64.",
    "http_only": "this port is for browsers and HTTP. Chat lines go to another port.",
    # Rights, sanctions and webhooks
    "only_administrators": "only administrators of this server may do that.",
    "members_write": (
        "only people who are logged in may write private lines here. /register a name, or"
        " /login NAME PASSWORD."
    ),
    "takes_no_guests": (
        "{name} accepts no private lines from guests. /register a name, or /login NAME PASSWORD."
    ),
    "takes_no_guests_irc": (
        "{name} accepts no private lines from guests. Register or log in: /msg NickServ HELP"
    ),
    "close_closes": "/close closes a room. A mode is open, private, moderated or announce.",
    "no_mode_near": "there is no mode {word}. Did you mean {near}?",
    "wrong_senders": (
        "{word} is not a setting for private lines. Use /mode private-lines members, or everyone."
    ),
    "switch_needs_owner_seen": (
        "nobody runs #{room}, so /seen is not there. /create ROOM creates a room that you run."
    ),
    "switch_needs_owner_seen_http": (
        "nobody runs #{room}, so it does not show which people have a line."
    ),
    "seen_switched_off": "the operators of #{room} have switched that off there.",
    "switch_needs_owner_register": "nobody runs #{room}, so it keeps no register.",
    "wrong_switch": "{word} is not a setting. Use on or off.",
    "nobody_runs_room": (
        "nobody runs #{room}, so only administrators may do that there. /create ROOM creates"
        " a room that you run."
    ),
    "nobody_runs_guests_room": (
        "nobody runs #{room}, so only administrators may do that there. To run a room of your own,"
        " log in (/help account), and then /create ROOM."
    ),
    "only_operators": "only the owner and the operators of #{room} may do that.",
    "only_owner": "only the owner of #{room} may do that.",
    "only_registered": (
        "only a registered name can run a room. /register PASSWORD first; or /join {room}"
        " creates one that nobody runs."
    ),
    "room_is_private": "#{room} is private. An operator there can invite you: /invite {name}.",
    "room_is_closed": "#{room} is closed. Its owner may open it again: /mode #{room} open.",
    "room_is_closed_http": (
        "#{room} is closed. In the chat, its owner may open it again: /mode #{room} open."
    ),
    "room_is_moderated": (
        "in #{room} only people with a voice speak. An operator can give you one: /voice {name}."
    ),
    "room_is_moderated_http": (
        "in #{room} only people with a voice speak. In the chat, an operator can give you one:"
        " /voice {name}."
    ),
    "room_announces": "in #{room} only operators speak. Write to one of them: /msg NAME TEXT.",
    "room_announces_http": "in #{room} only operators speak. Use the token of one of them.",
    "being_put_out": "you are being removed from #{room}, so this was not done.",
    "name_stays": (
        "you may not speak in #{room}, and a new name would be shown there. /join another room"
        " first, or wait."
    ),
    "kicked": "{by} kicked you. You may come back: /join {room}.",
    "kicked_why": "{by} kicked you: {reason}",
    "muted": "you are muted in #{room} until {until}, by {by}. You can still read.",
    "muted_why": "you are muted in #{room} until {until}, by {by}: {reason}",
    "banned": "you are banned from #{room} until {until}, by {by}. /join another room.",
    "banned_http": "you are banned from #{room} until {until}, by {by}.",
    "banned_why": "you are banned from #{room} until {until}, by {by}: {reason}",
    "not_above_operator": (
        "{name} is an operator of #{room}, so only its owner and administrators may do that."
    ),
    "not_above_owner": "{name} owns #{room}, so only administrators may do that.",
    "not_above_administrator": "{name} is an administrator of this server, so nobody may do that.",
    "not_registered_op": "{name} is a guest. Only a registered name can be an operator: /register.",
    "lobby_is_for_all": "everyone enters #{room} first: it cannot be private or closed.",
    "no_address": "{name} has no address (a UNIX socket). /ban {name} bans the name.",
    "wrong_length": (
        "{network} is too wide or too narrow. A network has a length from /{widest} to /32 of IPv4,"
        " or from /{widest_of_ipv6} to /{narrowest_of_ipv6} of IPv6."
    ),
    "not_first_address": (
        "{network} does not begin with the network's first address. Write {right} for the whole"
        " network."
    ),
    "wrong_owner_length": (
        "@{name}/{length} is not one person's network. Write @{name}/64, @{name}/56 or @{name}/48,"
        " which are lengths of IPv6; or a network itself, such as 192.0.2.0/24."
    ),
    "within_network": (
        "{name} is banned from #{room} with {other}, of which it is a part. /unban {other} lifts"
        " that ban."
    ),
    "too_many_rooms": (
        "you own {count} rooms, the most allowed. /join {room} creates one that nobody runs."
    ),
    "too_many_rooms_one": (
        "you own {count} room, the most allowed. /join {room} creates one that nobody runs."
    ),
    "too_many_sanctions": "#{room} has {count} mutes and bans, the most allowed. /unban some.",
    "too_many_sanctions_one": "#{room} has {count} mute or ban, the most allowed. /unban it.",
    "mute_is_not_undone": (
        '/unmute {target} lets {target} speak again. If "{word}" is the reason, write a time before'
        " it: /mute {target} 1h {word}."
    ),
    "ban_is_not_undone": (
        '/unban {target} lifts the ban. If "{word}" is the reason, write a time before it:'
        " /ban {target} 7d {word}."
    ),
    "wrong_time": "a time must be from 1s to 366d, such as 10m, 2h or 3d.",
    "not_a_time": (
        '"{word}" is not a time. A time comes right after the name and is one number and one'
        " unit, such as 90m, 2h or 3d, 366d at most. A reason that looks like a time must"
        " follow a time."
    ),
    "second_time": (
        "write the time as one number and one unit, such as 90m; not 1h 30m. A reason must"
        " not begin with a time such as {word}."
    ),
    "room_comes_first": (
        "the room comes before the name: #{room} NAME. After the name, no word may begin with #."
    ),
    "not_in_room": "{name} is not in #{room}. /who #{room} lists the people there.",
    "no_hook_url": (
        "{url} is not a valid URL here. Use http:// or https://, a host, and"
        " optionally a path: https://example.com/chat."
    ),
    "hook_url_too_long": "a URL may have at most {limit} characters here.",
    "hook_url_has_password": ("a URL must not have a name or password before its host."),
    "hook_url_not_ascii": (
        "the path of {url} has letters that a URL cannot contain. Write them as %C3%A9, or"
        " copy the URL from a browser."
    ),
    "no_hook_over_tls": "https:// needs chatd[tls] on this server. The operator can install it.",
    "no_hook_to_there": (
        "{host} is this server's machine or in a private network, where nothing may be"
        " sent. The operator can allow it with --hooks-to."
    ),
    "no_hook_to_port": "nothing may be sent to port {port}. Use 80, 443, or a port above 1023.",
    "hook_answers_in_clear": (
        "answers over http:// could be written by others on the way, and not everyone may speak in"
        " #{room}. Use https://."
    ),
    "hook_not_wanted": (
        "{target} did not prove that it wants this webhook. It must answer a POST of {challenge}"
        " with 200 and TEXT alone. In Python: {line}. See Webhooks in docs/wire.md."
    ),
    "too_many_challenges": (
        "wait {count} seconds. Several webhooks in a row were not wanted by their targets."
    ),
    "too_many_challenges_one": (
        "wait {count} second. Several webhooks in a row were not wanted by their targets."
    ),
    "no_secret_in_clear": (
        "a webhook has a secret, which is not shown here. Connect over TLS, or from the"
        " server's own machine."
    ),
    "no_push_in_clear": (
        "a URL for notifications is a secret, which others could read here. Connect over TLS, or"
        " from the server's own machine."
    ),
    "push_not_taken": (
        "{target} did not accept the message with the code. It must answer a POST with a status"
        " of 200 to 299 within ten seconds. See Notifications in docs/wire.md."
    ),
    "too_many_codes": "wait {count} seconds. Several codes were sent already.",
    "too_many_codes_one": "wait {count} second. Several codes were sent already.",
    "no_push_code": (
        "there is no code to confirm. A code is valid for ten minutes and five tries. /push URL"
        " sends one."
    ),
    "wrong_push_code": "that is not the code. You have {count} more tries.",
    "wrong_push_code_one": "that is not the code. You have {count} more try.",
    "no_such_hook": "#{room} has no webhook {number}. /hook list shows them.",
    "too_many_hooks_here": "#{room} has {limit} webhooks, the most allowed. /hook remove one.",
    "room_exists": "#{room} exists already. /join {room}, or choose another name.",
    # IRC: the connection
    "irc_is_elsewhere": "this port is for plain lines. IRC clients connect to port {port}.",
    "irc_wrong_protocol": "this port is for IRC clients.",
    "irc_register_late": "you have not registered within {limit} seconds.",
    "irc_closing": "the connection is closed.",
    "irc_line_too_long": "a line may have at most 510 bytes, and its tags 4096. It was not read.",
    "irc_not_utf8": "text has to be UTF-8. Nothing was said.",
    "irc_control": "a line must have no NUL, CR or LF in it. Nothing was said.",
    "irc_unknown_command": "there is no such command. /quote HELP lists them.",
    "irc_needs_parameters": "this command needs more parameters. /quote HELP explains it.",
    # IRC: registration
    "irc_not_registered": "register first: NICK and USER.",
    "irc_registered_already": "you are registered already.",
    "irc_no_nickname": "give a nickname.",
    "irc_no_cap_command": "CAP has LS, LIST, REQ and END.",
    "irc_sasl_aborted": "the login is aborted.",
    "irc_sasl_failed": "this is no answer that the server can check.",
    "irc_sasl_mechanisms": "are the mechanisms",
    "irc_sasl_succeeded": "you have proved who you are.",
    "irc_sasl_too_long": "the answer is too long.",
    "irc_logged_in": "You are logged in as {name}",
    "irc_account_is_nickname": "an account has your nickname: give * for its name.",
    "irc_registered": "{name} is yours now.",
    "irc_registered_without_email": "{name} is yours now. No address of e-mail is kept here.",
    "irc_nothing_to_verify": "no account has to be verified here.",
    "irc_nickserv_unknown": "there is no such command. HELP lists them.",
    "irc_nickserv_identify": "IDENTIFY [NAME] PASSWORD",
    "irc_nickserv_register": "REGISTER PASSWORD",
    "irc_nickserv_ghost": "GHOST NAME PASSWORD",
    "irc_nickserv_ghost_shares": (
        "All your clients share the name {name}, so none is in the way of another."
    ),
    "irc_nickserv_set": "SET STAY ON or SET STAY OFF",
    "irc_nickserv_help": (
        "IDENTIFY [NAME] PASSWORD logs you in, and gives you the name.\n"
        "REGISTER PASSWORD makes your nickname an account.\n"
        "LOGOUT makes you a guest.\n"
        "GHOST NAME PASSWORD does as IDENTIFY: several clients share a name.\n"
        "SET STAY ON keeps you in your channels without a client.\n"
        "Each also as /quote NS IDENTIFY, say."
    ),
    "irc_logged_out": "You are logged out",
    "irc_supported": "are supported by this server",
    "irc_welcome": "Welcome to chatd, {name}",
    "irc_host": "Your host is {server}, running chatd {version}",
    "irc_created": "A room is a log. A client is a cursor into it.",
    # IRC: rooms
    "irc_no_recipient": "give a channel or a nickname.",
    "irc_no_text": "there is no text to say.",
    "irc_too_long_to_relay": "this is too long for one private line. Nothing was said.",
    "irc_too_many_targets": "a line has at most {limit} targets. The others did not receive it.",
    "irc_no_ctcp": "of CTCP only ACTION is taken. Nothing was said.",
    "irc_perhaps_a_password": "this looks like a command with a password. Nothing was said.",
    "irc_marker_invalid": "a marker is timestamp=YYYY-MM-DDThh:mm:ss.sssZ.",
    "irc_history_wrong": "this part of the past cannot be sent.",
    "irc_history_not_read": "the past cannot be read now.",
    "irc_multiline_invalid": "this is no valid batch of a message. Nothing was said.",
    "irc_multiline_target": "all lines of a message have one target. Nothing was said.",
    "irc_multiline_bytes": "a message may have at most 16 KiB. Nothing was said.",
    "irc_multiline_lines": "a message may have at most 100 lines. Nothing was said.",
    "irc_no_channel": "a channel begins with # and is named as rooms are: letters, digits, _ - .",
    "irc_unknown_channel": "there is no channel #{room}. /join makes it, /list lists others.",
    "irc_no_topic": "No topic is set",
    "irc_no_keys": "channels have no keys here. The key was not looked at.",
    "irc_nobody_runs": (
        "Nobody runs #{room}, because a guest cannot own a channel. To own a new one, log in first:"
        " /msg NickServ HELP"
    ),
    "irc_is_in_room": "{name} is in #{room} already.",
    "irc_constant_mode": "every channel has the mode {letter} here.",
    "irc_unknown_mode": "there is no mode {letter} here.",
    "irc_mask_of_one": "{mask} is not of one person. Ban a name, as NAME or NAME!*@*.",
    "irc_modes_of_others": "you cannot see or change the modes of others.",
    "irc_no_user_modes": "people have no such mode here.",
    # IRC: the server and its people
    "irc_end_of_list": "End of the list",
    "irc_no_motd": "there is no message of the day.",
    "irc_motd": "- Message of the day of {server} -",
    "irc_end_of_motd": "End of the message of the day",
    "irc_people": "There are {people} users and 0 invisible on 1 servers",
    "irc_unregistered": "clients that have not registered",
    "irc_channels": "channels",
    "irc_people_here": "I have {people} clients and 0 servers",
    "irc_people_and_most": "{people} users, {most} at most",
    "irc_administered": "Administrators of {server}",
    "irc_ask_administrator": "An administrator has an account: & before a name",
    "irc_no_operators": "administrators are accounts: log in, and you are one.",
    "irc_help": "chatd for IRC clients",
    "irc_no_help": "there is no help on this. HELP lists the commands.",
    "irc_logged_in_as": "is logged in as",
    "irc_back": "You are not away any more",
    "irc_away": "You are away",
    "irc_invalid_realname": "a real name has 1 to {limit} characters.",
    # IRC: names that are watched, and names that were here
    "too_many_watched": "you watch {limit} names, the most allowed.",
    "irc_wrong_monitor": "write MONITOR + NAMES, - NAMES, C, L or S.",
    "irc_no_such_past": "{name} was not here lately.",
}
