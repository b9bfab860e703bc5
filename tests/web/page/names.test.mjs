// Names: whether a text has one in it, and their colours.

import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, mentions, sameName } from "../../../chatd/protocols/web/page/names.js";

test("a name is found as a whole word, in any case", () => {
	for (const text of ["ana: hola", "hola ANA", "¿ana?", "@ana", "ana-maria no, ana"]) assert.ok(mentions(text, "ana"), text);
	for (const text of ["anatomy", "banana", "ana_1", "", "año"]) assert.ok(!mentions(text, "ana"), text);
});

test("the dot in a name is a dot", () => {
	assert.ok(mentions("j.doe?", "j.doe"));
	assert.ok(!mentions("jxdoe", "j.doe"));
});

test("nobody is found who has no name yet", () => {
	assert.ok(!mentions("hola", ""));
});

test("names of other scripts are words, too", () => {
	assert.ok(mentions("ωμέγα, ναι", "Ωμέγα"));
	assert.ok(!mentions("ωμέγας", "Ωμέγα"));
});

test("case and compatibility forms are the same name", () => {
	assert.ok(sameName("Ana", "aNA"));
	assert.ok(sameName("ａｎａ", "ana"));
	assert.ok(!sameName("ana", "eva"));
});

test("a colour is one of ten, and the same in any case", () => {
	const seen = new Set();
	for (let number = 0; number < 500; number += 1) {
		const colour = colourOf(`name${number}`);
		assert.equal(colour, colourOf(`NAME${number}`));
		seen.add(colour);
	}
	assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
