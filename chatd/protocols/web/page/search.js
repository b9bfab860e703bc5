// Finding lines of the room: the words, what was found, and how far was looked.

import { button, byId, make, nameOf, span } from "./dom.js";

export class Search {
	#words = byId("search-words");
	#status = byId("search-status");
	#found = byId("found");
	#further = byId("search-on");
	#room;
	#asked;

	/** Given are `ask(room, text, upto, answer)` and `jump(room, seq)`. */
	constructor(texts, given) {
		Object.assign(this, { texts, given });
		byId("search").onsubmit = (event) => {
			event.preventDefault();
			this.#clear();
			const text = this.#words.value.trim();
			if (text) this.#look({ text });
		};
		this.#further.onclick = () => this.#look(this.#asked);
	}

	/** It is about that room now. What was found in another is forgotten. */
	about(room) {
		if (room === this.#room) return;
		this.#room = room;
		byId("search-label").textContent = this.texts.say("search_in", { name: room.title });
		this.#clear();
	}

	#clear() {
		this.#asked = null;
		this.#found.replaceChildren();
		this.#status.textContent = "";
		this.#further.hidden = true;
	}

	#look(asked) {
		this.#asked = asked;
		this.#status.textContent = this.texts.say("loading");
		this.given.ask(this.#room, asked.text, asked.upto, (answer) => {
			if (asked !== this.#asked) return; // something else was asked meanwhile
			if (answer?.type === "found") this.#show(answer);
			else this.#status.textContent = answer?.text ?? this.texts.say("no_answer");
		});
	}

	#show({ events, upto }) {
		const { texts } = this;
		const hadFocus = document.activeElement === this.#further;
		const hits = events.map((event) => this.#hit(this.#room, event));
		this.#found.append(...hits.map((hit) => make("li", {}, hit)));
		this.#asked.upto = upto;
		this.#further.hidden = !upto;
		if (hadFocus) (hits[0] ?? this.#words).focus();
		const rest = upto ? ` ${texts.say("not_looked_at", { count: upto })}` : "";
		this.#status.textContent = texts.say("found", { count: this.#found.children.length }) + rest;
	}

	#hit(room, { seq, author, text, time }) {
		const inside = [nameOf(author), " ", make("time", {}, this.texts.moment(time)), " ", span("text", text)];
		return button(() => this.given.jump(room, seq), ...inside);
	}
}
