// Types of the page's modules, for checking them. This file is neither served nor installed, so it
// weighs nothing. docs/wire.d.ts has the types of messages, as `wire`; these are `page`.

import type { AlertsBar } from "./page/alerts.js";
import type { Asking } from "./page/asking.js";
import type { Client } from "./page/client.js";
import type { Account, Browse } from "./page/dialogs.js";
import type { Display } from "./page/display.js";
import type { Drafts } from "./page/drafts.js";
import type { Kept } from "./page/kept.js";
import type { Log } from "./page/log.js";
import type { Menu } from "./page/menu.js";
import type { Navigation } from "./page/navigation.js";
import type { Notifier } from "./page/notify.js";
import type { PeopleList } from "./page/people-list.js";
import type { Query } from "./page/query.js";
import type { Search } from "./page/search.js";
import type { Side } from "./page/side.js";
import type { Chat, Room } from "./page/state.js";
import type { SENTENCES, Texts } from "./page/texts.js";
import type { Topic } from "./page/topic.js";
import type { Writer } from "./page/writer.js";

export as namespace page;
export type { Chat, Client, Kept, Room, Texts };

declare global {
	/** The version of the page, as `chatd/protocols/web/bundle.py` has it. */
	const VERSION: string;
	/** The files that `index.html` names, and itself, by their addresses. */
	const FILES: string[];
}

/** What a service worker sees of itself. */
export interface Worker {
	oninstall: (event: Extendable) => void;
	onactivate: (event: Extendable) => void;
	onfetch: (event: { request: Request; respondWith: (answer: Promise<Response>) => void }) => void;
	skipWaiting: () => Promise<void>;
	clients: {
		claim: () => Promise<void>;
		matchAll: () => Promise<{ postMessage: (message: string) => void }[]>;
	};
}

interface Extendable {
	waitUntil: (done: Promise<void>) => void;
}

/** Times are in milliseconds. */
export interface Clock {
	setTimeout: (action: () => void, ms: number) => number;
	clearTimeout: (timer: number | undefined) => void;
	now: () => number;
}

/** Called with the answer to a message; with nothing, if the connection breaks first. Returns true to be called again. */
export type Answered = (answer?: wire.ServerMessage) => unknown;

/** The error for which a request was refused, if there is one. */
export type Refused = Pick<wire.Failure, "kind" | "text"> | undefined;

export interface ConnectionOptions {
	open: () => WebSocket;
	clock: Clock;
	/** Returns why the server accepts no connection, if it says. */
	refusal: () => Promise<Refused>;
	/** Returns the first message. */
	greet: () => wire.ClientMessage;
	received: (message: wire.ServerMessage) => void;
	/** Called when the state has changed. */
	changed: () => void;
	/** Returns a number from 0 to 1. */
	chance?: () => number;
}

export interface ClientOptions {
	kept: Kept;
	texts: Texts;
	clock: Clock;
	open: () => WebSocket;
	/** Returns why the server accepts no connection, in a language, if it says. */
	refusal: (language: string) => Promise<Refused>;
	/** Called after a change that may be seen. */
	changed: () => void;
	/** Called for a private line that came, and for one that names the reader. */
	heard: (line: Heard) => void;
	/** Called when the server asks for a sound. */
	bell: () => void;
}

/** A line that concerns the reader: a private one, or one that names them. */
export interface Heard {
	room: Room;
	author: string;
	text: string;
}

export interface NotifierOptions {
	kept: Kept;
	/** Null where the browser has none, or the origin is not secure. */
	api: typeof Notification | null;
	/** Returns true if one of the page's tabs is in front of the reader. */
	isInFront: () => Promise<boolean>;
	/** Shows a room whose notification was clicked. */
	open: (room: Room) => void;
	/** Called after a change that may be seen. */
	changed: () => void;
}

/** A line of a room: an event of the log, or a line that passes, which has no seq. */
export interface Line {
	kind: wire.EventKind | "news" | "say" | "error" | "past";
	text: string;
	time: number;
	seq?: number;
	/** Of each line of a message of several: the seq of the first one. */
	part_of?: number;
	author?: string;
	to?: string;
	deed?: wire.LogEvent["deed"];
	question?: Question;
	answer?: Answers;
	/** The reader said it, here or elsewhere. */
	own?: boolean;
	/** Another person names the reader in it. */
	mention?: boolean;
	/** When a line of the past was said, and its address. */
	at?: number;
	link?: string;
	title?: string;
}

export type Question = NonNullable<wire.LogEvent["question"]>;
export type Answers = NonNullable<wire.LogEvent["answer"]>;
export type Counts = Answers["counts"];

/** An alert that goes on. */
export type Alert = wire.Alerts["alerts"][0];

/** What a person made of a line. Its time is left out where it is not known. */
export interface Made {
	seq: number;
	by: string;
	time?: number;
	verb: string;
	words: string;
}

/** An answer of ours, with the number of an option. Of an anonymous question the server knows no text. */
export interface OwnAnswer {
	option?: number;
	text: string | null;
}

/** What was answered about a line, to the user alone. */
export interface Told {
	text: string;
	isError: boolean;
}

/** What is known of a line beside it. */
export interface Remarked {
	/** In the order of the log. */
	made: Made[];
	/** The answers with which a question was closed, or that were shown, and the seq of that. */
	close?: { seq: number; counts: Counts };
	show?: { seq: number; counts: Counts };
	/** It is closed, though the line that says so may not be held. */
	isClosed?: boolean;
	/** How many chose each option, if it is closed and the line that says so may not be held. */
	counts?: number[] | undefined;
	/** We asked it. */
	isMine?: boolean;
	/** What we answered. */
	own?: OwnAnswer | undefined;
	/** The answers so far, as the one who asked and operators see them. */
	standing?: wire.Standing | undefined;
	/** It is an alert that goes on, or one that went on a moment ago. */
	alert?: Alert | undefined;
	isOver?: boolean;
	/** That a person took it. */
	ack?: wire.Remark;
	told?: Told | undefined;
}

/** The lines of one message, at least one. */
export type Message = [Line, ...Line[]];

/** The most that a message may have, and the most characters of a line. */
export interface Limits {
	characters: number;
	lines: number;
	/** Of UTF-8. */
	bytes: number;
}

/** A stretch of a log: all lines with `after < seq <= upto`, and if there are `more` before them. */
export type LogPage = Pick<wire.History, "events" | "more" | "after" | "upto">;

/** A line that is written. */
export interface Draft {
	id: number;
	key: string;
	/** The room where it was written. */
	room: Room;
	/** The text that is sent. */
	text: string;
	/** The text that is shown. */
	shown: string;
	/** Shows that it is done: "ack" for text; "line", its copy, for a private line; "any" for commands. */
	answer: "ack" | "line" | "any";
}

/** A room that we asked for. A wanted one is shown; of one that `isForgotten`, it is not told that we may not enter. */
export interface Entering {
	isWanted: boolean;
	isForgotten?: boolean;
}

export interface Item extends Draft {
	/** One that is "doubted" is sent again in a moment; one that is "unsure" is not. */
	state: "waits" | "sent" | "refused" | "doubted" | "unsure";
	isBack: boolean;
}

/** The words that may complete a line. `aliases` are all names of each command. */
export interface Known {
	commands: wire.Commands["commands"];
	aliases: wire.Commands["names"];
	people: string[];
	rooms: string[];
}

export interface Choice {
	text: string;
	label: string;
	detail?: string;
}

/** A part of a text. One with `href` is a link. */
export interface TextPart {
	text: string;
	href?: string;
	/** The host of a link that does not show it plainly: in letters beyond ASCII, as a number. */
	host?: string;
}

/** A part of an element. Empty ones are left out. */
export type Inside = Node | string | false | null | undefined;

export type Key = keyof typeof SENTENCES;
export type Values = Record<string, string | number | undefined> & { count?: number };

/** An element of a list, and the button in it. */
export interface ListItem {
	item: HTMLLIElement;
	button: HTMLButtonElement;
}

export interface RoomItem extends ListItem {
	naming: HTMLElement;
	count: HTMLElement;
	unread: HTMLElement;
}

export interface DrawnLine {
	previous: Line | undefined;
	isNew: boolean;
	/** How many lines it has. */
	count: number;
	element: HTMLElement;
}

export interface SideOptions {
	texts: Texts;
	choose: (room: Room) => void;
}

/** Who we are: a guest without a name, or if not, perhaps logged in to an account. */
export interface Me {
	name: string;
	guest: boolean;
	account: boolean;
}

/** What is known of a person in a room. */
export interface Marks {
	role?: string | undefined;
	isAway?: boolean;
}

export interface Person extends Marks {
	name: string;
	isMe?: boolean;
}

export interface PersonItem extends ListItem {
	marks: HTMLElement;
}

export interface PeopleListOptions {
	texts: Texts;
	/** Called with the name of a person who was pressed, and the button. */
	chosen: (name: string, button: HTMLButtonElement) => void;
}

export interface CardOptions {
	texts: Texts;
	asking: Asking;
}

export interface LineMenuOptions {
	texts: Texts;
	menu: Menu;
	/** Returns what can be done with a line of the room that is shown. */
	items: (seq: number) => MenuItem[];
}

export interface AlertsOptions {
	texts: Texts;
	menu: Menu;
	/** Shows the line of one. */
	show: (room: Room, seq: number) => void;
}

export interface LogOptions extends CardOptions {
	older: (room: Room, done: () => void) => void;
	newer: (room: Room) => void;
	/** Called when the reader comes to the end or leaves it. */
	moved: () => void;
	/** Discards an item that was not stored, to write it again or not. */
	drop: (item: Item, isAgain: boolean) => void;
}

export interface WriterOptions {
	texts: Texts;
	say: (lines: string[]) => void;
	/** Returns false until it is known where lines go. */
	hasRoom: () => boolean;
	/** Takes the answer to a question. */
	answer: (text: string) => void;
	/** Called when what is written has changed. */
	typed: (text: string) => void;
	known: () => Known;
	limits: () => Limits;
	/** Scrolls the log. */
	page: (direction: 1 | -1) => void;
}

export interface DraftsOptions {
	chat: Chat;
	/** Where this tab alone keeps them. */
	kept: Kept;
	clock: Pick<Clock, "setTimeout" | "clearTimeout">;
}

export interface SearchOptions {
	texts: Texts;
	ask: (message: Query["message"], answer: Answered) => void;
	/** Returns the names of the rooms that we are in. */
	rooms: () => string[];
	/** Called when the user closes it. */
	left: () => void;
}

/** The address of a room or of a private conversation; with a seq above 0, of a line of the room. */
export interface Address {
	name: string;
	isPrivate: boolean;
	seq: number;
}

/** What the user opened, `from` a room; `state` says how far we are with a room that we are not in. */
export interface Destination extends Address {
	from: Room | null;
	state: "new" | "asked" | "found";
}

export interface NavigationOptions {
	client: Client;
	texts: Texts;
	choose: (room: Room) => void;
	showLine: (room: Room, seq: number) => void;
	/** Offers to make a room that is not there. */
	offer: (name: string, why: string) => void;
	/** Called when the user opened an address. */
	changed: () => void;
}

export interface DialogOptions {
	texts: Texts;
	/** Called with an error that comes after the dialog was closed. */
	late: (error: wire.Failure) => void;
	/** Called when what the dialog is for is done. */
	done: () => void;
}

export interface BrowseOptions extends DialogOptions {
	/** Asks for the rooms that there are. */
	ask: (answer: Answered) => void;
	enter: (name: string, answered: Answered) => void;
}

/** A name without an account, signing in, or a new account. */
export type Way = "name" | "signin" | "register";

export interface AccountOptions extends DialogOptions {
	kept: Kept;
	/** Returns what this door can do. */
	door: () => Pick<wire.Hello, "accounts" | "passwords">;
	takeName: (name: string, answered: Answered) => void;
	/** Called when the browser is about to be another user's, */
	leaving: () => void;
	/** and when it is, or stays the same user's. */
	changed: () => void;
}

export interface MenuItem {
	text: string;
	action: () => void;
}

/** A field to write in, or to choose in from pairs of a value and its text. */
export interface Field {
	label: string;
	options?: [value: string, text: string][];
	/** The option that is chosen at first. */
	value?: string;
	isOptional?: boolean;
}

/** A command that is offered to those who may do an act. `usual` is the time of one that ends by itself. */
export interface Offer {
	act: string;
	command: string;
	key: Key;
	usual?: string;
	hasReason?: boolean;
}

/** A command about a person, for those of some roles ("" is none), or who are muted, or are not. */
export interface Deed extends Offer {
	roles?: string[];
	isMuted?: boolean;
}

/** A form for a command, which is followed by the values of the fields. */
export interface FormContent {
	command: string;
	fields: Field[];
	submit: string;
}

/** A part of a dialog of forms. `list` is the command that is answered by the list in it. */
export interface FormsPart {
	title?: string;
	list?: string;
	forms: FormContent[];
}

/** A dialog of forms for a room, or for an account. It `isOnce` if it is closed after one command. */
export interface FormsContent {
	title: string;
	room?: Room;
	isOnce?: boolean;
	parts: FormsPart[];
}

export interface FormsOptions extends DialogOptions {
	command: (text: string, answered: Answered, room?: Room) => void;
	/** Answers the question that a command was answered with. */
	reply: (text: string, answered: Answered) => void;
	/** Returns true while the server waits for a password. */
	isAsked: () => boolean;
	/** Cancels the question. */
	cancel: () => void;
}

export interface TopicOptions {
	texts: Texts;
	set: (room: Room, topic: string, answered: Answered) => void;
}

export interface DisplayParts {
	alerts: AlertsBar;
	texts: Texts;
	kept: Kept;
	client: Client;
	side: Side;
	people: PeopleList;
	log: Log;
	writer: Writer;
	topic: Topic;
	search: Search;
	navigation: Navigation;
	drafts: Drafts;
	notifier: Notifier;
}

export interface ControlParts {
	drafts: Drafts;
	kept: Kept;
	client: Client;
	display: Display;
	writer: Writer;
	browse: Browse;
	account: Account;
	notifier: Notifier;
}
