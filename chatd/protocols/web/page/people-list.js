// The list of the people of the room that is shown, each with their role, and marked as away; first are those who
// have not answered a question yet whose answers we see. It must not know the connection, nor what can be done with
// a person: *chosen* has that.

import { arrange, button, byId, make, nameOf, span, tell } from "./dom.js";

const SHOWN = 200;

/** @type {Record<string, page.Key>} the words for the roles of the server */
const ROLES = { voiced: "voiced", operator: "operator", owner: "owner", administrator: "administrator" };

export class PeopleList {
	/** @type {Map<string, page.PersonItem>} */
	#items = new Map();
	#given;

	/** @param {page.PeopleListOptions} given */
	constructor(given) {
		this.#given = given;
	}

	/** @param {page.Chat} chat */
	draw({ active, me, cutOff }) {
		if (!active) return;
		const { all, guests } = active.isPrivate ? withUs(active.name, me) : active.people.list(me);
		const { missing } = active.remarks;
		all.sort((one, other) => Number(missing.has(other.name)) - Number(missing.has(one.name)));
		const shown = all.slice(0, SHOWN);
		this.#items = new Map(shown.map(({ name }) => [name, this.#items.get(name) ?? this.#made(name)]));
		for (const person of shown) this.#mark(person, missing.has(person.name));
		arrange(
			byId("people"),
			Array.from(this.#items.values(), ({ item }) => item),
		);
		const more = all.length - shown.length + (active.isPrivate ? 0 : active.people.more);
		const { texts } = this.#given;
		const rest = [
			more && texts.say("more_people", { count: more }),
			guests && texts.say("guests", { count: guests }),
			cutOff && texts.say("people_as_of", { time: texts.time(cutOff) }),
		];
		tell(byId("guests"), rest.filter(Boolean).join(", "));
	}

	/**
	 * @param {page.Person} person
	 * @param {boolean} isMissing they have not answered yet
	 */
	#mark({ name, role, isAway, isMe }, isMissing) {
		const { texts } = this.#given;
		const item = this.#items.get(name);
		if (!item) return;
		/** @type {(page.Key | undefined | false)[]} */
		const keys = [isMissing && "not_yet", isMe && "is_you", ROLES[role ?? ""], isAway && "is_away"];
		tell(
			item.marks,
			keys
				.map((key) => (key ? texts.say(key) : ""))
				.filter(Boolean)
				.join(", "),
		);
		item.button.disabled = Boolean(isMe);
		item.button.classList.toggle("away", Boolean(isAway));
	}

	/**
	 * @param {string} name
	 * @returns {page.PersonItem}
	 */
	#made(name) {
		const marks = span("dim");
		const person = button(() => this.#given.chosen(name, person), nameOf(name), " ", marks);
		person.className = "item";
		person.dataset.name = name;
		person.ariaHasPopup = "menu";
		return { item: make("li", {}, person), button: person, marks };
	}
}

/**
 * The people of a private conversation.
 * @param {string} name
 * @param {page.Me} me
 * @returns {{ all: page.Person[], guests: number }}
 */
const withUs = (name, me) => ({ all: [{ name }, { name: me.name, isMe: true }], guests: 0 });
