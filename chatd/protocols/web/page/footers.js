// What stands below a line: that it is a decision, who has it, a button for an alert that nobody has, and what was
// answered about the line to us alone. It must not know the connection.

import { button, make, nameOf, sentence, span } from "./dom.js";

/** @type {Record<string, page.Key>} */
const KEYS = { ack: "has_this", read: "has_read", decision: "is_decision" };

/**
 * Return the parts of the footer of a line of which that is known.
 * @param {page.Texts} texts
 * @param {page.Remarked} known
 * @param {string} title that of the line, if the message has others
 * @param {() => void} take says that we have the alert
 * @param {() => void} forget hides what was answered
 */
export function footer(texts, { made, alert, isOver, told }, title, take, forget) {
	/** @type {page.Inside[]} */
	const parts = made.map((remark) => remarkOf(texts, remark));
	if (alert) parts.push(...alertParts(texts, alert, made, take));
	if (isOver) parts.push(make("p", {}, texts.say("alert_over")));
	if (told) parts.push(answerOf(texts, told, forget));
	if (title && parts.length) parts.unshift(make("bdi", { className: "of" }, title));
	return parts;
}

/**
 * Return what is said of an alert that goes on: who has it, unless that is said already, or a button.
 * @param {page.Texts} texts
 * @param {page.Alert} alert
 * @param {page.Made[]} made
 * @param {() => void} take
 */
function alertParts(texts, { by, words }, made, take) {
	if (!by) return [make("p", { className: "free" }, texts.say("alert_free"), " ", button(take, texts.say("take")))];
	const isSaid = made.some((remark) => remark.verb === "ack" && remark.by === by);
	return isSaid ? [] : [remarkOf(texts, { by, verb: "ack", words })];
}

/**
 * @param {page.Texts} texts
 * @param {Omit<page.Made, "seq">} remark
 */
function remarkOf(texts, { by, time, verb, words }) {
	const key = KEYS[verb];
	if (!key) return undefined; // of a later server
	const element = make("p", { className: `remark ${verb}`, title: time ? texts.exactly(time) : "" });
	const values = { name: nameOf(by), time: time ? texts.time(time) : "" };
	element.append(...sentence(texts, key, values).filter((part) => part !== ""));
	if (words) element.append(": ", make("bdi", {}, words));
	return element;
}

/**
 * @param {page.Texts} texts
 * @param {page.Told} told
 * @param {() => void} forget
 */
function answerOf(texts, { text, isError }, forget) {
	const close = Object.assign(button(forget), { className: "close", ariaLabel: texts.say("close") });
	const answer = span(isError ? "grows wrong" : "grows", text);
	return make("div", { className: "told-alone", role: isError ? "alert" : "status" }, answer, close);
}
