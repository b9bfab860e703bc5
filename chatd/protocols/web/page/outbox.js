// What was written and is not known to be said. Text is sent again with its key after the connection
// broke, and said once. A command is sent once: if the connection breaks, nobody knows what became
// of it, and its writer is told so. Pure: whoever has a connection asks what may go.

/** The word of a command, in small letters; undefined of what is text. */
export const commandOf = (text) => /^\/(\p{L}+)(?= |$)/u.exec(text)?.[1].toLowerCase();

export class Outbox {
	items = [];

	/**
	 * An item has an id, a key, the `room` where it was written, the `text` that is sent, what is
	 * `shown` of it, and the `answer` that shows that it is done: an "ack", for text; the "line" coming
	 * back, for a private one; for other commands "any".
	 */
	put(item) {
		this.items.push({ ...item, state: "waits", isBack: false });
	}

	/** What waits to be sent from a room, in order. It counts as sent from here on. */
	takeFor(room) {
		const waiting = this.items.filter((item) => item.room === room && item.state === "waits");
		for (const item of waiting) item.state = "sent";
		this.items = this.items.filter((item) => item.state !== "sent" || item.answer !== "any");
		return waiting;
	}

	/** What of a room is to be shown as not said. */
	shownIn(room) {
		return this.items.filter((item) => item.room === room && !item.isBack);
	}

	/** It was said, or is not to be. */
	drop(id) {
		this.items = this.items.filter((item) => item.id !== id);
	}

	/** It was not said, and stays until its writer has done something about it. */
	refused(id) {
		for (const item of this.items) if (item.id === id) Object.assign(item, { state: "refused", isBack: false });
	}

	/** What waits for a room cannot be said there. */
	closed(room) {
		for (const item of this.items) if (item.room === room && item.state === "waits") item.state = "refused";
	}

	/** Nobody wants anything more of a room. */
	forget(room) {
		this.items = this.items.filter((item) => item.room !== room);
	}

	/**
	 * Our own line came. One that waits for its `ack` is not to be seen twice. Private ones come in their
	 * order, and not always as they were written: without a space at the end, say.
	 */
	cameBack(room, text) {
		const waiting = this.items.filter((item) => item.room === room && item.state === "sent" && !item.isBack);
		const item = waiting.find((each) => each.answer === "line" || said(each) === text);
		if (item) item.isBack = true;
		if (item?.answer === "line") this.drop(item.id);
	}

	/** The connection is gone. */
	broke() {
		for (const item of this.items) {
			if (item.state === "sent") item.state = item.answer === "ack" ? "waits" : "unsure";
		}
	}
}

/** The text that others see of it. */
function said({ text }) {
	return text.startsWith("//") ? text.slice(1) : commandOf(text) ? text.replace(/^\S+ +/, "") : text;
}
