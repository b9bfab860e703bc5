// The service worker: it keeps the files of the page in the browser, so that the page is there at once, and
// without the server. It must keep nothing else: no answer of /api, and no line. The daemon writes the
// constants VERSION and FILES in front.

const CACHE = `page-${VERSION}`;
const NETWORK_MS = 100; // a server that answers sooner is the one whose page is shown

const worker = /** @type {page.Worker} */ (/** @type {unknown} */ (self));

worker.oninstall = (event) => event.waitUntil(keep());
worker.onactivate = (event) => event.waitUntil(takeOver());
worker.onfetch = (event) => {
	const { method, url, mode } = event.request;
	const { origin, pathname, search } = new URL(url);
	if (method !== "GET" || origin !== location.origin) return;
	if (mode === "navigate" && pathname === "/") event.respondWith(shell(event.request));
	else if (search && FILES.includes(pathname + search)) event.respondWith(file(event.request));
};

async function keep() {
	const cache = await caches.open(CACHE);
	await cache.addAll(FILES);
	await worker.skipWaiting();
}

/** Forget the files of other versions, and tell the tabs which version is the one now. */
async function takeOver() {
	for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
	await worker.clients.claim();
	for (const tab of await worker.clients.matchAll()) tab.postMessage(VERSION);
}

/**
 * Return the page of the server if it is soon there, or else the one that is kept.
 * @param {Request} request
 */
async function shell(request) {
	const kept = await caches.match("/");
	if (!kept) return fetch(request);
	const sent = fetch(request).then(
		(answer) => (answer.status < 500 ? answer : kept),
		() => kept,
	);
	return Promise.race([sent, new Promise((resolve) => setTimeout(resolve, NETWORK_MS, kept))]);
}

/** @param {Request} request */
const file = async (request) => (await caches.match(request)) ?? fetch(request);
