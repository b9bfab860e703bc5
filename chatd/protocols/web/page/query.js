// A search that goes on from answer to answer: what it asks for, and what is still to be searched. Pure.
// It must not know the document or the connection.

/**
 * Return the text of a search: the words, and its filters in the server's language of searches.
 * @param {string} words
 * @param {string} author
 * @param {string} since such as "2d"
 */
export const textOf = (words, author, since) =>
	[words.trim(), filter("from", author), filter("since", since)].filter(Boolean).join(" ");

/**
 * @param {string} mark
 * @param {string} value
 */
const filter = (mark, value) => value.trim() && `${mark}:${value.trim()}`;

export class Query {
	/** @type {Map<string, number | null>} by rooms that are not searched to the end, the seq to go on from */
	#rest;
	#isOfOne;

	/**
	 * @param {string} text
	 * @param {string[]} rooms
	 */
	constructor(text, rooms) {
		this.text = text;
		this.#rest = new Map(rooms.map((room) => [room, null]));
		this.#isOfOne = rooms.length === 1;
	}

	/** The next message to the server. One room alone is searched further at a time. */
	get message() {
		const { text } = this;
		const [[room, upto] = ["", null]] = this.#rest;
		if (this.#isOfOne) return { type: /** @type {const} */ ("search"), text, room, upto: upto ?? undefined };
		return { type: /** @type {const} */ ("search"), text, rooms: Object.fromEntries(this.#rest) };
	}

	/**
	 * Take an answer, and return the lines found, with their rooms.
	 * @param {wire.Found | wire.FoundInRooms} answer
	 */
	take(answer) {
		const rooms = answer.type === "found" ? [answer] : answer.rooms;
		for (const { room, upto } of rooms) {
			if (upto) this.#rest.set(room, upto);
			else this.#rest.delete(room);
		}
		return rooms.flatMap(({ room, events }) => events.map((event) => ({ room, event })));
	}

	/** The number of rooms that are not searched to the end, and of the lines left if it is the only one. */
	get left() {
		const [upto] = this.#rest.values();
		return { rooms: this.#rest.size, lines: (this.#isOfOne && upto) || 0 };
	}
}
