// Drafts, over a reload of the tab.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../../../chatd/protocols/web/page/drafts.js";
import { Kept } from "../../../../chatd/protocols/web/page/kept.js";
import { Chat } from "../../../../chatd/protocols/web/page/state.js";
import { Clock } from "./helpers.mjs";

function made(kept = new Kept(null)) {
	const chat = new Chat();
	for (const name of ["lobby", "ops"]) chat.roomFor(name);
	const clock = new Clock();
	return { chat, kept, clock, drafts: new Drafts({ chat, kept, clock }) };
}

test("drafts of rooms and private conversations are there again", () => {
	const { chat, kept, clock, drafts } = made();
	chat.room("ops").draft = "half a\nthought";
	chat.privateWith("Ana").draft = "and a secret";
	drafts.keepSoon();
	assert.deepEqual(kept.get("drafts", {}), {});
	clock.advance(1);
	const { chat: again } = made(kept);
	assert.equal(again.room("ops").draft, "half a\nthought");
	assert.equal(again.room("lobby").draft, "");
	assert.deepEqual(
		again.privates.map(({ name, draft }) => [name, draft]),
		[["Ana", "and a secret"]],
	);
});

test("private conversations are open again, until they are closed", () => {
	const { chat, kept, drafts } = made();
	for (const name of ["Ana", "luis"]) chat.privateWith(name).addLocal({ kind: "message", text: "psst", time: 0 });
	drafts.keep();
	const { chat: again, drafts: later } = made(kept);
	assert.deepEqual(
		again.privates.map(({ name, lines }) => [name, lines]),
		[
			["Ana", []],
			["luis", []],
		],
	);
	again.forget(again.privates[0]);
	later.keep();
	assert.deepEqual(
		made(kept).chat.privates.map(({ name }) => name),
		["luis"],
	);
});

test("an account is remembered, so that what is its own is forgotten if another user comes", () => {
	const { chat, kept, drafts } = made();
	assert.equal(chat.me.account, false);
	chat.me = { name: "Ana", guest: false, account: true };
	drafts.keep();
	const { chat: again, drafts: later } = made(kept);
	assert.deepEqual(again.me, chat.me);
	again.me = { name: "guest1", guest: true, account: false };
	later.keep();
	assert.equal(made(kept).chat.me.account, false);
});

test("one that was sent, or is of a room that was left, is not", () => {
	const { chat, kept, drafts } = made();
	chat.room("ops").draft = "half";
	chat.roomFor("gone").draft = "a thought";
	drafts.keep();
	assert.deepEqual(
		made(kept).chat.all.map(({ name, draft }) => [name, draft]),
		[
			["lobby", ""],
			["ops", "half"],
		],
	);
	chat.room("ops").draft = "";
	drafts.keep();
	assert.equal(made(kept).chat.room("ops").draft, "");
});

for (const text of ["/login ana tango-42-lima", " \\login ana tango-42-lima", "hola\n/password tango-42-lima", "  "]) {
	test(`${JSON.stringify(text)} is not kept`, () => {
		const { chat, kept, drafts } = made();
		chat.room("ops").draft = text;
		drafts.keep();
		assert.deepEqual(kept.get("drafts", {}), {});
	});
}
