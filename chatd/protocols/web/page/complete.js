// Completing the word that is being written: commands, people, rooms. Pure. It must not know the
// document.

import { folded } from "./names.js";
import { commandOf } from "./outbox.js";

/**
 * Return where the word before the caret begins, and choices for it.
 * @param {string} text
 * @param {number} caret
 * @param {page.Known} known
 */
export function completions(text, caret, known) {
	const word = text.slice(0, caret).split(/\s/).at(-1) ?? "";
	const from = caret - word.length;
	/** @type {page.Choice[]} */
	const choices = isCommand(text.slice(0, caret)) ? commands(word, known) : others(word, from, text, known);
	return { from, choices };
}

/**
 * Return true if a text is the beginning of a command.
 * @param {string} text
 */
export const isCommand = (text) => /^\/\p{L}*$/u.test(text);

/**
 * Return the text with a choice in place of the word from *from* to the caret, and the new caret.
 * @param {string} text
 * @param {number} caret
 * @param {number} from
 * @param {page.Choice} choice
 */
export function completed(text, caret, from, choice) {
	const head = `${text.slice(0, from)}${choice.text} `;
	return { text: head + text.slice(caret).trimStart(), caret: head.length };
}

/**
 * Return the commands of which a name begins with *start*: first those that begin so in the reader's
 * language.
 * @param {string} start
 * @param {page.Known} known
 */
function commands(start, { commands: table, aliases }) {
	/** @param {string} word */
	const fits = (word) => word.startsWith(start.slice(1).toLowerCase());
	const found = table.map(([usage, detail]) => {
		const [word = ""] = usage.slice(1).split(" ");
		const names = Object.values(aliases).find((all) => all.includes(word)) ?? [];
		const name = [word, ...names].find(fits);
		return { text: `/${name}`, label: usage, detail, isKnown: name, isOther: name !== word };
	});
	return found.filter((each) => each.isKnown).sort((one, other) => Number(one.isOther) - Number(other.isOther));
}

/**
 * Return the people, or the rooms, whose names begin with a word.
 * @param {string} word
 * @param {number} from
 * @param {string} text
 * @param {page.Known} known
 */
function others(word, from, text, { people, rooms, aliases }) {
	const command = commandOf(text);
	const at = word[0] === "@" ? "@" : "";
	const isRoom = word[0] === "#" || (command && aliases.join?.includes(command));
	const start = folded(word.slice(at || word[0] === "#" ? 1 : 0));
	const names = word === "" ? [] : (isRoom ? rooms : people).filter((name) => folded(name).startsWith(start));
	// A name at the start of a line is the person addressed, and is followed by a colon.
	const behind = from === 0 && !at ? ":" : "";
	return names.map((name) => (isRoom ? `#${name}` : at + name + behind)).map((each) => ({ text: each, label: each }));
}
