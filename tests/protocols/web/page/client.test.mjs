// What the server is told, and what becomes of what it says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { entered, events, HELLO, made, Sockets, sent } from "./helpers.mjs";

const line = (seq, text, author = "luis") => ({ seq, time: seq, author, kind: "message", text });
const texts = (room) => room.lines.map(({ text }) => text);

test("over a socket that is open already, a room is asked for once", () => {
	const sockets = new Sockets();
	const { open } = sockets;
	sockets.open = () => Object.assign(open(), { readyState: 1 });
	const all = made({ rooms: ["ops"], active: "ops" }, sockets);
	all.client.connection.start();
	assert.deepEqual(sent(all, "hello")[0].rooms, { ops: null });
	all.says(HELLO);
	all.client.say(["hola"]);
	assert.deepEqual(sent(all, "enter"), []);
	assert.equal(sent(all, "hello").length, 1);
});

test("the first visit asks for nothing, and shows the lobby", () => {
	const all = made();
	const [{ key, ...hello }] = all.sockets.last.sent;
	assert.deepEqual(hello, { type: "hello", language: "en" });
	assert.match(key, /^[0-9a-z]{32}$/);
	all.says(entered("lobby"));
	assert.equal(all.chat.active.name, "lobby");
	assert.deepEqual(all.kept.get("rooms"), ["lobby"]);
});

test("a reload has its name, its rooms, and the one that was shown", () => {
	const all = made({ name: "ana", key: "k".repeat(32), rooms: ["lobby", "ops"], active: "ops" });
	const [hello] = all.sockets.last.sent;
	assert.deepEqual([hello.name, hello.key, hello.rooms], ["ana", "k".repeat(32), { lobby: null, ops: null }]);
	all.says(entered("lobby"), entered("ops"));
	assert.equal(all.chat.active.name, "ops");
});

test("the people of a room are asked for when it is shown, and then kept by what changes", () => {
	const all = made();
	const lobby = { type: "people", room: "lobby" };
	const you = { type: "you", name: "guest1", guest: true, account: false };
	const names = () => all.chat.active.people.list(all.chat.me).all.map(({ name }) => name);
	all.says(you, entered("lobby"), { ...lobby, names: ["ana"], guests: 1 });
	assert.deepEqual(names(), ["ana", "guest1"]);
	all.says({ ...you, name: "carla", guest: false });
	assert.deepEqual(names(), ["ana", "carla"]);
	const change = { type: "people_changed", gone: ["ana"], here: ["carla", "eva"], named: 2, guests: 0 };
	all.says({ ...change, room: "lobby" }, { ...change, room: "elsewhere" });
	assert.deepEqual(names(), ["carla", "eva"]);
	assert.deepEqual(sent(all, "people"), [lobby]);
});

test("a list of which changes were missed is asked for again, once it is shown", () => {
	const all = made();
	const people = (room) => ({ type: "people", room, names: ["ana"], guests: 1 });
	all.says(entered("lobby"), people("lobby"), entered("ops"), people("ops"));
	const before = sent(all, "people").length;
	all.says({ type: "people_changed", room: "lobby" }, { type: "people_changed", room: "ops" });
	assert.deepEqual(sent(all, "people").slice(before), [{ type: "people", room: "ops" }]);
	assert.deepEqual(all.chat.active.people.names, []);
});

test("nobody is listed while there is no connection", () => {
	const all = made();
	all.says(entered("lobby"), { type: "people", room: "lobby", names: ["ana"], guests: 1 });
	all.sockets.last.onclose({});
	assert.deepEqual(all.chat.active.people.list(all.chat.me), { all: [], guests: 0 });
});

test("text is sent, waits for its ack, and is then known to be said", () => {
	const all = made();
	all.says(entered("lobby"));
	all.client.say(["hola"]);
	const [{ id, key, ...said }] = sent(all, "line");
	assert.deepEqual(said, { type: "line", room: "lobby", text: "hola" });
	assert.match(key, /^[0-9a-z]{32}$/);
	assert.equal(all.client.outbox.shownIn(all.chat.active).length, 1);
	all.says(events("lobby", line(1, "hola", "guest1")), { type: "ack", id, room: "lobby", seq: 1 });
	assert.deepEqual(all.client.outbox.items, []);
	assert.equal(all.chat.active.unread, 0);
});

test("a broken connection loses nothing and doubles nothing", () => {
	const all = made();
	all.says(entered("lobby", 2, 0), events("lobby", line(1, "a"), line(2, "b")));
	all.client.say(["c"]);
	const [{ key }] = sent(all, "line");
	all.sockets.last.onclose({ code: 1006 });
	all.client.say(["d"]);
	all.open();
	assert.deepEqual(sent(all, "hello")[0].rooms, { lobby: "2-2" });
	assert.deepEqual(sent(all, "line"), []);
	all.says({ ...entered("lobby", 4, 2), resumed: true }, events("lobby", line(3, "meanwhile"), line(4, "c", "guest1")));
	const again = sent(all, "line");
	assert.deepEqual(
		again.map(({ text }) => text),
		["c", "d"],
	);
	assert.equal(again[0].key, key);
	assert.deepEqual(texts(all.chat.active), ["a", "b", "meanwhile", "c"]);
	all.says({ type: "ack", id: again[0].id, seq: 4 }, events("lobby", line(5, "d", "guest1")), {
		type: "ack",
		id: again[1].id,
		seq: 5,
	});
	assert.deepEqual(all.client.outbox.items, []);
});

test("a command has no key, and is not sent again", () => {
	const all = made();
	all.says(entered("lobby"));
	for (const text of ["/who", "/me waves", "//who"]) all.client.say([text]);
	assert.deepEqual(
		sent(all, "line").map(({ text, key }) => [text, Boolean(key)]),
		[
			["/who", false],
			["/me waves", true],
			["//who", true],
		],
	);
});

test("several lines are one message, in which none is a command", () => {
	const all = made();
	all.says(entered("lobby"));
	const lines = ["/quit now", "", "//x"];
	all.client.say(lines);
	const [{ id, key, text, room }] = sent(all, "line");
	assert.deepEqual([text, room, Boolean(key)], ["/quit now\n\n//x", "lobby", true]);
	const part = (seq, text) => ({ ...line(seq, text, "guest1"), part_of: 1 });
	all.says(events("lobby", ...lines.map((text, at) => part(at + 1, text))));
	assert.deepEqual(all.client.outbox.shownIn(all.chat.active), []);
	all.says({ type: "ack", id, room: "lobby", seq: 1 });
	assert.deepEqual(all.client.outbox.items, []);
	all.client.say(["one", "two"]);
	all.open();
	all.says(entered("lobby", 3));
	assert.deepEqual(
		sent(all, "line").map(({ text }) => text),
		["one\ntwo"],
	);
});

test("several private lines are said one by one, and none is a command", () => {
	const all = made();
	all.says(entered("lobby"));
	all.client.choose(all.chat.privateWith("luis"));
	all.client.say(["/quit", "", "//x"]);
	assert.deepEqual(
		sent(all, "line").map(({ text }) => text),
		["/msg luis /quit", "/msg luis //x"],
	);
});

test("the limits of a message are those of the server", () => {
	const { chat } = made();
	assert.deepEqual(chat.limits, { characters: 100, lines: 100, bytes: 16384 });
});

test("what is refused stays, and its error stands where it was written", () => {
	const all = made();
	all.says(entered("lobby"), entered("ops"));
	const lobby = all.chat.room("lobby");
	all.client.choose(lobby);
	all.client.say(["hola"]);
	all.client.choose(all.chat.room("ops"));
	const [{ id }] = sent(all, "line");
	all.says({ type: "error", id, kind: "Not allowed", key: "muted", text: "you are muted." }, { type: "refused", id });
	assert.equal(all.client.outbox.shownIn(lobby)[0].state, "refused");
	assert.deepEqual([lobby.lines.at(-1).kind, lobby.lines.at(-1).title], ["error", "Not allowed"]);
});

test("a private line is shown with whom it is, and answered as a command", () => {
	const all = made();
	all.says(entered("lobby"), { type: "private", author: "luis", text: "psst" });
	const [room] = all.chat.privates;
	assert.deepEqual(all.heard, [{ room, author: "luis", text: "psst" }]);
	assert.deepEqual([room.title, room.unread], ["luis", 1]);
	all.client.choose(room);
	for (const text of ["yes?", "//help"]) all.client.say([text]);
	assert.deepEqual(
		sent(all, "line").map(({ room: where, text }) => [where, text]),
		[
			[null, "/msg luis yes?"],
			[null, "/msg luis /help"],
		],
	);
	all.says({ type: "private", author: "guest1", to: "luis", text: "yes?" });
	assert.deepEqual(texts(room), ["psst", "yes?"]);
	assert.equal(all.client.outbox.shownIn(room).length, 1);
	all.says({ type: "private", author: "guest1", to: "luis", text: "/help" });
	assert.deepEqual(all.client.outbox.items, []);
});

test("an unseen line that names the reader is heard, and no other", () => {
	const all = made();
	all.says({ type: "you", name: "ana", guest: false, account: false }, entered("ops", 2, 1));
	all.says(events("ops", line(2, "past, ana"), line(3, "no name"), line(4, "ana!"), line(5, "I, ana", "ana")));
	assert.deepEqual(all.heard, [{ room: all.chat.room("ops"), author: "luis", text: "ana!" }]);
});

test("a private line that could not be said stays, and says so", () => {
	const all = made();
	all.says(entered("lobby"), { type: "private", author: "luis", text: "psst" });
	const [room] = all.chat.privates;
	all.client.choose(room);
	all.client.say(["yes?"]);
	all.says({ type: "error", id: sent(all, "line")[0].id, kind: "Nobody", text: "luis is not here." });
	assert.deepEqual(
		all.client.outbox.shownIn(room).map(({ state }) => state),
		["refused"],
	);
	assert.deepEqual(texts(room), ["psst", "luis is not here."]);
});

test("private lines that come again after a crash are shown once", () => {
	const all = made();
	const psst = { type: "private", author: "luis", text: "psst", time: 5 };
	all.says(entered("lobby"), psst, { ...psst, past: true }, { ...psst, time: 6, past: true });
	const [room] = all.chat.privates;
	assert.deepEqual([texts(room), room.unread], [["psst", "psst"], 2]);
});

test("private lines wait for no room", () => {
	const all = made({ rooms: ["ops"] });
	all.says(entered("ops"), { type: "private", author: "luis", text: "psst" });
	all.client.choose(all.chat.privates[0]);
	all.sockets.last.onclose({ code: 1006 });
	all.client.say(["yes?"]);
	all.open();
	assert.deepEqual(
		sent(all, "line").map(({ room, text }) => [room, text]),
		[[null, "/msg luis yes?"]],
	);
});

test("a room that a command entered is shown, and one of the greeting is not", () => {
	const all = made({ rooms: ["lobby", "ops"] });
	all.says(entered("lobby"), entered("ops"));
	assert.equal(all.chat.active.name, "lobby");
	all.says(entered("builds"));
	assert.equal(all.chat.active.name, "builds");
	assert.deepEqual(texts(all.chat.active), ["You are in #builds."]);
});

test("/join of a room that one is in shows it", () => {
	const all = made({ rooms: ["lobby", "ops"] });
	all.says(entered("lobby"), entered("ops"));
	all.client.say(["/join #OPS"]);
	assert.equal(all.chat.active.name, "ops");
	assert.deepEqual(sent(all, "line"), []);
});

test("who is out of a room is shown another, and why", () => {
	const all = made({ rooms: ["lobby", "ops"], active: "ops" });
	all.says(entered("lobby"), entered("ops"), { type: "left", room: "ops" });
	assert.equal(all.chat.active.name, "lobby");
	assert.deepEqual([texts(all.chat.active), all.kept.get("rooms")], [["You are not in #ops any more."], ["lobby"]]);
});

test("the last room stays, and is entered again when somebody writes", () => {
	const all = made();
	all.says(entered("lobby"), { type: "left", room: "lobby" });
	assert.equal(all.chat.active.name, "lobby");
	for (const text of ["hola", "/join ops"]) all.client.say([text]);
	assert.equal(sent(all, "enter").length, 1);
	assert.deepEqual(
		sent(all, "line").map(({ room, text }) => [room, text]),
		[
			["lobby", "hola"],
			[null, "/join ops"],
		],
	);
});

test("who may not enter a room is told so there, and may try again", () => {
	const all = made();
	all.says(entered("lobby"), { type: "left", room: "lobby" });
	for (const tries of [1, 2]) {
		all.client.say(["hola"]);
		const [{ id }, line] = [sent(all, "enter").at(-1), sent(all, "line").at(-1)];
		assert.equal(sent(all, "enter").length, tries);
		all.says(
			{ type: "error", id, kind: "Not allowed", text: "you are banned." },
			{ type: "error", id: line.id, kind: "No room", text: "you are not there." },
		);
	}
	assert.deepEqual(
		all.client.outbox.shownIn(all.chat.active).map(({ state }) => state),
		["refused", "refused"],
	);
});

test("what waits for a room to which one cannot come back is shown as not said", () => {
	const all = made({ rooms: ["lobby", "ops"], active: "ops" });
	all.says(entered("lobby"), entered("ops"));
	const ops = all.chat.room("ops");
	all.sockets.last.onclose({ code: 1006 });
	all.client.say(["hola"]);
	all.open();
	all.says(
		entered("lobby"),
		{ type: "left", room: "ops" },
		{ type: "error", kind: "Not allowed", text: "you are banned." },
	);
	assert.equal(all.chat.room("ops"), ops);
	assert.deepEqual(
		all.client.outbox.shownIn(ops).map(({ state }) => state),
		["refused"],
	);
	all.client.leave(ops);
	assert.deepEqual([all.chat.room("ops"), all.client.outbox.items], [undefined, []]);
});

test("who may be in no room reads why", () => {
	const all = made();
	all.says({ type: "error", kind: "Not allowed", text: "you are banned." });
	assert.deepEqual(texts(all.chat.active), ["you are banned."]);
	all.says(entered("lobby", 1, 0), events("lobby", line(1, "a")));
	assert.deepEqual(texts(all.chat.active), ["you are banned.", "a"]);
});

test("the operator's words come once, behind the last lines", () => {
	const all = made();
	all.open({ motd: "Be kind." });
	all.says(entered("lobby", 1, 0), events("lobby", line(1, "a")));
	all.open({ motd: "Be kind." });
	all.says({ ...entered("lobby", 1, 1), resumed: true });
	assert.deepEqual(texts(all.chat.active), ["a", "Be kind."]);
});

test("a name for now is kept, an account's is not", () => {
	const all = made();
	all.says({ type: "you", name: "eva", guest: false, account: false });
	assert.equal(all.kept.get("name", null), "eva");
	all.says({ type: "you", name: "guest1", guest: true, account: false });
	assert.equal(all.kept.get("name", null), "eva");
	all.says({ type: "you", name: "ana", guest: false, account: true });
	assert.equal(all.kept.get("name", null), null);
});

test("the rooms are entered in which an account stays, and not shown", () => {
	const all = made();
	all.says(entered("lobby"), { type: "you", name: "ana", guest: false, account: true });
	const [{ id }] = sent(all, "stays");
	all.says({ type: "stays", id, rooms: ["lobby", "ops"] });
	const asked = sent(all, "enter");
	assert.deepEqual(
		asked.map(({ room }) => room),
		["ops"],
	);
	all.says({ ...entered("ops"), id: asked[0].id });
	assert.equal(all.chat.active.name, "lobby");
	assert.ok(all.chat.room("ops").present);
});

test("an account tells what it has seen, a guest does not", () => {
	const all = made();
	all.says(entered("lobby"), events("lobby", line(1, "a")));
	all.client.read(all.chat.active);
	assert.deepEqual(sent(all, "seen"), []);
	all.says({ type: "you", name: "ana", guest: false, account: true }, events("lobby", line(2, "b")));
	all.client.read(all.chat.active);
	all.client.read(all.chat.active);
	assert.deepEqual(sent(all, "seen"), [{ type: "seen", room: "lobby", seq: 2 }]);
});

test("an answer to a question goes out without a trace, or not at all", () => {
	const all = made();
	all.says(entered("lobby"), { type: "ask", hidden: true });
	assert.ok(all.chat.isAsked);
	all.client.answer("hunter22");
	assert.deepEqual(sent(all, "line"), [{ type: "line", room: "lobby", text: "hunter22" }]);
	assert.deepEqual(all.client.outbox.items, []);
	all.sockets.last.onclose({ code: 1006 });
	assert.ok(!all.chat.isAsked);
	assert.equal(all.chat.active.lines.at(-1).kind, "error");
	all.client.answer("hunter22");
	all.open();
	assert.deepEqual(sent(all, "line"), []);
});

test("older lines are fetched once at a time", () => {
	const all = made();
	all.says(entered("lobby", 60, 58), events("lobby", line(59, "y"), line(60, "z")));
	const room = all.chat.active;
	let done = 0;
	all.client.older(room, () => (done += 1));
	all.client.older(room, () => (done += 1));
	const [{ id, before }, ...others] = sent(all, "history");
	assert.deepEqual([before, others.length], [59, 0]);
	all.says({ type: "history", id, room: "lobby", events: [line(58, "x")], more: false });
	assert.deepEqual([texts(room), room.more, done], [["x", "y", "z"], false, 1]);
});

test("older lines that cannot be read are not asked for over and over", () => {
	const all = made();
	all.says(entered("lobby", 60, 60));
	all.client.older(all.chat.active, () => {});
	const [{ id }] = sent(all, "history");
	all.says({ type: "error", id, kind: "Not readable", key: "not_readable", text: "try later." });
	assert.deepEqual([all.chat.active.more, all.chat.active.lines.at(-1).kind], [false, "error"]);
});

test("behind a page of which nothing is shown, the next one is asked for", () => {
	const all = made();
	all.says(entered("lobby", 200, 200));
	const room = all.chat.active;
	all.client.older(room, () => {});
	const nothing = { type: "history", room: "lobby", events: [], more: true };
	all.says({ ...nothing, id: sent(all, "history").at(-1).id, after: 150 });
	all.client.older(room, () => {});
	assert.equal(sent(all, "history").at(-1).before, 151);
	all.says({ ...nothing, id: sent(all, "history").at(-1).id, after: 100, events: [line(101, "x")] });
	assert.deepEqual([room.first, texts(room)], [101, ["x"]]);
	room.replace({ events: [line(20, "y")], more: true, after: 10, upto: 29 }, "ana");
	all.client.newer(room);
	assert.equal(sent(all, "history").at(-1).after, 29);
	all.says({ ...nothing, id: sent(all, "history").at(-1).id, after: 29, upto: 79 });
	all.client.newer(room);
	assert.equal(sent(all, "history").at(-1).after, 79);
});

test("what commands show of the past stands apart from the log", () => {
	const all = made();
	all.says(entered("lobby", 1, 0), events("lobby", line(1, "a")));
	all.says({ ...events("lobby", line(1, "a")), past: true }, { type: "found", room: "lobby", events: [line(1, "a")] });
	assert.deepEqual(
		all.chat.active.lines.map(({ kind, seq, link }) => [kind, seq, link]),
		[
			["message", 1, undefined],
			["past", undefined, "#lobby/1"],
			["past", undefined, "#lobby/1"],
		],
	);
});

test("what a later server says is passed over", () => {
	const all = made();
	all.says({ type: "hologram" }, { type: "constructor" }, entered("lobby"), { type: "bell" });
	assert.equal(all.chat.active.name, "lobby");
	assert.deepEqual(all.heard, ["bell"]);
});

test("newer lines are fetched as far as they come, without a gap among them", () => {
	const all = made();
	all.says(entered("lobby", 300, 100));
	const { client, chat } = all;
	const room = chat.active;
	room.replace({ events: [line(1, "one")], more: false, after: 0, upto: 1 }, "ana");
	client.newer(room);
	const [{ id, after, before }] = sent(all, "history");
	assert.deepEqual([after, before], [1, undefined]);
	const page = { type: "history", room: "lobby", more: true };
	all.says({ ...page, id, events: [line(2, "x"), line(3, "y")], after: 1, upto: 3 });
	assert.deepEqual([texts(room), room.more, room.live], [["one", "x", "y"], false, false]);
	client.newer(room);
	const [, { id: next }] = sent(all, "history");
	all.says({ ...page, id: next, events: [line(4, "z")], after: 3, upto: 100, more: false });
	assert.deepEqual([texts(room), room.live], [["one", "x", "y", "z"], true]);
});

test("where all lines up to one are deleted, the first ones that are left are shown", () => {
	const all = made();
	all.says(entered("lobby", 300, 300));
	const room = all.chat.active;
	let done = 0;
	all.client.show(room, 29, () => (done += 1));
	const nothing = { type: "history", room: "lobby", events: [], more: false, after: 0, upto: 29 };
	assert.equal(sent(all, "history").at(-1).before, 30);
	all.says({ ...nothing, id: sent(all, "history").at(-1).id });
	assert.deepEqual([sent(all, "history").at(-1).after, done], [29, 0]);
	const left = { ...nothing, events: [line(200, "x"), line(201, "y")], more: true, after: 29, upto: 201 };
	all.says({ ...left, id: sent(all, "history").at(-1).id });
	assert.deepEqual([texts(room), room.more, room.nearest(4), done], [["x", "y"], false, 200, 1]);
	all.client.show(room, 350, () => (done += 1));
	all.says({ ...nothing, upto: 300, id: sent(all, "history").at(-1).id });
	assert.deepEqual([texts(room), done], [[], 2]);
});

const AGAIN = { type: "say", text: "Sign in again.", key: "sign_in_again" };
const ENDED = { type: "say", text: "You are signed out.", key: "signed_out" };
const ANA = { name: "ana", guest: false, account: true };

test("the proof of a sign-in is sent in each hello", () => {
	const all = made({ proof: "p" });
	all.open();
	assert.deepEqual(
		all.sockets.all.map(({ sent: [hello] }) => hello.proof),
		["p", "p"],
	);
});

test("a proof that is not valid is forgotten, and the reader is told so after the lines", () => {
	const all = made({ proof: "p", rooms: ["lobby"] });
	all.says(AGAIN, entered("lobby", 1, 0), events("lobby", line(1, "hola")));
	assert.deepEqual(texts(all.chat.active).slice(0, 2), ["hola", "Sign in again."]);
	all.open();
	assert.equal(all.sockets.last.sent[0].proof, undefined);
});

const GUEST = { type: "you", name: "guest1", guest: true, account: false };

test("a proof is forgotten when its sign-in ends", () => {
	for (const ending of [ENDED, GUEST]) {
		const all = made({ proof: "p" });
		all.open(ANA);
		all.says(ending);
		all.clock.advance(1);
		assert.equal(all.kept.get("proof", ""), "");
	}
});

test("a reconnection, in which the name is logged in anew, forgets and tells nothing", () => {
	const all = made();
	all.says({ type: "you", ...ANA }, entered("lobby"), entered("ops"), {
		type: "private",
		author: "luis",
		text: "psst",
	});
	for (const room of all.chat.rooms) room.draft = `to ${room.name}`;
	all.sockets.last.onclose({ code: 1006 });
	all.client.connection.start();
	all.sockets.last.onopen();
	all.says({ type: "you", ...ANA, account: false }, { type: "say", key: "you_are", text: "You are now ana." });
	all.says({ type: "you", ...ANA }, { ...HELLO, ...ANA });
	const told = all.chat.all.flatMap((room) => room.lines.map(({ text }) => text));
	assert.deepEqual(told, ["You are in #ops.", "psst"]);
	all.says({ ...entered("lobby"), resumed: true }, { type: "left", room: "ops" });
	assert.deepEqual(
		all.chat.rooms.map(({ draft }) => draft),
		["to lobby", "to ops"],
	);
	all.client.leave(all.chat.room("ops"));
	assert.equal(all.chat.room("ops"), undefined);
	all.says({ type: "say", key: "you_are", text: "You are now eva." });
	assert.equal(all.chat.active.lines.at(-1).text, "You are now eva.");
});

test("who signs out here is told so in one sentence, and comes back to the same rooms", () => {
	const all = made({ proof: "p", rooms: ["lobby", "den"], active: "den" });
	all.open(ANA);
	all.says(entered("lobby"), entered("den"));
	all.client.connection.stop();
	all.kept.set("proof", null);
	all.open({ name: "guest7" });
	assert.deepEqual(sent(all, "hello")[0].rooms, { lobby: null, den: null });
	const none = { type: "error", kind: "No room", key: "unknown_room", text: "#den does not exist." };
	all.says({ ...entered("lobby"), resumed: true }, { type: "left", room: "den" }, none);
	assert.deepEqual(all.chat.rooms.map(texts), [["You are signed out. You are guest7 now."]]);
	assert.equal(all.chat.active.name, "lobby");
	all.says(none);
	assert.equal(texts(all.chat.active).at(-1), none.text);
	all.kept.set("proof", "q");
	all.open(ANA);
	all.says({ ...entered("lobby"), resumed: true });
	assert.equal(texts(all.chat.active).at(-1), "You are ana now.");
	const [{ id, room }] = sent(all, "people").filter((each) => each.id);
	assert.equal(room, "den");
	all.says({ type: "people", id, room, names: [], guests: 0, more: 0 });
	all.says({ ...entered("den"), id: sent(all, "enter")[0].id });
	assert.deepEqual([all.chat.room("den").present, all.chat.active.name], [true, "lobby"]);
});

test("drafts are forgotten when a sign-in ends", () => {
	const all = made({ proof: "p" });
	all.open(ANA);
	all.says(entered("lobby"));
	all.chat.room("lobby").draft = "half a thought";
	all.says(ENDED);
	assert.equal(all.chat.room("lobby").draft, "");
});

test("what is an account's is forgotten when another one comes", () => {
	const all = made();
	all.open(ANA);
	all.says({ type: "private", author: "luis", text: "psst" });
	all.open({ ...ANA, name: "Ana" });
	assert.equal(all.chat.privates.length, 1);
	all.open({ ...ANA, name: "eva" });
	assert.equal(all.chat.privates.length, 0);
});

test("a proof is kept while its account logs in again", () => {
	const all = made({ proof: "p" });
	all.open(ANA);
	all.client.connection.start();
	all.sockets.last.onopen();
	all.says(GUEST, { type: "you", ...ANA }, { ...HELLO, ...ANA });
	all.clock.advance(1);
	assert.equal(all.kept.get("proof", ""), "p");
});

test("the proof of a newer sign-in, in another tab, is kept", () => {
	const all = made({ proof: "p" });
	all.open(ANA);
	all.kept.set("proof", "newer");
	all.says(ENDED);
	assert.equal(all.kept.get("proof", ""), "newer");
});

test("a guest who is renamed forgets no proof of another tab", () => {
	const all = made();
	all.kept.set("proof", "newer");
	all.says({ type: "you", name: "eva", guest: false, account: false });
	assert.equal(all.kept.get("proof", ""), "newer");
});

test("a command of a dialog has all of its answers there", () => {
	const all = made();
	const answers = [];
	all.says(entered("lobby"));
	all.client.command("/hook list", (reply) => answers.push(reply));
	const [{ id }] = sent(all, "line");
	all.says({ type: "say", id, text: "one" }, { type: "say", id, text: "two", key: "hook_made" });
	assert.deepEqual(answers, []);
	all.says({ type: "done", id });
	assert.deepEqual(answers, [{ type: "say", text: "one\ntwo", key: "hook_made" }]);
	all.client.command("/create ops", (reply) => answers.push(reply.text));
	const create = sent(all, "line").at(-1).id;
	all.says({ ...entered("ops"), id: create }, { type: "done", id: create });
	assert.equal(answers.at(-1), "");
	assert.equal(all.chat.active.name, "ops");
});

test("what we may do in a room is asked for whenever it may have changed", () => {
	const all = made();
	const asked = () => sent(all, "room").length;
	const deed = (seq, verb, target) => ({
		...line(seq, "deed"),
		kind: "deed",
		deed: { verb, target, seconds: 0, reason: "" },
	});
	all.says(entered("lobby"));
	assert.equal(asked(), 1);
	const room = all.chat.active;
	assert.equal(room.isSilent, false);
	const about = { type: "room", room: "lobby", topic: "all of it", owner: "", muted: 0 };
	all.says({ ...about, id: sent(all, "room")[0].id, mode: "announce", may: ["read"] });
	assert.deepEqual([room.isSilent, room.topic, room.may("topic")], [true, "all of it", false]);
	all.says(events("lobby", deed(1, "op", "luis"), line(2, "hola")));
	assert.equal(asked(), 1);
	all.says(events("lobby", deed(3, "op", "guest1")));
	assert.equal(asked(), 2);
	all.says(events("lobby", deed(4, "mode", "open")));
	assert.equal(asked(), 3);
	all.says({ type: "you", name: "ana", guest: false, account: true });
	assert.equal(asked(), 4);
	all.says({ ...about, id: sent(all, "room")[3].id, mode: "open", may: ["read", "speak", "topic"] });
	assert.deepEqual([room.isSilent, room.may("topic")], [false, true]);
});

test("while we are muted we know until when, and ask when it is over", () => {
	const all = made();
	all.says(entered("lobby"));
	const about = { type: "room", room: "lobby", topic: "", mode: "open", owner: "ana", may: ["read", "speak"] };
	const tell = (muted) => all.says({ ...about, id: sent(all, "room").at(-1).id, muted });
	tell(5);
	const room = all.chat.active;
	assert.equal(room.mutedUntil, all.clock.now() + 5000);
	all.clock.advance(4);
	assert.equal(sent(all, "room").length, 1);
	all.clock.advance(1);
	assert.equal(sent(all, "room").length, 2);
	tell(40 * 86_400);
	all.clock.advance(5);
	assert.equal(sent(all, "room").length, 2);
	const deed = { verb: "unmute", target: "guest1 as he was", seconds: 0, reason: "" };
	all.says(events("lobby", { ...line(1, "deed"), kind: "deed", deed }));
	assert.equal(sent(all, "room").length, 3);
	tell(0);
	assert.equal(room.mutedUntil, 0);
});

test("a command of a dialog is answered there, and not in the room", () => {
	const all = made();
	const answers = [];
	all.says(entered("lobby"));
	all.client.command("/nick a b", (reply) => answers.push(reply?.text));
	const [{ id, ...command }] = sent(all, "line");
	assert.deepEqual(command, { type: "line", room: "lobby", text: "/nick a b" });
	all.says({ type: "error", id, kind: "Wrong use", key: "name_invalid", text: "no." });
	assert.deepEqual(answers, ["no."]);
	all.client.command("/nick ana", (reply) => answers.push(reply?.text));
	all.sockets.last.onclose({ code: 1006 });
	assert.deepEqual(answers, ["no.", undefined]);
	assert.deepEqual(texts(all.chat.active), []);
});

test("a command of a dialog is not the answer to a question", () => {
	const all = made();
	const lines = () => sent(all, "line").map(({ text }) => text);
	/** The server has the answer, and may ask something else. */
	const cancelled = (isOver) => {
		const { id } = sent(all, "line").at(-1);
		all.says({ type: "ask", hidden: !isOver }, { type: "say", id, text: "" }, { type: "done", id });
	};
	all.says(entered("lobby"), { type: "ask", hidden: true });
	all.client.command("/nick ana", () => {});
	cancelled(false);
	assert.deepEqual(lines(), ["", ""]);
	cancelled(true);
	assert.deepEqual(lines(), ["", "", "/nick ana"]);
	all.says({ type: "ask", hidden: true });
	all.client.cancel();
	cancelled(false);
	cancelled(true);
	assert.deepEqual(lines().slice(3), ["", ""]);
	all.says({ type: "ask", hidden: true });
	const answers = [];
	all.client.command("/nick eva", (reply) => answers.push(reply));
	all.sockets.last.onclose({ code: 1006 });
	assert.deepEqual(answers, [undefined]);
});

test("a refused answer is told once the question is open again", () => {
	const all = made();
	const answers = [];
	all.says(entered("lobby"), { type: "ask", hidden: true });
	all.client.reply("wrong", (reply) => answers.push([reply?.text, all.chat.isAsked]));
	const [{ id }] = sent(all, "line");
	all.says({ type: "ask", hidden: false });
	all.says({ type: "error", id, kind: "Wrong password", key: "wrong_password", text: "no." });
	assert.deepEqual(answers, []);
	all.says({ type: "ask", hidden: true }, { type: "say", id, text: "Again." }, { type: "done", id });
	assert.deepEqual(answers, [["no.", true]]);
	assert.deepEqual(texts(all.chat.active), []);
});

test("who enters a room from a dialog is told there whether they may", () => {
	const all = made();
	const answers = [];
	all.says(entered("lobby"));
	for (const room of ["a b", "ops", "Lobby"]) all.client.enter(room, (reply) => answers.push(reply?.type));
	const [refused, fine, already] = sent(all, "enter").map(({ id }) => id);
	all.says({ type: "error", id: refused, kind: "Wrong use", key: "room_invalid", text: "no." });
	all.says({ ...entered("ops"), id: fine }, { type: "say", id: already, text: "You are there." });
	assert.deepEqual(answers, ["error", "entered", "say"]);
	assert.equal(all.chat.active.name, "ops");
	assert.deepEqual(texts(all.chat.room("lobby")), []);
	all.sockets.last.onclose({ code: 1006 });
	all.client.enter("dev", (reply) => answers.push(reply?.type));
	assert.equal(answers.at(-1), undefined);
});

test("what the server told an account is forgotten once it signs out", () => {
	const all = made({ rooms: ["lobby", "ops"] });
	const you = { type: "you", name: "ana", guest: false, account: true };
	all.says(you, entered("lobby", 1, 0), events("lobby", line(1, "hola")), entered("ops"));
	const [lobby, ops] = all.chat.rooms;
	all.client.choose(ops);
	all.says({ type: "say", text: "chatd_secret" }, { type: "private", author: "luis", text: "psst" });
	all.client.choose(all.chat.privateWith("luis"));
	all.client.say(["and you?"]);
	all.says({ type: "say", text: "chatd_other" });
	all.says({ ...you, name: "guest1", guest: true, account: false }, { type: "say", text: "You are guest1." });
	assert.deepEqual(all.chat.all, [lobby, ops]);
	assert.deepEqual(texts(lobby), ["hola", "You are guest1."]);
	assert.deepEqual(texts(ops), []);
	assert.deepEqual(all.client.outbox.items, []);
	assert.equal(all.chat.active, lobby);
});

test("the line that signs an account out stays", () => {
	const all = made();
	all.says({ type: "you", name: "ana", guest: false, account: true }, entered("lobby"));
	all.says({ type: "say", text: "chatd_secret" }, { type: "say", key: "signed_out", text: "Signed out." });
	all.sockets.last.onclose({ code: 1000 });
	all.open();
	assert.deepEqual(texts(all.chat.active), ["Signed out."]);
});

test("the first line that is said ends the welcome", () => {
	const all = made();
	all.says(entered("lobby"));
	all.client.say(["/help"]);
	assert.equal(all.kept.get("welcomed", false), false);
	all.client.say(["hola"]);
	assert.equal(all.kept.get("welcomed", false), true);
});

test("a line that is written before the page is in a room is for the first one", () => {
	const all = made({ rooms: ["ops", "lobby"] });
	all.client.say(["hola"]);
	assert.deepEqual(
		sent(all, "line").map(({ room, text }) => [room, text]),
		[["lobby", "hola"]],
	);
});

test("a line that is in doubt is sent again with its key in a moment, and no error is shown", () => {
	const all = made();
	all.says(entered("lobby"));
	all.client.say(["hola"]);
	const [first] = sent(all, "line");
	for (const id of [first.id, first.id])
		all.says({ type: "error", id, kind: "Not known", key: "in_doubt", text: "..." }, { type: "unsure", id });
	const lobby = all.chat.room("lobby");
	assert.deepEqual(
		all.client.outbox.shownIn(lobby).map(({ state }) => state),
		["doubted"],
	);
	assert.ok(lobby.lines.every(({ kind }) => kind !== "error"));
	all.clock.advance(5);
	assert.deepEqual(sent(all, "line"), [first, first]);
	all.says({ type: "ack", id: first.id, room: "lobby", seq: 1 });
	assert.deepEqual(all.client.outbox.items, []);
});

test("of a private line that is in doubt the error is shown, and it is not sent again", () => {
	const all = made();
	all.says(entered("lobby"), { type: "private", author: "luis", text: "psst" });
	const [room] = all.chat.privates;
	all.client.choose(room);
	all.client.say(["yes?"]);
	const [{ id }] = sent(all, "line");
	all.says({ type: "error", id, kind: "Not known", key: "in_doubt", text: "look" });
	assert.equal(all.client.outbox.shownIn(room)[0].state, "unsure");
	assert.deepEqual(texts(room), ["psst", "look"]);
	all.clock.advance(5);
	assert.equal(sent(all, "line").length, 1);
	all.says({ type: "private", author: "guest1", to: "luis", text: "yes?" });
	assert.deepEqual(all.client.outbox.items, []);
});

test("how old what we know is", () => {
	const { chat, says, open } = made();
	assert.equal(chat.cutOff, 0);
	says({ type: "say", key: "cut_off", text: "This server is cut off." });
	assert.ok(Date.now() - chat.cutOff < 1000);
	says({ type: "say", key: "cut_off_ended", text: "It is connected." });
	assert.equal(chat.cutOff, 0);
	says({ type: "say", key: "cut_off", text: "This server is cut off." });
	open();
	assert.equal(chat.cutOff, 0);
});
