// What completes a word.

import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, completions } from "../../../../chatd/protocols/web/page/complete.js";

const KNOWN = {
	commands: [
		["/who [ROOM]", "who is in a room"],
		["/whois NAME", "whose a name is"],
		["/join ROOM", "go to a room"],
	],
	aliases: { who: ["who", "quien"], whois: ["whois", "quienes"], join: ["join", "sala"] },
	people: ["Ana", "andres", "luis"],
	rooms: ["lobby", "ops"],
};
const texts = (text, caret = text.length) => completions(text, caret, KNOWN).choices.map((choice) => choice.text);

test("a slash offers all commands, with what they do", () => {
	const { from, choices } = completions("/", 1, KNOWN);
	assert.equal(from, 0);
	assert.deepEqual(
		choices.map((choice) => choice.label),
		["/who [ROOM]", "/whois NAME", "/join ROOM"],
	);
	assert.equal(choices[0].detail, "who is in a room");
});

test("the beginning of any of its names finds a command, its first name first", () => {
	assert.deepEqual(texts("/WHO"), ["/who", "/whois"]);
	assert.deepEqual(texts("/qui"), ["/quien", "/quienes"]);
	assert.deepEqual(texts("/x"), []);
});

test("people are found in any case, and set off at the start of a line", () => {
	assert.deepEqual(texts("an"), ["Ana:", "andres:"]);
	assert.deepEqual(texts("hola an"), ["Ana", "andres"]);
	assert.deepEqual(texts("hola @L"), ["@luis"]);
	assert.deepEqual(texts("/msg lu"), ["luis"]);
});

test("nothing completes nothing", () => {
	assert.deepEqual(texts(""), []);
	assert.deepEqual(texts("hola "), []);
});

test("rooms are found behind a # and where a command takes one", () => {
	assert.deepEqual(texts("see #o"), ["#ops"]);
	assert.deepEqual(texts("/sala lo"), ["#lobby"]);
});

test("the word at the caret is replaced, and one space stands behind it", () => {
	const { from, choices } = completions("lu are you there", 2, KNOWN);
	assert.deepEqual(completed("lu are you there", 2, from, choices[0]), { text: "luis: are you there", caret: 6 });
});
