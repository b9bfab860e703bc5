// Making, finding and arranging elements. Text becomes text nodes, and nothing else. It must not know
// rooms or messages.

import { ownAddress } from "./address.js";
import { linked } from "./links.js";
import { coded } from "./messages.js";
import { colourOf } from "./names.js";

/**
 * Return the element with an id, of a type. Raises `TypeError` if it is not there or of another type.
 * @template {HTMLElement} T
 * @overload
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
/**
 * @overload
 * @param {string} id
 * @returns {HTMLElement}
 */
/**
 * @param {string} id
 * @param {new () => HTMLElement} type
 */
export function byId(id, type = HTMLElement) {
	const element = document.getElementById(id);
	if (element instanceof type) return element;
	throw new TypeError(`#${id} is no ${type.name}`);
}

/**
 * Return a new element with properties and content.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {page.Inside[]} inside
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties, ...inside) {
	const element = Object.assign(document.createElement(tag), properties);
	for (const each of inside) if (each) element.append(each);
	return element;
}

/**
 * @param {() => void} onclick
 * @param {page.Inside[]} inside
 */
export const button = (onclick, ...inside) => make("button", { type: "button", onclick }, ...inside);

/**
 * Carry out an action in place of sending a form.
 * @param {HTMLElement} form
 * @param {() => void} action
 */
export function onSubmit(form, action) {
	form.onsubmit = (event) => {
		event.preventDefault();
		action();
	};
}

/**
 * @param {string} className
 * @param {page.Inside[]} inside
 */
export const span = (className, ...inside) => make("span", { className }, ...inside);

/**
 * Return the parts of a sentence whose values may be elements.
 * @param {page.Texts} texts
 * @param {page.Key} key
 * @param {Record<string, page.Inside>} values
 */
export const sentence = (texts, key, values) =>
	texts.pieces(key).map((piece) => (typeof piece === "string" ? piece : values[piece.value]) || "");

/** @param {string} name */
export const nameOf = (name) => make("bdi", { className: `name name-${colourOf(name)}` }, name);

/**
 * Return the pieces of a text that a person wrote: with its links, and its code, in which there are none.
 * @param {string} text
 */
export const pieces = (text) =>
	coded(text).flatMap(({ text, isCode }) => (isCode ? [make("code", {}, text)] : withLinks(text)));

/**
 * Return the element of such a text.
 * @param {string} text
 */
export function written(text) {
	const element = span("text", ...pieces(text));
	element.dir = "auto";
	return element;
}

/** @param {string} text */
function withLinks(text) {
	/** @param {string} href */
	const link = (href) => {
		const inside = ownAddress(href, location.href);
		const leading = inside ? { href: inside } : { href, target: "_blank", rel: "noopener noreferrer nofollow" };
		return make("a", { ...leading, dir: "ltr" }, href);
	};
	return linked(text).flatMap(({ text, href, host }) => [href ? link(href) : text, host && span("host", ` [${host}]`)]);
}

/**
 * Set a text if it is another one: a screen reader reads each change.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function tell(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

/**
 * Have a screen reader read a text.
 * @param {string} text
 */
export function announce(text) {
	byId("announce").textContent = text;
}

/**
 * Put elements into a parent, in this order, and remove its others. Those that stay are not touched.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} elements
 */
export function arrange(parent, elements) {
	/** @type {Set<Element>} */
	const staying = new Set(elements);
	for (const child of [...parent.children]) if (!staying.has(child)) child.remove();
	let next = parent.firstChild;
	for (const element of elements) {
		if (element === next) next = element.nextSibling;
		else parent.insertBefore(element, next);
	}
}

/**
 * Elements that are made once for each object, and again for another version of it.
 * @template Made
 */
export class Drawn {
	/** @type {WeakMap<object, { version: unknown, made: Made }>} */
	#all = new WeakMap();

	/**
	 * @param {object} thing
	 * @param {unknown} version
	 * @param {() => Made} draw
	 */
	of(thing, version, draw) {
		let drawn = this.#all.get(thing);
		if (!drawn || drawn.version !== version) {
			drawn = { version, made: draw() };
			this.#all.set(thing, drawn);
		}
		return drawn.made;
	}
}
