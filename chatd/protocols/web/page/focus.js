// The focus: where it goes on when the element that has it goes, and that text goes to no field without
// it. It must not know the chat.

/**
 * Return true if an element does not have the focus any more, as far as the user sees: the browser may be late.
 * @param {Element | null} element
 */
const isLost = (element) => element === document.body || !element?.checkVisibility();

/**
 * From here on, call *goOn* if a dialog or a menu is closed and what opened it is gone.
 * @param {() => void} goOn
 */
export function watchFocus(goOn) {
	const isClosed = (/** @type {Event} */ event) => !("newState" in event) || event.newState === "closed";
	for (const type of ["close", "toggle"]) {
		const closed = (/** @type {Event} */ event) => isClosed(event) && isLost(document.activeElement) && goOn();
		document.addEventListener(type, closed, true);
	}
	// Chromium writes what an input method gives into the last field that had the focus.
	addEventListener("focusout", ({ target }) => {
		const isField = target instanceof Element && target.matches("input, textarea");
		if (isField && target !== document.activeElement) getSelection()?.removeAllRanges();
	});
}

/**
 * Draw, and if the element with the focus goes, give it to the button before or after that in the same list or bar,
 * or to what it was in. If nothing of that is there, call *goOn*.
 * @param {() => void} draw
 * @param {() => void} goOn
 */
export function keepFocus(draw, goOn) {
	const focused = document.activeElement;
	/** @type {(Element | null)[]} */
	const buttons = [...(focused?.closest("ul, footer, header")?.querySelectorAll("button") ?? [])];
	const around = focused?.parentElement?.closest("[tabindex]");
	draw();
	if (focused === document.body) return;
	// A card that was moved into a new row has lost it.
	if (focused instanceof HTMLElement && !isLost(focused) && document.activeElement === document.body) focused.focus();
	if (!isLost(focused)) return;
	const at = buttons.indexOf(focused);
	const beside = [...buttons.slice(0, at).reverse(), ...buttons.slice(at + 1), around];
	const next = beside.find((each) => each?.checkVisibility() && !each.matches(":disabled"));
	if (next instanceof HTMLElement) next.focus();
	else goOn();
}
