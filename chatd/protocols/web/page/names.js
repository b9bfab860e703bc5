// Comparing names, finding them in texts, and their colours. Pure. It must not know which names are
// valid: the server decides that.

const COLOURS = 10; // style.css has .name-0 and on

/**
 * Return the form by which names are compared.
 * @param {string} name
 */
export const folded = (name) => name.normalize("NFKC").toLowerCase().replaceAll("ς", "σ").replaceAll("ß", "ss");

/**
 * @param {string} one
 * @param {string} other
 */
export const sameName = (one, other) => folded(one) === folded(other);

const SPACELESS = [
	"Han",
	"Hira",
	"Kana",
	"Bopo",
	"Yiii",
	"Thai",
	"Laoo",
	"Khmr",
	"Mymr",
	"Lana",
	"Tavt",
	"Tale",
	"Talu",
	"Ahom",
	"Tibt",
]
	.map((script) => `\\p{scx=${script}}`)
	.join("");
const MARK = "(?!\\p{DI})[\\p{Mn}\\p{Mc}]"; // without those that change a letter's look or make a symbol of it
const WORD = `(?:[\\p{L}\\p{N}_]|${MARK})`;
const CHANGING = `(?:\\p{Lm}|${MARK})`; // another letter or syllable of the one before it
const SPACED = `(?![${SPACELESS}])${WORD}`;

/**
 * Return true if a text has a name in it as a word, in any case. Between letters of scripts without
 * spaces (Chinese, Japanese, Thai...) a name in such a script counts anywhere, any other after an @.
 * @param {string} text
 * @param {string} name
 */
export function mentions(text, name) {
	const word = folded(name);
	const within = folded(text);
	if (!word || !within.includes(word)) return false;
	const quoted = word.replaceAll(".", "\\."); // the only special character that a name may have
	/** @param {string} letter */
	const among = (letter, start = "") =>
		new RegExp(`${start}(?<!${letter})(?<!${letter}[.-])${quoted}(?!${CHANGING}|${letter}|[.-]${letter})`, "u").test(
			within,
		);
	const isSpaceless = new RegExp(`(?!\\p{M})[${SPACELESS}]`, "u").test(word);
	return among(WORD) || among(SPACED, isSpaceless ? "" : "(?<=@)");
}

/**
 * Return the number of a name's colour. It is the same in all browsers, and in any case.
 * @param {string} name
 */
export function colourOf(name) {
	let hash = 2166136261; // FNV-1a
	for (const letter of folded(name)) hash = Math.imul(hash ^ Number(letter.codePointAt(0)), 16777619) >>> 0;
	return ((hash ^ (hash >>> 15)) >>> 0) % COLOURS;
}
