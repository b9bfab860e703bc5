// Drawing the log of a room, and the reader's place in it. It asks for more lines. It must not know the
// connection, and changes nothing of a room but `held`.

import { addressOf } from "./address.js";
import { Cards } from "./cards.js";
import { block, copyingLink } from "./code.js";
import { arrange, button, byId, Drawn, make, nameOf, sentence, span, written } from "./dom.js";
import { footer } from "./footers.js";
import { messagesOf } from "./messages.js";

const NEAR = 300; // pixels from an end at which more is asked for
const AT_END = 40;
const SAME_SPEECH_MS = 5 * 60 * 1000;
const QUIET_MS = 400;
const EXCERPT = 80; // most characters of a line that is named below its message

export class Log {
	stuck = true; // the reader is at the end, and stays there
	isNewAbove = false; // the first new line is above what is in view, and has not been in view
	/** @type {number | null} */
	#markerSeen = null;
	/** @type {page.Room | undefined} */
	#room;
	/** @type {page.Line | undefined} */
	#top; // the first line that is drawn
	/** @type {number | undefined} */
	#quiet;
	#height = 0; // of the box
	#isAsking = false; // older lines are on their way; its button is not disabled, to keep the focus
	/** @type {WeakMap<page.Line, page.DrawnLine>} */
	#drawn = new WeakMap();
	/** @type {WeakSet<page.Line>} the first lines of the messages that the reader unfolded */
	#unfolded = new WeakSet();
	/** @type {Drawn<HTMLElement>} */
	#items = new Drawn();
	#box = byId("log");
	#lines = byId("lines");
	#older = byId("older");
	#cards;
	#given;

	/** @param {page.LogOptions} given */
	constructor(given) {
		this.#given = given;
		this.#cards = new Cards(given);
		this.#older.onclick = () => this.#askOlder();
		this.#box.addEventListener("scroll", () => this.#moved(), { passive: true });
		this.#box.onkeydown = (event) => this.#key(event);
		this.#lines.addEventListener("click", () => this.#moved()); // a message that is unfolded moves the end away
		new ResizeObserver(() => this.#settle()).observe(this.#box);
	}

	/**
	 * Show a room as it is now, and its items that are not stored yet.
	 * @param {page.Room} room
	 * @param {page.Item[]} items
	 */
	draw(room, items) {
		const { lines } = room;
		const isOther = room !== this.#room;
		if (isOther) {
			if (this.#room) this.#room.held = false;
			this.#room = room;
			this.stuck = true;
			this.#markerSeen = null;
			this.#drawn = new WeakMap();
		}
		// A screen reader reads lines that come at the end; another room and older lines are not news.
		if (isOther || lines[0] !== this.#top) this.#beQuiet();
		this.#top = lines[0];
		const seen = this.stuck ? null : this.#oneSeen();
		const before = seen?.getBoundingClientRect().top ?? 0;
		const messages = messagesOf(lines);
		this.#drawRemarks(room, messages);
		arrange(
			this.#lines,
			messages.map((message, at) => this.#element(room, message, messages[at - 1])),
		);
		arrange(
			byId("pending"),
			items.map((item) => this.#item(item)),
		);
		this.#drawEdge(room);
		if (seen?.isConnected) this.#box.scrollTop += seen.getBoundingClientRect().top - before;
		this.#settle();
	}

	/** Go to the end. */
	toEnd() {
		this.stuck = true;
		this.#settle();
	}

	/**
	 * Go to the message of a line and mark it, with a text above it.
	 * @param {number} seq
	 * @param {string} [text]
	 */
	toLine(seq, text) {
		this.#unmark();
		const drawn = /** @type {HTMLElement[]} */ ([...this.#lines.children]);
		const line = drawn.findLast((each) => Number(each.dataset.seq) <= seq);
		if (!line) return;
		this.stuck = false;
		line.classList.add("found");
		if (text) line.prepend(make("p", { className: "why", role: "alert" }, text));
		this.#reachable(line, true);
		line.tabIndex = -1;
		line.focus();
		line.scrollIntoView({ block: "center" });
		this.#settle();
	}

	#unmark() {
		for (const line of this.#lines.querySelectorAll(".found")) {
			line.classList.remove("found");
			this.#reachable(line, false);
		}
		for (const text of this.#lines.querySelectorAll(".line > .why")) text.remove();
	}

	/**
	 * Let the tabulator come to the link of a line, or not.
	 * @param {Element} line
	 * @param {boolean} isReached
	 */
	#reachable(line, isReached) {
		const link = line.querySelector(".at");
		if (link instanceof HTMLElement) link.tabIndex = isReached ? 0 : -1;
	}

	/**
	 * Go from line to line: to the link of the one above or below, or from the log itself to the last one.
	 * @param {KeyboardEvent} event
	 */
	#key(event) {
		const { key, target, shiftKey, ctrlKey, altKey, metaKey } = event;
		const step = { ArrowUp: -1, ArrowDown: 1 }[key];
		if (!step || shiftKey || ctrlKey || altKey || metaKey || target instanceof HTMLInputElement) return;
		const links = /** @type {HTMLElement[]} */ ([...this.#lines.querySelectorAll(".at")]);
		const at = links.findIndex((link) => link.closest(".line")?.contains(document.activeElement));
		const link = links[(at < 0 ? links.length : at) + step];
		if (!link) return;
		event.preventDefault();
		link.focus();
		link.closest(".line")?.scrollIntoView({ block: "nearest" });
	}

	/** @param {1 | -1} direction */
	page(direction) {
		this.#box.scrollBy(0, direction * this.#box.clientHeight * 0.85);
	}

	/** Return a line that is in view, and is not made again when another comes before the first. */
	#oneSeen() {
		const { top } = this.#box.getBoundingClientRect();
		const first = [...this.#lines.children].find((each) => each.getBoundingClientRect().bottom > top);
		return first?.nextElementSibling ?? first;
	}

	#askOlder() {
		const room = this.#room;
		if (!room || this.#isAsking) return;
		this.#isAsking = true;
		this.#drawEdge(room);
		this.#given.older(room, () => {
			this.#isAsking = false;
		});
	}

	#moved() {
		// A scroll that a change of the page's size causes does not leave the end.
		if (this.#box.clientHeight === this.#height) this.#scrolled();
		else this.#settle();
	}

	#scrolled() {
		const box = this.#box;
		const room = this.#room;
		if (!room) return;
		const below = box.scrollHeight - box.scrollTop - box.clientHeight;
		const stuck = room.live && below < AT_END;
		const isNewAbove = this.#seekNew(room);
		room.held = !stuck;
		if (stuck !== this.stuck || isNewAbove !== this.isNewAbove) {
			this.stuck = stuck;
			this.isNewAbove = isNewAbove;
			this.#given.moved();
		}
		if (room.more && box.scrollTop < NEAR) this.#askOlder();
		else if (!room.live && below < NEAR) this.#given.newer(room);
	}

	/**
	 * Return true if the first new line is above what is in view, and has not been in view.
	 * @param {page.Room} room
	 */
	#seekNew({ marker, first }) {
		const { top, bottom } = this.#box.getBoundingClientRect();
		const rule = this.#lines.querySelector(".new")?.getBoundingClientRect();
		if (rule && rule.bottom > top && rule.top < bottom) this.#markerSeen = marker;
		if (marker === null || marker === this.#markerSeen) return false;
		return rule ? rule.bottom <= top : marker < first - 1;
	}

	#settle() {
		this.#height = this.#box.clientHeight;
		if (this.stuck) this.#box.scrollTop = this.#box.scrollHeight;
		this.#scrolled();
	}

	#beQuiet() {
		clearTimeout(this.#quiet);
		this.#lines.ariaLive = "off";
		this.#quiet = window.setTimeout(() => {
			this.#lines.ariaLive = "polite";
		}, QUIET_MS);
	}

	/**
	 * Draw what is above the first line.
	 * @param {page.Room} room
	 */
	#drawEdge({ more, isPrivate, last, title }) {
		this.#older.hidden = !more;
		this.#older.textContent = this.#given.texts.say(this.#isAsking ? "loading" : "older");
		const key = isPrivate ? "begins_private" : last ? "begins" : "empty";
		byId("begins").hidden = more || (!isPrivate && last === null);
		byId("begins").textContent = this.#given.texts.say(key, { name: title });
	}

	/**
	 * Draw what has changed of what is known of lines that are drawn, in its place.
	 * @param {page.Room} room
	 * @param {page.Message[]} messages
	 */
	#drawRemarks(room, messages) {
		for (const changed of room.remarks.takeChanged()) {
			const message = messages.findLast(([{ seq = Infinity }]) => seq <= changed);
			const row = message && this.#drawn.get(message[0])?.element.querySelector(".row");
			if (!row) continue;
			this.#cards.draw(room, message[0]);
			row.querySelector(":scope > .remarks")?.remove();
			const made = this.#footer(room, message);
			if (made) row.append(made);
		}
	}

	/**
	 * Return what stands below a message, if anything does.
	 * @param {page.Room} room
	 * @param {page.Message} message
	 */
	#footer(room, message) {
		const { texts, asking } = this.#given;
		const all = message.map(({ seq }) => room.remarks.get(seq));
		// Several alerts may be one message: each has what stands below it.
		const isOfFirst = all.every((known, at) => !known || at === 0);
		const parts = message.flatMap(({ seq = 0, text }, at) => {
			const known = all[at];
			if (!known) return [];
			const take = () => asking.take(room, seq);
			const forget = () => asking.forget(room, seq);
			return footer(texts, known, isOfFirst ? "" : text.slice(0, EXCERPT), take, forget);
		});
		return parts.length ? make("div", { className: "remarks" }, ...parts) : undefined;
	}

	/**
	 * Return a message's element. It is made again if another one comes before it, or more of its lines.
	 * @param {page.Room} room
	 * @param {page.Message} message
	 * @param {page.Message | undefined} before
	 */
	#element(room, message, before) {
		const { marker } = room;
		const [line] = message;
		const previous = before?.[0];
		const count = message.length;
		const isNew = marker !== null && lastOf(message) > marker && lastOf(before) <= marker;
		let drawn = this.#drawn.get(line);
		if (!drawn || drawn.previous !== previous || drawn.isNew !== isNew || drawn.count !== count) {
			drawn = { previous, isNew, count, element: this.#message(room, message, previous, isNew) };
			this.#drawn.set(line, drawn);
		}
		return drawn.element;
	}

	/**
	 * @param {page.Room} room
	 * @param {page.Message} message
	 * @param {page.Line | undefined} previous
	 * @param {boolean} isNew
	 */
	#message(room, message, previous, isNew) {
		const { texts } = this.#given;
		const [line] = message;
		const { kind, time, author, seq } = line;
		const mention = message.some((each) => each.mention);
		const day = texts.day(time);
		const isNewDay = !previous || day !== texts.day(previous.time);
		const isMessage = kind === "message" || kind === "notice";
		const isSpeech = isMessage && previous?.kind === kind && previous.author === author;
		const follows = isSpeech && !isNewDay && !isNew && time - previous.time < SAME_SPEECH_MS;
		const isAgain = follows && texts.time(previous.time) === texts.time(time);
		const element = make(
			"div",
			{
				className: `line ${kind === "notice" ? "message " : ""}${kind}${follows ? " follows" : ""}${mention ? " mention" : ""}`,
			},
			isNewDay && make("h2", { className: "day" }, day),
			isNew && make("p", { className: "new" }, texts.say("new")),
			make(
				"div",
				{ className: "row" },
				...this.#inside(room, message, this.#time(line, isAgain)),
				this.#footer(room, message),
			),
		);
		if (seq) element.dataset.seq = `${seq}`;
		return element;
	}

	/**
	 * Return the time of a line, which is the link to it if it is in the log.
	 * @param {page.Line} line
	 * @param {boolean} isAgain it is that of the line before
	 */
	#time({ time, seq, part_of: first = seq }, isAgain) {
		const { texts } = this.#given;
		const exactly = texts.exactly(time);
		const className = isAgain ? "again" : "";
		const element = make("time", { dateTime: new Date(time).toISOString() }, texts.time(time));
		if (!first || !this.#room) return Object.assign(element, { className, title: exactly });
		// The keyboard comes to it from a line that was found, not from each of a thousand.
		const link = { href: addressOf(this.#room, first), title: exactly, ariaLabel: exactly, tabIndex: -1 };
		return make("a", { ...link, className: `at ${className}` }, element);
	}

	/**
	 * @param {page.Room} room
	 * @param {page.Message} message
	 * @param {HTMLElement} time
	 * @returns {page.Inside[]}
	 */
	#inside(room, message, time) {
		const { texts } = this.#given;
		const { kind, author, text, at = 0, link = "", title } = message[0];
		const name = author && nameOf(author);
		const said = message.length > 1 ? block(texts, message, this.#unfolded) : written(text);
		switch (kind) {
			case "message":
			case "notice":
				return [span("who", name, span("sr", ": ")), time, said];
			case "action":
				return [time, span("told", "* ", name, " ", said)];
			case "topic":
				return [time, span("told", ...sentence(texts, text ? "topic_set" : "topic_cleared", { name, text: said }))];
			case "question":
			case "answer":
				return [time, this.#cards.of(room, message[0]) ?? said];
			case "past":
				return [span("told", make("a", { href: link }, make("time", {}, texts.moment(at))), " ", name, " ", said)];
			case "error":
				return [span("told", make("b", {}, title ?? texts.say("error")), ": ", said)];
			case "say":
				return [span("sr", texts.say("server"), ": "), said, link && copyingLink(texts, link, said)];
			default:
				return [time, said];
		}
	}

	/** @param {page.Item} item */
	#item(item) {
		const { id, shown, state } = item;
		const { texts } = this.#given;
		return this.#items.of(item, state, () => {
			const why = span("why", texts.say(state));
			if (state === "refused" || state === "unsure") {
				why.append(button(() => this.#given.drop(item, true), texts.say("again")));
				why.append(button(() => this.#given.drop(item, false), texts.say("drop")));
			}
			const row = make("div", { className: "row" }, span("text", shown), why);
			const element = make("div", { className: `line waiting ${state}` }, row);
			element.dataset.id = `${id}`;
			return element;
		});
	}
}

/**
 * Return the seq of the last line of a message.
 * @param {page.Message | undefined} message
 */
const lastOf = (message) => message?.at(-1)?.seq ?? 0;
