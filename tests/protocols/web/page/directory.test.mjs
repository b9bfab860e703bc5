// Which rooms of a list are shown, and in which order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { listed } from "../../../../chatd/protocols/web/page/directory.js";

const ROOMS = [
	{ room: "ops", people: 2, head: 1, topic: "what runs" },
	{ room: "dev", people: 7, head: 1, topic: "" },
	{ room: "Ávila", people: 2, head: 1, topic: "Ops of Ávila" },
];
const names = (...options) => listed(ROOMS, ...options).map(({ room }) => room);

test("those with most people are first, or all are by name", () => {
	assert.deepEqual(names("", false), ["dev", "Ávila", "ops"]);
	assert.deepEqual(names("", true), ["Ávila", "dev", "ops"]);
});

test("a name or a topic that contains a text is found, in any case", () => {
	assert.deepEqual(names("OPS", false), ["Ávila", "ops"]);
	assert.deepEqual(names("nothing", false), []);
});
