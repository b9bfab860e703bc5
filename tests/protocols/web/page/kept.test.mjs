// What a browser keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../../../../chatd/protocols/web/page/kept.js";

test("what a browser does not store lasts until the page is closed", () => {
	const throws = () => {
		throw new Error("refused");
	};
	for (const storage of [null, { getItem: throws, setItem: throws }, { getItem: () => "{", setItem: throws }]) {
		const kept = new Kept(storage);
		kept.set("name", "ana");
		assert.equal(kept.get("name", ""), "ana");
		kept.set("name", null);
		assert.equal(kept.get("name", ""), "");
		assert.deepEqual(kept.get("rooms", []), []);
		assert.match(kept.key(), /^[0-9a-f]{32}$/);
	}
});

test("the key stays the same", () => {
	const all = new Map();
	const kept = new Kept({ getItem: (name) => all.get(name) ?? null, setItem: (name, value) => all.set(name, value) });
	assert.equal(kept.key(), kept.key());
});
