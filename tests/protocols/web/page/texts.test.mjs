// The page's own sentences, in both languages.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { chooseLanguage, SENTENCES, Texts } from "../../../../chatd/protocols/web/page/texts.js";

const PAGE = new URL("../../../../chatd/protocols/web/page/", import.meta.url);
const values = (sentence) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("each sentence is in both languages, with the same values", () => {
	for (const [key, sentences] of Object.entries(SENTENCES)) {
		assert.equal(sentences.length, 2, key);
		assert.deepEqual(values(sentences[0]), values(sentences[1]), key);
	}
});

test("what is for one has a form for many", () => {
	for (const key of Object.keys(SENTENCES)) if (key.endsWith("_one")) assert.ok(key.slice(0, -4) in SENTENCES, key);
});

test("each sentence that the page asks for is there, and none is left over", () => {
	const sources = readdirSync(PAGE).filter((name) => /\.(js|html)$/.test(name) && name !== "texts.js");
	const source = sources.map((name) => readFileSync(new URL(name, PAGE), "utf8")).join("\n");
	for (const [, key] of source.matchAll(/data-(?:text|label)="(\w+)"/g)) assert.ok(key in SENTENCES, key);
	for (const [, asked] of source.matchAll(/texts\.say\(([^`]*?)[,)]/g)) {
		for (const [, key] of asked.matchAll(/"(\w+)"/g)) assert.ok(key in SENTENCES || key === "waiting", key);
	}
	const asked = new Set([...source.matchAll(/"(\w+)"/g)].map((match) => match[1]));
	for (const key of Object.keys(SENTENCES)) {
		const isMade = key.endsWith("_one") || /^(way_\w+_hint|(silent|mode|error|here)_\w+)$/.test(key);
		assert.ok(isMade || asked.has(key), `${key} is not used`);
	}
});

test("the first language that is spoken is chosen, and English if none is", () => {
	assert.equal(chooseLanguage(["de", "es-MX", "en"]), "es");
	assert.equal(chooseLanguage(["EN-gb"]), "en");
	assert.equal(chooseLanguage(["de"]), "en");
	assert.equal(chooseLanguage([]), "en");
});

test("one thing and many are told apart", () => {
	assert.equal(new Texts("en").say("guests", { count: 1 }), "1 guest");
	assert.equal(new Texts("es").say("guests", { count: 3 }), "3 invitados");
	assert.equal(new Texts("en").say("unread", { count: 1 }), "1 unread");
});

test("the kinds of errors are in both languages, and those of a later server as they are", () => {
	assert.equal(new Texts("es").errorKind("Not allowed"), "No permitido");
	assert.equal(new Texts("en").errorKind("Not allowed"), "Not allowed");
	assert.equal(new Texts("es").errorKind("No such kind"), "No such kind");
});

test("a dialog has its own words for some answers, and the server's for the others", () => {
	const answer = { type: "say", key: "no_tokens", text: "You have no tokens. /token new NAME creates one." };
	assert.equal(new Texts("es").inDialog(answer), "No tienes tokens.");
	assert.equal(new Texts("es").inDialog({ ...answer, key: "tokens" }), answer.text);
	assert.equal(new Texts("es").inDialog({ type: "say", text: "hola" }), "hola");
});

test("values stay apart from the words around them", () => {
	assert.deepEqual(new Texts("en").pieces("topic_set"), [{ value: "name" }, " set the topic: ", { value: "text" }]);
	assert.equal(new Texts("en").say("leave", { name: "{name}" }), "Leave {name}");
});

test("days have their year when it is not this one", () => {
	const texts = new Texts("en", "UTC");
	const time = Date.UTC(2026, 11, 3, 9, 5);
	assert.equal(texts.day(time, time), "Thursday, December 3");
	assert.equal(texts.day(time, Date.UTC(2028, 1, 1)), "Thursday, December 3, 2026");
	assert.equal(texts.time(time), "09:05");
	assert.equal(new Texts("es", "UTC").day(time, time), "jueves, 3 de diciembre");
});
