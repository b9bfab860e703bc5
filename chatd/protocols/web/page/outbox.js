// Lines that were written and are not known to be stored. Text is sent again with its key after the
// connection broke, or the server did not know its outcome, and the server stores it once. A command is
// sent once: then its outcome is unknown, and the item says so. Pure. It must not know the connection.

/**
 * Return the word of a command in lower case, or undefined for text.
 * @param {string} text
 */
export const commandOf = (text) => /^\/(\p{L}+)(?= |$)/u.exec(text)?.[1]?.toLowerCase();

export class Outbox {
	/** @type {page.Item[]} */
	items = [];

	/** @param {page.Draft} item */
	put(item) {
		this.items.push({ ...item, state: "waits", isBack: false });
	}

	/**
	 * Return the items of a room that wait to be sent, in order, and mark them as sent.
	 * @param {page.Room} room
	 */
	takeFor(room) {
		const waiting = this.items.filter((item) => item.room === room && item.state === "waits");
		for (const item of waiting) item.state = "sent";
		this.items = this.items.filter((item) => item.state !== "sent" || item.answer !== "any");
		return waiting;
	}

	/**
	 * Return the items of a room that are shown as not stored yet.
	 * @param {page.Room} room
	 */
	shownIn(room) {
		return this.items.filter((item) => item.room === room && !item.isBack);
	}

	/**
	 * Remove an item: it was stored, or discarded.
	 * @param {wire.Id | undefined} id
	 */
	drop(id) {
		this.items = this.items.filter((item) => item.id !== id);
	}

	/**
	 * Mark an item as refused. It stays until its writer sends it again or discards it.
	 * @param {wire.Id | undefined} id
	 */
	refused(id) {
		const item = this.items.find((each) => each.id === id);
		if (!item) return;
		item.state = "refused";
		item.isBack = false;
	}

	/**
	 * Mark an item of which the server does not know whether it was stored, and return it. Text waits
	 * until `retry`.
	 * @param {wire.Id | undefined} id
	 */
	doubted(id) {
		const item = this.items.find((each) => each.id === id);
		if (item) item.state = item.answer === "ack" ? "doubted" : "unsure";
		return item;
	}

	/** Let text wait to be sent again of which the server did not know whether it was stored. */
	retry() {
		for (const item of this.items) if (item.state === "doubted") item.state = "waits";
	}

	/**
	 * Refuse the items that wait for a room. Those that may have been stored are unsure for good.
	 * @param {page.Room} room
	 */
	closed(room) {
		for (const item of this.items) {
			if (item.room !== room) continue;
			if (item.state === "waits") item.state = "refused";
			if (item.state === "doubted") item.state = "unsure";
		}
	}

	/**
	 * Remove all items of a room.
	 * @param {page.Room} room
	 */
	forget(room) {
		this.items = this.items.filter((item) => item.room !== room);
	}

	/**
	 * Hide the item whose line came back, so that it is not shown twice. Private lines come back in
	 * their order, and not always as they were written: without a space at the end, for example.
	 * @param {page.Room} room
	 * @param {string} text
	 */
	cameBack(room, text) {
		const isDue = (/** @type {page.Item} */ { state }) => ["sent", "doubted", "unsure"].includes(state);
		const waiting = this.items.filter((item) => item.room === room && isDue(item) && !item.isBack);
		const item = waiting.find((each) => each.answer === "line" || said(each) === text);
		if (item) item.isBack = true;
		if (item?.answer === "line") this.drop(item.id);
	}

	/** Let text wait again after the connection broke, and mark commands as unsure. */
	broke() {
		for (const item of this.items) {
			if (item.state === "sent") item.state = item.answer === "ack" ? "waits" : "unsure";
		}
		this.retry();
	}
}

/**
 * Return the text of an item as others see it; of several lines, the first one.
 * @param {page.Item} item
 */
function said({ text }) {
	if (text.includes("\n")) return text.split("\n", 1)[0];
	return text.startsWith("//") ? text.slice(1) : commandOf(text) ? text.replace(/^\S+ +/, "") : text;
}
