// Addresses within the page, after the "#" of its URL: of a room (`#ops`), a line (`#ops/1204`) and a
// private conversation (`#@ana`). Pure. It must not know which rooms there are, or the document.

const ADDRESS = /^#(@?)([\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]{0,31})(?:\/([1-9]\d{0,14}))?$/u;

/**
 * Return the address that the end of a URL is, from its "#" on; null if it is none. The server decides
 * which names are valid: this keeps out what no name has, such as spaces.
 * @param {string} hash
 * @returns {page.Address | null}
 */
export function parse(hash) {
	const [found, at, name = "", seq] = ADDRESS.exec(decoded(hash).normalize("NFC")) ?? [];
	if (!found || (at && seq)) return null;
	return { name, isPrivate: Boolean(at), seq: Number(seq ?? 0) };
}

/**
 * Return the address of a room or a private conversation; with a seq, of a line of the room.
 * @param {Pick<page.Address, "name" | "isPrivate">} room
 * @param {number} [seq]
 */
export function addressOf({ name, isPrivate }, seq) {
	return `#${isPrivate ? "@" : ""}${encodeURIComponent(name)}${seq ? `/${seq}` : ""}`;
}

/**
 * Return the address of a link that leads to a room or a line of this page; null if it leads elsewhere.
 * @param {string} link
 * @param {string} here the URL of the page
 */
export function ownAddress(link, here) {
	const [page, hash = ""] = link.split(/(?=#)/);
	return page === here.split("#")[0] && parse(hash) ? hash : null;
}

/** @param {string} hash */
function decoded(hash) {
	try {
		return decodeURIComponent(hash);
	} catch {
		return "";
	}
}
