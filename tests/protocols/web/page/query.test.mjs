// A search over one room or several, from answer to answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Query, textOf } from "../../../../chatd/protocols/web/page/query.js";

const line = (seq) => ({ seq, time: seq, author: "luis", kind: "message", text: `line ${seq}` });

test("filters are parts of the text", () => {
	assert.equal(textOf(" red  line ", " ana ", "2d"), "red  line from:ana since:2d");
	assert.equal(textOf("red", "", ""), "red");
	assert.equal(textOf("", "ana", ""), "from:ana");
	assert.equal(textOf(" ", " ", ""), "");
});

test("one room is searched from its last line, and then further back", () => {
	const query = new Query("red", ["ops"]);
	assert.deepEqual(query.message, { type: "search", text: "red", room: "ops", upto: undefined });
	const found = query.take({ type: "found", room: "ops", events: [line(9)], upto: 8 });
	assert.deepEqual(found, [{ room: "ops", event: line(9) }]);
	assert.deepEqual(query.left, { rooms: 1, lines: 8 });
	assert.deepEqual(query.message, { type: "search", text: "red", room: "ops", upto: 8 });
	query.take({ type: "found", room: "ops", events: [], upto: 0 });
	assert.deepEqual(query.left, { rooms: 0, lines: 0 });
});

test("of several rooms, those are searched further that are not at their end", () => {
	const query = new Query("red", ["ops", "lobby", "builds"]);
	assert.deepEqual(query.message.rooms, { ops: null, lobby: null, builds: null });
	const rooms = [
		{ room: "ops", events: [line(9), line(3)], upto: 0 },
		{ room: "lobby", events: [line(7)], upto: 6 },
	];
	const found = query.take({ type: "found_in_rooms", rooms });
	assert.deepEqual(
		found.map(({ room, event }) => `${room}/${event.seq}`),
		["ops/9", "ops/3", "lobby/7"],
	);
	assert.deepEqual(query.left, { rooms: 2, lines: 0 });
	assert.deepEqual(query.message.rooms, { lobby: 6, builds: null });
	query.take({ type: "found_in_rooms", rooms: [{ room: "lobby", events: [], upto: 0 }] });
	assert.deepEqual(query.message.rooms, { builds: null });
});
