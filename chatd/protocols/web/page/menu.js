// A menu that opens beside a button: arrows, Home and End move, Escape closes it and returns to the button.
// It must not know what its items do.

import { button, byId } from "./dom.js";

export class Menu {
	#element = byId("menu");
	/** @type {HTMLElement | undefined} */
	#opener;

	constructor() {
		this.#element.onkeydown = (event) => {
			if (this.#move(event.key)) event.preventDefault();
		};
		this.#element.addEventListener("toggle", ({ newState }) => {
			if (newState === "closed" && this.#element.contains(document.activeElement)) this.#opener?.focus();
		});
	}

	/**
	 * @param {HTMLElement} opener
	 * @param {string} label
	 * @param {page.MenuItem[]} items
	 */
	open(opener, label, items) {
		this.#opener = opener;
		this.#element.ariaLabel = label;
		this.#element.replaceChildren(...items.map((item) => this.#item(item)));
		this.#element.showPopover();
		const { top, left, right } = opener.getBoundingClientRect();
		const { offsetWidth, offsetHeight, style } = this.#element;
		style.left = `${Math.max(0, Math.min(left, right - offsetWidth))}px`;
		style.top = `${Math.max(0, Math.min(top, innerHeight - offsetHeight))}px`;
		this.#move("Home");
	}

	/** @param {page.MenuItem} item */
	#item({ text, action }) {
		const item = button(() => {
			this.#opener?.focus();
			this.#element.hidePopover();
			action();
		}, text);
		item.className = "item";
		item.role = "menuitem";
		item.tabIndex = -1;
		return item;
	}

	/**
	 * Move the focus by a key. Return false for other keys.
	 * @param {string} key
	 */
	#move(key) {
		const items = [...this.#element.querySelectorAll("button")];
		const at = items.findIndex((item) => item.matches(":focus"));
		/** @type {Record<string, number>} */
		const targets = { Home: 0, End: -1, ArrowDown: (at + 1) % items.length, ArrowUp: at - 1 };
		if (key === "Tab") this.#element.hidePopover();
		const target = targets[key];
		if (target === undefined) return key === "Tab";
		items.at(target)?.focus();
		return true;
	}
}
