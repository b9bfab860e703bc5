// Addresses of rooms, lines and private conversations, as they are written and read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, ownAddress, parse } from "../../../../chatd/protocols/web/page/address.js";

const HERE = "https://chat.example:60080/";

for (const [address, name, isPrivate, seq] of [
	["#ops", "ops", false, 0],
	["#ops/1204", "ops", false, 1204],
	["#@ana", "ana", true, 0],
	["#caf%C3%A9", "café", false, 0],
	["#%E4%BC%9A%E8%AD%B0/7", "会議", false, 7],
	["#build.2_a-b", "build.2_a-b", false, 0],
]) {
	test(`${address} is read and written`, () => {
		assert.deepEqual(parse(address), { name, isPrivate, seq });
		assert.equal(addressOf({ name, isPrivate }, seq), address);
	});
}

test("a name is read in any form, and put into one", () => {
	assert.equal(parse("#café").name, "café");
	assert.equal(parse("#cafe%CC%81").name, "café");
});

for (const hash of [
	...["", "#", "#/5", "#@", "#ops/", "#ops/0", "#ops/-1", "#ops/5x", "#ops/5/6", "#ops/1e3", "#@ana/5"],
	...["#a b", "#a%0A/quit", "#a%20b", "#a%00", "##ops", "#<b>", "#%", "#%FF", "#.", `#${"x".repeat(33)}`],
	`#ops/${"9".repeat(16)}`,
]) {
	test(`"${hash}" is no address`, () => assert.equal(parse(hash), null));
}

for (const [link, found] of [
	[`${HERE}#ops/5`, "#ops/5"],
	[`${HERE}#@ana`, "#@ana"],
	[`${HERE}#ops/5x`, null],
	[HERE, null],
	[`${HERE}api/rooms#ops`, null],
	[`${HERE}?x#ops`, null],
	["http://chat.example:60080/#ops", null],
	["https://other.example:60080/#ops", null],
]) {
	test(`${link} leads ${found ? "into the page" : "out of it"}`, () => {
		assert.equal(ownAddress(link, `${HERE}#lobby`), found);
	});
}
