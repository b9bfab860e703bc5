// A dialog that waits: what is asked for in it is answered in it, it stays open until that is done, and the
// focus stays where it was. It must not know what is asked for.

import { byId, tell } from "./dom.js";

export class Dialog {
	#element;
	#error;
	#given;
	#opening = 0; // the number of this one, so that an answer can be too late
	#isWaiting = false;

	/**
	 * @param {string} id
	 * @param {page.DialogOptions} given
	 */
	constructor(id, given) {
		this.#given = given;
		this.#element = byId(id, HTMLDialogElement);
		this.#error = byId(`${id}-error`);
	}

	/** @param {string} [why] an error that is shown from the beginning */
	open(why = "") {
		this.#opening += 1;
		this.#wait(false);
		this.#error.textContent = why;
		this.#element.showModal();
	}

	close() {
		this.#element.close();
	}

	/**
	 * Ask for something, and call *done* with the answer. An error is shown instead. Nothing is asked for
	 * while the dialog waits. An error that comes after it was closed is passed on.
	 * @param {(answered: page.Answered) => void} send
	 * @param {(reply: wire.ServerMessage) => void} done
	 * @param {() => void} [failed] called after an error is shown
	 */
	ask(send, done, failed) {
		if (this.#isWaiting) return;
		this.#wait(true);
		const opening = this.#opening;
		send((reply) => {
			const isError = reply?.type === "error";
			if (opening !== this.#opening || !this.#element.open) return isError && this.#given.late(reply);
			this.#wait(false);
			if (reply && !isError) return done(reply);
			this.#fail(reply);
			failed?.();
		});
	}

	/** @param {wire.Failure | undefined} reply */
	#fail(reply) {
		tell(this.#error, this.#given.texts.failure(reply));
		if (document.activeElement instanceof HTMLInputElement) document.activeElement.select();
	}

	/** @param {boolean} isWaiting */
	#wait(isWaiting) {
		this.#isWaiting = isWaiting;
		this.#element.ariaBusy = `${isWaiting}`;
		if (isWaiting) this.#error.textContent = "";
	}
}
