// What can be done with a line: one button, which comes to the line under the pointer or with the focus, and opens a
// menu. A button for each of a thousand lines would be drawn and hardly be used. It must not know what is done.

import { button, byId, make } from "./dom.js";

export class LineMenu {
	#lines = byId("lines");
	#button;
	#given;
	/** @type {Element | null | undefined} */
	#line; // that has the button

	/** @param {page.LineMenuOptions} given */
	constructor(given) {
		this.#given = given;
		this.#button = button(() => this.#open());
		Object.assign(this.#button, { id: "line-menu", className: "icon", ariaHasPopup: "menu", ariaLive: "off" });
		this.#button.append(make("span", { ariaHidden: "true" }, "⋯"));
		for (const type of ["pointerover", "focusin", "click"]) {
			this.#lines.addEventListener(type, ({ target }) => target instanceof Element && this.#come(target));
		}
	}

	/**
	 * Bring the button to the line of an element, if something can be done with it.
	 * @param {Element} target
	 */
	#come(target) {
		const line = target.closest(".line");
		const isThere = line === this.#line && this.#button.isConnected;
		// While the menu is open, or the button has the focus, it stays where it is, unless the focus moves on.
		if (!line || isThere || (this.#button === document.activeElement && !line.contains(document.activeElement))) return;
		const seq = seqOf(line);
		this.#line = line;
		this.#button.remove();
		if (!seq || !this.#given.items(seq).length) return;
		const label = this.#given.texts.say("line_actions", { number: seq });
		this.#button.ariaLabel = label;
		this.#button.title = label;
		line.querySelector(".row")?.append(this.#button);
	}

	#open() {
		const seq = seqOf(this.#button.closest(".line"));
		if (seq) this.#given.menu.open(this.#button, this.#button.ariaLabel ?? "", this.#given.items(seq));
	}
}

/** @param {Element | null} line */
const seqOf = (line) => (line instanceof HTMLElement && Number(line.dataset.seq)) || 0;
