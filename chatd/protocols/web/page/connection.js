// The WebSocket: opened, found dead, and opened again after growing pauses. It knows how long to wait
// and nothing of what is said; the socket, the clock and chance are handed in.

const LONGEST_PAUSE = 30;
const PING_EVERY = 25;
const ANSWER_WITHIN = 10;
const LASTING_MS = 10_000;
const GOODBYE = 1000;

export class Connection {
	state = "waiting"; // or connecting; open, once the server has greeted us; ended
	isLetGo = false; // the server will close, and takes us again
	#socket;
	#lastId = 0;
	#asked = new Map();
	#tries = 0;
	#openedAt;
	#retryAt;
	#timers = {};

	/**
	 * Given are `open()` a socket, `greet()` with our `hello`, `received(message)`, `changed()` for the
	 * state, a `clock` (setTimeout, clearTimeout, now) and `chance()` from 0 to 1.
	 */
	constructor({ chance = Math.random, ...given }) {
		Object.assign(this, given, { chance });
	}

	/** Open it now, anew if it is open. */
	start() {
		this.#drop();
		this.isLetGo = false;
		const socket = this.open();
		this.#socket = socket;
		socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...this.greet() }));
		socket.onmessage = ({ data }) => socket === this.#socket && this.#message(JSON.parse(data));
		socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
		this.#after("answer", ANSWER_WITHIN, () => this.#closed());
		this.#be("connecting");
	}

	/** See whether it is alive or can be: the network is back, or the machine has slept. */
	check() {
		if (this.state === "open") this.#ping();
		else if (this.state === "waiting") this.start();
	}

	/** How many seconds it still waits. */
	get pause() {
		return Math.max(0, Math.ceil((this.#retryAt - this.clock.now()) / 1000));
	}

	newId() {
		return ++this.#lastId;
	}

	/** Returns whether there is a connection to send it over. */
	send(message) {
		if (this.state === "open") this.#socket.send(JSON.stringify(message));
		return this.state === "open";
	}

	/** Have *answer* called with what answers a message; with nothing, if the connection breaks first. */
	ask(message, answer) {
		const id = this.newId();
		if (this.send({ ...message, id })) this.#asked.set(id, answer);
		else answer();
	}

	#message(message) {
		this.#clear("answer");
		const isHello = message.type === "hello";
		if (isHello) {
			this.#openedAt = this.clock.now();
			this.state = "open";
			this.#after("ping", PING_EVERY, () => this.#ping());
		}
		const answer = this.#asked.get(message.id) ?? this.received;
		this.#asked.delete(message.id);
		answer(message);
		if (isHello) this.changed();
	}

	#ping() {
		this.send({ type: "ping" });
		this.#after("answer", ANSWER_WITHIN, () => this.#closed());
		this.#after("ping", PING_EVERY, () => this.#ping());
	}

	#closed(code) {
		this.#drop();
		if (code === GOODBYE && !this.isLetGo) return this.#be("ended");
		// A server that throws us out as soon as we are in is not asked every second.
		if (this.state === "open" && this.clock.now() - this.#openedAt > LASTING_MS) this.#tries = 0;
		// Half of it is chance: not all are to come back at once.
		const pause = Math.min(LONGEST_PAUSE, 2 ** this.#tries++) * (0.5 + this.chance() / 2);
		this.#retryAt = this.clock.now() + pause * 1000;
		this.#after("retry", pause, () => this.start());
		return this.#be("waiting");
	}

	#drop() {
		for (const name in this.#timers) this.#clear(name);
		this.#socket?.close();
		this.#socket = null;
		const asked = [...this.#asked.values()];
		this.#asked.clear();
		for (const answer of asked) answer();
	}

	#be(state) {
		this.state = state;
		this.changed();
	}

	#after(name, seconds, action) {
		this.#clear(name);
		this.#timers[name] = this.clock.setTimeout(action, seconds * 1000);
	}

	#clear(name) {
		this.clock.clearTimeout(this.#timers[name]);
	}
}
