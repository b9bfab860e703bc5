// The sockets to the server, and why it accepts none. The first one is opened while the rest of the page is
// on its way. It must not know messages.

const opened = () => new WebSocket(`${location.origin.replace("http", "ws")}/ws`);

const first = [opened()];

/** Return a socket that is open or opens. */
export function socket() {
	const early = first.pop();
	return early && early.readyState <= WebSocket.OPEN ? early : opened();
}

/**
 * Return the error for which the server accepts no socket, if it says one. No script can read the answer to a handshake,
 * and another request is refused for the same reason.
 * @param {string} language
 * @returns {Promise<page.Refused>}
 */
export async function refusal(language) {
	try {
		// A relative address has the name and password that may be in the page's, and fetch takes none with these.
		const answer = await fetch(`${location.origin}/api/me`, { headers: { "Accept-Language": language } });
		return (await answer.json()).error;
	} catch {
		return undefined;
	}
}
