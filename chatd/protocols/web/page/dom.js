// Making elements. Text becomes text nodes here and nowhere anything else.

import { linked } from "./links.js";
import { colourOf } from "./names.js";

export const byId = (id) => document.getElementById(id);

/** An element with its properties, and what stands in it. */
export function make(tag, properties = {}, ...inside) {
	const element = Object.assign(document.createElement(tag), properties);
	element.append(...inside.filter(Boolean));
	return element;
}

export const button = (onclick, ...inside) => make("button", { type: "button", onclick }, ...inside);

export const span = (className, ...inside) => make("span", { className }, ...inside);

/** A sentence whose values may be elements. */
export const sentence = (texts, key, values) =>
	texts.pieces(key).map((piece) => (piece.value ? values[piece.value] : piece));

export const nameOf = (name) => make("bdi", { className: `name name-${colourOf(name)}` }, name);

/** What somebody wrote, its links to be followed. */
export function written(text) {
	const link = (href) => make("a", { href, dir: "ltr", target: "_blank", rel: "noopener noreferrer nofollow" }, href);
	const parts = linked(text).flatMap(({ text, href, host }) => [
		href ? link(href) : text,
		host && span("host", ` [${host}]`),
	]);
	const element = span("text", ...parts.filter(Boolean));
	element.dir = "auto";
	return element;
}

/** Set a text if it is another: whoever listens is told of each change. */
export function tell(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

/** Have these elements in a parent, in this order. Those that stay are not touched. */
export function arrange(parent, elements) {
	const staying = new Set(elements);
	for (const child of [...parent.children]) if (!staying.has(child)) child.remove();
	let next = parent.firstChild;
	for (const element of elements) {
		if (element === next) next = next.nextSibling;
		else parent.insertBefore(element, next);
	}
}

/** Elements that are made once for each thing, and anew when it has another version. */
export class Drawn {
	#all = new WeakMap();

	of(thing, version, draw) {
		if (this.#all.get(thing)?.version !== version) this.#all.set(thing, { version, element: draw() });
		return this.#all.get(thing).element;
	}
}
