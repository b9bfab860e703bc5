// What is written in each room and not sent yet, kept over reloads of this tab. A text with a command is
// not kept: there may be a password in it. It must not know the document.

import { addressOf, parse } from "./address.js";

const PAUSE_MS = 500;
const COMMAND = /^\s*[/\\]/m; // also one that is mistyped

export class Drafts {
	#chat;
	#kept;
	#clock;
	/** @type {number | undefined} */
	#timer;

	/** @param {page.DraftsOptions} given */
	constructor({ chat, kept, clock }) {
		this.#chat = chat;
		this.#kept = kept;
		this.#clock = clock;
		for (const [address, text] of Object.entries(kept.get("drafts", /** @type {Record<string, string>} */ ({})))) {
			const found = parse(address);
			const room = found?.isPrivate ? chat.privateWith(found.name) : chat.room(found?.name ?? "");
			if (room) room.draft = text;
		}
	}

	/** Keep them in a moment. */
	keepSoon() {
		this.#timer ??= this.#clock.setTimeout(() => this.keep(), PAUSE_MS);
	}

	keep() {
		this.#clock.clearTimeout(this.#timer);
		this.#timer = undefined;
		const written = this.#chat.all.filter(({ draft }) => draft.trim() && !COMMAND.test(draft));
		this.#kept.set("drafts", Object.fromEntries(written.map((room) => [addressOf(room), room.draft])));
	}
}
