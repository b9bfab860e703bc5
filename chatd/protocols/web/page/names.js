// What is known from names alone. Pure; who may have which name is the server's to say.

const COLOURS = 10; // style.css has .name-0 and on

/** The form by which names are compared. */
export const folded = (name) => name.normalize("NFKC").toLowerCase();

export const sameName = (one, other) => folded(one) === folded(other);

/** Whether a text has that name in it as a whole word, in any case. */
export function mentions(text, name) {
	const quoted = folded(name).replaceAll(".", "\\."); // the only such sign that a name may have
	return new RegExp(`(?<![\\p{L}\\p{N}_])${quoted}(?![\\p{L}\\p{N}_])`, "u").test(folded(text));
}

/** The number of a name's colour: the same for everyone, in any case. */
export function colourOf(name) {
	let hash = 2166136261; // FNV-1a
	for (const letter of folded(name)) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
	return ((hash ^ (hash >>> 15)) >>> 0) % COLOURS;
}
