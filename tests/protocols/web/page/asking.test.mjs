// What is asked about lines, and told to the user alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { entered, events, made, sent } from "./helpers.mjs";

const question = (seq, author = "ana", options = ["21", "80"]) => ({
	...{ seq, time: seq, author, kind: "question", text: "" },
	question: { words: "Which port?", options, anonymous: false },
});
const notice = (seq, author) => ({ seq, time: seq, author, kind: "notice", text: "FIRING" });
const standing = (seq, answered, counts, more = {}) => ({
	...{ type: "answers", room: "class", seq, question: "Which port?", options: ["21", "80"], anonymous: false },
	...{ by: "ana", open: true, answered, expected: 3, missing: ["luis"], counts, ...more },
});

/** Return a client in a room with a question, that has asked what the server knows of it. */
function inClass(...questions) {
	const all = made({ rooms: ["class"] });
	all.says(entered("class"), events("class", question(3)));
	const [room] = all.chat.rooms;
	const reply = (type, message) => all.says({ ...message, id: sent(all, type).at(-1).id });
	const known = () => room.remarks.get(3);
	all.client.asking.refresh(room);
	reply("questions", { type: "questions", room: "class", questions });
	return { ...all, room, reply, known };
}

test("an answer is ours once the server has it, and an error leaves the one before", () => {
	const { client, room, reply, known } = inClass({ seq: 3, open: true, mine: false });
	const answered = [];
	client.asking.answer(room, 3, 2, (answer) => answered.push(answer?.type));
	assert.equal(known().own, undefined);
	reply("answer", { type: "answer", room: "class", seq: 3, again: false, option: 2, text: "80" });
	assert.equal(known().own.option, 2);
	client.asking.answer(room, 3, 1, (answer) => answered.push(answer?.type));
	reply("answer", { type: "error", kind: "Not allowed", key: "question_is_closed", text: "closed" });
	assert.deepEqual([known().own.option, answered], [2, ["answer", "error"]]);
});

test("after a reload, and after the connection broke, the server says what we answered", () => {
	const all = inClass({ seq: 3, open: true, mine: false, own: { option: 1, text: "21" } });
	assert.equal(all.known().own.option, 1);
	all.client.asking.refresh(all.room);
	assert.equal(sent(all, "questions").length, 1, "once");
	all.open();
	all.says({ ...entered("class"), resumed: true });
	all.client.asking.refresh(all.room);
	assert.equal(sent(all, "questions").length, 1, "again");
});

test("a question that the server does not list is closed, unless it came after that was asked", () => {
	const all = made({ rooms: ["class"] });
	all.says(entered("class"), events("class", question(3)));
	const [room] = all.chat.rooms;
	all.client.asking.refresh(room);
	all.says(events("class", question(4)));
	all.says({ type: "questions", id: sent(all, "questions")[0].id, room: "class", questions: [] });
	assert.deepEqual([room.remarks.get(3).isClosed, room.remarks.get(4)], [true, undefined]);
});

test("the one who asked sees the answers as they come, and who is missing a moment later", () => {
	const all = inClass({ seq: 3, open: true, mine: true });
	all.reply("answers", standing(3, 1, [1, 0]));
	assert.deepEqual(all.known().standing.counts, [1, 0]);
	all.says({ type: "answered", room: "class", seq: 3, answered: 2, counts: [1, 1] });
	all.says({ type: "answered", room: "class", seq: 3, answered: 3, counts: [1, 2] });
	assert.deepEqual([all.known().standing.answered, all.known().standing.counts], [3, [1, 2]]);
	assert.equal(sent(all, "answers").length, 1);
	all.clock.advance(1);
	assert.equal(sent(all, "answers").length, 2);
	all.reply("answers", standing(3, 3, [1, 2], { missing: [] }));
	assert.deepEqual(all.known().standing.missing, []);
	all.clock.advance(6);
	assert.equal(sent(all, "answers").length, 2, "it is told when there are more");
});

test("an operator who looks sees the answers as long as the room is shown", () => {
	const all = inClass({ seq: 3, open: true, mine: false });
	all.client.asking.look(all.room, 3);
	all.reply("answers", standing(3, 1, [1, 0]));
	all.clock.advance(5);
	assert.equal(sent(all, "answers").length, 2);
	all.reply("answers", standing(3, 2, [1, 1], { open: false }));
	all.clock.advance(6);
	assert.equal(sent(all, "answers").length, 2, "it is closed");
});

test("alerts are asked for when a tool has posted, once for several posts, and not when a bot has spoken", () => {
	const all = inClass();
	const asked = () => sent(all, "alerts").length;
	const before = asked();
	all.says({ type: "people", room: "class", names: ["bot"], guests: 0, more: 0 });
	all.says(events("class", notice(5, "bot")));
	all.clock.advance(2);
	assert.equal(asked(), before);
	all.says(events("class", notice(6, "alerts")), events("class", notice(7, "alerts")));
	all.clock.advance(2);
	assert.equal(asked(), before + 1);
	const alert = { seq: 7, number: 1, author: "alerts", excerpt: "FIRING", by: null, words: "" };
	all.reply("alerts", { type: "alerts", room: "class", alerts: [alert] });
	assert.equal(all.room.remarks.alerts.length, 1);
});

test("who has a line, or why that is not told, is shown beside it until it is hidden", () => {
	const { client, room, reply, known } = inClass();
	client.asking.whoHas(room, 3);
	reply("line", { type: "say", text: "Your line is with 1 of 2." });
	reply("line", { type: "done" });
	assert.deepEqual(known().told, { text: "Your line is with 1 of 2.", isError: false });
	client.asking.forget(room, 3);
	assert.equal(known().told, undefined);
	client.asking.take(room, 3);
	reply("take", { type: "error", kind: "Not allowed", key: "muted", text: "You are muted." });
	assert.deepEqual(known().told, { text: "Error: You are muted.", isError: true });
});
