// What the people who run a room may do there, as forms that give commands: to a person, in a room, and with
// one's account. Only what a role allows is offered. Pure. It must not know the document or the connection.

import { sameName } from "./names.js";

/** @type {[count: number, unit: string, value: string][]} */
const TIMES = [
	[10, "minute", "10m"],
	[1, "hour", "1h"],
	[1, "day", "1d"],
	[7, "day", "7d"],
	[30, "day", "30d"],
];
const MODES = /** @type {const} */ (["open", "private", "moderated", "announce"]);

const SAID = ["message", "action", "notice"];
const EXCERPT = 200; // most characters of a line that is shown in a dialog

const RANKS = ["", "voiced", "operator", "owner", "administrator"];

/** @type {page.Deed[]} those that end by themselves have a time, and some a reason */
const DEEDS = [
	{ act: "mute", command: "/mute", key: "do_mute", usual: "1h", hasReason: true, isMuted: false },
	{ act: "mute", command: "/unmute", key: "do_unmute", isMuted: true },
	{ act: "kick", command: "/kick", key: "do_kick", hasReason: true },
	{ act: "ban", command: "/ban", key: "do_ban", usual: "7d", hasReason: true },
	{ act: "voice", command: "/voice", key: "do_voice", roles: [""] },
	{ act: "voice", command: "/unvoice", key: "do_unvoice", roles: ["voiced"] },
	{ act: "op", command: "/op", key: "do_op", roles: ["", "voiced"] },
	{ act: "op", command: "/unop", key: "do_unop", roles: ["operator"] },
	{ act: "", command: "/ignore", key: "do_ignore" },
];

/** @type {page.Offer[]} */
const MEMBERS = [
	{ act: "invite", command: "/invite", key: "members_invite" },
	{ act: "invite", command: "/uninvite", key: "members_uninvite" },
	{ act: "voice", command: "/voice", key: "members_voice" },
	{ act: "voice", command: "/unvoice", key: "members_unvoice" },
	{ act: "op", command: "/op", key: "members_op" },
	{ act: "op", command: "/unop", key: "members_unop" },
];

/** @type {page.Offer[]} */
const LIFTED = [
	{ act: "ban", command: "/unban", key: "bans_unban" },
	{ act: "mute", command: "/unmute", key: "bans_unmute" },
];

/**
 * Return our rank in a room: the least that may do what we may.
 * @param {page.Room} room
 */
function rankIn(room) {
	const roles = { wall: "administrator", op: "owner", kick: "operator" };
	const [, role = ""] = Object.entries(roles).find(([act]) => room.may(act)) ?? [];
	return RANKS.indexOf(role);
}

/**
 * Return what we may do to a person in a room, and what changes something as they are now, each with its form.
 * @param {page.Texts} texts
 * @param {page.Room} room
 * @param {string} name
 * @param {number} now
 * @returns {page.FormsContent[]}
 */
export function deedsTo(texts, room, name, now) {
	const role = room.people.roleOf(name);
	const muted = isMuted(room.lines, name, now);
	const isBelow = RANKS.indexOf(role) < rankIn(room);
	const offered = DEEDS.filter(({ act, roles, isMuted = muted }) => {
		const fits = isMuted === muted && (roles?.includes(role) ?? true);
		return !act || (isBelow && fits && room.may(act));
	});
	return offered.map(({ command, key, usual, hasReason }) => {
		/** @type {page.Field[]} */
		const fields = [];
		if (usual) fields.push({ label: texts.say("for_how_long"), options: times(texts), value: usual });
		if (hasReason) fields.push({ label: texts.say("reason"), isOptional: true });
		const title = texts.say(key, { name });
		const forms = [{ command: `${command} ${name}`, fields, submit: title }];
		return { title, room, isOnce: true, parts: [{ title: room.isPrivate ? "" : room.title, forms }] };
	});
}

/**
 * Return what can be done with a line of a room that was said.
 * @param {page.Texts} texts
 * @param {page.Room} room
 * @param {page.Line} line
 * @param {{ mark: (content: page.FormsContent) => void, whoHas: () => void, take: () => void }} actions
 * @returns {page.MenuItem[]}
 */
export function lineItems(texts, room, { seq, kind, text, own }, { mark, whoHas, take }) {
	/** @type {page.MenuItem[]} */
	const items = [];
	const maySpeak = room.may("speak");
	if (seq && kind === "question" && maySpeak) items.push({ text: texts.say("read_it"), action: take });
	if (!seq || !SAID.includes(kind)) return items;
	const isRun = room.mode !== null && room.mode !== "free";
	if (maySpeak && kind === "notice") items.push({ text: texts.say("take"), action: take });
	if (maySpeak) items.push({ text: texts.say("mark"), action: () => mark(markOf(texts, room, seq, text)) });
	if (isRun && (own || room.may("seen"))) items.push({ text: texts.say("who_has_it"), action: whoHas });
	return items;
}

/**
 * Return the form that keeps a line as a decision.
 * @param {page.Texts} texts
 * @param {page.Room} room
 * @param {number} seq
 * @param {string} text
 * @returns {page.FormsContent}
 */
function markOf(texts, room, seq, text) {
	const title = texts.say("mark");
	const forms = [
		{ command: `/mark ${seq}`, fields: [{ label: texts.say("mark_words"), isOptional: true }], submit: title },
	];
	return { title, room, isOnce: true, parts: [{ title: text.slice(0, EXCERPT), forms }] };
}

/**
 * Return true if the last of the deeds that are held mutes a person still.
 * @param {page.Line[]} lines
 * @param {string} name
 * @param {number} now
 */
function isMuted(lines, name, now) {
	/** @param {page.Line} line */
	const isAbout = ({ deed }) => deed && /^(un)?mute$/.test(deed.verb) && sameName(deed.target, name);
	const last = lines.findLast(isAbout);
	return last?.deed?.verb === "mute" && last.time + last.deed.seconds * 1000 > now;
}

/**
 * @param {page.Texts} texts
 * @returns {page.Field["options"]}
 */
const times = (texts) => TIMES.map(([count, unit, value]) => [value, texts.amount(count, unit)]);

/**
 * Return a form for one of several commands, each of which is followed by one word.
 * @param {page.Texts} texts
 * @param {page.Offer[]} offers
 * @param {page.Key} word
 * @param {page.Key} submit
 * @returns {page.FormContent[]}
 */
function choice(texts, offers, word, submit) {
	/** @type {page.Field} */
	const what = { label: texts.say("what_to_do"), options: offers.map(({ command, key }) => [command, texts.say(key)]) };
	return [{ command: "", fields: [what, { label: texts.say(word) }], submit: texts.say(submit) }];
}

/**
 * @param {page.Texts} texts
 * @param {page.Room} room
 * @returns {page.FormsContent}
 */
export function settingsOf(texts, room) {
	/** @type {page.FormsPart[]} */
	const parts = [{ list: "/mode", forms: [] }];
	if (room.may("mode")) {
		/** @type {page.Field} */
		const mode = { label: texts.say("mode"), options: MODES.map((each) => [each, texts.say(`mode_${each}`)]) };
		mode.value = room.mode ?? "";
		parts.push({ forms: [{ command: "/mode", fields: [mode], submit: texts.say("set_mode") }] });
	}
	const members = MEMBERS.filter(({ act }) => room.may(act));
	if (members.length) {
		parts.push({ title: texts.say("people"), list: "/who", forms: choice(texts, members, "name", "change_role") });
	}
	if (room.may("ban")) {
		parts.push({ title: texts.say("bans"), list: "/bans", forms: choice(texts, LIFTED, "name_or_network", "undo") });
	}
	if (room.may("hook")) {
		const add = {
			command: "/hook add",
			fields: [{ label: texts.say("hook_url") }],
			submit: texts.say("add"),
		};
		const remove = {
			command: "/hook remove",
			fields: [{ label: texts.say("hook_which") }],
			submit: texts.say("remove"),
		};
		const make = {
			command: "/hook in",
			fields: [{ label: texts.say("hook_name") }],
			submit: texts.say("hook_make"),
		};
		parts.push({ title: texts.say("hooks"), list: "/hook list", forms: [make, add, remove] });
	}
	if (room.may("ask")) {
		const ask = { command: "/ask", fields: [{ label: texts.say("ask_words") }], submit: texts.say("ask") };
		parts.push({ title: texts.say("question"), forms: [ask] });
	}
	if (room.may("close")) {
		parts.push({
			title: texts.say("close_room"),
			forms: [{ command: "/close", fields: [], submit: texts.say("close_room") }],
		});
	}
	return { title: texts.say("settings_of", { name: room.title }), room, parts };
}

/**
 * @param {page.Texts} texts
 * @returns {page.FormsContent}
 */
export function accountSettings(texts) {
	const name = { label: texts.say("token_name") };
	/** @type {page.Field} */
	const scope = {
		label: texts.say("token_scope"),
		options: [
			["", texts.say("token_write")],
			["read", texts.say("token_read")],
		],
	};
	const add = { command: "/token new", fields: [name, scope], submit: texts.say("add") };
	const revoke = { command: "/token revoke", fields: [name], submit: texts.say("remove") };
	const password = { command: "/password", fields: [], submit: texts.say("change_password") };
	return {
		title: texts.say("account"),
		parts: [
			{ title: texts.say("tokens"), list: "/token list", forms: [add, revoke] },
			{ title: texts.say("password"), forms: [password] },
		],
	};
}
