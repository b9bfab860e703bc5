// Cards in the log: a question with a button for each option, or a field for words, and what was answered. A card
// is made once, and changed in its place, so that the focus and what is written stay. It must not know the
// connection.

import { addressOf } from "./address.js";
import { arrange, button, make, nameOf, onSubmit, sentence, span, tell, written } from "./dom.js";
import { grouped, shares, sum } from "./remarks.js";

const NAMED = 100; // most people of a list

export class Cards {
	/** @type {WeakMap<page.Line, Card>} */
	#questions = new WeakMap();
	#given;

	/** @param {page.CardOptions} given */
	constructor(given) {
		this.#given = given;
	}

	/**
	 * Return the card of a line, or nothing if it is of a later server.
	 * @param {page.Room} room
	 * @param {page.Line} line
	 */
	of(room, line) {
		const { question, answer } = line;
		if (answer) return resultCard(this.#given.texts, room, line, answer);
		if (!question) return undefined;
		const card = this.#questions.get(line) ?? new Card(this.#given, room, line, question);
		this.#questions.set(line, card);
		this.draw(room, line);
		return card.element;
	}

	/**
	 * Draw what is known now of a question that has a card.
	 * @param {page.Room} room
	 * @param {page.Line} line
	 */
	draw(room, line) {
		this.#questions.get(line)?.draw(room.remarks.get(line.seq), room.may("mute"));
	}
}

class Card {
	#note = make("p", { className: "dim" });
	#own = make("p", { className: "own", role: "status" });
	#error = make("p", { className: "wrong", role: "alert" });
	/** @type {HTMLElement} that is answered with */
	#ways;
	#options;
	#tally = make("div", { className: "tally" });
	#count = make("p", {});
	#missing;
	#shown = make("ul", {});
	#closing;
	#showing;
	#looking;
	#isWaiting = false;
	#given;
	#question;

	/**
	 * @param {page.CardOptions} given
	 * @param {page.Room} room
	 * @param {page.Line} line
	 * @param {page.Question} question
	 */
	constructor(given, room, line, question) {
		const { texts } = given;
		const { author = "", seq = 0 } = line;
		const { words, options } = question;
		this.#given = given;
		this.#question = question;
		const { asking } = given;
		const answer = (/** @type {number | string} */ text) => this.#ask((done) => asking.answer(room, seq, text, done));
		this.#options = options.map((option, at) => new Option(option, () => answer(at + 1)));
		const ways = options.length
			? make("ul", { className: "options" }, ...this.#options.map(({ element }) => element))
			: inWords(texts, answer);
		this.#ways = make("div", { role: "group", ariaLabel: texts.say("answer") }, ways);
		this.#missing = new NameList(texts, "not_yet");
		this.#closing = button(() => this.#ask((done) => asking.close(room, seq, done)), texts.say("close_question"));
		this.#showing = button(() => this.#ask((done) => asking.show(room, seq, done)), texts.say("show_answers"));
		this.#looking = button(() => this.#ask((done) => asking.look(room, seq, done)), texts.say("look"));
		this.#tally.ariaLive = "off"; // it changes with each answer
		this.#tally.append(this.#count, this.#missing.element, this.#closing, this.#showing);
		const asks = make("p", { className: "asks" }, ...sentence(texts, "asks", { name: nameOf(author) }));
		const parts = [asks, make("p", {}, written(words)), this.#note, this.#ways, this.#own, this.#error];
		this.element = make("section", { className: "card", ariaLabel: texts.say("question") }, ...parts);
		this.element.append(this.#shown, this.#looking, this.#tally);
	}

	/**
	 * @param {page.Remarked | undefined} known
	 * @param {boolean} runsRoom
	 */
	draw({ own, standing, close, show, isClosed, isMine, counts } = { made: [] }, runsRoom) {
		const { texts } = this.#given;
		const { options, anonymous } = this.#question;
		const isOpen = !close && !isClosed;
		const isDone = !isOpen || (anonymous && own !== undefined);
		this.#note.hidden = isDone;
		tell(this.#note, texts.say(anonymous ? "answers_anonymous" : "answers_named"));
		this.#ways.hidden = isDone && !options.length;
		const people = (close ?? show)?.counts.map((each) => each.people);
		const numbers = close ? people : (standing?.counts ?? counts ?? people);
		const each = shares(numbers ?? []);
		for (const [at, option] of this.#options.entries()) {
			option.draw(own?.option === at + 1, isDone, numbers && (numbers[at] ?? 0), each[at] ?? 0);
		}
		tell(this.#own, own ? this.#ownText(own) : "");
		this.#drawWords(show?.counts ?? grouped(standing?.answers ?? []));
		this.#looking.hidden = !isOpen || !runsRoom || isMine || standing !== undefined;
		// They are shown again once there are others.
		const count = standing?.answered ?? sum(numbers);
		const shown = sum(show?.counts.map(({ people }) => people));
		this.#showing.hidden = !isMine || anonymous || shown === count;
		this.#drawTally(isOpen, standing, numbers);
	}

	/**
	 * Draw how many have answered, and who has not, for those who may see that; and once it is closed, for all.
	 * @param {boolean} isOpen
	 * @param {wire.Standing | undefined} standing
	 * @param {number[] | undefined} counts
	 */
	#drawTally(isOpen, standing, counts) {
		const { texts } = this.#given;
		this.#tally.hidden = isOpen && !standing;
		this.#closing.hidden = !isOpen;
		const { answered = 0, expected: all, missing = [] } = standing ?? {};
		const count = isOpen ? answered : sum(counts);
		tell(this.#count, texts.say(isOpen ? "have_answered" : counts ? "closed_with" : "is_closed", { count, all }));
		this.#missing.draw(missing);
	}

	/**
	 * Say what we answered. Of an anonymous question the server does not know it.
	 * @param {page.OwnAnswer} own
	 */
	#ownText({ text }) {
		const { texts } = this.#given;
		return text === null ? texts.say("own_given") : texts.say("own_answer", { answer: text || texts.say("yes") });
	}

	/**
	 * Draw who answered what, as far as that is shown.
	 * @param {{ answer: string, names: string[] }[]} [answers]
	 */
	#drawWords(answers = []) {
		const { texts } = this.#given;
		const shown = answers.filter(({ names }) => names.length).slice(0, NAMED);
		this.#shown.hidden = !shown.length;
		this.#shown.replaceChildren(...shown.map((each) => answerItem(texts, each)));
	}

	/** @param {(answered: page.Answered) => void} send */
	#ask(send) {
		if (this.#isWaiting) return;
		this.#wait(true);
		send((reply) => {
			this.#wait(false);
			if (!reply || reply.type === "error") tell(this.#error, this.#given.texts.failure(reply));
		});
	}

	/** @param {boolean} isWaiting */
	#wait(isWaiting) {
		this.#isWaiting = isWaiting;
		this.element.ariaBusy = `${isWaiting}`;
		if (isWaiting) tell(this.#error, "");
	}
}

/** An option: a button while it can be chosen, and a bar once it is counted. */
class Option {
	element = make("li", {});
	#bar = span("share");
	#count = span("count");
	#button;
	#still;

	/**
	 * @param {string} text
	 * @param {() => void} choose
	 */
	constructor(text, choose) {
		this.#bar.ariaHidden = "true";
		this.#button = button(choose, make("bdi", {}, text));
		this.#still = span("still", make("bdi", {}, text));
	}

	/**
	 * @param {boolean} isOwn
	 * @param {boolean} isDone it cannot be chosen any more
	 * @param {number | undefined} people who chose it, if that is known
	 * @param {number} share
	 */
	draw(isOwn, isDone, people, share) {
		const shown = isDone ? this.#still : this.#button;
		arrange(this.element, [shown]);
		arrange(shown, [this.#bar, ...shown.querySelectorAll("bdi"), this.#count]);
		this.#button.ariaPressed = `${isOwn}`;
		this.#still.classList.toggle("chosen", isOwn);
		this.#bar.style.setProperty("--share", `${share}`);
		tell(this.#count, people === undefined ? "" : `${people}`);
	}
}

/** The names of some people, after how many they are. */
class NameList {
	#title = make("h3", {});
	#names = make("ul", { className: "names" });
	/** @type {Map<string, HTMLLIElement>} */
	#items = new Map();
	#texts;
	#key;
	element = make("div", {}, this.#title, this.#names);

	/**
	 * @param {page.Texts} texts
	 * @param {page.Key} key
	 */
	constructor(texts, key) {
		this.#texts = texts;
		this.#key = key;
	}

	/** @param {string[]} names */
	draw(names) {
		const shown = names.slice(0, NAMED);
		this.#items = new Map(shown.map((name) => [name, this.#items.get(name) ?? make("li", {}, nameOf(name))]));
		arrange(this.#names, [...this.#items.values()]);
		const more = names.length - shown.length;
		const rest = more ? `, ${this.#texts.say("more_people", { count: more })}` : "";
		tell(this.#title, `${this.#texts.say(this.#key)}: ${names.length}${rest}`);
		this.element.hidden = !names.length;
	}
}

/**
 * @param {page.Texts} texts
 * @param {(text: string) => void} answer
 */
function inWords(texts, answer) {
	const words = make("input", { ariaLabel: texts.say("answer"), autocomplete: "off" });
	words.dir = "auto";
	const send = make("button", { type: "submit" }, texts.say("do_answer"));
	const form = make(
		"form",
		{ className: "field" },
		words,
		send,
		button(() => answer(""), texts.say("yes")),
	);
	onSubmit(form, () => {
		if (words.value.trim()) answer(words.value.trim());
	});
	return form;
}

/**
 * @param {page.Texts} texts
 * @param {{ answer: string, names: string[] }} answer
 */
function answerItem(texts, { answer, names }) {
	const who = names.flatMap((name, at) => [at > 0 && ", ", nameOf(name)]);
	return make("li", {}, ...who, ": ", make("bdi", {}, answer || texts.say("yes")));
}

/**
 * Return the card of a line that closes a question, or shows its answers: with a bar for each answer.
 * @param {page.Texts} texts
 * @param {page.Room} room
 * @param {page.Line} line
 * @param {page.Answers} answers
 */
function resultCard(texts, room, { author = "" }, { verb, seq, counts }) {
	const question = room.lines.find((line) => line.seq === seq)?.question;
	const href = addressOf(room, seq);
	const link = make("a", { href, dir: "auto" }, question?.words ?? texts.say("question"));
	const key = verb === "close" ? "closed_question" : "showed_answers";
	const numbers = counts.map(({ people }) => people);
	const each = shares(numbers);
	const items = counts.map((count, at) => {
		if (count.names.length) return answerItem(texts, count);
		const option = new Option(count.answer, () => {});
		option.draw(false, true, count.people, each[at] ?? 0);
		return option.element;
	});
	return make(
		"section",
		{ className: "card", ariaLabel: texts.say("answers") },
		make("p", { className: "asks" }, ...sentence(texts, key, { name: nameOf(author), question: link })),
		counts.some(({ answer }) => answer) && make("ul", { className: "options" }, ...items),
		make("p", {}, texts.say(verb === "close" ? "closed_with" : "shown_with", { count: sum(numbers) })),
	);
}
