// Names: whether a text has one in it, and their colours.

import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, mentions, sameName } from "../../../../chatd/protocols/web/page/names.js";

test("a name is found as a whole word, in any case", () => {
	for (const text of ["ana: hola", "hola ANA", "¿ana?", "@ana", "ana-maria no, ana"])
		assert.ok(mentions(text, "ana"), text);
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
	assert.ok(mentions("ΝΙΚΟΣ…s", "νικος"));
	assert.ok(mentions("STRASSE!", "straße"));
});

test("among letters that are written without spaces a name of these is found, or one behind @", () => {
	for (const [text, name] of [
		["请李雷看一下", "李雷"],
		["@李雷你好", "李雷"],
		["李雷さん、確認お願いします", "李雷"],
		["李雷，你好", "李雷"],
		["请李雷2看", "李雷2"],
		["สวัสดีสมชายครับ", "สมชาย"],
		["សួស្តីសុខាបង", "សុខា"],
		["請@ana看", "ana"],
		["＠anaさん", "ana"],
	])
		assert.ok(mentions(text, name), text);
	for (const [text, name] of [
		["Tシャツを買う", "t"],
		["李雷x", "李雷"],
		["x李雷", "李雷"],
		["李雷2号", "李雷"],
		["李雷-x", "李雷"],
		["@anatomy", "ana"],
		["アナー", "アナ"],
		["สมี", "สม"],
		["रामायण", "राम"],
		["अराम", "राम"],
		["김철수는", "철수"],
	])
		assert.ok(!mentions(text, name), text);
});

test("signs are no letters, and part of a longer name is none", () => {
	for (const text of ["👍\ufe0fana", "ana\ufe0f", "...ana.", "राम ana।", "1\ufe0f\u20e3ana 2\ufe0f\u20e3luis"])
		assert.ok(mentions(text, "ana"), text);
	for (const text of ["ana-maria", "x.ana", "ana.b", "x\u0302ana", "anax\u0302"])
		assert.ok(!mentions(text, "ana"), text);
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
