// The sockets to the server. The first one is opened while the rest of the page is on its way. It must not
// know messages.

const opened = () => new WebSocket(`${location.origin.replace("http", "ws")}/ws`);

const first = [opened()];

/** Return a socket that is open or opens. */
export function socket() {
	const early = first.pop();
	return early && early.readyState <= WebSocket.OPEN ? early : opened();
}
