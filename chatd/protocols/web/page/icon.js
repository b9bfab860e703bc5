// The count of mentions and private lines where the page's icon is shown: a dot in the tab, the number on
// an installed app. It must not know rooms.

import { byId } from "./dom.js";

let told = 0;

/** @param {number} count */
export function tellIcon(count) {
	if (count === told) return;
	told = count;
	byId("icon", HTMLLinkElement).href = count ? "/icon-dot.svg" : "/icon.svg";
	if ("setAppBadge" in navigator) navigator.setAppBadge(count).catch(() => {}); // it need not be installed
}
