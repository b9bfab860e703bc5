// A dialog of commands: each of its forms gives one, and what the server answers is shown in the dialog, also
// a question for a password. Lists are answers, too. It must not know what the commands do.

import { copyingLink } from "./code.js";
import { Dialog } from "./dialog.js";
import { byId, make, onSubmit, tell, written } from "./dom.js";
import { linkToPaste } from "./links.js";

export class Forms {
	#dialog;
	#parts = byId("forms-parts");
	#told = byId("forms-told");
	#secret = byId("forms-secret", HTMLFormElement);
	#password = byId("forms-password", HTMLInputElement);
	/** @type {page.FormsContent | undefined} */
	#content;
	#given;

	/** @param {page.FormsOptions} given */
	constructor(given) {
		this.#given = given;
		this.#dialog = new Dialog("forms", given);
		byId("forms", HTMLDialogElement).onclose = () => this.#closed();
		onSubmit(this.#secret, () => this.#answer());
	}

	/** @param {page.FormsContent} content */
	open(content) {
		this.#content = content;
		byId("forms-title").textContent = content.title;
		this.#parts.replaceChildren(...content.parts.map((part) => this.#part(part)));
		this.#dialog.open();
		this.#reload();
		const first = this.#parts.querySelector("input, select, button");
		if (first instanceof HTMLElement) first.focus();
	}

	/** @param {page.FormsPart} part */
	#part({ title, list, forms }) {
		const told = make("p", { className: "answer" });
		if (list) told.dataset.list = list;
		return make("section", {}, title && make("h3", {}, title), list && told, ...forms.map((form) => this.#form(form)));
	}

	/** @param {page.FormContent} form */
	#form({ command, fields, submit }) {
		const inputs = fields.map((field) => input(field));
		const labels = inputs.map((each, at) => make("label", {}, fields[at]?.label, each));
		const form = make("form", { className: "field" }, ...labels, make("button", { type: "submit" }, submit));
		onSubmit(form, () => {
			const values = inputs.map(({ value }) => value.trim());
			const done = `${this.#given.texts.say("done")}: ${inputs.map(shown).filter(Boolean).join(" ") || submit}`;
			this.#give([command, ...values].filter(Boolean).join(" "), done, () => clear(inputs));
		});
		return form;
	}

	/**
	 * Give a command, and if it is not refused, call *took*, and say that it is *done* if its answer has no words.
	 * @param {string} text
	 * @param {string} done
	 * @param {() => void} took
	 */
	#give(text, done, took) {
		tell(this.#told, "");
		this.#dialog.ask(
			(answered) => this.#given.command(text, answered, this.#content?.room),
			(reply) => {
				took();
				this.#took(reply, done);
			},
		);
	}

	#answer() {
		this.#dialog.ask(
			(answered) => this.#given.reply(this.#password.value, answered),
			(reply) => this.#took(reply),
			() => this.#choose(),
		);
		this.#password.value = "";
	}

	/**
	 * @param {wire.ServerMessage} reply
	 * @param {string} [done]
	 */
	#took(reply, done = "") {
		const text = reply.type === "say" ? reply.text : "";
		const link = reply.type === "say" ? linkToPaste(reply) : undefined;
		const told = written(text || done);
		this.#told.replaceChildren(told, link ? copyingLink(this.#given.texts, link, told) : "");
		if (this.#content?.isOnce && !text) this.#dialog.close();
		else this.#show();
	}

	/** Show the question, or the forms with their lists as they are now. */
	#show() {
		if (!this.#choose()) this.#reload();
	}

	/** Show the question, or the forms, and return true if the question is open. */
	#choose() {
		const isAsked = this.#given.isAsked();
		this.#secret.hidden = !isAsked;
		this.#parts.hidden = isAsked;
		if (isAsked) this.#password.focus();
		return isAsked;
	}

	#reload() {
		for (const list of this.#parts.querySelectorAll("p")) {
			const { list: command = "" } = list.dataset;
			this.#given.command(
				command,
				(reply) => tell(list, reply?.type === "say" || reply?.type === "error" ? reply.text : ""),
				this.#content?.room,
			);
		}
	}

	/** Forget what was shown, which may be a secret, and cancel a question. */
	#closed() {
		if (!this.#secret.hidden && this.#given.isAsked()) this.#given.cancel();
		this.#secret.hidden = true;
		this.#parts.hidden = false;
		this.#password.value = "";
		this.#parts.replaceChildren();
		tell(this.#told, "");
	}
}

/**
 * Empty what was written. What was chosen stays: of a mode, it is the present one.
 * @param {(HTMLInputElement | HTMLSelectElement)[]} inputs
 */
function clear(inputs) {
	for (const each of inputs) if (each instanceof HTMLInputElement) each.value = "";
}

/**
 * Return what a field shows.
 * @param {HTMLInputElement | HTMLSelectElement} field
 */
const shown = (field) => (field instanceof HTMLSelectElement ? field.selectedOptions[0]?.text : field.value.trim());

/** @param {page.Field} field */
function input({ options, value = "", isOptional = false }) {
	if (!options) return make("input", { required: !isOptional, autocomplete: "off", autocapitalize: "none" });
	const all = options.map(([each, text]) => make("option", { value: each, defaultSelected: each === value }, text));
	return make("select", {}, ...all);
}
