// Notifications of the desktop about mentions and private lines that come while the reader is elsewhere.
// They are offered once there is such a line, and can be put off. It must not know the document or the
// server's messages: the abilities of the browser are given.

import { folded } from "./names.js";

const LONGEST = 200; // characters of a line that are shown

export class Notifier {
	/** @type {Map<page.Room, Notification>} those that are not read */
	#shown = new Map();
	#isUseful = false; // there has been a line to notify of
	#api;
	#given;

	/** @param {page.NotifierOptions} given */
	constructor(given) {
		this.#given = given;
		this.#api = given.api;
	}

	get isPossible() {
		return this.#api !== null && this.#api.permission !== "denied";
	}

	get isOn() {
		return this.#api?.permission === "granted" && this.#given.kept.get("notify", false);
	}

	/** True until the user has decided. */
	get isOffered() {
		return this.isPossible && this.#isUseful && this.#given.kept.get("notify", null) === null;
	}

	/**
	 * Put them on or off, and ask the browser for its permission.
	 * @param {boolean} isWanted
	 */
	async turn(isWanted) {
		const isOn = isWanted && (await this.#api?.requestPermission()) === "granted";
		this.#given.kept.set("notify", isOn);
		this.#given.changed();
	}

	/**
	 * Notify of a line, unless one of the page's tabs is in front. A room has one notification, over all tabs.
	 * @param {page.Heard} line
	 */
	async heard({ room, author, text }) {
		if (!this.isOn || (await this.#given.isInFront()) || !room.mentions || !this.#api) return;
		const title = room.isPrivate ? author : `${author} · ${room.title}`;
		const tag = (room.isPrivate ? "@" : "#") + folded(room.name);
		try {
			const shown = new this.#api(title, { body: text.slice(0, LONGEST), tag, icon: "/icon.svg" });
			shown.onclick = () => this.#given.open(room);
			this.#shown.set(room, shown);
		} catch {
			this.#api = null; // Chromium on a phone has the class, but lets only service workers use it
			this.#given.changed();
		}
	}

	/**
	 * See what has changed: take away the notifications of rooms that were read, here or elsewhere.
	 * @param {page.Chat} chat
	 */
	look(chat) {
		this.#isUseful ||= chat.sum("mentions") > 0 || chat.privates.some(({ lines }) => lines.length > 0);
		for (const [room, shown] of this.#shown) {
			if (room.mentions && chat.all.includes(room)) continue;
			shown.close();
			this.#shown.delete(room);
		}
	}
}
