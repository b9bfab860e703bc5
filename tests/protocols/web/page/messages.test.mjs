// Messages of several lines: which lines are one, what is code in them, and why one is too large.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
	coded,
	continues,
	faultOf,
	linesOf,
	messagesOf,
	unfenced,
} from "../../../../chatd/protocols/web/page/messages.js";

const LIMITS = { characters: 10, lines: 3, bytes: 16 };
const line = (seq, part_of) => ({ seq, part_of, kind: "message", text: `${seq}`, time: seq });
const texts = (lines) => unfenced(lines).map(({ text, isCode }) => (isCode ? `[${text}]` : text));

test("blank lines at the ends are no part of a message", () => {
	assert.deepEqual(linesOf("\n \n  a\n\nb \n\n"), ["  a", "", "b "]);
	assert.deepEqual(linesOf("a"), ["a"]);
	for (const blank of ["", " ", "\n \n"]) assert.deepEqual(linesOf(blank), []);
});

test("a message within the limits has no fault", () => {
	for (const text of ["", "x".repeat(10), "👋".repeat(10), "\na\nb\nc\n", "é\n".repeat(3), "é".repeat(10)])
		assert.equal(faultOf(text, LIMITS), undefined, text);
});

test("a fault says how much is too much", () => {
	assert.deepEqual(faultOf(`a\n${"x".repeat(12)}`, LIMITS), { key: "too_long", count: 2 });
	assert.deepEqual(faultOf("a\n\nb\nc\nd", LIMITS), { key: "too_many_lines", count: 5, limit: 3 });
	assert.deepEqual(faultOf("éééé\néééé", LIMITS), { key: "too_large", count: 17, limit: 16 });
});

test("the lines of a message are together, also if some are not here", () => {
	const lines = [line(4, 3), line(5, 3), line(6), line(7), line(8, 8), line(9, 8), line(10, 10), line(11, 10)];
	assert.deepEqual(
		messagesOf(lines).map((message) => message.map(({ seq }) => seq)),
		[[4, 5], [6], [7], [8, 9], [10, 11]],
	);
	assert.deepEqual(
		lines.filter(continues).map(({ seq }) => seq),
		[4, 5, 9, 11],
	);
});

test("a message is whole, whatever comes between its lines", () => {
	const notice = { kind: "notice", text: "you are", time: 2 };
	const lines = [line(1, 1), notice, line(2, 1), line(3), { ...notice }, line(4, 4)];
	assert.deepEqual(
		messagesOf(lines).map((message) => message.map(({ seq }) => seq)),
		[[1, 2], [undefined], [3], [undefined], [4]],
	);
});

test("fences are not shown, and what is between them is code", () => {
	assert.deepEqual(texts(["```js", "a `b`", "", "```"]), ["[a `b`]", "[]"]);
	assert.deepEqual(texts(["see:", "```", "a", "```", "b"]), ["see:", "[a]", "b"]);
	assert.deepEqual(texts(["a", "```", "b"]), ["a", "```", "b"]);
	assert.deepEqual(texts(["```", "```"]), ["```", "```"]);
	assert.deepEqual(texts(["a", "b"]), ["a", "b"]);
});

test("what is between two ` is code", () => {
	const parts = (text) => coded(text).map(({ text, isCode }) => (isCode ? `[${text}]` : text));
	assert.deepEqual(parts("use `a b` or `c`"), ["use ", "[a b]", " or ", "[c]", ""]);
	assert.deepEqual(parts("one ` alone"), ["one ` alone"]);
	assert.deepEqual(parts("none"), ["none"]);
	assert.deepEqual(parts("`` empty"), ["`` empty"]);
});
