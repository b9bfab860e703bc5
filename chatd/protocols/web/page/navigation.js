// The address of the page and the browser's history: what is shown follows the address that the user
// opens, also with Back and Forward, and the address follows what is shown. It must not know messages.

import { addressOf, parse } from "./address.js";
import { folded, sameName } from "./names.js";

export class Navigation {
	/** @type {page.Destination | null} what the user opened and is not shown yet */
	#wanted = null;
	#wrong = ""; // what the user opened, if it is no address
	#given;

	/** @param {page.NavigationOptions} given */
	constructor(given) {
		this.#given = given;
		addEventListener("popstate", () => this.#open());
		addEventListener("click", (event) => isToHere(event) && this.#open());
	}

	/** Show what the address says, if there is one, as soon as it can be shown. */
	start() {
		if (location.hash) this.#open();
	}

	/** Go on to what the user opened. Without that, have the address be that of what is shown. */
	follow() {
		const { chat } = this.#given.client;
		if (!chat.active) return;
		if (this.#wrong) this.#sayWrong(this.#wrong);
		const wanted = this.#wanted;
		const room = wanted && this.#roomOf(wanted);
		if (wanted) wanted.from ??= chat.active;
		if (!wanted || (chat.active !== wanted.from && chat.active !== room)) this.#write(chat.active);
		else if (!room) this.#seek(wanted);
		else if (room !== chat.active) this.#given.choose(room);
		else if (!wanted.seq || !this.#isComing(room)) this.#arrive(room, wanted.seq);
	}

	/** Have the address be that of the room alone: the user goes on from its end. */
	leaveLine() {
		const { active } = this.#given.client.chat;
		if (active && !this.#wanted && parse(location.hash)?.seq) history.replaceState(null, "", addressOf(active));
	}

	#open() {
		const address = parse(location.hash);
		this.#wanted = address && { ...address, from: this.#given.client.chat.active, state: "new" };
		this.#wrong = address ? "" : location.hash;
		this.#given.changed();
	}

	/** @param {page.Destination} wanted */
	#roomOf({ name, isPrivate }) {
		const { chat } = this.#given.client;
		return isPrivate ? chat.privateWith(name) : chat.room(name);
	}

	/**
	 * Return true if lines of a room that we are in can be shown later than now.
	 * @param {page.Room} room
	 */
	#isComing(room) {
		const { client } = this.#given;
		const isOnTheWay = client.connection.state !== "open" || client.entering.has(folded(room.name));
		return client.isFetching(room) || (!room.present && isOnTheWay);
	}

	/**
	 * Enter the room that the user opened.
	 * @param {page.Destination} wanted
	 */
	#seek(wanted) {
		const { client } = this.#given;
		if (client.connection.state !== "open") wanted.state = "new";
		else if (wanted.state === "new") {
			wanted.state = "asked";
			client.visit(wanted.name, (error) => {
				wanted.state = "found";
				if (error && wanted === this.#wanted) this.#refuse(wanted, error);
			});
		} else if (wanted.state === "found" && !client.entering.has(folded(wanted.name))) this.#refuse(wanted);
	}

	/**
	 * @param {page.Room} room
	 * @param {number} seq
	 */
	#arrive(room, seq) {
		this.#wanted = null;
		if (seq && room.present) this.#given.showLine(room, seq);
	}

	/**
	 * Stay where we are. If there is no such room, offer to make it.
	 * @param {page.Destination} wanted
	 * @param {wire.Failure} [error] one that was not shown yet
	 */
	#refuse({ name }, error) {
		const { client, texts, offer } = this.#given;
		this.#wanted = null;
		this.#restore();
		if (error?.key === "unknown_room") offer(name, texts.say("room_absent", { name: `#${name}` }));
		else if (error) client.take(error);
	}

	/** @param {string} hash */
	#sayWrong(hash) {
		const { client, texts, changed } = this.#given;
		this.#wrong = "";
		this.#restore();
		client.note({ kind: "error", text: texts.say("no_address", { name: hash }) });
		changed();
	}

	/** Take back the address that the user opened. */
	#restore() {
		const { active } = this.#given.client.chat;
		if (active) history.replaceState(null, "", addressOf(active));
	}

	/**
	 * Have the address be that of a room, unless it is, or of a line in it.
	 * @param {page.Room} room
	 */
	#write(room) {
		this.#wanted = null;
		const here = parse(location.hash);
		if (here?.isPrivate === room.isPrivate && sameName(here.name, room.name)) return;
		if (here) history.pushState(null, "", addressOf(room));
		else history.replaceState(null, "", addressOf(room));
	}
}

/**
 * Return true for a plain click on a link to the address that is open: Firefox does not tell of it.
 * @param {MouseEvent} event
 */
function isToHere({ target, defaultPrevented, ctrlKey, metaKey, shiftKey }) {
	const link = target instanceof Element ? target.closest("a") : null;
	return link?.href === location.href && !defaultPrevented && !ctrlKey && !metaKey && !shiftKey;
}
