// What is written in each room and not sent yet, and with whom private conversations are open, kept over reloads
// of this tab. A text with a command is not kept: there may be a password in it. It must not know the document.

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
		// Had the sign-in ended meanwhile, or another account come, the chat forgets what was this one's.
		const account = kept.get("account", "");
		if (account) chat.me = { name: account, guest: false, account: true };
		for (const name of kept.get("privates", /** @type {string[]} */ ([]))) chat.privateWith(name);
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
		const { me, all, privates } = this.#chat;
		this.#kept.set("account", me.account ? me.name : null);
		this.#kept.set(
			"privates",
			privates.map(({ name }) => name),
		);
		const written = all.filter(({ draft }) => draft.trim() && !COMMAND.test(draft));
		this.#kept.set("drafts", Object.fromEntries(written.map((room) => [addressOf(room), room.draft])));
	}
}
