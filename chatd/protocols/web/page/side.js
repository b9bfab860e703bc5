// The side panel of rooms and private conversations, with their unread lines. It must not know the
// connection.

import { arrange, button, byId, Drawn, make, sentence, span, tell } from "./dom.js";

/**
 * Return a number for a small space, after a sign, or "" for 0.
 * @param {number} count
 * @param {string} [sign]
 */
export const badge = (count, sign = "") => (count ? `${sign}${count > 99 ? "99+" : count}` : "");

export class Side {
	/** @type {Drawn<page.RoomItem>} */
	#rooms = new Drawn();
	#given;

	/** @param {page.SideOptions} given */
	constructor(given) {
		this.#given = given;
	}

	/** @param {page.Chat} chat */
	draw(chat) {
		const { texts } = this.#given;
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
		byId("my-name").hidden = !me.name;
		byId("name-open").hidden = me.account;
		byId("signin-open").hidden = me.account || !chat.signsIn;
		byId("signout").hidden = !me.account;
		byId("account-open").hidden = !me.account;
	}

	/**
	 * @param {page.Key} key
	 * @param {number} count
	 */
	#counted(key, count) {
		return count ? `, ${this.#given.texts.say(key, { count })}` : "";
	}

	/**
	 * Return a room's element. It is made once, so that it can be pressed at any time.
	 * @param {page.Room} room
	 * @param {page.Room | null} active
	 */
	#room(room, active) {
		const { mentions, isPrivate, present } = room;
		const drawn = this.#rooms.of(room, 0, () => this.#made(room));
		const naming = isPrivate ? 0 : mentions;
		tell(drawn.naming, badge(naming, "@"));
		tell(drawn.count, badge(room.unread));
		drawn.count.className = mentions && isPrivate ? "badge loud" : "badge";
		tell(drawn.unread, this.#counted("unread", room.unread) + this.#counted("mentions", naming));
		drawn.button.className = `item${room.unread ? " unread" : ""}${present ? "" : " absent"}`;
		drawn.button.ariaCurrent = `${room === active}`;
		return drawn.item;
	}

	/** @param {page.Room} room */
	#made(room) {
		const sign = span("sign", room.isPrivate ? "@" : "#");
		const naming = span("badge loud");
		const count = span("");
		for (const each of [sign, naming, count]) each.ariaHidden = "true";
		const unread = span("sr");
		const name = make("bdi", { className: "grows" }, room.name);
		const open = button(() => this.#given.choose(room), sign, name, naming, count, unread);
		return { item: make("li", {}, open), button: open, naming, count, unread };
	}
}
