// Two questions: which room to enter, and who one is. A password goes to the server over HTTP, whose
// answer is a cookie that no script can read; here it is neither kept nor shown.

import { button, byId, make, span } from "./dom.js";

/** Have a form do that. */
function onSubmit(form, action) {
	form.onsubmit = (event) => {
		event.preventDefault();
		action();
	};
}

export class Browse {
	#name = byId("browse-name");
	#status = byId("browse-count");

	/** Given are `ask(answer)` for the rooms that there are, and `enter(name)`. */
	constructor(texts, given) {
		Object.assign(this, { texts, given });
		onSubmit(byId("browse-form"), () => this.#enter(this.#name.value.trim().replace(/^#/, "")));
	}

	open() {
		this.#name.value = "";
		this.#status.textContent = this.texts.say("loading");
		byId("browse").showModal();
		this.given.ask((answer) => {
			const { count, rooms = [] } = answer ?? {};
			this.#status.textContent = this.texts.say(answer?.rooms ? "rooms_all" : "no_answer", { count });
			byId("browse-rooms").replaceChildren(...rooms.map((room) => make("li", {}, this.#room(room))));
		});
	}

	#enter(name) {
		byId("browse").close();
		if (name) this.given.enter(name);
	}

	#room({ room, people, topic }) {
		const name = span("grows", make("bdi", {}, `#${room}`), make("small", { dir: "auto" }, topic));
		const count = span("dim", this.texts.say("room_people", { count: people }));
		return Object.assign(
			button(() => this.#enter(room), name, count),
			{ className: "item" },
		);
	}
}

export class Account {
	#form = byId("account-form");
	#name = byId("account-name");
	#password = byId("account-password");
	#error = byId("account-error");

	/** Given are our `key()`, `takeName(name)`, and `changed()` when the browser is somebody else. */
	constructor(texts, given) {
		Object.assign(this, { texts, given });
		onSubmit(this.#form, () => this.#go());
		this.#form.onchange = () => this.#adapt();
		byId("account").onclose = () => (this.#password.value = "");
	}

	/** The way is "name", for a name for now; "signin"; or "register". */
	open(way) {
		this.#form.way.value = way;
		this.#error.textContent = "";
		this.#adapt();
		byId("account").showModal();
		this.#name.focus();
	}

	/** Returns what is wrong; "" if it is done. */
	async signOut() {
		const wrong = await this.#post("/api/signout", {});
		if (!wrong) this.given.changed();
		return wrong;
	}

	#adapt() {
		const way = this.#form.way.value;
		byId("account-hint").textContent = this.texts.say(`way_${way}_hint`);
		byId("password-part").hidden = way === "name";
		this.#password.required = way !== "name";
		this.#password.autocomplete = way === "register" ? "new-password" : "current-password";
	}

	async #go() {
		const way = this.#form.way.value;
		const name = this.#name.value.trim();
		const key = this.given.key(); // so that our own tabs are not in the way of a name
		const who = { name, password: this.#password.value, register: way === "register", key };
		const wrong = way === "name" ? "" : await this.#post("/api/signin", who);
		this.#error.textContent = wrong;
		this.#password.value = "";
		if (wrong) return;
		byId("account").close();
		if (way === "name") this.given.takeName(name);
		else this.given.changed();
	}

	async #post(path, body) {
		const headers = { "Content-Type": "application/json", "Accept-Language": this.texts.language };
		try {
			const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
			return answer.ok ? "" : (await answer.json()).error.text;
		} catch {
			return this.texts.say("no_answer");
		}
	}
}
