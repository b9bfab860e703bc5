// When the desktop shows a notification, and when it takes it away.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../../../../chatd/protocols/web/page/kept.js";
import { Notifier } from "../../../../chatd/protocols/web/page/notify.js";
import { Chat } from "../../../../chatd/protocols/web/page/state.js";

function made({ permission = "default", answer = "granted", kept = null, throws = false } = {}) {
	const all = { chat: new Chat(), kept: new Kept(null), opened: [], shown: [], isInFront: false, asked: 0 };
	class Desktop {
		static permission = permission;
		static async requestPermission() {
			all.asked += 1;
			Desktop.permission = answer;
			return answer;
		}
		constructor(title, options) {
			if (throws) throw new TypeError("Illegal constructor");
			Object.assign(this, { title, ...options, isClosed: false });
			all.shown.push(this);
		}
		close() {
			this.isClosed = true;
		}
	}
	all.kept.set("notify", kept);
	all.notifier = new Notifier({
		kept: all.kept,
		api: Desktop,
		isInFront: async () => all.isInFront,
		open: (room) => all.opened.push(room),
		changed: () => all.notifier.look(all.chat),
	});
	all.ana = all.chat.privateWith("Ana");
	all.ops = all.chat.roomFor("ops");
	/** A private line comes, or one that names the reader. */
	all.comes = async (room, text, author = "Ana") => {
		const line = { kind: "message", time: 1, author, text, mention: true };
		room.addLocal(line);
		if (!room.isPrivate) room.mentions += 1;
		await all.notifier.heard({ room, author, text });
		all.notifier.look(all.chat);
	};
	return all;
}

const on = { permission: "granted", kept: true };

test("they are offered once there was a line to notify of, until the user decides", async () => {
	for (const isWanted of [true, false]) {
		const all = made();
		all.notifier.look(all.chat);
		assert.ok(!all.notifier.isOffered);
		await all.comes(all.ana, "psst");
		all.ana.read();
		all.notifier.look(all.chat);
		assert.ok(all.notifier.isOffered);
		assert.equal(all.asked, 0);
		await all.notifier.turn(isWanted);
		assert.deepEqual([all.notifier.isOffered, all.notifier.isOn, all.asked], [false, isWanted, Number(isWanted)]);
	}
});

test("a private line that one writes is such a line", () => {
	const all = made();
	all.ana.addLocal({ kind: "message", time: 1, author: "luis", to: "Ana", text: "psst", own: true });
	all.notifier.look(all.chat);
	assert.ok(all.notifier.isOffered);
});

test("a browser that refuses is not asked again", async () => {
	const all = made({ answer: "denied" });
	await all.comes(all.ana, "psst");
	await all.notifier.turn(true);
	assert.deepEqual([all.notifier.isPossible, all.notifier.isOffered, all.notifier.isOn], [false, false, false]);
	assert.equal(made({ permission: "denied" }).notifier.isPossible, false);
	const none = new Notifier({ kept: new Kept(null), api: null });
	assert.deepEqual([none.isPossible, none.isOffered, none.isOn], [false, false, false]);
});

test("a line shows its author, its room and its beginning", async () => {
	const all = made(on);
	await all.comes(all.ana, "x".repeat(1000));
	await all.comes(all.ops, "luis!");
	assert.deepEqual(
		all.shown.map(({ title, body, tag }) => [title, body, tag]),
		[
			["Ana", "x".repeat(200), "@ana"],
			["Ana · #ops", "luis!", "#ops"],
		],
	);
});

test("nothing is shown while a tab is in front, or while it is off", async () => {
	const all = made(on);
	all.isInFront = true;
	await all.comes(all.ana, "psst");
	const off = made({ ...on, kept: false });
	await off.comes(off.ana, "psst");
	const revoked = made({ ...on, permission: "default" });
	await revoked.comes(revoked.ana, "psst");
	assert.deepEqual([...all.shown, ...off.shown, ...revoked.shown], []);
});

test("a click opens the room, and what is read is taken away", async () => {
	const all = made(on);
	await all.comes(all.ana, "psst");
	await all.comes(all.ops, "luis!");
	const [one, other] = all.shown;
	one.onclick();
	assert.deepEqual(all.opened, [all.ana]);
	all.ana.read();
	all.notifier.look(all.chat);
	assert.deepEqual([one.isClosed, other.isClosed], [true, false]);
	all.chat.forget(all.ops);
	all.notifier.look(all.chat);
	assert.ok(other.isClosed);
});

test("a line that was read before it is shown is not shown", async () => {
	const all = made(on);
	all.ana.read();
	await all.notifier.heard({ room: all.ana, author: "Ana", text: "psst" });
	assert.deepEqual(all.shown, []);
});

test("where only service workers may, nothing breaks and nothing is offered", async () => {
	const all = made({ ...on, throws: true });
	await all.comes(all.ana, "psst");
	assert.equal(all.notifier.isPossible, false);
});
