// The two sides: rooms and private conversations with what is unread, and the people of the room.

import { arrange, button, byId, Drawn, make, nameOf, sentence, span, tell } from "./dom.js";
import { sameName } from "./names.js";

const PEOPLE_SHOWN = 200;

/** A number where there is little room. */
export const badge = (count) => (count > 99 ? "99+" : `${count || ""}`);

export class Side {
	#rooms = new Drawn();
	#people = new Map();

	/** Given are `choose(room)` and `writeTo(name)`. */
	constructor(texts, given) {
		Object.assign(this, { texts, given });
	}

	draw(chat) {
		const { texts } = this;
		const { me, active } = chat;
		arrange(
			byId("rooms"),
			chat.rooms.map((room) => this.#room(room, active)),
		);
		arrange(
			byId("privates"),
			chat.privates.map((room) => this.#room(room, active)),
		);
		byId("privates-title").hidden = !chat.privates.length;
		const unread = chat.sum("unread", active);
		tell(byId("rooms-badge"), badge(unread));
		byId("rooms-badge").classList.toggle("loud", chat.sum("mentions", active) > 0);
		byId("rooms-open").ariaLabel = texts.say("rooms") + this.#counted("unread", unread);
		byId("my-name").replaceChildren(...sentence(texts, "you_are", { name: make("bdi", {}, me.name) }));
		byId("name-open").hidden = byId("signin-open").hidden = me.account;
		byId("signout").hidden = !me.account;
		if (active) this.#drawPeople(active, me);
	}

	#counted(key, count) {
		return count ? `, ${this.texts.say(key, { count })}` : "";
	}

	#drawPeople({ isPrivate, name, names, guests }, me) {
		const { texts } = this;
		const here = isPrivate ? [name, me.name] : names.toSorted((one, other) => one.localeCompare(other));
		const shown = here.slice(0, PEOPLE_SHOWN);
		this.#people = new Map(shown.map((each) => [each, this.#people.get(each) ?? this.#person(each)]));
		for (const [each, item] of this.#people) item.firstChild.disabled = sameName(each, me.name);
		arrange(byId("people"), [...this.#people.values()]);
		const more = here.length - shown.length;
		const rest = [more && texts.say("more_people", { count: more })];
		if (guests && !isPrivate) rest.push(texts.say("guests", { count: guests }));
		tell(byId("guests"), rest.filter(Boolean).join(", "));
	}

	#person(name) {
		const person = button(() => this.given.writeTo(name), nameOf(name));
		Object.assign(person, { className: "item", title: this.texts.say("write_to", { name }) });
		return make("li", {}, person);
	}

	/** A room's element stays while it is there, so that it can be pressed at any time. */
	#room(room, active) {
		const { unread, mentions, isPrivate, name, present } = room;
		const item = this.#rooms.of(room, 0, () => {
			const inside = [
				span("sign", isPrivate ? "@" : "#"),
				make("bdi", { className: "grows" }, name),
				span(""),
				span("sr"),
			];
			inside[0].ariaHidden = inside[2].ariaHidden = "true";
			return make(
				"li",
				{},
				button(() => this.given.choose(room), ...inside),
			);
		});
		const [, , count, told] = item.firstChild.children;
		const naming = isPrivate ? 0 : mentions;
		tell(count, (naming ? "@" : "") + badge(unread));
		count.className = mentions ? "badge loud" : "badge";
		tell(told, this.#counted("unread", unread) + this.#counted("mentions", naming));
		item.firstChild.className = `item${unread ? " unread" : ""}${present ? "" : " absent"}`;
		item.firstChild.ariaCurrent = `${room === active}`;
		return item;
	}
}
