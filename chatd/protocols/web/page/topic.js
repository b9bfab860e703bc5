// The topic of the room that is shown, and changing it in its place. It must not know the connection.

import { byId, onSubmit, tell, written } from "./dom.js";

export class Topic {
	#shown = byId("topic");
	#edit = byId("topic-edit", HTMLButtonElement);
	#form = byId("topic-form", HTMLFormElement);
	#text = byId("topic-text", HTMLInputElement);
	#error = byId("topic-error");
	/** @type {page.Room | undefined} */
	#room;
	#drawn = "";
	#given;

	/** @param {page.TopicOptions} given */
	constructor(given) {
		this.#given = given;
		this.#edit.onclick = () => this.#open();
		this.#form.onkeydown = (event) => {
			if (event.key === "Escape") this.#close(event);
		};
		onSubmit(this.#form, () => this.#save());
	}

	/** @param {page.Room} room */
	draw(room) {
		const { texts } = this.#given;
		const { title, topic, isPrivate } = room;
		if (room !== this.#room) this.#show(false);
		this.#room = room;
		const text = isPrivate ? texts.say("private_with", { name: title }) : topic || texts.say("no_topic");
		if (text !== this.#drawn) this.#shown.replaceChildren(written(text));
		this.#drawn = text;
		this.#shown.title = topic;
		this.#edit.hidden = !room.may("topic") || this.#shown.hidden;
	}

	#open() {
		this.#text.value = this.#room?.topic ?? "";
		this.#error.textContent = "";
		this.#show(true);
		this.#text.select();
	}

	/** @param {Event} [event] */
	#close(event) {
		event?.stopPropagation();
		this.#show(false);
		this.#edit.focus();
	}

	/** @param {boolean} isEdited */
	#show(isEdited) {
		this.#form.hidden = !isEdited;
		this.#shown.hidden = isEdited;
		this.#edit.hidden = isEdited;
	}

	#save() {
		const { texts, set } = this.#given;
		const room = this.#room;
		const topic = this.#text.value.trim();
		if (!room || topic === room.topic) return this.#close();
		set(room, topic, (reply) => {
			if (room !== this.#room || this.#form.hidden) return;
			if (reply && reply.type !== "error") return this.#close();
			tell(this.#error, texts.failure(reply));
		});
	}
}
