"""Stores of one log that several nodes share, on an engine such as a database server.

What can be read is not what may be shown: a batch is *safe* once a commit that waits for all copies
of the log, a *seal*, has ended that was begun after it was readable. A node publishes safe batches
alone, in the order of their numbers, its own ones among them. It commits under a *term*, and is
*fenced* once another node has ended that.

Nothing here must know which engine it is.

Modules (python3 -m tools.documents writes this list):

- `appender`: Appending the batches of this node to the shared log, one at a time.
- `attempt`: A batch of this node on its way into the shared log.
- `claims`: The claims of this node in the shared log, where each is an item of a batch.
- `contact`: The contact of a node with the others: a sign when it is cut off, and when that is
  over.
- `engine`: The interface between a node and the engine that holds the shared log.
- `follower`: Following the shared log: what is read, what of it is safe, and when it is published.
- `handover`: The handover of a node: a successor goes on under its term, from its place in the log.
- `lease`: The lease of a node: a sign of life that it gives, and what it makes of those of others.
- `links`: The link of a node to the engine, which is made again whenever it is lost.
- `membership`: The membership of a node: its terms, its lease, and the terms of others that it
  ends.
- `settings`: The settings of a store that several daemons share.
- `store`: The store of a node that shares its log with others, on any engine.
"""
