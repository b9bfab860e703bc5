// A walk through the page in Firefox, by its buttons and its keyboard, over WebDriver BiDi.
//
//     node firefox.mjs FIREFOX ADDRESS [DIRECTORY]
//
// prints each step as it begins, and ends with status 1 and the reason if one fails. It prints "restart" when
// it wants the daemon to be killed and started again, and goes on with the next line that it reads. Pictures
// of the steps are written into the directory.

import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer from "puppeteer-core";

const PATIENCE_MS = 15_000;
const POLL_MS = 50;
const LAPTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, hasTouch: true };
const PASSWORD = "correct horse battery";

const [, , executablePath, address, pictures] = process.argv;

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
const page = await browser.newPage();
const wrong = [];
page.on("pageerror", (error) => wrong.push(String(error)));

/** The texts of what a selector finds, as they are shown. */
const texts = (selector) => page.$$eval(selector, (all) => all.map((each) => each.innerText.trim()));

async function until(what, found) {
	const end = performance.now() + PATIENCE_MS;
	for (;;) {
		const result = await found();
		if (result) return result;
		if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
		await sleep(POLL_MS); // asking again at once would take the processor from what is waited for
	}
}

const has = (selector, text) =>
	until(`${text} in ${selector}`, async () => (await texts(selector)).some((each) => each.includes(text)));
const focused = (id) =>
	until(`the focus on ${id}`, () => page.evaluate((each) => document.activeElement?.id === each, id));
const shown = (selector, isShown = true) =>
	until(`${selector} is ${isShown ? "" : "not "}shown`, () =>
		page.evaluate(
			(each, wanted) => (document.querySelector(each)?.checkVisibility() ?? false) === wanted,
			selector,
			isShown,
		),
	);

/** Set the size of the page. Firefox 140 (ESR) has no orientation to set, which Puppeteer asks for beside. */
async function resize(size) {
	try {
		await page.setViewport(size);
	} catch (error) {
		if (!error.message.includes("unknown command emulation.setScreenOrientationOverride")) throw error;
	}
}

async function say(text) {
	await page.keyboard.type(text);
	await page.keyboard.press("Enter");
}

async function said(text) {
	await has("#lines .message .text", text);
	await until("nothing is pending", async () => (await texts("#pending .line")).length === 0);
}

const steps = {
	async "the page opens, and its field has the keyboard"() {
		await resize(LAPTOP);
		await page.goto(address);
		await has("#rooms [aria-current=true]", "lobby");
		await focused("line");
		await said("a line of the past");
	},
	async "one takes a name and says a line"() {
		await say("/nick ana");
		await has("#my-name", "ana");
		await has("#people", "luis");
		await say("from Firefox");
		await said("from Firefox");
	},
	async "several lines are written"() {
		await page.keyboard.type("first of two");
		await page.keyboard.down("Shift");
		await page.keyboard.press("Enter");
		await page.keyboard.up("Shift");
		const height = await page.$eval("#line", (line) => line.clientHeight);
		await say("second of two");
		await has("#lines .message", "second of two");
		if (height < 60) throw new Error(`the field did not grow: ${height} px`);
	},
	async "commands are completed"() {
		await page.keyboard.type("/nic");
		await shown("#suggestions");
		await page.keyboard.press("Tab");
		await until("the command", () => page.$eval("#line", (line) => line.value.startsWith("/nick")));
		await page.$eval("#line", (line) => {
			line.value = "";
		});
	},
	async "a room is made in a dialog, and Back leads to the one before"() {
		await page.click("#browse-open");
		await shown("#browse");
		await focused("browse-name");
		await page.keyboard.press("Escape");
		await shown("#browse", false);
		await page.click("#browse-open");
		await has("#browse-rooms", "lobby");
		await say("ops");
		await has("#rooms [aria-current=true]", "ops");
		await shown("#browse", false);
		await page.goBack();
		await has("#rooms [aria-current=true]", "lobby");
	},
	async "a line is found, and has an address"() {
		await page.click("#search-open");
		await focused("search-words");
		await say("past");
		await has("#found", "a line of the past");
		await page.click("#found button, #found a");
		await until("the address of a line", () => page.evaluate(() => /^#lobby\/\d+$/.test(location.hash)));
		await shown(".found");
		for (const _ of ["once", "again"]) {
			await page.$eval(".found", (line) => line.classList.remove("found"));
			await page.click("#lines .message .at");
			await shown(".found");
		}
	},
	async "one registers the name"() {
		await page.click("#signin-open");
		await shown("#account");
		await page.click("#account [value=register]");
		await page.$eval("#account-name", (name) => name.select());
		await page.click("#account-name");
		await page.keyboard.type("ana");
		await page.keyboard.press("Tab");
		await say(PASSWORD);
		await shown("#signout");
		await shown("#account", false);
		await has("#my-name", "ana");
	},
	async "the name and the lines are there after a reload"() {
		await page.reload();
		await has("#my-name", "ana");
		await has("#lines .message .text", "from Firefox");
		await shown("#signout");
	},
	async "a daemon that was killed is waited for"() {
		await page.click("#line");
		const answered = new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
		process.stdout.write("restart\n");
		await shown("#banner");
		await say("written without a connection");
		await answered;
		await shown("#banner", false);
		await said("written without a connection");
	},
	async "on a phone the panels are opened and closed"() {
		await resize(PHONE);
		await shown("#rooms", false);
		await page.click("#rooms-open");
		await shown("#rooms");
		await page.keyboard.press("Escape");
		await shown("#rooms", false);
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		if (width > PHONE.width) throw new Error(`wider than the screen: ${width} px`);
	},
};

let status = 0;
let name = "";
try {
	for (const [each, step] of Object.entries(steps)) {
		name = each;
		process.stdout.write(`${name}\n`);
		await step();
		if (pictures) await page.screenshot({ path: `${pictures}/firefox-${Object.keys(steps).indexOf(name)}.png` });
	}
	if (wrong.length) throw new Error(wrong.join("\n"));
} catch (error) {
	status = 1;
	const body = await page.evaluate(() => document.body?.innerText).catch(() => "");
	process.stdout.write(`FAILED ${error.message}\n${wrong.join("\n")}\nShown is:\n${body}\n`);
}
await browser.close();
process.exit(status);
