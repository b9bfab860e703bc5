// The messages of the server, and their effect on the chat. It must not know the document or the
// socket. docs/wire.md describes the messages.

import { addressOf } from "./address.js";
import { linkToPaste } from "./links.js";
import { continues } from "./messages.js";
import { folded, sameName } from "./names.js";

const SETTLED_MS = 1000;

/**
 * Return true if a deed may change what a person may do in the room.
 * @param {wire.LogEvent | wire.Notice} entry
 * @param {string} name
 */
const changesRights = (entry, name) =>
	"deed" in entry &&
	entry.deed !== undefined &&
	(["mode", "create", "close", "unmute"].includes(entry.deed.verb) || sameName(entry.deed.target, name));

/**
 * Return true if a tool said a line by a webhook: then nobody in the room has its name.
 * @param {wire.LogEvent | wire.Notice} entry
 * @param {page.Room} room
 */
const isOfTool = (entry, room) => "seq" in entry && entry.kind === "notice" && !room.people.has(entry.author);

export class Incoming {
	#client;
	#given;
	#chat;
	#motd = "";
	#untold = 0; // errors that come next, of rooms that are forgotten
	/** @type {Omit<page.Line, "time">[]} a greeting, which is shown after the last lines of a room */
	#greeting = [];

	/**
	 * @param {page.Client} client
	 * @param {page.ClientOptions} given
	 */
	constructor(client, given) {
		this.#client = client;
		this.#given = given;
		this.#chat = client.chat;
	}

	/**
	 * Take a message. Types of a later server are ignored.
	 * @param {wire.ServerMessage} message
	 */
	take(message) {
		const { outbox } = this.#client;
		switch (message.type) {
			case "hello":
				return this.#hello(message);
			case "you":
				return this.#isGreeted && this.#you(message);
			case "entered":
				return this.#entered(message);
			case "left":
				return this.#left(message);
			case "events":
				return this.#events(message);
			case "found":
				return this.#past(message);
			case "people":
				return this.#chat.room(message.room)?.people.take(message);
			case "people_changed":
				return this.#peopleChanged(message);
			case "seen":
				return this.#chat.room(message.room)?.seenUpTo(message.seq);
			case "ack":
				return outbox.drop(message.id);
			case "refused":
				return outbox.refused(message.id);
			case "unsure":
				return this.#client.doubted(message.id);
			case "private":
				return this.#private(message);
			case "say":
				return this.#say(message);
			case "error":
				return this.#error(message);
			case "ask":
				this.#chat.isAsked = message.hidden;
				return;
			case "answered":
				return this.#client.asking.counted(message);
			case "bell":
				return this.#given.bell();
		}
	}

	/** True once the hello said who we are. Before it, the session passes through other names. */
	get #isGreeted() {
		return this.#client.connection.state === "open";
	}

	/** @param {wire.Hello} message */
	#hello(message) {
		const chat = this.#chat;
		const { characters, lines, bytes } = chat.limits;
		const { lobby, motd = "", accounts, passwords } = message;
		const { max_length = characters, max_lines = lines, max_bytes = bytes } = message;
		chat.lobby = lobby;
		chat.cutOff = 0; // it says so again
		chat.door = { accounts, passwords };
		chat.limits = { characters: max_length, lines: max_lines, bytes: max_bytes };
		if (!chat.commands.length) this.#askCommands();
		chat.active ??= chat.rooms[0] ?? chat.roomFor(lobby); // also if we may not enter it
		const was = chat.me;
		this.#untold = 0;
		if (was.name && was.name !== message.name) this.#sayWho(was, message);
		if (motd && motd !== this.#motd) this.#greeting.push({ kind: "say", text: motd });
		this.#motd = motd;
		this.#you(message);
	}

	/**
	 * Say who we are now, after the lines of a room.
	 * @param {page.Me} was
	 * @param {wire.Hello} now
	 */
	#sayWho(was, { name, account }) {
		const key = was.account && !account ? "signed_out" : "you_are_now";
		this.#greeting.push({ kind: "say", text: this.#given.texts.say(key, { name }) });
	}

	#askCommands() {
		this.#client.connection.ask({ type: "commands" }, (answer) => {
			if (answer?.type !== "commands") return;
			this.#chat.commands = answer.commands;
			this.#chat.aliases = answer.names;
		});
	}

	/** @param {wire.You | wire.Hello} message */
	#you({ name, guest, account }) {
		// Logging in passes through being a guest, so see what follows.
		const isOut = this.#chat.me.account && !(account && sameName(name, this.#chat.me.name));
		if (isOut) {
			this.#client.forgetAccount();
			this.#given.clock.setTimeout(() => this.#chat.me.account || this.#client.forgetProof(), SETTLED_MS);
		}
		const before = this.#chat.me;
		this.#chat.me = { name, guest, account };
		for (const room of this.#chat.rooms) room.people.renamed(before, this.#chat.me);
		if (account && !before.account) this.#client.comeBack();
		this.#client.askRoom(); // another account, or another name, may do other things
		// An account's name comes with its cookie, and must not be asked for without it.
		if (account || !guest) this.#given.kept.set("name", account ? null : name);
	}

	/** @param {wire.Entered} message */
	#entered(message) {
		const client = this.#client;
		const room = this.#chat.roomFor(message.room);
		const asked = client.entering.get(folded(room.name));
		client.entering.delete(folded(room.name));
		const goesOn = room.entered(message);
		client.ledTo(message.id, room);
		client.keepRooms();
		// A room that was not asked for is that of a command, or the server put us there.
		const isWanted = asked?.isWanted ?? true;
		if (isWanted && !goesOn) this.#greeting.push({ kind: "news", text: message.text });
		if (isWanted || !this.#chat.active) client.choose(room);
		else if (room === this.#chat.active) {
			client.askPeople();
			client.askRoom();
			client.asking.alerts();
		}
		if (message.head === message.after) this.#greetIn(room);
		client.flush(room);
	}

	/** @param {wire.Left} message */
	#left({ room: name }) {
		const room = this.#chat.room(name);
		const isForgotten = this.#client.entering.get(folded(name))?.isForgotten;
		if (isForgotten) this.#untold += 1;
		if (room) this.#client.out(room, !isForgotten);
		if (this.#chat.active?.present) this.#greetIn(this.#chat.active);
	}

	/** @param {wire.Events} message */
	#events({ room: name, events, past }) {
		const room = this.#chat.room(name);
		if (past) return this.#past({ room: name, events });
		if (!room) return;
		const me = this.#chat.me.name;
		const news = room.add(events, me, this.#given.clock.now());
		for (const { author = "", text } of news) this.#given.heard({ room, author, text });
		this.#greetIn(room);
		if (room === this.#chat.active && events.some((entry) => changesRights(entry, me))) this.#client.askRoom();
		if (room === this.#chat.active && events.some((entry) => isOfTool(entry, room))) this.#client.asking.alertsSoon();
		for (const entry of events) {
			if ("seq" in entry && !continues(entry) && sameName(entry.author, me))
				this.#client.outbox.cameBack(room, entry.text);
		}
	}

	/**
	 * Show lines of the past of a room that a command asked for.
	 * @param {Pick<wire.Events, "room" | "events">} message
	 */
	#past({ room, events }) {
		for (const entry of events) {
			if (!("seq" in entry)) continue;
			const { author, text, time: at, seq, part_of: first = seq } = entry;
			this.#client.note({ kind: "past", author, text, at, link: addressOf({ name: room, isPrivate: false }, first) });
		}
	}

	/** @param {wire.PeopleChanged} message */
	#peopleChanged(message) {
		const room = this.#chat.room(message.room);
		if (!room || room.people.change(message)) return;
		room.people.forget();
		if (room === this.#chat.active) this.#client.askPeople();
	}

	/** @param {wire.Private} message */
	#private({ author, to, text, time = this.#given.clock.now(), past }) {
		const room = this.#chat.privateWith(to ?? author);
		// After a crash the server may send again what it sent before.
		if (past && room.lines.some((line) => line.time === time && line.text === text)) return;
		if (to) this.#client.outbox.cameBack(room, text);
		room.addLocal({ kind: "message", author, to, text, time });
		if (!to) this.#given.heard({ room, author, text });
	}

	/** @param {wire.Say} message */
	#say(message) {
		const { id, text, key } = message;
		if (key === "you_are" && !this.#isGreeted) return;
		if (key === "cut_off") this.#chat.cutOff = Date.now();
		if (key === "cut_off_ended") this.#chat.cutOff = 0;
		if (key === "signed_out" || key === "sign_in_again") this.#client.forgetProof();
		if (key === "signed_out") {
			// In another tab, for example: the server closes the connection, and we come back as a guest.
			this.#client.connection.isLetGo = true;
			this.#client.forgetAccount();
		}
		if (key === "sign_in_again") this.#greeting.push({ kind: "say", text });
		else this.#client.note({ kind: "say", text, link: linkToPaste(message) }, id);
	}

	/** @param {wire.Failure} message */
	#error({ id, kind, key, text }) {
		if (id === undefined && this.#untold) {
			this.#untold -= 1;
			return;
		}
		if (key === "in_doubt") {
			const item = this.#client.outbox.doubted(id);
			if (item?.answer === "ack") return; // it says so itself, until `unsure` has it sent again
		} else this.#client.outbox.refused(id);
		this.#client.note({ kind: "error", title: this.#given.texts.errorKind(kind), text }, id);
	}

	/** @param {page.Room} room */
	#greetIn(room) {
		const { active } = this.#chat;
		if (active && room !== active && !active.isPrivate) return;
		for (const line of this.#greeting.splice(0)) room.addLocal({ time: this.#given.clock.now(), ...line });
	}
}
