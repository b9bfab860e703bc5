// Where the page's parts are made and put together. What each does is said in its module.

import { Client } from "./client.js";
import { Account, Browse } from "./dialogs.js";
import { byId, make, sentence, tell } from "./dom.js";
import { Kept } from "./kept.js";
import { Log } from "./log.js";
import { sameName } from "./names.js";
import { Search } from "./search.js";
import { badge, Side } from "./side.js";
import { chooseLanguage, Texts } from "./texts.js";
import { Writer } from "./writer.js";

const READ_AFTER_MS = 250;
const PEOPLE_EVERY_MS = 60_000;

const texts = new Texts(chooseLanguage(navigator.languages));
document.documentElement.lang = texts.language;
for (const element of document.querySelectorAll("[data-text], [data-label]")) {
	const { text, label } = element.dataset;
	if (text) element.textContent = texts.say(text);
	if (label) element.ariaLabel = texts.say(label);
	if (label && element.matches("button")) element.title = texts.say(label);
}

const kept = new Kept(storage());
const client = new Client({
	kept,
	texts,
	clock: { setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window), now: Date.now },
	open: () => new WebSocket(`${location.origin.replace("http", "ws")}/ws`),
	changed: drawSoon,
	heard: ({ author, text }) => announce(`${texts.say("private")}, ${author}: ${text}`),
	bell: ring,
});
const { chat, connection, outbox } = client;
const hasKeyboard = !matchMedia("(pointer: coarse)").matches; // else one comes up with the focus

const side = new Side(texts, { choose: chosen, writeTo: (name) => chosen(chat.privateWith(name)) });
const log = new Log(texts, {
	older: (room, done) => client.older(room, done),
	newer: (room) => client.newer(room),
	moved: drawSoon,
	drop: (item, isAgain) => {
		outbox.drop(item.id);
		if (isAgain) writer.text = [writer.text, item.shown].filter(Boolean).join("\n");
		writer.focus();
		draw();
	},
});
const writer = new Writer(texts, {
	say: (lines) => {
		if (chat.active) client.say(lines);
		toLatest();
	},
	answer: (text) => client.answer(text),
	known: () => ({
		commands: client.commands,
		aliases: client.aliases,
		people: (chat.active?.names ?? []).filter((name) => !sameName(name, chat.me.name)),
		rooms: chat.rooms.map((room) => room.name),
	}),
	longest: () => client.longest,
	announce,
	page: (direction) => log.page(direction),
});
const search = new Search(texts, {
	ask: (room, text, upto, answer) => connection.ask({ type: "search", room: room.name, text, upto }, answer),
	jump: (room, seq) => {
		closePanels();
		client.show(room, seq + 25, () => {
			draw();
			log.go(seq);
		});
	},
});
const browse = new Browse(texts, {
	ask: (answer) => connection.ask({ type: "rooms" }, answer),
	enter: (name) => {
		client.enter(name);
		goOn();
	},
});
const account = new Account(texts, {
	key: () => kept.key(),
	takeName: (name) => {
		client.say([`/nick ${name}`]);
		goOn();
	},
	changed: () => {
		connection.start();
		goOn();
	},
});

// Drawing

let shown;
let isDue = false;
let wasLost = false;
let reading = 0;

/** What many messages change is drawn once. */
function drawSoon() {
	if (!isDue) setTimeout(draw);
	isDue = true;
}

function draw() {
	isDue = false;
	drawConnection();
	if (chat.active) drawRoom(chat.active);
	side.draw(chat);
	byId("welcome").hidden = !chat.me.guest || !chat.me.name || kept.get("welcomed", false);
	byId("welcome-text").replaceChildren(...sentence(texts, "welcome", { name: make("bdi", {}, chat.me.name) }));
	const unread = chat.sum("unread");
	const mentions = chat.sum("mentions");
	const count = unread ? `(${mentions ? "@" : ""}${badge(mentions || unread)}) ` : "";
	document.title = `${count}${chat.active ? `${chat.active.title} · ` : ""}chatd`;
}

function drawRoom(room) {
	const { title, topic, isPrivate, unread } = room;
	if (room !== shown) {
		if (shown) shown.draft = writer.text;
		writer.text = room.draft;
		shown = room;
	}
	writer.label(title, client.isAsked);
	search.about(room);
	tell(byId("room-name"), title);
	tell(byId("topic"), isPrivate ? texts.say("private_with", { name: title }) : topic || texts.say("no_topic"));
	byId("topic").title = topic;
	byId("leave").hidden = !isPrivate && chat.rooms.length < 2;
	byId("leave").ariaLabel = byId("leave").title = texts.say("leave", { name: title });
	byId("search-open").hidden = isPrivate;
	log.draw(room, outbox.shownIn(room));
	byId("latest").hidden = log.stuck;
	tell(byId("latest"), texts.say(unread ? "latest_new" : "latest", { count: unread }));
	if (!reading) reading = setTimeout(read, READ_AFTER_MS);
}

function drawConnection() {
	const { state, pause } = connection;
	const isOver = state === "ended";
	if (state === "open" && wasLost) announce(texts.say("back"));
	wasLost = state !== "open" && (wasLost || state !== "connecting");
	byId("banner").hidden = !wasLost;
	tell(byId("banner-text"), wasLost ? texts.say(isOver ? "goodbye" : "lost") : "");
	tell(byId("countdown"), isOver ? "" : texts.say(state === "waiting" ? "again_in" : "connecting", { count: pause }));
	tell(byId("try-now"), texts.say(isOver ? "come_back" : "try_now"));
}

/** If somebody looks at the end of the room, it was seen. */
function read() {
	reading = 0;
	if (log.stuck && document.visibilityState === "visible" && document.hasFocus()) client.read(chat.active);
}

function toLatest() {
	const { active } = chat;
	if (active?.live) log.go();
	else if (active) client.show(active, active.last, () => log.go());
	draw();
}

/** Somebody chose a room. */
function chosen(room) {
	client.choose(room);
	closePanels();
	draw();
	goOn();
}

/** Something was chosen: the focus is where one goes on. */
function goOn() {
	if (hasKeyboard) writer.focus();
	else byId("log").focus();
}

/** What was chosen in a panel is to be seen, where the panel lies over it. */
function closePanels() {
	if (!matchMedia("(max-width: 60rem)").matches) return;
	for (const panel of document.querySelectorAll(":popover-open")) panel.hidePopover();
}

/** Tell those who listen. */
function announce(text) {
	byId("announce").textContent = text;
}

let sound;

function ring() {
	sound ??= new AudioContext();
	const tone = new OscillatorNode(sound, { frequency: 660 });
	tone.connect(new GainNode(sound, { gain: 0.08 })).connect(sound.destination);
	tone.start();
	tone.stop(sound.currentTime + 0.12);
}

function storage() {
	try {
		return localStorage;
	} catch {
		return null; // the browser refuses even to be asked
	}
}

// What is pressed

const pressed = {
	skip: (event) => {
		event.preventDefault();
		writer.focus();
	},
	latest: () => {
		toLatest();
		writer.focus();
	},
	"try-now": () => connection.start(),
	leave: () => {
		client.leave(chat.active);
		writer.focus();
	},
	"browse-open": () => browse.open(),
	"name-open": () => account.open("name"),
	"signin-open": () => account.open("signin"),
	signout: async () => announce(await account.signOut()),
	"welcome-name": () => account.open("name"),
	"welcome-account": () => account.open("signin"),
	"welcome-later": () => {
		kept.set("welcomed", true);
		draw();
		writer.focus();
	},
};
for (const [id, does] of Object.entries(pressed)) byId(id).onclick = does;
for (const dialog of document.querySelectorAll("dialog")) {
	dialog.onclick = ({ target }) => {
		if (target === dialog || target.className === "close") dialog.close();
	};
}

addEventListener("keydown", (event) => {
	const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
	if (ctrlKey || metaKey || shiftKey || document.querySelector("dialog[open], :popover-open")) return;
	if (altKey && (key === "ArrowUp" || key === "ArrowDown")) {
		const { all } = chat;
		const at = all.indexOf(chat.active) + (key === "ArrowUp" ? all.length - 1 : 1);
		if (all.length) chosen(all[at % all.length]);
	} else if (key === "Escape") {
		toLatest();
		writer.focus();
	} else return;
	event.preventDefault();
});
addEventListener("online", () => connection.check());
addEventListener("focus", drawSoon);
document.addEventListener("visibilitychange", () => {
	if (document.visibilityState === "visible") connection.check();
	drawSoon();
});
setInterval(() => connection.state === "waiting" && drawConnection(), 1000);
setInterval(() => document.visibilityState === "visible" && client.askPeople(), PEOPLE_EVERY_MS);
// Where the keyboard of a phone lies over the page, the page ends above it.
visualViewport?.addEventListener("resize", () => {
	document.documentElement.style.setProperty("--height", `${visualViewport.height}px`);
});

connection.start();
if (hasKeyboard) writer.focus();
