// The WebSocket: it is opened, found dead, and opened again after growing pauses. It must not know what
// messages mean. The socket, the clock and chance are arguments.

const LONGEST_PAUSE = 30;
const PING_EVERY = 25;
const ANSWER_WITHIN = 10;
const LASTING_MS = 10_000;
const GOODBYE = 1000;
const OPEN = 1; // WebSocket's

export class Connection {
	/** @type {"waiting" | "connecting" | "open" | "ended"} "open" once the server has sent `hello` */
	state = "waiting";
	/** @type {page.Refused} why the server accepts no connection, if it says */
	reason;
	isLetGo = false; // the server will close the connection, and accepts another one
	/** @type {WebSocket | undefined} */
	#socket;
	#lastId = 0;
	/** @type {Map<wire.Id | undefined, page.Answered>} */
	#asked = new Map();
	#tries = 0;
	#openedAt = 0;
	#retryAt = 0;
	/** @type {Map<string, number>} */
	#timers = new Map();
	#given;
	#clock;

	/** @param {page.ConnectionOptions} given */
	constructor(given) {
		this.#given = given;
		this.#clock = given.clock;
	}

	/** Open it now; close it first if it is open. */
	start() {
		this.#drop();
		this.isLetGo = false;
		const socket = this.#given.open();
		this.#socket = socket;
		const greet = () => socket.send(JSON.stringify(this.#given.greet()));
		socket.onopen = greet;
		socket.onmessage = ({ data }) => socket === this.#socket && this.#message(JSON.parse(data));
		socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
		this.#after("answer", ANSWER_WITHIN, () => this.#closed());
		this.#be("connecting");
		if (socket.readyState === OPEN) greet();
	}

	/** Close it, until it is started: the user is about to be another one. */
	stop() {
		this.#drop();
		this.#be("connecting");
	}

	/** Find out if it is alive: the network is back, or the machine has slept. */
	check() {
		if (this.state === "open") this.#ping();
		else if (this.state === "waiting") this.start();
	}

	/** The seconds until the next try. */
	get pause() {
		return Math.max(0, Math.ceil((this.#retryAt - this.#clock.now()) / 1000));
	}

	newId() {
		return ++this.#lastId;
	}

	/**
	 * Send a message, and return true; return false without a connection.
	 * @param {wire.ClientMessage} message
	 */
	send(message) {
		if (this.state === "open") this.#socket?.send(JSON.stringify(message));
		return this.state === "open";
	}

	/**
	 * Send a message, and call *answer*, again and again while it returns true: there are more answers.
	 * @param {Exclude<wire.ClientMessage, { type: "hello" }>} message
	 * @param {page.Answered} answer
	 */
	ask(message, answer) {
		const id = this.newId();
		if (this.send({ ...message, id })) this.#asked.set(id, answer);
		else answer();
	}

	/** @param {wire.ServerMessage} message */
	#message(message) {
		this.#clear("answer");
		const isHello = message.type === "hello";
		if (isHello) {
			this.#openedAt = this.#clock.now();
			this.state = "open";
			this.reason = undefined;
			this.#after("ping", PING_EVERY, () => this.#ping());
		}
		const id = "id" in message ? message.id : undefined;
		const answer = this.#asked.get(id);
		this.#asked.delete(id);
		if (!answer) this.#given.received(message);
		else if (answer(message) === true) this.#asked.set(id, answer);
		if (isHello) this.#given.changed();
	}

	#ping() {
		this.send({ type: "ping" });
		this.#after("answer", ANSWER_WITHIN, () => this.#closed());
		this.#after("ping", PING_EVERY, () => this.#ping());
	}

	/** @param {number} [code] that of the socket's closing; none if it was found dead */
	#closed(code) {
		this.#drop();
		if (this.state !== "open") this.#askWhy();
		if (code === GOODBYE && !this.isLetGo) return this.#be("ended");
		// A server that closes each connection at once is not asked every second.
		if (this.state === "open" && this.#clock.now() - this.#openedAt > LASTING_MS) this.#tries = 0;
		// Half of it is chance, so that not all clients come back at once.
		const { chance = Math.random } = this.#given;
		const pause = Math.min(LONGEST_PAUSE, 2 ** this.#tries++) * (0.5 + chance() / 2);
		this.#retryAt = this.#clock.now() + pause * 1000;
		this.#after("retry", pause, () => this.start());
		return this.#be("waiting");
	}

	async #askWhy() {
		const reason = await this.#given.refusal();
		if (this.state !== "open") this.reason = reason;
	}

	#drop() {
		for (const name of this.#timers.keys()) this.#clear(name);
		this.#socket?.close();
		this.#socket = undefined;
		const asked = [...this.#asked.values()];
		this.#asked.clear();
		for (const answer of asked) answer();
	}

	/** @param {Connection["state"]} state */
	#be(state) {
		this.state = state;
		this.#given.changed();
	}

	/**
	 * @param {string} name
	 * @param {number} seconds
	 * @param {() => void} action
	 */
	#after(name, seconds, action) {
		this.#clear(name);
		this.#timers.set(name, this.#clock.setTimeout(action, seconds * 1000));
	}

	/** @param {string} name */
	#clear(name) {
		this.#clock.clearTimeout(this.#timers.get(name));
	}
}
