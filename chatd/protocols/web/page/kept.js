// Values that this browser keeps over reloads: a guest's name, the rooms, the key by which the server
// recognises the browser, and the proof that belongs to the cookie of a sign-in: only pages of this port
// can read it. A tab keeps its drafts for itself. It must not know a password or a line that was said. If
// the browser stores nothing, the page works until it is closed.

const PREFIX = "chatd.";

export class Kept {
	#storage;
	/** @type {Map<string, string>} the values that the browser does not store */
	#unstored = new Map();

	/** @param {Pick<Storage, "getItem" | "setItem"> | null} storage */
	constructor(storage) {
		this.#storage = storage;
	}

	/**
	 * Return the value of a member, or *otherwise* without one.
	 * @template T
	 * @param {string} member
	 * @param {T} otherwise
	 * @returns {T}
	 */
	get(member, otherwise) {
		try {
			return JSON.parse(this.#unstored.get(member) ?? this.#storage?.getItem(PREFIX + member) ?? "null") ?? otherwise;
		} catch {
			return otherwise;
		}
	}

	/**
	 * @param {string} member
	 * @param {unknown} value
	 */
	set(member, value) {
		const text = JSON.stringify(value);
		this.#unstored.set(member, text);
		try {
			if (!this.#storage) return;
			this.#storage.setItem(PREFIX + member, text);
			this.#unstored.delete(member);
		} catch {
			// Private windows and full disks store nothing.
		}
	}

	/** Return this browser's key. It is made once. */
	key() {
		const key = this.get("key", "") || randomKey();
		this.set("key", key);
		return key;
	}
}

/**
 * Return one of the browser's storages, or null where the browser refuses access to it.
 * @param {() => Storage} storage
 */
export function browserStorage(storage) {
	try {
		return storage();
	} catch {
		return null;
	}
}

/** Return 128 random bits as 32 hexadecimal digits. (randomUUID is for secure origins only.) */
export function randomKey() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
