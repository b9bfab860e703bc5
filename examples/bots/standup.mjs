// The standup of each day, kept in a file: chatd bot --jobs 1 --room team --name standup -- node standup.mjs standup.json
//   !today TEXT   says what you do today; again to change it
//   !standup      shows what everyone does
import fs from "node:fs";

const file = process.argv[2];
const [, who, word, text] = /^(\S+) (\S+) ?(.*)$/.exec(fs.readFileSync(0, "utf8").trimEnd());
const day = new Date().toISOString().slice(0, 10);

function load() {
	try {
		const kept = JSON.parse(fs.readFileSync(file, "utf8"));
		return kept.day === day ? kept : { day, said: {} };
	} catch (error) {
		if (error.code !== "ENOENT") throw error;
		return { day, said: {} };
	}
}

const standup = load();
if (word === "!today" && text.trim()) {
	standup.said[who] = text.trim();
	fs.writeFileSync(`${file}.new`, JSON.stringify(standup));
	fs.renameSync(`${file}.new`, file);
	console.log(`${who}: noted. ${Object.keys(standup.said).length} so far.`);
} else if (word === "!today") {
	console.log(`${who}: say what you do today: !today the release notes`);
} else if (word === "!standup") {
	const said = Object.entries(standup.said);
	console.log(said.map(([name, what]) => `${name}: ${what}`).join("\n") || "Not a word yet. !today TEXT is yours.");
}
