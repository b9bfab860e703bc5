"""Stores of one log that several nodes share, on an engine such as a database server.

What can be read is not what may be shown: a batch is *safe* once a commit that waits for all copies
of the log, a *seal*, has ended that was begun after it was readable. A node publishes safe batches
alone, in the order of their numbers, its own ones among them. It commits under a *term*, and is
*fenced* once another node has ended that.

Nothing here must know which engine it is.

Modules (python3 -m tools.documents writes this list):

- `engine`: The interface between a node and the engine that holds the shared log.
- `settings`: The settings of a store that several daemons share.
"""
