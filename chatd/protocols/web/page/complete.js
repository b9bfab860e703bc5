// What may complete a word that is being written: commands, people, rooms. Pure.

import { folded } from "./names.js";
import { commandOf } from "./outbox.js";

/**
 * Where the word before the caret begins, and choices `{text, label, detail}` for it. Known are
 * `commands` (usage and explanation), `aliases` (of each command), `people` and `rooms`.
 */
export function completions(text, caret, known) {
	const word = /\S*$/.exec(text.slice(0, caret))[0];
	const from = caret - word.length;
	const choices = isCommand(text.slice(0, caret)) ? commands(word, known) : others(word, from, text, known);
	return { from, choices };
}

/** Whether it is the beginning of a command. */
export const isCommand = (text) => /^\/\p{L}*$/u.test(text);

/** The text with a choice in place of the word, and where the caret is then. */
export function completed(text, caret, from, choice) {
	const head = `${text.slice(0, from)}${choice.text} `;
	return { text: head + text.slice(caret).trimStart(), caret: head.length };
}

function commands(start, { commands: table, aliases }) {
	const fits = (word) => word.startsWith(start.slice(1).toLowerCase());
	const found = table.map(([usage, detail]) => {
		const word = usage.slice(1).split(" ")[0];
		const names = Object.values(aliases).find((all) => all.includes(word)) ?? [];
		const name = [word, ...names].find(fits);
		return { text: `/${name}`, label: usage, detail, isKnown: name, isOther: name !== word };
	});
	return found.filter((each) => each.isKnown).sort((one, other) => one.isOther - other.isOther);
}

function others(word, from, text, { people, rooms, aliases }) {
	const command = commandOf(text);
	const at = word[0] === "@" ? "@" : "";
	const isRoom = word[0] === "#" || aliases.join?.includes(command);
	const start = folded(word.slice(at || word[0] === "#" ? 1 : 0));
	const names = word === "" ? [] : (isRoom ? rooms : people).filter((name) => folded(name).startsWith(start));
	// Who is spoken to at the start of a line is set off from what is said.
	const behind = from === 0 && !at ? ":" : "";
	return names.map((name) => (isRoom ? `#${name}` : at + name + behind)).map((each) => ({ text: each, label: each }));
}
