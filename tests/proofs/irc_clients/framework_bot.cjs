// A bot on irc-framework: LOG PORT NICKNAME #ROOM PASSWORD. See tests/proofs/irc_clients/bots.py.
"use strict";

const fs = require("node:fs");
const readline = require("node:readline");
const { Client } = require("irc-framework");

const [log, port, nick, room, password] = process.argv.slice(2);
const client = new Client();

/** @param {string} line */
const note = (line) => fs.appendFileSync(log, `${line}\n`);

client.on("registered", () => client.join(room));
client.on("join", ({ nick: who, channel }) => {
	if (who === client.user.nick) note(`joined ${channel}`);
});
client.on("privmsg", ({ nick: who, message }) => note(`<${who}> ${message}`));
client.on("action", ({ nick: who, message }) => note(`* ${who} ${message}`));
client.on("topic", ({ channel, nick: who, topic }) => note(`topic of ${channel} by ${who}: ${topic}`));
client.on("kick", ({ channel, nick: by, kicked }) => {
	if (kicked === client.user.nick) note(`kicked from ${channel} by ${by}`);
});

client.on("close", () => setTimeout(() => client.connect(), 500));

client.connect({
	host: "127.0.0.1",
	port: Number(port),
	nick,
	// It would not come back by itself after a connection of less than five seconds.
	auto_reconnect: false,
	...(password ? { account: { account: nick, password } } : {}),
});

readline.createInterface({ input: process.stdin, terminal: false }).on("line", (line) => {
	const [what, where, ...words] = line.split(" ");
	const text = words.join(" ");
	if (what === "join") client.join(where);
	else if (what === "say") client.say(where, text);
	else if (what === "act") client.action(where, text);
	else client.setTopic(where, text);
});
