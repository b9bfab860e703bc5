// What this browser keeps over reloads: a guest's name, the rooms, the key by which the server knows
// it again. Nothing secret and nothing that was said. One that keeps nothing works until it is left.

const PREFIX = "chatd.";

export class Kept {
	#storage;

	constructor(storage) {
		this.#storage = storage;
	}

	get(member, otherwise = null) {
		try {
			return JSON.parse(this.#storage.getItem(PREFIX + member)) ?? otherwise;
		} catch {
			return otherwise;
		}
	}

	set(member, value) {
		try {
			this.#storage.setItem(PREFIX + member, JSON.stringify(value));
		} catch {
			// Private windows and full disks keep nothing.
		}
	}

	/** This browser's key, made once. */
	key() {
		const key = this.get("key") ?? randomKey();
		this.set("key", key);
		return key;
	}
}

/** 128 random bits, in letters and digits. (randomUUID is for secure origins only.) */
export function randomKey() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
