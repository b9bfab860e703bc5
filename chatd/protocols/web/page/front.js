// The tab that is in front of the reader, as all tabs of the page see it: it holds a lock meanwhile, which
// ends with it. It must not know the chat.

const LOCK = "chatd.front";

/** Return true if it is this tab. */
export const isThisOne = () => document.visibilityState === "visible" && document.hasFocus();

/** Hold the lock from here on while this tab is in front. For secure origins only. */
export function holdFront() {
	let release = () => {};
	const hold = () =>
		isThisOne() &&
		new Promise((resolve) => {
			release = () => resolve(true);
		});
	const follow = () => {
		release();
		// The browser takes the lock from the tab that had it, and tells it so by an error.
		if (isThisOne()) navigator.locks.request(LOCK, { steal: true }, hold).catch(() => {});
	};
	for (const event of ["focus", "blur"]) addEventListener(event, follow);
	document.addEventListener("visibilitychange", follow);
	follow();
}

/** Return true if one of the page's tabs is in front. */
export async function isInFront() {
	const { held } = await navigator.locks.query();
	return held?.some(({ name }) => name === LOCK) ?? false;
}
