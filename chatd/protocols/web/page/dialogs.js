// Two dialogs: which room to enter, and who the user is. A password goes to the server over HTTP, whose
// answer is a cookie that no script can read, and its proof, which no page of another port can read. They
// must not keep or show a password.

import { Dialog } from "./dialog.js";
import { listed } from "./directory.js";
import { button, byId, make, onSubmit, span, tell } from "./dom.js";

/** @type {Record<page.Way, page.Key>} */
const SUBMIT = { name: "go", signin: "sign_in", register: "do_register" };

export class Browse {
	#dialog;
	#name = byId("browse-name", HTMLInputElement);
	#status = byId("browse-count");
	#order = byId("browse-order", HTMLSelectElement);
	/** @type {wire.ListedRoom[]} */
	#rooms = [];
	/** @type {number | null} how many rooms there are, of which the list has the first; null without an answer */
	#count = null;
	#given;

	/** @param {page.BrowseOptions} given */
	constructor(given) {
		this.#given = given;
		this.#dialog = new Dialog("browse", given);
		onSubmit(byId("browse-form"), () => this.#enter(this.#word));
		this.#name.oninput = () => this.#draw();
		this.#order.onchange = () => this.#draw();
	}

	/** The name that is written. */
	get #word() {
		return this.#name.value.trim().replace(/^#/, "");
	}

	/**
	 * Ask for a room. If a name is given, there is no such room, for a reason.
	 * @param {string} [name]
	 * @param {string} [why]
	 */
	open(name = "", why = "") {
		this.#name.value = name;
		this.#dialog.open(why);
		this.#rooms = [];
		this.#count = null;
		this.#draw();
		this.#status.textContent = this.#given.texts.say("loading");
		this.#given.ask((answer) => {
			const isThere = answer?.type === "rooms";
			this.#rooms = isThere ? answer.rooms : [];
			this.#count = isThere ? answer.count : null;
			this.#draw();
		});
	}

	/** List and count the rooms whose names or topics contain what is written, in the order that is chosen. */
	#draw() {
		const rooms = listed(this.#rooms, this.#word, this.#order.value === "name");
		tell(this.#status, this.#counted(rooms.length));
		byId("browse-rooms").replaceChildren(...rooms.map((room) => make("li", {}, this.#room(room))));
	}

	/**
	 * Return the number of rooms in words, and how to enter those that the server has not listed.
	 * @param {number} shown
	 */
	#counted(shown) {
		const { texts } = this.#given;
		if (this.#count === null) return texts.say("no_answer");
		if (this.#count > this.#rooms.length) return texts.say("rooms_some", { count: this.#count, shown });
		return texts.say("rooms_all", { count: shown });
	}

	/** @param {string} name */
	#enter(name) {
		const { enter, done } = this.#given;
		if (!name) return;
		this.#dialog.ask(
			(answered) => enter(name, answered),
			() => {
				this.#dialog.close();
				done();
			},
		);
	}

	/** @param {wire.ListedRoom} room */
	#room({ room, people, topic }) {
		const name = span("grows", make("bdi", {}, `#${room}`), make("small", { dir: "auto" }, topic));
		const count = span("dim", this.#given.texts.say("room_people", { count: people }));
		const enter = button(() => this.#enter(room), name, count);
		enter.className = "item";
		return enter;
	}
}

export class Account {
	#dialog;
	#form = byId("account-form", HTMLFormElement);
	#ways = /** @type {RadioNodeList} */ (this.#form.elements.namedItem("way"));
	#name = byId("account-name", HTMLInputElement);
	#password = byId("account-password", HTMLInputElement);
	#given;

	/** @param {page.AccountOptions} given */
	constructor(given) {
		this.#given = given;
		this.#dialog = new Dialog("account", given);
		onSubmit(this.#form, () => this.#go());
		this.#form.onchange = () => this.#adapt();
		byId("account", HTMLDialogElement).onclose = () => {
			this.#password.value = "";
		};
	}

	/**
	 * @param {page.Way} way
	 */
	open(way) {
		const { texts, door } = this.#given;
		const { accounts, passwords } = door();
		this.#ways.value = way;
		byId("account-ways").hidden = !accounts || !passwords;
		byId("account-why").textContent = accounts ? (passwords ? "" : texts.say("not_private")) : texts.say("no_accounts");
		this.#adapt();
		this.#dialog.open();
		this.#name.focus();
	}

	/** Return the error, or "" if it is done. The connection ends first, so that the server does not end it. */
	async signOut() {
		const { leaving, changed } = this.#given;
		leaving();
		const reply = await this.#post("/api/signout", {});
		if (reply?.type !== "say") changed();
		return reply?.type === "error" ? reply.text : reply ? "" : this.#given.texts.say("no_answer");
	}

	get #way() {
		return /** @type {page.Way} */ (this.#ways.value);
	}

	#adapt() {
		const way = this.#way;
		byId("account-go").textContent = this.#given.texts.say(SUBMIT[way]);
		byId("account-hint").textContent = this.#given.texts.say(`way_${way}_hint`);
		byId("password-part").hidden = way === "name";
		this.#password.required = way !== "name";
		this.#password.autocomplete = way === "register" ? "new-password" : "current-password";
	}

	#go() {
		const way = this.#way;
		const name = this.#name.value.trim();
		const key = this.#given.kept.key(); // so that our own tabs do not block a name
		const who = { name, password: this.#password.value, register: way === "register", key };
		this.#dialog.ask(
			(answered) => {
				if (way === "name") this.#given.takeName(name, answered);
				else this.#post("/api/signin", who).then(answered);
			},
			() => {
				this.#dialog.close();
				this.#given.done();
			},
		);
		this.#password.value = "";
	}

	/**
	 * Return the answer of the server, or nothing without one. Once it is good, the browser is another user's.
	 * @param {string} path
	 * @param {object} body
	 * @returns {Promise<wire.ServerMessage | undefined>}
	 */
	async #post(path, body) {
		const { kept, texts } = this.#given;
		const headers = {
			"Content-Type": "application/json",
			"Accept-Language": texts.language,
			"Chatd-Proof": kept.get("proof", ""),
		};
		try {
			// Not relative, as in socket.js: the page's address may have a name and a password.
			const answer = await fetch(`${location.origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
			const { error, proof = null } = await answer.json();
			if (error) return { type: "error", ...error };
			kept.set("proof", proof);
			this.#given.changed();
			return { type: "say", text: "" };
		} catch {
			return undefined;
		}
	}
}
