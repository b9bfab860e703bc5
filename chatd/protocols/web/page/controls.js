// The buttons and keys of the whole page, and events of the window. The keys of the field to write in are
// in writer.js. It must not draw, and knows the chat through its client alone.

import { announce, byId } from "./dom.js";
import { watchFocus } from "./focus.js";

/**
 * Listen to the user and the window from here on.
 * @param {page.ControlParts} parts
 */
export function listen(parts) {
	listenToButtons(parts);
	listenToDialogs();
	watchFocus(() => parts.display.goOn());
	addEventListener("keydown", (event) => {
		if (press(event, parts)) event.preventDefault();
	});
	listenToWindow(parts);
}

/** @param {page.ControlParts} parts */
function listenToButtons({ kept, client, display, writer, browse, account, notifier }) {
	/** @type {Record<string, (event: MouseEvent) => void>} */
	const buttons = {
		skip: (event) => {
			event.preventDefault();
			writer.focus();
		},
		latest: () => {
			display.toLatest();
			writer.focus();
		},
		"first-new": () => display.toFirstNew(),
		"try-now": () => client.connection.start(),
		leave: () => {
			if (client.chat.active) client.leave(client.chat.active);
			writer.focus();
		},
		"browse-open": () => browse.open(),
		"name-open": () => account.open("name"),
		"signin-open": () => account.open("signin"),
		signout: async () => announce(await account.signOut()),
		"welcome-name": () => account.open("name"),
		"welcome-account": () => account.open("signin"),
		"welcome-later": () => {
			kept.set("welcomed", true);
			display.draw();
			writer.focus();
		},
		notify: () => notifier.turn(byId("notify", HTMLInputElement).checked),
		"notify-yes": async () => {
			await notifier.turn(true);
			writer.focus();
		},
		"notify-no": async () => {
			await notifier.turn(false);
			writer.focus();
		},
	};
	for (const [id, action] of Object.entries(buttons)) byId(id).onclick = action;
}

function listenToDialogs() {
	for (const dialog of document.querySelectorAll("dialog")) {
		dialog.onclick = ({ target }) => {
			if (target === dialog || (target instanceof HTMLElement && target.className === "close")) dialog.close();
		};
	}
}

/**
 * Carry out a key. Return false if it is left to the browser.
 * @param {KeyboardEvent} event
 * @param {page.ControlParts} parts
 */
function press({ key, target, altKey, ctrlKey, metaKey, shiftKey }, { client, display, writer }) {
	if (ctrlKey || metaKey || shiftKey || document.querySelector("dialog[open], :popover-open")) return false;
	if (altKey && (key === "ArrowUp" || key === "ArrowDown")) {
		const { all, active } = client.chat;
		const at = (active ? all.indexOf(active) : -1) + (key === "ArrowUp" ? all.length - 1 : 1);
		const room = all[at % all.length];
		if (room) display.choose(room);
	} else if (key === "Escape") {
		if (target === byId("line")) display.closeSearch();
		display.toLatest();
		writer.focus();
	} else return false;
	return true;
}

/** @param {page.ControlParts} parts */
function listenToWindow({ client, display, drafts }) {
	addEventListener("online", () => client.connection.check());
	for (const event of ["focus", "blur"]) addEventListener(event, () => display.drawSoon());
	addEventListener("pagehide", () => drafts.keep());
	document.addEventListener("visibilitychange", () => {
		if (document.visibilityState === "visible") client.connection.check();
		display.drawSoon();
	});
	// Where the keyboard of a phone lies over the page, the page ends above it.
	const viewport = window.visualViewport;
	viewport?.addEventListener("resize", () => {
		document.documentElement.style.setProperty("--height", `${viewport.height}px`);
	});
}
