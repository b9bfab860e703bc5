// What of a text is a link.

import assert from "node:assert/strict";
import { test } from "node:test";
import { linked, linkToPaste } from "../../../../chatd/protocols/web/page/links.js";

const links = (text) =>
	linked(text)
		.filter((part) => part.href)
		.map((part) => part.href);

test("http and https are links, and the parts are the text", () => {
	const text = "see http://a.example/x and https://b.example?q=1#f";
	assert.deepEqual(links(text), ["http://a.example/x", "https://b.example?q=1#f"]);
	assert.equal(
		linked(text)
			.map((part) => part.text)
			.join(""),
		text,
	);
});

test("what ends the sentence is not of the link", () => {
	assert.deepEqual(
		links("(https://a.example/b_(c)), https://d.example. «https://e.example»"),
		["https://a.example/b_(c)", "https://d.example", "https://e.example»"].map((link) => link.replace("»", "")),
	);
	assert.deepEqual(links("https://a.example/x)]}..."), ["https://a.example/x"]);
});

test("no other scheme is a link", () => {
	for (const text of [
		"javascript:alert(1)",
		"data:text/html,x",
		"ftp://a.example",
		"xhttps://a",
		"https://",
		"http://?",
	]) {
		assert.deepEqual(links(text), [], text);
	}
});

test("a name before the host is no link", () => {
	assert.deepEqual(links("https://bank.example@evil.example/ https://a:b@c.example"), []);
});

test("markup stays text, and ends a link", () => {
	assert.deepEqual(links('https://a.example/"onclick=x <b>https://b.example</b>'), [
		"https://a.example/",
		"https://b.example",
	]);
});

test("long hostile texts take no time", () => {
	for (const text of [
		`https://a.example/${")".repeat(50_000)}`,
		`https://a.example/${"(".repeat(50_000)}.`,
		"https://".repeat(20_000),
	]) {
		const began = performance.now();
		linked(text);
		assert.ok(performance.now() - began < 1000);
	}
});

const hosts = (text) =>
	linked(text)
		.filter((part) => part.href)
		.map((part) => part.host);

test("the host that a link leads to is told where the link does not show it", () => {
	for (const [text, host] of [
		["https://раypal.com/login", "xn--ypal-43d9g.com"],
		["https://müller.de:8080/x", "xn--mller-kva.de"],
		["https://evil。example/", "evil.example"],
		["https://ｅvil.example/", "evil.example"],
		["https://b%61nk.example/", "bank.example"],
		["https:///evil.example", "evil.example"],
		["https://evil.example\\@good.example/", "evil.example"],
		["http://2130706433/", "127.0.0.1"],
		["http://0x7f.1/", "127.0.0.1"],
	])
		assert.deepEqual(hosts(text), [host], text);
});

test("a host that is plain is not told twice", () => {
	for (const text of [
		"https://EXAMPLE.com/@x",
		"http://a.example:80/",
		"http://localhost:8080",
		"http://127.0.0.1/",
		"http://[::1]:8080/x",
		"https://a.example?@b",
	]) {
		assert.deepEqual(hosts(text), [undefined], text);
	}
});

test("a link that is made to be pasted is that of the answer with it, and of no other answer", () => {
	const text = "Paste this. It is shown only now: http://chat.lan:60080/hooks/k3q";
	assert.equal(linkToPaste({ type: "say", key: "hook_made", text }), "http://chat.lan:60080/hooks/k3q");
	assert.equal(linkToPaste({ type: "say", key: "hooks", text }), undefined);
	assert.equal(linkToPaste({ type: "say", text }), undefined);
});
