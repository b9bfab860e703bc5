// What the server is told, and what becomes of what it says. It knows docs/wire.md and no document:
// whoever draws is told that something has changed.

import { Connection } from "./connection.js";
import { randomKey } from "./kept.js";
import { folded, sameName } from "./names.js";
import { commandOf, Outbox } from "./outbox.js";
import { Chat } from "./state.js";

const PAGE = 50;
const ORIGINS = 100; // of how many lines it is known where they were written

export class Client {
	chat = new Chat();
	outbox = new Outbox();
	commands = []; // these three are what the server says
	aliases = {};
	longest = 4096;
	isAsked = false; // the server waits for a password
	#motd = "";
	#untold = []; // what greets us in a room comes behind its last lines
	#first; // the room to be shown once we are in it
	#entering = new Map(); // rooms that we asked for, with which id; whether somebody wants to see them now
	#fetching = new Set();
	#origins = new Map(); // where lines were written: what answers them belongs there

	/**
	 * Given are what is `kept`, `texts`, `open()` and `clock` for a `Connection`, `changed()`,
	 * `heard(line)` for a private line that came, and `bell()`.
	 */
	constructor({ open, ...given }) {
		Object.assign(this, given);
		this.#first = this.kept.get("active", "");
		for (const name of this.kept.get("rooms", [])) this.chat.roomFor(name);
		this.connection = new Connection({
			open,
			clock: this.clock,
			greet: () => this.#greet(),
			received: (message) => this.received(message),
			changed: () => this.#connectionChanged(),
		});
	}

	// What is done here

	/** Show a room. */
	choose(room) {
		const { active } = this.chat;
		if (active && active !== room) active.marker = null;
		this.chat.active = room;
		if (!room.isPrivate) this.kept.set("active", room.name);
		if (!room.present) this.enter(room.name);
		this.askPeople();
		this.changed();
	}

	/** Go into a room, and show it. */
	enter(name) {
		const room = this.chat.room(name);
		const id = this.connection.newId();
		if (room?.present) this.choose(room);
		else if (this.connection.send({ type: "enter", id, room: name, after: room?.bookmark ?? undefined })) {
			this.#entering.set(folded(name), { id, isWanted: true });
		}
	}

	leave(room) {
		this.outbox.forget(room);
		const isTold = room.present && !room.isPrivate;
		if (!isTold || !this.connection.send({ type: "leave", room: room.name })) this.#out(room);
	}

	/** Say some lines in the room that is shown, or to whom it is with. */
	say(lines) {
		const room = this.chat.active;
		for (const text of lines) {
			const command = commandOf(text);
			const known = this.#means(command, "join") && this.chat.room(text.split(/[ #]+/)[1] ?? "");
			if (known?.present) {
				this.choose(known);
				continue;
			}
			const item = { id: this.connection.newId(), key: randomKey(), room, text, shown: text, answer: "any" };
			if (room.isPrivate && !command) {
				Object.assign(item, { text: `/msg ${room.name} ${text.replace(/^\/\//, "/")}`, answer: "line" });
			} else if (!room.isPrivate && (!command || this.#means(command, "me"))) item.answer = "ack";
			this.outbox.put(item);
		}
		room.marker = null;
		this.#flush(room);
		this.changed();
	}

	/** Answer the server's question: now or never, and it is kept nowhere. */
	answer(text) {
		this.connection.send({ type: "line", room: this.#roomToSay(), text });
	}

	/** Older lines; *done* is called when they are there or cannot be had, as below. */
	older(room, done) {
		this.#fetch(room, room.first, done, ({ events, more, after }) =>
			room.addOlder(events, more, this.chat.me.name, after),
		);
	}

	newer(room) {
		const before = room.end + PAGE + 1;
		const took = ({ events, more, after }) => {
			// Of long lines fewer come than were asked for: the last ones.
			if (after > room.end) room.replace(events, more, before, this.chat.me.name, after);
			else room.addNewer(events, before, this.chat.me.name);
		};
		this.#fetch(room, before, () => {}, took);
	}

	/** Other lines, up to that seq. */
	show(room, upto, done) {
		const took = ({ events, more, after }) => room.replace(events, more, upto + 1, this.chat.me.name, after);
		this.#fetch(room, upto + 1, done, took);
	}

	askPeople() {
		const room = this.chat.active;
		if (room?.present && !room.isPrivate) this.connection.send({ type: "people", room: room.name });
	}

	/** Somebody has seen all of a room. */
	read(room) {
		if (!room.read()) return;
		const isTold = this.chat.me.account && !room.isPrivate;
		if (isTold) this.connection.send({ type: "seen", room: room.name, seq: room.seen });
		this.changed();
	}

	// What the server says

	received(message) {
		this[`on_${message.type}`]?.(message); // what a later chatd says is passed over
		this.changed();
	}

	on_hello({ lobby, max_length: longest = 4096, motd = "", ...me }) {
		this.longest = longest;
		if (!this.commands.length) {
			this.connection.ask({ type: "commands" }, ({ commands = [], names = {} } = {}) => {
				Object.assign(this, { commands, aliases: names });
			});
		}
		this.chat.lobby = lobby;
		this.chat.active ??= this.chat.rooms[0] ?? this.chat.roomFor(lobby); // also where we may not be
		if (motd && motd !== this.#motd) this.#untold.push({ kind: "say", text: motd });
		this.#motd = motd;
		this.on_you(me);
	}

	on_you({ name, guest, account }) {
		this.chat.me = { name, guest, account };
		// An account's name comes with its cookie, and is not to be asked for without it.
		if (account || !guest) this.kept.set("name", account ? null : name);
	}

	on_entered(message) {
		const asked = this.#entering.get(folded(message.room));
		const room = this.chat.roomFor(message.room);
		const goesOn = room.entered(message);
		this.#entering.delete(folded(room.name));
		this.#keepRooms();
		// One that was not asked for is that of a command, or we were put there.
		const isWanted = asked?.isWanted ?? true;
		if (isWanted && !goesOn) this.#untold.push({ kind: "notice", text: message.text });
		if (message.head === message.after) this.#putUntold(room);
		const isFirst = sameName(this.#first, room.name);
		if (isFirst) this.#first = "";
		if (isWanted || isFirst || !this.chat.active) this.choose(room);
		else if (room === this.chat.active) this.askPeople();
		this.#flush(room);
	}

	on_left({ room, text }) {
		if (this.chat.room(room)) this.#out(this.chat.room(room), text);
	}

	on_events({ room: name, events, past }) {
		const room = this.chat.room(name);
		if (past) this.on_found({ events });
		if (past || !room) return;
		const me = this.chat.me.name;
		room.add(events, me, this.clock.now());
		this.#putUntold(room);
		for (const { seq, author, text } of events) if (seq && sameName(author, me)) this.outbox.cameBack(room, text);
	}

	/** What commands show of the past. */
	on_found({ events }) {
		for (const { author, text, time: at } of events) this.#put(null, { kind: "past", author, text, at });
	}

	on_people({ room, names, guests }) {
		Object.assign(this.chat.room(room) ?? {}, { names, guests });
	}

	on_ack({ id }) {
		this.outbox.drop(id);
	}

	on_refused({ id }) {
		this.outbox.refused(id);
	}

	on_say({ id, text, key }) {
		this.#put(this.#origins.get(id), { kind: "say", text });
		// In another tab, say: we are let go, and come again as a guest.
		if (key === "signed_out") this.connection.isLetGo = true;
	}

	on_error({ id, kind, text }) {
		this.outbox.refused(id);
		for (const [name, asked] of this.#entering) if (id && asked.id === id) this.#entering.delete(name);
		this.#put(this.#origins.get(id), { kind: "error", title: kind, text });
	}

	on_private({ author, to, text, time = this.clock.now(), past }) {
		const room = this.chat.privateWith(to ?? author);
		// After a crash the server may not know that we were shown it.
		if (past && room.lines.some((line) => line.time === time && line.text === text)) return;
		if (to) this.outbox.cameBack(room, text);
		else this.heard({ author, text });
		this.#put(room, { kind: "message", author, to, text, time });
	}

	on_seen({ room, seq }) {
		this.chat.room(room)?.seenUpTo(seq);
	}

	on_ask({ hidden }) {
		this.isAsked = hidden;
	}

	on_bell() {
		this.bell();
	}

	// Inside

	#greet() {
		const { language } = this.texts;
		const { rooms } = this.chat;
		for (const { name } of rooms.length ? rooms : [{ name: this.chat.lobby }])
			this.#entering.set(folded(name), { isWanted: false });
		const places = Object.fromEntries(rooms.map((room) => [room.name, room.bookmark]));
		const name = this.kept.get("name") ?? undefined;
		return { language, name, key: this.kept.key(), rooms: rooms.length ? places : undefined };
	}

	#connectionChanged() {
		if (this.connection.state === "open") {
			for (const room of this.chat.privates) this.#flush(room);
		} else {
			for (const room of this.chat.rooms) room.present = false;
			this.#entering.clear();
			this.outbox.broke();
			if (this.isAsked) this.#put(null, { kind: "error", text: this.texts.say("question_gone") });
			this.isAsked = false;
		}
		this.changed();
	}

	/** Send what was written in a room; if we are not in it, behind going in. */
	#flush(room) {
		if (this.connection.state !== "open") return;
		if (!room.present && !this.#entering.has(folded(room.name))) this.enter(room.name);
		for (const { id, key, text, answer } of this.outbox.takeFor(room)) {
			this.#origins.set(id, room);
			if (this.#origins.size > ORIGINS) this.#origins.delete(this.#origins.keys().next().value);
			const isText = answer === "ack";
			const line = { type: "line", id, room: isText ? room.name : this.#roomToSay(room), text };
			this.connection.send(isText ? { ...line, key } : line);
		}
	}

	#means(command, name) {
		return Boolean(command) && (this.aliases[name] ?? [name]).includes(command);
	}

	/** In which room a command is given, and never in another; null for none, where some commands are understood. */
	#roomToSay(room = this.chat.active) {
		return room?.present && !room.isPrivate ? room.name : null;
	}

	#putUntold(room) {
		for (const line of this.#untold.splice(0)) this.#put(room, line);
	}

	/** Put a line that is not of the log at the end of a room: of the one that is shown, if of none. */
	#put(room, line) {
		(room ?? this.chat.active)?.addLocal({ time: this.clock.now(), ...line });
	}

	/**
	 * We are in that room no more. The last one stays at the side, to be entered again, and so does one
	 * in which something is left to be said.
	 */
	#out(room, text = this.texts.say("left_room", { name: room.title })) {
		const { chat } = this;
		room.present = room.isPrivate;
		this.#entering.delete(folded(room.name));
		this.outbox.closed(room);
		const next = chat.rooms.find((each) => each !== room && each.present);
		if (next && !this.outbox.shownIn(room).length) chat.forget(room);
		if (next && chat.active === room) this.choose(next);
		if (!room.isPrivate) this.#put(null, { kind: "notice", text });
		this.#keepRooms();
		this.changed();
	}

	#keepRooms() {
		this.kept.set(
			"rooms",
			this.chat.rooms.filter((room) => room.present).map((room) => room.name),
		);
	}

	/** A page of a room's log: *took* is given it. One at a time. */
	#fetch(room, before, done, took) {
		if (room.isPrivate || this.#fetching.has(room)) return;
		this.#fetching.add(room);
		this.connection.ask({ type: "history", room: room.name, before, limit: PAGE }, (reply) => {
			this.#fetching.delete(room);
			if (reply?.type === "history") took(reply);
			else if (reply) {
				room.more = false; // or it would be asked for again at once
				this.received(reply);
			}
			done();
			this.changed();
		});
	}
}
