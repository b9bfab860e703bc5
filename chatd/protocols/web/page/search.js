// The panel for searching the lines of a room: the words, the lines found, and how far the search got.
// It must not know the connection.

import { addressOf } from "./address.js";
import { byId, make, nameOf, span } from "./dom.js";

export class Search {
	#words = byId("search-words", HTMLInputElement);
	#status = byId("search-status");
	#found = byId("found");
	#further = byId("search-on");
	/** @type {page.Room | undefined} */
	#room;
	/** @type {page.Question | undefined} */
	#asked;
	#given;

	/** @param {page.SearchOptions} given */
	constructor(given) {
		this.#given = given;
		byId("search").onsubmit = (event) => {
			event.preventDefault();
			this.#clear();
			const text = this.#words.value.trim();
			if (text) this.#look({ text });
		};
		this.#further.onclick = () => this.#asked && this.#look(this.#asked);
	}

	/**
	 * Be about a room. Lines found in another one are removed.
	 * @param {page.Room} room
	 */
	about(room) {
		if (room === this.#room) return;
		this.#room = room;
		byId("search-label").textContent = this.#given.texts.say("search_in", { name: room.title });
		this.#clear();
	}

	#clear() {
		this.#asked = undefined;
		this.#found.replaceChildren();
		this.#status.textContent = "";
		this.#further.hidden = true;
	}

	/** @param {page.Question} asked */
	#look(asked) {
		const room = this.#room;
		if (!room) return;
		this.#asked = asked;
		this.#status.textContent = this.#given.texts.say("loading");
		this.#given.ask(room, asked, (answer) => {
			if (asked !== this.#asked) return; // another question was asked meanwhile
			if (answer?.type === "found") {
				asked.upto = answer.upto;
				this.#show(room, answer);
			} else this.#status.textContent = answer?.type === "error" ? answer.text : this.#given.texts.say("no_answer");
		});
	}

	/**
	 * @param {page.Room} room
	 * @param {wire.Found} found
	 */
	#show(room, { events, upto }) {
		const { texts } = this.#given;
		const hadFocus = document.activeElement === this.#further;
		const hits = events.map((event) => this.#hit(room, event));
		this.#found.append(...hits.map((hit) => make("li", {}, hit)));
		this.#further.hidden = !upto;
		if (hadFocus) (hits[0] ?? this.#words).focus();
		const rest = upto ? ` ${texts.say("not_looked_at", { count: upto })}` : "";
		this.#status.textContent = texts.say("found", { count: this.#found.children.length }) + rest;
	}

	/**
	 * @param {page.Room} room
	 * @param {wire.LogEvent} event
	 */
	#hit(room, { seq, author, text, time }) {
		const inside = [nameOf(author), " ", make("time", {}, this.#given.texts.moment(time)), " ", span("text", text)];
		return make("a", { href: addressOf(room, seq) }, ...inside);
	}
}
