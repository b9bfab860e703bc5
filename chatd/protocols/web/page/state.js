// The rooms that the user is in, and what is known of each. A room holds a stretch of its log without a
// gap. It is live if that reaches up to the newest line. Pure. It must not know the document, the
// connection or a clock.

import { continues } from "./messages.js";
import { folded, mentions, sameName } from "./names.js";
import { People } from "./people.js";
import { Remarks } from "./remarks.js";

export const HELD = 1000; // most lines of a room that are held
const LET_GO = 100; // lines that are dropped at once beyond that

export const PRIVATES = 100; // most private conversations

/**
 * Return true for a notice that a person alone came or went. Of oneself, that is another connection.
 * @param {wire.Notice} notice
 * @param {string} name
 */
const isOfOne = ({ notice, name: of, names = [of] }, name) =>
	notice !== "renamed" && names.every((each) => sameName(each, name));

/** @param {page.Line} line */
const isSpoken = ({ kind }) => kind === "message" || kind === "action" || kind === "notice";

export class Room {
	/** @type {page.Line[]} */
	lines = [];
	first = 1; // seq from which all is held that we may read,
	end = 0; // and seq up to which
	/** @type {number | null} */
	last = null; // seq up to which all was received
	/** @type {wire.Bookmark | null} */
	bookmark = null; // of that line: a seq alone may be of another log
	live = true;
	more = false; // there are older lines
	held = false; // the user reads older lines, so none are dropped at the top
	present = false; // the server has us in it
	topic = "";
	/** @type {wire.Mode | null} */
	mode = null; // null until it is known
	owner = "";
	/** @type {string[]} */
	acts = []; // that we may do, by our role
	mutedUntil = 0; // when we may speak again, if we are muted, in milliseconds
	people = new People();
	remarks = new Remarks();
	seen = 0; // seq
	unread = 0;
	mentions = 0;
	attended = false; // the user looks at its end
	/** @type {number | null} */
	marker = null; // seq after which lines are marked as new
	draft = "";
	/** @type {number | null} */
	#place = null; // seq up to which the account saw it, as the server has it
	#wasRead = false;

	/**
	 * @param {string} name
	 * @param {boolean} isPrivate
	 */
	constructor(name, isPrivate) {
		this.name = name;
		this.isPrivate = isPrivate;
		this.present = isPrivate;
	}

	get title() {
		return this.isPrivate ? this.name : `#${this.name}`;
	}

	/**
	 * We are in it. Return true if it goes on where it was, so that its lines stay.
	 * @param {Pick<wire.Entered, "after" | "head"> & Partial<wire.Entered>} message
	 */
	entered({ after, head, topic = "", bookmark = null, resumed = false, anew = false }) {
		this.present = true;
		this.topic = topic;
		this.remarks.renew();
		if (resumed) return true;
		if (this.last === null) this.seen = this.#place ?? head;
		else if (anew) {
			this.seen = Math.min(this.seen, after); // it is another log
			this.remarks = new Remarks();
		}
		this.bookmark = bookmark;
		if (this.last !== null) this.lines = []; // else they are notes, such as the reason of a refusal
		this.first = after + 1;
		this.end = after;
		this.last = after;
		this.live = true;
		this.held = false;
		this.more = after > 0;
		this.#count();
		return false;
	}

	/**
	 * @param {Omit<wire.RoomPolicy, "type" | "room">} policy
	 * @param {number} now
	 */
	about({ topic, mode, owner, may, muted }, now) {
		this.topic = topic;
		this.mode = mode;
		this.owner = owner;
		this.acts = may;
		this.mutedUntil = muted && now + muted * 1000;
	}

	/** @param {string} act */
	may(act) {
		return this.acts.includes(act);
	}

	/** True if it is known that we may not speak in it. */
	get isSilent() {
		return this.mode !== null && !this.may("speak");
	}

	/**
	 * Add events and notices as they come, without those that were received before. Return the unseen
	 * lines that name the reader.
	 * @param {(wire.LogEvent | wire.Notice)[]} entries
	 * @param {string} me
	 * @param {number} now
	 */
	add(entries, me, now) {
		const marked = this.#marker(me);
		/** @type {page.Line[]} */
		const added = [];
		for (const entry of entries) {
			if ("notice" in entry) {
				if (!isOfOne(entry, me)) added.push({ kind: "news", text: entry.text, time: now });
			} else if (entry.seq > (this.last ?? 0)) {
				const line = marked(entry);
				this.last = line.seq;
				this.bookmark = `${line.seq}-${line.time}`;
				if (line.kind === "topic") this.topic = line.text;
				if (line.seq > this.seen) this.#countOne(line);
				added.push(line);
			}
		}
		// Lines that do not fit are fetched when the user goes to the end.
		if (this.held && this.lines.length + added.length > HELD) this.live = false;
		if (this.live) {
			this.end = this.last ?? 0;
			this.#push(added);
		}
		return added.filter(({ mention, seq = 0 }) => mention && seq > this.seen);
	}

	/**
	 * Add a line that is not of the log.
	 * @param {page.Line} line
	 */
	addLocal(line) {
		if (this.isPrivate && !line.to) this.#countOne(line);
		this.#push([line]);
	}

	/**
	 * Add older lines.
	 * @param {page.LogPage} page
	 * @param {string} me
	 */
	addOlder({ events, more, after }, me) {
		const older = events.filter(({ seq }) => seq < this.first).map(this.#marker(me));
		const lines = [...older, ...this.lines];
		this.lines = lines.slice(0, HELD);
		this.first = after + 1;
		this.more = more;
		if (lines.length <= HELD) return;
		this.live = false;
		this.end = this.lines.findLast((line) => line.seq)?.seq ?? 0;
	}

	/**
	 * Add newer lines where the newest are not held.
	 * @param {page.LogPage} page
	 * @param {string} me
	 */
	addNewer({ events, upto }, me) {
		const newer = events.filter(({ seq }) => seq > this.end).map(this.#marker(me));
		this.#reach(upto);
		this.#push(newer);
	}

	/**
	 * Hold the lines of a page instead.
	 * @param {page.LogPage} page
	 * @param {string} me
	 */
	replace({ events, more, after, upto }, me) {
		this.lines = events.map(this.#marker(me));
		this.first = after + 1;
		this.held = false;
		this.more = more;
		this.#reach(upto);
	}

	/**
	 * Return true if the line of that seq is held, or would be if it was there.
	 * @param {number} seq
	 */
	holds(seq) {
		return seq >= this.first && seq <= this.end;
	}

	/**
	 * Return the seq that is nearest to one, of the lines that are held; 0 without any.
	 * @param {number} seq
	 */
	nearest(seq) {
		const seqs = this.lines.map((line) => line.seq ?? 0).filter(Boolean);
		return seqs.reduce((best, each) => (Math.abs(each - seq) < Math.abs(best - seq) ? each : best), seqs[0] ?? 0);
	}

	/** Mark all lines as seen. Return true if some were not. */
	read() {
		const last = this.last ?? 0;
		const isNews = this.unread > 0 || last > this.seen;
		this.seen = Math.max(this.seen, last);
		this.unread = 0;
		this.mentions = 0;
		this.#wasRead = true;
		return isNews;
	}

	/**
	 * Take the seq up to which the account saw the room, here or elsewhere.
	 * @param {number} seq
	 */
	seenUpTo(seq) {
		// The first one may be less than what counted as seen until it came.
		const isFirst = this.#place === null && !this.#wasRead;
		this.#place = seq;
		if (this.last === null || (!isFirst && seq <= this.seen)) return;
		this.seen = seq;
		this.#count();
	}

	/** The number of lines of others that are marked as new. */
	get news() {
		return this.marker === null ? 0 : this.#after(this.marker).count;
	}

	/** The seq of the first line that is marked as new; 0 if none is held. */
	get firstNew() {
		return this.lines.find(({ seq = 0 }) => this.marker !== null && seq > this.marker)?.seq ?? 0;
	}

	/**
	 * Return the lines of others after a seq that are held, and how many there are with those before them.
	 * @param {number} seq
	 */
	#after(seq) {
		const held = this.lines.filter((line) => (line.seq ?? 0) > seq && isSpoken(line) && !line.own);
		return { held, count: Math.max(0, this.first - 1 - seq) + held.filter((line) => !continues(line)).length };
	}

	/** @param {number} upto seq up to which all is held */
	#reach(upto) {
		const last = this.last ?? 0;
		this.live = upto >= last;
		this.end = Math.min(upto, last);
	}

	/** @param {page.Line[]} lines */
	#push(lines) {
		this.lines.push(...lines);
		if (this.lines.length <= HELD) return;
		this.lines.splice(0, this.lines.length - HELD + LET_GO);
		this.first = this.lines.find((line) => line.seq)?.seq ?? this.end + 1;
		this.more = !this.isPrivate;
	}

	/**
	 * Return a function that makes events into lines. Of a message that names the reader, one line does.
	 * @param {string} me
	 * @returns {(event: wire.LogEvent) => wire.LogEvent & page.Line}
	 */
	#marker(me) {
		const named = new Set();
		return (event) => {
			const { seq, part_of: message = seq } = event;
			const own = sameName(event.author, me);
			const isSaid = isSpoken(event);
			const mention = isSaid && !own && !named.has(message) && mentions(event.text, me);
			if (mention) named.add(message);
			if (!isSaid) this.remarks.take(event);
			return { ...event, mention, own };
		};
	}

	/** @param {page.Line} line */
	#countOne(line) {
		if (!isSpoken(line) || line.own) return;
		if (!continues(line)) {
			if (!this.unread && line.seq && !this.attended) this.marker = line.seq - 1;
			this.unread += 1;
		}
		if (line.mention || this.isPrivate) this.mentions += 1;
	}

	#count() {
		const { held, count } = this.#after(this.seen);
		this.unread = count;
		this.mentions = held.filter((line) => line.mention).length;
		this.marker = this.unread ? this.seen : null;
	}
}

export class Chat {
	me = { name: "", guest: true, account: false };
	lobby = "lobby";
	door = { accounts: false, passwords: false }; // there are accounts; this connection may send passwords
	/** @type {wire.Commands["commands"]} */
	commands = [];
	/** @type {wire.Commands["names"]} */
	aliases = {}; // all names of each command
	limits = { characters: 4096, lines: 100, bytes: 16384 };
	isAsked = false; // the server waits for a password
	cutOff = 0; // since when our server does not reach the others of its store; 0 while it does
	/** @type {page.Room | null} */
	active = null; // the room that is shown
	/** @type {Map<string, page.Room>} */
	#rooms = new Map();
	/** @type {Map<string, page.Room>} */
	#privates = new Map();

	/** True if one can sign in here. */
	get signsIn() {
		return this.door.accounts && this.door.passwords;
	}

	/**
	 * Return the room of that name, if we are in it.
	 * @param {string} name
	 */
	room(name) {
		return this.#rooms.get(folded(name));
	}

	/**
	 * Return the room of that name. It is made if it is not there.
	 * @param {string} name
	 */
	roomFor(name) {
		return made(this.#rooms, name, false);
	}

	/**
	 * Return the private conversation with a person. It is made if it is not there. Of too many, the
	 * first one in which we never wrote is dropped.
	 * @param {string} name
	 */
	privateWith(name) {
		const room = made(this.#privates, name, true);
		/** @param {page.Room} room */
		const isStranger = ({ lines, draft }) => !draft && lines.every(({ to }) => !to);
		if (this.#privates.size > PRIVATES) {
			const gone = this.privates.find((each) => each !== room && each !== this.active && isStranger(each));
			if (gone) this.forget(gone);
		}
		return room;
	}

	/** @param {page.Room} room */
	forget(room) {
		(room.isPrivate ? this.#privates : this.#rooms).delete(folded(room.name));
	}

	/** Forget answers of the server, which may have secrets, and private lines. */
	forgetSecrets() {
		this.#privates.clear();
		for (const room of this.rooms) {
			room.lines = room.lines.filter(({ seq, kind }) => seq || kind === "news");
			room.remarks.forgetSecrets();
		}
	}

	/** The lobby first, the others by name. */
	get rooms() {
		/** @param {page.Room} room */
		const isLobby = (room) => Number(sameName(room.name, this.lobby));
		return [...this.#rooms.values()].sort(
			(one, other) => isLobby(other) - isLobby(one) || one.name.localeCompare(other.name),
		);
	}

	/** The names of the rooms that we are in. */
	get presentNames() {
		return this.rooms.filter((room) => room.present).map((room) => room.name);
	}

	get privates() {
		return [...this.#privates.values()];
	}

	get all() {
		return [...this.rooms, ...this.privates];
	}

	/** The number of unread lines of rooms that name the reader. */
	get mentions() {
		return this.rooms.reduce((sum, room) => sum + room.mentions, 0);
	}

	/**
	 * Return how many lines are unread, or mentions, in all rooms but one.
	 * @param {"unread" | "mentions"} what
	 * @param {page.Room | null} [but]
	 */
	sum(what, but) {
		return this.all.reduce((sum, room) => sum + (room === but ? 0 : room[what]), 0);
	}
}

/**
 * @param {Map<string, page.Room>} rooms
 * @param {string} name
 * @param {boolean} isPrivate
 */
function made(rooms, name, isPrivate) {
	const key = folded(name);
	const room = rooms.get(key) ?? new Room(name, isPrivate);
	room.name = name;
	rooms.set(key, room);
	return room;
}
