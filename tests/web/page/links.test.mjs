// What of a text is a link.

import assert from "node:assert/strict";
import { test } from "node:test";
import { linked } from "../../../chatd/protocols/web/page/links.js";

const links = (text) => linked(text).filter((part) => part.href).map((part) => part.href);

test("http and https are links, and the parts are the text", () => {
	const text = "see http://a.example/x and https://b.example?q=1#f";
	assert.deepEqual(links(text), ["http://a.example/x", "https://b.example?q=1#f"]);
	assert.equal(linked(text).map((part) => part.text).join(""), text);
});

test("what ends the sentence is not of the link", () => {
	assert.deepEqual(links("(https://a.example/b_(c)), https://d.example. «https://e.example»"), [
		"https://a.example/b_(c)",
		"https://d.example",
		"https://e.example»",
	].map((link) => link.replace("»", "")));
	assert.deepEqual(links("https://a.example/x)]}..."), ["https://a.example/x"]);
});

test("no other scheme is a link", () => {
	for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "xhttps://a", "https://", "http://?"]) {
		assert.deepEqual(links(text), [], text);
	}
});

test("a name before the host is no link", () => {
	assert.deepEqual(links("https://bank.example@evil.example/ https://a:b@c.example"), []);
});

test("markup stays text, and ends a link", () => {
	assert.deepEqual(links('https://a.example/"onclick=x <b>https://b.example</b>'), ["https://a.example/", "https://b.example"]);
});

test("long hostile texts take no time", () => {
	for (const text of [`https://a.example/${")".repeat(50_000)}`, `https://a.example/${"(".repeat(50_000)}.`, "https://".repeat(20_000)]) {
		const began = performance.now();
		linked(text);
		assert.ok(performance.now() - began < 1000);
	}
});
