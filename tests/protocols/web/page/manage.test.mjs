// What is offered to those who run a room, and the commands that it gives.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accountSettings, deedsTo, lineItems, settingsOf } from "../../../../chatd/protocols/web/page/manage.js";
import { Room } from "../../../../chatd/protocols/web/page/state.js";
import { Texts } from "../../../../chatd/protocols/web/page/texts.js";

const texts = new Texts("en");

function room(...may) {
	const made = new Room("ops", false);
	made.about({ topic: "", mode: "moderated", owner: "ana", may, muted: 0 }, 0);
	return made;
}

/** The commands of all forms, with those that a field offers. */
const commands = ({ parts }) =>
	parts
		.flatMap(({ forms }) => forms)
		.flatMap(({ command, fields }) => (command ? [command] : fields[0].options.map(([each]) => each)));
const lists = ({ parts }) => parts.map(({ list }) => list).filter(Boolean);

test("to a person only what our role allows is offered", () => {
	const offered = (...may) => deedsTo(texts, room(...may), "luis", 0).flatMap(commands);
	assert.deepEqual(offered("read", "speak"), ["/ignore luis"]);
	assert.deepEqual(offered("kick", "op"), ["/kick luis", "/op luis", "/ignore luis"]);
	const [mute] = deedsTo(texts, room("kick", "mute"), "luis", 0);
	const [{ command, fields }] = mute.parts[0].forms;
	assert.equal(mute.title, "Mute luis");
	assert.equal(command, "/mute luis");
	assert.deepEqual(fields[0].options.slice(0, 2), [
		["10m", "10 minutes"],
		["1h", "1 hour"],
	]);
	assert.deepEqual([fields[0].value, fields[1].isOptional], ["1h", true]);
});

test("to a person what would change nothing is not offered, nor what their rank forbids", () => {
	const as = (role, ...may) => {
		const ops = room("kick", "voice", ...may);
		ops.people.take({ names: ["luis"], guests: 0, roles: role ? { luis: role } : {} });
		return deedsTo(texts, ops, "luis", 0).flatMap(commands);
	};
	assert.deepEqual(as("", "op"), ["/kick luis", "/voice luis", "/op luis", "/ignore luis"]);
	assert.deepEqual(as("voiced", "op"), ["/kick luis", "/unvoice luis", "/op luis", "/ignore luis"]);
	assert.deepEqual(as("operator", "op"), ["/kick luis", "/unop luis", "/ignore luis"]);
	assert.deepEqual(as("operator"), ["/ignore luis"]);
	assert.deepEqual(as("owner", "op"), ["/ignore luis"]);
	assert.deepEqual(as("owner", "op", "wall"), ["/kick luis", "/ignore luis"]);
});

test("a person who is muted is offered to speak again, until the time is over or somebody did that", () => {
	const ops = room("kick", "mute");
	const deed = (seq, verb, target, seconds = 0) => ({
		...{ seq, time: 1000 * seq, author: "ana", kind: "deed", text: "" },
		deed: { verb, target, seconds, reason: "" },
	});
	const offered = (now) => deedsTo(texts, ops, "luis", now).flatMap(commands)[0];
	ops.add([deed(1, "mute", "Luis", 60), deed(2, "unmute", "eva"), deed(3, "kick", "luis")], "ana", 0);
	assert.equal(offered(60_999), "/unmute luis");
	assert.equal(offered(61_000), "/mute luis");
	ops.add([deed(4, "unmute", "luis")], "ana", 0);
	assert.equal(offered(5000), "/mute luis");
});

test("the settings of a room tell its mode, and offer what our role allows", () => {
	assert.deepEqual(lists(settingsOf(texts, room("read"))), ["/mode"]);
	assert.deepEqual(commands(settingsOf(texts, room("read"))), []);
	const all = settingsOf(texts, room("ask", "invite", "voice", "mute", "ban", "mode", "op", "close", "hook"));
	assert.deepEqual(lists(all), ["/mode", "/who", "/bans", "/hook list"]);
	const members = ["/invite", "/uninvite", "/voice", "/unvoice", "/op", "/unop"];
	const rest = ["/unban", "/unmute", "/hook in", "/hook add", "/hook remove", "/ask", "/close"];
	assert.deepEqual(commands(all), ["/mode", ...members, ...rest]);
	const [{ fields }] = all.parts[1].forms;
	assert.equal(fields[0].value, "moderated");
	assert.equal(fields[0].options.length, 4);
});

test("with a line of the log only what may be done is offered", () => {
	const done = [];
	const actions = {
		mark: ({ parts }) => done.push(parts[0].forms[0].command),
		whoHas: () => done.push("whoHas"),
		take: () => done.push("take"),
	};
	const offered = (line, mode, ...may) => {
		const ops = room(...may);
		ops.mode = mode;
		const items = lineItems(texts, ops, { seq: 7, kind: "message", text: "hola", time: 0, ...line }, actions);
		for (const { action } of items) action();
		return done.splice(0);
	};
	assert.deepEqual(offered({}, "open", "speak"), ["/mark 7"]);
	assert.deepEqual(offered({ own: true }, "open", "speak"), ["/mark 7", "whoHas"]);
	assert.deepEqual(offered({}, "announce", "seen"), ["whoHas"]);
	assert.deepEqual(offered({ own: true }, "free", "speak", "seen"), ["/mark 7"], "nobody runs the room");
	assert.deepEqual(offered({ kind: "notice" }, "open", "speak"), ["take", "/mark 7"]);
	assert.deepEqual(offered({ kind: "question" }, "open", "speak"), ["take"]);
	assert.deepEqual(offered({ kind: "deed" }, "open", "speak", "seen"), []);
	assert.deepEqual(offered({ kind: "news", seq: undefined }, "open", "speak"), []);
});

test("an account has its tokens and its password", () => {
	assert.deepEqual(lists(accountSettings(texts)), ["/token list"]);
	assert.deepEqual(commands(accountSettings(texts)), ["/token new", "/token revoke", "/password"]);
});
