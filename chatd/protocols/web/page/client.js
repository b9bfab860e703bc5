// The actions of the user in the chat, and sending what they write. It must not know the document, the
// socket, or what the server's messages mean: incoming.js takes those.

import { Asking } from "./asking.js";
import { Connection } from "./connection.js";
import { Incoming } from "./incoming.js";
import { randomKey } from "./kept.js";
import { folded } from "./names.js";
import { commandOf, Outbox } from "./outbox.js";
import { Chat } from "./state.js";

const PAGE = 50; // lines that are fetched at once
const LONGEST_MS = 2 ** 31 - 1; // of a timer of a browser
const RETRY_MS = 5000; // until a line is sent again that was in doubt: see docs/wire.md
const ORIGINS = 100; // most lines of which is known in which room they were written

export class Client {
	chat = new Chat();
	outbox = new Outbox();
	/** @type {Map<string, page.Entering>} rooms that we asked for */
	entering = new Map();
	/** @type {Map<string, string[]>} by the accounts that signed out here, the rooms they were in */
	#roomsOf = new Map();
	/** @type {Set<page.Room>} */
	#fetching = new Set();
	/** @type {number | undefined} */
	#unmuting;
	#isRetrying = false;
	#proof = ""; // that was sent in the last hello
	/** @type {Map<wire.Id, page.Room>} */
	#origins = new Map();
	#incoming;
	#given;

	/** @param {page.ClientOptions} given */
	constructor(given) {
		this.#given = given;
		this.kept = given.kept;
		for (const name of this.kept.get("rooms", /** @type {string[]} */ ([]))) this.chat.roomFor(name);
		this.chat.active = this.chat.room(this.kept.get("active", "")) ?? this.chat.rooms[0] ?? null;
		this.asking = new Asking(this, given);
		this.#incoming = new Incoming(this, given);
		this.connection = new Connection({
			open: given.open,
			clock: given.clock,
			refusal: () => given.refusal(given.texts.language),
			greet: () => this.#greet(),
			received: (message) => this.take(message),
			changed: () => this.#connectionChanged(),
		});
	}

	/**
	 * Show a room.
	 * @param {page.Room} room
	 */
	choose(room) {
		const { active } = this.chat;
		if (active && active !== room) active.marker = null;
		this.chat.active = room;
		if (!room.isPrivate) this.kept.set("active", room.name);
		if (!room.present) this.enter(room.name);
		this.askPeople();
		this.askRoom();
		this.asking.alerts();
		this.#given.changed();
	}

	/**
	 * Enter a room, and show it if it is wanted. An error is shown in the room that is shown, or *answered* is called.
	 * @param {string} name
	 * @param {page.Answered} [answered]
	 */
	enter(name, answered = (reply) => reply?.type === "error" && this.take(reply), isWanted = true) {
		const room = this.chat.room(name);
		if (this.connection.state !== "open") return answered();
		if (room?.present) this.choose(room);
		this.entering.set(folded(name), { isWanted });
		this.connection.ask({ type: "enter", room: name, after: room?.bookmark ?? undefined }, (reply) => {
			if (reply?.type === "entered") this.#incoming.take(reply);
			this.entering.delete(folded(name));
			answered(reply);
			this.#given.changed();
		});
	}

	/**
	 * Give a command, and call *answered* with its error, or with all that it was answered. That is not shown
	 * in a room.
	 * @param {string} text
	 * @param {page.Answered} answered
	 * @param {page.Room | null} [room] that it is given in
	 */
	command(text, answered, room) {
		if (!this.chat.isAsked) this.reply(text, answered, room);
		// Else the command would be the answer. Another question may follow.
		else this.reply("", (reply) => (reply ? this.command(text, answered, room) : answered()));
	}

	/** Cancel the question, and those that follow it. */
	cancel() {
		if (this.chat.isAsked) this.reply("", (reply) => reply && this.cancel());
	}

	/**
	 * Give a command, or the answer to the question that one was answered with: see `command`. If the answer is refused,
	 * the question may be open again.
	 * @param {string} text
	 * @param {page.Answered} answered
	 * @param {page.Room | null} [room]
	 */
	reply(text, answered, room = this.chat.active) {
		/** @type {wire.Say[]} */
		const told = [];
		const isAnswer = this.chat.isAsked;
		/** @type {wire.Failure | undefined} that a question may follow */
		let failure;
		this.connection.ask({ type: "line", room: this.#roomToSay(room), text }, (reply) => {
			if (isAnswer && reply?.type === "error") {
				failure = reply;
				return true;
			}
			if (reply?.type === "say") return told.push(reply) > 0;
			if (reply?.type === "entered") {
				this.#incoming.take(reply);
				return true;
			}
			const text = told.map((each) => this.#given.texts.inDialog(each)).join("\n");
			answered(reply?.type !== "done" ? reply : (failure ?? { type: "say", text, key: told.at(-1)?.key }));
			this.#given.changed();
			return false;
		});
	}

	/**
	 * Enter a room if there is one of that name, and show it if it is wanted. Call *answered* with the error, if any.
	 * @param {string} name
	 * @param {(error?: wire.Failure) => void} answered
	 */
	visit(name, answered, isWanted = true) {
		this.connection.ask({ type: "people", room: name }, (reply) => {
			const error = reply?.type === "error" ? reply : undefined;
			if (reply && !error) this.enter(name, undefined, isWanted);
			answered(error);
			this.#given.changed();
		});
	}

	/** Enter the rooms that our account stays in, and those that it was in before it signed out here, if they are still there. */
	comeBack() {
		this.connection.ask({ type: "stays" }, (reply) => {
			if (reply?.type !== "stays") return;
			for (const name of reply.rooms) if (!this.chat.room(name)?.present) this.enter(name, undefined, false);
		});
		for (const name of this.#roomsOf.get(folded(this.chat.me.name)) ?? []) {
			if (!this.chat.room(name)) this.visit(name, () => {}, false);
		}
	}

	/** @param {page.Room} room */
	leave(room) {
		this.outbox.forget(room);
		room.draft = "";
		const isTold = room.present && !room.isPrivate;
		if (!isTold || !this.connection.send({ type: "leave", room: room.name })) this.out(room);
	}

	/**
	 * Say lines in the room that is shown, or to the person of a private conversation. Several are one
	 * message, in which none is a command; private ones are said one by one.
	 * @param {string[]} lines
	 */
	say(lines) {
		const room = this.chat.active;
		if (!room) return;
		const isMessage = lines.length > 1;
		const asText = (/** @type {string} */ line) => (isMessage && line.startsWith("/") ? `/${line}` : line);
		const texts = room.isPrivate ? lines.filter((line) => line.trim()).map(asText) : [lines.join("\n")];
		for (const text of texts) {
			const command = isMessage ? undefined : commandOf(text);
			const known = this.#means(command, "join") ? this.chat.room(text.split(/[ #]+/)[1] ?? "") : undefined;
			if (known?.present) this.choose(known);
			else this.outbox.put(this.#draft(room, text, command));
		}
		if (isMessage || !commandOf(lines.join())) this.kept.set("welcomed", true);
		room.marker = null;
		this.flush(room);
		this.#given.changed();
	}

	/**
	 * Answer the server's question for a password: now or never, and it is not kept.
	 * @param {string} text
	 */
	answer(text) {
		this.connection.send({ type: "line", room: this.#roomToSay(), text });
	}

	/**
	 * Fetch older lines, and call *done* when they have come or cannot be had.
	 * @param {page.Room} room
	 * @param {() => void} done
	 */
	older(room, done) {
		this.#fetch(room, { before: room.first }, (page) => {
			if (page) room.addOlder(page, this.chat.me.name);
			done();
		});
	}

	/** @param {page.Room} room */
	newer(room) {
		this.#fetch(room, { after: room.end }, (page) => page && room.addNewer(page, this.chat.me.name));
	}

	/**
	 * Hold the lines up to a seq instead, and call *done* as above. If all of these are deleted, hold the
	 * first ones that are left.
	 * @param {page.Room} room
	 * @param {number} upto
	 * @param {() => void} done
	 */
	show(room, upto, done) {
		this.#fetch(room, { before: upto + 1 }, (page) => {
			if (page && !page.events.length && page.upto < (room.last ?? 0)) {
				this.#fetch(room, { after: page.upto }, (next) => {
					if (next) room.replace({ ...next, more: page.more }, this.chat.me.name);
					done();
				});
				return;
			}
			if (page) room.replace(page, this.chat.me.name);
			done();
		});
	}

	/** @param {page.Room} room */
	isFetching(room) {
		return this.#fetching.has(room);
	}

	/** Ask for the topic and the mode of the room that is shown, and for what we may do in it. */
	askRoom() {
		const room = this.chat.active;
		if (!room?.present || room.isPrivate) return;
		this.connection.ask({ type: "room", room: room.name }, (reply) => {
			if (reply?.type === "room") this.#learn(room, reply);
			this.#given.changed();
		});
	}

	/**
	 * Take what is told of a room, and ask again when a mute of ours is over.
	 * @param {page.Room} room
	 * @param {wire.RoomPolicy} policy
	 */
	#learn(room, policy) {
		const { clock } = this.#given;
		room.about(policy, clock.now());
		clock.clearTimeout(this.#unmuting);
		if (!room.mutedUntil) return;
		this.#unmuting = clock.setTimeout(() => this.askRoom(), Math.min(policy.muted * 1000, LONGEST_MS));
	}

	askPeople() {
		const room = this.chat.active;
		if (room?.present && !room.isPrivate) this.connection.send({ type: "people", room: room.name });
	}

	/**
	 * Mark all lines of a room as seen.
	 * @param {page.Room} room
	 */
	read(room) {
		if (!room.read()) return;
		const isTold = this.chat.me.account && !room.isPrivate;
		if (isTold) this.connection.send({ type: "seen", room: room.name, seq: room.seen });
		this.#given.changed();
	}

	/**
	 * Send the items of a room that wait. If we are not in it, enter it first.
	 * @param {page.Room} room
	 */
	flush(room) {
		if (this.connection.state !== "open") return;
		if (!room.present && !this.entering.has(folded(room.name))) this.enter(room.name);
		for (const { id, key, text, answer } of this.outbox.takeFor(room)) {
			this.#origins.set(id, room);
			for (const oldest of this.#origins.keys()) if (this.#origins.size > ORIGINS) this.#origins.delete(oldest);
			const isText = answer === "ack";
			/** @satisfies {wire.ClientMessage} */
			const line = { type: "line", id, room: isText ? room.name : this.#roomToSay(room), text };
			this.connection.send(isText ? { ...line, key } : line);
		}
	}

	/**
	 * The server does not know whether the line with that id was stored: send it again in a moment.
	 * @param {wire.Id | undefined} id
	 */
	doubted(id) {
		if (this.outbox.doubted(id)?.state !== "doubted" || this.#isRetrying) return;
		this.#isRetrying = true;
		this.#given.clock.setTimeout(() => {
			this.#isRetrying = false;
			this.outbox.retry();
			for (const room of this.chat.rooms) if (room.present) this.flush(room);
			this.#given.changed();
		}, RETRY_MS);
	}

	/**
	 * A command led to a room: what else answers it is shown there, and not where it was written.
	 * @param {wire.Id | undefined} id
	 * @param {page.Room} room
	 */
	ledTo(id, room) {
		if (id !== undefined && this.#origins.has(id)) this.#origins.set(id, room);
	}

	/**
	 * Add a line that is not of the log to the end of the room where the line with that id was written;
	 * by default, of the room that is shown.
	 * @param {Omit<page.Line, "time">} line
	 * @param {wire.Id} [id]
	 */
	note(line, id) {
		const room = (id !== undefined && this.#origins.get(id)) || this.chat.active;
		room?.addLocal({ time: this.#given.clock.now(), ...line });
	}

	/**
	 * We are not in a room any more. It stays in the list if it is the last one, so that it can be
	 * entered again, or if it has items or a draft that are not sent.
	 * @param {page.Room} room
	 */
	out(room, isTold = true) {
		const { chat } = this;
		const text = this.#given.texts.say("left_room", { name: room.title });
		room.present = room.isPrivate;
		this.entering.delete(folded(room.name));
		this.outbox.closed(room);
		const next = chat.rooms.find((each) => each !== room && each.present);
		if (next && !room.draft.trim() && !this.outbox.shownIn(room).length) chat.forget(room);
		if (next && chat.active === room) this.choose(next);
		if (isTold && !room.isPrivate) this.note({ kind: "news", text });
		this.keepRooms();
		this.#given.changed();
	}

	/** Have the browser keep the names of the rooms that we are in. */
	keepRooms() {
		this.kept.set("rooms", this.chat.presentNames);
	}

	/** Forget the proof of a sign-in that has ended, unless another tab has signed in since. */
	forgetProof() {
		if (this.kept.get("proof", "") === this.#proof) this.kept.set("proof", null);
	}

	/** Forget what the server told the account alone, once its sign-in has ended: another person may come. */
	forgetAccount() {
		const { chat } = this;
		const names = chat.rooms.map((room) => room.name);
		this.#roomsOf.set(folded(chat.me.name), names);
		chat.me = { ...chat.me, account: false };
		for (const room of chat.privates) this.outbox.forget(room);
		for (const room of chat.rooms) room.draft = "";
		chat.forgetSecrets();
		const [room] = chat.rooms;
		if (room && chat.active?.isPrivate) this.choose(room);
	}

	/** @param {wire.ServerMessage} message */
	take(message) {
		this.#incoming.take(message);
		this.#given.changed();
	}

	/** @returns {wire.ClientMessage} */
	#greet() {
		const proof = this.kept.get("proof", "");
		const isForgotten = Boolean(this.#proof && !proof); // those of an account alone
		this.#proof = proof;
		const { rooms, lobby } = this.chat;
		const names = rooms.length ? rooms.map((room) => room.name) : [lobby];
		for (const name of names) this.entering.set(folded(name), { isWanted: false, isForgotten });
		return {
			type: "hello",
			language: this.#given.texts.language,
			name: this.kept.get("name", "") || undefined,
			key: this.kept.key(),
			proof: this.#proof || undefined,
			rooms: rooms.length ? Object.fromEntries(rooms.map((room) => [room.name, room.bookmark])) : undefined,
		};
	}

	#connectionChanged() {
		const { chat } = this;
		if (this.connection.state === "open") {
			for (const room of chat.privates) this.flush(room);
		} else {
			for (const room of chat.rooms) {
				room.present = false;
				room.people.forget();
			}
			this.entering.clear();
			this.outbox.broke();
			if (chat.isAsked) this.note({ kind: "error", text: this.#given.texts.say("question_gone") });
			chat.isAsked = false;
		}
		this.#given.changed();
	}

	/**
	 * @param {page.Room} room
	 * @param {string} text
	 * @param {string | undefined} command
	 * @returns {page.Draft}
	 */
	#draft(room, text, command) {
		const draft = { id: this.connection.newId(), key: randomKey(), room, text, shown: text };
		if (room.isPrivate && !command) {
			return { ...draft, text: `/msg ${room.name} ${text.replace(/^\/\//, "/")}`, answer: "line" };
		}
		const isStored = !room.isPrivate && (!command || this.#means(command, "me"));
		return { ...draft, answer: isStored ? "ack" : "any" };
	}

	/**
	 * @param {string | undefined} command
	 * @param {string} name
	 */
	#means(command, name) {
		return command !== undefined && (this.chat.aliases[name] ?? [name]).includes(command);
	}

	/**
	 * Return the room in which a command is given, and in no other; null for none: then the server
	 * carries out commands that need no room.
	 */
	#roomToSay(room = this.chat.active) {
		return room?.present && !room.isPrivate ? room.name : null;
	}

	/**
	 * Fetch a page of a room's log, one at a time, and call *done* with it, or with nothing.
	 * @param {page.Room} room
	 * @param {{ before?: number, after?: number }} where
	 * @param {(page?: wire.History) => void} done
	 */
	#fetch(room, where, done) {
		if (room.isPrivate || this.#fetching.has(room)) return;
		this.#fetching.add(room);
		this.connection.ask({ type: "history", room: room.name, ...where, limit: PAGE }, (reply) => {
			this.#fetching.delete(room);
			if (reply && reply.type !== "history") {
				room.more = false; // or it would be asked for again at once
				this.#incoming.take(reply);
			}
			done(reply?.type === "history" ? reply : undefined);
			this.#given.changed();
		});
	}
}
