"""Rooms as logs and clients as cursors into them: rooms, feeds, streams, views and pages.

These modules must not know an account's rights, a session or a connection.

Modules (python3 -m tools.documents writes this list):

- `bookmarks`: Bookmarks: a client's position in a log, to resume from.
- `chunk`: Chunks: entries of a room between two marks, rendered once for all readers.
- `cursor`: Cursors: the positions of clients in a feed, and the trail of what a client has taken.
- `delivery_counts`: The counts of what the followers of all rooms were shown, and of how long that
  took.
- `feed`: Feeds: a room rendered in one format, for all clients that follow it so.
- `followers`: A group of followers of a feed: those that are in step, and those that are apart.
- `inbox`: The inboxes of guests, in memory: private lines that wait for one client.
- `log_reader`: The reader of a room's log: from memory as far as it is there, else from the store.
- `member_list`: The people of a room as clients know them that are shown each presence.
- `notices`: Notices together: the joins, leaves and renames of a room wait for one another for a
  moment.
- `paging`: Pages of a room's log, for clients that ask for history over HTTP or over a WebSocket.
- `passing`: Entries that are published and in no log: notices, presences, changes of the list of
  people.
- `people`: The people in a room, and of whose presence the others know.
- `people_changes`: The changes of the list of the people in a room, for clients that keep one.
- `read_queue`: The queue of reads: askers have turns at the store, and what several want is read
  once.
- `rendering`: Rendering of pages of a room's log, each of bounded size and time for any text.
- `replay`: Replays: parts of a room's log that are read from the store, page by page, and rendered.
- `room`: A room: a named log that only grows, the people in it, and its feeds.
- `slices`: Answers that are made slice by slice, as their client takes them.
- `stays`: The stays of people in rooms, as registers have them, and their rows.
- `stream`: Streams: all data that one client is to be sent, in one order.
- `tail`: The tail of a feed: its latest chunks, in memory.
- `view`: Settings of a user, and the view of a room that follows from them.
"""
