// The messages of the WebSocket and of JSON lines as TypeScript types. docs/wire.md says what they mean.
// The types of the page's modules are checked with them; authors of clients may copy the file.

export as namespace wire;

/** `SEQ-TIME` of an event. */
export type Bookmark = string;

/** By the names of rooms. */
export type Bookmarks = Record<string, Bookmark | null>;

/** Repeated in the answer to a message. */
export type Id = string | number;

/** A notice is a message of a program, which no program may answer. The last four are remarks. */
export type EventKind = "message" | "action" | "notice" | "topic" | "deed" | "question" | "answer" | "ack" | "decision";

/** What a person made of a line: the verb is `ack` for an alert, `read` for a question, or `decision`. */
export interface Remark {
	verb: "ack" | "read" | "decision";
	seq: number;
	author: string;
	excerpt: string;
	words: string;
}

/** An event of a room's log. `time` is in milliseconds since 1970. */
export interface LogEvent {
	seq: number;
	time: number;
	author: string;
	kind: EventKind;
	text: string;
	/** Of each line of a message of several: the seq of the first one. */
	part_of?: number;
	deed?: { verb: string; target: string; seconds: number; reason: string };
	question?: { words: string; options: string[]; anonymous: boolean };
	/** Of a question that was closed, or whose answers are shown. */
	answer?: { verb: "close" | "show"; seq: number; counts: { answer: string; people: number; names: string[] }[] };
	ack?: Remark;
	decision?: Remark;
}

/** A notice among the events. It has no seq and is not stored. `names` has all names if it is about several. */
export interface Notice {
	notice: "joined" | "left" | "renamed";
	name: string;
	names?: string[];
	text: string;
	new_name?: string;
}

export interface ListedRoom {
	room: string;
	people: number;
	head: number;
	topic: string;
}

/** The messages that a client sends. The server reads null as a member that is left out. */
export type ClientMessage =
	| { type: "hello"; language?: string; name?: string; key?: string; proof?: string; token?: string; rooms?: Bookmarks }
	| { type: "line"; id?: Id; room?: string | null; text: string; key?: string; kind?: "message" | "notice" }
	| { type: "whisper"; id?: Id; to: string; text: string; key?: string }
	| { type: "text"; id?: Id }
	| { type: "enter"; id?: Id; room: string; after?: Bookmark }
	| { type: "leave"; id?: Id; room: string }
	| { type: "history"; id?: Id; room: string; before?: number; after?: number; limit?: number }
	| { type: "search"; id?: Id; room?: string; rooms?: Record<string, number | null>; text: string; upto?: number }
	| { type: "room"; id?: Id; room: string }
	| { type: "people"; id?: Id; room: string }
	| { type: "account"; id?: Id; name: string; time?: number }
	| { type: "commands"; id?: Id }
	| { type: "rooms"; id?: Id; from?: string }
	| { type: "stays"; id?: Id }
	| { type: "seen"; id?: Id; room: string; seq: number }
	| { type: "decide"; id?: Id; room: string; seq?: number; words?: string; key?: string }
	| { type: "decisions"; id?: Id; room: string; before?: number; limit?: number }
	| { type: "take"; id?: Id; room: string; seq?: number; words?: string; key?: string }
	| { type: "alerts"; id?: Id; room: string }
	| { type: "ask"; id?: Id; room: string; question: string; options?: string[]; anonymous?: boolean; key?: string }
	| { type: "answer"; id?: Id; room: string; seq?: number; answer?: string | number; key?: string }
	| { type: "answers"; id?: Id; room: string; seq?: number }
	| { type: "questions"; id?: Id; room: string }
	| { type: "close"; id?: Id; room: string; seq?: number }
	| { type: "show"; id?: Id; room: string; seq?: number }
	| { type: "ping"; id?: Id };

export interface Hello {
	type: "hello";
	version: string;
	name: string;
	guest: boolean;
	account: boolean;
	lobby: string;
	language: string;
	max_length: number;
	/** Most lines of a message of several, and most bytes of its text in UTF-8. */
	max_lines: number;
	max_bytes: number;
	motd: string;
	accounts: boolean;
	passwords: boolean;
}

/** `commands` are pairs of usage and explanation; `names` all names of each command. */
export interface Commands {
	type: "commands";
	id?: Id;
	commands: [usage: string, explanation: string][];
	names: Record<string, string[]>;
}

export interface Entered {
	type: "entered";
	id?: Id;
	room: string;
	topic: string;
	/** Who set the topic, or took it away, who made the room, and when, in milliseconds since 1970. Left out if not known. */
	topic_by?: string;
	topic_at?: number;
	made_by?: string;
	made_at?: number;
	head: number;
	after: number;
	bookmark: Bookmark | null;
	resumed: boolean;
	anew: boolean;
	text: string;
}

export interface Events {
	type: "events";
	room: string;
	events: (LogEvent | Notice)[];
	past?: true;
}

export interface History {
	type: "history";
	id?: Id;
	room: string;
	events: LogEvent[];
	after: number;
	upto: number;
	more: boolean;
}

export interface Whispered {
	type: "whispered";
	id?: Id;
	to: string;
}

export interface Decided {
	type: "decided";
	id?: Id;
	room: string;
	/** Null if it was made before with the same key, and is deleted by now. */
	decision: Remark | null;
}

/** The newest first. */
export interface Decisions {
	type: "decisions";
	id?: Id;
	room: string;
	events: LogEvent[];
	next?: number;
}

export interface Taken {
	type: "taken";
	id?: Id;
	room: string;
	/** Null if it was sent before with the same key, and is deleted by now. */
	ack: Remark | null;
}

/** The alerts that go on, the oldest first. `number` is unique among them; `by` is null if nobody has it. */
export interface Alerts {
	type: "alerts";
	id?: Id;
	room: string;
	alerts: { seq: number; number: number; author: string; excerpt: string; by: string | null; words: string }[];
}

/** A question. `by` is the name of its author. */
export interface Asked {
	type: "asked";
	id?: Id;
	room: string;
	seq: number;
	question: string;
	options: string[];
	anonymous: boolean;
	by: string;
	open: boolean;
}

/** The session's own answer is on disk. `option` is a number from 1, and left out for one in words. */
export interface OwnAnswer {
	type: "answer";
	id?: Id;
	room: string;
	seq: number;
	again: boolean;
	option?: number;
	text: string;
}

/** The answers so far. Of an anonymous question there are `counts` once it is closed. */
export interface Standing {
	type: "answers";
	id?: Id;
	room: string;
	seq: number;
	question: string;
	options: string[];
	anonymous: boolean;
	by: string;
	open: boolean;
	answered: number;
	expected: number;
	missing: string[];
	counts?: number[];
	answers?: { name: string; text: string }[];
}

/** `own` is left out without an answer, and has no text of one to an anonymous question. */
export interface Questions {
	type: "questions";
	id?: Id;
	room: string;
	questions: {
		seq: number;
		open: boolean;
		mine: boolean;
		own?: { option?: number; text: string | null };
		counts?: number[];
	}[];
}

/** Sent unasked to the sessions of the one who asked. */
export interface Answered {
	type: "answered";
	room: string;
	seq: number;
	answered: number;
	counts?: number[];
}

/** The answer to `search` has `upto`; lines found by a command have none. */
export interface Found {
	type: "found";
	id?: Id;
	room: string;
	events: LogEvent[];
	upto?: number;
}

/** The rooms that were searched. `upto` is not 0 where the search is not at its end. */
export interface FoundInRooms {
	type: "found_in_rooms";
	id?: Id;
	rooms: { room: string; events: LogEvent[]; upto: number }[];
}

export type Mode = "free" | "open" | "private" | "moderated" | "announce" | "closed";

/** `may` are the acts that the session's role allows, such as "speak". A later server may have others. */
export interface RoomPolicy {
	type: "room";
	id?: Id;
	room: string;
	topic: string;
	/** Who set the topic, or took it away, who made the room, and when, in milliseconds since 1970. Left out if not known. */
	topic_by?: string;
	topic_at?: number;
	made_by?: string;
	made_at?: number;
	mode: Mode;
	owner: string;
	may: string[];
	/** Seconds; 0 if the session is not muted. */
	muted: number;
}

export interface People {
	type: "people";
	id?: Id;
	room: string;
	names: string[];
	guests: number;
	more: number;
	/** Seconds since it was known who is at other servers; missing if it is known now. */
	age?: number;
	roles?: Record<string, string>;
	away?: string[];
}

/** Without `here` and what follows, changes were missed: ask for the list. */
export interface PeopleChanged {
	type: "people_changed";
	room: string;
	here?: string[];
	gone?: string[];
	named?: number;
	guests?: number;
	roles?: Record<string, string>;
	away?: string[];
}

/** The account that the person of a name had at a time, or has now; null for a guest. */
export interface Account {
	type: "account";
	id?: Id;
	name: string;
	account: string | null;
}

export interface Rooms {
	type: "rooms";
	id?: Id;
	count: number;
	rooms: ListedRoom[];
	/** The name to go on from, if there are more. */
	next?: string;
}

export interface Stays {
	type: "stays";
	id?: Id;
	rooms: string[];
}

export interface Left {
	type: "left";
	room: string;
	by?: string;
	reason?: string;
}

export interface Seen {
	type: "seen";
	room: string;
	seq: number;
}

export interface You {
	type: "you";
	name: string;
	guest: boolean;
	account: boolean;
	language: string;
}

export interface Ack {
	type: "ack";
	id?: Id;
	room: string;
	seq: number | null;
}

export interface Refused {
	type: "refused";
	id?: Id;
}

/** It is not known whether the line was stored: send it again with its `key`. */
export interface Unsure {
	type: "unsure";
	id?: Id;
}

/** Comes after the answers to a command that had an `id`. */
export interface Done {
	type: "done";
	id: Id;
}

export interface Private {
	type: "private";
	author: string;
	text: string;
	to?: string;
	time?: number;
	past?: true;
}

export interface Say {
	type: "say";
	id?: Id;
	text: string;
	key?: string;
}

/** The member is called `error`, the type `Failure`: `Error` is JavaScript's own. */
export interface Failure {
	type: "error";
	id?: Id;
	kind: string;
	key: string;
	text: string;
}

export interface Ask {
	type: "ask";
	hidden: boolean;
}

export interface Bell {
	type: "bell";
}

export interface Pong {
	type: "pong";
	id?: Id;
}

/** Over JSON lines alone, as the last message. A later server may have other reasons. */
export interface Closing {
	type: "closing";
	reason: "ended" | "stopping" | "upgrading";
}

/** The messages that a server sends. A later server may send others. */
export type ServerMessage =
	| Hello
	| Commands
	| Entered
	| Events
	| History
	| Whispered
	| Decided
	| Decisions
	| Taken
	| Alerts
	| Asked
	| OwnAnswer
	| Standing
	| Questions
	| Answered
	| Found
	| FoundInRooms
	| RoomPolicy
	| People
	| PeopleChanged
	| Account
	| Rooms
	| Stays
	| Left
	| Seen
	| You
	| Ack
	| Refused
	| Unsure
	| Done
	| Private
	| Say
	| Failure
	| Ask
	| Bell
	| Closing
	| Pong;
