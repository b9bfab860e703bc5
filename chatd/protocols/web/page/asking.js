// What the user asks about lines, and is told alone: answers to questions, alerts that go on, and who has a line. It
// must not know the document or the socket.

const ALERTS_MS = 1000; // most, until alerts are asked for again
const NEWS_MS = 1000; // until it is asked who has not answered yet,
const WATCH_MS = 5000; // and until that is asked again for operators, who are not told when there are answers

export class Asking {
	#client;
	#given;
	/** @type {Set<string>} what is asked again in a moment */
	#due = new Set();

	/**
	 * @param {page.Client} client
	 * @param {page.ClientOptions} given
	 */
	constructor(client, given) {
		this.#client = client;
		this.#given = given;
	}

	/**
	 * Ask what the server knows of the questions of a room that is shown: what we answered, and which are ours.
	 * @param {page.Room} room
	 */
	refresh(room) {
		const { connection } = this.#client;
		if (!room.remarks.isDue || !room.present || connection.state !== "open") return;
		room.remarks.isDue = false;
		const upto = room.last ?? 0;
		connection.ask({ type: "questions", room: room.name }, (reply) => {
			if (reply?.type !== "questions") return;
			const listed = new Map(reply.questions.map((each) => [each.seq, each]));
			for (const { seq = 0, kind } of room.lines) {
				// Old ones that are closed are not listed.
				if (kind === "question" && seq <= upto && !listed.has(seq)) room.remarks.change(seq, { isClosed: true });
			}
			for (const [seq, { open, mine, own, counts }] of listed) {
				room.remarks.change(seq, { isClosed: !open, isMine: mine, own, counts });
				if (mine && open) this.look(room, seq);
			}
			this.#given.changed();
		});
	}

	/**
	 * Answer a question: with the number of an option, or in words; "" is yes.
	 * @param {page.Room} room
	 * @param {number} seq
	 * @param {number | string} answer
	 * @param {page.Answered} answered
	 */
	answer(room, seq, answer, answered) {
		this.#client.connection.ask({ type: "answer", room: room.name, seq, answer }, (reply) => {
			if (reply?.type === "answer") room.remarks.change(seq, { own: reply });
			answered(reply);
			this.#given.changed();
		});
	}

	/**
	 * @param {page.Room} room
	 * @param {number} seq
	 * @param {page.Answered} answered
	 */
	close(room, seq, answered) {
		this.#client.connection.ask({ type: "close", room: room.name, seq }, (reply) => {
			answered(reply);
			this.#given.changed();
		});
	}

	/**
	 * Show the room the answers to a question of ours, with names.
	 * @param {page.Room} room
	 * @param {number} seq
	 * @param {page.Answered} answered
	 */
	show(room, seq, answered) {
		this.#client.connection.ask({ type: "show", room: room.name, seq }, answered);
	}

	/**
	 * Ask for the answers to a question so far, as its author or an operator.
	 * @param {page.Room} room
	 * @param {number} seq
	 * @param {page.Answered} [answered]
	 */
	look(room, seq, answered) {
		this.#client.connection.ask({ type: "answers", room: room.name, seq }, (reply) => {
			if (reply?.type === "answers") {
				room.remarks.change(seq, { standing: reply });
				if (reply.open && !room.remarks.get(seq)?.isMine) this.#lookSoon(room, seq, WATCH_MS);
			}
			answered?.(reply);
			this.#given.changed();
		});
	}

	/**
	 * There are more answers to a question of ours.
	 * @param {wire.Answered} news
	 */
	counted({ room: name, seq, answered, counts }) {
		const room = this.#client.chat.room(name);
		const standing = room?.remarks.get(seq)?.standing;
		if (!room || !standing) return;
		room.remarks.change(seq, { standing: { ...standing, answered, counts } });
		this.#lookSoon(room, seq, NEWS_MS);
	}

	/**
	 * @param {page.Room} room
	 * @param {number} seq
	 * @param {number} ms
	 */
	#lookSoon(room, seq, ms) {
		const isWanted = () => room === this.#client.chat.active && !room.remarks.get(seq)?.close;
		this.#soon(`${room.name} ${seq}`, ms, () => isWanted() && this.look(room, seq));
	}

	/** Ask for the alerts that go on in the room that is shown. */
	alerts() {
		const room = this.#client.chat.active;
		if (!room?.present || room.isPrivate) return;
		this.#client.connection.ask({ type: "alerts", room: room.name }, (reply) => {
			if (reply?.type === "alerts") room.remarks.takeAlerts(reply.alerts);
			this.#given.changed();
		});
	}

	/** Ask for them in a moment, not at the same time as all others in the room: a tool may have begun or ended one. */
	alertsSoon() {
		this.#soon("alerts", ALERTS_MS * (0.5 + Math.random() / 2), () => this.alerts());
	}

	/**
	 * Do something in a moment, once until then.
	 * @param {string} what
	 * @param {number} ms
	 * @param {() => void} action
	 */
	#soon(what, ms, action) {
		if (this.#due.has(what)) return;
		this.#due.add(what);
		this.#given.clock.setTimeout(() => {
			this.#due.delete(what);
			action();
		}, ms);
	}

	/**
	 * Say that we have an alert, or have read a question. The room is told.
	 * @param {page.Room} room
	 * @param {number} seq
	 */
	take(room, seq) {
		this.#client.connection.ask({ type: "take", room: room.name, seq }, (reply) => {
			if (reply?.type !== "taken") this.#tell(room, seq, reply);
		});
	}

	/**
	 * Show beside a line who has it, or why that is not told.
	 * @param {page.Room} room
	 * @param {number} seq
	 */
	whoHas(room, seq) {
		this.#client.command(`/seen ${seq}`, (reply) => this.#tell(room, seq, reply), room);
	}

	/**
	 * Show an answer beside a line, or why there is none.
	 * @param {page.Room} room
	 * @param {number} seq
	 * @param {wire.ServerMessage | undefined} reply
	 */
	#tell(room, seq, reply) {
		const isError = reply?.type !== "say";
		const text = isError ? this.#given.texts.failure(reply?.type === "error" ? reply : undefined) : reply.text;
		room.remarks.change(seq, { told: { text, isError } });
		this.#given.changed();
	}

	/**
	 * Hide what was answered about a line.
	 * @param {page.Room} room
	 * @param {number} seq
	 */
	forget(room, seq) {
		room.remarks.change(seq, { told: undefined });
		this.#given.changed();
	}
}
