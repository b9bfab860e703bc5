// The alerts of the room that go on, as one button above its log: it opens a list of them. It must not know the
// connection.

import { byId, tell } from "./dom.js";

export class AlertsBar {
	#button = byId("alerts", HTMLButtonElement);
	/** @type {page.Room | undefined} */
	#room;
	#given;

	/** @param {page.AlertsOptions} given */
	constructor(given) {
		this.#given = given;
		this.#button.onclick = () => this.#open();
	}

	/** @param {page.Room} room */
	draw(room) {
		const { texts } = this.#given;
		const { alerts } = room.remarks;
		const free = alerts.filter(({ by }) => !by).length;
		this.#room = room;
		this.#button.hidden = !alerts.length;
		this.#button.classList.toggle("loud", free > 0);
		const count = alerts.length;
		const key = !free ? "alerts_taken" : free === count ? "alerts_free" : "alerts_some";
		tell(this.#button, count ? texts.say(key, { count, free }) : "");
	}

	#open() {
		const { texts, menu, show } = this.#given;
		const room = this.#room;
		const items = room?.remarks.alerts.map(({ seq, excerpt, by }) => ({
			text: `${excerpt}: ${by ? texts.say("has_this", { name: by }) : texts.say("alert_free")}`,
			action: () => show(room, seq),
		}));
		if (items) menu.open(this.#button, this.#button.textContent ?? "", items);
	}
}
