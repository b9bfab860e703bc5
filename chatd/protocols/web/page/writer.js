// The field to write in: it grows, completes words, and hides the answer to a question for a password.
// It must not know where the lines go.

import { completed, completions, isCommand } from "./complete.js";
import { announce, arrange, byId, make, onSubmit, span, tell } from "./dom.js";
import { faultOf, linesOf } from "./messages.js";
import { commandOf } from "./outbox.js";

export class Writer {
	#line = byId("line", HTMLTextAreaElement);
	#secret = byId("secret", HTMLInputElement);
	#list = byId("suggestions");
	/** @type {{ from: number, choices: page.Choice[] }} */
	#found = { from: 0, choices: [] };
	#chosen = -1;
	#isDismissed = false; // with Escape: the tabulator completes nothing, and moves on
	#silence = ""; // the reason why only commands may be sent
	#given;

	/** @param {page.WriterOptions} given */
	constructor(given) {
		this.#given = given;
		onSubmit(byId("composer"), () => this.#send());
		this.#line.oninput = () => this.#changed();
		new ResizeObserver(() => this.#fit()).observe(byId("line-told")); // which is as wide as the line
		this.#line.onkeydown = (event) => this.#key(event);
		this.#line.onblur = () => {
			this.#offer([]);
			tell(byId("line-told"), "");
		};
	}

	get text() {
		return this.#line.value;
	}

	set text(text) {
		this.#line.value = text;
		this.#changed();
		this.#offer([]);
	}

	focus() {
		(this.#secret.hidden ? this.#line : this.#secret).focus();
	}

	/**
	 * Say to whom the line goes, or that it answers a question for a password, or why only commands go.
	 * @param {string} name
	 * @param {boolean} isSecret
	 * @param {string} silence
	 */
	label(name, isSecret, silence) {
		const text = isSecret || !silence ? this.#given.texts.say(isSecret ? "secret" : "line", { name }) : silence;
		this.#silence = silence;
		tell(byId("line-error"), this.#wrong());
		const label = byId("line-label", HTMLLabelElement);
		tell(label, text);
		if (this.#line.placeholder !== text) {
			this.#line.placeholder = text;
			this.#fit();
		}
		label.className = isSecret ? "" : "sr";
		if (this.#line.hidden === isSecret) return;
		label.htmlFor = isSecret ? "secret" : "line";
		this.#secret.value = "";
		this.#secret.hidden = !isSecret;
		this.#line.hidden = isSecret;
		this.focus();
	}

	#send() {
		if (!this.#secret.hidden) {
			this.#given.answer(this.#secret.value);
			this.#secret.value = "";
		} else if (this.#given.hasRoom() && !this.#wrong()) {
			const lines = linesOf(this.text);
			this.text = "";
			if (lines.length) this.#given.say(lines);
		}
	}

	/** Return why the text cannot be sent, or "". */
	#wrong() {
		const fault = faultOf(this.text, this.#given.limits());
		if (fault) return this.#given.texts.say(fault.key, fault);
		const [line = "", ...others] = linesOf(this.text);
		const isSaid = others.length > 0 || (line && !isCommand(line) && !commandOf(line));
		return isSaid ? this.#silence : "";
	}

	/** Make the field as high as its text, or what stands in its place. */
	#fit() {
		const { style } = this.#line;
		style.height = "auto";
		style.height = `${this.#line.scrollHeight + 2}px`;
	}

	#changed() {
		this.#given.typed(this.text);
		this.#fit();
		tell(byId("line-error"), this.#wrong());
		tell(byId("line-told"), "");
		this.#isDismissed = false;
		// Commands are offered at once; people and rooms when Tab is pressed.
		this.#offer(isCommand(this.text) ? this.#choices() : []);
	}

	/** @param {KeyboardEvent} event */
	#key(event) {
		const { key, shiftKey, ctrlKey, altKey, metaKey, isComposing } = event;
		if (isComposing || shiftKey || ctrlKey || altKey || metaKey || !this.#press(key)) return;
		event.preventDefault();
		event.stopPropagation();
	}

	/**
	 * Carry out a key. Return false if it is left to the browser.
	 * @param {string} key
	 */
	#press(key) {
		const isOpen = !this.#list.hidden;
		if (key === "Enter" && this.#chosen < 0) this.#send();
		else if (key === "Enter") this.#take();
		else if (key === "Tab") return this.#tab(isOpen);
		else if (key === "PageUp") this.#given.page(-1);
		else if (key === "PageDown") this.#given.page(1);
		else if (isOpen && key === "ArrowUp") this.#choose(this.#chosen - 1);
		else if (isOpen && key === "ArrowDown") this.#choose(this.#chosen + 1);
		else if (key === "Escape") return this.#dismiss(isOpen);
		else return false;
		return true;
	}

	/**
	 * Complete the word. Return false if the tabulator moves on: from an empty field, or after Escape. Else who
	 * types on would do so in another control.
	 * @param {boolean} isOpen
	 */
	#tab(isOpen) {
		if (!isOpen && (this.#isDismissed || !this.text)) return false;
		const choices = isOpen ? this.#found.choices : this.#choices();
		if (isOpen || choices.length === 1) this.#take();
		else if (choices.length) {
			this.#offer(choices);
			this.#choose(0);
		} else tell(byId("line-told"), this.#given.texts.say("nothing_to_complete"));
		return true;
	}

	#choices() {
		this.#found = completions(this.text, this.#line.selectionStart, this.#given.known());
		return this.#found.choices;
	}

	#take(at = Math.max(0, this.#chosen)) {
		const { from, choices } = this.#found;
		const choice = choices[at];
		if (!choice) return;
		const { text, caret } = completed(this.text, this.#line.selectionStart, from, choice);
		this.text = text;
		this.#line.setSelectionRange(caret, caret);
	}

	/**
	 * Return false if the key has a meaning for the page, too.
	 * @param {boolean} isOpen
	 */
	#dismiss(isOpen) {
		this.#offer([]);
		this.#isDismissed = true;
		tell(byId("line-told"), "");
		return isOpen;
	}

	/** @param {page.Choice[]} choices */
	#offer(choices) {
		arrange(
			this.#list,
			choices.map((choice, at) => this.#option(choice, at)),
		);
		const wasOffered = !this.#list.hidden;
		this.#list.hidden = !choices.length;
		this.#choose(-1);
		if (choices.length) announce(this.#given.texts.say("suggested", { count: choices.length }));
		else if (wasOffered) announce("");
	}

	/**
	 * @param {page.Choice} choice
	 * @param {number} at
	 */
	#option({ label, detail }, at) {
		const item = make(
			"li",
			{ id: `choice-${at}`, role: "option" },
			make("bdi", {}, label),
			detail && span("dim", detail),
		);
		item.onpointerdown = (event) => {
			event.preventDefault(); // the line keeps the focus
			this.#take(at);
		};
		return item;
	}

	/** @param {number} at wraps around at both ends, and -1 is none */
	#choose(at) {
		const items = [...this.#list.children];
		this.#chosen = at < -1 ? items.length - 1 : at === items.length ? -1 : at;
		for (const item of items) item.ariaSelected = `${item === items[this.#chosen]}`;
		const chosen = items[this.#chosen];
		this.#line.setAttribute("aria-activedescendant", chosen?.id ?? "");
		chosen?.scrollIntoView({ block: "nearest" });
	}
}
