// The line to write in: it grows, completes words, and hides the answer to a question for a
// password. It gives what was written, line by line, and knows nothing of where that goes.

import { completed, completions, isCommand } from "./complete.js";
import { arrange, byId, make, span, tell } from "./dom.js";

export class Writer {
	#line = byId("line");
	#secret = byId("secret");
	#list = byId("suggestions");
	#found;
	#chosen = -1;
	#isDismissed = false;

	/**
	 * Given are `say(lines)`, `answer(text)` to a question, `known()` as `completions` takes it,
	 * `longest()` for a line, `announce(text)` and `page(direction)`.
	 */
	constructor(texts, given) {
		Object.assign(this, { texts, given });
		byId("composer").onsubmit = (event) => {
			event.preventDefault();
			this.#send();
		};
		this.#line.oninput = () => this.#changed();
		this.#line.onkeydown = (event) => this.#key(event);
		this.#line.onblur = () => this.#offer([]);
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

	/** To whom it goes, and whether it answers a question for a password. */
	label(name, isSecret) {
		const text = this.texts.say(isSecret ? "secret" : "line", { name });
		const label = byId("line-label");
		tell(label, text);
		this.#line.placeholder = text;
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
			this.given.answer(this.#secret.value);
			this.#secret.value = "";
		} else if (!this.#excess()) {
			const lines = this.text.split("\n").filter((line) => line.trim());
			this.text = "";
			if (lines.length) this.given.say(lines);
		}
	}

	/** By how many characters the longest line is too long. */
	#excess() {
		if (this.text.length <= this.given.longest()) return 0;
		const lengths = this.text.split("\n").map((line) => [...line].length);
		return Math.max(0, Math.max(...lengths) - this.given.longest());
	}

	#changed() {
		const { style } = this.#line;
		style.height = "auto";
		style.height = `${this.#line.scrollHeight + 2}px`;
		const count = this.#excess();
		tell(byId("line-error"), count ? this.texts.say("too_long", { count }) : "");
		this.#isDismissed = false;
		// Commands are offered at once; people and rooms when Tab is pressed.
		this.#offer(isCommand(this.text) ? this.#choices() : []);
	}

	#key(event) {
		const { key, shiftKey, ctrlKey, altKey, metaKey, isComposing } = event;
		if (isComposing || shiftKey || ctrlKey || altKey || metaKey) return;
		const isOpen = !this.#list.hidden;
		const does = {
			Enter: () => (this.#chosen < 0 ? this.#send() : this.#take()),
			Tab: () => this.#tab(isOpen),
			PageUp: () => this.given.page(-1),
			PageDown: () => this.given.page(1),
			ArrowUp: () => isOpen && this.#choose(this.#chosen - 1),
			ArrowDown: () => isOpen && this.#choose(this.#chosen + 1),
			Escape: () => isOpen && this.#dismiss(),
		}[key];
		// What says false is the browser's.
		if (!does || does() === false) return;
		event.preventDefault();
		event.stopPropagation();
	}

	/** Complete the word. False if there is nothing to complete, or nobody wants it. */
	#tab(isOpen) {
		if (isOpen) return this.#take();
		const choices = this.#isDismissed ? [] : this.#choices();
		if (choices.length < 2) return choices.length > 0 && this.#take();
		this.#offer(choices);
		return this.#choose(0);
	}

	#choices() {
		this.#found = completions(this.text, this.#line.selectionStart, this.given.known());
		return this.#found.choices;
	}

	#take(at = Math.max(0, this.#chosen)) {
		const { from, choices } = this.#found;
		const { text, caret } = completed(this.text, this.#line.selectionStart, from, choices[at]);
		this.text = text;
		this.#line.setSelectionRange(caret, caret);
	}

	#dismiss() {
		this.#offer([]);
		this.#isDismissed = true;
	}

	#offer(choices) {
		arrange(
			this.#list,
			choices.map((choice, at) => this.#option(choice, at)),
		);
		this.#list.hidden = !choices.length;
		this.#choose(-1);
		if (choices.length) this.given.announce(this.texts.say("suggested", { count: choices.length }));
	}

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

	#choose(at) {
		const items = [...this.#list.children];
		this.#chosen = at < -1 ? items.length - 1 : at === items.length ? -1 : at;
		for (const item of items) item.ariaSelected = `${item === items[this.#chosen]}`;
		const chosen = items[this.#chosen];
		this.#line.setAttribute("aria-activedescendant", chosen?.id ?? "");
		chosen?.scrollIntoView({ block: "nearest" });
	}
}
