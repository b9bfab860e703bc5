// Drawing the page as a whole, and what is in view: the room, its end, the panels, the focus. It must not
// know buttons, keys or the server's messages.

import { announce, byId, make, sentence, tell } from "./dom.js";
import { keepFocus } from "./focus.js";
import { isThisOne } from "./front.js";
import { tellIcon } from "./icon.js";
import { badge } from "./side.js";
import { isKey } from "./texts.js";

const READ_AFTER_MS = 250;
const COUNTDOWN_MS = 1000;
const AFTER_SHOWN = 25; // lines that are fetched after one that is shown

export class Display {
	hasKeyboard = !matchMedia("(pointer: coarse)").matches; // else one comes up with the focus
	/** @type {page.Room | undefined} */
	#shown;
	#isDue = false;
	#wasLost = false;
	#reading = 0; // the timer after which the room counts as read
	#texts;
	#parts;

	/** @param {page.DisplayParts} parts */
	constructor(parts) {
		this.#parts = parts;
		this.#texts = parts.texts;
		this.#label();
		setInterval(() => parts.client.connection.state === "waiting" && this.#drawConnection(), COUNTDOWN_MS);
	}

	/** Draw once after the current messages. */
	drawSoon() {
		if (!this.#isDue) setTimeout(() => this.draw());
		this.#isDue = true;
	}

	/** Draw all, and keep the focus where the user can go on. */
	draw() {
		keepFocus(
			() => this.#draw(),
			() => this.goOn(),
		);
	}

	#draw() {
		const { client, side, people, navigation, drafts } = this.#parts;
		const { chat } = client;
		this.#isDue = false;
		this.#drawConnection();
		if (chat.active) this.#drawRoom(chat.active);
		side.draw(chat);
		people.draw(chat);
		this.#drawWelcome();
		const mentions = chat.sum("mentions");
		const counts = [badge(chat.sum("unread")), badge(chat.mentions, "@")].filter(Boolean);
		const count = counts.length ? `(${counts.join(" ")}) ` : "";
		tellIcon(mentions);
		this.#drawNotify();
		document.title = `${count}${chat.active ? `${chat.active.title} · ` : ""}chatd`;
		navigation.follow();
		drafts.keepSoon();
	}

	/**
	 * Hold what is written as the draft of the room that is shown.
	 * @param {string} text
	 */
	typed(text) {
		if (!this.#shown) return;
		this.#shown.draft = text;
		this.#parts.drafts.keepSoon();
	}

	/**
	 * Show the room that the user chose.
	 * @param {page.Room} room
	 */
	choose(room) {
		this.#parts.client.choose(room);
		this.closePanels();
		this.goOn();
		this.draw(); // a line that is shown then has the focus
	}

	/** Show the last lines of the room. */
	toLatest() {
		const { client, log, navigation } = this.#parts;
		const { active } = client.chat;
		navigation.leaveLine();
		if (active?.live) log.toEnd();
		else if (active) client.show(active, active.last ?? 0, () => log.toEnd());
		this.draw();
	}

	/** Show the first line of the room that is marked as new. */
	toFirstNew() {
		const { client, log } = this.#parts;
		const { active: room } = client.chat;
		if (!room || room.marker === null) return;
		const go = () => {
			this.draw();
			log.toLine(room.firstNew);
		};
		if (room.holds(room.marker + 1)) go();
		else client.show(room, room.marker + AFTER_SHOWN, go);
	}

	/**
	 * Show a line of the room that is shown; if it is not there, the nearest one, and say so.
	 * @param {page.Room} room
	 * @param {number} seq
	 */
	showLine(room, seq) {
		const { client } = this.#parts;
		this.closePanels();
		if (room.holds(seq)) this.#toLine(room, seq);
		else client.show(room, seq + AFTER_SHOWN, () => this.#toLine(room, seq));
	}

	/**
	 * @param {page.Room} room
	 * @param {number} seq
	 */
	#toLine(room, seq) {
		const nearest = room.nearest(seq);
		const { client, log } = this.#parts;
		const key = !nearest ? "line_none" : seq > (room.last ?? 0) ? "line_to_come" : "line_gone";
		const text = nearest === seq ? "" : this.#texts.say(key, { number: seq });
		if (!nearest) client.note({ kind: "error", text });
		this.draw();
		log.toLine(nearest, text);
	}

	/** Put the focus where the user goes on after a choice. */
	goOn() {
		if (this.hasKeyboard) this.#parts.writer.focus();
		else byId("log").focus();
	}

	closeSearch() {
		this.#parts.search.leave();
	}

	/** Close the panels where they lie over the room. */
	closePanels() {
		if (matchMedia("(width < 80rem)").matches) this.#parts.search.show(false);
		if (!matchMedia("(max-width: 60rem)").matches) return;
		for (const panel of document.querySelectorAll(":popover-open")) {
			if (panel instanceof HTMLElement) panel.hidePopover();
		}
	}

	/** Write the texts that the elements of the page name. */
	#label() {
		const texts = this.#texts;
		document.documentElement.lang = texts.language;
		for (const element of document.querySelectorAll("[data-text], [data-label]")) {
			if (!(element instanceof HTMLElement)) continue;
			const { text = "", label = "" } = element.dataset;
			if (isKey(text)) element.textContent = texts.say(text);
			if (isKey(label)) element.ariaLabel = texts.say(label);
			if (isKey(label) && element.matches("button")) element.title = texts.say(label);
		}
	}

	/**
	 * Return why we may not speak in a room; "" if we may.
	 * @param {page.Room} room
	 */
	#silence({ title: name, mutedUntil, isSilent, mode }) {
		const key = `silent_${mode}`;
		if (mutedUntil) return this.#texts.say("silent_muted", { name, time: this.#texts.moment(mutedUntil) });
		return isSilent && isKey(key) ? this.#texts.say(key, { name }) : "";
	}

	/** @param {page.Room} room */
	#drawRoom(room) {
		const { client, log, alerts, writer, search, topic } = this.#parts;
		const { title, isPrivate, unread } = room;
		const texts = this.#texts;
		if (!this.#shown) room.draft = writer.text || room.draft;
		else if (room !== this.#shown) this.#shown.attended = false;
		this.#shown = room;
		if (writer.text !== room.draft) writer.text = room.draft;
		writer.label(title, client.chat.isAsked, this.#silence(room));
		search.about(room, client.chat.me);
		tell(byId("room-name"), title);
		topic.draw(room);
		alerts.draw(room);
		client.asking.refresh(room);
		const leave = byId("leave");
		leave.hidden = !isPrivate && client.chat.rooms.length < 2;
		leave.title = texts.say("leave", { name: title });
		leave.ariaLabel = leave.title;
		log.draw(room, client.outbox.shownIn(room));
		room.attended = this.#isSeen;
		byId("settings-open").hidden = isPrivate;
		byId("first-new").hidden = !log.isNewAbove;
		tell(byId("first-new"), texts.say("first_new", { count: room.news }));
		byId("latest").hidden = log.stuck;
		tell(byId("latest"), texts.say(unread ? "latest_new" : "latest", { count: unread }));
		this.#reading ||= window.setTimeout(() => this.#read(), READ_AFTER_MS);
	}

	/** Mark the room as read if the user looks at its end. */
	#read() {
		const { client } = this.#parts;
		this.#reading = 0;
		if (this.#isSeen && client.chat.active) client.read(client.chat.active);
	}

	/** True if the user looks at the end of the room. */
	get #isSeen() {
		return this.#parts.log.stuck && isThisOne();
	}

	#drawConnection() {
		const { state, pause, reason } = this.#parts.client.connection;
		const texts = this.#texts;
		const isOver = state === "ended";
		if (state === "open" && this.#wasLost) announce(texts.say("back"));
		this.#wasLost = state !== "open" && (this.#wasLost || state !== "connecting");
		byId("banner").hidden = !this.#wasLost;
		const refused = reason && `${texts.errorKind(reason.kind)}: ${reason.text}`;
		const why = isOver ? texts.say("goodbye") : (refused ?? texts.say("lost"));
		tell(byId("banner-text"), this.#wasLost ? why : "");
		tell(byId("countdown"), isOver ? "" : texts.say(state === "waiting" ? "again_in" : "connecting", { count: pause }));
		tell(byId("try-now"), texts.say(isOver ? "come_back" : "try_now"));
	}

	/** Draw the offer of notifications, after the welcome is closed, and the switch that puts them off again. */
	#drawNotify() {
		const { client, notifier } = this.#parts;
		notifier.look(client.chat);
		byId("notify-offer").hidden = !notifier.isOffered || !byId("welcome").hidden;
		byId("notify-switch").hidden = !notifier.isPossible;
		byId("notify", HTMLInputElement).checked = notifier.isOn;
	}

	/** Draw the line that welcomes a guest, until they close it. */
	#drawWelcome() {
		const { client, kept } = this.#parts;
		const { signsIn, me } = client.chat;
		const { guest, name } = me;
		byId("welcome-account").hidden = !signsIn;
		byId("welcome").hidden = !guest || !name || kept.get("welcomed", false);
		byId("welcome-text").replaceChildren(
			...sentence(this.#texts, signsIn ? "welcome_accounts" : "welcome", { name: make("bdi", {}, name) }),
		);
	}
}
