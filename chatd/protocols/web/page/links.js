// Finding the links in a text. Pure. It must not know the document.

const LINK = /\bhttps?:\/\/[^\s<>"\u200b\u2060\ufeff]+/giu;
const OPENING = new Map([
	[")", "("],
	["]", "["],
	["}", "{"],
]);
const TRAILING = ".,:;!?'*_~…»”’。、，";

/**
 * Return the parts of a text, in order. Links are http and https, without a user's name: such a name
 * can look like the host.
 * @param {string} text
 */
export function linked(text) {
	/** @type {page.TextPart[]} */
	const parts = [];
	let from = 0;
	for (const { 0: found, index } of text.matchAll(LINK)) {
		const link = withoutTrail(found);
		const url = urlOf(link);
		if (!url) continue;
		if (index > from) parts.push({ text: text.slice(from, index) });
		parts.push(isPlain(link, url) ? { text: link, href: link } : { text: link, href: link, host: url.hostname });
		from = index + link.length;
	}
	if (from < text.length) parts.push({ text: text.slice(from) });
	return parts;
}

/**
 * Return the link with which an answer of the server ends, if it is one that is made to be pasted elsewhere.
 * @param {wire.Say} answer
 */
export const linkToPaste = ({ key, text }) =>
	key === "hook_made" ? linked(text).findLast(({ href }) => href)?.href : undefined;

/**
 * Return a link without the punctuation that belongs to the sentence around it.
 * @param {string} link
 */
function withoutTrail(link) {
	// Brackets left open, counted once, so that the time is linear.
	const open = new Map([...OPENING.values()].map((sign) => [sign, 0]));
	/**
	 * @param {string} sign
	 * @param {number} by
	 */
	const count = (sign, by) => open.set(sign, (open.get(sign) ?? 0) + by);
	for (const sign of link) {
		const opening = OPENING.get(sign);
		if (open.has(sign)) count(sign, 1);
		else if (opening) count(opening, -1);
	}
	let end = link.length;
	for (; end; end -= 1) {
		const sign = link.charAt(end - 1);
		const opening = OPENING.get(sign);
		if (opening && (open.get(opening) ?? 0) < 0) count(opening, 1);
		else if (!TRAILING.includes(sign)) break;
	}
	return link.slice(0, end);
}

/** @param {string} link */
function urlOf(link) {
	try {
		const url = new URL(link);
		const { protocol, hostname, username, password } = url;
		return /^https?:$/.test(protocol) && hostname !== "" && !username && !password ? url : null;
	} catch {
		return null;
	}
}

/**
 * Return true if a link shows its host as it is, with nothing around it that can look like another host.
 * @param {string} link
 * @param {URL} url
 */
function isPlain(link, { hostname }) {
	const [, written = "", then = ""] = /^https?:\/\/([^/?#\\]*)(\\?)/i.exec(link) ?? [];
	return !then && written.toLowerCase().replace(/:\d*$/, "") === hostname;
}
