"""HTTP/1.1 as plain values and bytes: requests, answers, origins and upgrades.

These modules must not know a session or a room.

Modules (python3 -m tools.documents writes this list):

- `answers`: The supply of the writer of an HTTP connection: one answer at a time, whole or in
  pieces.
- `deadlines`: The time that a client of HTTP has: for a request, and between two requests.
- `decoder`: Bytes in, requests out; pure.
- `http1`: One request and its answer, in bytes of HTTP/1.1. Pure: h11 reads and writes them.
- `messages`: Requests and answers of HTTP as plain values, with paths, parameters, cookies and
  JSON. Pure.
- `request_work`: The work of the site on the requests of one client, one at a time, and the sending
  of answers.
- `responder`: The sending of answers on one HTTP connection: whole, in pieces, or as the last one.
- `same_origin`: The hosts that this daemon is, and the pages that may send requests to it. Pure.
- `security_headers`: Headers of every answer that limit what a browser may do with it, the page's
  among them.
- `upgrade`: The requester, as handlers see it; and the answer by which a connection becomes another
  one.
"""
