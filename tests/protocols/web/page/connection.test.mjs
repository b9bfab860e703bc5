// The connection: opened, found dead, opened again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../../../../chatd/protocols/web/page/connection.js";
import { Clock, HELLO, Sockets } from "./helpers.mjs";

function made(chance = 1) {
	const clock = new Clock();
	const sockets = new Sockets();
	const received = [];
	const refusals = []; // the answers of the server to the question why
	const connection = new Connection({
		clock,
		open: sockets.open,
		greet: () => ({ type: "hello", key: "k" }),
		refusal: () => Promise.resolve(refusals.shift()),
		received: (message) => received.push(message),
		changed: () => {},
		chance: () => chance,
	});
	connection.start();
	return { clock, sockets, connection, received, refusals };
}

const CLOSED = { kind: "not allowed", text: "maria is closed." };

const settled = () => new Promise(setImmediate);

function opened(chance) {
	const all = made(chance);
	all.sockets.last.onopen();
	all.sockets.last.says(HELLO);
	return all;
}

test("it greets, and is open once it is greeted", () => {
	const { sockets, connection, received } = made();
	assert.equal(connection.state, "connecting");
	sockets.last.onopen();
	assert.deepEqual(sockets.last.sent, [{ type: "hello", key: "k" }]);
	assert.ok(!connection.send({ type: "ping" }));
	sockets.last.says(HELLO);
	assert.equal(connection.state, "open");
	assert.deepEqual(received, [HELLO]);
});

test("pauses grow, up to half a minute", () => {
	const { clock, sockets, connection } = made();
	const pauses = [];
	for (let tries = 0; tries < 7; tries += 1) {
		sockets.last.onclose({ code: 1006 });
		assert.equal(connection.state, "waiting");
		pauses.push(connection.pause);
		clock.advance(connection.pause);
		assert.equal(connection.state, "connecting");
	}
	assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30]);
});

test("chance makes a pause shorter, by half at most", () => {
	const { sockets, connection, clock } = made(0);
	sockets.last.onclose({ code: 1006 });
	clock.advance(0.49);
	assert.equal(connection.state, "waiting");
	clock.advance(0.01);
	assert.equal(connection.state, "connecting");
});

test("pauses begin anew after a connection that lasted, not after one that did not", () => {
	const { clock, sockets, connection } = made();
	for (const [lasted, pause] of [
		[0, 1],
		[9, 2],
		[11, 1],
	]) {
		sockets.last.says(HELLO);
		clock.advance(lasted);
		sockets.last.onclose({ code: 1001 });
		assert.equal(connection.pause, pause);
		clock.advance(pause);
	}
});

test("it has the reason for which the server accepts none, until that changes", async () => {
	const { clock, sockets, connection, refusals } = made();
	refusals.push(CLOSED, undefined);
	assert.equal(connection.reason, undefined);
	for (const reason of [CLOSED, undefined]) {
		sockets.last.onclose({ code: 1006 });
		await settled();
		assert.equal(connection.reason, reason);
		clock.advance(connection.pause);
	}
});

test("it has none once it is greeted, nor asks why one broke that was", async () => {
	const { clock, sockets, connection, refusals } = made();
	refusals.push(CLOSED, "not asked for");
	sockets.last.onclose({ code: 1006 });
	await settled();
	clock.advance(1);
	sockets.last.says(HELLO);
	assert.equal(connection.reason, undefined);
	sockets.last.onclose({ code: 1006 });
	await settled();
	assert.equal(connection.reason, undefined);
	assert.equal(refusals.length, 1);
});

test("a goodbye is not followed by another try", () => {
	const { clock, sockets, connection } = opened();
	sockets.last.onclose({ code: 1000 });
	clock.advance(1000);
	assert.equal(connection.state, "ended");
	assert.equal(sockets.all.length, 1);
	assert.equal(clock.timers.size, 0);
});

test("a goodbye to one who is taken again as somebody else is followed by one", () => {
	const { clock, sockets, connection } = opened();
	connection.isLetGo = true;
	sockets.last.onclose({ code: 1000 });
	assert.equal(connection.state, "waiting");
	clock.advance(1);
	sockets.last.says(HELLO);
	sockets.last.onclose({ code: 1000 });
	assert.equal(connection.state, "ended");
});

test("a server that does not answer is dead", () => {
	const { clock, sockets, connection } = opened();
	clock.advance(25);
	assert.deepEqual(sockets.last.sent.at(-1), { type: "ping" });
	clock.advance(9);
	sockets.last.says({ type: "pong" });
	clock.advance(16);
	assert.equal(connection.state, "open");
	clock.advance(10);
	assert.equal(connection.state, "waiting");
	assert.ok(sockets.all[0].isClosed);
});

test("a server that does not greet is dead", () => {
	const { clock, connection } = made();
	clock.advance(10);
	assert.equal(connection.state, "waiting");
});

test("what an old socket says is not heard", () => {
	const { sockets, connection, received } = opened();
	const [old] = sockets.all;
	connection.start();
	old.says({ type: "bell" });
	old.onclose({ code: 1006 });
	assert.equal(connection.state, "connecting");
	assert.deepEqual(received, [HELLO]);
});

test("an answer goes to who asked, once", () => {
	const { sockets, connection, received } = opened();
	const answers = [];
	connection.ask({ type: "rooms" }, (answer) => answers.push(answer));
	const { id } = sockets.last.sent.at(-1);
	sockets.last.says({ type: "rooms", id, rooms: [] }, { type: "rooms", id, rooms: [] });
	assert.deepEqual(answers, [{ type: "rooms", id, rooms: [] }]);
	assert.equal(received.length, 2);
});

test("who asked is told when no answer can come", () => {
	const { sockets, connection } = opened();
	const answers = [];
	connection.ask({ type: "rooms" }, (answer) => answers.push(answer));
	sockets.last.onclose({ code: 1006 });
	connection.ask({ type: "rooms" }, (answer) => answers.push(answer));
	assert.deepEqual(answers, [undefined, undefined]);
});

test("looking after it hurries one that waits, and pings one that is open", () => {
	const { sockets, connection } = opened();
	connection.check();
	assert.deepEqual(sockets.last.sent.at(-1), { type: "ping" });
	sockets.last.onclose({ code: 1006 });
	connection.check();
	assert.equal(connection.state, "connecting");
	connection.check();
	assert.equal(sockets.all.length, 2);
});
