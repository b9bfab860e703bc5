// Drawing a message of several lines: in one width for all letters, folded if it is long, with a button
// that copies it; and what else is copied. It must not know rooms.

import { announce, button, make, pieces, span, tell } from "./dom.js";
import { unfenced } from "./messages.js";

const LONG = 12; // lines; of more, only the first ones are shown at first
const SHOWN = 8;

/**
 * @param {page.Texts} texts
 * @param {page.Message} message
 * @param {WeakSet<page.Line>} unfolded the first lines of the messages that the reader unfolded
 */
export function block(texts, message, unfolded) {
	const shown = unfenced(message.map((line) => line.text));
	const nodes = shown.map(({ text, isCode }) => [...(isCode ? [text] : pieces(text)), "\n"]);
	const first = nodes.length > LONG ? SHOWN : nodes.length;
	const rest = span("", ...nodes.slice(first).flat());
	const text = make("pre", { className: "text" }, ...nodes.slice(0, first).flat(), rest);
	text.dir = "auto";
	const fold = first < nodes.length && folding(texts, rest, nodes.length, message[0], unfolded);
	const copy = copying(texts, shown.map((line) => line.text).join("\n"), () => {
		if (fold && rest.hidden) fold.click();
		return text;
	});
	// The button that unfolds is above the text, so that it and the reader's place stay where they are.
	return make("div", { className: "block" }, fold, text, copy);
}

/**
 * Return a button that copies a text. Where it cannot, what *shown* returns is selected, to be copied by a key.
 * @param {page.Texts} texts
 * @param {string} text
 * @param {() => HTMLElement} shown
 */
export function copying(texts, text, shown) {
	const copy = button(async () => {
		const isCopied = await copied(text);
		if (!isCopied) getSelection()?.selectAllChildren(shown());
		tell(copy, texts.say(isCopied ? "copied" : "selected"));
		announce(copy.textContent);
	}, texts.say("copy"));
	return copy;
}

/**
 * Return the button that copies a link of a text, whose element is given.
 * @param {page.Texts} texts
 * @param {string} link
 * @param {HTMLElement} text
 */
export const copyingLink = (texts, link, text) =>
	copying(texts, link, () => [...text.querySelectorAll("a")].find(({ textContent }) => textContent === link) ?? text);

/**
 * Copy a text. Return false where the browser lets no page do that, as without encryption.
 * @param {string} text
 */
async function copied(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}

/**
 * Return the button that shows the rest of a message, which it hides.
 * @param {page.Texts} texts
 * @param {HTMLElement} rest
 * @param {number} count
 * @param {page.Line} line
 * @param {WeakSet<page.Line>} unfolded
 */
function folding(texts, rest, count, line, unfolded) {
	const turn = (/** @type {boolean} */ isFolded) => {
		rest.hidden = isFolded;
		if (isFolded) unfolded.delete(line);
		else unfolded.add(line);
		fold.ariaExpanded = `${!isFolded}`;
		tell(fold, texts.say(isFolded ? "unfold" : "fold", { count }));
	};
	const fold = button(() => turn(!rest.hidden));
	turn(!unfolded.has(line));
	return fold;
}
