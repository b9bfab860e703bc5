// What is known of lines from the remarks of a log: in any order, and once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped, Remarks, shares } from "../../../../chatd/protocols/web/page/remarks.js";

const remark = (seq, about, verb, author = "luis", words = "") => ({
	...{ seq, time: seq, author, text: "", kind: verb === "decision" ? "decision" : "ack" },
	[verb === "decision" ? "decision" : "ack"]: { verb, seq: about, author: "ana", excerpt: "x", words },
});
const result = (seq, about, verb, ...people) => ({
	...{ seq, time: seq, author: "ana", text: "", kind: "answer" },
	answer: { verb, seq: about, counts: people.map((each) => ({ answer: "", people: each, names: [] })) },
});
const alert = (seq, number, by = null) => ({ seq, number, author: "alerts", excerpt: "FIRING", by, words: "" });
const acked = (seq, about, excerpt, words = "") => {
	const event = remark(seq, about, "ack", "luis", words);
	return { ...event, ack: { ...event.ack, author: "alerts", excerpt } };
};

test("a line has its remarks in the order of the log, also if older ones come later", () => {
	const remarks = new Remarks();
	for (const event of [remark(7, 3, "decision", "eva"), remark(5, 3, "ack"), remark(7, 3, "decision", "eva")]) {
		remarks.take(event);
	}
	assert.deepEqual(
		remarks.get(3).made.map(({ by, verb }) => [by, verb]),
		[
			["luis", "ack"],
			["eva", "decision"],
		],
	);
	assert.deepEqual(remarks.takeChanged(), [3]);
	assert.deepEqual(remarks.takeChanged(), []);
	assert.equal(remarks.get(4), undefined);
});

test("the last answers that are shown count, and those with which a question is closed stay", () => {
	const remarks = new Remarks();
	for (const event of [result(9, 3, "show", 2, 2), result(5, 3, "show", 1, 0), result(8, 3, "close", 2, 1)]) {
		remarks.take(event);
	}
	const { show, close } = remarks.get(3);
	assert.deepEqual([show.seq, close.seq, close.counts.map(({ people }) => people)], [9, 8, [2, 1]]);
});

test("an alert has the person of the last ack, and is over once it goes on nowhere", () => {
	const remarks = new Remarks();
	remarks.takeAlerts([alert(3, 1), alert(4, 2)]);
	assert.deepEqual(remarks.takeChanged(), [3, 4]);
	remarks.takeAlerts([alert(3, 1), alert(4, 2)]);
	assert.deepEqual(remarks.takeChanged(), [], "nothing has changed");
	remarks.take(acked(5, 3, "FIRING", "on it"));
	assert.deepEqual([remarks.get(3).alert.by, remarks.get(3).alert.words], ["luis", "on it"]);
	// The first one is said again, in another line; the second one has ended.
	remarks.takeAlerts([alert(9, 1, "luis")]);
	assert.deepEqual([remarks.get(3).alert, remarks.get(3).isOver], [undefined, false]);
	assert.deepEqual([remarks.get(4).alert, remarks.get(4).isOver], [undefined, true]);
	assert.equal(remarks.get(9).alert.by, "luis");
});

test("an alert that the log says was taken is over, if the server does not list it", () => {
	const remarks = new Remarks();
	const events = [acked(5, 3, "[FIRING:1] Disk"), acked(6, 4, "[FIRING] Load db1"), acked(8, 7, "[FIRING] Load db2")];
	for (const event of events) remarks.take(event);
	const areOver = () => [3, 4, 7].map((seq) => remarks.get(seq)?.isOver ?? false);
	assert.deepEqual(areOver(), [false, false, false], "the server has not said which go on");
	const again = { ...alert(9, 1), excerpt: "[FIRING:2] Disk" };
	remarks.takeAlerts([again, { ...alert(7, 3), excerpt: "[FIRING] Load db2" }]);
	assert.deepEqual(areOver(), [false, true, false]);
	// Lines of the past come later; an ack of what began just now is no such line.
	remarks.take(acked(2, 1, "[FIRING] Load db1"));
	remarks.take(acked(11, 10, "[FIRING] New"));
	assert.deepEqual([remarks.get(1).isOver, remarks.get(10).isOver], [true, undefined]);
	remarks.takeAlerts([again, { ...alert(10, 4), excerpt: "[FIRING] New" }]);
	assert.deepEqual([...areOver(), remarks.get(10).isOver], [false, true, true, false]);
});

test("a question that is said to have been read is no alert that somebody has", () => {
	const remarks = new Remarks();
	remarks.takeAlerts([alert(3, 1)]);
	remarks.take(remark(5, 3, "read"));
	assert.equal(remarks.get(3).alert.by, null);
});

test("what was told to us alone is forgotten, and what the log says stays", () => {
	const remarks = new Remarks();
	remarks.take(remark(5, 3, "decision"));
	remarks.change(3, { told: { text: "with 1 of 2", isError: false }, own: { text: "yes" } });
	remarks.forgetSecrets();
	assert.deepEqual([remarks.get(3).told, remarks.get(3).own, remarks.get(3).made.length], [undefined, undefined, 1]);
});

test("of a room not more is known than of its lines", () => {
	const remarks = new Remarks();
	for (let seq = 1; seq <= 3000; seq += 1) remarks.take(remark(seq + 1, seq, "ack"));
	assert.equal(remarks.get(1), undefined);
	assert.ok(remarks.get(3000));
});

test("the server is asked of questions once, and again after the connection broke", () => {
	const remarks = new Remarks();
	remarks.renew();
	assert.equal(remarks.isDue, false, "there is no question");
	remarks.take({ seq: 3, time: 3, author: "ana", kind: "question", text: "", question: {} });
	assert.ok(remarks.isDue);
	remarks.isDue = false;
	remarks.renew();
	assert.ok(remarks.isDue);
});

test("shares are those of all, and there are none of nobody", () => {
	assert.deepEqual(shares([1, 3]), [0.25, 0.75]);
	assert.deepEqual(shares([0, 0]), [0, 0]);
});

test("the people who are missing are those of the question whose answers came last, until it is closed", () => {
	const remarks = new Remarks();
	const standing = (seq, ...missing) => remarks.change(seq, { standing: { open: true, missing } });
	assert.equal(remarks.missing.size, 0);
	standing(3, "nora");
	standing(4, "luis", "eva");
	assert.deepEqual([...remarks.missing], ["luis", "eva"]);
	remarks.take(result(9, 4, "close", 2));
	assert.equal(remarks.missing.size, 0);
});

test("equal answers are one with all the names", () => {
	const answers = ["a", "b", "a"].map((text, at) => ({ name: `p${at}`, text }));
	assert.deepEqual(grouped(answers), [
		{ answer: "a", names: ["p0", "p2"] },
		{ answer: "b", names: ["p1"] },
	]);
});
