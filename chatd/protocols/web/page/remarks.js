// What is known of remarks in a room, by the lines that they are about: decisions, who has an alert, and what
// was answered. Pure. It must not know the document or the connection.

const MOST = 1000; // lines of a room of which that is known

export class Remarks {
	/** @type {Map<number, page.Remarked>} by seq */
	#all = new Map();
	/** @type {Set<number>} the seqs of lines of which something changed since they were drawn */
	changed = new Set();
	/** @type {page.Alert[]} that go on, the oldest first */
	alerts = [];
	#upto = 0; // the seq of the last remark when the server last said which alerts go on
	#last = 0; // that of the last remark
	isDue = false; // the server has not been asked yet what it knows of the questions
	#hasQuestions = false;
	#looked = 0; // the seq of the question whose answers so far we saw last

	/**
	 * Take what an event says of another line, if it does.
	 * @param {wire.LogEvent} event
	 */
	take({ seq, time, author, kind, answer, ack, decision }) {
		if (kind === "question") {
			this.#hasQuestions = true;
			this.isDue = true;
		}
		const remark = ack ?? decision;
		const about = (remark ?? answer)?.seq;
		if (about === undefined) return;
		const known = this.of(about);
		if (remark && !known.made.some((each) => each.seq === seq)) {
			known.made.push({ seq, by: author, time, verb: remark.verb, words: remark.words });
			known.made.sort((one, other) => one.seq - other.seq); // older ones may come later
		}
		this.#last = Math.max(this.#last, seq);
		if (ack?.verb === "ack") {
			known.ack = ack;
			this.#taken(ack, author);
			if (seq <= this.#upto) this.#judge(known);
		}
		if (answer && seq >= (known[answer.verb]?.seq ?? 0)) known[answer.verb] = { seq, counts: answer.counts };
		this.changed.add(about);
	}

	/**
	 * Take the alerts that go on, as the server has them.
	 * @param {page.Alert[]} alerts
	 */
	takeAlerts(alerts) {
		this.#changeAlerts(alerts);
		this.#upto = this.#last;
		for (const known of this.#all.values()) this.#judge(known);
	}

	/**
	 * Change the alerts that go on. One that did, and has no other line now, is over.
	 * @param {page.Alert[]} alerts
	 */
	#changeAlerts(alerts) {
		const before = new Map(this.alerts.map((alert) => [alert.seq, alert]));
		this.alerts = alerts;
		for (const alert of alerts) {
			const was = before.get(alert.seq);
			before.delete(alert.seq);
			if (was?.by !== alert.by || was?.words !== alert.words) this.change(alert.seq, { alert, isOver: false });
		}
		for (const { seq, number, author } of before.values()) {
			const goesOn = alerts.some((each) => each.number === number && each.author === author);
			this.change(seq, { alert: undefined, isOver: !goesOn });
		}
	}

	/**
	 * See if an alert that the log says a person took is over: it is if none goes on that has its title.
	 * @param {page.Remarked} known
	 */
	#judge({ ack, isOver }) {
		if (!ack || isOver) return;
		const title = titleOf(ack);
		const goesOn = this.alerts.some((each) => each.author === ack.author && titleOf(each) === title);
		if (!goesOn) this.change(ack.seq, { isOver: true });
	}

	/**
	 * A person has an alert now.
	 * @param {wire.Remark} ack
	 * @param {string} by
	 */
	#taken({ seq, words }, by) {
		const alerts = this.alerts.map((each) => (each.seq === seq ? { ...each, by, words } : each));
		this.#changeAlerts(alerts);
	}

	/**
	 * Return what is known of a line, or nothing.
	 * @param {number | undefined} seq
	 */
	get(seq) {
		return this.#all.get(seq ?? 0);
	}

	/**
	 * Change what is known of a line, besides what the log says.
	 * @param {number} seq
	 * @param {Partial<page.Remarked>} change
	 */
	change(seq, change) {
		if (change.standing) this.#looked = seq;
		Object.assign(this.of(seq), change);
		this.changed.add(seq);
	}

	/** Ask again what the server knows of the questions, after the connection broke. */
	renew() {
		this.isDue = this.#hasQuestions;
	}

	/** The people who have not answered the question whose answers we see, while it is open. */
	get missing() {
		const { standing, close } = this.get(this.#looked) ?? {};
		return new Set(standing?.open && !close ? standing.missing : []);
	}

	/** @param {number} seq */
	of(seq) {
		let known = this.#all.get(seq);
		if (!known) {
			known = { made: [] };
			this.#all.set(seq, known);
			for (const oldest of this.#all.keys()) if (this.#all.size > MOST) this.#all.delete(oldest);
		}
		return known;
	}

	/** Forget what the server told the user alone. */
	forgetSecrets() {
		for (const [seq, known] of this.#all) {
			if (known.own || known.standing || known.told) {
				this.change(seq, { own: undefined, standing: undefined, told: undefined });
			}
		}
	}

	/** Return the seqs of lines of which something changed since the last call. */
	takeChanged() {
		const seqs = [...this.changed];
		this.changed.clear();
		return seqs;
	}
}

/**
 * Return the title of an alert, without how many there are: "[FIRING:2] DiskFull", say.
 * @param {{ excerpt: string }} alert
 */
const titleOf = ({ excerpt }) => excerpt.replace(/^(\W*\w+):\d+/, "$1");

/**
 * Return answers in words, equal ones as one.
 * @param {{ name: string, text: string }[]} answers
 */
export function grouped(answers) {
	/** @type {Map<string, string[]>} */
	const names = new Map();
	for (const { name, text } of answers) names.set(text, [...(names.get(text) ?? []), name]);
	return Array.from(names, ([answer, each]) => ({ answer, names: each }));
}

/** @param {number[]} [counts] */
export const sum = (counts = []) => counts.reduce((all, each) => all + each, 0);

/**
 * Return counts as shares of all: numbers from 0 to 1.
 * @param {number[]} counts
 */
export function shares(counts) {
	const all = sum(counts);
	return counts.map((each) => (all ? each / all : 0));
}
