// Which parts of a text are links. Pure; whoever draws them makes elements of them.

const LINK = /\bhttps?:\/\/[^\s<>"\u200b\u2060\ufeff]+/giu;
const OPENING = { ")": "(", "]": "[", "}": "{" };
const TRAILING = ".,:;!?'*_~…»”’。、，";

/**
 * Parts `{text, href, host}` that one after the other are the text; those without `href` are no links.
 * Only http and https are, and nothing with a user's name, which is there to pass for the host.
 * `host` is that which the link leads to, where the link does not show it plainly: in letters beyond
 * ASCII, as a number, in another place.
 */
export function linked(text) {
	const parts = [];
	let from = 0;
	for (const { 0: found, index } of text.matchAll(LINK)) {
		const link = withoutTrail(found);
		const url = urlOf(link);
		if (!url) continue;
		if (index > from) parts.push({ text: text.slice(from, index) });
		const part = { text: link, href: link };
		if (!isPlain(link, url)) part.host = url.hostname;
		parts.push(part);
		from = index + link.length;
	}
	if (from < text.length) parts.push({ text: text.slice(from) });
	return parts;
}

/** A link without what rather ends the sentence around it. */
function withoutTrail(link) {
	const open = { "(": 0, "[": 0, "{": 0 }; // counted once, so that it is linear
	for (const sign of link) {
		if (sign in open) open[sign] += 1;
		else if (sign in OPENING) open[OPENING[sign]] -= 1;
	}
	let end = link.length;
	for (; end; end -= 1) {
		const sign = link[end - 1];
		if (open[OPENING[sign]] < 0) open[OPENING[sign]] += 1;
		else if (!TRAILING.includes(sign)) break;
	}
	return link.slice(0, end);
}

function urlOf(link) {
	try {
		const url = new URL(link);
		const { protocol, hostname, username, password } = url;
		return /^https?:$/.test(protocol) && hostname !== "" && !username && !password ? url : null;
	} catch {
		return null;
	}
}

/** Whether a link shows its host as it is, with nothing around it that can be taken for another one. */
function isPlain(link, { hostname }) {
	const [, written, then] = /^https?:\/\/([^/?#\\]*)(\\?)/i.exec(link);
	return !then && written.toLowerCase().replace(/:\d*$/, "") === hostname;
}
