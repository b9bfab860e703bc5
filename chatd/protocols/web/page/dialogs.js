// Two dialogs: which room to enter, and who the user is. A password goes to the server over HTTP, whose
// answer is a cookie that no script can read, and its proof, which no page of another port can read. They
// must not keep or show a password.

import { button, byId, make, span } from "./dom.js";

/**
 * @param {HTMLElement} form
 * @param {() => void} action
 */
function onSubmit(form, action) {
	form.onsubmit = (event) => {
		event.preventDefault();
		action();
	};
}

export class Browse {
	#dialog = byId("browse", HTMLDialogElement);
	#name = byId("browse-name", HTMLInputElement);
	#status = byId("browse-count");
	#given;

	/** @param {page.BrowseOptions} given */
	constructor(given) {
		this.#given = given;
		onSubmit(byId("browse-form"), () => this.#enter(this.#name.value.trim().replace(/^#/, "")));
	}

	/**
	 * Ask for a room. If a name is given, there is no such room, for a reason.
	 * @param {string} [name]
	 * @param {string} [why]
	 */
	open(name = "", why = "") {
		this.#name.value = name;
		byId("browse-error").textContent = why;
		this.#status.textContent = this.#given.texts.say("loading");
		this.#dialog.showModal();
		this.#given.ask((answer) => {
			const isThere = answer?.type === "rooms";
			const rooms = isThere ? answer.rooms : [];
			const status = isThere
				? this.#given.texts.say("rooms_all", { count: answer.count })
				: this.#given.texts.say("no_answer");
			this.#status.textContent = status;
			byId("browse-rooms").replaceChildren(...rooms.map((room) => make("li", {}, this.#room(room))));
		});
	}

	/** @param {string} name */
	#enter(name) {
		this.#dialog.close();
		if (name) this.#given.enter(name);
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
	#dialog = byId("account", HTMLDialogElement);
	#form = byId("account-form", HTMLFormElement);
	#ways = /** @type {RadioNodeList} */ (this.#form.elements.namedItem("way"));
	#name = byId("account-name", HTMLInputElement);
	#password = byId("account-password", HTMLInputElement);
	#error = byId("account-error");
	#given;

	/** @param {page.AccountOptions} given */
	constructor(given) {
		this.#given = given;
		onSubmit(this.#form, () => this.#go());
		this.#form.onchange = () => this.#adapt();
		this.#dialog.onclose = () => {
			this.#password.value = "";
		};
	}

	/**
	 * @param {page.Way} way
	 */
	open(way) {
		this.#ways.value = way;
		this.#error.textContent = "";
		this.#adapt();
		this.#dialog.showModal();
		this.#name.focus();
	}

	/** Return the error, or "" if it is done. */
	async signOut() {
		const wrong = await this.#post("/api/signout", {});
		if (!wrong) this.#given.changed();
		return wrong;
	}

	get #way() {
		return /** @type {page.Way} */ (this.#ways.value);
	}

	#adapt() {
		const way = this.#way;
		byId("account-hint").textContent = this.#given.texts.say(`way_${way}_hint`);
		byId("password-part").hidden = way === "name";
		this.#password.required = way !== "name";
		this.#password.autocomplete = way === "register" ? "new-password" : "current-password";
	}

	async #go() {
		const way = this.#way;
		const name = this.#name.value.trim();
		const key = this.#given.kept.key(); // so that our own tabs do not block a name
		const who = { name, password: this.#password.value, register: way === "register", key };
		const wrong = way === "name" ? "" : await this.#post("/api/signin", who);
		this.#error.textContent = wrong;
		this.#password.value = "";
		if (wrong) return;
		this.#dialog.close();
		if (way === "name") this.#given.takeName(name);
		else this.#given.changed();
	}

	/**
	 * Return the error that the server answers, or "".
	 * @param {string} path
	 * @param {object} body
	 * @returns {Promise<string>}
	 */
	async #post(path, body) {
		const { kept, texts } = this.#given;
		const headers = {
			"Content-Type": "application/json",
			"Accept-Language": texts.language,
			"Chatd-Proof": kept.get("proof", ""),
		};
		try {
			const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
			const { error, proof = null } = await answer.json();
			if (answer.ok) kept.set("proof", proof);
			return error ? `${texts.say("error")}: ${error.text}` : ""; // it begins in lower case, or with a name
		} catch {
			return texts.say("no_answer");
		}
	}
}
