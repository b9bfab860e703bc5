// The order of a list of rooms, and a choice of them. Pure. It must not know the document.

import { folded } from "./names.js";

/**
 * Return the rooms whose names or topics contain a text: those with most people first, or by name.
 * @param {wire.ListedRoom[]} rooms
 * @param {string} text
 * @param {boolean} isByName
 */
export function listed(rooms, text, isByName) {
	const word = folded(text);
	const found = rooms.filter(({ room, topic }) => folded(room).includes(word) || folded(topic).includes(word));
	return found.sort((one, other) => (isByName ? 0 : other.people - one.people) || one.room.localeCompare(other.room));
}
