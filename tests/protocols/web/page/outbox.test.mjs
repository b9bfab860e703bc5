// What was written and is not known to be said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, Outbox } from "../../../../chatd/protocols/web/page/outbox.js";

const ROOM = {};
const item = (id, text, answer = "ack", shown = text) => ({ id, key: `key${id}`, room: ROOM, text, shown, answer });
const states = (outbox) => outbox.shownIn(ROOM).map(({ id, state }) => [id, state]);

test("a slash and letters are a command", () => {
	assert.equal(commandOf("/Who ops"), "who");
	assert.equal(commandOf("/adiós"), "adiós");
	for (const text of ["who", "//who", "/usr/bin", "/2", " /who", "/", "/ who"])
		assert.equal(commandOf(text), undefined, text);
});

test("text waits, is sent in order, and is gone when it is said", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "a"));
	outbox.put(item(2, "b"));
	assert.deepEqual(states(outbox), [
		[1, "waits"],
		[2, "waits"],
	]);
	assert.deepEqual(
		outbox.takeFor(ROOM).map(({ text }) => text),
		["a", "b"],
	);
	assert.deepEqual(outbox.takeFor(ROOM), []);
	outbox.drop(1);
	assert.deepEqual(states(outbox), [[2, "sent"]]);
});

test("only what was written in a room is sent for it", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "a"));
	assert.deepEqual(outbox.takeFor({}), []);
});

test("text is sent again with its key after the connection broke", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "a"));
	const [first] = outbox.takeFor(ROOM);
	outbox.broke();
	const [again] = outbox.takeFor(ROOM);
	assert.deepEqual([again.id, again.key], [first.id, "key1"]);
});

test("a command is sent once, and is not waited for", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "/who", "any"));
	assert.equal(outbox.takeFor(ROOM).length, 1);
	outbox.broke();
	assert.deepEqual(outbox.takeFor(ROOM), []);
	assert.deepEqual(states(outbox), []);
});

test("of a private line nobody knows whether it was said when the connection breaks", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "/msg ana hola", "line", "hola"));
	outbox.takeFor(ROOM);
	outbox.broke();
	assert.deepEqual(states(outbox), [[1, "unsure"]]);
	assert.deepEqual(outbox.takeFor(ROOM), []);
});

test("a private line that comes back is said", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "/msg ana hola", "line", "hola"));
	outbox.takeFor(ROOM);
	outbox.cameBack(ROOM, "hola");
	assert.deepEqual(outbox.items, []);
});

test("a line that comes before its ack is not shown twice, nor lost if it is refused", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "//a"));
	outbox.put(item(2, "/me waves"));
	outbox.put(item(3, "b"));
	outbox.takeFor(ROOM);
	outbox.cameBack(ROOM, "/a");
	outbox.cameBack(ROOM, "waves");
	outbox.cameBack(ROOM, "something else");
	assert.deepEqual(states(outbox), [[3, "sent"]]);
	outbox.refused(1);
	assert.deepEqual(states(outbox), [
		[1, "refused"],
		[3, "sent"],
	]);
	outbox.broke();
	assert.deepEqual(states(outbox), [
		[1, "refused"],
		[3, "waits"],
	]);
});

test("text that is in doubt waits to be sent again with its key, and a private line does not", () => {
	const outbox = new Outbox();
	outbox.put(item(1, "a"));
	outbox.put(item(2, "/msg ana hola", "line", "hola"));
	outbox.takeFor(ROOM);
	for (const id of [1, 2]) assert.equal(outbox.doubted(id).id, id);
	assert.deepEqual(states(outbox), [
		[1, "doubted"],
		[2, "unsure"],
	]);
	assert.deepEqual(outbox.takeFor(ROOM), []);
	outbox.retry();
	assert.deepEqual(
		outbox.takeFor(ROOM).map(({ key }) => key),
		["key1"],
	);
	outbox.cameBack(ROOM, "hola");
	assert.deepEqual(states(outbox), [[1, "sent"]]);
});

test("text that is in doubt is not shown twice, and goes with its room or its connection", () => {
	const outbox = new Outbox();
	for (const [id, text] of ["a", "b", "c"].entries()) outbox.put(item(id, text));
	outbox.takeFor(ROOM);
	for (const id of [0, 1]) outbox.doubted(id);
	outbox.cameBack(ROOM, "a");
	assert.deepEqual(states(outbox), [
		[1, "doubted"],
		[2, "sent"],
	]);
	outbox.broke();
	assert.deepEqual(states(outbox), [
		[1, "waits"],
		[2, "waits"],
	]);
	outbox.doubted(1);
	outbox.closed(ROOM);
	assert.deepEqual(states(outbox), [
		[1, "unsure"],
		[2, "refused"],
	]);
});
