// Rooms: what is held of a log, and what of it is unread.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Chat, HELD, PRIVATES, Room } from "../../../../chatd/protocols/web/page/state.js";

const event = (seq, text = `line ${seq}`, author = "luis", kind = "message") => ({
	seq,
	time: seq,
	author,
	kind,
	text,
});
const events = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => event(from + at));
const seqs = (room) => room.lines.map((line) => line.seq);

function entered(after = 0, head = after) {
	const room = new Room("ops", false);
	room.entered({ after, head, topic: "" });
	return room;
}

test("what comes twice is held once", () => {
	const room = entered(5, 8);
	room.add(events(6, 8), "ana", 0);
	room.add(events(7, 9), "ana", 0);
	assert.deepEqual(seqs(room), [6, 7, 8, 9]);
	assert.equal(room.last, 9);
});

test("a message of several lines is one that is unread", () => {
	const room = entered(5);
	const parts = [event(6), event(7, "ana!"), event(8, "ana?")].map((each) => ({ ...each, part_of: 6 }));
	const news = room.add([...parts, event(9, "ana")], "ana", 0);
	assert.deepEqual([room.unread, room.mentions, room.marker], [2, 2, 5]);
	assert.deepEqual(
		news.map(({ seq }) => seq),
		[7, 9],
	);
	room.seenUpTo(5);
	assert.deepEqual([room.unread, room.mentions], [2, 2]);
});

test("what a program says is unread, and names the reader, as what people say", () => {
	const room = entered(5);
	const news = room.add([event(6, "done", "ci", "notice"), event(7, "ana!", "ci", "notice")], "ana", 0);
	assert.deepEqual([room.unread, room.mentions, news.length], [2, 1, 1]);
});

test("what was there when one came is not unread, what comes is", () => {
	const room = entered(5, 8);
	room.add(events(6, 8), "ana", 0);
	assert.equal(room.unread, 0);
	room.add([event(9), event(10, "mine", "Ana"), event(11, "x", "luis", "topic"), event(12, "ana!")], "ana", 0);
	assert.deepEqual([room.unread, room.mentions, room.marker], [2, 1, 8]);
	assert.equal(room.topic, "x");
	assert.ok(room.read());
	assert.deepEqual([room.unread, room.mentions, room.seen], [0, 0, 12]);
	assert.ok(!room.read());
});

test("what comes while one does not look is marked as new, from its first line on", () => {
	const room = entered(5);
	room.attended = true;
	room.add([event(6)], "ana", 0);
	assert.deepEqual([room.marker, room.news, room.firstNew], [null, 0, 0]);
	room.read();
	room.attended = false;
	room.add([event(7, "x", "luis", "topic"), event(8), event(9, "mine", "ana"), event(10)], "ana", 0);
	assert.deepEqual([room.marker, room.news, room.firstNew], [7, 2, 8]);
	room.read();
	room.attended = true;
	room.add([event(11)], "ana", 0);
	assert.deepEqual([room.marker, room.news], [7, 3]);
	room.attended = false;
	room.read();
	room.add([event(12)], "ana", 0);
	assert.deepEqual([room.marker, room.news, room.firstNew], [11, 1, 12]);
});

test("that another connection of ours came or went is not shown", () => {
	const room = entered(5);
	const notice = (notice, ...names) => ({ notice, name: names[0], names, text: `${names} ${notice}` });
	const { names, ...alone } = notice("left", "Ana");
	const shown = [notice("joined", "ana", "luis"), notice("left", "luis"), notice("renamed", "ana")];
	room.add([alone, notice("joined", "ana"), ...shown], "ana", 0);
	assert.deepEqual(
		room.lines.map(({ text }) => text),
		["ana,luis joined", "luis left", "ana renamed"],
	);
});

test("of lines that are not held, the nearest one is found", () => {
	const room = entered(10);
	assert.equal(room.nearest(11), 0);
	room.add([event(11), event(12), event(20)], "ana", 0);
	assert.deepEqual(
		[1, 11, 15, 17, 99].map((seq) => room.nearest(seq)),
		[11, 11, 12, 20, 20],
	);
	assert.deepEqual(
		[10, 11, 15, 20, 21].map((seq) => room.holds(seq)),
		[false, true, true, true, false],
	);
});

test("a connection that is back goes on where it was", () => {
	const room = entered(0);
	room.add(events(1, 3), "ana", 0);
	assert.equal(room.bookmark, "3-3");
	assert.ok(room.entered({ after: 3, head: 5, resumed: true }));
	room.add(events(4, 5), "ana", 0);
	assert.deepEqual(seqs(room), [1, 2, 3, 4, 5]);
	assert.equal(room.unread, 5);
});

test("one that missed too much begins anew, and what was missed is unread", () => {
	const room = entered(0);
	room.add(events(1, 3), "ana", 0);
	room.read();
	assert.ok(!room.entered({ after: 90, head: 92 }));
	assert.deepEqual(seqs(room), []);
	room.add(events(91, 92), "ana", 0);
	assert.deepEqual([room.unread, room.more], [89, true]);
});

test("a log that began anew is shown from its beginning", () => {
	const room = entered(0);
	room.add(events(1, 9), "ana", 0);
	room.read();
	room.entered({ after: 0, head: 2, anew: true });
	room.add(events(1, 2), "ana", 0);
	assert.deepEqual([seqs(room), room.unread, room.more], [[1, 2], 2, false]);
	assert.equal(room.bookmark, "2-2");
});

test("another log is not joined to what was there, also where its numbers go on", () => {
	const room = entered(0);
	room.add(events(1, 5), "ana", 0);
	assert.ok(!room.entered({ after: 5, head: 15, anew: true }));
	assert.deepEqual([seqs(room), room.more, room.bookmark], [[], true, null]);
	room.entered({ after: 0, head: 0, bookmark: "0-0" });
	assert.equal(room.bookmark, "0-0");
});

test("older lines come before, each once", () => {
	const room = entered(5, 6);
	room.add([event(6)], "ana", 0);
	room.addOlder({ events: events(3, 6), more: true, after: 2 }, "ana");
	assert.deepEqual([seqs(room), room.more, room.live], [[3, 4, 5, 6], true, true]);
	room.addOlder({ events: events(1, 2), more: false, after: 0 }, "ana");
	assert.deepEqual([room.first, room.more, room.unread], [1, false, 0]);
});

test("no more is held than may be: the oldest go", () => {
	const room = entered(0);
	room.add(events(1, HELD + 1), "ana", 0);
	assert.ok(room.lines.length <= HELD);
	assert.deepEqual([room.lines.at(-1).seq, room.more, room.live], [HELD + 1, true, true]);
});

test("who reads older lines keeps them, and the newest are fetched again", () => {
	const room = entered(HELD, HELD);
	room.add(events(HELD + 1, 2 * HELD - 10), "ana", 0);
	room.held = true;
	room.addOlder({ events: events(HELD - 49, HELD), more: true, after: HELD - 50 }, "ana");
	assert.deepEqual([room.lines.length, room.first, room.live], [HELD, HELD - 49, false]);
	room.add([event(2 * HELD - 9)], "ana", 0);
	assert.deepEqual([room.lines.length, room.last], [HELD, 2 * HELD - 9]);
	room.addNewer({ events: events(room.end + 1, room.last), upto: room.last }, "ana");
	assert.deepEqual([room.live, room.end], [true, 2 * HELD - 9]);
});

test("a full room that is held takes no more lines", () => {
	const room = entered(0);
	room.add(events(1, HELD), "ana", 0);
	room.held = true;
	room.add([event(HELD + 1)], "ana", 0);
	assert.deepEqual([room.live, room.first, room.unread], [false, 1, HELD + 1]);
});

test("other lines may be shown instead", () => {
	const room = entered(0);
	room.add(events(1, 200), "ana", 0);
	room.replace({ events: events(40, 89), more: true, after: 39, upto: 89 }, "ana");
	assert.deepEqual([room.first, room.end, room.live, room.last], [40, 89, false, 200]);
	room.replace({ events: events(151, 200), more: true, after: 150, upto: 200 }, "ana");
	assert.ok(room.live);
});

test("what an account saw elsewhere is not unread, and what it did not see here is", () => {
	const room = entered(5, 10);
	room.add(events(6, 10), "ana", 0);
	room.seenUpTo(7);
	assert.deepEqual([room.unread, room.marker], [3, 7]);
	room.seenUpTo(10);
	assert.equal(room.unread, 0);
	room.seenUpTo(8);
	assert.deepEqual([room.unread, room.seen], [0, 10]);
});

test("what the account saw may be told before the room is entered", () => {
	const room = new Room("ops", false);
	room.seenUpTo(4);
	room.entered({ after: 5, head: 7 });
	room.add(events(6, 7), "ana", 0);
	assert.equal(room.unread, 3);
});

test("a notice is one line that is not unread, however many it is about", () => {
	const room = entered(0);
	room.add([{ notice: "joined", name: "luis", names: ["luis", "eva"], text: "luis and eva joined." }], "ana", 77);
	assert.deepEqual(room.lines, [{ kind: "news", text: "luis and eva joined.", time: 77 }]);
	assert.equal(room.unread, 0);
});

test("what an account said elsewhere is not unread, however it is counted", () => {
	const room = entered(5, 8);
	room.add([event(9, "ana: mine", "Ana"), event(10), event(11, "mine", "ana")], "ana", 0);
	assert.deepEqual([room.unread, room.mentions], [1, 0]);
	room.seenUpTo(8);
	assert.deepEqual([room.unread, room.mentions], [1, 0]);
});

test("a private line of somebody else is unread, one's own is not", () => {
	const room = new Chat().privateWith("luis");
	room.addLocal({ kind: "message", author: "luis", text: "psst", time: 0 });
	room.addLocal({ kind: "message", author: "ana", to: "luis", text: "yes?", time: 0 });
	assert.deepEqual([room.unread, room.mentions, room.present], [1, 1, true]);
});

test("rooms are found by their names in any case, the lobby first", () => {
	const chat = new Chat();
	for (const name of ["ops", "lobby", "builds"]) chat.roomFor(name);
	chat.privateWith("ana");
	assert.equal(chat.room("OPS").name, "ops");
	assert.deepEqual(
		chat.all.map((room) => room.title),
		["#lobby", "#builds", "#ops", "ana"],
	);
	chat.room("ops").unread = 3;
	chat.room("builds").unread = 2;
	assert.deepEqual([chat.sum("unread"), chat.sum("unread", chat.room("ops"))], [5, 2]);
	chat.forget(chat.room("ops"));
	assert.equal(chat.room("ops"), undefined);
});

test("of very many who write in private those stay whom one wrote to, and the last ones", () => {
	const chat = new Chat();
	chat.privateWith("ana").addLocal({ kind: "message", author: "me", to: "ana", text: "hola" });
	chat.active = chat.privateWith("shown");
	chat.privateWith("begun").draft = "de";
	for (let number = 0; number < 3 * PRIVATES; number += 1) {
		chat.privateWith(`x${number}`).addLocal({ kind: "message", author: `x${number}`, text: "spam" });
	}
	const names = chat.privates.map(({ name }) => name);
	assert.equal(names.length, PRIVATES);
	assert.deepEqual(names.slice(0, 3), ["ana", "shown", "begun"]);
	assert.equal(names.at(-1), `x${3 * PRIVATES - 1}`);
});
