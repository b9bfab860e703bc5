// The composition of the page: its parts are made here, and given each other's methods. It must not draw
// or handle a key itself.

import { AlertsBar } from "./alerts.js";
import { Client } from "./client.js";
import { listen } from "./controls.js";
import { Account, Browse } from "./dialogs.js";
import { Display } from "./display.js";
import { announce, byId } from "./dom.js";
import { Drafts } from "./drafts.js";
import { Forms } from "./forms.js";
import { holdFront, isInFront } from "./front.js";
import { install } from "./install.js";
import { browserStorage, Kept } from "./kept.js";
import { LineMenu } from "./line-menu.js";
import { Log } from "./log.js";
import { accountSettings, deedsTo, lineItems, settingsOf } from "./manage.js";
import { Menu } from "./menu.js";
import { sameName } from "./names.js";
import { Navigation } from "./navigation.js";
import { Notifier } from "./notify.js";
import { PeopleList } from "./people-list.js";
import { Search } from "./search.js";
import { Side } from "./side.js";
import { refusal, socket } from "./socket.js";
import { ring } from "./sound.js";
import { chooseLanguage, Texts } from "./texts.js";
import { Topic } from "./topic.js";
import { Writer } from "./writer.js";

const texts = new Texts(chooseLanguage(navigator.languages));
const kept = new Kept(browserStorage(() => localStorage));
const clock = { setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window), now: Date.now };
const client = new Client({
	kept,
	texts,
	clock,
	open: socket,
	refusal,
	changed: () => display.drawSoon(),
	heard: (line) => {
		if (line.room.isPrivate) announce(`${texts.say("private")}, ${line.author}: ${line.text}`);
		notifier.heard(line);
	},
	bell: ring,
});
const { asking, chat, connection, outbox } = client;
const drafts = new Drafts({ chat, kept: new Kept(browserStorage(() => sessionStorage)), clock });

const notifier = new Notifier({
	kept,
	api: isSecureContext && "Notification" in window ? Notification : null,
	isInFront,
	open: (room) => {
		window.focus();
		display.choose(room);
	},
	changed: () => display.drawSoon(),
});
if (notifier.isPossible) holdFront();

const side = new Side({
	texts,
	choose: (room) => display.choose(room),
});
const people = new PeopleList({
	texts,
	chosen: (name, opener) => {
		const write = { text: texts.say("write_to", { name }), action: () => display.choose(chat.privateWith(name)) };
		const deeds = chat.active ? deedsTo(texts, chat.active, name, clock.now()) : [];
		const items = deeds.map((deed) => ({
			text: deed.title,
			action: () => forms.open(deed),
		}));
		menu.open(opener, name, [write, ...items]);
	},
});
const log = new Log({
	texts,
	older: (room, done) => client.older(room, done),
	newer: (room) => client.newer(room),
	moved: () => display.drawSoon(),
	asking,
	drop: (item, isAgain) => {
		outbox.drop(item.id);
		if (isAgain) writer.text = [writer.text, item.shown].filter(Boolean).join("\n");
		writer.focus();
		display.draw();
	},
});
const writer = new Writer({
	texts,
	say: (lines) => {
		client.say(lines);
		display.toLatest();
	},
	hasRoom: () => chat.active !== null,
	answer: (text) => client.answer(text),
	typed: (text) => display.typed(text),
	known: () => ({
		commands: chat.commands,
		aliases: chat.aliases,
		people: (chat.active?.people.names ?? []).filter((name) => !sameName(name, chat.me.name)),
		rooms: chat.rooms.map((room) => room.name),
	}),
	limits: () => chat.limits,
	page: (direction) => log.page(direction),
});
const search = new Search({
	texts,
	ask: (message, answer) => connection.ask(message, answer),
	rooms: () => chat.presentNames,
	left: () => display.goOn(),
});
const inDialogs = {
	texts,
	late: (/** @type {wire.Failure} */ error) => client.take(error),
	done: () => display.goOn(),
};
const browse = new Browse({
	...inDialogs,
	ask: (answer) => connection.ask({ type: "rooms" }, answer),
	enter: (name, answered) => client.enter(name, answered),
});
const account = new Account({
	...inDialogs,
	kept,
	door: () => chat.door,
	takeName: (name, answered) => client.command(`/nick ${name}`, answered),
	leaving: () => connection.stop(),
	changed: () => connection.start(),
});
const menu = new Menu();
new LineMenu({
	texts,
	menu,
	items: (seq) => {
		const { active: room } = chat;
		const line = room?.lines.find((each) => each.seq === seq);
		if (!room || !line) return [];
		const mark = (/** @type {page.FormsContent} */ content) => forms.open(content);
		const whoHas = () => asking.whoHas(room, seq);
		return lineItems(texts, room, line, { mark, whoHas, take: () => asking.take(room, seq) });
	},
});
const alerts = new AlertsBar({ texts, menu, show: (room, seq) => display.showLine(room, seq) });
const forms = new Forms({
	...inDialogs,
	command: (text, answered, room) => client.command(text, answered, room),
	reply: (text, answered) => client.reply(text, answered),
	isAsked: () => chat.isAsked,
	cancel: () => client.cancel(),
});
const topic = new Topic({
	texts,
	set: (room, text, answered) => client.command(`/topic #${room.name} ${text || "-"}`, answered),
});
const navigation = new Navigation({
	client,
	texts,
	choose: (room) => display.choose(room),
	showLine: (room, seq) => display.showLine(room, seq),
	offer: (name, why) => browse.open(name, why),
	changed: () => display.drawSoon(),
});
const display = new Display({
	texts,
	kept,
	client,
	side,
	people,
	log,
	alerts,
	writer,
	search,
	topic,
	navigation,
	notifier,
	drafts,
});

byId("settings-open").onclick = () => chat.active && forms.open(settingsOf(texts, chat.active));
byId("account-open").onclick = () => forms.open(accountSettings(texts));
listen({ kept, client, display, writer, browse, account, notifier, drafts });
navigation.start();
connection.start();
if (display.hasKeyboard) writer.focus();
install(() => !writer.text && !outbox.items.length && !document.querySelector("dialog[open]"));
