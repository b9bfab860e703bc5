// A clock and a socket that do what tests say, and a client on them.

import { Client } from "../../../../chatd/protocols/web/page/client.js";
import { Kept } from "../../../../chatd/protocols/web/page/kept.js";
import { Texts } from "../../../../chatd/protocols/web/page/texts.js";

export class Clock {
	time = 0;
	timers = new Map();
	#number = 0;

	now = () => this.time;

	setTimeout = (action, ms) => {
		this.timers.set(++this.#number, { action, at: this.time + ms });
		return this.#number;
	};

	clearTimeout = (number) => {
		this.timers.delete(number);
	};

	advance(seconds) {
		const until = this.time + seconds * 1000;
		for (;;) {
			const due = [...this.timers].filter(([, { at }]) => at <= until).sort((one, other) => one[1].at - other[1].at)[0];
			if (!due) break;
			this.timers.delete(due[0]);
			this.time = due[1].at;
			due[1].action();
		}
		this.time = until;
	}
}

export class Sockets {
	all = [];

	open = () => {
		const socket = {
			sent: [],
			isClosed: false,
			send: (data) => socket.sent.push(JSON.parse(data)),
			close: () => (socket.isClosed = true),
			/** The server says something. */
			says: (...messages) => {
				for (const message of messages) socket.onmessage({ data: JSON.stringify(message) });
			},
		};
		this.all.push(socket);
		return socket;
	};

	get last() {
		return this.all.at(-1);
	}
}

export const HELLO = { type: "hello", name: "guest1", guest: true, account: false, lobby: "lobby", max_length: 100 };

function storage(values = {}) {
	const all = new Map(Object.entries(values).map(([name, value]) => [`chatd.${name}`, JSON.stringify(value)]));
	return { getItem: (name) => all.get(name) ?? null, setItem: (name, value) => all.set(name, value) };
}

/** Return a client that has said hello, with what was kept, and what it hears. */
export function made(values, sockets = new Sockets()) {
	const clock = new Clock();
	const heard = [];
	const kept = new Kept(storage(values));
	const client = new Client({
		kept,
		clock,
		texts: new Texts("en"),
		open: sockets.open,
		refusal: () => Promise.resolve(),
		changed: () => {},
		heard: (line) => heard.push(line),
		bell: () => heard.push("bell"),
	});
	const open = (hello = {}) => {
		client.connection.start();
		sockets.last.onopen();
		sockets.last.says({ ...HELLO, ...hello });
	};
	open();
	return { client, chat: client.chat, clock, sockets, heard, kept, open, says: (...all) => sockets.last.says(...all) };
}

export const entered = (room, head = 0, after = head) => ({
	type: "entered",
	room,
	head,
	after,
	topic: "",
	text: `You are in #${room}.`,
});

export const events = (room, ...all) => ({ type: "events", room, events: all });

/** Return the messages of a type that were sent over the last socket. */
export const sent = ({ sockets }, type) => sockets.last.sent.filter((message) => message.type === type);
