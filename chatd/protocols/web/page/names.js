// What is known from names alone. Pure; who may have which name is the server's to say.

const COLOURS = 10; // style.css has .name-0 and on

/** The form by which names are compared. */
export const folded = (name) => name.normalize("NFKC").toLowerCase().replaceAll("ς", "σ").replaceAll("ß", "ss");

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
const MARK = "(?!\\p{DI})[\\p{Mn}\\p{Mc}]"; // not what makes a sign of a letter, or chooses how it looks
const WORD = `(?:[\\p{L}\\p{N}_]|${MARK})`;
const CHANGING = `(?:\\p{Lm}|${MARK})`; // another letter or syllable of the one before it
const SPACED = `(?![${SPACELESS}])${WORD}`;

/**
 * Whether a text has that name in it as a word, in any case. Among letters that are written without
 * spaces (Chinese, Japanese, Thai...) that is any place for a name of these, or with @ before it.
 */
export function mentions(text, name) {
	const word = folded(name);
	const within = folded(text);
	if (!word || !within.includes(word)) return false;
	const quoted = word.replaceAll(".", "\\."); // the only such sign that a name may have
	const among = (letter, start = "") =>
		new RegExp(`${start}(?<!${letter})(?<!${letter}[.-])${quoted}(?!${CHANGING}|${letter}|[.-]${letter})`, "u").test(
			within,
		);
	const isSpaceless = new RegExp(`(?!\\p{M})[${SPACELESS}]`, "u").test(word);
	return among(WORD) || among(SPACED, isSpaceless ? "" : "(?<=@)");
}

/** The number of a name's colour: the same for everyone, in any case. */
export function colourOf(name) {
	let hash = 2166136261; // FNV-1a
	for (const letter of folded(name)) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
	return ((hash ^ (hash >>> 15)) >>> 0) % COLOURS;
}
