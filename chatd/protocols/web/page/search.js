// The column for searching the lines of a room, or of all rooms that we are in: the words and the filters,
// the lines found as links to them, and how far the search got. It must not know the connection.

import { addressOf } from "./address.js";
import { byId, make, nameOf, onSubmit, span } from "./dom.js";
import { Query, textOf } from "./query.js";

export class Search {
	#panel = byId("search-panel");
	#words = byId("search-words", HTMLInputElement);
	#author = byId("search-from", HTMLInputElement);
	#since = byId("search-since", HTMLSelectElement);
	#scope = byId("search-scope", HTMLSelectElement);
	#here = byId("search-here", HTMLOptionElement);
	#status = byId("search-status");
	#found = byId("found");
	#further = byId("search-on");
	/** @type {page.Room | undefined} */
	#room;
	/** @type {Query | undefined} */
	#query;
	/** @type {number | undefined} */
	#soon;
	#account = ""; // the name of the account that we are signed in to
	#given;

	/** @param {page.SearchOptions} given */
	constructor(given) {
		this.#given = given;
		onSubmit(byId("search"), () => this.#startSoon());
		for (const filter of [this.#author, this.#since, this.#scope]) {
			filter.onchange = () => (this.#words.value.trim() ? this.#startSoon() : this.#clear());
		}
		this.#further.onclick = () => this.#query && this.#look(this.#query);
		byId("search-open").onclick = () => (this.#panel.hidden ? this.show(true) : this.leave());
		byId("search-close").onclick = () => this.leave();
		this.#panel.onkeydown = (event) => {
			if (event.key !== "Escape" || event.isComposing) return;
			event.stopPropagation();
			this.leave();
		};
	}

	/**
	 * Be about a room, for us. Lines found in another one are removed, unless all rooms were searched, and
	 * what an account looked for once it signs out.
	 * @param {page.Room} room
	 * @param {page.Me} me
	 */
	about(room, me) {
		const account = me.account ? me.name : "";
		if (this.#account && account !== this.#account) this.#forget();
		this.#account = account;
		if (room === this.#room) return;
		this.#room = room;
		this.#here.textContent = this.#given.texts.say("search_here", { name: room.title });
		this.#here.disabled = room.isPrivate; // private lines are in no log that can be searched
		if (!this.#isEverywhere) this.#clear();
		if (room.isPrivate) this.#scope.value = "all";
	}

	/** @param {boolean} isOpen */
	show(isOpen) {
		this.#panel.hidden = !isOpen;
		byId("search-open").ariaExpanded = `${isOpen}`;
		if (isOpen) this.#words.focus();
	}

	get #isEverywhere() {
		return this.#scope.value === "all";
	}

	/** Close it at the user's wish: the next search begins anew. */
	leave() {
		this.show(false);
		this.#forget();
		this.#given.left();
	}

	#forget() {
		this.#clear();
		byId("search", HTMLFormElement).reset();
		if (this.#here.disabled) this.#scope.value = "all";
	}

	#clear() {
		this.#query = undefined;
		this.#found.replaceChildren();
		this.#status.textContent = "";
		this.#further.hidden = true;
	}

	/** Search once, also if a key changes a filter and sends the form. */
	#startSoon() {
		clearTimeout(this.#soon);
		this.#soon = setTimeout(() => this.#start());
	}

	#start() {
		this.#clear();
		const text = textOf(this.#words.value, this.#author.value, this.#since.value);
		const rooms = this.#isEverywhere ? this.#given.rooms() : this.#room ? [this.#room.name] : [];
		if (text && rooms.length) this.#look(new Query(text, rooms));
	}

	/** @param {Query} query */
	#look(query) {
		this.#query = query;
		this.#status.textContent = this.#given.texts.say("loading");
		this.#given.ask(query.message, (answer) => {
			if (query !== this.#query) return; // another question was asked meanwhile
			if (answer?.type === "found" || answer?.type === "found_in_rooms") this.#show(query, answer);
			else this.#status.textContent = answer?.type === "error" ? answer.text : this.#given.texts.say("no_answer");
		});
	}

	/**
	 * @param {Query} query
	 * @param {wire.Found | wire.FoundInRooms} answer
	 */
	#show(query, answer) {
		const hadFocus = document.activeElement === this.#further;
		const hits = query.take(answer).map(({ room, event }) => this.#hit(room, event));
		const { rooms, lines } = query.left;
		this.#found.append(...hits.map((hit) => make("li", {}, hit)));
		this.#further.hidden = !rooms;
		if (hadFocus) (hits[0] ?? this.#words).focus();
		this.#status.textContent = [this.#counted(rooms), this.#left(rooms, lines)].filter(Boolean).join(" ");
	}

	/** @param {number} rooms */
	#counted(rooms) {
		const { texts } = this.#given;
		const count = this.#found.children.length;
		if (!count && rooms) return texts.say("nothing_yet");
		if (!count && !this.#isEverywhere) return texts.say("nothing_found", { name: this.#room?.title });
		if (!count) return texts.say("nothing_found_everywhere");
		return texts.say(this.#isEverywhere ? "found_everywhere" : "found", { count });
	}

	/**
	 * @param {number} rooms
	 * @param {number} lines
	 */
	#left(rooms, lines) {
		const { texts } = this.#given;
		if (lines) return texts.say("not_looked_at", { count: lines });
		return rooms ? texts.say("rooms_left", { count: rooms }) : "";
	}

	/**
	 * @param {string} room
	 * @param {wire.LogEvent} event
	 */
	#hit(room, { seq, author, text, time }) {
		const when = make("time", {}, this.#given.texts.moment(time));
		const where = this.#isEverywhere && span("dim", make("bdi", {}, `#${room}`), " · ");
		const href = addressOf({ name: room, isPrivate: false }, seq);
		return make("a", { href }, where, nameOf(author), " ", when, " ", span("text", text));
	}
}
