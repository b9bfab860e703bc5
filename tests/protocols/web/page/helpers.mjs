// A clock and a socket that do what tests say.

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
