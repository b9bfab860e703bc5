// Messages of several lines: which lines are one, what is code in them, and why one is too large. Pure.
// It must not know the document.

const FENCE = /^\s*\x60{3}\S*\s*$/; // \x60 is a backtick
const CODE = /\x60([^\x60]+)\x60/g;

/**
 * Return the lines of a text, without blank ones at its ends.
 * @param {string} text
 */
export function linesOf(text) {
	const lines = text.split("\n");
	const isSaid = (/** @type {string} */ line) => line.trim() !== "";
	return lines.slice(Math.max(0, lines.findIndex(isSaid)), lines.findLastIndex(isSaid) + 1);
}

/**
 * Return why a text cannot be said, or undefined.
 * @param {string} text
 * @param {page.Limits} limits
 * @returns {{ key: page.Key, count: number, limit?: number } | undefined}
 */
export function faultOf(text, { characters, lines: most, bytes }) {
	const lines = linesOf(text);
	const over = Math.max(...lines.map((line) => (line.length > characters ? [...line].length : 0))) - characters;
	if (over > 0) return { key: "too_long", count: over };
	if (lines.length > most) return { key: "too_many_lines", count: lines.length, limit: most };
	const size = new TextEncoder().encode(lines.join("\n")).length;
	return lines.length > 1 && size > bytes ? { key: "too_large", count: size, limit: bytes } : undefined;
}

/**
 * Return the messages that lines are, each with its lines that are here. Those of one are together, whatever
 * came between them, such as a notice.
 * @param {page.Line[]} lines
 */
export function messagesOf(lines) {
	/** @type {Map<page.Line | number, page.Message>} */
	const messages = new Map();
	for (const line of lines) {
		const key = line.part_of ?? line;
		const begun = messages.get(key);
		if (begun) begun.push(line);
		else messages.set(key, [line]);
	}
	return [...messages.values()];
}

/**
 * Return true if a line is of a message of several, and not the first one.
 * @param {page.Line} line
 */
export const continues = ({ seq, part_of: first = seq }) => first !== seq;

/**
 * Return the lines of a message as they are shown: without the fences around code.
 * @param {string[]} lines
 */
export function unfenced(lines) {
	let isCode = false;
	const shown = lines.map((text) => {
		const isFence = FENCE.test(text);
		isCode = isCode !== isFence;
		return { text, isCode, isFence };
	});
	const isOne = shown.filter(({ isFence }) => isFence).length < 2;
	const rest = shown.filter(({ isFence }) => !isFence);
	return isOne || !rest.length ? lines.map((text) => ({ text, isCode: false })) : rest;
}

/**
 * Return the parts of a line: text, and code that was written between two `.
 * @param {string} text
 */
export function coded(text) {
	// Every second part is what CODE caught.
	return text.split(CODE).map((part, at) => ({ text: part, isCode: at % 2 === 1 }));
}
