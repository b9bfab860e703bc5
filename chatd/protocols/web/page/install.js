// The service worker of the page, where the browser has one: on origins that are secure. It must not know
// what the page shows.

const YOUNG_MS = 10_000;

/**
 * Keep the page in the browser from here on. A page that has just come from there, and is not the version of
 * the server, is loaded again if nothing is lost by that.
 * @param {() => boolean} isUntouched
 */
export function install(isUntouched) {
	const workers = navigator.serviceWorker;
	if (!workers) return;
	workers.addEventListener("message", ({ data }) => {
		if (data !== VERSION && performance.now() < YOUNG_MS && isUntouched()) location.reload();
	});
	workers.startMessages();
	workers.register("/sw.js").catch(() => {}); // some browsers refuse it in private windows
}
