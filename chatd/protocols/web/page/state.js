// The rooms that one is in and what is known of each. A room holds a stretch of its log without a
// gap, up to the newest line (then it is live) or not. Pure: no document, no connection, no clock.

import { folded, mentions, sameName } from "./names.js";

export const HELD = 1000; // how many lines of a room are held at most,
const LET_GO = 100; // and how many are then let go at once

export const PRIVATES = 100; // with how many people there are private lines at most

const isSpoken = ({ kind }) => kind === "message" || kind === "action";

/**
 * Its lines are events of the log (seq, time, author, kind, text; `own` if the reader said them, here or elsewhere,
 * `mention` if others name the reader) and what passes: kind notice, say, error, past, or a private message; they have no seq.
 */
export class Room {
	lines = [];
	first = 1; // all that is shown to us from that seq on
	end = 0; // up to that one is among them
	last = null; // up to which seq all was received
	bookmark = null; // of that line, as the server writes it: seqs alone may be of another log
	live = true;
	more = false; // there are older lines
	held = false; // somebody reads older lines, so none are let go at the top
	present = false; // the server has us in it
	topic = "";
	names = [];
	guests = 0;
	seen = 0; // up to which seq
	unread = 0;
	mentions = 0;
	marker = null; // behind which seq a mark says that there is new
	draft = "";
	#place = null; // up to where the account saw it, as the server has it
	#wasRead = false;

	constructor(name, isPrivate) {
		Object.assign(this, { name, isPrivate, present: isPrivate });
	}

	get title() {
		return this.isPrivate ? this.name : `#${this.name}`;
	}

	/** We are in it. Returns whether it goes on where it was, so that its lines stay. */
	entered({ after, head, topic = "", bookmark = null, resumed = false, anew = false }) {
		Object.assign(this, { present: true, topic });
		if (resumed) return true;
		if (this.last === null) this.seen = this.#place ?? head;
		else if (anew) this.seen = Math.min(this.seen, after); // it is another log
		this.bookmark = bookmark;
		const lines = this.last === null ? this.lines : []; // such as why we were not let in before
		Object.assign(this, { lines, first: after + 1, end: after, last: after, live: true, held: false, more: after > 0 });
		this.#count();
		return false;
	}

	/** Events and notices as they come. What was received already is left out. */
	add(entries, me, now) {
		const added = [];
		for (const entry of entries) {
			if (entry.notice) {
				this.#notice(entry);
				added.push({ kind: "notice", text: entry.text, time: now });
			} else if (entry.seq > this.last) {
				const line = marked(entry, me);
				this.last = line.seq;
				this.bookmark = `${line.seq}-${line.time}`;
				if (line.kind === "topic") this.topic = line.text;
				if (line.seq > this.seen) this.#countOne(line);
				added.push(line);
			}
		}
		// Those for which there is no room are fetched when somebody wants to see the end.
		if (this.held && this.lines.length + added.length > HELD) this.live = false;
		if (!this.live) return;
		this.end = this.last;
		this.#push(added);
	}

	/** What has no place in the log. */
	addLocal(line) {
		if (this.isPrivate && !line.to) this.#countOne(line);
		this.#push([line]);
	}

	/** Older ones: all that there are behind that seq. */
	addOlder(events, more, me, after = events[0].seq - 1) {
		const older = events.filter(({ seq }) => seq < this.first).map((event) => marked(event, me));
		const lines = [...older, ...this.lines];
		Object.assign(this, { more, lines: lines.slice(0, HELD), first: after + 1 });
		if (lines.length <= HELD) return;
		this.live = false;
		this.end = this.lines.findLast((line) => line.seq).seq;
	}

	/** Newer ones where the newest are not held: all that there are before that seq. */
	addNewer(events, before, me) {
		const newer = events.filter(({ seq }) => seq > this.end).map((event) => marked(event, me));
		Object.assign(this, { live: before > this.last, end: Math.min(before - 1, this.last) });
		this.#push(newer);
	}

	/** Others instead: all that there are before that seq. */
	replace(events, more, before, me, after = events[0].seq - 1) {
		const lines = events.map((event) => marked(event, me));
		const end = Math.min(before - 1, this.last);
		Object.assign(this, { lines, more, first: after + 1, end, live: before > this.last, held: false });
	}

	/** All of it was seen. Returns whether that is news. */
	read() {
		const isNews = this.unread > 0 || this.last > this.seen;
		Object.assign(this, { seen: Math.max(this.seen, this.last), unread: 0, mentions: 0 });
		this.#wasRead = true;
		return isNews;
	}

	/** The account saw it up to there, here or elsewhere. */
	seenUpTo(seq) {
		// At first it may be less than was taken for seen when nothing was known.
		const isFirst = this.#place === null && !this.#wasRead;
		this.#place = seq;
		if (this.last === null || (!isFirst && seq <= this.seen)) return;
		this.seen = seq;
		this.#count();
	}

	#push(lines) {
		this.lines.push(...lines);
		if (this.lines.length <= HELD) return;
		this.lines.splice(0, this.lines.length - HELD + LET_GO);
		this.first = this.lines.find((line) => line.seq)?.seq ?? this.end + 1;
		this.more = !this.isPrivate;
	}

	#countOne(line) {
		if (!isSpoken(line) || line.own) return;
		if (!this.unread && line.seq) this.marker ??= line.seq - 1;
		this.unread += 1;
		if (line.mention || this.isPrivate) this.mentions += 1;
	}

	#count() {
		const unseen = this.lines.filter((line) => line.seq > this.seen && isSpoken(line) && !line.own);
		this.unread = Math.max(0, this.first - 1 - this.seen) + unseen.length;
		this.mentions = unseen.filter((line) => line.mention).length;
		this.marker = this.unread ? this.seen : null;
	}

	#notice({ notice, name, new_name: newName }) {
		const here = new Set(this.names);
		const was = here.delete(name);
		if (notice !== "left") here.add(newName ?? name);
		if (notice === "renamed" && !was) this.guests = Math.max(0, this.guests - 1); // it was a guest
		this.names = [...here];
	}
}

function marked(event, me) {
	const own = sameName(event.author, me);
	const mention = isSpoken(event) && !own && mentions(event.text, me);
	return { ...event, mention, own };
}

export class Chat {
	me = { name: "", guest: true, account: false };
	lobby = "lobby";
	active = null; // the room that is shown
	#rooms = new Map();
	#privates = new Map();

	/** The room of that name, if we are in it. */
	room(name) {
		return this.#rooms.get(folded(name));
	}

	/** It, from here on. */
	roomFor(name) {
		return made(this.#rooms, name, false);
	}

	/** What is said with somebody alone, from here on. Of too many, the first one whom we never wrote to goes. */
	privateWith(name) {
		const room = made(this.#privates, name, true);
		const isStranger = ({ lines, draft }) => !draft && lines.every(({ to }) => !to);
		if (this.#privates.size > PRIVATES) {
			const gone = this.privates.find((each) => each !== room && each !== this.active && isStranger(each));
			if (gone) this.forget(gone);
		}
		return room;
	}

	forget(room) {
		(room.isPrivate ? this.#privates : this.#rooms).delete(folded(room.name));
	}

	/** The lobby first, the others by name. */
	get rooms() {
		const isLobby = (room) => sameName(room.name, this.lobby);
		const order = (one, other) => isLobby(other) - isLobby(one) || one.name.localeCompare(other.name);
		return [...this.#rooms.values()].sort(order);
	}

	get privates() {
		return [...this.#privates.values()];
	}

	get all() {
		return [...this.rooms, ...this.privates];
	}

	/** How many are "unread" or "mentions" in all, but for one room. */
	sum(what, but) {
		return this.all.reduce((sum, room) => sum + (room === but ? 0 : room[what]), 0);
	}
}

function made(rooms, name, isPrivate) {
	const key = folded(name);
	if (!rooms.has(key)) rooms.set(key, new Room(name, isPrivate));
	return Object.assign(rooms.get(key), { name });
}
