// Drawing the log of a room, and where the reader is in it. It asks for more lines, and changes
// nothing of a room but whether it is held.

import { arrange, button, byId, Drawn, make, nameOf, sentence, span, written } from "./dom.js";

const NEAR = 300; // pixels from an end at which more is asked for
const AT_END = 40;
const SAME_SPEECH_MS = 5 * 60 * 1000;
const QUIET_MS = 400;

export class Log {
	stuck = true; // the reader is at the end, and stays there
	#room;
	#top; // the first line that is drawn
	#quiet;
	#height; // of the box
	#drawn = new WeakMap();
	#items = new Drawn();
	#box = byId("log");
	#lines = byId("lines");
	#older = byId("older");

	/**
	 * Given are `older(room, done)`, `newer(room)`, `moved()` to the end or away from it, and
	 * `drop(item, isAgain)` for what was not said, which may be to be written again.
	 */
	constructor(texts, given) {
		Object.assign(this, { texts, given });
		this.#older.onclick = () => this.#askOlder();
		this.#box.addEventListener("scroll", () => this.#moved(), { passive: true });
		new ResizeObserver(() => this.#settle()).observe(this.#box);
	}

	/** Show a room as it is now, and the items that are not said. */
	draw(room, items) {
		const { lines } = room;
		const isOther = room !== this.#room;
		if (isOther) {
			if (this.#room) this.#room.held = false;
			this.#room = room;
			this.stuck = true;
			this.#drawn = new WeakMap();
		}
		// What comes at the end is read out. Another room and older lines are not news.
		if (isOther || (lines[0] !== this.#top && lines.indexOf(this.#top))) this.#beQuiet();
		this.#top = lines[0];
		const seen = this.stuck ? null : this.#oneSeen();
		const before = seen?.getBoundingClientRect().top;
		arrange(
			this.#lines,
			lines.map((line, at) => this.#element(line, lines[at - 1])),
		);
		arrange(
			byId("pending"),
			items.map((item) => this.#item(item)),
		);
		this.#drawEdge();
		if (seen?.isConnected) this.#box.scrollTop += seen.getBoundingClientRect().top - before;
		this.#settle();
	}

	/** Go to a line, or to the end. */
	go(seq) {
		const line = seq && this.#lines.querySelector(`[data-seq="${seq}"]`);
		this.stuck = !line;
		if (line) {
			line.classList.add("found");
			line.tabIndex = -1;
			line.focus();
			line.scrollIntoView({ block: "center" });
		}
		this.#settle();
	}

	page(direction) {
		this.#box.scrollBy(0, direction * this.#box.clientHeight * 0.85);
	}

	/** One that is seen, and is not made anew when another comes before the first. */
	#oneSeen() {
		const { top } = this.#box.getBoundingClientRect();
		const first = [...this.#lines.children].find((each) => each.getBoundingClientRect().bottom > top);
		return first?.nextSibling ?? first;
	}

	#askOlder() {
		this.#older.disabled = true;
		this.#drawEdge();
		this.given.older(this.#room, () => (this.#older.disabled = false));
	}

	#moved() {
		// What moves because the page has another size does not move away from the end.
		if (this.#box.clientHeight === this.#height) this.#scrolled();
		else this.#settle();
	}

	#scrolled() {
		const box = this.#box;
		const room = this.#room;
		if (!room) return;
		const below = box.scrollHeight - box.scrollTop - box.clientHeight;
		const stuck = room.live && below < AT_END;
		room.held = !stuck;
		if (stuck !== this.stuck) {
			this.stuck = stuck;
			this.given.moved();
		}
		if (room.more && box.scrollTop < NEAR && !this.#older.disabled) this.#askOlder();
		else if (!room.live && below < NEAR) this.given.newer(room);
	}

	#settle() {
		this.#height = this.#box.clientHeight;
		if (this.stuck) this.#box.scrollTop = this.#box.scrollHeight;
		this.#scrolled();
	}

	#beQuiet() {
		clearTimeout(this.#quiet);
		this.#lines.ariaLive = "off";
		this.#quiet = setTimeout(() => (this.#lines.ariaLive = "polite"), QUIET_MS);
	}

	/** What stands above the first line. */
	#drawEdge() {
		const { more, isPrivate, last, title } = this.#room;
		this.#older.hidden = !more;
		this.#older.textContent = this.texts.say(this.#older.disabled ? "loading" : "older");
		byId("begins").hidden = more || isPrivate;
		byId("begins").textContent = this.texts.say(last ? "begins" : "empty", { name: title });
	}

	/** A line's element, made anew if another stands before it than did. */
	#element(line, previous) {
		const { marker } = this.#room;
		const isNew = marker !== null && line.seq > marker && (previous?.seq ?? 0) <= marker;
		let drawn = this.#drawn.get(line);
		if (drawn?.previous !== previous || drawn?.isNew !== isNew || !drawn) {
			drawn = { previous, isNew, element: this.#line(line, previous, isNew) };
			this.#drawn.set(line, drawn);
		}
		return drawn.element;
	}

	#line(line, previous, isNew) {
		const { texts } = this;
		const { kind, time, author, mention, seq } = line;
		const day = texts.day(time);
		const isNewDay = !previous || day !== texts.day(previous.time);
		const isSpeech = !isNewDay && !isNew && kind === "message" && previous.kind === kind && previous.author === author;
		const follows = isSpeech && time - previous.time < SAME_SPEECH_MS;
		const minute = texts.time(time);
		const isAgain = follows && texts.time(previous.time) === minute;
		const properties = {
			className: isAgain ? "again" : "",
			title: texts.exactly(time),
			dateTime: new Date(time).toISOString(),
		};
		const element = make(
			"div",
			{ className: `line ${kind}${follows ? " follows" : ""}${mention ? " mention" : ""}` },
			isNewDay && make("h2", { className: "day" }, day),
			isNew && make("p", { className: "new" }, texts.say("new")),
			make("div", { className: "row" }, ...this.#inside(line, make("time", properties, minute))),
		);
		if (seq) element.dataset.seq = seq;
		return element;
	}

	#inside({ kind, author, text, at, title }, time) {
		const { texts } = this;
		const name = author && nameOf(author);
		const said = written(text);
		switch (kind) {
			case "message":
				return [span("who", name, span("sr", ": ")), time, said];
			case "action":
				return [time, span("told", "* ", name, " ", said)];
			case "topic":
				return [time, span("told", ...sentence(texts, text ? "topic_set" : "topic_cleared", { name, text: said }))];
			case "past":
				return [span("told", make("time", {}, texts.moment(at)), " ", name, " ", said)];
			case "error":
				return [span("told", make("b", {}, title ?? texts.say("error")), ": ", said)];
			case "say":
				return [span("sr", texts.say("server"), ": "), said];
			default:
				return [time, said];
		}
	}

	#item(item) {
		const { id, shown, state } = item;
		return this.#items.of(item, state, () => {
			const act = (key, isAgain) => button(() => this.given.drop(item, isAgain), this.texts.say(key));
			const why = span("why", this.texts.say(state));
			if (state === "refused" || state === "unsure") why.append(act("again", true), act("drop", false));
			const row = make("div", { className: "row" }, span("text", shown), why);
			const element = make("div", { className: `line waiting ${state}` }, row);
			element.dataset.id = id;
			return element;
		});
	}
}
