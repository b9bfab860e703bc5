// The people in a room, as the server tells: who is there, their roles, and who is away. Pure. It must
// not know the document or the connection.

import { sameName } from "./names.js";

export class People {
	/** @type {Map<string, page.Marks>} */
	#named = new Map();
	guests = 0;
	more = 0; // people with names beyond those that are known
	isKnown = false;

	get names() {
		return [...this.#named.keys()];
	}

	/**
	 * Take the whole list.
	 * @param {Omit<wire.People, "type" | "room">} list
	 */
	take({ names, guests, more = 0, roles = {}, away = [] }) {
		this.#named = new Map();
		this.#mark(names, roles, away);
		this.guests = guests;
		this.more = more;
		this.isKnown = true;
	}

	/**
	 * Take a change of the list. Return false if only a new list helps, because the server lost count.
	 * @param {Partial<wire.PeopleChanged>} change
	 */
	change({ here, gone = [], named = 0, guests = 0, roles = {}, away = [] }) {
		if (!this.isKnown) return true; // it is asked for when the room is shown
		if (!here) return false;
		for (const name of gone) this.#named.delete(name);
		this.#mark(here, roles, away);
		this.guests = guests;
		this.more = Math.max(0, named - this.#named.size);
		return true;
	}

	/**
	 * Return the role of a person; "" without one.
	 * @param {string} name
	 */
	roleOf(name) {
		return this.#named.get(name)?.role ?? "";
	}

	/** @param {string} name */
	has(name) {
		return this.#named.has(name);
	}

	/** Nothing is known any more: the connection broke. */
	forget() {
		this.#named.clear();
		this.guests = 0;
		this.more = 0;
		this.isKnown = false;
	}

	/**
	 * We have another name. The server tells it a moment later.
	 * @param {page.Me} before
	 * @param {page.Me} now
	 */
	renamed(before, now) {
		const marks = this.#named.get(before.name) ?? {};
		if (!this.isKnown || before.name === now.name) return;
		this.#named.delete(before.name);
		if (!now.guest) this.#named.set(now.name, marks);
		this.guests += Number(now.guest) - Number(before.guest);
	}

	/**
	 * Return all by name, with us, and the number of the guests without a name who are not we.
	 * @param {page.Me} me
	 */
	list(me) {
		const all = Array.from(this.#named, ([name, marks]) => ({ name, ...marks, isMe: sameName(name, me.name) }));
		if (me.guest && this.isKnown) all.push({ name: me.name, isMe: true });
		all.sort((one, other) => one.name.localeCompare(other.name));
		return { all, guests: Math.max(0, this.guests - Number(me.guest)) };
	}

	/**
	 * @param {string[]} names
	 * @param {Record<string, string>} roles
	 * @param {string[]} away
	 */
	#mark(names, roles, away) {
		const absent = new Set(away);
		for (const name of names) this.#named.set(name, { role: roles[name], isAway: absent.has(name) });
	}
}
