// The list of the people in a room, from whole lists, changes, and our own new names.

import assert from "node:assert/strict";
import { test } from "node:test";
import { People } from "../../../../chatd/protocols/web/page/people.js";

const ME = { name: "guest7", guest: true, account: false };

function here(list) {
	const people = new People();
	people.take({ names: ["luis", "ana"], guests: 2, more: 0, ...list });
	return people;
}

/** Return the list as text: each name with its marks, and the number of guests. */
function shown(people, me = ME) {
	const { all, guests } = people.list(me);
	const marks = ({ role, isAway, isMe }) => [role, isAway && "away", isMe && "me"].filter(Boolean);
	return [...all.map((person) => [person.name, ...marks(person)].join(" ")), guests].join(", ");
}

test("all are listed by name, we among them, and the guests are the others", () => {
	assert.equal(shown(here()), "ana, guest7 me, luis, 1");
	assert.equal(shown(here(), { ...ME, name: "Ana", guest: false }), "ana me, luis, 2");
});

test("roles and who is away are marked", () => {
	const people = here({ roles: { ana: "owner" }, away: ["ana", "luis"] });
	assert.equal(shown(people), "ana owner away, guest7 me, luis away, 1");
});

test("a change replaces what it names, and the counts", () => {
	const people = here({ roles: { ana: "owner" } });
	const known = people.change({ here: ["eva", "ana"], gone: ["luis"], named: 2, guests: 1, roles: {}, away: ["eva"] });
	assert.ok(known);
	assert.equal(shown(people), "ana, eva away, guest7 me, 0");
});

test("people beyond those that are listed are counted", () => {
	const people = here({ more: 3 });
	people.change({ here: ["eva"], gone: ["zed"], named: 5, guests: 2, roles: {}, away: [] });
	assert.equal(people.more, 2);
	people.change({ here: [], gone: ["luis"], named: 2, guests: 2, roles: {}, away: [] });
	assert.equal(people.more, 0);
});

test("a server that lost count is asked again", () => {
	assert.equal(here().change({}), false);
});

test("before the list is known nothing is listed", () => {
	const people = new People();
	assert.ok(people.change({ here: ["eva"], gone: [], named: 1, guests: 1, roles: {}, away: [] }));
	people.renamed(ME, { ...ME, name: "eva", guest: false });
	assert.equal(shown(people), "0");
});

test("a connection that broke leaves nobody behind", () => {
	const people = here({ more: 1 });
	people.forget();
	assert.equal(shown(people), "0");
	assert.equal(people.more, 0);
});

test("our own new name is there at once, with the marks of the old one", () => {
	const people = here({ roles: { ana: "voiced" } });
	const carla = { ...ME, name: "carla", guest: false };
	people.renamed(ME, carla);
	assert.equal(shown(people, carla), "ana voiced, carla me, luis, 1");
	const zoe = { ...carla, name: "zoe" };
	people.renamed(carla, zoe);
	assert.equal(shown(people, zoe), "ana voiced, luis, zoe me, 1");
	people.renamed(zoe, ME);
	assert.equal(shown(people), "ana voiced, guest7 me, luis, 1");
});

test("a name that stays changes nothing", () => {
	const people = here();
	const me = { name: "ana", guest: false, account: false };
	people.renamed(me, { ...me, account: true });
	assert.equal(shown(people, me), "ana me, luis, 2");
});
